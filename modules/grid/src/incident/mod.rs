//! An incident: what somebody saw, where, and what became of it.

pub(crate) mod api;
pub(crate) mod category;
mod dispatch;
mod duplicates;
pub mod ending;
pub mod entity;
mod filter;
pub(crate) mod follow_up;
pub(crate) mod handing_over;
mod kinds;
mod on_the_spot;
pub(crate) mod point;
pub(crate) mod rest;
pub(crate) mod service;

pub(crate) use api::routes;
pub use category::{CATEGORIES, Category};
pub(crate) use ending::Ending;
pub(crate) use entity::Entity;
pub use follow_up::Satisfaction;
pub(crate) use handing_over::TAKEN_OVER;
pub(crate) use point::{lies_in, open_with_a_point};
pub(crate) use service::Channel;
