//! Supervision (督办) while it goes on; call-back (回访) and reopening (重办) after its end.

use jizuo_kernel::clock::china_date;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Move, Other};
use jizuo_kernel::{Ctx, Result, Text, Tx, rules, say};
use sea_orm::sea_query::Expr;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::{Column, Entity, Model};
use super::service;
use crate::figures::tally;

/// What whoever reported it says of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Satisfaction {
    Satisfied,
    Basically,
    Not,
}

impl Satisfaction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Satisfaction::Satisfied => "satisfied",
            Satisfaction::Basically => "basically",
            Satisfaction::Not => "not",
        }
    }

    fn zh(self) -> &'static str {
        match self {
            Satisfaction::Satisfied => "满意",
            Satisfaction::Basically => "基本满意",
            Satisfaction::Not => "不满意",
        }
    }
}

const SUPERVISE: Other = Other {
    rule: "GRID.SUPERVISE.OTHER_PERSON",
    permission: "grid.incident.supervise",
    code: "grid.incident.own_supervision",
    message: Text::new("处置人不能督办自己的事件", "whoever handles it does not supervise it"),
};

const CALL_BACK: Other = Other {
    rule: "GRID.CALL_BACK.OTHER_PERSON",
    permission: "grid.incident.call_back",
    code: "grid.incident.own_call_back",
    message: Text::new("处置人不能回访自己办的事件", "whoever handled it does not call back about it"),
};

/// Marks it as watched from above. Nothing else changes: neither who handles it nor by when.
pub(crate) async fn supervise(tx: &mut Tx, row: &Model, note: &str) -> Result<Model> {
    let mut faults = Faults::default();
    let note = faults.text("note", note, 500);
    faults.check()?;
    if row.phase == "done" {
        return Err(refuse(
            "grid.incident.over",
            Text::new("已办结的事件不再督办", "what has ended is not supervised any more"),
        )
        .source(Text::new("平台规则：督办的是在办事件", "platform rule: supervision is of what goes on"))
        .who(Text::new("回访不满意的可以重办", "what did not satisfy may be reopened"))
        .into());
    }
    process::only_another_person(tx, row.assignee, SUPERVISE)?;
    let said = ("grid.incident.supervise", Text::new("督办", "Supervised"));
    process::note::<Entity>(tx, row, said, Some(note.clone()), |u| {
        u.col_expr(Column::Supervised, Expr::value(true)).col_expr(Column::Supervision, Expr::value(Some(note)))
    })
    .await
}

/// Records once what the reporter says of the outcome.
pub(crate) async fn call_back(tx: &mut Tx, row: &Model, said: Satisfaction, note: Option<String>) -> Result<Model> {
    let mut faults = Faults::default();
    let note = faults.optional_text("note", note.as_deref().unwrap_or_default(), 450);
    faults.check()?;
    process::only_another_person(tx, row.handled_by, CALL_BACK)?;
    let words = if note.is_empty() { said.zh().to_owned() } else { format!("{}：{note}", said.zh()) };
    let how = Move { reason: Some(words), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "grid.incident.call_back", how).await?;
    let at = tx.now;
    process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Satisfaction, Expr::value(Some(said.as_str())))
            .col_expr(Column::CalledBackAt, Expr::value(Some(at)))
    })
    .await
}

/// Whether it did not satisfy, and there is still time.
pub(super) fn may_reopen(ctx: &Ctx, row: &Model) -> Result<bool> {
    let rule = ctx.rule("GRID.REOPEN.DAYS")?;
    let Some(at) = row.called_back_at.filter(|_| row.satisfaction.as_deref() == Some("not")) else { return Ok(false) };
    Ok(ctx.today() <= rules::last_day(ctx, &rule, china_date(at))?.last_day)
}

/// Does it again: it goes back to whom it was given to.
pub(super) async fn reopen(tx: &mut Tx, row: &Model, reason: Option<String>) -> Result<Model> {
    if row.state == "called_back" && !may_reopen(tx, row)? {
        let rule = tx.rule("GRID.REOPEN.DAYS")?;
        let days = rule.number()?;
        return Err(refuse(
            "grid.incident.no_reopening",
            say!(
                "只有回访不满意的，{days} 日内可以重办",
                "only what did not satisfy is reopened, within {days} days of the call-back"
            ),
        )
        .rule(rule.id)
        .source(rule.basis)
        .who(Text::new("请重新上报", "report it anew"))
        .into());
    }
    tally::reopened(tx, row).await?;
    let how = Move { reason, assignee: row.assignee, ..service::paced(row) };
    let row = process::advance::<Entity>(tx, row, "grid.incident.reopen", how).await?;
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Satisfaction, Expr::value(None::<String>))
            .col_expr(Column::Ending, Expr::value(None::<String>))
            .col_expr(Column::CalledBackAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
    })
    .await?;
    service::tell(tx, "grid.incident.reopened", &row)?;
    Ok(row)
}
