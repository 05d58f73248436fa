//! Places over time: merges, renames, transfers, and cities that have no counties.

use chrono::Duration;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use crate::import::apply;
use crate::probe::{PROBE, at, seen, written};

async fn change(by: &User<'_>, code: &str, body: Value) {
    by.post(&format!("/places/{PROVINCE}/changes/{code}"), body).await.expect(204);
}

#[tokio::test]
async fn a_merged_villages_code_means_the_village_that_took_it_over() {
    let test = TestApp::with(&[&PROBE]).await;
    let mine = test.role(VILLAGE, "probe.writer").await;
    let other = test.role(OTHER_VILLAGE, "probe.writer").await;
    let county = test.role(WUHUA, "probe.writer").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    written(&mine, VILLAGE, "翠湖").await;
    test.pass(Duration::seconds(1));
    written(&other, OTHER_VILLAGE, "水晶宫").await;
    change(&province, VILLAGE, json!({ "kind": "merge", "into": OTHER_VILLAGE, "on": "2026-03-01" })).await;

    let shown = test.stranger().get(&format!("/places/{VILLAGE}")).await.expect(200);
    assert_eq!(shown.text("code"), OTHER_VILLAGE);
    assert_eq!(shown.text("/merged/0/code"), VILLAGE);
    assert_eq!(seen(&other, OTHER_VILLAGE).await, ["翠湖", "水晶宫"], "who took over sees what was there");
    assert_eq!(seen(&mine, OTHER_VILLAGE).await, ["翠湖", "水晶宫"], "a grant goes along");
    let then = format!("{VILLAGE}@2026-02-01");
    assert_eq!(seen(&county, &then).await, ["翠湖"], "as it was, without the other");
    assert_eq!(seen(&other, &then).await, ["翠湖"], "who took over may look back");
    assert_eq!(seen(&county, &then.replace('@', "%40")).await, ["翠湖"], "a client may escape the sign");
    assert_eq!(seen(&county, &format!("{OTHER_VILLAGE}@2026-02-01")).await, ["水晶宫"]);
    county.get(&at(&format!("{VILLAGE}@2026-03-01"), "/notes")).await.expect(404);
    assert_eq!(seen(&county, WUHUA).await.len(), 2);

    written(&mine, VILLAGE, "合并之后").await;
    assert_eq!(seen(&county, &then).await, ["翠湖"]);
    let refused = county.post(&at(&then, "/notes"), json!({ "text": "补写" })).await;
    refused.refused(409, "base.place.ended");
}

#[tokio::test]
async fn an_abolished_place_stays_readable_and_takes_nothing_new() {
    let test = TestApp::with(&[&PROBE]).await;
    let county = test.role(WUHUA, "probe.writer").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    written(&county, VILLAGE, "旧事").await;
    change(&province, VILLAGE, json!({ "kind": "abolish", "on": "2026-03-01" })).await;
    let shown = test.stranger().get(&format!("/places/{VILLAGE}")).await.expect(200);
    assert_eq!(shown.text("until"), "2026-03-01");
    assert_eq!(seen(&county, VILLAGE).await, ["旧事"]);
    county.post(&at(VILLAGE, "/notes"), json!({ "text": "新事" })).await.refused(409, "base.place.ended");
    let children = test.stranger().get(&format!("/places/{HUASHAN}/children?limit=100")).await.expect(200);
    assert!(children.items().iter().all(|place| place["code"] != VILLAGE));
    let again = province
        .post(
            &format!("/places/{PROVINCE}/changes/{VILLAGE}"),
            json!({ "kind": "rename", "name": "x", "on": "2026-03-02" }),
        )
        .await;
    assert_eq!(again.expect(422).fields(), ["code"]);
}

