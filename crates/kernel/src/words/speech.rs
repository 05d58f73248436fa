//! The words of all modules of a build, laid into one document after the other.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::OpenApi;

use super::{Dictionary, Said, Words, list};
use crate::module::Permission;
use crate::{Module, Text, process};

/// The id of the module whose words hold for all.
const BASE: &str = "base";

/// The words of all modules. The base's document comes first: what it holds is shared by all.
pub(crate) struct Speech {
    words: BTreeMap<&'static str, Words>,
    shared: BTreeSet<String>,
}

impl Speech {
    /// Reads the words of the modules; what is wrong with them goes to the faults.
    pub(crate) fn read(modules: &[&'static Module], faults: &mut Vec<String>) -> Speech {
        let mut words = BTreeMap::new();
        for module in modules {
            match Words::read(module.words) {
                Ok(read) => {
                    words.insert(module.id, read);
                }
                Err(wrong) => faults.extend(wrong.into_iter().map(|fault| of(module, &fault))),
            }
        }
        let shared = process::shared().components.into_iter().flat_map(|components| components.schemas.into_keys());
        Speech { words, shared: shared.collect() }
    }

    /// What a module, or else the base, calls the values under this name of its words.
    pub(crate) fn values(&self, module: &str, name: &str) -> BTreeMap<String, Text> {
        let layers = [module, BASE].into_iter().filter_map(|id| self.words.get(id));
        let mut found = layers.map(|words| {
            let own = words.value.get(name).into_iter().flatten();
            let own = own.map(|(value, said)| (value.clone(), said.clone()));
            own.chain(words.list.get(name).and_then(|id| list::find(id)).into_iter().flatten()).collect()
        });
        let found: BTreeMap<String, Said> = found.find(|found: &BTreeMap<_, _>| !found.is_empty()).unwrap_or_default();
        found.into_iter().map(|(value, said)| (value, Text::from(said))).collect()
    }

    /// Puts the words into a module's document. A line that names nothing there is a fault.
    pub(crate) fn lay(
        &mut self,
        module: &Module,
        permissions: &[&'static Permission],
        document: &mut OpenApi,
        faults: &mut Vec<String>,
    ) {
        let Some(own) = self.words.get(module.id) else { return };
        let base = self.words.get(BASE).filter(|_| module.id != BASE);
        let mut dictionary = Dictionary::new(module, permissions, own, base, &self.shared);
        dictionary.lay(document);
        if module.id == BASE {
            // What every matter shows stands in the documents of modules only, and is the base's to name all the same.
            dictionary.lay(&mut process::shared());
        }
        let dead = dictionary.dead();
        faults.extend(dead.iter().map(|line| of(module, &format!("{line} names nothing in its document"))));
        if module.id == BASE {
            self.shared.extend(document.components.iter().flat_map(|components| components.schemas.keys().cloned()));
        }
    }
}

fn of(module: &Module, fault: &str) -> String {
    format!("the words of {}: {fault}", module.id)
}
