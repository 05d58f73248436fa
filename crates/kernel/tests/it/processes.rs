//! Processes as counties adapt them: what law fixes stays, open matters keep what they began with.

use jizuo_testing::places::{ESHAN, KUNMING, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::probe::{PROBE, at, written};

async fn lay(by: &User<'_>, place: &str, process: &str, overlay: Value) -> Answer {
    let body = json!({ "overlay": overlay, "reason": "县委办 2026 年第 12 号文" });
    by.put(&format!("/places/{place}/processes/{process}"), body).await
}

async fn actions(by: &User<'_>, place: &str, process: &str) -> Vec<String> {
    let here = by.get(&format!("/places/{place}/processes/{process}")).await.expect(200);
    let steps = here.body["in_force"]["steps"].as_array().unwrap();
    steps.iter().map(|s| s["action"].as_str().unwrap().rsplit('.').next().unwrap().to_owned()).collect()
}

/// What somebody may do with a note now.
async fn open(by: &User<'_>, id: &str) -> Vec<String> {
    let shown = by.get(&at(WUHUA, &format!("/notes/{id}"))).await.expect(200);
    let actions = shown.body["actions"].as_array().unwrap();
    actions.iter().map(|s| s["action"].as_str().unwrap().replace("probe.note.", "")).collect()
}

/// DOMAIN §10, scenario 6.
#[tokio::test]
async fn the_party_step_cannot_be_hidden_and_a_review_can_be_added() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let hidden = lay(&county, WUHUA, "probe.decision", json!({ "skip": ["probe.decision.propose"] })).await;
    let hidden = hidden.refused(409, "base.process.fixed");
    assert_eq!(hidden.text("rule"), "probe.decision.propose");
    assert!(hidden.text("source").contains("第二十八条第三款"), "{:#}", hidden.body);
    let review = json!({ "add": [{
        "id": "supervision_review",
        "title": { "zh": "村务监督委员会审核", "en": "Review by the supervision committee" },
        "before": "probe.decision.publish",
        "permission": "probe.decision.publish",
    }] });
    lay(&county, WUHUA, "probe.decision", review).await.expect(204);
    assert_eq!(
        actions(&county, WUHUA, "probe.decision").await,
        ["propose", "deliberate", "examine", "decide", "supervision_review", "publish", "report"]
    );
    assert_eq!(actions(&county, VILLAGE, "probe.decision").await.len(), 7);
    let eshan = test.role(ESHAN, "base.system_admin").await;
    assert_eq!(actions(&eshan, ESHAN, "probe.decision").await.len(), 6, "another county's stays as it was");
}

#[tokio::test]
async fn only_the_province_merges_proposal_and_deliberation() {
    let test = TestApp::bare(&[&PROBE]).await;
    let merged = json!({ "skip": ["probe.decision.deliberate"] });
    for place in [WUHUA, KUNMING] {
        let admin = test.role(place, "base.system_admin").await;
        let refused = lay(&admin, place, "probe.decision", merged.clone()).await.refused(409, "base.process.level");
        assert!(refused.text("who").contains("省级"));
    }
    let province = test.role(PROVINCE, "base.system_admin").await;
    lay(&province, PROVINCE, "probe.decision", merged).await.expect(204);
    let county = test.role(WUHUA, "base.system_admin").await;
    assert_eq!(actions(&county, WUHUA, "probe.decision").await, ["propose", "examine", "decide", "publish", "report"]);
    let here = county.get(&format!("/places/{WUHUA}/processes/probe.decision")).await.expect(200);
    assert_eq!(here.text("/in_force/skipped/0"), "probe.decision.deliberate");
    let township = test.role("530102001", "base.system_admin").await;
    let refused = lay(&township, "530102001", "probe.decision", json!({})).await;
    refused.refused(409, "base.process.place");
}

#[tokio::test]
async fn an_open_matter_keeps_the_process_it_began_with() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let head = test.role(WUHUA, "probe.head").await;
    let before = written(&worker, VILLAGE, "先").await;
    let overlay = json!({
        "skip": ["probe.note.check"],
        "add": [{ "id": "review", "title": { "zh": "复核", "en": "Review" }, "before": "probe.note.close",
                  "permission": "probe.note.check", "deadline": "PROBE.CHECK" }],
        "rename": { "probe.note.close": { "zh": "归档", "en": "File" } },
    });
    lay(&admin, WUHUA, "probe.note", overlay).await.expect(204);
    let after = written(&worker, VILLAGE, "后").await;
    assert_eq!(open(&head, &before).await, ["check"]);
    assert_eq!(open(&head, &after).await, ["local.review"]);
    for (id, steps) in [(&before, ["check", "close"]), (&after, ["local.review", "close"])] {
        for step in steps {
            head.post(&at(WUHUA, &format!("/notes/{id}/{step}")), json!({})).await.expect(200);
        }
        let shown = head.get(&at(WUHUA, &format!("/notes/{id}"))).await.expect(200);
        assert_eq!(shown.text("phase"), "done");
    }
    let shown = head.get(&at(WUHUA, &format!("/notes/{after}"))).await.expect(200);
    assert_eq!(shown.text("/steps/1/title/zh"), "复核");
    assert_eq!(shown.text("/steps/2/title/zh"), "归档");
    let other = test.second_process().await;
    let third = written(&worker.on(&other), VILLAGE, "三").await;
    assert_eq!(open(&head.on(&other), &third).await, ["local.review"]);
    admin.delete(&format!("/places/{WUHUA}/processes/probe.note")).await.expect(204);
    assert_eq!(open(&head, &third).await, ["local.review"]);
    let fourth = written(&worker, VILLAGE, "四").await;
    assert_eq!(open(&head, &fourth).await, ["check"]);
    admin.delete(&format!("/places/{WUHUA}/processes/probe.note")).await.expect(404);
}

