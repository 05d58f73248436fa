//! Deaths, moves within the county and between counties, and coming back.

use chrono::Duration;
use jizuo_testing::places::{OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::residents::{clerk, household, join, listed, number, people, register, resident};

fn at(id: &str, rest: &str) -> String {
    format!("/places/{VILLAGE}/persons/{id}{rest}")
}

async fn events(test: &TestApp, place: &str) -> Vec<(String, Value)> {
    test.pass(Duration::seconds(5));
    let reader = test.role(place, "base.integrator").await;
    let feed = reader.get(&format!("/places/{place}/events?limit=100")).await.expect(200);
    feed.items().iter().map(|e| (e["type"].as_str().unwrap().to_owned(), e["data"].clone())).collect()
}

async fn told(test: &TestApp, place: &str, topic: &str) -> Vec<Value> {
    events(test, place).await.into_iter().filter(|(name, _)| name == topic).map(|(_, data)| data).collect()
}

/// Values in force, by element.
async fn known(user: &User<'_>, place: &str, id: &str) -> Value {
    let shown = user.get(&format!("/places/{place}/persons/{id}")).await.expect(200);
    let facts = shown.body["facts"].as_array().unwrap();
    facts.iter().map(|f| (f["element"].as_str().unwrap().to_owned(), f["value"].clone())).collect()
}

#[tokio::test]
async fn a_death_ends_the_membership_on_the_day_and_leaves_the_household_without_a_head() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let husband = resident(&clerk, VILLAGE, "李建国", 1).await;
    let wife = resident(&clerk, VILLAGE, "王秀英", 2).await;
    let home = household(&clerk, VILLAGE, &husband, "1").await;
    join(&clerk, VILLAGE, &home, &wife, "12").await;
    test.pass(Duration::days(10));
    let body = json!({ "on": "2026-03-10", "source": "document_seen" });
    let died = clerk.post(&at(&husband, "/death"), body.clone()).await.expect(200);
    assert_eq!((died.text("standing"), died.text("standing_since")), ("dead".into(), "2026-03-10".into()));
    assert_eq!(died.text("/left/head_vacant"), "true");
    let shown = clerk.get(&format!("/places/{VILLAGE}/households/{home}")).await.expect(200);
    assert_eq!(people(&shown.body), [("王秀英".to_owned(), "12".to_owned())]);
    assert_eq!((shown.text("head_vacant"), shown.text("/people/0/relation_stale")), ("true".into(), "true".into()));
    assert_eq!((shown.text("/former/0/until"), shown.text("/former/0/why_left")), ("2026-03-10".into(), "dead".into()));
    let list = format!("/places/{VILLAGE}/persons");
    assert_eq!(listed(&clerk, &list).await, [wife.as_str()]);
    assert_eq!(listed(&clerk, &format!("{list}?standing=dead")).await, [husband.as_str()]);
    let facts = known(&clerk, VILLAGE, &husband).await;
    assert_eq!((&facts["person.deceased"], &facts["person.death_date"]), (&json!("true"), &json!("2026-03-10")));
    clerk.post(&at(&husband, "/death"), body).await.refused(409, "base.person.not_present");
    clerk.post(&at(&husband, "/move"), json!({ "to": OTHER_VILLAGE, "reason": "x" })).await.expect(409);
    let wrong = json!({ "on": "2027-01-01", "source": "rumour" });
    assert_eq!(clerk.post(&at(&wife, "/death"), wrong).await.expect(422).fields(), ["on", "source"]);
    clerk.post(&at(&wife, "/death"), json!({ "on": "1879-12-31", "source": "document_seen" })).await.expect(422);
    assert_eq!(told(&test, WUHUA, "base.person.died").await.len(), 1);
}

