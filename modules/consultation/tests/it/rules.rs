//! What nobody can leave out or lower: the Party organisation's study, the quorum of the law, and the figures of old.

use jizuo_testing::places::{ESHAN, PROVINCE};
use serde_json::json;

use crate::{COMMUNITY, VILLAGE, at, meeting, people, platform};

#[tokio::test]
async fn the_party_organisation_studies_first_and_no_county_leaves_it_out() {
    let test = platform().await;
    for (place, body, matter, figures, rule, article) in [
        (
            VILLAGE,
            "villagers_assembly_persons",
            "village_planning",
            json!({ "adults": 900 }),
            "V.PARTY.FIRST",
            "第二十八条第三款",
        ),
        (
            COMMUNITY,
            "residents_assembly_persons",
            "residents_other",
            json!({ "adults": 900 }),
            "U.PARTY.FIRST",
            "第三十条第四款",
        ),
        (VILLAGE, "collective_assembly", "investment", json!({ "members": 90 }), "C.PARTY.FIRST", "第二十六条第二款"),
    ] {
        let people = people(&test, place).await;
        let id = people.call(meeting(body, matter, figures)).await.expect(201).text("id");
        assert_eq!(
            people.secretary.get("/me/inbox").await.expect(200).items()[0]["action"],
            "consultation.meeting.study"
        );
        for (who, path) in [(&people.clerk, "attend"), (&people.clerk, "exempt")] {
            let body = if path == "attend" { json!({ "in_person": 80 }) } else { json!({}) };
            let refused = who.post(&people.step(&id, path), body).await;
            let refused = refused.refused(409, "consultation.meeting.study_first");
            assert_eq!(refused.text("rule"), rule);
            assert!(refused.text("source").contains(article) && refused.text("who").contains("书记"));
        }
        people.clerk.post(&people.step(&id, "study"), json!({ "studied_on": "2026-02-18" })).await.expect(403);
        let late = people.secretary.post(&people.step(&id, "study"), json!({ "studied_on": "2026-03-03" })).await;
        assert_eq!(late.expect(422).fields(), ["studied_on"]);
        let body = json!({ "studied_on": "2026-02-18", "reason": "支委会会议" });
        let studied = people.secretary.post(&people.step(&id, "study"), body).await.expect(200);
        assert_eq!(studied.text("state"), "ready");
        let shown = people.clerk.get(&at(place, &format!("/meetings/{id}"))).await.expect(200);
        assert_eq!(shown.text("studied_on"), "2026-02-18");
        people.clerk.post(&people.step(&id, "cancel"), json!({ "reason": "合并到下次会议" })).await.expect(200);
    }

    let admin = test.role(ESHAN, "base.system_admin").await;
    let process = format!("/places/{ESHAN}/processes/consultation.meeting");
    for step in ["study", "exempt", "attend", "publish"] {
        let lay = json!({ "overlay": { "skip": [format!("consultation.meeting.{step}")] }, "reason": "简化" });
        let refused = admin.put(&process, lay).await.refused(409, "base.process.fixed");
        assert!(step != "study" || refused.text("source").contains("第二十八条第三款"));
    }
    for rule in ["V.PARTY.FIRST", "U.PARTY.FIRST", "C.PARTY.FIRST"] {
        let off = json!({ "value": false, "reason": "简化" });
        admin.put(&format!("/places/{ESHAN}/rules/{rule}"), off).await.expect(409);
    }
}

#[tokio::test]
async fn a_county_adds_a_step_of_its_own_and_a_group_needs_no_study() {
    let test = platform().await;
    let admin = test.role(ESHAN, "base.system_admin").await;
    let overlay = json!({ "add": [{
        "id": "deliberate", "title": { "zh": "村“两委”会商议", "en": "Deliberation by the two committees" },
        "before": "consultation.meeting.attend", "permission": "consultation.meeting.call",
    }] });
    let process = format!("/places/{ESHAN}/processes/consultation.meeting");
    admin.put(&process, json!({ "overlay": overlay, "reason": "四议两公开" })).await.expect(204);
    let people = people(&test, VILLAGE).await;
    let id = people.ready(meeting("villagers_assembly_persons", "village_planning", json!({ "adults": 900 }))).await;
    people.attend(&id, 500).await.refused(409, "base.process.not_now");
    people.clerk.post(&people.step(&id, "local/deliberate"), json!({})).await.expect(200);
    people.attend(&id, 500).await.expect(200);

    let group = people.call(meeting("group_persons", "group_leader", json!({ "adults": 96 }))).await.expect(201);
    assert_eq!(group.text("state"), "ready");
    let shown = people.clerk.get(&at(VILLAGE, &format!("/meetings/{}", group.text("id")))).await.expect(200);
    assert_eq!(shown.text("/steps/1/action"), "consultation.meeting.exempt");
}

