//! Calling a meeting: the right body, composed as the law says, with notice given in time.

use jizuo_testing::places::ESHAN;
use serde_json::{Value, json};

use crate::{COMMUNITY, VILLAGE, at, meeting, people, platform};

fn representatives(women: u32) -> Value {
    let figures = json!({ "committee": 5, "representatives": 40, "women_representatives": women });
    meeting("villagers_representatives", "public_welfare", figures)
}

#[tokio::test]
async fn scenario_3_the_representatives_meeting_is_composed_as_the_law_says() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let refused = people.call(representatives(14)).await.refused(409, "consultation.meeting.composition");
    assert_eq!(refused.text("rule"), "V.REP.COMPOSE.WOMEN");
    assert!(refused.text("source").contains("第二十九条"));
    assert!(refused.text("detail").contains("15"), "the number needed is named: {:#}", refused.body);
    assert_eq!(refused.text("/current/needed"), "15");

    let id = people.ready(representatives(15)).await;
    let shown = people.clerk.get(&at(VILLAGE, &format!("/meetings/{id}"))).await.expect(200);
    assert_eq!((shown.text("/convening/0/needed"), shown.text("/convening/0/of_number")), ("36".into(), "45".into()));
    assert_eq!(people.attend(&id, 29).await.expect(200).text("result"), "not_valid");
    for (yes, result) in [(15, "rejected"), (16, "passed")] {
        let id = people.ready(representatives(15)).await;
        assert_eq!(people.attend(&id, 30).await.expect(200).text("state"), "held");
        assert_eq!(people.vote(&id, yes, 0, 0).await.expect(200).text("result"), result);
    }

    // Ten of the committee to forty are too many: four fifths of fifty are forty, of fifty-one forty-one.
    let mixed = |committee: u32| {
        let figures = json!({ "committee": committee, "representatives": 40, "women_representatives": 17 });
        meeting("villagers_representatives", "public_welfare", figures)
    };
    people.call(mixed(10)).await.expect(201);
    let refused = people.call(mixed(11)).await.refused(409, "consultation.meeting.composition");
    assert_eq!(refused.text("rule"), "V.REP.COMPOSE.REPRESENTATIVES");
    let urban = crate::people(&test, COMMUNITY).await;
    let figures = json!({ "committee": 9, "representatives": 30 });
    let refused = urban.call(meeting("residents_representatives", "residents_other", figures)).await;
    assert_eq!(refused.refused(409, "consultation.meeting.composition").text("rule"), "U.REP.COMPOSE.REPRESENTATIVES");
    let few = meeting("collective_representatives", "collective_plans", json!({ "representatives": 20 }));
    let refused = people.call(few).await.refused(409, "consultation.meeting.composition");
    assert_eq!((refused.text("rule"), refused.text("/current/needed")), ("C.REP.SIZE".into(), "21".into()));
}

#[tokio::test]
async fn scenario_5_land_compensation_belongs_to_the_members_assembly_of_the_collective() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let found = people.clerk.get(&at(VILLAGE, "/matters?q=%E5%BE%81%E5%9C%B0%E6%AC%BE")).await.expect(200);
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.items()[0]["code"], "land_compensation");
    assert_eq!(found.items()[0]["bodies"], json!(["collective_assembly"]));

    let figures = json!({ "committee": 5, "representatives": 40, "women_representatives": 15 });
    let wrong = meeting("villagers_representatives", "land_compensation", figures);
    let refused = people.call(wrong.clone()).await.refused(409, "consultation.meeting.body");
    assert!(refused.text("detail").contains("成员大会"), "{:#}", refused.body);
    assert!(
        refused.text("source").contains("第二十六条第一款第十项")
            && refused.text("source").contains("第二十八条第四款")
    );
    assert!(refused.text("who").contains("集体经济组织成员大会"));
    assert_eq!(refused.body["current"]["bodies"], json!(["collective_assembly"]));
    let english = people.clerk.header("accept-language", "en").post(&at(VILLAGE, "/meetings"), wrong).await;
    assert!(english.refused(409, "consultation.meeting.body").text("source").contains("Article 28, paragraph 4"));
    // Nor does a slip elsewhere in the form hide that the body is the wrong one.
    let sloppy = json!({
        "body": "collective_representatives", "matter": "land_compensation", "title": "", "held_on": "2026-03-02",
    });
    let refused = people.call(sloppy).await.refused(409, "consultation.meeting.body");
    assert_eq!(refused.text("/current/delegable"), "false");
    people.call(meeting("villagers_assembly_persons", "land_compensation", json!({ "adults": 900 }))).await.expect(409);
    people.call(meeting("collective_assembly", "land_compensation", json!({ "members": 300 }))).await.expect(201);
}

#[tokio::test]
async fn villages_and_communities_are_under_laws_of_their_own() {
    let test = platform().await;
    let (village, community) = (people(&test, VILLAGE).await, people(&test, COMMUNITY).await);
    let assembly = |body: &str, matter: &str| meeting(body, matter, json!({ "adults": 900 }));
    let refused = community.call(assembly("villagers_assembly_persons", "village_planning")).await;
    assert!(refused.refused(409, "consultation.meeting.other_law").text("detail").contains("城市居民委员会组织法"));
    village
        .call(assembly("residents_assembly_persons", "residents_other"))
        .await
        .refused(409, "consultation.meeting.other_law");
    let ids = |answer: jizuo_testing::Answer| -> Vec<String> {
        answer.items().iter().map(|body| body["id"].as_str().unwrap().to_owned()).collect()
    };
    let here = ids(village.clerk.get(&at(VILLAGE, "/bodies")).await.expect(200));
    assert!(
        here.contains(&"villagers_representatives".to_owned()) && !here.iter().any(|id| id.starts_with("residents"))
    );
    let here = ids(community.clerk.get(&at(COMMUNITY, "/bodies")).await.expect(200));
    assert!(here.contains(&"collective_assembly".to_owned()), "a community may have a collective");
    assert!(
        here.contains(&"residents_representatives".to_owned()) && !here.iter().any(|id| id.starts_with("villagers"))
    );
}

