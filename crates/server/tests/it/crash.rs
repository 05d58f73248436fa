//! `kill -9` at random moments: what was answered is there once, what was not is there wholly or not at all, and whoever
//! was not answered may ask again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jizuo_testing::places::{PANLONG, PANLONG_VILLAGE, VILLAGE, WUHUA};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};

use crate::installed::{Installed, Served, ask, until};

/// The random moments are the same in every run, as far as the machine allows.
const SEED: u64 = 20260302;
const IMPORTS: usize = 6;
const ROUNDS: usize = 6;
const CLIENTS: usize = 6;
const DEMANDS: usize = 200;
const DISPATCHES: usize = 5;

const YUNNAN: &str = include_str!("../../../../data/yunnan-divisions.csv");

#[tokio::test]
async fn a_killed_import_of_places_leaves_all_or_nothing_and_can_be_run_again() {
    let mut random = StdRng::seed_from_u64(SEED);
    let all = YUNNAN.lines().count() as i64 - 1;
    let import = ["places", "import", "yunnan.csv"];
    let fresh = async || {
        let installed = Installed::empty().await;
        installed.write("yunnan.csv", YUNNAN);
        // Brings the tables, so that the kill meets the import and not the migration.
        installed.run(&["places", "import", "yunnan.csv", "--dry-run"]);
        installed
    };
    let mut installed = fresh().await;
    let started = Instant::now();
    installed.run(&import);
    let mut latest = started.elapsed();
    let (mut nothing, mut everything) = (0, 0);
    let mut there = all;
    for _ in 0..IMPORTS {
        if there == all {
            installed = fresh().await;
        }
        let mut process = installed.command(&import).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(latest.mul_f64(random.random_range(0.3..1.0))).await;
        process.kill().unwrap();
        process.wait().unwrap();
        installed.noticed().await;
        there = installed.count("SELECT COUNT(*) FROM base_place").await;
        let versions = installed.count("SELECT COUNT(*) FROM base_place_version").await;
        let told = installed.count("SELECT COUNT(*) FROM base_audit WHERE action = 'base.place.import'").await;
        match there {
            0 => nothing += 1,
            n if n == all => {
                everything += 1;
                latest = latest.mul_f64(0.8);
            }
            n => panic!("{n} of {all} places are there"),
        }
        assert_eq!((versions, told), (there, there / all), "the versions and the audit line go with the places");
    }
    let out = installed.run(&import);
    assert!(there == all && out.contains("nothing changes") || out.contains(&format!("{all} places now")), "{out}");
    let out = installed.run(&import);
    assert!(out.contains(&format!("0 added, 0 renamed, 0 moved, 0 merged, 0 abolished, {all} as they are")), "{out}");
    let out = installed.run(&["audit", "verify"]);
    assert!(out.contains("every chain holds"), "{out}");
    eprintln!("{IMPORTS} imports of {all} places killed: {nothing} left nothing, {everything} everything");
}

/// Somebody who works while the server is killed: one request after the other, each under a key of its own.
struct Client {
    number: usize,
    random: StdRng,
    /// The tokens of the two who share the work: nobody verifies their own.
    worker: String,
    checker: String,
    /// What was asked, in order; the last may be without an answer.
    asked: Vec<Asked>,
    /// Incidents with the number of steps taken.
    incidents: Vec<(Uuid, usize)>,
    /// The worker's account, to give incidents to.
    account: Uuid,
}

#[derive(Clone, Debug)]
struct Asked {
    key: String,
    what: What,
    path: String,
    body: Value,
}

#[derive(Clone, Debug)]
enum What {
    /// An incident that has the key as its title.
    Report,
    /// A demand that has the key as its matter.
    Demand,
    /// The next step of one of the client's incidents.
    Step(usize),
}

const STEPS: [&str; 5] = ["accept", "dispatch", "handle", "verify", "close"];

