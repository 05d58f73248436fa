//! The JSON face of demands.

use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text, printed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::bodies::{self, Days};
use super::entity::Model;
use super::service::{self, Filter, New, Outcome, Told};
use super::way::Way;
use super::{commitment, sheet};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, record))
        .routes(routes!(show))
        .routes(routes!(print))
        .routes(routes!(commit))
        .merge(bodies::routes())
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
    /// What is done instead; absent of demands of before ways were recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) way: Option<Way>,
    /// What the person can do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Text>,
    /// Leads to applying for the paper that is issued here, with item and person filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))), example = "/papers/new?item=hardship")]
    pub(crate) apply: Option<String>,
    /// The commitment, to be printed: to be signed, or as it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) commitment: Option<String>,
    /// Leads to recording that it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))), example = "/demands/0192f0c0-0000-7000-8000-000000000001/commit")]
    pub(crate) commit: Option<String>,
    /// On which day it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) committed_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) committed_by: Option<String>,
    /// Leads to recording that the commitment was false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))), example = "/breaches/new")]
    pub(crate) breach: Option<String>,
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
        let way = row.way.as_deref().and_then(Way::parse);
        let place = tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default();
        let id = row.id;
        let commits = way == Some(Way::Commitment);
        let made = row.committed_on.is_some();
        let whose = row.person.map(|person| format!("person={person}"));
        Ok(Demand {
            id,
            way,
            next: way.map(|way| way.next(&row.requesting_body)),
            apply: row.item.as_ref().filter(|_| way == Some(Way::IssuedHere)).map(|item| {
                let whose = whose.as_ref().map(|whose| format!("&{whose}")).unwrap_or_default();
                format!("/papers/new?item={item}{whose}")
            }),
            commitment: commits.then(|| format!("/api/v1/places/{place}/certificates/demands/{id}/commitment")),
            commit: (commits && !made).then(|| format!("/demands/{id}/commit")),
            committed_on: row.committed_on,
            committed_by: row.committed_by_name,
            breach: whose.filter(|_| made).map(|whose| format!("/breaches/new?{whose}&demand={id}")),
            place,
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
    way: Option<Way>,
    /// The body that demands, as it was recorded.
    requesting_body: Option<String>,
}

/// Demands here and below, newest first.
#[utoipa::path(get, path = "/demands", operation_id = "certificates_demand_list",
    security(("token" = ["certificates.demand.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Days, Paging),
    responses((status = 200, body = Page<Demand>)))]
async fn list(
    ctx: Ctx,
    Query(q): Query<ListQuery>,
    Query(days): Query<Days>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Demand>>> {
    let (since, until) = days.span()?;
    let filter = Filter { outcome: q.outcome, way: q.way, requesting_body: q.requesting_body, since, until };
    let Page { items, next } = service::list(&ctx, &filter, &paging).await?;
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

/// The commitment that does instead of the paper, to be printed and signed (国办发〔2020〕42号（六）): filled from base data, with
/// the number masked. Where the catalogue says another way, or a false commitment is on record, it tells what to do instead.
#[utoipa::path(get, path = "/demands/{id}/commitment", operation_id = "certificates_demand_commitment",
    security(("token" = ["certificates.demand.commit"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, description = "One page A4.", body = String, content_type = "text/html")))]
async fn print(ctx: Ctx, path: Path<DemandPath>) -> Result<Response> {
    let row = service::find(&ctx, path.id).await?;
    Ok(printed(sheet::page(&commitment::to_print(&ctx, &row).await?)))
}

/// A commitment that was signed by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::Commit, example = json!({}))]
pub(crate) struct Commit {
    /// On which day it was signed; today unless given.
    #[serde(default)]
    day: Option<NaiveDate>,
    /// Who committed, where the demand does not say it.
    #[serde(default)]
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Option<Uuid>,
}

/// Records that the commitment was signed, with the day (国办发〔2020〕42号（六）): the paper is not asked for any more.
#[utoipa::path(post, path = "/demands/{id}/commit", operation_id = "certificates_demand_commit",
    security(("token" = ["certificates.demand.commit"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Commit, responses((status = 200, body = Demand)))]
async fn commit(ctx: Ctx, path: Path<DemandPath>, Json(body): Json<Commit>) -> Result<Reply<Demand>> {
    let row = service::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = commitment::commit(&mut tx, &row, body.day, body.person).await?;
    let subject = Subject::new("certificates.demand", row.id);
    tx.commit("certificates.demand.commit", subject, Reply::ok(Demand::from(&ctx, row)?)).await
}
