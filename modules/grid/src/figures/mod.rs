//! What is counted from the incidents: figures by category and place, five zeros, hot spots. Kept right with every change in
//! the same write, so that a province is counted without its incidents being read.

mod api;
pub(crate) mod cells;
pub mod entity;
pub(crate) mod tally;

pub(crate) use api::routes;
