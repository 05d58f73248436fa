//! The house rules that a reader relies on: who depends on whom, how a file begins and ends, and that paths in the
//! documentation exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jizuo_kernel::registry::Registry;

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Rust sources below these folders, as (path from the root, text).
pub(super) fn sources(folders: &[&str]) -> Vec<(String, String)> {
    files(folders, &["rs"])
}

fn files(folders: &[&str], endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = open.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

const EVERYWHERE: &[&str] = &["crates", "modules", "tests"];

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    for (path, text) in sources(EVERYWHERE) {
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//! ") && first.len() > 15,
            "{path} does not begin with a sentence that says what it is"
        );
        let lines = text.lines().count();
        // Handlers with their documents are long and flat; they are split by noun.
        let most = if path.ends_with("/api.rs") || path.contains("/tests/") { 600 } else { 400 };
        assert!(lines <= most, "{path} has {lines} lines; split it by noun (at most {most})");
    }
}

#[test]
fn no_file_is_named_for_what_it_is_to_its_author() {
    for (path, _) in sources(EVERYWHERE) {
        let name = Path::new(&path).file_stem().unwrap().to_str().unwrap();
        assert!(!["utils", "util", "helpers", "common", "types", "manager", "misc"].contains(&name), "{path}");
    }
}

#[test]
fn modules_depend_on_the_kernel_and_the_standards_and_on_no_other_module() {
    let modules: Vec<PathBuf> =
        std::fs::read_dir(root().join("modules")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    assert!(modules.len() >= 2);
    for module in modules {
        let text = std::fs::read_to_string(module.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let names = |section: &str| -> Vec<String> {
            let table = manifest.get(section).and_then(toml::Value::as_table);
            table.into_iter().flatten().map(|(name, _)| name.clone()).filter(|n| n.starts_with("jizuo-")).collect()
        };
        for name in names("dependencies") {
            assert!(["jizuo-kernel", "jizuo-standards"].contains(&name.as_str()), "{module:?} depends on {name}");
        }
        for name in names("dev-dependencies") {
            assert!(
                ["jizuo-kernel", "jizuo-standards", "jizuo-testing"].contains(&name.as_str()),
                "the tests of {module:?} depend on {name}"
            );
        }
    }
}

/// A module that is in no build is tested by nothing, and nothing else would say so.
#[test]
fn every_module_is_in_the_build_that_is_tested_and_has_a_readme() {
    for entry in std::fs::read_dir(root().join("modules")).unwrap() {
        let folder = entry.unwrap().path();
        let id = folder.file_name().unwrap().to_str().unwrap();
        assert!(
            jizuo_server::MODULES.iter().any(|module| module.id == id),
            "modules/{id} is in no build: give it a feature among the defaults of crates/server/Cargo.toml and a line in \
             MODULES of crates/server/src/lib.rs"
        );
        assert!(folder.join("README.md").exists(), "modules/{id} wants a README.md with its words in zh and en");
    }
}

#[test]
fn neither_the_kernel_nor_the_console_names_a_module() {
    let ids: Vec<&str> = jizuo_server::MODULES.iter().map(|m| m.id).filter(|id| *id != "base").collect();
    for (path, text) in sources(&["crates/kernel/src", "crates/console/src"]) {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in text.lines() {
            // Comments and the examples of documents name real ids, so that people recognise them.
            let plain = line.trim_start();
            if plain.starts_with("//")
                || plain.contains("example")
                || plain.contains("json!")
                || plain.contains("sample:")
                || plain.contains("Kind::")
            {
                continue;
            }
            for id in &ids {
                assert!(!line.contains(&format!("\"{id}\"")), "{path} names the module {id}: {line}");
                assert!(!line.contains(&format!("jizuo_{id}")), "{path} names the module {id}: {line}");
            }
        }
    }
}

#[test]
fn paths_in_the_documentation_exist() {
    let mut pages = vec![root().join("README.md")];
    let mut open = vec![root().join("docs")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    let folders = ["crates/", "modules/", "tests/", "data/", "docs/", "openapi/", "config/", ".ci/"];
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for word in text.split(|c: char| c.is_whitespace() || "`()[]<>\"'，。；：、（）".contains(c)) {
            let word = word.trim_end_matches(['.', ',', ':', ';']);
            let concrete =
                folders.iter().any(|f| word.starts_with(f)) && !word.contains(['*', '{', '…', '$', '|', '=']);
            // `NAME` and `<name>` stand for something that the reader makes.
            if concrete && !word.contains("NAME") && !word.contains("NNNN") && !word.contains("ledgers") {
                assert!(root().join(word).exists(), "{} names {word}, which does not exist", page.display());
            }
        }
    }
}

#[test]
fn pages_ask_for_operations_that_exist() {
    let (registry, _) = Registry::build(jizuo_server::MODULES).unwrap();
    let known: BTreeSet<&str> = registry.operations().iter().map(|one| one.id.as_str()).collect();
    let mut asked = 0;
    for (path, text) in files(&["crates/console"], &["rs", "html"]) {
        for id in text.split("may(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            asked += 1;
            assert!(known.contains(id), "{path} asks whether somebody may {id}, and there is no such operation");
        }
    }
    assert!(asked > 20, "only {asked} were found");
}
