//! The JSON face of the net of grids.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_kernel::error::Faults;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::Place;
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Scope, Scoped, Subject};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::change::{self, Part};
use super::entity::{Kind, grid, member, past, staff as staff_rows};
use super::members::{self, Joining};
use super::service::{self, Drawn, New};
use super::{coverage, import, map, staff};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, draw))
        .routes(routes!(show))
        .routes(routes!(rename))
        .routes(routes!(redraw))
        .routes(routes!(split))
        .routes(routes!(merge))
        .routes(routes!(end))
        .routes(routes!(join))
        .routes(routes!(appoint))
        .routes(routes!(dismiss))
        .merge(coverage::routes())
        .merge(map::routes())
        .merge(import::routes())
}

/// A grid as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Grid)]
pub(crate) struct Grid {
    pub(crate) id: Uuid,
    /// Code of the place that it is: the village's, and three digits; of a micro-grid three more.
    #[schema(example = "530102001001001")]
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// What it lies in: the village, or of a micro-grid the grid.
    pub(crate) within: String,
    /// From where to where, as it is posted.
    pub(crate) area: String,
    /// Whether a boundary is drawn.
    pub(crate) drawn: bool,
    /// In which system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datum: Option<Datum>,
    /// Households in it now, counted.
    pub(crate) households: i64,
    /// Who leads it today, or stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) leader: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) leader_phone: Option<String>,
    /// The day from which it is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_on: Option<NaiveDate>,
}

impl Grid {
    fn of(ctx: &Ctx, place: &Place, row: &grid::Model) -> Grid {
        Grid {
            id: row.id,
            place: place.code.clone(),
            name: place.name.clone(),
            kind: Kind::parse(&row.kind),
            within: place.parent.map_or("", |parent| ctx.snapshot.places.name(parent)).to_owned(),
            area: row.area.clone(),
            drawn: row.boundary.is_some(),
            datum: row.datum.as_deref().and_then(Datum::parse),
            households: 0,
            leader: None,
            leader_phone: None,
            ended_on: row.ended_on,
        }
    }

    /// With households and leaders, in two queries for all of them.
    async fn counted(ctx: &Ctx, rows: Vec<grid::Model>) -> Result<Vec<Grid>> {
        let mut counties: Vec<i32> = rows.iter().map(|row| row.county).collect();
        counties.sort_unstable();
        counties.dedup();
        let counties = Scope::counties(counties);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let households: Vec<(Uuid, i64)> = member::Entity::within(&counties)
            .select_only()
            .column(member::Column::Grid)
            .column_as(member::Column::Id.count(), "households")
            .filter(member::Column::Grid.is_in(ids.clone()))
            .filter(member::Column::Current.eq(1))
            .group_by(member::Column::Grid)
            .into_tuple()
            .all(ctx.db())
            .await?;
        let households: HashMap<Uuid, i64> = households.into_iter().collect();
        let mut leaders: HashMap<Uuid, staff_rows::Model> = HashMap::new();
        for leader in staff::leaders(ctx, &counties, ids).await? {
            // Who stands in is whom people reach now.
            match leaders.get(&leader.grid) {
                Some(known) if known.stands_in_for.is_some() => {}
                _ => {
                    leaders.insert(leader.grid, leader);
                }
            }
        }
        let tree = &ctx.snapshot.places;
        let shown = rows.iter().filter_map(|row| {
            let leader = leaders.remove(&row.id);
            Some(Grid {
                households: households.get(&row.id).copied().unwrap_or_default(),
                leader_phone: leader.as_ref().and_then(|leader| leader.phone.clone()),
                leader: leader.map(|leader| leader.name),
                ..Grid::of(ctx, tree.get(row.place)?.as_ref(), row)
            })
        });
        Ok(shown.collect())
    }
}

/// Somebody who serves in a grid.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Staff)]
pub(crate) struct Serving {
    id: Uuid,
    role: staff::Role,
    name: String,
    /// The telephone that is posted with the grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    since: NaiveDate,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Whether it is so today.
    serves: bool,
    /// Whom this one stands in for.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands_in_for: Option<String>,
}

