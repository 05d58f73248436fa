//! A file with grids, read into lines: a spreadsheet with a header, or GeoJSON features with properties.

use std::str::FromStr;

use geojson::{FeatureCollection, GeoJson};
use jizuo_kernel::error::invalid;
use jizuo_kernel::sheets::{Named, Titled, named};
use jizuo_kernel::{Result, Text};

use super::boundary::Boundary;

/// A row, read and not judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) village: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) grid: String,
    pub(super) area: String,
    pub(super) leader: String,
    pub(super) phone: String,
    pub(super) boundary: Option<std::result::Result<Boundary, Text>>,
}

impl Line {
    fn set(&mut self, field: &str, text: String) {
        match field {
            "village" => self.village = text,
            "name" => self.name = text,
            "kind" => self.kind = text,
            "grid" => self.grid = text,
            "area" => self.area = text,
            "leader" => self.leader = text,
            _ => self.phone = text,
        }
    }
}

/// The titles of a column, by field.
const TITLES: &[Titled] = &[
    ("village", &["村", "社区", "村社区", "所属村", "所属社区", "所属村社区", "village"]),
    ("name", &["网格名称", "名称", "网格", "name"]),
    ("kind", &["类型", "网格类型", "kind"]),
    ("grid", &["所属网格", "上级网格", "grid"]),
    ("area", &["四至", "范围", "网格范围", "area"]),
    ("leader", &["网格长", "网格长姓名", "leader"]),
    ("phone", &["联系电话", "电话", "手机", "网格长电话", "phone"]),
];

/// Reads a spreadsheet or a GeoJSON feature collection.
pub(super) fn read(bytes: Vec<u8>) -> Result<Vec<Line>> {
    let text = std::str::from_utf8(&bytes).ok().map(str::trim_start);
    match text.filter(|text| text.starts_with('{')) {
        Some(text) => features(text),
        None => rows(bytes),
    }
}

fn features(text: &str) -> Result<Vec<Line>> {
    let wrong = || {
        let why = Text::new("不是 GeoJSON 的要素集（FeatureCollection）", "this is no GeoJSON FeatureCollection");
        invalid("content", "grid.import.geojson", why)
    };
    let Ok(GeoJson::FeatureCollection(FeatureCollection { features, .. })) = GeoJson::from_str(text) else {
        return Err(wrong());
    };
    Ok((1..)
        .zip(features)
        .map(|(number, feature)| {
            let mut line = Line { number, ..Line::default() };
            line.boundary = feature.geometry.as_ref().map(|geometry| Boundary::of(&geometry.value));
            for (field, value) in feature.properties.into_iter().flatten() {
                if TITLES.iter().any(|(known, _)| *known == field) {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    line.set(&field, if value.is_null() { String::new() } else { text.trim().to_owned() });
                }
            }
            line
        })
        .collect())
}

/// More grids than a county has.
const MOST: usize = 60_000;

fn rows(bytes: Vec<u8>) -> Result<Vec<Line>> {
    let Some(rows) = named(bytes, TITLES, "name", MOST)? else {
        let why = Text::new(
            "在前 20 行里没有找到表头（村（社区）、网格名称、类型、四至、网格长、联系电话）",
            "no header was found in the first 20 rows (村（社区）, 网格名称, 类型, 四至, 网格长, 联系电话)",
        );
        return Err(invalid("content", "grid.import.header", why));
    };
    let line = |row: Named| {
        let mut line = Line { number: row.number, ..Line::default() };
        for (field, _) in TITLES {
            line.set(field, row.text(field).to_owned());
        }
        line
    };
    Ok(rows.into_iter().map(line).collect())
}
