//! Suspected domestic violence: straight to the police, seen by few, and visits of both sides after a warning.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/protections{rest}")
}

fn seen() -> Value {
    json!({ "capacity": "limited", "account": "孩子身上有新伤" })
}

async fn reported(by: &User<'_>) -> String {
    by.post(&at(VILLAGE, ""), seen()).await.expect(201).text("id")
}

#[tokio::test]
async fn a_report_goes_to_the_nearest_police_contact_at_once() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let nobody = worker.post(&at(VILLAGE, ""), seen()).await.refused(409, "grid.protection.no_officer");
    assert!(nobody.text("detail").contains("110") && nobody.text("source").contains("第十四条"));
    let far = test.role(WUHUA, "grid.police").await;
    let near = test.role(HUASHAN, "grid.police").await;
    let id = reported(&worker).await;
    let task = near.get("/me/inbox").await.expect(200);
    assert_eq!(
        (&task.items()[0]["action"], &task.items()[0]["matter"]),
        (&json!("grid.protection.receive"), &json!(id))
    );
    assert_eq!(task.items()[0]["due_at"], "2026-03-02T01:10:00Z");
    assert!(!task.body.to_string().contains("新伤"), "a label says nothing");
    assert!(far.get("/me/inbox").await.expect(200).items().is_empty());
    let mut chosen = seen();
    chosen["officer"] = json!(far.id);
    worker.post(&at(VILLAGE, ""), chosen.clone()).await.expect(201);
    assert_eq!(far.get("/me/inbox").await.expect(200).items().len(), 1);
    chosen["officer"] = json!(worker.id);
    assert_eq!(worker.post(&at(VILLAGE, ""), chosen).await.expect(422).fields(), ["officer"]);
    let full = near.get(&at(HUASHAN, &format!("/{id}"))).await.expect(200);
    assert_eq!((full.text("account"), full.text("capacity")), ("孩子身上有新伤".into(), "limited".into()));
}

#[tokio::test]
async fn nobody_else_finds_it_anywhere() {
    let test = TestApp::with(&[&MODULE]).await;
    let (worker, police) = (test.role(VILLAGE, "grid.worker").await, test.role(HUASHAN, "grid.police").await);
    let id = reported(&worker).await;
    let guardian = test.role(WUHUA, "grid.guardian").await;
    for may in [&worker, &police, &guardian] {
        assert_eq!(may.get(&at(VILLAGE, "")).await.expect(200).items().len(), 1);
        may.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    }
    // The same roles, and those who see every incident of the county.
    let other = test.role(VILLAGE, "grid.leader").await;
    other.also(VILLAGE, "base.list_exporter").await;
    assert!(other.get(&at(VILLAGE, "")).await.expect(200).items().is_empty());
    other.get(&at(VILLAGE, &format!("/{id}"))).await.expect(404);
    other.post(&at(VILLAGE, &format!("/{id}/visit")), json!({})).await.expect(404);
    let list = json!({ "list": "grid_protection_list", "format": "csv", "purpose": "x" });
    let file = other.post(&format!("/places/{VILLAGE}/exports"), list).await.expect(200);
    assert!(!String::from_utf8_lossy(&file.bytes).contains("QB"));
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    dispatcher.get(&at(WUHUA, "")).await.expect(403);
    assert!(dispatcher.get(&format!("/places/{WUHUA}/grid/incidents")).await.expect(200).items().is_empty());
    for one in [&other, &dispatcher] {
        assert!(one.get("/me/inbox").await.expect(200).items().is_empty());
    }
    let elsewhere = test.role(OTHER_VILLAGE, "grid.guardian").await;
    assert!(elsewhere.get(&at(WUHUA, "")).await.expect(200).items().is_empty());
    // What others may read of events and figures holds nothing of it.
    test.settle().await;
    let reader = test.role(WUHUA, "base.integrator").await;
    let feed = reader.get(&format!("/places/{WUHUA}/events")).await.expect(200);
    assert!(!feed.body.to_string().contains(&id), "{:#}", feed.body);
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figure = viewer.get(&format!("/places/{WUHUA}/statistics/grid.incidents.opened")).await.expect(200);
    assert_eq!(figure.text("total"), "0");
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit?action=grid.protection.report")).await.expect(200);
    assert!(!audit.body.to_string().contains("新伤"));
}

#[tokio::test]
async fn after_a_written_warning_both_sides_are_visited_and_only_the_days_are_kept() {
    let test = TestApp::with(&[&MODULE]).await;
    let (worker, police) = (test.role(VILLAGE, "grid.worker").await, test.role(HUASHAN, "grid.police").await);
    let id = reported(&worker).await;
    let step = |name: &str| at(VILLAGE, &format!("/{id}/{name}"));
    worker.post(&step("receive"), json!({})).await.expect(403);
    police.post(&step("receive"), json!({})).await.expect(200);
    police.post(&step("warn"), json!({ "on": "2026-03-01" })).await.expect(422);
    police.post(&step("warn"), json!({})).await.expect(200);
    let task = worker.get("/me/inbox").await.expect(200);
    assert_eq!(task.items()[0]["action"], "grid.protection.visit");
    test.pass(Duration::days(2));
    let wrong = worker.post(&step("visit"), json!({ "victim_on": "2026-03-01", "offender_on": "2026-03-05" })).await;
    assert_eq!(wrong.expect(422).fields(), ["victim_on", "offender_on"]);
    worker.post(&step("visit"), json!({ "victim_on": "2026-03-03" })).await.expect(200);
    let full = police.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let days = (full.text("victim_visited_on"), full.text("offender_visited_on"));
    assert_eq!(days, ("2026-03-03".into(), "2026-03-04".into()));
    assert_eq!(police.get("/me/inbox").await.expect(200).items()[0]["action"], "grid.protection.conclude");
    let done = police.post(&step("conclude"), json!({ "reason": "已告诫并查访，未再发生" })).await.expect(200);
    assert_eq!(done.text("phase"), "done");
}
