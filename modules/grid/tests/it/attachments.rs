//! Photographs and papers that go with an incident.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_grid::MODULE;
use jizuo_testing::TestApp;
use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{at, people, report};

/// A picture of one point, with a text in it that is taken away; `shade` makes it another one.
fn picture(shade: u8) -> Vec<u8> {
    fn chunk(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let named = [kind, inside].concat();
        let length = u32::try_from(inside.len()).unwrap().to_be_bytes();
        let check = named.iter().fold(u32::MAX, |check, byte| {
            (0..8).fold(check ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
        });
        [&length[..], &named, &(!check).to_be_bytes()].concat()
    }
    let size = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    let adler = (1 + u32::from(shade)) | (2 + u32::from(shade)) << 16;
    let data = [&[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, shade][..], &adler.to_be_bytes()].concat();
    let text = chunk(b"tEXt", b"Location\x0025.04N");
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &size), text, chunk(b"IDAT", &data), chunk(b"IEND", &[])].concat()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

async fn count(test: &TestApp, table: &str) -> i64 {
    let db = test.behind().await;
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

fn sent(bytes: &[u8]) -> Value {
    json!({ "content": base64(bytes), "note": "清运前" })
}

#[tokio::test]
async fn photographs_come_with_the_report_or_later_and_are_seen_by_who_sees_the_incident() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let body = json!({
        "category": "04", "title": "村口垃圾堆放", "attachments": [base64(&picture(1)), base64(&picture(2)), base64(&picture(1))],
    });
    let id = people.worker.post(&at(VILLAGE, ""), body).await.expect(201).text("id");
    let path = at(VILLAGE, &format!("/{id}/attachments"));
    let added = people.worker.post(&path, sent(&picture(3))).await.expect(201);
    let again = people.worker.post(&path, sent(&picture(3))).await.expect(201);
    assert_eq!(added.text("id"), again.text("id"), "the same one is there once");
    let shown = people.dispatcher.get(&at(WUHUA, &format!("/{id}"))).await.expect(200);
    let listed = shown.body["attachments"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[2]["note"], &listed[2]["media"]), (3, &json!("清运前"), &json!("image/png")));
    assert_eq!(listed[2]["added_by"], people.worker.name);

    let one = format!("{path}/{}", added.text("id"));
    let opened = people.worker.get(&one).await.expect(200);
    assert_eq!(opened.header("content-type"), Some("image/png"));
    assert_eq!(opened.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(opened.header("x-content-type-options"), Some("nosniff"));
    assert!(opened.bytes.starts_with(b"\x89PNG") && opened.bytes.len() < picture(3).len());
    assert!(!String::from_utf8_lossy(&opened.bytes).contains("25.04N"), "where it was taken is nobody's business");
    let elsewhere = test.role(OTHER_VILLAGE, "grid.worker").await;
    elsewhere.get(&one).await.expect(404);
    // Not under another incident, either.
    let other = report(&people.worker, VILLAGE).await;
    people.worker.get(&at(VILLAGE, &format!("/{other}/attachments/{}", added.text("id")))).await.expect(404);
    let reader = test.user(VILLAGE, &["grid.incident.read"]).await;
    reader.get(&one).await.expect(200);
    reader.post(&path, sent(&picture(4))).await.expect(403);
}

#[tokio::test]
async fn what_was_taken_back_is_gone_and_that_it_was_there_stays() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = report(&people.worker, VILLAGE).await;
    let path = at(VILLAGE, &format!("/{id}/attachments"));
    for shade in 0..6 {
        people.worker.post(&path, sent(&picture(shade))).await.expect(201);
    }
    people.worker.post(&path, sent(&picture(6))).await.refused(409, "base.attachment.too_many");
    let shown = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    let one = format!("{path}/{}", shown.text("/attachments/2/id"));
    people.worker.post(&format!("{one}/take_back"), json!({ "reason": " " })).await.expect(422);
    let gone =
        people.worker.post(&format!("{one}/take_back"), json!({ "reason": "照片里有无关的人" })).await.expect(200);
    assert_eq!(gone.text("taken_back_because"), "照片里有无关的人");
    people.worker.get(&one).await.expect(404);
    people
        .worker
        .post(&format!("{one}/take_back"), json!({ "reason": "再撤" }))
        .await
        .refused(409, "base.attachment.taken_back");
    people.worker.post(&path, sent(&picture(2))).await.expect(201);
    let shown = people.worker.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!(shown.body["attachments"].as_array().unwrap().len(), 7);
    assert_eq!(count(&test, "base_attachment_content").await, 6, "what was in it is deleted");
}

