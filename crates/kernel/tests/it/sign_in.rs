//! Signing in: one-time passwords, cookies, lock-out, the second factor.

use chrono::Duration;
use jizuo_kernel::settings::SecondFactor;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};
use totp_rs::{Algorithm, TOTP};

use crate::sql;

pub(crate) const PASSWORD: &str = "tGh4-uiKp-93";

/// Opens an account as a security administrator does; its id and one-time password.
pub(crate) async fn opened(by: &User<'_>, login: &str) -> (String, String) {
    let body = json!({ "login": login, "name": "杨秀", "home": VILLAGE });
    let answer = by.post(&format!("/places/{WUHUA}/accounts"), body).await.expect(201);
    (answer.text("id"), answer.text("one_time_password"))
}

pub(crate) async fn sign_in(test: &TestApp, login: &str, password: &str) -> Answer {
    test.stranger().post("/sessions", json!({ "login": login, "password": password })).await
}

async fn with_code(test: &TestApp, login: &str, code: &str) -> Answer {
    test.stranger().post("/sessions", json!({ "login": login, "password": PASSWORD, "code": code })).await
}

/// Somebody with an account, a password of their own, and a session; the account's id.
pub(crate) async fn person<'a>(test: &'a TestApp, login: &str) -> (User<'a>, String) {
    let security = test.role(WUHUA, "base.security_admin").await;
    let (id, once) = opened(&security, login).await;
    let session = test.stranger().with_token(sign_in(test, login, &once).await.expect(201).text("token"));
    session.put("/me/password", json!({ "old": once, "new": PASSWORD })).await.expect(204);
    (session, id)
}

#[tokio::test]
async fn a_one_time_password_opens_nothing_but_its_own_change() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let (_, once) = opened(&security, "yangxiu").await;
    let started = sign_in(&test, " YangXiu ", &once).await.expect(201);
    assert_eq!(started.body["must_change_password"], true);
    let session = test.stranger().with_token(started.text("token"));
    session.get(&format!("/places/{WUHUA}")).await.expect(200);
    for path in ["/me/inbox", "/me/tokens", &format!("/places/{WUHUA}/menu")] {
        let refused = session.get(path).await.refused(403, "base.password.must_change");
        assert!(refused.text("source").contains("22239"));
    }
    assert_eq!(session.get("/me").await.expect(200).text("home"), VILLAGE);
    for (old, new, fields) in [
        ("wrong", PASSWORD, vec!["old"]),
        (once.as_str(), once.as_str(), vec!["new"]),
        (once.as_str(), "short", vec!["new", "new"]),
        ("wrong", "yangxiu-Long-1", vec!["old", "new"]),
    ] {
        let refused = session.put("/me/password", json!({ "old": old, "new": new })).await.expect(422);
        assert_eq!(refused.fields(), fields, "{:#}", refused.body);
    }
    session.put("/me/password", json!({ "old": once, "new": PASSWORD })).await.expect(204);
    session.get("/me/inbox").await.expect(200);
    sign_in(&test, "yangxiu", &once).await.refused(401, "base.session.wrong");
    sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn the_cookie_works_is_out_of_scripts_reach_and_ends_with_the_session() {
    let test = TestApp::bare(&[]).await;
    person(&test, "yangxiu").await;
    let started = sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
    let cookie = started.header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    let browser = test.stranger().header("cookie", format!("theme=dark; {pair}"));
    assert_eq!(browser.get("/me").await.expect(200).text("login"), "yangxiu");

    let token = json!({ "label": "x", "days": 1 });
    for site in ["cross-site", "same-site"] {
        let foreign = browser.header("sec-fetch-site", site);
        foreign.post("/me/tokens", token.clone()).await.refused(403, "base.gate.foreign_page");
        foreign.get("/me").await.expect(200);
    }
    browser.header("sec-fetch-site", "same-origin").post("/me/tokens", token.clone()).await.expect(201);
    let program = test.stranger().with_token(started.text("token")).header("sec-fetch-site", "cross-site");
    program.post("/me/tokens", token).await.expect(201);

    let ended = browser.delete("/sessions").await.expect(204);
    assert!(ended.header("set-cookie").unwrap().contains("Max-Age=0"));
    browser.get("/me").await.expect(401);
    test.stranger().get(&format!("/places/{WUHUA}")).await.expect(200);
    browser.get(&format!("/places/{WUHUA}")).await.expect(200);
}

#[tokio::test]
async fn an_idle_session_ends_and_so_does_an_old_one() {
    let test = TestApp::bare(&[]).await;
    let (session, _) = person(&test, "yangxiu").await;
    for _ in 0..10 {
        test.pass(Duration::minutes(59));
        session.get("/me").await.expect(200);
    }
    test.pass(Duration::minutes(61));
    session.get("/me").await.expect(401);
    let again = sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
    let session = test.stranger().with_token(again.text("token"));
    for _ in 0..12 {
        session.get("/me").await.expect(200);
        test.pass(Duration::minutes(59));
    }
    session.get("/me").await.expect(200);
    test.pass(Duration::minutes(13));
    session.get("/me").await.expect(401);
}

