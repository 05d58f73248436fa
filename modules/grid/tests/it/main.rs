//! What people do with incidents, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod attachments;
mod care;
mod categories;
mod figures;
mod joint;
mod life;
mod net;
mod protection;
mod reports;
mod whistle;

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{ESHAN, HUASHAN, KUNMING, OTHER_VILLAGE, PANLONG, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::json;

fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/incidents{rest}")
}

async fn report(by: &User<'_>, place: &str) -> String {
    by.post(&at(place, ""), json!({ "category": "04", "title": "村口垃圾堆放" })).await.expect(201).text("id")
}

struct People<'a> {
    worker: User<'a>,
    dispatcher: User<'a>,
    handler: User<'a>,
}

async fn people(test: &TestApp) -> People<'_> {
    People {
        worker: test.role(VILLAGE, "grid.worker").await,
        dispatcher: test.role(WUHUA, "grid.dispatcher").await,
        handler: test.role(HUASHAN, "grid.handler").await,
    }
}

impl People<'_> {
    async fn dispatched(&self) -> String {
        let id = report(&self.worker, VILLAGE).await;
        self.dispatcher.post(&at(WUHUA, &format!("/{id}/accept")), json!({})).await.expect(200);
        self.dispatch(&id).await.expect(200);
        id
    }

    async fn dispatch(&self, id: &str) -> Answer {
        self.dispatcher.post(&at(WUHUA, &format!("/{id}/dispatch")), json!({ "to": self.handler.id })).await
    }
}

#[tokio::test]
async fn three_people_carry_an_incident_from_report_to_close() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = people.dispatched().await;
    let handled = people.handler.post(&at(HUASHAN, &format!("/{id}/handle")), json!({ "outcome": "已清运" })).await;
    assert_eq!(handled.expect(200).text("state"), "handled");
    people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await.expect(200);
    let closed = people.dispatcher.post(&at(WUHUA, &format!("/{id}/close")), json!({})).await.expect(200);
    assert_eq!(closed.text("phase"), "done");
    let shown = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!(line, ["reported", "accepted", "dispatched", "handled", "verified", "closed"]);
    assert_eq!(shown.text("outcome"), "已清运");
    assert!(shown.body["actions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_inbox_follows_the_incident_from_person_to_person() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = report(&people.worker, VILLAGE).await;
    let inbox = people.dispatcher.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["matter"], id.as_str());
    assert_eq!(inbox.items()[0]["action"], "grid.incident.accept");
    assert!(people.handler.get("/me/inbox").await.expect(200).items().is_empty());
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/accept")), json!({})).await.expect(200);
    people.dispatch(&id).await.expect(200);
    assert!(people.dispatcher.get("/me/inbox").await.expect(200).items().is_empty());
    assert_eq!(people.handler.get("/me/inbox").await.expect(200).items()[0]["action"], "grid.incident.handle");
}

#[tokio::test]
async fn a_worker_sees_only_the_village_she_serves() {
    let test = TestApp::with(&[&MODULE]).await;
    let mine = test.role(VILLAGE, "grid.worker").await;
    let other = test.role(OTHER_VILLAGE, "grid.worker").await;
    let id = report(&other, OTHER_VILLAGE).await;
    assert!(mine.get(&at(WUHUA, "")).await.expect(200).items().is_empty(), "at the county she sees her own village");
    mine.get(&at(WUHUA, &format!("/{id}"))).await.expect(404);
    mine.get(&at(OTHER_VILLAGE, "")).await.expect(404);
    assert_eq!(other.get(&at(WUHUA, "")).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn deadlines_follow_severity_and_the_working_calendar() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    // Thursday 30 April 2026, 17:00 in China; 1–5 May are off, 9 May is worked.
    test.set_now("2026-04-30T09:00:00Z".parse().unwrap());
    for (severity, due) in [
        ("ordinary", "2026-05-06T10:00:00Z"),
        ("urgent", "2026-04-30T11:00:00Z"),
        ("emergency", "2026-04-30T09:10:00Z"),
    ] {
        let body = json!({ "category": "08", "title": "山体滑坡", "severity": severity });
        let answer = people.worker.post(&at(VILLAGE, ""), body).await.expect(201);
        assert_eq!(answer.text("due_at"), due, "{severity}");
    }
}

#[tokio::test]
async fn a_handler_says_not_ours_and_it_goes_back_to_the_dispatcher() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = people.dispatched().await;
    let path = at(HUASHAN, &format!("/{id}/return"));
    let refused = people.handler.post(&path, json!({})).await.expect(422);
    assert_eq!(refused.fields(), ["reason"]);
    let back = people.handler.post(&path, json!({ "reason": "属市政管辖" })).await.expect(200);
    assert_eq!(back.text("state"), "accepted");
    assert_eq!(people.dispatcher.get("/me/inbox").await.expect(200).items()[0]["action"], "grid.incident.dispatch");
}

