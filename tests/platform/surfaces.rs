//! One switch governs every surface: routes, document, menu, permissions, subscriptions, timers, inbox, lists and
//! hand-over are read off the running platform for every module on, draining and off, and say the same.

use std::cell::Cell;
use std::collections::BTreeSet;

use chrono::Duration;
use jizuo_kernel::module::{Subscription, Timer, Work};
use jizuo_kernel::registry::{Access, Operation};
use jizuo_kernel::{Module, Reply, Subject, Tx};
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, User};
use serde_json::Value;

use super::handing_over::{self, Waiting, wait};
use super::work::{HERE, Thing, begin, beginnings, call, mighty, operations, parameters, path, shows, step};
use super::{body_of, document, path_of, sql};

type Names = BTreeSet<String>;

/// The modules of this build, each with a subscription and a timer more than it has, so that no surface of any is empty.
/// All timers have something to do: what is tried here is the platform that runs them.
fn modules() -> Vec<&'static Module> {
    let more = |module: &&'static Module| -> &'static Module {
        let every = |id| Timer { id, every_seconds: 60, run: busy };
        let name =
            |what: &str| -> &'static str { Box::leak(format!("{}.surfaces.{what}", module.id).into_boxed_str()) };
        let heard =
            Subscription { id: name("hear"), topic: "base.place.merged", run: |_, _| Box::pin(async { Ok(()) }) };
        let copied = |s: &Subscription| Subscription { id: s.id, topic: s.topic, run: s.run };
        let subscriptions: Vec<_> = module.subscriptions.iter().map(copied).chain([heard]).collect();
        let timers: Vec<_> = module.timers.iter().map(|t| t.id).chain([name("tick")]).map(every).collect();
        Box::leak(Box::new(Module {
            title: module.title.clone(),
            about: module.about.clone(),
            subscriptions: subscriptions.leak(),
            timers: timers.leak(),
            ..**module
        }))
    };
    MODULES.iter().filter(|m| m.id != "base").map(more).collect()
}

/// Something to do everywhere, so that every run of a timer leaves its audit line.
fn busy(_: &mut Tx) -> Work<'_, u64> {
    Box::pin(async { Ok(1) })
}

/// One module in one state, beside all others on.
struct Case<'a> {
    test: &'a TestApp,
    module: &'static Module,
    state: &'static str,
    /// Somebody who may do everything, and another one.
    people: &'a [User<'a>; 2],
    /// Somebody who may do everything but what the module's menu leads to.
    almost: &'a User<'a>,
    begun: &'a [(&'a Operation, Thing)],
    waiting: &'a [Waiting],
    number: &'a Cell<usize>,
    faults: Vec<String>,
}

impl<'a> Case<'a> {
    fn fault(&mut self, surface: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{} is {}: {surface}: {what}", self.module.id, self.state));
    }

    /// What the registry says, beside what the platform says.
    fn compare(&mut self, surface: &str, due: Names, found: Names) {
        if due != found {
            let (missing, stray): (Vec<_>, Vec<_>) =
                (due.difference(&found).collect(), found.difference(&due).collect());
            self.fault(surface, format!("misses {missing:?} and has {stray:?} too many"));
        }
    }

    fn alive(&self) -> bool {
        self.state != "off"
    }

    /// The base, the other modules, and the module unless it is off.
    fn on(&self) -> impl Iterator<Item = &'static Module> + use<'a> {
        let off = (!self.alive()).then_some(self.module.id);
        self.test.app.registry.modules().iter().copied().filter(move |m| Some(m.id) != off)
    }