#[tokio::test]
async fn a_rename_is_dated_and_the_old_name_stays_in_the_history() {
    let test = TestApp::bare(&[]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    change(&province, VILLAGE, json!({ "kind": "rename", "name": "翠湖新社区", "on": "2026-02-01" })).await;
    let shown = test.stranger().get(&format!("/places/{VILLAGE}")).await.expect(200);
    assert_eq!(shown.text("name"), "翠湖新社区");
    assert_eq!(shown.text("/history/0/name"), "翠湖西路社区居民委员会");
    assert_eq!(shown.text("/history/0/until"), "2026-02-01");
    assert_eq!(shown.text("/history/1/since"), "2026-02-01");
    let path = format!("/places/{PROVINCE}/changes/{VILLAGE}");
    for (body, field) in [
        (json!({ "kind": "rename", "name": "甲", "on": "2026-02-01" }), "on"),
        (json!({ "kind": "rename", "name": "甲", "on": "2026-03-03" }), "on"),
        (json!({ "kind": "rename", "name": "  ", "on": "2026-03-01" }), "name"),
        (json!({ "kind": "merge", "into": WUHUA, "on": "2026-03-01" }), "into"),
        (json!({ "kind": "merge", "into": "999999", "on": "2026-03-01" }), "into"),
        (json!({ "kind": "merge", "into": PANLONG_VILLAGE, "on": "2026-03-01" }), "into"),
        (json!({ "kind": "transfer", "to": HUASHAN, "code": OTHER_VILLAGE, "on": "2026-03-01" }), "code"),
    ] {
        assert_eq!(province.post(&path, body.clone()).await.expect(422).fields(), [field], "{body}");
    }
    let path = format!("/places/{PROVINCE}/changes/{HUASHAN}");
    province
        .post(&path, json!({ "kind": "abolish", "on": "2026-03-01" }))
        .await
        .refused(409, "base.place.has_children");
}

#[tokio::test]
async fn a_county_merges_on_a_day_after_its_townships_last_change() {
    let test = TestApp::bare(&[]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let township = "530103001";
    change(&province, township, json!({ "kind": "rename", "name": "新拓东街道", "on": "2026-02-01" })).await;
    let path = format!("/places/{PROVINCE}/changes/{PANLONG}");
    for on in ["2026-01-15", "2026-02-01"] {
        let refused = province.post(&path, json!({ "kind": "merge", "into": WUHUA, "on": on })).await;
        assert_eq!(refused.expect(422).fields(), ["on"], "{on}");
    }
    province.post(&path, json!({ "kind": "merge", "into": WUHUA, "on": "2026-02-02" })).await.expect(204);
}

#[tokio::test]
async fn a_transferred_village_keeps_its_identity_and_its_old_code() {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch(PANLONG, "probe", "on").await;
    let village = test.role(VILLAGE, "probe.writer").await;
    let panlong = test.role(PANLONG, "probe.writer").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    written(&village, VILLAGE, "划转之前").await;
    test.pass(Duration::seconds(1));
    let id = test.stranger().get(&format!("/places/{VILLAGE}")).await.text("id");
    let body = json!({ "kind": "transfer", "to": "530103001", "code": "530103001099", "on": "2026-03-01" });
    change(&province, VILLAGE, body).await;
    let shown = test.stranger().get(&format!("/places/{VILLAGE}")).await.expect(200);
    assert_eq!(shown.text("id"), id);
    assert_eq!(shown.text("code"), "530103001099");
    assert_eq!(shown.text("path"), "云南省 昆明市 盘龙区 拓东街道");
    written(&village, "530103001099", "划转之后").await;
    assert_eq!(seen(&village, VILLAGE).await, ["划转之前", "划转之后"]);
    assert_eq!(seen(&panlong, VILLAGE).await, ["划转之前", "划转之后"]);
    assert_eq!(seen(&panlong, PANLONG).await, ["划转之后"], "rows stay with the county that wrote them");
}

#[tokio::test]
async fn when_counties_merge_the_new_one_has_everything_of_the_old() {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch(PANLONG, "probe", "on").await;
    let old = test.role(PANLONG, "probe.writer").await;
    let new = test.role(WUHUA, "probe.writer").await;
    let keeper = test.role(WUHUA, "base.security_admin").await;
    let auditor = test.role("530100", "base.audit_admin").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let viewer = test.role(WUHUA, "base.system_admin").await;
    let id = written(&old, PANLONG_VILLAGE, "盘龙").await;
    change(&province, PANLONG, json!({ "kind": "merge", "into": WUHUA, "on": "2026-03-02" })).await;
    assert_eq!(seen(&new, WUHUA).await, ["盘龙"]);
    assert_eq!(seen(&old, WUHUA).await, ["盘龙"]);
    assert_eq!(seen(&new, &format!("{PANLONG}@2026-03-01")).await, ["盘龙"]);
    assert!(seen(&new, &format!("{WUHUA}@2026-03-01")).await.is_empty());
    keeper.get(&format!("/places/{WUHUA}/accounts/{}", old.id)).await.expect(200);
    let accounts = keeper.get(&format!("/places/{WUHUA}/accounts?limit=100")).await.expect(200);
    assert!(accounts.items().iter().any(|a| a["id"] == old.id.to_string()), "accounts of the old county are kept");
    let lines = auditor.get("/places/530100/audit?action=probe.note.write").await.expect(200);
    assert_eq!(lines.items().len(), 1, "the prefecture still sees the old county's lines");
    let impact = viewer.get(&format!("/places/{WUHUA}/modules/probe/impact")).await.expect(200);
    assert_eq!(impact.text("open_matters"), "1");
    new.post(&at(WUHUA, &format!("/notes/{id}/drop")), json!({ "reason": "并入新区重办" })).await.expect(200);
}

#[tokio::test]
async fn a_deadline_of_a_county_that_was_merged_is_still_watched() {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch(PANLONG, "probe", "on").await;
    let old = test.role(PANLONG, "probe.writer").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let reader = test.role(WUHUA, "base.integrator").await;
    written(&old, PANLONG_VILLAGE, "盘龙").await;
    change(&province, PANLONG, json!({ "kind": "merge", "into": WUHUA, "on": "2026-03-02" })).await;
    test.pass(Duration::days(10));
    test.settle().await;
    test.pass(Duration::minutes(1));
    let told = reader.get(&format!("/places/{WUHUA}/events?topic=base.task.overdue")).await.expect(200);
    assert_eq!(told.items().len(), 1);
}

const DONGGUAN: &str = "code,name,level\n\
    440000000000,广东省,1\n441900000000,东莞市,2\n441900003000,东城街道,4\n441900003001,岗贝社区居民委员会,5\n\
    440100000000,广州市,2\n440103000000,荔湾区,3\n440103001000,沙面街道,4\n440103001001,翠洲社区居委会,5\n";

#[tokio::test]
async fn a_city_without_counties_works_as_a_county() {
    let test = TestApp::bare(&[&PROBE]).await;
    apply(&test, DONGGUAN, None, "2026-03-01").await;
    let admin = test.role("441900", "base.system_admin").await;
    let worker = test.role("441900003", "probe.writer").await;
    admin.put("/places/441900/modules/probe", json!({ "state": "on", "reason": "市委决定" })).await.expect(204);
    written(&worker, "441900003001", "东莞").await;
    let city = test.role("441900", "probe.head").await;
    assert_eq!(seen(&city, "441900").await, ["东莞"]);
    let shown = test.stranger().get("/places/441900003001").await.expect(200);
    assert_eq!(shown.text("path"), "广东省 东莞市 东城街道");
    let size = json!({ "value": 7, "reason": "市里决定" });
    admin.put("/places/441900/rules/PROBE.SIZE", size).await.expect(204);
    let figures = test.role("441900", "base.viewer").await;
    let counted = figures.get("/places/441900/statistics/probe.notes.written").await.expect(200);
    assert_eq!(counted.text("/rows/0/place_name"), "东城街道", "a county's figures are by township");
    let province = test.role("440000", "base.viewer").await;
    let counted = province.get("/places/440000/statistics/probe.notes.written").await.expect(200);
    assert_eq!(counted.text("total"), "1");
    let tree = test.app.snapshot().places.clone();
    let guangdong = tree.resolve("44").unwrap().place.id;
    let names: Vec<_> = tree.counties(guangdong).map(|c| c.name.clone()).collect();
    assert_eq!(names, ["荔湾区", "东莞市"]);
}

#[tokio::test]
async fn one_province_does_not_see_anothers_rows() {
    let test = TestApp::with(&[&PROBE]).await;
    apply(&test, DONGGUAN, None, "2026-03-01").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "云南").await;
    let auditor = test.role("440000", "base.audit_admin").await;
    let lines = auditor.get("/places/440000/audit?action=probe.note.write").await.expect(200);
    assert!(lines.items().is_empty());
}

#[tokio::test]
async fn places_are_found_by_name_and_by_the_beginning_of_their_code() {
    let test = TestApp::bare(&[]).await;
    let stranger = test.stranger();
    let found = stranger.get(&format!("/places/{PROVINCE}/search?q=华山")).await.expect(200);
    assert_eq!(found.items()[0]["code"], "530102001000");
    let found = stranger.get(&format!("/places/{WUHUA}/search?q=530103")).await.expect(200);
    assert!(found.items().is_empty(), "only what lies below");
    assert_eq!(stranger.get(&format!("/places/{WUHUA}/search?q=%20")).await.expect(422).fields(), ["q"]);
    let roots = stranger.get("/places").await.expect(200);
    assert_eq!(roots.items()[0]["name"], "云南省");
    for code in ["53", "5301", "530102", "530102001", VILLAGE, "530102000000"] {
        stranger.get(&format!("/places/{code}")).await.expect(200);
    }
    for code in ["5", "999999", "abc", "530102@x", "530102@1900-01-01", "%FF", "530102%00"] {
        stranger.get(&format!("/places/{code}")).await.expect(404);
    }
}

#[tokio::test]
async fn places_are_found_by_pinyin_what_fits_best_and_is_served_first() {
    let test = TestApp::bare(&[]).await;
    let stranger = test.stranger();
    let names = |answer: jizuo_testing::Answer| -> Vec<String> {
        answer.items().iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
    };
    for q in ["whq", "WHQ", "wuhuaqu", "wuhua", "53.01.02", "53 01 02"] {
        let found =
            names(stranger.get(&format!("/places/{PROVINCE}/search?q={}", q.replace(' ', "%20"))).await.expect(200));
        assert_eq!(found.first().map(String::as_str), Some("五华区"), "{q}: {found:?}");
    }
    let found = stranger.get(&format!("/places/{PROVINCE}/search?q=whq")).await.expect(200);
    assert_eq!(found.items()[0]["path"], "云南省 昆明市");
    let all = names(stranger.get(&format!("/places/{PROVINCE}/search?q=sq")).await.expect(200));
    assert!(!all.is_empty() && all.len() <= 20, "{all:?}");
    // Who serves one county sees its communities before those of others.
    let user = test.user(PANLONG, &["base.statistics.read"]).await;
    let found = user.get(&format!("/places/{PROVINCE}/search?q=shequ")).await.expect(200);
    assert!(found.items()[0]["code"].as_str().is_some_and(|code| code.starts_with("530103")), "{:#}", found.body);
    let none = stranger.get(&format!("/places/{PROVINCE}/search?q=zzzz")).await.expect(200);
    assert!(none.items().is_empty());
}

#[tokio::test]
async fn who_may_do_something_is_told_to_colleagues_only() {
    let test = TestApp::with(&[&PROBE]).await;
    let writer = test.role(VILLAGE, "probe.writer").await;
    let path = format!("/places/{VILLAGE}/holders?permission=probe.note.write");
    let found = writer.get(&path).await.expect(200);
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.items()[0]["id"], writer.id.to_string());
    let outsider = test.user(VILLAGE, &["base.audit.read"]).await;
    outsider.get(&path).await.refused(403, "base.gate.forbidden");
    let path = format!("/places/{VILLAGE}/holders?permission=probe.nothing");
    writer.get(&path).await.refused(403, "base.gate.forbidden");
    let mine = writer.get(&format!("/places/{VILLAGE}/operations")).await.expect(200);
    let has = |id: &str| mine.items().iter().any(|one| one["id"] == id);
    assert!(has("base_me") && has("probe_note_write") && !has("base_audit_list"), "{:#}", mine.body);
}