#[tokio::test]
async fn a_countys_own_step_before_the_end_lets_nothing_be_decided_without_a_quorum() {
    let test = platform().await;
    let admin = test.role(ESHAN, "base.system_admin").await;
    let overlay = json!({ "add": [{
        "id": "recount", "title": { "zh": "复核到会人数", "en": "Count again" },
        "before": "consultation.meeting.lapse", "permission": "consultation.meeting.attend",
    }] });
    let process = format!("/places/{ESHAN}/processes/consultation.meeting");
    admin.put(&process, json!({ "overlay": overlay, "reason": "慎重" })).await.expect(204);
    let people = people(&test, VILLAGE).await;
    let id = people.ready(meeting("group_persons", "group_affairs", json!({ "adults": 96 }))).await;
    let held = people.attend(&id, 63).await.expect(200);
    assert_eq!((held.text("state"), held.text("/quorum/met")), ("held".into(), "false".into()));
    let refused = people.vote(&id, 63, 0, 0).await.refused(409, "consultation.meeting.no_quorum");
    assert_eq!(refused.text("rule"), "V.GRP.QUORUM.PERSONS");
    people.clerk.post(&people.step(&id, "local/recount"), json!({})).await.expect(200);
    let lapsed = people.clerk.post(&people.step(&id, "lapse"), json!({ "reason": "仍为 63 人" })).await.expect(200);
    assert_eq!(lapsed.text("result"), "not_valid");
}

#[tokio::test]
async fn nobody_lowers_a_quorum_and_what_a_province_raises_does_not_touch_an_old_result() {
    let test = platform().await;
    let county = test.role(ESHAN, "base.system_admin").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    for rule in ["V.ASM.QUORUM.PERSONS", "V.REP.QUORUM", "V.GRP.PASS", "U.REP.QUORUM", "L.LAND.MEMBERS"] {
        for (who, place) in [(&county, ESHAN), (&province, PROVINCE)] {
            let lower = json!({ "value": ">=1/3", "reason": "人难召集" });
            let refused = who.put(&format!("/places/{place}/rules/{rule}"), lower).await.expect(409);
            assert_eq!(refused.text("rule"), rule);
        }
    }
    let lower = json!({ "value": ">1/2", "reason": "人难召集" });
    county.put(&format!("/places/{ESHAN}/rules/C.ASM.PASS"), lower).await.expect(409);

    let people = people(&test, VILLAGE).await;
    let new = || meeting("collective_assembly", "investment", json!({ "members": 300 }));
    let old = people.ready(new()).await;
    people.attend(&old, 210).await.expect(200);
    let before = people.vote(&old, 205, 5, 0).await.expect(200);
    assert_eq!((before.text("result"), before.text("/pass/0/needed")), ("passed".into(), "200".into()));

    let stricter = json!({ "value": ">=3/4", "reason": "省条例" });
    province.put(&format!("/places/{PROVINCE}/rules/C.ASM.PASS"), stricter).await.expect(204);
    let shown = people.clerk.get(&at(VILLAGE, &format!("/meetings/{old}"))).await.expect(200);
    assert_eq!(shown.body["pass"], before.body["pass"], "an old result stays what it was");
    let id = people.ready(new()).await;
    people.attend(&id, 210).await.expect(200);
    let after = people.vote(&id, 205, 5, 0).await.expect(200);
    assert_eq!((after.text("result"), after.text("/pass/0/needed")), ("rejected".into(), "225".into()));
    assert_eq!(after.text("/pass/0/set_by/zh"), "云南省");
}

