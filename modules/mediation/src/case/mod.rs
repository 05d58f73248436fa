//! A mediation case: a dispute, its parties, what they agreed on, and what follows from it.

mod agreeing;
pub mod agreement;
mod api;
mod confirmation;
pub mod dispute;
pub mod entity;
mod full;
pub mod party;
pub(crate) mod service;

pub(crate) use api::routes;
pub(crate) use party::held;
