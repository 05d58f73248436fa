//! stub
use clap::Args;
use super::Circumstances;
use crate::failure::Outcome;
#[derive(Debug, Args)]
pub(super) struct Demo {}
impl Demo { pub(super) async fn run(self, _with: &Circumstances) -> Outcome { Ok(()) } }
