//! Grid governance beside the plain life of an incident, for `exercise.rs`: every operation with success.

use chrono::Duration;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use super::exercise::add_local_step;

/// A county's own categories.
pub(super) async fn subcategories(dispatcher: &User<'_>) {
    let own = format!("/places/{WUHUA}/grid/subcategories");
    let added = dispatcher.post(&own, json!({ "code": "0401", "title": "建筑垃圾" })).await.expect(201).text("id");
    dispatcher.get(&own).await.expect(200);
    dispatcher.get(&format!("{own}/{added}")).await.expect(200);
    dispatcher.post(&format!("{own}/{added}/end"), json!({})).await.expect(200);
}

/// A photograph that goes with an incident, at this path.
pub(super) async fn attachments(worker: &User<'_>, path: &str) {
    let point = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    let id = worker.post(path, json!({ "content": point, "note": "换好之后" })).await.expect(201).text("id");
    worker.get(&format!("{path}/{id}")).await.expect(200);
    worker.post(&format!("{path}/{id}/take_back"), json!({ "reason": "拍糊了" })).await.expect(200);
}

/// Joint handling: every answer of a party, and every answer to it.
pub(super) async fn joint(
    test: &TestApp,
    dispatcher: &User<'_>,
    handler: &User<'_>,
    step: &dyn Fn(&str, &str) -> String,
    id: &str,
) {
    let parties = format!("/places/{WUHUA}/grid/parties");
    let why = json!({ "reason": "按职责分工" });
    dispatcher.get(&format!("/places/{VILLAGE}/grid/organisations")).await.expect(200);
    add_local_step(test, "grid.party", "grid.party.join").await;
    dispatcher.post(&step(id, "accept"), json!({})).await.expect(200);
    let with = json!([{ "contact": handler.id }]);
    dispatcher.post(&step(id, "dispatch"), json!({ "to": handler.id, "with": with })).await.expect(200);
    let newest = async || {
        let list = dispatcher.get(&format!("{parties}?incident={id}")).await.expect(200);
        list.items()[0]["id"].as_str().unwrap().to_owned()
    };
    let party = newest().await;
    dispatcher.get(&format!("{parties}/{party}")).await.expect(200);
    handler.post(&format!("{parties}/{party}/local/local_review"), json!({})).await.expect(200);
    for answer in ["join", "object", "ask_again", "object"] {
        let by = if answer == "ask_again" { dispatcher } else { handler };
        by.post(&format!("{parties}/{party}/{answer}"), why.clone()).await.expect(200);
    }
    let by = json!({ "by": { "contact": handler.id }, "reason": "另请" });
    dispatcher.post(&format!("{parties}/{party}/replace"), by).await.expect(200);
    let party = newest().await;
    dispatcher.post(&format!("{parties}/{party}/release"), why).await.expect(200);
    dispatcher.post(&step(id, "ask"), json!({ "party": { "contact": handler.id } })).await.expect(200);
    let party = newest().await;
    handler.post(&format!("{parties}/{party}/local/local_review"), json!({})).await.expect(200);
    handler.post(&format!("{parties}/{party}/join"), json!({})).await.expect(200);
    handler.post(&format!("{parties}/{party}/finish"), json!({ "outcome": "已到场" })).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.delete(&format!("/places/{WUHUA}/processes/grid.party")).await.expect(204);
}

