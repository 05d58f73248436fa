//! The catalogue as it is in force at a place: the negative list, the items of the place and of those above it, and the
//! look-up by everyday words.

mod api;
mod compare;
pub(crate) mod issuing;
mod negative;
mod open_data;
mod service;
pub(crate) mod words;

pub(crate) use api::routes;
pub(crate) use service::{Answer, Entry, blocked_by, in_force, in_force_at, look_up};
