//! Mandatory reports on the wire.

use chrono::NaiveDate;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Tx};
use sea_orm::Condition;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::{Entity, Model};
use super::process::PROTECTION;
use super::service::{self, Capacity};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, report))
        .routes(routes!(show))
        .routes(routes!(warn))
        .routes(routes!(visit))
        .merge(process::steps::<Entity>(&PROTECTION, &["grid.protection.warn", "grid.protection.visit"]))
}

/// A mandatory report. Lists hold nothing of what happened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Protection)]
pub struct Protection {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    /// What people quote.
    code: String,
    reported_by: String,
    /// The police officer that it went to.
    officer_name: String,
}

impl Face for Entity {
    type Wire = Protection;
    const PATH: &'static str = "protections";

    fn wire(ctx: &Ctx, row: &Model) -> Protection {
        Protection {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            reported_by: row.reported_by_name.clone(),
            officer_name: row.officer_name.clone(),
        }
    }

    fn seen_by(ctx: &Ctx) -> Condition {
        service::seen_by(ctx)
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A mandatory report with what was told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::ProtectionInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    report: Protection,
    capacity: Capacity,
    account: String,
    /// The day of the written warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    warned_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    victim_visited_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offender_visited_on: Option<NaiveDate>,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// Mandatory reports here and below, newest first: those that the caller made or received, or all for who oversees them.
#[utoipa::path(get, path = "/protections", operation_id = "grid_protection_list",
    security(("token" = ["grid.protection.read"])),
    params(("place" = String, Path, example = "530102"), Wanted, Paging),
    responses((status = 200, body = Page<Protection>)))]
async fn list(ctx: Ctx, Query(wanted): Query<Wanted>, Query(paging): Query<Paging>) -> Result<Json<Page<Protection>>> {
    Ok(Json(process::list::<Entity>(&ctx, &wanted, &paging, |query| query).await?))
}

/// What somebody saw of suspected domestic violence.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewProtection, example = json!({
    "capacity": "limited", "account": "入户时看见孩子身上有新伤，孩子说是被打的"
}))]
pub(crate) struct NewProtection {
    /// Code of the village or of a place below it; needed when the operation's place is not one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,12}$")]
    place: Option<String>,
    capacity: Capacity,
    /// What was seen, of whom and where. It is kept sealed.
    #[schema(min_length = 1, max_length = 2_000)]
    account: String,
    /// The police officer that it goes to: `GET …/holders`. The nearest, unless given.
    #[serde(default)]
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=grid.protection.receive", "value": "id", "title": "title" }))
    ))]
    officer: Option<Uuid>,
}

/// Reports suspected domestic violence against a person without or with limited capacity (Anti-Domestic-Violence Law,
/// Article 14). It goes to the police at once, and nobody else finds it in a list, a search, an export or the events.
#[utoipa::path(post, path = "/protections", operation_id = "grid_protection_report",
    security(("token" = ["grid.protection.report"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewProtection, responses((status = 201, body = Protection)))]
async fn report(ctx: Ctx, Json(new): Json<NewProtection>) -> Result<Reply<Protection>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let mut tx = ctx.begin().await?;
    let row = service::report(&mut tx, &place, new.capacity, &new.account, new.officer).await?;
    process::opened::<Entity>(&ctx, tx, "grid.protection.report", &row).await
}

/// One mandatory report, for who has to do with it.
#[utoipa::path(get, path = "/protections/{id}", operation_id = "grid_protection_show",
    security(("token" = ["grid.protection.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let full = InFull {
        report: Entity::wire(&ctx, &row),
        capacity: row.capacity,
        account: service::told(&ctx, &row)?,
        warned_on: row.warned_on,
        victim_visited_on: row.victim_visited_on,
        offender_visited_on: row.offender_visited_on,
        course: Course::of::<Entity>(&ctx, &row).await?,
    };
    Ok(Reply::ok(full).version(row.version))
}

/// When the police warned in writing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Warning, example = json!({}))]
pub(crate) struct Warning {
    /// Today, unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
}

/// Records a written warning (告诫书): both sides are to be visited from now on.
#[utoipa::path(post, path = "/protections/{id}/warn", operation_id = "grid_protection_warn",
    security(("token" = ["grid.protection.warn"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Warning, responses((status = 200, body = Protection)))]
async fn warn(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Warning>) -> Result<Reply<Protection>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::warn(&mut tx, &row, body.on).await?;
    process::done::<Entity>(&ctx, tx, "grid.protection.warn", &row).await
}

/// When both sides were visited.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::BothVisited, example = json!({}))]
pub(crate) struct BothVisited {
    /// Today, unless given.
    #[serde(default)]
    victim_on: Option<NaiveDate>,
    /// Today, unless given.
    #[serde(default)]
    offender_on: Option<NaiveDate>,
}

/// Records that both sides were visited after the warning (Article 17): the days, and nothing else.
#[utoipa::path(post, path = "/protections/{id}/visit", operation_id = "grid_protection_visit",
    security(("token" = ["grid.protection.visit"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = BothVisited, responses((status = 200, body = Protection)))]
async fn visit(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<BothVisited>) -> Result<Reply<Protection>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::visit(&mut tx, &row, body.victim_on, body.offender_on).await?;
    process::done::<Entity>(&ctx, tx, "grid.protection.visit", &row).await
}
