//! What lists and figures of incidents cost: a year of them, with all grids.

use std::time::Instant;

use jizuo_bench::Failure;
use jizuo_testing::{TestApp, places};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::measuring::{Meter, Table, Unit};
use crate::{LEVELS, Wish, without_indexes};

pub(crate) async fn run(base: &TestApp, wish: &Wish) -> Result<(), Failure> {
    let begun = Instant::now();
    grids(base, wish.grids, wish.seed).await?;
    incidents(base, wish.incidents, wish.seed).await?;
    println!("{} incidents, {} grids: made in {:.0} s", wish.incidents, wish.grids, begun.elapsed().as_secs_f64());
    tree(base).await?;
    measure(base, wish.rounds).await
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
    let again = without_indexes(db, "grid_incident").await?;
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
    let meter = Meter::of(base).await?;
    let mut table = Table::new(LEVELS.iter().map(|(level, _)| *level));
    for (level, place) in LEVELS {
        let reader = base.user(place, &["grid.incident.read", "grid.net.read", "base.statistics.read"]).await;
        let reader = meter.takes(&reader).await?;
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
            let time = meter.median(rounds, async || drop(reader.get(&whole).await.expect(200))).await;
            table.put(&path, level, time);
        }
    }
    table.tell(Unit::First);
    Ok(())
}
