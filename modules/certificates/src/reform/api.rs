//! The JSON face of reforms.

use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::{Entity, Model};
use super::service::{self, Cancelled, Change, New};
use crate::item::{Replacement, chosen};
use crate::process::REFORM;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, propose))
        .routes(routes!(show))
        .merge(process::steps::<Entity>(&REFORM, &[]))
}

/// A reform as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Reform)]
pub struct Reform {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    #[schema(example = "2026年证明事项清理")]
    pub(crate) title: String,
    /// How many papers it cancels.
    pub(crate) cancelled: i32,
    /// Papers that were issued here before it was published, and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retained_before: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retained_after: Option<i32>,
}

impl Face for Entity {
    type Wire = Reform;
    const PATH: &'static str = "reforms";

    fn wire(ctx: &Ctx, row: &Model) -> Reform {
        Reform {
            head: Head::of::<Entity>(ctx, row),
            title: row.title.clone(),
            cancelled: row.cancelled,
            retained_before: row.retained_before,
            retained_after: row.retained_after,
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }

    /// A place reforms its own catalogue.
    fn reach(ctx: &Ctx) -> Result<Scope> {
        Ok(Scope::counties(vec![ctx.place()?.chain()]))
    }
}

/// A reform with every paper that it cancels.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::ReformInFull)]
struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    reform: Reform,
    reason: String,
    changes: Vec<Cancelled>,
    proposed_by: String,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// Reforms of this place, newest first.
#[utoipa::path(get, path = "/reforms", operation_id = "certificates_reform_list",
    security(("token" = ["certificates.reform.read"])),
    params(("place" = String, Path, example = "530102"), Wanted, Paging), responses((status = 200, body = Page<Reform>)))]
async fn list(ctx: Ctx, Query(wanted): Query<Wanted>, Query(paging): Query<Paging>) -> Result<Json<Page<Reform>>> {
    Ok(Json(process::list::<Entity>(&ctx, &wanted, &paging, |query| query).await?))
}

fn codes() -> RefOr<Schema> {
    let about = "Papers of which the same is done instead: codes of items that are issued here.";
    chosen("?state=in_force&status_kind=retained", "code", 0..=service::MOST, about)
}

/// Which papers are cancelled, and what is done instead.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewReform, example = json!({
    "title": "2026年证明事项清理", "reason": "部门间已能核验", "items": ["income"], "replacement": "data_check"
}))]
struct NewReform {
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    #[serde(default)]
    #[schema(schema_with = codes)]
    items: Vec<String>,
    /// What is done instead of `items`.
    #[serde(default)]
    replacement: Option<Replacement>,
    /// Papers each with what is done instead.
    #[serde(default)]
    #[schema(max_items = 200)]
    changes: Vec<Change>,
}

/// Proposes to cancel papers that are issued here, each with what is done instead. Nothing changes before it is published.
#[utoipa::path(post, path = "/reforms", operation_id = "certificates_reform_propose",
    security(("token" = ["certificates.reform.propose"])), params(("place" = String, Path, example = "530102")),
    request_body = NewReform, responses((status = 201, body = Reform)))]
async fn propose(ctx: Ctx, Json(new): Json<NewReform>) -> Result<Reply<Reform>> {
    // Who says nothing else does away with it.
    let replacement = new.replacement.unwrap_or(Replacement::Abolish);
    let alike = new.items.into_iter().map(|code| Change { code, replacement, next_door: None });
    let changes = new.changes.into_iter().chain(alike).collect();
    let mut tx = ctx.begin().await?;
    let row = service::propose(&mut tx, New { title: new.title, reason: new.reason, changes }).await?;
    process::opened::<Entity>(&ctx, tx, "certificates.reform.propose", &row).await
}

/// One reform, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/reforms/{id}", operation_id = "certificates_reform_show",
    security(("token" = ["certificates.reform.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let shown = InFull {
        reform: Entity::wire(&ctx, &row),
        reason: row.reason.clone(),
        changes: serde_json::from_value(row.changes.clone())?,
        proposed_by: row.proposed_by_name.clone(),
        course: Course::of::<Entity>(&ctx, &row).await?,
    };
    Ok(Reply::ok(shown).version(row.version))
}
