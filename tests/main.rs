//! What must hold for all modules, and the stories that go across them.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod browser;
mod platform;
mod stories;
