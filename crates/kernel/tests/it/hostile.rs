//! Bad input of every kind gets a 4xx that explains itself, never a 500, and leaves nothing behind.

use axum::http::Method;
use jizuo_testing::TestApp;
use jizuo_testing::places::{KUNMING, PROVINCE, VILLAGE, WUHUA};
use serde_json::{Value, json};

use crate::probe::{PROBE, at};

/// Every operation of the base that takes a body, at the county, for who may call it.
const BODIES: [(&str, &str, &str); 14] = [
    ("POST", "/sessions", ""),
    ("PUT", "/me/password", ""),
    ("PUT", "/me/factor", ""),
    ("POST", "/me/tokens", ""),
    ("POST", "/places/530102/accounts", "base.security_admin"),
    ("PUT", "/places/530102/accounts/{me}/disabled", "base.security_admin"),
    ("POST", "/places/530102/accounts/{me}/reset", "base.security_admin"),
    ("POST", "/places/530102/grants", "base.security_admin"),
    ("POST", "/places/530102/roles", "base.security_admin"),
    ("PUT", "/places/530102/modules/probe", "base.system_admin"),
    ("PUT", "/places/530102/rules/PROBE.SIZE", "base.system_admin"),
    ("PUT", "/places/530102/processes/probe.note", "base.system_admin"),
    ("POST", "/places/530102/changes/530102001001", "base.system_admin"),
    ("POST", "/places/530000/holidays", "base.system_admin"),
];

#[tokio::test]
async fn no_body_is_so_bad_that_it_breaks_anything() {
    let test = TestApp::with(&[&PROBE]).await;
    let big = vec![b'a'; 10 * 1024 * 1024];
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for (method, path, role) in BODIES {
        let role = if role.is_empty() { "base.viewer" } else { role };
        let user = test.role(if path.contains("530000") { PROVINCE } else { WUHUA }, role).await;
        let user = user.header("accept-language", "en");
        let path = path.replace("{me}", &user.id.to_string());
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let send = async |kind, body: Vec<u8>| user.send_bytes(method.clone(), &path, kind, body).await;
        let json = Some("application/json");
        for (body, status) in [
            (b"".to_vec(), 400),
            (b"{".to_vec(), 400),
            (b"{\"a\":\"\xff\xfe\"}".to_vec(), 400),
            (b"\xEF\xBB\xBF{}".to_vec(), 400),
            (b"{\"a\":\"\\ud800\"}".to_vec(), 400),
            (deep.clone().into_bytes(), 400),
            (big.clone(), 413),
        ] {
            let answer = send(json, body.clone()).await;
            let got = answer.status.as_u16();
            assert!(got == status || got == 422, "{method} {path} {got} {:#}", answer.body);
            assert_eq!(got == 413, body.len() > 1_000_000);
        }
        send(Some("text/plain"), b"{}".to_vec()).await.refused(415, "base.request.content_type");
        send(Some("application/x-www-form-urlencoded"), b"a=b".to_vec()).await.expect(415);
        send(None, b"{}".to_vec()).await.expect(415);
        for body in [json!(null), json!([]), json!(7), json!("x"), json!({ "no_such_field": 1 })] {
            let answer = user.send(method.clone(), &path, Some(body.clone())).await;
            assert!([400, 409, 422].contains(&answer.status.as_u16()), "{method} {path} {body}: {:#}", answer.body);
        }
        user.send(Method::PATCH, &path, Some(json!({}))).await.refused(405, "base.request.method");
        let key = user.header("idempotency-key", "big");
        if method == Method::POST && !path.ends_with("/sessions") {
            key.send_bytes(method.clone(), &path, json, big.clone()).await.refused(413, "base.request.too_large");
        }
    }
}

#[tokio::test]
async fn every_wrong_type_names_its_field() {
    let test = TestApp::with(&[&PROBE]).await;
    let system = test.role(WUHUA, "base.system_admin").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    for (user, method, path, body, field) in [
        (&security, "POST", "/places/530102/accounts", json!({ "login": 7, "name": "x" }), "login"),
        (&security, "POST", "/places/530102/accounts", json!({ "login": "abc" }), "name"),
        (&security, "POST", "/places/530102/accounts", json!({ "login": "abc", "name": "x", "admin": true }), "admin"),
        (&security, "POST", "/places/530102/grants", json!({ "account": "x", "role": "y" }), "account"),
        (
            &security,
            "POST",
            "/places/530102/roles",
            json!({ "name": "a", "title": "b", "permissions": "c" }),
            "permissions",
        ),
        (
            &security,
            "POST",
            "/places/530102/roles",
            json!({ "name": "a", "title": "b", "permissions": [1] }),
            "permissions[0]",
        ),
        (&system, "PUT", "/places/530102/modules/probe", json!({ "state": "maybe", "reason": "x" }), "state"),
        (&system, "PUT", "/places/530102/modules/probe", json!({ "state": "on" }), "reason"),
        (
            &system,
            "PUT",
            "/places/530102/rules/PROBE.SIZE",
            json!({ "value": 1, "reason": "x", "since": "soon" }),
            "since",
        ),
        (
            &system,
            "PUT",
            "/places/530102/processes/probe.note",
            json!({ "reason": "x", "overlay": { "add": [{ "id": 7 }] } }),
            "overlay.add[0].id",
        ),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = user.send(method, path, Some(body.clone())).await.expect(422);
        assert_eq!(answer.fields(), [field], "{body}: {:#}", answer.body);
    }
}

