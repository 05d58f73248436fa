//! Whistle (街乡吹哨、部门报到): a township calls departments to where they are needed, and rates how they came.

mod api;
pub mod call;
mod call_api;
pub mod entity;
mod process;
mod service;

pub(crate) use api::routes;
pub(crate) use process::{CALL, WHISTLE};
