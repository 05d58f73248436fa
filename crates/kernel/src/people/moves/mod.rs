//! What becomes of persons: they die, move within the county, move to another county, and come back.

pub mod api;
mod arrivals;
mod away;
mod death;

pub(crate) use api::routes;

use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::sea_query::Expr;

use super::entity::person;
use super::households::members::{self, Left};
use super::{Standing, rows};
use crate::error::{Faults, invalid};
use crate::places::Place;
use crate::{Ctx, Result, Text, Tx, say};

/// A village of the county that somebody's row is of, by its code.
fn within_county(ctx: &Ctx, faults: &mut Faults, county: i32, code: &str) -> Option<Arc<Place>> {
    let Some(place) = ctx.snapshot.places.resolve(code).map(|found| found.place).filter(|place| place.until.is_none())
    else {
        let why = Text::new("没有这个编码的地方，请核对", "there is no place with this code; check it");
        faults.add("to", "base.place.unknown", why);
        return None;
    };
    if place.chain() != county {
        let name = &place.name;
        let why = say!("{name}不在本县，请办理迁出", "{name} is not in this county; record that they move out of it");
        faults.add("to", "base.person.other_county", why);
        return None;
    }
    super::households::kept_there(faults, "to", &place);
    Some(place)
}

/// Somebody moves within the county: the row's places change, the membership ends, everything known stays known.
async fn relocate(
    tx: &mut Tx,
    row: &person::Model,
    to: &Arc<Place>,
    on: NaiveDate,
) -> Result<(person::Model, Option<Left>)> {
    if row.place == to.id {
        let why = Text::new("已登记在这里", "is registered there already");
        return Err(invalid("to", "base.person.there_already", why));
    }
    let current = members::current(tx, row.county, row.id).await?;
    members::not_before(&current, on, "on")?;
    let left = members::depart(tx, row, on, "moved").await?;
    let row = rows::change_person(tx, row, |u| set_place(u, to)).await?;
    Ok((row, left))
}

fn set_place(update: sea_orm::UpdateMany<person::Entity>, to: &Place) -> sea_orm::UpdateMany<person::Entity> {
    update
        .col_expr(person::Column::Prefecture, Expr::value(to.prefecture))
        .col_expr(person::Column::Township, Expr::value(to.township))
        .col_expr(person::Column::Village, Expr::value(to.village))
        .col_expr(person::Column::Place, Expr::value(to.id))
}

/// Somebody who had moved out is here again: the same row, with all its history.
async fn revive(tx: &mut Tx, row: &person::Model, to: &Arc<Place>, on: NaiveDate) -> Result<person::Model> {
    rows::change_person(tx, row, |u| {
        set_place(u, to)
            .col_expr(person::Column::Standing, Expr::value(Standing::Present.as_str()))
            .col_expr(person::Column::StandingSince, Expr::value(on))
            .col_expr(person::Column::MovedTo, Expr::value(None::<i32>))
    })
    .await
}
