//! The map of the net, as GeoJSON.

use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::{App, Ctx, Json, Query, Result, Scoped};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::{Kind, grid};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(map))
}

/// A GeoJSON feature collection (RFC 7946) of grids.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::NetMap)]
pub(crate) struct NetMap {
    /// `FeatureCollection`
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
    /// In which system all of them are drawn.
    datum: Datum,
    /// Grids drawn in another system, which do not lie right on this map.
    elsewhere: u64,
    /// Grids without a boundary.
    undrawn: u64,
    /// Whether there are more than are shown: then choose a smaller place.
    more: bool,
}

/// A grid on the map.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::NetFeature)]
pub(crate) struct Feature {
    /// `Feature`
    #[serde(rename = "type")]
    kind: String,
    #[schema(schema_with = geometry)]
    geometry: Value,
    properties: Properties,
}

fn geometry() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("A GeoJSON Polygon or MultiPolygon, in degrees, longitude first."))
        .extensions(Some(Extensions::builder().add("x-shows", "map").build()))
        .build()
}

/// What a grid on the map is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::NetProperties)]
pub(crate) struct Properties {
    id: Uuid,
    place: String,
    place_name: String,
    kind: Kind,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The system of the boundaries that are shown; those of others would lie wrong beside them.
    #[param(default = "CGCS2000")]
    datum: Datum,
}

/// More than these nobody tells apart on a page.
const MOST: usize = 500;

/// The grids here and below that are drawn, as GeoJSON.
#[utoipa::path(get, path = "/map", operation_id = "grid_net_map", security(("token" = ["grid.net.read"])),
    params(("place" = String, Path, example = "530102001"), Wanted), responses((status = 200, body = NetMap)))]
async fn map(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<NetMap>> {
    use grid::Column;
    let mut rows = grid::Entity::within(&ctx.scope)
        .filter(Column::EndedOn.is_null())
        .order_by_desc(Column::Id)
        .limit(MOST as u64 + 1)
        .all(ctx.db())
        .await?;
    let more = rows.len() > MOST;
    rows.truncate(MOST);
    let tree = &ctx.snapshot.places;
    let (mut features, mut elsewhere, mut undrawn) = (Vec::new(), 0, 0);
    for row in rows {
        let Some(boundary) = &row.boundary else {
            undrawn += 1;
            continue;
        };
        if row.datum.as_deref().and_then(Datum::parse) != Some(wanted.datum) {
            elsewhere += 1;
            continue;
        }
        let Some(place) = tree.get(row.place) else { continue };
        features.push(Feature {
            kind: "Feature".to_owned(),
            geometry: serde_json::from_str(boundary)?,
            properties: Properties {
                id: row.id,
                place: place.code.clone(),
                place_name: place.name.clone(),
                kind: Kind::parse(&row.kind),
            },
        });
    }
    let kind = "FeatureCollection".to_owned();
    Ok(Json(NetMap { kind, features, datum: wanted.datum, elsewhere, undrawn, more }))
}
