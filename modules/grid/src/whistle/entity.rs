//! The row of a whistle.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::service::Occasion;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_whistle")]
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
    pub occasion: Occasion,
    pub severity: String,
    pub title: String,
    pub description: String,
    /// The incident that it is about, where it is about one.
    pub incident: Option<Uuid>,
    pub incident_code: Option<String>,
    pub blown_by: Option<Uuid>,
    pub blown_by_name: String,
    /// What came of it, jointly.
    pub result: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("grid.whistle", |row| super::service::label(&row.code, &row.title));