#[tokio::test]
async fn a_step_that_a_role_holds_is_taken_by_that_role() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let checker = test.role(WUHUA, "probe.checker").await;
    let head = test.role(WUHUA, "probe.head").await;
    lay(&admin, WUHUA, "probe.note", json!({ "hold": { "probe.note.check": "probe.head" } })).await.expect(204);
    let id = written(&worker, VILLAGE, "一").await;
    assert!(checker.get("/me/inbox").await.expect(200).items().is_empty());
    assert_eq!(head.get("/me/inbox").await.expect(200).items().len(), 1);
    let path = at(WUHUA, &format!("/notes/{id}/check"));
    checker.post(&path, json!({})).await.refused(403, "base.gate.forbidden");
    head.post(&path, json!({})).await.expect(200);
    let wrong = lay(&admin, WUHUA, "probe.note", json!({ "hold": { "probe.note.check": "probe.writer" } })).await;
    wrong.refused(409, "base.process.role");
}

#[tokio::test]
async fn an_overlay_that_cannot_work_is_refused_with_what_is_wrong() {
    let test = TestApp::bare(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let added = |change: Value| {
        let mut step = json!({ "id": "review", "title": { "zh": "复核", "en": "Review" },
            "before": "probe.note.close", "permission": "probe.note.check" });
        step.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "add": [step] })
    };
    for (overlay, code) in [
        (json!({ "skip": ["probe.note.close"] }), "base.process.fixed"),
        (json!({ "skip": ["probe.note.nothing"] }), "base.process.step"),
        (json!({ "rename": { "probe.note.nothing": { "zh": "x", "en": "x" } } }), "base.process.step"),
        (json!({ "rename": { "probe.note.close": { "zh": "", "en": "x" } } }), "base.process.title"),
        (json!({ "hold": { "probe.note.check": "no.role" } }), "base.process.role"),
        (added(json!({ "id": "Review it" })), "base.process.id"),
        (added(json!({ "before": "probe.note.nothing" })), "base.process.step"),
        (added(json!({ "permission": "base.audit.read" })), "base.process.permission"),
        (added(json!({ "permission": "probe.none" })), "base.process.permission"),
        (added(json!({ "deadline": "NO.SUCH" })), "base.process.deadline"),
        (added(json!({ "deadline": "V.ASM.PASS" })), "base.process.deadline"),
        (added(json!({ "title": { "zh": "长".repeat(101), "en": "x" } })), "base.process.title"),
        (added(json!({ "title": { "zh": "a\u{7}", "en": "x" } })), "base.process.title"),
        (
            json!({ "add": [added(json!({}))["add"][0].clone(), added(json!({}))["add"][0].clone()] }),
            "base.process.twice",
        ),
    ] {
        let refused = lay(&admin, WUHUA, "probe.note", overlay.clone()).await;
        assert_eq!(refused.body["code"], code, "{overlay}: {:#}", refused.body);
        assert_eq!(refused.status, 409);
    }
    lay(&admin, WUHUA, "probe.nothing", json!({})).await.expect(404);
    lay(&admin, WUHUA, "probe.note", json!({ "remove": [] })).await.expect(422);
    let path = format!("/places/{WUHUA}/processes/probe.note");
    assert_eq!(admin.put(&path, json!({ "overlay": {}, "reason": " " })).await.expect(422).fields(), ["reason"]);
}

#[tokio::test]
async fn an_overlay_that_the_province_made_impossible_is_reported() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let before = json!({ "add": [{ "id": "hearing", "title": { "zh": "听证", "en": "Hearing" },
        "before": "probe.decision.deliberate", "permission": "probe.decision.deliberate" }] });
    lay(&county, WUHUA, "probe.decision", before).await.expect(204);
    lay(&province, PROVINCE, "probe.decision", json!({ "skip": ["probe.decision.deliberate"] })).await.expect(204);
    let here = county.get(&format!("/places/{WUHUA}/processes/probe.decision")).await.expect(200);
    assert_eq!(here.text("/ignored/0/place"), "五华区");
    assert!(here.body["own"]["add"].is_array(), "kept");
    assert_eq!(actions(&county, WUHUA, "probe.decision").await.len(), 5);
}

#[tokio::test]
async fn a_step_out_of_turn_says_what_is_possible_now() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let head = test.role(WUHUA, "probe.head").await;
    let id = written(&worker, VILLAGE, "一").await;
    let path = |step: &str| at(WUHUA, &format!("/notes/{id}/{step}"));
    let early = head.post(&path("close"), json!({})).await.refused(409, "base.process.not_now");
    assert_eq!(early.body["current"], json!({ "state": "open", "actions": ["probe.note.check", "probe.note.drop"] }));
    assert!(early.text("detail").contains("核对"));
    head.post(&path("nothing"), json!({})).await.refused(409, "base.process.not_now");
    head.post(&path("drop"), json!({ "reason": "x" })).await.refused(403, "base.gate.forbidden");
    assert_eq!(worker.post(&path("drop"), json!({})).await.expect(422).fields(), ["reason"]);
    worker.post(&at(VILLAGE, &format!("/notes/{id}/drop")), json!({ "reason": "重复" })).await.expect(200);
    head.post(&path("check"), json!({})).await.refused(409, "base.process.not_now");
    let shown = head.get(&at(WUHUA, &format!("/notes/{id}"))).await.expect(200);
    assert_eq!(shown.text("/steps/1/reason"), "重复");
    assert_eq!(shown.text("/steps/1/by"), worker.name);
}
