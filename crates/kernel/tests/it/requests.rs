//! What somebody asks of the data held on them, what is held, and what is erased: when asked, and when it has been kept long
//! enough.

use chrono::Duration;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::forms::{at, registered, somebody};
use crate::probe::PROBE;
use crate::sql;

struct People<'a> {
    clerk: User<'a>,
    officer: User<'a>,
    protection: User<'a>,
}

async fn people(test: &TestApp) -> People<'_> {
    People {
        clerk: test.role(VILLAGE, "base.village_clerk").await,
        officer: test.role(WUHUA, "base.data_officer").await,
        protection: test.role(WUHUA, "base.data_protection").await,
    }
}

impl People<'_> {
    /// A request that has been taken up.
    async fn taken_up(&self, body: Value) -> String {
        let id = self.clerk.post(&at("/requests"), body).await.expect(201).text("id");
        self.officer.post(&at(&format!("/requests/{id}/take_up")), json!({})).await.expect(200);
        id
    }

    async fn step(&self, id: &str, step: &str, body: Value) -> Answer {
        self.officer.post(&at(&format!("/requests/{id}/{step}")), body).await
    }

    async fn held(&self, person: &str) -> Answer {
        let purpose = json!({ "purpose": "本人申请查阅" });
        self.protection.post(&at(&format!("/persons/{person}/held")), purpose).await.expect(200)
    }
}

fn value<'a>(held: &'a Answer, element: &str, standing: &str) -> Option<&'a str> {
    let facts = held.body["facts"].as_array().unwrap();
    facts.iter().find(|f| f["element"] == element && f["standing"] == standing)?["value"].as_str()
}

