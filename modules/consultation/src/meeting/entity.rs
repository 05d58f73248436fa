//! The row of a meeting: its figures, and what was computed of them by the rules in force on its date.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::Result;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Figure;
use super::computation::Computation;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation_meeting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub state: String,
    pub phase: String,
    pub process: String,
    pub version: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// What people quote: printed on the minutes.
    pub code: String,
    /// The code of the case that it is part of, where it follows from a deliberation.
    pub case_code: Option<String>,
    /// The id of a [`super::body::Body`].
    pub body: String,
    /// The code of a [`super::matter::Subject`].
    pub matter: String,
    pub title: String,
    pub description: String,
    pub venue: Option<String>,
    /// The date whose rules count.
    pub held_on: NaiveDate,
    pub notice_on: Option<NaiveDate>,
    /// Why people were told at short notice.
    pub short_notice: Option<String>,
    /// Which decision or charter lets representatives decide.
    pub delegation: Option<String>,
    pub called_by_name: String,
    pub studied_on: Option<NaiveDate>,
    pub adults: Option<i32>,
    pub households: Option<i32>,
    pub committee: Option<i32>,
    pub representatives: Option<i32>,
    pub women_representatives: Option<i32>,
    /// Members of the collective with full legal capacity.
    pub members: Option<i32>,
    pub in_person: Option<i32>,
    pub online: Option<i32>,
    pub by_proxy: Option<i32>,
    pub yes: Option<i32>,
    pub no: Option<i32>,
    pub abstain: Option<i32>,
    /// Of the yes votes those of representatives, where law counts only them.
    pub yes_of_representatives: Option<i32>,
    /// [`Outcome`], never null so that it is counted.
    pub result: String,
    /// Notice and composition, as computed when it was called.
    #[sea_orm(column_type = "JsonBinary")]
    pub convening: Json,
    /// At most one.
    #[sea_orm(column_type = "JsonBinary")]
    pub quorum: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub pass: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("consultation.meeting", |row| format!("{} {}", row.code, row.title));

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::Outcome)]
pub(crate) enum Outcome {
    /// Not voted yet.
    Open,
    Passed,
    Rejected,
    /// The quorum was not reached (流会).
    NotValid,
    Cancelled,
}

impl Outcome {
    pub(crate) const ALL: [Outcome; 5] =
        [Outcome::Open, Outcome::Passed, Outcome::Rejected, Outcome::NotValid, Outcome::Cancelled];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Passed => "passed",
            Outcome::Rejected => "rejected",
            Outcome::NotValid => "not_valid",
            Outcome::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Outcome {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text).unwrap_or(Outcome::Open)
    }
}

impl Model {
    pub(crate) fn figure(&self, figure: Figure) -> Option<u32> {
        let kept = match figure {
            Figure::Adults => self.adults,
            Figure::Households => self.households,
            Figure::Committee => self.committee,
            Figure::Representatives => self.representatives,
            Figure::WomenRepresentatives => self.women_representatives,
            Figure::Members => self.members,
        };
        kept.and_then(|n| u32::try_from(n).ok())
    }

    /// Everybody who counts as there, once attendance was recorded.
    pub(crate) fn present(&self) -> Option<u32> {
        let all = [self.in_person?, self.online?, self.by_proxy?];
        u32::try_from(all.iter().map(|n| i64::from(*n)).sum::<i64>()).ok()
    }

    pub(crate) fn convening(&self) -> Result<Vec<Computation>> {
        Ok(serde_json::from_value(self.convening.clone())?)
    }

    /// None where the law asks for no quorum, and before attendance was recorded.
    pub(crate) fn quorum(&self) -> Result<Option<Computation>> {
        Ok(serde_json::from_value::<Vec<Computation>>(self.quorum.clone())?.pop())
    }

    pub(crate) fn pass(&self) -> Result<Vec<Computation>> {
        Ok(serde_json::from_value(self.pass.clone())?)
    }
}
