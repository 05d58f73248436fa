//! Past the platform, straight to the database: what no operation shows.

use jizuo_testing::TestApp;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

async fn read(test: &TestApp, sql: &str) -> Vec<QueryResult> {
    let db = test.behind().await;
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
}

/// The first column of the first row, which is a count.
pub(super) async fn count(test: &TestApp, sql: &str) -> i64 {
    read(test, sql).await[0].try_get_by_index(0).unwrap()
}

/// Every row of a table as text, sorted.
pub(super) async fn dump(test: &TestApp, table: &str) -> Vec<String> {
    let sql = match test.app.db.backend() {
        DbBackend::Sqlite => {
            let names = read(test, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let columns: Vec<String> =
                names.iter().map(|row| format!("quote(\"{}\")", row.try_get_by_index::<String>(0).unwrap())).collect();
            format!("SELECT {} FROM {table}", columns.join(" || ' | ' || "))
        }
        _ => format!("SELECT row_to_json(t)::text FROM {table} AS t"),
    };
    let mut rows: Vec<String> = read(test, &sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    rows.sort_unstable();
    rows
}

/// An id as it stands in a statement.
pub(super) fn uuid(test: &TestApp, id: &str) -> String {
    match test.app.db.backend() {
        DbBackend::Sqlite => format!("x'{}'", id.replace('-', "")),
        _ => format!("'{id}'"),
    }
}
