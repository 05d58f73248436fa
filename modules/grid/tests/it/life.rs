//! Solved on the spot, rest and more time, supervision, duplicates, call-back.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::{People, at, people, report};

async fn take(by: &User<'_>, id: &str, step: &str, body: Value) -> Answer {
    by.post(&at(WUHUA, &format!("/{id}/{step}")), body).await
}

async fn shown(people: &People<'_>, id: &str) -> Answer {
    people.dispatcher.get(&at(WUHUA, &format!("/{id}"))).await.expect(200)
}

async fn lay(test: &TestApp, rule: &str, value: Value) {
    let admin = test.role(WUHUA, "base.system_admin").await;
    let body = json!({ "value": value, "reason": "县委办文件" });
    admin.put(&format!("/places/{WUHUA}/rules/{rule}"), body).await.expect(204);
}

/// Handled, verified and closed.
async fn ended(people: &People<'_>, id: &str) {
    take(&people.handler, id, "handle", json!({ "outcome": "已清运" })).await.expect(200);
    people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await.expect(200);
    take(&people.dispatcher, id, "close", json!({})).await.expect(200);
}

#[tokio::test]
async fn what_a_worker_solved_on_the_spot_is_reported_in_one_request_and_seen_by_somebody_else() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let solved = json!({ "category": "04", "title": "井盖移位", "solved": "已复位并加固" });
    let done = people.worker.post(&at(VILLAGE, ""), solved).await.expect(201);
    assert_eq!(done.text("state"), "handled");
    let id = done.text("id");
    assert!(people.dispatcher.get("/me/inbox").await.expect(200).items().is_empty(), "nobody has to accept it");
    let own = people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await;
    own.refused(409, "grid.incident.own_work");
    let leader = test.role(VILLAGE, "grid.leader").await;
    leader.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await.expect(200);
    assert_eq!(shown(&people, &id).await.text("outcome"), "已复位并加固");

    let id = report(&people.worker, VILLAGE).await;
    let other = take(&leader, &id, "solve", json!({ "outcome": "x" })).await;
    other.refused(409, "grid.incident.not_reporter");
    take(&people.worker, &id, "solve", json!({ "outcome": "已清扫" })).await.expect(200);
}

#[tokio::test]
async fn leads_on_unlawful_acts_are_reported_and_never_solved_on_the_spot() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let lead = json!({ "category": "09", "title": "疑似违建", "solved": "已拆除" });
    let refused = people.worker.post(&at(VILLAGE, ""), lead).await.refused(409, "grid.incident.never_on_the_spot");
    assert_eq!(refused.text("rule"), "GRID.SOLVE.NEVER");
    assert!(people.worker.get(&at(VILLAGE, "")).await.expect(200).items().is_empty(), "nothing was written");
    let lead = json!({ "category": "09", "title": "疑似违建" });
    let id = people.worker.post(&at(VILLAGE, ""), lead).await.expect(201).text("id");
    let seen = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert!(!seen.body["actions"].to_string().contains("grid.incident.solve"), "it is not offered either");
}

#[tokio::test]
async fn a_county_may_let_small_matters_end_where_they_were_solved() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    lay(&test, "GRID.SOLVE.VERIFY", json!(false)).await;
    for (severity, state) in [("ordinary", "solved"), ("urgent", "handled")] {
        let body = json!({ "category": "04", "title": "落叶", "severity": severity, "solved": "已清扫" });
        assert_eq!(people.worker.post(&at(VILLAGE, ""), body).await.expect(201).text("state"), state);
    }
}

