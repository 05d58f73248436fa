//! A county's module set as code: export, plan, apply. The same file applied twice changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sets::{State, state};
use super::switch::{Switch, put_settings, switch};
use crate::error::invalid;
use crate::{Ctx, Result, Tx, process, rules, say};

/// The file: every module's state here, and the rules and process overlays that this county laid itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct County {
    /// Division code.
    pub place: String,
    /// Why the next apply changes what it changes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(default)]
    pub modules: BTreeMap<String, ModuleEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub processes: BTreeMap<String, process::Overlay>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleEntry {
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
}

/// One difference between the file and the platform.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Module { id: String, from: State, to: State },
    Settings { id: String, to: Value },
    Rule { id: String, from: Option<Value>, to: Option<Value> },
    Process { id: String, to: Option<process::Overlay> },
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::Module { id, from, to } => write!(f, "module {id}: {} -> {}", from.as_str(), to.as_str()),
            Change::Settings { id, to } => write!(f, "settings of {id}: {to}"),
            Change::Rule { id, from, to } => {
                let show = |v: &Option<Value>| v.as_ref().map_or("inherited".to_owned(), Value::to_string);
                write!(f, "rule {id}: {} -> {}", show(from), show(to))
            }
            Change::Process { id, to } => {
                write!(
                    f,
                    "process {id}: {}",
                    if to.is_some() { "local overlay changes" } else { "back to the baseline" }
                )
            }
        }
    }
}

impl County {
    /// What a file says; the fault names the line.
    pub fn read(text: &str) -> Result<County> {
        toml::from_str(text).map_err(|error| {
            let why = error.to_string();
            invalid("text", "base.county.text", say!("读不懂这份文件：{why}", "this file is not understood: {why}"))
        })
    }

    /// The file, as people keep it.
    pub fn write(&self) -> Result<String> {
        toml::to_string_pretty(self).map_err(crate::error::internal)
    }
}

/// How this county stands.
pub fn export(ctx: &Ctx) -> Result<County> {
    let place = ctx.place()?;
    let snapshot = &ctx.snapshot;
    let modules = ctx
        .app
        .registry
        .optional()
        .map(|module| {
            let entry = ModuleEntry {
                state: state(snapshot, place, module.id, ctx.now).state,
                settings: snapshot.sets.setting(place.id, module.id).map(|s| s.value.clone()),
            };
            (module.id.to_owned(), entry)
        })
        .collect();
    Ok(County {
        place: place.code.clone(),
        reason: String::new(),
        modules,
        rules: snapshot.rules.of(place.id).map(|o| (o.rule.clone(), o.value.clone())).collect(),
        processes: snapshot.processes.of(place.id).map(|(id, o)| (id.to_owned(), o.clone())).collect(),
    })
}

/// What applying the file would change. Rules and overlays that the file does not name go back to what is inherited.
pub fn plan(ctx: &Ctx, wish: &County) -> Result<Vec<Change>> {
    let place = ctx.place()?;
    if ctx.snapshot.places.resolve(&wish.place).is_none_or(|found| found.place.id != place.id) {
        let (code, name) = (&wish.place, &place.name);
        return Err(invalid(
            "place",
            "base.county.place",
            say!("文件属于 {code}，不是{name}", "the file is for {code}, not for {name}"),
        ));
    }
    let present = export(ctx)?;
    let mut changes = Vec::new();
    for (id, entry) in &wish.modules {
        let Some(now) = present.modules.get(id) else {
            return Err(invalid(
                format!("modules.{id}"),
                "base.county.module",
                say!("没有模块“{id}”", "there is no module {id}"),
            ));
        };
        if now.state != entry.state {
            changes.push(Change::Module { id: id.clone(), from: now.state, to: entry.state });
        }
        if let Some(to) = entry.settings.as_ref().filter(|to| now.settings.as_ref() != Some(to)) {
            changes.push(Change::Settings { id: id.clone(), to: to.clone() });
        }
    }
    let rule_ids = present.rules.keys().chain(wish.rules.keys()).collect::<std::collections::BTreeSet<_>>();
    for id in rule_ids {
        let (from, to) = (present.rules.get(id).cloned(), wish.rules.get(id).cloned());
        if from != to {
            changes.push(Change::Rule { id: id.clone(), from, to });
        }
    }
    let process_ids = present.processes.keys().chain(wish.processes.keys()).collect::<std::collections::BTreeSet<_>>();
    for id in process_ids {
        let to = wish.processes.get(id).cloned();
        if present.processes.get(id) != to.as_ref() {
            changes.push(Change::Process { id: id.clone(), to });
        }
    }
    Ok(changes)
}

/// Makes the changes; every refusal of a switch, a rule or a process refuses the whole.
pub async fn apply(tx: &mut Tx, changes: &[Change], reason: &str) -> Result<()> {
    for change in changes {
        match change {
            Change::Module { id, to, .. } => {
                let module = tx.app.registry.module(id).ok_or(crate::Error::NotFound("module"))?;
                let wish = Switch {
                    state: Some(*to),
                    locked: false,
                    reason: reason.to_owned(),
                    effective_at: None,
                    leave_open_matters: false,
                };
                switch(tx, module, wish).await?;
            }
            Change::Settings { id, to } => {
                let module = tx.app.registry.module(id).ok_or(crate::Error::NotFound("module"))?;
                let place = tx.place()?.id;
                let seen = tx.snapshot.sets.setting(place, id).map_or(0, |s| s.version);
                tx.seen_version(seen);
                put_settings(tx, module, to.clone()).await?;
            }
            Change::Rule { id, to: Some(value), .. } => {
                rules::lay(tx, id, value.clone(), reason, None).await?;
            }
            Change::Rule { id, to: None, .. } => rules::lift(tx, id).await?,
            Change::Process { id, to } => process::lay(tx, id, to.clone(), reason).await?,
        }
    }
    tx.note("changes", changes.iter().map(ToString::to_string).collect::<Vec<_>>());
    Ok(())
}
