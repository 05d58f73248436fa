//! Base data: persons, households, organisations and addresses, each value with its source, collected once.

pub mod entity;
pub mod facts;
pub mod freshness;
pub mod initials;
pub mod matching;
pub mod persons;
mod project;
pub mod seal;
pub mod sources;
pub mod take_back;
pub mod weigh;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom facts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]

pub enum SubjectKind {
    Person,
    Household,
    Organisation,
}

impl SubjectKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SubjectKind::Person => "person",
            SubjectKind::Household => "household",
            SubjectKind::Organisation => "organisation",
        }
    }
}

/// One person, household or organisation, and the county whose rows they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Uuid,
    pub county: i32,
}

impl Subject {
    pub fn new(kind: SubjectKind, id: Uuid, county: i32) -> Subject {
        Subject { kind, id, county }
    }
}

impl From<&entity::person::Model> for Subject {
    fn from(row: &entity::person::Model) -> Subject {
        Subject::new(SubjectKind::Person, row.id, row.county)
    }
}

impl From<&entity::household::Model> for Subject {
    fn from(row: &entity::household::Model) -> Subject {
        Subject::new(SubjectKind::Household, row.id, row.county)
    }
}

impl From<&entity::organisation::Model> for Subject {
    fn from(row: &entity::organisation::Model) -> Subject {
        Subject::new(SubjectKind::Organisation, row.id, row.county)
    }
}

/// What has become of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PersonStanding)]
pub enum Standing {
    /// Lives here, as far as is known.
    Present,
    Dead,
    /// Moved to another county.
    MovedOut,
    /// Is the same as another row, which goes on.
    Merged,
    /// Came with an import that was taken back.
    Withdrawn,
    /// What was known of them is gone.
    Erased,
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Present => "present",
            Standing::Dead => "dead",
            Standing::MovedOut => "moved_out",
            Standing::Merged => "merged",
            Standing::Withdrawn => "withdrawn",
            Standing::Erased => "erased",
        }
    }
}
