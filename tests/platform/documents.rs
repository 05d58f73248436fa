//! The documents in `openapi/` are what this build serves, and `CONTRACT.txt` is what it promises. After a change that was
//! meant, `BLESS=1 cargo test -p jizuo-tests documents` writes them anew; the diff is what a reviewer reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use jizuo_kernel::registry::{Access, Registry};
use jizuo_kernel::schema::declared;
use jizuo_server::MODULES;

use super::house::{root, sources};

fn files() -> BTreeMap<String, String> {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let pretty = |document: &_| serde_json::to_string_pretty(document).unwrap() + "\n";
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
        let value: serde_json::Value = serde_json::from_str(&document).unwrap();
        for part in document.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(value["components"]["schemas"].get(name).is_some(), "{on:?}: the schema {name} is missing");
        }
        for module in registry.optional() {
            let there = document.contains(&format!("/{}/", module.id));
            assert_eq!(there, on.contains(&module.id), "{on:?}: operations of {}", module.id);
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
