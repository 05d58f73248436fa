//! Accounts, grants and roles, kept by security administrators, who are kept apart from the others.

use chrono::Duration;
use jizuo_testing::places::{KUNMING, PANLONG, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use crate::probe::{PROBE, at};
use crate::sign_in::{PASSWORD, opened, person, sign_in};

fn grants(place: &str) -> String {
    format!("/places/{place}/grants")
}

#[tokio::test]
async fn a_login_name_is_taken_once_and_every_wrong_field_is_named() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let path = format!("/places/{WUHUA}/accounts");
    opened(&security, "yangxiu").await;
    let taken = security.post(&path, json!({ "login": "YANGXIU", "name": "杨秀" })).await;
    taken.refused(409, "base.account.taken");
    let wrong = security.post(&path, json!({ "login": "杨", "name": "" })).await.expect(422);
    assert_eq!(wrong.fields(), ["login", "name"]);
    for (home, fields) in [(PANLONG, ["home"]), ("x", ["home"]), ("530000", ["home"])] {
        let body = json!({ "login": "lisi", "name": "李四", "home": home });
        assert_eq!(security.post(&path, body).await.expect(422).fields(), fields, "{home}");
    }
    let rare = security.post(&path, json!({ "login": "aluo", "name": "𠮷阿普·木呷" })).await.expect(201);
    assert_eq!(rare.text("name"), "𠮷阿普·木呷");
}

#[tokio::test]
async fn accounts_of_another_county_are_not_known() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let neighbour = test.role(PANLONG, "base.security_admin").await;
    let (id, _) = opened(&security, "yangxiu").await;
    for place in [WUHUA, PANLONG] {
        neighbour.get(&format!("/places/{place}/accounts/{id}")).await.expect(404);
        let path = format!("/places/{place}/accounts/{id}/disabled");
        neighbour.put(&path, json!({ "disabled": true })).await.expect(404);
        neighbour.post(&format!("/places/{place}/accounts/{id}/reset"), json!({})).await.expect(404);
    }
    for place in [PANLONG, KUNMING, PROVINCE] {
        let listed = neighbour.get(&format!("/places/{place}/accounts?limit=100")).await.expect(200);
        assert!(listed.items().iter().all(|a| a["home"] == format!("{PANLONG}000000")), "{place}: {:#}", listed.body);
    }
    assert!(neighbour.get(&format!("{}?account={id}", grants(PANLONG))).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_comes_back_signed_out() {
    let test = TestApp::bare(&[]).await;
    let (session, id) = person(&test, "yangxiu").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let path = format!("/places/{WUHUA}/accounts/{id}/disabled");
    assert_eq!(security.put(&path, json!({ "disabled": true })).await.expect(200).body["disabled"], true);
    session.get("/me").await.expect(401);
    sign_in(&test, "yangxiu", PASSWORD).await.refused(401, "base.session.wrong");
    security.put(&path, json!({ "disabled": false })).await.expect(200);
    session.get("/me").await.expect(401);
    sign_in(&test, "yangxiu", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn a_grant_counts_from_now_until_its_end() {
    let test = TestApp::with(&[&PROBE]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let worker = test.role(WUHUA, "base.viewer").await;
    worker.get(&at(VILLAGE, "/notes")).await.expect(403);
    let until = test.now() + Duration::days(10);
    let body = json!({ "account": worker.id, "role": "probe.writer", "place": VILLAGE, "until": until });
    let given = security.post(&grants(WUHUA), body).await.expect(201);
    assert_eq!(given.text("place"), VILLAGE);
    worker.get(&at(VILLAGE, "/notes")).await.expect(200);
    test.pass(Duration::days(10));
    worker.get(&at(VILLAGE, "/notes")).await.expect(403);
    let wrong = json!({ "account": worker.id, "role": "probe.nothing", "until": test.now() });
    assert_eq!(security.post(&grants(WUHUA), wrong).await.expect(422).fields(), ["role", "until"]);
    for until in ["+12026-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"] {
        let body = json!({ "account": worker.id, "role": "probe.writer", "until": until });
        assert_eq!(security.post(&grants(WUHUA), body).await.expect(422).fields(), ["until"], "{until}");
    }
    let unknown = json!({ "account": uuid::Uuid::nil(), "role": "probe.writer" });
    assert_eq!(security.post(&grants(WUHUA), unknown).await.expect(422).fields(), ["account"]);
    let foreign = json!({ "account": worker.id, "role": "probe.writer", "place": PANLONG });
    assert_eq!(security.post(&grants(WUHUA), foreign).await.expect(422).fields(), ["place"]);
}

#[tokio::test]
async fn nobody_grants_to_themselves() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let body = json!({ "account": security.id, "role": "base.viewer" });
    let refused = security.post(&grants(WUHUA), body).await.refused(409, "base.grant.self");
    assert!(refused.text("source").contains("GB/T 22239"));
}

#[tokio::test]
async fn the_three_administrators_are_three_people() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(PROVINCE, "base.security_admin").await;
    let system = test.role(WUHUA, "base.system_admin").await;
    for role in ["base.security_admin", "base.audit_admin"] {
        for place in [WUHUA, PANLONG, PROVINCE] {
            let body = json!({ "account": system.id, "role": role, "place": place });
            let refused = security.post(&grants(PROVINCE), body).await.refused(409, "base.duty.separate");
            assert!(refused.text("source").contains("GB/T 22239-2019 8.1.4.2"), "{:#}", refused.body);
        }
    }
    let more = json!({ "account": system.id, "role": "base.system_admin", "place": PANLONG });
    security.post(&grants(PROVINCE), more).await.expect(201);
    let viewer = json!({ "account": system.id, "role": "base.viewer", "place": PANLONG });
    security.post(&grants(PROVINCE), viewer).await.expect(201);
}

#[tokio::test]
async fn an_installation_keeps_its_last_administrators() {
    let test = TestApp::bare(&[]).await;
    let security = test.role(PROVINCE, "base.security_admin").await;
    let system = test.role(PROVINCE, "base.system_admin").await;
    let grant_of = async |who: &User<'_>| {
        let listed = security.get(&format!("{}?account={}", grants(PROVINCE), who.id)).await.expect(200);
        listed.items()[0]["id"].as_str().unwrap().to_owned()
    };
    for who in [&security, &system] {
        let grant = grant_of(who).await;
        let refused = security.delete(&format!("{}/{grant}", grants(PROVINCE))).await;
        refused.refused(409, "base.administrator.last");
        let path = format!("/places/{PROVINCE}/accounts/{}/disabled", who.id);
        security.put(&path, json!({ "disabled": true })).await.refused(409, "base.administrator.last");
    }
    let deputy = test.role(PROVINCE, "base.system_admin").await;
    let grant = grant_of(&system).await;
    security.delete(&format!("{}/{grant}", grants(PROVINCE))).await.expect(204);
    system.get(&format!("/places/{PROVINCE}/modules")).await.expect(404);
    let path = format!("/places/{PROVINCE}/accounts/{}/disabled", deputy.id);
    security.put(&path, json!({ "disabled": true })).await.refused(409, "base.administrator.last");
    security.delete(&format!("{}/{grant}", grants(PROVINCE))).await.expect(404);
}

#[tokio::test]
async fn two_who_dismiss_each_other_at_the_same_moment_do_not_both_succeed() {
    let test = TestApp::bare(&[]).await;
    let (a, b) = (test.role(PROVINCE, "base.security_admin").await, test.role(PROVINCE, "base.security_admin").await);
    let grant_of = async |who: &User<'_>| {
        let listed = a.get(&format!("{}?account={}", grants(PROVINCE), who.id)).await.expect(200);
        format!("{}/{}", grants(PROVINCE), listed.items()[0]["id"].as_str().unwrap())
    };
    let (mine, yours) = (grant_of(&a).await, grant_of(&b).await);
    let (at_once_a, at_once_b) = (a.at_once(), b.at_once());
    let (first, second) = tokio::join!(at_once_a.delete(&yours), at_once_b.delete(&mine));
    let succeeded = [&first, &second].iter().filter(|answer| answer.status == 204).count();
    assert_eq!(succeeded, 1, "{first:?} {second:?}");
}

