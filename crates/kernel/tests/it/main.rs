//! What the kernel does for any module, through HTTP where there is an operation for it, on either database.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod accounts;
mod administration;
mod audit;
mod consents;
mod counties;
mod divisions;
mod events;
mod forms;
mod hostile;
mod households;
mod idempotency;
mod import;
mod merges;
mod modules;
mod moves;
mod organisations;
mod overlays;
mod pages;
mod probe;
mod processes;
mod registry;
mod requests;
mod residents;
mod rotation;
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
