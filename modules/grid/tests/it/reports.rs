//! What residents report without an account or on paper, and what they learn of it.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::{People, at, people};

fn reports(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/reports{rest}")
}

fn rubbish() -> Value {
    json!({ "place": VILLAGE, "category": "04", "title": "村口垃圾堆放", "reporter_phone": "13888800001" })
}

/// Code and word of a report, for who follows it.
fn key(filed: &Answer) -> Value {
    json!({ "code": filed.text("code"), "word": filed.text("word") })
}

fn with(filed: &Answer, more: Value) -> Value {
    let mut body = key(filed);
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn id_of(by: &User<'_>) -> String {
    by.get(&at(WUHUA, "")).await.expect(200).items()[0]["id"].as_str().unwrap().to_owned()
}

async fn dispatched(people: &People<'_>, id: &str) {
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/accept")), json!({})).await.expect(200);
    people.dispatch(id).await.expect(200);
}

#[tokio::test]
async fn a_resident_without_an_account_reports_and_follows_by_code_and_word() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let stranger = test.stranger();
    let filed = stranger.post(&reports(WUHUA, ""), rubbish()).await.expect(201);
    assert_eq!(filed.text("word").chars().filter(char::is_ascii_digit).count(), 10);
    let id = id_of(&people.dispatcher).await;
    let seen = people.dispatcher.get(&at(WUHUA, &format!("/{id}"))).await.expect(200);
    assert_eq!((seen.text("channel"), seen.text("reported_by")), ("resident".into(), "反映人".into()));
    assert_eq!(seen.text("reporter_phone"), "138****0001");
    assert!(!seen.body.to_string().contains(&filed.text("word")));
    dispatched(&people, &id).await;

    let path = reports(VILLAGE, "/follow");
    let followed = stranger.post(&path, key(&filed)).await.expect(200);
    assert_eq!((followed.text("phase"), followed.text("/state_title/zh")), ("working".into(), "待处置".into()));
    let past: Vec<_> = followed.body["past"].as_array().unwrap().iter().map(|step| &step["title"]["zh"]).collect();
    assert_eq!(past, ["提交", "受理", "派单"]);
    for name in [&people.dispatcher.name, &people.handler.name] {
        assert!(!followed.body.to_string().contains(name.as_str()), "names of staff are not shown");
    }
    // Which of the two is wrong is not said, nor whether there is such a code.
    let mut told = Vec::new();
    for wrong in [
        json!({ "code": filed.text("code"), "word": "0000 000 000" }),
        json!({ "code": "WG530102001001-000000000000", "word": filed.text("word") }),
    ] {
        let refused = stranger.post(&path, wrong).await.expect(422);
        told.push((refused.text("/errors/0/field"), refused.text("/errors/0/message")));
    }
    assert_eq!(told[0], told[1]);
    let unknown = json!({ "place": "530103001001", "category": "77", "title": " " });
    assert_eq!(stranger.post(&reports(WUHUA, ""), unknown).await.expect(422).fields(), ["place"]);
    let county = json!({ "category": "04", "title": "x" });
    assert_eq!(stranger.post(&reports(WUHUA, ""), county).await.expect(422).fields(), ["place"]);
}

#[tokio::test]
async fn a_report_that_is_sent_five_times_under_one_key_is_one_incident_with_one_word() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let stranger = test.stranger().header("idempotency-key", "a-page-1");
    let first = stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
    for _ in 0..4 {
        let again = stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
        assert_eq!((again.text("code"), again.text("word")), (first.text("code"), first.text("word")));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
    assert_eq!(worker.get(&at(VILLAGE, "")).await.expect(200).items().len(), 1);
    let other = json!({ "category": "02", "title": "别的事" });
    assert_eq!(stranger.post(&reports(VILLAGE, ""), other).await.expect(422).fields(), ["Idempotency-Key"]);
    let bad = test.stranger().header("idempotency-key", "a b");
    assert_eq!(bad.post(&reports(VILLAGE, ""), rubbish()).await.expect(422).fields(), ["Idempotency-Key"]);
}

