//! More time: an incident rests with its clock stopped (挂起), or its deadline is put off (延期).

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Clock, Matter, Move, Other};
use jizuo_kernel::rules::InForce;
use jizuo_kernel::{Result, Scoped, Text, Tx, rules, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{Column, Entity, Model};
use super::service;
use crate::process::SUSPENDED;

const RESUME: &str = "grid.incident.resume";

/// Lets it rest for so many working days at most: nothing becomes overdue meanwhile.
pub(crate) async fn suspend(tx: &mut Tx, row: &Model, working_days: u32, reason: String) -> Result<Model> {
    within(tx, "GRID.SUSPEND.DAYS", working_days, "grid.incident.suspend")?;
    not_overdue(tx, row, "GRID.SUSPEND.DAYS")?;
    let until = rules::after_working_days(tx, working_days);
    // Whoever let it rest looks after it.
    let how = Move { reason: Some(reason), assignee: tx.actor.account, clock: Clock::Stop, ..at_pace(row) };
    let row = process::advance::<Entity>(tx, row, "grid.incident.suspend", how).await?;
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::SuspendedUntil, Expr::value(Some(until)))).await
}

/// Lets it go on, with the working time that was left.
pub(crate) async fn resume(tx: &mut Tx, row: &Model, reason: Option<String>) -> Result<Model> {
    let how = Move { reason, assignee: row.assignee, clock: Clock::GoOn, ..at_pace(row) };
    let row = process::advance::<Entity>(tx, row, RESUME, how).await?;
    let none = None::<chrono::DateTime<chrono::Utc>>;
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::SuspendedUntil, Expr::value(none))).await
}

/// How many a timer deals with in one transaction.
const BATCH: u64 = 200;

/// What has rested as long as it may goes on by itself.
pub(crate) async fn resume_due(tx: &mut Tx) -> Result<u64> {
    let over = Entity::within(&tx.scope)
        .filter(Column::SuspendedUntil.lte(tx.now))
        .filter(Column::State.eq(SUSPENDED))
        .order_by_asc(Column::SuspendedUntil)
        .limit(BATCH)
        .all(tx.db())
        .await?;
    let mut dealt = 0;
    for row in &over {
        // A county may have put a step of its own before it.
        if process::open_actions::<Entity>(tx, row).await?.iter().any(|step| step.action == RESUME) {
            resume(tx, row, Some("挂起期满，自动恢复".to_owned())).await?;
            dealt += 1;
        }
    }
    Ok(dealt)
}

/// The handler asks for so many working days more, and says why.
pub(crate) async fn ask(tx: &mut Tx, row: &Model, working_days: u32, reason: &str) -> Result<Model> {
    service::only_the_assignee(tx, row)?;
    within(tx, "GRID.EXTEND.DAYS", working_days, "grid.incident.ask_extension")?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 450);
    faults.check()?;
    let times = tx.rule("GRID.EXTEND.TIMES")?;
    let most = times.number()?;
    if u32::try_from(row.extensions).unwrap_or_default() >= most {
        return Err(refuse(
            "grid.incident.extended",
            say!(
                "一件事最多延期 {most} 次，已延期",
                "an incident is given more time {most} time(s) at most, and it was"
            ),
        )
        .rule(times.id)
        .source(times.basis)
        .who(Text::new("县级系统管理员可以调整此规则", "the county's system administrator may change this rule"))
        .into());
    }
    not_overdue(tx, row, "GRID.EXTEND.DAYS")?;
    let how =
        Move {
            reason: Some(format!("{working_days} 个工作日：{reason}")), clock: Clock::Keep, ..service::paced(row)
        };
    let row = process::advance::<Entity>(tx, row, "grid.incident.ask_extension", how).await?;
    let days = i32::try_from(working_days).unwrap_or_default();
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::ExtensionDays, Expr::value(days))).await
}

const EXTEND: Other = Other {
    rule: "GRID.EXTEND.OTHER_PERSON",
    permission: "grid.incident.extend",
    code: "grid.incident.own_extension",
    message: Text::new("处置人不能批准自己的延期", "whoever handles it does not decide on their own extension"),
};

/// Grants or refuses what was asked.
pub(super) async fn decide(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    process::only_another_person(tx, row.assignee, EXTEND)?;
    let granted = action == "grid.incident.extend";
    let days = u32::try_from(row.extension_days).unwrap_or_default();
    let clock = match row.due_at.filter(|_| granted) {
        Some(due) => Clock::Until(rules::put_off(tx, due, days)),
        None => Clock::Keep,
    };
    let how = Move { reason, assignee: row.assignee, clock, ..service::paced(row) };
    let row = process::advance::<Entity>(tx, row, action, how).await?;
    let times = row.extensions + i32::from(granted);
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::Extensions, Expr::value(times))).await
}

/// A deadline that was put off is counted in working days, whatever it was before.
fn at_pace(row: &Model) -> Move {
    if row.extensions > 0 { Move::default() } else { service::paced(row) }
}

/// As many working days as the rule allows, and at least one.
fn within(tx: &Tx, rule: &str, days: u32, permission: &str) -> Result<InForce> {
    let rule = tx.rule(rule)?;
    let most = rule.number()?;
    if (1..=most).contains(&days) {
        return Ok(rule);
    }
    Err(refuse("grid.incident.too_long", say!("可以是 1 到 {most} 个工作日", "from 1 to {most} working days"))
        .rule(rule.id)
        .source(rule.basis)
        .who(tx.app.registry.holders(permission))
        .into())
}

/// What has passed its deadline says so: neither resting nor more time hides it.
fn not_overdue(tx: &Tx, row: &Model, rule: &str) -> Result<()> {
    if Entity::facts(row).due_at.is_none_or(|due| due >= tx.now) {
        return Ok(());
    }
    let rule = tx.rule(rule)?;
    Err(refuse(
        "grid.incident.overdue",
        Text::new("已经超期，不能再挂起或申请延期", "its deadline has passed: it is neither suspended nor put off now"),
    )
    .rule(rule.id)
    .source(Text::new(
        "北京市接诉即办工作条例第十三条、第十五条：在时限内办理，延期须事先说明",
        "Beijing Regulation on Handling Complaints at Once, Articles 13 and 15: done in time; more time is asked for before",
    ))
    .who(Text::new("处置人尽快处置；或由调度员收回改派", "the handler deals with it now, or returns it to the dispatcher"))
    .into())
}
