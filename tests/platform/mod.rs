//! What must hold for every module, walked over the operations of the documents: a new module is tested by being there.

mod administering;
mod answering;
mod at_once;
mod beyond;
mod console;
mod documents;
mod events;
mod exercise;
mod exercise_base_data;
mod exercise_care;
mod exercise_checks;
mod exercise_deliberation;
mod exercise_grid;
mod exercise_net;
mod exercise_papers;
mod exports;
mod handing_over;
mod house;
pub(crate) mod pages;
mod public_pages;
mod resident_pages;
mod sealed;
mod sql;
mod surfaces;
mod switching;
mod tables;
mod walk;
mod walls;
mod words;
mod work;

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use jizuo_kernel::App;
use jizuo_kernel::registry::Operation;
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use serde_json::Value;

/// A platform with every module of this build, all on in one county.
async fn everything() -> TestApp {
    TestApp::with(MODULES).await
}

/// Runs them all at the same moment.
async fn together<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, done) in running.iter_mut().filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        if running.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}

/// The path of an operation with its parameters filled: the place as given, the others by the document's examples.
fn path_of(app: &App, operation: &Operation, place: &str) -> String {
    let mut path = operation.path.replace("{place}", place);
    for (name, example) in parameters(app, operation) {
        path = path.replace(&format!("{{{name}}}"), &example);
    }
    assert!(!path.contains('{'), "{}: a path parameter without example: {path}", operation.id);
    path
}

/// The document of a module. All tests here have the same modules, and to write a document out anew takes its time.
fn document(app: &App, module: &'static str) -> Rc<Value> {
    thread_local! {
        static KNOWN: RefCell<HashMap<&'static str, Rc<Value>>> = RefCell::default();
    }
    let written = || Rc::new(serde_json::to_value(app.registry.document(module).unwrap()).unwrap());
    KNOWN.with_borrow_mut(|known| known.entry(module).or_insert_with(written).clone())
}

fn described(app: &App, operation: &Operation) -> Value {
    let document = document(app, operation.module);
    let method = operation.method.as_str().to_lowercase();
    document["paths"][&operation.path][&method].clone()
}

fn parameters(app: &App, operation: &Operation) -> Vec<(String, String)> {
    let described = described(app, operation);
    let all = described["parameters"].as_array().cloned().unwrap_or_default();
    all.iter()
        .filter(|p| p["in"] == "path")
        .map(|p| {
            let example = match &p["example"] {
                Value::String(text) => text.clone(),
                Value::Null if p["schema"]["format"] == "uuid" => "0192f0c0-0000-7000-8000-00000000dead".to_owned(),
                Value::Null => panic!("{}: the path parameter {} has no example", operation.id, p["name"]),
                other => other.to_string(),
            };
            (p["name"].as_str().unwrap().to_owned(), example)
        })
        .collect()
}

/// The example of the operation's body, by the document.
fn body_of(app: &App, operation: &Operation) -> Option<Value> {
    let described = described(app, operation);
    let schema = described.pointer("/requestBody/content/application~1json/schema")?.clone();
    let document = document(app, operation.module);
    Some(example(&document, &schema))
}

fn example(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) {
        return example(document, &document["components"]["schemas"][name]);
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(one) = schema["oneOf"].as_array().and_then(|list| list.first()) {
        return example(document, one);
    }
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let filled = properties.iter().map(|(name, schema)| (name.clone(), example(document, schema)));
    // What may be null as well is described by both types.
    let kinds = schema["type"].as_array().into_iter().flatten().chain([&schema["type"]]);
    match kinds.filter_map(Value::as_str).find(|kind| *kind != "null") {
        Some("object") | None => Value::Object(filled.collect()),
        Some("integer" | "number") => 1.into(),
        Some("boolean") => false.into(),
        Some("array") => Value::Array(Vec::new()),
        _ => "x".into(),
    }
}
