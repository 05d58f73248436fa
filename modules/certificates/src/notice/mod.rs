//! A notice to the county office: in this quarter, papers were demanded off the list too often, and by whom.

mod api;
pub mod entity;
mod letter;
pub(crate) mod service;

pub(crate) use api::routes;
