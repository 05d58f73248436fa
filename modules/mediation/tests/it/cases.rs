//! From application to acceptance, the parties' refusal, and the ends without an agreement.

use chrono::Duration;
use jizuo_testing::places::{ESHAN, HUASHAN, OTHER_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use serde_json::{Value, json};

use crate::{application, at, people, platform};

#[tokio::test]
async fn a_case_gets_its_codes_and_waits_for_the_head_then_for_its_mediator() {
    let test = platform().await;
    let people = people(&test).await;
    let opened = people.mediator.post(&at(VILLAGE, ""), application()).await.expect(201);
    assert!(opened.text("code").starts_with(&format!("TJ{VILLAGE}-")), "{:#}", opened.body);
    assert!(opened.text("case").starts_with("AJ530102-20260302-"), "{:#}", opened.body);
    assert_eq!(opened.text("/dispute_type_title/zh"), "邻里");
    assert_eq!(opened.text("due_at"), "2026-03-05T10:00:00Z", "three working days");
    let inbox = people.head.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["action"], "mediation.case.accept");
    assert_eq!(inbox.items()[0]["label"], format!("{} 邻里", opened.text("code")), "code and type, no name");

    let id = opened.text("id");
    let accepted = people.accept(&id).await.expect(200);
    assert_eq!((accepted.text("state"), accepted.text("due_at")), ("mediating".into(), "2026-04-02T10:00:00Z".into()));
    let inbox = people.mediator.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["matter"], id.as_str());
    assert_eq!(people.show(&id).await.text("mediator"), people.mediator.id.to_string());

    // One case, one code.
    let clerk = test.role(WUHUA, "base.case_clerk").await;
    let case = clerk.get(&format!("/places/{WUHUA}/cases/{}", opened.text("case"))).await.expect(200);
    assert_eq!((case.text("/parts/0/kind"), case.text("/parts/0/id")), ("mediation.case".into(), id));
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_written() {
    let test = platform().await;
    let people = people(&test).await;
    let body = json!({
        "dispute_type": "77", "source": "entrusted", "summary": " ", "on_behalf_of": "a\u{0007}b",
        "parties": [{ "name": " ", "phone": "12", "side": "applicant" }],
    });
    let answer = people.mediator.post(&at(VILLAGE, ""), body).await.expect(422);
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["dispute_type", "on_behalf_of", "organ", "parties.0.name", "parties.0.phone", "summary"]);
    let mut nobody = application();
    nobody["parties"] = json!([]);
    assert_eq!(people.mediator.post(&at(VILLAGE, ""), nobody).await.expect(422).fields(), ["parties"]);
    let mut organ = application();
    organ["organ"] = json!("court");
    assert_eq!(people.mediator.post(&at(VILLAGE, ""), organ).await.expect(422).fields(), ["organ"]);
    assert!(people.mediator.get(&at(VILLAGE, "")).await.expect(200).items().is_empty());
    // Who serves one village registers there.
    people.mediator.post(&at(WUHUA, ""), application()).await.refused(403, "base.gate.forbidden");
    let mut below = application();
    below["place"] = json!(VILLAGE);
    people.mediator.post(&at(WUHUA, ""), below).await.expect(201);
}

#[tokio::test]
async fn a_case_is_accepted_with_two_parties_a_mediator_and_nobody_else_who_has_it() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.register(|body| body["parties"] = json!([{ "name": "李阿诗", "side": "applicant" }])).await;
    let refused = people.accept(&id).await.refused(409, "mediation.case.two_parties");
    assert!(refused.text("source").contains("第二条"));
    let party = json!({ "name": "段永胜", "phone": "0871-63000016", "side": "respondent" });
    let added = people.take(&id, "parties", party).await.expect(201);
    assert_eq!(added.text("phone"), "0871-****0016");

    let path = at(HUASHAN, &format!("/{id}/accept"));
    let refused = people.head.post(&path, json!({ "mediator": people.head.id })).await;
    let refused = refused.refused(409, "mediation.case.mediator");
    assert!(refused.text("who").contains("mediation.mediator"), "{:#}", refused.body);

    let body = json!({ "mediator": people.mediator.id, "prior": "court" });
    let refused = people.head.post(&path, body).await.refused(409, "mediation.case.prior");
    assert_eq!(refused.text("rule"), "MEDIATION.PRIOR");
    assert!(refused.text("source").contains("第二十二条") && refused.text("source").contains("宁波"));
    let wrong = json!({ "mediator": people.mediator.id, "dispute_type": "99" });
    assert_eq!(people.head.post(&path, wrong).await.expect(422).fields(), ["dispute_type"]);
    let body = json!({ "mediator": people.mediator.id, "dispute_type": "15" });
    assert_eq!(people.head.post(&path, body).await.expect(200).text("dispute_type"), "15");

    for (organ, prior, status) in [("police", "court", 409), ("court", "court", 200), ("petitions", "other_organ", 200)]
    {
        let id = people.register(|body| {
            body["source"] = json!("entrusted");
            body["organ"] = json!(organ);
            body["prior"] = json!(prior);
        });
        people.accept(&id.await).await.expect(status);
    }
}