impl Serving {
    fn of(ctx: &Ctx, row: &staff_rows::Model, all: &[staff_rows::Model]) -> Serving {
        let today = ctx.today();
        let absent = row.stands_in_for.and_then(|id| all.iter().find(|one| one.id == id));
        Serving {
            id: row.id,
            role: staff::Role::parse(&row.role),
            name: row.name.clone(),
            phone: row.phone.clone(),
            since: row.since,
            until: row.until,
            serves: row.since <= today && row.until.is_none_or(|until| until >= today),
            stands_in_for: absent.map(|absent| absent.name.clone()),
        }
    }
}

/// A grid with all that is known of it, as it is posted and as it was.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::GridInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    grid: Grid,
    /// GeoJSON geometry, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("map"))))]
    boundary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn_on: Option<NaiveDate>,
    /// By the boundary, on the ellipsoid.
    #[serde(skip_serializing_if = "Option::is_none")]
    square_metres: Option<i64>,
    staff: Vec<Serving>,
    /// The boundaries that it had before, latest first.
    past_boundaries: Vec<PastBoundary>,
}

/// A boundary that a grid had.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::PastBoundary)]
pub(crate) struct PastBoundary {
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<NaiveDate>,
    until: NaiveDate,
    datum: Datum,
    #[schema(extensions(("x-shows" = json!("map"))))]
    boundary: String,
    replaced_by: String,
}

async fn in_full(ctx: &Ctx, row: grid::Model) -> Result<InFull> {
    let all = staff::of(ctx, &row).await?;
    let before = past::Entity::within(&Scope::counties(vec![row.county]))
        .filter(past::Column::Grid.eq(row.id))
        .order_by_desc(past::Column::Id)
        .all(ctx.db())
        .await?;
    let drawn = Drawn::of(&row);
    let grid = Grid::counted(ctx, vec![row.clone()]).await?.pop().ok_or(jizuo_kernel::Error::NotFound("grid"))?;
    Ok(InFull {
        grid,
        boundary: row.boundary.clone(),
        drawn_on: row.drawn_on,
        square_metres: drawn.map(|drawn| drawn.boundary.square_metres()),
        staff: all.iter().map(|one| Serving::of(ctx, one, &all)).collect(),
        past_boundaries: before
            .into_iter()
            .map(|row| PastBoundary {
                since: row.since,
                until: row.until,
                datum: Datum::parse(&row.datum).unwrap_or_default(),
                boundary: row.boundary,
                replaced_by: row.replaced_by,
            })
            .collect(),
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    kind: Option<Kind>,
    /// Only what has no boundary yet.
    #[param(default = false)]
    undrawn: bool,
    /// Those that are no more, too.
    #[param(default = false)]
    ended: bool,
}

/// Grids here and below, newest first, with who leads them.
#[utoipa::path(get, path = "/grids", operation_id = "grid_grid_list", security(("token" = ["grid.net.read"])),
    params(("place" = String, Path, example = "530102001001"), ListQuery, Paging),
    responses((status = 200, body = Page<Grid>)))]
