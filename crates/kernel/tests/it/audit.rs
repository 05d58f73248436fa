//! The audit chain: it holds after work, and shows every way of tampering.

use jizuo_kernel::audit::{self, Broken, Report};
use jizuo_testing::TestApp;
use jizuo_testing::places::{ESHAN, PANLONG, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use crate::probe::{PROBE, at, written};
use crate::sql;

async fn verify(test: &TestApp) -> Report {
    audit::verify(&test.app, |_| {}).await.unwrap()
}

/// A county with some lines, sealed; and the county's id.
async fn worked() -> (TestApp, i32) {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    for text in ["一", "二", "三"] {
        written(&worker, VILLAGE, text).await;
    }
    test.settle().await;
    let county = test.app.snapshot().places.resolve(WUHUA).unwrap().place.id;
    let report = verify(&test).await;
    assert!(report.broken.is_empty() && report.unsealed == 0, "{report:?}");
    (test, county)
}

async fn broken(test: &TestApp) -> Vec<Broken> {
    verify(test).await.broken
}

fn line(county: i32, number: i32) -> String {
    format!(
        "county = {county} AND id = (SELECT line FROM base_audit_seal WHERE county = {county} AND number = {number})"
    )
}

#[tokio::test]
async fn every_county_has_a_chain_of_its_own_that_holds() {
    let (test, county) = worked().await;
    test.switch(PANLONG, "probe", "on").await;
    test.switch(ESHAN, "probe", "on").await;
    assert_eq!(verify(&test).await.unsealed, 2, "what was just committed waits for its seal");
    test.settle().await;
    let report = verify(&test).await;
    assert!(report.broken.is_empty(), "{report:?}");
    assert_eq!(report.unsealed, 0);
    assert!(report.chains >= 4, "{report:?}");
    let lines = sql::number(&test, "SELECT COUNT(*) FROM base_audit").await;
    assert_eq!(i64::try_from(report.lines).unwrap(), lines);
    let own = sql::number(&test, &format!("SELECT COUNT(*) FROM base_audit WHERE county = {county}")).await;
    assert!(report.heads.iter().any(|(id, number, _)| (*id, *number) == (county, own)), "{report:?}");
}

#[tokio::test]
async fn a_changed_line_is_found() {
    for (column, value) in [
        ("changes", "'{\"state\":\"off\"}'"),
        ("action", "'base.place.change'"),
        ("actor_name", "'somebody.else'"),
        ("on_behalf_of", "'x'"),
        ("actor", "NULL"),
        ("place", "1"),
        ("at", "'2026-03-02 00:59:00+00:00'"),
        ("subject", "'x'"),
    ] {
        let (test, county) = worked().await;
        let where_ = line(county, 3);
        assert_eq!(sql::run(&test, &format!("UPDATE base_audit SET {column} = {value} WHERE {where_}")).await, 1);
        let found = broken(&test).await;
        assert_eq!(found.len(), 1, "{column}: {found:?}");
        assert_eq!((found[0].county, found[0].number), (county, 3), "{column}");
    }
}

#[tokio::test]
async fn a_deleted_line_is_found() {
    let (test, county) = worked().await;
    sql::run(&test, &format!("DELETE FROM base_audit WHERE {}", line(county, 2))).await;
    let found = broken(&test).await;
    assert_eq!(found, [Broken { county, number: 2, why: "the line is gone".to_owned() }]);
}

#[tokio::test]
async fn a_deleted_seal_is_found_in_the_middle_and_at_the_end() {
    let (test, county) = worked().await;
    sql::run(&test, &format!("DELETE FROM base_audit_seal WHERE county = {county} AND number = 2")).await;
    let found = broken(&test).await;
    assert!(found.iter().any(|b| b.number == 3), "{found:?}");
    assert!(found.iter().any(|b| b.why.contains("has no seal")), "{found:?}");

    let (test, county) = worked().await;
    let last = format!("(SELECT MAX(number) FROM base_audit_seal WHERE county = {county})");
    sql::run(&test, &format!("DELETE FROM base_audit_seal WHERE county = {county} AND number = {last}")).await;
    let found = broken(&test).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].why.contains("has no seal"));
}

#[tokio::test]
async fn a_line_that_was_slipped_in_is_found() {
    let (test, county) = worked().await;
    let uuid = sql::new_uuid(&test);
    let columns = "at, place, actor, actor_name, on_behalf_of, action, subject_kind, subject, changes, trace";
    let insert = format!(
        "INSERT INTO base_audit (county, id, {columns}) SELECT county, {uuid}, {columns} FROM base_audit WHERE {}",
        line(county, 1)
    );
    assert_eq!(sql::run(&test, &insert).await, 1);
    let found = broken(&test).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].county == county && found[0].why.contains("has no seal"));
    test.settle().await;
    assert_eq!(broken(&test).await.len(), 1, "the sealer takes nothing that no commit left");
}

