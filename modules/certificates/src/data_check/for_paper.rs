//! Data checks that were made for a paper, and earlier ones that could verify it.

use chrono::Duration;
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use crate::paper::entity::Model as Paper;
use crate::source::mapping::Outcome;

/// Checks made for a paper; and of its person, item and purpose those that could verify it: confirmed, for no other paper, and
/// not older than what was answered is kept. Newest first.
pub(crate) async fn made(ctx: &Ctx, paper: &Paper) -> Result<Vec<Model>> {
    let days = i64::from(ctx.rule("CERT.QUERY.KEEP")?.number()?);
    let could_verify = Condition::all()
        .add(Column::Person.eq(paper.person))
        .add(Column::Item.eq(&*paper.item_code))
        .add(Column::Purpose.eq(&*paper.purpose))
        .add(Column::Outcome.eq(Outcome::Confirmed.as_str()))
        .add(Column::Paper.is_null())
        .add(Column::At.gte(ctx.now - Duration::days(days)));
    let query = Entity::within(&ctx.scope)
        .filter(Condition::any().add(Column::Paper.eq(paper.id)).add(could_verify))
        .order_by_desc(Column::Id)
        .limit(SHOWN);
    Ok(query.all(ctx.db()).await?)
}

/// Checks that one paper shows.
const SHOWN: u64 = 20;

/// The check is this paper's from now on; of several papers that want it at once one gets it.
pub(crate) async fn give(tx: &Tx, row: &Model, paper: Uuid) -> Result<bool> {
    let given = Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::Paper, Expr::value(Some(paper)))
        .filter(Column::Id.eq(row.id))
        .filter(Condition::any().add(Column::Paper.is_null()).add(Column::Paper.eq(paper)))
        .exec(tx.db())
        .await?;
    Ok(given.rows_affected == 1)
}
