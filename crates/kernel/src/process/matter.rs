//! A matter on its way through a process: opened, advanced by compare and set, and always waiting for exactly one task.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::ExprTrait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::clock::{Clock, Left};
use super::definition::{Definition, Phase, Process, StepDef};
use super::entity::{task, version};
use super::overlay::effective;
use super::refusal::{again, not_now};
use super::timeline::{record, said};
use crate::counties;
use crate::error::{Faults, internal};
use crate::places::Place;
use crate::{Ctx, Reference, Result, Scope, Scoped, Text, Tx, cases, rules};

/// A module's table whose rows go through a process. Made by [`crate::matter!`].
pub trait Matter: Scoped {
    /// `grid.incident`
    const KIND: &'static str;
    /// `grid.incident.read`: who may see it.
    const READ: &'static str;
    /// `grid.incident.local`: audit action of the steps that counties add.
    const LOCAL: &'static str;
    const ID: Self::Column;
    const STATE: Self::Column;
    const PHASE: Self::Column;
    const VERSION: Self::Column;
    const DUE_AT: Self::Column;
    const CLOSED_AT: Self::Column;

    fn facts(row: &Self::Model) -> Facts;
}

/// What the kernel must know of a row.
#[derive(Clone, Debug)]
pub struct Facts {
    pub county: i32,
    pub id: Uuid,
    pub place: i32,
    pub state: String,
    pub phase: String,
    pub process: String,
    pub version: i32,
    pub label: String,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// What a new row's process columns hold.
#[derive(Clone, Debug)]
pub struct Opening {
    pub id: Uuid,
    pub place: Arc<Place>,
    pub state: String,
    pub phase: String,
    pub process: String,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
}

impl Opening {
    /// What people quote: these letters, the village's code, the random end of the id. It can be read out, and says where it
    /// belongs.
    pub fn code(&self, letters: &str) -> String {
        let id = self.id.simple().to_string().to_uppercase();
        let place = &self.place.code;
        format!("{letters}{}-{}", place.get(..12).unwrap_or(place), &id[24..])
    }
}

/// How a step is taken.
#[derive(Clone, Debug, Default)]
pub struct Move {
    pub reason: Option<String>,
    /// Who has to do the next step.
    pub assignee: Option<Uuid>,
    /// Picks a stricter or looser deadline rule: `GRID.HANDLE` with `urgent` is `GRID.HANDLE.URGENT`, where that exists.
    pub pace: Option<&'static str>,
    pub clock: Clock,
}

/// Makes an entity with the columns of `Columns::places` and `Columns::matter` a [`Matter`]; `label` is what people call
/// the row in an inbox.
#[macro_export]
macro_rules! matter {
    ($kind:literal, $label:expr) => {
        $crate::scoped!(Entity);
        impl $crate::process::Matter for Entity {
            const KIND: &'static str = $kind;
            const READ: &'static str = concat!($kind, ".read");
            const LOCAL: &'static str = concat!($kind, ".local");
            const ID: Column = Column::Id;
            const STATE: Column = Column::State;
            const PHASE: Column = Column::Phase;
            const VERSION: Column = Column::Version;
            const DUE_AT: Column = Column::DueAt;
            const CLOSED_AT: Column = Column::ClosedAt;

            fn facts(row: &Model) -> $crate::process::Facts {
                let label: fn(&Model) -> String = $label;
                $crate::process::Facts {
                    county: row.county,
                    id: row.id,
                    place: row.place,
                    state: row.state.clone(),
                    phase: row.phase.clone(),
                    process: row.process.clone(),
                    version: row.version,
                    label: label(row),
                    due_at: row.due_at,
                    opened_at: row.opened_at,
                    closed_at: row.closed_at,
                }
            }
        }

        impl ActiveModel {
            /// A row with its place and process columns filled.
            pub fn opened(opening: &$crate::process::Opening) -> ActiveModel {
                use sea_orm::ActiveValue::Set;
                ActiveModel {
                    county: Set(opening.place.chain()),
                    id: Set(opening.id),
                    prefecture: Set(opening.place.prefecture),
                    township: Set(opening.place.township),
                    village: Set(opening.place.village),
                    place: Set(opening.place.id),
                    state: Set(opening.state.clone()),
                    phase: Set(opening.phase.clone()),
                    process: Set(opening.process.clone()),
                    version: Set(1),
                    due_at: Set(opening.due_at),
                    opened_at: Set(opening.opened_at),
                    closed_at: Set(None),
                    ..Default::default()
                }
            }
        }
    };
}

/// Begins a matter at a place: under the process in force there, unless the county lets the module run out. `label` says what
/// the first task is called, before there is a row that could say it ([`crate::matter!`]).
pub async fn open(
    tx: &mut Tx,
    process: &'static Process,
    place: &Arc<Place>,
    label: impl FnOnce(&Opening) -> String + Send,
    how: Move,
) -> Result<Opening> {
    let module = process.id.split('.').next().unwrap_or_default();
    counties::takes_new(tx, place, module)?;
    let definition = effective(&tx.app, &tx.snapshot, place, process).definition;
    let text = serde_json::to_string(&definition)?;
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..16]);
    if tx.app.definition(&hash).is_none() {
        let row = version::ActiveModel {
            id: Set(hash.clone()),
            process: Set(process.id.to_owned()),
            definition: Set(serde_json::from_str(&text)?),
        };
        version::Entity::insert(row)
            .on_conflict(OnConflict::column(version::Column::Id).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
        tx.stores_version(&hash, definition.clone());
    }
    let state = definition.state(&definition.start).ok_or_else(|| internal("a process without its start"))?.clone();
    let mut opening = Opening {
        id: tx.id(),
        place: place.clone(),
        phase: state.phase.as_str().to_owned(),
        state: state.id,
        process: hash,
        due_at: None,
        opened_at: tx.now,
    };
    let facts = Facts {
        county: place.chain(),
        id: opening.id,
        place: place.id,
        state: opening.state.clone(),
        phase: opening.phase.clone(),
        process: opening.process.clone(),
        version: 1,
        label: label(&opening),
        due_at: None,
        opened_at: tx.now,
        closed_at: None,
    };
    opening.due_at = wait(tx, &definition, process.id, &facts, &opening.state, &how, None)?;
    let opened = said(&format!("{}.open", process.id), Text::new("提交", "Opened"), &opening.state);
    record(tx, process.id, &facts, &opened, None, how.reason);
    Ok(opening)
}

