//! Where a matter may be handed over to: of what a step may do with, what the county has a module for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::takers;
use crate::json::Query;
use crate::{App, Ctx, Json, Result, Text, say};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Handing {
    /// A step that hands over.
    #[param(example = "base.request.answer", min_length = 1, max_length = 100)]
    step: String,
}

/// A module that takes a matter over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Taker {
    /// As what it takes it.
    #[schema(example = "dispute.intake")]
    pub capability: String,
    /// The module, and as what, in one line, to choose from.
    pub title: Text,
}

/// Where a step may hand over to at this place now: the modules that are on here and take such matters. Empty where there is
/// none, or the step hands nothing over. For whoever holds anything of the step's module here.
#[utoipa::path(get, path = "/places/{place}/takers", operation_id = "base_taker_list", security(("token" = [])),
    params(("place" = String, Path, example = "530102"), Handing), responses((status = 200, body = Vec<Taker>)))]
async fn list(ctx: Ctx, Query(asked): Query<Handing>) -> Result<Json<Vec<Taker>>> {
    let place = ctx.place()?.clone();
    let registry = &ctx.app.registry;
    let module = registry.module(asked.step.split('.').next().unwrap_or_default());
    let step = module.and_then(|module| module.processes.iter().find_map(|process| process.step(&asked.step)));
    let colleague = module.is_some_and(|module| module.permissions.iter().any(|own| ctx.touches(own.id, &place)));
    let Some(step) = step.filter(|_| colleague) else {
        return Err(crate::gate::forbidden(&ctx.app, &asked.step, &place));
    };
    let found = takers(&ctx, &place, step.needs.unwrap_or_default());
    let told = found.into_iter().map(|(module, taken)| {
        let (module_zh, module_en, zh, en) = (&module.title.zh, &module.title.en, &taken.title.zh, &taken.title.en);
        Taker { capability: taken.id.to_owned(), title: say!("{module_zh}（{zh}）", "{module_en} ({en})") }
    });
    Ok(Json(told.collect()))
}
