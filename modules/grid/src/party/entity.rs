//! The row of a co-operating party.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_party")]
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
    pub incident: Uuid,
    /// Code and title of the incident, so that the party's lists need not look it up.
    pub code: String,
    pub title: String,
    pub severity: String,
    /// The organisation of the base data, where it is one.
    pub organisation: Option<Uuid>,
    /// What it is called; without an organisation, the contact's name.
    pub name: String,
    /// The account that acts for it.
    pub contact: Uuid,
    pub contact_name: String,
    /// Why it is not theirs.
    pub objection: Option<String>,
    pub outcome: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("grid.party", |row| super::service::label(&row.code, &row.title, &row.name));
