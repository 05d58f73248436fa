//! How fast an incident has to go, and how it came in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How fast it has to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    #[default]
    Ordinary,
    Urgent,
    Emergency,
}

impl Severity {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Severity::Ordinary => "ordinary",
            Severity::Urgent => "urgent",
            Severity::Emergency => "emergency",
        }
    }

    pub(crate) fn parse(text: &str) -> Severity {
        [Severity::Urgent, Severity::Emergency].into_iter().find(|s| s.as_str() == text).unwrap_or_default()
    }

    /// Picks the stricter deadline rule.
    pub(crate) fn pace(self) -> Option<&'static str> {
        (self != Severity::Ordinary).then(|| self.as_str())
    }
}

/// How it came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    #[default]
    GridWorker,
    Resident,
    Hotline,
    Department,
    /// A camera or a sensor.
    Camera,
    Consultation,
    Paper,
}

impl Channel {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Channel::GridWorker => "grid_worker",
            Channel::Resident => "resident",
            Channel::Hotline => "hotline",
            Channel::Department => "department",
            Channel::Camera => "camera",
            Channel::Consultation => "consultation",
            Channel::Paper => "paper",
        }
    }
}
