//! What people do with bookings, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use chrono::Duration;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use jizuo_venue::MODULE;
use serde_json::{Value, json};

fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/venue/bookings{rest}")
}

fn wedding(day: &str) -> Value {
    json!({ "room": "hall", "day": day, "purpose": "wedding", "asker_name": "李阿诗", "asker_phone": "138 8880 0001" })
}

struct People<'a> {
    agent: User<'a>,
    clerk: User<'a>,
}

async fn people(test: &TestApp) -> People<'_> {
    // A Thursday in spring; every test says its days from here.
    test.set_now("2026-04-02T02:00:00Z".parse().unwrap());
    People { agent: test.role(VILLAGE, "venue.agent").await, clerk: test.role(VILLAGE, "venue.clerk").await }
}

impl People<'_> {
    async fn asked(&self, day: &str) -> String {
        self.agent.post(&at(VILLAGE, ""), wedding(day)).await.expect(201).text("id")
    }

    async fn confirm(&self, id: &str) -> Answer {
        self.clerk.post(&at(VILLAGE, &format!("/{id}/confirm")), json!({})).await
    }
}

#[tokio::test]
async fn a_hall_is_asked_for_confirmed_used_and_handed_back() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = people.asked("2026-04-18").await;
    assert_eq!(people.clerk.get("/me/inbox").await.expect(200).items()[0]["action"], "venue.booking.confirm");
    assert_eq!(people.confirm(&id).await.expect(200).text("state"), "confirmed");
    let back = at(VILLAGE, &format!("/{id}/hand_back"));
    people.clerk.post(&back, json!({})).await.refused(409, "venue.booking.early");
    test.pass(Duration::days(16));
    assert_eq!(people.clerk.post(&back, json!({})).await.expect(200).text("phase"), "done");
    let shown = people.agent.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!(line, ["asked", "confirmed", "returned"]);
    assert_eq!(shown.text("asker_phone"), "138****0001");
}

#[tokio::test]
async fn a_taken_room_is_refused_with_the_booking_that_has_it_until_that_is_cancelled() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let (first, second) = (people.asked("2026-04-18").await, people.asked("2026-04-18").await);
    let other_day = people.asked("2026-04-19").await;
    let code = people.confirm(&first).await.expect(200).text("code");
    people.confirm(&other_day).await.expect(200);
    let refused = people.confirm(&second).await.refused(409, "venue.booking.taken");
    assert_eq!(refused.text("/current/code"), code);
    assert!(!refused.body.to_string().contains("李阿诗"), "{:#}", refused.body);
    let elsewhere = test.role(OTHER_VILLAGE, "venue.agent").await;
    elsewhere.also(OTHER_VILLAGE, "venue.clerk").await;
    let id = elsewhere.post(&at(OTHER_VILLAGE, ""), wedding("2026-04-18")).await.expect(201).text("id");
    elsewhere.post(&at(OTHER_VILLAGE, &format!("/{id}/confirm")), json!({})).await.expect(200);
    people.agent.post(&at(VILLAGE, &format!("/{first}/cancel")), json!({ "reason": "改期" })).await.expect(200);
    people.confirm(&second).await.expect(200);
}

#[tokio::test]
async fn of_two_clerks_who_confirm_the_same_room_at_once_one_is_told_who_has_it() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    for day in ["2026-04-18", "2026-04-19", "2026-04-20"] {
        let (one, two) = (people.asked(day).await, people.asked(day).await);
        let (first, second) = (people.clerk.at_once(), test.role(HUASHAN, "venue.clerk").await.at_once());
        let (here, there) = (at(VILLAGE, &format!("/{one}/confirm")), at(HUASHAN, &format!("/{two}/confirm")));
        let (a, b) = tokio::join!(first.post(&here, json!({})), second.post(&there, json!({})));
        let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
        let lost = lost.refused(409, "venue.booking.taken");
        assert_eq!(lost.text("/current/code"), won.expect(200).text("code"));
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let body = json!({
        "room": "square", "day": "2026-04-01", "purpose": "performance", "asker_name": " ", "asker_phone": "12",
    });
    let answer = people.agent.post(&at(VILLAGE, ""), body).await.expect(422);
    assert_eq!(answer.fields(), ["day", "asker_name", "asker_phone"]);
    let township = test.role(HUASHAN, "venue.agent").await;
    assert_eq!(township.post(&at(HUASHAN, ""), wedding("2026-04-18")).await.expect(422).fields(), ["place"]);
    let mut body = wedding("2026-04-18");
    body["room"] = "garden".into();
    people.agent.post(&at(VILLAGE, ""), body).await.expect(422);
    assert!(people.clerk.get(&at(VILLAGE, "")).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn a_county_says_how_many_days_ahead_a_room_is_booked() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    people.asked("2026-07-01").await;
    let answer = people.agent.post(&at(VILLAGE, ""), wedding("2026-07-02")).await.expect(422);
    assert_eq!(answer.fields(), ["day"]);
    let admin = test.role(WUHUA, "base.system_admin").await;
    let rule = format!("/places/{WUHUA}/rules/VENUE.AHEAD");
    admin.put(&rule, json!({ "value": 120, "reason": "外出务工人员提前安排" })).await.expect(204);
    people.asked("2026-07-02").await;
}

#[tokio::test]
async fn what_is_over_is_not_confirmed_and_declining_says_why() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = people.asked("2026-04-03").await;
    test.pass(Duration::days(3));
    people.confirm(&id).await.refused(409, "venue.booking.past");
    let decline = at(VILLAGE, &format!("/{id}/decline"));
    assert_eq!(people.clerk.post(&decline, json!({})).await.expect(422).fields(), ["reason"]);
    people.agent.post(&decline, json!({ "reason": "不行" })).await.expect(403);
    let declined = people.clerk.post(&decline, json!({ "reason": "申请的日期已过" })).await.expect(200);
    assert_eq!(declined.text("state"), "declined");
}

#[tokio::test]
async fn the_village_lists_a_day_and_the_county_counts_purposes() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = people.asked("2026-04-18").await;
    people.asked("2026-04-19").await;
    people.confirm(&id).await.expect(200);
    assert_eq!(people.clerk.get(&at(VILLAGE, "?day=2026-04-18")).await.expect(200).items()[0]["id"], id.as_str());
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figures = viewer.get(&format!("/places/{WUHUA}/statistics/venue.bookings.by_purpose")).await.expect(200);
    assert_eq!(figures.body["rows"][0]["label"], "wedding");
    assert_eq!(figures.text("total"), "2");
    test.settle().await;
    test.pass(Duration::seconds(5));
    let reader = test.role(WUHUA, "base.integrator").await;
    let feed = reader.get(&format!("/places/{WUHUA}/events?topic=venue.booking.confirmed")).await.expect(200);
    assert_eq!(feed.items().len(), 1);
    assert!(!feed.body.to_string().contains("李阿诗"), "{:#}", feed.body);
}
