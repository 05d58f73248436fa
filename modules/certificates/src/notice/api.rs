//! The JSON face of notices.

use axum::response::Response;
use chrono::{DateTime, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Error, Json, Path, Query, Result, printed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::{letter, service};
use crate::demand::Body;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(write))
}

/// A notice as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Notice)]
pub(crate) struct Notice {
    pub(crate) id: Uuid,
    /// Code of the county.
    pub(crate) county: String,
    pub(crate) county_name: String,
    #[schema(example = "2026-Q1")]
    pub(crate) quarter: String,
    /// The number of demands that opened it.
    #[schema(example = 5)]
    pub(crate) threshold: i32,
    pub(crate) opened_at: DateTime<Utc>,
}

impl Notice {
    fn from(ctx: &Ctx, row: &Model) -> Notice {
        let tree = &ctx.snapshot.places;
        Notice {
            id: row.id,
            county: tree.get(row.county).map(|p| p.code.clone()).unwrap_or_default(),
            county_name: tree.name(row.county).to_owned(),
            quarter: row.quarter.clone(),
            threshold: row.threshold,
            opened_at: row.opened_at,
        }
    }
}

/// A notice with who demanded off the list in its quarter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::NoticeInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) notice: Notice,
    /// All off-list demands of the quarter, counted now.
    pub(crate) total: i64,
    /// The most frequent first.
    pub(crate) bodies: Vec<Body>,
}

/// Notices of the county, newest first.
#[utoipa::path(get, path = "/notices", operation_id = "certificates_notice_list",
    security(("token" = ["certificates.demand.read"])), params(("place" = String, Path, example = "530102"), Paging),
    responses((status = 200, body = Page<Notice>)))]
async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Notice>>> {
    Ok(Json(service::list(&ctx, &paging).await?.map(|row| Notice::from(&ctx, &row))))
}

#[derive(Debug, Deserialize)]
struct NoticePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One notice, with the requesting bodies of its quarter.
#[utoipa::path(get, path = "/notices/{id}", operation_id = "certificates_notice_show",
    security(("token" = ["certificates.demand.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<NoticePath>) -> Result<Json<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    let bodies = service::bodies(&ctx, &row).await?;
    Ok(Json(InFull { notice: Notice::from(&ctx, &row), total: bodies.iter().map(|b| b.demands).sum(), bodies }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Addressee {
    /// The body, as the notice names it.
    #[param(example = "县社会保险中心", min_length = 1, max_length = 100)]
    body: String,
}

/// A letter to a body that demanded off the list in the notice's quarter, to be printed: the articles that forbid it, and its
/// demands counted by item. It names no resident.
#[utoipa::path(get, path = "/notices/{id}/letter", operation_id = "certificates_notice_letter",
    security(("token" = ["certificates.demand.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path), Addressee),
    responses((status = 200, description = "One letter, A4.", body = String, content_type = "text/html")))]
async fn write(ctx: Ctx, path: Path<NoticePath>, Query(to): Query<Addressee>) -> Result<Response> {
    let row = service::find(&ctx, path.id).await?;
    let bodies = service::bodies(&ctx, &row).await?;
    let body = bodies.iter().find(|body| body.requesting_body == to.body.trim()).ok_or(Error::NotFound("body"))?;
    Ok(printed(letter::page(&ctx, &row, body).await?))
}