/// The definition a matter began under.
pub(crate) async fn definition_of(ctx: &Ctx, hash: &str) -> Result<Definition> {
    if let Some(known) = ctx.app.definition(hash) {
        return Ok((*known).clone());
    }
    let row = version::Entity::all()
        .filter(version::Column::Id.eq(hash))
        .one(ctx.db())
        .await?
        .ok_or_else(|| internal(format!("the process version {hash} is gone")))?;
    let definition: Definition = serde_json::from_value(row.definition)?;
    ctx.app.keep_definition(hash, definition.clone());
    Ok(definition)
}

/// The steps open to the actor now, in the order of the process.
pub async fn open_actions<E: Matter>(ctx: &Ctx, row: &E::Model) -> Result<Vec<StepDef>> {
    let facts = E::facts(row);
    let definition = definition_of(ctx, &facts.process).await?;
    let place = ctx.snapshot.places.place(facts.place)?;
    let open = |step: &&StepDef| may(ctx, step, &place) && taken_over(ctx, step, &place);
    Ok(definition.steps_from(&facts.state).filter(open).cloned().collect())
}

/// A hand-over is open only where somebody takes it.
fn taken_over(ctx: &Ctx, step: &StepDef, place: &Place) -> bool {
    step.needs.is_empty() || step.needs.iter().any(|capability| cases::taker(ctx, place, capability).is_some())
}

