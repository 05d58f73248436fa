//! Switching while people work: nobody else notices, and off and on again changes nothing.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use jizuo_kernel::registry::Operation;
use jizuo_kernel::schema::declared;
use jizuo_server::MODULES;
use jizuo_testing::{Answer, TestApp, User};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::beyond::{BEYOND, FEW, UNWRITTEN};
use super::work::{
    HERE, Land, THERE, Thing, begin, beginnings, call, deeds, mighty, operations, parameters, path, step,
};
use super::{sql, together};

/// The random work is the same in every run.
const SEED: u64 = 20260302;
const SWITCHES: usize = 100;
const PEOPLE: usize = 2;
const CASES: usize = 30;
const WORK: usize = 12;
/// More work until every operation has succeeded once, and not more than this.
const MOST: usize = 4_000;
/// How many things of a module are dealt with at a time.
const NEWEST: usize = 10;

/// Everything that a module shows at a place without being asked for one thing.
fn lists<'a>(test: &'a TestApp, module: &str) -> Vec<&'a Operation> {
    operations(&test.app, module).into_iter().filter(|o| o.reads() && parameters(o).is_empty()).collect()
}

async fn read(test: &TestApp, by: &User<'_>, operation: &Operation, place: &str, id: Option<&str>) -> Answer {
    by.get(&path(&test.app, operation, place, id)).await
}

/// Somebody who reads and writes in every module until it is enough; every answer is handed to `judge`.
async fn busy(
    test: &TestApp,
    by: &User<'_>,
    land: Land,
    beginnings: &[Beginning<'_>],
    number: &Cell<usize>,
    enough: impl Fn() -> bool,
    judge: impl Fn(&Answer),
) {
    let modules: Vec<&str> = test.app.registry.optional().map(|m| m.id).collect();
    while !enough() {
        for module in &modules {
            for operation in lists(test, module) {
                judge(&read(test, by, operation, land.county, None).await);
            }
            for begun in beginnings.iter().filter(|b| b.operation.module == *module) {
                number.set(number.get() + 1);
                let place = if begun.in_the_village { land.village } else { land.county };
                let answer = call(&test.app, by, begun.operation, place, None, number.get()).await;
                judge(&answer);
                if !answer.status.is_success() {
                    continue;
                }
                let below = format!("{}/{{", begun.operation.path);
                let Some(id) = answer.body["id"].as_str() else { continue };
                for shown in operations(&test.app, module).into_iter().filter(|o| o.reads()) {
                    // What lies within it has an id of its own.
                    if shown.path.starts_with(&below) && parameters(shown).len() == 1 {
                        judge(&read(test, by, shown, place, Some(id)).await);
                    }
                }
            }
        }
    }
}

/// What begins something, and where.
struct Beginning<'a> {
    operation: &'a Operation,
    in_the_village: bool,
}

#[tokio::test]
async fn a_hundred_switches_fail_no_request_of_another_county_and_say_honestly_what_is_off() {
    let test = TestApp::with(MODULES).await;
    let modules: Vec<&str> = test.app.registry.optional().map(|m| m.id).collect();
    for module in &modules {
        test.switch(THERE.county, module, "on").await;
    }
    let admin = test.role(HERE.county, "base.system_admin").await.at_once();
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..PEOPLE {
        here.push(mighty(&test, HERE.county).await.at_once());
        there.push(mighty(&test, THERE.county).await.at_once());
    }
    let number = Cell::new(0);
    let mut beginning = Vec::new();
    let many = |operation: &&Operation| !FEW.contains(&operation.id.as_str());
    for operation in modules.iter().flat_map(|module| beginnings(&test.app, module)).filter(many) {
        number.set(number.get() + 1);
        let begun = begin(&test.app, &here[0], operation, HERE, number.get()).await;
        beginning.extend(begun.map(|thing| Beginning { operation, in_the_village: thing.place == HERE.village }));
    }
    for module in &modules {
        assert!(beginning.iter().any(|b| b.operation.module == *module), "nothing can be begun in {module}");
    }
    let switches = Cell::new(0);
    let done = || switches.get() == SWITCHES;
    let seen = RefCell::new(BTreeMap::<String, usize>::new());
    let saw = |what: String| *seen.borrow_mut().entry(what).or_default() += 1;
    let switching = async {
        while !done() {
            let state = ["off", "on", "draining", "on", "draining", "off", "on"][switches.get() / modules.len() % 7];
            let module = modules[switches.get() % modules.len()];
            let wish = json!({ "state": state, "reason": "试验", "leave_open_matters": true });
            admin.put(&format!("/places/{}/modules/{module}", HERE.county), wish).await.expect(204);
            switches.set(switches.get() + 1);
            test.app.upkeep().await.unwrap();
        }
    };
    let untouched = together(there.iter().map(|by| {
        busy(&test, by, THERE, &beginning, &number, done, |answer| {
            assert!(answer.status.is_success(), "another county's request failed: {answer:#?}");
            saw("there: 2xx".to_owned());
        })
    }));
    let switched = together(here.iter().map(|by| {
        busy(&test, by, HERE, &beginning, &number, done, |answer| {
            let code = answer.body["code"].as_str().unwrap_or_default();
            match (answer.status.as_u16(), code) {
                (200..300, _) => saw("here: 2xx".to_owned()),
                (404, "module_off") | (409, "base.module.draining") => saw(format!("here: {code}")),
                _ => panic!("neither done nor honestly refused: {answer:#?}"),
            }
        })
    }));
    tokio::join!(switching, untouched, switched);
    let seen = seen.into_inner();
    for what in ["there: 2xx", "here: 2xx", "here: module_off", "here: base.module.draining"] {
        assert!(seen.contains_key(what), "nobody met {what}: {seen:?}");
    }
    eprintln!("{SWITCHES} switches beside {} begun matters; answers {seen:?}", number.get());
}

