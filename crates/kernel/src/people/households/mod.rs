//! Households: founded, joined, led, moved as a whole, dissolved.

pub mod api;
mod find;
pub mod members;

pub(crate) use api::{HouseholdInFull, in_full, routes};

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::element;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{address, household, person};
use super::facts::{self, Basis, Provenance};
use super::{Subject, rows, sources};
use crate::error::{Faults, FieldError, internal, refuse};
use crate::places::Place;
use crate::{Ctx, Error, Result, Scope, Scoped, Text, Tx, db, say};

/// A household to be founded; its head joins it afterwards.
#[derive(Clone, Debug)]
pub(crate) struct Founding {
    pub number: Option<String>,
    pub address: Option<Uuid>,
    pub on: NaiveDate,
    pub import: Option<Uuid>,
}

/// Founds a household without anybody in it yet.
pub(crate) async fn found(tx: &mut Tx, place: &Arc<Place>, new: Founding) -> Result<household::Model> {
    let county = Scope::counties(vec![place.chain()]);
    if let Some(number) = &new.number {
        free_number(tx, &county, place, number).await?;
    }
    if let Some(address) = new.address {
        known_address(tx, &county, address).await?;
    }
    let row = household::ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        number: Set(new.number),
        head: Set(None),
        head_name: Set(String::new()),
        address: Set(new.address),
        standing: Set(rows::PRESENT.to_owned()),
        standing_since: Set(new.on),
        import: Set(new.import),
        version: Set(1),
        created_at: Set(tx.now),
        changed_at: Set(tx.now),
    };
    match household::Entity::insert(row).exec_with_returning(tx.db()).await {
        Ok(row) => Ok(row),
        // Somebody founded it at the same moment.
        Err(error) if db::is_duplicate(&error) => Err(taken(None)),
        Err(error) => Err(error.into()),
    }
}

/// One number, one household of the village.
async fn free_number(tx: &Tx, county: &Scope, place: &Place, number: &str) -> Result<()> {
    let there = household::Entity::within(county)
        .filter(household::Column::Village.eq(place.village))
        .filter(household::Column::Number.eq(number))
        .one(tx.db())
        .await?;
    there.map_or(Ok(()), |row| Err(taken(Some(&row))))
}

fn taken(by: Option<&household::Model>) -> Error {
    let why = Text::new("这个户号在本村已有，请核对", "this village has a household with that number; check it");
    let refusal = refuse("base.household.number_taken", why)
        .source(Text::new("平台规则：户号在一个村内唯一", "platform rule: a household number is one in a village"))
        .who(Text::new("改用另一户号，或在已有的户上办理", "another number, or act on the household that has it"));
    match by {
        Some(row) => refusal.current(serde_json::json!({ "id": row.id, "standing": row.standing })).into(),
        None => refusal.into(),
    }
}

/// An address that the county has on record.
pub(crate) async fn known_address(tx: &Tx, county: &Scope, id: Uuid) -> Result<()> {
    let found = address::Entity::within(county).filter(address::Column::Id.eq(id)).one(tx.db()).await?;
    let why = Text::new("没有这个地址，请先登记地址", "there is no such address; record the address first");
    found.map(|_| ()).ok_or_else(|| crate::invalid("address", "base.address.unknown", why))
}

/// Ends a household: everybody in it leaves it.
pub(crate) async fn dissolve(tx: &mut Tx, row: &household::Model, on: NaiveDate) -> Result<household::Model> {
    let members = members::of_household(tx, row).await?;
    members::not_before(&members, on, "on")?;
    let county = Scope::counties(vec![row.county]);
    let (ids, persons): (Vec<Uuid>, Vec<Uuid>) = members.iter().map(|row| (row.id, row.person)).unzip();
    rows::persons(tx, row.county, &persons).await?;
    members::end(tx, &county, &ids, on, rows::DISSOLVED).await?;
    members::leave_no_trace(tx, &county, &persons).await?;
    rows::change_household(tx, row, |u| {
        u.col_expr(household::Column::Standing, Expr::value(rows::DISSOLVED))
            .col_expr(household::Column::StandingSince, Expr::value(on))
            .col_expr(household::Column::Head, Expr::value(None::<Uuid>))
    })
    .await
}

