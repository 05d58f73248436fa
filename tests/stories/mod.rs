//! Acceptance scenarios told in order, as people live them.

mod banned_functions;
mod certificates;
mod collect_once;
mod consultation;
mod disclosure;
mod divisions;
mod handed_over;
mod incidents;
mod joint_dispatch;
mod mediation;
mod moves;
mod process;
mod two_counties;
