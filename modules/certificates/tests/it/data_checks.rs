//! Data checks: a department's data instead of a paper, and nobody held up where it cannot be had.

use chrono::Duration;
use jizuo_testing::places::{OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, Department, TestApp, Turn, User};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::at;
use crate::data_tables::{resident_with, sources};

/// An interface of the civil affairs office that answers for 婚姻状况证明.
pub(crate) fn interface(department: &Department) -> Value {
    json!({
        "kind": "http", "title": "婚姻登记核验", "department": "县民政局", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条", "purposes": ["办理住房补贴"], "items": ["marital_status"],
        "http": { "url": department.url, "method": "post", "authentication": "bearer", "secret": "s3cret-Wort" },
        "request": [
            { "element": "person.identity_number", "field": "idcard" }, { "element": "person.name", "field": "xm" },
        ],
        "verdict": { "pointer": "/data/state", "confirmed": ["married"], "unknown": ["none"] },
        "shown": [{ "pointer": "/data/since", "title": "登记日期" }],
        "fallback": "commitment", "next_door": "签署告知承诺书，当场受理",
    })
}

fn by_get(department: &Department, retries: u32) -> Value {
    let mut source = interface(department);
    source["http"]["method"] = json!("get");
    source["http"]["retries"] = json!(retries);
    source
}

async fn platform() -> TestApp {
    TestApp::with_departments(&[&jizuo_certificates::MODULE]).await
}

async fn add(test: &TestApp, source: Value) -> Answer {
    test.role(WUHUA, "certificates.source_keeper").await.post(&sources(), source).await
}

pub(crate) async fn check(clerk: &User<'_>, item: &str, person: &str) -> Answer {
    clerk.post(&at(VILLAGE, "/checks"), json!({ "item": item, "person": person })).await.expect(201)
}

fn married() -> Turn {
    Turn::json(&json!({ "data": { "state": "married", "since": "2019-05-20", "spouse": "不给看" } }))
}

/// The outcome and the reason of a check of 李阿诗 against this department.
async fn outcome(turn: Turn) -> (String, String, usize) {
    let test = platform().await;
    let department = Department::open(move |_| turn.clone()).await;
    add(&test, interface(&department)).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "marital_status", &person).await;
    assert_eq!(made.text("fallback"), "commitment", "{:#}", made.body);
    assert!(made.text("/says/zh").contains("签署告知承诺书"), "{:#}", made.body);
    (made.text("outcome"), made.body["failure"].as_str().unwrap_or_default().to_owned(), department.asked().len())
}

#[tokio::test]
async fn what_is_mapped_is_sent_and_what_is_answered_is_shown_with_source_and_time() {
    let test = platform().await;
    let department = Department::open(|_| married()).await;
    let source = add(&test, interface(&department)).await.expect(201).text("id");
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "婚姻状况证明", &person).await;
    assert_eq!((made.text("outcome"), made.text("item")), ("confirmed".into(), "marital_status".into()));
    assert_eq!((made.text("source"), made.text("department")), (source, "县民政局".into()));
    assert_eq!(made.text("at"), "2026-03-02T01:00:00Z");
    assert!(made.text("/says/zh").contains("不用再开证明") && made.body.get("fallback").is_none());
    assert!(!made.body.to_string().contains("2019-05-20"), "a reply is kept for retries: {:#}", made.body);

    let asked = department.asked();
    let (head, body) = asked[0].split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains("authorization: bearer s3cret-wort"), "{head}");
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!(sent, json!({ "idcard": "530102188001010016", "xm": "李阿诗" }), "nothing else leaves the house");

    let path = at(VILLAGE, &format!("/checks/{}", made.text("id")));
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!(shown.body["answer"], json!([{ "title": "登记日期", "value": "2019-05-20" }]));
    assert!(!shown.body.to_string().contains("李阿诗"), "{:#}", shown.body);
    let protection = test.role(WUHUA, "base.data_protection").await;
    let why = json!({ "purpose": "本人查询" });
    let held = protection.post(&format!("/places/{VILLAGE}/persons/{person}/held"), why).await.expect(200);
    assert!(held.body.to_string().contains("县民政局"), "{:#}", held.body);

    // Kept for the rule's days, then forgotten; that it was asked stays.
    test.pass(Duration::days(31));
    test.settle().await;
    let later = clerk.get(&path).await.expect(200);
    assert_eq!((later.body["answer"].as_array().unwrap().len(), later.text("outcome")), (0, "confirmed".into()));
}