#[tokio::test]
async fn online_and_proxies_count_where_the_law_or_the_province_says_so() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let new = || meeting("villagers_assembly_persons", "village_planning", json!({ "adults": 900 }));
    let id = people.ready(new()).await;
    let online = json!({ "in_person": 400, "online": 60 });
    let path = people.step(&id, "attend");
    let refused = people.clerk.post(&path, online.clone()).await.refused(409, "consultation.meeting.online");
    assert_eq!(refused.text("rule"), "V.MEETING.ONLINE");
    let proxy = json!({ "in_person": 450, "by_proxy": 1 });
    let refused = people.clerk.post(&path, proxy.clone()).await.refused(409, "consultation.meeting.proxy");
    assert!(refused.text("who").contains("省"));
    let county = test.role(ESHAN, "base.system_admin").await;
    let on = json!({ "value": true, "reason": "外出务工多" });
    county.put(&format!("/places/{ESHAN}/rules/V.MEETING.ONLINE"), on.clone()).await.expect(409);
    let province = test.role(PROVINCE, "base.system_admin").await;
    province.put(&format!("/places/{PROVINCE}/rules/V.MEETING.ONLINE"), on).await.expect(204);
    people.clerk.post(&path, proxy).await.refused(409, "consultation.meeting.proxy");
    let held = people.clerk.post(&path, online).await.expect(200);
    assert_eq!((held.text("present"), held.text("state")), ("460".into(), "held".into()));
}

#[tokio::test]
async fn the_rules_of_the_day_of_the_meeting_count_and_nobody_has_come_before_it() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let mut new = meeting("collective_assembly", "investment", json!({ "members": 300 }));
    new["held_on"] = json!("2026-03-20");
    let id = people.ready(new).await;
    people.attend(&id, 210).await.refused(409, "consultation.meeting.too_early");
    // Laid down on the 10th, in force on the 20th, when the meeting is.
    test.set_now("2026-03-10T01:00:00Z".parse().unwrap());
    let province = test.role(PROVINCE, "base.system_admin").await;
    let stricter = json!({ "value": ">=3/4", "reason": "省条例" });
    province.put(&format!("/places/{PROVINCE}/rules/C.ASM.QUORUM"), stricter).await.expect(204);
    test.set_now("2026-03-21T01:00:00Z".parse().unwrap());
    let lapsed = people.attend(&id, 210).await.expect(200);
    assert_eq!((lapsed.text("/quorum/needed"), lapsed.text("result")), ("225".into(), "not_valid".into()));
    // A meeting of the 2nd that is recorded today goes by the rules of the 2nd.
    let id = people.ready(meeting("collective_assembly", "investment", json!({ "members": 300 }))).await;
    let held = people.attend(&id, 210).await.expect(200);
    assert_eq!((held.text("/quorum/needed"), held.text("state")), ("200".into(), "held".into()));
}

#[tokio::test]
async fn figures_are_counted_facts_are_told_and_a_township_sees_its_villages() {
    let test = platform().await;
    let people = people(&test, VILLAGE).await;
    let new = || meeting("group_persons", "group_affairs", json!({ "adults": 96 }));
    let id = people.ready(new()).await;
    people.attend(&id, 63).await.expect(200);
    let id = people.ready(new()).await;
    people.attend(&id, 64).await.expect(200);
    people.vote(&id, 33, 0, 0).await.expect(200);
    let viewer = test.role(ESHAN, "base.viewer").await;
    let figures = |id: &str| format!("/places/{ESHAN}/statistics/consultation.meetings.{id}");
    let by_result = viewer.get(&figures("by_result")).await.expect(200);
    let label = |row: &serde_json::Value| (row["label"].as_str().unwrap().to_owned(), row["value"].as_i64().unwrap());
    let mut rows: Vec<_> = by_result.body["rows"].as_array().unwrap().iter().map(label).collect();
    rows.sort();
    assert_eq!(rows, [("not_valid".to_owned(), 1), ("passed".to_owned(), 1)]);
    assert_eq!(viewer.get(&figures("by_body")).await.expect(200).text("total"), "2");
    assert_eq!(viewer.get(&figures("passed")).await.expect(200).text("total"), "1");
    test.settle().await;
    test.pass(chrono::Duration::minutes(2));
    let reader = test.role(ESHAN, "base.integrator").await;
    let feed = reader.get(&format!("/places/{ESHAN}/events")).await.expect(200);
    for topic in ["called", "decided", "lapsed"] {
        let topic = format!("consultation.meeting.{topic}");
        assert!(feed.items().iter().any(|event| event["type"] == topic.as_str()), "{topic}: {:#}", feed.body);
    }
    assert!(!feed.body.to_string().contains("测试议题"), "a title may name somebody");
    let township = test.role("530426001", "consultation.township").await;
    let passed = township.get(&at("530426001", "/meetings?result=passed&body=group_persons")).await.expect(200);
    assert_eq!(passed.items().len(), 1);
    township.post(&at(VILLAGE, "/meetings"), new()).await.expect(403);
}