#[tokio::test]
async fn while_it_is_suspended_nothing_becomes_overdue_and_then_the_rest_of_the_time_runs() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let body = json!({ "category": "02", "title": "路灯杆倾斜", "severity": "urgent" });
    let id = people.worker.post(&at(VILLAGE, ""), body).await.expect(201).text("id");
    take(&people.dispatcher, &id, "accept", json!({})).await.expect(200);
    assert_eq!(people.dispatch(&id).await.expect(200).text("due_at"), "2026-03-03T01:00:00Z");
    test.pass(Duration::hours(4));
    let long = take(&people.dispatcher, &id, "suspend", json!({ "working_days": 11, "reason": "等配件" })).await;
    assert_eq!(long.refused(409, "grid.incident.too_long").text("rule"), "GRID.SUSPEND.DAYS");
    let rest = json!({ "working_days": 5, "reason": "等待第三方检测" });
    let resting = take(&people.dispatcher, &id, "suspend", rest.clone()).await.expect(200);
    assert_eq!((resting.text("state"), resting.text("phase")), ("suspended".into(), "working".into()));
    assert_eq!(resting.text("suspended_until"), "2026-03-09T10:00:00Z");
    assert!(resting.body.get("due_at").is_none());
    test.pass(Duration::days(3));
    test.settle().await;
    assert!(people.dispatcher.get(&at(WUHUA, "?overdue=true")).await.expect(200).items().is_empty());
    assert_eq!(people.dispatcher.get(&at(WUHUA, "?state=suspended")).await.expect(200).items().len(), 1);
    take(&people.handler, &id, "handle", json!({ "outcome": "x" })).await.refused(409, "base.process.not_now");
    let on = take(&people.dispatcher, &id, "resume", json!({})).await.expect(200);
    assert_eq!(on.text("due_at"), "2026-03-06T01:00:00Z", "twenty hours were left");
    assert_eq!(people.handler.get("/me/inbox").await.expect(200).items()[0]["due_at"], "2026-03-06T01:00:00Z");
    test.pass(Duration::days(2));
    let late = take(&people.dispatcher, &id, "suspend", rest).await.refused(409, "grid.incident.overdue");
    assert!(!late.text("source").is_empty());
}

#[tokio::test]
async fn what_rests_goes_on_by_itself_when_the_time_is_over() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let id = people.dispatched().await;
    let rest = json!({ "working_days": 1, "reason": "等配件" });
    take(&people.dispatcher, &id, "suspend", rest).await.expect(200);
    test.settle().await;
    assert_eq!(shown(&people, &id).await.text("state"), "suspended");
    test.set_now("2026-03-03T10:01:00Z".parse().unwrap());
    test.settle().await;
    let on = shown(&people, &id).await;
    assert_eq!((on.text("state"), on.text("due_at")), ("dispatched".into(), "2026-03-06T10:00:00Z".into()));
    assert!(on.body["steps"].to_string().contains("自动恢复"));
}

#[tokio::test]
async fn more_time_is_asked_for_with_a_reason_once_and_granted_by_somebody_else() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    people.handler.also(WUHUA, "grid.dispatcher").await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let id = people.dispatched().await;
    let ask = json!({ "working_days": 4, "reason": "配件须从外地调运" });
    take(&people.dispatcher, &id, "ask_extension", ask.clone()).await.expect(403);
    let long = json!({ "working_days": 8, "reason": "x" });
    take(&people.handler, &id, "ask_extension", long).await.refused(409, "grid.incident.too_long");
    let asked = take(&people.handler, &id, "ask_extension", ask.clone()).await.expect(200);
    assert_eq!((asked.text("state"), asked.text("due_at")), ("extension_asked".into(), "2026-03-05T10:00:00Z".into()));
    let own = take(&people.handler, &id, "extend", json!({})).await.refused(409, "grid.incident.own_extension");
    assert_eq!(own.text("rule"), "GRID.EXTEND.OTHER_PERSON");
    let why = json!({ "reason": "先用备件" });
    take(&people.dispatcher, &id, "refuse_extension", why).await.expect(200);
    take(&people.handler, &id, "ask_extension", ask.clone()).await.expect(200);
    let granted = take(&people.dispatcher, &id, "extend", json!({})).await.expect(200);
    // Thursday, and four working days more.
    assert_eq!((granted.text("state"), granted.text("due_at")), ("dispatched".into(), "2026-03-11T10:00:00Z".into()));
    assert!(shown(&people, &id).await.body["steps"].to_string().contains("4 个工作日：配件须从外地调运"));
    let twice = take(&people.handler, &id, "ask_extension", ask).await.refused(409, "grid.incident.extended");
    assert_eq!(twice.text("rule"), "GRID.EXTEND.TIMES");
    take(&people.handler, &id, "handle", json!({ "outcome": "已修复" })).await.expect(200);
}