#[tokio::test]
async fn nobody_verifies_what_they_handled_themselves() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    people.handler.also(HUASHAN, "grid.leader").await;
    let id = people.dispatched().await;
    people.handler.post(&at(HUASHAN, &format!("/{id}/handle")), json!({ "outcome": "已办" })).await.expect(200);
    let refused = people.handler.post(&at(HUASHAN, &format!("/{id}/verify")), json!({})).await;
    let refused = refused.refused(409, "grid.incident.own_work");
    assert_eq!(refused.text("rule"), "GRID.VERIFY.OTHER_PERSON");
    let redone =
        people.worker.post(&at(VILLAGE, &format!("/{id}/redo")), json!({ "reason": "垃圾还在" })).await.expect(200);
    assert_eq!(redone.text("state"), "dispatched");
    assert_eq!(people.handler.get("/me/inbox").await.expect(200).items()[0]["matter"], id.as_str());
}

#[tokio::test]
async fn only_the_one_it_was_given_to_can_say_it_is_done() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let other = test.role(HUASHAN, "grid.handler").await;
    let id = people.dispatched().await;
    other
        .post(&at(HUASHAN, &format!("/{id}/handle")), json!({ "outcome": "x" }))
        .await
        .refused(409, "grid.incident.not_assignee");
    let nobody = test.role(VILLAGE, "grid.worker").await;
    let id = report(&people.worker, VILLAGE).await;
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/accept")), json!({})).await.expect(200);
    people
        .dispatcher
        .post(&at(WUHUA, &format!("/{id}/dispatch")), json!({ "to": nobody.id }))
        .await
        .refused(409, "grid.incident.handler");
}

#[tokio::test]
async fn a_report_sent_again_after_the_line_dropped_is_one_incident() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await.header("idempotency-key", "phone-7");
    let body = json!({ "category": "02", "title": "路灯杆倾斜" });
    let first = worker.post(&at(VILLAGE, ""), body.clone()).await.expect(201);
    for _ in 0..4 {
        let again = worker.post(&at(VILLAGE, ""), body.clone()).await.expect(201);
        assert_eq!(again.text("id"), first.text("id"));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
    }
    assert_eq!(worker.get(&at(VILLAGE, "")).await.expect(200).items().len(), 1);
    let other = worker.post(&at(VILLAGE, ""), json!({ "category": "02", "title": "别的事" })).await;
    assert_eq!(other.expect(422).fields(), ["Idempotency-Key"]);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_written() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let body = json!({
        "category": "77", "title": "  ", "reporter_phone": "12", "reporter_name": "a\u{0007}b",
        "description": "长".repeat(2_001),
    });
    let answer = worker.post(&at(VILLAGE, ""), body).await.expect(422);
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["category", "description", "reporter_name", "reporter_phone", "title"]);
    assert!(worker.get(&at(VILLAGE, "")).await.expect(200).items().is_empty());
    let county = test.role(WUHUA, "grid.worker").await;
    let body = json!({ "category": "04", "title": "x" });
    assert_eq!(county.post(&at(WUHUA, ""), body).await.expect(422).fields(), ["place"]);
    let body = json!({ "category": "04", "title": "x", "place": "530103001001" });
    assert_eq!(county.post(&at(WUHUA, ""), body).await.expect(422).fields(), ["place"]);
}

#[tokio::test]
async fn names_and_telephones_are_masked_or_sealed() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let body = json!({
        "category": "07", "title": "上门看望", "reporter_phone": "138 8880 0001", "on_behalf_of": "𠮷阿普·木呷",
    });
    let id = worker.post(&at(VILLAGE, ""), body).await.expect(201).text("id");
    let shown = worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!(shown.text("reporter_phone"), "138****0001");
    assert_eq!(shown.text("on_behalf_of"), "𠮷阿普·木呷");
    let audit = auditor.get(&format!("/places/{WUHUA}/audit?action=grid.incident.report")).await.expect(200);
    let text = audit.body.to_string();
    assert!(!text.contains("木呷") && !text.contains("0001\""), "{text}");
    assert!(audit.items()[0]["on_behalf_of"].is_string());
}

