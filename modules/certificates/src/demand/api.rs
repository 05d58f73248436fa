//! The JSON face of demands.

use chrono::{DateTime, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::service::{self, New, Outcome, Told};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, record)).routes(routes!(show))
}

/// A demand, and what the person was told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Demand)]
pub(crate) struct Demand {
    pub(crate) id: Uuid,
    /// Code of the place where it was recorded.
    pub(crate) place: String,
    pub(crate) place_name: String,
    pub(crate) at: DateTime<Utc>,
    /// In the words of who asked.
    #[schema(example = "还活着的证明")]
    pub(crate) what: String,
    pub(crate) outcome: Outcome,
    /// Absent when nobody knows the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "being_alive")]
    pub(crate) code: Option<String>,
    pub(crate) name: Text,
    pub(crate) basis: Text,
    /// Where to go instead, or who issues it.
    pub(crate) next_door: Text,
    pub(crate) requesting_body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf_of: Option<String>,
    /// The person of the base data, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Uuid>,
    pub(crate) recorded_by: String,
}

impl Demand {
    fn from(ctx: &Ctx, row: Model) -> Result<Demand> {
        let tree = &ctx.snapshot.places;
        let told: Told = serde_json::from_value(row.told)?;
        Ok(Demand {
            id: row.id,
            place: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            at: row.at,
            what: row.what,
            outcome: Outcome::parse(&row.outcome),
            code: row.item,
            name: told.name,
            basis: told.basis,
            next_door: told.next_door,
            requesting_body: row.requesting_body,
            matter: row.matter,
            on_behalf_of: row.on_behalf_of,
            person: row.person,
            recorded_by: row.recorded_by_name,
        })
    }
}

/// Somebody demands a paper.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewDemand, example = json!({
    "what": "还活着的证明", "requesting_body": "县社会保险中心", "matter": "领取养老金", "on_behalf_of": "李阿诗"
}))]
pub(crate) struct NewDemand {
    /// Everyday words, a code, or the id of an item.
    #[schema(min_length = 1, max_length = 100)]
    what: String,
    /// Who wants it: office, bank, school, insurer.
    #[schema(min_length = 1, max_length = 100)]
    requesting_body: String,
    /// For what.
    #[serde(default)]
    #[schema(max_length = 200)]
    matter: Option<String>,
    /// The resident for whom this is asked; may be left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    on_behalf_of: Option<String>,
    /// The resident, where the base data knows them: the name is filled in from there.
    #[serde(default)]
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Option<Uuid>,
}

/// Records that somebody demands a paper, and says whether they may and where to go. Nothing is issued: what the negative
/// list blocks, or no list knows, is recorded as `off_list`.
#[utoipa::path(post, path = "/demands", operation_id = "certificates_demand_record",
    security(("token" = ["certificates.demand.record"])), params(("place" = String, Path, example = "530102")),
    request_body = NewDemand, responses((status = 201, body = Demand)))]
async fn record(ctx: Ctx, Json(new): Json<NewDemand>) -> Result<Reply<Demand>> {
    let new = New {
        what: new.what,
        requesting_body: new.requesting_body,
        matter: new.matter,
        on_behalf_of: new.on_behalf_of,
        person: new.person,
    };
    let mut tx = ctx.begin().await?;
    let row = service::record(&mut tx, new).await?;
    let subject = Subject::new("certificates.demand", row.id);
    let location = format!("/api/v1/places/{}/certificates/demands/{}", ctx.place()?.code, row.id);
    let reply = Reply::created(location, Demand::from(&ctx, row)?);
    tx.commit("certificates.demand.record", subject, reply).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    outcome: Option<Outcome>,
}

/// Demands here and below, newest first.
#[utoipa::path(get, path = "/demands", operation_id = "certificates_demand_list",
    security(("token" = ["certificates.demand.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging),
    responses((status = 200, body = Page<Demand>)))]
async fn list(ctx: Ctx, Query(q): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Demand>>> {
    let Page { items, next } = service::list(&ctx, q.outcome, &paging).await?;
    let items = items.into_iter().map(|row| Demand::from(&ctx, row)).collect::<Result<_>>()?;
    Ok(Json(Page { items, next }))
}

#[derive(Debug, Deserialize)]
struct DemandPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One demand, with what the person was told that day.
#[utoipa::path(get, path = "/demands/{id}", operation_id = "certificates_demand_show",
    security(("token" = ["certificates.demand.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = Demand)))]
async fn show(ctx: Ctx, path: Path<DemandPath>) -> Result<Json<Demand>> {
    Ok(Json(Demand::from(&ctx, service::find(&ctx, path.id).await?)?))
}
