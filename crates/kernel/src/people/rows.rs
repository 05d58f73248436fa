//! Rows of persons, households and organisations that a write is about: locked until it ends, so that of two people at once
//! the second sees what the first did.

use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{household, organisation, person};
use crate::error::refuse;
use crate::places::{Kind, Place};
use crate::{Error, Result, Scope, Scoped, Text, Tx, say};

/// Present, and no longer, as `standing` of any of the three says it.
pub(crate) const PRESENT: &str = "present";
pub(crate) const DEAD: &str = "dead";
pub(crate) const MOVED_OUT: &str = "moved_out";
pub(crate) const MERGED: &str = "merged";
pub(crate) const DISSOLVED: &str = "dissolved";

/// Which households or organisations to list.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Existing {
    #[default]
    Present,
    Dissolved,
}

impl Existing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Existing::Present => PRESENT,
            Existing::Dissolved => DISSOLVED,
        }
    }
}

/// A person of the operation's scope.
pub(crate) async fn person(tx: &Tx, id: Uuid) -> Result<person::Model> {
    person_within(tx, &tx.scope, id).await
}

/// A person of the operation's place whom something is done with now: neither dead, nor gone, nor merged.
pub(crate) async fn present_person(tx: &Tx, id: Uuid) -> Result<person::Model> {
    let row = person(tx, id).await?;
    only_present(&row)?;
    Ok(row)
}

pub(crate) async fn person_within(tx: &Tx, scope: &Scope, id: Uuid) -> Result<person::Model> {
    let found = person::Entity::within(scope).filter(person::Column::Id.eq(id)).lock_exclusive().one(tx.db()).await?;
    found.ok_or(Error::NotFound("person"))
}

/// Several persons of one county, locked in the order of their ids, so that two writes never wait for each other.
pub(crate) async fn persons(tx: &Tx, county: i32, ids: &[Uuid]) -> Result<Vec<person::Model>> {
    let query = person::Entity::within(&Scope::counties(vec![county]));
    let query = query.filter(person::Column::Id.is_in(ids.iter().copied())).order_by_asc(person::Column::Id);
    Ok(query.lock_exclusive().all(tx.db()).await?)
}

pub(crate) async fn household(tx: &Tx, id: Uuid) -> Result<household::Model> {
    household_within(tx, &tx.scope, id).await
}

pub(crate) async fn household_within(tx: &Tx, scope: &Scope, id: Uuid) -> Result<household::Model> {
    let query = household::Entity::within(scope).filter(household::Column::Id.eq(id)).lock_exclusive();
    query.one(tx.db()).await?.ok_or(Error::NotFound("household"))
}

/// A household that has not been dissolved.
pub(crate) async fn present_household(tx: &Tx, id: Uuid) -> Result<household::Model> {
    let row = household(tx, id).await?;
    if row.standing == PRESENT {
        return Ok(row);
    }
    let since = row.standing_since;
    Err(refuse(
        "base.household.dissolved",
        say!("该户已于{since}注销，只能查看", "this household was dissolved on {since} and can only be read"),
    )
    .who(Text::new("如需恢复，请重新立户", "found a new household where one is wanted"))
    .into())
}

pub(crate) async fn organisation(tx: &Tx, id: Uuid) -> Result<organisation::Model> {
    let query = organisation::Entity::within(&tx.scope).filter(organisation::Column::Id.eq(id)).lock_exclusive();
    query.one(tx.db()).await?.ok_or(Error::NotFound("organisation"))
}

/// An organisation that has not been dissolved.
pub(crate) async fn present_organisation(tx: &Tx, id: Uuid) -> Result<organisation::Model> {
    let row = organisation(tx, id).await?;
    if row.standing == PRESENT {
        return Ok(row);
    }
    let (name, since) = (&row.name, row.standing_since);
    let why = say!("{name}已于{since}注销，只能查看", "{name} was dissolved on {since} and can only be read");
    Err(refuse("base.organisation.dissolved", why).into())
}

/// Refuses who is dead, has moved out of the county, or is another row's person.
pub(crate) fn only_present(row: &person::Model) -> Result<()> {
    let (name, since) = (&row.name, row.standing_since);
    let why = match row.standing.as_str() {
        PRESENT => return Ok(()),
        DEAD => say!("{name}已于{since}死亡", "{name} died on {since}"),
        MOVED_OUT => say!("{name}已于{since}迁出本县", "{name} moved out of the county on {since}"),
        MERGED => {
            say!("这条档案已并入另一条，请在那一条上办理", "this record was merged into another; act on that one")
        }
        _ => say!("{name}的档案已不再使用", "the record of {name} is no longer in use"),
    };
    let current = serde_json::json!({ "id": row.id, "standing": row.standing, "merged_into": row.merged_into });
    let who = match row.standing.as_str() {
        MOVED_OUT => Text::new(
            "迁入地；如本人迁回，请先办理迁回",
            "the county they moved to; or record first that they came back",
        ),
        MERGED => Text::new("在保留的档案上，原操作人即可办理", "the same person, on the record that was kept"),
        _ => Text::new("如登记有误，由村（社区）文书更正", "the village clerk corrects what was recorded wrongly"),
    };
    Err(refuse("base.person.not_present", why).who(who).current(current).into())
}

/// Changes a person whom this write has locked.
pub(crate) async fn change_person(
    tx: &Tx,
    row: &person::Model,
    change: impl FnOnce(UpdateMany<person::Entity>) -> UpdateMany<person::Entity>,
) -> Result<person::Model> {
    use person::Column;
    let update = change(person::Entity::update_within(&Scope::counties(vec![row.county])))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::ChangedAt, Expr::value(tx.now))
        .filter(Column::Id.eq(row.id));
    update.exec_with_returning(tx.db()).await?.pop().ok_or(Error::NotFound("person"))
}

/// Changes a household that this write has locked.
pub(crate) async fn change_household(
    tx: &Tx,
    row: &household::Model,
    change: impl FnOnce(UpdateMany<household::Entity>) -> UpdateMany<household::Entity>,
) -> Result<household::Model> {
    use household::Column;
    let update = change(household::Entity::update_within(&Scope::counties(vec![row.county])))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::ChangedAt, Expr::value(tx.now))
        .filter(Column::Id.eq(row.id));
    update.exec_with_returning(tx.db()).await?.pop().ok_or(Error::NotFound("household"))
}

/// Changes an organisation that this write has locked.
pub(crate) async fn change_organisation(
    tx: &Tx,
    row: &organisation::Model,
    change: impl FnOnce(UpdateMany<organisation::Entity>) -> UpdateMany<organisation::Entity>,
) -> Result<organisation::Model> {
    use organisation::Column;
    let update = change(organisation::Entity::update_within(&Scope::counties(vec![row.county])))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::ChangedAt, Expr::value(tx.now))
        .filter(Column::Id.eq(row.id));
    update.exec_with_returning(tx.db()).await?.pop().ok_or(Error::NotFound("organisation"))
}

/// Where base data may be kept: in a village or below it.
pub(crate) fn village_or_below(place: &Arc<Place>) -> bool {
    place.kind >= Kind::Village
}
