//! Lists by keyset, and edits that say which version they saw.

use std::collections::BTreeSet;

use chrono::Duration;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use crate::probe::{PROBE, at, written};

/// Reads a list to its end, `limit` at a time; the ids in the order they came.
async fn all(by: &User<'_>, path: &str, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = by.get(&format!("{path}{sign}limit={limit}{next}")).await.expect(200);
        assert!(page.items().len() <= limit);
        found.extend(page.items().iter().map(|item| item["id"].to_string()));
        match page.body.get("next") {
            Some(cursor) => next = format!("&after={}", cursor.as_str().unwrap()),
            None => return found,
        }
    }
}

#[tokio::test]
async fn every_list_is_read_whole_at_any_page_size() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let checker = test.role(WUHUA, "probe.checker").await;
    for n in 0..7 {
        written(&worker, VILLAGE, &n.to_string()).await;
        if n % 3 == 0 {
            test.pass(Duration::days(1));
        }
    }
    let stranger = test.stranger();
    for (by, path) in [
        (&worker, at(VILLAGE, "/notes")),
        (&security, format!("/places/{WUHUA}/accounts")),
        (&auditor, format!("/places/{WUHUA}/audit")),
        (&checker, "/me/inbox".to_owned()),
        (&stranger, format!("/places/{PROVINCE}/children")),
        (&stranger, "/places/530102001/children".to_owned()),
    ] {
        let whole = all(by, &path, 100).await;
        assert!(!whole.is_empty(), "{path}");
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "{path}");
        for limit in [1, 2, 3, whole.len()] {
            assert_eq!(all(by, &path, limit).await, whole, "{path} by {limit}");
        }
        for wrong in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=1.5"] {
            assert_eq!(by.get(&format!("{path}?{wrong}")).await.expect(422).fields(), ["limit"], "{path}?{wrong}");
        }
    }
    for path in [at(VILLAGE, "/notes"), "/me/inbox".to_owned()] {
        for wrong in ["after=x", "after=1~2~3", "after=~", "after=99999999999999999999~x"] {
            assert_eq!(worker.get(&format!("{path}?{wrong}")).await.expect(422).fields(), ["after"], "{path}?{wrong}");
        }
    }
}

#[tokio::test]
async fn the_inbox_of_a_module_that_rests_does_not_end_the_list() {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch("530103", "probe", "on").await;
    let first = test.role("530103001001", "probe.writer").await;
    let second = test.role(VILLAGE, "probe.writer").await;
    let checker = test.role("530103", "probe.checker").await;
    checker.also(WUHUA, "probe.checker").await;
    written(&first, "530103001001", "停用县").await;
    test.pass(Duration::days(5));
    written(&second, VILLAGE, "在用县").await;
    test.switch("530103", "probe", "off").await;
    assert_eq!(all(&checker, "/me/inbox", 1).await.len(), 1);
}

#[tokio::test]
async fn a_lost_update_is_refused() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let id = written(&worker, VILLAGE, "一").await;
    let path = at(VILLAGE, &format!("/notes/{id}"));
    let etag = worker.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    assert_eq!(etag, "\"1\"");
    assert_eq!(worker.put(&path, json!({ "text": "二" })).await.expect(422).fields(), ["If-Match"]);
    let mine = worker.header("if-match", etag);
    assert_eq!(mine.put(&path, json!({ "text": "二" })).await.expect(200).header("etag"), Some("\"2\""));
    let lost = mine.put(&path, json!({ "text": "三" })).await.refused(409, "base.version.stale");
    assert_eq!(lost.text("/current/text"), "二");
    worker.header("if-match", "\"9\"").put(&path, json!({ "text": "三" })).await.refused(409, "base.version.stale");
}
