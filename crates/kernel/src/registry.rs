//! What all modules of this build hand over, checked once at the start: routes, documents, permissions, menus, topics,
//! subscriptions, timers and rules are all read from here, so that one switch governs them all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::Router;
use axum::http::Method;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::forms::Form;
use crate::module::{Permission, Statistic, Topic};
use crate::openapi;
use crate::process::Process;
use crate::rules::Registry as Rules;
use crate::{App, Module, forms, statistics, words::Speech};

mod operation;

pub use operation::{Access, LARGEST_BODY, Operation, methods};
use operation::{access, largest_body};

pub struct Registry {
    modules: Vec<&'static Module>,
    operations: HashMap<(Method, String), Operation>,
    permissions: HashMap<&'static str, &'static Permission>,
    topics: BTreeSet<&'static str>,
    documents: BTreeMap<&'static str, OpenApi>,
    pub(crate) labels: statistics::Words,
    pub rules: Rules,
}

/// Everything that is wrong with a set of modules.
#[derive(Debug, thiserror::Error)]
#[error("this build cannot be served:\n- {}", .0.join("\n- "))]
pub struct Unservable(pub Vec<String>);

impl Registry {
    /// Reads and checks the modules; `base` comes first.
    pub fn build(modules: &[&'static Module]) -> Result<(Registry, Router<App>), Unservable> {
        let mut faults = Vec::new();
        let mut ids = BTreeSet::new();
        let mut permissions = HashMap::new();
        let mut topics = BTreeSet::new();
        let mut documents = BTreeMap::new();
        let mut operations = HashMap::new();
        let mut router = Router::new();
        let mut schemas: HashMap<String, (&'static str, Value)> = HashMap::new();
        let mut operation_ids: BTreeSet<String> = BTreeSet::new();
        let mut rules = Rules::default();

        for module in modules {
            if !ids.insert(module.id) {
                faults.push(format!("two modules have the id {}", module.id));
            }
            if !module.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
                faults
                    .push(format!("the module id {} is not of lower case letters, digits and underscores", module.id));
            }
            for permission in module.permissions {
                belongs(&mut faults, module, "permission", permission.id);
                if permissions.insert(permission.id, permission).is_some() {
                    faults.push(format!("the permission {} is listed twice", permission.id));
                }
            }
            for Topic { id, sample, .. } in module.events {
                belongs(&mut faults, module, "topic", id);
                topics.insert(*id);
                if let Err(error) = serde_json::from_str::<Value>(sample) {
                    faults.push(format!("the sample of the topic {id} is no JSON: {error}"));
                }
            }
            if let Err(error) = rules.add(module.id, module.rules) {
                faults.push(format!("the rules of {}: {error}", module.id));
            }
        }
        let mut speech = Speech::read(modules, &mut faults);
        faults.extend(forms::check(modules));
        // Routes that overlap cannot even be mounted, so a clash of ids is told before.
        if !faults.is_empty() {
            return Err(Unservable(faults));
        }
        let labels = statistics::words(modules, &speech, &mut faults);
        let listed: Vec<_> = permissions.values().copied().collect();
        for module in modules {
            check_parts(module, &permissions, &topics, &rules, &mut faults);
            if operations.keys().any(|(_, path): &(Method, String)| is_of_the_base(path, module.id)) {
                faults.push(format!("the module {} has the name of a path of the base", module.id));
                continue;
            }
            let prefix = if module.id == "base" {
                "/api/v1".to_owned()
            } else {
                format!("/api/v1/places/{{place}}/{}", module.id)
            };
            let (routes, mut document) = OpenApiRouter::<App>::new().nest(&prefix, (module.api)()).split_for_parts();
            router = router.merge(routes);
            openapi::complete(module, &listed, &mut document);
            speech.lay(module, &listed, &mut document, &mut faults);
            for (path, item) in &document.paths.paths {
                for (method, operation) in methods(item) {
                    let id = operation.operation_id.clone().unwrap_or_default();
                    if !id.starts_with(&format!("{}_", module.id)) {
                        faults.push(format!(
                            "{method} {path}: the operation id '{id}' does not begin with {}_",
                            module.id
                        ));
                    }
                    if !operation_ids.insert(id.clone()) {
                        faults.push(format!("two operations have the id {id}"));
                    }
                    match access(module, operation, &id, &permissions) {
                        Ok(Access::Permission(permission)) if !path.contains("{place}") => {
                            faults.push(format!(
                                "{method} {path}: {permission} is held at a place, and the path names none"
                            ));
                        }
                        Ok(access) => {
                            let path = path.clone();
                            let largest_body = largest_body(operation);
                            operations.insert(
                                (method.clone(), path.clone()),
                                Operation { id, module: module.id, method, path, access, largest_body },
                            );
                        }
                        Err(fault) => faults.push(format!("{method} {path}: {fault}")),
                    }
                }
            }
            for (name, schema) in document.components.iter().flat_map(|c| &c.schemas) {
                let shape = serde_json::to_value(schema).unwrap_or_default();
                match schemas.get(name) {
                    Some((other, known)) if *known != shape => faults.push(format!(
                        "the schema {name} has one shape in {other} and another in {}; name it `{}.{name}`",
                        module.id, module.id
                    )),
                    _ => {
                        schemas.insert(name.clone(), (module.id, shape));
                    }
                }
            }
            documents.insert(module.id, document);
        }
        for module in modules {
            for entry in module.menu {
                if !operation_ids.contains(entry.operation) {
                    faults.push(format!("the menu entry {} leads to no operation", entry.id));
                }
            }
            for id in module.public {
                if !operation_ids.contains(*id) {
                    faults.push(format!("{} lists the public operation {id}, which does not exist", module.id));
                }
            }
        }
        if !faults.is_empty() {
            return Err(Unservable(faults));
        }
        let modules = modules.to_vec();
        Ok((Registry { modules, operations, permissions, topics, documents, labels, rules }, router))
    }

    pub fn modules(&self) -> &[&'static Module] {
        &self.modules
    }

    /// The modules that a county may or may not have: all but the base.
    pub fn optional(&self) -> impl Iterator<Item = &'static Module> {
        self.modules.iter().copied().filter(|module| module.id != "base")
    }

