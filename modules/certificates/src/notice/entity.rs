//! The row of a notice: one for a county and a quarter. Who demanded what is counted from the demands when it is read.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `2026-Q1`
    pub quarter: String,
    pub since: DateTime<Utc>,
    /// Until before this moment.
    pub until: DateTime<Utc>,
    pub opened_at: DateTime<Utc>,
    /// The number of demands that opened it.
    pub threshold: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity, county);
