//! The JSON face of false commitments.

use chrono::{DateTime, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::service::{self, New};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, record)).routes(routes!(show)).routes(routes!(repair))
}

/// A false commitment on record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Breach)]
pub(crate) struct Breach {
    pub(crate) id: Uuid,
    /// In the base data.
    pub(crate) person: Uuid,
    pub(crate) holder: String,
    /// The demand that was answered with the commitment, where it was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) demand: Option<Uuid>,
    pub(crate) reason: String,
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) recorded_by: String,
    /// When it was repaired; until then no other commitment is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repaired_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repaired_because: Option<String>,
}

impl From<Model> for Breach {
    fn from(row: Model) -> Breach {
        Breach {
            id: row.id,
            person: row.person,
            holder: row.holder,
            demand: row.demand,
            reason: row.reason,
            opened_at: row.opened_at,
            recorded_by: row.recorded_by_name,
            closed_at: row.closed_at,
            repaired_by: row.repaired_by_name,
            repaired_because: row.repaired_because,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only what is not repaired; or, with `false`, only what is.
    open: Option<bool>,
}

/// False commitments on record here and below, newest first.
#[utoipa::path(get, path = "/breaches", operation_id = "certificates_breach_list",
    security(("token" = ["certificates.breach.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging),
    responses((status = 200, body = Page<Breach>)))]
async fn list(ctx: Ctx, Query(q): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Breach>>> {
    Ok(Json(service::list(&ctx, q.open, &paging).await?.map(Breach::from)))
}

/// A false commitment as it is recorded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewBreach, example = json!({
    "person": "0192f0c0-0000-7000-8000-00000000dead", "reason": "核查发现所报居住地没有住过"
}))]
pub(crate) struct NewBreach {
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Uuid,
    /// The demand that was answered with the commitment, where it was made here.
    #[serde(default)]
    demand: Option<Uuid>,
    /// What was found to be false, and by whom.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Records that somebody committed falsely: until it is repaired, no other commitment of theirs is taken in this county
/// (国办发〔2020〕42号（五）).
#[utoipa::path(post, path = "/breaches", operation_id = "certificates_breach_record",
    security(("token" = ["certificates.breach.record"])), params(("place" = String, Path, example = "530102")),
    request_body = NewBreach, responses((status = 201, body = Breach)))]
async fn record(ctx: Ctx, Json(new): Json<NewBreach>) -> Result<Reply<Breach>> {
    let mut tx = ctx.begin().await?;
    let new = New { person: new.person, demand: new.demand, reason: new.reason };
    let row = service::record(&mut tx, new).await?;
    let subject = Subject::new("certificates.breach", row.id);
    let location = format!("/api/v1/places/{}/certificates/breaches/{}", ctx.place()?.code, row.id);
    tx.commit("certificates.breach.record", subject, Reply::created(location, Breach::from(row))).await
}

#[derive(Debug, Deserialize)]
struct BreachPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One false commitment.
#[utoipa::path(get, path = "/breaches/{id}", operation_id = "certificates_breach_show",
    security(("token" = ["certificates.breach.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = Breach)))]
async fn show(ctx: Ctx, path: Path<BreachPath>) -> Result<Json<Breach>> {
    Ok(Json(service::find(&ctx, path.id).await?.into()))
}

/// Why it counts no longer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::Repair, example = json!({ "reason": "已履行处理决定，信用修复完成" }))]
pub(crate) struct Repair {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Records that it is repaired: a commitment of this person is taken again.
#[utoipa::path(post, path = "/breaches/{id}/repair", operation_id = "certificates_breach_repair",
    security(("token" = ["certificates.breach.repair"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Repair, responses((status = 200, body = Breach)))]
async fn repair(ctx: Ctx, path: Path<BreachPath>, Json(body): Json<Repair>) -> Result<Reply<Breach>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::repair(&mut tx, &row, &body.reason).await?;
    let subject = Subject::new("certificates.breach", row.id);
    tx.commit("certificates.breach.repair", subject, Reply::ok(Breach::from(row))).await
}
