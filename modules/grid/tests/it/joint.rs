//! Joint handling: who co-operates, who objects, and when the lead can say that it is handled.

use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::{People, at, people, report};

fn parties(rest: &str) -> String {
    format!("/places/{WUHUA}/grid/parties{rest}")
}

async fn take(by: &User<'_>, party: &str, step: &str, body: Value) -> Answer {
    by.post(&parties(&format!("/{party}/{step}")), body).await
}

/// An incident that two co-operate in, and the ids of these parties.
async fn joint(people: &People<'_>, others: &[&User<'_>]) -> (String, Vec<String>) {
    let id = report(&people.worker, VILLAGE).await;
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/accept")), json!({})).await.expect(200);
    let with: Vec<_> = others.iter().map(|one| json!({ "contact": one.id })).collect();
    let body = json!({ "to": people.handler.id, "with": with });
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/dispatch")), body).await.expect(200);
    let listed = people.dispatcher.get(&parties(&format!("?incident={id}"))).await.expect(200);
    let of = |one: &&User<'_>| {
        let row = listed.items().iter().find(|row| row["contact"] == one.id.to_string()).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    (id, others.iter().map(of).collect())
}

async fn handle(people: &People<'_>, id: &str) -> Answer {
    people.handler.post(&at(WUHUA, &format!("/{id}/handle")), json!({ "outcome": "已清运" })).await
}

#[tokio::test]
async fn the_lead_says_it_is_handled_when_every_party_has_done_its_part() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (first, second) = (test.role(HUASHAN, "grid.handler").await, test.role(WUHUA, "grid.handler").await);
    let (id, ids) = joint(&people, &[&first, &second]).await;
    let inbox = first.get("/me/inbox").await.expect(200);
    assert_eq!((&inbox.items()[0]["action"], &inbox.items()[0]["matter"]), (&json!("grid.party.join"), &json!(ids[0])));
    let refused = handle(&people, &id).await.refused(409, "grid.incident.parties_open");
    assert_eq!(refused.body["current"].as_array().unwrap().len(), 2);
    assert!(refused.text("source").contains("第十四条"));

    take(&second, &ids[0], "join", json!({})).await.refused(409, "grid.party.not_contact");
    take(&first, &ids[0], "join", json!({})).await.expect(200);
    assert_eq!(first.get("/me/inbox").await.expect(200).items()[0]["action"], "grid.party.finish");
    take(&first, &ids[0], "finish", json!({ "outcome": "已派人到场" })).await.expect(200);
    handle(&people, &id).await.refused(409, "grid.incident.parties_open");
    take(&second, &ids[1], "finish", json!({ "outcome": "已检查" })).await.expect(200);
    handle(&people, &id).await.expect(200);
    let shown = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let told: Vec<_> = shown.body["parties"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(told, [json!("已派人到场"), json!("已检查")]);
}

#[tokio::test]
async fn an_objection_goes_to_the_dispatcher_who_asks_again_replaces_or_lets_go() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (first, other) = (test.role(HUASHAN, "grid.handler").await, test.role(HUASHAN, "grid.handler").await);
    let (id, ids) = joint(&people, &[&first]).await;
    assert_eq!(take(&first, &ids[0], "object", json!({})).await.expect(422).fields(), ["reason"]);
    take(&first, &ids[0], "object", json!({ "reason": "不在职责范围" })).await.expect(200);
    let inbox = people.dispatcher.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["action"], "grid.party.ask_again");
    for nobody in [&people.worker, &people.handler] {
        let theirs = nobody.get("/me/inbox").await.expect(200);
        assert!(theirs.items().iter().all(|task| task["kind"] != "grid.party"), "only the dispatcher answers it");
    }
    handle(&people, &id).await.refused(409, "grid.incident.parties_open");
    take(&people.dispatcher, &ids[0], "ask_again", json!({ "reason": "三定方案第五条" })).await.expect(200);
    take(&first, &ids[0], "object", json!({ "reason": "已划转" })).await.expect(200);
    let why = json!({ "by": { "contact": first.id }, "reason": "x" });
    take(&people.dispatcher, &ids[0], "replace", why).await.expect(200);
    let listed = people.dispatcher.get(&parties(&format!("?incident={id}&phase=waiting"))).await.expect(200);
    let again = listed.items()[0]["id"].as_str().unwrap().to_owned();
    let why = json!({ "by": { "contact": other.id }, "reason": "职责在该单位" });
    take(&people.dispatcher, &again, "replace", why).await.expect(200);
    let listed = people.dispatcher.get(&parties(&format!("?incident={id}&phase=waiting"))).await.expect(200);
    assert_eq!(listed.items()[0]["contact"], other.id.to_string());
    let last = listed.items()[0]["id"].as_str().unwrap().to_owned();
    take(&people.dispatcher, &last, "release", json!({ "reason": "已不需要" })).await.expect(200);
    handle(&people, &id).await.expect(200);
    let seen = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!(seen.text("state"), "handled", "it went on with the lead all the while");
}

