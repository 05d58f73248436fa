//! Judicial confirmation: what is not accepted, what is too late, and what nobody can know yet. The worked examples are in
//! `tests/stories/mediation.rs`.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::{People, people, platform};

fn noon(day: &str) -> DateTime<Utc> {
    format!("{day}T04:00:00Z").parse().unwrap()
}

/// A written agreement in effect today.
async fn in_effect(people: &People<'_>, change: impl FnOnce(&mut Value), settles: Value, today: &str) -> String {
    let id = people.register(change).await;
    people.accept(&id).await.expect(200);
    let written = json!({ "content": "按约定办理", "settles": settles });
    people.take(&id, "agree_in_writing", written).await.expect(200);
    let signed = people.signed(&id, today).await;
    people.take(&id, "take_effect", signed).await.expect(200);
    id
}

#[tokio::test]
async fn each_thing_that_courts_do_not_accept_has_its_article_and_another_door() {
    let test = platform().await;
    let people = people(&test).await;
    for (settles, item, door) in [
        ("property_ownership", "第五项", "民法典第二百三十四条"),
        ("ip_ownership", "第五项", "人民法院"),
        ("marriage_validity", "第三项", "婚姻登记机关"),
        ("parent_child", "第三项", "第一千零七十三条"),
        ("adoption", "第三项", "民政部门"),
        ("other_special_procedure", "第四项", "该程序"),
    ] {
        let id = in_effect(&people, |_| {}, json!([settles]), "2026-03-02").await;
        let shown = people.show(&id).await;
        assert_eq!(shown.body["confirmation"]["offered"], false);
        assert!(shown.body["confirmation"].get("last_day").is_none(), "no day for what is not accepted");
        let told = &shown.body["confirmation"]["not_accepted"][0];
        assert!(told["article"]["zh"].as_str().unwrap().contains(item), "{told:#}");
        assert!(told["next_door"]["zh"].as_str().unwrap().contains(door), "{told:#}");
        let apply = json!({ "on": "2026-03-02", "court": "五华区人民法院" });
        let refused = people.take(&id, "apply_for_confirmation", apply).await;
        let refused = refused.refused(409, "mediation.confirmation.not_accepted");
        assert!(refused.text("source").contains("第三百五十五条") && refused.text("who").contains(door));
    }
}

#[tokio::test]
async fn an_application_is_in_time_once_and_together() {
    let test = platform().await;
    let people = people(&test).await;
    let early = people.accepted().await;
    let apply = |on: &str| json!({ "on": on, "court": "五华区人民法院" });
    people
        .take(&early, "apply_for_confirmation", apply("2026-03-02"))
        .await
        .refused(409, "mediation.confirmation.no_effect");

    let id = in_effect(&people, |_| {}, json!([]), "2026-03-02").await;
    // Thirty days on is Wednesday 1 April.
    assert_eq!(people.show(&id).await.text("/confirmation/last_day"), "2026-04-01");
    for wrong in ["2026-03-01", "2026-03-03"] {
        let refused = people.take(&id, "apply_for_confirmation", apply(wrong)).await.expect(422);
        assert_eq!(refused.fields(), ["on"], "{wrong}");
    }
    test.set_now(noon("2026-04-01"));
    assert_eq!(people.show(&id).await.text("/confirmation/offered"), "true", "the last day still counts");
    test.pass(Duration::days(1));
    assert_eq!(people.show(&id).await.text("/confirmation/standing"), "expired");
    let late = people.take(&id, "apply_for_confirmation", apply("2026-04-02")).await;
    let late = late.refused(409, "mediation.confirmation.late");
    assert_eq!(late.text("rule"), "M.CONFIRM");
    assert!(late.text("source").contains("第三十三条") && late.text("detail").contains("2026-04-01"));
    // What was applied for in time is recorded later as well.
    people.take(&id, "apply_for_confirmation", apply("2026-04-01")).await.expect(200);
    let shown = people.show(&id).await;
    assert_eq!(
        (shown.text("/confirmation/standing"), shown.text("/confirmation/applied_to")),
        ("applied".into(), "五华区人民法院".into())
    );
    let twice = people.take(&id, "apply_for_confirmation", apply("2026-04-01")).await;
    twice.refused(409, "mediation.confirmation.twice");
}

#[tokio::test]
async fn the_court_depends_on_who_invited_the_mediation() {
    let test = platform().await;
    let people = people(&test).await;
    let own = in_effect(&people, |_| {}, json!([]), "2026-03-02").await;
    assert!(people.show(&own).await.text("/confirmation/court/zh").contains("调委会所在地"));
    let invited = |body: &mut Value| {
        body["source"] = json!("entrusted");
        body["organ"] = json!("court");
        body["prior"] = json!("court");
    };
    let invited = in_effect(&people, invited, json!([]), "2026-03-02").await;
    assert!(people.show(&invited).await.text("/confirmation/court/zh").contains("作出邀请"));
}

#[tokio::test]
async fn a_last_day_in_a_year_without_a_notice_says_so() {
    let test = platform().await;
    test.set_now(noon("2026-12-10"));
    let people = people(&test).await;
    let id = in_effect(&people, |_| {}, json!([]), "2026-12-10").await;
    let shown = people.show(&id).await;
    // Thirty days on is Saturday 9 January 2027, whose notice nobody has published.
    assert_eq!(shown.text("/confirmation/last_day"), "2027-01-11");
    assert!(shown.text("/confirmation/calendar/en").contains("calendar known today"));
    assert!(shown.text("/confirmation/calendar/zh").contains("2027年"));
    let known = in_effect(&people, |_| {}, json!([]), "2026-12-10").await;
    assert!(people.show(&known).await.body["confirmation"].get("calendar").is_some());
}
