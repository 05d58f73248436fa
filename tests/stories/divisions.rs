//! Codes are abolished and merged, places go on: work stays countable under what it was done as.

use chrono::Duration;
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{OTHER_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn after_a_merge_the_old_code_leads_to_the_new_place_and_the_old_work_stays_countable() {
    let test = TestApp::with(MODULES).await;
    let old = test.role(OTHER_VILLAGE, "grid.worker").await;
    let new = test.role(VILLAGE, "grid.worker").await;
    let at = |place: &str| format!("/places/{place}/grid/incidents");
    let body = |title: &str| json!({ "category": "04", "title": title });
    old.post(&at(OTHER_VILLAGE), body("合并前")).await.expect(201);
    new.post(&at(VILLAGE), body("一直在")).await.expect(201);
    let before = test.now().date_naive();

    test.pass(Duration::days(10));
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let merge = json!({ "kind": "merge", "into": VILLAGE, "on": "2026-03-10" });
    admin.post(&format!("/places/{PROVINCE}/changes/{OTHER_VILLAGE}"), merge).await.expect(204);

    let shown = test.stranger().get(&format!("/places/{OTHER_VILLAGE}")).await.expect(200);
    assert!(shown.text("code").starts_with(VILLAGE), "the old code leads to the new place");
    assert_eq!(shown.body["merged"][0]["until"], "2026-03-10");
    // Who served the old village serves the new one; its work is there.
    assert_eq!(old.get(&at(VILLAGE)).await.expect(200).items().len(), 2);
    new.post(&at(OTHER_VILLAGE), body("用旧编码上报")).await.expect(201);
    assert_eq!(new.get(&at(VILLAGE)).await.expect(200).items().len(), 3);

    // As it was: only what was done as the old village.
    let then = format!("{OTHER_VILLAGE}@{before}");
    assert_eq!(new.get(&at(&then)).await.expect(200).items().len(), 1);
    new.post(&at(&then), body("补报到过去")).await.refused(409, "base.place.ended");
    let viewer = test.role(WUHUA, "base.viewer").await;
    let count = |place: String| {
        let viewer = viewer.clone();
        async move {
            let path = format!("/places/{place}/statistics/grid.incidents.opened");
            viewer.get(&path).await.expect(200).text("total")
        }
    };
    assert_eq!(count(then).await, "1");
    assert_eq!(count(VILLAGE.to_owned()).await, "3");
    assert_eq!(count(WUHUA.to_owned()).await, "3");

    let again = json!({ "kind": "rename", "name": "新名字", "on": "2026-03-11" });
    admin.post(&format!("/places/{PROVINCE}/changes/{VILLAGE}"), again).await.expect(204);
    let history = test.stranger().get(&format!("/places/{VILLAGE}")).await.expect(200);
    assert_eq!(history.body["history"].as_array().unwrap().len(), 2);
    assert_eq!(history.body["history"][0]["until"], "2026-03-11");
    let future = json!({ "kind": "rename", "name": "将来", "on": "2027-01-01" });
    admin.post(&format!("/places/{PROVINCE}/changes/{VILLAGE}"), future).await.expect(422);
}
