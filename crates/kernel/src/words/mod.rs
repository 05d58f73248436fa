//! What people see of a document, in both languages: the words of properties, values, parameters and operations, from the
//! `words.toml` of the base and of each module.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::module::Permission;
use crate::{Module, Text};

mod laying;
mod list;
mod speech;

pub(crate) use speech::Speech;

/// One thing in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    zh: String,
    en: String,
}

/// The same with a hint, where a name alone does not say how to fill something in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    zh: String,
    en: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint_zh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint_en: Option<String>,
}

/// A `words.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    /// Names that mean the same everywhere in the module.
    property: BTreeMap<String, Word>,
    /// Where a schema says it otherwise: by the schema's name as it stands in the document.
    schema: BTreeMap<String, BTreeMap<String, Word>>,
    /// Words for values: by the name of the property, of the list of values, by `Schema.property`, or by
    /// `operation.parameter`.
    value: BTreeMap<String, BTreeMap<String, Said>>,
    /// Properties whose values are the codes of a published list.
    list: BTreeMap<String, String>,
    /// By the name of the parameter, or by `operation.parameter`.
    parameter: BTreeMap<String, Word>,
    operation: BTreeMap<String, Said>,
}

impl Words {
    /// Reads a file; every fault is told.
    fn read(text: &str) -> Result<Words, Vec<String>> {
        let words: Words = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        let mut faults = Vec::new();
        let mut check = |line: String, zh: &str, en: &str| {
            if zh.trim().is_empty() || en.trim().is_empty() {
                faults.push(format!("{line} wants both languages"));
            }
        };
        let named = words.property.iter().map(|(name, word)| (format!("property.{name}"), word));
        let in_schemas = words
            .schema
            .iter()
            .flat_map(|(schema, own)| own.iter().map(move |(name, word)| (in_schema(schema, name), word)));
        let parameters = words.parameter.iter().map(|(name, word)| (format!("parameter.{name}"), word));
        for (line, word) in named.chain(in_schemas).chain(parameters) {
            check(line.clone(), &word.zh, &word.en);
            if word.hint_zh.is_some() || word.hint_en.is_some() {
                let hint = |hint: &Option<String>| hint.clone().unwrap_or_default();
                check(format!("the hint of {line}"), &hint(&word.hint_zh), &hint(&word.hint_en));
            }
        }
        for (table, said) in &words.value {
            for (value, said) in said {
                check(value_of(table, value), &said.zh, &said.en);
            }
        }
        for (id, said) in &words.operation {
            check(format!("operation.{id}"), &said.zh, &said.en);
        }
        for (name, list) in &words.list {
            if list::find(list).is_none() {
                faults.push(format!("list.{name} names the list {list}, which is not published"));
            }
        }
        if faults.is_empty() { Ok(words) } else { Err(faults) }
    }

    /// Every line of the file, as faults name it.
    fn lines(&self) -> impl Iterator<Item = String> {
        let plain = [
            ("property", self.property.keys().collect::<Vec<_>>()),
            ("list", self.list.keys().collect()),
            ("parameter", self.parameter.keys().collect()),
            ("operation", self.operation.keys().collect()),
        ];
        let plain =
            plain.into_iter().flat_map(|(table, keys)| keys.into_iter().map(move |key| format!("{table}.{key}")));
        let schemas =
            self.schema.iter().flat_map(|(schema, own)| own.keys().map(move |property| in_schema(schema, property)));
        let values = self.value.iter().flat_map(|(table, said)| said.keys().map(move |value| value_of(table, value)));
        plain.chain(schemas).chain(values)
    }
}

fn in_schema(schema: &str, property: &str) -> String {
    format!("schema.\"{schema}\".{property}")
}

fn value_of(table: &str, value: &str) -> String {
    format!("value.\"{table}\".\"{value}\"")
}

impl From<&Text> for Said {
    fn from(text: &Text) -> Said {
        Said { zh: text.zh.to_string(), en: text.en.to_string() }
    }
}

impl From<Said> for Text {
    fn from(said: Said) -> Text {
        Text::owned(said.zh, said.en)
    }
}

/// The words that count for one module: its own, then the base's.
struct Dictionary<'a> {
    module: &'a Module,
    permissions: &'a [&'static Permission],
    layers: Vec<&'a Words>,
    /// The lines of each layer that named something.
    used: Vec<BTreeSet<String>>,
    /// Schemas of the kernel that modules share: every module says of them what the base says.
    shared: &'a BTreeSet<String>,
    states: BTreeMap<String, Said>,
    /// The component schemas that are nothing but a list of values.
    lists: BTreeMap<String, Vec<String>>,
}

/// What a property or parameter may hold, as far as its schema tells.
#[derive(Debug, Default)]
struct Holds {
    text: bool,
    /// Name of the component that lists the values.
    list: Option<String>,
    /// The values, where the schema lists them.
    values: Option<Vec<String>>,
}

