//! Scenarios 12, 14 and 16: what neighbours agree on, from when it counts, and what courts make of it; and a dispute that a
//! grid worker saw, under one case code until it comes back.

use chrono::{DateTime, Utc};
use jizuo_server::MODULES;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

struct People<'a> {
    worker: User<'a>,
    dispatcher: User<'a>,
    mediator: User<'a>,
    head: User<'a>,
    clerk: User<'a>,
}

impl<'a> People<'a> {
    async fn of(test: &'a TestApp) -> People<'a> {
        People {
            worker: test.role(VILLAGE, "grid.worker").await,
            dispatcher: test.role(WUHUA, "grid.dispatcher").await,
            mediator: test.role(VILLAGE, "mediation.mediator").await,
            head: test.role(HUASHAN, "mediation.head").await,
            clerk: test.role(WUHUA, "base.case_clerk").await,
        }
    }

    async fn take(&self, id: &str, step: &str, body: Value) -> Answer {
        self.mediator.post(&format!("/places/{VILLAGE}/mediation/cases/{id}/{step}"), body).await
    }

    async fn case(&self, id: &str) -> Answer {
        self.mediator.get(&format!("/places/{VILLAGE}/mediation/cases/{id}")).await.expect(200)
    }

    async fn parties(&self, id: &str) -> Vec<String> {
        let shown = self.case(id).await;
        shown.body["parties"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn accept(&self, id: &str) {
        let path = format!("/places/{HUASHAN}/mediation/cases/{id}/accept");
        self.head.post(&path, json!({ "mediator": self.mediator.id })).await.expect(200);
    }

    /// An accepted case of two parties.
    async fn accepted(&self, dispute_type: &str) -> String {
        let body = json!({
            "dispute_type": dispute_type, "source": "application", "summary": "两家相争",
            "parties": [{ "name": "李阿诗", "side": "applicant" }, { "name": "段永胜", "side": "respondent" }],
        });
        let opened = self.mediator.post(&format!("/places/{VILLAGE}/mediation/cases"), body).await.expect(201);
        let id = opened.text("id");
        self.accept(&id).await;
        id
    }

    /// A written agreement, signed by all and by the mediator on one day and sealed on another.
    async fn signed(&self, id: &str, settles: Value, signed_on: &str, sealed_on: &str) -> Answer {
        let written = json!({ "content": "补偿二千元", "amount": 200_000, "settles": settles });
        self.take(id, "agree_in_writing", written).await.expect(200);
        self.sign(id, signed_on, sealed_on).await
    }

    async fn sign(&self, id: &str, signed_on: &str, sealed_on: &str) -> Answer {
        let parties = self.parties(id).await;
        let signatures: Vec<_> = parties.iter().map(|party| json!({ "party": party, "on": signed_on })).collect();
        let body = json!({ "signatures": signatures, "mediator_signed_on": signed_on, "sealed_on": sealed_on });
        self.take(id, "take_effect", body).await.expect(200)
    }

    async fn incident(&self, id: &str) -> Answer {
        self.dispatcher.get(&format!("/places/{WUHUA}/grid/incidents/{id}")).await.expect(200)
    }

    async fn dispatch(&self, id: &str, step: &str, body: Value) -> Answer {
        self.dispatcher.post(&format!("/places/{WUHUA}/grid/incidents/{id}/{step}"), body).await
    }

    /// A dispute that a grid worker saw, accepted by the dispatcher.
    async fn reported(&self) -> String {
        let body = json!({
            "category": "01", "title": "两家宅基地边界有争议", "description": "砌墙时发生争执，已劝开",
            "reporter_name": "王五",
        });
        let incidents = format!("/places/{VILLAGE}/grid/incidents");
        let id = self.worker.post(&incidents, body).await.expect(201).text("id");
        self.dispatch(&id, "accept", json!({})).await.expect(200);
        id
    }

    /// The county has other modules that take over as well: somebody says to whom.
    async fn hand_over(&self, id: &str, reason: &str) -> Answer {
        self.dispatch(id, "hand_over", json!({ "capability": "dispute.intake", "reason": reason })).await
    }

    /// What an incident became at the mediation committee: the newest case there.
    async fn handed_over(&self) -> Value {
        let list = self.head.get(&format!("/places/{HUASHAN}/mediation/cases")).await.expect(200);
        list.items()[0].clone()
    }
}

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().unwrap()
}

#[tokio::test]
async fn an_oral_agreement_counts_from_its_day_and_can_be_written_down_later() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    // 2026-03-05 15:00 in China.
    test.set_now(at("2026-03-05T07:00:00Z"));
    let id = people.accepted("02").await;
    let parties = people.parties(&id).await;
    let oral = json!({
        "content": "段永胜当场赔偿李阿诗三百元，双方互不追究", "amount": 30_000, "settles": [], "acknowledged_by": parties,
    });
    let agreed = people.take(&id, "agree_orally", oral).await.expect(200);
    assert_eq!((agreed.text("state"), agreed.text("effective_on")), ("effective".into(), "2026-03-05".into()));
    let shown = people.case(&id).await;
    let first = shown.body["agreements"][0].clone();
    assert!(first.get("sealed_on").is_none(), "no seal is needed");
    assert_eq!(first["signatures"].as_array().unwrap().len(), 2, "both parties' acknowledgement");
    assert_eq!(first["reached_at"], "2026-03-05T07:00:00Z");

    test.set_now(at("2026-03-20T02:00:00Z"));
    people.take(&id, "write_down", json!({ "asked_by": parties[0] })).await.expect(200);
    let shown = people.case(&id).await;
    let second = &shown.body["agreements"][1];
    assert_eq!((&second["form"], &second["written_from"]), (&json!("written"), &first["id"]));
    for same in ["content", "amount", "settles", "effective_on", "reached_at"] {
        assert_eq!(second[same], first[same], "{same} is not typed again");
    }
    assert_eq!(shown.text("effective_on"), "2026-03-05");
    assert_eq!(shown.text("/confirmation/counted_to"), "2026-04-04", "thirty days from the oral day, over Qingming");
    assert_eq!(shown.text("/confirmation/last_day"), "2026-04-07");
}

#[tokio::test]
async fn the_last_day_for_confirmation_moves_over_national_day() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    for (signed, sealed, counted) in
        [("2026-09-01", "2026-09-01", "2026-10-01"), ("2026-09-01", "2026-09-07", "2026-10-07")]
    {
        test.set_now(at("2026-09-01T02:00:00Z"));
        let id = people.accepted("06").await;
        let written = json!({ "content": "补偿二千元", "amount": 200_000, "settles": [] });
        people.take(&id, "agree_in_writing", written).await.expect(200);
        test.set_now(at(&format!("{sealed}T02:00:00Z")));
        let effective = people.sign(&id, signed, sealed).await;
        assert_eq!(effective.text("effective_on"), sealed, "the last of signatures and seal");
        let shown = people.case(&id).await;
        assert_eq!(shown.text("/confirmation/counted_to"), counted);
        assert_eq!(shown.text("/confirmation/last_day"), "2026-10-08");
        assert_eq!(shown.text("/confirmation/offered"), "true");
        assert!(shown.body["confirmation"].get("calendar").is_none(), "the notice for 2026 is known");

        test.set_now(at("2026-10-08T15:59:00Z"));
        assert_eq!(people.case(&id).await.text("/confirmation/standing"), "open");
        let apply = json!({ "on": "2026-10-08", "court": "五华区人民法院" });
        people.take(&id, "apply_for_confirmation", apply).await.expect(200);
        test.set_now(at("2026-10-08T16:00:00Z"));
        assert_eq!(people.case(&id).await.text("/confirmation/standing"), "applied");
    }
    test.set_now(at("2026-09-01T02:00:00Z"));
    let id = people.accepted("06").await;
    people.signed(&id, json!([]), "2026-09-01", "2026-09-01").await;
    test.set_now(at("2026-10-08T16:00:00Z"));
    assert_eq!(people.case(&id).await.text("/confirmation/standing"), "expired");
}

