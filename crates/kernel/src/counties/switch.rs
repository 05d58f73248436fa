//! Switching a module: its impact is shown first, a reason is given, and nothing is lost.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::entity::{setting, switch};
use super::sets::{State, state, state_if};
use crate::error::{Faults, FieldError, Refusal, refuse};
use crate::identity::entity::{account, grant};
use crate::places::Place;
use crate::snapshot::Part;
use crate::{Ctx, Error, Module, Reference, Result, Scope, Scoped, Text, Tx, db, process, say};

/// How far ahead a switch may be dated.
const AHEAD_DAYS: i64 = 5 * 366;

/// What a switch would mean.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ModuleImpact)]
pub struct Impact {
    pub module: String,
    pub state: State,
    /// Matters of the module that are open now in the counties concerned.
    pub open_matters: u64,
    /// Accounts that hold a role of the module here or below.
    pub users: u64,
    /// Counties whose state the switch decides.
    pub counties: u64,
    /// What listens to the module's facts.
    pub subscribers: Vec<String>,
    /// What the module takes over from others and will not any more when off.
    pub capabilities: Vec<String>,
    /// Operations that appear or disappear.
    pub operations: Vec<String>,
}

/// Counted, not guessed.
pub async fn impact(ctx: &Ctx, module: &'static Module) -> Result<Impact> {
    let place = ctx.place()?.clone();
    let registry = &ctx.app.registry;
    let counties = counties_of(ctx, &place);
    let roles: Vec<&str> = module.roles.iter().map(|role| role.id).collect();
    let users = grant::Entity::all()
        .filter(grant::Column::Role.is_in(roles))
        .filter(grant::Column::RevokedAt.is_null())
        .filter(db::one_of(grant::Column::Place, ctx.snapshot.places.descendants(place.id)))
        .all(ctx.db())
        .await?;
    let mut accounts: Vec<_> = users.into_iter().map(|g| g.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let users = account::Entity::all()
        .filter(account::Column::Id.is_in(accounts))
        .filter(account::Column::DisabledAt.is_null())
        .count(ctx.db())
        .await?;
    let own: Vec<&str> = module.events.iter().map(|topic| topic.id).collect();
    Ok(Impact {
        module: module.id.to_owned(),
        state: state(&ctx.snapshot, &place, module.id, ctx.now).state,
        open_matters: open_matters(ctx, module.id, counties.iter()).await?,
        users,
        counties: counties.len() as u64,
        subscribers: registry
            .modules()
            .iter()
            .flat_map(|m| m.subscriptions)
            .filter(|s| own.contains(&s.topic))
            .map(|s| s.id.to_owned())
            .collect(),
        capabilities: module.capabilities.iter().map(|c| c.id.to_owned()).collect(),
        operations: registry.operations().into_iter().filter(|o| o.module == module.id).map(|o| o.id.clone()).collect(),
    })
}

/// The county of a place, or the counties below it.
fn counties_of(ctx: &Ctx, place: &Place) -> Vec<Arc<Place>> {
    let tree = &ctx.snapshot.places;
    match tree.county_of(place) {
        Some(county) if county.id != place.id => vec![county],
        _ => tree.counties(place.id).cloned().collect(),
    }
}

/// Every open matter has exactly one open task, so that open tasks count open matters.
async fn open_matters(ctx: &Ctx, module: &str, counties: impl Iterator<Item = &Arc<Place>>) -> Result<u64> {
    let tree = &ctx.snapshot.places;
    let scope = counties.fold(Scope::none(), |scope, county| scope.and_also(Scope::subtree(tree, county)));
    Ok(process::task::Entity::within(&scope)
        .filter(process::task::Column::Module.eq(module))
        .filter(process::task::Column::DoneAt.is_null())
        .count(ctx.db())
        .await?)
}

/// A decision to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ModuleSwitch, example = json!({ "state": "on", "reason": "县委常委会 2026 年第 8 次会议决定" }))]
pub struct Switch {
    /// Absent = as the level above decides.
    pub state: Option<State>,
    /// Lower levels may not decide otherwise; for a province or prefecture.
    #[serde(default)]
    pub locked: bool,
    /// Why, for the record.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// From when; now unless given. May lie ahead.
    #[serde(default)]
    pub effective_at: Option<DateTime<Utc>>,
    /// Off although matters are open: they rest until the module is on again.
    #[serde(default)]
    pub leave_open_matters: bool,
}

/// Decides a module's state at the operation's place.
pub async fn switch(tx: &mut Tx, module: &'static Module, wish: Switch) -> Result<()> {
    let place = tx.place()?.clone();
    let mut faults = Faults::default();
    let reason = faults.text("reason", &wish.reason, 500);
    let effective_at = wish.effective_at.unwrap_or(tx.now);
    if effective_at < tx.now {
        faults.add(
            "effective_at",
            "base.module.past",
            Text::new("生效时间不能早于现在", "a switch cannot take effect in the past"),
        );
    }
    if effective_at > tx.now + chrono::Duration::days(AHEAD_DAYS) {
        faults.add(
            "effective_at",
            "base.module.ahead",
            Text::new("生效时间最多提前五年", "a switch takes effect within five years"),
        );
    }
    if wish.locked && !place.above_county() {
        faults.add(
            "locked",
            "base.module.lock",
            Text::new("只有省、州（市）可以锁定", "only a province or prefecture can lock"),
        );
    }
    faults.check()?;
    only_decided_at_county_or_above(&place)?;
    refuse_if_locked_above(tx, &place, module)?;
    let text = wish.state.map_or("inherit", State::as_str);
    let row = switch::Model {
        id: tx.id(),
        place: place.id,
        module: module.id.to_owned(),
        state: text.to_owned(),
        locked: wish.locked,
        reason,
        actor: tx.actor.name.clone(),
        at: tx.now,
        effective_at,
    };
    if !wish.leave_open_matters {
        // The counties that have the module and would lose it: those that decided for themselves do not.
        let losing = |county: &&Arc<Place>| {
            let state = |wish| state_if(&tx.snapshot, county, module.id, tx.now, wish).state;
            state(None).is_alive() && !state(Some(&row)).is_alive()
        };
        let counties = counties_of(tx, &place);
        let open = open_matters(tx, module.id, counties.iter().filter(losing)).await?;
        if open > 0 {
            return Err(refuse(
                "base.module.open_matters",
                say!(
                    "还有 {open} 件未办结。请先设为“收尾”（draining）等它们办完，或注明 leave_open_matters，让它们保留原状。",
                    "{open} matters are open. Set the module to draining and let them finish, or say leave_open_matters and let them rest."
                ),
            )
            .current(serde_json::json!({ "open_matters": open }))
            .into());
        }
    }
    switch::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    tx.touch(Part::Sets);
    tx.note("module", module.id);
    tx.note("state", text);
    tx.note("locked", wish.locked);
    tx.note("effective_at", effective_at);
    tx.emit(
        "base.module.switched",
        &crate::Subject::new("base.module", module.id),
        &serde_json::json!({ "place": place.code, "module": module.id, "state": text, "effective_at": effective_at }),
    )
}

fn only_decided_at_county_or_above(place: &Place) -> Result<()> {
    if place.above_county() || place.county == Some(place.id) {
        return Ok(());
    }
    Err(refuse(
        "base.module.level",
        Text::new(
            "模块由省、州（市）、县启用，乡镇和村沿用县的设置",
            "modules are switched by province, prefecture or county; townships and villages follow",
        ),
    )
    .who(Text::new("县级系统管理员", "the county's system administrator"))
    .into())
}

fn refuse_if_locked_above(tx: &Tx, place: &Place, module: &Module) -> Result<()> {
    for node in tx.snapshot.places.lineage(place.id).into_iter().skip(1) {
        let locked = tx.snapshot.sets.history(node.id, module.id).iter().rev().find(|row| row.effective_at <= tx.now);
        if let Some(row) = locked.filter(|row| row.locked && row.state != "inherit") {
            let (name, state, reason) = (&node.name, &row.state, &row.reason);
            return Err(refuse(
                "base.module.locked",
                say!(
                    "{name}已统一规定为“{state}”（{reason}），本级不能更改",
                    "{name} has decided '{state}' for all ({reason}); it cannot be changed here"
                ),
            )
            .who(say!("{name}的系统管理员", "the system administrator of {name}"))
            .into());
        }
    }
    Ok(())
}

/// Sets what the module's schema lets a place set. `expected` is the version the caller saw, 0 for none.
pub async fn put_settings(tx: &mut Tx, module: &'static Module, value: Value) -> Result<setting::Model> {
    let place = tx.place()?.clone();
    only_decided_at_county_or_above(&place)?;
    let Some(schema) = (module.settings)() else {
        return Err(Error::NotFound("settings"));
    };
    check_against(&schema, &value)?;
    let present = tx.snapshot.sets.setting(place.id, module.id).cloned();
    let version = present.as_ref().map_or(0, |s| s.version);
    tx.expect_version(version, present.map(|s| s.value))?;
    let row = setting::ActiveModel {
        place: Set(place.id),
        module: Set(module.id.to_owned()),
        value: Set(value.clone()),
        actor: Set(tx.actor.name.clone()),
        at: Set(tx.now),
        version: Set(version + 1),
    };
    tx.touch(Part::Sets);
    tx.note("module", module.id);
    tx.note("settings", value);
    let written = if version == 0 {
        match setting::Entity::insert(row).exec_with_returning(tx.db()).await {
            Ok(written) => written,
            Err(error) if db::is_duplicate(&error) => return Err(changed_just_now().into()),
            Err(error) => return Err(error.into()),
        }
    } else {
        setting::Entity::change()
            .set(row)
            .filter(setting::Column::Place.eq(place.id))
            .filter(setting::Column::Module.eq(module.id))
            .filter(setting::Column::Version.eq(version))
            .exec_with_returning(tx.db())
            .await?
            .pop()
            .ok_or_else(changed_just_now)?
    };
    Ok(written)
}

fn changed_just_now() -> Box<Refusal> {
    let why = Text::new(
        "设置刚被别人修改，请重新读取",
        "the settings were changed by somebody else just now; read them again",
    );
    refuse("base.version.stale", why)
}

/// The part of JSON Schema that settings use: an object of known properties with `type`, `enum`, `minimum`, `maximum`.
fn check_against(schema: &Value, value: &Value) -> Result<()> {
    let mut faults = Vec::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(given) = value.as_object() else {
        return Err(crate::error::invalid(
            "body",
            "base.module.settings",
            Text::new("设置须为对象", "settings are an object"),
        ));
    };
    for (name, value) in given {
        let Some(rule) = properties.and_then(|p| p.get(name)) else {
            faults.push(FieldError::new(
                name,
                "base.module.setting_unknown",
                Text::new("没有这项设置", "there is no such setting"),
            ));
            continue;
        };
        let kind = rule.get("type").and_then(Value::as_str).unwrap_or_default();
        let fits = match kind {
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            _ => true,
        };
        let within = |key: &str, ok: fn(f64, f64) -> bool| match (rule.get(key).and_then(Value::as_f64), value.as_f64())
        {
            (Some(bound), Some(value)) => ok(value, bound),
            _ => true,
        };
        let listed = rule.get("enum").and_then(Value::as_array).is_none_or(|list| list.contains(value));
        if !(fits && listed && within("minimum", |v, b| v >= b) && within("maximum", |v, b| v <= b)) {
            faults.push(FieldError::new(name, "base.module.setting", say!("须符合 {rule}", "must fit {rule}")));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
