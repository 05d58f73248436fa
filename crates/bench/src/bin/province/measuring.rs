//! How long the database takes for what a caller asks, and how that is told.

use std::time::{Duration, Instant};

use jizuo_bench::{Failure, wire};
use jizuo_kernel::Db;
use jizuo_kernel::db::Location;
use jizuo_testing::{TestApp, User};

/// A process whose one connection is read along.
pub(crate) struct Meter {
    test: TestApp,
    seen: std::sync::Arc<wire::Seen>,
}

impl Meter {
    pub(crate) async fn of(base: &TestApp) -> Result<Meter, Failure> {
        let url = base.location().url;
        let (credentials, rest) = url.split_once('@').ok_or("a URL with a user")?;
        let (server, database) = rest.split_once('/').ok_or("a URL with a database")?;
        let (port, seen) = wire::relay(server.to_owned()).await?;
        // Without TLS, so that it can be read along.
        let url = format!("{credentials}@127.0.0.1:{port}/{database}?sslmode=disable");
        let test = base.process_with(Db::connect(&Location { url, pool: 1, ..base.location() }).await?).await;
        Ok(Meter { test, seen })
    }

    /// The same caller, on the process that is measured.
    pub(crate) async fn takes<'a>(&'a self, caller: &User<'_>) -> Result<User<'a>, Failure> {
        // The process has to know the role that was made for them.
        self.test.app.refresh().await.map_err(|e| format!("{e:?}"))?;
        Ok(caller.on(&self.test).at_once())
    }

    /// How long the database is at work for one of these; of what takes seconds, fewer are asked.
    pub(crate) async fn median(&self, rounds: usize, ask: impl AsyncFn()) -> Duration {
        let begun = Instant::now();
        let mut times = Vec::with_capacity(rounds);
        for round in 0..rounds + 3 {
            let before = self.seen.busy();
            ask().await;
            let time = self.seen.busy() - before;
            // The first are prepared, and planned anew each time.
            if round >= 3 || time > Duration::from_secs(1) {
                times.push(time);
            }
            if !times.is_empty() && begun.elapsed() > Duration::from_secs(5) {
                break;
            }
        }
        times.sort();
        times[times.len() / 2]
    }
}

/// To what the ratios are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// The first question in the first column.
    First,
    /// The same question in the first column.
    Same,
}

/// Times by question and by where it is asked.
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<Option<Duration>>)>,
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = &'static str>) -> Table {
        Table { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn put(&mut self, question: &str, column: &str, time: Duration) {
        let Some(at) = self.columns.iter().position(|known| *known == column) else { return };
        let known = self.rows.iter().position(|(of, _)| of == question).unwrap_or_else(|| {
            self.rows.push((question.to_owned(), vec![None; self.columns.len()]));
            self.rows.len() - 1
        });
        self.rows[known].1[at] = Some(time);
    }

    pub(crate) fn tell(&self, unit: Unit) {
        let same = if unit == Unit::First { "the first question" } else { "the same" };
        println!("ms of the database, the sign-in's look-up included (× {same} in the first column)");
        print!("{:<52}", "");
        self.columns.iter().for_each(|column| print!("{column:>18}"));
        println!();
        let first = self.rows.first().and_then(|(_, times)| times[0]);
        for (question, times) in &self.rows {
            print!("{:<52}", question.chars().take(51).collect::<String>());
            let of = if unit == Unit::First { first } else { times[0] };
            let of = of.map_or(f64::NAN, |time| time.as_secs_f64());
            for time in times {
                match time.map(|time| time.as_secs_f64()) {
                    Some(time) => print!("{:>11.2} ({:>4.1})", time * 1e3, time / of),
                    None => print!("{:>18}", ""),
                }
            }
            println!();
        }
        println!();
    }
}
