//! What the measuring programs share.

pub mod wire;

/// What a measurement ends with when it cannot go on.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
