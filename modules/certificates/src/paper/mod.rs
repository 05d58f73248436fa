//! A paper: applied for under an item of the catalogue, verified, issued with a number and a signature, checked by anybody, revoked.

mod api;
mod by_data;
pub(crate) mod check;
mod code;
mod document;
mod docx;
pub mod entity;
mod html;
mod issue;
mod keys;
mod licence;
pub(crate) mod service;
pub(crate) mod template;

pub(crate) use api::routes;
