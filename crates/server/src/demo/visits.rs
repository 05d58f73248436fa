//! Visits and care in the first county: plans for people of its list, visits, one that leads to an incident; a report of a
//! resident, and one on paper.

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::COUNTIES;
use super::people::Stage;
use super::script::{Script, in_office};

/// Number in the list of the first village, kind, what help is due.
const PLANS: [(usize, &str, &str); 3] = [
    (2, "left_behind_elderly", "每月上门看望，帮助买药、代办"),
    (6, "minimum_living", "了解生活困难，协助申请救助"),
    // Dies later, and with that the plan ends.
    (8, "elderly_alone", "每周看望，联系家庭医生"),
];

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, script: &mut Script) {
    let Ok(ground) = stage.ground(COUNTIES[0].code) else { return };
    let Some(village) = ground.villages.first() else { return };
    let (Ok(leader), Ok(worker), Ok(officer)) = (
        stage.holding("grid.leader", village),
        stage.holding("grid.worker", village),
        stage.holding("grid.managed_officer", &ground.county),
    ) else {
        return;
    };
    let here = format!("/places/{}/grid", village.code);
    for (who, kind, purpose) in PLANS {
        let body = json!({
            "person": format!("{{resident-0-{who}}}"), "kind": kind, "purpose": purpose, "every_days": 30,
            "assignee": worker.account,
        });
        let at = in_office(start, 8, 10, u32::try_from(who).unwrap_or_default());
        script.add_kept(at, &leader.login, format!("{here}/care"), body, format!("plan-{who}"));
    }
    let visit = json!({ "found": "一人在家，说屋后排水沟堵了，下雨进水", "to_do": "疏通屋后排水沟", "category": "05" });
    let path = format!("{here}/care/{{plan-2}}/visit");
    script.add(in_office(start, 15, 15, 10), &worker.login, Method::POST, path, visit);
    let managed = json!({
        "person": "{resident-0-16}", "kind": "released", "purpose": "帮助落户、就业，每季度走访", "every_days": 90,
    });
    script.add(in_office(start, 9, 11, 0), &officer.login, Method::POST, format!("{here}/managed"), managed);

    let online = json!({ "category": "04", "title": "广场健身器材损坏", "location": "文化广场东侧" });
    script.add(in_office(start, 33, 20, 15), &leader.login, Method::POST, format!("{here}/reports"), online);
    let paper = json!({ "category": "05", "title": "希望增加公交班次", "reporter_name": "段师傅" });
    script.add(in_office(start, 32, 9, 30), &worker.login, Method::POST, format!("{here}/paper_reports"), paper);
}
