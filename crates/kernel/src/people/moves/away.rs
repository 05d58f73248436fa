//! A move to another county: the old county keeps its row and what it knows; the new one is told once, with the basic
//! elements and nothing else.

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::DivisionCode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::entity::{arrival, fact, person};
use super::super::facts;
use super::super::households::members::{self, Left};
use super::super::{Standing, Subject, rows};
use crate::error::{Faults, FieldError};
use crate::places::Place;
use crate::{App, Ctx, Result, Text, Tx, say};

/// What goes along: who somebody is, and nothing of what the old county did for them. No health, no allowance, no political
/// status, no matters, no history.
pub(super) const BASIC: [&str; 12] = [
    "person.identity_number",
    "person.name",
    "person.former_name",
    "person.sex",
    "person.birth_date",
    "person.nationality",
    "person.marital_status",
    "person.education",
    "person.phone",
    "person.registered_place",
    "person.document_type",
    "person.document_number",
];

/// One value on its way to the other county.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Carried {
    pub element: String,
    /// Its normal form.
    pub value: String,
    /// What the original source counts for it.
    pub rank: i32,
    pub observed_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

const PURPOSE: &str = "arrival";

fn seal(app: &App, arrival: Uuid, values: &[Carried]) -> Result<Vec<u8>> {
    app.keyring.seal(PURPOSE, arrival.as_bytes(), &serde_json::to_vec(values)?)
}

/// What came along, for the county that it was told to.
pub(super) fn open(app: &App, row: &arrival::Model) -> Result<Vec<Carried>> {
    match &row.parcel {
        Some(sealed) => Ok(serde_json::from_slice(&app.keyring.open(PURPOSE, row.id.as_bytes(), sealed)?)?),
        None => Ok(Vec::new()),
    }
}

/// Where somebody moves to.
#[derive(Clone, Debug)]
pub(super) enum Away {
    /// A place of another county on this platform.
    Here(Arc<Place>),
    /// A division beyond the platform.
    Beyond(DivisionCode),
}

/// A place outside the county, by its code.
pub(super) fn destination(ctx: &Ctx, faults: &mut Faults, county: i32, code: &str) -> Option<Away> {
    let Some(found) = ctx.snapshot.places.resolve(code) else {
        // A code that this province does not have may be another province's.
        return match DivisionCode::parse(code) {
            Ok(code) if !own_province(ctx, &code) => Some(Away::Beyond(code)),
            Ok(_) => {
                let why =
                    Text::new("本省没有这个编码的地方，请核对", "this province has no place with this code; check it");
                faults.add("to", "base.place.unknown", why);
                None
            }
            Err(fault) => {
                faults.push(FieldError::standard("to", fault));
                None
            }
        };
    };
    let place = found.place;
    let name = &place.name;
    if place.until.is_some() {
        faults.add("to", "base.place.ended", say!("{name}已撤销", "{name} has ended"));
    } else if place.above_county() {
        let why = say!("请选择到县（市、区）或以下，{name}太大", "choose a county or below; {name} is too large");
        faults.add("to", "base.place.county_wanted", why);
    } else if place.chain() == county {
        let why = say!("{name}就在本县，请办理县内迁移", "{name} is in this county; record a move within it");
        faults.add("to", "base.person.same_county", why);
    } else {
        return Some(Away::Here(place));
    }
    None
}

fn own_province(ctx: &Ctx, code: &DivisionCode) -> bool {
    let tree = &ctx.snapshot.places;
    tree.roots().iter().filter_map(|id| tree.get(*id)).any(|root| root.code.get(..2) == code.padded().get(..2))
}

/// Somebody leaves the county. The row stays where it is and says where they went.
pub(super) async fn leave(
    tx: &mut Tx,
    row: &person::Model,
    to: &Away,
    on: NaiveDate,
    reason: &str,
) -> Result<(person::Model, Option<Left>)> {
    let current = members::current(tx, row.county, row.id).await?;
    members::not_before(&current, on, "on")?;
    if let Away::Here(place) = to {
        tell(tx, row, place, on, reason).await?;
    }
    let left = members::depart(tx, row, on, rows::MOVED_OUT).await?;
    let moved_to = match to {
        Away::Here(place) => Some(place.id),
        Away::Beyond(_) => None,
    };
    let row = rows::change_person(tx, row, |u| {
        u.col_expr(person::Column::Standing, Expr::value(Standing::MovedOut.as_str()))
            .col_expr(person::Column::StandingSince, Expr::value(on))
            .col_expr(person::Column::MovedTo, Expr::value(moved_to))
    })
    .await?;
    Ok((row, left))
}

/// Lays the one row into the other county.
async fn tell(tx: &mut Tx, row: &person::Model, to: &Arc<Place>, on: NaiveDate, reason: &str) -> Result<()> {
    let id = tx.id();
    let known = facts::known(tx, &[Subject::from(row)]).await?;
    let carried =
        known.iter().filter(|fact| fact.standing == facts::IN_FORCE && BASIC.contains(&fact.element.as_str()));
    let values = carried.map(|fact| carry(tx, fact)).collect::<Result<Vec<_>>>()?;
    let from = tx.snapshot.places.place(row.place)?;
    let arrival = arrival::ActiveModel {
        county: Set(to.chain()),
        id: Set(id),
        prefecture: Set(to.prefecture),
        township: Set(to.township),
        village: Set(to.village),
        place: Set(to.id),
        name: Set(row.name.clone()),
        from_name: Set(full_name(tx, &from)),
        from_place: Set(from.id),
        from_person: Set(row.id),
        parcel: Set(Some(seal(&tx.app, id, &values)?)),
        identity_mark: Set(row.identity_mark.clone()),
        moved_on: Set(on),
        reason: Set(reason.to_owned()),
        state: Set("waiting".to_owned()),
        person: Set(None),
        decided_by: Set(None),
        decided_at: Set(None),
        answer: Set(None),
        told_at: Set(tx.now),
        version: Set(1),
    };
    tx.tell_arrival(to.chain(), arrival).await
}

fn carry(ctx: &Ctx, fact: &fact::Model) -> Result<Carried> {
    Ok(Carried {
        element: fact.element.clone(),
        value: facts::open(ctx, fact)?,
        rank: fact.rank,
        observed_on: fact.observed_on,
        valid_until: fact.valid_until,
    })
}

/// `昆明市 五华区 华山街道 翠湖西路社区`, so that the other county knows where to ask.
fn full_name(ctx: &Ctx, place: &Place) -> String {
    let mut line: Vec<String> = ctx.snapshot.places.lineage(place.id).iter().map(|p| p.name.clone()).collect();
    line.reverse();
    line.join(" ")
}
