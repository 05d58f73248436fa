//! The JSON face that all matters have in common: what stands at the head of a row, its course, lists.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, QueryFilter, Select, UpdateMany};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use super::definition::{Definition, StepDef};
use super::matter::{Facts, Matter, open_actions};
use super::overlay::effective;
use super::timeline::{Taken, history};
use crate::module::Work;
use crate::page::{Page, Paging};
use crate::{Ctx, Error, Reply, Result, Scope, Subject, Text, Tx};

/// A matter that is shown and dealt with over JSON. What a module writes is this, and the operations that ask for more
/// than a reason.
pub trait Face: Matter<Model: Sync> {
    /// The row as lists and steps answer it: a [`Head`] and the noun's own fields. `pub`, as the entity is.
    type Wire: Serialize + ToSchema + Send + Sync + 'static;
    /// The last part of the collection's path: `incidents`. Of the base, whose paths begin at the root, all of it:
    /// `places/{place}/requests`.
    const PATH: &'static str;

    fn wire(ctx: &Ctx, row: &Self::Model) -> Self::Wire;

    /// Takes a step that asks for nothing but, perhaps, a reason: the noun's own conditions, and [`super::advance`].
    fn step<'a>(tx: &'a mut Tx, row: &'a Self::Model, action: &'a str, reason: Option<String>)
    -> Work<'a, Self::Model>;

    /// Whether a step that the state allows is shown as something to do: not where the noun's own conditions refuse it anyway.
    fn offers(_ctx: &Ctx, _row: &Self::Model, _action: &str) -> bool {
        true
    }

    /// Which rows the operation may see: those of its place, unless the noun is laid down from above.
    fn reach(ctx: &Ctx) -> Result<Scope> {
        Ok(ctx.scope.clone())
    }

    /// Which of these rows the caller may see: all, unless the noun keeps some for few.
    fn seen_by(_ctx: &Ctx) -> Condition {
        Condition::all()
    }
}

