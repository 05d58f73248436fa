//! Where the net has holes: villages without a grid, households in none, grids without boundary or leader, and grids that
//! lie over each other.

use std::collections::HashMap;

use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::people::entity::household;
use jizuo_kernel::places::{self, Place};
use jizuo_kernel::{App, Ctx, Json, Query, Result, Scope, Scoped, Text, invalid};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::{Kind, grid, member, staff};
use super::service::Drawn;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(coverage)).routes(routes!(overlaps))
}

/// How well the net covers a village.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Coverage)]
pub(crate) struct Coverage {
    /// Code of the village.
    place: String,
    place_name: String,
    /// Basic grids.
    grids: i64,
    /// Of these, without a boundary.
    undrawn: i64,
    /// Grids whose boundary was taken in another system than CGCS2000, and is compared with none.
    other_datum: i64,
    /// Of the basic grids, without a leader today.
    without_leader: i64,
    households: i64,
    /// Households in no grid.
    outside: i64,
    /// Whether there is a grid, a leader in each, and no household outside.
    complete: bool,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only villages where something is missing.
    #[param(default = false)]
    gaps: bool,
}

/// So many villages are looked at with one set of queries.
const CHUNK: usize = 200;

/// Villages here and below, by code, with how well the net of grids covers them. Counted from grids and households.
#[utoipa::path(get, path = "/coverage", operation_id = "grid_net_coverage", security(("token" = ["grid.net.read"])),
    params(("place" = String, Path, example = "530102"), Wanted, Paging),
    responses((status = 200, body = Page<Coverage>)))]
async fn coverage(
    ctx: Ctx,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Coverage>>> {
    let limit = paging.limit()?;
    let enough = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    let after = paging.after.unwrap_or_default();
    let tree = &ctx.snapshot.places;
    let mut villages: Vec<&Place> = tree
        .descendants(ctx.place()?.id)
        .into_iter()
        .filter_map(|id| tree.get(id).map(AsRef::as_ref))
        .filter(|place| place.kind == places::Kind::Village && place.until.is_none() && place.code > after)
        .filter(|place| ctx.scope.covers(place))
        .collect();
    villages.sort_by(|a, b| a.code.cmp(&b.code));
    let mut found: Vec<Coverage> = Vec::new();
    let chunk = if wanted.gaps { CHUNK } else { enough };
    for some in villages.chunks(chunk) {
        let judged = judge(&ctx, some).await?;
        found.extend(judged.into_iter().filter(|one| !wanted.gaps || !one.complete));
        if found.len() >= enough {
            break;
        }
    }
    found.truncate(enough);
    Ok(Json(Page::cut(found, limit, |one| one.place.clone())))
}

async fn judge(ctx: &Ctx, villages: &[&Place]) -> Result<Vec<Coverage>> {
    let ids: Vec<i32> = villages.iter().map(|village| village.id).collect();
    let mut counties: Vec<i32> = villages.iter().map(|village| village.chain()).collect();
    counties.sort_unstable();
    counties.dedup();
    let counties = Scope::counties(counties);
    let today = ctx.today();
    let living = || {
        grid::Entity::within(&counties)
            .filter(grid::Column::Village.is_in(ids.clone()))
            .filter(grid::Column::EndedOn.is_null())
    };
    let basic = || living().filter(grid::Column::Kind.eq(Kind::Basic.as_str()));
    let led = staff::Entity::within(&counties)
        .select_only()
        .column(staff::Column::Grid)
        .filter(staff::Column::Village.is_in(ids.clone()))
        .filter(staff::Column::Role.eq("leader"))
        .filter(staff::Column::Since.lte(today))
        .filter(staff::Column::Until.is_null().or(staff::Column::Until.gte(today)))
        .into_query();
    let (village, id) = (grid::Column::Village, grid::Column::Id);
    let grids = by_village(ctx, basic(), village, id).await?;
    let undrawn = by_village(ctx, basic().filter(grid::Column::Boundary.is_null()), village, id).await?;
    let elsewhere = living().filter(grid::Column::Datum.ne(Datum::Cgcs2000.as_str()));
    let other_datum = by_village(ctx, elsewhere, village, id).await?;
    let without_leader = by_village(ctx, basic().filter(id.not_in_subquery(led)), village, id).await?;
    let present = || {
        household::Entity::within(&counties)
            .filter(household::Column::Village.is_in(ids.clone()))
            .filter(household::Column::Standing.eq("present"))
    };
    let in_a_grid = member::Entity::within(&counties)
        .select_only()
        .column(member::Column::Household)
        .filter(member::Column::Village.is_in(ids.clone()))
        .filter(member::Column::Current.eq(1))
        .into_query();
    let (there, household) = (household::Column::Village, household::Column::Id);
    let households = by_village(ctx, present(), there, household).await?;
    let outside = present().filter(household.not_in_subquery(in_a_grid));
    let outside = by_village(ctx, outside, there, household).await?;
    Ok(villages
        .iter()
        .map(|village| {
            let of = |counts: &HashMap<i32, i64>| counts.get(&village.id).copied().unwrap_or_default();
            let (grids, without_leader, outside) = (of(&grids), of(&without_leader), of(&outside));
            Coverage {
                place: village.code.clone(),
                place_name: village.name.clone(),
                grids,
                undrawn: of(&undrawn),
                other_datum: of(&other_datum),
                without_leader,
                households: of(&households),
                outside,
                complete: grids > 0 && without_leader == 0 && outside == 0,
            }
        })
        .collect())
}

async fn by_village<E: EntityTrait>(
    ctx: &Ctx,
    rows: sea_orm::Select<E>,
    village: impl ColumnTrait,
    id: impl ColumnTrait,
) -> Result<HashMap<i32, i64>> {
    let counts: Vec<(i32, i64)> = rows
        .select_only()
        .column(village)
        .column_as(Expr::col(id.as_column_ref()).count(), "rows")
        .group_by(village)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(counts.into_iter().collect())
}

/// Two grids that lie over each other, in boundaries of one datum.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Overlap)]
pub(crate) struct Overlap {
    place: String,
    place_name: String,
    other: String,
    other_name: String,
}

/// Grids of a county or a part of it that lie over each other. Drawing refuses it; what came in otherwise shows here.
#[utoipa::path(get, path = "/overlaps", operation_id = "grid_net_overlaps", security(("token" = ["grid.net.read"])),
    params(("place" = String, Path, example = "530102001")), responses((status = 200, body = Vec<Overlap>)))]