impl Client {
    fn next(&mut self) -> Asked {
        let key = format!("client-{}-{}", self.number, self.asked.len());
        let open: Vec<usize> = (0..self.incidents.len()).filter(|n| self.incidents[*n].1 < STEPS.len()).collect();
        let (what, path, body) = match self.random.random_range(0..10) {
            0..2 => {
                let body = json!({ "what": "健在证明", "requesting_body": "某某银行", "matter": key });
                (What::Demand, format!("/places/{VILLAGE}/certificates/demands"), body)
            }
            2..8 if !open.is_empty() => {
                let chosen = open[self.random.random_range(0..open.len())];
                let (id, taken) = self.incidents[chosen];
                let body = match STEPS[taken] {
                    "dispatch" => json!({ "to": self.account }),
                    "handle" => json!({ "outcome": "已办" }),
                    _ => json!({}),
                };
                (What::Step(chosen), format!("/places/{WUHUA}/grid/incidents/{id}/{}", STEPS[taken]), body)
            }
            _ => {
                let body = json!({ "category": "04", "title": key });
                (What::Report, format!("/places/{VILLAGE}/grid/incidents"), body)
            }
        };
        Asked { key, what, path: format!("/api/v1{path}"), body }
    }

    async fn send(&self, address: &str, asked: &Asked) -> Option<crate::installed::Told> {
        let token = if asked.path.ends_with("/verify") { &self.checker } else { &self.worker };
        ask(address, "POST", &asked.path, Some(token), Some(&asked.key), Some(&asked.body)).await
    }

    /// Takes the answer to what was asked last.
    fn learn(&mut self, body: &Value) {
        match self.asked.last().unwrap().what {
            What::Report => self.incidents.push((id_in(body), 0)),
            What::Step(n) => self.incidents[n].1 += 1,
            What::Demand => {}
        }
    }

