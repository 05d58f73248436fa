//! The working-day calendar: the built-in notices, and those an operator imported.

use jizuo_standards::calendar::Calendar;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::entity::holidays;
use crate::error::FieldError;
use crate::snapshot::Part;
use crate::{Error, Reference, Result, Tx};

pub async fn load(db: &impl ConnectionTrait) -> Result<Calendar> {
    let mut calendar = Calendar::builtin();
    for row in holidays::Entity::all().all(db).await? {
        let year = Calendar::from_toml(&row.source).map_err(crate::error::internal)?;
        calendar = calendar.merge(year);
    }
    Ok(calendar)
}

/// Takes a year's notice; the same year again replaces it.
pub async fn import(tx: &mut Tx, year: i32, source: &str) -> Result<()> {
    let calendar =
        Calendar::from_toml(source).map_err(|fault| Error::Invalid(vec![FieldError::standard("source", fault)]))?;
    if !calendar.covers(year) {
        return Err(crate::error::invalid(
            "year",
            "base.holidays.year",
            crate::say!("文件里没有 {year} 年的安排", "the file says nothing of {year}"),
        ));
    }
    holidays::Entity::remove().filter(holidays::Column::Year.eq(year)).exec(tx.db()).await?;
    let row = holidays::ActiveModel { year: Set(year), source: Set(source.to_owned()) };
    holidays::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.touch(Part::Calendar);
    tx.note("year", year);
    Ok(())
}
