//! What people do with the certificate catalogue, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod catalogue;
mod demands;
mod items;

use jizuo_certificates::MODULE;
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/certificates{rest}")
}

/// The path of a look-up, with the words encoded as a browser does.
fn lookup(place: &str, words: &str) -> String {
    let encoded: String = words.bytes().map(|b| format!("%{b:02X}")).collect();
    at(place, &format!("/lookup?q={encoded}"))
}

async fn platform() -> TestApp {
    TestApp::with(&[&MODULE]).await
}

/// A local negative item: 收入证明, at the window of the civil affairs office.
fn income() -> Value {
    json!({
        "code": "income", "name": "收入证明", "aliases": ["工资证明", "挣多少钱"], "status_kind": "negative",
        "next_door": "到县民政局窗口，由民政局统一核对",
    })
}

/// A retained item with a law behind it.
fn poverty() -> Value {
    json!({
        "code": "hardship", "name": "家庭经济困难证明", "aliases": ["贫困证明"], "status_kind": "retained",
        "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
        "issuer": "乡镇人民政府", "requesting_body": "法律援助中心", "purpose": "申请法律援助",
    })
}

/// Proposes an item and publishes it; returns its id.
async fn publish(test: &TestApp, place: &str, item: Value) -> String {
    let editor = test.role(place, "certificates.editor").await;
    let reviewer = test.role(place, "certificates.reviewer").await;
    let id = editor.post(&at(place, "/items"), item).await.expect(201).text("id");
    reviewer.post(&at(place, &format!("/items/{id}/publish")), json!({})).await.expect(200);
    id
}

/// Records a demand for a paper by an office; returns the answer.
async fn demand(by: &User<'_>, place: &str, what: &str, body: &str) -> jizuo_testing::Answer {
    by.post(&at(place, "/demands"), json!({ "what": what, "requesting_body": body })).await.expect(201)
}
