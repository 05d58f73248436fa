//! Reforms: many papers cancelled at once, what is counted before and after, and how everybody reads of it.

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
    let file = test.stranger().get(&at(WUHUA, "/open/catalogue.json")).await.expect(200);
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
        let reform = json!({ "title": "清理", "reason": "已能核验", "items": items });
        editor.post(&at(WUHUA, "/reforms"), reform).await
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