#[tokio::test]
async fn of_five_that_arrive_at_once_one_is_filed() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let stranger = test.stranger().header("idempotency-key", "a-page-2").at_once();
    let path = reports(VILLAGE, "");
    let send = || stranger.post(&path, rubbish());
    let (a, b, c, d, e) = tokio::join!(send(), send(), send(), send(), send());
    let codes: Vec<String> = [a, b, c, d, e]
        .into_iter()
        .filter(|answer| match answer.status.as_u16() {
            201 => true,
            _ => answer.body["code"] != "base.idempotency.busy",
        })
        .map(|answer| answer.expect(201).text("code"))
        .collect();
    assert!(codes.iter().all(|code| *code == codes[0]) && !codes.is_empty());
    assert_eq!(worker.get(&at(VILLAGE, "")).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn nobody_buries_a_village_in_reports() {
    let test = TestApp::with(&[&MODULE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let few = json!({ "value": 5, "reason": "县里要求" });
    admin.put(&format!("/places/{WUHUA}/rules/GRID.REPORT.PER_HOUR"), few).await.expect(204);
    let stranger = test.stranger();
    for _ in 0..5 {
        stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
    }
    let refused = stranger.post(&reports(VILLAGE, ""), rubbish()).await.refused(409, "grid.report.too_many");
    assert_eq!(refused.text("rule"), "GRID.REPORT.PER_HOUR");
    let clerk = test.role(VILLAGE, "grid.worker").await;
    clerk.post(&format!("/places/{VILLAGE}/grid/paper_reports"), rubbish()).await.expect(201);
    test.pass(Duration::minutes(61));
    stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
}

#[tokio::test]
async fn whoever_reported_it_says_whether_it_satisfied_or_takes_it_back() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let stranger = test.stranger();
    let filed = stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
    let id = id_of(&people.dispatcher).await;
    let said = json!({ "satisfaction": "not", "note": "只清了一半" });
    stranger.post(&reports(VILLAGE, "/rate"), with(&filed, said.clone())).await.refused(409, "base.process.not_now");
    dispatched(&people, &id).await;
    let late = with(&filed, json!({ "reason": "x" }));
    stranger.post(&reports(VILLAGE, "/withdraw"), late).await.refused(409, "base.process.not_now");
    people.handler.post(&at(HUASHAN, &format!("/{id}/handle")), json!({ "outcome": "已清运" })).await.expect(200);
    people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await.expect(200);
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/close")), json!({})).await.expect(200);
    let rated = stranger.post(&reports(VILLAGE, "/rate"), with(&filed, said)).await.expect(200);
    assert_eq!((rated.text("phase"), rated.text("outcome")), ("done".into(), "已清运".into()));
    people.dispatcher.post(&at(WUHUA, &format!("/{id}/reopen")), json!({ "reason": "没清完" })).await.expect(200);

    let filed = stranger.post(&reports(VILLAGE, ""), rubbish()).await.expect(201);
    let wish = with(&filed, json!({ "reason": "已经自己解决了" }));
    let gone = stranger.post(&reports(VILLAGE, "/withdraw"), wish).await.expect(200);
    assert_eq!((gone.text("/state_title/en"), gone.text("phase")), ("Withdrawn".into(), "done".into()));
    assert_eq!(gone.text("/past/1/reason"), "已经自己解决了");
    assert!(people.dispatcher.get("/me/inbox").await.expect(200).items().is_empty());
}

#[tokio::test]
async fn what_was_written_on_paper_is_typed_in_and_followed_like_the_rest() {
    let test = TestApp::with(&[&MODULE]).await;
    let clerk = test.role(VILLAGE, "grid.worker").await;
    let form = test.stranger().get(&format!("/places/{VILLAGE}/grid/paper_reports/form")).await.expect(200);
    let form = form.body.as_str().unwrap().to_owned();
    assert!(form.contains("反映单") && form.contains("☐ 04 人居环境") && form.contains("个人信息保护法"));
    let typing = clerk.header("idempotency-key", "paper-1");
    let path = format!("/places/{VILLAGE}/grid/paper_reports");
    let filed = typing.post(&path, rubbish()).await.expect(201);
    assert_eq!(typing.post(&path, rubbish()).await.expect(201).text("word"), filed.text("word"));
    let list = clerk.get(&at(VILLAGE, "")).await.expect(200);
    assert_eq!((list.items().len(), &list.items()[0]["channel"]), (1, &json!("paper")));
    test.stranger().post(&reports(WUHUA, "/follow"), key(&filed)).await.expect(200);
    test.role(VILLAGE, "grid.handler").await.post(&path, rubbish()).await.expect(403);
}
