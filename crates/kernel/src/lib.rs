//! What every module of governance stands on: places, module sets, identity, processes, rules, audit and events. It names
//! no module; modules hand themselves over as values.

pub mod audit;
mod base;
pub mod cases;
pub mod clock;
pub mod counties;
pub mod ctx;
pub mod db;
pub mod error;
pub mod events;
mod gate;
pub mod idempotency;
pub mod identity;
pub mod json;
pub mod keyring;
pub mod module;
pub mod openapi;
pub mod page;
pub mod places;
pub mod platform;
pub mod problem;
pub mod process;
pub mod registry;
pub mod rules;
pub mod schema;
pub mod scope;
pub mod settings;
pub mod snapshot;
pub mod standards;
pub mod statistics;
mod text;
mod timers;

pub use base::MODULE;
pub use clock::Clock;
pub use ctx::{Ctx, Reply, Subject, Tx};
pub use db::Db;
pub use error::{Error, Result, invalid, refuse};
pub use gate::PERSONS_ABOVE_COUNTY;
pub use json::{Json, Path, Query};
pub use keyring::Keyring;
pub use module::Module;
pub use platform::{App, Platform};
pub use scope::{Reference, Scope, Scoped};
pub use text::{Lang, Text};
