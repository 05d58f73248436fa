//! What people do with mediation cases, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod agreements;
mod cases;
mod confirmation;

use jizuo_mediation::MODULE;
use jizuo_testing::places::{HUASHAN, VILLAGE};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

pub(crate) fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/mediation/cases{rest}")
}

pub(crate) fn application() -> Value {
    json!({
        "dispute_type": "02", "source": "application", "summary": "两家因排水沟走向发生争执",
        "parties": [
            { "name": "李阿诗", "phone": "138 8880 0001", "side": "applicant" },
            { "name": "段永胜", "side": "respondent" },
        ],
    })
}

pub(crate) struct People<'a> {
    pub(crate) mediator: User<'a>,
    pub(crate) head: User<'a>,
}

pub(crate) async fn platform() -> TestApp {
    TestApp::with(&[&MODULE]).await
}

pub(crate) async fn people(test: &TestApp) -> People<'_> {
    People {
        mediator: test.role(VILLAGE, "mediation.mediator").await,
        head: test.role(HUASHAN, "mediation.head").await,
    }
}

impl People<'_> {
    pub(crate) async fn register(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut body = application();
        change(&mut body);
        self.mediator.post(&at(VILLAGE, ""), body).await.expect(201).text("id")
    }

    /// A step taken by the mediator.
    pub(crate) async fn take(&self, id: &str, step: &str, body: Value) -> Answer {
        self.mediator.post(&at(VILLAGE, &format!("/{id}/{step}")), body).await
    }

    /// A step that leads back to where it starts from wants to know what was seen.
    pub(crate) async fn take_seen(&self, id: &str, step: &str, body: Value, etag: &str) -> Answer {
        self.mediator.header("if-match", etag).post(&at(VILLAGE, &format!("/{id}/{step}")), body).await
    }

    pub(crate) async fn accept(&self, id: &str) -> Answer {
        self.head.post(&at(VILLAGE, &format!("/{id}/accept")), json!({ "mediator": self.mediator.id })).await
    }

    pub(crate) async fn accepted(&self) -> String {
        let id = self.register(|_| {}).await;
        self.accept(&id).await.expect(200);
        id
    }

    pub(crate) async fn show(&self, id: &str) -> Answer {
        self.mediator.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200)
    }

    pub(crate) async fn parties(&self, id: &str) -> Vec<String> {
        let shown = self.show(id).await;
        shown.body["parties"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The steps that are offered, without what stands before them.
    pub(crate) async fn offered(&self, id: &str) -> Vec<String> {
        let shown = self.show(id).await;
        let last = |step: &Value| step["action"].as_str().unwrap().rsplit('.').next().unwrap().to_owned();
        shown.body["actions"].as_array().unwrap().iter().map(last).collect()
    }

    /// An oral agreement of all parties, now.
    pub(crate) async fn agree_orally(&self, id: &str) -> Answer {
        let body = json!({ "content": "当场赔偿三百元", "amount": 30_000, "settles": [],
            "acknowledged_by": self.parties(id).await });
        self.take(id, "agree_orally", body).await
    }

    /// Everybody's signatures, the mediator's and the seal, all on one day.
    pub(crate) async fn signed(&self, id: &str, on: &str) -> Value {
        let parties = self.parties(id).await;
        let signatures: Vec<_> = parties.iter().map(|party| json!({ "party": party, "on": on })).collect();
        json!({ "signatures": signatures, "mediator_signed_on": on, "sealed_on": on })
    }
}