#[tokio::test]
async fn a_province_with_its_own_regulation_may_let_such_cases_in() {
    let test = platform().await;
    let people = people(&test).await;
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let rule = format!("/places/{PROVINCE}/rules/MEDIATION.PRIOR");
    admin.put(&rule, json!({ "value": false, "reason": "省条例另有规定" })).await.expect(204);
    let id = people.register(|body| body["prior"] = json!("police")).await;
    people.accept(&id).await.expect(200);
}

#[tokio::test]
async fn after_a_clear_refusal_only_the_end_is_open() {
    let test = platform().await;
    let people = people(&test).await;
    let refuse = async |id: &str| {
        let party = people.parties(id).await.remove(1);
        people.take(id, &format!("parties/{party}/refuse"), json!({})).await
    };
    // Before it is accepted.
    let id = people.register(|_| {}).await;
    refuse(&id).await.expect(200);
    let refused = people.accept(&id).await.refused(409, "mediation.case.refused");
    assert_eq!(refused.text("rule"), "M.REFUSE");
    assert!(refused.text("source").contains("第十七条"));
    refuse(&id).await.refused(409, "mediation.case.refused");
    let head = people.head.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let offered: Vec<_> = head.body["actions"].as_array().unwrap().iter().map(|a| &a["action"]).collect();
    assert_eq!(offered, ["mediation.case.decline"]);
    let reason = json!({ "reason": "对方拒绝" });
    let declined = people.head.post(&at(VILLAGE, &format!("/{id}/decline")), reason).await.expect(200);
    assert_eq!(declined.body["other_ways"].as_array().unwrap().len(), 3);

    // While it is mediated.
    let id = people.accepted().await;
    refuse(&id).await.expect(200);
    let written = json!({ "content": "各退一步", "settles": [] });
    people.agree_orally(&id).await.refused(409, "mediation.case.refused");
    people.take(&id, "agree_in_writing", written).await.refused(409, "mediation.case.refused");
    let everybody = json!({ "agreed_by": people.parties(&id).await });
    people.take(&id, "prolong", everybody).await.refused(409, "mediation.case.refused");
    let party = json!({ "name": "王五", "side": "respondent" });
    people.take(&id, "parties", party).await.refused(409, "mediation.case.refused");
    assert_eq!(people.offered(&id).await, ["end"]);
    assert_eq!(people.show(&id).await.text("/parties/1/refused_on"), "2026-03-02");
    let ended = people.take(&id, "end", json!({ "reason": "refused" })).await.expect(200);
    let ways: Vec<_> = ended.body["other_ways"].as_array().unwrap().iter().map(|w| &w["way"]).collect();
    assert_eq!(ways, ["arbitration", "administrative", "court"]);
    assert!(ended.text("/other_ways/0/basis/zh").contains("第二十六条"));
    assert_eq!(people.show(&id).await.text("/steps/2/reason"), "当事人拒绝调解");

    // An agreement in effect binds.
    let id = people.accepted().await;
    people.agree_orally(&id).await.expect(200);
    refuse(&id).await.refused(409, "mediation.case.refusal_late");
    people.take(&id, &format!("parties/{}/refuse", uuid::Uuid::nil()), json!({})).await.expect(404);
}

#[tokio::test]
async fn an_end_says_why_and_another_reason_says_which() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let refused = people.take(&id, "end", json!({ "reason": "other" })).await.expect(422);
    assert_eq!(refused.fields(), ["note"]);
    people.take(&id, "end", json!({ "reason": "tired" })).await.expect(422);
    let ended = people.take(&id, "end", json!({ "reason": "other", "note": "标的物灭失" })).await.expect(200);
    assert_eq!((ended.text("state"), ended.text("end_reason")), ("ended".into(), "other".into()));
    people.agree_orally(&id).await.refused(409, "base.process.not_now");
}

