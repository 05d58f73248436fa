//! A place's own version of a process: steps added, left out, renamed, given to a role. Laid over the baseline down the
//! tree; what law fixes stays.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::definition::{Definition, Phase, Process, Skip, StateDef, StepDef};
use super::entity::overlay as row;
use crate::error::{Faults, Refusal, refuse};
use crate::places::{Kind as Level, Place};
use crate::snapshot::{Part, Snapshot};
use crate::{App, Error, Reference, Result, Text, Tx, say};

/// What one place changes. What cannot be said this way is a change of code: there is no scripting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ProcessOverlay, example = json!({
    "add": [{ "id": "supervision_review", "title": { "zh": "村务监督委员会审核", "en": "Review by the supervision committee" },
              "before": "grid.incident.close", "permission": "grid.incident.verify" }],
    "rename": { "grid.incident.accept": { "zh": "登记", "en": "Register" } }
}))]
pub struct Overlay {
    /// Steps to add.
    pub add: Vec<Added>,
    /// Baseline steps to leave out.
    pub skip: Vec<String>,
    /// Other names for steps.
    pub rename: BTreeMap<String, Text>,
    /// Which role takes a step, beside holding its permission.
    pub hold: BTreeMap<String, String>,
}

/// A step that has to be done before another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProcessAddedStep)]
pub struct Added {
    /// `supervision_review`: lower case and underscores.
    pub id: String,
    pub title: Text,
    /// The baseline step that must wait for it.
    pub before: String,
    /// A permission of the module that whoever takes it must hold.
    pub permission: String,
    /// A rule that says how long it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
}

/// Every overlay in force, by place and process.
#[derive(Debug, Default)]
pub struct Overlays(HashMap<i32, BTreeMap<String, Laid>>);

/// An overlay as it was laid.
#[derive(Clone, Debug, PartialEq)]
pub struct Laid {
    pub overlay: Overlay,
    pub reason: String,
    pub actor: String,
    pub at: DateTime<Utc>,
}

pub async fn load(db: &impl ConnectionTrait) -> Result<Overlays> {
    let mut all = Overlays::default();
    for model in row::Entity::all().all(db).await? {
        let overlay = serde_json::from_value(model.value)?;
        let laid = Laid { overlay, reason: model.reason, actor: model.actor, at: model.at };
        all.0.entry(model.place).or_default().insert(model.process, laid);
    }
    Ok(all)
}

impl Overlays {
    pub fn of(&self, place: i32) -> impl Iterator<Item = (&str, &Overlay)> {
        self.0.get(&place).into_iter().flatten().map(|(id, laid)| (id.as_str(), &laid.overlay))
    }

    /// Every overlay there is: place, process and what was laid.
    pub fn all(&self) -> impl Iterator<Item = (i32, &str, &Laid)> {
        self.0.iter().flat_map(|(place, laid)| laid.iter().map(|(id, laid)| (*place, id.as_str(), laid)))
    }

    pub fn laid(&self, place: i32, process: &str) -> Option<&Laid> {
        self.0.get(&place)?.get(process)
    }

    pub fn on(&self, place: i32, process: &str) -> Option<&Overlay> {
        self.laid(place, process).map(|laid| &laid.overlay)
    }
}

/// The process in force at a place, and the overlays that what stands above them does not allow any more.
#[derive(Clone, Debug)]
pub struct Effective {
    pub definition: Definition,
    /// Place and reason; reported, never dropped.
    pub ignored: Vec<(i32, Text)>,
}

/// Baseline, then each place from the top down.
pub fn effective(app: &App, snapshot: &Snapshot, place: &Place, process: &Process) -> Effective {
    let mut now = Effective { definition: process.definition(), ignored: Vec::new() };
    for node in snapshot.places.lineage(place.id).into_iter().rev() {
        let Some(overlay) = snapshot.processes.on(node.id, process.id) else { continue };
        match laid_over(app, process, &now.definition, overlay, node.kind) {
            Ok(next) => now.definition = next,
            Err(refusal) => now.ignored.push((node.id, refusal.message)),
        }
    }
    now
}

