//! What a merge re-tied and changed, kept so that it can be taken apart again: ids and standings, no values.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that one merge did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    pub facts: Vec<FactMoved>,
    pub members: Vec<TermMoved>,
    pub posts: Vec<TermMoved>,
    pub consents: Vec<ConsentMoved>,
    pub requests: Vec<RequestMoved>,
    pub arrivals: Vec<Uuid>,
    pub heads: Vec<HeadMoved>,
    pub merged: Stood,
}

/// A fact before and after: of the merged person, or of the kept one whose standing it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FactMoved {
    pub id: Uuid,
    pub subject: Uuid,
    pub standing: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
    pub ended_why: Option<String>,
    pub after: String,
}

/// A membership or a post before, and until when it is after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TermMoved {
    pub id: Uuid,
    pub person: Uuid,
    pub until: Option<NaiveDate>,
    pub why_left: Option<String>,
    pub until_after: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ConsentMoved {
    pub id: Uuid,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RequestMoved {
    pub id: Uuid,
    pub version: i32,
}

/// A household that the merged person was head of, and those whose relation was said of that head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HeadMoved {
    pub household: Uuid,
    pub after: Option<Uuid>,
    pub related: Vec<Uuid>,
}

/// What the merged person's row was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stood {
    pub standing: String,
    pub since: NaiveDate,
}
