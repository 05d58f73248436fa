//! One net: grids are drawn below a village, numbered, redrawn, renamed, ended; none lies over another.

use std::sync::Arc;

use jizuo_kernel::error::{Faults, internal, refuse, stale};
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::{self, Place};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::boundary::Boundary;
use super::entity::grid::{ActiveModel, Column, Entity, Model};
use super::entity::{Kind, member, past};
use super::standing::Net;

/// Who may draw and change grids.
pub(super) const DRAW: &str = "grid.net.draw";

/// A boundary with the system it was taken in.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) boundary: Boundary,
    pub(crate) datum: Datum,
}

impl Drawn {
    /// Reads what was sent; faults are the field's.
    pub(crate) fn read(faults: &mut Faults, field: &str, text: Option<&str>, datum: Datum) -> Option<Drawn> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        match Boundary::parse(text) {
            Ok(boundary) => Some(Drawn { boundary, datum }),
            Err(why) => {
                faults.add(field, "grid.net.boundary", why);
                None
            }
        }
    }

    /// As a row keeps it, where there is one.
    pub(crate) fn of(row: &Model) -> Option<Drawn> {
        let boundary = Boundary::parse(row.boundary.as_deref()?).ok()?;
        Some(Drawn { boundary, datum: Datum::parse(row.datum.as_deref()?)? })
    }
}

/// A grid that is to be.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// A village; of a micro-grid the basic grid.
    pub(crate) parent: Arc<Place>,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) area: String,
    pub(crate) drawn: Option<Drawn>,
}

impl New {
    /// Numbers of special grids are apart from the others, as is practice under GB/T 31000; no text lays the ranges down.
    fn place(&self) -> places::New {
        let (kind, numbers) = match self.kind {
            Kind::Basic => (places::Kind::Grid, 1..=899),
            Kind::Special => (places::Kind::Grid, 901..=999),
            Kind::Micro => (places::Kind::MicroGrid, 1..=999),
        };
        places::New { parent: self.parent.clone(), kind, name: self.name.clone(), numbers }
    }
}

/// Draws a grid below a village, or a micro-grid in a grid.
pub(crate) async fn draw(tx: &mut Tx, new: New) -> Result<(Arc<Place>, Model)> {
    tx.require(DRAW, &new.parent)?;
    places::hold(tx).await?;
    let mut net = Net::around(tx, &new.parent).await?;
    let mut faults = Faults::default();
    net.admit(&new, &mut faults);
    faults.check()?;
    let (place, row) = draw_all(tx, vec![new]).await?.pop().ok_or_else(|| internal("a grid that was drawn"))?;
    tell(tx, "drawn", &place, &row)?;
    Ok((place, row))
}

/// Draws what was admitted, and leaves it to the caller to tell; the answer is in the same order.
pub(super) async fn draw_all(tx: &mut Tx, new: Vec<New>) -> Result<Vec<(Arc<Place>, Model)>> {
    let today = tx.today();
    let founded = places::found(tx, new.iter().map(New::place).collect(), today).await?;
    let mut rows = Vec::with_capacity(new.len());
    for (new, place) in new.into_iter().zip(&founded) {
        let bounds = new.drawn.as_ref().map(|drawn| drawn.boundary.bounds());
        let row = Model {
            county: place.chain(),
            id: tx.id(),
            prefecture: place.prefecture,
            township: place.township,
            village: place.village,
            place: place.id,
            kind: new.kind.as_str().to_owned(),
            area: new.area,
            boundary: new.drawn.as_ref().map(|drawn| drawn.boundary.geojson()),
            datum: new.drawn.as_ref().map(|drawn| drawn.datum.as_str().to_owned()),
            west: bounds.map(|b| b.west),
            south: bounds.map(|b| b.south),
            east: bounds.map(|b| b.east),
            north: bounds.map(|b| b.north),
            drawn_on: bounds.map(|_| today),
            ended_on: None,
            version: 1,
            created_at: tx.now,
        };
        rows.push(row);
    }
    for some in rows.chunks(500) {
        let new = some.iter().map(|row| ActiveModel::from(row.clone()).reset_all());
        Entity::insert_many(new).exec_without_returning(tx.db()).await?;
    }
    Ok(founded.into_iter().zip(rows).collect())
}

/// A grid of the operation's scope.
pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("grid"))
}

/// Where a grid is, if it is still there, and the caller may change it.
pub(super) fn stands(tx: &Tx, row: &Model, permission: &str) -> Result<Arc<Place>> {
    let place = tx.snapshot.places.place(row.place)?;
    tx.require(permission, &place)?;
    if row.ended_on.is_some() {
        return Err(refuse("grid.net.ended", Text::new("这个网格已撤并", "this grid has ended"))
            .source(Text::new("平台规则：历史不改写", "platform rule: what was is not rewritten"))
            .who(Text::new("请在接管它的网格上办理", "do it with the grid that took over"))
            .into());
    }
    Ok(place)
}

