//! Boundaries: GeoJSON polygons in longitude and latitude, with the datum they were taken in. Only boundaries of one datum
//! are compared: Chinese web maps shift theirs by up to some hundred metres.

use std::str::FromStr;

use geo::{Area, BooleanOps, BoundingRect, Contains, Coord, GeodesicArea, MultiPolygon, Point, Validation};
use geojson::{GeoJson, GeometryValue};
use jizuo_kernel::Text;

/// What a geometry may weigh.
pub(crate) const LARGEST: usize = 200_000;

/// The points a boundary may have.
const MOST_POINTS: usize = 5_000;

/// Boundaries drawn by hand along one street touch: of the smaller one so much may lie in both.
const TOLERANCE: f64 = 0.02;

/// Where China lies, roughly: what is far outside has its axes changed or is in metres.
const WEST_EAST: std::ops::RangeInclusive<f64> = 73.0..=136.0;
const SOUTH_NORTH: std::ops::RangeInclusive<f64> = 3.0..=54.0;

/// A boundary that was read and is sound.
#[derive(Clone, Debug)]
pub(crate) struct Boundary {
    shape: MultiPolygon<f64>,
}

/// A box in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) west: i32,
    pub(crate) south: i32,
    pub(crate) east: i32,
    pub(crate) north: i32,
}

impl Bounds {
    pub(crate) fn meets(self, other: Bounds) -> bool {
        self.west <= other.east && other.west <= self.east && self.south <= other.north && other.south <= self.north
    }
}

impl Boundary {
    /// Reads the text of a GeoJSON Polygon or MultiPolygon, or of a Feature of one.
    pub(crate) fn parse(text: &str) -> Result<Boundary, Text> {
        if text.len() > LARGEST {
            return Err(Text::new(
                "边界过大，请先简化到 200 kB 以内",
                "the boundary is too large: simplify it to 200 kB",
            ));
        }
        let no_json = |_| Text::new("不是有效的 GeoJSON 面", "this is no GeoJSON of a Polygon or MultiPolygon");
        let geometry = match GeoJson::from_str(text).map_err(no_json)? {
            GeoJson::Geometry(geometry) => geometry,
            GeoJson::Feature(feature) => feature.geometry.ok_or_else(no_shape)?,
            GeoJson::FeatureCollection(_) => {
                return Err(Text::new(
                    "这里只收一个网格的边界；整个文件请用导入",
                    "one boundary at a time here; a whole file is imported",
                ));
            }
        };
        Boundary::of(&geometry.value)
    }

    pub(crate) fn of(value: &GeometryValue) -> Result<Boundary, Text> {
        let shape = match geo::Geometry::<f64>::try_from(value.clone()) {
            Ok(geo::Geometry::Polygon(one)) => MultiPolygon::new(vec![one]),
            Ok(geo::Geometry::MultiPolygon(many)) => many,
            _ => return Err(no_shape()),
        };
        let corners = shape.iter().flat_map(|polygon| {
            polygon.exterior().coords().chain(polygon.interiors().iter().flat_map(|ring| ring.coords()))
        });
        let corners: Vec<&Coord<f64>> = corners.collect();
        if corners.len() > MOST_POINTS {
            return Err(Text::new("边界的点太多（最多 5000 个）", "the boundary has more than 5,000 points"));
        }
        if let Some(far) = corners.iter().find(|c| !WEST_EAST.contains(&c.x) || !SOUTH_NORTH.contains(&c.y)) {
            return Err(if WEST_EAST.contains(&far.y) && SOUTH_NORTH.contains(&far.x) {
                Text::new("经纬度写反了：先经度，后纬度", "longitude and latitude are changed: longitude comes first")
            } else {
                Text::new(
                    "坐标不在中国范围内；请用以度为单位的经纬度，不用投影坐标",
                    "the coordinates are not in China; use degrees of longitude and latitude, not projected metres",
                )
            });
        }
        if !shape.is_valid() || shape.unsigned_area() == 0.0 {
            return Err(Text::new(
                "边界自相交或没有面积，请在地图上改好再传",
                "the boundary crosses itself or encloses nothing; mend it on the map first",
            ));
        }
        Ok(Boundary { shape })
    }

    pub(crate) fn bounds(&self) -> Bounds {
        let around = self.shape.bounding_rect();
        let (min, max) = around.map_or_else(Default::default, |around| (around.min(), around.max()));
        Bounds { west: micro(min.x), south: micro(min.y), east: micro(max.x), north: micro(max.y) }
    }