fn may(ctx: &Ctx, step: &StepDef, place: &Place) -> bool {
    ctx.actor.is_system() || ctx.holds(&step.permission, step.role.as_deref(), place)
}

/// A step as the actor may take it now; refused where it does not start here. For what must be done before it is taken.
pub async fn step_of<E: Matter>(ctx: &Ctx, row: &E::Model, action: &str) -> Result<(Definition, StepDef)> {
    let facts = E::facts(row);
    let definition = definition_of(ctx, &facts.process).await?;
    let place = ctx.snapshot.places.place(facts.place)?;
    let Some(step) = definition.step_from(&facts.state, action).cloned() else {
        return Err(not_now(&definition, &facts.state));
    };
    if !may(ctx, &step, &place) {
        return Err(crate::gate::forbidden(&ctx.app, &step.permission, &place));
    }
    if !taken_over(ctx, &step, &place) {
        return Err(cases::nobody_takes(ctx, &place, &step.needs));
    }
    Ok((definition, step))
}

/// Takes a step. Of several people at once one succeeds; the others get 409 with what is true now.
pub async fn advance<E: Matter>(tx: &mut Tx, row: &E::Model, action: &str, how: Move) -> Result<E::Model> {
    let facts = E::facts(row);
    let (definition, taken) = step_of::<E>(tx, row, action).await?;
    // The state does not say whether somebody was quicker with a step that leads back to it; the version does.
    if taken.to == facts.state && tx.expected.as_deref() != Some(facts.version.to_string().as_str()) {
        return Err(again(&definition, &facts));
    }
    let mut faults = Faults::default();
    if taken.reason {
        faults.text("reason", how.reason.as_deref().unwrap_or_default(), 500);
    } else if let Some(reason) = &how.reason {
        faults.optional_text("reason", reason, 500);
    }
    faults.check()?;
    let to = definition.state(&taken.to).ok_or_else(|| internal("a step that leads nowhere"))?;
    let kind = E::KIND;
    // A step in the write that opened the matter finds the task that this left.
    tx.write_waiting().await?;
    let left = match how.clock {
        Clock::Stop => stopped(tx, &definition, &facts, how.pace)?,
        Clock::GoOn => left_of(tx, &facts).await?,
        _ => None,
    };
    let due_at = wait(tx, &definition, kind, &facts, &to.id, &how, left)?;
    // What is done to it after its end does not make it end later.
    let closed_at = (to.phase == Phase::Done).then(|| facts.closed_at.unwrap_or(tx.now));
    let changed = E::update_within(&Scope::counties(vec![facts.county]))
        .col_expr(E::STATE, Expr::value(to.id.clone()))
        .col_expr(E::PHASE, Expr::value(to.phase.as_str()))
        .col_expr(E::DUE_AT, Expr::value(due_at))
        .col_expr(E::CLOSED_AT, Expr::value(closed_at))
        .col_expr(E::VERSION, Expr::col(E::VERSION).add(1))
        .filter(E::ID.eq(facts.id))
        .filter(E::STATE.eq(facts.state.clone()))
        .filter(E::VERSION.eq(facts.version))
        .exec_with_returning(tx.db())
        .await?
        .pop();
    let Some(changed) = changed else {
        let now = E::within(&Scope::counties(vec![facts.county])).filter(E::ID.eq(facts.id)).one(tx.db()).await?;
        let state = now.map_or(facts.state, |row| E::facts(&row).state);
        return Err(not_now(&definition, &state));
    };
    // After the row, which a noun may have locked already: two steps of one matter wait for each other in one order.
    task::Entity::update_within(&Scope::counties(vec![facts.county]))
        .col_expr(task::Column::DoneAt, Expr::value(Some(tx.now)))
        .col_expr(task::Column::DoneBy, Expr::value(Some(tx.actor.name.clone())))
        .filter(task::Column::Matter.eq(facts.id))
        .filter(task::Column::DoneAt.is_null())
        .exec(tx.db())
        .await?;
    tx.note("from", &facts.state);
    tx.note("to", &to.id);
    if taken.local {
        tx.note("step", &taken.action);
    }
    record(tx, kind, &facts, &taken, Some(facts.state.clone()), how.reason);
    Ok(changed)
}

