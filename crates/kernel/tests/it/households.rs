//! Households: one at a time for everybody, one head, relations that are asked again when the head changes.

use jizuo_testing::TestApp;
use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use serde_json::{Value, json};

use crate::residents::{clerk, household, join, listed, number, people, resident};

fn at(id: &str, rest: &str) -> String {
    format!("/places/{VILLAGE}/households/{id}{rest}")
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, relation)| ((*name).to_owned(), (*relation).to_owned())).collect()
}

fn membership(household: &Value, name: &str) -> String {
    let all = household["people"].as_array().unwrap();
    all.iter().find(|p| p["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_household_is_founded_joined_and_found_by_number_and_head() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let head = resident(&clerk, VILLAGE, "李建国", 1).await;
    let wife = resident(&clerk, VILLAGE, "王秀英", 2).await;
    let id = household(&clerk, VILLAGE, &head, "0017").await;
    let shown = join(&clerk, VILLAGE, &id, &wife, "12").await;
    assert_eq!(people(&shown), pairs(&[("李建国", "02"), ("王秀英", "12")]));
    assert_eq!(shown["people"][1]["relation_name"], "妻");
    assert_eq!((shown["members"].as_i64(), shown["head_vacant"].as_bool()), (Some(2), Some(false)));
    assert_eq!(shown["facts"][0]["element"], "household.number");
    let list = format!("/places/{VILLAGE}/households");
    for q in ["", "?q=0017", "?q=001", "?q=李建", "?standing=present"] {
        assert_eq!(listed(&clerk, &format!("{list}{q}")).await, [id.as_str()], "{q}");
    }
    for q in ["?q=0018", "?q=王", "?standing=dissolved", "?head_vacant=true", "?q=%25"] {
        assert!(listed(&clerk, &format!("{list}{q}")).await.is_empty(), "{q}");
    }
    let person = clerk.get(&format!("/places/{VILLAGE}/persons/{wife}")).await.expect(200);
    assert_eq!(person.text("/household/id"), id);

    let again = json!({ "head": wife, "number": "0017", "source": "village_visit" });
    let refused = clerk.post(&list, again).await.refused(409, "base.household.number_taken");
    assert_eq!(refused.text("/current/id"), id);
}

#[tokio::test]
async fn somebody_who_joins_another_household_leaves_the_first_in_the_same_write() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let (a, b) = (resident(&clerk, VILLAGE, "张三", 1).await, resident(&clerk, VILLAGE, "李四", 3).await);
    let first = household(&clerk, VILLAGE, &a, "1").await;
    let second = household(&clerk, VILLAGE, &b, "2").await;
    let shown = join(&clerk, VILLAGE, &second, &a, "72").await;
    assert_eq!(people(&shown), pairs(&[("李四", "02"), ("张三", "72")]));
    let left = clerk.get(&at(&first, "")).await.expect(200);
    assert!(people(&left.body).is_empty());
    assert_eq!((left.text("head_vacant"), left.text("/former/0/why_left")), ("true".into(), "moved".into()));
    assert_eq!(listed(&clerk, &format!("/places/{VILLAGE}/households?head_vacant=true")).await, [first.as_str()]);
    clerk
        .post(&at(&second, "/members"), json!({ "person": a, "relation": "72", "source": "village_visit" }))
        .await
        .refused(409, "base.household.member_already");
    clerk
        .post(
            &at(&second, "/members"),
            json!({ "person": a, "relation": "01", "source": "rumour", "since": "2027-01-01" }),
        )
        .await
        .expect(422);
    let other = resident(&clerk, VILLAGE, "王五", 5).await;
    clerk
        .post(&at(&second, "/members"), json!({ "person": other, "relation": "02", "source": "village_visit" }))
        .await
        .refused(409, "base.household.has_head");
}

#[tokio::test]
async fn a_new_head_makes_the_relations_stale_until_they_are_said_again() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let father = resident(&clerk, VILLAGE, "李建国", 1).await;
    let mother = resident(&clerk, VILLAGE, "王秀英", 2).await;
    let son = resident(&clerk, VILLAGE, "李明", 3).await;
    let id = household(&clerk, VILLAGE, &father, "9").await;
    join(&clerk, VILLAGE, &id, &mother, "12").await;
    join(&clerk, VILLAGE, &id, &son, "21").await;
    let body = json!({ "person": son, "source": "document_seen", "relations": { father.clone(): "51" } });
    let led = clerk.post(&at(&id, "/head"), body.clone()).await.expect(200).body;
    assert_eq!(people(&led), pairs(&[("李明", "02"), ("王秀英", "12"), ("李建国", "51")]));
    let stale = |shown: &Value| -> Vec<String> {
        let all = shown["people"].as_array().unwrap().iter().filter(|p| p["relation_stale"] == true);
        all.map(|p| p["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(stale(&led), ["王秀英"]);
    clerk.post(&at(&id, "/head"), body).await.refused(409, "base.household.head_already");
    let path = at(&id, &format!("/members/{}/relation", membership(&led, "王秀英")));
    clerk
        .post(&path, json!({ "relation": "02", "source": "document_seen" }))
        .await
        .refused(409, "base.household.one_head");
    let said = clerk.post(&path, json!({ "relation": "52", "source": "document_seen" })).await.expect(200).body;
    assert!(stale(&said).is_empty(), "{said:#}");
    let stranger = resident(&clerk, VILLAGE, "赵六", 7).await;
    clerk
        .post(&at(&id, "/head"), json!({ "person": stranger, "source": "document_seen" }))
        .await
        .refused(409, "base.household.no_member");
}

#[tokio::test]
async fn a_member_leaves_and_a_household_is_dissolved() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let (a, b) = (resident(&clerk, VILLAGE, "张三", 1).await, resident(&clerk, VILLAGE, "李四", 3).await);
    let id = household(&clerk, VILLAGE, &a, "1").await;
    let shown = join(&clerk, VILLAGE, &id, &b, "73").await;
    let leave = at(&id, &format!("/members/{}/leave", membership(&shown, "李四")));
    clerk.post(&leave, json!({ "on": "2026-01-01" })).await.expect(422);
    let left = clerk.post(&leave, json!({ "why": "corrected" })).await.expect(200);
    assert_eq!(left.text("/former/0/why_left"), "corrected");
    clerk.post(&leave, json!({})).await.refused(409, "base.household.left_already");
    let gone = clerk.post(&at(&id, "/dissolve"), json!({ "reason": "无人居住" })).await.expect(200);
    assert_eq!((gone.text("standing"), gone.text("head_vacant")), ("dissolved".into(), "false".into()));
    assert!(people(&gone.body).is_empty());
    clerk.post(&at(&id, "/dissolve"), json!({ "reason": "再次" })).await.refused(409, "base.household.dissolved");
    let person = clerk.get(&format!("/places/{VILLAGE}/persons/{a}")).await.expect(200);
    assert!(person.body.get("household").is_none_or(Value::is_null), "{:#}", person.body);
}

#[tokio::test]
async fn an_allowance_is_shown_to_whom_it_concerns() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let head = resident(&clerk, VILLAGE, "李建国", 1).await;
    let id = household(&clerk, VILLAGE, &head, "1").await;
    let facts = json!({ "household.subsistence_allowance": "是", "household.allowance_amount": "52000" });
    let body = json!({ "source": "civil_affairs", "facts": facts });
    clerk.post(&at(&id, "/facts"), body).await.expect(200);
    let value = async |user: &jizuo_testing::User<'_>| {
        let shown = user.get(&at(&id, "")).await.expect(200);
        let facts = shown.body["facts"].as_array().unwrap().clone();
        let fact = facts.into_iter().find(|f| f["element"] == "household.allowance_amount").unwrap();
        fact["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(value(&clerk).await, "已登记");
    let officer = test.user(WUHUA, &["base.household.read", "base.person.sensitive"]).await;
    assert_eq!(value(&officer).await, "52000");
    let unknown = json!({ "source": "civil_affairs", "facts": { "household.wealth": "1", "person.name": "甲" } });
    assert_eq!(clerk.post(&at(&id, "/facts"), unknown).await.expect(422).fields().len(), 2);
    let derived = json!({ "source": "civil_affairs", "facts": { "household.head_name": "甲" } });
    clerk.post(&at(&id, "/facts"), derived).await.expect(422);
}

#[tokio::test]
async fn another_village_sees_and_touches_none_of_it() {
    let test = TestApp::bare(&[]).await;
    let mine = clerk(&test, VILLAGE).await;
    let theirs = clerk(&test, OTHER_VILLAGE).await;
    let head = resident(&mine, VILLAGE, "李建国", 1).await;
    let id = household(&mine, VILLAGE, &head, "1").await;
    assert!(listed(&theirs, &format!("/places/{OTHER_VILLAGE}/households")).await.is_empty());
    theirs.get(&format!("/places/{OTHER_VILLAGE}/households/{id}")).await.expect(404);
    theirs.get(&at(&id, "")).await.expect(404);
    let body = json!({ "head": head, "source": "village_visit" });
    theirs.post(&format!("/places/{OTHER_VILLAGE}/households"), body).await.expect(404);
    // A person of another village moves first.
    let county = clerk(&test, WUHUA).await;
    let other = resident(&theirs, OTHER_VILLAGE, "王五", 5).await;
    let body = json!({ "person": other, "relation": "97", "source": "village_visit" });
    let path = format!("/places/{WUHUA}/households/{id}/members");
    county.post(&path, body).await.refused(409, "base.household.elsewhere");
    assert_eq!(number(1), "530102188001010016");
}
