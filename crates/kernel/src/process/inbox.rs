//! The one inbox: what a person has to do, from all modules, by real deadline.

use chrono::{DateTime, Utc};
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::task;
use super::overlay::effective;
use crate::module::{Reach, Work};
use crate::page::{Page, Paging, bad_cursor};
use crate::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx, counties};

/// One thing to do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Task {
    pub id: Uuid,
    pub module: String,
    /// `grid.incident`
    pub kind: String,
    pub matter: Uuid,
    /// What the matter is called.
    pub label: String,
    /// Code of the place where it happened.
    pub place: String,
    pub place_name: String,
    /// The step it waits for.
    pub action: String,
    pub action_title: Text,
    /// Where the matter is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/places/530102001001/grid/incidents/0192f0c0-0000-7000-8000-000000000001")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    pub overdue: bool,
    pub opened_at: DateTime<Utc>,
}

/// The caller's open tasks, nearest deadline first: those given to the caller, and those that anyone with the
/// permission at the place may take. One bounded query per grant.
pub async fn inbox(ctx: &Ctx, paging: &Paging) -> Result<Page<Task>> {
    let me = ctx.actor.account.ok_or(Error::SignedOut)?;
    let limit = paging.limit()?;
    let after = match paging.after_parts::<2>()? {
        Some([at, id]) => Some((
            at.parse::<i64>().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(bad_cursor)?,
            id.parse::<Uuid>().map_err(|_| bad_cursor())?,
        )),
        None => None,
    };
    let tree = &ctx.snapshot.places;
    let mut found: Vec<task::Model> = Vec::new();
    for grant in &ctx.actor.grants {
        let Some(place) = tree.get(grant.place) else { continue };
        let permissions: Vec<&String> =
            grant.permissions.iter().filter(|permission| ctx.reaches(permission, place)).collect();
        if permissions.is_empty() {
            continue;
        }
        let mut query = task::Entity::within(&Scope::subtree(tree, place))
            .filter(task::Column::DoneAt.is_null())
            .filter(task::Column::Permission.is_in(permissions))
            .filter(task::Column::Assignee.is_null().or(task::Column::Assignee.eq(me)))
            .filter(task::Column::Role.is_null().or(task::Column::Role.eq(&grant.role)))
            .order_by_asc(task::Column::SortAt)
            .order_by_asc(task::Column::Id)
            .limit(limit + 1);
        if let Some((at, id)) = after {
            query = query.filter(
                Condition::any()
                    .add(task::Column::SortAt.gt(at))
                    .add(task::Column::SortAt.eq(at).and(task::Column::Id.gt(id))),
            );
        }
        found.extend(query.all(ctx.db()).await?);
    }
    found.sort_by_key(|a| (a.sort_at, a.id));
    found.dedup_by_key(|row| row.id);
    let cursor = |row: &task::Model| format!("{}~{}", row.sort_at.timestamp_micros(), row.id);
    let page = Page::cut(found, limit, cursor);
    let next = page.next;
    let items = page
        .items
        .into_iter()
        .filter(|row| {
            // A module that is off rests with its tasks.
            tree.get(row.place)
                .is_some_and(|p| counties::state(&ctx.snapshot, p, &row.module, ctx.now).state.is_alive())
        })
        .map(|row| Task {
            id: row.id,
            action_title: step_title(ctx, &row.kind, row.place, &row.action),
            path: shown_at(ctx, &row.kind, row.place, row.matter),
            kind: row.kind,
            matter: row.matter,
            label: row.label,
            place: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            action: row.action,
            due_at: row.due_at,
            overdue: row.due_at.is_some_and(|due| due < ctx.now),
            opened_at: row.opened_at,
            module: row.module,
        })
        .collect();
    Ok(Page { items, next })
}

/// Where a matter is shown, if its module shows it.
pub(crate) fn shown_at(ctx: &Ctx, kind: &str, place: i32, matter: Uuid) -> Option<String> {
    let path = ctx.app.registry.shown_at(kind)?;
    let place = ctx.snapshot.places.get(place)?;
    Some(path.replace("{place}", &place.code).replace("{id}", &matter.to_string()))
}

/// What a step is called: by the process, or by the county that added it.
fn step_title(ctx: &Ctx, kind: &str, place: i32, action: &str) -> Text {
    let process = ctx.app.registry.process(kind);
    if let Some(step) = process.and_then(|process| process.step(action)) {
        return step.title.clone();
    }
    let local = process.zip(ctx.snapshot.places.get(place)).and_then(|(process, place)| {
        let here = effective(&ctx.app, &ctx.snapshot, place, process).definition;
        here.steps.into_iter().find(|step| step.action == action).map(|step| step.title)
    });
    local
        .or_else(|| ctx.app.registry.permission(action).map(|permission| permission.title.clone()))
        .unwrap_or_else(|| Text::owned(action, action))
}

/// How many tasks a timer deals with in one transaction.
const BATCH: u64 = 500;

/// Tells once that a deadline has passed.
pub fn tell_overdue(tx: &mut Tx) -> Work<'_, u64> {
    Box::pin(async move {
        let scope = tx.scope.clone();
        let late = task::Entity::within(&scope)
            .filter(task::Column::DoneAt.is_null())
            .filter(task::Column::OverdueTold.eq(false))
            .filter(task::Column::SortAt.lt(tx.now))
            .order_by_asc(task::Column::SortAt)
            .limit(BATCH)
            .all(tx.db())
            .await?;
        if late.is_empty() {
            return Ok(0);
        }
        let ids: Vec<Uuid> = late.iter().map(|row| row.id).collect();
        task::Entity::update_within(&scope)
            .col_expr(task::Column::OverdueTold, Expr::value(true))
            .filter(task::Column::Id.is_in(ids))
            .exec(tx.db())
            .await?;
        let told = |row: &&task::Model| {
            let read = tx.app.registry.permission(&format!("{}.read", row.kind));
            read.is_none_or(|read| read.reach != Reach::Narrow)
        };
        for row in late.iter().filter(told).collect::<Vec<_>>() {
            let payload = serde_json::json!({
                "module": row.module, "kind": row.kind, "matter": row.matter, "action": row.action, "due_at": row.due_at,
            });
            tx.emit("base.task.overdue", &Subject::new("base.task", row.id), &payload)?;
        }
        Ok(late.len() as u64)
    })
}
