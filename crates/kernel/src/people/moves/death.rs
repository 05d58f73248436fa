//! A death: the person's standing and facts, the membership until the day, posts until the day. Open tasks are not touched:
//! whoever has one decides what becomes of it.

use chrono::NaiveDate;
use jizuo_standards::element::{self, Element};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder};

use super::super::entity::{fact, member, person, post};
use super::super::facts::{self, Outcome, Provenance};
use super::super::households::members::{self, Left};
use super::super::{Standing, Subject, rows};
use crate::error::{internal, refuse};
use crate::{Result, Scope, Scoped, Text, Tx};

const DECEASED: &str = "person.deceased";
const DEATH_DATE: &str = "person.death_date";

/// Records that somebody died on a day.
pub(crate) async fn record(
    tx: &mut Tx,
    row: &person::Model,
    on: NaiveDate,
    how: &Provenance,
) -> Result<(person::Model, Option<Left>)> {
    if row.birth_date.is_some_and(|born| on < born) {
        let why = Text::new("不能早于出生日期，请核对", "not before the birth; check the date");
        return Err(crate::invalid("on", "base.person.death_before_birth", why));
    }
    let values = [(named(DECEASED)?, "true".to_owned()), (named(DEATH_DATE)?, on.to_string())];
    let outcomes = facts::record_all(tx, &Subject::from(row), &values, how).await?;
    if outcomes.first() == Some(&Outcome::Disputed) {
        let why = Text::new(
            "另有更可靠的来源登记此人健在，请先核实并裁定，或以公安、民政、卫健的来源登记",
            "a better source says that this person is alive; settle that first, or record it from police, civil affairs or health",
        );
        return Err(refuse("base.person.said_alive", why)
            .who(Text::new("数据管理员可以裁定", "a data officer can settle it"))
            .into());
    }
    let left = members::depart(tx, row, on, rows::DEAD).await?;
    post::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(post::Column::Until, Expr::value(Some(on)))
        .filter(post::Column::Person.eq(row.id))
        .filter(post::Column::Since.lte(on))
        .filter(Condition::any().add(post::Column::Until.is_null()).add(post::Column::Until.gt(on)))
        .exec(tx.db())
        .await?;
    let row = rows::change_person(tx, row, |u| {
        u.col_expr(person::Column::Standing, Expr::value(Standing::Dead.as_str()))
            .col_expr(person::Column::StandingSince, Expr::value(on))
    })
    .await?;
    Ok((row, left))
}

/// Takes back what was recorded by mistake: the person is present again, and a member again where the household is still there.
/// Posts that ended are given anew, if at all: others may hold them by now.
pub(crate) async fn withdraw(tx: &mut Tx, row: &person::Model, reason: &str) -> Result<person::Model> {
    let county = Scope::counties(vec![row.county]);
    fact::Entity::update_within(&county)
        .col_expr(fact::Column::Standing, Expr::value(facts::PAST))
        .col_expr(fact::Column::EndedAt, Expr::value(Some(tx.now)))
        .col_expr(fact::Column::EndedBy, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(fact::Column::EndedWhy, Expr::value(Some(reason.to_owned())))
        .filter(fact::Column::Subject.eq(row.id))
        .filter(fact::Column::Element.is_in([DECEASED, DEATH_DATE]))
        .filter(fact::Column::Standing.is_in([facts::IN_FORCE, facts::DISPUTED]))
        .exec(tx.db())
        .await?;
    let gone = row.moved_to.is_some();
    let standing = if gone { Standing::MovedOut } else { Standing::Present };
    let row = rows::change_person(tx, row, |u| {
        u.col_expr(person::Column::Standing, Expr::value(standing.as_str()))
            .col_expr(person::Column::StandingSince, Expr::value(tx.today()))
    })
    .await?;
    let ended = member::Entity::within(&county)
        .filter(member::Column::Person.eq(row.id))
        .filter(member::Column::WhyLeft.eq(rows::DEAD))
        .order_by_desc(member::Column::Id)
        .one(tx.db())
        .await?;
    match ended.filter(|_| !gone) {
        Some(ended) => members::rejoin(tx, &row, &ended).await,
        None => Ok(row),
    }
}

pub(super) fn named(id: &'static str) -> Result<&'static Element> {
    element::find(id).ok_or_else(|| internal(format!("the catalogue has no element {id}")))
}
