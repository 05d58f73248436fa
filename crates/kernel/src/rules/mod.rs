//! Rules: numbers and switches of law and custom, each with its source, its dates in force, and how far a lower level
//! may move it. No number of law stands in code.

pub mod api;
pub mod calendar;
pub mod entity;
mod in_force;
mod overlay;
mod registry;

pub use in_force::{InForce, Laid, after_working_days, due, in_force, last_day, put_off};
pub use overlay::{Conflict, Overlays, conflicts, history, inherited, lay, lift, load, refused_to};
pub use registry::{Direction, Kind, Registry, Rule};
