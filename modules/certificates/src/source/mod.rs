//! A source: a department's data that the county may check instead of asking for a paper.

mod api;
pub mod entity;
pub(crate) mod file;
pub(crate) mod kind;
pub(crate) mod mapping;
pub(crate) mod service;

pub(crate) use api::routes;
