//! The documents in `openapi/` are what this build serves, and `CONTRACT.txt` is what it promises. After a change that was
//! meant, `BLESS=1 cargo test -p jizuo-tests documents` writes them anew; the diff is what a reviewer reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use jizuo_kernel::registry::{Access, Registry};
use jizuo_kernel::schema::declared;
use jizuo_server::MODULES;
use serde_json::Value;

use super::house::{root, sources};

fn files() -> BTreeMap<String, String> {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let pretty = |document: &_| jizuo_server::documents::text(document).unwrap();
    let mut files = BTreeMap::new();
    for module in registry.modules() {
        files.insert(format!("{}.json", module.id), pretty(registry.document(module.id).unwrap()));
    }
    let all: Vec<&str> = registry.optional().map(|m| m.id).collect();
    files.insert("county-all.json".to_owned(), pretty(&registry.union(&all)));
    files.insert("CONTRACT.txt".to_owned(), contract(&registry));
    files
}

fn folder() -> PathBuf {
    root().join("openapi")
}

#[test]
fn documents_match_the_code() {
    let files = files();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for (name, text) in &files {
            std::fs::write(folder().join(name), text).unwrap();
        }
    }
    let hint = "run `BLESS=1 cargo test -p jizuo-tests documents` and read the diff";
    for (name, text) in &files {
        let known = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
        assert!(known == *text, "openapi/{name} differs from the code; {hint}");
    }
    let present: BTreeSet<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let wanted: BTreeSet<String> = files.into_keys().collect();
    assert_eq!(present, wanted, "a stray file in openapi/; {hint}");
}

#[test]
fn a_county_document_is_whole_in_itself() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    for on in [
        &[][..],
        &["grid"],
        &["certificates"],
        &["consultation"],
        &["mediation"],
        &["venue"],
        &["grid", "certificates"],
    ] {
        let document = serde_json::to_string(&registry.union(on)).unwrap();
        let value: Value = serde_json::from_str(&document).unwrap();
        for part in document.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(value["components"]["schemas"].get(name).is_some(), "{on:?}: the schema {name} is missing");
        }
        for module in registry.optional() {
            let below = format!("/api/v1/places/{{place}}/{}/", module.id);
            let there = value["paths"].as_object().unwrap().keys().any(|path| path.starts_with(&below));
            assert_eq!(there, on.contains(&module.id), "{on:?}: operations of {}", module.id);
        }
    }
}

#[test]
fn every_operation_says_exactly_what_it_answers() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    for operation in registry.operations() {
        let document = serde_json::to_value(registry.document(operation.module).unwrap()).unwrap();
        let method = operation.method.as_str().to_lowercase();
        let described = &document["paths"][&operation.path][&method];
        let id = &operation.id;
        let answers = |status: &str| described["responses"].get(status).is_some();
        assert!(!answers("default"), "{id}: a default would hide what is not documented");
        let body = described.get("requestBody").is_some();
        for (status, due) in [
            ("400", body),
            ("404", operation.path.contains('{')),
            ("409", !operation.reads()),
            ("413", !operation.reads()),
            ("415", body),
            ("422", true),
            ("5XX", true),
        ] {
            assert_eq!(answers(status), due, "{id}: {status}");
        }
        if operation.access != Access::Public {
            assert!(answers("401") && answers("403"), "{id}: whoever may not is answered 401 or 403");
        }
        let needs = described["description"].as_str().unwrap_or_default();
        if let Access::Permission(permission) = operation.access {
            assert!(needs.contains(permission), "{id}: its description names no permission");
        }
    }
}

#[test]
fn every_text_that_is_sent_says_what_it_may_hold() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let all: Vec<&str> = registry.optional().map(|m| m.id).collect();
    let document = serde_json::to_value(registry.union(&all)).unwrap();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let mut open = Vec::new();
            if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
                unbounded(&document, body, &mut BTreeSet::new(), &mut open);
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                unbounded(&document, &parameter["schema"], &mut BTreeSet::new(), &mut open);
            }
            assert!(open.is_empty(), "{}: {open:?}", operation["operationId"]);
        }
    }
}

/// Texts without a pattern, a format or a list.
fn unbounded(document: &Value, schema: &Value, seen: &mut BTreeSet<String>, open: &mut Vec<Value>) {
    if let Some(to) = schema["$ref"].as_str() {
        if seen.insert(to.to_owned()) {
            unbounded(document, &document["components"]["schemas"][to.rsplit('/').next().unwrap()], seen, open);
        }
        return;
    }
    let kind = &schema["type"];
    let text = kind == "string" || kind.as_array().is_some_and(|several| several.iter().any(|one| one == "string"));
    if text && ["pattern", "format", "enum"].iter().all(|key| schema.get(key).is_none()) {
        open.push(schema.clone());
    }
    let several = [&schema["oneOf"], &schema["allOf"]].into_iter().filter_map(Value::as_array).flatten();
    let fields = schema["properties"].as_object().into_iter().flat_map(|fields| fields.values());
    for part in several.chain(fields).chain(schema.get("items")) {
        unbounded(document, part, seen, open);
    }
}