    /// Whether more of the smaller one lies in both than hands drawing along one street leave.
    pub(crate) fn overlaps(&self, other: &Boundary) -> bool {
        let both = self.shape.intersection(&other.shape).unsigned_area();
        both > TOLERANCE * self.shape.unsigned_area().min(other.shape.unsigned_area())
    }

    /// Whether it lies in the other one, up to the same tolerance.
    pub(crate) fn lies_in(&self, outer: &Boundary) -> bool {
        let outside = self.shape.difference(&outer.shape).unsigned_area();
        outside <= TOLERANCE * self.shape.unsigned_area()
    }

    /// Both as one.
    pub(crate) fn with(&self, other: &Boundary) -> Boundary {
        Boundary { shape: self.shape.union(&other.shape) }
    }

    /// Whether a point, in millionths of a degree, lies in it.
    pub(crate) fn holds(&self, (longitude, latitude): (i32, i32)) -> bool {
        self.shape.contains(&Point::new(degrees(longitude), degrees(latitude)))
    }

    /// In square metres, on the ellipsoid.
    pub(crate) fn square_metres(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a village is smaller than the whole earth")]
        let rounded = self.shape.geodesic_area_unsigned().round() as i64;
        rounded
    }

    /// As it is kept and shown.
    pub(crate) fn geojson(&self) -> String {
        GeometryValue::from(&self.shape).to_string()
    }
}

fn no_shape() -> Text {
    Text::new("边界须是面（Polygon 或 MultiPolygon）", "a boundary is a Polygon or a MultiPolygon")
}

/// Degrees to millionths of one: a tenth of a metre.
pub(crate) fn micro(degrees: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "360 million fit")]
    let micro = (degrees * 1e6).round() as i32;
    micro
}

pub(crate) fn degrees(micro: i32) -> f64 {
    f64::from(micro) / 1e6
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> String {
        let (east, north) = (west + side, south + side);
        format!(
            r#"{{"type":"Polygon","coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}"#
        )
    }

    fn read(text: &str) -> Boundary {
        Boundary::parse(text).unwrap()
    }

    #[test]
    fn what_is_no_boundary_says_why() {
        for (text, why) in [
            ("", "GeoJSON"),
            ("{}", "GeoJSON"),
            (r#"{"type":"Point","coordinates":[102.7,25.0]}"#, "面"),
            (r#"{"type":"FeatureCollection","features":[]}"#, "导入"),
            (&square(25.0, 102.7, 0.01), "写反"),
            (&square(35_000_000.0, 2_770_000.0, 100.0), "投影"),
            (
                r#"{"type":"Polygon","coordinates":[[[102.7,25.0],[102.8,25.1],[102.8,25.0],[102.7,25.1],[102.7,25.0]]]}"#,
                "自相交",
            ),
            (r#"{"type":"Polygon","coordinates":[]}"#, "面"),
        ] {
            let said = Boundary::parse(text).unwrap_err();
            assert!(said.zh.contains(why), "{text}: {}", said.zh);
        }
    }

    #[test]
    fn neighbours_touch_and_nets_do_not_overlap() {
        let home = read(&square(102.70, 25.00, 0.01));
        assert!(!home.overlaps(&read(&square(102.71, 25.00, 0.01))), "they share a street");
        assert!(!home.overlaps(&read(&square(102.7099, 25.00, 0.01))), "one in a hundred is the hand's");
        assert!(home.overlaps(&read(&square(102.705, 25.00, 0.01))));
        assert!(home.overlaps(&read(&square(102.702, 25.002, 0.001))), "a small one in a large one");
        assert!(read(&square(102.702, 25.002, 0.001)).lies_in(&home));
        assert!(!home.lies_in(&read(&square(102.702, 25.002, 0.001))));
        assert!(home.holds((102_705_000, 25_005_000)) && !home.holds((102_715_000, 25_005_000)));
        let bounds = Bounds { west: 102_700_000, south: 25_000_000, east: 102_710_000, north: 25_010_000 };
        assert_eq!(home.bounds(), bounds);
        // A hundredth of a degree is 1,009 m of longitude here, and 1,108 m of latitude.
        assert!((1_100_000..1_130_000).contains(&home.square_metres()), "{}", home.square_metres());
        assert_eq!(read(&home.geojson()).bounds(), home.bounds(), "what is kept can be read");
    }
}