/// Gives it another name from today on; the old one stays in its history.
pub(crate) async fn rename(tx: &mut Tx, row: &Model, name: &str) -> Result<Arc<Place>> {
    let place = stands(tx, row, DRAW)?;
    places::hold(tx).await?;
    let mut faults = Faults::default();
    let name = faults.text("name", name, 60);
    let parent = place.parent.unwrap_or_default();
    Net::around(tx, &place).await?.free_name(&name, parent, Some(row.id), &mut faults);
    faults.check()?;
    let today = tx.today();
    places::rename(tx, &place, &name, today).await?;
    let place = Arc::new(Place { name, ..Place::clone(&place) });
    tell(tx, "renamed", &place, row)?;
    Ok(place)
}

/// Draws it anew; the old boundary is kept with the day until which it was so.
pub(crate) async fn redraw(tx: &mut Tx, row: &Model, area: Option<String>, drawn: Option<Drawn>) -> Result<Model> {
    let place = stands(tx, row, DRAW)?;
    places::hold(tx).await?;
    let mut faults = Faults::default();
    let area = area.map(|area| faults.optional_text("area", &area, 500));
    if let Some(drawn) = &drawn {
        let mut net = Net::around(tx, &place).await?;
        net.free_ground(drawn, Kind::parse(&row.kind), place.parent.unwrap_or_default(), Some(row.id), &mut faults);
    }
    if area.is_none() && drawn.is_none() {
        let why = Text::new("请写四至或画边界", "say from where to where, or draw a boundary");
        faults.add("boundary", "grid.net.nothing", why);
    }
    faults.check()?;
    let changed = keep_boundary(tx, row, area, drawn.as_ref()).await?;
    tell(tx, "redrawn", &place, &changed)?;
    Ok(changed)
}

/// Writes what was drawn, and keeps what was before.
pub(super) async fn keep_boundary(tx: &Tx, row: &Model, area: Option<String>, drawn: Option<&Drawn>) -> Result<Model> {
    let today = tx.today();
    if let (Some(boundary), Some(datum), Some(_)) = (&row.boundary, &row.datum, drawn) {
        let before = past::ActiveModel {
            county: Set(row.county),
            id: Set(tx.id()),
            grid: Set(row.id),
            boundary: Set(boundary.clone()),
            datum: Set(datum.clone()),
            since: Set(row.drawn_on),
            until: Set(today),
            replaced_by: Set(tx.actor.name.clone()),
        };
        past::Entity::insert(before).exec_without_returning(tx.db()).await?;
    }
    let mut change = Entity::update_within(&Scope::counties(vec![row.county]))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1));
    if let Some(area) = area {
        change = change.col_expr(Column::Area, Expr::value(area));
    }
    if let Some(drawn) = drawn {
        let bounds = drawn.boundary.bounds();
        change = change
            .col_expr(Column::Boundary, Expr::value(Some(drawn.boundary.geojson())))
            .col_expr(Column::Datum, Expr::value(Some(drawn.datum.as_str())))
            .col_expr(Column::West, Expr::value(Some(bounds.west)))
            .col_expr(Column::South, Expr::value(Some(bounds.south)))
            .col_expr(Column::East, Expr::value(Some(bounds.east)))
            .col_expr(Column::North, Expr::value(Some(bounds.north)))
            .col_expr(Column::DrawnOn, Expr::value(Some(today)));
    }
    let changed = change.exec_with_returning(tx.db()).await?.pop();
    Ok(changed.ok_or_else(stale)?)
}

/// How many households are in a grid or in the micro-grids of it now.
pub(super) async fn households(ctx: &Ctx, place: &Place) -> Result<u64> {
    let scope = Scope::subtree(&ctx.snapshot.places, place);
    Ok(member::Entity::within(&scope).filter(member::Column::Current.eq(1)).count(ctx.db()).await?)
}

/// The end of a grid's row; its place ends beside it.
pub(super) async fn ended(tx: &Tx, row: &Model) -> Result<()> {
    let ended = Entity::update_within(&Scope::counties(vec![row.county]))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::EndedOn, Expr::value(Some(tx.today())))
        .exec(tx.db())
        .await?;
    if ended.rows_affected == 1 { Ok(()) } else { Err(stale().into()) }
}

/// Tells that the net changed.
pub(super) fn tell(tx: &mut Tx, change: &str, place: &Place, row: &Model) -> Result<()> {
    let payload = serde_json::json!({ "id": row.id, "place": place.code, "kind": row.kind, "change": change });
    tx.emit("grid.net.changed", &Subject::new("grid.grid", row.id), &payload)
}
