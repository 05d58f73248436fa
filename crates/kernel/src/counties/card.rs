//! A module as it stands at a place: what its card says, who decided it, and every decision there was.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::switch;
use super::sets::{State, is_alive_at, state};
use crate::error::Error;
use crate::snapshot::Part;
use crate::{Ctx, Module, Reference, Result, Scoped, Text, Tx, process};

/// A module as it stands at a place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModuleHere {
    pub id: String,
    pub title: Text,
    pub about: Text,
    pub state: State,
    /// Name of the place whose decision counts; absent when nobody has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// The person who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switched_by: Option<String>,
    /// The decision is that of a place above.
    pub inherited: bool,
    /// It was decided above and cannot be changed here.
    pub locked: bool,
    /// It was decided here and cannot be changed below.
    pub locks: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Switches that take effect later.
    pub ahead: Vec<SwitchAhead>,
    /// What it can take over from other modules.
    pub capabilities: Vec<String>,
    /// The same, with the words for it.
    pub takes_over: Vec<Named>,
    /// What it can hand over, and who takes it here.
    pub needs: Vec<ModuleNeed>,
    /// Matters of the module that are open here now.
    pub open_matters: u64,
    pub has_settings: bool,
    pub processes: Vec<Named>,
    /// Roles that can be handed out once it is on.
    pub roles: Vec<Named>,
}

/// Something with an id, and the words for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    pub id: String,
    pub title: Text,
}

impl Named {
    pub fn new(id: impl Into<String>, title: &Text) -> Named {
        Named { id: id.into(), title: title.clone() }
    }
}

/// A capability that a step of the module asks for. Where nobody takes it, nor another that the step may do with, that step is
/// not open, and the rest works.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModuleNeed {
    #[schema(example = "dispute.intake")]
    pub capability: String,
    pub title: Text,
    /// A module that is on here takes it.
    pub met: bool,
    /// The step is open whether or not this is met: something else that it may be handed over as is taken here.
    pub otherwise: bool,
    /// The modules of this build that could take it.
    pub providers: Vec<Named>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SwitchAhead {
    pub id: Uuid,
    pub state: String,
    pub effective_at: DateTime<Utc>,
    pub reason: String,
    pub by: String,
}

/// Every module of this build as it stands here; one query for all.
pub async fn cards(ctx: &Ctx) -> Result<Vec<ModuleHere>> {
    let open = open_matters(ctx).await?;
    ctx.app.registry.optional().map(|module| card(ctx, module, open.get(module.id).copied().unwrap_or(0))).collect()
}

async fn open_matters(ctx: &Ctx) -> Result<HashMap<String, u64>> {
    use process::task::{Column, Entity};
    let rows: Vec<(String, i64)> = Entity::within(&ctx.scope)
        .filter(Column::DoneAt.is_null())
        .select_only()
        .column(Column::Module)
        .column_as(Column::Id.count(), "open")
        .group_by(Column::Module)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().map(|(module, open)| (module, u64::try_from(open).unwrap_or(0))).collect())
}

fn card(ctx: &Ctx, module: &Module, open_matters: u64) -> Result<ModuleHere> {
    let place = ctx.place()?;
    let tree = &ctx.snapshot.places;
    let now = state(&ctx.snapshot, place, module.id, ctx.now);
    let by = now.by.as_ref();
    let ahead = ctx.snapshot.sets.history(place.id, module.id).iter().filter(|row| row.effective_at > ctx.now);
    Ok(ModuleHere {
        id: module.id.to_owned(),
        title: module.title.clone(),
        about: module.about.clone(),
        state: now.state,
        decided_by: by.map(|row| tree.name(row.place).to_owned()),
        decided_at: by.and_then(|row| tree.get(row.place)).map(|p| p.code.clone()),
        switched_by: by.map(|row| row.actor.clone()),
        inherited: by.is_some_and(|row| row.place != place.id),
        locked: by.is_some_and(|row| row.locked && row.place != place.id),
        locks: by.is_some_and(|row| row.locked && row.place == place.id),
        reason: by.map(|row| row.reason.clone()),
        since: by.map(|row| row.effective_at),
        ahead: ahead
            .map(|row| SwitchAhead {
                id: row.id,
                state: row.state.clone(),
                effective_at: row.effective_at,
                reason: row.reason.clone(),
                by: row.actor.clone(),
            })
            .collect(),
        capabilities: module.capabilities.iter().map(|c| c.id.to_owned()).collect(),
        takes_over: module.capabilities.iter().map(|c| Named::new(c.id, &c.title)).collect(),
        needs: needs(ctx, module)?,
        open_matters,
        has_settings: (module.settings)().is_some(),
        processes: module.processes.iter().map(|p| Named::new(p.id, &p.title)).collect(),
        roles: module.roles.iter().map(|r| Named::new(r.id, &r.title)).collect(),
    })
}

