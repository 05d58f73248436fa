//! The JSON face of data checks.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::service::{self, New, RUN};
use crate::connector::Failure;
use crate::source::kind::{Fallback, Ground};
use crate::source::mapping::{Answered, Outcome};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, run)).routes(routes!(show))
}

/// A data check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::DataCheck)]
pub(crate) struct DataCheck {
    pub(crate) id: Uuid,
    #[schema(example = "530102001001")]
    pub(crate) place: String,
    pub(crate) place_name: String,
    pub(crate) at: DateTime<Utc>,
    #[schema(example = "marital_status")]
    pub(crate) item: String,
    pub(crate) item_name: String,
    pub(crate) person: Uuid,
    /// Masked.
    #[schema(example = "李**")]
    pub(crate) holder: String,
    pub(crate) purpose: String,
    pub(crate) outcome: Outcome,
    /// What that means, and what to do next.
    pub(crate) says: Text,
    /// Why nothing could be learnt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure>,
    /// What is done instead of the paper; absent where it was confirmed, and where the paper is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fallback: Option<Fallback>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_door: Option<String>,
    pub(crate) source: Uuid,
    pub(crate) source_title: String,
    pub(crate) department: String,
    /// As of which day the data is, where it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_of: Option<NaiveDate>,
    pub(crate) ground: Ground,
    pub(crate) basis: String,
    pub(crate) took_ms: i32,
    pub(crate) asked_by: String,
    /// Leads to the paper that it was made for, or that it verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))), example = "/papers/0192f0c0-0000-7000-8000-000000000001")]
    pub(crate) paper: Option<String>,
}

impl DataCheck {
    pub(crate) fn of(ctx: &Ctx, row: &Model) -> DataCheck {
        let tree = &ctx.snapshot.places;
        let outcome = Outcome::parse(&row.outcome);
        let unsettled = outcome != Outcome::Confirmed;
        DataCheck {
            id: row.id,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            at: row.at,
            item: row.item.clone(),
            item_name: row.item_name.clone(),
            person: row.person,
            holder: row.holder.clone(),
            purpose: row.purpose.clone(),
            outcome,
            says: service::says(row),
            failure: row.failure.as_deref().and_then(Failure::parse),
            fallback: (unsettled && row.paper.is_none()).then(|| Fallback::parse(&row.fallback)),
            next_door: unsettled.then(|| service::next_door(row).0.to_owned()),
            source: row.source,
            source_title: row.source_title.clone(),
            department: row.department.clone(),
            data_of: row.data_of,
            ground: Ground::parse(&row.ground),
            basis: row.basis.clone(),
            took_ms: row.took_ms,
            asked_by: row.asked_by_name.clone(),
            paper: row.paper.map(|paper| format!("/papers/{paper}")),
        }
    }
}

/// A data check with what the department answered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::DataCheckDetail)]
struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    check: DataCheck,
    /// Empty once it is forgotten (rule `CERT.QUERY.KEEP`).
    answer: Vec<Answered>,
}

/// What is to be checked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewDataCheck, example = json!({
    "item": "disability", "person": "0192f0c0-0000-7000-8000-000000000001", "purpose": "办理残疾人补贴"
}))]
struct NewDataCheck {
    /// Code, id or name of an item of the catalogue or of the negative list.
    #[schema(min_length = 1, max_length = 100)]
    item: String,
    /// Whose data is checked.
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Uuid,
    /// One of the purposes of the source; may be left out where it has only one.
    #[serde(default)]
    #[schema(max_length = 60)]
    purpose: Option<String>,
}

/// Checks a department's data instead of asking for a paper. Whatever comes of it, the answer says what to do; what the
/// department answered in detail is shown by the check itself and kept in no reply.
#[utoipa::path(post, path = "/checks", operation_id = "certificates_check_run",
    security(("token" = ["certificates.check.run"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewDataCheck, responses((status = 201, body = DataCheck)))]
async fn run(ctx: Ctx, Json(new): Json<NewDataCheck>) -> Result<Reply<DataCheck>> {
    // Circumstances of their own, whose transaction ends before the department is asked.
    let reading = ctx.clone().within(ctx.scope.clone());
    let new = New { item: new.item, person: new.person, purpose: new.purpose };
    let prepared = service::prepare(&reading, new).await?;
    drop(reading);
    let found = service::ask(&ctx, &prepared).await?;
    let mut tx = ctx.begin().await?;
    let row = service::record(&mut tx, &prepared, &found).await?;
    let location = format!("/api/v1/places/{}/certificates/checks/{}", ctx.place()?.code, row.id);
    let reply = Reply::created(location, DataCheck::of(&ctx, &row));
    tx.commit(RUN, Subject::new("certificates.query", row.id), reply).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    outcome: Option<Outcome>,
}

/// Data checks here and below, newest first.
#[utoipa::path(get, path = "/checks", operation_id = "certificates_check_list",
    security(("token" = ["certificates.check.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging),
    responses((status = 200, body = Page<DataCheck>)))]
async fn list(ctx: Ctx, Query(q): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<DataCheck>>> {
    Ok(Json(service::list(&ctx, q.outcome, &paging).await?.map(|row| DataCheck::of(&ctx, &row))))
}

#[derive(Debug, Deserialize)]
struct CheckPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One data check, with what the department answered.
#[utoipa::path(get, path = "/checks/{id}", operation_id = "certificates_check_show",
    security(("token" = ["certificates.check.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<CheckPath>) -> Result<Json<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    Ok(Json(InFull { check: DataCheck::of(&ctx, &row), answer: service::shown(&ctx, &row)? }))
}