#[tokio::test]
async fn a_death_that_was_recorded_by_mistake_is_taken_back() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test, VILLAGE).await;
    let husband = resident(&clerk, VILLAGE, "李建国", 1).await;
    let wife = resident(&clerk, VILLAGE, "王秀英", 2).await;
    let home = household(&clerk, VILLAGE, &husband, "1").await;
    join(&clerk, VILLAGE, &home, &wife, "12").await;
    let body = json!({ "on": "2026-03-02", "source": "document_seen" });
    let withdraw = json!({ "reason": "同名误登" });
    let path = at(&husband, "/death/withdraw");
    clerk.post(&path, withdraw.clone()).await.refused(409, "base.person.not_dead");
    clerk.post(&at(&husband, "/death"), body).await.expect(200);
    assert_eq!(clerk.post(&path, withdraw).await.expect(200).text("standing"), "present");
    let shown = clerk.get(&format!("/places/{VILLAGE}/households/{home}")).await.expect(200);
    assert_eq!((shown.text("head"), shown.text("/people/1/relation_stale")), (husband.clone(), "false".into()));
    let facts = known(&clerk, VILLAGE, &husband).await;
    assert!(facts.get("person.deceased").is_none() && facts.get("person.death_date").is_none(), "{facts}");
    let history = clerk.get(&at(&husband, "/facts?element=person.deceased")).await.expect(200);
    assert_eq!(history.items()[0]["ended_why"], "同名误登");
}

#[tokio::test]
async fn somebody_moves_within_the_county_and_takes_everything_along() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let there = clerk(&test, OTHER_VILLAGE).await;
    let id = register(&here, VILLAGE, "李明", json!({ "person.identity_number": number(3), "person.education": "61" }))
        .await;
    let home = household(&here, VILLAGE, &id, "1").await;
    for (to, code) in [
        (PANLONG_VILLAGE, "base.person.other_county"),
        ("530102", "base.place.village_wanted"),
        ("539999", "base.place.unknown"),
        (VILLAGE, "base.person.there_already"),
    ] {
        let refused = here.post(&at(&id, "/move"), json!({ "to": to, "reason": "搬家" })).await.expect(422);
        assert_eq!(refused.text("/errors/0/code"), code);
    }
    let moved = here.post(&at(&id, "/move"), json!({ "to": OTHER_VILLAGE, "reason": "购房" })).await.expect(200);
    assert_eq!((moved.text("place"), moved.text("/left/household")), (OTHER_VILLAGE.into(), home));
    here.get(&at(&id, "")).await.expect(404);
    assert!(listed(&here, &format!("/places/{VILLAGE}/persons")).await.is_empty());
    assert_eq!(listed(&there, &format!("/places/{OTHER_VILLAGE}/persons")).await, [id.as_str()]);
    let facts = known(&there, OTHER_VILLAGE, &id).await;
    assert_eq!((&facts["person.residence"], &facts["person.education"]), (&json!(OTHER_VILLAGE), &json!("61")));
    let told = told(&test, WUHUA, "base.person.moved").await;
    assert_eq!((told[0]["from"].clone(), told[0]["to"].clone()), (json!(VILLAGE), json!(OTHER_VILLAGE)));
}

#[tokio::test]
async fn a_whole_household_moves_and_stays_together() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let there = clerk(&test, OTHER_VILLAGE).await;
    let head = resident(&here, VILLAGE, "李建国", 1).await;
    let wife = resident(&here, VILLAGE, "王秀英", 2).await;
    let home = household(&here, VILLAGE, &head, "1").await;
    join(&here, VILLAGE, &home, &wife, "12").await;
    let other = resident(&there, OTHER_VILLAGE, "赵六", 7).await;
    household(&there, OTHER_VILLAGE, &other, "1").await;
    let path = format!("/places/{VILLAGE}/households/{home}/move");
    let mut body = json!({ "to": OTHER_VILLAGE, "reason": "易地搬迁" });
    here.post(&path, body.clone()).await.refused(409, "base.household.number_taken");
    body["number"] = json!("2");
    let moved = here.post(&path, body).await.expect(200);
    assert_eq!((moved.text("place"), moved.text("number")), (OTHER_VILLAGE.into(), "2".into()));
    assert_eq!(people(&moved.body).len(), 2);
    let mut found = listed(&there, &format!("/places/{OTHER_VILLAGE}/persons")).await;
    found.sort();
    let mut expected = vec![head.clone(), wife.clone(), other];
    expected.sort();
    assert_eq!(found, expected);
    assert!(listed(&here, &format!("/places/{VILLAGE}/households")).await.is_empty());
    assert_eq!(known(&there, OTHER_VILLAGE, &wife).await["person.residence"], OTHER_VILLAGE);
    assert_eq!(told(&test, WUHUA, "base.person.moved").await.len(), 2);
}