#[tokio::test]
async fn a_province_sees_figures_and_no_incident_unless_it_laid_down_otherwise() {
    let test = TestApp::with(&[&MODULE]).await;
    test.switch(PANLONG, "grid", "on").await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let id = report(&worker, VILLAGE).await;
    let province = test.user(PROVINCE, &["grid.incident.read", "base.statistics.read"]).await;
    for path in [at(PROVINCE, ""), at(WUHUA, ""), at(WUHUA, &format!("/{id}"))] {
        let refused = province.get(&path).await.refused(403, "base.gate.figures_only");
        assert_eq!(refused.text("rule"), "PLATFORM.PERSONS.ABOVE_COUNTY");
    }
    let figures = province.get(&format!("/places/{PROVINCE}/statistics/grid.incidents.opened")).await.expect(200);
    assert_eq!(figures.text("total"), "1");
    assert_eq!(figures.body["rows"][0]["place_name"], "昆明市");
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let rule = format!("/places/{PROVINCE}/rules/PLATFORM.PERSONS.ABOVE_COUNTY");
    admin.put(&rule, json!({ "value": true, "reason": "省委政法委督办需要" })).await.expect(204);
    assert_eq!(province.get(&at(KUNMING, "")).await.expect(200).items().len(), 1);
    assert!(province.get(&at(ESHAN, "")).await.refused(404, "module_off").status.is_client_error());
}

#[tokio::test]
async fn lists_are_read_page_by_page_and_filtered() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        test.pass(Duration::seconds(1));
        ids.push(report(&people.worker, VILLAGE).await);
    }
    ids.reverse();
    let mut read = Vec::new();
    let mut next = String::new();
    loop {
        let page = people.dispatcher.get(&at(WUHUA, &format!("?limit=2{next}"))).await.expect(200);
        read.extend(page.items().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
        match page.body.get("next") {
            Some(cursor) => next = format!("&after={}", cursor.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(read, ids);
    people.dispatcher.post(&at(WUHUA, &format!("/{}/accept", ids[0])), json!({})).await.expect(200);
    let waiting = people.dispatcher.get(&at(WUHUA, "?state=accepted")).await.expect(200);
    assert_eq!(waiting.items().len(), 1);
    test.pass(Duration::days(30));
    assert_eq!(people.dispatcher.get(&at(WUHUA, "?overdue=true")).await.expect(200).items().len(), 5);
    for wrong in ["?limit=0", "?limit=101", "?limit=x", "?after=nonsense", "?overdue=maybe"] {
        people.dispatcher.get(&at(WUHUA, wrong)).await.expect(422);
    }
}

#[tokio::test]
async fn two_people_at_once_give_one_outcome_and_an_honest_conflict() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = report(&people.worker, VILLAGE).await;
    let second = test.role(WUHUA, "grid.dispatcher").await.at_once();
    let first = people.dispatcher.at_once();
    let path = at(WUHUA, &format!("/{id}/accept"));
    let (a, b) = tokio::join!(first.post(&path, json!({})), second.post(&path, json!({})));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = if a.status == 409 { a } else { b };
    assert_eq!(lost.refused(409, "base.process.not_now").text("/current/state"), "accepted");
}

#[tokio::test]
async fn an_overdue_incident_is_told_once() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    report(&worker, VILLAGE).await;
    test.settle().await;
    test.pass(Duration::days(10));
    test.settle().await;
    test.pass(Duration::minutes(2));
    test.settle().await;
    test.pass(Duration::minutes(2));
    let reader = test.role(WUHUA, "base.integrator").await;
    let feed = reader.get(&format!("/places/{WUHUA}/events?topic=base.task.overdue")).await.expect(200);
    assert_eq!(feed.items().len(), 1);
    let all = reader.get(&format!("/places/{WUHUA}/events")).await.expect(200);
    assert!(all.items().iter().any(|e| e["type"] == "grid.incident.reported"), "{:#}", all.body);
}

#[tokio::test]
async fn a_form_calls_the_categories_what_the_list_calls_them() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let document = worker.get(&format!("/places/{VILLAGE}/openapi.json")).await.expect(200).body;
    let words = &document["components"]["schemas"]["grid.NewIncident"]["x-value-words"]["category"];
    let listed = worker.get(&format!("/places/{VILLAGE}/grid/categories")).await.expect(200);
    assert_eq!(listed.items().len(), words.as_object().unwrap().len());
    for category in listed.items() {
        assert_eq!(words[category["code"].as_str().unwrap()], category["title"], "{category}");
    }
}

#[tokio::test]
async fn a_reporter_whom_the_base_data_knows_is_filled_in() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let body = json!({ "category": "04", "title": "垃圾", "reporter": person, "reporter_phone": "13888800001" });
    let id = people.worker.post(&at(VILLAGE, ""), body).await.expect(201).text("id");
    let shown = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!((shown.text("reporter_name"), shown.text("reporter_phone")), ("李阿诗".into(), "138****0001".into()));
    // The telephone flowed back: the next time it is known.
    let body = json!({ "category": "04", "title": "又一处", "reporter": person });
    let id = people.worker.post(&at(VILLAGE, ""), body).await.expect(201).text("id");
    assert_eq!(
        people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200).text("reporter_phone"),
        "138****0001"
    );
    let both = json!({ "category": "04", "title": "x", "reporter": person, "reporter_name": "李阿诗" });
    assert_eq!(people.worker.post(&at(VILLAGE, ""), both).await.expect(422).fields(), ["reporter_name"]);
}
