//! The row of a mediation case.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::agreement::Form;
use super::dispute::{self, EndReason, Organ, Prior, Source};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mediation_case")]
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
    /// Code of the list `dispute_type`.
    pub dispute_type: String,
    pub source: Source,
    /// Who entrusted it, where that is the source.
    pub organ: Option<Organ>,
    /// Who else has it.
    pub prior: Prior,
    pub summary: String,
    /// Who came with it, as the module that handed it over knows.
    pub told_by: Option<String>,
    /// The resident for whom somebody else filed.
    pub on_behalf_of: Option<String>,
    pub registered_by: Option<Uuid>,
    pub registered_by_name: String,
    pub mediator: Option<Uuid>,
    /// The party that clearly refused mediation.
    pub refused_by: Option<Uuid>,
    pub refused_on: Option<NaiveDate>,
    /// How the agreement took effect.
    pub form: Option<Form>,
    pub effective_on: Option<NaiveDate>,
    pub end_reason: Option<EndReason>,
    /// The day of the joint application to the court, and which court.
    pub confirmation_on: Option<NaiveDate>,
    pub confirmation_court: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
// Never the parties' names: a label stands in inboxes and in other modules.
jizuo_kernel::matter!("mediation.case", |row| label(&row.code, &row.dispute_type));

pub(super) fn label(code: &str, dispute_type: &str) -> String {
    format!("{code} {}", dispute::title(dispute_type).zh)
}
