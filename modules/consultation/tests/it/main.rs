//! What people do with meetings, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod calling;
mod deciding;
mod deliberating;
mod rules;

use jizuo_consultation::MODULE;
use jizuo_testing::places::ESHAN;
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

/// 富泉村民委员会 in 双江街道 of 峨山彝族自治县: a village, by the number of its code.
const VILLAGE: &str = "530426001205";
/// 双江社区居民委员会 beside it: a community.
const COMMUNITY: &str = "530426001001";

fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/consultation{rest}")
}

async fn platform() -> TestApp {
    let test = TestApp::with(&[&MODULE]).await;
    test.switch(ESHAN, "consultation", "on").await;
    test
}

struct People<'a> {
    place: &'static str,
    clerk: User<'a>,
    secretary: User<'a>,
}

async fn people<'a>(test: &'a TestApp, place: &'static str) -> People<'a> {
    People {
        place,
        clerk: test.role(place, "consultation.clerk").await,
        secretary: test.role(place, "consultation.secretary").await,
    }
}

/// A meeting on today's date, with notice given in time, of this body on this matter.
fn meeting(body: &str, matter: &str, figures: Value) -> Value {
    json!({
        "body": body, "matter": matter, "title": "测试议题", "held_on": "2026-03-02", "notice_on": "2026-02-20",
        "delegation": "村民会议2026年1月10日决议授权", "figures": figures,
    })
}

impl People<'_> {
    async fn call(&self, body: Value) -> Answer {
        self.clerk.post(&at(self.place, "/meetings"), body).await
    }

    fn step(&self, id: &str, step: &str) -> String {
        at(self.place, &format!("/meetings/{id}/{step}"))
    }

    /// Called, and studied where the law asks for it.
    async fn ready(&self, body: Value) -> String {
        let called = self.call(body).await.expect(201);
        let id = called.text("id");
        if called.text("state") == "called" {
            let studied = json!({ "studied_on": "2026-02-18" });
            self.secretary.post(&self.step(&id, "study"), studied).await.expect(200);
        }
        id
    }

    async fn attend(&self, id: &str, in_person: u32) -> Answer {
        self.clerk.post(&self.step(id, "attend"), json!({ "in_person": in_person })).await
    }

    async fn vote(&self, id: &str, yes: u32, no: u32, abstain: u32) -> Answer {
        self.clerk.post(&self.step(id, "vote"), json!({ "yes": yes, "no": no, "abstain": abstain })).await
    }
}
