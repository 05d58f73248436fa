//! A reform of the catalogue (清理方案): many papers cancelled at once, each with what is done instead, all or none.

mod api;
pub mod entity;
mod service;

pub(crate) use api::routes;
