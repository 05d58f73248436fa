//! A demand: somebody wants a paper from a resident, whether it may be wanted, and where to go instead.

mod api;
mod bodies;
mod commitment;
pub mod entity;
pub(crate) mod service;
mod sheet;
mod way;

pub(crate) use api::routes;
pub(crate) use bodies::{Body, of as bodies_of, quoted};
