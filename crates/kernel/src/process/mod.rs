//! Processes: the life of a matter as data that counties adapt, the matters that go through it, and who must do what by when.

mod another;
pub mod api;
mod clock;
mod definition;
pub mod entity;
mod face;
mod inbox;
mod matter;
mod overlay;
mod parts;
mod refusal;
pub(crate) mod steps;
mod timeline;

pub use another::{Other, only_another_person};
pub use clock::Clock;
pub use definition::{Definition, Phase, Process, Skip, State, StateDef, Step, StepDef};
pub use entity::task;
pub(crate) use face::shared;
pub use face::{Course, Face, Head, MatterPath, StepBody, Wanted, amend, done, find, list, opened, set};
pub(crate) use inbox::shown_at;
pub use inbox::{Task, inbox, tell_overdue};
pub use matter::{Facts, Matter, Move, Opening, advance, open, open_actions, step_of};
pub use overlay::{Added, Effective, Laid, Overlay, Overlays, effective, lay, load};
pub use parts::{LeftOut, OverlayHere, SkipHere, StepHere};
pub use steps::steps;
pub use timeline::{Run, Taken, history, note, relocate, run};
