//! Mandatory reports of suspected domestic violence (强制报告): straight to the police, and seen by nobody else than who has
//! to do with them.

mod api;
pub mod entity;
mod process;
mod service;

pub(crate) use api::routes;
pub(crate) use process::PROTECTION;
