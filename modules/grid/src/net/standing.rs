//! What stands already where a grid is to be drawn: one net, in which none lies over another.

use jizuo_kernel::error::Faults;
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::{self, Place};
use jizuo_kernel::{Result, Scope, Scoped, Text, Tx, say};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::boundary::{Boundary, Bounds};
use super::entity::Kind;
use super::entity::grid::{Column, Entity};
use super::service::{Drawn, New};

/// What stands already where something is drawn.
pub(super) struct Net {
    stands: Vec<Stands>,
}

struct Stands {
    id: Option<Uuid>,
    place: Option<i32>,
    name: String,
    kind: Kind,
    parent: Option<i32>,
    drawn: Option<(Bounds, Datum, Shape)>,
}

/// Read when a box is met, for most never are.
enum Shape {
    Text(String),
    Read(Boundary),
}

impl Net {
    /// What may touch something below this place: the grids of its township.
    pub(super) async fn around(tx: &Tx, place: &Place) -> Result<Net> {
        let tree = &tx.snapshot.places;
        let wide = place
            .township
            .and_then(|id| tree.get(id))
            .map_or_else(|| Scope::subtree(tree, place), |township| Scope::subtree(tree, township));
        Net::of(tx, &wide).await
    }

    pub(super) async fn of(tx: &Tx, scope: &Scope) -> Result<Net> {
        let rows = Entity::within(scope).filter(Column::EndedOn.is_null()).all(tx.db()).await?;
        let tree = &tx.snapshot.places;
        let stands = rows.into_iter().map(|row| Stands {
            id: Some(row.id),
            place: Some(row.place),
            name: tree.name(row.place).to_owned(),
            kind: Kind::parse(&row.kind),
            parent: tree.get(row.place).and_then(|place| place.parent),
            drawn: match (row.west, row.south, row.east, row.north, row.datum, row.boundary) {
                (Some(west), Some(south), Some(east), Some(north), Some(datum), Some(text)) => {
                    Datum::parse(&datum).map(|datum| (Bounds { west, south, east, north }, datum, Shape::Text(text)))
                }
                _ => None,
            },
        });
        Ok(Net { stands: stands.collect() })
    }

    /// What is taken over does not stand in the way.
    pub(super) fn leave_out(&mut self, id: Uuid) {
        self.stands.retain(|stands| stands.id != Some(id));
    }

    /// Looks whether a new grid may stand where it is drawn, and takes it in if so.
    pub(super) fn admit(&mut self, new: &New, faults: &mut Faults) {
        let before = faults.len();
        let right = match new.kind {
            Kind::Micro => new.parent.kind == places::Kind::Grid,
            _ => new.parent.kind == places::Kind::Village,
        };
        if !right {
            faults.add(
                "place",
                "grid.net.parent",
                match new.kind {
                    Kind::Micro => Text::new("微网格设在一个网格里", "a micro-grid lies in a grid"),
                    _ => Text::new(
                        "网格设在村（社区）下面，不直接设在乡镇或县",
                        "a grid lies in a village or community, not in a township or county",
                    ),
                },
            );
        }
        if new.parent.until.is_some() {
            faults.add("place", "grid.net.ended", Text::new("这里已撤销", "this place has ended"));
        }
        self.free_name(&new.name, new.parent.id, None, faults);
        if let Some(drawn) = &new.drawn {
            self.free_ground(drawn, new.kind, new.parent.id, None, faults);
        }
        if faults.len() == before {
            self.stands.push(Stands {
                id: None,
                place: None,
                name: new.name.clone(),
                kind: new.kind,
                parent: Some(new.parent.id),
                drawn: new
                    .drawn
                    .clone()
                    .map(|drawn| (drawn.boundary.bounds(), drawn.datum, Shape::Read(drawn.boundary))),
            });
        }
    }

    /// Whether a grid of this name stands there.
    pub(super) fn has(&self, name: &str, parent: i32) -> bool {
        self.stands.iter().any(|stands| stands.id.is_some() && stands.parent == Some(parent) && stands.name == name)
    }

    /// People tell grids by their names.
    pub(super) fn free_name(&self, name: &str, parent: i32, own: Option<Uuid>, faults: &mut Faults) {
        let taken = |s: &&Stands| s.parent == Some(parent) && s.name == name && (own.is_none() || s.id != own);
        if self.stands.iter().any(|s| taken(&s)) {
            faults.add("name", "grid.net.name", say!("这里已有“{name}”", "there is a {name} here already"));
        }
    }

    /// One net only: of one datum, no grid lies over another, and a micro-grid lies in its grid.
    pub(super) fn free_ground(
        &mut self,
        drawn: &Drawn,
        kind: Kind,
        parent: i32,
        own: Option<Uuid>,
        faults: &mut Faults,
    ) {
        let bounds = drawn.boundary.bounds();
        for stands in &mut self.stands {
            if kind == Kind::Micro && stands.place == Some(parent) && stands.excludes(drawn) {
                let name = &stands.name;
                faults.add("boundary", "grid.net.outside", say!("超出了“{name}”的边界", "it reaches beyond {name}"));
                return;
            }
            let same_net = (stands.kind == Kind::Micro) == (kind == Kind::Micro)
                && (kind != Kind::Micro || stands.parent == Some(parent));
            if !same_net || (own.is_some() && stands.id == own) {
                continue;
            }
            let Some((there, datum, shape)) = &mut stands.drawn else { continue };
            if *datum != drawn.datum || !there.meets(bounds) {
                continue;
            }
            if shape.read().is_some_and(|there| drawn.boundary.overlaps(there)) {
                let name = &stands.name;
                faults.add("boundary", "grid.net.overlap", say!(
                    "与“{name}”重叠。一张网：各部门共用同一套网格，不另划（滨州市社会治理网格化服务管理条例第六条第三款）",
                    "it lies over {name}. One net: all departments use the same grids and draw none of their own (Binzhou Regulation on Grid Governance, Article 6 ¶3)"
                ));
                return;
            }
        }
    }
}

impl Stands {
    /// Whether something of its datum lies outside of it.
    fn excludes(&mut self, drawn: &Drawn) -> bool {
        match &mut self.drawn {
            Some((_, datum, shape)) if *datum == drawn.datum => {
                shape.read().is_some_and(|own| !drawn.boundary.lies_in(own))
            }
            _ => false,
        }
    }
}

impl Shape {
    fn read(&mut self) -> Option<&Boundary> {
        if let Shape::Text(text) = self {
            *self = Shape::Read(Boundary::parse(text).ok()?);
        }
        match self {
            Shape::Read(boundary) => Some(boundary),
            Shape::Text(_) => None,
        }
    }
}
