//! Whistles on the wire.

use jizuo_kernel::error::Faults;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Tx};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::call_api::{self, Brief};
use super::entity::{Column, Entity, Model};
use super::process::WHISTLE;
use super::service::{self, New, Occasion, Rating};
use crate::incident::Satisfaction;
use crate::incident::service::Severity;
use crate::party::service::Asked;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, blow))
        .routes(routes!(show))
        .routes(routes!(conclude))
        .routes(routes!(rate))
        .merge(process::steps::<Entity>(&WHISTLE, &["grid.whistle.conclude", "grid.whistle.rate"]))
        .merge(call_api::routes())
}

/// A township's call to departments.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Whistle)]
pub struct Whistle {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    /// What people quote.
    code: String,
    title: String,
    occasion: Occasion,
    severity: String,
    /// Code of the incident that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
    blown_by: String,
}

impl Face for Entity {
    type Wire = Whistle;
    const PATH: &'static str = "whistles";

    fn wire(ctx: &Ctx, row: &Model) -> Whistle {
        Whistle {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            title: row.title.clone(),
            occasion: row.occasion,
            severity: row.severity.clone(),
            incident: row.incident_code.clone(),
            blown_by: row.blown_by_name.clone(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A whistle with the departments that it calls.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::WhistleInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    whistle: Whistle,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// The departments that are called.
    calls: Vec<Brief>,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    #[param(inline)]
    occasion: Option<Occasion>,
}

/// Whistles here and below, newest first.
#[utoipa::path(get, path = "/whistles", operation_id = "grid_whistle_list", security(("token" = ["grid.whistle.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Whistle>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Whistle>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| match own.occasion {
        Some(occasion) => query.filter(Column::Occasion.eq(occasion)),
        None => query,
    });
    Ok(Json(page.await?))
}

/// A department to be called.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Called, example = json!({ "contact": "0192f0c0-0000-7000-8000-000000000001" }))]
pub(crate) struct Called {
    /// An organisation of the county: `GET …/grid/organisations`.
    #[serde(default)]
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/grid/organisations", "value": "id", "title": "title" }))
    ))]
    organisation: Option<Uuid>,
    /// The account that acts for it: `GET …/holders`.
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=grid.call.decline", "value": "id", "title": "title" }))
    ))]
    contact: Uuid,
}

/// A whistle to be blown.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewWhistle, example = json!({
    "occasion": "joint_enforcement", "title": "占道经营联合整治", "description": "早市占道，影响通行",
    "departments": [{ "contact": "0192f0c0-0000-7000-8000-000000000001" }]
}))]
pub(crate) struct NewWhistle {
    /// Code of the township or of a place in it; needed when the operation's place is not one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,12}$")]
    place: Option<String>,
    occasion: Occasion,
    #[serde(default)]
    severity: Severity,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: String,
    /// The code of the incident that it is about.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60)]
    incident: Option<String>,
    #[schema(min_items = 1, max_items = 20)]
    departments: Vec<Called>,
}

/// Calls departments to where they are needed, with a deadline by which each is to be there.
#[utoipa::path(post, path = "/whistles", operation_id = "grid_whistle_blow", security(("token" = ["grid.whistle.blow"])),
    params(("place" = String, Path, example = "530102001")),
    request_body = NewWhistle, responses((status = 201, body = Whistle)))]
async fn blow(ctx: Ctx, Json(new): Json<NewWhistle>) -> Result<Reply<Whistle>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let asked = |one: Called| Asked { organisation: one.organisation, contact: one.contact };
    let new = New {
        place,
        occasion: new.occasion,
        severity: new.severity,
        title: new.title,
        description: new.description,
        incident: new.incident,
        departments: new.departments.into_iter().map(asked).collect(),
    };
    let mut tx = ctx.begin().await?;
    let row = service::blow(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "grid.whistle.blow", &row).await
}

/// One whistle, with the departments that it calls and what the caller may do now.
#[utoipa::path(get, path = "/whistles/{id}", operation_id = "grid_whistle_show",
    security(("token" = ["grid.whistle.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let full = InFull {
        whistle: Entity::wire(&ctx, &row),
        description: row.description.clone(),
        result: row.result.clone(),
        calls: service::calls(&ctx, &row).await?.into_iter().map(|one| call_api::brief(&ctx, one)).collect(),
        course: Course::of::<Entity>(&ctx, &row).await?,
    };
    Ok(Reply::ok(full).version(row.version))
}

/// What came of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::JointResult, example = json!({ "result": "占道摊点全部入市经营" }))]
pub(crate) struct JointResult {
    #[schema(min_length = 1, max_length = 500)]
    result: String,
}

/// Records the joint result, once every department has arrived, said why not, or is recorded as absent.
#[utoipa::path(post, path = "/whistles/{id}/conclude", operation_id = "grid_whistle_conclude",
    security(("token" = ["grid.whistle.conclude"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = JointResult, responses((status = 200, body = Whistle)))]
async fn conclude(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<JointResult>) -> Result<Reply<Whistle>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::conclude(&mut tx, &row, &body.result).await?;
    process::done::<Entity>(&ctx, tx, "grid.whistle.conclude", &row).await
}

/// How one department is rated.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Rating, example = json!({
    "call": "0192f0c0-0000-7000-8000-000000000001", "rating": "satisfied"
}))]
pub(crate) struct RatingGiven {
    /// Id of the department's call.
    call: Uuid,
    rating: Satisfaction,
    #[serde(default)]
    #[schema(max_length = 300)]
    note: Option<String>,
}

/// How every department is rated.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Ratings)]
pub(crate) struct Ratings {
    #[schema(min_items = 1, max_items = 20)]
    ratings: Vec<RatingGiven>,
}

/// Rates every department that was called. Departments are rated, and never a person.
#[utoipa::path(post, path = "/whistles/{id}/rate", operation_id = "grid_whistle_rate",
    security(("token" = ["grid.whistle.rate"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Ratings, responses((status = 200, body = Whistle)))]
async fn rate(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Ratings>) -> Result<Reply<Whistle>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut faults = Faults::default();
    if body.ratings.len() > service::MOST {
        faults.add("ratings", "grid.whistle.ratings", service::TOO_MANY);
    }
    faults.check()?;
    let rating = |one: RatingGiven| Rating { call: one.call, rating: one.rating, note: one.note };
    let mut tx = ctx.begin().await?;
    let row = service::rate(&mut tx, &row, body.ratings.into_iter().map(rating).collect()).await?;
    process::done::<Entity>(&ctx, tx, "grid.whistle.rate", &row).await
}
