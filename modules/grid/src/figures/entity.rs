//! The row of a tally: what became of the incidents of one county, day of report and category.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_tally")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    /// The day of the report, in China.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: String,
    pub prefecture: Option<i32>,
    pub reported: i32,
    pub ended: i32,
    /// Of the ended, with no step after its deadline.
    pub on_time: i32,
    pub solved: i32,
    /// Of the solved, without leaving the village.
    pub near: i32,
    /// Of the ended, what was nothing to solve: withdrawn, merged, declined.
    pub void: i32,
    /// How often something was done again.
    pub reopened: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl jizuo_kernel::Scoped for Entity {
    const COUNTY: Column = Column::County;
    fn level(level: jizuo_kernel::scope::LevelColumn) -> Option<Column> {
        (level == jizuo_kernel::scope::LevelColumn::Prefecture).then_some(Column::Prefecture)
    }
}
