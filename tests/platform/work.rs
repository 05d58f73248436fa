//! Real work in any module, found in its document: what begins something, what steps it takes, and what shows it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use jizuo_kernel::App;
use jizuo_kernel::process::Process;
use jizuo_kernel::registry::{Access, Operation};
use jizuo_testing::places::{PANLONG, PANLONG_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::beyond::ASKS;
use super::{body_of, described, document, sql};

/// A county and a village in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Land {
    pub(super) county: &'static str,
    pub(super) village: &'static str,
}

pub(super) const HERE: Land = Land { county: WUHUA, village: VILLAGE };
pub(super) const THERE: Land = Land { county: PANLONG, village: PANLONG_VILLAGE };

/// Something that an operation began: an incident, an item, a demand.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) place: &'static str,
    /// The path below which it is found, as a template.
    pub(super) collection: String,
    /// Empty where the answer named none.
    pub(super) id: String,
}

/// Somebody who may do everything in a county.
pub(super) async fn mighty<'a>(test: &'a TestApp, county: &str) -> User<'a> {
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    test.user(county, &all).await
}

/// The operations of a module.
pub(super) fn operations<'a>(app: &'a App, module: &str) -> Vec<&'a Operation> {
    app.registry.operations().into_iter().filter(|o| o.module == module).collect()
}

/// The parameters of a path besides the place.
pub(super) fn parameters(operation: &Operation) -> Vec<&str> {
    let names = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| *name != "place").collect()
}

/// What begins something: writes that need to know of nothing but a place.
pub(super) fn beginnings<'a>(app: &'a App, module: &str) -> Vec<&'a Operation> {
    let asks = |o: &&Operation| ASKS.contains(&o.id.as_str());
    operations(app, module).into_iter().filter(|o| o.method == "POST" && parameters(o).is_empty() && !asks(o)).collect()
}

/// What is done to one thing: writes that need its id and nothing else.
pub(super) fn deeds<'a>(app: &'a App, module: &str) -> Vec<&'a Operation> {
    operations(app, module).into_iter().filter(|o| !o.reads() && parameters(o).len() == 1).collect()
}

/// The operation that takes this step of a thing.
pub(super) fn step<'a>(app: &'a App, thing: &Thing, action: &str) -> Option<&'a Operation> {
    let module = action.split('.').next().unwrap_or_default();
    deeds(app, module)
        .into_iter()
        .find(|o| matches!(o.access, Access::Permission(id) if id == action) && o.path.starts_with(&thing.collection))
}

/// The example of the document, made fit to be sent many times: codes are new, accounts are the sender's, persons are registered.
async fn body(app: &App, operation: &Operation, sender: &User<'_>, place: &str, number: usize) -> Option<Value> {
    let mut body = body_of(app, operation)?;
    let described = described(app, operation);
    let schema = described.pointer("/requestBody/content/application~1json/schema").unwrap();
    let document = document(app, operation.module);
    fit(&document, schema, &mut body, sender, number);
    let named = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/"));
    let schema = named.map_or(schema, |name| &document["components"]["schemas"][name]);
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        if schema["properties"][name]["x-picks"] == "person" {
            *value = json!(resident(sender, place).await);
        }
    }
    Some(body)
}

fn fit(document: &Value, schema: &Value, body: &mut Value, sender: &User<'_>, number: usize) {
    let named = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/"));
    let schema = named.map_or(schema, |name| &document["components"]["schemas"][name]);
    for item in body.as_array_mut().into_iter().flatten() {
        fit(document, &schema["items"], item, sender, number);
    }
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        let schema = &schema["properties"][name];
        if name == "code" {
            let text = value.as_str().unwrap();
            // A code of digits has as many of them.
            let digits = text.get(..2).filter(|_| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()));
            *value = digits.map_or_else(
                || json!(format!("{text}_{number}")),
                |first| json!(format!("{first}{:02}", number % 99 + 1)),
            );
        } else if schema["format"] == "uuid" {
            *value = json!(sender.id);
        } else {
            fit(document, schema, value, sender, number);
        }
    }
}

/// Somebody new who lives in a village, under a name that nobody else has.
async fn resident(by: &User<'_>, place: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = ['普'].into_iter().chain([number / 5_000, number % 5_000].map(|n| char::from_u32(0x4e00 + n).unwrap()));
    let facts = json!({ "person.name": name.collect::<String>() });
    let village = if place.ends_with("000") || place.len() < 12 { HERE.village } else { place };
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    by.post(&format!("/places/{village}/persons"), known).await.expect(201).text("id")
}