    /// Works until the server is gone; counts the answers.
    async fn work(mut self, address: String, answers: Arc<AtomicUsize>) -> Client {
        loop {
            let asked = self.next();
            self.asked.push(asked.clone());
            let Some(told) = self.send(&address, &asked).await else { return self };
            assert!(told.status < 300 && !told.replayed, "{asked:?}: {told:?}");
            self.learn(&told.body);
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn id_in(body: &Value) -> Uuid {
    body["id"].as_str().unwrap().parse().unwrap()
}

struct Incident {
    id: Uuid,
    state: String,
    phase: String,
    version: i32,
}

struct Taken {
    number: i32,
    action: String,
    from: Option<String>,
    to: String,
}

/// How often each thing is in the database.
struct Ledger {
    keys: BTreeMap<String, i64>,
    /// By title.
    incidents: BTreeMap<String, Vec<Incident>>,
    demands: BTreeMap<String, Vec<Uuid>>,
    open_tasks: BTreeMap<Uuid, i64>,
    /// By incident, in order.
    steps: BTreeMap<Uuid, Vec<Taken>>,
    /// By action and subject.
    audit: BTreeMap<(String, String), i64>,
    /// By topic and subject.
    events: BTreeMap<(String, String), i64>,
}

impl Ledger {
    async fn read(installed: &Installed) -> Ledger {
        let mut ledger = Ledger {
            keys: BTreeMap::new(),
            incidents: BTreeMap::new(),
            demands: BTreeMap::new(),
            open_tasks: BTreeMap::new(),
            steps: BTreeMap::new(),
            audit: BTreeMap::new(),
            events: BTreeMap::new(),
        };
        for row in installed.rows("SELECT \"key\", COUNT(*) FROM base_idempotency GROUP BY 1").await {
            ledger.keys.insert(row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        }
        for row in installed.rows("SELECT title, id, state, phase, version FROM grid_incident").await {
            let found = ledger.incidents.entry(row.try_get_by_index(0).unwrap()).or_default();
            let text = |n| row.try_get_by_index::<String>(n).unwrap();
            let (id, version) = (row.try_get_by_index(1).unwrap(), row.try_get_by_index(4).unwrap());
            found.push(Incident { id, state: text(2), phase: text(3), version });
        }
        for row in installed.rows("SELECT matter, id FROM certificates_demand").await {
            let found = ledger.demands.entry(row.try_get_by_index(0).unwrap()).or_default();
            found.push(row.try_get_by_index(1).unwrap());
        }
        for row in installed.rows("SELECT matter, COUNT(*) FROM base_task WHERE done_at IS NULL GROUP BY 1").await {
            ledger.open_tasks.insert(row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        }
        let steps = "SELECT matter, number, action, from_state, to_state FROM base_step ORDER BY matter, number";
        for row in installed.rows(steps).await {
            let found = ledger.steps.entry(row.try_get_by_index(0).unwrap()).or_default();
            let text = |n| row.try_get_by_index::<String>(n).unwrap();
            let (number, from) = (row.try_get_by_index(1).unwrap(), row.try_get_by_index(3).unwrap());
            found.push(Taken { number, action: text(2), from, to: text(4) });
        }
        for (sql, counts) in [
            ("SELECT action, subject, COUNT(*) FROM base_audit GROUP BY 1, 2", &mut ledger.audit),
            ("SELECT topic, subject, COUNT(*) FROM base_event GROUP BY 1, 2", &mut ledger.events),
        ] {
            for row in installed.rows(sql).await {
                let key = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
                counts.insert(key, row.try_get_by_index(2).unwrap());
            }
        }
        ledger
    }

    /// How often a write left each of its traces: the kept answer, its rows, the time line, the audit, the fact.
    fn traces(&self, client: &Client, asked: &Asked) -> Vec<i64> {
        let audit = |action: &str, id: Uuid| count(&self.audit, action, id);
        let event = |topic: &str, id: Uuid| count(&self.events, topic, id);
        let mut found = vec![self.keys.get(&asked.key).copied().unwrap_or_default()];
        match &asked.what {
            What::Report => {
                let rows = self.incidents.get(&asked.key).map_or(&[][..], Vec::as_slice);
                found.push(rows.len() as i64);
                let id = rows.first().map_or(Uuid::nil(), |row| row.id);
                found.push(self.steps.get(&id).map_or(0, |steps| i64::from(!steps.is_empty())));
                found.extend([audit("grid.incident.report", id), event("grid.incident.reported", id)]);
            }
            What::Demand => {
                let rows = self.demands.get(&asked.key).map_or(&[][..], Vec::as_slice);
                found.push(rows.len() as i64);
                let id = rows.first().copied().unwrap_or_default();
                found.extend([audit("certificates.demand.record", id), event("certificates.demand.off_list", id)]);
            }
            What::Step(n) => {
                let id = client.incidents[*n].0;
                let name = asked.path.rsplit('/').next().unwrap();
                let action = format!("grid.incident.{name}");
                let taken = self.steps.get(&id).into_iter().flatten().filter(|step| step.action == action).count();
                found.extend([taken as i64, audit(&action, id)]);
                match name {
                    "dispatch" => found.push(event("grid.incident.dispatched", id)),
                    "close" => found.push(event("grid.incident.closed", id)),
                    _ => {}
                }
            }
        }
        found
    }

    /// One open task for an open matter and none for a closed one, and a time line without gaps that ends where it is.
    fn check_matters(&self) {
        for (title, rows) in &self.incidents {
            let [Incident { id, state, phase, version }] = rows.as_slice() else {
                panic!("{title} is there {} times", rows.len())
            };
            let open = self.open_tasks.get(id).copied().unwrap_or_default();
            assert_eq!(open, i64::from(phase != "done"), "open tasks of {title}, which is {state}");
            let steps = &self.steps[id];
            let numbers: Vec<i32> = steps.iter().map(|step| step.number).collect();
            assert_eq!(numbers, (0..*version).collect::<Vec<_>>(), "{title}");
            for pair in steps.windows(2) {
                assert_eq!(
                    pair[1].from.as_ref(),
                    Some(&pair[0].to),
                    "{title}: a step begins where the one before ended"
                );
            }
            assert_eq!(&steps.last().unwrap().to, state, "{title}");
        }
    }
}

fn count(counts: &BTreeMap<(String, String), i64>, what: &str, subject: Uuid) -> i64 {
    counts.get(&(what.to_owned(), subject.to_string())).copied().unwrap_or_default()
}

#[tokio::test]
async fn what_a_killed_server_answered_is_there_once_and_the_rest_can_be_asked_again() {
    let mut random = StdRng::seed_from_u64(SEED);
    let installed = Installed::with_places().await;
    installed.switch_on(WUHUA, &["grid", "certificates"]);
    let mut served = installed.serve(&[]).await;
    let roles = [("grid.dispatcher", WUHUA), ("grid.handler", WUHUA), ("certificates.clerk", WUHUA)];
    let worker = installed.person(&served, "worker", WUHUA, &roles).await;
    let checker = installed.person(&served, "checker", WUHUA, &[("grid.worker", WUHUA)]).await;
    let account: Uuid = id_in(&served.get("/me", &worker).await.unwrap().body);
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|number| Client {
            number,
            random: StdRng::seed_from_u64(SEED + number as u64),
            worker: worker.clone(),
            checker: checker.clone(),
            asked: Vec::new(),
            incidents: Vec::new(),
            account,
        })
        .collect();
    let (mut done, mut undone) = (0, 0);
    for _ in 0..ROUNDS {
        let answers = Arc::new(AtomicUsize::new(0));
        let address = served.address().to_owned();
        let work: Vec<_> =
            clients.drain(..).map(|client| tokio::spawn(client.work(address.clone(), answers.clone()))).collect();
        let enough = random.random_range(20..60);
        until("the clients get answers", async || answers.load(Ordering::Relaxed) >= enough).await;
        tokio::time::sleep(Duration::from_micros(random.random_range(0..20_000))).await;
        installed.kill(served).await;
        for client in work {
            clients.push(client.await.unwrap());
        }

        let before = Ledger::read(&installed).await;
        before.check_matters();
        served = installed.serve(&[]).await;
        for client in &mut clients {
            let last = client.asked.last().unwrap().clone();
            let traces = before.traces(client, &last);
            let kept = traces[0];
            assert!(
                (0..=1).contains(&kept) && traces.iter().all(|n| *n == kept),
                "{last:?} is there in part: {traces:?}"
            );
            let told = client.send(served.address(), &last).await.unwrap();
            assert!(told.status < 300, "{last:?}: {told:?}");
            assert_eq!(told.replayed, kept == 1, "{last:?}");
            client.learn(&told.body);
            let again = client.send(served.address(), &last).await.unwrap();
            assert!(again.replayed && again.body == told.body, "{last:?}: {again:?}");
            if kept == 1 { done += 1 } else { undone += 1 }
        }
        let after = Ledger::read(&installed).await;
        after.check_matters();
        for client in &clients {
            for asked in &client.asked {
                let traces = after.traces(client, asked);
                assert!(traces.iter().all(|n| *n == 1), "{asked:?} is not there once: {traces:?}");
            }
        }
        let asked = |what: fn(&What) -> bool| {
            clients.iter().flat_map(|client| &client.asked).filter(|asked| what(&asked.what)).count()
        };
        assert_eq!(after.keys.len(), asked(|_| true), "nothing is there that nobody asked for");
        assert_eq!(after.incidents.len(), asked(|what| matches!(what, What::Report)));
        assert_eq!(after.demands.len(), asked(|what| matches!(what, What::Demand)));
    }
    // Also beside a server that goes on working.
    let out = installed.run(&["audit", "verify"]);
    assert!(out.contains("every chain holds"), "{out}");
    installed.kill(served).await;
    let out = installed.run(&["audit", "verify"]);
    assert!(out.contains("every chain holds") && out.contains(" 0 not sealed yet"), "{out}");
    let writes: usize = clients.iter().map(|client| client.asked.len()).sum();
    eprintln!("{ROUNDS} kills in {writes} writes; of those without an answer {done} were done and {undone} were not");
}

/// What was delivered: facts with a delivery done, audit lines of the subscriber by fact, notices by county.
struct Delivered {
    done: BTreeSet<String>,
    heard: Vec<String>,
    notices: i64,
    pending: i64,
}

const HEARD: &str = "certificates.demand.count";

impl Delivered {
    async fn read(installed: &Installed) -> Delivered {
        let mut done = BTreeSet::new();
        let mut pending = 0;
        for row in installed.rows("SELECT event, state, attempts FROM base_delivery").await {
            let state: String = row.try_get_by_index(1).unwrap();
            let attempts: i32 = row.try_get_by_index(2).unwrap();
            match (state.as_str(), attempts) {
                ("pending", 0) => pending += 1,
                ("done", 1) => assert!(done.insert(row.try_get_by_index::<Uuid>(0).unwrap().to_string())),
                other => panic!("a delivery is {other:?}"),
            }
        }
        let sql = format!("SELECT subject FROM base_audit WHERE action = '{HEARD}'");
        let heard = installed.rows(&sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let notices = installed.count("SELECT COUNT(*) FROM certificates_notice").await;
        Delivered { done, heard, notices, pending }
    }

    fn check(&self) {
        let heard: BTreeSet<String> = self.heard.iter().cloned().collect();
        assert_eq!(heard.len(), self.heard.len(), "no fact was heard twice");
        assert_eq!(heard, self.done, "what was delivered was heard, and what was heard was delivered");
        assert!(self.notices <= 2);
    }
}

async fn demand(served: &Served, token: &str, village: &str, number: usize) {
    let body = json!({ "what": "健在证明", "requesting_body": "某某银行", "matter": format!("{number}") });
    let path = format!("/places/{village}/certificates/demands");
    let told = served.post(&path, Some(token), None, &body).await.unwrap();
    assert_eq!((told.status, told.body["outcome"].as_str()), (201, Some("off_list")));
}

#[tokio::test]
async fn a_fact_that_was_not_told_before_the_kill_is_told_once_after_it() {
    let mut random = StdRng::seed_from_u64(SEED);
    let installed = Installed::with_places().await;
    let villages = [(WUHUA, VILLAGE), (PANLONG, PANLONG_VILLAGE)];
    for (county, _) in villages {
        installed.switch_on(county, &["certificates"]);
    }
    let served = installed.serve(&[("JIZUO__UPKEEP__TIMERS", "false")]).await;
    let mut clerks = Vec::new();
    for (county, village) in villages {
        let login = format!("clerk-{county}");
        clerks.push((village, installed.person(&served, &login, village, &[("certificates.clerk", village)]).await));
    }
    for number in 0..DEMANDS / 4 {
        let (village, token) = &clerks[number % 2];
        let four = [0, 1, 2, 3].map(|n| demand(&served, token, village, 4 * number + n));
        let [a, b, c, d] = four;
        tokio::join!(a, b, c, d);
    }
    installed.kill(served).await;
    let untold = Delivered::read(&installed).await;
    untold.check();
    assert_eq!((untold.done.len(), untold.pending, untold.notices), (0, DEMANDS as i64, 0), "nothing was told yet");

    let mut interrupted = 0;
    let mut told = 0;
    for _ in 0..DISPATCHES {
        let served = installed.serve(&[]).await;
        let enough = (told + random.random_range(5..DEMANDS / 8)).min(DEMANDS);
        let so_far = "SELECT COUNT(*) FROM base_delivery WHERE state = 'done'";
        until("facts are told", async || installed.count(so_far).await >= enough as i64).await;
        tokio::time::sleep(Duration::from_micros(random.random_range(0..10_000))).await;
        installed.kill(served).await;
        let now = Delivered::read(&installed).await;
        now.check();
        assert_eq!(now.done.len() as i64 + now.pending, DEMANDS as i64);
        interrupted += usize::from(now.pending > 0);
        told = now.done.len();
    }
    assert!(interrupted > 0, "every kill came too late");

    let served = installed.serve(&[]).await;
    let left = "SELECT COUNT(*) FROM base_delivery WHERE state = 'pending'";
    until("everything is told", async || installed.count(left).await == 0).await;
    installed.kill(served).await;
    let all = Delivered::read(&installed).await;
    all.check();
    assert_eq!((all.done.len(), all.notices), (DEMANDS, 2), "every fact once, one notice for each county");
    let opened = "SELECT COUNT(*) FROM base_event WHERE topic = 'certificates.notice.opened'";
    assert_eq!(installed.count(opened).await, 2);
    let out = installed.run(&["audit", "verify"]);
    assert!(out.contains("every chain holds"), "{out}");
    eprintln!("{DEMANDS} facts told once each over {DISPATCHES} kills, {interrupted} of them in the middle");
}
