//! `cargo run --release -p jizuo-bench`: what a report and a list cost, as ratios within one run against a route that
//! answers a constant and, on PostgreSQL, against the same statements by pgbench.

mod load;
mod pgbench;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use hyper::body::Bytes;
use jizuo_bench::wire;
use jizuo_kernel::Db;
use jizuo_kernel::db::Location;
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, User, places};
use load::{Failure, Rate, Shot, fire};
use serde_json::{Value, json};

/// What an incident report (gate, rows, audit, outbox) and a list cost. On SQLite, or on the PostgreSQL server that
/// JIZUO_TEST_DATABASE names; then pgbench runs the same statements. Rates vary from machine to machine and from hour to
/// hour: read the ratios.
#[derive(Parser)]
struct Wish {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds; the median is told.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Clients at once.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Connections of the platform's pool.
    #[arg(long, default_value_t = 8)]
    pool: u32,
    /// Also print the statements that a report and a list send.
    #[arg(long)]
    statements: bool,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let base = TestApp::with(MODULES).await;
    // Tests stop the clock; ids in time order want it to run.
    let clock = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            base.pass(chrono::Duration::milliseconds(1));
        }
    };
    tokio::select! {
        done = measure(&base, Wish::parse()) => done,
        () = clock => Ok(()),
    }
}

async fn measure(base: &TestApp, wish: Wish) -> Result<(), Failure> {
    let postgres = base.location().url.starts_with("postgres");
    let worker = base.user(places::VILLAGE, &["grid.incident.report", "grid.incident.read"]).await;
    let list = format!("/api/v1/places/{}/grid/incidents", places::VILLAGE);
    let report = json!({ "category": "04", "title": "村口垃圾堆放", "description": "三天没有清运" });
    for _ in 0..50 {
        worker.post(&list, report.clone()).await.expect(201);
    }
    println!("{} · {} clients · pool of {}\n", engine(postgres), wish.clients, wish.pool);

    let mut scripts = None;
    if postgres {
        let sent = sent(base, &worker, &list, &report).await?;
        for (name, sent) in &sent {
            println!("{name}: {} round trips", sent.round_trips);
            if wish.statements {
                sent.statements.iter().for_each(|sql| println!("    {sql};"));
            }
        }
        scripts = Some(pgbench::Scripts::new(base, worker.token().unwrap_or_default(), &sent).await?);
    }

    let location = Location { pool: wish.pool, ..base.location() };
    let test = base.process_with(Db::connect(&location).await?).await;
    let address = serve(&test).await?;
    let token = worker.token().unwrap_or_default().to_owned();
    let shot = |path: &str, body: Option<&Value>| Shot {
        path: path.to_owned(),
        token: token.clone(),
        body: body.map(|body| Bytes::from(body.to_string())),
    };
    let shots =
        [("constant", shot("/constant", None)), ("list", shot(&list, None)), ("report", shot(&list, Some(&report)))];
    let time = Duration::from_secs(wish.seconds);
    let mut rates: Vec<(String, Vec<Rate>)> = Vec::new();
    let mut note = |name: &str, rate: Rate| match rates.iter_mut().find(|(known, _)| known == name) {
        Some((_, all)) => all.push(rate),
        None => rates.push((name.to_owned(), vec![rate])),
    };
    for _ in 0..wish.rounds.max(1) {
        for (name, shot) in &shots {
            note(name, fire(address, shot.clone(), wish.clients, time).await?);
        }
        if let Some(scripts) = &scripts {
            note("pgbench list", scripts.run("list", wish.clients, wish.seconds).await?);
            note("pgbench report", scripts.run("report", wish.clients, wish.seconds).await?);
        }
    }
    tell(rates);
    Ok(())
}

fn engine(postgres: bool) -> &'static str {
    if postgres { "PostgreSQL" } else { "SQLite" }
}

/// Serves the platform, and beside it a route that answers a constant past the gate.
async fn serve(test: &TestApp) -> Result<SocketAddr, Failure> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router =
        axum::Router::new().route("/constant", axum::routing::get(|| async { "ok" })).merge(test.router.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// What one request sends to the database, when everything is prepared.
pub(crate) struct Sent {
    pub(crate) round_trips: u64,
    pub(crate) statements: Vec<String>,
}

async fn sent(
    base: &TestApp,
    worker: &User<'_>,
    list: &str,
    report: &Value,
) -> Result<BTreeMap<&'static str, Sent>, Failure> {
    let url = base.location().url;
    let (credentials, rest) = url.split_once('@').ok_or("a URL with a user")?;
    let (server, database) = rest.split_once('/').ok_or("a URL with a database")?;
    let (port, seen) = wire::relay(server.to_owned()).await?;
    // Without TLS, so that it can be read along.
    let url = format!("{credentials}@127.0.0.1:{port}/{database}?sslmode=disable");
    let mut all = BTreeMap::new();
    for name in ["list", "report"] {
        // Connections of its own: each sends the text of a statement once.
        let location = Location { url: url.clone(), pool: 1, ..base.location() };
        let test = base.process_with(Db::connect(&location).await?).await;
        let worker = worker.on(&test).at_once();
        let ask = async || match name {
            "list" => worker.get(list).await.expect(200),
            _ => worker.post(list, report.clone()).await.expect(201),
        };
        // The first writes what a process writes once.
        let start = seen.statements().len();
        let mut round_trips = 0;
        for _ in 0..8 {
            let before = seen.round_trips();
            ask().await;
            // What is not awaited, such as a rollback, comes a moment later.
            tokio::time::sleep(Duration::from_millis(50)).await;
            round_trips = seen.round_trips() - before;
        }
        let mut statements: Vec<String> = Vec::new();
        for text in &seen.statements()[start..] {
            if !statements.contains(text) && !text.contains("base_process_version") {
                statements.push(text.clone());
            }
        }
        all.insert(name, Sent { round_trips, statements });
    }
    Ok(all)
}

fn tell(rates: Vec<(String, Vec<Rate>)>) {
    let medians: Vec<(String, Rate)> = rates
        .into_iter()
        .filter_map(|(name, mut all)| {
            all.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
            let middle = all.len() / 2;
            all.into_iter().nth(middle).map(|rate| (name, rate))
        })
        .collect();
    let of = |wanted: &str| medians.iter().find(|(name, _)| name == wanted).map(|(_, rate)| rate.per_second);
    println!("\n{:<16}{:>10}{:>12}{:>12}{:>14}{:>12}", "", "per s", "median ms", "p99 ms", "of constant", "of pgbench");
    for (name, rate) in &medians {
        let share = |of: Option<f64>| of.map_or(String::new(), |of| format!("{:.3}", rate.per_second / of));
        let (constant, same) = (of("constant"), of(&format!("pgbench {name}")));
        println!(
            "{name:<16}{:>10.0}{:>12.2}{:>12.2}{:>14}{:>12}",
            rate.per_second,
            rate.median.as_secs_f64() * 1e3,
            rate.p99.as_secs_f64() * 1e3,
            share(constant),
            share(same)
        );
    }
}
