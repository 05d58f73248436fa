//! The one binary: the list of modules of this build, the command line, and the outermost router. The tests share it.

pub mod cli;
mod demo;
pub mod documents;
mod failure;
mod installation;
mod log;
mod table;
mod terminal;
pub mod web;

use jizuo_kernel::Module;

/// Every module of this build; the whole registry. The base comes first.
pub static MODULES: &[&Module] = &[
    &jizuo_kernel::MODULE,
    #[cfg(feature = "grid")]
    &jizuo_grid::MODULE,
    #[cfg(feature = "certificates")]
    &jizuo_certificates::MODULE,
    #[cfg(feature = "venue")]
    &jizuo_venue::MODULE,
    #[cfg(feature = "consultation")]
    &jizuo_consultation::MODULE,
    #[cfg(feature = "mediation")]
    &jizuo_mediation::MODULE,
];