/// A pure function: the definition that an overlay of a place of this level makes, or the first thing that forbids it.
pub(super) fn laid_over(
    app: &App,
    process: &Process,
    base: &Definition,
    overlay: &Overlay,
    level: Level,
) -> Result<Definition, Box<Refusal>> {
    let mut next = base.clone();
    for action in &overlay.skip {
        skip(&mut next, process, action, level)?;
    }
    for added in &overlay.add {
        add(app, &mut next, process, added)?;
    }
    for (action, title) in &overlay.rename {
        let step = next.steps.iter_mut().find(|step| step.action == *action).ok_or_else(|| unknown(action))?;
        check_title(title)?;
        step.title = title.clone();
    }
    for (action, role) in &overlay.hold {
        let step = next.steps.iter_mut().find(|step| step.action == *action).ok_or_else(|| unknown(action))?;
        let snapshot = app.snapshot();
        let allows = crate::identity::grants::permissions_of(app, &snapshot, role);
        if !allows.is_some_and(|permissions| permissions.contains(&step.permission)) {
            let permission = &step.permission;
            return Err(refuse(
                "base.process.role",
                say!("角色“{role}”没有“{permission}”权限", "the role {role} does not carry {permission}"),
            ));
        }
        step.role = Some(role.clone());
    }
    match next.faults().first() {
        None => Ok(next),
        Some(fault) => {
            Err(refuse("base.process.broken", say!("这样的流程走不通：{fault}", "this process cannot work: {fault}")))
        }
    }
}

/// A step is shown on buttons and in time lines, in both languages.
fn check_title(title: &Text) -> Result<(), Box<Refusal>> {
    let right = |text: &str| {
        let length = text.trim().chars().count();
        (1..=100).contains(&length) && !text.chars().any(char::is_control)
    };
    if right(&title.zh) && right(&title.en) {
        return Ok(());
    }
    Err(refuse(
        "base.process.title",
        Text::new("步骤名称须有中英文，各 1 到 100 个字", "a step has a name of 1 to 100 characters in both languages"),
    ))
}

fn unknown(action: &str) -> Box<Refusal> {
    refuse("base.process.step", say!("流程中没有“{action}”这一步", "the process has no step {action}"))
}

fn skip(next: &mut Definition, process: &Process, action: &str, level: Level) -> Result<(), Box<Refusal>> {
    let step = process.step(action).ok_or_else(|| unknown(action))?;
    let (zh, en) = (&step.title.zh, &step.title.en);
    match &step.skip {
        Skip::Never(basis) => {
            return Err(refuse(
                "base.process.fixed",
                say!("“{zh}”这一步不能省略", "the step '{en}' cannot be left out"),
            )
            .rule(action)
            .source(basis.clone())
            .who(Text::new("任何一级都不能省略", "nobody")));
        }
        Skip::From(lowest) if level > *lowest => {
            let Text { zh: level, en: lowest } = lowest.title();
            return Err(refuse(
                "base.process.level",
                say!("“{zh}”这一步只能由{level}统一省略", "only a {lowest} or above may leave out the step '{en}'"),
            )
            .rule(action)
            .who(say!("{level}的系统管理员", "the system administrator of the {lowest}")));
        }
        Skip::From(_) => {}
    }
    let Some(index) = next.steps.iter().position(|s| s.action == action) else { return Ok(()) };
    let gone = next.steps.remove(index);
    let [from] = gone.from.as_slice() else {
        return Err(refuse("base.process.step", say!("“{zh}”前面还有新增的步骤", "a step was added before '{en}'")));
    };
    if gone.to == *from {
        next.skipped.push(action.to_owned());
        return Ok(());
    }
    // The state that waited for the step is the state that the step led to.
    for step in &mut next.steps {
        for state in step.from.iter_mut().chain([&mut step.to]) {
            if state == from {
                state.clone_from(&gone.to);
            }
        }
        step.from.dedup();
    }
    if next.start == *from {
        next.start.clone_from(&gone.to);
    }
    next.states.retain(|state| state.id != *from);
    next.skipped.push(action.to_owned());
    Ok(())
}

