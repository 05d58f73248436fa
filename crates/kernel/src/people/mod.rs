//! Base data: persons, households, organisations and addresses, each value with its source, collected once.

pub mod addresses;
pub mod api;
pub mod consents;
pub mod entity;
mod erasure;
pub mod facts;
pub mod freshness;
pub(crate) mod held;
pub mod households;
pub mod initials;
pub mod look_up;
pub mod matching;
pub mod merges;
pub(crate) mod minors;
pub mod moves;
pub mod organisations;
pub mod persons;
mod project;
pub mod requests;
pub(crate) mod retention;
pub mod reveal;
mod rows;
pub mod seal;
pub mod show;
pub mod sources;
pub mod take_back;
pub mod weigh;
pub mod wire;

use chrono::DateTime;
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::module::{Figure, Period, Work};
use crate::{Ctx, statistics};

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

/// Persons who live in the places below, counted now.
pub(crate) fn count_present(ctx: &Ctx, period: Period) -> Work<'_, Vec<Figure>> {
    Box::pin(async move {
        use entity::person::{Column, Entity};
        // A figure of a moment, not of a period: who was registered by its end, and is here.
        let until = Period { from: DateTime::UNIX_EPOCH, to: period.to };
        let present = Column::Standing.eq(Standing::Present.as_str());
        statistics::count_by::<Entity>(ctx, Column::CreatedAt, until, Column::Standing, Some(present)).await
    })
}
