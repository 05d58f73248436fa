//! The module sets in memory, and the one question the gate asks them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

use super::entity::{setting, switch};
use crate::error::refuse;
use crate::places::Place;
use crate::snapshot::Snapshot;
use crate::{Reference, Result, Scope, Text};

/// `off → on → draining → off`. Draining refuses new matters and lets open ones finish; off keeps every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ModuleState)]
pub enum State {
    Off,
    On,
    Draining,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Off => "off",
            State::On => "on",
            State::Draining => "draining",
        }
    }

    fn parse(text: &str) -> Option<State> {
        [State::Off, State::On, State::Draining].into_iter().find(|state| state.as_str() == text)
    }

    /// On or draining: the module's operations answer and its subscribers run.
    pub fn is_alive(self) -> bool {
        self != State::Off
    }
}

/// Every switch, by place and module, oldest first; and the settings.
#[derive(Debug, Default)]
pub struct Sets {
    switches: HashMap<(i32, String), Vec<switch::Model>>,
    settings: HashMap<(i32, String), Setting>,
}

/// What a place has set for a module.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub value: Value,
    pub version: i32,
    pub actor: String,
    pub at: DateTime<Utc>,
}

pub async fn load(db: &impl ConnectionTrait) -> Result<Sets> {
    let mut sets = Sets::default();
    for row in
        switch::Entity::all().order_by_asc(switch::Column::EffectiveAt).order_by_asc(switch::Column::Id).all(db).await?
    {
        sets.switches.entry((row.place, row.module.clone())).or_default().push(row);
    }
    for row in setting::Entity::all().all(db).await? {
        let setting = Setting { value: row.value, version: row.version, actor: row.actor, at: row.at };
        sets.settings.insert((row.place, row.module), setting);
    }
    Ok(sets)
}

impl Sets {
    /// The decisions of one place about one module, oldest first.
    pub fn history(&self, place: i32, module: &str) -> &[switch::Model] {
        self.switches.get(&(place, module.to_owned())).map_or(&[], Vec::as_slice)
    }

    fn decided(&self, place: i32, module: &str, now: DateTime<Utc>) -> Option<&switch::Model> {
        self.history(place, module)
            .iter()
            .rev()
            .find(|row| row.effective_at <= now)
            .filter(|row| row.state != "inherit")
    }

    pub fn setting(&self, place: i32, module: &str) -> Option<&Setting> {
        self.settings.get(&(place, module.to_owned()))
    }

    /// Every place's settings for every module: place, module and what is set.
    pub fn all_settings(&self) -> impl Iterator<Item = (i32, &str, &Setting)> {
        self.settings.iter().map(|((place, module), setting)| (*place, module.as_str(), setting))
    }
}

/// The state in force, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub state: State,
    pub by: Option<switch::Model>,
}

/// The nearest decision upward counts; a locked one above beats everything below it.
pub fn state(snapshot: &Snapshot, place: &Place, module: &str, now: DateTime<Utc>) -> InForce {
    state_if(snapshot, place, module, now, None)
}

/// The same, if this decision were the newest at its place.
pub(super) fn state_if(
    snapshot: &Snapshot,
    place: &Place,
    module: &str,
    now: DateTime<Utc>,
    wish: Option<&switch::Model>,
) -> InForce {
    if module == "base" {
        return InForce { state: State::On, by: None };
    }
    let mut found: Option<&switch::Model> = None;
    for node in snapshot.places.lineage(place.id) {
        let decided = match wish {
            Some(wish) if wish.place == node.id => Some(wish).filter(|wish| wish.state != "inherit"),
            _ => snapshot.sets.decided(node.id, module, now),
        };
        if let Some(decision) = decided
            && (decision.locked || found.is_none())
        {
            found = Some(decision);
        }
    }
    InForce { state: found.and_then(|row| State::parse(&row.state)).unwrap_or(State::Off), by: found.cloned() }
}

/// The counties under a place that have the module.
pub fn with_module<'a>(
    snapshot: &'a Snapshot,
    place: &Place,
    module: &'a str,
    now: DateTime<Utc>,
) -> impl Iterator<Item = &'a Arc<Place>> {
    snapshot
        .places
        .counties(place.id)
        .collect::<Vec<_>>()
        .into_iter()
        .filter(move |county| state(snapshot, county, module, now).state.is_alive())
}

/// Whether the module answers at a place: on in its county, or, above counties, in at least one of them.
pub(crate) fn is_alive_at(snapshot: &Snapshot, place: &Place, module: &str, now: DateTime<Utc>) -> bool {
    module == "base"
        || if place.above_county() {
            with_module(snapshot, place, module, now).next().is_some()
        } else {
            state(snapshot, place, module, now).state.is_alive()
        }
}

/// The same at the operation's place.
pub fn is_alive_here(ctx: &crate::Ctx, module: &str) -> Result<bool> {
    Ok(is_alive_at(&ctx.snapshot, ctx.place()?, module, ctx.now))
}

/// Refuses new work while the county lets the module run out. What goes through a process is asked by
/// [`crate::process::open`]; other rows of a module ask here.
pub fn takes_new(ctx: &crate::Ctx, place: &Place, module: &str) -> Result<()> {
    if state(&ctx.snapshot, place, module, ctx.now).state != State::Draining {
        return Ok(());
    }
    Err(refuse(
        "base.module.draining",
        Text::new(
            "本县正在停用该模块：未办结的继续办，不再受理新的",
            "The county is letting this module run out: open matters go on, new ones are not taken",
        ),
    )
    .who(Text::new("县级系统管理员可以重新启用", "the county's system administrator can switch it on again"))
    .into())
}

/// Above the county, a module's reads cover the counties that have it: all of the scope when every county has.
pub(crate) fn narrow(snapshot: &Snapshot, place: &Place, module: &str, scope: Scope, now: DateTime<Utc>) -> Scope {
    let all = snapshot.places.counties(place.id).count();
    let on: Vec<i32> = with_module(snapshot, place, module, now).map(|county| county.id).collect();
    if on.len() == all || scope.is_empty() {
        return scope;
    }
    let merged: Vec<i32> = on.iter().flat_map(|county| snapshot.places.predecessors(*county)).collect();
    scope.only_counties(&[on, merged].concat())
}

/// What is set for a module at a place: each level's object laid over the one above it.
pub fn settings_of(snapshot: &Snapshot, place: &Place, module: &str) -> Value {
    let mut merged = serde_json::Map::new();
    for node in snapshot.places.lineage(place.id).into_iter().rev() {
        if let Some(Value::Object(own)) = snapshot.sets.setting(node.id, module).map(|s| &s.value) {
            merged.extend(own.clone());
        }
    }
    Value::Object(merged)
}
