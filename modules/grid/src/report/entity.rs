//! What a resident who has no account follows an incident by. The id is the incident's.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub village: i32,
    /// The word, sealed with the master key.
    pub word: Option<Vec<u8>>,
    /// Fingerprint of the key that it was sent under.
    pub key: Option<String>,
    /// Fingerprint of what was sent.
    pub body: String,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity, county);