impl<'a> Dictionary<'a> {
    fn new(
        module: &'a Module,
        permissions: &'a [&'static Permission],
        own: &'a Words,
        base: Option<&'a Words>,
        shared: &'a BTreeSet<String>,
    ) -> Dictionary<'a> {
        let layers: Vec<&Words> = std::iter::once(own).chain(base).collect();
        let mut states = BTreeMap::new();
        for state in module.processes.iter().flat_map(|process| process.states) {
            states.entry(state.id.to_owned()).or_insert_with(|| Said::from(&state.title));
        }
        let used = vec![BTreeSet::new(); layers.len()];
        Dictionary { module, permissions, layers, used, shared, states, lists: BTreeMap::new() }
    }

    /// The lines of the module's own file that named nothing.
    fn dead(&self) -> Vec<String> {
        let (Some(own), Some(used)) = (self.layers.first(), self.used.first()) else { return Vec::new() };
        own.lines().filter(|line| !used.contains(line)).collect()
    }

    /// The first layer that may speak of a schema.
    fn from(&self, schema: Option<&str>) -> usize {
        let shared = schema.is_some_and(|name| self.shared.contains(name));
        if shared { self.layers.len() - 1 } else { 0 }
    }

    fn word(&mut self, schema: Option<&str>, property: &str) -> Option<Word> {
        for layer in self.from(schema)..self.layers.len() {
            let words = self.layers[layer];
            let own = schema.and_then(|name| Some((in_schema(name, property), words.schema.get(name)?.get(property)?)));
            let named = || Some((format!("property.{property}"), words.property.get(property)?));
            if let Some((line, word)) = own.or_else(named) {
                self.used[layer].insert(line);
                return Some(word.clone());
            }
        }
        None
    }

    fn parameter(&mut self, operation: &str, name: &str) -> Option<Word> {
        let of_this = format!("{operation}.{name}");
        for layer in 0..self.layers.len() {
            let words = self.layers[layer];
            let spoken = |key: &str| Some((format!("parameter.{key}"), words.parameter.get(key)?));
            let named = || Some((format!("property.{name}"), words.property.get(name)?));
            if let Some((line, word)) = spoken(&of_this).or_else(|| spoken(name)).or_else(named) {
                self.used[layer].insert(line);
                return Some(word.clone());
            }
        }
        None
    }

    /// The words for values of a property of a schema, or of a parameter of an operation.
    fn values(&mut self, owner: Option<&str>, name: &str, holds: &Holds) -> BTreeMap<String, Said> {
        let mut keys: Vec<String> = owner.iter().map(|owner| format!("{owner}.{name}")).collect();
        keys.extend(holds.list.clone());
        keys.push(name.to_owned());
        let mut found: BTreeMap<String, Said> = BTreeMap::new();
        for layer in self.from(owner)..self.layers.len() {
            let words = self.layers[layer];
            let mut lines = Vec::new();
            for key in &keys {
                // Where any text may stand, the nearest words are the whole of it.
                if holds.values.is_none() && !found.is_empty() {
                    break;
                }
                for (value, said) in words.value.get(key).into_iter().flatten() {
                    if holds.values.as_ref().is_none_or(|values| values.contains(value)) {
                        lines.push(value_of(key, value));
                        found.entry(value.clone()).or_insert_with(|| said.clone());
                    }
                }
                if let Some(entries) = words.list.get(key).and_then(|id| list::find(id)) {
                    lines.push(format!("list.{key}"));
                    for (code, said) in entries.into_iter().filter(|(code, _)| may(holds, code)) {
                        found.entry(code).or_insert(said);
                    }
                }
            }
            self.used[layer].extend(lines);
            // The module's own processes say what the states of its matters are called.
            if layer == 0 && name == "state" && found.is_empty() {
                for (id, said) in self.states.iter().filter(|(id, _)| may(holds, id)) {
                    found.entry(id.clone()).or_insert_with(|| said.clone());
                }
            }
            if holds.values.is_none() && !found.is_empty() {
                break;
            }
        }
        found
    }

    /// What a button or heading says: the module's own words, the menu's, the step's, or the permission's.
    fn heading(&mut self, id: &str, reads: bool, permission: Option<&str>, path: &str) -> Option<Said> {
        for layer in 0..self.layers.len() {
            if let Some(said) = self.layers[layer].operation.get(id) {
                self.used[layer].insert(format!("operation.{id}"));
                return Some(said.clone());
            }
        }
        let module = self.module;
        if let Some(entry) = module.menu.iter().find(|entry| entry.operation == id) {
            return Some(Said::from(&entry.title));
        }
        if path.ends_with("/local/{step}") {
            return Some(Said::from(&Text::new("办理地方增设的环节", "Take a step that the county added")));
        }
        let permission = permission?;
        let mut steps = module.processes.iter().flat_map(|process| process.steps);
        let step = steps.find(|step| !reads && step.action == permission).map(|step| &step.title);
        let title = || self.permissions.iter().find(|one| one.id == permission).map(|one| &one.title);
        step.or_else(title).map(Said::from)
    }
}

fn may(holds: &Holds, value: &str) -> bool {
    holds.values.as_ref().is_none_or(|values| values.iter().any(|one| one == value))
}
