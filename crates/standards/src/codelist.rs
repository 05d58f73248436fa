//! The code lists of the national standards, compiled in, each with its source and how sure it is.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// One code list. Its file is `data/codelists/<id>.csv`; its metadata is in `data/codelists/index.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeList {
    /// Snake case, e.g. `family_relationship`.
    pub id: String,
    pub title: Title,
    /// The edition of the standard, usually a year.
    pub version: String,
    /// The standard's number, e.g. `GB/T 4761-2008`.
    pub standard: String,
    /// Where the entries were taken from.
    pub source: String,
    pub confidence: Confidence,
    /// The day the list was last compared with its source, `YYYY-MM-DD`.
    pub date: String,
    /// In the standard's order.
    pub entries: Vec<Entry>,
}

/// A title for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub zh: String,
    pub en: String,
}

/// How far a list can be relied on in an exchange with another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// To be confirmed before any exchange.
    Check,
    Likely,
    Sure,
}

/// One code of a list. `parent` is the code of its group in the same list. `note` holds what else the standard
/// says: for nationalities their letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub code: String,
    pub zh: String,
    pub en: String,
    pub parent: Option<String>,
    pub note: Option<String>,
}

impl CodeList {
    /// The entry of exactly this code.
    pub fn get(&self, code: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The whole list as CSV with the header `code,zh,en,parent,note`.
    pub fn to_csv(&self) -> String {
        written(&self.entries)
    }

    /// JSON Schema (2020-12) of a string that is one of the codes, each with its names.
    pub fn to_json_schema(&self) -> serde_json::Value {
        let code =
            |entry: &Entry| serde_json::json!({ "const": entry.code, "title": entry.zh, "description": entry.en });
        serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": format!("urn:codelist:{}:{}", self.id, self.version),
            "title": self.title.zh,
            "description": format!("{} ({})", self.title.en, self.standard),
            "type": "string",
            "oneOf": self.entries.iter().map(code).collect::<Vec<_>>(),
        })
    }

    /// A strong HTTP entity tag, quotes included; it changes with any entry or metadata.
    pub fn etag(&self) -> String {
        let CodeList { id, title, version, standard, source, confidence, date, .. } = self;
        let head = format!("{id}|{}|{}|{version}|{standard}|{source}|{confidence:?}|{date}", title.zh, title.en);
        fingerprint(&[&head, &self.to_csv()])
    }
}

/// Every list, in the order of the index.
pub fn all() -> &'static [CodeList] {
    &ALL
}

pub fn find(id: &str) -> Option<&'static CodeList> {
    ALL.iter().find(|list| list.id == id)
}

/// Rows as CSV with their header; for rows whose fields are all plain.
pub(crate) fn written<T: Serialize>(rows: &[T]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).expect("plain fields are written to memory");
    }
    String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("text in, text out")
}

/// The first half of a SHA-256 in quotes, as an entity tag.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    list: Vec<Head>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    title: Title,
    version: String,
    standard: String,
    source: String,
    confidence: Confidence,
    date: String,
}

static ALL: LazyLock<Vec<CodeList>> = LazyLock::new(|| {
    let index: Index = toml::from_str(INDEX).expect("the compiled-in index is tested");
    let list = |head: Head| {
        let (_, text) = FILES.iter().find(|(id, _)| *id == head.id).expect("every list of the index is compiled in");
        let entries = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<Result<_, _>>();
        let entries = entries.expect("the compiled-in lists are tested");
        let Head { id, title, version, standard, source, confidence, date } = head;
        CodeList { id, title, version, standard, source, confidence, date, entries }
    };
    index.list.into_iter().map(list).collect()
});

const INDEX: &str = include_str!("../../../data/codelists/index.toml");

