//! What a grid cannot settle goes to whoever can: to mediation or to consultation, whichever the county has, under one case code
//! until it comes back; and a grid that is split while things are open in it.

use chrono::Duration;
use jizuo_server::MODULES;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

struct People<'a> {
    worker: User<'a>,
    dispatcher: User<'a>,
    clerk: User<'a>,
    secretary: User<'a>,
    cases: User<'a>,
}

impl<'a> People<'a> {
    async fn of(test: &'a TestApp) -> People<'a> {
        People {
            worker: test.role(VILLAGE, "grid.worker").await,
            dispatcher: test.role(WUHUA, "grid.dispatcher").await,
            clerk: test.role(VILLAGE, "consultation.clerk").await,
            secretary: test.role(VILLAGE, "consultation.secretary").await,
            cases: test.role(WUHUA, "base.case_clerk").await,
        }
    }

    /// Something that concerns a whole lane, accepted by the dispatcher.
    async fn reported(&self) -> String {
        let body = json!({
            "category": "05", "title": "巷道夜间停车堵路", "description": "消防车进不来，住户各有说法",
            "reporter_name": "王五",
        });
        let id = self.worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
        self.dispatch(&id, "accept", json!({})).await.expect(200);
        id
    }

    async fn dispatch(&self, id: &str, step: &str, body: Value) -> Answer {
        self.dispatcher.post(&format!("/places/{WUHUA}/grid/incidents/{id}/{step}"), body).await
    }

    async fn incident(&self, id: &str) -> Answer {
        self.dispatcher.get(&format!("/places/{WUHUA}/grid/incidents/{id}")).await.expect(200)
    }

    async fn takers(&self) -> Vec<String> {
        let path = format!("/places/{VILLAGE}/takers?step=grid.incident.hand_over");
        let listed = self.dispatcher.get(&path).await.expect(200).body;
        listed.as_array().unwrap().iter().map(|one| one["capability"].as_str().unwrap().to_owned()).collect()
    }

    /// What an incident became at the village: the newest deliberation there.
    async fn deliberation(&self) -> String {
        let list = self.clerk.get(&format!("/places/{VILLAGE}/consultation/deliberations")).await.expect(200);
        list.items()[0]["id"].as_str().unwrap().to_owned()
    }

    async fn talk(&self, id: &str, step: &str, body: Value) -> Answer {
        self.clerk.post(&format!("/places/{VILLAGE}/consultation/deliberations/{id}/{step}"), body).await
    }

    /// Fixed, told and held on the day, with these points agreed on.
    async fn talked_over(&self, id: &str, agreed: Value) {
        let parties = json!([{ "kind": "residents", "name": "李阿诗" }, { "kind": "non_registered_residents", "name": "段永胜" }]);
        self.talk(id, "fix", json!({ "form": "talk", "parties": parties })).await.expect(200);
        self.talk(id, "tell", json!({ "held_on": "2026-03-02", "venue": "巷口" })).await.expect(200);
        self.talk(id, "hold", json!({ "opinions": "住户要求留出通道", "agreed": agreed })).await.expect(200);
    }

    async fn case(&self, code: &str) -> Answer {
        self.cases.get(&format!("/places/{WUHUA}/cases/{code}")).await.expect(200)
    }
}

fn is_open(shown: &Answer, action: &str) -> bool {
    shown.body["actions"].as_array().unwrap().iter().any(|step| step["action"] == action)
}

const HAND_OVER: &str = "grid.incident.hand_over";

#[tokio::test]
async fn where_the_county_consults_and_does_not_mediate_there_is_one_door_and_it_comes_back_settled() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    test.switch(WUHUA, "mediation", "off").await;
    let incident = people.reported().await;
    assert!(is_open(&people.incident(&incident).await, HAND_OVER));
    assert_eq!(people.takers().await, ["consultation.intake"]);
    let closed = people.dispatch(&incident, "hand_over", json!({ "capability": "dispute.intake" })).await;
    let closed = closed.refused(409, "base.case.nobody_takes");
    assert!(closed.text("detail").contains("人民调解") && !closed.text("detail").contains("民主协商"));