/// The whole household moves within the county: its row, and the rows of all who live in it.
pub(crate) async fn relocate(
    tx: &mut Tx,
    row: &household::Model,
    to: &Arc<Place>,
    number: Option<String>,
    address: Option<Uuid>,
) -> Result<(household::Model, Vec<person::Model>)> {
    let county = Scope::counties(vec![row.county]);
    let members = members::of_household(tx, row).await?;
    let ids: Vec<Uuid> = members.iter().map(|row| row.person).collect();
    let persons = rows::persons(tx, row.county, &ids).await?;
    let number = number.or_else(|| row.number.clone());
    if let Some(number) = &number
        && (to.village != row.village || row.number.as_ref() != Some(number))
    {
        free_number(tx, &county, to, number).await?;
    }
    if let Some(address) = address {
        known_address(tx, &county, address).await?;
    }
    let moved = rows::change_household(tx, row, |u| {
        u.col_expr(household::Column::Prefecture, Expr::value(to.prefecture))
            .col_expr(household::Column::Township, Expr::value(to.township))
            .col_expr(household::Column::Village, Expr::value(to.village))
            .col_expr(household::Column::Place, Expr::value(to.id))
            .col_expr(household::Column::Number, Expr::value(number))
            .col_expr(household::Column::Address, Expr::value(address))
    })
    .await?;
    person::Entity::update_within(&county)
        .col_expr(person::Column::Prefecture, Expr::value(to.prefecture))
        .col_expr(person::Column::Township, Expr::value(to.township))
        .col_expr(person::Column::Village, Expr::value(to.village))
        .col_expr(person::Column::Place, Expr::value(to.id))
        .col_expr(person::Column::ChangedAt, Expr::value(tx.now))
        .filter(person::Column::Id.is_in(ids))
        .exec(tx.db())
        .await?;
    Ok((moved, persons))
}

/// The counties that some rows are of, for tables that whole counties share.
pub(crate) fn counties_of(counties: impl Iterator<Item = i32>) -> Scope {
    let mut ids: Vec<i32> = counties.collect();
    ids.sort_unstable();
    ids.dedup();
    Scope::counties(ids)
}

/// A day of an event: not in the future, not before anybody now alive.
pub(crate) fn day(ctx: &Ctx, faults: &mut Faults, field: &str, on: Option<NaiveDate>) -> NaiveDate {
    let on = on.unwrap_or_else(|| ctx.today());
    if on > ctx.today() {
        faults.add(field, "base.field.future", Text::new("不能晚于今天", "not later than today"));
    }
    if NaiveDate::from_ymd_opt(1900, 1, 1).is_some_and(|first| on < first) {
        faults.add(field, "base.field.early", Text::new("日期太早，请核对", "too early; check the date"));
    }
    on
}

/// Where persons and households are kept: in a village or community, or below one.
pub(crate) fn kept_there(faults: &mut Faults, field: &str, place: &Arc<Place>) {
    if !rows::village_or_below(place) {
        let name = &place.name;
        let why = say!("请选择到村（社区），{name}太大", "choose a village or community; {name} is too large");
        faults.push(FieldError::new(field, "base.place.village_wanted", why));
    }
}

/// A source by its id; the fault is kept where there is no such source.
pub(crate) fn source(faults: &mut Faults, id: &str) -> &'static str {
    match sources::named("source", id) {
        Ok(source) => &source.id,
        Err(error) => {
            faults.push(*error);
            ""
        }
    }
}

/// What a day's statement from a source that was checked counts as.
pub(crate) fn provenance(source: &str, observed_on: NaiveDate) -> Result<Provenance> {
    let source = sources::find(source).ok_or_else(|| internal(format!("there is no source {source}")))?;
    Ok(Provenance { source, observed_on, basis: Basis::StatutoryDuty, import: None, valid_until: None, rank: None })
}

/// The number as something known, with its source.
pub(crate) async fn recorded(
    tx: &mut Tx,
    row: &household::Model,
    number: Option<String>,
    how: &Provenance,
) -> Result<()> {
    let (Some(number), Some(element)) = (number, element::find("household.number")) else { return Ok(()) };
    facts::record_all(tx, &Subject::from(row), &[(element, number)], how).await?;
    Ok(())
}