/// Puts the next step into somebody's inbox; returns when it is due.
fn wait(
    tx: &mut Tx,
    definition: &Definition,
    kind: &'static str,
    facts: &Facts,
    state: &str,
    how: &Move,
    left: Option<Left>,
) -> Result<Option<DateTime<Utc>>> {
    if definition.state(state).is_some_and(|s| s.phase == Phase::Done) {
        return Ok(None);
    }
    let Some(next) = definition.awaited(state) else { return Ok(None) };
    let due_at = match (&how.clock, &left) {
        (Clock::Stop, _) => None,
        (Clock::Keep, _) => facts.due_at,
        (Clock::Until(at), _) => Some(*at),
        (Clock::GoOn, Some(left)) => Some(left.from(tx.now, &tx.snapshot.calendar, tx.app.settings.time.office_closes)),
        (Clock::GoOn | Clock::Anew, _) => match &next.deadline {
            Some(rule) => Some(rules::due(tx, &paced(tx, rule, how.pace, facts.place)?)?),
            None => None,
        },
    };
    let place = tx.snapshot.places.place(facts.place)?;
    let row = task::ActiveModel {
        county: Set(facts.county),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        module: Set(kind.split('.').next().unwrap_or_default().to_owned()),
        kind: Set(kind.to_owned()),
        matter: Set(facts.id),
        label: Set(facts.label.clone()),
        action: Set(next.action.clone()),
        permission: Set(next.permission.clone()),
        role: Set(next.role.clone()),
        assignee: Set(how.assignee),
        due_at: Set(due_at),
        sort_at: Set(due_at.unwrap_or(END_OF_TIME)),
        opened_at: Set(tx.now),
        done_at: Set(None),
        done_by: Set(None),
        overdue_told: Set(false),
        time_left: Set(left.filter(|_| how.clock == Clock::Stop).map(|left| left.to_string())),
    };
    tx.last(task::Entity::insert(row).into_query());
    Ok(due_at)
}

/// Sorts after every real deadline and is a date in both databases.
const END_OF_TIME: DateTime<Utc> = DateTime::from_timestamp_nanos(7_258_118_400_000_000_000);

/// The deadline rule of a step at a place.
fn paced(ctx: &Ctx, rule: &str, pace: Option<&'static str>, place: i32) -> Result<rules::InForce> {
    let place = ctx.snapshot.places.place(place)?;
    let registry = &ctx.app.registry;
    let paced = pace.map(|pace| format!("{rule}.{}", pace.to_uppercase())).filter(|id| registry.rules.contains(id));
    let id = paced.as_deref().unwrap_or(rule);
    rules::in_force(registry, &ctx.snapshot, &place, id, ctx.today())
}

/// What is left of the deadline that is stopped now.
fn stopped(ctx: &Ctx, definition: &Definition, facts: &Facts, pace: Option<&'static str>) -> Result<Option<Left>> {
    let Some(due) = facts.due_at else { return Ok(None) };
    let rule = definition.awaited(&facts.state).and_then(|step| step.deadline.as_deref());
    let kind = rule.map(|rule| paced(ctx, rule, pace, facts.place)).transpose()?.map(|rule| rule.kind);
    Ok(Some(Left::of(kind.unwrap_or(rules::Kind::Hours), due, ctx.now, &ctx.snapshot.calendar)))
}

/// What was left when the deadline was stopped.
async fn left_of(tx: &Tx, facts: &Facts) -> Result<Option<Left>> {
    let task = task::Entity::within(&Scope::counties(vec![facts.county]))
        .filter(task::Column::Matter.eq(facts.id))
        .filter(task::Column::DoneAt.is_null())
        .one(tx.db())
        .await?;
    Ok(task.and_then(|task| task.time_left).and_then(|text| text.parse().ok()))
}
