//! Anybody checks a paper: by its code, and by a program with the published key alone.

use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use jizuo_kernel::rotation;
use jizuo_kernel::signing::{Algorithm, PublicKey, read};
use jizuo_testing::places::{PANLONG, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::{application, at, hardship, issued, platform, publish, resident};

async fn check(by: &User<'_>, code: &str, purpose: Option<&str>) -> Answer {
    by.post(&at(WUHUA, "/check"), json!({ "code": code, "purpose": purpose })).await
}

/// One clerk, and one paper of the village.
async fn paper<'a>(test: &'a TestApp) -> (User<'a>, Answer) {
    publish(test, WUHUA, hardship()).await;
    let person = resident(test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let paper = issued(&clerk, application("hardship", &person)).await;
    (clerk, paper)
}

#[tokio::test]
async fn a_paper_is_valid_for_its_purpose_until_its_last_day_and_until_it_is_revoked() {
    let test = platform().await;
    let (clerk, paper) = paper(&test).await;
    let (anybody, code) = (test.stranger(), paper.text("check_code"));
    let told = check(&anybody, &code, None).await.expect(200);
    assert_eq!(told.text("verdict"), "valid");
    assert_eq!((told.text("number"), told.text("holder")), (paper.text("number"), "李**".into()));
    assert_eq!((told.text("purpose"), told.text("valid_until")), ("申请法律援助".into(), "2026-04-01".into()));
    assert!(!told.body.to_string().contains("阿诗"), "no more than the paper shows, and the name masked");
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(check(&anybody, &typed, Some("申请法律援助")).await.text("verdict"), "valid");
    let differs = check(&anybody, &code, Some("申请助学金")).await.expect(200);
    assert_eq!(differs.text("verdict"), "purpose_differs");
    assert!(differs.text("/says/zh").contains("只能用于：申请法律援助"));

    test.pass(Duration::days(30));
    assert_eq!(check(&anybody, &code, None).await.text("verdict"), "valid", "on its last day");
    test.pass(Duration::days(1));
    assert_eq!(check(&anybody, &code, None).await.text("verdict"), "expired");
    let path = at(VILLAGE, &format!("/papers/{}", paper.text("id")));
    assert_eq!(clerk.get(&path).await.expect(200).text("validity"), "expired");
    assert!(crate::page(&clerk.get(&format!("{path}/print")).await.expect(200)).contains("已过有效期"));

    let office = test.role(WUHUA, "certificates.office").await;
    assert_eq!(office.post(&format!("{path}/revoke"), json!({})).await.expect(422).fields(), ["reason"]);
    office.post(&format!("{path}/revoke"), json!({ "reason": "冒名领取" })).await.expect(200);
    let told = check(&anybody, &code, Some("申请助学金")).await.expect(200);
    assert_eq!(told.text("verdict"), "revoked");
    assert_eq!(told.text("revoked_on"), "2026-04-02");
    assert!(!told.body.to_string().contains("冒名领取"), "why is for those who may read the paper");
    assert!(crate::page(&clerk.get(&format!("{path}/print")).await.expect(200)).contains("已撤销"));
    test.settle().await;
    test.pass(Duration::minutes(1));
    let feed = test.role(WUHUA, "base.integrator").await;
    for topic in ["certificates.paper.issued", "certificates.paper.revoked"] {
        let told = feed.get(&format!("/places/{WUHUA}/events?topic={topic}")).await.expect(200);
        assert_eq!(told.items()[0]["data"]["number"], paper.text("number").as_str());
        assert!(!told.body.to_string().contains("阿诗"));
    }
}

#[tokio::test]
async fn what_is_unknown_and_what_cannot_be_a_code_are_answered_alike() {
    let test = platform().await;
    let (_, paper) = paper(&test).await;
    test.switch(PANLONG, "certificates", "on").await;
    let code = paper.text("check_code");
    let slip = format!("{}{}", if code.starts_with('A') { 'B' } else { 'A' }, &code[1..]);
    let unknown = check(&test.stranger(), "AAAAAAAAAAAAAAAAAAAAAAAAAAA", None).await.expect(200).body;
    assert_eq!(unknown["verdict"], "unknown");
    assert_eq!(unknown.as_object().unwrap().len(), 2);
    for wrong in [slip.as_str(), "x", "'; DROP TABLE certificates_paper; --", "证", &paper.text("number")] {
        assert_eq!(check(&test.stranger(), wrong, None).await.expect(200).body, unknown, "{wrong}");
    }
    let elsewhere = test.stranger().post(&at(PANLONG, "/check"), json!({ "code": code })).await.expect(200);
    assert_eq!(elsewhere.body, unknown, "another county knows nothing of it");
}

#[tokio::test]
async fn trying_codes_out_ends_soon_and_keeps_nobody_from_checking_a_paper() {
    let test = platform().await;
    let (clerk, paper) = paper(&test).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let rule = format!("/places/{WUHUA}/rules/CERT.CHECK.PER_HOUR");
    admin.put(&rule, json!({ "value": 20, "reason": "有人乱试" })).await.expect(204);
    for _ in 0..20 {
        assert_eq!(check(&test.stranger(), "AAAA", None).await.text("verdict"), "unknown");
    }
    let refused = check(&test.stranger(), "AAAA", None).await.refused(409, "certificates.paper.too_many");
    assert_eq!(refused.text("rule"), "CERT.CHECK.PER_HOUR");
    assert_eq!(check(&test.stranger(), &paper.text("check_code"), None).await.text("verdict"), "valid");
    assert_eq!(check(&clerk, "AAAA", None).await.expect(200).text("verdict"), "unknown");
    test.pass(Duration::minutes(61));
    assert_eq!(check(&test.stranger(), "AAAA", None).await.text("verdict"), "unknown");
    test.pass(Duration::days(2));
    test.settle().await;
    assert_eq!(rows(&test, "certificates_check").await, 0, "what was kept to be counted is forgotten");
}

async fn rows(test: &TestApp, table: &str) -> i64 {
    let db = test.behind().await;
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

fn keys(answer: &Answer) -> Vec<PublicKey> {
    serde_json::from_value(answer.body["keys"].clone()).unwrap()
}

#[tokio::test]
async fn a_program_reads_the_square_code_with_the_published_key_and_nothing_else() {
    let test = platform().await;
    let (clerk, paper) = paper(&test).await;
    let published = test.stranger().get(&at(WUHUA, "/keys")).await.expect(200);
    let keys = keys(&published);
    assert_eq!((keys.len(), keys[0].alg.as_str(), keys[0].crv.as_str()), (1, "EdDSA", "Ed25519"));
    let link = paper.text("link");
    let (page, signed) = link.split_once('#').unwrap();
    assert!(page.contains("/console/530102/m/certificates/check?code=") && page.ends_with(&paper.text("check_code")));
    let plain: Value = serde_json::from_slice(&read(signed, &keys).expect("a good signature")).unwrap();
    for (name, says) in [
        ("number", "ZM530102-2026-000001"),
        ("item", "家庭经济困难证明"),
        ("holder", "李**"),
        ("purpose", "申请法律援助"),
        ("from", "2026-03-02"),
        ("to", "2026-04-01"),
    ] {
        assert_eq!(plain[name], says);
    }
    assert_eq!(plain["edition"], 1);
    let digest = BASE64URL_NOPAD.encode(&<sha2::Sha256 as sha2::Digest>::digest(paper.text("body"))[..16]);
    assert_eq!(plain["text"], digest.as_str());
    for at in 0..signed.len() {
        let other = if signed.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        let changed: String = signed.chars().enumerate().map(|(n, c)| if n == at { other } else { c }).collect();
        assert!(read(&changed, &keys).is_none(), "one character changed at {at} passes");
    }

    // The master key changes; the key that signs papers does not.
    let next = test.process_with_a_new_key().await;
    rotation::rotate(&next.app, |_| ()).await.unwrap();
    let person = resident(&next, "王大爷").await;
    let there = clerk.on(&next);
    let later = issued(&there, application("hardship", &person)).await;
    assert_eq!(self::keys(&next.stranger().get(&at(WUHUA, "/keys")).await.expect(200)), keys);
    let signed = later.text("link");
    assert!(read(signed.split_once('#').unwrap().1, &keys).is_some());
    let old = there.get(&at(VILLAGE, &format!("/papers/{}", paper.text("id")))).await.expect(200);
    assert_eq!(old.text("body"), paper.text("body"));
}

#[tokio::test]
async fn when_the_province_changes_to_sm2_old_and_new_papers_hold_by_their_own_keys() {
    let test = platform().await;
    let (clerk, old) = paper(&test).await;
    let sm2 = test.process_configured(|settings| settings.signing.algorithm = Algorithm::Sm2).await;
    test.pass(Duration::minutes(1));
    let person = old.text("person");
    let there = clerk.on(&sm2);
    let first = issued(&there, application("hardship", &person)).await;
    let second = issued(&there, application("hardship", &person)).await;
    assert_eq!(second.text("number"), "ZM530102-2026-000003");
    let published = sm2.stranger().get(&at(WUHUA, "/keys")).await.expect(200);
    let keys = keys(&published);
    let kinds: Vec<_> = keys.iter().map(|key| (key.alg.as_str(), key.kty.as_str(), key.crv.as_str())).collect();
    assert_eq!(kinds, [("SM2", "EC", "SM2"), ("EdDSA", "OKP", "Ed25519")], "newest first, and no third");
    assert!(published.body["keys"][0]["y"].is_string() && published.body["keys"][1].get("y").is_none());
    let by = |paper: &Answer, keys: &[PublicKey]| -> Option<Value> {
        let link = paper.text("link");
        read(link.split_once('#').unwrap().1, keys).map(|plain| serde_json::from_slice(&plain).unwrap())
    };
    for (paper, key, other) in [(&old, 1, 0), (&first, 0, 1), (&second, 0, 1)] {
        for all in [&keys[..], &keys[key..=key]] {
            assert_eq!(by(paper, all).expect("a good signature")["number"], paper.text("number").as_str());
        }
        assert_eq!(by(paper, &keys[other..=other]), None);
        assert_eq!(check(&sm2.stranger(), &paper.text("check_code"), None).await.text("verdict"), "valid");
    }
    // And back again: the key of before signs on.
    let back = issued(&clerk, application("hardship", &person)).await;
    assert!(by(&back, &keys[1..]).is_some());
    assert_eq!(self::keys(&test.stranger().get(&at(WUHUA, "/keys")).await.expect(200)), keys);
}

#[tokio::test]
async fn an_old_paper_is_checked_by_the_edition_it_was_issued_under() {
    let test = platform().await;
    let (clerk, paper) = paper(&test).await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let retire = at(WUHUA, &format!("/items/{}/retire", paper.text("item")));
    reviewer.post(&retire, json!({ "reason": "出新版" })).await.expect(200);
    let mut second = hardship();
    (second["name"], second["purposes"]) = (json!("家庭经济状况证明"), json!(["申请助学金"]));
    second["basis"]["article"] = json!("第十八条");
    publish(&test, WUHUA, second).await;
    let person = paper.text("person");
    let mut body = application("hardship", &person);
    body["purpose"] = json!("申请助学金");
    let new = issued(&clerk, body).await;
    assert_eq!((new.text("item_edition"), new.text("number")), ("2".into(), "ZM530102-2026-000002".into()));
    for (paper, edition, name, basis) in
        [(&paper, "1", "家庭经济困难证明", "第十七条"), (&new, "2", "家庭经济状况证明", "第十八条")]
    {
        let told = check(&test.stranger(), &paper.text("check_code"), None).await.expect(200);
        assert_eq!((told.text("verdict"), told.text("item_edition")), ("valid".into(), edition.into()));
        assert_eq!(told.text("item_name"), name);
        let page = clerk.get(&at(VILLAGE, &format!("/papers/{}/print", paper.text("id")))).await.expect(200);
        assert!(crate::page(&page).contains(&format!("“hardship”第{edition}版")) && crate::page(&page).contains(basis));
    }
}
