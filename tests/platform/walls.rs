//! The second wall: with the first one taken away, PostgreSQL still keeps the counties apart, for every table that has a
//! county. SQLite has no row-level security; there these tests have nothing to ask.

use jizuo_kernel::schema::{Class, declared};
use jizuo_kernel::{Ctx, Db, db::Location};
use jizuo_testing::{TestApp, places};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::everything;

fn has_one_wall(test: &TestApp) -> bool {
    let sqlite = test.app.db.backend() == DbBackend::Sqlite;
    if sqlite {
        println!("skipped: SQLite has no row-level security");
    }
    sqlite
}

async fn run(db: &impl ConnectionTrait, sql: String) -> Result<u64, DbErr> {
    Ok(db.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await?.rows_affected())
}

async fn numbers(db: &impl ConnectionTrait, sql: &str) -> Vec<i32> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

fn county(test: &TestApp, code: &str) -> i32 {
    test.app.snapshot().places.resolve(code).unwrap().place.id
}

fn tenant_tables(test: &TestApp) -> Vec<&'static str> {
    let tables = test.app.registry.modules().iter().flat_map(|m| declared(m.migrations));
    tables.filter(|table| table.class == Class::Tenant).map(|table| table.name).collect()
}

/// A row of a county in a table, whatever columns it has.
async fn row(test: &TestApp, table: &str, county: i32) -> String {
    let sql = format!(
        "SELECT quote_ident(column_name), data_type::text FROM information_schema.columns WHERE table_name = '{table}'"
    );
    let columns = test.behind().await.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    let (names, values): (Vec<String>, Vec<String>) = columns
        .iter()
        .map(|column| {
            let (name, kind): (String, String) =
                (column.try_get_by_index(0).unwrap(), column.try_get_by_index(1).unwrap());
            let value = match kind.as_str() {
                "integer" if name == "county" => county.to_string(),
                "integer" | "bigint" => "7".to_owned(),
                "uuid" => "gen_random_uuid()".to_owned(),
                "boolean" => "false".to_owned(),
                "date" => "current_date".to_owned(),
                "timestamp with time zone" => "now()".to_owned(),
                "jsonb" => "'{}'".to_owned(),
                "bytea" => "''".to_owned(),
                _ => "gen_random_uuid()::text".to_owned(),
            };
            (name, value)
        })
        .unzip();
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

#[tokio::test]
async fn without_the_first_wall_the_second_still_keeps_every_countys_rows_apart() {
    let test = everything().await;
    if has_one_wall(&test) {
        return;
    }
    let (own, other) = (county(&test, places::WUHUA), county(&test, places::PANLONG));
    let behind = test.behind().await;
    // Rows that refer to nothing are good enough to be kept apart.
    run(behind, "SET session_replication_role = replica".to_owned()).await.unwrap();
    let tables = tenant_tables(&test);
    assert!(tables.len() >= 10, "{tables:?}");
    for table in tables {
        for id in [own, other] {
            run(behind, row(&test, table, id).await).await.unwrap();
        }
        let all = format!("SELECT county FROM {table}");

        // A connection of the pool, outside of every transaction, sees nothing and writes nothing.
        let pool = test.app.db.reader();
        assert_eq!(numbers(pool, &all).await, Vec::<i32>::new(), "{table}");
        assert_eq!(run(pool, format!("UPDATE {table} SET county = county")).await.unwrap(), 0, "{table}");
        assert_eq!(run(pool, format!("DELETE FROM {table}")).await.unwrap(), 0, "{table}");
        assert!(run(pool, row(&test, table, own).await).await.is_err(), "{table}");

        // A request in one county, whose author forgot the scope.
        let ctx = test.system(places::VILLAGE);
        let found = numbers(ctx.db(), &all).await;
        assert!(found.contains(&own) && !found.contains(&other), "{table}: {found:?}");
        let tx = ctx.begin().await.unwrap();
        let touched = run(tx.db(), format!("UPDATE {table} SET county = county WHERE county = {other}")).await.unwrap();
        assert_eq!(touched, 0, "{table}");
        assert_eq!(run(tx.db(), format!("DELETE FROM {table} WHERE county = {other}")).await.unwrap(), 0, "{table}");
        refused(&ctx, format!("UPDATE {table} SET county = {other} WHERE county = {own}"), table).await;
        drop(tx);
        refused(&ctx, row(&test, table, other).await, table).await;
        assert_eq!(numbers(behind, &format!("{all} WHERE county = {other}")).await.len(), 1, "{table}");
    }
}

/// A write that the database itself turns away.
async fn refused(ctx: &Ctx, sql: String, table: &str) {
    let tx = ctx.begin().await.unwrap();
    let error = run(tx.db(), sql).await.expect_err(table).to_string();
    assert!(error.contains("row-level security"), "{table}: {error}");
}

#[tokio::test]
async fn what_is_laid_down_above_is_read_below_and_written_only_there() {
    let test = everything().await;
    if has_one_wall(&test) {
        return;
    }
    let province = county(&test, places::PROVINCE);
    run(test.behind().await, row(&test, "base_audit", province).await).await.unwrap();
    let ctx = test.system(places::WUHUA);
    let all = "SELECT county FROM base_audit";
    assert!(numbers(ctx.db(), all).await.contains(&province));
    refused(&ctx, row(&test, "base_audit", province).await, "base_audit").await;
    // And the province writes no row of a county.
    let ctx = test.system(places::PROVINCE);
    refused(&ctx, row(&test, "base_audit", county(&test, places::WUHUA)).await, "base_audit").await;
}

#[tokio::test]
async fn a_pooled_connection_carries_no_scope_over() {
    let test = everything().await;
    if has_one_wall(&test) {
        return;
    }
    // One connection, so that whoever comes next gets the very same.
    let location = Location { pool: 1, ..test.location() };
    let alone = test.process_with(Db::connect(&location).await.unwrap()).await;
    let setting = "SELECT coalesce(length(current_setting('jizuo.reads', true)), 0)";
    let nothing = async || numbers(alone.app.db.reader(), setting).await == [0];
    let rows = "SELECT 1 FROM base_audit";

    let ctx = alone.system(places::WUHUA);
    assert!(!numbers(ctx.db(), rows).await.is_empty());
    drop(ctx);
    assert!(nothing().await, "after a read");

    let ctx = alone.system(places::WUHUA);
    let tx = ctx.begin().await.unwrap();
    assert!(run(tx.db(), "SELECT nonsense".to_owned()).await.is_err());
    drop((tx, ctx));
    assert!(nothing().await, "after a failure");

    let ctx = alone.system(places::WUHUA);
    let slow = run(ctx.db(), "SELECT pg_sleep(60)".to_owned());
    let cut = tokio::time::timeout(std::time::Duration::from_millis(50), slow).await;
    assert!(cut.is_err(), "the caller went away in the middle");
    // The server is told that nobody waits any more.
    run(
        test.behind().await,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND datname = \
         current_database() AND pid <> pg_backend_pid()"
            .to_owned(),
    )
    .await
    .unwrap();
    drop(ctx);
    assert!(nothing().await, "after a caller that went away");

    let user = alone.user(places::WUHUA, &["base.module.read"]).await;
    user.get(&format!("/places/{}/modules", places::WUHUA)).await.expect(200);
    assert!(nothing().await, "after a request");
    let found = numbers(alone.app.db.reader(), rows).await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_wall_that_was_pulled_down_is_raised_by_the_next_start() {
    let test = everything().await;
    if has_one_wall(&test) {
        return;
    }
    let table = tenant_tables(&test)[0];
    for sql in [
        format!("DROP POLICY jizuo_1_select ON {table}"),
        format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"),
        format!("CREATE POLICY jizuo_0_old ON {table} USING (true)"),
    ] {
        run(test.behind().await, sql).await.unwrap();
    }
    assert!(!jizuo_testing::wrong_tables(&test.app).await.is_empty());
    test.app.db.migrate(test.app.registry.modules()).await.unwrap();
    jizuo_testing::check_tables(&test.app).await;
}

#[tokio::test]
async fn nobody_serves_as_a_superuser() {
    let test = everything().await;
    if has_one_wall(&test) {
        return;
    }
    let url = std::env::var("JIZUO_TEST_DATABASE").unwrap();
    let db = Db::connect(&Location { url, ..test.location() }).await.unwrap();
    assert!(db.pending(test.app.registry.modules()).await.is_err());
    let refusal = db.migrate(test.app.registry.modules()).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("base.database.superuser"), "{refusal:?}");
    assert!(refusal.problem(jizuo_kernel::Lang::En, "").detail.contains("CREATE ROLE"), "{refusal:?}");
}