#[tokio::test]
async fn notice_is_given_ten_days_before_or_the_special_circumstances_are_on_record() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let called = |body: &str, matter: &str, notice: &str, figures: Value| {
        let mut new = meeting(body, matter, figures);
        new["notice_on"] = json!(notice);
        new
    };
    let adults = || json!({ "adults": 900 });
    let assembly = |notice: &str| called("villagers_assembly_persons", "village_planning", notice, adults());
    people.call(assembly("2026-02-20")).await.expect(201);
    let refused = people.call(assembly("2026-02-21")).await.refused(409, "consultation.meeting.notice");
    assert_eq!(refused.text("rule"), "V.ASM.NOTICE");
    assert_eq!((refused.text("/current/needed"), refused.text("/current/given")), ("10".into(), "9".into()));
    assert!(refused.text("source").contains("第二十五条"));
    let mut hurried = assembly("2026-02-27");
    hurried["short_notice"] = json!("山洪冲毁取水口，须立即决定抢修");
    let id = people.call(hurried).await.expect(201).text("id");
    let shown = people.clerk.get(&at(VILLAGE, &format!("/meetings/{id}"))).await.expect(200);
    assert_eq!((shown.text("/convening/0/actual"), shown.text("/convening/0/met")), ("3".into(), "false".into()));
    assert!(shown.text("short_notice").contains("抢修"));
    // The collective's law knows no short notice.
    let mut hurried = called("collective_assembly", "investment", "2026-02-27", json!({ "members": 300 }));
    hurried["short_notice"] = json!("机会难得");
    let refused = people.call(hurried).await.refused(409, "consultation.meeting.notice");
    assert_eq!(refused.text("rule"), "C.NOTICE");

    let mut silent = assembly("2026-02-20");
    silent.as_object_mut().unwrap().remove("notice_on");
    assert_eq!(people.call(silent).await.expect(422).fields(), ["notice_on"]);
    // Nobody asks a group for ten days.
    let mut group = meeting("group_households", "group_leader", json!({ "households": 31 }));
    group.as_object_mut().unwrap().remove("notice_on");
    people.call(group).await.expect(201);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_written() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let body = json!({
        "body": "villagers_representatives", "matter": "public_welfare", "title": " ", "held_on": "2027-06-01",
        "notice_on": "2026-03-03", "figures": { "committee": 0, "representatives": 4, "women_representatives": 5, "adults": 9 },
    });
    let answer = people.call(body).await.expect(422);
    let mut fields = answer.fields();
    fields.sort_unstable();
    let wrong = [
        "delegation",
        "figures.adults",
        "figures.committee",
        "figures.women_representatives",
        "held_on",
        "notice_on",
        "title",
    ];
    assert_eq!(fields, wrong);
    assert!(people.clerk.get(&at(VILLAGE, "/meetings")).await.expect(200).items().is_empty());
    let unknown = json!({ "body": "council", "matter": "war", "title": "x", "held_on": "2026-03-02" });
    assert_eq!(people.call(unknown).await.expect(422).fields(), ["body", "matter"]);
    // What the platform has no law for it does not compute by another.
    let mut old = meeting("villagers_assembly_persons", "village_planning", json!({ "adults": 900 }));
    old["held_on"] = json!("2025-12-31");
    old["notice_on"] = json!("2025-12-01");
    assert_eq!(people.call(old).await.expect(422).fields(), ["held_on"]);
    let county = test.role(ESHAN, "consultation.clerk").await;
    let mut elsewhere = meeting("group_households", "group_affairs", json!({ "households": 31 }));
    assert_eq!(county.post(&at(ESHAN, "/meetings"), elsewhere.clone()).await.expect(422).fields(), ["place"]);
    elsewhere["place"] = json!(VILLAGE);
    county.post(&at(ESHAN, "/meetings"), elsewhere).await.expect(201);
}

#[tokio::test]
async fn a_form_calls_bodies_and_matters_what_the_lists_call_them() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let community = test.role(COMMUNITY, "consultation.clerk").await;
    let document = people.clerk.get(&format!("/places/{VILLAGE}/openapi.json")).await.expect(200).body;
    let words = &document["components"]["schemas"]["consultation.NewMeeting"]["x-value-words"];
    let matters = people.clerk.get(&at(VILLAGE, "/matters")).await.expect(200);
    let bodies = people.clerk.get(&at(VILLAGE, "/bodies")).await.expect(200);
    let others = community.get(&at(COMMUNITY, "/bodies")).await.expect(200);
    assert_eq!(matters.items().len(), words["matter"].as_object().unwrap().len());
    for matter in matters.items() {
        assert_eq!(words["matter"][matter["code"].as_str().unwrap()], matter["title"], "{matter}");
    }
    for body in bodies.items().iter().chain(others.items()) {
        assert_eq!(words["body"][body["id"].as_str().unwrap()], body["title"], "{body}");
    }
}
