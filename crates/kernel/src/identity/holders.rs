//! Whom to give something to: who holds a permission at a place, for those who work with the same module there.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::{account, grant};
use super::grants::permissions_of;
use crate::json::Query;
use crate::places::Place;
use crate::{App, Ctx, Json, Reference, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// More than these are not looked through in a list.
const MOST: u64 = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Holding {
    /// Id of a permission.
    #[param(example = "base.statistics.read", min_length = 1, max_length = 100)]
    permission: String,
}

/// Somebody who may do it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Holder {
    pub id: Uuid,
    pub name: String,
    /// Where they serve.
    pub place_name: String,
    /// The same in one line, to choose from.
    #[schema(example = "杨秀（华山西路社区居委会）")]
    pub title: String,
}

/// Who holds a permission at this place, or above it, nearest first. For whoever holds anything of the same module here.
#[utoipa::path(get, path = "/places/{place}/holders", operation_id = "base_holder_list", security(("token" = [])),
    params(("place" = String, Path, example = "530102"), Holding), responses((status = 200, body = Vec<Holder>)))]
async fn list(ctx: Ctx, Query(asked): Query<Holding>) -> Result<Json<Vec<Holder>>> {
    let place = ctx.place()?.clone();
    let registry = &ctx.app.registry;
    let permission = registry.permission(&asked.permission);
    let permission = permission.ok_or_else(|| crate::gate::forbidden(&ctx.app, &asked.permission, &place))?;
    let module = registry.module(permission.id.split('.').next().unwrap_or_default());
    let colleague = module.is_some_and(|module| module.permissions.iter().any(|own| ctx.touches(own.id, &place)));
    if !colleague {
        return Err(crate::gate::forbidden(&ctx.app, permission.id, &place));
    }
    Ok(Json(of(&ctx, permission.id, &place).await?))
}

/// Who holds a permission at a place, or above it, nearest first.
pub async fn of(ctx: &Ctx, permission: &str, place: &Place) -> Result<Vec<Holder>> {
    let registry = &ctx.app.registry;
    let tree = &ctx.snapshot.places;
    let templates = registry.modules().iter().flat_map(|module| module.roles).map(|role| role.id.to_owned());
    let roles: Vec<String> = templates
        .chain(ctx.snapshot.roles.ids().cloned())
        .filter(|role| {
            permissions_of(&ctx.app, &ctx.snapshot, role).is_some_and(|held| held.iter().any(|one| one == permission))
        })
        .collect();
    // A grant above the county reaches no matters, unless the province has laid down otherwise.
    let lineage = tree.lineage(place.id).into_iter().filter(|above| ctx.reaches(permission, above));
    let places: Vec<i32> = lineage.flat_map(|above| [tree.predecessors(above.id), vec![above.id]].concat()).collect();
    let grants = grant::Entity::all()
        .filter(grant::Column::Role.is_in(roles))
        .filter(grant::Column::Place.is_in(places))
        .filter(grant::Column::RevokedAt.is_null())
        .filter(grant::Column::Until.is_null().or(grant::Column::Until.gt(ctx.now)))
        .limit(MOST)
        .all(ctx.db())
        .await?;
    let mut serve: BTreeMap<Uuid, i32> = BTreeMap::new();
    for grant in grants {
        let here = tree.successor(grant.place).map_or(grant.place, |place| place.id);
        let nearer = |known: i32| tree.contains(known, here);
        serve
            .entry(grant.account)
            .and_modify(|known| {
                if nearer(*known) {
                    *known = here
                }
            })
            .or_insert(here);
    }
    let accounts = account::Entity::all()
        .filter(account::Column::Id.is_in(serve.keys().copied()))
        .filter(account::Column::DisabledAt.is_null())
        .order_by_asc(account::Column::Login)
        .all(ctx.db())
        .await?;
    let mut holders: Vec<(usize, Holder)> = accounts
        .into_iter()
        .map(|account| {
            let at = serve.get(&account.id).copied().unwrap_or(place.id);
            let place_name = tree.name(at).to_owned();
            let title = format!("{}（{place_name}）", account.name);
            (tree.lineage(at).len(), Holder { id: account.id, name: account.name, place_name, title })
        })
        .collect();
    holders.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    Ok(holders.into_iter().map(|(_, holder)| holder).collect())
}