/// The path of an operation at a place, with this id, and with an example for what must be in the query.
pub(super) fn path(app: &App, operation: &Operation, place: &str, id: Option<&str>) -> String {
    let mut path = operation.path.replace("{place}", place);
    for name in parameters(operation) {
        path = path.replace(&format!("{{{name}}}"), id.unwrap_or_default());
    }
    let all = described(app, operation)["parameters"].as_array().cloned().unwrap_or_default();
    let needed = all.iter().filter(|p| p["in"] == "query" && p["required"] == true);
    let query: Vec<String> = needed.map(|p| format!("{}=x", p["name"].as_str().unwrap())).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Whether it says which version it saw.
fn wants_version(app: &App, operation: &Operation) -> bool {
    let parameters = described(app, operation)["parameters"].as_array().cloned().unwrap_or_default();
    operation.method == "PUT" || parameters.iter().any(|one| one["name"] == "If-Match")
}

/// Calls one operation. An edit says which version it saw.
pub(super) async fn call(
    app: &App,
    by: &User<'_>,
    operation: &Operation,
    place: &str,
    id: Option<&str>,
    number: usize,
) -> Answer {
    let path_of = |operation| path(app, operation, place, id);
    // A step is taken on a thing, whose list has no version.
    let shows = |o: &&Operation| operation.method == "PUT" || o.path.ends_with('}');
    let reads =
        operations(app, operation.module).into_iter().filter(|o| o.reads() && operation.path.starts_with(&o.path));
    let edited = reads.filter(shows).find(|_| wants_version(app, operation));
    let seen = match edited {
        Some(show) => by.get(&path_of(show)).await.header("etag").map(str::to_owned),
        None => None,
    };
    let by = seen.map_or(by.clone(), |etag| by.header("if-match", etag));
    let body = body(app, operation, &by, place, number).await;
    by.send(operation.method.clone(), &path_of(operation), body).await
}

/// Begins something in the village, or, where it does not belong there, in the county.
pub(super) async fn begin(
    app: &App,
    by: &User<'_>,
    operation: &Operation,
    land: Land,
    number: usize,
) -> Result<Thing, Answer> {
    let mut answer = None;
    for place in [land.village, land.county] {
        let given = call(app, by, operation, place, None, number).await;
        if given.status.is_success() {
            let id = given.body["id"].as_str().unwrap_or_default().to_owned();
            return Ok(Thing { place, collection: operation.path.clone(), id });
        }
        // Not "not here", but "not at all".
        let here = given.body["code"] != "module_off";
        answer = Some(given);
        if !here {
            break;
        }
    }
    Err(answer.unwrap())
}

/// The operation that opens matters of a process: the one after which there is one more.
pub(super) async fn opener<'a>(test: &'a TestApp, by: &User<'_>, process: &Process) -> Option<&'a Operation> {
    let module = process.id.split('.').next().unwrap_or_default();
    let opened = format!("SELECT COUNT(*) FROM base_step WHERE kind = '{}'", process.id);
    for (number, operation) in beginnings(&test.app, module).into_iter().enumerate() {
        let before = sql::count(test, &opened).await;
        let begun = begin(&test.app, by, operation, HERE, 900_000 + number).await;
        if begun.is_ok() && sql::count(test, &opened).await > before {
            return Some(operation);
        }
    }
    None
}

/// For every state of a process the shortest way to it, as actions from the start.
pub(super) fn ways(process: &Process) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut ways = BTreeMap::from([(process.start, Vec::new())]);
    let mut open = std::collections::VecDeque::from([process.start]);
    while let Some(state) = open.pop_front() {
        for step in process.steps.iter().filter(|step| step.from.contains(&state)) {
            if !ways.contains_key(step.to) {
                let way = [ways[state].as_slice(), &[step.action]].concat();
                ways.insert(step.to, way);
                open.push_back(step.to);
            }
        }
    }
    ways
}

/// Takes a step: whoever of these may, the first first.
pub(super) async fn take(app: &App, people: &[&User<'_>], thing: &Thing, action: &str) -> Result<Answer, String> {
    let Some(operation) = step(app, thing, action) else { return Err(format!("{action}: no operation takes it")) };
    let mut refused = String::new();
    for person in people {
        let answer = call(app, person, operation, thing.place, Some(&thing.id), 0).await;
        if answer.status.is_success() {
            return Ok(answer);
        }
        refused = format!("{action}: {:#}", answer.body);
    }
    Err(refused)
}

/// The operation that shows one thing.
pub(super) fn shows<'a>(test: &'a TestApp, thing: &Thing) -> Option<&'a Operation> {
    let below = format!("{}/{{", thing.collection);
    let mut all = test.app.registry.operations().into_iter();
    all.find(|o| o.reads() && parameters(o).len() == 1 && o.path.starts_with(&below))
}
