//! The same request again under one key is done once and answered alike.

use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use serde_json::json;

use crate::probe::{PROBE, at, seen, written};
use crate::sql;

#[tokio::test]
async fn the_same_request_at_once_has_one_effect_and_one_answer() {
    let test = TestApp::with(&[&PROBE]).await;
    let other = test.second_process().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let key = worker.header("idempotency-key", "phone-1").at_once();
    let path = at(VILLAGE, "/notes");
    let body = json!({ "text": "一" });
    let there = key.on(&other);
    let (a, b, c, d) = tokio::join!(
        key.post(&path, body.clone()),
        there.post(&path, body.clone()),
        key.post(&path, body.clone()),
        there.post(&path, body.clone()),
    );
    let answers = [a, b, c, d].map(|answer| answer.expect(201));
    let first = answers[0].text("id");
    assert!(answers.iter().all(|answer| answer.text("id") == first));
    assert_eq!(answers.iter().filter(|a| a.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(seen(&worker, VILLAGE).await, ["一"]);
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_event WHERE topic = 'probe.note.written'").await, 1);
}

#[tokio::test]
async fn a_step_sent_twice_at_once_is_answered_alike() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let head = test.role(WUHUA, "probe.head").await;
    for round in 0..5 {
        let id = written(&worker, VILLAGE, "一").await;
        let key = head.header("idempotency-key", format!("step-{round}")).at_once();
        let path = at(WUHUA, &format!("/notes/{id}/check"));
        let (a, b) = tokio::join!(key.post(&path, json!({})), key.post(&path, json!({})));
        assert_eq!(a.expect(200).text("state"), "checked");
        assert_eq!(b.expect(200).text("state"), "checked");
        let again = head.header("idempotency-key", format!("step-{round}")).post(&path, json!({})).await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        head.header("idempotency-key", format!("new-{round}")).post(&path, json!({})).await.expect(409);
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_person_one_request_and_a_week() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let other = test.role(VILLAGE, "probe.writer").await;
    let path = at(VILLAGE, "/notes");
    let key = worker.header("idempotency-key", "k");
    let first = key.post(&path, json!({ "text": "一" })).await.expect(201);
    let again = key.post(&path, json!({ "text": "一" })).await.expect(201);
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(again.body, first.body);
    assert_eq!(key.post(&path, json!({ "text": "二" })).await.expect(422).fields(), ["Idempotency-Key"]);
    let elsewhere = key.post(&at(OTHER_VILLAGE, "/notes"), json!({ "text": "一" })).await;
    elsewhere.expect(404);
    let theirs = other.header("idempotency-key", "k").post(&path, json!({ "text": "一" })).await.expect(201);
    assert_ne!(theirs.text("id"), first.text("id"));
    test.pass(Duration::days(8));
    test.settle().await;
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_idempotency").await, 0);
    key.post(&path, json!({ "text": "一" })).await.expect(201);
    assert_eq!(seen(&worker, VILLAGE).await.len(), 3);
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again_under_its_key() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await.header("idempotency-key", "k");
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "" })).await.expect(422);
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "改正" })).await.expect(201);
    for (key, status) in [("", 422), ("a b", 422), ("键", 422), (&"x".repeat(101), 422), (&"x".repeat(100), 201)] {
        let fresh = test.role(VILLAGE, "probe.writer").await.header("idempotency-key", key);
        fresh.post(&at(VILLAGE, "/notes"), json!({ "text": "x" })).await.expect(status);
    }
}

#[tokio::test]
async fn a_key_of_a_prefectures_write_is_forgotten_too() {
    let test = TestApp::bare(&[]).await;
    let security = test.role("530100", "base.security_admin").await.header("idempotency-key", "k");
    let body = json!({ "name": "patrol", "title": "巡查员", "permissions": ["base.rule.read"] });
    security.post("/places/530100/roles", body).await.expect(201);
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_idempotency").await, 1);
    test.pass(Duration::days(8));
    test.settle().await;
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_idempotency").await, 0);
}

#[tokio::test]
async fn a_secret_is_not_kept_for_a_retry() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(WUHUA, "base.security_admin").await.header("idempotency-key", "k");
    let body = json!({ "login": "yangxiu", "name": "杨秀" });
    let path = format!("/places/{WUHUA}/accounts");
    let once = security.post(&path, body.clone()).await.expect(201).text("one_time_password");
    let again = security.post(&path, body).await;
    assert!(again.status.is_success() && !again.body.to_string().contains(&once), "{:#}", again.body);
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_account WHERE login = 'yangxiu'").await, 1);
}