const FACTS: &str =
    r#"{"person.phone":"13800000016","person.education":"61","person.health":"6","person.political_status":"01"}"#;

/// Somebody with a number, a telephone, a health and a party.
async fn li(clerk: &User<'_>) -> String {
    let mut facts: Value = serde_json::from_str(FACTS).unwrap();
    facts["person.identity_number"] = json!(number(3));
    register(clerk, VILLAGE, "李明", facts).await
}

async fn move_out(clerk: &User<'_>, id: &str, to: &str) -> Value {
    clerk.post(&at(id, "/move_out"), json!({ "to": to, "reason": "婚嫁" })).await.expect(200).body
}

#[tokio::test]
async fn the_other_county_is_told_the_basic_elements_once_and_takes_the_person_in() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let there = clerk(&test, PANLONG).await;
    let village = clerk(&test, PANLONG_VILLAGE).await;
    let id = li(&here).await;
    let arrivals = format!("/places/{PANLONG}/arrivals");
    assert!(listed(&there, &arrivals).await.is_empty());
    for (to, code) in [
        (OTHER_VILLAGE, "base.person.same_county"),
        (PROVINCE, "base.place.county_wanted"),
        ("539999", "base.place.unknown"),
    ] {
        let refused = here.post(&at(&id, "/move_out"), json!({ "to": to, "reason": "迁出" })).await.expect(422);
        assert_eq!(refused.text("/errors/0/code"), code, "{to}");
    }
    let moved = move_out(&here, &id, PANLONG).await;
    assert_eq!((&moved["standing"], &moved["moved_to_name"]), (&json!("moved_out"), &json!("盘龙区")));
    here.post(&at(&id, "/move_out"), json!({ "to": PANLONG, "reason": "再次" })).await.expect(409);

    let list = there.get(&arrivals).await.expect(200);
    let arrival = &list.items()[0];
    assert_eq!((&arrival["name"], &arrival["state"]), (&json!("李明"), &json!("waiting")));
    assert!(arrival["from_name"].as_str().unwrap().contains("五华区"));
    let mut carried: Vec<_> =
        arrival["parcel"].as_array().unwrap().iter().map(|c| c["element"].as_str().unwrap()).collect();
    carried.sort_unstable();
    let expected =
        ["birth_date", "education", "identity_number", "name", "phone", "sex"].map(|name| format!("person.{name}"));
    assert_eq!(carried, expected);
    let text = list.body.to_string();
    assert!(!text.contains(&number(3)) && !text.contains("13800000016"), "{text}");
    assert!(listed(&village, &format!("/places/{PANLONG_VILLAGE}/arrivals")).await.is_empty(), "told to the county");

    let take = format!("{arrivals}/{}/take_in", arrival["id"].as_str().unwrap());
    there.post(&take, json!({})).await.expect(422);
    there.post(&take, json!({ "place": VILLAGE })).await.expect(422);
    let taken = there.post(&take, json!({ "place": PANLONG_VILLAGE })).await.expect(200);
    assert_eq!((taken.text("state"), taken.text("parcel")), ("taken_in".into(), "[]".into()));
    there.post(&take, json!({ "place": PANLONG_VILLAGE })).await.refused(409, "base.arrival.decided");
    let new = taken.text("person");
    assert_ne!(new, id);
    assert_eq!(listed(&village, &format!("/places/{PANLONG_VILLAGE}/persons")).await, [new.as_str()]);
    let facts = known(&village, PANLONG_VILLAGE, &new).await;
    assert_eq!((&facts["person.name"], &facts["person.education"]), (&json!("李明"), &json!("61")));
    assert_eq!(facts["person.birth_date"], "1880-01-01");
    assert!(facts.get("person.health").is_none() && facts.get("person.political_status").is_none(), "{facts}");
    let shown = village.get(&format!("/places/{PANLONG_VILLAGE}/persons/{new}")).await.expect(200);
    assert!(
        shown.body["facts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["source"] == "transfer" || f["element"] == "person.residence")
    );
    assert_eq!(told(&test, WUHUA, "base.person.moved_out").await.len(), 1);
    assert!(told(&test, PANLONG, "base.person.moved_out").await.is_empty());
    assert_eq!(told(&test, PANLONG, "base.person.arrived").await[0]["was_here"], false);
    assert!(told(&test, WUHUA, "base.person.arrived").await.is_empty());
}

