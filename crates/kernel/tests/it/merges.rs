//! Two records that are one person: merged, found by either id, and taken apart again.

use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use crate::residents::{CLERK, household, join, listed, number, people, register};

async fn officer(test: &TestApp) -> User<'_> {
    let mut permissions = CLERK.to_vec();
    permissions.extend(["base.person.merge", "base.person.settle"]);
    test.user(WUHUA, &permissions).await
}

fn at(id: &str, rest: &str) -> String {
    format!("/places/{WUHUA}/persons/{id}{rest}")
}

async fn show(officer: &User<'_>, id: &str) -> Value {
    officer.get(&at(id, "")).await.expect(200).body
}

fn value(shown: &Value, element: &str) -> Option<String> {
    let facts = shown["facts"].as_array().unwrap();
    facts.iter().find(|f| f["element"] == element).map(|f| f["value"].as_str().unwrap().to_owned())
}

/// The same woman twice: once with her number, once by name with what a visit found.
async fn twice(officer: &User<'_>) -> (String, String) {
    let facts = json!({ "person.identity_number": number(2), "person.education": "61", "person.phone": "13800000016" });
    let kept = register(officer, VILLAGE, "王秀英", facts).await;
    let facts = json!({ "person.education": "71", "person.phone": "13900000001", "person.marital_status": "20" });
    let other = register(officer, OTHER_VILLAGE, "王秀英", facts).await;
    (kept, other)
}

async fn merge(officer: &User<'_>, kept: &str, merged: &str) -> String {
    let body = json!({ "merged": merged, "reason": "已核对户口簿，是同一人" });
    officer.post(&at(kept, "/merge"), body).await.expect(200).text("id")
}

#[tokio::test]
async fn facts_are_weighed_and_the_old_id_leads_to_the_kept_one() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let (kept, other) = twice(&officer).await;
    merge(&officer, &kept, &other).await;
    let shown = show(&officer, &kept).await;
    assert_eq!(value(&shown, "person.marital_status").as_deref(), Some("20"), "what only the other had");
    assert!(value(&shown, "person.identity_number").is_some());
    let conflicts = shown["conflicts"].to_string();
    assert!(!conflicts.contains("marital_status"), "{conflicts}");
    let by_old = show(&officer, &other).await;
    assert_eq!((&by_old["id"], &by_old["merged_from"]), (&json!(kept), &json!([other])));
    assert!(listed(&officer, &format!("/places/{OTHER_VILLAGE}/persons")).await.is_empty());
    let wrong = json!({ "merged": other, "reason": "再次" });
    officer.post(&at(&kept, "/merge"), wrong).await.refused(409, "base.person.not_present");
    let own = json!({ "merged": kept, "reason": "自己" });
    assert_eq!(officer.post(&at(&kept, "/merge"), own).await.expect(422).fields(), ["merged"]);
    let merges = officer.get(&format!("/places/{WUHUA}/merges?person={other}")).await.expect(200);
    assert_eq!(merges.items().len(), 1);
}

#[tokio::test]
async fn two_numbers_are_two_persons_unless_somebody_says_otherwise() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let a = register(&officer, VILLAGE, "王秀英", json!({ "person.identity_number": number(2) })).await;
    let b = register(&officer, VILLAGE, "王秀英", json!({ "person.identity_number": number(4) })).await;
    let mut body = json!({ "merged": b, "reason": "其中一个录错" });
    officer.post(&at(&a, "/merge"), body.clone()).await.refused(409, "base.person.merge_numbers");
    body["numbers_differ"] = json!(true);
    officer.post(&at(&a, "/merge"), body).await.expect(200);
    let shown = show(&officer, &a).await;
    assert!(value(&shown, "person.identity_number").is_some());
}

