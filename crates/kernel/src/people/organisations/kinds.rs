//! What kinds of organisation there are: `data/organisation_kinds.toml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Text;

/// A kind of organisation, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationKind)]
pub struct Kind {
    #[schema(example = "mediation_committee")]
    pub id: String,
    #[schema(example = "人民调解委员会")]
    pub zh: String,
    #[schema(example = "People's mediation committee")]
    pub en: String,
    /// The document or standard that knows it.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Vec<Kind>,
}

pub(super) const NO_SUCH: Text = Text::new("没有这种类别，请从列表选择", "there is no such kind; choose from the list");

static ALL: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let text = include_str!("../../../../../data/organisation_kinds.toml");
    toml::from_str::<File>(text).expect("the compiled-in kinds are tested").kind
});

pub fn all() -> &'static [Kind] {
    &ALL
}

/// How a document describes a field that names a kind.
pub fn schema() -> utoipa::openapi::Object {
    crate::openapi::one_of("One of the kinds.", all().iter().map(|kind| kind.id.as_str()))
}

pub fn find(id: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_whole_and_the_five_of_a_village_are_there() {
        let ids: BTreeSet<_> = all().iter().map(|kind| kind.id.as_str()).collect();
        assert_eq!(ids.len(), all().len());
        for kind in all() {
            assert!(!kind.zh.is_ascii() && kind.en.is_ascii() && !kind.source.is_empty(), "{}", kind.id);
        }
        assert_eq!(all().iter().filter(|kind| kind.id.starts_with("village_")).count(), 5);
        assert!(find("mediation_committee").is_some() && find("nothing").is_none());
    }
}
