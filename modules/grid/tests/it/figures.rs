//! What is counted from the incidents stays right through every change, from the rows and from the tally alike.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, KUNMING, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use super::{People, at, people, report};

/// The values of a figure at a place, by label.
async fn figure(test: &TestApp, place: &str, id: &str) -> Value {
    let viewer = test.role(place, "base.viewer").await;
    let shown = viewer.get(&format!("/places/{place}/statistics/grid.incidents.{id}")).await.expect(200);
    let mut sums = serde_json::Map::new();
    for figure in shown.body["rows"].as_array().unwrap() {
        let label = figure["label"].as_str().unwrap().to_owned();
        let sum = sums.get(&label).and_then(Value::as_i64).unwrap_or(0) + figure["value"].as_i64().unwrap();
        sums.insert(label, json!(sum));
    }
    Value::Object(sums)
}

/// The same from the rows of a township and a county, and from the tally of a prefecture and the province.
async fn everywhere(test: &TestApp, id: &str, wanted: Value) {
    for place in [HUASHAN, WUHUA, KUNMING, PROVINCE] {
        assert_eq!(figure(test, place, id).await, wanted, "{id} at {place}");
    }
}

async fn take(by: &User<'_>, id: &str, step: &str, body: Value) {
    by.post(&at(WUHUA, &format!("/{id}/{step}")), body).await.expect(200);
}

async fn handled(people: &People<'_>, id: &str) {
    take(&people.dispatcher, id, "accept", json!({})).await;
    take(&people.dispatcher, id, "dispatch", json!({ "to": people.handler.id })).await;
    take(&people.handler, id, "handle", json!({ "outcome": "已清运" })).await;
}

async fn closed(people: &People<'_>, id: &str) {
    people.worker.post(&at(VILLAGE, &format!("/{id}/verify")), json!({})).await.expect(200);
    take(&people.dispatcher, id, "close", json!({})).await;
}

#[tokio::test]
async fn figures_follow_every_change_and_agree_at_every_level() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let first = report(&people.worker, VILLAGE).await;
    let second = report(&people.worker, VILLAGE).await;
    let third = report(&people.worker, VILLAGE).await;
    everywhere(&test, "opened", json!({ "04": 3 })).await;
    everywhere(&test, "in_time", json!({ "open": 3 })).await;

    handled(&people, &first).await;
    closed(&people, &first).await;
    everywhere(&test, "in_time", json!({ "in_time": 1, "open": 2 })).await;
    everywhere(&test, "near", json!({ "beyond": 1 })).await;

    // Solved by who saw it, and seen by the leader: it never left the village.
    take(&people.worker, &second, "solve", json!({ "outcome": "已清扫" })).await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    leader.post(&at(VILLAGE, &format!("/{second}/verify")), json!({})).await.expect(200);
    take(&people.dispatcher, &second, "close", json!({})).await;
    everywhere(&test, "near", json!({ "beyond": 1, "village": 1 })).await;

    // Late.
    test.pass(Duration::days(20));
    handled(&people, &third).await;
    closed(&people, &third).await;
    everywhere(&test, "in_time", json!({ "in_time": 2, "late": 1 })).await;
    let zero = async |place: &str| {
        let reader = test.user(place, &["grid.incident.read"]).await;
        let zeros = reader.get(&format!("/places/{place}/grid/zeros")).await.expect(200);
        let zeros = zeros.body.as_array().unwrap().clone();
        zeros.into_iter().find(|zero| zero["zero"] == "pollution").unwrap()
    };
    let fields =
        |zero: &Value| ["reported", "solved", "open", "unsolved", "recurring"].map(|name| zero[name].as_i64().unwrap());
    for place in [VILLAGE, WUHUA] {
        assert_eq!(fields(&zero(place).await), [3, 3, 0, 0, 0], "{place}");
    }

    // Done again: what its end counted for is taken back, and comes again with the next end.
    take(&people.dispatcher, &first, "call_back", json!({ "satisfaction": "not" })).await;
    take(&people.dispatcher, &first, "reopen", json!({ "reason": "又堆满了" })).await;
    everywhere(&test, "in_time", json!({ "in_time": 1, "late": 1, "open": 1 })).await;
    everywhere(&test, "near", json!({ "beyond": 1, "village": 1 })).await;
    assert_eq!(fields(&zero(VILLAGE).await), [3, 2, 1, 0, 1]);
    take(&people.handler, &first, "handle", json!({ "outcome": "再清运" })).await;
    let not = json!({ "finding": "not_solvable", "reason": "没有堆放场地" });
    people.worker.post(&at(VILLAGE, &format!("/{first}/verify")), not).await.expect(200);
    take(&people.dispatcher, &first, "close", json!({})).await;
    let zero = zero(WUHUA).await;
    assert_eq!(fields(&zero), [3, 2, 0, 1, 1], "what was not solved, and what came again, is bad");

    // Behind each figure stands its list.
    let list = people.dispatcher.get(&format!("/places/{WUHUA}/grid{}", zero["incidents"].as_str().unwrap())).await;
    assert_eq!(list.expect(200).items().len(), 3);
    let later = people.dispatcher.get(&at(WUHUA, "?from=2026-03-03")).await.expect(200);
    assert!(later.items().is_empty(), "{:#}", later.body);
    assert_eq!(people.dispatcher.get(&at(WUHUA, "?from=2026-03-02&to=2026-03-02")).await.expect(200).items().len(), 3);
}

#[tokio::test]
async fn declined_and_merged_are_nothing_to_solve_and_hot_spots_have_a_trend() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let first = report(&people.worker, VILLAGE).await;
    test.pass(Duration::days(31));
    let second = report(&people.worker, VILLAGE).await;
    let third = report(&people.worker, VILLAGE).await;
    let fourth = report(&people.worker, VILLAGE).await;
    let code = people.dispatcher.get(&at(WUHUA, &format!("/{third}"))).await.expect(200).text("code");
    take(&people.dispatcher, &second, "merge", json!({ "into": code, "reason": "同一处" })).await;
    take(&people.dispatcher, &first, "reject", json!({ "reason": "不属于受理范围" })).await;
    let reader = &people.dispatcher;
    let zeros = reader.get(&format!("/places/{WUHUA}/grid/zeros?from=2026-03-01&to=2026-04-30")).await.expect(200);
    let zero = zeros.body.as_array().unwrap().iter().find(|zero| zero["zero"] == "pollution").unwrap().clone();
    assert_eq!((&zero["reported"], &zero["unsolved"], &zero["open"]), (&json!(4), &json!(0), &json!(2)));
    let hot = reader.get(&format!("/places/{HUASHAN}/grid/hotspots?from=2026-04-01&to=2026-04-30")).await.expect(200);
    let spot = &hot.body[0];
    assert_eq!(spot["place"], VILLAGE);
    assert_eq!((&spot["reported"], &spot["before"], &spot["trend"]), (&json!(3), &json!(1), &json!("rising")));
    let wrong = reader.get(&format!("/places/{WUHUA}/grid/zeros?from=2026-05-01&to=2026-04-30")).await;
    assert_eq!(wrong.expect(422).fields(), ["from"]);
    let _ = fourth;
}