#[tokio::test]
async fn an_undone_merge_leaves_both_as_they_were() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let (kept, other) = twice(&officer).await;
    let head = register(&officer, VILLAGE, "李建国", json!({ "person.identity_number": number(1) })).await;
    let first = household(&officer, VILLAGE, &head, "1").await;
    join(&officer, VILLAGE, &first, &kept, "12").await;
    let second = household(&officer, OTHER_VILLAGE, &other, "2").await;
    let team = json!({ "kind": "volunteer_team", "name": "志愿队", "source": "village_visit" });
    let team = officer.post(&format!("/places/{WUHUA}/organisations"), team).await.expect(201).text("id");
    let post = json!({ "person": other, "title": "队长" });
    officer.post(&format!("/places/{WUHUA}/organisations/{team}/posts"), post).await.expect(200);
    let before = (show(&officer, &kept).await, show(&officer, &other).await);
    let home = async |id: &str| officer.get(&format!("/places/{WUHUA}/households/{id}")).await.expect(200).body;
    let homes = (home(&first).await, home(&second).await);

    let id = merge(&officer, &kept, &other).await;
    let vacant = home(&second).await;
    assert!(people(&vacant).is_empty() && vacant["head_vacant"] == true, "{vacant:#}");
    assert_eq!(people(&home(&first).await), people(&homes.0));
    let posts = officer.get(&format!("/places/{WUHUA}/organisations/{team}")).await.expect(200);
    assert_eq!(posts.text("/posts/0/person"), kept);

    let undone = officer.post(&format!("/places/{WUHUA}/merges/{id}/undo"), json!({})).await.expect(200);
    assert_eq!(undone.body["stayed"], json!([]));
    let after = (show(&officer, &kept).await, show(&officer, &other).await);
    for (before, after) in [(before.0, after.0), (before.1, after.1)] {
        for key in ["id", "name", "place", "standing", "facts", "conflicts", "household", "posts"] {
            assert_eq!(before[key], after[key], "{key}");
        }
    }
    let again = (home(&first).await, home(&second).await);
    for (before, after) in [(homes.0, again.0), (homes.1, again.1)] {
        assert_eq!((&before["people"], &before["head"]), (&after["people"], &after["head"]));
    }
    officer
        .post(&format!("/places/{WUHUA}/merges/{id}/undo"), json!({}))
        .await
        .refused(409, "base.person.merge_undone");
    merge(&officer, &kept, &other).await;
}

#[tokio::test]
async fn what_was_changed_since_stays_with_the_kept_one_and_is_named() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let (kept, other) = twice(&officer).await;
    let id = merge(&officer, &kept, &other).await;
    test.pass(chrono::Duration::days(1));
    let learn = json!({ "source": "civil_affairs", "basis": "statutory_duty", "facts": {
        "person.marital_status": "30", "person.employment": "27",
    } });
    officer.post(&at(&kept, "/facts"), learn).await.expect(200);
    let undone = officer.post(&format!("/places/{WUHUA}/merges/{id}/undo"), json!({})).await.expect(200);
    assert_eq!(undone.body["stayed"], json!(["person.marital_status"]));
    let (kept, other) = (show(&officer, &kept).await, show(&officer, &other).await);
    assert_eq!(value(&kept, "person.marital_status").as_deref(), Some("30"));
    assert_eq!(value(&kept, "person.employment").as_deref(), Some("27"));
    assert_eq!(value(&other, "person.marital_status"), None);
    assert_eq!(value(&other, "person.education").as_deref(), Some("71"));
    assert_eq!(other["standing"], "present");
}

#[tokio::test]
async fn merges_are_undone_latest_first() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let (b, a) = twice(&officer).await;
    let c = register(&officer, VILLAGE, "王秀英（小名）", json!({})).await;
    let first = merge(&officer, &b, &a).await;
    let second = merge(&officer, &c, &b).await;
    assert_eq!(show(&officer, &a).await["merged_from"], json!([a, b]));
    let undo = |id: &str| format!("/places/{WUHUA}/merges/{id}/undo");
    officer.post(&undo(&first), json!({})).await.refused(409, "base.person.merge_later");
    officer.post(&undo(&second), json!({})).await.expect(200);
    officer.post(&undo(&first), json!({})).await.expect(200);
    assert_eq!(value(&show(&officer, &a).await, "person.education").as_deref(), Some("71"));
    let found = officer.post(&format!("/places/{WUHUA}/persons/find"), json!({ "identity_number": number(2) })).await;
    assert!(found.expect(200).body.to_string().contains(&b));
}