#[tokio::test]
async fn a_nul_character_is_refused_everywhere() {
    let test = TestApp::with(&[&PROBE]).await;
    let system = test.role(WUHUA, "base.system_admin").await.header("if-match", "\"0\"");
    let security = test.role(WUHUA, "base.security_admin").await;
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let reader = test.role(WUHUA, "base.integrator").await;
    let sign_in = json!({ "login": "a\u{0}b", "password": "x" });
    let answer = test.stranger().post("/sessions", sign_in).await;
    assert!([401, 422].contains(&answer.status.as_u16()), "{:#}", answer.body);
    for (path, body) in [
        ("/places/530102/modules/probe/settings", json!({ "greeting": "\u{0}" })),
        ("/places/530102/modules/probe", json!({ "state": "on", "reason": "a\u{0}" })),
        ("/places/530102/rules/PROBE.TITLE", json!({ "value": "a\u{0}", "reason": "x" })),
        ("/places/530102/rules/CERT.NEG", json!({ "value": ["a\u{0}"], "reason": "x" })),
        (
            "/places/530102/processes/probe.note",
            json!({ "reason": "x", "overlay": { "rename": { "probe.note.close": { "zh": "a\u{0}", "en": "b" } } } }),
        ),
    ] {
        let answer = system.put(path, body).await;
        assert!([409, 422].contains(&answer.status.as_u16()), "{path}: {:#}", answer.body);
    }
    let names = json!({ "login": "abc", "name": "a\u{0}" });
    security.post("/places/530102/accounts", names).await.expect(422);
    let backslash = json!({ "value": "C:\\u0000", "reason": "x" });
    system.put("/places/530102/rules/PROBE.TITLE", backslash).await.expect(204);
    for (user, path) in [
        (&auditor, "/places/530102/audit?action=%00"),
        (&auditor, "/places/530102/audit?actor=a%00b"),
        (&reader, "/places/530102/events?topic=%00"),
        (&reader, "/places/530102/search?q=%00"),
    ] {
        user.get(path).await.expect(422);
    }
}

#[tokio::test]
async fn strange_paths_and_queries_are_not_found_or_not_understood() {
    let test = TestApp::with(&[&PROBE]).await;
    let user = test.role(WUHUA, "base.system_admin").await;
    for path in [
        "/nothing",
        "/places/530102/nothing",
        "/places/%00/modules",
        "/places/%FF/modules",
        "/places/530102%2F530103/modules",
        "/places/../sessions",
        "/places/530102/modules/%00/impact",
        "/places/530102/modules/%FF/impact",
        "/places/530102/rules/%FF",
        "/standards/codelists/%FF.csv",
        "/standards/codelists/..%2F..%2FCargo.toml",
        "/standards/codelists/sex.exe",
    ] {
        user.get(path).await.expect(404);
    }
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figure = format!("/places/{WUHUA}/statistics/probe.notes.written");
    for query in
        ["from=x", "from=2026-13-01T00:00:00Z", "from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "from=%FF"]
    {
        viewer.get(&format!("{figure}?{query}")).await.expect(422);
    }
    for query in ["from=-262143-01-01T00:00:00Z", "to=%2B262142-12-31T23:59:59Z", "from=0001-01-01T00:00:00Z"] {
        viewer.get(&format!("{figure}?{query}")).await.expect(422);
    }
    let rule = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    viewer.get(&format!("{rule}?on=-262143-01-01")).await.expect(404);
    viewer.get(&format!("{rule}?on=%2B262142-12-31")).await.expect(200);
    let far = json!({ "kind": "rename", "name": "x", "on": "+262142-12-31" });
    assert_eq!(user.post(&format!("/places/{WUHUA}/changes/{VILLAGE}"), far).await.expect(422).fields(), ["on"]);
}

#[tokio::test]
async fn a_place_that_is_not_the_callers_is_not_known_even_by_its_modules() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    for place in ["530103", "530103001", "530426", "999999"] {
        worker.get(&at(place, "/notes")).await.refused(404, "base.gate.not_found");
    }
    worker.post(&at(KUNMING, "/notes"), json!({ "text": "x" })).await.refused(409, "base.gate.above_county");
    test.stranger().get(&at(VILLAGE, "/notes")).await.refused(401, "base.gate.signed_out");
}

#[tokio::test]
async fn a_problem_speaks_the_callers_language() {
    let test = TestApp::bare(&[]).await;
    for (asked, title, tag) in
        [("en-GB,en;q=0.8", "Sign in first", "en"), ("fr", "请先登录", "zh-CN"), ("", "请先登录", "zh-CN")]
    {
        let answer = test.stranger().header("accept-language", asked).get("/me").await.expect(401);
        assert_eq!(answer.text("title"), title);
        assert_eq!(answer.header("content-language"), Some(tag));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert_eq!(answer.header("x-trace-id"), Some(answer.text("trace").as_str()));
    }
    assert_eq!(test.stranger().get("/me").await.body["errors"], Value::Null);
}

#[tokio::test]
async fn a_question_holds_no_control_characters_but_tab_and_line_feed() {
    let test = TestApp::bare(&[]).await;
    for (q, status) in
        [("%00", 422), ("a%1Bb", 422), ("%C2%9F", 422), ("a%09b", 200), ("a%0Ab", 200), ("%E5%B1%B1", 200)]
    {
        test.stranger().get(&format!("/places/{WUHUA}/search?q={q}")).await.expect(status);
    }
}
