//! Base data: persons, households, organisations and addresses, each value with its source, collected once.

pub mod entity;
