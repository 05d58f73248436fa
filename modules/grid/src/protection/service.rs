//! What may be done with a mandatory report, by whom, and who may see it.

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_kernel::clock::china_date;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::identity::{grants, holders};
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Text, Tx, invalid};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DeriveActiveEnum, EntityTrait, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::process::PROTECTION;

/// The civil capacity of who suffers it: the law makes the report a duty for these two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = grid::Capacity)]
pub enum Capacity {
    /// 无民事行为能力
    None,
    /// 限制民事行为能力
    Limited,
}

const RECEIVE: &str = "grid.protection.receive";
const OVERSEE: &str = "grid.protection.oversee";
const SEALED_FOR: &str = "grid.protection";
const CODE: &str = "QB";

/// Who reported it, the officer that it went to, and whoever oversees all of them at the place.
pub(super) fn seen_by(ctx: &Ctx) -> Condition {
    if ctx.actor.is_system() || ctx.place().is_ok_and(|place| ctx.holds(OVERSEE, None, place)) {
        return Condition::all();
    }
    match ctx.actor.account {
        Some(me) => Condition::any().add(Column::ReportedBy.eq(me)).add(Column::Officer.eq(me)),
        None => Condition::all().add(Expr::val(1).eq(0)),
    }
}

/// Takes a report, which goes to the police at once.
pub(super) async fn report(
    tx: &mut Tx,
    place: &Arc<Place>,
    capacity: Capacity,
    account: &str,
    officer: Option<Uuid>,
) -> Result<Model> {
    let mut faults = Faults::default();
    if place.kind < Kind::Village {
        let why = Text::new("请选择到村（社区）", "choose the village or community where it happened");
        faults.add("place", "grid.protection.place", why);
    }
    let account = faults.text("account", account, 2_000);
    faults.check()?;
    tx.require("grid.protection.report", place)?;
    let (officer, officer_name) = officer_for(tx, place, officer).await?;
    let how = Move { assignee: Some(officer), ..Move::default() };
    let opening = process::open(tx, &PROTECTION, place, |o| o.code(CODE), how).await?;
    let sealed = tx.app.keyring.seal(SEALED_FOR, opening.id.as_bytes(), account.as_bytes())?;
    let row = ActiveModel {
        code: Set(opening.code(CODE)),
        capacity: Set(capacity),
        account: Set(Some(sealed)),
        reported_by: Set(tx.actor.account),
        reported_by_name: Set(tx.actor.name.clone()),
        officer: Set(officer),
        officer_name: Set(officer_name),
        warned_on: Set(None),
        victim_visited_on: Set(None),
        offender_visited_on: Set(None),
        ..ActiveModel::opened(&opening)
    };
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// The officer who was chosen, or else the nearest.
async fn officer_for(tx: &Tx, place: &Place, chosen: Option<Uuid>) -> Result<(Uuid, String)> {
    if let Some(id) = chosen {
        let found = grants::who_may(tx, &[id], RECEIVE, place).await?.remove(&id);
        return found.map(|name| (id, name)).ok_or_else(|| {
            let why = Text::new("此人不是这里的公安联络人", "this account is no police contact here");
            invalid("officer", "grid.protection.officer", why)
        });
    }
    let nearest = holders::of(tx, RECEIVE, place).await?.into_iter().next();
    nearest.map(|officer| (officer.id, officer.name)).ok_or_else(|| {
        refuse(
            "grid.protection.no_officer",
            Text::new(
                "这里还没有公安联络人：请立即拨打 110，并请县里指定联络人",
                "there is no police contact here: call 110 at once, and ask the county to name one",
            ),
        )
        .rule("grid.protection.report")
        .source(Text::new("反家庭暴力法第十四条", "Anti-Domestic-Violence Law, Article 14"))
        .who(Text::new(
            "县级安全管理员授予“派出所联络人”角色",
            "the county's security administrator, by the role of police contact",
        ))
        .into()
    })
}

/// What was told, for who may see it.
pub(super) fn told(ctx: &Ctx, row: &Model) -> Result<String> {
    let Some(sealed) = &row.account else { return Ok(String::new()) };
    let plain = ctx.app.keyring.open(SEALED_FOR, row.id.as_bytes(), sealed)?;
    Ok(String::from_utf8_lossy(&plain).into_owned())
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(super) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    process::advance::<Entity>(tx, row, action, Move { reason, assignee: Some(row.officer), ..Move::default() }).await
}

/// Records the written warning: from now on both sides are to be visited, by who reported it or whoever oversees it.
pub(super) async fn warn(tx: &mut Tx, row: &Model, on: Option<NaiveDate>) -> Result<Model> {
    let mut faults = Faults::default();
    let on = day(tx, &mut faults, "on", on, china_date(row.opened_at));
    faults.check()?;
    let how = Move { assignee: row.reported_by, ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "grid.protection.warn", how).await?;
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::WarnedOn, Expr::value(Some(on)))).await
}

/// Records that both sides were visited, and on which days: nothing else is asked.
pub(super) async fn visit(
    tx: &mut Tx,
    row: &Model,
    victim: Option<NaiveDate>,
    offender: Option<NaiveDate>,
) -> Result<Model> {
    let since = row.warned_on.unwrap_or_else(|| china_date(row.opened_at));
    let mut faults = Faults::default();
    let victim = day(tx, &mut faults, "victim_on", victim, since);
    let offender = day(tx, &mut faults, "offender_on", offender, since);
    faults.check()?;
    let row = step(tx, row, "grid.protection.visit", None).await?;
    process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::VictimVisitedOn, Expr::value(Some(victim)))
            .col_expr(Column::OffenderVisitedOn, Expr::value(Some(offender)))
    })
    .await
}

/// A day that is not before another, and has come; today unless given.
fn day(ctx: &Ctx, faults: &mut Faults, field: &str, given: Option<NaiveDate>, since: NaiveDate) -> NaiveDate {
    let day = given.unwrap_or_else(|| ctx.today());
    if day < since || day > ctx.today() {
        let why =
            Text::new("日期不能早于此前的环节，也不能晚于今天", "not before what it follows, and not after today");
        faults.add(field, "grid.protection.day", why);
    }
    day
}
