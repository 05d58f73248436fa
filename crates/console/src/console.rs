//! What all pages of this process share: the platform's clock, keys and places, the router of its API, and its documents.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::Router;
use jizuo_kernel::counties::{self, api::MenuLine};
use jizuo_kernel::registry::Access;
use jizuo_kernel::{App, Text};

use crate::document::{Document, Operation};

/// The state of every handler.
pub(crate) struct Console {
    pub(crate) app: App,
    pub(crate) api: Router,
    documents: HashMap<&'static str, Document>,
    /// Operations that are a step of a process: open or not by the state of the matter.
    steps: BTreeSet<String>,
}

pub(crate) type Shared = Arc<Console>;

impl Console {
    pub(crate) fn new(app: &App, api: Router) -> Shared {
        let mut documents = HashMap::new();
        for module in app.registry.modules() {
            let document = app.registry.document(module.id).and_then(|document| {
                let read = serde_json::to_string(document).and_then(|json| Document::read(&json));
                read.inspect_err(|error| tracing::error!(module = module.id, %error, "a document cannot be read")).ok()
            });
            documents.insert(module.id, document.unwrap_or_default());
        }
        let taken: BTreeSet<&str> = app
            .registry
            .modules()
            .iter()
            .flat_map(|module| module.processes)
            .flat_map(|process| process.steps.iter().map(|step| step.action))
            .collect();
        let steps = app.registry.operations().into_iter().filter(|operation| {
            matches!(operation.access, Access::Permission(permission) if taken.contains(permission))
                || operation.path.ends_with("/local/{step}")
        });
        let steps = steps.map(|operation| operation.id.clone()).collect();
        Arc::new(Console { app: app.clone(), api, documents, steps })
    }

    pub(crate) fn document(&self, module: &str) -> Option<&Document> {
        self.documents.get(module)
    }

    /// Whether it needs no signing in.
    pub(crate) fn is_open(&self, operation: &Operation) -> bool {
        let known = self.app.registry.operation(&operation.method, &operation.template);
        known.is_some_and(|known| known.access == Access::Public)
    }

    /// What somebody who has not signed in may open at a place, as lines of a menu.
    pub(crate) fn open_here(&self, place: &str, lang: jizuo_kernel::Lang) -> Vec<MenuLine> {
        let snapshot = self.app.snapshot();
        let Some(found) = snapshot.places.resolve(place) else { return Vec::new() };
        let now = self.app.clock.now();
        let mut lines = Vec::new();
        for module in self.app.registry.optional() {
            if !counties::state(&snapshot, &found.place, module.id, now).state.is_alive() {
                continue;
            }
            let operations = self.document(module.id).map(Document::operations).unwrap_or_default();
            let open = module.public.iter().filter_map(|id| operations.iter().find(|one| one.id == *id));
            // What is shown by its id is led to by something else.
            lines.extend(open.filter(|one| one.template.matches('{').count() == 1).map(|one| {
                let title = self.heading(one, lang);
                MenuLine {
                    module: module.id.to_owned(),
                    id: one.id.clone(),
                    title: Text::owned(title.clone(), title),
                    operation: one.id.clone(),
                    path: one.template.replace("{place}", &found.place.code),
                }
            }));
        }
        lines
    }

    pub(crate) fn is_step(&self, operation: &Operation) -> bool {
        self.steps.contains(&operation.id)
    }

    /// What an operation is called: its own words, else those of its permission, else of the menu.
    pub(crate) fn heading(&self, operation: &Operation, lang: jizuo_kernel::Lang) -> String {
        let stated = crate::words::heading(operation, lang);
        let menu = || {
            let entries = self.app.registry.modules().iter().flat_map(|module| module.menu);
            entries
                .into_iter()
                .find(|entry| entry.operation == operation.id)
                .map(|entry| entry.title.read(lang).to_owned())
        };
        let permitted = || match self.app.registry.operation(&operation.method, &operation.template)?.access {
            Access::Permission(id) => Some(self.app.registry.permission(id)?.title.read(lang).to_owned()),
            _ => None,
        };
        stated
            .or_else(menu)
            .or_else(permitted)
            .or_else(|| operation.summary.clone())
            .unwrap_or_else(|| operation.id.clone())
    }
}
