//! The row of a mandatory report.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::service::Capacity;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_protection")]
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
    pub code: String,
    pub capacity: Capacity,
    /// What was seen, of whom and where. Sealed with the master key.
    pub account: Option<Vec<u8>>,
    pub reported_by: Option<Uuid>,
    pub reported_by_name: String,
    /// The police officer that it went to.
    pub officer: Uuid,
    pub officer_name: String,
    /// The day of the written warning.
    pub warned_on: Option<NaiveDate>,
    /// The days on which both sides were visited after it.
    pub victim_visited_on: Option<NaiveDate>,
    pub offender_visited_on: Option<NaiveDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
// A label stands in inboxes: it says nothing of what happened.
jizuo_kernel::matter!("grid.protection", |row| row.code.clone());
