//! A township calls departments: who arrives, who declines, what the county looks into, and how they are rated.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::{at, report};

fn whistles(rest: &str) -> String {
    format!("/places/{HUASHAN}/grid/whistles{rest}")
}

fn calls(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/calls{rest}")
}

struct Scene<'a> {
    commander: User<'a>,
    supervisor: User<'a>,
    city: User<'a>,
    water: User<'a>,
}

async fn scene(test: &TestApp) -> Scene<'_> {
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    Scene {
        commander: test.role(HUASHAN, "grid.commander").await,
        supervisor: test.role(WUHUA, "grid.supervisor").await,
        city: test.role(WUHUA, "grid.handler").await,
        water: test.role(WUHUA, "grid.handler").await,
    }
}

impl Scene<'_> {
    /// A whistle to both, and the ids of their calls.
    async fn blown(&self, severity: &str) -> (String, String, String) {
        let body = json!({
            "occasion": "joint_enforcement", "title": "占道经营联合整治", "severity": severity,
            "departments": [{ "contact": self.city.id }, { "contact": self.water.id }],
        });
        let id = self.commander.post(&whistles(""), body).await.expect(201).text("id");
        (id, theirs(&self.city).await, theirs(&self.water).await)
    }

    async fn conclude(&self, id: &str) -> Answer {
        self.commander.post(&whistles(&format!("/{id}/conclude")), json!({ "result": "摊点入市" })).await
    }
}

async fn theirs(by: &User<'_>) -> String {
    let inbox = by.get("/me/inbox").await.expect(200);
    let task = inbox.items().iter().find(|task| task["action"] == "grid.call.arrive").unwrap();
    task["matter"].as_str().unwrap().to_owned()
}

async fn take(by: &User<'_>, call: &str, step: &str, body: Value) -> Answer {
    by.post(&calls(HUASHAN, &format!("/{call}/{step}")), body).await
}

#[tokio::test]
async fn departments_arrive_the_result_is_joint_and_the_township_rates_each_department() {
    let test = TestApp::with(&[&MODULE]).await;
    let scene = scene(&test).await;
    let (id, city, water) = scene.blown("urgent").await;
    let shown = scene.city.get(&calls(HUASHAN, &format!("/{city}"))).await.expect(200);
    assert_eq!(shown.text("arrive_by"), "2026-03-02T03:00:00Z");
    let early = scene.conclude(&id).await.refused(409, "grid.whistle.not_answered");
    assert_eq!(early.body["current"].as_array().unwrap().len(), 2);
    test.pass(Duration::hours(1));
    let future = json!({ "who": "三人", "at": "2026-03-02T05:00:00Z" });
    assert_eq!(take(&scene.city, &city, "arrive", future).await.expect(422).fields(), ["at"]);
    take(&scene.water, &city, "arrive", json!({ "who": "x" })).await.refused(409, "grid.call.not_contact");
    let there = take(&scene.city, &city, "arrive", json!({ "who": "城管执法队三人" })).await.expect(200);
    assert_eq!((there.text("state"), there.text("arrived_at")), ("arrived".into(), "2026-03-02T02:00:00Z".into()));
    // The township may write down who came.
    let when = json!({ "who": "水务站二人", "at": "2026-03-02T01:40:00Z" });
    take(&scene.commander, &water, "arrive", when).await.expect(200);
    scene.conclude(&id).await.expect(200);
    let rate = async |ratings: Value| {
        scene.commander.post(&whistles(&format!("/{id}/rate")), json!({ "ratings": ratings })).await
    };
    let one = json!([{ "call": city, "rating": "satisfied" }]);
    assert_eq!(rate(one).await.expect(422).fields(), ["ratings"], "every department");
    let both = json!([{ "call": city, "rating": "satisfied" }, { "call": water, "rating": "not", "note": "人手不足" }]);
    assert_eq!(rate(both).await.expect(200).text("phase"), "done");
    let full = scene.supervisor.get(&format!("/places/{WUHUA}/grid/whistles/{id}")).await.expect(200);
    assert_eq!(full.text("result"), "摊点入市");
    let ratings: Vec<_> = full.body["calls"].as_array().unwrap().iter().map(|one| one["rating"].clone()).collect();
    assert_eq!(ratings, [json!("satisfied"), json!("not")]);
    let list = scene.commander.get(&whistles("?occasion=joint_enforcement&phase=done")).await.expect(200);
    assert_eq!(list.items().len(), 1);
}