    let handed = people.dispatch(&incident, "hand_over", json!({ "reason": "牵涉整条巷子" })).await.expect(200);
    assert_eq!(handed.text("state"), "handed_over");
    let shown = people.incident(&incident).await;
    let last = shown.body["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["title"]["zh"], &last["reason"]), (&json!("移交"), &json!("移交民主协商：牵涉整条巷子")));

    // What is known is not typed again.
    let id = people.deliberation().await;
    let path = format!("/places/{VILLAGE}/consultation/deliberations/{id}");
    let full = people.clerk.get(&path).await.expect(200);
    assert_eq!(
        (full.text("title"), full.text("description"), full.text("suggested_by")),
        ("巷道夜间停车堵路".into(), "消防车进不来，住户各有说法".into(), "王五".into())
    );
    assert_eq!((full.text("origin"), full.text("state")), ("handed_over".into(), "raised".into()));
    assert_eq!((full.text("case"), full.text("raised_by")), (handed.text("case"), people.dispatcher.name.clone()));
    assert_eq!(people.secretary.get("/me/inbox").await.expect(200).items()[0]["matter"], id.as_str());

    people.talked_over(&id, json!(["东侧停车，西侧留空"])).await;
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "handed_over", "agreed is not yet done");
    people.talk(&id, "carry_out", json!({ "carried_out": "已划线并张贴" })).await.expect(200);
    test.settle().await;
    let back = people.incident(&incident).await;
    assert_eq!((back.text("state"), back.text("case")), ("handled".into(), handed.text("case")));
    let both = people.case(&handed.text("case")).await;
    assert_eq!(
        (both.text("/parts/1/kind"), both.text("/parts/1/capability"), both.text("/parts/1/outcome")),
        ("consultation.deliberation".into(), "consultation.intake".into(), "settled".into())
    );
    // Somebody looks whether it is so.
    people.worker.post(&format!("/places/{VILLAGE}/grid/incidents/{incident}/verify"), json!({})).await.expect(200);
}

#[tokio::test]
async fn where_the_county_has_both_somebody_says_to_whom_and_where_it_has_neither_nobody_takes_it() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    assert_eq!(people.takers().await, ["dispute.intake", "consultation.intake"]);
    // A dispute by its category, and yet it is not guessed to whom it goes.
    let body = json!({ "category": "01", "title": "两家争一条水沟" });
    let dispute = people.worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
    people.dispatch(&dispute, "accept", json!({})).await.expect(200);
    let unsaid = people.dispatch(&dispute, "hand_over", json!({})).await.expect(422);
    assert_eq!(
        (unsaid.fields(), people.incident(&dispute).await.text("state")),
        (vec!["capability"], "accepted".into())
    );
    assert!(unsaid.text("/errors/0/message").contains("人民调解、民主协商"), "{:#}", unsaid.body);
    let unknown = people.dispatch(&dispute, "hand_over", json!({ "capability": "war.intake" })).await.expect(422);
    assert_eq!(unknown.fields(), ["capability"]);
    for (capability, kind, said) in [
        ("dispute.intake", "mediation.case", "移交人民调解"),
        ("consultation.intake", "consultation.deliberation", "移交民主协商"),
    ] {
        let incident = people.reported().await;
        let handed = people.dispatch(&incident, "hand_over", json!({ "capability": capability })).await.expect(200);
        let case = people.case(&handed.text("case")).await;
        assert_eq!(
            (case.text("/parts/1/kind"), case.text("/parts/1/capability")),
            (kind.to_owned(), capability.to_owned())
        );
        assert_eq!(people.incident(&incident).await.body["steps"].as_array().unwrap().last().unwrap()["reason"], said);
    }

    for state in ["off", "draining"] {
        test.switch(WUHUA, "mediation", state).await;
        test.switch(WUHUA, "consultation", state).await;
        assert!(people.takers().await.is_empty());
        assert!(!is_open(&people.incident(&dispute).await, HAND_OVER), "{state}");
        for body in [json!({}), json!({ "capability": "consultation.intake" })] {
            let refused = people.dispatch(&dispute, "hand_over", body).await.refused(409, "base.case.nobody_takes");
            let told = refused.text("detail");
            assert!(
                told.contains("人民调解") && told.contains("民主协商") && !refused.text("who").is_empty(),
                "{told}"
            );
        }
        assert_eq!(people.incident(&dispute).await.text("state"), "accepted");
    }
    // The card of the module says what is missing, and whether the step is open all the same.
    let admin = test.role(WUHUA, "base.system_admin").await;
    let needs = async || {
        let cards = admin.get(&format!("/places/{WUHUA}/modules")).await.expect(200);
        let card = cards.items().iter().find(|card| card["id"] == "grid").unwrap().clone();
        let needs = card["needs"].as_array().unwrap().iter();
        needs.map(|need| (need["met"] == true, need["otherwise"] == true)).collect::<Vec<_>>()
    };
    test.switch(WUHUA, "mediation", "off").await;
    test.switch(WUHUA, "consultation", "off").await;
    assert_eq!(needs().await, [(false, false), (false, false)]);
    test.switch(WUHUA, "mediation", "on").await;
    assert_eq!(needs().await, [(false, true), (true, false)], "consultation is missing, and mediation takes it");
    assert_eq!(people.takers().await, ["dispute.intake"]);
    let stranger = test.role(WUHUA, "venue.clerk").await;
    stranger.get(&format!("/places/{WUHUA}/takers?step={HAND_OVER}")).await.expect(403);
}

