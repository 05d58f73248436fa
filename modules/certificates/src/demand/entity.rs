//! The row of a demand.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_demand")]
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
    /// The paper in the words of who asked.
    pub what: String,
    /// Code of the catalogue entry it was taken for; none when nobody knows the paper.
    pub item: Option<String>,
    /// Name of that entry, or the words.
    pub name: String,
    /// `off_list`, `replaced`, `issued_here`
    pub outcome: String,
    /// What the person was told, as it was that day.
    #[sea_orm(column_type = "JsonBinary")]
    pub told: Json,
    /// 索要单位
    pub requesting_body: String,
    /// For what it was wanted.
    pub matter: Option<String>,
    /// The resident for whom somebody else asked.
    pub on_behalf_of: Option<String>,
    pub recorded_by: Option<Uuid>,
    pub recorded_by_name: String,
    /// The person of the base data of whom it was demanded, where it is one.
    pub person: Option<Uuid>,
    /// What is done instead; none of demands of before ways were recorded.
    pub way: Option<String>,
    /// The day on which a commitment was signed instead.
    pub committed_on: Option<NaiveDate>,
    pub committed_by_name: Option<String>,
    /// What it says: sealed.
    pub commitment: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity);