#[tokio::test]
async fn a_refusal_and_an_absence_are_shown_to_the_county_which_looks_into_them() {
    let test = TestApp::with(&[&MODULE]).await;
    let scene = scene(&test).await;
    let township = test.role(HUASHAN, "grid.supervisor").await;
    let (id, city, water) = scene.blown("emergency").await;
    assert_eq!(take(&scene.city, &city, "decline", json!({})).await.expect(422).fields(), ["reason"]);
    take(&scene.commander, &city, "decline", json!({ "reason": "x" })).await.expect(403);
    take(&scene.city, &city, "decline", json!({ "reason": "不在职责范围" })).await.expect(200);
    take(&scene.commander, &water, "miss", json!({})).await.refused(409, "grid.call.in_time");
    test.pass(Duration::minutes(31));
    take(&scene.commander, &water, "miss", json!({})).await.expect(200);
    scene.conclude(&id).await.expect(200);
    let waiting = scene.supervisor.get("/me/inbox").await.expect(200);
    let mut found: Vec<_> = waiting.items().iter().map(|task| task["action"].clone()).collect();
    found.dedup();
    assert_eq!((waiting.items().len(), found), (2, vec![json!("grid.call.examine")]));
    let finding = json!({ "reason": "三定方案已明确该职责，责令到场并记入年度考核" });
    take(&township, &city, "examine", finding.clone()).await.expect(403);
    let examined = take(&scene.supervisor, &city, "examine", finding).await.expect(200);
    assert_eq!((examined.text("state"), examined.text("phase")), ("examined".into(), "done".into()));
    // Late is better than never.
    take(&scene.water, &water, "arrive", json!({ "who": "一人" })).await.expect(200);
    test.settle().await;
    let reader = test.role(WUHUA, "base.integrator").await;
    let feed = reader.get(&format!("/places/{WUHUA}/events?topic=grid.call.declined")).await.expect(200);
    assert_eq!(feed.items().len(), 1);
}

#[tokio::test]
async fn what_is_called_off_nobody_has_to_come_to() {
    let test = TestApp::with(&[&MODULE]).await;
    let scene = scene(&test).await;
    let (id, city, water) = scene.blown("ordinary").await;
    take(&scene.city, &city, "arrive", json!({ "who": "三人" })).await.expect(200);
    let why = json!({ "reason": "险情已排除" });
    scene.commander.post(&whistles(&format!("/{id}/call_off")), why).await.expect(200);
    assert!(scene.water.get("/me/inbox").await.expect(200).items().is_empty());
    for (call, state) in [(city, "arrived"), (water, "stood_down")] {
        assert_eq!(scene.commander.get(&calls(HUASHAN, &format!("/{call}"))).await.expect(200).text("state"), state);
    }
}

#[tokio::test]
async fn a_township_blows_it_and_names_departments_that_can_come() {
    let test = TestApp::with(&[&MODULE]).await;
    let scene = scene(&test).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let incident = report(&worker, VILLAGE).await;
    let code = worker.get(&at(VILLAGE, &format!("/{incident}"))).await.expect(200).text("code");
    let body = |change: Value| {
        let mut body = json!({ "occasion": "key_task", "title": "x", "departments": [{ "contact": scene.city.id }] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let about = scene.commander.post(&whistles(""), body(json!({ "incident": code }))).await.expect(201);
    assert_eq!(about.text("incident"), code);
    for (change, field) in [
        (json!({ "departments": [] }), "departments"),
        (json!({ "departments": [{ "contact": worker.id }] }), "departments.0.contact"),
        (json!({ "incident": "WG530102001001-000000000000" }), "incident"),
        (json!({ "title": " " }), "title"),
    ] {
        assert_eq!(scene.commander.post(&whistles(""), body(change)).await.expect(422).fields(), [field]);
    }
    worker.post(&format!("/places/{VILLAGE}/grid/whistles"), body(json!({}))).await.expect(403);
    let county = test.role(WUHUA, "grid.commander").await;
    let refused = county.post(&format!("/places/{WUHUA}/grid/whistles"), body(json!({}))).await.expect(422);
    assert_eq!(refused.fields(), ["place"]);
}

#[tokio::test]
async fn of_an_arrival_a_refusal_and_a_calling_off_at_once_one_line_remains() {
    let test = TestApp::with(&[&MODULE]).await;
    let scene = scene(&test).await;
    let (id, city, _) = scene.blown("ordinary").await;
    let (contact, commander) = (scene.city.at_once(), scene.commander.at_once());
    let off = whistles(&format!("/{id}/call_off"));
    let (came, refused, off) = tokio::join!(
        take(&contact, &city, "arrive", json!({ "who": "三人" })),
        take(&contact, &city, "decline", json!({ "reason": "不归我们" })),
        commander.post(&off, json!({ "reason": "险情已排除" })),
    );
    for lost in [&came, &refused, &off].into_iter().filter(|answer| answer.status != 200) {
        assert_eq!((lost.status.as_u16(), lost.text("code").as_str()), (409, "base.process.not_now"));
    }
    let shown = scene.commander.get(&calls(HUASHAN, &format!("/{city}"))).await.expect(200);
    let steps = shown.body["steps"].as_array().unwrap();
    for pair in steps.windows(2) {
        assert_eq!(pair[1]["from"], pair[0]["to"], "{steps:#?}");
    }
}