#[tokio::test]
async fn what_was_not_settled_by_talking_goes_on_where_it_came_from() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    let to = json!({ "capability": "consultation.intake" });
    let code = people.dispatch(&incident, "hand_over", to.clone()).await.expect(200).text("case");
    let first = people.deliberation().await;
    let why = json!({ "reason": "属于两户之间的纠纷", "next_door": "向调委会申请调解" });
    people.talk(&first, "decline", why).await.expect(200);
    test.settle().await;
    let back = people.incident(&incident).await;
    assert_eq!(back.text("state"), "accepted");
    assert!(back.body["steps"].to_string().contains(&code), "the time line says what came back");

    let again = people.dispatch(&incident, "hand_over", to).await.expect(200);
    assert_eq!(again.text("case"), code, "handed over once more it is the same case");
    let second = people.deliberation().await;
    // What is open when the module runs out still goes on and comes back.
    test.switch(WUHUA, "consultation", "draining").await;
    people.talked_over(&second, json!([])).await;
    people.talk(&second, "unsettle", json!({ "reason": "差距过大" })).await.expect(200);
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "accepted");
    let case = people.case(&code).await;
    let outcomes: Vec<_> = case.body["parts"].as_array().unwrap().iter().map(|part| part["outcome"].clone()).collect();
    assert_eq!(outcomes, [Value::Null, json!("unsettled"), json!("unsettled")]);
}

