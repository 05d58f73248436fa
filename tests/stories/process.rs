//! Scenario 6: a county adapts the life of an incident, and what may not be hidden cannot be hidden.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn a_fixed_step_cannot_be_left_out_a_local_one_can_be_added_and_some_only_the_province_may_merge() {
    let test = TestApp::with(MODULES).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let at = |place: &str| format!("/places/{place}/processes/grid.incident");
    let lay = |overlay: serde_json::Value| json!({ "overlay": overlay, "reason": "县委办文件" });

    let hidden = county.put(&at(WUHUA), lay(json!({ "skip": ["grid.incident.verify"] }))).await;
    let hidden = hidden.refused(409, "base.process.fixed");
    assert_eq!(hidden.text("rule"), "grid.incident.verify");
    assert!(!hidden.text("source").is_empty());
    let hidden = county.put(&at(WUHUA), lay(json!({ "skip": ["grid.incident.return"] }))).await;
    assert!(hidden.refused(409, "base.process.fixed").text("source").contains("第十一条"), "the article is named");

    // An incident that began under the old process keeps it.
    let worker = test.role(VILLAGE, "grid.worker").await;
    let incidents = format!("/places/{VILLAGE}/grid/incidents");
    let before = worker.post(&incidents, json!({ "category": "04", "title": "旧流程" })).await.expect(201).text("id");

    let review = json!({ "add": [{
        "id": "supervision_review", "title": { "zh": "村务监督委员会审核", "en": "Review by the supervision committee" },
        "before": "grid.incident.close", "permission": "grid.incident.verify",
    }] });
    county.put(&at(WUHUA), lay(review)).await.expect(204);
    let shown = county.get(&at(WUHUA)).await.expect(200).body.to_string();
    assert!(shown.contains("grid.incident.local.supervision_review"));

    let merge = json!({ "skip": ["grid.incident.accept"] });
    let refused = county.put(&at(WUHUA), lay(merge.clone())).await.refused(409, "base.process.level");
    assert!(refused.text("who").contains("省级"));
    province.put(&at(PROVINCE), lay(merge)).await.expect(204);

    let after = worker.post(&incidents, json!({ "category": "04", "title": "新流程" })).await.expect(201);
    assert_eq!(after.text("state"), "accepted", "the province has merged accepting into reporting");
    let after = after.text("id");
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let handler = test.role(HUASHAN, "grid.handler").await;
    let step = |id: &str, name: &str| format!("/places/{WUHUA}/grid/incidents/{id}/{name}");
    dispatcher.post(&step(&before, "accept"), json!({})).await.expect(200);
    for id in [&before, &after] {
        dispatcher.post(&step(id, "dispatch"), json!({ "to": handler.id })).await.expect(200);
        handler.post(&step(id, "handle"), json!({ "outcome": "已办" })).await.expect(200);
        worker.post(&format!("{incidents}/{id}/verify"), json!({})).await.expect(200);
    }
    dispatcher.post(&step(&before, "close"), json!({})).await.expect(200);
    let early = dispatcher.post(&step(&after, "close"), json!({})).await.refused(409, "base.process.not_now");
    assert_eq!(early.text("/current/actions/0"), "grid.incident.local.supervision_review");
    worker.post(&format!("{incidents}/{after}/local/supervision_review"), json!({})).await.expect(200);
    dispatcher.post(&step(&after, "close"), json!({})).await.expect(200);
}
