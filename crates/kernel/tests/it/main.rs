//! What the kernel does for any module, through HTTP where there is an operation for it, on either database.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod accounts;
mod administration;
mod audit;
mod counties;
mod divisions;
mod events;
mod hostile;
mod households;
mod idempotency;
mod import;
mod imports;
mod merges;
mod modules;
mod moves;
mod organisations;
mod overlays;
mod pages;
mod probe;
mod processes;
mod registry;
mod residents;
mod rules;
mod scope;
mod settings;
mod sheets;
mod sign_in;
mod sql;
mod tables;
mod timers;
mod tokens;
mod two_processes;
