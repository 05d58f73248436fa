//! Module sets: who decides, from when, what stays, and what another county notices, which is nothing.

use chrono::Duration;
use jizuo_kernel::Platform;
use jizuo_testing::places::{ESHAN, KUNMING, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::probe::{PROBE, at, seen, written};
use crate::sql;

async fn switch(by: &User<'_>, place: &str, body: Value) -> Answer {
    by.put(&format!("/places/{place}/modules/probe"), body).await
}

async fn state(by: &User<'_>, place: &str) -> Answer {
    let mut list = by.get(&format!("/places/{place}/modules")).await.expect(200);
    list.body = list.items()[0].clone();
    list
}

fn wish(state: &str) -> Value {
    json!({ "state": state, "reason": "会议决定" })
}

#[tokio::test]
async fn the_nearest_decision_counts() {
    let test = TestApp::bare(&[&PROBE]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let city = test.role(KUNMING, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    assert_eq!(state(&county, WUHUA).await.text("state"), "off");
    switch(&province, PROVINCE, wish("on")).await.expect(204);
    assert_eq!(state(&county, WUHUA).await.text("decided_by"), "云南省");
    switch(&city, KUNMING, wish("draining")).await.expect(204);
    assert_eq!(state(&county, WUHUA).await.text("state"), "draining");
    switch(&county, WUHUA, wish("on")).await.expect(204);
    let own = state(&county, WUHUA).await;
    assert_eq!((own.text("state"), own.text("decided_by")), ("on".to_owned(), "五华区".to_owned()));
    assert_eq!(state(&province, PANLONG).await.text("state"), "draining");
    assert_eq!(state(&province, ESHAN).await.text("state"), "on");
    switch(&county, WUHUA, json!({ "reason": "随市里" })).await.expect(204);
    let inherited = state(&county, WUHUA).await;
    assert_eq!((inherited.text("state"), inherited.text("decided_by")), ("draining".to_owned(), "昆明市".to_owned()));
}

#[tokio::test]
async fn what_is_locked_above_is_refused_below_and_wins() {
    let test = TestApp::bare(&[&PROBE]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    switch(&county, WUHUA, wish("on")).await.expect(204);
    let locked = json!({ "state": "off", "locked": true, "reason": "全省暂停" });
    switch(&province, PROVINCE, locked).await.expect(204);
    let here = state(&county, WUHUA).await;
    assert_eq!((here.text("state"), here.text("locked")), ("off".to_owned(), "true".to_owned()));
    let refused = switch(&county, WUHUA, wish("on")).await.refused(409, "base.module.locked");
    assert!(refused.text("detail").contains("全省暂停"), "{:#}", refused.body);
    assert!(refused.text("who").contains("云南省"));
    switch(&province, PROVINCE, wish("off")).await.expect(204);
    assert_eq!(state(&county, WUHUA).await.text("state"), "on", "the county's own decision was kept");
    let body = json!({ "state": "on", "locked": true, "reason": "x" });
    assert_eq!(switch(&county, WUHUA, body).await.expect(422).fields(), ["locked"]);
    switch(&province, "530102001", wish("on")).await.refused(409, "base.module.level");
}

#[tokio::test]
async fn a_switch_ahead_takes_effect_when_its_time_comes() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let ahead = json!({ "state": "on", "reason": "三月试点", "effective_at": test.now() + Duration::days(3) });
    switch(&county, WUHUA, ahead).await.expect(204);
    assert_eq!(state(&county, WUHUA).await.text("/ahead/0/state"), "on");
    worker.get(&at(VILLAGE, "/notes")).await.refused(404, "module_off");
    test.pass(Duration::days(3));
    worker.get(&at(VILLAGE, "/notes")).await.expect(200);
    assert!(state(&county, WUHUA).await.body["ahead"].as_array().unwrap().is_empty());
    let late = json!({ "state": "on", "reason": "x", "effective_at": test.now() - Duration::seconds(1) });
    assert_eq!(switch(&county, WUHUA, late).await.expect(422).fields(), ["effective_at"]);
}

#[tokio::test]
async fn a_date_that_no_database_keeps_is_refused() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let other = test.second_process().await;
    for (year, refused) in [("+12026", true), ("9999", true), ("2030", false)] {
        let body = json!({ "state": "on", "reason": "x", "effective_at": format!("{year}-01-01T00:00:00Z") });
        let answer = switch(&county, WUHUA, body).await;
        assert_eq!(answer.status == 422, refused, "{year}: {:#}", answer.body);
    }
    other.app.refresh().await.unwrap();
    state(&county.on(&other), WUHUA).await;
}

#[tokio::test]
async fn a_draining_module_takes_nothing_new_and_lets_the_rest_finish() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let head = test.role(WUHUA, "probe.head").await;
    let id = written(&worker, VILLAGE, "先").await;
    switch(&admin, WUHUA, wish("draining")).await.expect(204);
    let refused = worker.post(&at(VILLAGE, "/notes"), json!({ "text": "后" })).await;
    refused.refused(409, "base.module.draining");
    for step in ["check", "close"] {
        head.post(&at(WUHUA, &format!("/notes/{id}/{step}")), json!({})).await.expect(200);
    }
    switch(&admin, WUHUA, wish("off")).await.expect(204);
}

#[tokio::test]
async fn off_with_open_matters_is_refused_unless_they_may_rest() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let checker = test.role(WUHUA, "probe.checker").await;
    let id = written(&worker, VILLAGE, "未完").await;
    let refused = switch(&admin, WUHUA, wish("off")).await.refused(409, "base.module.open_matters");
    assert_eq!(refused.text("/current/open_matters"), "1");
    let inherit = switch(&admin, WUHUA, json!({ "reason": "随市里" })).await;
    inherit.refused(409, "base.module.open_matters");
    let rest = json!({ "state": "off", "reason": "会议决定", "leave_open_matters": true });
    switch(&admin, WUHUA, rest).await.expect(204);
    worker.get(&at(VILLAGE, "/notes")).await.refused(404, "module_off");
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "x" })).await.refused(404, "module_off");
    assert!(checker.get("/me/inbox").await.expect(200).items().is_empty(), "its tasks rest too");
    test.pass(Duration::days(1));
    switch(&admin, WUHUA, wish("on")).await.expect(204);
    assert_eq!(seen(&worker, VILLAGE).await, ["未完"]);
    assert_eq!(checker.get("/me/inbox").await.expect(200).items()[0]["matter"], id.as_str());
    checker.post(&at(WUHUA, &format!("/notes/{id}/check")), json!({})).await.expect(200);
}