#[test]
fn no_body_takes_fields_that_its_schema_does_not_name() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let all: Vec<&str> = registry.optional().map(|m| m.id).collect();
    let document = serde_json::to_value(registry.union(&all)).unwrap();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    for operation in operations {
        let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
        let whole = match body["$ref"].as_str() {
            Some(to) => &document["components"]["schemas"][to.rsplit('/').next().unwrap()],
            None => body,
        };
        for one in whole["oneOf"].as_array().map_or(std::slice::from_ref(whole), Vec::as_slice) {
            let named = one.get("properties").is_none() || one["additionalProperties"] == false;
            assert!(named, "{}: its body would take any field", operation["operationId"]);
        }
    }
}

/// A line each, so that a reviewer sees what a change promises.
fn contract(registry: &Registry) -> String {
    let mut text = String::from(
        "What this build promises, a line each. Written by `BLESS=1 cargo test -p jizuo-tests documents`.\n",
    );
    let mut section = |title: &str, lines: Vec<String>| {
        let _ = writeln!(text, "\n# {title}");
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    };
    let modules = registry.modules();
    section(
        "operations: id, who may",
        registry
            .operations()
            .iter()
            .map(|o| match o.access {
                Access::Public => format!("{} public", o.id),
                Access::SignedIn => format!("{} signed in", o.id),
                Access::Permission(permission) => format!("{} {permission}", o.id),
            })
            .collect(),
    );
    section(
        "permissions: id, reach",
        modules.iter().flat_map(|m| m.permissions).map(|p| format!("{} {:?}", p.id, p.reach).to_lowercase()).collect(),
    );
    section(
        "roles: id, permissions",
        modules.iter().flat_map(|m| m.roles).map(|r| format!("{} = {}", r.id, r.permissions.join(" "))).collect(),
    );
    section(
        "process steps: action, from, to, deadline, who may leave it out",
        modules
            .iter()
            .flat_map(|m| m.processes)
            .flat_map(|process| process.steps.iter())
            .map(|s| {
                let deadline = s.deadline.unwrap_or("-");
                let skip = match &s.skip {
                    jizuo_kernel::process::Skip::Never(basis) => format!("nobody ({})", basis.en),
                    jizuo_kernel::process::Skip::From(level) => format!("{} or above", level.as_str()),
                };
                format!("{} {} -> {} {deadline}; {skip}", s.action, s.from.join("|"), s.to)
            })
            .collect(),
    );
    section(
        "rules: id, value, direction, source",
        registry.rules.entries().map(|r| format!("{} {} {:?} {}", r.id, r.value, r.overlay, r.basis.en)).collect(),
    );
    section("topics", modules.iter().flat_map(|m| m.events).map(|t| t.id.to_owned()).collect());
    section(
        "subscriptions: id, topic",
        modules.iter().flat_map(|m| m.subscriptions).map(|s| format!("{} {}", s.id, s.topic)).collect(),
    );
    section(
        "timers: id, seconds",
        modules.iter().flat_map(|m| m.timers).map(|t| format!("{} {}", t.id, t.every_seconds)).collect(),
    );
    section("capabilities", modules.iter().flat_map(|m| m.capabilities).map(|c| c.id.to_owned()).collect());
    section("statistics", modules.iter().flat_map(|m| m.statistics).map(|s| s.id.to_owned()).collect());
    section("refusal and fault codes", codes(registry));
    section(
        "tables: name, class",
        modules
            .iter()
            .flat_map(|m| declared(m.migrations))
            .map(|t| format!("{} {:?}", t.name, t.class).to_lowercase())
            .collect(),
    );
    text
}

/// String literals of the form `module.noun.what` in the sources that are no permission, topic or the like.
fn codes(registry: &Registry) -> Vec<String> {
    let modules = registry.modules();
    let mut other: BTreeSet<&str> = BTreeSet::new();
    other.extend(modules.iter().flat_map(|m| m.permissions).map(|p| p.id));
    other.extend(modules.iter().flat_map(|m| m.events).map(|t| t.id));
    other.extend(modules.iter().flat_map(|m| m.subscriptions).map(|s| s.id));
    other.extend(modules.iter().flat_map(|m| m.timers).map(|t| t.id));
    other.extend(modules.iter().flat_map(|m| m.statistics).map(|s| s.id));
    let prefixes: Vec<String> = modules.iter().map(|m| format!("{}.", m.id)).collect();
    let mut found = BTreeSet::new();
    for (_, text) in sources(&["crates/kernel/src", "modules"]) {
        // The second half of a file is its tests.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in ["refuse(", ".add(", "FieldError::new(", "invalid(", "unauthorised(", "code: "] {
            for part in text.split(call).skip(1) {
                let literals = part.split('"').skip(1).step_by(2).take(2);
                for literal in literals {
                    let dotted = prefixes.iter().any(|p| literal.starts_with(p)) && literal.split('.').count() >= 3;
                    let plain = literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_');
                    if dotted && plain && !other.contains(literal) {
                        found.insert(literal.to_owned());
                    }
                }
            }
        }
    }
    found.into_iter().collect()
}