#[tokio::test]
async fn courts_do_not_confirm_to_whom_a_slope_belongs_but_its_compensation() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let slope = people.accepted("07").await;
    people.signed(&slope, json!(["property_ownership"]), "2026-03-02", "2026-03-02").await;
    let shown = people.case(&slope).await;
    let confirmation = &shown.body["confirmation"];
    assert_eq!((&confirmation["offered"], &confirmation["standing"]), (&json!(false), &json!("not_accepted")));
    let told = &confirmation["not_accepted"][0];
    assert_eq!(told["why"]["en"], "courts do not accept: content settles property ownership");
    assert!(told["article"]["en"].as_str().unwrap().ends_with("Article 355(5)"));
    assert!(told["next_door"]["zh"].as_str().unwrap().contains("土地管理法第十四条"), "{told:#}");
    let apply = json!({ "on": "2026-03-02", "court": "五华区人民法院" });
    let refused = people.take(&slope, "apply_for_confirmation", apply).await;
    refused.refused(409, "mediation.confirmation.not_accepted");

    let compensation = people.accepted("07").await;
    people.signed(&compensation, json!([]), "2026-03-02", "2026-03-02").await;
    let shown = people.case(&compensation).await;
    assert_eq!(
        (shown.text("/confirmation/offered"), shown.text("/agreements/0/amount")),
        ("true".into(), "200000".into())
    );
}