#[tokio::test]
async fn one_more_is_asked_while_the_lead_is_at_work_and_nobody_twice() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (first, other) = (test.role(HUASHAN, "grid.handler").await, test.role(HUASHAN, "grid.handler").await);
    let (id, _) = joint(&people, &[&first]).await;
    let ask = |who: String| json!({ "party": { "contact": who }, "note": "请到现场" });
    let path = at(WUHUA, &format!("/{id}/ask"));
    people.dispatcher.post(&path, ask(other.id.to_string())).await.expect(200);
    for wrong in [first.id.to_string(), people.worker.id.to_string()] {
        let refused = people.dispatcher.post(&path, ask(wrong)).await.expect(422);
        assert_eq!(refused.fields(), ["party.contact"]);
    }
    let unknown = json!({ "party": { "contact": other.id, "organisation": other.id } });
    assert_eq!(people.dispatcher.post(&path, unknown).await.expect(422).fields(), ["party.organisation"]);
    people.handler.post(&path, ask(first.id.to_string())).await.expect(403);
    let fresh = report(&people.worker, VILLAGE).await;
    let early = people.dispatcher.post(&at(WUHUA, &format!("/{fresh}/ask")), ask(other.id.to_string())).await;
    early.refused(409, "grid.party.not_going_on");
    let twice = json!({ "to": people.handler.id, "with": [{ "contact": other.id }, { "contact": other.id }] });
    people.dispatcher.post(&at(WUHUA, &format!("/{fresh}/accept")), json!({})).await.expect(200);
    let refused = people.dispatcher.post(&at(WUHUA, &format!("/{fresh}/dispatch")), twice).await.expect(422);
    assert_eq!(refused.fields(), ["with.1.contact"]);
    let elsewhere = test.role(OTHER_VILLAGE, "grid.leader").await;
    assert!(elsewhere.get(&parties("")).await.expect(200).items().is_empty(), "of another village");
}

#[tokio::test]
async fn when_it_has_ended_nobody_has_to_co_operate_any_more() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let first = test.role(HUASHAN, "grid.handler").await;
    let (id, ids) = joint(&people, &[&first]).await;
    let main = report(&people.worker, VILLAGE).await;
    let code = people.dispatcher.get(&at(WUHUA, &format!("/{main}"))).await.expect(200).text("code");
    let into = json!({ "into": code, "reason": "同一件事" });
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/merge")), into).await.expect(200);
    test.settle().await;
    assert!(first.get("/me/inbox").await.expect(200).items().is_empty());
    let party = people.dispatcher.get(&parties(&format!("/{}", ids[0]))).await.expect(200);
    assert_eq!((party.text("state"), party.text("phase")), ("released".into(), "done".into()));
}

#[tokio::test]
async fn a_party_is_asked_once_more_or_it_is_handled_and_never_both() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (first, other) = (test.role(HUASHAN, "grid.handler").await, test.role(HUASHAN, "grid.handler").await);
    let (id, ids) = joint(&people, &[&first]).await;
    take(&first, &ids[0], "finish", json!({ "outcome": "已到场" })).await.expect(200);
    let (dispatcher, handler) = (people.dispatcher.at_once(), people.handler.at_once());
    let (ask, done) = (at(WUHUA, &format!("/{id}/ask")), at(WUHUA, &format!("/{id}/handle")));
    let (asked, handled) = tokio::join!(
        dispatcher.post(&ask, json!({ "party": { "contact": other.id } })),
        handler.post(&done, json!({ "outcome": "已清运" }))
    );
    let mut statuses = [asked.status.as_u16(), handled.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{:#} {:#}", asked.body, handled.body);
}

#[tokio::test]
async fn twenty_answers_of_one_party_at_once_are_one() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let first = test.role(HUASHAN, "grid.handler").await;
    let (_, ids) = joint(&people, &[&first]).await;
    let hers = first.at_once();
    let (join, object, finish) = tokio::join!(
        take(&hers, &ids[0], "object", json!({ "reason": "不归我们" })),
        take(&hers, &ids[0], "object", json!({ "reason": "确实不归我们" })),
        take(&hers, &ids[0], "object", json!({ "reason": "请转他人" })),
    );
    let won = [&join, &object, &finish].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    for lost in [join, object, finish].into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(lost.refused(409, "base.process.not_now").text("/current/state"), "objected");
    }
}

#[tokio::test]
async fn closed_is_not_the_same_as_solved() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let handled = async || {
        let id = people.dispatched().await;
        handle(&people, &id).await.expect(200);
        id
    };
    let verify = async |id: &str, body: Value| people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), body).await;
    let close = async |id: &str, body: Value| people.dispatcher.post(&at(WUHUA, &format!("/{id}/close")), body).await;

    let solved = handled().await;
    verify(&solved, json!({})).await.expect(200);
    assert_eq!(close(&solved, json!({})).await.expect(200).text("ending"), "solved");

    let stuck = handled().await;
    let unexplained = verify(&stuck, json!({ "finding": "not_solvable" })).await.expect(422);
    assert_eq!(unexplained.fields(), ["reason"]);
    verify(&stuck, json!({ "finding": "not_solvable", "reason": "须上级立项" })).await.expect(200);
    close(&stuck, json!({ "ending": "solved", "reason": "x" })).await.refused(409, "grid.incident.not_solved");
    assert_eq!(close(&stuck, json!({})).await.expect(200).text("ending"), "not_solvable");

    let withdrawn = handled().await;
    verify(&withdrawn, json!({})).await.expect(200);
    assert_eq!(close(&withdrawn, json!({ "ending": "withdrawn" })).await.expect(422).fields(), ["reason"]);
    let body = json!({ "ending": "withdrawn", "reason": "反映人来电撤回" });
    assert_eq!(close(&withdrawn, body).await.expect(200).text("ending"), "withdrawn");

    for (ending, id) in [("solved", &solved), ("not_solvable", &stuck), ("withdrawn", &withdrawn)] {
        let list = people.dispatcher.get(&at(WUHUA, &format!("?ending={ending}"))).await.expect(200);
        assert_eq!((list.items().len(), &list.items()[0]["id"]), (1, &json!(id)), "{ending}");
    }
    people.dispatcher.get(&at(WUHUA, "?ending=done")).await.expect(422);
}
