//! The feed: facts of the places and topics that a third party may read, oldest first, by cursor.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Envelope;
use super::entity::event;
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Result, Scoped, counties};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(feed))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only this topic.
    #[param(example = "grid.incident.closed")]
    topic: Option<String>,
}

/// How long the newest facts are held back, in seconds: ids are in the order of their making, and a slower commit with an
/// earlier id must not be missed by a reader who has gone past it.
const SETTLED_SECONDS: i64 = 2;

/// Facts that were told here, oldest first. `next` is always given: keep it, and ask again later.
#[utoipa::path(get, path = "/places/{place}/events", operation_id = "base_event_feed", security(("token" = ["base.event.read"])),
    params(("place" = String, Path, example = "530102"), Filter, Paging), responses((status = 200, body = Page<Envelope>)))]
async fn feed(ctx: Ctx, Query(filter): Query<Filter>, Query(paging): Query<Paging>) -> Result<Json<Page<Envelope>>> {
    let limit = paging.limit()?;
    let after = paging.after_id()?;
    let settled = ctx.now - chrono::Duration::seconds(SETTLED_SECONDS);
    let mut query = event::Entity::within(&ctx.scope)
        .filter(event::Column::At.lte(settled))
        .order_by_asc(event::Column::Id)
        .limit(limit);
    let alive: Vec<&str> = {
        let mut alive = Vec::new();
        for module in ctx.app.registry.modules() {
            if counties::is_alive_here(&ctx, module.id)? {
                alive.extend(module.events.iter().map(|topic| topic.id));
            }
        }
        alive
    };
    query = match &filter.topic {
        Some(topic) => query.filter(event::Column::Topic.eq(topic)),
        None => query,
    }
    .filter(event::Column::Topic.is_in(alive));
    if let Some(after) = after {
        query = query.filter(event::Column::Id.gt(after));
    }
    let rows = query.all(ctx.db()).await?;
    let next = rows.last().map(|row| row.id.to_string()).or(paging.after);
    let tree = &ctx.snapshot.places;
    let items = rows
        .into_iter()
        .map(|row| {
            let code = tree.get(row.place).map_or("", |p| &p.code);
            let module = row.topic.split('.').next().unwrap_or_default();
            Envelope {
                specversion: "1.0".to_owned(),
                id: row.id.to_string(),
                source: format!("/places/{code}/{module}"),
                r#type: row.topic,
                subject: row.subject,
                time: row.at,
                datacontenttype: "application/json".to_owned(),
                data: row.payload,
            }
        })
        .collect();
    Ok(Json(Page { items, next }))
}
