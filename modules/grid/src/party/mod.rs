//! Joint handling (联合处置): each organisation that co-operates in an incident has a row and a small process of its own.

mod api;
pub mod entity;
mod process;
pub(crate) mod service;

pub(crate) use api::{Brief, NewParty, brief, routes};
pub(crate) use process::PARTY;