#[tokio::test]
async fn five_wrong_passwords_lock_until_time_passes() {
    let test = TestApp::bare(&[]).await;
    person(&test, "yangxiu").await;
    for _ in 0..4 {
        sign_in(&test, "yangxiu", "wrong").await.refused(401, "base.session.wrong");
    }
    sign_in(&test, "yangxiu", "wrong").await.refused(409, "base.session.locked");
    let refused = sign_in(&test, "yangxiu", PASSWORD).await.refused(409, "base.session.locked");
    assert!(refused.text("detail").contains("09:15"), "{:#}", refused.body);
    test.pass(Duration::minutes(15));
    sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = auditor.get(&format!("/places/{WUHUA}/audit?actor=yangxiu&limit=100")).await.expect(200);
    let count = |action: &str| lines.items().iter().filter(|line| line["action"] == action).count();
    assert_eq!((count("base.session.fail"), count("base.session.lock")), (4, 1));
    for _ in 0..4 {
        sign_in(&test, "yangxiu", "wrong").await.refused(401, "base.session.wrong");
    }
    sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn a_reset_unlocks_and_ends_every_session() {
    let test = TestApp::bare(&[]).await;
    let (session, id) = person(&test, "yangxiu").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    for _ in 0..5 {
        sign_in(&test, "yangxiu", "wrong").await;
    }
    let shown = security.get(&format!("/places/{WUHUA}/accounts/{id}")).await.expect(200);
    assert!(shown.body["locked_until"].is_string());
    let reset = security.post(&format!("/places/{WUHUA}/accounts/{id}/reset"), json!({})).await.expect(200);
    session.get("/me").await.expect(401);
    let started = sign_in(&test, "yangxiu", &reset.text("one_time_password")).await.expect(201);
    assert_eq!(started.body["must_change_password"], true);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_answered_alike() {
    let test = TestApp::bare(&[]).await;
    let (_, id) = person(&test, "yangxiu").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let (disabled, _) = opened(&security, "disabled").await;
    let path = format!("/places/{WUHUA}/accounts/{disabled}/disabled");
    security.put(&path, json!({ "disabled": true })).await.expect(200);
    let strip = |answer: Answer| {
        let mut body = answer.expect(401).body;
        body.as_object_mut().unwrap().remove("trace");
        body
    };
    let wrong = strip(sign_in(&test, "yangxiu", "wrong").await);
    for login in ["nobody", "disabled", "", "杨秀"] {
        assert_eq!(strip(sign_in(&test, login, "wrong").await), wrong, "{login}");
    }
    assert!(!id.is_empty());
}

fn code_of(secret: &str, test: &TestApp) -> String {
    let secret = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    totp.generate(u64::try_from(test.now().timestamp()).unwrap())
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_was_confirmed_and_each_code_works_once() {
    let test = TestApp::bare(&[]).await;
    let (session, id) = person(&test, "yangxiu").await;
    let secret = session.post("/me/factor", Value::Null).await.expect(200).text("secret");
    sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
    assert_eq!(session.put("/me/factor", json!({ "code": "000000" })).await.expect(422).fields(), ["code"]);
    let code = code_of(&secret, &test);
    session.put("/me/factor", json!({ "code": code })).await.expect(204);
    assert_eq!(session.get("/me").await.expect(200).body["second_factor"], true);
    session.post("/me/factor", Value::Null).await.refused(409, "base.factor.present");

    sign_in(&test, "yangxiu", PASSWORD).await.refused(401, "base.session.code");
    with_code(&test, "yangxiu", &code).await.refused(401, "base.session.wrong");
    test.pass(Duration::seconds(60));
    let code = code_of(&secret, &test);
    with_code(&test, "yangxiu", &code).await.expect(201);
    with_code(&test, "yangxiu", &code).await.refused(401, "base.session.wrong");
    test.pass(Duration::seconds(30));
    with_code(&test, "yangxiu", &format!(" {} ", code_of(&secret, &test))).await.expect(201);
    for wrong in ["", "abcdef", "１２３４５６", "0000000"] {
        with_code(&test, "yangxiu", wrong).await.expect(401);
    }
    let stored = sql::texts(&test, "SELECT login FROM base_account WHERE totp IS NOT NULL").await;
    assert_eq!(stored, ["yangxiu"]);
    let security = test.role(WUHUA, "base.security_admin").await;
    let path = format!("/places/{WUHUA}/accounts/{id}/reset");
    let once = security.post(&path, json!({ "second_factor": true })).await.expect(200).text("one_time_password");
    sign_in(&test, "yangxiu", &once).await.expect(201);
}

#[tokio::test]
async fn administrators_need_a_second_factor_where_the_operator_says_so() {
    let test = TestApp::configured(&[], |s| s.sign_in.second_factor = SecondFactor::Administrators).await;
    let (session, id) = person(&test, "yangxiu").await;
    session.get("/me/inbox").await.expect(200);
    let security = test.role(PROVINCE, "base.security_admin").await;
    let grant = json!({ "account": id, "role": "base.audit_admin", "place": WUHUA });
    security.post(&format!("/places/{PROVINCE}/grants"), grant).await.expect(201);
    let audit = format!("/places/{WUHUA}/audit");
    session.get(&audit).await.refused(403, "base.factor.required");
    let secret = session.post("/me/factor", Value::Null).await.expect(200).text("secret");
    session.put("/me/factor", json!({ "code": code_of(&secret, &test) })).await.expect(204);
    session.get(&audit).await.expect(200);
}

#[tokio::test]
async fn a_password_expires_after_the_days_that_were_set() {
    let test = TestApp::configured(&[], |s| s.sign_in.password_days = 90).await;
    person(&test, "yangxiu").await;
    test.pass(Duration::days(91));
    let session = sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
    let session = test.stranger().with_token(session.text("token"));
    session.get("/me/inbox").await.refused(403, "base.password.must_change");
    session.put("/me/password", json!({ "old": PASSWORD, "new": "nEw5-uiKp-94" })).await.expect(204);
    session.get("/me/inbox").await.expect(200);
}