#[tokio::test]
async fn a_granted_correction_is_recorded_and_settles_what_another_source_says() {
    let test = TestApp::with(&[&PROBE]).await;
    let people = people(&test).await;
    let person = registered(&people.clerk, somebody()).await;
    let facts =
        json!({ "source": "civil_affairs", "basis": "statutory_duty", "facts": { "person.marital_status": "20" } });
    people.clerk.post(&at(&format!("/persons/{person}/facts")), facts).await.expect(200);
    let body = json!({ "person": person, "right": "correct", "elements": ["person.marital_status"], "detail": "已离婚",
        "asked_by": { "name": "李秀英", "relation": "女儿" } });
    let asked = people.clerk.post(&at("/requests"), body).await.expect(201);
    assert_eq!(asked.text("asked_by"), "李秀英（女儿）");
    assert_eq!(asked.text("due_at"), "2026-03-05T10:00:00Z", "three working days to take it up");
    let id = asked.text("id");
    let taken = people.step(&id, "take_up", json!({})).await.expect(200);
    assert_eq!(taken.text("due_at"), "2026-03-18T10:00:00Z", "and twelve to answer");
    assert_eq!(people.step(&id, "answer", json!({ "answer": "好" })).await.expect(422).fields(), ["values"]);
    let body = json!({ "answer": "已更正", "values": { "person.marital_status": "40" } });
    let done = people.step(&id, "answer", body).await.expect(200);
    assert_eq!((done.text("phase"), done.text("outcome")), ("done".into(), "granted".into()));
    let held = people.held(&person).await;
    assert_eq!(value(&held, "person.marital_status", "in_force"), Some("40"));
    assert_eq!(value(&held, "person.marital_status", "past"), Some("20"));
    let list = people.clerk.get(&at(&format!("/requests?person={person}"))).await.expect(200);
    assert_eq!(list.items().len(), 1);
    let shown = people.clerk.get(&at(&format!("/requests/{id}"))).await.expect(200);
    assert_eq!(shown.body["steps"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refusal_says_why_and_where_to_complain_and_an_erasure_is_refused_only_by_a_law() {
    let test = TestApp::with(&[&PROBE]).await;
    let people = people(&test).await;
    let person = registered(&people.clerk, somebody()).await;
    let id = people.taken_up(json!({ "person": person, "right": "delete" })).await;
    let bare = people.step(&id, "refuse", json!({ "reason": "不便" })).await.expect(422);
    assert_eq!(bare.fields(), ["law"]);
    let refused = json!({ "reason": "在保存期内", "law": "档案法第二十五条" });
    let refused = people.step(&id, "refuse", refused).await.expect(200);
    assert_eq!(refused.text("outcome"), "refused");
    assert!(refused.text("answer").contains("档案法第二十五条"));
    assert!(refused.text("/complain/zh").contains("人民法院"));
    people.step(&id, "answer", json!({ "answer": "好" })).await.expect(409);
    // Whoever asked may also change their mind.
    let body = json!({ "person": person, "right": "explain", "detail": "为什么有我的电话" });
    let other = people.clerk.post(&at("/requests"), body).await.expect(201).text("id");
    people.clerk.post(&at(&format!("/requests/{other}/withdraw")), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_granted_erasure_erases_what_is_sealed_and_what_is_not_and_waits_for_open_matters() {
    let test = TestApp::with(&[&PROBE]).await;
    let people = people(&test).await;
    let person = registered(&people.clerk, somebody()).await;
    let held = people.held(&person).await;
    assert_eq!(value(&held, "person.identity_number", "in_force"), Some("530102188001010024"), "in full");
    assert!(held.body["accesses"].as_array().unwrap().iter().any(|access| access["action"] == "base.person.write"));

    let phone = people.taken_up(json!({ "person": person, "right": "delete", "elements": ["person.phone"] })).await;
    let all = people.taken_up(json!({ "person": person, "right": "delete" })).await;
    let open = people.step(&all, "answer", json!({ "answer": "同意" })).await.refused(409, "base.person.erase.open");
    assert!(open.body.to_string().contains("QL"), "the other request is open");
    people.step(&phone, "answer", json!({ "answer": "已删除电话" })).await.expect(200);
    let held = people.held(&person).await;
    assert_eq!(value(&held, "person.phone", "in_force"), None);
    assert_eq!(value(&held, "person.phone", "erased"), None, "that there was one is still known");
    assert_eq!(held.text("/person/name"), "李阿诗");

    people.step(&all, "answer", json!({ "answer": "已全部删除" })).await.expect(200);
    let held = people.held(&person).await;
    assert_eq!((held.text("/person/name"), held.text("/person/standing")), ("已删除".into(), "erased".into()));
    assert!(
        held.body["facts"].as_array().unwrap().iter().all(|f| f["standing"] == "erased" && f.get("value").is_none())
    );
    for name in ["李阿诗", "530102188001010024", "13888800001"] {
        assert!(!held.body.to_string().contains(name), "{name}");
    }
    let left = "SELECT COUNT(*) FROM base_fact WHERE sealed IS NOT NULL OR mark IS NOT NULL OR value IS NOT NULL";
    assert_eq!(sql::number(&test, left).await, 0);
    // The number can be registered anew.
    registered(&people.clerk, somebody()).await;
}

#[tokio::test]
async fn all_that_is_held_is_for_few_and_on_the_record() {
    let test = TestApp::with(&[&PROBE]).await;
    let people = people(&test).await;
    let child = json!({ "person.name": "李小苗", "person.birth_date": "2015-05-01" });
    let child = registered(&people.clerk, child).await;
    let path = at(&format!("/persons/{child}/held"));
    let purpose = json!({ "purpose": "监护人申请" });
    people.clerk.post(&path, purpose.clone()).await.expect(403);
    let without_minors = test.user(VILLAGE, &["base.person.held", "base.person.read"]).await;
    without_minors.post(&path, purpose.clone()).await.expect(403);
    people.protection.post(&path, json!({ "purpose": " " })).await.expect(422);
    people.protection.header("idempotency-key", "held-1").post(&path, purpose).await.expect(200);
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_idempotency WHERE key = 'held-1'").await, 0);
    let erase = at(&format!("/persons/{child}/erase"));
    people.clerk.post(&erase, json!({ "reason": "登记错误" })).await.expect(403);
    people.protection.post(&erase, json!({ "reason": "登记错误" })).await.expect(204);
}

#[tokio::test]
async fn who_died_long_enough_ago_is_erased_by_itself() {
    let test = TestApp::with(&[&PROBE]).await;
    let people = people(&test).await;
    let gone = registered(&people.clerk, somebody()).await;
    let here = registered(&people.clerk, json!({ "person.name": "段永胜" })).await;
    sql::run(&test, "UPDATE base_person SET standing = 'dead', standing_since = '2026-03-02' WHERE name = '李阿诗'")
        .await;
    test.pass(Duration::days(5 * 365));
    test.settle().await;
    assert_eq!(people.held(&gone).await.text("/person/standing"), "dead", "not before the day");
    test.pass(Duration::days(10));
    test.settle().await;
    assert_eq!(people.held(&gone).await.text("/person/standing"), "erased");
    assert_eq!(people.held(&here).await.text("/person/standing"), "present");
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = auditor.get(&format!("/places/{WUHUA}/audit?action=base.person.retention")).await.expect(200);
    assert_eq!(lines.items().len(), 1);
}
