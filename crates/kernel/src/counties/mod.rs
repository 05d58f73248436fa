//! Counties' module sets: which modules are on where, who decided it, and what a switch would mean.

pub mod api;
pub mod card;
pub mod entity;
pub mod file;
pub mod overview;
pub mod plan;
mod sets;
mod switch;

pub use sets::{InForce, Sets, Setting, State, is_alive_here, load, settings_of, state, takes_new, with_module};
pub(crate) use sets::{is_alive_at, narrow};
pub use switch::{Impact, Switch, impact, put_settings, switch};