#[tokio::test]
async fn what_the_department_does_not_confirm_is_no_verdict_on_the_person() {
    let differs = Turn::json(&json!({ "data": { "state": "divorced" } }));
    assert_eq!(outcome(differs).await, ("differs".into(), String::new(), 1));
    let nothing = Turn::json(&json!({ "data": { "state": null } }));
    assert_eq!(outcome(nothing).await, ("unknown".into(), String::new(), 1));
}

#[tokio::test]
async fn a_department_that_never_answers_leads_to_the_fallback() {
    let test = platform().await;
    let department = Department::open(|_| Turn::Silence).await;
    let mut source = interface(&department);
    source["http"]["timeout_ms"] = json!(100);
    add(&test, source).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "marital_status", &person).await;
    assert_eq!((made.text("outcome"), made.text("failure")), ("failed".into(), "timeout".into()));
    assert_eq!(
        (made.text("fallback"), made.text("next_door")),
        ("commitment".into(), "签署告知承诺书，当场受理".into())
    );
    assert!(made.text("/says/zh").contains("不影响办事"));
    let listed = clerk.get(&at(VILLAGE, "/checks?outcome=failed")).await.expect(200);
    assert_eq!(listed.items().len(), 1, "what failed is on the record too");
}

#[tokio::test]
async fn a_read_is_asked_again_after_a_passing_failure_and_a_post_is_not() {
    let test = platform().await;
    let department = Department::open(|n| if n == 0 { Turn::status(503) } else { married() }).await;
    add(&test, by_get(&department, 2)).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "marital_status", &person).await;
    assert_eq!((made.text("outcome"), department.asked().len()), ("confirmed".into(), 2));
    assert!(department.asked()[1].starts_with("GET /check?idcard=530102188001010016&xm=%E6%9D%8E"));
    assert_eq!(outcome(Turn::status(503)).await, ("failed".into(), "status".into(), 1));
}

#[tokio::test]
async fn a_department_that_fails_again_and_again_is_left_alone_until_the_pause_is_over() {
    let test = platform().await;
    let department = Department::open(|n| if n < 3 { Turn::status(500) } else { married() }).await;
    let mut source = interface(&department);
    source["http"]["failures"] = json!(2);
    source["http"]["pause_seconds"] = json!(60);
    let source = add(&test, source).await.expect(201).text("id");
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let failure = async || check(&clerk, "marital_status", &person).await.body["failure"].clone();
    for (says, asked) in [("status", 1), ("status", 2), ("resting", 2), ("resting", 2)] {
        assert_eq!((failure().await, department.asked().len()), (json!(says), asked));
    }
    let shown = keeper.get(&format!("{}/{source}", sources())).await.expect(200);
    assert_eq!(shown.text("resting_until"), "2026-03-02T01:01:00Z");
    test.pass(Duration::seconds(60));
    assert_eq!((failure().await, department.asked().len()), (json!("status"), 3), "one tries it, in vain");
    assert_eq!((failure().await, department.asked().len()), (json!("resting"), 3));
    test.pass(Duration::seconds(60));
    assert_eq!((failure().await, department.asked().len()), (Value::Null, 4), "and then it answers");
    assert_eq!((failure().await, department.asked().len()), (Value::Null, 5));
}

#[tokio::test]
async fn hostile_answers_are_failures_and_nothing_follows_them() {
    let long = Turn::Answer(200, String::new(), vec![b' '; 10 << 20]);
    assert_eq!(outcome(long).await, ("failed".into(), "too_large".into(), 1));
    let page = Turn::Answer(200, "Content-Type: text/html\r\n".into(), b"<html>married</html>".to_vec());
    assert_eq!(outcome(page).await, ("failed".into(), "not_json".into(), 1));
    let other = Department::open(|_| married()).await;
    let elsewhere = Turn::Answer(302, format!("Location: {}\r\n", other.url), Vec::new());
    assert_eq!(outcome(elsewhere).await, ("failed".into(), "redirect".into(), 1));
    assert!(other.asked().is_empty(), "a redirect is not followed");
    assert_eq!(outcome(Turn::json(&json!({ "code": 500 }))).await, ("failed".into(), "answer".into(), 1));
    assert_eq!(outcome(Turn::json(&json!([[[]]]))).await, ("failed".into(), "answer".into(), 1));
}

