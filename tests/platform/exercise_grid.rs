//! Visits and care: every operation of them with success once.

use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

use super::exercise::add_local_step;

pub(super) async fn plans(test: &TestApp) {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "普阿月" } });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    for (noun, role, kind) in
        [("care", "grid.leader", "left_behind_elderly"), ("managed", "grid.managed_officer", "released")]
    {
        let end = format!("grid.{noun}.end");
        add_local_step(test, &format!("grid.{noun}"), &end).await;
        let by = test.role(VILLAGE, role).await;
        let all = format!("/places/{VILLAGE}/grid/{noun}");
        let body = json!({ "person": person, "kind": kind, "purpose": "上门看望" });
        let id = by.post(&all, body).await.expect(201).text("id");
        by.get(&all).await.expect(200);
        for (step, body) in [("visit", json!({ "found": "一切都好" })), ("adjust", json!({ "every_days": 30 }))] {
            let seen = by.get(&format!("{all}/{id}")).await.expect(200).header("etag").unwrap().to_owned();
            by.header("if-match", seen).post(&format!("{all}/{id}/{step}"), body).await.expect(200);
        }
        by.post(&format!("{all}/{id}/local/local_review"), json!({})).await.expect(200);
        by.post(&format!("{all}/{id}/end"), json!({ "reason": "已不需要" })).await.expect(200);
        let admin = test.role(WUHUA, "base.system_admin").await;
        admin.delete(&format!("/places/{WUHUA}/processes/grid.{noun}")).await.expect(204);
    }
}
