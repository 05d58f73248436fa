//! What the twenty national negative items are called, why nobody in a village certifies them, and the next door of each.
//! Which of them are blocked is the rule `CERT.NEG`; this only describes.

use std::sync::LazyLock;

use jizuo_kernel::Text;
use serde::Deserialize;

use super::words;

/// A national negative item, described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Negative {
    pub(crate) id: String,
    /// In the annex of 民发〔2020〕20号.
    pub(crate) number: u32,
    pub(crate) name: Text,
    pub(crate) aliases: Vec<String>,
    pub(crate) reason: Text,
    /// Who or what instead.
    pub(crate) instead: Text,
    /// Name and aliases in normal form.
    #[serde(skip)]
    pub(crate) keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader of the file; a test looks at it"))]
    names_confidence: String,
    instead_confidence: String,
    item: Vec<Negative>,
}

struct National {
    confidence: String,
    items: Vec<Negative>,
}

static NATIONAL: LazyLock<National> = LazyLock::new(|| {
    let text = include_str!("../../../../data/certificates/negative-2020.toml");
    let file: File = toml::from_str(text).expect("the compiled-in list is tested");
    let items = file.item.into_iter().map(|item| Negative { keys: keys(&item.name, &item.aliases), ..item }).collect();
    National { confidence: file.instead_confidence, items }
});

/// Name and aliases as they are compared.
pub(crate) fn keys(name: &Text, aliases: &[String]) -> Vec<String> {
    let mut keys: Vec<String> = [&*name.zh, &*name.en]
        .into_iter()
        .chain(aliases.iter().map(String::as_str))
        .map(words::plain)
        .filter(|key| !key.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub(crate) fn describe(id: &str) -> Option<&'static Negative> {
    NATIONAL.items.iter().find(|item| item.id == id)
}

/// How well the next doors of the national list are confirmed.
pub(crate) fn confidence() -> &'static str {
    &NATIONAL.confidence
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jizuo_kernel::rules::Registry;

    use super::*;

    #[test]
    fn the_file_describes_exactly_what_the_national_rule_blocks() {
        let mut rules = Registry::default();
        rules.add("base", jizuo_kernel::MODULE.rules).unwrap();
        let rule = rules.on("CERT.NEG", "2026-03-02".parse().unwrap()).unwrap();
        let blocked: Vec<&str> = rule.value.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        let described: Vec<&str> = NATIONAL.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(described, blocked);
        assert_eq!(described.len(), 20);
        let numbers: Vec<u32> = NATIONAL.items.iter().map(|item| item.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn every_item_has_everyday_words_a_reason_and_a_next_door() {
        let text = include_str!("../../../../data/certificates/negative-2020.toml");
        let file: File = toml::from_str(text).unwrap();
        assert_eq!((file.names_confidence.as_str(), file.instead_confidence.as_str()), ("sure", "likely"));
        for item in &NATIONAL.items {
            let chinese = item.aliases.iter().filter(|alias| !alias.is_ascii()).count();
            assert!(chinese >= 5, "{}: {chinese} Chinese aliases", item.id);
            assert!(item.aliases.iter().any(|alias| alias.is_ascii()), "{}: no English alias", item.id);
            for text in [&item.reason, &item.instead, &item.name] {
                assert!(!text.zh.is_empty() && !text.en.is_empty(), "{}", item.id);
            }
        }
    }

    #[test]
    fn no_everyday_words_mean_two_items() {
        let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for item in &NATIONAL.items {
            for key in &item.keys {
                assert!(key.chars().count() >= 2, "{}: '{key}' is too short to say anything", item.id);
                owners.entry(key).or_default().insert(&item.id);
            }
        }
        for (key, ids) in owners {
            assert_eq!(ids.len(), 1, "'{key}' means {ids:?}");
        }
    }
}
