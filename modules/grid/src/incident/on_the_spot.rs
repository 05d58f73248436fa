//! Solved on the spot (自办): the worker who saw it has dealt with it; somebody else still looks, unless the county lets
//! small matters end there.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Text, Tx, say};

use super::ending::{self, Ending};
use super::entity::{Entity, Model};
use super::service::{self, Severity};

const SOLVE: &str = "grid.incident.solve";
const SOLVE_SMALL: &str = "grid.incident.solve_small";

/// Says that whoever reported it has solved it already.
pub(crate) async fn solve(tx: &mut Tx, row: &Model, outcome: String) -> Result<Model> {
    let mut faults = Faults::default();
    let outcome = faults.text("outcome", &outcome, 500);
    faults.check()?;
    if row.reported_by != tx.actor.account {
        return Err(refuse(
            "grid.incident.not_reporter",
            Text::new("就地办结由上报人自己说明", "whoever reported it says that it was solved on the spot"),
        )
        .rule(SOLVE)
        .source(Text::new(
            "滨州市社会治理网格化服务管理条例第十一条",
            "Binzhou Regulation on Grid Governance, Article 11",
        ))
        .who(Text::new("上报人；其他人由调度员派单后处置", "the reporter; anybody else once it is dispatched"))
        .into());
    }
    let never = tx.rule("GRID.SOLVE.NEVER")?;
    if never.list().contains(&row.category.as_str()) {
        let code = &row.category;
        return Err(refuse(
            "grid.incident.never_on_the_spot",
            say!(
                "类别 {code} 只上报，不由网格员就地办结",
                "incidents of category {code} are reported and not solved on the spot"
            ),
        )
        .rule(never.id.clone())
        .source(never.basis)
        .who(tx.app.registry.holders("grid.incident.dispatch"))
        .into());
    }
    let small = Severity::parse(&row.severity) == Severity::Ordinary && !tx.rule("GRID.SOLVE.VERIFY")?.is_on();
    let how = Move { reason: Some(outcome.clone()), ..service::paced(row) };
    let row = process::advance::<Entity>(tx, row, if small { SOLVE_SMALL } else { SOLVE }, how).await?;
    let by = tx.actor.account;
    let row = service::done_by(tx, &row, by, &outcome).await?;
    if row.phase != "done" {
        return Ok(row);
    }
    let row = ending::ends_as(tx, &row, Ending::Solved).await?;
    service::ended(tx, &row).await?;
    Ok(row)
}

/// Whether the caller is shown the step.
pub(super) fn offered(ctx: &Ctx, row: &Model) -> bool {
    let never = ctx.rule("GRID.SOLVE.NEVER").is_ok_and(|rule| rule.list().contains(&row.category.as_str()));
    row.reported_by == ctx.actor.account && !never
}
