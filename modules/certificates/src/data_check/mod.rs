//! A data check: the department's data is asked instead of the person's paper. Whatever comes of it, the person is told what to do.

mod api;
pub mod entity;
pub(crate) mod for_paper;
pub(crate) mod service;

pub(crate) use api::{DataCheck, routes};
