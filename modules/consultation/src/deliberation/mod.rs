//! A deliberation (协商事项): people of a village talk a matter over and form opinions. It decides nothing: what cannot be agreed
//! on goes to a meeting that can.

mod api;
mod ending;
pub mod entity;
pub(crate) mod full;
mod kinds;
pub(crate) mod service;

pub(crate) use api::routes;
pub(crate) use ending::came_back;
