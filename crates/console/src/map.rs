//! Areas drawn: GeoJSON features as SVG with classes only, numbered, with their names in a list beside the picture.

use askama::Template;
use serde_json::{Value, json};

/// A picture of areas, north up.
#[derive(Template)]
#[template(path = "map.html")]
pub(crate) struct Map {
    width: i64,
    height: i64,
    /// What the picture shows, for who cannot see it.
    names: String,
    shapes: Vec<Shape>,
}

struct Shape {
    number: usize,
    name: String,
    code: String,
    path: String,
    x: i64,
    y: i64,
    /// Neighbours in the list differ.
    tone: usize,
}

/// The longer side, in units of the picture.
const SIDE: f64 = 800.0;
const MARGIN: f64 = 8.0;
const TONES: usize = 6;

type Ring = Vec<(f64, f64)>;

impl Map {
    /// Draws the features of an array, or a geometry as text; none where there is nothing to draw.
    pub(crate) fn of(value: &Value) -> Option<Map> {
        let alone = value.as_str().map(|text| Some(json!([{ "geometry": serde_json::from_str::<Value>(text).ok()? }])));
        let features = match &alone {
            Some(one) => one.as_ref()?,
            None => value,
        };
        let drawn: Vec<(&Value, Vec<Ring>)> = features
            .as_array()?
            .iter()
            .map(|feature| (feature, rings(&feature["geometry"])))
            .filter(|(_, rings)| rings.iter().any(|ring| ring.len() > 2))
            .collect();
        let corners = || drawn.iter().flat_map(|(_, rings)| rings.iter().flatten());
        let least = |of: fn(&(f64, f64)) -> f64| corners().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| corners().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, east, south, north) = (least(|c| c.0), most(|c| c.0), least(|c| c.1), most(|c| c.1));
        if drawn.is_empty() || !(east > west && north > south) {
            return None;
        }
        // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        let narrow = ((south + north) / 2.0).to_radians().cos();
        let scale = SIDE / ((east - west) * narrow).max(north - south);
        let across = |longitude: f64| MARGIN + (longitude - west) * narrow * scale;
        let down = |latitude: f64| MARGIN + (north - latitude) * scale;
        let shapes: Vec<Shape> = (1..)
            .zip(&drawn)
            .map(|(number, (feature, rings))| {
                let text = |name: &str| feature["properties"][name].as_str().unwrap_or_default().to_owned();
                let (x, y) = middle(&rings[0]);
                Shape {
                    number,
                    name: text("place_name"),
                    code: text("place"),
                    path: rings.iter().map(|ring| path(ring, &across, &down)).collect(),
                    x: whole(across(x)),
                    y: whole(down(y)),
                    tone: number % TONES,
                }
            })
            .collect();
        let names: Vec<&str> = shapes.iter().map(|shape| shape.name.as_str()).collect();
        Some(Map {
            width: whole(across(east) + MARGIN),
            height: whole(down(south) + MARGIN),
            names: names.join("、"),
            shapes,
        })
    }
}

/// The rings of a Polygon or MultiPolygon, longitude and latitude.
fn rings(geometry: &Value) -> Vec<Ring> {
    let polygons: Vec<&Value> = match geometry["type"].as_str() {
        Some("Polygon") => vec![&geometry["coordinates"]],
        Some("MultiPolygon") => geometry["coordinates"].as_array().into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    let corner = |at: &Value| Some((at.get(0)?.as_f64()?, at.get(1)?.as_f64()?));
    let rings = polygons.into_iter().filter_map(Value::as_array).flatten().filter_map(Value::as_array);
    rings.map(|ring| ring.iter().filter_map(corner).collect()).collect()
}

fn path(ring: &Ring, across: &impl Fn(f64) -> f64, down: &impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    for (n, (longitude, latitude)) in ring.iter().enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        path += &format!("{letter}{} {}", whole(across(*longitude)), whole(down(*latitude)));
    }
    path + "Z"
}

/// Where the number stands: the middle of the box around the ring.
fn middle(ring: &Ring) -> (f64, f64) {
    let middle = |of: fn(&(f64, f64)) -> f64| {
        let (least, most) =
            ring.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), v| (l.min(v), m.max(v)));
        (least + most) / 2.0
    };
    (middle(|c| c.0), middle(|c| c.1))
}

fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a picture has some hundred units")]
    let whole = value.round() as i64;
    whole
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn areas_are_drawn_north_up_and_numbered_with_their_names_beside() {
        let square = |west: f64, name: &str| {
            let ring = [[west, 25.0], [west + 0.01, 25.0], [west + 0.01, 25.01], [west, 25.01], [west, 25.0]];
            let geometry = json!({ "type": "Polygon", "coordinates": [ring] });
            json!({ "type": "Feature", "geometry": geometry, "properties": { "place_name": name, "place": "1" } })
        };
        let map = Map::of(&json!([square(102.70, "东片 <网格>"), square(102.71, "西片")])).unwrap();
        assert_eq!((map.width, map.height), (816, 457), "twice as broad as high, and a degree of longitude is shorter");
        assert_eq!(map.shapes[0].path, "M8 449L408 449L408 8L8 8L8 449Z");
        assert_eq!((map.shapes[1].x, map.shapes[1].y, map.shapes[1].number), (608, 229, 2));
        let html = map.render().unwrap();
        assert!(html.contains("东片 &#60;网格&#62;") && !html.contains("<网格>"), "{html}");
        let alone = square(102.70, "")["geometry"].to_string();
        assert_eq!(Map::of(&json!(alone)).unwrap().shapes.len(), 1);
        for nothing in
            [json!([]), json!(7), json!("{"), json!([{ "geometry": { "type": "Point", "coordinates": [1, 2] } }])]
        {
            assert!(Map::of(&nothing).is_none());
        }
    }
}
