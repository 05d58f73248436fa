//! The JSON face of incidents.

use chrono::{DateTime, Utc};
use jizuo_kernel::attachments::{self, Attachment};
use jizuo_kernel::error::Faults;
use jizuo_kernel::json::whole;
use jizuo_kernel::module::Work;
use jizuo_kernel::openapi::one_of;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Scope, Tx};
use jizuo_standards::mask;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::category::{self, CATEGORIES};
use super::ending::Ending;
use super::entity::{Entity, Model};
use super::filter::ListQuery;
use super::follow_up::Satisfaction;
use super::service::{self, Channel, New, Severity};
use super::{dispatch, duplicates, ending, follow_up, handing_over, on_the_spot, rest};
use crate::net::boundary::degrees;
use crate::party;
use crate::process::INCIDENT;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, report))
        .routes(routes!(similar))
        .routes(routes!(show))
        .routes(routes!(handle))
        .routes(routes!(solve))
        .routes(routes!(suspend))
        .routes(routes!(ask_extension))
        .routes(routes!(supervise))
        .routes(routes!(merge))
        .routes(routes!(call_back))
        .merge(attachments::routes::<Entity>("grid.incident.attach"))
        .merge(dispatch::routes())
        .merge(ending::routes())
        .merge(handing_over::routes())
        .merge(process::steps::<Entity>(&INCIDENT, BY_HAND))
}

/// The steps that ask for more than a reason. `solve` takes `solve_small` where the county's rule says so.
const BY_HAND: &[&str] = &[
    "grid.incident.dispatch",
    "grid.incident.handle",
    "grid.incident.hand_over",
    "grid.incident.solve",
    "grid.incident.solve_small",
    "grid.incident.suspend",
    "grid.incident.ask_extension",
    "grid.incident.merge",
    "grid.incident.verify",
    "grid.incident.close",
    "grid.incident.call_back",
];

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
    /// The county's own category below it, and what that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0401")]
    pub(crate) subcategory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subcategory_title: Option<String>,
    pub(crate) severity: String,
    pub(crate) channel: String,
    pub(crate) title: String,
    /// The code of the case it is part of, once it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case: Option<String>,
    /// Somebody above watches it.
    pub(crate) supervised: bool,
    /// While it is suspended: when it goes on by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suspended_until: Option<DateTime<Utc>>,
    /// The code of the incident that goes on in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merged_into: Option<String>,
    /// What whoever reported it says of the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) satisfaction: Option<String>,
    /// The organisation that leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organisation_name: Option<String>,
    /// What verification found, and how it ended: closed is not the same as solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ending: Option<Ending>,
}

impl Face for Entity {
    type Wire = Incident;
    const PATH: &'static str = "incidents";

    fn wire(ctx: &Ctx, row: &Model) -> Incident {
        Incident {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            category: row.category.clone(),
            subcategory: row.subcategory.clone(),
            subcategory_title: row.subcategory_title.clone(),
            severity: row.severity.clone(),
            channel: row.channel.clone(),
            title: row.title.clone(),
            case: row.case_code.clone(),
            supervised: row.supervised,
            suspended_until: row.suspended_until,
            merged_into: row.merged_into.clone(),
            satisfaction: row.satisfaction.clone(),
            organisation_name: row.organisation_name.clone(),
            ending: row.ending,
        }
    }

