//! Organisations: of known kinds, one credit code each, and posts with their terms.

use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

use crate::residents::{clerk, listed, resident};

fn at(id: &str, rest: &str) -> String {
    format!("/places/{VILLAGE}/organisations/{id}{rest}")
}

#[tokio::test]
async fn an_organisation_is_recorded_with_its_code_and_listed_by_kind() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let list = format!("/places/{VILLAGE}/organisations");
    let kinds = clerk.get(&format!("{list}/kinds")).await.expect(200);
    assert!(kinds.items().iter().any(|kind| kind["id"] == "village_party" && !kind["source"].is_null()));
    let new = json!({
        "kind": "village_collective", "name": "翠湖西路社区股份经济合作社", "credit_code": "n2530102mf0000013t",
        "source": "document_seen", "facts": { "organisation.legal_representative": "李建国" },
    });
    let made = clerk.post(&list, new.clone()).await.expect(201);
    let id = made.text("id");
    assert_eq!(
        (made.text("credit_code"), made.text("kind_name")),
        ("N2530102MF0000013T".into(), "集体经济组织".into())
    );
    let known: Vec<_> = made.body["facts"].as_array().unwrap().iter().map(|f| f["element"].clone()).collect();
    for element in ["organisation.credit_code", "organisation.name", "organisation.legal_representative"] {
        assert!(known.contains(&json!(element)), "{element}: {known:?}");
    }
    let taken = clerk.post(&list, new).await.refused(409, "base.organisation.code_taken");
    assert_eq!(taken.text("/current/id"), id);
    let other = json!({ "kind": "volunteer_team", "name": "华山志愿服务队", "source": "village_visit" });
    let team = clerk.post(&list, other).await.expect(201).text("id");
    for (q, expected) in [
        ("?kind=volunteer_team", &team),
        ("?q=华山", &team),
        ("?q=hszy", &team),
        ("?q=N2530102MF0000013T", &id),
        ("?kind=village_collective", &id),
    ] {
        assert_eq!(listed(&clerk, &format!("{list}{q}")).await, [expected.as_str()], "{q}");
    }
    let wrong = json!({ "kind": "gang", "name": " ", "source": "rumour", "credit_code": "1", "facts": { "x": "y" } });
    let fields = clerk.post(&list, wrong).await.expect(422);
    assert_eq!(fields.fields(), ["kind", "name", "credit_code", "source", "facts.x"]);
}

#[tokio::test]
async fn a_code_that_was_really_issued_wrong_is_kept_with_a_reason() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, WUHUA).await;
    let list = format!("/places/{WUHUA}/organisations");
    let code = "91350203M0001QAY9B";
    let mut new = json!({ "kind": "enterprise", "name": "某公司", "credit_code": code, "source": "document_seen" });
    assert_eq!(clerk.post(&list, new.clone()).await.expect(422).fields(), ["credit_code"]);
    new["override_check"] = json!("营业执照上确为此代码");
    assert_eq!(clerk.post(&list, new).await.expect(201).text("credit_code"), code);
    let team = json!({ "kind": "enterprise", "name": "另一公司", "source": "document_seen" });
    let id = clerk.post(&list, team).await.expect(201).text("id");
    let path = format!("{list}/{id}/facts");
    let facts = json!({ "organisation.credit_code": "91350203M0001QAY8B", "organisation.phone": "0871-63000016" });
    let mut learn = json!({ "source": "document_seen", "facts": facts });
    assert_eq!(clerk.post(&path, learn.clone()).await.expect(422).fields(), ["facts.organisation.credit_code"]);
    learn["override_check"] = json!("执照如此");
    let shown = clerk.post(&path, learn).await.expect(200);
    assert_eq!(shown.text("credit_code"), "91350203M0001QAY8B");
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = auditor.get(&format!("/places/{WUHUA}/audit?subject={id}")).await.expect(200);
    assert_eq!(lines.items()[0]["changes"]["override_check"], "执照如此");
}

#[tokio::test]
async fn posts_are_given_and_end_and_end_with_the_organisation() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let a = resident(&clerk, VILLAGE, "李建国", 1).await;
    let b = resident(&clerk, VILLAGE, "王秀英", 2).await;
    let list = format!("/places/{VILLAGE}/organisations");
    let new = json!({ "kind": "mediation_committee", "name": "人民调解委员会", "source": "village_visit" });
    let id = clerk.post(&list, new).await.expect(201).text("id");
    let post = json!({ "person": a, "title": "主任", "since": "2025-01-01" });
    let shown = clerk.post(&at(&id, "/posts"), post.clone()).await.expect(200);
    assert_eq!((shown.text("/posts/0/name"), shown.text("/posts/0/title")), ("李建国".into(), "主任".into()));
    clerk.post(&at(&id, "/posts"), post).await.refused(409, "base.organisation.post_held");
    let wrong = json!({ "person": b, "title": "", "since": "2026-01-01", "until": "2025-01-01" });
    assert_eq!(clerk.post(&at(&id, "/posts"), wrong).await.expect(422).fields(), ["title", "until"]);
    clerk.post(&at(&id, "/posts"), json!({ "person": b, "title": "委员" })).await.expect(200);
    let person = clerk.get(&format!("/places/{VILLAGE}/persons/{a}")).await.expect(200);
    assert_eq!(person.text("/posts/0/title"), "主任");
    let end = at(&id, &format!("/posts/{}/end", shown.text("/posts/0/id")));
    clerk.post(&end, json!({ "on": "2024-12-31" })).await.expect(422);
    let ended = clerk.post(&end, json!({})).await.expect(200);
    assert_eq!((ended.text("/posts/0/name"), ended.text("/former_posts/0/name")), ("王秀英".into(), "李建国".into()));
    clerk.post(&end, json!({})).await.refused(409, "base.organisation.post_ended");
    let gone = clerk.post(&at(&id, "/dissolve"), json!({ "reason": "并入街道调委会" })).await.expect(200);
    assert!(gone.body["posts"].as_array().unwrap().is_empty());
    assert!(listed(&clerk, &list).await.is_empty());
    assert_eq!(listed(&clerk, &format!("{list}?standing=dissolved")).await, [id.as_str()]);
    clerk
        .post(&at(&id, "/posts"), json!({ "person": b, "title": "主任" }))
        .await
        .refused(409, "base.organisation.dissolved");
}
