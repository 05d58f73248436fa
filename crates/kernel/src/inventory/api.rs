//! The inventory over JSON.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Inventory, of};
use crate::{App, Ctx, Json, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The eight blocks that the filing form for government apps asks for. What the platform knows is read off it; what only the
/// operator knows comes from the settings `[inventory]`, and is named where it is missing.
#[utoipa::path(get, path = "/places/{place}/inventory", operation_id = "base_inventory_show",
    security(("token" = ["base.inventory.read"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Inventory)))]
async fn show(ctx: Ctx) -> Result<Json<Inventory>> {
    Ok(Json(of(&ctx)?))
}
