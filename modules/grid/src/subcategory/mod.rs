//! The categories that a county adds below the provincial ones: `0401` below `04`. Provincial codes are fixed.

mod api;
pub mod entity;
pub(crate) mod service;

pub(crate) use api::routes;
