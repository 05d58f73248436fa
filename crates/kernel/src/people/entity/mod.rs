//! Rows of the base data.

mod bonds;
mod facts;
mod imports;
mod subjects;

pub use bonds::{arrival, member, merge, post};
pub use facts::{consent, element_use, fact, request};
pub use imports::{batch, fault, file};
pub use subjects::{address, household, organisation, person};
