//! The row of a deliberation: what it is about, who takes part, what was said, and what became of it.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::Result;
use sea_orm::entity::prelude::*;

use super::kinds::{Form, Origin, Party};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation_deliberation")]
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
    /// What people quote.
    pub code: String,
    /// The code of the affair, the same in every module it passes through.
    pub case_code: String,
    pub origin: Origin,
    pub title: String,
    pub description: String,
    /// Who suggested it, or told of it where it was handed over.
    pub suggested_by: Option<String>,
    pub raised_by_name: String,
    pub form: Option<Form>,
    #[sea_orm(column_type = "JsonBinary")]
    pub parties: Json,
    pub told_on: Option<NaiveDate>,
    pub held_on: Option<NaiveDate>,
    pub venue: Option<String>,
    pub opinions: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub agreed: Json,
    pub dissent: Option<String>,
    /// What those who differ were told.
    pub explanation: Option<String>,
    pub carried_out: Option<String>,
    pub fed_back_on: Option<NaiveDate>,
    /// Where to go instead, of what was declined.
    pub next_door: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("consultation.deliberation", |row| label(&row.code, &row.title));

pub(super) fn label(code: &str, title: &str) -> String {
    format!("{code} {title}")
}

impl Model {
    pub(crate) fn parties(&self) -> Result<Vec<Party>> {
        Ok(serde_json::from_value(self.parties.clone())?)
    }

    pub(crate) fn agreed(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.agreed.clone())?)
    }

    /// Whether something was agreed on.
    pub(crate) fn is_agreed(&self) -> bool {
        self.agreed.as_array().is_some_and(|points| !points.is_empty())
    }
}
