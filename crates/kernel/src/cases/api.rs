//! A case on the wire: every matter that is part of it, wherever it is dealt with.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Ref;
use super::entity::{Column, Entity};
use crate::json::Path;
use crate::process::shown_at;
use crate::{App, Ctx, Error, Json, Result, Scoped, counties};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// A case: matters of one or several modules that are one affair.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Case {
    #[schema(example = "AJ530102-20260302-5F3A9C21B0K")]
    pub code: String,
    /// In the order in which they joined.
    pub parts: Vec<CasePart>,
}

/// One matter of a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CasePart {
    #[serde(flatten)]
    #[schema(inline)]
    pub matter: Ref,
    /// Code of the place.
    pub place: String,
    pub place_name: String,
    /// Where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub joined_at: DateTime<Utc>,
    /// As what it was taken over, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// `settled`, `unsettled`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CasePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    code: String,
}

/// One case by its code, with the matters of the modules that are on here.
#[utoipa::path(get, path = "/places/{place}/cases/{code}", operation_id = "base_case_show",
    security(("token" = ["base.case.read"])),
    params(("place" = String, Path, example = "530102"), ("code" = String, Path, example = "AJ530102-20260302-5F3A9C21B0K")),
    responses((status = 200, body = Case)))]
async fn show(ctx: Ctx, path: Path<CasePath>) -> Result<Json<Case>> {
    let rows =
        Entity::within(&ctx.scope).filter(Column::Code.eq(&path.code)).order_by_asc(Column::Id).all(ctx.db()).await?;
    let tree = &ctx.snapshot.places;
    let parts: Vec<CasePart> = rows
        .into_iter()
        .filter_map(|row| {
            let place = tree.get(row.place)?;
            // A module that is off rests with its matters.
            counties::state(&ctx.snapshot, place, &row.module, ctx.now).state.is_alive().then(|| CasePart {
                path: shown_at(&ctx, &row.kind, row.place, row.matter),
                matter: Ref { module: row.module, kind: row.kind, id: row.matter, label: row.label },
                place: place.code.clone(),
                place_name: place.name.clone(),
                joined_at: row.joined_at,
                capability: row.capability,
                ended_at: row.ended_at,
                outcome: row.outcome,
            })
        })
        .collect();
    if parts.is_empty() {
        return Err(Error::NotFound("case"));
    }
    Ok(Json(Case { code: path.code.clone(), parts }))
}