#[tokio::test]
async fn supervision_is_seen_and_filtered_and_sets_nothing_else() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let leader = test.role(WUHUA, "grid.supervisor").await;
    let id = people.dispatched().await;
    report(&people.worker, VILLAGE).await;
    let before = shown(&people, &id).await;
    let marked = take(&leader, &id, "supervise", json!({ "note": "请本周内办结" })).await.expect(200);
    assert_eq!((marked.text("state"), marked.text("due_at")), (before.text("state"), before.text("due_at")));
    let list = people.dispatcher.get(&at(WUHUA, "?supervised=true")).await.expect(200);
    assert_eq!((list.items().len(), &list.items()[0]["supervised"]), (1, &json!(true)));
    let after = shown(&people, &id).await;
    assert_eq!(after.text("supervision"), "请本周内办结");
    assert!(after.body["steps"].to_string().contains("督办"));
    assert_eq!(people.handler.get("/me/inbox").await.expect(200).items()[0]["matter"], id.as_str());
    ended(&people, &id).await;
    take(&leader, &id, "supervise", json!({ "note": "x" })).await.refused(409, "grid.incident.over");
}

#[tokio::test]
async fn before_something_is_reported_twice_the_open_ones_like_it_are_shown() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    for n in 0..6 {
        test.pass(Duration::seconds(1));
        let body = json!({ "category": "02", "title": format!("第{n}根路灯杆倾斜") });
        people.worker.post(&at(VILLAGE, ""), body).await.expect(201);
    }
    report(&people.worker, VILLAGE).await;
    let found = people.worker.get(&at(VILLAGE, "/similar?category=02&title=第3根")).await.expect(200);
    assert_eq!((found.items().len(), &found.items()[0]["title"]), (5, &json!("第3根路灯杆倾斜")));
    people.worker.get(&at(VILLAGE, "/similar?category=77")).await.expect(422);
    let county = people.dispatcher.get(&at(WUHUA, &format!("/similar?category=04&place={VILLAGE}"))).await.expect(200);
    assert_eq!(county.items().len(), 1);
    let elsewhere = test.role(OTHER_VILLAGE, "grid.worker").await;
    assert!(elsewhere.get(&at(OTHER_VILLAGE, "/similar?category=02")).await.expect(200).items().is_empty());
    let village = at(WUHUA, &format!("/similar?place={VILLAGE}"));
    assert_eq!(elsewhere.get(&village).await.expect(422).fields(), ["place"], "only what may be read");
}

#[tokio::test]
async fn a_duplicate_goes_on_as_another_which_tells_it_how_it_ended() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let main = people.dispatched().await;
    let code = shown(&people, &main).await.text("code");
    let (first, second) = (report(&people.worker, VILLAGE).await, report(&people.worker, VILLAGE).await);
    let first_code = shown(&people, &first).await.text("code");
    let into = |code: &str| json!({ "into": code, "reason": "同一堆垃圾" });
    for wrong in [first_code.as_str(), "WG530103001001-000000000000"] {
        let refused = take(&people.dispatcher, &first, "merge", into(wrong)).await.expect(422);
        assert_eq!(refused.fields(), ["into"]);
    }
    // A chain is shortened: what goes on is never itself merged.
    take(&people.dispatcher, &second, "merge", into(&first_code)).await.expect(200);
    let merged = take(&people.dispatcher, &first, "merge", into(&code)).await.expect(200);
    assert_eq!((merged.text("state"), merged.text("phase")), ("merged".into(), "done".into()));
    assert_eq!(merged.text("merged_into"), code);
    assert_eq!(shown(&people, &second).await.text("merged_into"), code);
    assert_eq!(shown(&people, &main).await.body["merged"].as_array().unwrap().len(), 2);
    ended(&people, &main).await;
    for id in [&first, &second] {
        let told = shown(&people, id).await;
        let last = told.body["steps"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["to"], &last["reason"]), (&json!("merged"), &json!(format!("{code}：已清运"))));
    }
    let third = report(&people.worker, VILLAGE).await;
    take(&people.dispatcher, &third, "merge", into(&code)).await.refused(409, "grid.incident.merge_ended");
}

