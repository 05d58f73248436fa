//! `JIZUO_TEST_DATABASE=… cargo run --profile bench -p jizuo-bench --bin province`: what lists, figures and checks cost with a
//! whole province at work. Millions of rows are made by the database itself from a seed, so that two runs ask the same of the
//! same rows; the time is the server's between question and answer, and the ratio is to another question of the same run.

mod incidents;
mod measuring;
mod papers;

use clap::{Parser, ValueEnum};
use jizuo_bench::Failure;
use jizuo_kernel::places::{Kind, import};
use jizuo_kernel::{Reply, Subject};
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, places};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;

/// Fills a database of its own on the PostgreSQL server that JIZUO_TEST_DATABASE names, and measures.
#[derive(Parser)]
struct Wish {
    /// One part alone.
    #[arg(long)]
    only: Option<Part>,
    /// Incidents of one year.
    #[arg(long, default_value_t = 5_000_000)]
    incidents: u64,
    /// Grids below all villages together.
    #[arg(long, default_value_t = 200_000)]
    grids: u64,
    /// Papers of four years.
    #[arg(long, default_value_t = 5_000_000)]
    papers: u64,
    /// What the rows are made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each is asked; the median is told.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Incidents,
    Papers,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wish = Wish::parse();
    let base = TestApp::with(MODULES).await;
    if !base.location().url.starts_with("postgres") {
        return Err("set JIZUO_TEST_DATABASE to a PostgreSQL server; SQLite is not for a province".into());
    }
    whole_province(&base).await?;
    villages(&base).await?;
    if wish.only != Some(Part::Incidents) {
        papers::run(&base, &wish).await?;
    }
    if wish.only != Some(Part::Papers) {
        incidents::run(&base, &wish).await?;
    }
    Ok(())
}

const LEVELS: [(&str, &str); 5] = [
    ("village", places::VILLAGE),
    ("township", places::HUASHAN),
    ("county", places::WUHUA),
    ("prefecture", places::KUNMING),
    ("province", places::PROVINCE),
];

/// All places of Yunnan, with both modules on in every county.
async fn whole_province(base: &TestApp) -> Result<(), Failure> {
    let divisions = include_bytes!("../../../../../data/yunnan-divisions.csv");
    let ctx = base.system(places::PROVINCE);
    let plan = import::plan(&ctx.snapshot.places, divisions, None);
    let (today, province) = (ctx.today(), ctx.place().map_err(|e| format!("{e:?}"))?.id);
    let mut tx = ctx.begin().await.map_err(|e| format!("{e:?}"))?;
    import::apply(&mut tx, &plan, today, &|_| {}).await.map_err(|e| format!("{e:?}"))?;
    let done = tx.commit("base.place.import", Subject::new("base.place", province), Reply::none());
    done.await.map_err(|e| format!("{e:?}"))?;
    let admin = base.role(places::PROVINCE, "base.system_admin").await;
    for module in ["grid", "certificates"] {
        let on = json!({ "state": "on", "reason": "全省启用" });
        admin.put(&format!("/places/{}/modules/{module}", places::PROVINCE), on).await;
    }
    let reach = json!({ "value": true, "reason": "测量全省列表" });
    admin.put(&format!("/places/{}/rules/PLATFORM.PERSONS.ABOVE_COUNTY", places::PROVINCE), reach).await.expect(204);
    Ok(())
}

/// Every village with what it lies in, numbered, for the generator.
async fn villages(base: &TestApp) -> Result<(), Failure> {
    let db = base.behind().await;
    db.execute_unprepared(
        "CREATE TABLE made_village (n bigint PRIMARY KEY, id int, code text, county int, prefecture int, township int)",
    )
    .await?;
    let snapshot = base.app.snapshot();
    let mut villages: Vec<_> =
        snapshot.places.all().filter(|p| p.kind == Kind::Village && p.until.is_none()).cloned().collect();
    villages.sort_by(|a, b| a.code.cmp(&b.code));
    let number = |id: Option<i32>| id.map_or("NULL".to_owned(), |id| id.to_string());
    for (chunk, some) in villages.chunks(1_000).enumerate() {
        let rows: Vec<String> = some
            .iter()
            .enumerate()
            .map(|(n, p)| {
                let n = chunk * 1_000 + n;
                let (county, prefecture, township) = (number(p.county), number(p.prefecture), number(p.township));
                format!("({n}, {}, '{}', {county}, {prefecture}, {township})", p.id, p.code)
            })
            .collect();
        db.execute_unprepared(&format!("INSERT INTO made_village VALUES {}", rows.join(","))).await?;
    }
    // A number below 2^31 that depends on nothing but its arguments.
    db.execute_unprepared(
        "CREATE FUNCTION made(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS \
         $$ SELECT (hashint8extended(a, b) & 2147483647)::bigint $$",
    )
    .await?;
    Ok(())
}

/// Drops what indexes a table has beside its key; returns how each is made again.
async fn without_indexes(db: &DatabaseConnection, table: &str) -> Result<Vec<String>, Failure> {
    let indexes = Statement::from_string(
        db.get_database_backend(),
        format!(
            "SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE tablename = '{table}' \
             AND indexname NOT LIKE '%_pkey'"
        ),
    );
    let mut again: Vec<String> = Vec::new();
    for row in db.query_all_raw(indexes).await? {
        let name: String = row.try_get("", "name")?;
        again.push(row.try_get("", "made")?);
        db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
    }
    Ok(again)
}
