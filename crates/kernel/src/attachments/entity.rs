//! Rows of attachments; what is in them lies apart, so that a list reads none of it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "base_attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `grid.incident`
    pub kind: String,
    pub matter: Uuid,
    /// One of as many as a matter may hold; none once it was taken back.
    pub slot: Option<i32>,
    pub media: String,
    pub digest: String,
    pub note: Option<String>,
    pub added_by_name: String,
    pub added_at: DateTime<Utc>,
    pub taken_back_at: Option<DateTime<Utc>>,
    pub taken_back_by_name: Option<String>,
    pub taken_back_because: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
crate::scoped!(Entity, county);

pub mod content {
    //! What is in an attachment, sealed under a key of its own.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_attachment_content")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Sealed with the master key.
        pub sealed_key: Vec<u8>,
        /// Sealed with that key.
        pub content: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}
