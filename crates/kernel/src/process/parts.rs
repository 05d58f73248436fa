//! A process in force taken apart: what of it is local, who changed it and why, and what may be changed here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::overlay::{inherited, laid_over};
use super::{Definition, Overlay, Process, Skip, Step, StepDef};
use crate::counties::card::Named;
use crate::places::{Kind as Level, Place};
use crate::rules::api::{RuleHere, here as rule_here};
use crate::{Ctx, Result, Text};

/// A step in force, with what a page needs to show and to change it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessStepHere)]
pub struct StepHere {
    pub action: String,
    pub title: Text,
    pub from: Vec<String>,
    pub to: String,
    /// Added by an overlay.
    pub local: bool,
    /// What the baseline calls it, where it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Text>,
    /// Name of the place that added, renamed or assigned it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    pub permission: String,
    pub permission_title: Text,
    /// The role that takes it here, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Named>,
    /// The roles that could.
    pub roles: Vec<Named>,
    /// The rule that says how long a matter may wait for it, as it is in force here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<RuleHere>,
    /// It is open only where a module takes over one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Who takes it says why.
    pub reason: bool,
    /// Absent for added steps: whoever added them takes them away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<SkipHere>,
}

/// Whether a step may be left out here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessStepSkip)]
pub struct SkipHere {
    pub may: bool,
    /// The lowest level that may; absent where nobody may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest: Option<Level>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// The article, or the platform's own reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// Who may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Text>,
}

/// A baseline step that was left out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessStepLeftOut)]
pub struct LeftOut {
    pub action: String,
    pub title: Text,
    /// The state that waited for it.
    pub from: String,
    pub to: String,
    /// The place that left it out, and its code.
    pub by: String,
    pub by_code: String,
}

/// What a place laid over the process.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessOverlayHere)]
pub struct OverlayHere {
    pub place: String,
    pub place_name: String,
    pub overlay: Overlay,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Text>,
}

pub(super) fn steps(ctx: &Ctx, process: &Process, now: &Definition) -> Result<Vec<StepHere>> {
    let place = ctx.place()?;
    let above = inherited(&ctx.app, &ctx.snapshot, place, process);
    now.steps.iter().map(|step| step_here(ctx, process, &above, step)).collect()
}

fn step_here(ctx: &Ctx, process: &Process, above: &Definition, step: &StepDef) -> Result<StepHere> {
    let registry = &ctx.app.registry;
    let place = ctx.place()?;
    let permission_title = registry.permission(&step.permission).map(|p| p.title.clone());
    let base = process.step(&step.action);
    let deadline = step.deadline.as_deref().map(|rule| rule_here(ctx, rule, ctx.today())).transpose()?;
    let roles = roles_with(ctx, &step.permission)?;
    Ok(StepHere {
        action: step.action.clone(),
        title: step.title.clone(),
        from: step.from.clone(),
        to: step.to.clone(),
        local: step.local,
        was: base.map(|base| base.title.clone()).filter(|title| *title != step.title),
        changed_by: changed_by(ctx, process, &step.action)?,
        permission: step.permission.clone(),
        permission_title: permission_title.unwrap_or_else(|| step.title.clone()),
        role: step.role.as_ref().map(|id| {
            let known = roles.iter().find(|role| role.id == *id).cloned();
            known.unwrap_or_else(|| Named::new(id.clone(), &Text::owned(id.clone(), id.clone())))
        }),
        roles,
        deadline,
        needs: step.needs.clone(),
        reason: step.reason,
        skip: base.map(|base| skip_here(ctx, process, above, place, base)),
    })
}

/// Tried, not guessed: what leaving it out would be answered here.
fn skip_here(ctx: &Ctx, process: &Process, above: &Definition, place: &Place, step: &Step) -> SkipHere {
    let lowest = match step.skip {
        Skip::Never(_) => None,
        Skip::From(level) => Some(level),
    };
    let wish = Overlay { skip: vec![step.action.to_owned()], ..Overlay::default() };
    match laid_over(&ctx.app, process, above, &wish, place.kind) {
        Ok(_) => SkipHere { may: true, lowest, why: None, source: None, who: None },
        Err(no) => SkipHere { may: false, lowest, why: Some(no.message), source: no.source, who: Some(no.who) },
    }
}

/// The roles that can be given here and carry a permission: of the modules' templates, and made here or above.
fn roles_with(ctx: &Ctx, permission: &str) -> Result<Vec<Named>> {
    let line: Vec<i32> = ctx.snapshot.places.lineage(ctx.place()?.id).iter().map(|p| p.id).collect();
    let templates = ctx.app.registry.modules().iter().flat_map(|m| m.roles);
    let mut found: Vec<Named> = templates
        .filter(|role| role.permissions.contains(&permission))
        .map(|role| Named::new(role.id, &role.title))
        .collect();
    let local = ctx.snapshot.roles.at(&line).filter(|role| role.permissions.iter().any(|p| p == permission));
    found.extend(local.map(|role| Named::new(role.id.clone(), &Text::owned(&role.title, &role.title))));
    Ok(found)
}

/// The nearest place whose overlay says anything of the step.
fn changed_by(ctx: &Ctx, process: &Process, action: &str) -> Result<Option<String>> {
    let line = ctx.snapshot.places.lineage(ctx.place()?.id);
    let says = |overlay: &Overlay| {
        overlay.rename.contains_key(action)
            || overlay.hold.contains_key(action)
            || overlay.add.iter().any(|added| format!("{}.local.{}", process.id, added.id) == action)
    };
    let found = line.iter().find(|node| ctx.snapshot.processes.on(node.id, process.id).is_some_and(says));
    Ok(found.map(|node| node.name.clone()))
}

pub(super) fn left_out(ctx: &Ctx, process: &Process, now: &Definition) -> Result<Vec<LeftOut>> {
    let line = ctx.snapshot.places.lineage(ctx.place()?.id);
    let skips = |action: &str, overlay: &Overlay| overlay.skip.iter().any(|skipped| skipped == action);
    let found = process.steps.iter().filter(|step| now.skipped.iter().any(|skipped| skipped == step.action));
    Ok(found
        .map(|step| {
            // The highest that left it out: for those below it was gone already.
            let by = line.iter().rev().find(|node| {
                ctx.snapshot.processes.on(node.id, process.id).is_some_and(|overlay| skips(step.action, overlay))
            });
            LeftOut {
                action: step.action.to_owned(),
                title: step.title.clone(),
                from: step.from.first().map(|from| (*from).to_owned()).unwrap_or_default(),
                to: step.to.to_owned(),
                by: by.map(|node| node.name.clone()).unwrap_or_default(),
                by_code: by.map(|node| node.code.clone()).unwrap_or_default(),
            }
        })
        .collect())
}

pub(super) fn overlays(ctx: &Ctx, process: &Process, ignored: &[(i32, Text)]) -> Result<Vec<OverlayHere>> {
    let line = ctx.snapshot.places.lineage(ctx.place()?.id);
    let found = line.iter().rev().filter_map(|node| {
        let laid = ctx.snapshot.processes.laid(node.id, process.id)?;
        Some(OverlayHere {
            place: node.code.clone(),
            place_name: node.name.clone(),
            overlay: laid.overlay.clone(),
            reason: laid.reason.clone(),
            by: laid.actor.clone(),
            at: laid.at,
            ignored: ignored.iter().find(|(at, _)| *at == node.id).map(|(_, why)| why.clone()),
        })
    });
    Ok(found.collect())
}