fn add(app: &App, next: &mut Definition, process: &Process, added: &Added) -> Result<(), Box<Refusal>> {
    let id = &added.id;
    if id.is_empty() || id.len() > 40 || !id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    {
        return Err(refuse(
            "base.process.id",
            say!("步骤编号“{id}”只能用小写字母、数字和下划线", "the step id '{id}' may use a–z, 0–9 and _"),
        ));
    }
    let module = process.id.split('.').next().unwrap_or_default();
    let own = added.permission.starts_with(&format!("{module}."));
    if !own || app.registry.permission(&added.permission).is_none() {
        let permission = &added.permission;
        return Err(refuse(
            "base.process.permission",
            say!("没有“{permission}”权限", "the module has no permission {permission}"),
        ));
    }
    if let Some(rule) = added.deadline.as_deref().filter(|rule| !app.registry.rules.is_period(rule)) {
        return Err(refuse("base.process.deadline", say!("没有“{rule}”这个时限", "there is no period {rule}")));
    }
    check_title(&added.title)?;
    let action = format!("{}.local.{id}", process.id);
    if next.steps.iter().any(|step| step.action == action) {
        return Err(refuse("base.process.twice", say!("已有“{id}”这一步", "there is a step {id} already")));
    }
    let index = next.steps.iter().position(|s| s.action == added.before).ok_or_else(|| unknown(&added.before))?;
    let state = format!("before_{}_{id}", next.steps[index].action.rsplit('.').next().unwrap_or_default());
    let from = std::mem::replace(&mut next.steps[index].from, vec![state.clone()]);
    let phase = from.first().and_then(|s| next.state(s)).map_or(Phase::Working, |s| s.phase);
    let (zh, en) = (&added.title.zh, &added.title.en);
    next.states.push(StateDef { id: state.clone(), title: say!("已{zh}", "{en}: done"), phase, local: true });
    next.steps.insert(
        index,
        StepDef {
            action,
            title: added.title.clone(),
            from,
            to: state,
            permission: added.permission.clone(),
            deadline: added.deadline.clone(),
            role: None,
            needs: Vec::new(),
            reason: false,
            local: true,
        },
    );
    Ok(())
}

/// Townships and villages follow their county.
pub(super) fn refused_below_county(place: &Place) -> Option<Box<Refusal>> {
    (place.kind > Level::County).then(|| {
        refuse(
            "base.process.place",
            Text::new("流程由省、州（市）、县调整", "processes are adapted by province, prefecture and county"),
        )
        .who(Text::new("县级系统管理员", "the county's system administrator"))
    })
}

/// What a place's overlay is laid over: the process in force one level above it.
pub(super) fn inherited(app: &App, snapshot: &Snapshot, place: &Place, process: &Process) -> Definition {
    match place.parent.and_then(|parent| snapshot.places.get(parent)) {
        Some(above) => effective(app, snapshot, above, process).definition,
        None => process.definition(),
    }
}

/// Lays an overlay over a process at the operation's place; `None` goes back to what is inherited. Open matters keep
/// the version they began with.
pub async fn lay(tx: &mut Tx, id: &str, overlay: Option<Overlay>, reason: &str) -> Result<()> {
    let place = tx.place()?.clone();
    let process = tx.app.registry.process(id).ok_or(Error::NotFound("process"))?;
    if let Some(no) = refused_below_county(&place) {
        return Err(no.into());
    }
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 500);
    faults.check()?;
    if let Some(overlay) = &overlay {
        let inherited = inherited(&tx.app, &tx.snapshot, &place, process);
        laid_over(&tx.app, process, &inherited, overlay, place.kind)?;
    }
    row::Entity::remove()
        .filter(row::Column::Place.eq(place.id))
        .filter(row::Column::Process.eq(id))
        .exec(tx.db())
        .await?;
    if let Some(overlay) = &overlay {
        let model = row::ActiveModel {
            place: Set(place.id),
            process: Set(id.to_owned()),
            value: Set(serde_json::to_value(overlay)?),
            reason: Set(reason.clone()),
            actor: Set(tx.actor.name.clone()),
            at: Set(tx.now),
        };
        row::Entity::insert(model).exec_without_returning(tx.db()).await?;
    }
    tx.touch(Part::Processes);
    tx.note("process", id);
    tx.note("overlay", &overlay);
    tx.note("reason", reason);
    Ok(())
}