async fn list(ctx: Ctx, Query(own): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Grid>>> {
    use grid::Column;
    let mut query = grid::Entity::within(&ctx.scope);
    if let Some(kind) = own.kind {
        query = query.filter(Column::Kind.eq(kind.as_str()));
    }
    if own.undrawn {
        query = query.filter(Column::Boundary.is_null());
    }
    if !own.ended {
        query = query.filter(Column::EndedOn.is_null());
    }
    let page = paging.newest(&ctx, query, Column::Id).await?;
    Ok(Json(Page { items: Grid::counted(&ctx, page.items).await?, next: page.next }))
}

/// A grid that is to be. It gets its number by itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewGrid, example = json!({ "name": "第一网格", "area": "翠湖西路以东、华山南路以西" }))]
struct NewGrid {
    /// Code of the village, or for a micro-grid of the grid; needed when the operation's place is not that.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    #[serde(default = "basic")]
    kind: Kind,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// From where to where, as it is posted.
    #[serde(default)]
    #[schema(max_length = 500)]
    area: String,
    /// GeoJSON of a Polygon or MultiPolygon, as text; longitude first.
    #[serde(default)]
    #[schema(max_length = 200_000)]
    boundary: Option<String>,
    #[serde(default)]
    datum: Datum,
}

fn basic() -> Kind {
    Kind::Basic
}

/// Draws a grid. One net for all departments: what lies over another grid is refused.
#[utoipa::path(post, path = "/grids", operation_id = "grid_grid_draw", security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001")), request_body = NewGrid,
    responses((status = 201, body = Grid)))]
async fn draw(ctx: Ctx, Json(new): Json<NewGrid>) -> Result<Reply<Grid>> {
    let parent = match new.place.as_deref().filter(|code| !code.is_empty()) {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let mut faults = Faults::default();
    let new = New {
        parent,
        kind: new.kind,
        name: faults.text("name", &new.name, 60),
        area: faults.optional_text("area", &new.area, 500),
        drawn: Drawn::read(&mut faults, "boundary", new.boundary.as_deref(), new.datum),
    };
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let (place, row) = service::draw(&mut tx, new).await?;
    let location = format!("/api/v1/places/{}/grid/grids/{}", ctx.place()?.code, row.id);
    let shown = Reply::created(location, Grid::of(&ctx, &place, &row)).version(row.version);
    tx.commit("grid.net.draw", Subject::new("grid.grid", row.id), shown).await
}

#[derive(Debug, Deserialize)]
pub(super) struct GridPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One grid: what is posted of it, its boundary, who serves in it, and how it was.
#[utoipa::path(get, path = "/grids/{id}", operation_id = "grid_grid_show", security(("token" = ["grid.net.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<GridPath>) -> Result<Reply<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    let version = row.version;
    Ok(Reply::ok(in_full(&ctx, row).await?).version(version))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Rename, example = json!({ "name": "东片网格" }))]
struct Rename {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// Another name from today on.
#[utoipa::path(post, path = "/grids/{id}/rename", operation_id = "grid_grid_rename",
    security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = Rename,
    responses((status = 200, body = Grid)))]
async fn rename(ctx: Ctx, path: Path<GridPath>, Json(body): Json<Rename>) -> Result<Reply<Grid>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let place = service::rename(&mut tx, &row, &body.name).await?;
    changed(&ctx, tx, &place, &row).await
}

/// Commits a change of a grid, and answers how it is now.
async fn changed(ctx: &Ctx, tx: jizuo_kernel::Tx, place: &Place, row: &grid::Model) -> Result<Reply<Grid>> {
    let shown = Reply::ok(Grid::of(ctx, place, row)).version(row.version);
    tx.commit("grid.net.draw", Subject::new("grid.grid", row.id), shown).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Redraw, example = json!({ "area": "翠湖西路以东、华山南路以西" }))]
struct Redraw {
    /// From where to where, as it is posted.
    #[serde(default)]
    #[schema(max_length = 500)]
    area: Option<String>,
    /// GeoJSON of a Polygon or MultiPolygon, as text; longitude first.
    #[serde(default)]
    #[schema(max_length = 200_000)]
    boundary: Option<String>,
    #[serde(default)]
    datum: Datum,
}

/// Draws it anew; the boundary before is kept.
#[utoipa::path(post, path = "/grids/{id}/redraw", operation_id = "grid_grid_redraw",
    security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = Redraw,
    responses((status = 200, body = Grid)))]