/// `(id, text)` of each list's file, because a program cannot list a folder it was compiled from.
macro_rules! files {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../data/codelists/", $id, ".csv")))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "province",
    "township_kind",
    "village_kind",
    "urban_rural_class",
    "sex",
    "marital_status",
    "health",
    "employment",
    "political_status",
    "education",
    "family_relationship",
    "nationality",
    "document_type",
    "organisation_kind",
    "dispute_type",
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn codes(id: &str) -> Vec<&'static str> {
        find(id).unwrap().entries.iter().map(|entry| entry.code.as_str()).collect()
    }

    #[test]
    fn every_list_is_whole() {
        assert_eq!(all().len(), FILES.len(), "every file is in the index");
        assert_eq!(all().iter().map(|list| &list.id).collect::<HashSet<_>>().len(), all().len());
        for list in all() {
            let known: HashSet<_> = list.entries.iter().map(|entry| &entry.code).collect();
            assert_eq!(known.len(), list.entries.len(), "{}: codes are unique", list.id);
            assert!(!list.entries.is_empty() && list.date.parse::<chrono::NaiveDate>().is_ok(), "{}", list.id);
            for text in [&list.title.zh, &list.title.en, &list.version, &list.standard, &list.source] {
                assert!(!text.is_empty(), "{}", list.id);
            }
            for entry in &list.entries {
                assert!(!entry.zh.is_empty() && !entry.en.is_empty(), "{} {}", list.id, entry.code);
                assert!(entry.en.is_ascii() && !entry.zh.is_ascii(), "{} {}", list.id, entry.code);
                if let Some(parent) = &entry.parent {
                    assert!(known.contains(parent) && *parent != entry.code, "{} {}", list.id, entry.code);
                }
            }
        }
    }

    #[test]
    fn the_standards_own_numbers() {
        let sizes = [
            ("province", 34),
            ("township_kind", 4),
            ("village_kind", 4),
            ("urban_rural_class", 7),
            ("sex", 4),
            ("marital_status", 8),
            ("health", 4),
            ("employment", 13),
            ("political_status", 13),
            ("education", 40),
            ("family_relationship", 84),
            ("nationality", 58),
            ("organisation_kind", 35),
            ("dispute_type", 18),
        ];
        for (id, size) in sizes {
            assert_eq!(find(id).unwrap().entries.len(), size, "{id}");
        }
        assert!(codes("education").iter().all(|code| !["72", "82"].contains(code)));
        assert!(["73", "83", "28", "90"].iter().all(|code| codes("education").contains(code)));
        assert_eq!(codes("sex"), ["0", "1", "2", "9"]);
    }

    #[test]
    fn there_are_56_nationalities_with_letters_of_their_own() {
        let list = find("nationality").unwrap();
        let numbered: Vec<_> = list.entries.iter().filter(|entry| entry.code.as_str() <= "56").collect();
        let letters: HashSet<_> = numbered.iter().map(|entry| entry.note.as_deref().unwrap()).collect();
        assert_eq!((numbered.len(), letters.len()), (56, 56));
        assert!(letters.iter().all(|two| two.len() == 2 && two.bytes().all(|b| b.is_ascii_uppercase())));
        assert!((1..=56).all(|n| list.get(&format!("{n:02}")).is_some_and(|entry| entry.zh.ends_with('族'))));
        // The 25 peoples long settled in Yunnan (DOMAIN §8), a check across two sources.
        let yunnan = [
            ("07", "彝"),
            ("14", "白"),
            ("16", "哈尼"),
            ("20", "傈僳"),
            ("21", "佤"),
            ("46", "德昂"),
            ("51", "独龙"),
            ("56", "基诺"),
        ];
        for (code, zh) in yunnan {
            assert_eq!(list.get(code).unwrap().zh, format!("{zh}族"));
        }
    }

    #[test]
    fn groups_and_look_ups() {
        let family = find("family_relationship").unwrap();
        assert_eq!(family.get("74").unwrap().parent.as_deref(), Some("70"));
        assert_eq!(family.get("90").unwrap().parent.as_deref(), Some("80"), "姑母 is one of 80 其他, not a group");
        assert_eq!(family.get("02").unwrap().zh, "户主");
        assert_eq!(family.get("2"), None);
        assert_eq!(find("organisation_kind").unwrap().get("N2").unwrap().parent.as_deref(), Some("N"));
        assert_eq!(find("no_such_list"), None);
        assert_eq!(find("document_type").unwrap().confidence, Confidence::Check);
    }

    #[test]
    fn csv_gives_the_same_list_again_and_the_tag_follows_it() {
        for list in all() {
            let read: Vec<Entry> =
                csv::Reader::from_reader(list.to_csv().as_bytes()).into_deserialize().map(Result::unwrap).collect();
            assert_eq!(read, list.entries);
            let mut other = list.clone();
            assert_eq!(other.etag(), list.etag());
            other.entries[0].en.push('!');
            assert_ne!(other.etag(), list.etag());
            assert!(list.etag().starts_with('"') && list.etag().len() == 34);
        }
    }

    #[test]
    fn the_schema_lists_every_code() {
        let schema = find("sex").unwrap().to_json_schema();
        assert_eq!(schema["oneOf"][1]["const"], "1");
        assert_eq!(schema["oneOf"][1]["title"], "男");
        assert_eq!(schema["oneOf"].as_array().unwrap().len(), 4);
        assert_eq!(schema["type"], "string");
    }
}
