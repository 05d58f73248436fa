//! An incident: what somebody saw, where, and what became of it.

mod api;
mod category;
mod duplicates;
pub mod entity;
pub(crate) mod follow_up;
mod on_the_spot;
pub(crate) mod rest;
pub(crate) mod service;

pub(crate) use api::routes;
pub use category::{CATEGORIES, Category};
pub(crate) use service::{Channel, DISPUTE};
