//! Everything that people see of a document has words in Chinese and English: properties, filters, values and headings. What
//! is missing is named, with the file that wants the line.

use std::collections::{BTreeMap, BTreeSet};

use jizuo_kernel::module::Labels;
use jizuo_kernel::registry::Registry;
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, places};
use serde_json::{Map, Value};

fn documents() -> BTreeMap<&'static str, Value> {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let of = |id| serde_json::to_value(registry.document(id).unwrap()).unwrap();
    registry.modules().iter().map(|module| (module.id, of(module.id))).collect()
}

fn said(word: &Value) -> bool {
    let has = |language: &str| word[language].as_str().is_some_and(|text| !text.trim().is_empty());
    has("zh") && has("en")
}

/// The values that a schema lists, through references, arrays and what may be left out.
fn values(document: &Value, schema: &Value) -> Vec<String> {
    if let Some(to) = schema["$ref"].as_str() {
        return values(document, &document["components"]["schemas"][to.rsplit('/').next().unwrap()]);
    }
    let own = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    // Of an object the values are its properties' own.
    let parts = schema["oneOf"].as_array().into_iter().flatten().chain(schema.get("items"));
    own.chain(parts.flat_map(|part| values(document, part))).collect()
}

fn look(document: &Value, name: &str, schema: &Value, missing: &mut BTreeSet<String>) {
    for (property, kind) in schema["properties"].as_object().into_iter().flatten() {
        if !said(&schema["x-property-words"][property]) {
            missing.insert(format!("{name}.{property}"));
        }
        for value in values(document, kind) {
            if !said(&schema["x-value-words"][property][&value]) {
                missing.insert(format!("{name}.{property} = {value}"));
            }
        }
        look(document, name, kind, missing);
    }
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    for part in parts.chain(schema.get("items")).chain(schema.get("additionalProperties")) {
        look(document, name, part, missing);
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap())
}

#[test]
fn words_are_there_for_every_property_and_every_value() {
    let mut missing = BTreeSet::new();
    for (module, document) in documents() {
        let mut of_this = BTreeSet::new();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            look(&document, name, schema, &mut of_this);
        }
        missing.extend(of_this.into_iter().map(|line| format!("{module}: {line}")));
    }
    assert!(missing.is_empty(), "no words in both languages (words.toml):\n{}", listed(missing));
}

#[test]
fn words_are_there_for_every_filter() {
    let mut missing = BTreeSet::new();
    for (module, document) in documents() {
        for (_, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query")
            {
                let name = parameter["name"].as_str().unwrap();
                if !said(&parameter["x-words"]) {
                    missing.insert(format!("{module}: {id} ?{name}"));
                }
                for value in values(&document, &parameter["schema"]) {
                    if !said(&parameter["x-enum-words"][&value]) {
                        missing.insert(format!("{module}: {id} ?{name}={value}"));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "no words in both languages (words.toml):\n{}", listed(missing));
}

#[test]
fn words_head_every_operation_and_no_two_buttons_of_a_noun_say_the_same() {
    let mut missing = BTreeSet::new();
    for (module, document) in documents() {
        let mut headings: BTreeMap<String, &str> = BTreeMap::new();
        for (method, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            if !said(&operation["x-words"]) {
                missing.insert(format!("{module}: {id}"));
            }
            if method != "get" && !id.ends_with("_local") {
                let noun = id.splitn(3, '_').take(2).collect::<Vec<_>>().join("_");
                for language in ["zh", "en"] {
                    let heading = format!("{noun} {}", operation["x-words"][language]);
                    if let Some(other) = headings.insert(heading, id) {
                        missing.insert(format!("{module}: {id} and {other} say the same in {language}"));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "no heading, or not one of its own (words.toml):\n{}", listed(missing));
}

#[test]
fn words_are_there_for_every_setting() {
    let mut missing = BTreeSet::new();
    for module in MODULES {
        let Some(schema) = (module.settings)() else { continue };
        for (name, kind) in schema["properties"].as_object().cloned().unwrap_or_else(Map::new) {
            let hint = kind.get("x-hint").is_none_or(said);
            if !said(&kind["x-words"]) || !hint {
                missing.insert(format!("{}: {name}", module.id));
            }
        }
    }
    assert!(missing.is_empty(), "no `x-words` in both languages (settings):\n{}", listed(missing));
}

#[test]
fn words_of_a_matters_state_are_those_of_its_process() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let mut seen = 0;
    for module in registry.modules() {
        let document = serde_json::to_value(registry.document(module.id).unwrap()).unwrap();
        let titles: BTreeMap<&str, &str> = module
            .processes
            .iter()
            .flat_map(|process| process.states)
            .map(|state| (state.id, state.title.zh.as_ref()))
            .collect();
        for (_, operation) in operations(&document) {
            let query = || operation["parameters"].as_array().into_iter().flatten();
            // Lists of what is no matter have states of their own.
            let of_matters = query().any(|one| one["name"] == "phase");
            for parameter in query().filter(|one| of_matters && one["name"] == "state") {
                for (id, title) in &titles {
                    assert_eq!(parameter["x-enum-words"][id]["zh"], *title, "{}: {id}", operation["operationId"]);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} states were looked at");
}

fn listed(missing: BTreeSet<String>) -> String {
    missing.into_iter().collect::<Vec<_>>().join("\n")
}

/// Every label that the work so far brought into a figure has words.
pub(super) async fn labels_have_words(test: &TestApp) {
    let reader = test.role(places::WUHUA, "base.viewer").await;
    let mut seen = 0;
    for one in test.app.registry.modules().iter().flat_map(|module| module.statistics) {
        let path = format!("/places/{}/statistics/{}", places::WUHUA, one.id);
        for row in reader.get(&path).await.expect(200).body["rows"].as_array().unwrap() {
            seen += 1;
            let unsaid = row["label_title"]["zh"] == row["label"];
            assert_eq!(unsaid, one.labels == Labels::Names, "{}: {row}", one.id);
        }
    }
    assert!(seen > 10, "only {seen} labels were seen");
}