#[tokio::test]
async fn a_bad_description_is_told_when_it_is_saved() {
    let test = platform().await;
    let department = Department::open(|_| married()).await;
    let mut bad = by_get(&department, 1);
    bad["http"]["method"] = json!("post");
    bad["http"]["url"] = json!("https://10.0.0.8/check");
    bad["items"] = json!(["marital_status", "no_such_paper"]);
    bad["request"] = json!([{ "element": "person.health", "field": "x" }]);
    bad["verdict"] = json!({ "pointer": "data.state", "confirmed": ["1"] });
    let told = add(&test, bad).await.expect(422);
    let fields: Vec<&str> =
        told.body["errors"].as_array().unwrap().iter().filter_map(|e| e["field"].as_str()).collect();
    for field in ["http.url", "http.retries", "items.1", "request.0.element", "verdict.pointer"] {
        assert!(fields.contains(&field), "{field}: {:#}", told.body);
    }
    for url in [
        "http://data.example.gov.cn/check",
        "https://169.254.169.254/latest",
        "https://[::1]/check",
        "ftp://a.example/",
    ] {
        let mut bad = interface(&department);
        bad["http"]["url"] = json!(url);
        let told = add(&test, bad).await.expect(422);
        assert!(told.body.to_string().contains("http.url"), "{url}: {:#}", told.body);
    }
    add(&test, interface(&department)).await.expect(201);
    assert!(department.asked().is_empty());

    // Where the operator allows no address of this machine, it is neither saved nor connected to.
    let strict = crate::platform().await;
    let keeper = strict.role(WUHUA, "certificates.source_keeper").await;
    keeper.post(&sources(), interface(&department)).await.expect(422);
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out_nor_to_another_host() {
    let test = platform().await;
    let department = Department::open(|_| married()).await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let added = keeper.post(&sources(), interface(&department)).await.expect(201);
    let path = format!("{}/{}", sources(), added.text("id"));
    assert_eq!(added.body["http"]["has_secret"], json!(true));
    let mut same = interface(&department);
    same["http"].as_object_mut().unwrap().remove("secret");
    same["next_door"] = json!("窗口承诺办理");
    keeper.put(&path, same.clone()).await.expect(422);
    let changed = keeper.header("if-match", "\"1\"").put(&path, same.clone()).await.expect(200);
    assert_eq!(changed.body["http"]["has_secret"], json!(true), "left out, the one of before stays");
    keeper.header("if-match", "\"1\"").put(&path, same.clone()).await.expect(409);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let texts = [
        added.body.to_string(),
        changed.body.to_string(),
        keeper.get(&path).await.expect(200).body.to_string(),
        keeper.get(&sources()).await.expect(200).body.to_string(),
        auditor.get(&format!("/places/{WUHUA}/audit")).await.expect(200).body.to_string(),
    ];
    assert!(texts.iter().all(|text| !text.contains("s3cret-Wort")), "{texts:?}");
    let behind = test.behind().await;
    let sql = "SELECT secret FROM certificates_source";
    let row = behind.query_one_raw(Statement::from_string(behind.get_database_backend(), sql)).await.unwrap().unwrap();
    let sealed: Vec<u8> = row.try_get("", "secret").unwrap();
    assert!(sealed.len() > 11 && !sealed.windows(11).any(|part| part == b"s3cret-Wort"));

    let other = Department::open(|_| married()).await;
    let mut moved = same;
    moved["http"]["url"] = json!(other.url);
    let told = keeper.header("if-match", "\"2\"").put(&path, moved.clone()).await.expect(422);
    assert!(told.body.to_string().contains("http.secret"), "{:#}", told.body);
    let ended = keeper.post(&format!("{path}/end"), json!({ "reason": "改用省级接口" })).await.expect(200);
    assert_eq!(ended.body["http"]["has_secret"], json!(false));
    keeper
        .post(&format!("{path}/end"), json!({ "reason": "再来一次" }))
        .await
        .refused(409, "certificates.source.ended");
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let body = json!({ "item": "marital_status", "person": person });
    let refused = clerk.post(&at(VILLAGE, "/checks"), body).await.refused(409, "certificates.check.no_source");
    assert!(refused.text("detail").contains("民政"), "never without the next door: {:#}", refused.body);
    assert!(department.asked().is_empty() && other.asked().is_empty());
}

#[tokio::test]
async fn nothing_leaves_the_house_without_the_consent_that_the_source_asks_for() {
    let test = platform().await;
    let department = Department::open(|_| married()).await;
    let mut source = interface(&department);
    source["ground"] = json!("consent");
    add(&test, source).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let body = json!({ "item": "marital_status", "person": person });
    let refused = clerk.post(&at(VILLAGE, "/checks"), body.clone()).await.refused(409, "certificates.check.consent");
    assert!(refused.text("source").contains("个人信息保护法"));
    let mut other = body.clone();
    other["purpose"] = json!("查查看");
    let told = clerk.post(&at(VILLAGE, "/checks"), other).await.expect(422);
    assert!(told.body.to_string().contains("办理住房补贴"), "{:#}", told.body);
    assert!(department.asked().is_empty());
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let consent = json!({ "purpose": "certificates.check_by_consent", "how": "signed" });
    village.post(&format!("/places/{VILLAGE}/persons/{person}/consents"), consent).await.expect(201);
    assert_eq!(clerk.post(&at(VILLAGE, "/checks"), body).await.expect(201).text("outcome"), "confirmed");

    // Whoever the register knows by name only is not asked about, and not sent away.
    let unnumbered = crate::resident(&test, "王五").await;
    let consent = json!({ "purpose": "certificates.check_by_consent", "how": "signed" });
    village.post(&format!("/places/{VILLAGE}/persons/{unnumbered}/consents"), consent).await.expect(201);
    let made = check(&clerk, "marital_status", &unnumbered).await;
    assert_eq!((made.text("failure"), made.text("fallback")), ("person".into(), "commitment".into()));
    assert_eq!(department.asked().len(), 1);
}

#[tokio::test]
async fn another_countys_clerk_sees_nothing_and_asks_nothing() {
    let test = platform().await;
    test.switch(PANLONG, "certificates", "on").await;
    let department = Department::open(|_| married()).await;
    let source = add(&test, interface(&department)).await.expect(201).text("id");
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "marital_status", &person).await.text("id");
    let stranger = test.role(PANLONG, "certificates.clerk").await;
    let theirs = test.role(PANLONG, "certificates.source_keeper").await;
    for here in [PANLONG, PANLONG_VILLAGE] {
        assert!(stranger.get(&at(here, "/checks")).await.expect(200).items().is_empty());
        stranger.get(&at(here, &format!("/checks/{made}"))).await.expect(404);
        let body = json!({ "item": "marital_status", "person": person });
        stranger.post(&at(here, "/checks"), body).await.expect(409);
    }
    assert!(theirs.get(&at(PANLONG, "/sources")).await.expect(200).items().is_empty());
    theirs.get(&at(PANLONG, &format!("/sources/{source}"))).await.expect(404);
    theirs.post(&at(PANLONG, &format!("/sources/{source}/end")), json!({ "reason": "不是我的" })).await.expect(404);
    stranger.get(&at(WUHUA, "/checks")).await.expect(404);
    // Nor does the clerk of the next village, of this county.
    let neighbour = test.role(OTHER_VILLAGE, "certificates.clerk").await;
    assert!(neighbour.get(&at(OTHER_VILLAGE, "/checks")).await.expect(200).items().is_empty());
    assert_eq!(department.asked().len(), 1);
    // Who keeps sources asks about nobody, and who asks keeps none.
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    keeper.post(&at(VILLAGE, "/checks"), json!({ "item": "marital_status", "person": person })).await.expect(403);
    clerk.get(&at(VILLAGE, "/sources")).await.expect(403);
}

#[tokio::test]
async fn figures_count_checks_by_outcome_and_papers_that_nobody_had_to_bring() {
    let test = platform().await;
    let department = Department::open(|n| if n == 2 { Turn::status(404) } else { married() }).await;
    add(&test, interface(&department)).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    for _ in 0..3 {
        check(&clerk, "marital_status", &person).await;
    }
    let county = test.role(WUHUA, "base.system_admin").await;
    let figures = async |id: &str| {
        let path = format!("/places/{WUHUA}/statistics/{id}");
        county.get(&path).await.expect(200).body.to_string()
    };
    let by_outcome = figures("certificates.checks.by_outcome").await;
    assert!(by_outcome.contains("confirmed") && by_outcome.contains("failed"), "{by_outcome}");
    let saved = figures("certificates.checks.saved").await;
    assert!(saved.contains("婚姻状况证明") && saved.contains('2'), "{saved}");
}
