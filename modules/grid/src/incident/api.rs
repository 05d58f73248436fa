//! The JSON face of incidents.

use chrono::{DateTime, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, StepDef, Taken};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text};
use jizuo_standards::mask;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::category::CATEGORIES;
use super::entity::{Entity, Model};
use super::service::{self, Channel, Filter, New, Severity};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, report))
        .routes(routes!(categories))
        .routes(routes!(show))
        .routes(routes!(accept))
        .routes(routes!(reject))
        .routes(routes!(dispatch))
        .routes(routes!(handle))
        .routes(routes!(give_back))
        .routes(routes!(verify))
        .routes(routes!(redo))
        .routes(routes!(close))
        .routes(routes!(local_step))
}

/// An incident as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Incident)]
pub(crate) struct Incident {
    pub(crate) id: Uuid,
    /// What people quote.
    #[schema(example = "WG530102001001-0192F0C0")]
    pub(crate) code: String,
    /// Code of the place where it happened.
    pub(crate) place: String,
    pub(crate) place_name: String,
    #[schema(example = "04")]
    pub(crate) category: String,
    pub(crate) severity: String,
    pub(crate) channel: String,
    pub(crate) title: String,
    pub(crate) state: String,
    /// `waiting`, `working`, `done`, however a county adapted the process.
    pub(crate) phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) overdue: bool,
    pub(crate) opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