fn needs(ctx: &Ctx, module: &Module) -> Result<Vec<ModuleNeed>> {
    let place = ctx.place()?;
    let steps: Vec<&[&str]> = module.processes.iter().flat_map(|p| p.steps).filter_map(|step| step.needs).collect();
    let mut asked: Vec<&str> = steps.iter().flat_map(|needs| needs.iter().copied()).collect();
    asked.sort_unstable();
    asked.dedup();
    let is_met = |capability: &str| {
        let takes = |m: &&Module| m.capabilities.iter().any(|c| c.id == capability);
        ctx.app.registry.optional().filter(takes).any(|m| is_alive_at(&ctx.snapshot, place, m.id, ctx.now))
    };
    let need = |capability: &str| {
        let mut for_it = steps.iter().filter(|needs| needs.contains(&capability));
        let offers = |m: &&Module| m.capabilities.iter().any(|c| c.id == capability);
        let providers: Vec<&Module> = ctx.app.registry.optional().filter(offers).collect();
        let title = providers.iter().flat_map(|m| m.capabilities).find(|c| c.id == capability).map(|c| c.title.clone());
        ModuleNeed {
            capability: capability.to_owned(),
            title: title.unwrap_or_else(|| Text::owned(capability, capability)),
            met: is_met(capability),
            otherwise: for_it.all(|needs| needs.iter().any(|other| *other != capability && is_met(other))),
            providers: providers.into_iter().map(|m| Named::new(m.id, &m.title)).collect(),
        }
    };
    Ok(asked.into_iter().map(need).collect())
}

/// One decision about a module, of this place or one above it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModuleDecision {
    pub id: Uuid,
    /// Code of the place that decided.
    pub place: String,
    pub place_name: String,
    /// `on`, `draining`, `off`, or `inherit` for "as above".
    pub state: String,
    pub locked: bool,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
    pub effective_at: DateTime<Utc>,
    /// It is the decision that counts here now.
    pub counts: bool,
}

/// Every decision of this place and of those above it, newest first.
pub fn decisions(ctx: &Ctx, module: &Module) -> Result<Vec<ModuleDecision>> {
    let place = ctx.place()?;
    let counting = state(&ctx.snapshot, place, module.id, ctx.now).by.map(|row| row.id);
    let mut found: Vec<ModuleDecision> = Vec::new();
    for node in ctx.snapshot.places.lineage(place.id) {
        found.extend(ctx.snapshot.sets.history(node.id, module.id).iter().map(|row| ModuleDecision {
            id: row.id,
            place: node.code.clone(),
            place_name: node.name.clone(),
            state: row.state.clone(),
            locked: row.locked,
            reason: row.reason.clone(),
            by: row.actor.clone(),
            at: row.at,
            effective_at: row.effective_at,
            counts: counting == Some(row.id),
        }));
    }
    found.sort_by_key(|decision| std::cmp::Reverse((decision.effective_at, decision.id)));
    Ok(found)
}

/// Takes back a decision of this place that has not taken effect yet.
pub async fn take_back(tx: &mut Tx, module: &Module, id: Uuid) -> Result<()> {
    let place = tx.place()?.id;
    let row = tx.snapshot.sets.history(place, module.id).iter().find(|row| row.id == id && row.effective_at > tx.now);
    let row = row.cloned().ok_or(Error::NotFound("switch"))?;
    switch::Entity::remove()
        .filter(switch::Column::Id.eq(id))
        .filter(switch::Column::EffectiveAt.gt(tx.now))
        .exec(tx.db())
        .await?;
    tx.touch(Part::Sets);
    tx.note("module", module.id);
    tx.note("taken_back", &row.state);
    tx.note("effective_at", row.effective_at);
    Ok(())
}