async fn redraw(ctx: Ctx, path: Path<GridPath>, Json(body): Json<Redraw>) -> Result<Reply<Grid>> {
    let row = service::find(&ctx, path.id).await?;
    let mut faults = Faults::default();
    let drawn = Drawn::read(&mut faults, "boundary", body.boundary.as_deref(), body.datum);
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let row = service::redraw(&mut tx, &row, body.area, drawn).await?;
    let place = ctx.snapshot.places.place(row.place)?;
    changed(&ctx, tx, &place, &row).await
}

/// One of the grids that a grid is split into.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::SplitPart)]
struct SplitPart {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    area: String,
    /// GeoJSON of a Polygon or MultiPolygon, as text; longitude first.
    #[serde(default)]
    #[schema(max_length = 200_000)]
    boundary: Option<String>,
    /// Households that go there.
    #[serde(default)]
    households: Vec<Uuid>,
    /// Codes of villagers' groups whose households go there.
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Split, example = json!({ "parts": [{ "name": "第一网格" }, { "name": "第四网格" }] }))]
struct Split {
    /// The first one answers for the old grid: staff, households and open incidents that no other part names stay with it.
    #[schema(min_items = 2, max_items = 20)]
    parts: Vec<SplitPart>,
    #[serde(default)]
    datum: Datum,
}

/// Splits a grid in two or more from today on. Nothing that was is lost; what is open goes on.
#[utoipa::path(post, path = "/grids/{id}/split", operation_id = "grid_grid_split",
    security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = Split,
    responses((status = 200, body = Vec<Grid>)))]
async fn split(ctx: Ctx, path: Path<GridPath>, Json(body): Json<Split>) -> Result<Reply<Vec<Grid>>> {
    let row = service::find(&ctx, path.id).await?;
    let mut faults = Faults::default();
    let mut parts = Vec::with_capacity(body.parts.len());
    for (n, part) in body.parts.into_iter().enumerate() {
        let mut of_part = Faults::default();
        let drawn = Drawn::read(&mut of_part, "boundary", part.boundary.as_deref(), body.datum);
        faults.below(&format!("parts.{n}"), of_part);
        let groups: Result<Vec<Arc<Place>>> =
            part.groups.iter().map(|code| ctx.resolve_below(&format!("parts.{n}.groups"), code)).collect();
        parts.push(Part { name: part.name, area: part.area, drawn, households: part.households, groups: groups? });
    }
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let drawn = change::split(&mut tx, &row, parts).await?;
    let shown = drawn.iter().map(|(place, row)| Grid::of(&ctx, place, row)).collect();
    tx.commit("grid.net.draw", Subject::new("grid.grid", row.id), Reply::ok(shown)).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::MergeGrid)]
struct MergeGrid {
    /// The grid of the same kind, in the same village, that takes it over.
    #[schema(extensions(("x-choices" = json!({ "path": "/grid/grids?limit=100", "value": "id", "title": "name" }))))]
    into: Uuid,
}

/// Another grid takes this one over from today on.
#[utoipa::path(post, path = "/grids/{id}/merge", operation_id = "grid_grid_merge",
    security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = MergeGrid,
    responses((status = 200, body = Grid)))]
async fn merge(ctx: Ctx, path: Path<GridPath>, Json(body): Json<MergeGrid>) -> Result<Reply<Grid>> {
    let row = service::find(&ctx, path.id).await?;
    let into = service::find(&ctx, body.into).await?;
    let mut tx = ctx.begin().await?;
    let into = change::merge(&mut tx, &row, &into).await?;
    let place = ctx.snapshot.places.place(into.place)?;
    changed(&ctx, tx, &place, &into).await
}

/// Ends a grid without households that nobody takes over: a market that closed.
#[utoipa::path(post, path = "/grids/{id}/end", operation_id = "grid_grid_end", security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), responses((status = 204)))]
async fn end(ctx: Ctx, path: Path<GridPath>) -> Result<Reply<()>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    change::end(&mut tx, &row).await?;
    tx.commit("grid.net.draw", Subject::new("grid.grid", row.id), Reply::none()).await
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = grid::Join, example = json!({ "from": "530102001001" }))]
struct Join {
    /// Code of a villagers' group or natural village, or of the whole village: all of its households.
    #[schema(pattern = "^[0-9]{2,18}$")]
    from: Option<String>,
    #[schema(max_items = 5_000)]
    households: Vec<Uuid>,
}