    fn offers(ctx: &Ctx, row: &Model, action: &str) -> bool {
        match action {
            "grid.incident.solve" => on_the_spot::offered(ctx, row),
            "grid.incident.solve_small" => false,
            "grid.incident.reopen" => follow_up::may_reopen(ctx, row).unwrap_or_default(),
            _ => true,
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
    /// In degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 102.7)]
    pub(crate) longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 25.05)]
    pub(crate) latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datum: Option<Datum>,
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
    /// What the one who watches it wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supervision: Option<String>,
    /// Codes of the incidents that go on as part of this one.
    pub(crate) merged: Vec<String>,
    pub(crate) attachments: Vec<Attachment>,
    /// Those who co-operate.
    pub(crate) parties: Vec<party::Brief>,
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
        longitude: row.longitude.map(degrees),
        latitude: row.latitude.map(degrees),
        datum: row.datum.as_deref().and_then(Datum::parse),
        reporter: row.reporter,
        reporter_name: row.reporter_name.clone(),
        reporter_phone: phone,
        on_behalf_of: row.on_behalf_of.clone(),
        reported_by: row.reported_by_name.clone(),
        assignee: row.assignee,
        outcome: row.outcome.clone(),
        supervision: row.supervision.clone(),
        merged: duplicates::merged_into(ctx, row).await?.into_iter().map(|row| row.code).collect(),
        attachments: attachments::of::<Entity>(ctx, row).await?,
        parties: party::service::of(ctx, row).await?.into_iter().map(|one| party::brief(ctx, one)).collect(),
        course: Course::of::<Entity>(ctx, row).await?,
    })
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
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| own.narrow(query));
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
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    #[schema(schema_with = category_codes)]
    category: String,
    /// One of the county's own categories below it: `GET …/grid/subcategories`.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{4}$", extensions(
        ("x-choices" = json!({ "path": "/grid/subcategories", "value": "code", "title": "title" }))
    ))]
    subcategory: Option<String>,
    #[serde(default)]
    severity: Severity,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: String,
    #[serde(default)]
    #[schema(schema_with = attachments::several)]
    attachments: Vec<String>,
    #[serde(default)]
    channel: Channel,
    #[serde(default)]
    #[schema(max_length = 200)]
    location: Option<String>,
    /// Where exactly, in degrees; never required.
    #[serde(default)]
    longitude: Option<f64>,
    #[serde(default)]
    latitude: Option<f64>,
    #[serde(default)]
    datum: Datum,
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
    /// What was already done about it on the spot: then it waits for somebody else to look, and for nobody to handle it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    solved: Option<String>,
}

fn category_codes() -> Object {
    one_of("Code of a category: `GET …/grid/categories`.", CATEGORIES.iter().map(|category| category.code))
}

/// Reports an incident. Send an `Idempotency-Key`: a retry after a dropped line reports nothing twice.
#[utoipa::path(post, path = "/incidents", operation_id = "grid_incident_report",
    extensions(("x-largest-body" = json!(attachments::BODY))),
    security(("token" = ["grid.incident.report"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewIncident, responses((status = 201, body = Incident)))]
async fn report(ctx: Ctx, Json(new): Json<NewIncident>) -> Result<Reply<Incident>> {
    let mut faults = Faults::default();
    let files = attachments::read_all(&mut faults, "attachments", &new.attachments);
    faults.check()?;
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let new = New {
        place,
        category: new.category,
        subcategory: new.subcategory,
        severity: new.severity,
        title: new.title,
        description: new.description,
        channel: new.channel,
        location: new.location,
        longitude: new.longitude,
        latitude: new.latitude,
        datum: new.datum,
        reporter: new.reporter,
        reporter_name: new.reporter_name,
        reporter_phone: new.reporter_phone,
        on_behalf_of: new.on_behalf_of,
        solved: new.solved,
    };
    let mut tx = ctx.begin().await?;
    let row = service::report(&mut tx, new).await?;
    attachments::add_all::<Entity>(&mut tx, &row, files).await?;
    process::opened::<Entity>(&ctx, tx, "grid.incident.report", &row).await
}

/// What is about to be reported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct SimilarQuery {
    #[param(schema_with = category_codes)]
    category: Option<String>,
    /// Code of the village or of a place in it, where the operation's place is not one.
    place: Option<String>,
    /// What the report would be called: the likest come first.
    #[param(max_length = 60)]
    title: Option<String>,
}

/// Open incidents of the same category in the same village, five at most: before something is reported twice.
#[utoipa::path(get, path = "/incidents/similar", operation_id = "grid_incident_similar",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102001001"), SimilarQuery),
    responses((status = 200, body = Vec<Incident>)))]
async fn similar(ctx: Ctx, Query(wanted): Query<SimilarQuery>) -> Result<Json<Vec<Incident>>> {
    let place = match &wanted.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    if let Some(code) = &wanted.category {
        category::known(code)?;
    }
    let tree = &ctx.snapshot.places;
    let village = place.village.and_then(|id| tree.get(id));
    // All of the village, where all of it is theirs to read.
    let wide = village.into_iter().chain([&place]).find(|place| ctx.holds("grid.incident.read", None, place));
    let scope = wide.map_or_else(|| ctx.scope.clone(), |place| Scope::subtree(tree, place));
    let mut faults = Faults::default();
    let title = faults.said("title", wanted.title.as_deref(), 60).unwrap_or_default();
    faults.check()?;
    let found = duplicates::similar(&ctx, &scope, wanted.category.as_deref(), &title).await?;
    Ok(Json(found.iter().map(|row| Entity::wire(&ctx, row)).collect()))
}