#[tokio::test]
async fn two_lines_that_changed_places_are_found() {
    let (test, county) = worked().await;
    let (a, b) = (line(county, 2), line(county, 3));
    let mut subjects = Vec::new();
    for line in [&a, &b] {
        subjects.extend(sql::texts(&test, &format!("SELECT subject FROM base_audit WHERE {line}")).await);
    }
    assert_ne!(subjects[0], subjects[1]);
    for (line, subject) in [(&a, &subjects[1]), (&b, &subjects[0])] {
        sql::run(&test, &format!("UPDATE base_audit SET subject = '{subject}' WHERE {line}")).await;
    }
    assert_eq!(broken(&test).await.len(), 2);
}

#[tokio::test]
async fn a_line_deleted_before_its_seal_is_found_and_stops_no_sealing() {
    let (test, county) = worked().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    test.settle().await;
    written(&worker, VILLAGE, "四").await;
    let unsealed = "(SELECT id FROM base_audit_unsealed)";
    sql::run(&test, &format!("DELETE FROM base_audit WHERE county = {county} AND id IN {unsealed}")).await;
    test.settle().await;
    written(&worker, VILLAGE, "五").await;
    test.settle().await;
    let report = verify(&test).await;
    assert_eq!(report.broken.len(), 1, "{report:?}");
    assert!(report.broken[0].why.contains("gone before"), "{report:?}");
}

#[tokio::test]
async fn two_sealers_at_once_make_one_chain() {
    let (test, _) = worked().await;
    let other = test.second_process().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    for text in ["四", "五", "六"] {
        written(&worker, VILLAGE, text).await;
        let (a, b) = tokio::join!(audit::seal(&test.app), audit::seal(&other.app));
        a.unwrap();
        b.unwrap();
    }
    test.settle().await;
    let report = verify(&test).await;
    assert!(report.broken.is_empty() && report.unsealed == 0, "{report:?}");
}

#[tokio::test]
async fn lines_are_found_by_action_subject_and_actor_and_only_at_home() {
    let (test, _) = worked().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let id = written(&worker, VILLAGE, "四").await;
    let here = test.role(WUHUA, "base.audit_admin").await;
    let there = test.role(PANLONG, "base.audit_admin").await;
    let top = test.role(PROVINCE, "base.audit_admin").await;
    let find = async |query: String| here.get(&format!("/places/{WUHUA}/audit?{query}")).await.expect(200);
    assert_eq!(find("action=probe.note.write".to_owned()).await.items().len(), 4);
    let one = find(format!("subject={id}")).await;
    assert_eq!(one.items().len(), 1);
    assert_eq!(one.items()[0]["actor"], worker.login.as_str());
    assert_eq!(one.items()[0]["place"], VILLAGE);
    assert_eq!(find(format!("actor={}", worker.login)).await.items().len(), 1);
    assert!(find("action=x'%20OR%201=1".to_owned()).await.items().is_empty());
    there.get(&format!("/places/{WUHUA}/audit")).await.expect(404);
    worker.get(&format!("/places/{WUHUA}/audit")).await.expect(403);
    let all = top.get(&format!("/places/{PROVINCE}/audit?action=probe.note.write")).await.expect(200);
    assert_eq!(all.items().len(), 4);
}

#[tokio::test]
async fn a_verification_beside_people_who_write_finds_nothing_wrong() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await.at_once();
    test.settle().await;
    let path = at(VILLAGE, "/notes");
    let writing = async {
        for _ in 0..20 {
            let note = || worker.post(&path, json!({ "text": "x" }));
            let (a, b, c) = tokio::join!(note(), note(), note());
            for answer in [a, b, c] {
                answer.expect(201);
            }
            test.settle().await;
        }
    };
    let verifying = async {
        for _ in 0..40 {
            let report = audit::verify(&test.app, |_| {}).await.unwrap();
            assert!(report.broken.is_empty(), "{report:?}");
        }
    };
    tokio::join!(writing, verifying);
}

#[tokio::test]
async fn many_lines_that_were_taken_away_unsealed_do_not_stop_the_sealer() {
    let (test, county) = worked().await;
    let marks = vec![format!("({county}, {})", sql::new_uuid(&test)); 1_100];
    sql::run(&test, &format!("INSERT INTO base_audit_unsealed (county, id) VALUES {}", marks.join(", "))).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "四").await;
    tokio::time::timeout(std::time::Duration::from_secs(60), test.settle()).await.unwrap();
    let broken = broken(&test).await;
    assert_eq!(broken.len(), 1_100);
    assert!(broken.iter().all(|b| b.why.ends_with("was gone before it was sealed")));
}
