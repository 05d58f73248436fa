//! A false commitment on record (虚假承诺): whose it is, why, and until when it is repaired. So long no other commitment is taken
//! (国办发〔2020〕42号（五）).

mod api;
pub mod entity;
pub(crate) mod service;

pub(crate) use api::routes;
