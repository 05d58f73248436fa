//! The rows of sources, and of the tables that were handed over.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::error::internal;
use jizuo_kernel::{Ctx, Result};
use sea_orm::entity::prelude::*;

use super::mapping::Mapping;
use crate::connector::Http;

/// For what the secret of an interface is sealed.
pub(crate) const SECRET: &str = "certificates.source";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// `http`, `table`
    pub kind: String,
    pub title: String,
    pub department: String,
    /// `statutory_duty`, `consent`
    pub ground: String,
    pub basis: String,
    /// For what the department lets its data be used.
    #[sea_orm(column_type = "JsonBinary")]
    pub purposes: Json,
    /// Codes of the certificate items that it answers.
    #[sea_orm(column_type = "JsonBinary")]
    pub items: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub mapping: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub http: Option<Json>,
    pub secret: Option<Vec<u8>>,
    /// `commitment`, `licence`, `own_door`
    pub fallback: String,
    pub next_door: String,
    /// As of which day the table is.
    pub handed_over_on: Option<NaiveDate>,
    pub handed_over_rows: Option<i32>,
    pub changed_at: DateTime<Utc>,
    pub changed_by_name: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_because: Option<String>,
}

impl Model {
    pub(crate) fn items(&self) -> Vec<String> {
        serde_json::from_value(self.items.clone()).unwrap_or_default()
    }

    pub(crate) fn purposes(&self) -> Vec<String> {
        serde_json::from_value(self.purposes.clone()).unwrap_or_default()
    }

    pub(crate) fn mapping(&self) -> Result<Mapping> {
        Ok(serde_json::from_value(self.mapping.clone())?)
    }

    /// How the interface is asked; none of a table.
    pub(crate) fn http(&self) -> Result<Option<Http>> {
        Ok(self.http.clone().map(serde_json::from_value).transpose()?)
    }

    pub(crate) fn secret(&self, ctx: &Ctx) -> Result<Option<String>> {
        let opened = self.secret.as_ref().map(|sealed| ctx.app.keyring.open(SECRET, self.id.as_bytes(), sealed));
        opened.transpose()?.map(|plain| String::from_utf8(plain).map_err(internal)).transpose()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity, county);

pub mod row {
    //! A person in a table that a department handed over.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificates_table_row")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub source: Uuid,
        /// As what the identity number is marked.
        pub marked_as: String,
        /// The keyed mark of the identity number.
        pub mark: String,
        /// The identity number, sealed, so that another master key marks it anew.
        pub number: Vec<u8>,
        /// The name and the other columns, sealed.
        pub content: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity, county);
}
