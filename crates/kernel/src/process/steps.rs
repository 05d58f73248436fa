//! An operation, with its document, for every step of a process; and the pieces of which such documents are made.

use axum::routing::{MethodRouter, post};
use serde::Deserialize;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required, ResponseBuilder, SecurityRequirement};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use uuid::Uuid;

use super::definition::{Process, Skip, Step};
use super::face::{Face, MatterPath, StepBody, StepWithReason, done, find};
use crate::{App, Ctx, Json, Path, Reply, Result};

/// The path of a step that a county added.
#[derive(Debug, Deserialize)]
struct LocalPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    step: String,
}

/// An operation for every step that asks for nothing but, perhaps, a reason, and one for the steps that counties add.
/// `by_hand` are the steps whose operations the module writes itself, because they ask for more.
pub fn steps<E: Face>(process: &'static Process, by_hand: &[&str]) -> OpenApiRouter<App> {
    let mut router = OpenApiRouter::new();
    for step in process.steps.iter().filter(|step| !by_hand.contains(&step.action)) {
        let action = step.action;
        let verb = action.rsplit('.').next().unwrap_or(action);
        let path = format!("/{}/{{id}}/{verb}", E::PATH);
        let handler = post(move |ctx: Ctx, path: Path<MatterPath>, Json(body): Json<StepBody>| async move {
            take::<E>(&ctx, path.id, action, action, body.reason).await
        });
        let document = operation::<E>(action, action, step.reason)
            .summary(Some(format!("{} ({})", step.title.en, step.title.zh)))
            .description(Some(told(process, step)));
        router = router.routes(route(path, HttpMethod::Post, document, handler, spoken::<E>(step.reason)));
    }
    let path = format!("/{}/{{id}}/local/{{step}}", E::PATH);
    let handler = post(|ctx: Ctx, path: Path<LocalPath>, Json(body): Json<StepBody>| async move {
        let action = format!("{}.{}", E::LOCAL, path.step);
        take::<E>(&ctx, path.id, &action, E::LOCAL, body.reason).await
    });
    let document = operation::<E>(E::LOCAL, E::READ, false)
        .summary(Some(format!("A local step of {} (地方增设的环节)", process.title.en)))
        .description(Some(
            "Takes a step that the county added to the process. The step's own permission decides who may.".to_owned(),
        ))
        .parameter(in_path("step").schema(Some(String::schema())).example(Some("supervision_review".into())));
    router.routes(route(path, HttpMethod::Post, document, handler, spoken::<E>(false)))
}

async fn take<E: Face>(
    ctx: &Ctx,
    id: Uuid,
    action: &str,
    line: &'static str,
    reason: Option<String>,
) -> Result<Reply<E::Wire>> {
    let row = find::<E>(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    let row = E::step(&mut tx, &row, action, reason).await?;
    done::<E>(ctx, tx, line, &row).await
}

/// What the document says of a step: read off the process, so that it is true.
fn told(process: &Process, step: &Step) -> String {
    let from = step.from.iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(", ");
    let mut text = format!("A step of `{}`: from {from} to `{}`.", process.id, step.to);
    if step.reason {
        text.push_str(" Says why in `reason`.");
    }
    if let Some(rule) = step.deadline {
        text.push_str(&format!(" Due by the rule `{rule}`."));
    }
    if let Some(capabilities) = step.needs {
        let one = capabilities.join("` or `");
        text.push_str(&format!(" Open only where a module of the county takes `{one}`."));
    }
    match &step.skip {
        Skip::Never(why) => text.push_str(&format!(" Cannot be left out: {}.", why.en)),
        Skip::From(level) => text.push_str(&format!(" A {} may leave it out.", level.as_str())),
    }
    text
}

fn operation<E: Face>(action: &str, permission: &str, explained: bool) -> OperationBuilder {
    let body = if explained { StepWithReason::name() } else { StepBody::name() };
    exchanging(on_matter(action.replace('.', "_"), permission), &body, "200", &E::Wire::name())
}

/// Only what the operation asks for: a schema that no body names would go without the words of bodies, and differ from the
/// same one in another module's document.
fn spoken<E: Face>(explained: bool) -> Vec<(String, RefOr<Schema>)> {
    let mut all = Vec::new();
    if explained {
        schemas::<StepWithReason>(&mut all)
    } else {
        schemas::<StepBody>(&mut all)
    }
    schemas::<E::Wire>(&mut all);
    all
}

fn uuid() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .build()
        .into()
}

/// A parameter in the path: a uuid, unless it is told otherwise.
pub(crate) fn in_path(name: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(uuid()))
}

fn json(name: &str) -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build()
}

/// An operation on one matter.
pub(crate) fn on_matter(id: String, permission: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .security(SecurityRequirement::new("token", [permission]))
        .parameter(in_path("place").schema(Some(String::schema())).example(Some("530102".into())))
        .parameter(in_path("id"))
}

/// Takes a body of one schema and answers with one of another.
pub(crate) fn exchanging(operation: OperationBuilder, body: &str, status: &str, answer: &str) -> OperationBuilder {
    let asked = RequestBodyBuilder::new().content("application/json", json(body)).required(Some(Required::True));
    operation
        .request_body(Some(asked.build()))
        .response(status, ResponseBuilder::new().content("application/json", json(answer)).build())
}

/// A schema with those that it names.
pub(crate) fn schemas<T: ToSchema>(into: &mut Vec<(String, RefOr<Schema>)>) {
    into.push((T::name().into_owned(), T::schema()));
    T::schemas(into);
}

/// A route with its document.
pub(crate) fn route(
    path: String,
    method: HttpMethod,
    operation: impl Into<Operation>,
    handler: MethodRouter<App>,
    schemas: Vec<(String, RefOr<Schema>)>,
) -> UtoipaMethodRouter<App> {
    let mut paths = Paths::new();
    paths.paths.insert(path, PathItem::new(method, operation));
    (schemas, paths, handler)
}
