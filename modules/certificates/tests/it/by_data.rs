//! A paper that a department's data verifies: nothing is typed, and where the data does not settle it the paper waits as it was.

use std::sync::Arc;

use chrono::Duration;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Answer, Department, TestApp, Turn, User};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::data_checks::{check, interface};
use crate::data_tables::{resident_with, sources};
use crate::{at, hardship, publish};

const NUMBER: &str = "530102188001010016";

fn confirms() -> Turn {
    Turn::json(&json!({ "data": { "state": "married", "since": "2019-05-20" } }))
}

/// A source that answers for 家庭经济困难证明, or for what is said.
fn source(department: &Department, items: &[&str]) -> Value {
    let mut source = interface(department);
    source["title"] = json!("困难家庭名册");
    source["items"] = json!(items);
    source["purposes"] = json!(["申请法律援助"]);
    source
}

/// A paper that may be verified in any way.
fn paper() -> Value {
    let mut item = hardship();
    item.as_object_mut().unwrap().remove("verification");
    item
}

/// A platform where the item is issued and the source answers for it.
async fn platform(item: Value, source: Value) -> TestApp {
    let test = TestApp::with_departments(&[&jizuo_certificates::MODULE]).await;
    publish(&test, WUHUA, item).await;
    test.role(WUHUA, "certificates.source_keeper").await.post(&sources(), source).await.expect(201);
    test
}

async fn applied(clerk: &User<'_>, person: &str) -> String {
    let body = json!({ "item": "hardship", "person": person, "purpose": "申请法律援助" });
    at(VILLAGE, &format!("/papers/{}", clerk.post(&at(VILLAGE, "/papers"), body).await.expect(201).text("id")))
}

async fn ask(clerk: &User<'_>, paper: &str) -> Answer {
    clerk.post(&format!("{paper}/verify_by_data"), json!({})).await
}

