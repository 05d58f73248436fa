//! Those who move here from another county: taken in, as somebody new or as somebody who was here before, or declined.

use std::sync::Arc;

use jizuo_standards::element;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::super::entity::{arrival, fact, person};
use super::super::facts::{self, Basis, Changes, Provenance, Value};
use super::super::{Standing, Subject, initials, persons, rows, seal, sources};
use super::away::{self, Carried};
use super::{relocate, revive};
use crate::error::{internal, refuse};
use crate::places::Place;
use crate::{Error, Result, Scope, Scoped, Text, Tx, say};

pub(super) const WAITING: &str = "waiting";
pub(super) const TAKEN_IN: &str = "taken_in";
pub(super) const DECLINED: &str = "declined";

/// An arrival that waits, locked.
pub(super) async fn waiting(tx: &Tx, id: Uuid) -> Result<arrival::Model> {
    let query = arrival::Entity::within(&tx.scope).filter(arrival::Column::Id.eq(id)).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound("arrival"))?;
    if row.state == WAITING {
        return Ok(row);
    }
    let by = row.decided_by.clone().unwrap_or_default();
    let why = say!("{by}已经办理", "{by} has dealt with it already");
    Err(refuse("base.arrival.decided", why)
        .current(serde_json::json!({ "state": row.state, "person": row.person, "answer": row.answer }))
        .into())
}

/// Notes what was decided. What came along is gone with it: it lives on as facts, or not at all.
pub(super) async fn decide(
    tx: &Tx,
    row: &arrival::Model,
    state: &str,
    person: Option<Uuid>,
    answer: Option<String>,
) -> Result<arrival::Model> {
    use arrival::Column;
    let update = arrival::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Person, Expr::value(person))
        .col_expr(Column::Answer, Expr::value(answer))
        .col_expr(Column::DecidedBy, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::DecidedAt, Expr::value(Some(tx.now)))
        .col_expr(Column::Parcel, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::IdentityMark, Expr::value(None::<String>))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(row.id));
    update.exec_with_returning(tx.db()).await?.pop().ok_or(Error::NotFound("arrival"))
}

/// Who was taken in, and whether they had been here before.
pub(super) struct TakenIn {
    pub person: person::Model,
    pub was_here: bool,
}

/// Makes, or revives, the person of an arrival. `known` is a person of the county who is the same, where the number does not
/// say so.
pub(super) async fn take_in(
    tx: &mut Tx,
    row: &arrival::Model,
    to: &Arc<Place>,
    known: Option<Uuid>,
) -> Result<TakenIn> {
    let county = Scope::counties(vec![row.county]);
    let carried = away::open(&tx.app, row)?;
    let number = carried.iter().find(|one| one.element == "person.identity_number");
    let by_number = match number {
        Some(number) => {
            let marks = seal::identity_marks(&tx.app, &number.value)?;
            let query = person::Entity::within(&county).filter(person::Column::IdentityMark.is_in(marks));
            query.lock_exclusive().one(tx.db()).await?
        }
        None => None,
    };
    let here = match (by_number, known) {
        (Some(person), Some(id)) if person.id != id => return Err(another(&person)),
        (Some(person), _) => Some(person),
        (None, Some(id)) => Some(rows::person(tx, id).await?),
        (None, None) => None,
    };
    let was_here = here.is_some();
    let subject = match here {
        Some(person) if person.standing == Standing::MovedOut.as_str() => revive(tx, &person, to, row.moved_on).await?,
        // Registered here before the other county said that they moved.
        Some(person) => {
            rows::only_present(&person)?;
            come_over(tx, person, to).await?
        }
        None => return begin(tx, row, to, &carried).await,
    };
    let known = facts::known_to_change(tx, &[Subject::from(&subject)]).await?;
    let changes = learn(tx, &Subject::from(&subject), &known, &carried)?;
    facts::write(tx, changes).await?;
    let person = rows::person_within(tx, &county, subject.id).await?;
    Ok(TakenIn { person, was_here })
}

/// Somebody whom another village of the county has registered already: they move over, where the caller serves both.
async fn come_over(tx: &mut Tx, person: person::Model, to: &Arc<Place>) -> Result<person::Model> {
    let there = tx.snapshot.places.place(person.place)?;
    if there.village == to.village {
        return Ok(person);
    }
    if tx.scope.covers(&there) {
        let today = tx.today();
        return Ok(relocate(tx, &person, to, today).await?.0);
    }
    let name = &there.name;
    let why = say!("此人已登记在本县{name}", "this person is registered in {name} of this county already");
    Err(refuse("base.arrival.registered", why)
        .who(Text::new(
            "该村（社区）办理县内迁移，或由县级数据管理员办理",
            "that village moves them, or a data officer of the county",
        ))
        .into())
}

/// Somebody new.
async fn begin(tx: &mut Tx, row: &arrival::Model, to: &Arc<Place>, carried: &[Carried]) -> Result<TakenIn> {
    let mut person = persons::row(tx, to, None);
    person.name.clone_from(&row.name);
    person.initials = initials::of(&row.name);
    person.standing_since = row.moved_on;
    let mut changes = learn(tx, &Subject::from(&person), &[], carried)?;
    changes.born(&tx.app, &mut person)?;
    person::Entity::insert(person.clone().into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    facts::write(tx, changes).await?;
    let person = rows::person_within(tx, &Scope::counties(vec![row.county]), person.id).await?;
    Ok(TakenIn { person, was_here: false })
}

fn another(person: &person::Model) -> Error {
    let name = &person.name;
    let why = say!("这个身份证号在本县是{name}的，请核对", "in this county that identity number is {name}'s; check it");
    refuse("base.arrival.another", why).current(serde_json::json!({ "id": person.id })).into()
}

/// What came along becomes known here, with the rank that it had there.
fn learn(tx: &Tx, subject: &Subject, known: &[fact::Model], carried: &[Carried]) -> Result<Changes> {
    let source = sources::find(sources::TRANSFER).ok_or_else(|| internal("the sources have no transfer"))?;
    let mut changes = Changes::default();
    let value =
        |carried: &Carried| -> Option<Value> { Some((element::find(&carried.element)?, carried.value.clone())) };
    // Birth and sex follow from the number: planned with it, so that neither is there twice.
    let of_number = |carried: &&Carried| {
        ["person.identity_number", "person.birth_date", "person.sex"].contains(&carried.element.as_str())
    };
    let number = carried.iter().find(|carried| carried.element == "person.identity_number");
    if let Some(number) = number {
        let values: Vec<Value> = carried.iter().filter(of_number).filter_map(value).collect();
        facts::plan(tx, &mut changes, subject, known, &values, &provenance(source, number))?;
    }
    for carried in carried.iter().filter(|carried| number.is_none() || !of_number(carried)) {
        let values: Vec<Value> = value(carried).into_iter().collect();
        facts::plan(tx, &mut changes, subject, known, &values, &provenance(source, carried))?;
    }
    Ok(changes)
}

fn provenance(source: &'static sources::Source, carried: &Carried) -> Provenance {
    Provenance {
        source,
        observed_on: carried.observed_on,
        basis: Basis::StatutoryDuty,
        import: None,
        valid_until: carried.valid_until,
        rank: Some(carried.rank),
    }
}
