//! Visits and care, and the resident's side of incidents: every operation of them with success once.

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

pub(super) async fn reports(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/grid");
    let stranger = test.stranger();
    let report = json!({ "category": "04", "title": "村口垃圾堆放" });
    let file = async || {
        let filed = stranger.post(&format!("{here}/reports"), report.clone()).await.expect(201);
        json!({ "code": filed.text("code"), "word": filed.text("word") })
    };
    let key = file().await;
    stranger.post(&format!("{here}/reports/follow"), key.clone()).await.expect(200);
    let mut wish = key.clone();
    wish["reason"] = json!("已经自己解决了");
    stranger.post(&format!("{here}/reports/withdraw"), wish).await.expect(200);
    stranger.get(&format!("{here}/paper_reports/form")).await.expect(200);
    let clerk = test.role(VILLAGE, "grid.worker").await;
    clerk.post(&format!("{here}/paper_reports"), report.clone()).await.expect(201);

    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let newest = async || {
        let list = dispatcher.get(&format!("/places/{WUHUA}/grid/incidents")).await.expect(200);
        format!("/places/{WUHUA}/grid/incidents/{}", list.items()[0]["id"].as_str().unwrap())
    };
    dispatcher.post(&format!("{}/withdraw", newest().await), json!({ "reason": "来电撤回" })).await.expect(200);
    let mut key = file().await;
    let id = newest().await;
    let handler = test.role(WUHUA, "grid.handler").await;
    dispatcher.post(&format!("{id}/accept"), json!({})).await.expect(200);
    dispatcher.post(&format!("{id}/dispatch"), json!({ "to": handler.id })).await.expect(200);
    handler.post(&format!("{id}/handle"), json!({ "outcome": "已清运" })).await.expect(200);
    clerk.post(&format!("{id}/verify"), json!({})).await.expect(200);
    dispatcher.post(&format!("{id}/close"), json!({})).await.expect(200);
    key["satisfaction"] = json!("satisfied");
    stranger.post(&format!("{here}/reports/rate"), key).await.expect(200);
}