/// Random work of two people in every module.
struct Random<'a> {
    test: &'a TestApp,
    generator: StdRng,
    people: [User<'a>; 2],
    number: usize,
    things: Vec<(&'static str, Thing)>,
    succeeded: BTreeSet<String>,
}

impl<'a> Random<'a> {
    async fn do_something(&mut self) {
        let app = &self.test.app;
        let modules: Vec<&'static str> = app.registry.optional().map(|m| m.id).collect();
        let module = modules.choose(&mut self.generator).unwrap();
        let by = self.people.choose(&mut self.generator).unwrap().clone();
        self.number += 1;
        // The newest, so that some of them go all of their way.
        let below = |thing: &Thing| -> Vec<&'a Operation> {
            let path = format!("{}/{{", thing.collection);
            deeds(app, module).into_iter().filter(|o| o.path.starts_with(&path)).collect()
        };
        let own = self.things.iter().rev().filter(|(of, _)| of == module).map(|(_, thing)| thing);
        let (new, old): (Vec<&Thing>, Vec<&Thing>) = own.partition(|thing| below(thing).iter().any(|o| self.is_new(o)));
        let things: Vec<Thing> = new.into_iter().chain(old).take(NEWEST).cloned().collect();
        let Some(thing) = things.choose(&mut self.generator).filter(|_| self.generator_says(0.7)) else {
            let Some(operation) = beginnings(app, module).choose(&mut self.generator).copied() else { return };
            if let Ok(thing) = begin(app, &by, operation, HERE, self.number).await {
                self.succeeded.insert(operation.id.clone());
                if !thing.id.is_empty() {
                    self.things.push((module, thing));
                }
            }
            return;
        };
        // Mostly what the thing says can be done to it; now and then anything.
        let mut possible = below(thing);
        if self.generator_says(0.8)
            && let Some(show) = operations(app, module)
                .into_iter()
                .find(|o| o.reads() && o.path.starts_with(&thing.collection) && parameters(o).len() == 1)
        {
            let shown = read(self.test, &by, show, thing.place, Some(&thing.id)).await.expect(200);
            let actions: Vec<&str> =
                shown.body["actions"].as_array().into_iter().flatten().filter_map(|a| a["action"].as_str()).collect();
            let open: Vec<&Operation> = actions.iter().filter_map(|action| step(app, thing, action)).collect();
            if !open.is_empty() {
                possible = open;
            }
        }
        // What nobody has done yet comes first.
        if possible.iter().any(|o| self.is_new(o)) {
            possible.retain(|o| self.is_new(o));
        }
        let Some(operation) = possible.choose(&mut self.generator).copied() else { return };
        let answer = call(app, &by, operation, thing.place, Some(&thing.id), self.number).await;
        if answer.status.is_success() {
            self.succeeded.insert(operation.id.clone());
        }
    }

    fn is_new(&self, operation: &Operation) -> bool {
        !self.succeeded.contains(&operation.id) && BEYOND.iter().all(|(known, _)| *known != operation.id)
    }

    fn generator_says(&mut self, often: f64) -> bool {
        self.generator.random_bool(often)
    }

    /// The writes that nobody has done with success.
    fn missing(&self) -> Vec<String> {
        let app = &self.test.app;
        let modules = app.registry.optional().map(|m| m.id);
        let all = modules.flat_map(|module| beginnings(app, module).into_iter().chain(deeds(app, module)));
        all.map(|o| o.id.clone()).filter(|id| self.is_missing(id)).collect()
    }

    fn is_missing(&self, id: &str) -> bool {
        !self.succeeded.contains(id) && BEYOND.iter().all(|(known, _)| *known != id)
    }

    /// What every read answers to both: the lists of county and village, and what they list first.
    async fn answers(&self) -> Vec<String> {
        let app = &self.test.app;
        let mut found = Vec::new();
        for module in app.registry.optional().map(|m| m.id) {
            for (list, by) in
                lists(self.test, module).into_iter().flat_map(|list| self.people.iter().map(move |by| (list, by)))
            {
                for place in [HERE.county, HERE.village] {
                    let answer = read(self.test, by, list, place, None).await;
                    let ids: Vec<String> = answer
                        .items()
                        .iter()
                        .filter_map(|item| item["id"].as_str())
                        .take(4)
                        .map(str::to_owned)
                        .collect();
                    found.push(told(list, &answer));
                    let below = format!("{}/{{", list.path);
                    for show in operations(app, module).into_iter().filter(|o| o.reads() && parameters(o).len() == 1) {
                        for id in ids.iter().filter(|_| show.path.starts_with(&below)) {
                            found.push(told(show, &read(self.test, by, show, place, Some(id)).await));
                        }
                    }
                }
            }
        }
        for by in &self.people {
            found.push(by.get("/me/inbox").await.expect(200).body.to_string());
        }
        found
    }
}