/// What every matter says of itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Matter)]
pub struct Head {
    pub id: Uuid,
    /// Code of the place.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    pub state: String,
    /// What the state is called here.
    pub state_title: Text,
    /// `waiting`, `working`, `done`, however a county adapted the process.
    pub phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    pub overdue: bool,
    pub opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

impl Head {
    pub fn of<E: Matter>(ctx: &Ctx, row: &E::Model) -> Head {
        let facts = E::facts(row);
        let tree = &ctx.snapshot.places;
        Head {
            id: facts.id,
            place: tree.get(facts.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(facts.place).to_owned(),
            overdue: facts.closed_at.is_none() && facts.due_at.is_some_and(|due| due < ctx.now),
            state_title: state_title(ctx, E::KIND, &facts),
            state: facts.state,
            phase: facts.phase,
            due_at: facts.due_at,
            opened_at: facts.opened_at,
            closed_at: facts.closed_at,
        }
    }
}

/// By the version of the process that the matter goes through, as far as it is at hand; else as the process is here now.
fn state_title(ctx: &Ctx, kind: &str, facts: &Facts) -> Text {
    let title = |definition: &Definition| definition.state(&facts.state).map(|state| state.title.clone());
    let kept = ctx.app.definition(&facts.process).and_then(|definition| title(&definition));
    let process = ctx.app.registry.process(kind);
    let baseline = || process?.states.iter().find(|state| state.id == facts.state).map(|state| state.title.clone());
    let local =
        || title(&effective(&ctx.app, &ctx.snapshot, ctx.snapshot.places.get(facts.place)?, process?).definition);
    kept.or_else(baseline).or_else(local).unwrap_or_else(|| Text::owned(&*facts.state, &*facts.state))
}

/// Where a matter has been and where it can go.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MatterCourse)]
pub struct Course {
    /// What the caller may do now: follow these, and a county's own steps need no new client.
    pub actions: Vec<StepDef>,
    /// The time line, oldest first.
    pub steps: Vec<Taken>,
}

impl Course {
    pub async fn of<E: Face>(ctx: &Ctx, row: &E::Model) -> Result<Course> {
        let mut actions = open_actions::<E>(ctx, row).await?;
        actions.retain(|step| E::offers(ctx, row, &step.action));
        Ok(Course { actions, steps: history::<E>(ctx, row).await? })
    }
}

/// A step, and why.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = StepBody, example = json!({ "reason": "已电话核实" }))]
pub struct StepBody {
    /// Needed where the step says so.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A step that must say why.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepWithReason, example = json!({ "reason": "经核实，不属于受理范围" }))]
#[expect(
    dead_code,
    reason = "only its schema is wanted: what is missing is refused by the process, with the other faults"
)]
pub(super) struct StepWithReason {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What the documents of all modules with matters have in common, for the base to name.
pub(crate) fn shared() -> OpenApi {
    let mut schemas = vec![
        (Head::name().into_owned(), Head::schema()),
        (Course::name().into_owned(), Course::schema()),
        (StepBody::name().into_owned(), StepBody::schema()),
        (StepWithReason::name().into_owned(), StepWithReason::schema()),
    ];
    Course::schemas(&mut schemas);
    crate::attachments::shared(&mut schemas);
    let wanted = Wanted::into_params(|| Some(ParameterIn::Query));
    let mut paths = Paths::new();
    let list = OperationBuilder::new().parameters(Some(wanted));
    paths.paths.insert(String::new(), PathItem::new(HttpMethod::Get, list));
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
    OpenApiBuilder::new().paths(paths).components(Some(components)).build()
}

/// The path of one matter.
#[derive(Debug, Deserialize)]
pub struct MatterPath {
    pub place: String,
    pub id: Uuid,
}

/// What to list of any matter.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `waiting`, `working`, `done`
    pub phase: Option<String>,
    pub state: Option<String>,
    /// Only what is past its deadline.
    #[param(default = false)]
    pub overdue: bool,
}

/// One matter that the operation may see.
pub async fn find<E: Face>(ctx: &Ctx, id: Uuid) -> Result<E::Model> {
    let found = E::within(&E::reach(ctx)?).filter(E::seen_by(ctx)).filter(E::ID.eq(id)).one(ctx.db()).await?;
    found.ok_or_else(|| Error::NotFound(noun(E::KIND)))
}

/// Matters that the operation may see, newest first. `narrow` adds the noun's own filters.
pub async fn list<E: Face>(
    ctx: &Ctx,
    wanted: &Wanted,
    paging: &Paging,
    narrow: impl FnOnce(Select<E>) -> Select<E>,
) -> Result<Page<E::Wire>> {
    let mut query = E::within(&E::reach(ctx)?).filter(E::seen_by(ctx));
    if let Some(phase) = &wanted.phase {
        query = query.filter(E::PHASE.eq(phase));
    }
    if let Some(state) = &wanted.state {
        query = query.filter(E::STATE.eq(state));
    }
    if wanted.overdue {
        query = query.filter(E::DUE_AT.lt(ctx.now)).filter(E::CLOSED_AT.is_null());
    }
    Ok(paging.newest(ctx, narrow(query), E::ID).await?.map(|row| E::wire(ctx, &row)))
}

/// Changes fields of a row. The row is locked by the step that this write has taken on it.
pub async fn set<E: Matter>(
    tx: &Tx,
    row: &E::Model,
    change: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>,
) -> Result<E::Model> {
    let facts = E::facts(row);
    change(E::update_within(&Scope::counties(vec![facts.county])))
        .filter(E::ID.eq(facts.id))
        .exec_with_returning(tx.db())
        .await?
        .pop()
        .ok_or_else(|| Error::NotFound(noun(E::KIND)))
}

/// Changes fields of a row outside of its process, by compare and set: of several people at once one succeeds.
pub async fn amend<E: Matter>(
    tx: &Tx,
    row: &E::Model,
    change: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>,
) -> Result<E::Model> {
    let facts = E::facts(row);
    let seen = |u: UpdateMany<E>| {
        change(u).col_expr(E::VERSION, Expr::col(E::VERSION).add(1)).filter(E::VERSION.eq(facts.version))
    };
    match set::<E>(tx, row, seen).await {
        Err(Error::NotFound(_)) => Err(crate::error::stale().into()),
        other => other,
    }
}

/// Commits what began a matter: 201, with where it is.
pub async fn opened<E: Face>(ctx: &Ctx, tx: Tx, action: &'static str, row: &E::Model) -> Result<Reply<E::Wire>> {
    let facts = E::facts(row);
    let (module, code) = (ctx.module, &ctx.place()?.code);
    let location = match E::PATH.split_once("{place}") {
        Some((before, after)) => format!("/api/v1/{before}{code}{after}/{}", facts.id),
        None => format!("/api/v1/places/{code}/{module}/{}/{}", E::PATH, facts.id),
    };
    let reply = Reply::created(location, E::wire(ctx, row)).version(facts.version);
    tx.commit(action, Subject::new(E::KIND, facts.id), reply).await
}

/// Commits what was done to a matter: 200, as it is now.
pub async fn done<E: Face>(ctx: &Ctx, tx: Tx, action: &'static str, row: &E::Model) -> Result<Reply<E::Wire>> {
    let facts = E::facts(row);
    let reply = Reply::ok(E::wire(ctx, row)).version(facts.version);
    tx.commit(action, Subject::new(E::KIND, facts.id), reply).await
}

fn noun(kind: &'static str) -> &'static str {
    kind.rsplit('.').next().unwrap_or(kind)
}
