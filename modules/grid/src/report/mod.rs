//! The resident's side: reporting without an account or on paper, and following by code and word what becomes of it.

mod api;
pub mod entity;
mod paper;
mod service;

pub(crate) use api::routes;

/// What needs no signing in.
pub(crate) const PUBLIC: &[&str] =
    &["grid_report_file", "grid_report_follow", "grid_report_rate", "grid_report_withdraw", "grid_report_form"];