    pub fn module(&self, id: &str) -> Option<&'static Module> {
        self.modules.iter().copied().find(|module| module.id == id)
    }

    pub fn operation(&self, method: &Method, path: &str) -> Option<&Operation> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.operations.get(&(method.clone(), path.to_owned()))
    }

    /// The methods that the document knows at a path.
    pub fn methods_of(&self, path: &str) -> Vec<&'static str> {
        [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH]
            .into_iter()
            .filter(|method| self.operations.contains_key(&(method.clone(), path.to_owned())))
            .flat_map(|method| match method {
                Method::GET => vec!["GET", "HEAD"],
                Method::PUT => vec!["PUT"],
                Method::POST => vec!["POST"],
                Method::DELETE => vec!["DELETE"],
                _ => vec!["PATCH"],
            })
            .collect()
    }

    /// Every operation, in a stable order.
    pub fn operations(&self) -> Vec<&Operation> {
        let mut all: Vec<&Operation> = self.operations.values().collect();
        all.sort_by(|a, b| (a.module, &a.path, a.method.as_str()).cmp(&(b.module, &b.path, b.method.as_str())));
        all
    }

    /// The template of the path at which matters of a kind are shown: that of the operation `<module>_<noun>_show`.
    pub fn shown_at(&self, kind: &str) -> Option<&str> {
        let (module, noun) = kind.split_once('.')?;
        let found = self.operations.values().find(|operation| {
            let own = operation.id.strip_prefix(module).and_then(|rest| rest.strip_prefix('_'));
            own.and_then(|rest| rest.strip_suffix("_show")).is_some_and(|rest| rest == noun)
        });
        found.map(|operation| operation.path.as_str())
    }

    pub fn permission(&self, id: &str) -> Option<&'static Permission> {
        self.permissions.get(id).copied()
    }

    pub fn has_topic(&self, id: &str) -> bool {
        self.topics.contains(id)
    }

    pub fn process(&self, id: &str) -> Option<&'static Process> {
        self.modules.iter().flat_map(|m| m.processes).copied().find(|process| process.id == id)
    }

    pub fn form(&self, id: &str) -> Option<&'static Form> {
        self.modules.iter().flat_map(|m| m.forms).copied().find(|form| form.id == id)
    }

    pub fn statistic(&self, module: &str, id: &str) -> Option<&'static Statistic> {
        self.module(module)?.statistics.iter().find(|statistic| statistic.id == id)
    }

    /// The document of one module.
    pub fn document(&self, module: &str) -> Option<&OpenApi> {
        self.documents.get(module)
    }

    /// The union of the documents of the base and of these modules.
    pub fn union(&self, modules: &[&str]) -> OpenApi {
        let mut union = openapi::empty();
        for module in &self.modules {
            if module.id == "base" || modules.contains(&module.id) {
                union.merge(self.documents[module.id].clone());
            }
        }
        union
    }

    /// Titles of the roles that carry a permission, for a refusal that says who could do it.
    pub fn holders(&self, permission: &str) -> crate::Text {
        let roles = self.modules.iter().flat_map(|m| m.roles);
        let roles = roles.filter(|role| role.permissions.contains(&permission));
        let roles: Vec<_> = roles.map(|role| (&role.title, role.id)).collect();
        if roles.is_empty() {
            return crate::say!("获得“{permission}”权限的人员", "anyone who is granted {permission}");
        }
        let list = |f: fn(&crate::Text) -> &str| {
            roles.iter().map(|(title, id)| format!("{} ({id})", f(title))).collect::<Vec<_>>().join("、")
        };
        crate::Text::owned(list(|t| &t.zh), list(|t| &t.en))
    }
}

