//! The net of grids: drawn once for all departments, staffed, changed with history.

mod api;
pub(crate) mod boundary;
mod change;
mod coverage;
pub mod entity;
mod file;
mod import;
mod map;
mod members;
mod service;
mod staff;
mod standing;

pub(crate) use api::routes;
pub(crate) use service::Drawn;
