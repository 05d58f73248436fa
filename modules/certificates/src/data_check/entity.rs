//! The row of a data check.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_query")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub at: DateTime<Utc>,
    pub person: Uuid,
    /// Masked.
    pub holder: String,
    /// Code of the certificate item.
    pub item: String,
    pub item_name: String,
    pub purpose: String,
    pub source: Uuid,
    /// As the source was that day, as is what follows.
    pub source_title: String,
    pub department: String,
    /// `statutory_duty`, `consent`
    pub ground: String,
    pub basis: String,
    /// As of which day the table was.
    pub data_of: Option<NaiveDate>,
    /// `confirmed`, `differs`, `unknown`, `failed`
    pub outcome: String,
    pub failure: Option<String>,
    pub took_ms: i32,
    /// What was shown, sealed; forgotten after a while.
    pub answer: Option<Vec<u8>>,
    /// `commitment`, `licence`, `own_door`
    pub fallback: String,
    pub next_door: String,
    pub asked_by: Option<Uuid>,
    pub asked_by_name: String,
    /// The paper that it was made for, or that it verified: of no other.
    pub paper: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity);
