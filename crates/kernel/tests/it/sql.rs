//! Past the platform, straight to the database: what an intruder does, and what no operation shows.

use jizuo_testing::TestApp;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Runs one statement; how many rows it changed.
pub(crate) async fn run(test: &TestApp, sql: &str) -> u64 {
    let db = test.behind().await;
    db.execute_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().rows_affected()
}

/// The first column of the first row, as a number.
pub(crate) async fn number(test: &TestApp, sql: &str) -> i64 {
    let db = test.behind().await;
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT ({sql}) AS n"));
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get::<i64>("", "n").or_else(|_| row.try_get::<i32>("", "n").map(i64::from)).unwrap()
}

/// The first column of every row, as text.
pub(crate) async fn texts(test: &TestApp, sql: &str) -> Vec<String> {
    let db = test.behind().await;
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT t FROM ({sql}) AS q(t)"));
    let statement = match db.get_database_backend() {
        // SQLite names no columns there.
        DbBackend::Sqlite => Statement::from_string(DbBackend::Sqlite, sql.to_owned()),
        _ => statement,
    };
    db.query_all_raw(statement).await.unwrap().iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}

/// An expression for a new UUID.
pub(crate) fn new_uuid(test: &TestApp) -> &'static str {
    match test.app.db.reader().get_database_backend() {
        DbBackend::Sqlite => "randomblob(16)",
        _ => "gen_random_uuid()",
    }
}