/// Whether a path is `/api/v1/places/{place}/<id>` or below it.
fn is_of_the_base(path: &str, id: &str) -> bool {
    path.strip_prefix("/api/v1/places/{place}/").is_some_and(|rest| rest.split('/').next() == Some(id))
}

fn belongs(faults: &mut Vec<String>, module: &Module, what: &str, id: &str) {
    if !id.starts_with(&format!("{}.", module.id)) {
        faults.push(format!("the {what} {id} of {} does not begin with '{}.'", module.id, module.id));
    }
}

fn check_parts(
    module: &Module,
    permissions: &HashMap<&'static str, &'static Permission>,
    topics: &BTreeSet<&'static str>,
    rules: &Rules,
    faults: &mut Vec<String>,
) {
    for role in module.roles {
        belongs(faults, module, "role", role.id);
        for permission in role.permissions {
            if !permissions.contains_key(permission) {
                faults.push(format!("the role {} carries the unknown permission {permission}", role.id));
            }
        }
    }
    for subscription in module.subscriptions {
        belongs(faults, module, "subscription", subscription.id);
        if !topics.contains(subscription.topic) {
            faults.push(format!("{} listens to {}, which nobody tells", subscription.id, subscription.topic));
        }
    }
    for timer in module.timers {
        belongs(faults, module, "timer", timer.id);
    }
    for statistic in module.statistics {
        belongs(faults, module, "statistic", statistic.id);
    }
    for process in module.processes {
        belongs(faults, module, "process", process.id);
        for fault in process.faults() {
            faults.push(format!("the process {}: {fault}", process.id));
        }
        for step in process.steps {
            if !permissions.contains_key(step.action) {
                faults.push(format!("the step {} is no listed permission", step.action));
            }
            if let Some(rule) = step.deadline
                && !rules.is_period(rule)
            {
                faults.push(format!("the step {} has the deadline rule {rule}, which is no known period", step.action));
            }
        }
    }
    for permission in module.permissions.iter().map(|p| p.id) {
        if !module.roles.iter().any(|role| role.permissions.contains(&permission)) {
            faults.push(format!("no role of {} carries the permission {permission}", module.id));
        }
    }
}