#[tokio::test]
async fn it_goes_on_beyond_a_month_only_if_all_parties_agree() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    test.pass(Duration::days(30));
    let parties = people.parties(&id).await;
    let refused = people.take(&id, "prolong", json!({ "agreed_by": [parties[0]] })).await;
    let refused = refused.refused(409, "mediation.case.consent");
    assert_eq!(refused.text("rule"), "M.PERIOD");
    assert!(refused.text("detail").contains("段永胜"));
    let foreign = json!({ "agreed_by": [parties[0], parties[0], people.mediator.id] });
    assert_eq!(people.take(&id, "prolong", foreign).await.expect(422).fields(), ["agreed_by.1", "agreed_by.2"]);
    let etag = people.show(&id).await.header("etag").unwrap().to_owned();
    let longer = people.take_seen(&id, "prolong", json!({ "agreed_by": parties }), &etag).await.expect(200);
    assert_eq!((longer.text("state"), longer.text("due_at")), ("mediating".into(), "2026-05-06T10:00:00Z".into()));
    assert_eq!(people.mediator.get("/me/inbox").await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn names_and_telephones_stay_with_who_deals_with_the_case() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.register(|body| body["on_behalf_of"] = json!("𠮷阿普·木呷")).await;
    people.accept(&id).await.expect(200);
    people.agree_orally(&id).await.expect(200);
    let shown = people.show(&id).await;
    assert_eq!(shown.text("/parties/0/phone"), "138****0001");
    assert_eq!(shown.text("/parties/0/name"), "李阿诗");
    assert_eq!(shown.text("on_behalf_of"), "𠮷阿普·木呷");
    let list = people.mediator.get(&at(VILLAGE, "")).await.expect(200).body.to_string();
    test.settle().await;
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit")).await.expect(200).body.to_string();
    let integrator = test.role(WUHUA, "base.integrator").await;
    test.pass(Duration::seconds(5));
    let feed = integrator.get(&format!("/places/{WUHUA}/events")).await.expect(200);
    // The first is the switch that made the module's operations be there.
    let topics: Vec<_> = feed.items().iter().skip(1).map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(topics, ["mediation.case.accepted", "mediation.case.agreed", "mediation.case.effective"]);
    for text in [list, audit, feed.body.to_string()] {
        for secret in ["李阿诗", "段永胜", "木呷", "13888800001", "8880 0001", "三百元"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test]
async fn a_mediator_sees_the_village_she_serves_and_figures_count_what_was_done() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    people.take(&id, "end", json!({ "reason": "no_agreement" })).await.expect(200);
    let id = people.register(|body| body["source"] = json!("own_motion")).await;
    people.accept(&id).await.expect(200);
    people.agree_orally(&id).await.expect(200);
    people.take(&id, "perform", json!({ "reason": "当场付清，有收条" })).await.expect(200);

    let other = test.role(OTHER_VILLAGE, "mediation.mediator").await;
    assert!(other.get(&at(WUHUA, "")).await.expect(200).items().is_empty());
    other.get(&at(WUHUA, &format!("/{id}"))).await.expect(404);
    let office = test.role(HUASHAN, "mediation.justice_office").await;
    assert_eq!(office.get(&at(HUASHAN, "?source=own_motion")).await.expect(200).items().len(), 1);
    assert_eq!(office.get(&at(HUASHAN, "?dispute_type=02&phase=done")).await.expect(200).items().len(), 2);
    office.get(&at(HUASHAN, "?source=none")).await.expect(422);
    office.get(&at(ESHAN, "")).await.expect(404);

    let viewer = test.role(WUHUA, "base.viewer").await;
    let figures = async |id: &str| -> Vec<Value> {
        let answer = viewer.get(&format!("/places/{WUHUA}/statistics/mediation.cases.{id}")).await.expect(200);
        let rows = answer.body["rows"].as_array().unwrap().iter();
        rows.map(|row| json!([row["label"], row["value"]])).collect()
    };
    assert_eq!(figures("by_type").await, [json!(["02", 2])]);
    assert_eq!(figures("by_source").await, [json!(["application", 1]), json!(["own_motion", 1])]);
    assert_eq!(figures("by_end").await, [json!(["ended", 1]), json!(["performed", 1])]);
    assert_eq!(figures("by_reason").await, [json!(["no_agreement", 1])]);
    assert_eq!(figures("by_form").await, [json!(["oral", 1])]);
}

#[tokio::test]
async fn a_party_whom_the_base_data_knows_is_filled_in_and_typed_by_nobody() {
    let test = platform().await;
    let people = people(&test).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty",
        "facts": { "person.name": "李阿诗", "person.phone": "13888800001" } });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let named = |party: Value| {
        let mut body = application();
        body["parties"][0] = party;
        body
    };
    let by_person = named(json!({ "person": person, "side": "applicant" }));
    let id = people.mediator.post(&at(VILLAGE, ""), by_person).await.expect(201).text("id");
    let shown = people.show(&id).await;
    assert_eq!(
        (shown.text("/parties/0/name"), shown.text("/parties/0/phone")),
        ("李阿诗".into(), "138****0001".into())
    );
    assert_eq!(shown.text("/parties/0/person"), person);
    let typed = named(json!({ "person": person, "phone": "13888800009", "side": "applicant" }));
    let refused = people.mediator.post(&at(VILLAGE, ""), typed).await.expect(422);
    assert_eq!(refused.fields(), ["parties.0.phone"]);
    assert_eq!(refused.body["errors"][0]["code"], "base.form.known");
    let both = named(json!({ "person": person, "name": "李阿诗", "side": "applicant" }));
    assert_eq!(people.mediator.post(&at(VILLAGE, ""), both).await.expect(422).fields(), ["parties.0.name"]);
    let nobody = named(json!({ "side": "applicant" }));
    assert_eq!(people.mediator.post(&at(VILLAGE, ""), nobody).await.expect(422).fields(), ["parties.0.name"]);
    // Who may register cases, and not use base data, is told who may.
    let alone = test.user(VILLAGE, &["mediation.case.register", "mediation.case.read"]).await;
    alone.post(&at(VILLAGE, ""), named(json!({ "person": person, "side": "applicant" }))).await.expect(403);
    let more = json!({ "person": person, "side": "respondent" });
    people.mediator.post(&at(VILLAGE, &format!("/{id}/parties")), more).await.expect(201);
}
