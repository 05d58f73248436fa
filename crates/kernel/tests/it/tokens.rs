//! Tokens for programs: at most what their owner may do, and gone at once when they are taken back.

use chrono::Duration;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use crate::probe::{PROBE, at, written};
use crate::sign_in::{PASSWORD, person, sign_in};

async fn token<'a>(by: &User<'a>, body: Value) -> (User<'a>, String) {
    let issued = by.post("/me/tokens", body).await.expect(201);
    (by.with_token(issued.text("secret")), issued.text("id"))
}

#[tokio::test]
async fn a_token_may_do_less_than_its_owner_and_never_more() {
    let test = TestApp::with(&[&PROBE]).await;
    let owner = test.role(VILLAGE, "probe.writer").await;
    let wish = json!({ "label": "只读", "permissions": ["probe.note.read"], "days": 30 });
    let (reader, _) = token(&owner, wish).await;
    written(&owner, VILLAGE, "一").await;
    reader.get(&at(VILLAGE, "/notes")).await.expect(200);
    reader.post(&at(VILLAGE, "/notes"), json!({ "text": "二" })).await.refused(403, "base.gate.forbidden");
    let wish = json!({ "label": "更多", "permissions": ["base.audit.read"], "days": 30 });
    assert_eq!(owner.post("/me/tokens", wish).await.expect(422).fields(), ["permissions"]);
    let wish = json!({ "label": "更多", "permissions": ["probe.note.write"], "days": 30 });
    assert_eq!(reader.post("/me/tokens", wish).await.expect(422).fields(), ["permissions"]);
    let (child, _) = token(&reader, json!({ "label": "后代", "days": 30 })).await;
    child.get(&at(VILLAGE, "/notes")).await.expect(200);
    child.post(&at(VILLAGE, "/notes"), json!({ "text": "三" })).await.refused(403, "base.gate.forbidden");
    for (days, label, fields) in [
        (0, "x", vec!["days"]),
        (367, " ", vec!["label", "days"]),
        (-1, "x", vec!["days"]),
        (i64::MAX, "x", vec!["days"]),
    ] {
        let refused = owner.post("/me/tokens", json!({ "label": label, "days": days })).await.expect(422);
        assert_eq!(refused.fields(), fields, "{days}");
    }
}

#[tokio::test]
async fn a_token_that_was_revoked_or_has_expired_is_nobodys() {
    let test = TestApp::with(&[&PROBE]).await;
    let owner = test.role(VILLAGE, "probe.writer").await;
    let other = test.role(VILLAGE, "probe.writer").await;
    let (first, id) = token(&owner, json!({ "label": "一", "days": 1 })).await;
    let (second, _) = token(&owner, json!({ "label": "二", "days": 1 })).await;
    assert_eq!(owner.get("/me/tokens").await.expect(200).items().len(), 3);
    other.delete(&format!("/me/tokens/{id}")).await.expect(404);
    first.get("/me").await.expect(200);
    owner.delete(&format!("/me/tokens/{id}")).await.expect(204);
    first.get("/me").await.expect(401);
    owner.delete(&format!("/me/tokens/{id}")).await.expect(404);
    second.get("/me").await.expect(200);
    test.pass(Duration::days(1));
    second.get("/me").await.expect(401);
    assert_eq!(owner.get("/me/tokens").await.expect(200).items().len(), 1);
    for nonsense in ["x", "", "Bearer", "test-token-", "\u{7f}"] {
        let answer = test.stranger().header("authorization", format!("Bearer {nonsense}").replace('\u{7f}', "%7F"));
        answer.get("/me").await.expect(401);
    }
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_token() {
    let test = TestApp::bare(&[]).await;
    let (session, _) = person(&test, "yangxiu").await;
    let (program, _) = token(&session, json!({ "label": "x", "days": 30 })).await;
    let elsewhere = session.with_token(sign_in(&test, "yangxiu", PASSWORD).await.expect(201).text("token"));
    elsewhere.get("/me").await.expect(200);
    session.put("/me/password", json!({ "old": PASSWORD, "new": "nEw5-uiKp-94" })).await.expect(204);
    session.get("/me").await.expect(200);
    elsewhere.get("/me").await.expect(401);
    program.get("/me").await.expect(401);
}

#[tokio::test]
async fn what_is_revoked_on_one_process_is_gone_on_the_other() {
    let test = TestApp::with(&[&PROBE]).await;
    let other = test.second_process().await;
    let owner = test.role(VILLAGE, "probe.writer").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let (program, id) = token(&owner, json!({ "label": "x", "days": 1 })).await;
    program.on(&other).get(&at(VILLAGE, "/notes")).await.expect(200);
    let grants = security.get(&format!("/places/{WUHUA}/grants?account={}", owner.id)).await.expect(200);
    let grant = grants.items()[0]["id"].as_str().unwrap().to_owned();
    security.delete(&format!("/places/{WUHUA}/grants/{grant}")).await.expect(204);
    program.on(&other).get(&at(VILLAGE, "/notes")).await.expect(404);
    owner.delete(&format!("/me/tokens/{id}")).await.expect(204);
    program.on(&other).get("/me").await.expect(401);
}

#[tokio::test]
async fn old_sessions_are_forgotten() {
    let test = TestApp::bare(&[]).await;
    let owner = test.role(WUHUA, "base.viewer").await;
    token(&owner, json!({ "label": "x", "days": 1 })).await;
    let count = "SELECT COUNT(*) FROM base_session";
    assert_eq!(crate::sql::number(&test, count).await, 2);
    test.pass(Duration::days(2));
    test.settle().await;
    assert_eq!(crate::sql::number(&test, count).await, 1);
}

#[tokio::test]
async fn a_number_with_a_point_and_nothing_behind_it_is_whole() {
    let test = TestApp::bare(&[]).await;
    let owner = test.user(WUHUA, &[]).await;
    owner.post("/me/tokens", json!({ "label": "x", "days": 200.0 })).await.expect(201);
    for days in [json!(200.5), json!(1e300), json!("200"), Value::Null] {
        let refused = owner.post("/me/tokens", json!({ "label": "x", "days": days })).await.expect(422);
        assert_eq!(refused.fields(), ["days"], "{days}");
    }
}
