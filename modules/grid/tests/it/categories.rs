//! A county's own categories, and the ways in which an incident comes in.

use jizuo_grid::MODULE;
use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, PANLONG, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use super::{at, people};

fn own(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/subcategories{rest}")
}

#[tokio::test]
async fn a_county_adds_categories_below_the_provincial_ones_and_incidents_are_filed_under_them() {
    let test = TestApp::with(&[&MODULE]).await;
    test.switch(PANLONG, "grid", "on").await;
    let people = people(&test).await;
    let add = json!({ "code": "0401", "title": "建筑垃圾" });
    let id = people.dispatcher.post(&own(WUHUA, ""), add.clone()).await.expect(201).text("id");
    people.dispatcher.post(&own(WUHUA, ""), add.clone()).await.expect(422);
    let categories = people.worker.get(&format!("/places/{VILLAGE}/grid/categories")).await.expect(200);
    let below = categories.items().iter().find(|one| one["code"] == "0401").unwrap().clone();
    assert_eq!((&below["title"]["zh"], &below["parent"]), (&json!("建筑垃圾"), &json!("04")));

    let body = json!({ "category": "04", "subcategory": "0401", "title": "路边堆放" });
    let filed = people.worker.post(&at(VILLAGE, ""), body.clone()).await.expect(201);
    assert_eq!((filed.text("subcategory"), filed.text("subcategory_title")), ("0401".into(), "建筑垃圾".into()));
    people.worker.post(&at(VILLAGE, ""), json!({ "category": "04", "title": "落叶" })).await.expect(201);
    people.worker.post(&at(VILLAGE, ""), json!({ "category": "02", "title": "路灯" })).await.expect(201);
    for (query, count) in [("category=04", 2), ("subcategory=0401", 1), ("category=02&subcategory=0401", 0)] {
        let list = people.dispatcher.get(&at(WUHUA, &format!("?{query}"))).await.expect(200);
        assert_eq!(list.items().len(), count, "{query}");
    }
    for (category, subcategory) in [("02", "0401"), ("04", "0402")] {
        let wrong = json!({ "category": category, "subcategory": subcategory, "title": "x" });
        assert_eq!(people.worker.post(&at(VILLAGE, ""), wrong).await.expect(422).fields(), ["subcategory"]);
    }

    people.dispatcher.post(&own(WUHUA, &format!("/{id}/end")), json!({})).await.expect(200);
    let twice = people.dispatcher.post(&own(WUHUA, &format!("/{id}/end")), json!({})).await;
    twice.refused(409, "grid.subcategory.ended");
    assert_eq!(people.worker.post(&at(VILLAGE, ""), body).await.expect(422).fields(), ["subcategory"]);
    let kept = people.dispatcher.get(&at(WUHUA, "?subcategory=0401")).await.expect(200);
    assert_eq!(kept.items()[0]["subcategory_title"], "建筑垃圾", "what was filed keeps its name");
    people.dispatcher.post(&own(WUHUA, ""), add).await.expect(422);
    assert!(people.dispatcher.get(&own(WUHUA, "")).await.expect(200).items().is_empty());
    assert_eq!(people.dispatcher.get(&own(WUHUA, "?ended=true")).await.expect(200).items().len(), 1);
    let neighbour = test.role(PANLONG, "grid.dispatcher").await;
    neighbour.get(&own(PANLONG, &format!("/{id}"))).await.expect(404);
}

#[tokio::test]
async fn provincial_categories_are_fixed_and_only_a_county_adds_its_own() {
    let test = TestApp::with(&[&MODULE]).await;
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    for code in ["04", "7701", "0400", "04a1", "一二三四"] {
        let wrong = json!({ "code": code, "title": "x" });
        assert_eq!(dispatcher.post(&own(WUHUA, ""), wrong).await.expect(422).fields(), ["code"], "{code}");
    }
    let add = json!({ "code": "0401", "title": "建筑垃圾" });
    assert_eq!(dispatcher.post(&own(HUASHAN, ""), add.clone()).await.expect(422).fields(), ["place"]);
    let township = test.role(HUASHAN, "grid.dispatcher").await;
    township.post(&own(WUHUA, ""), add.clone()).await.expect(403);
    let province = test.role(PROVINCE, "grid.dispatcher").await;
    assert_eq!(province.post(&own(PROVINCE, ""), add).await.expect(422).fields(), ["place"]);
}

#[tokio::test]
async fn an_incident_comes_in_by_any_channel() {
    let test = TestApp::with(&[&MODULE]).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    for channel in ["grid_worker", "resident", "hotline", "department", "camera", "consultation"] {
        let body = json!({ "category": "04", "title": "村口垃圾堆放", "channel": channel });
        assert_eq!(worker.post(&at(VILLAGE, ""), body).await.expect(201).text("channel"), channel);
    }
}
