//! Merges on the wire.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::entity::{merge, person};
use super::super::households::counties_of;
use crate::error::Faults;
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Reply, Result, Scoped, Subject};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(join)).routes(routes!(list)).routes(routes!(undo))
}

/// Two records that became one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PersonMerge)]
pub struct Merge {
    pub id: Uuid,
    /// The person who goes on.
    pub kept: Uuid,
    pub kept_name: String,
    /// The record that does not.
    pub merged: Uuid,
    pub merged_name: String,
    pub reason: String,
    pub actor: String,
    pub at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<String>,
}

/// A merge that was taken apart.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PersonMergeUndone)]
pub struct Unmerged {
    #[serde(flatten)]
    #[schema(inline)]
    pub merge: Merge,
    /// What was changed since and so stays with the kept person: ids of elements, or `member`, `head`, `post`, `consent`,
    /// `request`.
    pub stayed: Vec<String>,
}

async fn wire(ctx: &Ctx, rows: Vec<merge::Model>) -> Result<Vec<Merge>> {
    let ids = rows.iter().flat_map(|row| [row.kept, row.merged]);
    let persons = person::Entity::within(&counties_of(rows.iter().map(|row| row.county)))
        .filter(person::Column::Id.is_in(ids))
        .all(ctx.db())
        .await?;
    let name = |id: Uuid| persons.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
    let told = |row: merge::Model| Merge {
        id: row.id,
        kept: row.kept,
        kept_name: name(row.kept),
        merged: row.merged,
        merged_name: name(row.merged),
        reason: row.reason,
        actor: row.actor,
        at: row.at,
        undone_at: row.undone_at,
        undone_by: row.undone_by,
    };
    Ok(rows.into_iter().map(told).collect())
}

async fn one(ctx: &Ctx, row: merge::Model) -> Result<Merge> {
    wire(ctx, vec![row]).await?.pop().ok_or(crate::Error::NotFound("merge"))
}

/// Which record is the same person, and how that is known.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonMergeBody, example = json!({
    "merged": "0192f0c0-0000-7000-8000-000000000002", "reason": "两次登记，已核对户口簿"
}))]
pub struct Body {
    /// The record that does not go on.
    merged: Uuid,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Both have an identity number, one of them mistyped.
    #[serde(default)]
    numbers_differ: bool,
}

#[derive(Debug, Deserialize)]
struct RowPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// Merges another record into this one: facts, household, posts, consents and requests go over and are weighed.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/merge", operation_id = "base_person_merge",
    security(("token" = ["base.person.merge"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Body, responses((status = 200, body = Merge)))]
async fn join(ctx: Ctx, path: Path<RowPath>, Json(body): Json<Body>) -> Result<Reply<Merge>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let row = super::merge(&mut tx, path.id, body.merged, reason, body.numbers_differ).await?;
    tx.note("merged", row.merged);
    tx.note("reason", &row.reason);
    let kept = row.kept;
    let answer = one(&tx, row).await?;
    tx.commit("base.person.merge", Subject::new("base.person", kept), Reply::ok(answer)).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those of this person, kept or merged.
    person: Option<Uuid>,
}

/// Merges here and below, newest first.
#[utoipa::path(get, path = "/places/{place}/merges", operation_id = "base_merge_list",
    security(("token" = ["base.person.merge"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging),
    responses((status = 200, body = Page<Merge>)))]
async fn list(ctx: Ctx, Query(wanted): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Merge>>> {
    use merge::Column;
    let mut query = merge::Entity::within(&ctx.scope);
    if let Some(person) = wanted.person {
        query = query.filter(Condition::any().add(Column::Kept.eq(person)).add(Column::Merged.eq(person)));
    }
    let page = paging.newest(&ctx, query, Column::Id).await?;
    Ok(Json(Page { next: page.next.clone(), items: wire(&ctx, page.items).await? }))
}

/// Takes a merge apart again. What was changed since stays with the kept person, and is named.
#[utoipa::path(post, path = "/places/{place}/merges/{id}/undo", operation_id = "base_merge_undo",
    security(("token" = ["base.person.merge"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    responses((status = 200, body = Unmerged)))]
async fn undo(ctx: Ctx, path: Path<RowPath>) -> Result<Reply<Unmerged>> {
    let mut tx = ctx.begin().await?;
    let undone = super::undo(&mut tx, path.id).await?;
    tx.note("undone", undone.row.id);
    tx.note("merged", undone.row.merged);
    tx.note("stayed", &undone.stayed);
    let kept = undone.row.kept;
    let answer = Unmerged { merge: one(&tx, undone.row).await?, stayed: undone.stayed };
    tx.commit("base.person.merge", Subject::new("base.person", kept), Reply::ok(answer)).await
}
