//! What operators do: commands with their exit codes, a server that explains itself, a demonstration that is whole.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod commands;
mod crash;
mod demonstration;
mod installed;
mod serving;
mod two_processes;
