//! Module sets on the wire: what is on, what a switch would mean, the switch, the settings, the menu, the document.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::card::{self, ModuleDecision, ModuleHere};
use super::sets::settings_of;
use super::switch::{self as service, Impact, Switch};
use crate::json::Path;
use crate::places::Place;
use crate::registry::Access;
use crate::{App, Ctx, Error, Json, Module, Reply, Result, Subject, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(impact))
        .routes(routes!(switch))
        .routes(routes!(decisions))
        .routes(routes!(take_back))
        .routes(routes!(get_settings, put_settings))
        .routes(routes!(menu))
        .routes(routes!(operations))
        .routes(routes!(document))
        .merge(super::file::routes())
        .merge(super::overview::routes())
}

/// Every module of this build, and how it stands here.
#[utoipa::path(get, path = "/places/{place}/modules", operation_id = "base_module_list", security(("token" = ["base.module.read"])),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<ModuleHere>)))]
async fn list(ctx: Ctx) -> Result<Json<Vec<ModuleHere>>> {
    Ok(Json(card::cards(&ctx).await?))
}

#[derive(Debug, Deserialize)]
struct ModulePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    module: String,
}

fn optional(ctx: &Ctx, id: &str) -> Result<&'static Module> {
    ctx.app.registry.optional().find(|module| module.id == id).ok_or(Error::NotFound("module"))
}

/// What switching the module would mean here: open matters, users, listeners, operations.
#[utoipa::path(get, path = "/places/{place}/modules/{module}/impact", operation_id = "base_module_impact",
    security(("token" = ["base.module.read"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid")),
    responses((status = 200, body = Impact)))]
async fn impact(ctx: Ctx, path: Path<ModulePath>) -> Result<Json<Impact>> {
    let module = optional(&ctx, &path.module)?;
    Ok(Json(service::impact(&ctx, module).await?))
}

/// Switches the module here. Takes effect at once, without a restart, and loses nothing.
#[utoipa::path(put, path = "/places/{place}/modules/{module}", operation_id = "base_module_switch",
    security(("token" = ["base.module.switch"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid")),
    request_body = Switch, responses((status = 204)))]
async fn switch(ctx: Ctx, path: Path<ModulePath>, Json(wish): Json<Switch>) -> Result<Reply<()>> {
    let module = optional(&ctx, &path.module)?;
    let mut tx = ctx.begin().await?;
    service::switch(&mut tx, module, wish).await?;
    tx.commit("base.module.switch", Subject::new("base.module", module.id), Reply::none()).await
}

/// Every decision about the module, of this place and those above it, newest first.
#[utoipa::path(get, path = "/places/{place}/modules/{module}/history", operation_id = "base_module_history",
    security(("token" = ["base.module.read"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid")),
    responses((status = 200, body = Vec<ModuleDecision>)))]
async fn decisions(ctx: Ctx, path: Path<ModulePath>) -> Result<Json<Vec<ModuleDecision>>> {
    Ok(Json(card::decisions(&ctx, optional(&ctx, &path.module)?)?))
}

#[derive(Debug, Deserialize)]
struct AheadPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    module: String,
    id: Uuid,
}

/// Takes back a switch of this place that has not taken effect yet.
#[utoipa::path(delete, path = "/places/{place}/modules/{module}/ahead/{id}", operation_id = "base_module_take_back",
    security(("token" = ["base.module.switch"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid"), ("id" = Uuid, Path)),
    responses((status = 204)))]
async fn take_back(ctx: Ctx, path: Path<AheadPath>) -> Result<Reply<()>> {
    let module = optional(&ctx, &path.module)?;
    let mut tx = ctx.begin().await?;
    card::take_back(&mut tx, module, path.id).await?;
    tx.commit("base.module.switch", Subject::new("base.module", module.id), Reply::none()).await
}

/// A module's settings at a place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModuleSettings {
    /// JSON Schema of what may be set.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// Set here.
    #[schema(value_type = Object)]
    pub own: Value,
    /// In force here: every level's laid over the one above.
    #[schema(value_type = Object)]
    pub in_force: Value,
    /// In force one level above, where nothing is set here.
    #[schema(value_type = Object)]
    pub inherited: Value,
    /// Who set it here last, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<chrono::DateTime<chrono::Utc>>,
}

/// What is set for a module here, and what may be set. The ETag goes into `If-Match` when setting.
#[utoipa::path(get, path = "/places/{place}/modules/{module}/settings", operation_id = "base_module_settings",
    security(("token" = ["base.module.read"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid")),
    responses((status = 200, body = ModuleSettings)))]
async fn get_settings(ctx: Ctx, path: Path<ModulePath>) -> Result<Reply<ModuleSettings>> {
    let module = optional(&ctx, &path.module)?;
    let schema = (module.settings)().ok_or(Error::NotFound("settings"))?;
    let place = ctx.place()?;
    let own = ctx.snapshot.sets.setting(place.id, module.id);
    let version = own.map_or(0, |s| s.version);
    let body = ModuleSettings {
        schema,
        own: own.map_or(Value::Object(serde_json::Map::new()), |s| s.value.clone()),
        in_force: settings_of(&ctx.snapshot, place, module.id),
        inherited: match place.parent.and_then(|parent| ctx.snapshot.places.get(parent)) {
            Some(above) => settings_of(&ctx.snapshot, above, module.id),
            None => Value::Object(serde_json::Map::new()),
        },
        by: own.map(|s| s.actor.clone()),
        at: own.map(|s| s.at),
    };
    Ok(Reply::ok(body).version(version))
}

/// Sets a module's settings here.
#[utoipa::path(put, path = "/places/{place}/modules/{module}/settings", operation_id = "base_module_settings_put",
    security(("token" = ["base.module.switch"])),
    params(("place" = String, Path, example = "530102"), ("module" = String, Path, example = "grid"),
        ("If-Match" = String, Header, description = "the ETag that was read; \"0\" when nothing is set", example = "\"0\"")),
    request_body = Object, responses((status = 204)))]
async fn put_settings(ctx: Ctx, path: Path<ModulePath>, Json(value): Json<Value>) -> Result<Reply<()>> {
    let module = optional(&ctx, &path.module)?;
    let mut tx = ctx.begin().await?;
    let row = service::put_settings(&mut tx, module, value).await?;
    let reply = Reply::none().version(row.version);
    tx.commit("base.module.switch", Subject::new("base.module", module.id), reply).await
}

/// One line of the menu.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MenuLine {
    pub module: String,
    pub id: String,
    pub title: Text,
    pub operation: String,
    pub path: String,
}