#[tokio::test]
async fn who_comes_back_has_the_same_row_and_all_of_its_history() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let there = clerk(&test, PANLONG_VILLAGE).await;
    let id = li(&here).await;
    move_out(&here, &id, PANLONG_VILLAGE).await;
    let arrivals = format!("/places/{PANLONG_VILLAGE}/arrivals");
    let arrival = listed(&there, &arrivals).await.remove(0);
    let taken = there.post(&format!("{arrivals}/{arrival}/take_in"), json!({})).await.expect(200).text("person");
    test.pass(Duration::days(30));
    let phone =
        json!({ "source": "the_person", "basis": "statutory_duty", "facts": { "person.phone": "13900000001" } });
    there.post(&format!("/places/{PANLONG_VILLAGE}/persons/{taken}/facts"), phone).await.expect(200);
    let back = json!({ "to": VILLAGE, "reason": "返乡" });
    there.post(&format!("/places/{PANLONG_VILLAGE}/persons/{taken}/move_out"), back).await.expect(200);

    let arrivals = format!("/places/{VILLAGE}/arrivals");
    let arrival = listed(&here, &arrivals).await.remove(0);
    let again = here.post(&format!("{arrivals}/{arrival}/take_in"), json!({})).await.expect(200);
    assert_eq!(again.text("person"), id, "the same row");
    assert_eq!(listed(&here, &format!("/places/{VILLAGE}/persons")).await, [id.as_str()]);
    let facts = known(&here, VILLAGE, &id).await;
    assert_eq!(facts["person.phone"], "139****0001", "what the other county learnt of the basic elements came along");
    assert!(facts.get("person.health").is_some(), "what was known before is known again");
    let history = here.get(&at(&id, "/facts?element=person.phone")).await.expect(200);
    assert!(history.items().len() >= 2, "{:#}", history.body);
    assert_eq!(told(&test, WUHUA, "base.person.arrived").await[0]["was_here"], true);
}

#[tokio::test]
async fn who_moved_beyond_the_platform_returns_and_a_stranger_is_declined() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let there = clerk(&test, PANLONG).await;
    let id = li(&here).await;
    here.post(&at(&id, "/return"), json!({ "to": VILLAGE, "reason": "x" })).await.refused(409, "base.person.not_away");
    let moved = move_out(&here, &id, "440300").await;
    assert!(moved.get("moved_to").is_none_or(Value::is_null));
    let list = format!("/places/{VILLAGE}/persons");
    assert!(listed(&here, &list).await.is_empty());
    let back = json!({ "to": VILLAGE, "reason": "务工返乡" });
    assert_eq!(here.post(&at(&id, "/return"), back).await.expect(200).text("standing"), "present");
    assert_eq!(listed(&here, &list).await, [id.as_str()]);

    move_out(&here, &id, PANLONG).await;
    let arrivals = format!("/places/{PANLONG}/arrivals");
    let arrival = listed(&there, &arrivals).await.remove(0);
    let decline = format!("{arrivals}/{arrival}/decline");
    let declined = there.post(&decline, json!({ "reason": "查无此人" })).await.expect(200);
    assert_eq!((declined.text("state"), declined.text("parcel")), ("declined".into(), "[]".into()));
    there.post(&decline, json!({ "reason": "再次" })).await.refused(409, "base.arrival.decided");
    let shown = there.get(&format!("{arrivals}?state=declined")).await.expect(200);
    assert_eq!(shown.items().len(), 1);
    here.get(&at(&id, "")).await.expect(200);
}

