//! A catalogue item: what a province, prefecture or county says about one paper.

mod api;
mod choosing;
pub(crate) mod commitment;
pub(crate) mod ending;
pub mod entity;
mod file;
mod kind;
mod paper;
pub(crate) mod service;

pub(crate) use api::routes;
pub(crate) use choosing::{chosen, purpose_of};
pub(crate) use kind::{Replacement, StatusKind, Verification};