async fn overlaps(ctx: Ctx) -> Result<Json<Vec<Overlap>>> {
    let here = ctx.place()?;
    if here.above_county() {
        let why = Text::new("请选到县（市、区）再查重叠", "choose a county: overlaps are looked for there");
        return Err(invalid("place", "grid.net.too_wide", why));
    }
    let rows = grid::Entity::within(&ctx.scope)
        .filter(grid::Column::EndedOn.is_null())
        .filter(grid::Column::Boundary.is_not_null())
        .filter(grid::Column::Kind.ne(Kind::Micro.as_str()))
        .all(ctx.db())
        .await?;
    let mut drawn: Vec<(i32, Drawn)> = rows.iter().filter_map(|row| Some((row.place, Drawn::of(row)?))).collect();
    let tree = &ctx.snapshot.places;
    let shown = |a: i32, b: i32| {
        let (a, b) = (tree.get(a)?, tree.get(b)?);
        let (place, place_name) = (a.code.clone(), a.name.clone());
        Some(Overlap { place, place_name, other: b.code.clone(), other_name: b.name.clone() })
    };
    let mut found = Vec::new();
    // From west to east: a grid meets none that begins east of its end.
    drawn.sort_by_key(|(_, one)| one.boundary.bounds().west);
    for (n, (place, one)) in drawn.iter().enumerate() {
        let end = one.boundary.bounds().east;
        for (other, two) in drawn[n + 1..].iter().take_while(|(_, two)| two.boundary.bounds().west <= end) {
            let meet = one.datum == two.datum && one.boundary.bounds().meets(two.boundary.bounds());
            if meet && one.boundary.overlaps(&two.boundary) {
                found.extend(shown(*place, *other));
            }
        }
    }
    Ok(Json(found))
}