#[tokio::test]
async fn one_code_goes_from_the_incident_through_the_deliberation_to_the_meeting_and_back() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    let to = json!({ "capability": "consultation.intake" });
    let code = people.dispatch(&incident, "hand_over", to).await.expect(200).text("case");
    let id = people.deliberation().await;
    people.talked_over(&id, json!([])).await;
    let referral = json!({
        "body": "residents_representatives", "matter": "residents_other", "held_on": "2026-03-02",
        "notice_on": "2026-02-14", "delegation": "居民会议授权", "figures": { "committee": 5, "representatives": 55 },
    });
    people.talk(&id, "refer", referral).await.expect(200);
    let meetings = format!("/places/{VILLAGE}/consultation/meetings");
    let meeting = people.clerk.get(&meetings).await.expect(200).items()[0].clone();
    assert_eq!((&meeting["case"], &meeting["title"]), (&json!(code), &json!("巷道夜间停车堵路")));
    let case = people.case(&code).await;
    let kinds: Vec<_> = case.body["parts"].as_array().unwrap().iter().map(|part| part["kind"].clone()).collect();
    assert_eq!(kinds, [json!("grid.incident"), json!("consultation.deliberation"), json!("consultation.meeting")]);
    assert!(case.body["parts"][2].get("capability").is_none(), "within a module nothing is handed over");

    let meeting = format!("{meetings}/{}", meeting["id"].as_str().unwrap());
    people.secretary.post(&format!("{meeting}/study"), json!({ "studied_on": "2026-03-02" })).await.expect(200);
    people.clerk.post(&format!("{meeting}/attend"), json!({ "in_person": 45 })).await.expect(200);
    people.clerk.post(&format!("{meeting}/vote"), json!({ "yes": 40, "no": 5 })).await.expect(200);
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "handed_over", "decided is not yet public");
    people.clerk.post(&format!("{meeting}/publish"), json!({})).await.expect(200);
    test.settle().await;
    test.settle().await;
    assert_eq!(
        people.incident(&incident).await.text("state"),
        "handled",
        "two hand-overs came back, one after the other"
    );
    let case = people.case(&code).await;
    assert_eq!((case.text("/parts/1/outcome"), case.text("/parts/2/outcome")), ("settled".into(), "settled".into()));
}

#[tokio::test]
async fn what_was_taken_back_meanwhile_is_not_moved_by_an_older_taker() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    let to = |capability: &str| json!({ "capability": capability });
    let code = people.dispatch(&incident, "hand_over", to("consultation.intake")).await.expect(200).text("case");
    let id = people.deliberation().await;
    people.talked_over(&id, json!(["轮流停车"])).await;
    people.dispatch(&incident, "take_back", json!({ "reason": "只剩两户不同意，改请调解" })).await.expect(200);
    let again = people.dispatch(&incident, "hand_over", to("dispute.intake")).await.expect(200);
    assert_eq!(again.text("case"), code, "the code is the affair's, whoever deals with it");
    people.talk(&id, "carry_out", json!({ "carried_out": "已轮流停车" })).await.expect(200);
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "handed_over", "the mediators are waited for");
    people.dispatch(&incident, "take_back", json!({ "reason": "已自行解决" })).await.expect(200);
    assert_eq!(people.incident(&incident).await.text("state"), "accepted");
}

/// A strip of the grid, between two longitudes.
fn strip(from: f64, to: f64) -> String {
    json!({ "type": "Polygon", "coordinates": [[[from, 25.0], [to, 25.0], [to, 25.01], [from, 25.01], [from, 25.0]]] })
        .to_string()
}