#[tokio::test]
async fn what_the_department_confirms_verifies_the_paper_and_nothing_is_typed() {
    let department = Department::open(|_| confirms()).await;
    let test = platform(paper(), source(&department, &["hardship"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    let before = clerk.get(&path).await.expect(200);
    assert!(before.text("verify_by_data").ends_with("/verify_by_data"), "{:#}", before.body);
    assert_eq!(before.body["checks"], json!([]));

    let verified = ask(&clerk, &path).await.expect(200);
    assert_eq!(verified.text("state"), "approved");
    let (_, sent) = department.asked()[0].split_once("\r\n\r\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&sent).unwrap(), json!({ "idcard": NUMBER, "xm": "李阿诗" }));
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!(shown.text("verification"), "data");
    assert_eq!(shown.text("seen"), "2026-03-02 09:00经县民政局“困难家庭名册”核验：属实");
    assert!(shown.body.get("verify_by_data").is_none(), "it is verified");
    let made = &shown.body["checks"][0];
    assert_eq!((&made["verified"], &made["outcome"]), (&json!(true), &json!("confirmed")));
    assert_eq!((&made["department"], &made["at"]), (&json!("县民政局"), &json!("2026-03-02T01:00:00Z")));
    assert!(!shown.body.to_string().contains("2019-05-20"), "in detail it is the check's: {:#}", shown.body);

    // The way there and back; the log is the same as of any check.
    let query = clerk.get(&at(VILLAGE, made["check"].as_str().unwrap())).await.expect(200);
    assert_eq!(query.body["answer"], json!([{ "title": "登记日期", "value": "2019-05-20" }]));
    assert_eq!((query.text("purpose"), query.text("item")), ("申请法律援助".into(), "hardship".into()));
    assert!(path.ends_with(&query.text("paper")), "{:#}", query.body);
    assert!(query.text("/says/zh").contains("可以据此核实") && query.body.get("fallback").is_none());
    let issued = clerk.post(&format!("{path}/issue"), json!({})).await.expect(200);
    assert_eq!(issued.text("state"), "issued");
    let county = test.role(WUHUA, "base.system_admin").await;
    let saved = county.get(&format!("/places/{WUHUA}/statistics/certificates.checks.saved")).await.expect(200);
    assert!(!saved.body.to_string().contains("家庭经济困难证明"), "this paper was issued: {:#}", saved.body);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit")).await.expect(200).body.to_string();
    assert!(audit.contains(&query.text("id")) && audit.contains("certificates.check_by_duty"));
}

#[tokio::test]
async fn what_is_not_confirmed_leaves_the_paper_as_it_was_and_says_what_came_back() {
    let turns = |n: usize| match n {
        0 => Turn::json(&json!({ "data": { "state": "divorced" } })),
        1 => Turn::json(&json!({ "data": { "state": "none" } })),
        2 => Turn::status(500),
        _ => Turn::json(&json!({ "no": "such answer" })),
    };
    let department = Department::open(turns).await;
    let test = platform(paper(), source(&department, &["hardship"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    let before = clerk.get(&path).await.expect(200);
    for (outcome, failure) in [("differs", ""), ("unknown", ""), ("failed", "status"), ("failed", "answer")] {
        let came = ask(&clerk, &path).await.expect(201);
        assert_eq!(came.text("outcome"), outcome);
        assert_eq!(came.body["failure"].as_str().unwrap_or_default(), failure);
        assert!(
            came.text("/says/zh").contains("上门查看") && came.text("next_door").contains("核对档案"),
            "{:#}",
            came.body
        );
        assert!(came.text("/says/en").contains("by a visit or by records"));
        assert!(came.body.get("fallback").is_none(), "a paper is issued: {:#}", came.body);
        assert!(path.ends_with(&came.text("paper")));
        let listed = clerk.get(&at(VILLAGE, "/checks")).await.expect(200);
        assert_eq!(listed.items()[0]["id"], json!(came.text("id")), "it is on the record");
    }
    let after = clerk.get(&path).await.expect(200);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!((after.text("state"), after.body.get("seen")), ("applied".into(), None));
    let checks = after.body["checks"].as_array().unwrap();
    assert!(checks.len() == 4 && checks.iter().all(|one| one.get("name").is_none() && one["verified"] == false));
    assert!(after.text("verify_by_data").ends_with("verify_by_data"), "it may be asked again");
    let none = json!({ "check": checks[0]["id"] });
    let told = clerk.post(&format!("{path}/verify"), none).await.expect(422);
    assert!(told.body.to_string().contains("certificates.paper.check"), "{:#}", told.body);
    let seen = json!({ "method": "visit", "seen": "入户查看，情况属实" });
    assert_eq!(clerk.post(&format!("{path}/verify"), seen).await.expect(200).text("state"), "approved");
    let shown = clerk.get(&path).await.expect(200);
    assert!(shown.text("verification") == "visit" && shown.body.get("verify_by_data").is_none());
}

#[tokio::test]
async fn nothing_is_asked_where_catalogue_purpose_consent_or_permission_forbid_it() {
    let department = Department::open(|_| confirms()).await;
    let test = platform(hardship(), source(&department, &["hardship"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    assert!(clerk.get(&path).await.expect(200).body.get("verify_by_data").is_none(), "the catalogue says: by a visit");
    ask(&clerk, &path).await.refused(409, "certificates.paper.other_way");

    let mut narrow = source(&department, &["hardship"]);
    narrow["purposes"] = json!(["申请助学金"]);
    let test = platform(paper(), narrow).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    assert!(clerk.get(&path).await.expect(200).body.get("verify_by_data").is_none());
    let refused = ask(&clerk, &path).await.refused(409, "certificates.check.purpose");
    assert!(refused.text("source").contains("716") && refused.text("detail").contains("申请助学金"));

    let test = platform(paper(), source(&department, &["marital_status"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    let refused = ask(&clerk, &path).await.refused(409, "certificates.check.no_source");
    assert!(refused.text("detail").contains("上门查看"), "{:#}", refused.body);

    let mut by_consent = source(&department, &["hardship"]);
    by_consent["ground"] = json!("consent");
    let test = platform(paper(), by_consent).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    ask(&clerk, &path).await.refused(409, "certificates.check.consent");
    // It takes both: to verify, and to run checks.
    let form = ["base.person.read", "base.form.use", "certificates.paper.read"];
    let verifies = test.user(VILLAGE, &[&form[..], &["certificates.paper.verify"]].concat()).await;
    ask(&verifies, &path).await.expect(403);
    let checks = test.user(VILLAGE, &[&form[..], &["certificates.check.run"]].concat()).await;
    let refused = ask(&checks, &path).await.expect(403);
    assert!(refused.body.to_string().contains("certificates.paper.verify"), "{:#}", refused.body);
    assert!(department.asked().is_empty(), "nothing has left the house");
    assert!(clerk.get(&at(VILLAGE, "/checks")).await.expect(200).items().is_empty());

    let village = test.role(VILLAGE, "base.village_clerk").await;
    let consent = json!({ "purpose": "certificates.check_by_consent", "how": "signed" });
    village.post(&format!("/places/{VILLAGE}/persons/{person}/consents"), consent).await.expect(201);
    ask(&clerk, &path).await.expect(200);
    ask(&clerk, &path).await.refused(409, "base.process.not_now");
    assert_eq!(department.asked().len(), 1, "what is verified is not asked about again");
}

#[tokio::test]
async fn of_two_clerks_who_ask_at_once_one_verifies_it_and_both_queries_are_on_record() {
    let both = Arc::new(Barrier::new(2));
    let department = Department::open(move |_| Turn::Together(both.clone(), Box::new(confirms()))).await;
    let test = platform(paper(), source(&department, &["hardship"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let other = test.role(VILLAGE, "certificates.clerk").await;
    let path = applied(&clerk, &person).await;
    let racers = [clerk.at_once().header("idempotency-key", "one"), other.at_once().header("idempotency-key", "two")];
    let answers = crate::together(racers.iter().map(|racer| ask(racer, &path))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 1), "{won:#?} {lost:#?}");
    let refused = lost.into_iter().next().unwrap().refused(409, "base.process.not_now");
    assert_eq!(refused.text("/current/state"), "approved");
    assert_eq!(department.asked().len(), 2);
    let shown = clerk.get(&path).await.expect(200);
    let made = shown.body["checks"].as_array().unwrap();
    assert_eq!(made.iter().filter(|one| one["verified"] == true).count(), 1);
    assert_eq!(made.len(), 2, "that both asked is on record");
    assert_eq!(clerk.get(&at(VILLAGE, "/checks")).await.expect(200).items().len(), 2);
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|step| step["to"].clone()).collect();
    assert_eq!(line, ["applied", "verified", "approved"]);
    // A retry of who came late is told the same, and asks nobody.
    for racer in &racers {
        let again = ask(racer, &path).await;
        assert!([200, 409].contains(&again.status.as_u16()), "{again:#?}");
    }
    assert_eq!(department.asked().len(), 2);
}

#[tokio::test]
async fn an_earlier_check_of_the_same_person_item_and_purpose_verifies_and_no_other_one() {
    let department = Department::open(|_| confirms()).await;
    let test = platform(paper(), source(&department, &["hardship", "marital_status"])).await;
    let person = resident_with(&test, "李阿诗", NUMBER).await;
    let neighbour = resident_with(&test, "杨春花", "530102188102020029").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let old = check(&clerk, "hardship", &person).await.text("id");
    test.pass(Duration::days(31));
    let right = check(&clerk, "hardship", &person).await.text("id");
    let wrong = [
        old,
        check(&clerk, "marital_status", &person).await.text("id"),
        check(&clerk, "hardship", &neighbour).await.text("id"),
        "0192f0c0-0000-7000-8000-00000000dead".to_owned(),
    ];
    let path = applied(&clerk, &person).await;
    let shown = clerk.get(&path).await.expect(200);
    let offered: Vec<_> = shown.body["checks"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(offered, [json!(right)], "{:#}", shown.body);
    assert!(shown.text("/checks/0/name/zh").contains("县民政局") && shown.body["checks"][0]["verified"] == false);
    let verify = async |path: &str, body: Value| clerk.post(&format!("{path}/verify"), body).await;
    for id in wrong {
        let told = verify(&path, json!({ "check": id })).await.expect(422);
        assert!(told.body.to_string().contains("certificates.paper.check"), "{:#}", told.body);
    }
    for (name, value) in [("seen", "看过了"), ("method", "visit")] {
        let mut typed = json!({ "check": right });
        typed[name] = json!(value);
        let told = verify(&path, typed).await.expect(422);
        assert!(told.body.to_string().contains(&format!("\"{name}\"")), "{:#}", told.body);
    }
    assert_eq!(verify(&path, json!({ "check": right })).await.expect(200).text("state"), "approved");
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!((shown.text("verification"), &shown.body["checks"][0]["verified"]), ("data".into(), &json!(true)));
    assert!(shown.text("seen").contains("县民政局“困难家庭名册”核验：属实"), "{:#}", shown.body);

    // One check is for one paper.
    let next = applied(&clerk, &person).await;
    assert_eq!(clerk.get(&next).await.expect(200).body["checks"], json!([]));
    verify(&next, json!({ "check": right })).await.expect(422);
    assert_eq!(verify(&next, json!({})).await.expect(422).fields(), ["seen", "method"]);
}
