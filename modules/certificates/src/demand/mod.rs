//! A demand: somebody wants a paper from a resident, whether it may be wanted, and where to go instead.

mod api;
pub mod entity;
pub(crate) mod service;

pub(crate) use api::routes;