#[tokio::test]
async fn a_dispute_goes_to_the_mediators_under_one_code_and_comes_back_settled() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    let shown = people.incident(&incident).await;
    assert!(shown.body["actions"].to_string().contains("grid.incident.hand_over"));
    let handed = people.hand_over(&incident, "双方愿意调解").await.expect(200);
    assert_eq!(handed.text("state"), "handed_over");
    let code = handed.text("case");

    // What is known is not typed again.
    let case = people.handed_over().await;
    let id = case["id"].as_str().unwrap();
    assert_eq!(
        (&case["case"], &case["state"], &case["source"]),
        (&json!(code), &json!("applied"), &json!("entrusted"))
    );
    let inbox = people.head.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["action"], "mediation.case.accept");
    let path = format!("/places/{HUASHAN}/mediation/cases/{id}");
    let full = people.head.get(&path).await.expect(200);
    assert_eq!(full.text("summary"), "两家宅基地边界有争议\n砌墙时发生争执，已劝开");
    assert_eq!((full.text("told_by"), full.text("registered_by")), ("王五".into(), people.dispatcher.name.clone()));

    let accept = json!({ "mediator": people.mediator.id, "dispute_type": "03" });
    people.head.post(&format!("{path}/accept"), accept.clone()).await.refused(409, "mediation.case.two_parties");
    for (name, side) in [("李阿诗", "applicant"), ("段永胜", "respondent")] {
        people.take(id, "parties", json!({ "name": name, "side": side })).await.expect(201);
    }
    let accepted = people.head.post(&format!("{path}/accept"), accept).await.expect(200);
    assert_eq!(accepted.text("/dispute_type_title/zh"), "房屋宅基地");
    people.signed(id, json!([]), "2026-03-02", "2026-03-02").await;
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "handed_over", "it is agreed, and not yet performed");
    people.take(id, "perform", json!({ "reason": "补偿款已付清，有收条" })).await.expect(200);
    test.settle().await;
    let back = people.incident(&incident).await;
    assert_eq!((back.text("state"), back.text("case")), ("handled".into(), code.clone()));

    let both = people.clerk.get(&format!("/places/{WUHUA}/cases/{code}")).await.expect(200);
    assert_eq!((both.text("/parts/0/kind"), both.text("/parts/0/id")), ("grid.incident".into(), incident.clone()));
    assert_eq!((both.text("/parts/1/kind"), both.text("/parts/1/id")), ("mediation.case".into(), id.to_owned()));
    assert_eq!(
        (both.text("/parts/1/capability"), both.text("/parts/1/outcome")),
        ("dispute.intake".into(), "settled".into())
    );
    assert!(!both.body.to_string().contains("李阿诗"), "a case shows no party");

    // Somebody looks whether it is so.
    people.worker.post(&format!("/places/{VILLAGE}/grid/incidents/{incident}/verify"), json!({})).await.expect(200);
    people.dispatch(&incident, "close", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_dispute_that_is_not_settled_goes_on_where_it_came_from() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    let first_code = people.hand_over(&incident, "").await.expect(200).text("case");
    let first = people.handed_over().await["id"].as_str().unwrap().to_owned();
    for (name, side) in [("李阿诗", "applicant"), ("段永胜", "respondent")] {
        people.take(&first, "parties", json!({ "name": name, "side": side })).await.expect(201);
    }
    people.accept(&first).await;
    let ended = people.take(&first, "end", json!({ "reason": "no_agreement" })).await.expect(200);
    assert_eq!(ended.body["other_ways"].as_array().unwrap().len(), 3, "the other ways are told");
    test.settle().await;
    let back = people.incident(&incident).await;
    assert_eq!(back.text("state"), "accepted");
    assert!(back.body["steps"].to_string().contains(&first_code), "the time line says what came back");

    // Handed over once more it is the same case; taken back meanwhile, an old taker's end changes nothing.
    let again = people.hand_over(&incident, "").await.expect(200);
    assert_eq!(again.text("case"), first_code);
    let second = people.handed_over().await["id"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    people.dispatch(&incident, "take_back", json!({ "reason": "一方搬走，另行处理" })).await.expect(200);
    people.hand_over(&incident, "").await.expect(200);
    let decline = format!("/places/{HUASHAN}/mediation/cases/{second}/decline");
    people.head.post(&decline, json!({ "reason": "已被收回" })).await.expect(200);
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "handed_over", "the third one is what is waited for");
    let both = people.clerk.get(&format!("/places/{WUHUA}/cases/{first_code}")).await.expect(200);
    assert_eq!(both.body["parts"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn where_nobody_mediates_a_dispute_is_not_handed_over() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    test.switch(WUHUA, "consultation", "off").await;
    for state in ["off", "draining"] {
        test.switch(WUHUA, "mediation", "on").await;
        let incident = people.reported().await;
        test.switch(WUHUA, "mediation", state).await;
        let shown = people.incident(&incident).await;
        assert!(!shown.body["actions"].to_string().contains("grid.incident.hand_over"), "{state}");
        let refused = people.hand_over(&incident, "").await;
        let refused = refused.refused(409, "base.case.nobody_takes");
        assert!(refused.text("detail").contains("人民调解") && !refused.text("who").is_empty(), "{state}");
        assert_eq!(people.incident(&incident).await.text("state"), "accepted");
    }
    // What is open when the module runs out still goes on and comes back.
    test.switch(WUHUA, "mediation", "on").await;
    let incident = people.reported().await;
    people.hand_over(&incident, "").await.expect(200);
    let case = people.handed_over().await;
    test.switch(WUHUA, "mediation", "draining").await;
    let decline = format!("/places/{HUASHAN}/mediation/cases/{}/decline", case["id"].as_str().unwrap());
    people.head.post(&decline, json!({ "reason": "应当由乡镇人民政府处理" })).await.expect(200);
    test.settle().await;
    assert_eq!(people.incident(&incident).await.text("state"), "accepted");
}

#[tokio::test]
async fn whoever_records_a_settlement_does_not_verify_it() {
    let test = TestApp::with(MODULES).await;
    let people = People::of(&test).await;
    let incident = people.reported().await;
    people.hand_over(&incident, "").await.expect(200);
    people.dispatcher.also(WUHUA, "grid.worker").await;
    people.dispatch(&incident, "settle", json!({ "reason": "电话得知已和解" })).await.expect(200);
    people.dispatch(&incident, "verify", json!({})).await.refused(409, "grid.incident.own_work");
    people.worker.post(&format!("/places/{VILLAGE}/grid/incidents/{incident}/verify"), json!({})).await.expect(200);
}
