//! Processes on the wire: what is in force here, what is local, and laying an overlay.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::overlay::{Overlay, effective, lay, refused_below_county};
use super::{Definition, LeftOut, OverlayHere, Process, StepHere, parts};
use crate::counties::card::Named;
use crate::json::Path;
use crate::{App, Ctx, Error, Json, Reply, Result, Subject, Text, counties};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, put, remove))
}

/// A process as it is in force here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProcessHere {
    #[schema(example = "grid.incident")]
    pub id: String,
    pub title: Text,
    pub module: String,
    pub in_force: Definition,
    /// What the platform proposes, before any overlay.
    pub baseline: Definition,
    /// The steps in force, each with who changed what about it and what may be changed here.
    pub steps: Vec<StepHere>,
    /// Baseline steps that were left out, and by whom.
    pub left_out: Vec<LeftOut>,
    /// Every overlay on the way down to here.
    pub overlays: Vec<OverlayHere>,
    /// Permissions that whoever takes an added step can be asked for.
    pub permissions: Vec<Named>,
    /// Periods that an added step can have as its deadline.
    pub periods: Vec<Named>,
    /// Why nothing can be adapted at this place, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Text>,
    /// What this place has laid over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Overlay>,
    /// Overlays on the way that are not allowed any more: place and why.
    pub ignored: Vec<IgnoredOverlay>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IgnoredOverlay {
    pub place: String,
    pub why: Text,
}

fn here(ctx: &Ctx, process: &Process) -> Result<ProcessHere> {
    let place = ctx.place()?;
    let now = effective(&ctx.app, &ctx.snapshot, place, process);
    let module = process.id.split('.').next().unwrap_or_default();
    let found = ctx.app.registry.module(module).ok_or(Error::NotFound("module"))?;
    let periods =
        ctx.app.registry.rules.all_on(ctx.today()).filter(|rule| rule.module == module && rule.kind.is_period());
    Ok(ProcessHere {
        id: process.id.to_owned(),
        title: process.title.clone(),
        module: module.to_owned(),
        baseline: process.definition(),
        steps: parts::steps(ctx, process, &now.definition)?,
        left_out: parts::left_out(ctx, process, &now.definition)?,
        overlays: parts::overlays(ctx, process, &now.ignored)?,
        permissions: found.permissions.iter().map(|p| Named::new(p.id, &p.title)).collect(),
        periods: periods.map(|rule| Named::new(rule.id.clone(), &rule.title)).collect(),
        closed: refused_below_county(place).map(|no| no.message),
        in_force: now.definition,
        own: ctx.snapshot.processes.on(place.id, process.id).cloned(),
        ignored: now
            .ignored
            .into_iter()
            .map(|(place, why)| IgnoredOverlay { place: ctx.snapshot.places.name(place).to_owned(), why })
            .collect(),
    })
}

/// The processes of the modules that are on here.
#[utoipa::path(get, path = "/places/{place}/processes", operation_id = "base_process_list",
    security(("token" = ["base.process.read"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<ProcessHere>)))]
async fn list(ctx: Ctx) -> Result<Json<Vec<ProcessHere>>> {
    let mut found = Vec::new();
    for module in ctx.app.registry.modules() {
        if counties::is_alive_here(&ctx, module.id)? {
            for process in module.processes {
                found.push(here(&ctx, process)?);
            }
        }
    }
    Ok(Json(found))
}

#[derive(Debug, Deserialize)]
struct ProcessPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    process: String,
}

/// One process as it is in force here.
#[utoipa::path(get, path = "/places/{place}/processes/{process}", operation_id = "base_process_show",
    security(("token" = ["base.process.read"])),
    params(("place" = String, Path, example = "530102"), ("process" = String, Path, example = "grid.incident")),
    responses((status = 200, body = ProcessHere)))]
async fn show(ctx: Ctx, path: Path<ProcessPath>) -> Result<Json<ProcessHere>> {
    let process = ctx.app.registry.process(&path.process).ok_or(Error::NotFound("process"))?;
    Ok(Json(here(&ctx, process)?))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProcessOverlay {
    pub overlay: Overlay,
    #[schema(example = "县委办 2026 年第 12 号文", min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Adapts a process here. Refused, with the article, where a step may not be left out. Open matters keep the version they
/// began with.
#[utoipa::path(put, path = "/places/{place}/processes/{process}", operation_id = "base_process_overlay",
    security(("token" = ["base.process.overlay"])),
    params(("place" = String, Path, example = "530102"), ("process" = String, Path, example = "grid.incident")),
    request_body = NewProcessOverlay, responses((status = 204)))]
async fn put(ctx: Ctx, path: Path<ProcessPath>, Json(new): Json<NewProcessOverlay>) -> Result<Reply<()>> {
    let mut tx = ctx.begin().await?;
    lay(&mut tx, &path.process, Some(new.overlay), &new.reason).await?;
    tx.commit("base.process.overlay", Subject::new("base.process", &path.process), Reply::none()).await
}

/// Goes back to what is inherited.
#[utoipa::path(delete, path = "/places/{place}/processes/{process}", operation_id = "base_process_lift",
    security(("token" = ["base.process.overlay"])),
    params(("place" = String, Path, example = "530102"), ("process" = String, Path, example = "grid.incident")),
    responses((status = 204)))]
async fn remove(ctx: Ctx, path: Path<ProcessPath>) -> Result<Reply<()>> {
    let mut tx = ctx.begin().await?;
    if ctx.snapshot.processes.on(ctx.place()?.id, &path.process).is_none() {
        return Err(Error::NotFound("overlay"));
    }
    lay(&mut tx, &path.process, None, "-").await?;
    tx.commit("base.process.overlay", Subject::new("base.process", &path.process), Reply::none()).await
}