#[tokio::test]
async fn what_another_county_decided_itself_does_not_stop_the_province() {
    let test = TestApp::with(&[&PROBE]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "县里自己开的").await;
    switch(&province, PROVINCE, wish("off")).await.expect(204);
    worker.get(&at(VILLAGE, "/notes")).await.expect(200);
    let locked = json!({ "state": "off", "locked": true, "reason": "全省暂停" });
    switch(&province, PROVINCE, locked).await.refused(409, "base.module.open_matters");
}

#[tokio::test]
async fn the_archive_of_a_module_that_is_off_is_for_its_keeper() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "旧档").await;
    test.switch(WUHUA, "probe", "off").await;
    let keeper = test.role(WUHUA, "base.archivist").await;
    keeper.also(WUHUA, "probe.writer").await;
    keeper.get(&at(VILLAGE, "/notes")).await.refused(404, "module_off");
    let archive = keeper.get(&at(VILLAGE, "/notes?archive=true")).await.expect(200);
    assert_eq!(archive.items()[0]["text"], "旧档");
    worker.get(&at(VILLAGE, "/notes?archive=true")).await.refused(404, "module_off");
    keeper.post(&at(VILLAGE, "/notes?archive=true"), json!({ "text": "x" })).await.refused(404, "module_off");
    let only = test.role(WUHUA, "base.archivist").await;
    only.get(&at(VILLAGE, "/notes?archive=true")).await.refused(403, "base.gate.forbidden");
}

#[tokio::test]
async fn the_impact_is_counted_before_the_switch() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let head = test.role(WUHUA, "probe.head").await;
    head.also(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "一").await;
    let done = written(&worker, VILLAGE, "二").await;
    worker.post(&at(VILLAGE, &format!("/notes/{done}/drop")), json!({ "reason": "重复" })).await.expect(200);
    let impact = admin.get(&format!("/places/{WUHUA}/modules/probe/impact")).await.expect(200);
    assert_eq!(impact.text("state"), "on");
    assert_eq!(impact.text("open_matters"), "1");
    assert_eq!(impact.text("users"), "2", "each person once");
    assert_eq!(impact.text("counties"), "1");
    assert_eq!(impact.body["subscribers"], json!(["probe.note.hear", "probe.note.echo"]));
    assert_eq!(impact.body["capabilities"], json!(["note.intake"]));
    assert!(impact.body["operations"].as_array().unwrap().contains(&json!("probe_note_write")));
    admin.get(&format!("/places/{WUHUA}/modules/base/impact")).await.expect(404);
    admin.get(&format!("/places/{WUHUA}/modules/none/impact")).await.expect(404);
}

