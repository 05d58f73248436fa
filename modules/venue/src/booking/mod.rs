//! A booking: somebody asks for a room of the village on a day.

mod api;
pub mod entity;
mod service;

pub(crate) use api::routes;