/// An answer without what differs from request to request.
fn told(operation: &Operation, answer: &Answer) -> String {
    let mut body = answer.body.clone();
    if let Value::Object(body) = &mut body {
        body.remove("trace");
    }
    format!("{}: {} {body}", operation.id, answer.status)
}

/// Every row of every table of every optional module.
async fn rows(test: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for table in test.app.registry.optional().flat_map(|module| declared(module.migrations)) {
        found.insert(table.name.to_owned(), sql::dump(test, table.name).await);
    }
    found
}

/// What the base keeps of the modules' matters.
async fn kept_by_the_base(test: &TestApp) -> Vec<String> {
    let mut found = Vec::new();
    for table in ["base_task", "base_step", "base_process_version"] {
        found.extend(sql::dump(test, table).await);
    }
    found
}

#[tokio::test]
async fn off_and_on_again_changes_no_row_and_no_answer_whatever_was_done_before() {
    let test = TestApp::with(MODULES).await;
    let mut work = Random {
        test: &test,
        generator: StdRng::seed_from_u64(SEED),
        people: [mighty(&test, HERE.county).await, mighty(&test, HERE.county).await],
        number: 0,
        things: Vec::new(),
        succeeded: BTreeSet::new(),
    };
    let mut modules: Vec<&str> = test.app.registry.optional().map(|m| m.id).collect();
    let mut dumped = 0;
    for case in 0..CASES {
        for _ in 0..WORK {
            work.do_something().await;
        }
        while case + 1 == CASES && !work.missing().is_empty() && work.number < MOST {
            work.do_something().await;
        }
        test.settle().await;
        let before = (rows(&test).await, kept_by_the_base(&test).await, work.answers().await);

        modules.shuffle(&mut work.generator);
        for module in &modules {
            if work.generator_says(0.3) {
                test.switch(HERE.county, module, "draining").await;
            }
            test.switch(HERE.county, module, "off").await;
        }
        for module in &modules {
            for operation in lists(&test, module) {
                read(&test, &work.people[0], operation, HERE.county, None).await.refused(404, "module_off");
            }
        }
        // In every other case time passes, and what is to be done between requests is done.
        let still = case % 2 == 0;
        if !still {
            test.pass(Duration::hours(30));
        }
        test.settle().await;
        modules.shuffle(&mut work.generator);
        for module in &modules {
            test.switch(HERE.county, module, "on").await;
        }

        let after = rows(&test).await;
        assert_eq!(before.0, after, "rows changed in case {case}");
        dumped += after.values().map(Vec::len).sum::<usize>();
        if still {
            assert_eq!(before.1, kept_by_the_base(&test).await, "tasks or steps changed in case {case}");
            assert_eq!(before.2, work.answers().await, "answers changed in case {case}");
        }
    }
    let missing = work.missing();
    assert!(missing.is_empty(), "give their documents examples that can be sent, or name them here: {missing:#?}");
    let tables = rows(&test).await;
    let written = |table: &str, rows: &[_]| !rows.is_empty() || UNWRITTEN.contains(&table);
    let bare: Vec<&String> =
        tables.iter().filter(|(table, rows)| !written(table, rows)).map(|(table, _)| table).collect();
    assert!(bare.is_empty(), "nothing was ever written to {bare:?}");
    eprintln!("{CASES} times off and on again, {} deeds tried, {dumped} rows compared in all", work.number);
}
