//! The JSON face of incidents.

use jizuo_kernel::module::Work;
use jizuo_kernel::openapi::one_of;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Text, Tx};
use jizuo_standards::mask;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::category::CATEGORIES;
use super::entity::{Column, Entity, Model};
use super::service::{self, Channel, New, Severity};
use crate::process::INCIDENT;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, report))
        .routes(routes!(categories))
        .routes(routes!(show))
        .routes(routes!(dispatch))
        .routes(routes!(handle))
        .routes(routes!(hand_over))
        .merge(process::steps::<Entity>(
            &INCIDENT,
            &["grid.incident.dispatch", "grid.incident.handle", "grid.incident.hand_over"],
        ))
}

/// An incident as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Incident)]
pub struct Incident {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    /// What people quote.
    #[schema(example = "WG530102001001-0192F0C0")]
    pub(crate) code: String,
    #[schema(example = "04")]
    pub(crate) category: String,
    pub(crate) severity: String,
    pub(crate) channel: String,
    pub(crate) title: String,
    /// The code of the case it is part of, once it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case: Option<String>,
}

impl Face for Entity {
    type Wire = Incident;
    const PATH: &'static str = "incidents";

    fn wire(ctx: &Ctx, row: &Model) -> Incident {
        Incident {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            category: row.category.clone(),
            severity: row.severity.clone(),
            channel: row.channel.clone(),
            title: row.title.clone(),
            case: row.case_code.clone(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// An incident with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::IncidentInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) incident: Incident,
    pub(crate) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    /// The person of the base data who reported it, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reporter: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reporter_name: Option<String>,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "138****5678")]
    pub(crate) reporter_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) reported_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assignee: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) course: Course,
}

async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let phone = match &row.reporter_phone {
        Some(sealed) => {
            let plain = ctx.app.keyring.open("grid.phone", row.id.as_bytes(), sealed)?;
            Some(mask::phone(&String::from_utf8_lossy(&plain)))
        }
        None => None,
    };
    Ok(InFull {
        incident: Entity::wire(ctx, row),
        description: row.description.clone(),
        location: row.location.clone(),
        reporter: row.reporter,
        reporter_name: row.reporter_name.clone(),
        reporter_phone: phone,
        on_behalf_of: row.on_behalf_of.clone(),
        reported_by: row.reported_by_name.clone(),
        assignee: row.assignee,
        outcome: row.outcome.clone(),
        course: Course::of::<Entity>(ctx, row).await?,
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Category code.
    category: Option<String>,
}

/// Incidents here and below, newest first.
#[utoipa::path(get, path = "/incidents", operation_id = "grid_incident_list", security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Incident>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Incident>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| match &own.category {
        Some(code) => query.filter(Column::Category.eq(code)),
        None => query,
    });
    Ok(Json(page.await?))
}

/// What somebody saw. Only place, category and title are needed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewIncident, example = json!({
    "category": "04", "title": "村口垃圾堆放", "description": "三天没有清运", "channel": "resident",
    "reporter_name": "李阿诗", "reporter_phone": "13888800001"
}))]
pub(crate) struct NewIncident {
    /// Code of the village or of a place below it; needed when the operation's place is not one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,12}$")]
    place: Option<String>,
    #[schema(schema_with = category_codes)]
    category: String,
    #[serde(default)]
    severity: Severity,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: String,
    #[serde(default)]
    channel: Channel,
    #[serde(default)]
    #[schema(max_length = 200)]
    location: Option<String>,
    /// Somebody whom the base data knows: name and telephone are filled in from there, and neither is typed again.
    #[serde(default)]
    #[schema(extensions(("x-picks" = json!("person"))))]
    reporter: Option<Uuid>,
    /// May be left out: reports can be anonymous.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    reporter_name: Option<String>,
    #[serde(default)]
    reporter_phone: Option<String>,
    /// The resident for whom this is filed.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    on_behalf_of: Option<String>,
}

fn category_codes() -> Object {
    one_of("Code of a category: `GET …/grid/categories`.", CATEGORIES.iter().map(|category| category.code))
}

/// Reports an incident. Send an `Idempotency-Key`: a retry after a dropped line reports nothing twice.
#[utoipa::path(post, path = "/incidents", operation_id = "grid_incident_report",
    security(("token" = ["grid.incident.report"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewIncident, responses((status = 201, body = Incident)))]
async fn report(ctx: Ctx, Json(new): Json<NewIncident>) -> Result<Reply<Incident>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let new = New {
        place,
        category: new.category,
        severity: new.severity,
        title: new.title,
        description: new.description,
        channel: new.channel,
        location: new.location,
        reporter: new.reporter,
        reporter_name: new.reporter_name,
        reporter_phone: new.reporter_phone,
        on_behalf_of: new.on_behalf_of,
    };
    let mut tx = ctx.begin().await?;
    let row = service::report(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "grid.incident.report", &row).await
}

/// A category of incidents.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Category)]
pub(crate) struct CategoryHere {
    code: String,
    title: Text,
}

/// The categories of incidents.
#[utoipa::path(get, path = "/categories", operation_id = "grid_category_list", security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<CategoryHere>)))]
async fn categories() -> Json<Vec<CategoryHere>> {
    Json(CATEGORIES.iter().map(|c| CategoryHere { code: c.code.to_owned(), title: c.title.clone() }).collect())
}

/// One incident, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/incidents/{id}", operation_id = "grid_incident_show",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// Whom to give it to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Dispatch)]
pub(crate) struct Dispatch {
    /// An account that may handle incidents at the place: `GET …/holders`.
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=grid.incident.handle", "value": "id", "title": "title" }))
    ))]
    to: Uuid,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Gives it to somebody to handle.
#[utoipa::path(post, path = "/incidents/{id}/dispatch", operation_id = "grid_incident_dispatch",
    security(("token" = ["grid.incident.dispatch"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Dispatch, responses((status = 200, body = Incident)))]
async fn dispatch(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Dispatch>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::dispatch(&mut tx, &row, body.to, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.dispatch", &row).await
}

/// What was done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Outcome, example = json!({ "outcome": "已清运，并与村小组约定每周两次" }))]
pub(crate) struct Outcome {
    #[schema(min_length = 1, max_length = 500)]
    outcome: String,
}

/// Says what was done. Only the one it was given to can.
#[utoipa::path(post, path = "/incidents/{id}/handle", operation_id = "grid_incident_handle",
    security(("token" = ["grid.incident.handle"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Outcome, responses((status = 200, body = Incident)))]
async fn handle(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Outcome>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::handle(&mut tx, &row, body.outcome).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.handle", &row).await
}

/// What it is handed over as.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::HandOver, example = json!({ "capability": "dispute.intake", "reason": "双方愿意调解" }))]
pub(crate) struct HandOver {
    #[serde(default = "dispute")]
    #[schema(schema_with = capabilities)]
    capability: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

fn capabilities() -> Object {
    one_of("`dispute.intake`: a dispute to be mediated.", [service::DISPUTE])
}

fn dispute() -> String {
    service::DISPUTE.to_owned()
}

/// Hands it over to the module of the county that takes such matters. Both go on under one case code; when the other ends,
/// this one goes on by itself.
#[utoipa::path(post, path = "/incidents/{id}/hand_over", operation_id = "grid_incident_hand_over",
    security(("token" = ["grid.incident.hand_over"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = HandOver, responses((status = 200, body = Incident)))]
async fn hand_over(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<HandOver>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::hand_over(&mut tx, &row, &body.capability, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.hand_over", &row).await
}
