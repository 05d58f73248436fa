//! Data checks in the first county: an invented roll that a department handed over, and residents of whom no paper was asked.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::json;

use super::COUNTIES;
use super::people::Stage;
use super::residents;
use super::script::{Script, in_office};

/// Number in the list of the first village, and what the roll says of them; who is not on it is checked all the same.
const ROLL: [(usize, Option<&str>); 4] = [(9, Some("有效")), (11, Some("有效")), (15, Some("注销")), (18, None)];

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, script: &mut Script) {
    let Ok(ground) = stage.ground(COUNTIES[0].code) else { return };
    let Some(village) = ground.villages.first() else { return };
    let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
    let (Some(keeper), Some(clerk)) =
        (login("certificates.source_keeper", &ground.county), login("certificates.clerk", village))
    else {
        return;
    };
    let sources = format!("/places/{}/certificates/sources", ground.county.code);
    let source = json!({
        "kind": "table", "title": "残疾人证名册（演示）", "department": "县残疾人联合会", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条；（演示）县政务数据共享目录", "purposes": ["申请残疾人两项补贴"],
        "items": ["disability", "care_need"], "verdict": { "pointer": "/证件状态", "confirmed": ["有效"] },
        "shown": [{ "pointer": "/残疾等级", "title": "残疾等级" }],
        "fallback": "licence", "next_door": "出示残疾人证；没有带的，签署告知承诺书，当场受理",
    });
    script.add_kept(in_office(start, 7, 9, 10), &keeper, sources.clone(), source, "source-roll".to_owned());
    let residents = residents::of(0);
    let rows = ROLL.iter().filter_map(|(who, state)| Some((residents.get(*who)?, (*state)?)));
    let lines = rows.map(|(resident, state)| format!("{},{},{state},三级\n", resident.number, resident.name));
    let file = format!("公民身份号码,姓名,证件状态,残疾等级\n{}", lines.collect::<String>());
    let file = json!({ "content": STANDARD.encode(file), "handed_over_on": china_date(start) });
    let table = format!("{sources}/{{source-roll}}/table");
    script.add(in_office(start, 7, 9, 40), &keeper, Method::POST, table, file);
    let checks = format!("/places/{}/certificates/checks", village.code);
    for (n, (who, _)) in ROLL.into_iter().enumerate() {
        let day = 10 + i64::try_from(n).unwrap_or_default() * 4;
        let body = json!({ "item": "disability", "person": format!("{{resident-0-{who}}}") });
        script.add(in_office(start, day, 10, 25), &clerk, Method::POST, checks.clone(), body);
    }
}
