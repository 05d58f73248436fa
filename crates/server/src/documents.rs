//! The OpenAPI documents of this build as files: one per module, and what a county with every module gets.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jizuo_kernel::registry::{Registry, Unservable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::MODULES;

/// Name of the document of a county that has every module.
pub const COUNTY_ALL: &str = "county-all";

/// The registry of this build, without a database.
pub fn registry() -> Result<Registry, Unservable> {
    Registry::build(MODULES).map(|(registry, _)| registry)
}

/// Every document by its name without the ending: `base`, `grid`, …, `county-all`.
pub fn all(registry: &Registry) -> BTreeMap<String, OpenApi> {
    let mut found: BTreeMap<String, OpenApi> = registry
        .modules()
        .iter()
        .filter_map(|module| registry.document(module.id).map(|document| (module.id.to_owned(), document.clone())))
        .collect();
    found.insert(COUNTY_ALL.to_owned(), county_all(registry));
    found
}

/// What a county with every module gets.
pub fn county_all(registry: &Registry) -> OpenApi {
    let every: Vec<&str> = registry.optional().map(|module| module.id).collect();
    registry.union(&every)
}

/// A document as it stands in `openapi/*.json`: pretty, and with a line end at the end.
pub fn text(document: &OpenApi) -> Result<String, serde_json::Error> {
    let mut whole: Part = serde_json::from_str(&serde_json::to_string(document)?)?;
    whole.settle();
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}

/// A part of a document in the order in which it was written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Part {
    Object(IndexMap<String, Part>),
    List(Vec<Part>),
    Plain(Value),
}

impl Part {
    /// The extensions of an object come in any order; in a file they stand at its end, by name.
    fn settle(&mut self) {
        match self {
            Part::Object(parts) => {
                let mut extensions: Vec<_> = parts.extract_if(.., |name, _| name.starts_with("x-")).collect();
                extensions.sort_by(|(a, _), (b, _)| a.cmp(b));
                parts.extend(extensions);
                parts.values_mut().for_each(Part::settle);
            }
            Part::List(parts) => parts.iter_mut().for_each(Part::settle),
            Part::Plain(_) => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn every_module_has_a_document_and_so_has_the_county() {
        let registry = registry().unwrap();
        let all = all(&registry);
        assert_eq!(all.len(), MODULES.len() + 1);
        assert!(all.contains_key("base"));
        assert!(text(&all[COUNTY_ALL]).unwrap().ends_with("}\n"));
    }
}
