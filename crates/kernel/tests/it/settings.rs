//! A county's settings for a module, by the module's schema.

use jizuo_testing::TestApp;
use jizuo_testing::places::{KUNMING, PROVINCE, WUHUA};
use serde_json::json;

use crate::probe::PROBE;

fn path(place: &str) -> String {
    format!("/places/{place}/modules/probe/settings")
}

#[tokio::test]
async fn an_edit_says_which_version_it_saw() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let seen = admin.get(&path(WUHUA)).await.expect(200);
    assert_eq!(seen.header("etag"), Some("\"0\""));
    assert_eq!(seen.body["own"], json!({}));
    assert_eq!(admin.put(&path(WUHUA), json!({ "limit": 3 })).await.expect(422).fields(), ["If-Match"]);
    let first = admin.header("if-match", "\"0\"");
    let put = first.put(&path(WUHUA), json!({ "limit": 3 })).await.expect(204);
    assert_eq!(put.header("etag"), Some("\"1\""));
    let stale = first.put(&path(WUHUA), json!({ "limit": 4 })).await.refused(409, "base.version.stale");
    assert_eq!(stale.body["current"], json!({ "limit": 3 }));
    admin.header("if-match", "W/\"1\"").put(&path(WUHUA), json!({ "limit": 4 })).await.expect(204);
    assert_eq!(admin.get(&path(WUHUA)).await.expect(200).body["own"], json!({ "limit": 4 }));
}

#[tokio::test]
async fn two_edits_of_the_first_version_at_once_keep_one() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await.header("if-match", "\"0\"").at_once();
    let path = path(WUHUA);
    let (a, b) = tokio::join!(admin.put(&path, json!({ "limit": 1 })), admin.put(&path, json!({ "limit": 2 })));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{:#} {:#}", a.body, b.body);
}

#[tokio::test]
async fn every_wrong_setting_is_named_at_once() {
    let test = TestApp::with(&[&PROBE]).await;
    let admin = test.role(WUHUA, "base.system_admin").await.header("if-match", "\"0\"");
    let wrong = json!({ "greeting": 1, "limit": 11, "loud": "yes", "tone": "rude", "colour": "red" });
    let refused = admin.put(&path(WUHUA), wrong).await.expect(422);
    let mut fields = refused.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["colour", "greeting", "limit", "loud", "tone"]);
    for not_an_object in [json!([]), json!("x"), json!(null), json!(7)] {
        admin.put(&path(WUHUA), not_an_object).await.expect(422);
    }
    assert_eq!(admin.get(&path(WUHUA)).await.expect(200).body["own"], json!({}));
    let put = admin.put(&path(WUHUA), json!({ "greeting": "你好", "limit": 10, "loud": false, "tone": "warm" })).await;
    put.expect(204);
}

#[tokio::test]
async fn each_levels_settings_lie_over_the_one_above() {
    let test = TestApp::with(&[&PROBE]).await;
    for (place, value) in [
        (PROVINCE, json!({ "limit": 5, "tone": "plain" })),
        (KUNMING, json!({ "limit": 6 })),
        (WUHUA, json!({ "loud": true })),
    ] {
        let admin = test.role(place, "base.system_admin").await.header("if-match", "\"0\"");
        admin.put(&path(place), value).await.expect(204);
    }
    let reader = test.role(WUHUA, "base.viewer").await;
    let here = reader.get(&path(WUHUA)).await.expect(200);
    assert_eq!(here.body["in_force"], json!({ "limit": 6, "tone": "plain", "loud": true }));
    assert_eq!(here.body["own"], json!({ "loud": true }));
    let admin = test.role("530102001", "base.system_admin").await.header("if-match", "\"0\"");
    admin.put(&path("530102001"), json!({ "limit": 1 })).await.refused(409, "base.module.level");
}
