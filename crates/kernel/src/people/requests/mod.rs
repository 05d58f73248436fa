//! What somebody asks of the data held on them: to see it, a copy, to have it put right, erased or explained (PIPL 45 to 48).

pub(crate) mod api;
mod process;
mod service;

pub use process::REQUEST;