impl Incident {
    fn from(ctx: &Ctx, row: &Model) -> Incident {
        let tree = &ctx.snapshot.places;
        Incident {
            id: row.id,
            code: row.code.clone(),
            place: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            category: row.category.clone(),
            severity: row.severity.clone(),
            channel: row.channel.clone(),
            title: row.title.clone(),
            state: row.state.clone(),
            phase: row.phase.clone(),
            due_at: row.due_at,
            overdue: row.closed_at.is_none() && row.due_at.is_some_and(|due| due < ctx.now),
            opened_at: row.opened_at,
            closed_at: row.closed_at,
        }
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
    /// What the caller may do now: follow these, and a county's own steps need no new client.
    pub(crate) actions: Vec<StepDef>,
    /// The time line, oldest first.
    pub(crate) steps: Vec<Taken>,
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
        incident: Incident::from(ctx, row),
        description: row.description.clone(),
        location: row.location.clone(),
        reporter_name: row.reporter_name.clone(),
        reporter_phone: phone,
        on_behalf_of: row.on_behalf_of.clone(),
        reported_by: row.reported_by_name.clone(),
        assignee: row.assignee,
        outcome: row.outcome.clone(),
        actions: process::open_actions::<Entity>(ctx, row).await?,
        steps: process::history::<Entity>(ctx, row).await?,
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `waiting`, `working`, `done`
    phase: Option<String>,
    state: Option<String>,
    /// Category code.
    category: Option<String>,
    /// Only what is past its deadline.
    #[param(default = false)]
    overdue: bool,
}

/// Incidents here and below, newest first.
#[utoipa::path(get, path = "/incidents", operation_id = "grid_incident_list", security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging), responses((status = 200, body = Page<Incident>)))]
async fn list(ctx: Ctx, Query(q): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Incident>>> {
    let filter = Filter { phase: q.phase, state: q.state, category: q.category, overdue: q.overdue };
    Ok(Json(service::list(&ctx, &filter, &paging).await?.map(|row| Incident::from(&ctx, &row))))
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
        reporter_name: new.reporter_name,
        reporter_phone: new.reporter_phone,
        on_behalf_of: new.on_behalf_of,
    };
    let mut tx = ctx.begin().await?;
    let row = service::report(&mut tx, new).await?;
    let location = format!("/api/v1/places/{}/grid/incidents/{}", ctx.place()?.code, row.id);
    let reply = Reply::created(location, Incident::from(&ctx, &row)).version(row.version);
    tx.commit("grid.incident.report", Subject::new("grid.incident", row.id), reply).await
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

#[derive(Debug, Deserialize)]
struct IncidentPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One incident, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/incidents/{id}", operation_id = "grid_incident_show",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<IncidentPath>) -> Result<Reply<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// A step, and why.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = grid::StepBody, example = json!({ "reason": "已电话核实" }))]
pub(crate) struct StepBody {
    /// Needed where the step says so.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// A step that needs nothing but, perhaps, a reason.
async fn take(ctx: &Ctx, id: Uuid, action: &'static str, reason: Option<String>) -> Result<Reply<Incident>> {
    let row = service::find(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::step(&mut tx, &row, action, reason).await?;
    done(ctx, tx, action, &row).await
}

async fn done(ctx: &Ctx, tx: jizuo_kernel::Tx, action: &'static str, row: &Model) -> Result<Reply<Incident>> {
    let reply = Reply::ok(Incident::from(ctx, row)).version(row.version);
    tx.commit(action, Subject::new("grid.incident", row.id), reply).await
}

/// Accepts a report.
#[utoipa::path(post, path = "/incidents/{id}/accept", operation_id = "grid_incident_accept",
    security(("token" = ["grid.incident.accept"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn accept(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.accept", body.reason).await
}

/// Declines a report, with the reason.
#[utoipa::path(post, path = "/incidents/{id}/reject", operation_id = "grid_incident_reject",
    security(("token" = ["grid.incident.reject"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn reject(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.reject", body.reason).await
}

/// Whom to give it to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Dispatch)]
pub(crate) struct Dispatch {
    /// An account that may handle incidents at the place.
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
async fn dispatch(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<Dispatch>) -> Result<Reply<Incident>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::dispatch(&mut tx, &row, body.to, body.reason).await?;
    done(&ctx, tx, "grid.incident.dispatch", &row).await
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
async fn handle(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<Outcome>) -> Result<Reply<Incident>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::handle(&mut tx, &row, body.outcome).await?;
    done(&ctx, tx, "grid.incident.handle", &row).await
}

/// "Not ours": back to the dispatcher, with the reason.
#[utoipa::path(post, path = "/incidents/{id}/return", operation_id = "grid_incident_return",
    security(("token" = ["grid.incident.return"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn give_back(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.return", body.reason).await
}

/// Confirms that it was done. Somebody else than the handler.
#[utoipa::path(post, path = "/incidents/{id}/verify", operation_id = "grid_incident_verify",
    security(("token" = ["grid.incident.verify"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn verify(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.verify", body.reason).await
}

/// Sends it back to the handler: what was said to be done is not.
#[utoipa::path(post, path = "/incidents/{id}/redo", operation_id = "grid_incident_redo",
    security(("token" = ["grid.incident.redo"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn redo(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.redo", body.reason).await
}

/// Closes it.
#[utoipa::path(post, path = "/incidents/{id}/close", operation_id = "grid_incident_close",
    security(("token" = ["grid.incident.close"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn close(ctx: Ctx, path: Path<IncidentPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    take(&ctx, path.id, "grid.incident.close", body.reason).await
}

#[derive(Debug, Deserialize)]
struct LocalPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    step: String,
}

/// Takes a step that the county added to the process. The step's own permission decides who may.
#[utoipa::path(post, path = "/incidents/{id}/local/{step}", operation_id = "grid_incident_local",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
        ("step" = String, Path, example = "supervision_review")),
    request_body = StepBody, responses((status = 200, body = Incident)))]
async fn local_step(ctx: Ctx, path: Path<LocalPath>, Json(body): Json<StepBody>) -> Result<Reply<Incident>> {
    let row = service::find(&ctx, path.id).await?;
    let action = format!("grid.incident.local.{}", path.step);
    let mut tx = ctx.begin().await?;
    let row = service::step(&mut tx, &row, &action, body.reason).await?;
    done(&ctx, tx, "grid.incident.local", &row).await
}
