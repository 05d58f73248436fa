//! `JIZUO_TEST_DATABASE=… cargo run --profile bench -p jizuo-bench --bin province`: what lists and figures cost with a whole
//! province at work. Millions of incidents and all grids are made by the database itself from a seed, so that two runs ask
//! the same of the same rows; the time is the server's between question and answer, and the ratio is to a list of a village.

use std::time::{Duration, Instant};

use clap::Parser;
use jizuo_bench::{Failure, wire};
use jizuo_kernel::Db;
use jizuo_kernel::db::Location;
use jizuo_kernel::places::{Kind, import};
use jizuo_kernel::{Reply, Subject};
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, places};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

/// Fills a database of its own on the PostgreSQL server that JIZUO_TEST_DATABASE names, and measures.
#[derive(Parser)]
struct Wish {
    /// Incidents of one year.
    #[arg(long, default_value_t = 5_000_000)]
    incidents: u64,
    /// Grids below all villages together.
    #[arg(long, default_value_t = 200_000)]
    grids: u64,
    /// What the rows are made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each is asked; the median is told.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wish = Wish::parse();
    let base = TestApp::with(MODULES).await;
    if !base.location().url.starts_with("postgres") {
        return Err("set JIZUO_TEST_DATABASE to a PostgreSQL server; SQLite is not for a province".into());
    }
    whole_province(&base).await?;
    let begun = Instant::now();
    villages(&base).await?;
    grids(&base, wish.grids, wish.seed).await?;
    incidents(&base, wish.incidents, wish.seed).await?;
    println!("{} incidents, {} grids: made in {:.0} s", wish.incidents, wish.grids, begun.elapsed().as_secs_f64());
    tree(&base).await?;
    measure(&base, wish.rounds).await
}

