//! Roles on the wire: what can be given here, what it allows, how many hold it; and roles that a place makes itself.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::grant;
use super::grants;
use crate::counties::card::Named;
use crate::{App, Ctx, Json, Module, Reference, Reply, Result, Subject, Text, counties, db};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_roles, define_role))
}

/// What people call a role; its id where this build does not know it.
pub(super) fn title(ctx: &Ctx, id: &str) -> Text {
    let template = ctx.app.registry.modules().iter().flat_map(|m| m.roles).find(|role| role.id == id);
    match (template, ctx.snapshot.roles.get(id)) {
        (Some(template), _) => template.title.clone(),
        (None, Some(local)) => Text::owned(&local.title, &local.title),
        (None, None) => Text::owned(id, id),
    }
}

/// A role that can be given here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Role {
    pub id: String,
    pub title: Text,
    /// What it allows now: permissions of modules that are off here rest with them.
    pub permissions: Vec<String>,
    /// All that it is made of, with the words for it.
    pub allows: Vec<Named>,
    /// The module it comes from; absent where a place made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<Named>,
    /// Grants of it here and below that count now.
    pub holders: u64,
    /// Made by this place or one above it.
    pub local: bool,
}

/// The roles that can be given here: templates of the modules that are on, and those made here or above.
#[utoipa::path(get, path = "/places/{place}/roles", operation_id = "base_role_list",
    security(("token" = ["base.grant.manage"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<Role>)))]
async fn list_roles(ctx: Ctx) -> Result<Json<Vec<Role>>> {
    let place = ctx.place()?;
    let line: Vec<i32> = ctx.snapshot.places.lineage(place.id).iter().map(|p| p.id).collect();
    let on = |module: &&Module| counties::is_alive_at(&ctx.snapshot, place, module.id, ctx.now);
    let held = holders(&ctx).await?;
    let holders = |id: &str| held.get(id).copied().unwrap_or(0);
    let allows = |ids: &[&str]| {
        let known = ids.iter().filter_map(|id| ctx.app.registry.permission(id));
        known.map(|permission| Named::new(permission.id, &permission.title)).collect()
    };
    let mut roles = Vec::new();
    for module in ctx.app.registry.modules().iter().copied().filter(on) {
        roles.extend(module.roles.iter().map(|role| Role {
            id: role.id.to_owned(),
            title: role.title.clone(),
            permissions: grants::awake(&ctx, place, role.permissions.iter().copied()),
            allows: allows(role.permissions),
            module: Some(Named::new(module.id, &module.title)),
            holders: holders(role.id),
            local: false,
        }));
    }
    roles.extend(ctx.snapshot.roles.at(&line).map(|role| {
        let ids: Vec<&str> = role.permissions.iter().map(String::as_str).collect();
        Role {
            id: role.id.clone(),
            title: Text::owned(&role.title, &role.title),
            permissions: grants::awake(&ctx, place, ids.iter().copied()),
            allows: allows(&ids),
            module: None,
            holders: holders(&role.id),
            local: true,
        }
    }));
    Ok(Json(roles))
}

/// How many grants of each role count now, here and below.
async fn holders(ctx: &Ctx) -> Result<HashMap<String, u64>> {
    use grant::Column;
    let tree = &ctx.snapshot.places;
    let here = ctx.place()?;
    let mut query = grant::Entity::all()
        .filter(Column::RevokedAt.is_null())
        .filter(Column::Until.is_null().or(Column::Until.gt(ctx.now)));
    if here.parent.is_some() || tree.roots().len() > 1 {
        query = query.filter(db::one_of(Column::Place, tree.descendants(here.id)));
    }
    let rows: Vec<(String, i64)> = query
        .select_only()
        .column(Column::Role)
        .column_as(Column::Id.count(), "held")
        .group_by(Column::Role)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().map(|(role, held)| (role, u64::try_from(held).unwrap_or(0))).collect())
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "patrol", "title": "护林员", "permissions": ["grid.incident.report"] }))]
pub struct NewRole {
    #[schema(pattern = "^[a-z0-9_]{1,40}$")]
    pub name: String,
    #[schema(min_length = 1, max_length = 50)]
    pub title: String,
    pub permissions: Vec<String>,
}

/// Makes a role of this place. Administrators' permissions cannot go into it.
#[utoipa::path(post, path = "/places/{place}/roles", operation_id = "base_role_define",
    security(("token" = ["base.grant.manage"])), params(("place" = String, Path, example = "530102")),
    request_body = NewRole, responses((status = 201, body = Role)))]
async fn define_role(ctx: Ctx, Json(new): Json<NewRole>) -> Result<Reply<Role>> {
    let mut tx = ctx.begin().await?;
    let role = grants::define_role(&mut tx, &new.name, &new.title, new.permissions).await?;
    let title = Text::owned(&role.title, &role.title);
    let known = role.permissions.iter().filter_map(|id| ctx.app.registry.permission(id));
    let allows = known.map(|permission| Named::new(permission.id, &permission.title)).collect();
    let body = Role {
        id: role.id.clone(),
        title,
        permissions: role.permissions,
        allows,
        module: None,
        holders: 0,
        local: true,
    };
    let location = format!("/api/v1/places/{}/roles", ctx.place()?.code);
    tx.commit("base.grant.manage", Subject::new("base.role", role.id), Reply::created(location, body)).await
}
