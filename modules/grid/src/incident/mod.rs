//! An incident: what somebody saw, where, and what became of it.

mod api;
mod category;
pub mod entity;
pub(crate) mod service;

pub(crate) use api::routes;
pub use category::{CATEGORIES, Category};
pub(crate) use service::DISPUTE;
