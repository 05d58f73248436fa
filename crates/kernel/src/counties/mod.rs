//! Counties' module sets: which modules are on where, who decided it, and what a switch would mean.

pub mod api;
pub mod entity;
pub mod plan;
mod sets;
mod switch;

pub(crate) use sets::narrow;
pub use sets::{
    InForce, Sets, Setting, State, is_alive_at, is_alive_here, load, settings_of, state, takes_new, with_module,
};
pub use switch::{Impact, Switch, impact, put_settings, switch};
