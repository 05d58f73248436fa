//! Categories on the wire: the provincial ones, and a county's own below them.

use chrono::NaiveDate;
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::service;
use crate::incident::CATEGORIES;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(categories))
        .routes(routes!(list, add))
        .routes(routes!(show))
        .routes(routes!(end))
}

/// A category of incidents.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Category)]
pub(crate) struct CategoryHere {
    code: String,
    title: Text,
    /// Of a county's own: the provincial category that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
}

/// The categories of incidents: the provincial ones, each with those that the county has added below it.
#[utoipa::path(get, path = "/categories", operation_id = "grid_category_list", security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<CategoryHere>)))]
async fn categories(ctx: Ctx) -> Result<Json<Vec<CategoryHere>>> {
    let own = service::of_county(&ctx, ctx.place()?, false).await?;
    let below = |code: &'static str| own.iter().filter(move |row| row.category() == code);
    let all = CATEGORIES.iter().flat_map(|category| {
        let provincial = CategoryHere { code: category.code.to_owned(), title: category.title.clone(), parent: None };
        std::iter::once(provincial).chain(below(category.code).map(|row| CategoryHere {
            code: row.code.clone(),
            title: Text::owned(row.title.clone(), row.title.clone()),
            parent: Some(category.code.to_owned()),
        }))
    });
    Ok(Json(all.collect()))
}

/// A category that a county has added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Subcategory)]
pub(crate) struct Subcategory {
    id: Uuid,
    #[schema(example = "0401")]
    code: String,
    /// The provincial category that it is part of.
    #[schema(example = "04")]
    category: String,
    title: String,
    since: NaiveDate,
    /// The day on which it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

impl Subcategory {
    fn of(row: Model) -> Subcategory {
        Subcategory {
            category: row.category().to_owned(),
            id: row.id,
            code: row.code,
            title: row.title,
            since: row.since,
            until: row.until,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those that have ended as well.
    #[param(default = false)]
    ended: bool,
}

/// The county's own categories, by code.
#[utoipa::path(get, path = "/subcategories", operation_id = "grid_subcategory_list",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery),
    responses((status = 200, body = Vec<Subcategory>)))]
async fn list(ctx: Ctx, Query(wanted): Query<ListQuery>) -> Result<Json<Vec<Subcategory>>> {
    let rows = service::of_county(&ctx, ctx.place()?, wanted.ended).await?;
    Ok(Json(rows.into_iter().map(Subcategory::of).collect()))
}

/// One of the county's own categories.
#[utoipa::path(get, path = "/subcategories/{id}", operation_id = "grid_subcategory_show",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    responses((status = 200, body = Subcategory)))]
async fn show(ctx: Ctx, path: Path<ThePath>) -> Result<Json<Subcategory>> {
    Ok(Json(Subcategory::of(service::find(&ctx, path.id).await?)))
}

#[derive(Debug, Deserialize)]
struct ThePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// A category to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewSubcategory, example = json!({ "code": "0401", "title": "建筑垃圾" }))]
pub(crate) struct NewSubcategory {
    /// Four digits, the first two those of a provincial category.
    #[schema(pattern = "^[0-9]{4}$")]
    code: String,
    #[schema(min_length = 1, max_length = 30)]
    title: String,
}

/// Adds a category below a provincial one. Provincial categories cannot be changed.
#[utoipa::path(post, path = "/subcategories", operation_id = "grid_subcategory_add",
    security(("token" = ["grid.category.manage"])), params(("place" = String, Path, example = "530102")),
    request_body = NewSubcategory, responses((status = 201, body = Subcategory)))]
async fn add(ctx: Ctx, Json(new): Json<NewSubcategory>) -> Result<Reply<Subcategory>> {
    let mut tx = ctx.begin().await?;
    let row = service::add(&mut tx, &new.code, &new.title).await?;
    let location = format!("/api/v1/places/{}/grid/subcategories/{}", ctx.place()?.code, row.id);
    let subject = Subject::new("grid.subcategory", row.id);
    tx.commit("grid.category.manage", subject, Reply::created(location, Subcategory::of(row))).await
}

/// Nothing more to say.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::End, example = json!({}))]
pub(crate) struct End {}

/// Ends a category of the county. What was filed under it stays there.
#[utoipa::path(post, path = "/subcategories/{id}/end", operation_id = "grid_subcategory_end",
    security(("token" = ["grid.category.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = End, responses((status = 200, body = Subcategory)))]
async fn end(ctx: Ctx, path: Path<ThePath>, Json(End {}): Json<End>) -> Result<Reply<Subcategory>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::end(&mut tx, &row).await?;
    let subject = Subject::new("grid.subcategory", row.id);
    tx.commit("grid.category.manage", subject, Reply::ok(Subcategory::of(row))).await
}