#[tokio::test]
async fn the_document_and_the_menu_follow_the_switch() {
    let test = TestApp::bare(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let has = |document: &Answer| document.body["paths"].as_object().unwrap().keys().any(|p| p.contains("/probe/"));
    let path = format!("/places/{WUHUA}/openapi.json");
    assert!(!has(&test.stranger().get(&path).await.expect(200)));
    test.stranger().get(&at(WUHUA, "/greeting")).await.refused(404, "module_off");
    switch(&admin, WUHUA, wish("on")).await.expect(204);
    assert!(has(&test.stranger().get(&path).await.expect(200)));
    assert!(!has(&test.stranger().get(&format!("/places/{PANLONG}/openapi.json")).await.expect(200)));
    assert_eq!(test.stranger().get(&at(WUHUA, "/greeting")).await.expect(200).body, "你好，五华区");
    let menu = worker.get(&format!("/places/{VILLAGE}/menu")).await.expect(200);
    assert!(menu.items().iter().any(|line| line["id"] == "probe.notes"), "{:#}", menu.body);
    let menu = admin.get(&format!("/places/{WUHUA}/menu")).await.expect(200);
    assert!(menu.items().iter().all(|line| line["id"] != "probe.notes"), "who may not, is not led there");
}

#[tokio::test]
async fn another_process_sees_a_switch_and_no_other_county_does() {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch(PANLONG, "probe", "on").await;
    let other = test.second_process().await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let neighbour = test.role(PANLONG_VILLAGE, "probe.writer").await;
    worker.on(&other).get(&at(VILLAGE, "/notes")).await.expect(200);
    switch(&admin, WUHUA, wish("off")).await.expect(204);
    neighbour.on(&other).get(&at(PANLONG_VILLAGE, "/notes")).await.expect(200);
    other.app.refresh().await.unwrap();
    worker.on(&other).get(&at(VILLAGE, "/notes")).await.refused(404, "module_off");
    neighbour.on(&other).get(&at(PANLONG_VILLAGE, "/notes")).await.expect(200);
}

#[tokio::test]
async fn a_process_with_much_to_deliver_follows_a_switch_meanwhile() {
    let test = TestApp::configured(&[&PROBE], |settings| settings.upkeep.poll_milliseconds = 20).await;
    test.switch(WUHUA, "probe", "on").await;
    let other = test.second_process().await;
    let worker = test.role(VILLAGE, "probe.writer").await.at_once();
    for number in 0..150 {
        worker.post(&at(VILLAGE, "/notes"), json!({ "text": format!("{number}") })).await.expect(201);
    }
    let upkeep = Platform::spawn_upkeep(&other.app);
    let waiting = "SELECT COUNT(*) FROM base_delivery WHERE state = 'pending'";
    while sql::number(&test, waiting).await == 300 {
        tokio::task::yield_now().await;
    }
    test.switch(PANLONG, "probe", "on").await;
    let neighbour = test.role(PANLONG_VILLAGE, "probe.writer").await.at_once();
    while neighbour.on(&other).get(&at(PANLONG_VILLAGE, "/notes")).await.status == 404 {
        tokio::task::yield_now().await;
    }
    assert!(sql::number(&test, waiting).await > 0, "it followed only when everything was delivered");
    while sql::number(&test, waiting).await > 0 {
        tokio::task::yield_now().await;
    }
    upkeep.abort();
}

#[tokio::test]
async fn who_administers_a_village_switches_nothing_in_the_county() {
    let test = TestApp::bare(&[&PROBE]).await;
    let village = test.role(VILLAGE, "base.system_admin").await;
    switch(&village, WUHUA, wish("on")).await.refused(403, "base.gate.forbidden");
    let rule = json!({ "value": 2, "reason": "x" });
    village.put(&format!("/places/{WUHUA}/rules/PROBE.CHECK"), rule).await.refused(403, "base.gate.forbidden");
    let overlay = json!({ "overlay": { "skip": ["probe.note.check"] }, "reason": "x" });
    let put = village.put(&format!("/places/{WUHUA}/processes/probe.note"), overlay).await;
    put.refused(403, "base.gate.forbidden");
    let settings = format!("/places/{WUHUA}/modules/probe/settings");
    village.header("if-match", "\"0\"").put(&settings, json!({})).await.refused(403, "base.gate.forbidden");
    let body = json!({ "kind": "rename", "name": "x", "on": "2026-03-01" });
    let other = village.post(&format!("/places/{WUHUA}/changes/530102002001"), body).await;
    assert!([403, 404, 422].contains(&other.status.as_u16()), "{:#}", other.body);
    let security = test.role(VILLAGE, "base.security_admin").await;
    let stranger = test.role(WUHUA, "base.viewer").await;
    let accounts = security.get(&format!("/places/{WUHUA}/accounts?limit=100")).await.expect(200);
    assert!(accounts.items().iter().all(|a| a["home"] == VILLAGE), "{:#}", accounts.body);
    security.get(&format!("/places/{WUHUA}/accounts/{}", stranger.id)).await.expect(404);
    let grant = json!({ "account": stranger.id, "role": "base.audit_admin" });
    security.post(&format!("/places/{WUHUA}/grants"), grant).await.refused(403, "base.gate.forbidden");
    let new = json!({ "login": "county-person", "name": "县里的人" });
    security.post(&format!("/places/{WUHUA}/accounts"), new).await.refused(403, "base.gate.forbidden");
    let role = json!({ "name": "patrol", "title": "巡查员", "permissions": ["probe.note.read"] });
    security.post(&format!("/places/{WUHUA}/roles"), role).await.refused(403, "base.gate.forbidden");
    let grants = security.get(&format!("/places/{WUHUA}/grants?account={}", stranger.id)).await.expect(200);
    assert!(grants.items().is_empty());
}
