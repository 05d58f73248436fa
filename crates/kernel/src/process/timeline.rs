//! The time line of a matter: every step that was taken, by whom, for whom, and whether in time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, UpdateMany,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::definition::StepDef;
use super::entity::{step, task};
use super::face::amend;
use super::matter::{Facts, Matter};
use crate::error::internal;
use crate::places::Place;
use crate::scope::LevelColumn;
use crate::{Ctx, Result, Scope, Scoped, Text, Tx};

pub(super) fn record(
    tx: &mut Tx,
    kind: &'static str,
    facts: &Facts,
    taken: &StepDef,
    from: Option<String>,
    reason: Option<String>,
) {
    let row = step::ActiveModel {
        county: Set(facts.county),
        id: Set(tx.id()),
        kind: Set(kind.to_owned()),
        matter: Set(facts.id),
        number: Set(if from.is_some() { facts.version } else { 0 }),
        action: Set(taken.action.clone()),
        title_zh: Set(taken.title.zh.to_string()),
        title_en: Set(taken.title.en.to_string()),
        from_state: Set(from),
        to_state: Set(taken.to.clone()),
        actor: Set(tx.actor.account),
        actor_name: Set(tx.actor.name.clone()),
        on_behalf_of: Set(tx.behalf().map(str::to_owned)),
        reason: Set(reason.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty())),
        at: Set(tx.now),
        due_at: Set(facts.due_at),
    };
    tx.last(step::Entity::insert(row).into_query());
}

/// What is said in the time line besides the steps of the process.
pub(super) fn said(action: &str, title: Text, state: &str) -> StepDef {
    StepDef {
        action: action.to_owned(),
        title,
        from: Vec::new(),
        to: state.to_owned(),
        permission: String::new(),
        deadline: None,
        role: None,
        needs: Vec::new(),
        reason: false,
        local: false,
    }
}

/// Changes fields outside of the process, and says so in the time line: the matter stays where it is.
pub async fn note<E: Matter>(
    tx: &mut Tx,
    row: &E::Model,
    (action, title): (&str, Text),
    reason: Option<String>,
    change: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>,
) -> Result<E::Model> {
    let changed = amend::<E>(tx, row, change).await?;
    // No deadline was for this.
    let facts = Facts { due_at: None, ..E::facts(row) };
    record(tx, E::KIND, &facts, &said(action, title, &facts.state), Some(facts.state.clone()), reason);
    Ok(changed)
}

/// How a matter has gone so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Whether a step was taken after its deadline.
    pub late: bool,
    actions: BTreeSet<String>,
}

impl Run {
    /// Whether a step was ever taken.
    pub fn took(&self, action: &str) -> bool {
        self.actions.contains(action)
    }
}

/// How a matter has gone so far, with the steps of this very write.
pub async fn run<E: Matter>(tx: &mut Tx, row: &E::Model) -> Result<Run> {
    tx.write_waiting().await?;
    let facts = E::facts(row);
    let steps: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> =
        step::Entity::within(&Scope::counties(vec![facts.county]))
            .select_only()
            .columns([step::Column::Action, step::Column::At, step::Column::DueAt])
            .filter(step::Column::Kind.eq(E::KIND))
            .filter(step::Column::Matter.eq(facts.id))
            .into_tuple()
            .all(tx.db())
            .await?;
    let late = steps.iter().any(|(_, at, due)| due.is_some_and(|due| *at > due));
    Ok(Run { late, actions: steps.into_iter().map(|(action, ..)| action).collect() })
}

/// A matter goes on at another place of its village; what it waits for goes along, and the time line says so.
pub async fn relocate<E: Matter>(
    tx: &mut Tx,
    row: &E::Model,
    place: &Place,
    (action, title): (&str, Text),
    reason: Option<String>,
) -> Result<E::Model> {
    use task::Column as Task;
    let columns = || Some((E::level(LevelColumn::Village)?, E::level(LevelColumn::Place)?));
    let (village, exact) = columns().ok_or_else(|| internal("a matter without places"))?;
    let facts = E::facts(row);
    task::Entity::update_within(&Scope::counties(vec![facts.county]))
        .filter(Task::Matter.eq(facts.id))
        .filter(Task::DoneAt.is_null())
        .col_expr(Task::Village, Expr::value(place.village))
        .col_expr(Task::Place, Expr::value(place.id))
        .exec(tx.db())
        .await?;
    note::<E>(tx, row, (action, title), reason, |u| {
        u.col_expr(village, Expr::value(place.village)).col_expr(exact, Expr::value(place.id))
    })
    .await
}

/// A step that was taken, on the wire.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = StepTaken)]
pub struct Taken {
    pub action: String,
    pub title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub to: String,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
    /// Whether it was taken after its deadline.
    pub late: bool,
}

/// The time line of a matter, oldest first.
pub async fn history<E: Matter>(ctx: &Ctx, row: &E::Model) -> Result<Vec<Taken>> {
    let facts = E::facts(row);
    let rows = step::Entity::within(&Scope::counties(vec![facts.county]))
        .filter(step::Column::Kind.eq(E::KIND))
        .filter(step::Column::Matter.eq(facts.id))
        .order_by_asc(step::Column::Number)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Taken {
            action: row.action,
            title: Text::owned(row.title_zh, row.title_en),
            from: row.from_state,
            to: row.to_state,
            by: row.actor_name,
            on_behalf_of: row.on_behalf_of,
            reason: row.reason,
            at: row.at,
            late: row.due_at.is_some_and(|due| row.at > due),
        })
        .collect())
}