/// All places of Yunnan, with grid governance on in every county.
async fn whole_province(base: &TestApp) -> Result<(), Failure> {
    let divisions = include_bytes!("../../../../data/yunnan-divisions.csv");
    let ctx = base.system(places::PROVINCE);
    let plan = import::plan(&ctx.snapshot.places, divisions, None);
    let (today, province) = (ctx.today(), ctx.place().map_err(|e| format!("{e:?}"))?.id);
    let mut tx = ctx.begin().await.map_err(|e| format!("{e:?}"))?;
    import::apply(&mut tx, &plan, today, &|_| {}).await.map_err(|e| format!("{e:?}"))?;
    let done = tx.commit("base.place.import", Subject::new("base.place", province), Reply::none());
    done.await.map_err(|e| format!("{e:?}"))?;
    let admin = base.role(places::PROVINCE, "base.system_admin").await;
    let on = json!({ "state": "on", "reason": "全省启用" });
    admin.put(&format!("/places/{}/modules/grid", places::PROVINCE), on).await;
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

/// Basic grids below every village, as places and as grids.
async fn grids(base: &TestApp, wanted: u64, seed: u64) -> Result<(), Failure> {
    let last = base.app.snapshot().places.last_id();
    let db = base.behind().await;
    let of = "SELECT g, v.*, g / (SELECT count(*) FROM made_village) + 1 AS number \
              FROM generate_series(0, $1 - 1) g JOIN made_village v ON v.n = g % (SELECT count(*) FROM made_village)";
    let of = of.replace("$1", &wanted.to_string());
    let next = "(SELECT number FROM base_revision WHERE part = 'places')";
    for sql in [
        "UPDATE base_revision SET number = number + 1 WHERE part = 'places'".to_owned(),
        format!(
            "INSERT INTO base_place (id, kind, successor, stamp) SELECT {last} + 1 + g, 'grid', NULL, {next} FROM ({of}) x"
        ),
        format!(
            "INSERT INTO base_place_version (place, since, until, code, name, parent) SELECT {last} + 1 + g, \
             '2026-01-01', NULL, code || lpad(number::text, 3, '0'), '第' || number || '网格', id FROM ({of}) x"
        ),
        format!(
            "INSERT INTO grid_grid (county, id, prefecture, township, village, place, kind, area, version, created_at) \
             SELECT county, ('0190' || lpad(to_hex(g), 8, '0') || '7' || lpad(to_hex(made(g, {seed}) % 4096), 3, '0') || \
             '8' || lpad(to_hex(made(g, {seed} + 1)), 15, '0'))::uuid, prefecture, township, id, {last} + 1 + g, 'basic', \
             '', 1, '2026-01-01' FROM ({of}) x"
        ),
        "ANALYZE grid_grid".to_owned(),
    ] {
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// A year of incidents up to the clock of tests, spread over the villages; three in a hundred are open.
async fn incidents(base: &TestApp, wanted: u64, seed: u64) -> Result<(), Failure> {
    let db = base.behind().await;
    let indexes = Statement::from_string(
        db.get_database_backend(),
        "SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE tablename = 'grid_incident' \
         AND indexname NOT LIKE '%_pkey'",
    );
    let mut again: Vec<String> = Vec::new();
    for row in db.query_all_raw(indexes).await? {
        let name: String = row.try_get("", "name")?;
        again.push(row.try_get("", "made")?);
        db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
    }
    let villages = "(SELECT count(*) FROM made_village)";
    let sql = format!(
        "INSERT INTO grid_incident (county, id, prefecture, township, village, place, state, phase, process, version, due_at, \
         opened_at, closed_at, code, category, severity, title, description, channel, reported_by_name, extensions, \
         extension_days, supervised, ending, on_time, near, reopened) \
         SELECT county, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || \
         lpad(to_hex(made(g, {seed} + 2) % 4096), 3, '0') || '8' || lpad(to_hex(made(g, {seed} + 3)), 15, '0'))::uuid, \
         prefecture, township, id, id, \
         CASE WHEN open THEN (ARRAY['reported', 'accepted', 'dispatched', 'handled', 'suspended'])[1 + r % 5] ELSE 'closed' END, \
         CASE WHEN NOT open THEN 'done' WHEN r % 5 < 2 THEN 'waiting' ELSE 'working' END, 'made', 5, \
         CASE WHEN open THEN at + interval '3 days' END, at, CASE WHEN NOT open THEN at + interval '2 days' END, \
         'WG' || g, (ARRAY['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '99'])[1 + r % 11], \
         (ARRAY['ordinary', 'ordinary', 'ordinary', 'urgent', 'emergency'])[1 + r % 5], '路面积水', '', 'grid_worker', '测试', \
         0, 0, r % 1000 = 0, CASE WHEN open THEN NULL WHEN r % 20 = 0 THEN 'not_solvable' ELSE 'solved' END, \
         CASE WHEN open THEN NULL ELSE (r % 10 > 0)::int END, CASE WHEN open THEN NULL ELSE (r % 3 > 0)::int END, 0 \
         FROM (SELECT g, made(g, {seed} + 4) AS r, made(g, {seed} + 5) % 100 < 3 AS open, \
         timestamptz '2026-03-02 09:00+08' - make_interval(secs => made(g, {seed} + 6) % 31536000) AS at \
         FROM generate_series(1, {wanted}) g) x JOIN made_village v ON v.n = made(g, {seed} + 7) % {villages}"
    );
    db.execute_unprepared(&sql).await?;
    for index in again {
        db.execute_unprepared(&index).await?;
    }
    db.execute_unprepared(
        "INSERT INTO grid_tally (county, day, category, prefecture, reported, ended, on_time, solved, near, void, reopened) \
         SELECT county, (opened_at AT TIME ZONE 'Asia/Shanghai')::date, category, prefecture, count(*), count(on_time), \
         coalesce(sum(on_time), 0), count(*) FILTER (WHERE ending = 'solved'), \
         coalesce(sum(near) FILTER (WHERE ending = 'solved'), 0), 0, 0 FROM grid_incident GROUP BY 1, 2, 3, 4",
    )
    .await?;
    db.execute_unprepared("VACUUM ANALYZE grid_incident").await?;
    db.execute_unprepared("VACUUM ANALYZE grid_tally").await?;
    Ok(())
}

/// What it costs every process to follow the change of places.
async fn tree(base: &TestApp) -> Result<(), Failure> {
    let begun = Instant::now();
    base.app.refresh().await.map_err(|e| format!("{e:?}"))?;
    let all = begun.elapsed();
    let places = base.app.snapshot().places.len();
    let keeper = base.role(places::WUHUA, "grid.keeper").await;
    let begun = Instant::now();
    let draw = format!("/places/{}/grid/grids", places::VILLAGE);
    keeper.post(&draw, json!({ "name": "新网格" })).await.expect(201);
    println!(
        "{places} places: all grids read in {:.0} ms; one more drawn, and followed, in {:.0} ms\n",
        all.as_secs_f64() * 1e3,
        begun.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}

const LEVELS: [(&str, &str); 5] = [
    ("village", places::VILLAGE),
    ("township", places::HUASHAN),
    ("county", places::WUHUA),
    ("prefecture", places::KUNMING),
    ("province", places::PROVINCE),
];

const LISTS: [&str; 13] = [
    "",
    "?phase=waiting",
    "?phase=working",
    "?phase=done",
    "?state=suspended",
    "?overdue=true",
    "?category=04",
    "?category=03,04",
    "?category=04&phase=working",
    "?ending=not_solvable",
    "?supervised=true",
    "?from=2025-06-01&to=2025-06-30",
    "?category=04&from=2025-06-01&to=2025-06-30",
];

const FIGURES: [&str; 4] =
    ["grid.incidents.opened", "grid.incidents.in_time", "grid.incidents.near", "grid.incidents.overdue"];

async fn measure(base: &TestApp, rounds: usize) -> Result<(), Failure> {
    let url = base.location().url;
    let (credentials, rest) = url.split_once('@').ok_or("a URL with a user")?;
    let (server, database) = rest.split_once('/').ok_or("a URL with a database")?;
    let (port, seen) = wire::relay(server.to_owned()).await?;
    // Without TLS, so that it can be read along.
    let url = format!("{credentials}@127.0.0.1:{port}/{database}?sslmode=disable");
    let test = base.process_with(Db::connect(&Location { url, pool: 1, ..base.location() }).await?).await;
    let mut all: Vec<(String, &str, Duration)> = Vec::new();
    for (level, place) in LEVELS {
        let reader = base.user(place, &["grid.incident.read", "grid.net.read", "base.statistics.read"]).await;
        // The process has to know the role that was made for it.
        test.app.refresh().await.map_err(|e| format!("{e:?}"))?;
        let reader = reader.on(&test).at_once();
        let quarter = "from=2025-12-01T00:00:00Z&to=2026-03-02T00:00:00Z";
        let lists = LISTS.iter().map(|filter| format!("/grid/incidents{filter}"));
        let figures = FIGURES.iter().map(|id| format!("/statistics/{id}?{quarter}"));
        let others = [
            "/grid/zeros?from=2025-12-01&to=2026-03-01",
            "/grid/hotspots?from=2025-12-01&to=2026-03-01",
            "/grid/grids",
        ];
        for path in lists.chain(figures).chain(others.map(str::to_owned)) {
            let whole = format!("/places/{place}{path}");
            let mut times = Vec::with_capacity(rounds);
            for round in 0..rounds + 3 {
                let before = seen.busy();
                reader.get(&whole).await.expect(200);
                // The first are prepared, and planned anew each time.
                if round >= 3 {
                    times.push(seen.busy() - before);
                }
            }
            times.sort();
            all.push((path, level, times[times.len() / 2]));
        }
    }
    tell(&all);
    Ok(())
}

fn tell(all: &[(String, &str, Duration)]) {
    let unit = all.first().map_or(Duration::from_millis(1), |(_, _, time)| *time).as_secs_f64();
    println!("ms of the database, the sign-in's look-up included (× the list of a village)");
    print!("{:<52}", "");
    LEVELS.iter().for_each(|(level, _)| print!("{level:>18}"));
    println!();
    let mut paths: Vec<&String> = Vec::new();
    for (path, ..) in all {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    for path in paths {
        print!("{:<52}", path.chars().take(51).collect::<String>());
        for (_, _, time) in all.iter().filter(|(of, ..)| of == path) {
            print!("{:>11.2} ({:>4.1})", time.as_secs_f64() * 1e3, time.as_secs_f64() / unit);
        }
        println!();
    }
}
