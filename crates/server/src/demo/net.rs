//! The net of grids in the first county: drawn in its first village, staffed, with the households of the list, one of them renamed.

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::COUNTIES;
use super::people::Stage;
use super::script::{Script, in_office};

/// Name, from where to where, leader, and the corners in ten-thousandths of a degree from a point in the county.
type Grid = (&'static str, &'static str, &'static str, [(i32, i32); 5]);

const GRIDS: [Grid; 3] = [
    ("第一网格", "翠湖西路以东、文林街以北", "段永胜", [(0, 0), (40, 4), (44, 38), (6, 42), (0, 20)]),
    ("第二网格", "翠湖西路以西、文林街以北", "和丽芬", [(-38, 2), (0, 0), (0, 20), (6, 42), (-34, 40)]),
    ("第三网格", "文林街以南、东风西路以北", "马晓云", [(-38, 2), (-30, -34), (34, -30), (40, 4), (0, 0)]),
];

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, script: &mut Script) {
    let Ok(ground) = stage.ground(COUNTIES[0].code) else { return };
    let (Some(village), Ok(keeper)) = (ground.villages.first(), stage.holding("grid.keeper", &ground.county)) else {
        return;
    };
    let here = format!("/places/{}/grid/grids", village.code);
    for (n, (name, area, leader, corners)) in (0u32..).zip(GRIDS) {
        let at = |east: i32, north: i32| [102.7 + f64::from(east) / 10_000.0, 25.05 + f64::from(north) / 10_000.0];
        let ring: Vec<[f64; 2]> = corners.iter().chain(corners.first()).map(|(e, n)| at(*e, *n)).collect();
        let boundary = json!({ "type": "Polygon", "coordinates": [ring] }).to_string();
        let grid = json!({ "name": name, "area": area, "boundary": boundary });
        script.add_kept(in_office(start, 3, 9, n * 10), &keeper.login, here.clone(), grid, format!("grid-{n}"));
        let serves = json!({ "role": "leader", "name": leader, "phone": format!("1388880{:04}", 21 + n) });
        let staff = format!("{here}/{{grid-{n}}}/staff");
        script.add(in_office(start, 3, 14, n * 10), &keeper.login, Method::POST, staff, serves);
    }
    let market = json!({ "name": "文林农贸市场", "kind": "special", "area": "市场内" });
    script.add(in_office(start, 3, 10, 30), &keeper.login, Method::POST, here.clone(), market);
    let all = json!({ "from": village.code });
    script.add(in_office(start, 9, 9, 0), &keeper.login, Method::POST, format!("{here}/{{grid-0}}/households"), all);
    let name = json!({ "name": "文林南片网格" });
    script.add(in_office(start, 20, 9, 0), &keeper.login, Method::POST, format!("{here}/{{grid-2}}/rename"), name);
}