/// Whistles: every answer of a department, and what becomes of it.
pub(super) async fn whistle(test: &TestApp, handler: &User<'_>) {
    let (whistles, calls) = (format!("/places/{HUASHAN}/grid/whistles"), format!("/places/{HUASHAN}/grid/calls"));
    let commander = test.role(HUASHAN, "grid.commander").await;
    let supervisor = test.role(WUHUA, "grid.supervisor").await;
    add_local_step(test, "grid.whistle", "grid.whistle.conclude").await;
    add_local_step(test, "grid.call", "grid.call.arrive").await;
    let blow = async |severity: &str| {
        let body = json!({
            "occasion": "emergency", "title": "路面塌陷", "severity": severity,
            "departments": [{ "contact": handler.id }],
        });
        let id = commander.post(&whistles, body).await.expect(201).text("id");
        let list = commander.get(&calls).await.expect(200);
        (format!("{whistles}/{id}"), list.items()[0]["id"].as_str().unwrap().to_owned())
    };
    let (whistle, id) = blow("ordinary").await;
    let call = format!("{calls}/{id}");
    handler.get(&call).await.expect(200);
    handler.post(&format!("{call}/local/local_review"), json!({})).await.expect(200);
    handler.post(&format!("{call}/arrive"), json!({ "who": "三人" })).await.expect(200);
    commander.post(&format!("{whistle}/local/local_review"), json!({})).await.expect(200);
    commander.post(&format!("{whistle}/conclude"), json!({ "result": "已围挡" })).await.expect(200);
    let ratings = json!({ "ratings": [{ "call": id, "rating": "satisfied" }] });
    commander.post(&format!("{whistle}/rate"), ratings).await.expect(200);
    commander.get(&whistle).await.expect(200);
    commander.get(&whistles).await.expect(200);

    let (whistle, id) = blow("ordinary").await;
    handler.post(&format!("{calls}/{id}/decline"), json!({ "reason": "不归我们" })).await.expect(200);
    supervisor.post(&format!("{calls}/{id}/examine"), json!({ "reason": "职责已明确" })).await.expect(200);
    commander.post(&format!("{whistle}/call_off"), json!({ "reason": "已处置" })).await.expect(200);
    let (_, id) = blow("emergency").await;
    commander.post(&format!("{calls}/{id}/stand_down"), json!({})).await.expect(200);
    let (_, id) = blow("emergency").await;
    test.pass(Duration::hours(1));
    commander.post(&format!("{calls}/{id}/miss"), json!({})).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    for process in ["grid.whistle", "grid.call"] {
        admin.delete(&format!("/places/{WUHUA}/processes/{process}")).await.expect(204);
    }
}

/// Mandatory reports.
pub(super) async fn protection(test: &TestApp, worker: &User<'_>) {
    let police = test.role(HUASHAN, "grid.police").await;
    add_local_step(test, "grid.protection", "grid.protection.receive").await;
    let here = format!("/places/{VILLAGE}/grid/protections");
    let body = json!({ "capacity": "none", "account": "疑似被打" });
    let id = worker.post(&here, body).await.expect(201).text("id");
    worker.get(&here).await.expect(200);
    for step in ["local/local_review", "receive", "warn", "visit"] {
        police.post(&format!("{here}/{id}/{step}"), json!({})).await.expect(200);
    }
    police.post(&format!("{here}/{id}/conclude"), json!({ "reason": "已办结" })).await.expect(200);
    police.get(&format!("{here}/{id}")).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.delete(&format!("/places/{WUHUA}/processes/grid.protection")).await.expect(204);
}

/// More time, rest, and supervision of an incident.
pub(super) async fn more_time(
    dispatcher: &User<'_>,
    handler: &User<'_>,
    step: &dyn Fn(&str, &str) -> String,
    id: &str,
) {
    let days = json!({ "working_days": 2, "reason": "等待配件" });
    dispatcher.post(&step(id, "supervise"), json!({ "note": "请到现场办理" })).await.expect(200);
    dispatcher.post(&step(id, "suspend"), days.clone()).await.expect(200);
    dispatcher.post(&step(id, "resume"), json!({})).await.expect(200);
    handler.post(&step(id, "ask_extension"), days.clone()).await.expect(200);
    dispatcher.post(&step(id, "refuse_extension"), json!({ "reason": "来得及" })).await.expect(200);
    handler.post(&step(id, "ask_extension"), days).await.expect(200);
    dispatcher.post(&step(id, "extend"), json!({})).await.expect(200);
}
