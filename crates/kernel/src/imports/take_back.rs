//! Undo: the facts of an import are taken back and what they replaced is in force again; persons and households that came
//! with it and that nobody has touched since are withdrawn. Nothing is deleted.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::CHUNK;
use super::batch::Batch;
use crate::people::entity::{fact, household, member, person};
use crate::people::{Standing, facts};
use crate::{Result, Scope, Scoped, Tx};

/// Takes back the facts of some subjects; false when none are left.
pub(super) async fn chunk(tx: &mut Tx, batch: &Batch) -> Result<bool> {
    let scope = batch.chain();
    let subjects: Vec<Uuid> = fact::Entity::within(&scope)
        .select_only()
        .column(fact::Column::Subject)
        .distinct()
        .filter(fact::Column::Import.eq(batch.id))
        .filter(fact::Column::Standing.is_in([facts::IN_FORCE, facts::DISPUTED, facts::PAST]))
        .order_by_asc(fact::Column::Subject)
        .limit(CHUNK as u64)
        .into_tuple()
        .all(tx.db())
        .await?;
    if subjects.is_empty() {
        return Ok(false);
    }
    crate::people::take_back::take_back(tx, batch.county, batch.id, &subjects).await?;
    withdraw(tx, &scope, batch, &subjects).await?;
    Ok(subjects.len() == CHUNK)
}

/// Persons and households among these that came with the import, and of whom nothing else is known.
async fn withdraw(tx: &Tx, scope: &Scope, batch: &Batch, subjects: &[Uuid]) -> Result<()> {
    member::Entity::update_within(scope)
        .col_expr(member::Column::Until, Expr::value(Some(tx.today())))
        .col_expr(member::Column::WhyLeft, Expr::value(Some("undone")))
        .filter(member::Column::Import.eq(batch.id))
        .filter(member::Column::Person.is_in(subjects.iter().copied()))
        .filter(member::Column::Until.is_null())
        .exec(tx.db())
        .await?;
    let still: HashSet<Uuid> = fact::Entity::within(scope)
        .select_only()
        .column(fact::Column::Subject)
        .filter(fact::Column::Subject.is_in(subjects.iter().copied()))
        .filter(fact::Column::Standing.is_in([facts::IN_FORCE, facts::DISPUTED]))
        .into_tuple::<Uuid>()
        .all(tx.db())
        .await?
        .into_iter()
        .collect();
    let left: HashSet<Uuid> = member::Entity::within(scope)
        .select_only()
        .column(member::Column::Person)
        .filter(member::Column::Person.is_in(subjects.iter().copied()))
        .filter(member::Column::Until.is_null())
        .into_tuple::<Uuid>()
        .all(tx.db())
        .await?
        .into_iter()
        .collect();
    let gone: Vec<Uuid> = subjects.iter().copied().filter(|id| !still.contains(id)).collect();
    let out: Vec<Uuid> = subjects.iter().copied().filter(|id| !left.contains(id)).collect();
    person::Entity::update_within(scope)
        .col_expr(person::Column::Household, Expr::value(None::<Uuid>))
        .col_expr(person::Column::Relation, Expr::value(None::<String>))
        .filter(person::Column::Id.is_in(out))
        .exec(tx.db())
        .await?;
    // The number is free again, for who is registered next under it.
    person::Entity::update_within(scope)
        .col_expr(person::Column::Standing, Expr::value(Standing::Withdrawn.as_str()))
        .col_expr(person::Column::StandingSince, Expr::value(tx.today()))
        .col_expr(person::Column::IdentityMark, Expr::value(None::<String>))
        .filter(person::Column::Import.eq(batch.id))
        .filter(person::Column::Id.is_in(gone.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Households that came with the import and have nobody left: the last step.
pub(super) async fn dissolve(tx: &Tx, batch: &Batch) -> Result<()> {
    let scope = batch.chain();
    let inhabited: HashSet<Uuid> = member::Entity::within(&scope)
        .select_only()
        .column(member::Column::Household)
        .distinct()
        .filter(member::Column::Until.is_null())
        .into_tuple::<Uuid>()
        .all(tx.db())
        .await?
        .into_iter()
        .collect();
    let made: Vec<Uuid> = household::Entity::within(&scope)
        .select_only()
        .column(household::Column::Id)
        .filter(household::Column::Import.eq(batch.id))
        .into_tuple()
        .all(tx.db())
        .await?;
    let empty: Vec<Uuid> = made.into_iter().filter(|id| !inhabited.contains(id)).collect();
    for some in empty.chunks(1_000) {
        household::Entity::update_within(&scope)
            .col_expr(household::Column::Standing, Expr::value("dissolved"))
            .col_expr(household::Column::StandingSince, Expr::value(tx.today()))
            .col_expr(household::Column::Number, Expr::value(None::<String>))
            .col_expr(household::Column::Head, Expr::value(None::<Uuid>))
            .filter(household::Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    // A household that stays, but whose head came with the import.
    household::Entity::update_within(&scope)
        .col_expr(household::Column::Head, Expr::value(None::<Uuid>))
        .filter(
            household::Column::Head.in_subquery(
                sea_orm::sea_query::Query::select()
                    .column(person::Column::Id)
                    .from(person::Entity)
                    .and_where(person::Column::County.eq(batch.county))
                    .and_where(person::Column::Import.eq(batch.id))
                    .and_where(person::Column::Standing.eq(Standing::Withdrawn.as_str()))
                    .to_owned(),
            ),
        )
        .exec(tx.db())
        .await?;
    Ok(())
}
