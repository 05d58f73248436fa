//! Consents: without one a form that rests on consent fills nothing in; they are withdrawn as easily as given.

use jizuo_testing::places::VILLAGE;
use jizuo_testing::{Answer, TestApp, User};
use serde_json::json;

use crate::forms::{at, registered, somebody};
use crate::probe::PROBE;

async fn standings(clerk: &User<'_>, person: &str) -> Vec<String> {
    let opened: Answer = clerk.post(&at("/forms/base.volunteer/open"), json!({ "person": person })).await.expect(200);
    opened.body["fields"].as_array().unwrap().iter().map(|f| f["standing"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_form_fills_by_consent_only_as_long_as_the_consent_stands() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let person = registered(&clerk, somebody()).await;
    assert_eq!(standings(&clerk, &person).await[..2], ["consent_missing", "consent_missing"]);
    let answers = |person: &str| json!({ "person": person, "answers": { "skills": "会木工" } });
    let refused = clerk.post(&at("/forms/base.volunteer/answers"), answers(&person)).await.expect(422);
    assert_eq!(refused.fields(), ["name", "phone"]);
    assert_eq!(refused.body["errors"][0]["code"], "base.form.consent");

    let consents = at(&format!("/persons/{person}/consents"));
    let body = json!({ "purpose": "base.volunteer", "how": "signed" });
    let given = clerk.post(&consents, body).await.expect(201);
    assert_eq!(given.text("given_by"), "self");
    assert_eq!(standings(&clerk, &person).await[..3], ["known", "known", "ask"]);
    let taken = clerk.post(&at("/forms/base.volunteer/answers"), answers(&person)).await.expect(200);
    assert_eq!(taken.body["own"], json!({ "skills": "会木工" }));
    assert_eq!(taken.body["reused"], json!(["name", "phone"]));

    let withdraw = format!("{consents}/{}/withdraw", given.text("id"));
    clerk.post(&withdraw, json!({})).await.expect(200);
    assert_eq!(standings(&clerk, &person).await[..2], ["consent_missing", "consent_missing"]);
    clerk.post(&withdraw, json!({})).await.refused(409, "base.consent.withdrawn");
    let list = clerk.get(&consents).await.expect(200);
    assert_eq!(list.items().len(), 1);
    assert!(list.items()[0]["withdrawn_at"].is_string());

    // A consent for some elements covers no others.
    let only = json!({ "purpose": "base.volunteer", "how": "oral", "elements": ["person.name"] });
    clerk.post(&consents, only).await.expect(201);
    assert_eq!(standings(&clerk, &person).await[..2], ["known", "consent_missing"]);
    for (wrong, field) in [
        (json!({ "purpose": "base.resident", "how": "oral" }), "purpose"),
        (json!({ "purpose": "base.volunteer", "how": "oral", "elements": ["person.health"] }), "elements.0"),
    ] {
        assert_eq!(clerk.post(&consents, wrong).await.expect(422).fields(), [field]);
    }
}

#[tokio::test]
async fn for_who_is_under_fourteen_the_guardian_consents() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let child = json!({ "person.name": "李小苗", "person.birth_date": "2015-05-01", "person.phone": "13888800003" });
    let child = registered(&clerk, child).await;
    let consents = at(&format!("/persons/{child}/consents"));
    let alone = json!({ "purpose": "base.volunteer", "how": "oral" });
    let refused = clerk.post(&consents, alone).await.expect(422);
    assert_eq!(refused.fields(), ["guardian"]);
    assert!(refused.body["errors"][0].to_string().contains("第三十一条"));
    let with =
        json!({ "purpose": "base.volunteer", "how": "signed", "guardian": { "name": "李秀英", "relation": "母亲" } });
    assert_eq!(clerk.post(&consents, with).await.expect(201).text("given_by"), "guardian");
    let opened = clerk.post(&at("/forms/base.volunteer/open"), json!({ "person": child })).await.expect(200);
    assert_eq!(opened.body["minor"], true);
    assert_eq!(standings(&clerk, &child).await[0], "known");
}
