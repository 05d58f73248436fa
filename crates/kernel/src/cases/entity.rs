//! A matter's part in a case.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "base_case_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub code: String,
    pub module: String,
    pub kind: String,
    pub matter: Uuid,
    pub label: String,
    pub joined_at: DateTime<Utc>,
    /// As what it was taken over, and from which matter.
    pub capability: Option<String>,
    pub from_kind: Option<String>,
    pub from_matter: Option<Uuid>,
    pub ended_at: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
crate::scoped!(Entity);
