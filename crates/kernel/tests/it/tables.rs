//! The real tables, as the database has them.

use jizuo_testing::{TestApp, check_tables};

use crate::probe::PROBE;
use crate::sql;

#[tokio::test]
async fn every_table_is_declared_and_a_countys_tables_are_led_by_county() {
    let test = TestApp::bare(&[&PROBE]).await;
    check_tables(&test.app).await;
}

#[tokio::test]
async fn a_table_that_nobody_declared_is_noticed() {
    let test = TestApp::bare(&[]).await;
    sql::run(&test, "CREATE TABLE stray (id INTEGER PRIMARY KEY)").await;
    let wrong = jizuo_testing::wrong_tables(&test.app).await;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("stray"));
}

#[tokio::test]
async fn a_key_that_county_does_not_lead_is_noticed() {
    let test = TestApp::bare(&[&PROBE]).await;
    sql::run(&test, "CREATE UNIQUE INDEX wrong_key ON probe_note (text)").await;
    let wrong = jizuo_testing::wrong_tables(&test.app).await;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("probe_note") && wrong[0].contains("text"), "{wrong:?}");
}

#[tokio::test]
async fn a_second_start_finds_nothing_to_do() {
    let test = TestApp::bare(&[&PROBE]).await;
    let modules = test.app.registry.modules().to_vec();
    assert!(test.app.db.pending(&modules).await.unwrap().is_empty());
    test.app.db.migrate(&modules).await.unwrap();
}
