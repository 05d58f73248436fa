//! The row of a false commitment. It counts in all of the county.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_breach")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    /// Where it was recorded.
    pub place: i32,
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
jizuo_kernel::scoped!(Entity);
