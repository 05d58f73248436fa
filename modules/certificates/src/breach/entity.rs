//! The row of a false commitment. It is the county's: no part of one sees the list.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_breach")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In the base data.
    pub person: Uuid,
    pub holder: String,
    /// The demand that was answered with the commitment, where it was made here.
    pub demand: Option<Uuid>,
    pub reason: String,
    pub opened_at: DateTime<Utc>,
    pub recorded_by_name: String,
    /// When it was repaired.
    pub closed_at: Option<DateTime<Utc>>,
    pub repaired_by_name: Option<String>,
    pub repaired_because: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity, county);