/// What the caller may open here: entries of the modules that are on, as far as the caller holds their permission.
#[utoipa::path(get, path = "/places/{place}/menu", operation_id = "base_menu", security(("token" = [])),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<MenuLine>)))]
async fn menu(ctx: Ctx) -> Result<Json<Vec<MenuLine>>> {
    let place = ctx.place()?;
    let registry = &ctx.app.registry;
    let operations = registry.operations();
    let mut lines = Vec::new();
    for module in registry.modules() {
        if !super::is_alive_here(&ctx, module.id)? {
            continue;
        }
        for entry in module.menu {
            let Some(operation) = operations.iter().find(|o| o.id == entry.operation) else { continue };
            if may(&ctx, &operation.access, place) {
                lines.push(MenuLine {
                    module: module.id.to_owned(),
                    id: entry.id.to_owned(),
                    title: entry.title.clone(),
                    operation: operation.id.clone(),
                    path: operation.path.replace("{place}", &place.code),
                });
            }
        }
    }
    Ok(Json(lines))
}

/// An operation that the caller may use here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OperationHere {
    #[schema(example = "grid_incident_report")]
    pub id: String,
    pub module: String,
    #[schema(example = "POST")]
    pub method: String,
    /// The template: only `{place}` is filled in.
    #[schema(example = "/api/v1/places/530102000000/grid/incidents")]
    pub path: String,
}

/// What the caller may do here: operations of the modules that are on, as far as the caller holds their permission here,
/// above, or somewhere below. Writes of a module that is running out are among them, and may be refused.
#[utoipa::path(get, path = "/places/{place}/operations", operation_id = "base_operation_list",
    security(("token" = [])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<OperationHere>)))]
async fn operations(ctx: Ctx) -> Result<Json<Vec<OperationHere>>> {
    let place = ctx.place()?;
    let mut here = std::collections::HashMap::new();
    for module in ctx.app.registry.modules() {
        here.insert(module.id, super::is_alive_here(&ctx, module.id)?);
    }
    let mut found = Vec::new();
    for operation in ctx.app.registry.operations() {
        if here.get(operation.module) == Some(&true) && may(&ctx, &operation.access, place) {
            found.push(OperationHere {
                id: operation.id.clone(),
                module: operation.module.to_owned(),
                method: operation.method.to_string(),
                path: operation.path.replace("{place}", &place.code),
            });
        }
    }
    Ok(Json(found))
}

fn may(ctx: &Ctx, access: &Access, place: &Place) -> bool {
    match access {
        Access::Public | Access::SignedIn => true,
        Access::Permission(permission) => ctx.touches(permission, place),
    }
}

/// The OpenAPI document of this place: the base and the modules that are on in its county.
#[utoipa::path(get, path = "/places/{place}/openapi.json", operation_id = "base_openapi", security(()),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Object)))]
async fn document(ctx: Ctx) -> Result<Response> {
    Ok(Json(document_of(&ctx)?).into_response())
}

/// The same, for the command line.
pub fn document_of(ctx: &Ctx) -> Result<utoipa::openapi::OpenApi> {
    let mut on = Vec::new();
    for module in ctx.app.registry.optional() {
        if super::is_alive_here(ctx, module.id)? {
            on.push(module.id);
        }
    }
    let mut union = ctx.app.registry.union(&on);
    let place = ctx.place()?;
    union.info.title = format!("{} · {}", union.info.title, place.name);
    union.servers = Some(vec![utoipa::openapi::Server::new(ctx.app.settings.server.public_url.clone())]);
    Ok(union)
}
