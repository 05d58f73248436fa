//! The departments that a whistle calls, on the wire.

use chrono::{DateTime, Utc};
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Text, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::call::{Entity, Model};
use super::process::CALL;
use super::service;
use crate::incident::Satisfaction;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(arrive)).merge(process::steps::<
        Entity,
    >(
        &CALL,
        &["grid.call.arrive"],
    ))
}

/// A department that was called.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Call)]
pub struct Call {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    whistle: Uuid,
    /// Code of the whistle.
    code: String,
    /// What it is about.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Uuid>,
    /// What the department is called; without an organisation, the contact's name.
    name: String,
    contact: Uuid,
    contact_name: String,
    /// By when it is to be there.
    arrive_by: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived_at: Option<DateTime<Utc>>,
    /// Who came.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived: Option<String>,
    /// Why it does not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// What the county found.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Satisfaction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating_note: Option<String>,
}

impl Face for Entity {
    type Wire = Call;
    const PATH: &'static str = "calls";

    fn wire(ctx: &Ctx, row: &Model) -> Call {
        Call {
            head: Head::of::<Entity>(ctx, row),
            whistle: row.whistle,
            code: row.code.clone(),
            title: row.title.clone(),
            organisation: row.organisation,
            name: row.name.clone(),
            contact: row.contact,
            contact_name: row.contact_name.clone(),
            arrive_by: row.arrive_by,
            arrived_at: row.arrived_at,
            arrived: row.arrived.clone(),
            refusal: row.refusal.clone(),
            finding: row.finding.clone(),
            rating: row.rating,
            rating_note: row.rating_note.clone(),
        }
    }

    fn offers(ctx: &Ctx, row: &Model, action: &str) -> bool {
        let county = ctx.snapshot.places.get(row.county);
        match action {
            "grid.call.decline" => ctx.actor.account == Some(row.contact),
            "grid.call.arrive" => service::may_record(ctx, row),
            "grid.call.miss" => row.arrive_by < ctx.now,
            "grid.call.examine" => county.is_some_and(|county| ctx.holds(action, None, county)),
            _ => true,
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::call_step(tx, row, action, reason))
    }
}

/// A department as its whistle shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::CallInBrief)]
pub(crate) struct Brief {
    id: Uuid,
    name: String,
    contact_name: String,
    /// What it has answered.
    standing: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived_at: Option<DateTime<Utc>>,
    /// Who came.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Satisfaction>,
}

pub(super) fn brief(ctx: &Ctx, row: Model) -> Brief {
    Brief {
        standing: Head::of::<Entity>(ctx, &row).state_title,
        id: row.id,
        name: row.name,
        contact_name: row.contact_name,
        arrived_at: row.arrived_at,
        arrived: row.arrived,
        refusal: row.refusal,
        finding: row.finding,
        rating: row.rating,
    }
}

/// A call with its time line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::CallInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    call: Call,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// Departments that were called here and below, newest first.
#[utoipa::path(get, path = "/calls", operation_id = "grid_call_list", security(("token" = ["grid.call.read"])),
    params(("place" = String, Path, example = "530102"), Wanted, Paging),
    responses((status = 200, body = Page<Call>)))]
async fn list(ctx: Ctx, Query(wanted): Query<Wanted>, Query(paging): Query<Paging>) -> Result<Json<Page<Call>>> {
    Ok(Json(process::list::<Entity>(&ctx, &wanted, &paging, |query| query).await?))
}

/// One department's call, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/calls/{id}", operation_id = "grid_call_show", security(("token" = ["grid.call.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let full = InFull { call: Entity::wire(&ctx, &row), course: Course::of::<Entity>(&ctx, &row).await? };
    Ok(Reply::ok(full).version(row.version))
}

/// Who came, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Arrival, example = json!({ "who": "城管执法队三人" }))]
pub(crate) struct Arrival {
    /// Whoever came for the department.
    #[schema(min_length = 1, max_length = 100)]
    who: String,
    /// Now, unless given.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

/// Records that the department has arrived: by its contact, or by the township that called.
#[utoipa::path(post, path = "/calls/{id}/arrive", operation_id = "grid_call_arrive",
    security(("token" = ["grid.call.arrive"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Arrival, responses((status = 200, body = Call)))]
async fn arrive(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Arrival>) -> Result<Reply<Call>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::arrive(&mut tx, &row, &body.who, body.at).await?;
    process::done::<Entity>(&ctx, tx, "grid.call.arrive", &row).await
}
