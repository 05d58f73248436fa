//! The one refusal of this library: what a person mistyped, in two languages, with the rule it breaks.

use serde::Serialize;

/// Something typed or imported that breaks a standard or a law.
///
/// `zh` and `en` each say what is wrong *and* what to do about it, so they can be shown as they are. They never
/// repeat a personal value: a fault may be logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Dotted and stable, e.g. `standards.identity.check`.
    pub code: &'static str,
    pub zh: String,
    pub en: String,
    /// The standard or article broken, e.g. `GB 11643-1999`.
    pub source: &'static str,
}

impl Fault {
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>, source: &'static str) -> Fault {
        Fault { code, zh: zh.into(), en: en.into(), source }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Fault {}

/// A value that can be used, and perhaps a warning that an authorised clerk may override with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<T> {
    pub value: T,
    pub warning: Option<Fault>,
}

impl<T> Checked<T> {
    /// The value where nobody is at hand who may override: the warning becomes the fault.
    pub fn strict(self) -> Result<T, Fault> {
        match self.warning {
            Some(fault) => Err(fault),
            None => Ok(self.value),
        }
    }
}