#[tokio::test]
async fn a_county_makes_roles_but_no_administrators() {
    let test = TestApp::with(&[&PROBE]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let worker = test.role(WUHUA, "base.viewer").await;
    let path = format!("/places/{WUHUA}/roles");
    let made = json!({ "name": "patrol", "title": "护林员", "permissions": ["probe.note.read"] });
    let role = security.post(&path, made.clone()).await.expect(201).text("id");
    security.post(&path, made).await.refused(409, "base.role.taken");
    security.post(&grants(WUHUA), json!({ "account": worker.id, "role": role })).await.expect(201);
    worker.get(&at(VILLAGE, "/notes")).await.expect(200);
    worker.post(&at(VILLAGE, "/notes"), json!({ "text": "x" })).await.expect(403);
    for permission in ["base.audit.read", "base.account.manage", "base.grant.manage", "base.module.switch"] {
        let body = json!({ "name": "trick", "title": "绕行", "permissions": ["probe.note.read", permission] });
        let refused = security.post(&path, body).await.expect(422);
        assert_eq!(refused.text("/errors/0/code"), "base.duty.separate", "{permission}");
    }
    let wrong = json!({ "name": "Bad Name", "title": "", "permissions": ["no.such"] });
    assert_eq!(security.post(&path, wrong).await.expect(422).fields(), ["name", "title", "permissions"]);
    let listed = security.get(&path).await.expect(200);
    assert!(listed.items().iter().any(|r| r["id"] == role.as_str() && r["local"] == true));
    let neighbour = test.role(PANLONG, "base.security_admin").await;
    let listed = neighbour.get(&format!("/places/{PANLONG}/roles")).await.expect(200);
    assert!(listed.items().iter().all(|r| r["id"] != role.as_str()));
    let taken = json!({ "account": neighbour.id, "role": role });
    let other = test.role(PANLONG, "base.security_admin").await;
    assert_eq!(other.post(&grants(PANLONG), taken).await.expect(422).fields(), ["role"]);
}

#[tokio::test]
async fn a_lower_administrator_does_not_take_over_a_higher_account() {
    let test = TestApp::bare(&[]).await;
    let (_, id) = person(&test, "yangxiu").await;
    let top = test.role(PROVINCE, "base.security_admin").await;
    let county = test.role(WUHUA, "base.security_admin").await;
    let body = json!({ "account": id, "role": "base.system_admin", "place": PROVINCE });
    top.post(&grants(PROVINCE), body).await.expect(201);
    let reset = format!("/accounts/{id}/reset");
    let refused = county.post(&format!("/places/{WUHUA}{reset}"), json!({})).await;
    refused.refused(403, "base.account.higher");
    top.post(&format!("/places/{PROVINCE}{reset}"), json!({})).await.expect(200);
}