#[tokio::test]
async fn what_is_no_picture_too_large_or_too_many_is_told_and_nothing_is_reported() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = report(&people.worker, VILLAGE).await;
    let path = at(VILLAGE, &format!("/{id}/attachments"));
    let large = [picture(1), vec![0; 2 << 20]].concat();
    for (content, code) in [
        (base64(b"<svg onload=\"alert(1)\"/>"), "base.attachment.media"),
        (base64(&picture(1)[..40]), "base.attachment.media"),
        (base64(&large), "base.file.large"),
        ("no base64!".to_owned(), "base.file.base64"),
        (String::new(), "base.file.base64"),
    ] {
        let refused = people.worker.post(&path, json!({ "content": content })).await.expect(422);
        assert_eq!((refused.fields(), refused.text("/errors/0/code")), (vec!["content"], code.to_owned()));
    }
    let many: Vec<_> = (0..7).map(|shade| base64(&picture(shade))).collect();
    for (attachments, field) in [(json!(many), "attachments"), (json!([base64(b"GIF89a")]), "attachments[0]")] {
        let body = json!({ "category": "04", "title": "占道", "attachments": attachments });
        assert_eq!(people.worker.post(&at(VILLAGE, ""), body).await.expect(422).fields(), [field]);
    }
    assert_eq!(count(&test, "grid_incident").await, 1);
    // Only what takes files takes this much.
    let body = json!({ "outcome": "x".repeat(3 << 20) });
    people.worker.post(&at(VILLAGE, &format!("/{id}/solve")), body).await.refused(413, "base.request.too_large");
    let keyed = people.worker.header("idempotency-key", "photo-1");
    let first = keyed.post(&path, sent(&[b"%PDF-1.7".to_vec(), vec![1; 2_000_000]].concat())).await.expect(201);
    let second = keyed.post(&path, sent(&[b"%PDF-1.7".to_vec(), vec![1; 2_000_000]].concat())).await.expect(201);
    assert_eq!(first.body, second.body, "two megabytes are sent again under their key");
    let saved = people.worker.get(&format!("{path}/{}", first.text("id"))).await.expect(200);
    assert!(saved.header("content-disposition").unwrap().starts_with("attachment"), "a PDF is saved, not run");
}

#[tokio::test]
async fn a_new_master_key_opens_old_photographs_without_touching_them() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let id = report(&people.worker, VILLAGE).await;
    let path = at(VILLAGE, &format!("/{id}/attachments"));
    let one = people.worker.post(&path, sent(&picture(9))).await.expect(201).text("id");
    let before = people.worker.get(&format!("{path}/{one}")).await.expect(200).bytes;
    let next = test.process_with_a_new_key().await;
    let turned = jizuo_kernel::rotation::rotate(&next.app, |_| ()).await.unwrap();
    let turned = turned.iter().find(|column| column.table == "base_attachment_content").unwrap();
    assert_eq!((turned.values, turned.earlier), (1, 1));
    assert_eq!(people.worker.on(&next).get(&format!("{path}/{one}")).await.expect(200).bytes, before);
}

#[tokio::test]
async fn a_resident_may_send_a_photograph_along() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let body = json!({ "category": "04", "title": "垃圾", "attachments": [base64(&picture(5))] });
    let key = test.stranger().header("idempotency-key", "resident-1");
    for _ in 0..3 {
        key.post(&format!("/places/{VILLAGE}/grid/reports"), body.clone()).await.expect(201);
    }
    let list = people.dispatcher.get(&at(WUHUA, "")).await.expect(200);
    let shown = people.dispatcher.get(&at(WUHUA, &format!("/{}", list.items()[0]["id"].as_str().unwrap()))).await;
    assert_eq!((list.items().len(), shown.body["attachments"].as_array().unwrap().len()), (1, 1));
}
