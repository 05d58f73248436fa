//! The JSON face of notices.

use chrono::{DateTime, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::service;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
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

/// An office that demanded off the list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::NoticeBody)]
pub(crate) struct Body {
    #[schema(example = "县社会保险中心")]
    pub(crate) requesting_body: String,
    pub(crate) demands: i64,
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
    let bodies: Vec<Body> = service::bodies(&ctx, &row)
        .await?
        .into_iter()
        .map(|(requesting_body, demands)| Body { requesting_body, demands })
        .collect();
    Ok(Json(InFull { notice: Notice::from(&ctx, &row), total: bodies.iter().map(|b| b.demands).sum(), bodies }))
}
