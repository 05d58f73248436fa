//! Reforms: many papers cancelled at once, what is counted before and after, and how everybody reads of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use jizuo_testing::places::{ESHAN, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use crate::{at, lookup, platform, poverty, publish};

fn paper(n: usize) -> Value {
    let mut item = poverty();
    item["code"] = json!(format!("local_{n}"));
    item["name"] = json!(format!("第{n}类困难证明"));
    item["aliases"] = json!([]);
    item
}

async fn people(test: &TestApp) -> (User<'_>, User<'_>) {
    (test.role(WUHUA, "certificates.editor").await, test.role(WUHUA, "certificates.reviewer").await)
}

async fn counts(test: &TestApp) -> Vec<(i64, i64)> {
    let day = (test.now() - Duration::days(30)).format("%Y-%m-%d");
    let told = test.stranger().get(&at(WUHUA, &format!("/comparison?from={day}"))).await.expect(200);
    let counts = told.body["counts"].as_array().unwrap().clone();
    counts.iter().map(|one| (one["before"].as_i64().unwrap(), one["after"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn forty_two_papers_are_cancelled_at_once_and_the_counters_say_so() {
    let test = platform().await;
    let (editor, reviewer) = people(&test).await;
    publish(&test, PROVINCE, {
        let mut item = poverty();
        item["code"] = json!("provincial");
        item["name"] = json!("省定困难证明");
        item["aliases"] = json!([]);
        item
    })
    .await;
    for n in 0..53 {
        let id = editor.post(&at(WUHUA, "/items"), paper(n)).await.expect(201).text("id");
        reviewer.post(&at(WUHUA, &format!("/items/{id}/publish")), json!({})).await.expect(200);
    }
    test.pass(Duration::days(60));
    assert_eq!(counts(&test).await, [(54, 54), (0, 0), (20, 20)]);
    let items: Vec<String> = (0..40).map(|n| format!("local_{n}")).collect();
    let body = json!({
        "title": "2026年证明事项清理", "reason": "部门间已能核验", "items": items, "replacement": "data_check",
        "changes": [
            { "code": "local_40", "replacement": "commitment", "next_door": "向法律援助中心书面承诺" },
            { "code": "provincial", "replacement": "self_check" },
        ],
    });
    let reform = editor.post(&at(WUHUA, "/reforms"), body).await.expect(201);
    assert_eq!(reform.text("cancelled"), "42");
    assert_eq!(counts(&test).await[0], (54, 54), "nothing is in force before it is published");
    let path = at(WUHUA, &format!("/reforms/{}/publish", reform.text("id")));
    editor.post(&path, json!({})).await.expect(403);
    let published = reviewer.post(&path, json!({})).await.expect(200);
    assert_eq!((published.text("retained_before"), published.text("retained_after")), ("54".into(), "12".into()));
    reviewer.post(&path, json!({})).await.refused(409, "base.process.not_now");
    test.settle().await;
    assert_eq!(counts(&test).await, [(54, 12), (0, 42), (20, 20)]);

    let told = test.stranger().get(&lookup(VILLAGE, "第40类困难证明")).await.expect(200);
    let first = &told.body["answers"][0];
    assert_eq!((&first["answer"], &first["replacement"]), (&json!("replaced"), &json!("commitment")));
    assert_eq!(first["next_door"]["zh"], "向法律援助中心书面承诺");
    // What the province laid down is spoken over here, and stands elsewhere.
    test.switch(ESHAN, "certificates", "on").await;
    for (place, answer) in [(VILLAGE, "replaced"), (ESHAN, "issued_here")] {
        let told = test.stranger().get(&lookup(place, "provincial")).await.expect(200);
        assert_eq!(told.body["answers"][0]["answer"], answer, "{place}");
    }
    let file = test.stranger().get(&at(WUHUA, "/open")).await.expect(200);
    let entries = file.body.as_array().unwrap();
    assert_eq!(entries.iter().filter(|one| one["answer"] == "replaced").count(), 42);
    let csv = test.stranger().get(&at(WUHUA, "/open/catalogue.csv")).await.expect(200);
    assert_eq!(String::from_utf8_lossy(&csv.bytes).lines().count(), 1 + entries.len());
    let poster = test.stranger().get(&at(VILLAGE, "/poster")).await.expect(200);
    let poster = String::from_utf8_lossy(&poster.bytes).into_owned();
    assert!(poster.contains("健在证明") && poster.contains("向法律援助中心书面承诺"), "{poster}");
}

#[tokio::test]
async fn a_reform_is_whole_or_nothing() {
    let test = platform().await;
    let (editor, reviewer) = people(&test).await;
    let id = publish(&test, WUHUA, paper(1)).await;
    publish(&test, WUHUA, paper(2)).await;
    let propose = async |items: Value| {
        let body = json!({ "title": "清理", "reason": "已能核验", "items": items });
        editor.post(&at(WUHUA, "/reforms"), body).await
    };
    for (items, field) in [
        (json!([]), "items"),
        (json!(["being_alive"]), "changes[0].code"),
        (json!(["local_1", "nothing_such"]), "changes[1].code"),
        (json!(["local_1", "local_1"]), "changes[1].code"),
    ] {
        assert_eq!(propose(items).await.expect(422).fields(), [field]);
    }
    let reform = propose(json!(["local_1", "local_2"])).await.expect(201).text("id");
    let retire = at(WUHUA, &format!("/items/{id}/retire"));
    reviewer.post(&retire, json!({ "reason": "上位法已取消" })).await.expect(200);
    let path = at(WUHUA, &format!("/reforms/{reform}/publish"));
    reviewer.post(&path, json!({})).await.refused(409, "certificates.item.moved");
    let told = test.stranger().get(&lookup(VILLAGE, "local_2")).await.expect(200);
    assert_eq!(told.body["answers"][0]["answer"], "issued_here", "the other one stands as it was");
    let village = test.role(VILLAGE, "certificates.editor").await;
    village
        .post(&at(VILLAGE, "/reforms"), json!({ "title": "清理", "reason": "x", "items": ["local_2"] }))
        .await
        .refused(409, "certificates.item.level");
}

#[tokio::test]
async fn of_two_reforms_published_by_many_at_once_one_cancels_the_paper() {
    let test = platform().await;
    let (editor, reviewer) = people(&test).await;
    publish(&test, WUHUA, paper(1)).await;
    let body = json!({ "title": "清理", "reason": "已能核验", "items": ["local_1"] });
    let mut steps = Vec::new();
    for _ in 0..2 {
        let id = editor.post(&at(WUHUA, "/reforms"), body.clone()).await.expect(201).text("id");
        steps.extend(std::iter::repeat_n(at(WUHUA, &format!("/reforms/{id}/publish")), 6));
    }
    let tasks = steps.iter().map(|path| {
        let reviewer = reviewer.at_once();
        async move { reviewer.post(path, json!({})).await.status.as_u16() }
    });
    let mut statuses = crate::together(tasks).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![409; 11]].concat());
    let kept = reviewer.get(&at(WUHUA, "/items?code=local_1")).await.expect(200);
    let states: Vec<_> = kept.items().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["in_force", "retired"], "followed once");
}

#[tokio::test]
async fn a_sheet_of_items_is_proposed_and_published_at_once_or_every_wrong_row_is_named() {
    let test = platform().await;
    let (editor, reviewer) = people(&test).await;
    let import = async |text: &str| {
        let content = STANDARD.encode(text);
        editor.post(&at(WUHUA, "/items/import"), json!({ "content": content })).await
    };
    let head = "某县证明事项,,,,,,,,,\n名称,类型,依据类型,设定依据,条款,开具单位,索要单位,替代方式,到哪里办,俗称\n";
    let good = "家庭经济困难证明,保留,行政法规,法律援助条例,第十七条,乡镇人民政府,法律援助中心,,,贫困证明、困难证明\n\
                收入证明,替代,,,,,县民政局,数据核验,,\n自建房安全证明,不出具,,,,,,,到住建局申请鉴定,\n";
    let bad = "健在证明,保留,法律,老年法,第一条,村委会,,,,\n工作证明,替代,,,,,,猜一猜,,\n贫困户证明,留着,,,,,,,,\n";
    let refused = import(&format!("{head}{good}{bad}")).await.expect(422);
    let told: Vec<_> = refused.fields().iter().map(|field| (*field).to_owned()).collect();
    assert_eq!(told, ["rows[6].name", "rows[7].replacement", "rows[8].status_kind"], "{:#}", refused.body);
    assert!(
        refused.body.to_string().contains("社会保险"),
        "a row that the negative list stops is told the next door, too"
    );
    assert!(editor.get(&at(WUHUA, "/items")).await.expect(200).items().is_empty(), "nothing of it is proposed");
    assert_eq!(import("a,b\n1,2\n").await.expect(422).fields(), ["content"]);

    assert_eq!(import(&format!("{head}{good}")).await.expect(200).text("proposed"), "3");
    let again = import(&format!("{head}{good}")).await.expect(200);
    assert_eq!(
        (again.text("proposed"), again.text("known")),
        ("0".into(), "3".into()),
        "the same sheet twice changes nothing"
    );
    let proposed = reviewer.get(&at(WUHUA, "/items?state=proposed")).await.expect(200);
    let codes: Vec<_> = proposed.items().iter().map(|item| item["code"].clone()).collect();
    assert!(codes.contains(&json!("shouruzhengming")), "{codes:?}");
    let ids: Vec<_> = proposed.items().iter().map(|item| item["id"].clone()).collect();
    let publish = at(WUHUA, "/items/publish");
    let mut unknown = ids.clone();
    unknown.push(json!("0192f0c0-0000-7000-8000-000000000001"));
    reviewer.post(&publish, json!({ "items": unknown })).await.expect(404);
    assert_eq!(reviewer.get(&at(WUHUA, "/items?state=in_force")).await.expect(200).items().len(), 0, "all or none");
    editor.post(&publish, json!({ "items": ids })).await.expect(403);
    assert_eq!(reviewer.post(&publish, json!({ "items": ids })).await.expect(200).text("published"), "3");
    let told = test.stranger().get(&lookup(VILLAGE, "贫困证明")).await.expect(200);
    assert_eq!(told.body["answers"][0]["answer"], "issued_here");
}

#[tokio::test]
async fn a_countys_own_review_of_items_is_not_passed_by_and_stands_in_the_life_of_reforms_instead() {
    let test = platform().await;
    publish(&test, WUHUA, paper(1)).await;
    let (editor, reviewer) = people(&test).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = |of: &str| format!("/places/{WUHUA}/processes/certificates.{of}");
    let review = |of: &str| {
        let publish = format!("certificates.{of}.publish");
        let title = json!({ "zh": "司法局审核", "en": "Review by the justice office" });
        json!({ "overlay": { "add": [{ "id": "legal_review", "title": title, "before": publish, "permission": publish }] },
            "reason": "县司法局要求" })
    };
    let reforms = at(WUHUA, "/reforms");
    let body = json!({ "title": "清理", "reason": "数据可核", "items": ["local_1"] });
    admin.put(&process("item"), review("item")).await.expect(204);
    let refused = editor.post(&reforms, body.clone()).await;
    refused.refused(409, "certificates.item.more_steps");

    let seen = admin.get(&process("item")).await.expect(200).header("etag").unwrap_or_default().to_owned();
    let none = json!({ "overlay": {}, "reason": "改设到清理方案" });
    admin.header("if-match", seen).put(&process("item"), none).await.expect(204);
    admin.put(&process("reform"), review("reform")).await.expect(204);
    let path = format!("{reforms}/{}", editor.post(&reforms, body).await.expect(201).text("id"));
    reviewer.post(&format!("{path}/publish"), json!({})).await.refused(409, "base.process.not_now");
    reviewer.post(&format!("{path}/local/legal_review"), json!({})).await.expect(200);
    let done = reviewer.post(&format!("{path}/publish"), json!({})).await.expect(200);
    assert_eq!(
        (done.text("retained_before"), done.text("retained_after")),
        ("1".into(), "0".into()),
        "{:#}",
        done.body
    );
}

#[tokio::test]
async fn the_same_sheet_sent_by_three_at_once_proposes_its_items_once() {
    let test = platform().await;
    let one = test.user(WUHUA, &["certificates.item.propose"]).await.at_once();
    let (two, three) = (one.clone(), one.clone());
    let rows = (1..=20).map(|n| format!("第{n}种证明,替代,数据核验\n")).collect::<String>();
    let sheet = json!({ "content": STANDARD.encode(format!("名称,类型,替代方式\n{rows}")) });
    let import = async |by: &User<'_>| by.post(&at(WUHUA, "/items/import"), sheet.clone()).await.expect(200);
    let (a, b, c) = tokio::join!(import(&one), import(&two), import(&three));
    let count = |what: &str| -> i64 { [&a, &b, &c].map(|answer| answer.body[what].as_i64().unwrap()).iter().sum() };
    assert_eq!((count("proposed"), count("known")), (20, 40));
}

#[tokio::test]
async fn a_county_without_papers_sends_nobody_for_one() {
    let test = platform().await;
    publish(&test, WUHUA, paper(1)).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let settings = format!("/places/{WUHUA}/modules/certificates/settings");
    for (on, answer) in [(true, "replaced"), (false, "issued_here")] {
        let seen = admin.get(&settings).await.expect(200).header("etag").unwrap_or_default().to_owned();
        admin.header("if-match", seen).put(&settings, json!({ "certificate_free": on })).await.expect(204);
        let told = test.stranger().get(&lookup(VILLAGE, "local_1")).await.expect(200);
        assert_eq!(told.body["answers"][0]["answer"], answer);
    }
}

#[tokio::test]
async fn a_paper_is_found_by_how_it_sounds() {
    let test = platform().await;
    for (asked, code) in [("jianzai", "being_alive"), ("wufanzuijilu", "no_criminal_record"), ("jzzm", "being_alive")] {
        let told = test.stranger().get(&lookup(VILLAGE, asked)).await.expect(200);
        let codes: Vec<_> = told.body["answers"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
        assert!(codes.contains(&json!(code)), "{asked}: {codes:?}");
    }
}