    fn of_all<T: ToString>(&self, part: impl Fn(&'static Module) -> Vec<T>) -> Names {
        self.on().flat_map(part).map(|id| id.to_string()).collect()
    }

    async fn routes(&mut self) {
        let (app, by) = (&self.test.app, &self.people[0]);
        for operation in operations(app, self.module.id) {
            let path = path_of(app, operation, HERE.village);
            let answer = by.send(operation.method.clone(), &path, body_of(app, operation)).await;
            let (status, code) = (answer.status.as_u16(), answer.body["code"].as_str().unwrap_or_default());
            let off = (status, code) == (404, "module_off");
            let right = off != self.alive() && code != "base.gate.forbidden" && status < 500;
            if !right {
                self.fault("routes", format!("{} answers {status} {code}", operation.id));
            }
        }
        for list in operations(app, self.module.id).into_iter().filter(|o| o.reads() && parameters(o).is_empty()) {
            let answer = by.get(&path(app, list, HERE.village, None)).await;
            if answer.status.is_success() != self.alive() {
                self.fault("routes", format!("{} answers {}", list.id, answer.status));
            }
        }
        for (operation, thing) in self.begun {
            let answer = call(app, by, operation, thing.place, None, next(self.number)).await;
            let refusal = answer.body["code"].as_str().filter(|_| !answer.status.is_success()).unwrap_or_default();
            let given = (answer.status.as_u16(), refusal);
            let right = match self.state {
                "on" => answer.status.is_success(),
                "draining" => given == (409, "base.module.draining"),
                _ => given == (404, "module_off"),
            };
            if !right {
                self.fault("routes", format!("{} begins something new and answers {given:?}", operation.id));
            }
        }
    }

    /// What was begun before goes on while the module runs out.
    async fn open_matters(&mut self) {
        let (app, by, mut taken) = (&self.test.app, &self.people[0], 0);
        for (_, thing) in self.begun.iter().filter(|(_, thing)| !thing.id.is_empty()) {
            let Some(show) = shows(self.test, thing) else { continue };
            let shown = by.get(&path(app, show, thing.place, Some(&thing.id))).await;
            if shown.status.is_success() != self.alive() {
                self.fault("open matters", format!("{} answers {}", show.id, shown.status));
            }
            let actions = shown.body["actions"].as_array().cloned().unwrap_or_default();
            for action in actions.iter().filter_map(|a| a["action"].as_str()) {
                let Some(operation) = step(app, thing, action) else { continue };
                let answer = call(app, by, operation, thing.place, Some(&thing.id), next(self.number)).await;
                let code = answer.body["code"].as_str().unwrap_or_default();
                if ["base.module.draining", "module_off"].contains(&code) {
                    self.fault("open matters", format!("{action} is refused with {code}"));
                }
                taken += usize::from(answer.status.is_success());
            }
        }
        if taken == 0 && self.state == "draining" && !self.module.processes.is_empty() {
            self.fault("open matters", "no step of any could be taken");
        }
    }

    async fn document(&mut self) {
        let path = format!("/places/{}/openapi.json", HERE.village);
        let served = self.test.stranger().get(&path).await.expect(200).body;
        let all = self.test.app.registry.operations();
        let on: Vec<&str> = self.on().map(|m| m.id).collect();
        let told = |o: &&&Operation| on.contains(&o.module);
        let due = all.iter().filter(told).map(|o| format!("{} {} {}", o.method, o.path, o.id)).collect();
        self.compare("document, operations", due, served_operations(&served));
        let schemas = |document: &Value| -> Vec<String> {
            document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
        };
        let due = self.of_all(|m| schemas(&document(&self.test.app, m.id)));
        self.compare("document, schemas", due, schemas(&served).into_iter().collect());
        let due = self.of_all(|m| vec![m.title.en.clone()]);
        self.compare("document, tags", due, texts(&served["tags"], "name"));
    }

    async fn menu(&mut self) {
        let path = format!("/places/{}/menu", HERE.village);
        let all = texts(&self.people[0].get(&path).await.expect(200).body, "id");
        let entries = |m: &'static Module| m.menu.iter().map(|entry| entry.id).collect();
        self.compare("menu", self.of_all(entries), all);
        let shown = self.almost.get(&path).await.expect(200).body;
        let shown = shown.as_array().unwrap().iter().filter(|line| line["module"] == self.module.id);
        let found = shown.map(|line| line["id"].as_str().unwrap().to_owned()).collect();
        let open = self.module.menu.iter().filter(|entry| behind(self.test, entry.operation).is_none());
        let due = open.filter(|_| self.alive()).map(|entry| entry.id.to_owned()).collect();
        self.compare("menu without the permission", due, found);
    }

    async fn permissions(&mut self) {
        let due = self.of_all(|m| m.permissions.iter().map(|p| p.id).collect());
        let me = self.people[0].get("/me").await.expect(200).body;
        let held = me["grants"].as_array().unwrap().iter().flat_map(|grant| grant["permissions"].as_array().unwrap());
        let held = held.map(|id| id.as_str().unwrap().to_owned()).collect();
        self.compare("permissions of a person", due.clone(), held);
        let roles = self.people[0].get(&format!("/places/{}/roles", HERE.county)).await.expect(200);
        for (surface, local) in [("permissions of the modules' roles", false), ("permissions of local roles", true)] {
            let some = roles.items().iter().filter(|role| role["local"] == local);
            let found = some.flat_map(|role| role["permissions"].as_array().unwrap());
            self.compare(surface, due.clone(), found.map(|id| id.as_str().unwrap().to_owned()).collect());
        }
        let offered = roles.items().iter().filter(|role| role["local"] == false);
        let found = offered.map(|role| role["id"].as_str().unwrap().to_owned()).collect();
        self.compare("roles", self.of_all(|m| m.roles.iter().map(|role| role.id).collect()), found);
    }

    async fn subscriptions(&mut self) {
        let ids: Vec<&str> = self.module.subscriptions.iter().map(|s| s.id).collect();
        let topics: BTreeSet<&'static str> = self.module.subscriptions.iter().map(|s| s.topic).collect();
        self.test.settle().await;
        let before = self.deliveries(&ids).await;
        let ctx = self.test.system(HERE.village);
        let mut tx = ctx.begin().await.unwrap();
        let subject = Subject::new("test", "surfaces");
        for topic in self.test.app.registry.modules().iter().flat_map(|m| m.events).filter(|t| topics.contains(t.id)) {
            tx.emit(topic.id, &subject, &serde_json::from_str::<Value>(topic.sample).unwrap()).unwrap();
        }
        tx.commit("test.surfaces", subject, Reply::none()).await.unwrap();
        self.test.settle().await;
        let due = if self.alive() { [1, 0, 0] } else { [0, 1, 0] };
        for ((id, before), after) in ids.iter().zip(before).zip(self.deliveries(&ids).await) {
            let found = [after[0] - before[0], after[1] - before[1], after[2] - before[2]];
            if found != due {
                self.fault("subscriptions", format!("of one event for {id} [done, passed, others] are {found:?}"));
            }
        }
    }

    /// How many deliveries are done, passed, and neither.
    async fn deliveries(&self, subscribers: &[&str]) -> Vec<[i64; 3]> {
        let mut found = vec![[0; 3]; subscribers.len()];
        for (id, counts) in subscribers.iter().zip(&mut found) {
            for (count, states) in counts.iter_mut().zip(["= 'done'", "= 'passed'", "NOT IN ('done', 'passed')"]) {
                let of = format!("SELECT COUNT(*) FROM base_delivery WHERE subscriber = '{id}' AND state {states}");
                *count = sql::count(self.test, &of).await;
            }
        }
        found
    }

    async fn timers(&mut self) {
        let mut runs = Vec::new();
        for round in 0..2 {
            if round == 1 {
                self.test.pass(Duration::minutes(1));
            }
            self.test.settle().await;
            for timer in self.module.timers {
                let lines = format!("SELECT COUNT(*) FROM base_audit WHERE action = '{}'", timer.id);
                runs.push(sql::count(self.test, &lines).await);
            }
        }
        let (before, after) = runs.split_at(self.module.timers.len());
        for ((timer, before), after) in self.module.timers.iter().zip(before).zip(after) {
            if after - before != i64::from(self.alive()) {
                self.fault("timers", format!("{} ran {} times when it was due once", timer.id, after - before));
            }
        }
    }

    async fn inbox(&mut self) {
        let mut due = Names::new();
        for module in self.on() {
            let open = format!("SELECT COUNT(*) FROM base_task WHERE done_at IS NULL AND module = '{}'", module.id);
            if sql::count(self.test, &open).await > 0 {
                due.insert(module.id.to_owned());
            } else if module.id == self.module.id && !module.processes.is_empty() {
                self.fault("inbox", "nothing is open, so that it shows nothing");
            }
        }
        let found = self.people[0].get("/me/inbox?limit=100").await.expect(200);
        assert!(found.body["next"].is_null(), "more is open than a page holds");
        self.compare("inbox", due, texts(&found.body["items"], "module"));
    }

    async fn lists_of_the_base(&mut self) {
        let path = format!("/places/{}/statistics", HERE.county);
        let found = texts(&self.people[0].get(&path).await.expect(200).body, "id");
        self.compare("figures", self.of_all(|m| m.statistics.iter().map(|s| s.id).collect()), found);
        let processes = self.people[0].get(&format!("/places/{}/processes", HERE.county)).await.expect(200).body;
        let due = self.of_all(|m| m.processes.iter().map(|process| process.id).collect());
        self.compare("processes", due, texts(&processes, "id"));
        let modules = self.people[0].get(&format!("/places/{}/modules", HERE.county)).await.expect(200);
        let told = modules.items().iter().find(|module| module["id"] == self.module.id).unwrap();
        if told["state"] != self.state {
            self.fault("modules", format!("is said to be {}", told["state"]));
        }
        for statistic in self.module.statistics {
            let answer = self.people[0].get(&format!("{path}/{}", statistic.id)).await;
            if (answer.status == 200) != self.alive() || !self.alive() && answer.body["code"] != "module_off" {
                self.fault("figures", format!("{} answers {}", statistic.id, answer.status));
            }
        }
    }

    /// A step that hands over is open only where the taker takes new matters.
    async fn hand_over(&mut self) {
        let (test, person, open) = (self.test, &self.people[0], self.state == "on");
        for fault in handing_over::faults(test, person, self.module, open, self.waiting).await {
            self.fault("hand-over", fault);
        }
    }
}

pub(super) fn next(number: &Cell<usize>) -> usize {
    number.replace(number.get() + 1)
}

/// What a list says under a key.
pub(super) fn texts(list: &Value, key: &str) -> Names {
    list.as_array().into_iter().flatten().filter_map(|item| item[key].as_str()).map(str::to_owned).collect()
}

fn served_operations(document: &Value) -> Names {
    let paths = document["paths"].as_object().unwrap().iter();
    let each =
        paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, o)| (path, method, o)));
    let named = each.filter_map(|(path, method, o)| Some((path, method.to_uppercase(), o["operationId"].as_str()?)));
    named.map(|(path, method, id)| format!("{method} {path} {id}")).collect()
}