#[tokio::test]
async fn a_grid_is_split_and_what_is_open_goes_to_the_right_part_with_its_clock() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let handler = test.role(WUHUA, "grid.handler").await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let grids = format!("/places/{VILLAGE}/grid/grids");
    let drawn = json!({ "name": "第一网格", "boundary": strip(102.70, 102.71) });
    let grid = keeper.post(&grids, drawn).await.expect(201);
    let old = test.role(&grid.text("place"), "grid.worker").await;
    let report = async |title: &str, longitude: Option<f64>| {
        let mut body = json!({ "category": "02", "title": title, "place": grid.text("place") });
        if let Some(longitude) = longitude {
            (body["longitude"], body["latitude"]) = (json!(longitude), json!(25.005));
        }
        let id = people.worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
        people.dispatch(&id, "accept", json!({})).await.expect(200);
        id
    };
    let west = report("西头路灯不亮", Some(102.702)).await;
    let east = report("东头挡墙开裂", Some(102.708)).await;
    let resting = report("东头管线待探", Some(102.709)).await;
    let handed = report("东头停车争执", Some(102.707)).await;
    let ended = report("东头已修", Some(102.706)).await;
    let nowhere = report("没有写位置", None).await;
    for id in [&east, &resting] {
        people.dispatch(id, "dispatch", json!({ "to": handler.id })).await.expect(200);
    }
    people.dispatch(&resting, "suspend", json!({ "working_days": 5, "reason": "等待探测" })).await.expect(200);
    people.dispatch(&handed, "hand_over", json!({ "capability": "consultation.intake" })).await.expect(200);
    people.dispatch(&ended, "withdraw", json!({ "reason": "已自行修好" })).await.expect(200);
    let all = [&west, &east, &resting, &handed, &ended, &nowhere];
    let mut before = Vec::new();
    for id in all {
        before.push(people.incident(id).await);
    }
    test.pass(Duration::days(1));

    let parts = json!({ "parts": [
        { "name": "西网格", "boundary": strip(102.70, 102.705) },
        { "name": "东网格", "boundary": strip(102.705, 102.71) },
    ] });
    let split = keeper.post(&format!("{grids}/{}/split", grid.text("id")), parts).await.expect(200);
    let (west_part, east_part) = (split.text("/0/place"), split.text("/1/place"));

    // Workers see theirs: whoever served the old grid goes on in the first part, whoever serves a part sees that part.
    let seen = async |who: &User<'_>| {
        let listed = who.get(&format!("/places/{VILLAGE}/grid/incidents")).await.expect(200);
        let mut ids: Vec<String> = listed.items().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    let stays = sorted(&[&west, &nowhere, &ended]);
    assert_eq!(seen(&old).await, stays);
    assert_eq!(seen(&test.role(&west_part, "grid.worker").await).await, stays);
    assert_eq!(seen(&test.role(&east_part, "grid.worker").await).await, sorted(&[&east, &resting, &handed]));
    assert_eq!(seen(&people.worker).await.len(), 6, "and the village all of them");

    for (id, before) in all.into_iter().zip(&before) {
        let now = people.incident(id).await;
        // Neither state nor clock has changed, and what went along says so.
        for same in ["state", "phase", "due_at", "suspended_until", "opened_at", "closed_at", "assignee", "case"] {
            assert_eq!(now.body.get(same), before.body.get(same), "{same} of {}", now.text("title"));
        }
        let moved = [&east, &resting, &handed].contains(&id);
        let line = now.body["steps"].as_array().unwrap();
        let said = line.iter().find(|step| step["action"] == "grid.incident.move");
        assert_eq!(said.map(|step| step["reason"].clone()), moved.then(|| json!("东网格")), "{}", now.text("title"));
        let line: Vec<_> = line.iter().filter(|step| step["action"] != "grid.incident.move").cloned().collect();
        assert_eq!(json!(line), before.body["steps"], "nothing of its history is lost");
        // What stays is found in the first part, under the name that it was reported in.
        assert_eq!(now.text("place_name"), if moved { "东网格" } else { "第一网格" });
    }
    let inbox = handler.get("/me/inbox").await.expect(200);
    let task = inbox.items().iter().find(|task| task["matter"] == east.as_str()).unwrap();
    assert_eq!(task["due_at"], before[1].body["due_at"], "the task went along with its deadline");

    // They go on from there: handled, resumed with what was left, and back from the village.
    handler
        .post(&format!("/places/{east_part}/grid/incidents/{east}/handle"), json!({ "outcome": "已加固" }))
        .await
        .expect(200);
    let on = people.dispatch(&resting, "resume", json!({})).await.expect(200);
    assert!(on.body["due_at"].is_string());
    let id = people.deliberation().await;
    people.talked_over(&id, json!(["轮流停车"])).await;
    people.talk(&id, "carry_out", json!({ "carried_out": "已轮流停车" })).await.expect(200);
    test.settle().await;
    let back = people.incident(&handed).await;
    assert_eq!((back.text("state"), back.text("place")), ("handled".into(), east_part.clone()));
}
