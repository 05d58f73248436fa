//! Facts: each is told once to each subscriber, in a transaction of its own, and a failing one blocks nobody.

use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{PANLONG, PANLONG_VILLAGE, VILLAGE, WUHUA};
use serde_json::json;

use crate::probe::{PROBE, at, written};
use crate::sql;

/// A clock past the probe's timer, so that only deliveries are seen.
async fn quiet() -> TestApp {
    let test = TestApp::with(&[&PROBE]).await;
    test.settle().await;
    sql::run(&test, "DELETE FROM probe_heard").await;
    test
}

async fn heard(test: &TestApp) -> Vec<String> {
    let reader = test.role(WUHUA, "probe.head").await;
    let answer = reader.get(&at(WUHUA, "/heard")).await.expect(200);
    let mut found: Vec<String> =
        answer.items().iter().map(|what| what.as_str().unwrap().to_owned()).filter(|w| w != "reminded").collect();
    found.sort_unstable();
    found
}

async fn states(test: &TestApp) -> Vec<String> {
    sql::texts(test, "SELECT subscriber || ' ' || state || ' ' || attempts FROM base_delivery ORDER BY 1").await
}

#[tokio::test]
async fn a_fact_is_told_once_to_each_subscriber_and_each_leaves_a_line() {
    let test = quiet().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "一").await;
    assert!(heard(&test).await.is_empty(), "not inside the request");
    for _ in 0..3 {
        test.settle().await;
    }
    assert_eq!(heard(&test).await, ["echoed 一", "heard 一"]);
    assert_eq!(states(&test).await, ["probe.note.echo done 1", "probe.note.hear done 1"]);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = auditor.get(&format!("/places/{WUHUA}/audit?action=probe.note.hear")).await.expect(200);
    assert_eq!(lines.items().len(), 1);
    assert_eq!(lines.items()[0]["actor"], "system:probe.note.hear");
    assert_eq!(lines.items()[0]["place"], VILLAGE);
}

#[tokio::test]
async fn a_write_that_did_not_commit_told_nothing() {
    let test = quiet().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "" })).await.expect(422);
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_event WHERE topic = 'probe.note.written'").await, 0);
}

#[tokio::test]
async fn a_failing_subscriber_is_tried_again_later_and_blocks_nobody() {
    let test = quiet().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let until = test.now() + Duration::seconds(5);
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "难", "fail_until": until })).await.expect(201);
    written(&worker, VILLAGE, "易").await;
    test.settle().await;
    assert_eq!(heard(&test).await, ["echoed 易", "echoed 难", "heard 易"], "nothing of the failed one stays");
    assert!(states(&test).await.contains(&"probe.note.hear pending 1".to_owned()));
    let error = sql::texts(&test, "SELECT error FROM base_delivery WHERE error IS NOT NULL").await;
    assert!(error[0].contains("told to fail"), "{error:?}");
    test.settle().await;
    assert!(states(&test).await.contains(&"probe.note.hear pending 1".to_owned()), "it waits before it tries again");
    test.pass(Duration::seconds(2));
    test.settle().await;
    assert!(states(&test).await.contains(&"probe.note.hear pending 2".to_owned()));
    test.pass(Duration::seconds(4));
    test.settle().await;
    assert_eq!(heard(&test).await, ["echoed 易", "echoed 难", "heard 易", "heard 难"]);
    assert!(states(&test).await.contains(&"probe.note.hear done 3".to_owned()));
}

#[tokio::test]
async fn after_twelve_failures_a_delivery_is_dead() {
    let test = quiet().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let until = test.now() + Duration::days(100);
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "难", "fail_until": until })).await.expect(201);
    for tried in 1..=12 {
        test.settle().await;
        let state = if tried < 12 { "pending" } else { "dead" };
        assert!(states(&test).await.contains(&format!("probe.note.hear {state} {tried}")), "{:?}", states(&test).await);
        test.pass(Duration::hours(1));
    }
    test.pass(Duration::days(200));
    test.settle().await;
    assert!(states(&test).await.contains(&"probe.note.hear dead 12".to_owned()));
}

#[tokio::test]
async fn a_module_that_is_off_is_told_nothing() {
    let test = quiet().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "一").await;
    test.switch(WUHUA, "probe", "off").await;
    test.settle().await;
    assert_eq!(states(&test).await, ["probe.note.echo passed 0", "probe.note.hear passed 0"]);
    test.switch(WUHUA, "probe", "on").await;
    test.pass(Duration::hours(2));
    test.settle().await;
    assert!(heard(&test).await.is_empty());
}

#[tokio::test]
async fn two_processes_deliver_once() {
    let test = quiet().await;
    let other = test.second_process().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    for text in ["一", "二", "三", "四"] {
        written(&worker, VILLAGE, text).await;
    }
    let (a, b) = tokio::join!(test.app.upkeep(), other.app.upkeep());
    a.unwrap();
    b.unwrap();
    test.settle().await;
    assert_eq!(heard(&test).await.len(), 8);
    assert!(states(&test).await.iter().all(|state| state.ends_with("done 1")), "{:?}", states(&test).await);
}

#[tokio::test]
async fn the_feed_is_read_on_from_a_cursor_oldest_first() {
    let test = quiet().await;
    test.switch(PANLONG, "probe", "on").await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let neighbour = test.role(PANLONG_VILLAGE, "probe.writer").await;
    let reader = test.role(WUHUA, "base.integrator").await;
    let path = format!("/places/{WUHUA}/events?topic=probe.note.written&limit=2");
    for text in ["一", "二", "三"] {
        written(&worker, VILLAGE, text).await;
        test.pass(Duration::seconds(1));
    }
    written(&neighbour, PANLONG_VILLAGE, "别县").await;
    test.pass(Duration::seconds(10));
    let first = reader.get(&path).await.expect(200);
    assert_eq!(first.text("/items/0/data/text"), "一");
    assert_eq!(first.text("/items/0/specversion"), "1.0");
    assert_eq!(first.text("/items/0/source"), format!("/places/{VILLAGE}/probe"));
    let second = reader.get(&format!("{path}&after={}", first.text("next"))).await.expect(200);
    assert_eq!(second.items().len(), 1);
    assert_eq!(second.text("/items/0/data/text"), "三");
    let empty = reader.get(&format!("{path}&after={}", second.text("next"))).await.expect(200);
    assert!(empty.items().is_empty());
    written(&worker, VILLAGE, "四").await;
    let held = reader.get(&format!("{path}&after={}", empty.text("next"))).await.expect(200);
    assert!(held.items().is_empty(), "the newest wait a moment, so that no slower commit is missed");
    test.pass(Duration::seconds(2));
    let third = reader.get(&format!("{path}&after={}", held.text("next"))).await.expect(200);
    assert_eq!(third.text("/items/0/data/text"), "四");
    assert_eq!(reader.get(&format!("{path}&after=x")).await.expect(422).fields(), ["after"]);
    test.switch(WUHUA, "probe", "off").await;
    assert!(reader.get(&path).await.expect(200).items().is_empty());
}
