//! How a deliberation ends: carried out and fed back, decided by a meeting, unsettled, or declined; and who is told.

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_kernel::cases::{self, Ended, Outcome, Ref};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::process::{self, Matter, Move};
use jizuo_kernel::{Result, Scoped, Text, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};

use super::entity::{Column, Entity, Model};
use super::service::{step, tell};
use crate::deliberating::{CARRIED_OUT, CARRY_OUT, DECIDE, DECLINE, REFER, RESOLVED, RESUME, TO_BE_DECIDED, UNSETTLE};
use crate::meeting::{self, Called, Follows, body};

/// What was done about what was agreed on.
#[derive(Clone, Debug)]
pub(crate) struct Fulfilment {
    pub(crate) carried_out: String,
    /// Today, unless given.
    pub(crate) fed_back_on: Option<NaiveDate>,
    pub(crate) explanation: Option<String>,
}

/// Records that what was agreed on is carried out, and that everybody was told.
pub(crate) async fn carry_out(tx: &mut Tx, row: &Model, done: Fulfilment) -> Result<Model> {
    let mut faults = Faults::default();
    let carried_out = faults.text("carried_out", &done.carried_out, 1_000);
    let today = tx.today();
    let fed_back_on = done.fed_back_on.unwrap_or(today);
    if fed_back_on > today || row.held_on.is_some_and(|held| fed_back_on < held) {
        let why = Text::new(
            "反馈日期在协商之后，最晚是今天",
            "the feedback comes after the deliberation, and at the latest today",
        );
        faults.add("fed_back_on", "consultation.deliberation.fed_back_on", why);
    }
    let explanation = explained(&mut faults, row, done.explanation.as_deref());
    faults.check()?;
    let moved = process::advance::<Entity>(tx, row, CARRY_OUT, Move::default()).await?;
    if !row.is_agreed() {
        return Err(refuse(
            "consultation.deliberation.nothing_agreed",
            Text::new(
                "没有达成一致意见，没有可以落实的事项；请提交会议决定，或者登记未解决",
                "nothing was agreed on that could be carried out: refer it to a meeting, or record that it is unsettled",
            ),
        )
        .source(Text::new("平台规则：落实的是协商一致的事项", "platform rule: what is carried out was agreed on"))
        .who(tx.app.registry.holders(REFER))
        .into());
    }
    let row = process::set::<Entity>(tx, &moved, |update| {
        update
            .col_expr(Column::CarriedOut, Expr::value(Some(carried_out)))
            .col_expr(Column::FedBackOn, Expr::value(Some(fed_back_on)))
            .col_expr(Column::Explanation, Expr::value(explanation))
    })
    .await?;
    closed(tx, row).await
}

/// Refers it to a meeting that can decide, which is called in the same write: the words are those of the deliberation.
pub(crate) async fn refer(
    tx: &mut Tx,
    row: &Model,
    place: Option<Arc<Place>>,
    called: Called,
    explanation: Option<&str>,
) -> Result<Model> {
    let mut faults = Faults::default();
    let explanation = explained(&mut faults, row, explanation);
    faults.check()?;
    let moved = process::advance::<Entity>(tx, row, REFER, Move::default()).await?;
    let place = match place {
        Some(place) => place,
        None => seat(tx, row, &called.body)?,
    };
    let follows = Follows { case: row.case_code.clone(), from: Ref::to::<Entity>(row) };
    let new = called.on(place, row.title.clone(), row.description.clone(), Some(follows));
    meeting::call(tx, new).await?;
    process::set::<Entity>(tx, &moved, |update| update.col_expr(Column::Explanation, Expr::value(explanation))).await
}

/// Where the body sits: at the place of the deliberation, or at the village around it.
fn seat(tx: &Tx, row: &Model, id: &str) -> Result<Arc<Place>> {
    let own = tx.snapshot.places.place(row.place)?;
    if own.kind <= Kind::Village || body::find(id).is_some_and(|body| body.sits_at(own.kind)) {
        return Ok(own);
    }
    match row.village {
        Some(village) => tx.snapshot.places.place(village),
        None => Ok(own),
    }
}

/// Records that no agreement was found, or that it was not held at all.
pub(crate) async fn unsettle(tx: &mut Tx, row: &Model, reason: &str, explanation: Option<&str>) -> Result<Model> {
    let mut faults = Faults::default();
    let explanation = explained(&mut faults, row, explanation);
    faults.check()?;
    let how = Move { reason: Some(reason.to_owned()), ..Move::default() };
    let moved = process::advance::<Entity>(tx, row, UNSETTLE, how).await?;
    let row =
        process::set::<Entity>(tx, &moved, |update| update.col_expr(Column::Explanation, Expr::value(explanation)));
    let row = row.await?;
    closed(tx, row).await
}

/// Does not take it up, says why, and where to go instead.
pub(crate) async fn decline(tx: &mut Tx, row: &Model, reason: &str, next_door: &str) -> Result<Model> {
    let mut faults = Faults::default();
    let next_door = faults.text("next_door", next_door, 200);
    faults.check()?;
    let how = Move { reason: Some(reason.to_owned()), ..Move::default() };
    let moved = process::advance::<Entity>(tx, row, DECLINE, how).await?;
    let row =
        process::set::<Entity>(tx, &moved, |update| update.col_expr(Column::NextDoor, Expr::value(Some(next_door))));
    let row = row.await?;
    closed(tx, row).await
}

/// What those who differ were told: once, and before it leaves the deliberation.
fn explained(faults: &mut Faults, row: &Model, explanation: Option<&str>) -> Option<String> {
    let explanation = faults.said("explanation", explanation, 1_000).or_else(|| row.explanation.clone());
    if row.dissent.is_some() && explanation.is_none() {
        let why = Text::new(
            "有不同意见的，请写明怎样解释说明的（中办发〔2015〕41号）",
            "some differed: say what they were told (Zhongbanfa [2015] No. 41)",
        );
        faults.add("explanation", "consultation.deliberation.explanation", why);
    }
    explanation
}

/// What is over is told: to whoever listens, and to the module that handed it over.
pub(super) async fn closed(tx: &mut Tx, row: Model) -> Result<Model> {
    if row.phase != "done" {
        return Ok(row);
    }
    let settled = [CARRIED_OUT, RESOLVED].contains(&row.state.as_str());
    let outcome = if settled { Outcome::Settled } else { Outcome::Unsettled };
    cases::end::<Entity>(tx, &row, outcome).await?;
    tell(tx, "consultation.deliberation.ended", &row)?;
    Ok(row)
}

/// The meeting that was called for it has ended: decided, or to be talked over once more.
pub(crate) async fn came_back(tx: &mut Tx, payload: &serde_json::Value) -> Result<()> {
    let ended: Ended = serde_json::from_value(payload.clone())?;
    if ended.from.kind != Entity::KIND {
        return Ok(());
    }
    let found = Entity::within(&tx.scope).filter(Column::Id.eq(ended.from.id)).one(tx.db()).await?;
    // Somebody may have resumed it in the meantime.
    let Some(row) = found.filter(|row| row.state == TO_BE_DECIDED) else { return Ok(()) };
    let (action, reason) = match ended.outcome {
        Outcome::Settled => (DECIDE, "会议已通过并公布"),
        Outcome::Unsettled => (RESUME, "会议没有通过或者没有开成"),
    };
    step(tx, &row, action, Some(format!("{}：{reason}", ended.case))).await?;
    Ok(())
}
