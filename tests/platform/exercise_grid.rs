//! Grid governance beside the plain life of an incident, for `exercise.rs`: every operation with success.

use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use super::exercise::add_local_step;

/// A county's own categories.
pub(super) async fn subcategories(dispatcher: &User<'_>) {
    let own = format!("/places/{WUHUA}/grid/subcategories");
    let added = dispatcher.post(&own, json!({ "code": "0401", "title": "建筑垃圾" })).await.expect(201).text("id");
    dispatcher.get(&own).await.expect(200);
    dispatcher.get(&format!("{own}/{added}")).await.expect(200);
    dispatcher.post(&format!("{own}/{added}/end"), json!({})).await.expect(200);
}

/// Joint handling: every answer of a party, and every answer to it.
pub(super) async fn joint(
    test: &TestApp,
    dispatcher: &User<'_>,
    handler: &User<'_>,
    step: &dyn Fn(&str, &str) -> String,
    id: &str,
) {
    let parties = format!("/places/{WUHUA}/grid/parties");
    let why = json!({ "reason": "按职责分工" });
    dispatcher.get(&format!("/places/{VILLAGE}/grid/organisations")).await.expect(200);
    add_local_step(test, "grid.party", "grid.party.join").await;
    dispatcher.post(&step(id, "accept"), json!({})).await.expect(200);
    let with = json!([{ "contact": handler.id }]);
    dispatcher.post(&step(id, "dispatch"), json!({ "to": handler.id, "with": with })).await.expect(200);
    let newest = async || {
        let list = dispatcher.get(&format!("{parties}?incident={id}")).await.expect(200);
        list.items()[0]["id"].as_str().unwrap().to_owned()
    };
    let party = newest().await;
    dispatcher.get(&format!("{parties}/{party}")).await.expect(200);
    handler.post(&format!("{parties}/{party}/local/local_review"), json!({})).await.expect(200);
    for answer in ["join", "object", "ask_again", "object"] {
        let by = if answer == "ask_again" { dispatcher } else { handler };
        by.post(&format!("{parties}/{party}/{answer}"), why.clone()).await.expect(200);
    }
    let by = json!({ "by": { "contact": handler.id }, "reason": "另请" });
    dispatcher.post(&format!("{parties}/{party}/replace"), by).await.expect(200);
    let party = newest().await;
    dispatcher.post(&format!("{parties}/{party}/release"), why).await.expect(200);
    dispatcher.post(&step(id, "ask"), json!({ "party": { "contact": handler.id } })).await.expect(200);
    let party = newest().await;
    handler.post(&format!("{parties}/{party}/local/local_review"), json!({})).await.expect(200);
    handler.post(&format!("{parties}/{party}/join"), json!({})).await.expect(200);
    handler.post(&format!("{parties}/{party}/finish"), json!({ "outcome": "已到场" })).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.delete(&format!("/places/{WUHUA}/processes/grid.party")).await.expect(204);
}
