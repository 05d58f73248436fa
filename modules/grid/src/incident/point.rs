//! Where something was seen, for who can say so; never required.

use jizuo_kernel::error::Faults;
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text};
use sea_orm::{ColumnTrait, QueryFilter};

use super::entity::{Column, Entity, Model};
use crate::net::Drawn;
use crate::net::boundary::micro;

/// A point in millionths of a degree, and in which system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(super) longitude: i32,
    pub(super) latitude: i32,
    pub(super) datum: Datum,
}

impl Point {
    /// Both of longitude and latitude, in degrees, or neither.
    pub(super) fn read(
        faults: &mut Faults,
        longitude: Option<f64>,
        latitude: Option<f64>,
        datum: Datum,
    ) -> Option<Point> {
        match (longitude, latitude) {
            (None, None) => None,
            (Some(longitude), Some(latitude))
                if (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude) =>
            {
                Some(Point { longitude: micro(longitude), latitude: micro(latitude), datum })
            }
            _ => {
                let why = Text::new("经度、纬度须一起写，以度为单位", "longitude and latitude go together, in degrees");
                faults.add("longitude", "grid.incident.point", why);
                None
            }
        }
    }
}

/// The open incidents at a place that say where.
pub(crate) async fn open_with_a_point(ctx: &Ctx, place: &Place) -> Result<Vec<Model>> {
    Ok(Entity::within(&Scope::subtree(&ctx.snapshot.places, place))
        .filter(Column::Phase.ne("done"))
        .filter(Column::Longitude.is_not_null())
        .all(ctx.db())
        .await?)
}

/// Whether it was seen within a boundary of the same system.
pub(crate) fn lies_in(row: &Model, drawn: &Drawn) -> bool {
    let same = row.datum.as_deref().and_then(Datum::parse) == Some(drawn.datum);
    same && row.longitude.zip(row.latitude).is_some_and(|point| drawn.boundary.holds(point))
}
