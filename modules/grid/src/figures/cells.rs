//! What became of the incidents of a period, by place and category: above the county from the tally, below from the rows.

use chrono::Duration;
use jizuo_kernel::clock::china_date;
use jizuo_kernel::module::Period;
use jizuo_kernel::places::Kind;
use jizuo_kernel::scope::LevelColumn;
use jizuo_kernel::{Ctx, Result, Scoped};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ColumnTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::entity;
use crate::incident::Ending;
use crate::incident::entity::{Column as Incident, Entity as Incidents};

/// The incidents that were reported in a period, of one category, in one of the places below.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Cell {
    /// One level below the operation's place; none where the row lies in no such place.
    pub(crate) place: Option<i32>,
    pub(crate) category: String,
    pub(crate) reported: i64,
    pub(crate) ended: i64,
    pub(crate) on_time: i64,
    pub(crate) solved: i64,
    pub(crate) near: i64,
    pub(crate) void: i64,
    pub(crate) reopened: i64,
}

pub(crate) async fn cells(ctx: &Ctx, period: Period) -> Result<Vec<Cell>> {
    if ctx.place()?.above_county() { of_counties(ctx, period).await } else { of_incidents(ctx, period).await }
}

async fn of_counties(ctx: &Ctx, period: Period) -> Result<Vec<Cell>> {
    use entity::Column;
    let below = if ctx.place()?.kind == Kind::Province { Column::Prefecture } else { Column::County };
    let mut query = entity::Entity::within(&ctx.scope)
        .select_only()
        .column_as(below, "place")
        .column(Column::Category)
        .filter(Column::Day.gte(china_date(period.from)))
        .filter(Column::Day.lte(china_date(period.to - Duration::seconds(1))));
    for (column, name) in [
        (Column::Reported, "reported"),
        (Column::Ended, "ended"),
        (Column::OnTime, "on_time"),
        (Column::Solved, "solved"),
        (Column::Near, "near"),
        (Column::Void, "void"),
        (Column::Reopened, "reopened"),
    ] {
        query = query.column_as(summed(Expr::col(column)), name);
    }
    Ok(query.group_by(below).group_by(Column::Category).into_model().all(ctx.db()).await?)
}

async fn of_incidents(ctx: &Ctx, period: Period) -> Result<Vec<Cell>> {
    let below = match ctx.place()?.kind {
        Kind::Prefecture | Kind::County => LevelColumn::Township,
        Kind::Township => LevelColumn::Village,
        _ => LevelColumn::Place,
    };
    let below = Incidents::level(below).unwrap_or(Incident::Place);
    let ended = || Expr::col(Incident::OnTime).is_not_null();
    let solved = || ended().and(Incident::Ending.eq(Ending::Solved));
    let nothing_to_solve = ended().and(Incident::Ending.is_null().or(Incident::Ending.eq(Ending::Withdrawn)));
    let query = Incidents::within(&ctx.scope)
        .select_only()
        .column_as(below, "place")
        .column(Incident::Category)
        .filter(Incident::OpenedAt.gte(period.from))
        .filter(Incident::OpenedAt.lt(period.to))
        .column_as(Incident::County.count(), "reported")
        .column_as(Incident::OnTime.count(), "ended")
        .column_as(summed(Expr::col(Incident::OnTime)), "on_time")
        .column_as(summed(where_so(solved(), Expr::val(1))), "solved")
        .column_as(summed(where_so(solved(), Expr::col(Incident::Near))), "near")
        .column_as(summed(where_so(nothing_to_solve, Expr::val(1))), "void")
        .column_as(summed(Expr::col(Incident::Reopened)), "reopened");
    Ok(query.group_by(below).group_by(Incident::Category).into_model().all(ctx.db()).await?)
}

fn where_so(so: SimpleExpr, then: SimpleExpr) -> SimpleExpr {
    CaseStatement::new().case(so, then).finally(0).into()
}

/// A sum as a whole number of 64 bits, 0 of nothing.
fn summed(of: SimpleExpr) -> SimpleExpr {
    SimpleExpr::from(Func::coalesce([Func::sum(of).into(), Expr::val(0)])).cast_as("bigint")
}
