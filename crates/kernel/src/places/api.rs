//! Places on the wire. Divisions are public knowledge; changing them is a permission.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Kind, Place as Node, Tree};
use crate::error::invalid;
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Reply, Result, Subject, Text, places};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(roots))
        .routes(routes!(show))
        .routes(routes!(children))
        .routes(routes!(search))
        .routes(routes!(change))
}

/// A place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub id: i32,
    pub kind: Kind,
    #[schema(example = "530102001001")]
    pub code: String,
    pub name: String,
    /// `云南省 昆明市 五华区 华山街道`
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    pub since: NaiveDate,
    /// The day it ceased to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// The place that took it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

impl Place {
    pub fn from(tree: &Tree, place: &Node) -> Place {
        let mut path: Vec<String> = tree.lineage(place.id).iter().skip(1).map(|p| p.name.clone()).collect();
        path.reverse();
        let code = |id: Option<i32>| id.and_then(|id| tree.get(id)).map(|p| p.code.clone());
        Place {
            id: place.id,
            kind: place.kind,
            code: place.code.clone(),
            name: place.name.clone(),
            path: path.join(" "),
            parent: code(place.parent),
            since: place.since,
            until: place.until,
            successor: code(place.successor),
        }
    }
}

/// A place with what it was before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaceWithHistory {
    #[serde(flatten)]
    pub place: Place,
    /// Oldest first; one entry when nothing ever changed.
    pub history: Vec<PlaceVersion>,
    /// What was merged into it.
    pub merged: Vec<Place>,
    /// What took it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Place>,
    /// From the province down to its parent.
    pub above: Vec<Place>,
    /// How many places are directly below.
    pub children: u64,
}

/// What a place was called and part of, from a day until the day before another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaceVersion {
    pub since: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    pub code: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_name: Option<String>,
}

/// The tops of the tree: the province.
#[utoipa::path(get, path = "/places", operation_id = "base_place_roots", security(()),
    responses((status = 200, body = Vec<Place>)))]
async fn roots(ctx: Ctx) -> Result<Json<Vec<Place>>> {
    let tree = &ctx.snapshot.places;
    Ok(Json(tree.roots().iter().filter_map(|id| tree.get(*id)).map(|p| Place::from(tree, p)).collect()))
}

/// One place, by its code now or before; `code@date` for the place that had the code on that day.
#[utoipa::path(get, path = "/places/{place}", operation_id = "base_place_show", security(()),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = PlaceWithHistory)))]
async fn show(ctx: Ctx) -> Result<Json<PlaceWithHistory>> {
    let tree = &ctx.snapshot.places;
    let place = ctx.place()?;
    let history = tree
        .versions(place)
        .into_iter()
        .map(|v| PlaceVersion {
            since: v.since,
            until: v.until,
            code: v.code,
            name: v.name,
            parent: v.parent.and_then(|id| tree.get(id)).map(|p| p.code.clone()),
            parent_name: v.parent.and_then(|id| tree.get(id)).map(|p| p.name.clone()),
        })
        .collect();
    let merged =
        tree.predecessors(place.id).iter().filter_map(|id| tree.get(*id)).map(|p| Place::from(tree, p)).collect();
    let line = tree.lineage(place.id);
    Ok(Json(PlaceWithHistory {
        place: Place::from(tree, place),
        history,
        merged,
        merged_into: place.successor.and_then(|id| tree.get(id)).map(|p| Place::from(tree, p)),
        above: line.iter().skip(1).rev().map(|p| Place::from(tree, p)).collect(),
        children: tree.children(place.id).count() as u64,
    }))
}

/// The places directly below, by code.
#[utoipa::path(get, path = "/places/{place}/children", operation_id = "base_place_children", security(()),
    params(("place" = String, Path, example = "530102"), Paging), responses((status = 200, body = Page<Place>)))]
async fn children(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Place>>> {
    let tree = &ctx.snapshot.places;
    let limit = paging.limit()?;
    let after = paging.after.unwrap_or_default();
    let take = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    let found: Vec<Place> =
        tree.children(ctx.place()?.id).filter(|p| p.code > after).take(take).map(|p| Place::from(tree, p)).collect();
    Ok(Json(Page::cut(found, limit, |p| p.code.clone())))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Part of a name, its pinyin or the first letters of it, or the beginning of a code.
    #[param(example = "华山", min_length = 1)]
    q: String,
}

/// Up to 20 places below that fit: by name, by pinyin (`whq`, `wuhua`), by code. What fits exactly comes first, then what
/// begins so; of these the places that the caller serves, and higher levels, first.
#[utoipa::path(get, path = "/places/{place}/search", operation_id = "base_place_search", security(()),
    params(("place" = String, Path, example = "530102"), Search), responses((status = 200, body = Vec<Place>)))]
async fn search(ctx: Ctx, Query(search): Query<Search>) -> Result<Json<Vec<Place>>> {
    let tree = &ctx.snapshot.places;
    if search.q.trim().is_empty() {
        return Err(invalid(
            "q",
            "base.field.missing",
            Text::new("请输入名称、拼音或编码", "type a name, pinyin or a code"),
        ));
    }
    let served: Vec<i32> = ctx.actor.grants.iter().map(|grant| grant.place).collect();
    let found = tree.find(ctx.place()?.id, &search.q, &served, 20);
    Ok(Json(found.iter().map(|place| Place::from(tree, place)).collect()))
}

/// A dated change of a place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(example = json!({ "kind": "rename", "name": "新华社区", "on": "2026-01-01" }))]
pub enum PlaceChange {
    /// A new name.
    Rename {
        #[schema(min_length = 1, max_length = 100)]
        name: String,
        on: NaiveDate,
    },
    /// Another place of the same kind takes it over.
    Merge {
        #[schema(pattern = "^[0-9]{2,18}$")]
        into: String,
        on: NaiveDate,
    },
    /// A new parent and a new code.
    Transfer {
        #[schema(pattern = "^[0-9]{2,18}$")]
        to: String,
        #[schema(pattern = "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$")]
        code: String,
        on: NaiveDate,
    },
    /// It ends, and nobody takes it over.
    Abolish { on: NaiveDate },
}

#[derive(Debug, Deserialize)]
struct ChangePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    code: String,
}

/// Renames, merges, transfers or ends a place below this one, from a day on. Old codes go on meaning the same place.
#[utoipa::path(post, path = "/places/{place}/changes/{code}", operation_id = "base_place_change",
    security(("token" = ["base.place.change"])),
    params(("place" = String, Path, example = "530102"), ("code" = String, Path, example = "530102001001")),
    request_body = PlaceChange, responses((status = 204)))]
async fn change(ctx: Ctx, path: Path<ChangePath>, Json(wish): Json<PlaceChange>) -> Result<Reply<()>> {
    let place = ctx.resolve_below("code", &path.code)?;
    let mut tx = ctx.begin().await?;
    match wish {
        PlaceChange::Rename { name, on } => places::rename(&mut tx, &place, &name, on).await?,
        PlaceChange::Merge { into, on } => {
            let into = ctx.resolve_below("into", &into)?;
            places::merge(&mut tx, &place, &into, on).await?;
        }
        PlaceChange::Transfer { to, code, on } => {
            let to = ctx.resolve_below("to", &to)?;
            places::transfer(&mut tx, &place, &to, &code, on).await?;
        }
        PlaceChange::Abolish { on } => places::abolish(&mut tx, &place, on).await?,
    }
    tx.commit("base.place.change", Subject::new("base.place", place.id), Reply::none()).await
}
