//! What people do with the certificate catalogue, through HTTP, on a platform with this module alone.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod answers;
mod by_data;
mod catalogue;
mod checks;
mod data_checks;
mod data_tables;
mod demands;
mod items;
mod numbers;
mod papers;
mod reforms;
mod trust;

use jizuo_certificates::MODULE;
use jizuo_testing::places::VILLAGE;
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

/// A retained item whose paper one person issues: two purposes, valid for thirty days.
fn hardship() -> Value {
    let mut item = poverty();
    item["purposes"] = json!(["申请法律援助", "申请助学金"]);
    item["validity_days"] = json!(30);
    item["verification"] = json!("visit");
    item["body"] = json!("兹证明【姓名】是【村（社区）】居民，家庭经济困难。\n本证明用于【用途】，【出具日期】出具。");
    item
}

/// Somebody who lives in the village.
async fn resident(test: &TestApp, name: &str) -> String {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": name } });
    clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id")
}

/// An application for a paper, verified on the spot.
fn application(item: &str, person: &str) -> Value {
    json!({
        "item": item, "person": person, "purpose": "申请法律援助",
        "verified": { "seen": "入户查看，与邻居核对，情况属实" },
    })
}

/// Applies, and issues; returns the paper in full.
async fn issued(clerk: &User<'_>, application: Value) -> jizuo_testing::Answer {
    let id = clerk.post(&at(VILLAGE, "/papers"), application).await.expect(201).text("id");
    clerk.post(&at(VILLAGE, &format!("/papers/{id}/issue")), json!({})).await.expect(200);
    clerk.get(&at(VILLAGE, &format!("/papers/{id}"))).await.expect(200)
}

/// A page that was answered.
fn page(answer: &jizuo_testing::Answer) -> &str {
    answer.body.as_str().expect("a page")
}

/// Runs them all at the same moment.
async fn together<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, done) in running.iter_mut().filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        match running.iter().all(|(_, done)| done.is_some()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}
