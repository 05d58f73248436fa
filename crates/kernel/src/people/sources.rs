//! Where values come from, and how much each source counts for an element: `data/sources.toml`.

use std::sync::LazyLock;

use jizuo_standards::element::Element;
use serde::Deserialize;

use crate::Text;
use crate::error::{FieldError, Result};

/// What a source counts for an element that it answers for.
pub const AUTHORITATIVE: i32 = 90;

/// Came along from another county, with the rank it had there.
pub const TRANSFER: &str = "transfer";

/// Somebody or something that values come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `public_security`
    pub id: String,
    zh: String,
    en: String,
    /// More is better.
    rank: i32,
    /// Authorities as the elements name them.
    authority_of: Vec<String>,
    /// Why it counts so.
    pub note: String,
}

impl Source {
    pub fn title(&self) -> Text {
        Text::owned(self.zh.clone(), self.en.clone())
    }

    /// How much the source counts for an element.
    pub fn rank(&self, element: &Element) -> i32 {
        let answers = |authority: &str| self.authority_of.iter().any(|own| own.eq_ignore_ascii_case(authority.trim()));
        if element.authority.split(';').any(answers) { AUTHORITATIVE } else { self.rank }
    }
}

#[derive(Deserialize)]
struct File {
    source: Vec<Source>,
}

static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/sources.toml");
    toml::from_str::<File>(text).expect("the compiled-in sources are tested").source
});

pub fn all() -> &'static [Source] {
    &ALL
}

pub fn find(id: &str) -> Option<&'static Source> {
    ALL.iter().find(|source| source.id == id)
}

/// What somebody says of themselves.
pub fn the_person() -> Result<&'static Source> {
    find("the_person").ok_or_else(|| crate::error::internal("the source the_person is gone"))
}

/// Those that a caller may name: all but what comes along from another county.
pub fn nameable() -> impl Iterator<Item = &'static Source> {
    ALL.iter().filter(|source| source.id != TRANSFER)
}

/// How a document describes a field that names a source.
pub fn schema() -> utoipa::openapi::Object {
    crate::openapi::one_of("Where this comes from: an id of the sources.", nameable().map(|source| source.id.as_str()))
}

/// The source that a caller names in a field.
pub fn named(field: &str, id: &str) -> Result<&'static Source, Box<FieldError>> {
    nameable().find(|source| source.id == id).ok_or_else(|| {
        let zh = nameable().map(|source| format!("{}（{}）", source.id, source.zh)).collect::<Vec<_>>().join("、");
        let en = nameable().map(|source| source.id.as_str()).collect::<Vec<_>>().join(", ");
        let why = crate::say!("来源须为：{zh}", "the source is one of {en}");
        Box::new(FieldError::new(field, "base.source.unknown", why))
    })
}

/// What a source is called, also one that a later build no longer knows.
pub fn title(id: &str) -> Text {
    find(id).map_or_else(|| Text::owned(id, id), Source::title)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use std::collections::BTreeSet;

    use jizuo_standards::element;

    use super::*;

    fn rank(source: &str, element: &str) -> i32 {
        find(source).unwrap().rank(element::find(element).unwrap())
    }

    #[test]
    fn whoever_answers_for_an_element_counts_most() {
        let cases = [
            ("public_security", "person.name", 90),
            ("public_security", "person.health", 60),
            ("civil_affairs", "person.marital_status", 90),
            ("civil_affairs", "person.deceased", 90),
            ("health", "person.deceased", 90),
            ("the_person", "person.phone", 90),
            ("the_person", "person.bank_card", 90),
            ("the_person", "person.name", 50),
            ("the_person", "organisation.phone", 90),
            ("village_visit", "person.residence", 90),
            ("village_visit", "person.phone", 45),
            ("document_seen", "person.name", 70),
            ("county_old_system", "person.name", 40),
            ("village_import", "person.name", 35),
        ];
        for (source, element, expected) in cases {
            assert_eq!(rank(source, element), expected, "{source} {element}");
        }
    }

    #[test]
    fn every_source_is_whole_and_every_authority_named_is_one_of_the_catalogue() {
        let ids: BTreeSet<_> = all().iter().map(|source| &source.id).collect();
        assert_eq!(ids.len(), all().len());
        let known: BTreeSet<_> =
            element::all().iter().flat_map(|e| e.authority.split(';')).map(|a| a.trim().to_lowercase()).collect();
        for source in all() {
            assert!(!source.zh.is_ascii() && source.en.is_ascii() && !source.note.is_empty(), "{}", source.id);
            assert!((1..AUTHORITATIVE).contains(&source.rank), "{}", source.id);
            for authority in &source.authority_of {
                assert!(known.contains(&authority.to_lowercase()), "{}: {authority}", source.id);
            }
        }
        // Every element of persons, households and organisations has somebody who answers for it.
        for element in element::all() {
            if ["person.", "household.", "organisation."].iter().any(|noun| element.id.starts_with(noun)) {
                assert!(all().iter().any(|source| source.rank(element) == AUTHORITATIVE), "{}", element.id);
            }
        }
    }
}
