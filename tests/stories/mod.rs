//! Acceptance scenarios told in order, as people live them.

mod certificates;
mod consultation;
mod disclosure;
mod divisions;
mod mediation;
mod moves;
mod process;
mod two_counties;