/// How many households came in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Joined)]
struct Joined {
    joined: u64,
}

/// Takes households of the village into the grid. Where they were before ends today and stays on record.
#[utoipa::path(post, path = "/grids/{id}/households", operation_id = "grid_grid_join",
    security(("token" = ["grid.net.draw"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = Join,
    responses((status = 200, body = Joined)))]
async fn join(ctx: Ctx, path: Path<GridPath>, Json(body): Json<Join>) -> Result<Reply<Joined>> {
    let row = service::find(&ctx, path.id).await?;
    let from = body.from.as_deref().filter(|code| !code.is_empty());
    let from = from.map(|code| ctx.resolve_below("from", code)).transpose()?;
    let mut tx = ctx.begin().await?;
    let joined = members::join(&mut tx, &row, Joining { households: body.households, from }).await?;
    tx.commit("grid.net.draw", Subject::new("grid.grid", row.id), Reply::ok(Joined { joined })).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewStaff, example = json!({ "role": "leader", "name": "李阿诗", "phone": "13888800001" }))]
struct NewStaff {
    role: staff::Role,
    /// An account of somebody who works here: then no name is typed.
    #[serde(default)]
    #[schema(extensions(("x-choices" = json!({ "path": "/holders?permission=grid.incident.report", "value": "id", "title": "title" }))))]
    account: Option<Uuid>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The telephone that is posted with the grid.
    #[serde(default)]
    phone: Option<String>,
    /// Today unless said otherwise.
    #[serde(default)]
    since: Option<NaiveDate>,
    /// The last day, where there is one.
    #[serde(default)]
    until: Option<NaiveDate>,
    /// Whom of the grid's staff this one stands in for.
    #[serde(default)]
    stands_in_for: Option<Uuid>,
}

/// Lets somebody serve in the grid, or stand in for somebody.
#[utoipa::path(post, path = "/grids/{id}/staff", operation_id = "grid_grid_appoint",
    security(("token" = ["grid.net.staff"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)), request_body = NewStaff,
    responses((status = 200, body = Serving)))]
async fn appoint(ctx: Ctx, path: Path<GridPath>, Json(new): Json<NewStaff>) -> Result<Reply<Serving>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let new = staff::New {
        role: new.role,
        name: new.name,
        phone: new.phone,
        account: new.account,
        since: new.since,
        until: new.until,
        stands_in_for: new.stands_in_for,
    };
    let one = staff::appoint(&mut tx, &row, new).await?;
    let all = staff::of(&tx, &row).await?;
    let shown = Reply::ok(Serving::of(&ctx, &one, &all));
    tx.commit("grid.net.staff", Subject::new("grid.grid", row.id), shown).await
}

#[derive(Debug, Deserialize)]
struct StaffPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    staff: Uuid,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = grid::EndStaff)]
struct EndStaff {
    /// The last day; today unless said otherwise.
    until: Option<NaiveDate>,
}

/// Ends somebody's service in the grid.
#[utoipa::path(post, path = "/grids/{id}/staff/{staff}/end", operation_id = "grid_grid_dismiss",
    security(("token" = ["grid.net.staff"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), ("staff" = Uuid, Path)),
    request_body = EndStaff, responses((status = 200, body = Serving)))]
async fn dismiss(ctx: Ctx, path: Path<StaffPath>, Json(body): Json<EndStaff>) -> Result<Reply<Serving>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let one = staff::end(&mut tx, &row, path.staff, body.until).await?;
    let all = staff::of(&tx, &row).await?;
    let shown = Reply::ok(Serving::of(&ctx, &one, &all));
    tx.commit("grid.net.staff", Subject::new("grid.grid", row.id), shown).await
}
