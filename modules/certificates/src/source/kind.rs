//! What a source says of itself by a word: how it is reached, on what ground, and what is done where it does not settle it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a department's data is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::SourceKind)]
pub(crate) enum Kind {
    /// An interface, asked at that moment.
    Http,
    /// A table that was handed over.
    Table,
}

/// On what ground the person's data goes to the department (PIPL 13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::SourceGround)]
pub(crate) enum Ground {
    StatutoryDuty,
    /// Asked of the person before, for this purpose.
    Consent,
}

/// What is done where the data does not settle it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Fallback)]
pub(crate) enum Fallback {
    /// 告知承诺
    Commitment,
    /// 法定证照
    Licence,
    /// 部门窗口
    OwnDoor,
}

macro_rules! named {
    ($($kind:ident { $first:ident = $text:literal $(, $other:ident = $words:literal)* })*) => {$(
        impl $kind {
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $kind::$first => $text,
                    $($kind::$other => $words,)*
                }
            }

            pub(crate) fn parse(text: &str) -> $kind {
                match text {
                    $($words => $kind::$other,)*
                    _ => $kind::$first,
                }
            }
        }
    )*};
}
named! {
    Kind { Table = "table", Http = "http" }
    Ground { Consent = "consent", StatutoryDuty = "statutory_duty" }
    Fallback { OwnDoor = "own_door", Commitment = "commitment", Licence = "licence" }
}