#[tokio::test]
async fn of_two_that_are_merged_into_each_other_at_once_one_goes_on() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (a, b) = (report(&people.worker, VILLAGE).await, report(&people.worker, VILLAGE).await);
    let (code_a, code_b) = (shown(&people, &a).await.text("code"), shown(&people, &b).await.text("code"));
    let first = people.dispatcher.at_once();
    let second = test.role(WUHUA, "grid.dispatcher").await.at_once();
    let why = |into: &str| json!({ "into": into, "reason": "重复" });
    let (one, two) = tokio::join!(take(&first, &a, "merge", why(&code_b)), take(&second, &b, "merge", why(&code_a)));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let open = people.dispatcher.get(&at(WUHUA, "?phase=waiting")).await.expect(200);
    assert_eq!(open.items().len(), 1);
}

#[tokio::test]
async fn whoever_reported_it_is_called_back_once_and_what_did_not_satisfy_is_done_again() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    people.handler.also(HUASHAN, "grid.supervisor").await;
    let id = people.dispatched().await;
    take(&people.dispatcher, &id, "call_back", json!({ "satisfaction": "not" })).await.expect(409);
    ended(&people, &id).await;
    let own =
        people.handler.post(&at(HUASHAN, &format!("/{id}/call_back")), json!({ "satisfaction": "satisfied" })).await;
    own.refused(409, "grid.incident.own_call_back");
    let said = json!({ "satisfaction": "not", "note": "两天又堆起来了" });
    let closed_at = shown(&people, &id).await.text("closed_at");
    test.pass(Duration::hours(1));
    let back = take(&people.dispatcher, &id, "call_back", said.clone()).await.expect(200);
    assert_eq!((back.text("phase"), back.text("satisfaction")), ("done".into(), "not".into()));
    assert_eq!(back.text("closed_at"), closed_at, "it ended when it ended");
    take(&people.dispatcher, &id, "call_back", said).await.refused(409, "base.process.not_now");
    let again = take(&people.dispatcher, &id, "reopen", json!({ "reason": "约定的清运没有做到" })).await.expect(200);
    assert_eq!((again.text("state"), again.text("phase")), ("dispatched".into(), "working".into()));
    assert!(again.body.get("closed_at").is_none() && again.body.get("satisfaction").is_none());
    assert_eq!(people.handler.get("/me/inbox").await.expect(200).items()[0]["matter"], id.as_str());

    ended(&people, &id).await;
    take(&people.dispatcher, &id, "call_back", json!({ "satisfaction": "satisfied" })).await.expect(200);
    let fine = take(&people.dispatcher, &id, "reopen", json!({ "reason": "x" })).await;
    assert_eq!(fine.refused(409, "grid.incident.no_reopening").text("rule"), "GRID.REOPEN.DAYS");
    let late = people.dispatched().await;
    ended(&people, &late).await;
    take(&people.dispatcher, &late, "call_back", json!({ "satisfaction": "not" })).await.expect(200);
    test.pass(Duration::days(20));
    take(&people.dispatcher, &late, "reopen", json!({ "reason": "x" }))
        .await
        .refused(409, "grid.incident.no_reopening");
}
