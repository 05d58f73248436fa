//! An incident over National Day 2026: it rests while the experts are away, and the working days that were left still stand.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn an_incident_rests_over_national_day_and_its_working_days_are_what_they_were() {
    let test = TestApp::with(MODULES).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let handler = test.role(HUASHAN, "grid.handler").await;
    let reader = test.role(WUHUA, "base.integrator").await;
    let at = |now: &str| test.set_now(format!("{now}+08:00").parse().unwrap());
    let incidents = format!("/places/{WUHUA}/grid/incidents");
    let step = |id: &str, name: &str| format!("{incidents}/{id}/{name}");

    // Tuesday. 1 to 7 October are off, Saturday the 10th is worked.
    at("2026-09-29T09:00:00");
    let mut ids = Vec::new();
    for title in ["山坡出现裂缝", "挡墙鼓包"] {
        let body = json!({ "category": "02", "title": title });
        let id = worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
        dispatcher.post(&step(&id, "accept"), json!({})).await.expect(200);
        let given = dispatcher.post(&step(&id, "dispatch"), json!({ "to": handler.id })).await.expect(200);
        // 30 September, 8 and 9 October.
        assert_eq!(given.text("due_at"), "2026-10-09T10:00:00Z");
        ids.push(id);
    }

    // The day after, two working days are left: the 8th and the 9th.
    at("2026-09-30T10:00:00");
    for (id, days) in [(&ids[0], 5), (&ids[1], 3)] {
        let rest = json!({ "working_days": days, "reason": "地质专家节后才能到场" });
        dispatcher.post(&step(id, "suspend"), rest).await.expect(200);
    }

    // What would have been the deadline passes, and nobody is late.
    at("2026-10-10T09:00:00");
    test.settle().await;
    let feed = reader.get(&format!("/places/{WUHUA}/events?topic=base.task.overdue")).await.expect(200);
    assert!(feed.items().is_empty(), "{:#}", feed.body);
    assert!(dispatcher.get(&format!("{incidents}?overdue=true")).await.expect(200).items().is_empty());

    // By hand, on the Saturday that is worked: Monday and Tuesday are the two that were left.
    let on = dispatcher.post(&step(&ids[0], "resume"), json!({ "reason": "专家已到" })).await.expect(200);
    assert_eq!(on.text("due_at"), "2026-10-13T10:00:00Z");
    // By itself, when three working days (the 8th, 9th and 10th) are over.
    let resting = dispatcher.get(&format!("{incidents}/{}", ids[1])).await.expect(200);
    assert_eq!(resting.text("suspended_until"), "2026-10-10T10:00:00Z");
    at("2026-10-10T18:05:00");
    test.settle().await;
    let on = dispatcher.get(&format!("{incidents}/{}", ids[1])).await.expect(200);
    assert_eq!((on.text("state"), on.text("due_at")), ("dispatched".into(), "2026-10-13T10:00:00Z".into()));
}
