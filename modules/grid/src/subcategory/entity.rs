//! The row of a county's own category. It is ended and never deleted, and its code is not used again.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_subcategory")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Four digits, the first two those of the provincial category.
    pub code: String,
    pub title: String,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
}

impl Model {
    /// The provincial category that it is part of.
    pub fn category(&self) -> &str {
        self.code.get(..2).unwrap_or_default()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity, county);