/// How many rows each tenant table has of a county.
async fn rows_of(test: &TestApp, county: i32) -> Vec<(String, i64)> {
    use jizuo_kernel::schema::{Class, declared};
    let db = test.behind().await;
    let mut counted = Vec::new();
    let tables = test.app.registry.modules().iter().flat_map(|m| declared(m.migrations));
    for table in tables.filter(|table| table.class == Class::Tenant).map(|table| table.name) {
        let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE county = {county}");
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
        counted.push((table.to_owned(), row.try_get("", "n").unwrap()));
    }
    counted
}

#[tokio::test]
async fn a_move_writes_one_row_in_the_other_county_and_no_way_leads_to_more() {
    let test = TestApp::bare(&[]).await;
    let here = clerk(&test, VILLAGE).await;
    let id = li(&here).await;
    let panlong = test.app.snapshot().places.resolve(PANLONG).unwrap().place.id;
    let before = rows_of(&test, panlong).await;
    let keyed = here.header("idempotency-key", "3c6f2f0e-8a57-4a62-9f5c-2f4a9b1f7d10");
    for _ in 0..2 {
        keyed.post(&at(&id, "/move_out"), json!({ "to": PANLONG_VILLAGE, "reason": "婚嫁" })).await.expect(200);
    }
    let after = rows_of(&test, panlong).await;
    let changed: Vec<_> =
        after.iter().zip(&before).filter(|(a, b)| a != b).map(|(a, b)| (a.0.as_str(), a.1 - b.1)).collect();
    assert_eq!(changed, [("base_arrival", 1)]);

    // The old county reads nothing of it, and writes nothing more: the second wall says so where there is one.
    let ctx = test.system(VILLAGE);
    let sql = format!("SELECT id FROM base_arrival WHERE county = {panlong}");
    if test.app.db.backend() == DbBackend::Sqlite {
        return;
    }
    let run = |sql: String| Statement::from_string(DbBackend::Postgres, sql);
    assert!(ctx.db().query_all_raw(run(sql)).await.unwrap().is_empty());
    let tx = ctx.begin().await.unwrap();
    for table in ["base_arrival", "base_person", "base_fact", "base_audit", "base_event"] {
        let touched = tx.db().execute_raw(run(format!("UPDATE {table} SET county = county WHERE county = {panlong}")));
        assert_eq!(touched.await.unwrap().rows_affected(), 0, "{table}");
        let gone = tx.db().execute_raw(run(format!("DELETE FROM {table} WHERE county = {panlong}")));
        assert_eq!(gone.await.unwrap().rows_affected(), 0, "{table}");
    }
    drop(tx);
    let tx = ctx.begin().await.unwrap();
    let seal = format!("INSERT INTO base_audit_unsealed (county, id) VALUES ({panlong}, gen_random_uuid())");
    let refused = tx.db().execute_raw(run(seal)).await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "{refused}");
    assert_eq!(rows_of(&test, panlong).await, after);
}

#[tokio::test]
async fn a_village_that_is_merged_keeps_its_people() {
    let test = TestApp::bare(&[]).await;
    let county = clerk(&test, WUHUA).await;
    let id = resident(&county, VILLAGE, "李建国", 1).await;
    let home = household(&county, VILLAGE, &id, "1").await;
    let other = clerk(&test, OTHER_VILLAGE).await;
    let neighbour = resident(&other, OTHER_VILLAGE, "赵六", 7).await;
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let merge = json!({ "kind": "merge", "into": OTHER_VILLAGE, "on": "2026-03-02" });
    admin.post(&format!("/places/{PROVINCE}/changes/{VILLAGE}"), merge).await.expect(204);
    let mut found = listed(&other, &format!("/places/{OTHER_VILLAGE}/persons")).await;
    found.sort();
    let mut expected = vec![id.clone(), neighbour.clone()];
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(listed(&other, &format!("/places/{OTHER_VILLAGE}/households")).await, [home.as_str()]);
    other.get(&format!("/places/{OTHER_VILLAGE}/persons/{id}")).await.expect(200);
    join(&other, OTHER_VILLAGE, &home, &neighbour, "97").await;
}