/// The permission that an operation needs.
fn behind(test: &TestApp, id: &str) -> Option<&'static str> {
    match test.app.registry.operations().into_iter().find(|o| o.id == id)?.access {
        Access::Permission(permission) => Some(permission),
        _ => None,
    }
}

#[tokio::test]
async fn every_surface_of_every_module_follows_its_switch() {
    let test = TestApp::with(&modules()).await;
    let people = [mighty(&test, HERE.county).await, mighty(&test, HERE.county).await];
    let number = Cell::new(0);
    let waiting = wait(&test, &people, &number).await;
    let mut faults = Vec::new();
    for module in test.app.registry.optional() {
        let led: Vec<&str> = module.menu.iter().filter_map(|entry| behind(&test, entry.operation)).collect();
        let all = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id);
        let others: Vec<&str> = all.filter(|id| !led.contains(id)).collect();
        let almost = test.user(HERE.county, &others).await;
        for state in ["on", "draining", "off"] {
            // While it is still on, so that something is open whatever is done in the state.
            test.switch(HERE.county, module.id, "on").await;
            let mut begun = Vec::new();
            for operation in beginnings(&test.app, module.id) {
                let thing = begin(&test.app, &people[0], operation, HERE, next(&number)).await;
                begun.extend(thing.ok().map(|thing| (operation, thing)));
            }
            assert!(!begun.is_empty(), "nothing can be begun in {}", module.id);
            test.switch(HERE.county, module.id, state).await;
            let (test, people, almost) = (&test, &people, &almost);
            let (begun, waiting, number) = (&begun, &waiting, &number);
            let mut case = Case { test, module, state, people, almost, begun, waiting, number, faults: Vec::new() };
            case.routes().await;
            case.document().await;
            case.menu().await;
            case.permissions().await;
            case.inbox().await;
            case.lists_of_the_base().await;
            case.hand_over().await;
            case.subscriptions().await;
            case.timers().await;
            case.open_matters().await;
            faults.append(&mut case.faults);
        }
        test.switch(HERE.county, module.id, "on").await;
    }
    assert!(faults.is_empty(), "what forgot the switch:\n{}", faults.join("\n"));
}
