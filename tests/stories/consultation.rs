//! Scenarios 1, 3 and 5: a village decides what is its own to decide, with the figures of the law.

use jizuo_server::MODULES;
use jizuo_testing::places::{ESHAN, PROVINCE};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

/// 富泉村民委员会, of 峨山彝族自治县.
const VILLAGE: &str = "530426001205";

struct Village<'a> {
    clerk: User<'a>,
    secretary: User<'a>,
}

impl Village<'_> {
    async fn call(&self, body: &str, matter: &str, figures: Value) -> Answer {
        let meeting = json!({
            "body": body, "matter": matter, "title": "富泉村议题", "held_on": "2026-03-02", "notice_on": "2026-02-20",
            "delegation": "村民自治章程第九条", "figures": figures,
        });
        self.clerk.post(&format!("/places/{VILLAGE}/consultation/meetings"), meeting).await
    }

    async fn step(&self, by: &User<'_>, id: &str, step: &str, body: Value) -> Answer {
        by.post(&format!("/places/{VILLAGE}/consultation/meetings/{id}/{step}"), body).await
    }

    /// Called, studied by the Party organisation, and held with so many present.
    async fn held(&self, body: &str, matter: &str, figures: Value, present: u32) -> (String, Answer) {
        let id = self.call(body, matter, figures).await.expect(201).text("id");
        // Nobody gets past the study.
        let early = self.step(&self.clerk, &id, "attend", json!({ "in_person": present })).await;
        early.refused(409, "consultation.meeting.study_first");
        let studied = json!({ "studied_on": "2026-02-18", "reason": "村党总支委员会会议" });
        self.step(&self.secretary, &id, "study", studied).await.expect(200);
        let held = self.step(&self.clerk, &id, "attend", json!({ "in_person": present })).await.expect(200);
        (id, held)
    }

    async fn result(&self, id: &str, yes: u32, no: u32) -> String {
        self.step(&self.clerk, id, "vote", json!({ "yes": yes, "no": no })).await.expect(200).text("result")
    }
}

async fn village(test: &TestApp) -> Village<'_> {
    test.switch(ESHAN, "consultation", "on").await;
    Village {
        clerk: test.role(VILLAGE, "consultation.clerk").await,
        secretary: test.role(VILLAGE, "consultation.secretary").await,
    }
}

#[tokio::test]
async fn an_assembly_of_1203_adults_needs_602_of_them_and_302_votes() {
    let test = TestApp::with(MODULES).await;
    let village = village(&test).await;
    let adults = || json!({ "adults": 1203 });
    let (_, held) = village.held("villagers_assembly_persons", "village_planning", adults(), 601).await;
    assert_eq!((held.text("result"), held.text("/quorum/needed")), ("not_valid".into(), "602".into()));
    for (yes, result) in [(301, "rejected"), (302, "passed")] {
        let (id, held) = village.held("villagers_assembly_persons", "village_planning", adults(), 602).await;
        assert_eq!(held.text("/quorum/met"), "true");
        assert_eq!(village.result(&id, yes, 602 - yes).await, result);
    }
}

#[tokio::test]
async fn a_representatives_meeting_of_45_needs_15_women_30_present_and_16_votes() {
    let test = TestApp::with(MODULES).await;
    let village = village(&test).await;
    let members = |women: u32| json!({ "committee": 5, "representatives": 40, "women_representatives": women });
    let refused = village.call("villagers_representatives", "public_welfare", members(14)).await;
    let refused = refused.refused(409, "consultation.meeting.composition");
    assert_eq!((refused.text("rule"), refused.text("/current/needed")), ("V.REP.COMPOSE.WOMEN".into(), "15".into()));
    let (_, held) = village.held("villagers_representatives", "public_welfare", members(15), 29).await;
    assert_eq!((held.text("state"), held.text("/quorum/needed")), ("not_valid".into(), "30".into()));
    for (yes, result) in [(15, "rejected"), (16, "passed")] {
        let (id, held) = village.held("villagers_representatives", "public_welfare", members(15), 30).await;
        assert_eq!(held.text("state"), "held");
        assert_eq!(village.result(&id, yes, 30 - yes).await, result);
    }
}

#[tokio::test]
async fn land_compensation_is_sent_from_the_representatives_to_the_collectives_members() {
    let test = TestApp::with(MODULES).await;
    let village = village(&test).await;
    let members = json!({ "committee": 5, "representatives": 40, "women_representatives": 15 });
    let refused = village.call("villagers_representatives", "land_compensation", members).await;
    let refused = refused.refused(409, "consultation.meeting.body");
    for article in ["农村集体经济组织法第二十六条第一款第十项", "第二十八条第四款"] {
        assert!(refused.text("source").contains(article), "{:#}", refused.body);
    }
    let few = village.call("collective_representatives", "land_compensation", json!({ "representatives": 40 })).await;
    assert_eq!(few.refused(409, "consultation.meeting.body").text("/current/bodies/0"), "collective_assembly");
    for (yes, result) in [(199, "rejected"), (200, "passed")] {
        let figures = json!({ "members": 300 });
        let (id, held) = village.held("collective_assembly", "land_compensation", figures, 205).await;
        assert_eq!((held.text("state"), held.text("/quorum/needed")), ("held".into(), "200".into()));
        assert_eq!(village.result(&id, yes, 205 - yes).await, result);
    }
    // The province counts, and reads no single meeting.
    let province = test.user(PROVINCE, &["consultation.meeting.read", "base.statistics.read"]).await;
    let figures = format!("/places/{PROVINCE}/statistics/consultation.meetings.by_result");
    assert_eq!(province.get(&figures).await.expect(200).text("total"), "2");
    let list = province.get(&format!("/places/{VILLAGE}/consultation/meetings")).await;
    list.refused(403, "base.gate.figures_only");
}