/// One incident, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/incidents/{id}", operation_id = "grid_incident_show",
    security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// What was done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Outcome, example = json!({ "outcome": "已清运，并与村小组约定每周两次" }))]
pub(crate) struct Outcome {
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) outcome: String,
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

/// Says that it was solved on the spot. Only whoever reported it can; leads on unlawful acts are reported, never dealt with.
#[utoipa::path(post, path = "/incidents/{id}/solve", operation_id = "grid_incident_solve",
    security(("token" = ["grid.incident.solve"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Outcome, responses((status = 200, body = Incident)))]
async fn solve(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Outcome>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = on_the_spot::solve(&mut tx, &row, body.outcome).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.solve", &row).await
}

/// How long it rests, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Suspension, example = json!({ "working_days": 5, "reason": "等待第三方检测报告" }))]
pub(crate) struct Suspension {
    /// How long at most; the rule `GRID.SUSPEND.DAYS` says how long that may be.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 60)]
    working_days: u32,
    #[schema(min_length = 1, max_length = 450)]
    reason: String,
}

/// Lets it rest: its clock stops, and goes on with the working time that was left, by itself when the time is over.
#[utoipa::path(post, path = "/incidents/{id}/suspend", operation_id = "grid_incident_suspend",
    security(("token" = ["grid.incident.suspend"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Suspension, responses((status = 200, body = Incident)))]
async fn suspend(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Suspension>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = rest::suspend(&mut tx, &row, body.working_days, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.suspend", &row).await
}

/// How much more time, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::ExtensionAsked, example = json!({ "working_days": 3, "reason": "配件须从外地调运" }))]
pub(crate) struct ExtensionAsked {
    /// How many more; the rule `GRID.EXTEND.DAYS` says how many at most.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 60)]
    working_days: u32,
    #[schema(min_length = 1, max_length = 450)]
    reason: String,
}

/// Asks for more time. Only the one it was given to can, before the deadline; somebody else grants it.
#[utoipa::path(post, path = "/incidents/{id}/ask_extension", operation_id = "grid_incident_ask_extension",
    security(("token" = ["grid.incident.ask_extension"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = ExtensionAsked, responses((status = 200, body = Incident)))]
async fn ask_extension(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<ExtensionAsked>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = rest::ask(&mut tx, &row, body.working_days, &body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.ask_extension", &row).await
}

/// What the one who watches it wants.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Supervision, example = json!({ "note": "请于本周内到现场办理" }))]
pub(crate) struct Supervision {
    #[schema(min_length = 1, max_length = 500)]
    note: String,
}

/// Marks it as watched from above, and changes nothing else.
#[utoipa::path(post, path = "/incidents/{id}/supervise", operation_id = "grid_incident_supervise",
    security(("token" = ["grid.incident.supervise"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Supervision, responses((status = 200, body = Incident)))]
async fn supervise(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Supervision>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = follow_up::supervise(&mut tx, &row, &body.note).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.supervise", &row).await
}

/// Into which incident, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Merger, example = json!({ "into": "WG530102001001-0192F0C00000", "reason": "与该事件为同一件事" }))]
pub(crate) struct Merger {
    /// The code of the incident that goes on.
    #[schema(min_length = 1, max_length = 60)]
    into: String,
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Merges it into another open incident, which goes on in its place; it keeps its reporter and its course.
#[utoipa::path(post, path = "/incidents/{id}/merge", operation_id = "grid_incident_merge",
    security(("token" = ["grid.incident.merge"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Merger, responses((status = 200, body = Incident)))]
async fn merge(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Merger>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = duplicates::merge(&mut tx, &row, &body.into, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.merge", &row).await
}

/// What whoever reported it says.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::CallBack, example = json!({ "satisfaction": "not", "note": "过了两天又堆起来了" }))]
pub(crate) struct CallBack {
    satisfaction: Satisfaction,
    #[serde(default)]
    #[schema(max_length = 450)]
    note: Option<String>,
}

/// Records what whoever reported it says of the outcome, once. Not by the one who handled it.
#[utoipa::path(post, path = "/incidents/{id}/call_back", operation_id = "grid_incident_call_back",
    security(("token" = ["grid.incident.call_back"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = CallBack, responses((status = 200, body = Incident)))]
async fn call_back(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<CallBack>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = follow_up::call_back(&mut tx, &row, body.satisfaction, body.note).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.call_back", &row).await
}
