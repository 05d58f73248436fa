//! The JSON face of requests.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::process::REQUEST;
use super::service::{self, Answer, COMPLAIN, New, Right};
use crate::json::{Path, Query};
use crate::module::Work;
use crate::page::{Page, Paging};
use crate::people::entity::request::{Column, Entity, Model};
use crate::process::{self, Course, Face, Head, MatterPath, Wanted};
use crate::{App, Ctx, Json, Reply, Result, Text, Tx};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(show))
        .routes(routes!(answer))
        .routes(routes!(refuse))
        .merge(process::steps::<Entity>(&REQUEST, &["base.request.answer", "base.request.refuse"]))
}

/// A request on one's own data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DataRequest)]
pub struct Request {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    /// What people quote.
    #[schema(example = "QL530102001001-0192F0C0")]
    code: String,
    person: Uuid,
    person_name: String,
    right: String,
    /// The article that the right stands in.
    source: Text,
    elements: Vec<String>,
    detail: String,
    asked_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    /// `granted` or `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// Where somebody can go who is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    complain: Option<Text>,
}

impl Face for Entity {
    type Wire = Request;
    const PATH: &'static str = "places/{place}/requests";

    fn wire(ctx: &Ctx, row: &Model) -> Request {
        Request {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            person: row.person,
            person_name: row.person_name.clone(),
            right: row.right.clone(),
            source: Right::parse(&row.right).map_or(Text::new("-", "-"), Right::source),
            elements: serde_json::from_value(row.elements.clone()).unwrap_or_default(),
            detail: row.detail.clone(),
            asked_by: row.asked_by.clone(),
            on_behalf_of: row.on_behalf_of.clone(),
            complain: (row.outcome.as_deref() == Some("refused")).then_some(COMPLAIN),
            outcome: row.outcome.clone(),
            answer: row.answer.clone(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A request with its time line and what the caller may do now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DataRequestInFull)]
struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    request: Request,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// Somebody who asks for the person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestedBy)]
struct AskedBy {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(min_length = 1, max_length = 50)]
    relation: String,
}

/// What is asked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDataRequest, example = json!({
    "person": "0192f0c0-0000-7000-8000-000000000001", "right": "correct", "elements": ["person.phone"],
    "detail": "电话已经换了", "asked_by": { "name": "李秀英", "relation": "女儿" }
}))]
struct NewRequest {
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Uuid,
    right: Right,
    /// What it is about; everything that is held unless given.
    #[serde(default)]
    #[schema(max_items = 100)]
    elements: Vec<String>,
    #[serde(default)]
    #[schema(max_length = 1_000)]
    detail: String,
    /// Who asks, where it is not the person: a relative, a guardian, an heir (Article 49).
    #[serde(default)]
    asked_by: Option<AskedBy>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only requests on this person.
    person: Option<Uuid>,
}

/// Requests here and below, newest first.
#[utoipa::path(get, path = "/places/{place}/requests", operation_id = "base_request_list",
    security(("token" = ["base.request.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Request>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Request>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| match own.person {
        Some(person) => query.filter(Column::Person.eq(person)),
        None => query,
    });
    Ok(Json(page.await?))
}

/// Takes a request of a person, or of somebody for them, on the data held on them.
#[utoipa::path(post, path = "/places/{place}/requests", operation_id = "base_request_open",
    security(("token" = ["base.request.open"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewRequest, responses((status = 201, body = Request)))]
async fn ask(ctx: Ctx, Json(new): Json<NewRequest>) -> Result<Reply<Request>> {
    let mut tx = ctx.begin().await?;
    let new = New {
        person: new.person,
        right: new.right,
        elements: new.elements,
        detail: new.detail,
        asked_by: new.asked_by.map(|by| (by.name, by.relation)),
    };
    let row = service::ask(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "base.request.open", &row).await
}

/// One request, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/places/{place}/requests/{id}", operation_id = "base_request_show",
    security(("token" = ["base.request.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let full = InFull { request: Entity::wire(&ctx, &row), course: Course::of::<Entity>(&ctx, &row).await? };
    Ok(Reply::ok(full).version(row.version))
}

/// How a request is granted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataRequestAnswer, example = json!({
    "answer": "已按您的说明更正联系电话", "values": { "person.phone": "13888800002" }
}))]
struct Granted {
    /// What the person is told.
    #[schema(min_length = 1, max_length = 2_000)]
    answer: String,
    /// Of a correction: what is right, by element.
    #[serde(default)]
    values: BTreeMap<String, String>,
}

/// Grants it, and does it: a correction is recorded as the person's statement and settled, an erasure erases. What is held
/// on somebody who asks to see it or for a copy is `POST …/persons/{id}/held`.
#[utoipa::path(post, path = "/places/{place}/requests/{id}/answer", operation_id = "base_request_answer",
    security(("token" = ["base.request.answer"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Granted, responses((status = 200, body = Request)))]
async fn answer(ctx: Ctx, path: Path<MatterPath>, Json(how): Json<Granted>) -> Result<Reply<Request>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::answer(&mut tx, &row, Answer { answer: how.answer, values: how.values }).await?;
    process::done::<Entity>(&ctx, tx, "base.request.answer", &row).await
}

/// Why a request is refused.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataRequestRefusal, example = json!({
    "reason": "低保档案在保存期内", "law": "社会救助档案管理有关规定"
}))]
struct Refused {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// The law that demands keeping, with its article; needed to refuse an erasure.
    #[serde(default)]
    #[schema(max_length = 200)]
    law: Option<String>,
}

/// Refuses it, and says why and where the person can complain (Article 50).
#[utoipa::path(post, path = "/places/{place}/requests/{id}/refuse", operation_id = "base_request_refuse",
    security(("token" = ["base.request.refuse"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Refused, responses((status = 200, body = Request)))]
async fn refuse(ctx: Ctx, path: Path<MatterPath>, Json(how): Json<Refused>) -> Result<Reply<Request>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::refuse(&mut tx, &row, how.reason, how.law).await?;
    process::done::<Entity>(&ctx, tx, "base.request.refuse", &row).await
}
