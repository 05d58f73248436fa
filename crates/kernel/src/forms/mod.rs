//! Forms: a module names the data elements that it needs of somebody; what is known and fresh arrives filled in, and only the
//! rest is asked.

mod answer;
pub mod api;
mod base;
mod check;
mod counters;
mod fill;
mod form;

pub use answer::{Answered, Answers, answer};
pub use base::FORMS;
pub(crate) use check::check;
pub(crate) use counters::reused;
pub use fill::{Filled, FilledField, Standing, fill};
pub use form::{Ask, Field, Form, Ground, OwnKind};
