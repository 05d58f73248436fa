//! Organisations on the wire.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_standards::element;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::entity::{address, organisation, person, post};
use super::super::facts::{self, Value};
use super::super::households::{day, provenance, source};
use super::super::rows::Existing;
use super::super::wire::{FactShown, said_of};
use super::super::{Subject as Whom, SubjectKind, look_up, rows, show};
use super::{Founding, Posting, appoint, credit_code, dissolve, end_post, found, free_code, held, kinds};
use crate::error::{Faults, invalid};
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Error, Json, Lang, Reply, Result, Scope, Scoped, Subject, Text, Tx};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(list_kinds))
        .routes(routes!(show))
        .routes(routes!(learn))
        .routes(routes!(give_post))
        .routes(routes!(take_post))
        .routes(routes!(end))
}

/// An organisation as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    pub id: Uuid,
    /// Code of the place.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    #[schema(example = "mediation_committee")]
    pub kind: String,
    #[schema(example = "人民调解委员会")]
    pub kind_name: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "N2530102MF0000013T")]
    pub credit_code: Option<String>,
    /// `present`, `dissolved`
    pub standing: String,
    pub standing_since: NaiveDate,
}

impl Organisation {
    fn of(ctx: &Ctx, row: &organisation::Model) -> Organisation {
        let tree = &ctx.snapshot.places;
        let kind = kinds::find(&row.kind);
        Organisation {
            id: row.id,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            kind: row.kind.clone(),
            kind_name: kind.map(|k| if ctx.lang == Lang::Zh { k.zh.clone() } else { k.en.clone() }).unwrap_or_default(),
            name: row.name.clone(),
            credit_code: row.credit_code.clone(),
            standing: row.standing.clone(),
            standing_since: row.standing_since,
        }
    }
}

/// An organisation with its posts and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationInFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub organisation: Organisation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Posts that are held now, oldest first.
    pub posts: Vec<Post>,
    /// Posts that have ended, latest first.
    pub former_posts: Vec<Post>,
    /// What is known, with its source.
    pub facts: Vec<FactShown>,
}

/// Somebody in a post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = OrganisationPost)]
pub struct Post {
    pub id: Uuid,
    pub person: Uuid,
    pub name: String,
    #[schema(example = "主任")]
    pub title: String,
    pub since: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// `present`, `moved_out`, `dead`, `merged`: a post may outlive its holder until somebody ends it.
    pub standing: String,
    pub collector: String,
    pub recorded_at: DateTime<Utc>,
}

impl Post {
    fn of(row: post::Model, person: Option<&person::Model>) -> Post {
        Post {
            id: row.id,
            person: row.person,
            name: person.map(|p| p.name.clone()).unwrap_or_default(),
            title: row.title,
            since: row.since,
            until: row.until,
            standing: person.map(|p| p.standing.clone()).unwrap_or_default(),
            collector: row.collector,
            recorded_at: row.recorded_at,
        }
    }
}

#[derive(Debug, Deserialize)]
struct OrganisationPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

#[derive(Debug, Deserialize)]
struct PostPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    post: Uuid,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// One of the kinds.
    #[param(schema_with = kinds::schema)]
    kind: Option<String>,
    /// The beginning of the name, the initials of its pinyin, or a credit code.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Those that are there, unless given.
    #[param(inline)]
    standing: Option<Existing>,
}

/// Organisations here and below, newest first.
#[utoipa::path(get, path = "/places/{place}/organisations", operation_id = "base_organisation_list",
    security(("token" = ["base.organisation.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging),
    responses((status = 200, body = Page<Organisation>)))]
async fn list(
    ctx: Ctx,
    Query(wanted): Query<ListQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Organisation>>> {
    use organisation::Column;
    let mut query = organisation::Entity::within(&ctx.scope)
        .filter(Column::Standing.eq(wanted.standing.unwrap_or_default().as_str()));
    if let Some(kind) = &wanted.kind {
        if kinds::find(kind).is_none() {
            return Err(invalid("kind", "base.organisation.kind", kinds::NO_SUCH));
        }
        query = query.filter(Column::Kind.eq(kind));
    }
    if let Some(q) = look_up::asked(wanted.q.as_deref())? {
        let typed = look_up::Typed::read(&q).map(|typed| typed.condition(Column::Name, Column::Initials));
        let any = Condition::any().add_option(typed).add(Column::CreditCode.eq(q.to_uppercase()));
        query = query.filter(any);
    }
    let page = paging.newest(&ctx, query, Column::Id).await?;
    Ok(Json(page.map(|row| Organisation::of(&ctx, &row))))
}

/// The kinds of organisation, each with where it comes from.
#[utoipa::path(get, path = "/places/{place}/organisations/kinds", operation_id = "base_organisation_kinds",
    security(("token" = ["base.organisation.read"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<kinds::Kind>)))]
async fn list_kinds(_: Ctx) -> Result<Json<Vec<kinds::Kind>>> {
    Ok(Json(kinds::all().to_vec()))
}

/// An organisation to be recorded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "mediation_committee", "name": "翠湖西路社区人民调解委员会", "source": "village_visit"
}))]
pub struct NewOrganisation {
    /// Code of a place here or below, where it is not the operation's own.
    #[serde(default)]
    #[schema(max_length = 40)]
    place: Option<String>,
    #[schema(schema_with = kinds::schema)]
    kind: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 30)]
    credit_code: Option<String>,
    /// Why a credit code is kept although its check character does not fit: the certificate really reads so.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    override_check: Option<String>,
    /// An address on record.
    #[serde(default)]
    address: Option<Uuid>,
    /// Since when it is known to be: today unless given.
    #[serde(default)]
    since: Option<NaiveDate>,
    /// Who says so: an id of the sources.
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
    /// What else is known of it, by data element.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>)]
    facts: BTreeMap<String, String>,
}

const NAME: &str = "organisation.name";
const CODE: &str = "organisation.credit_code";

/// Name and code have fields of their own in the body that records an organisation.
fn own_fields(faults: &mut Faults, values: &[Value]) {
    for (element, _) in values.iter().filter(|(element, _)| [NAME, CODE].contains(&element.id.as_str())) {
        let why = Text::new("请填在 name、credit_code 中", "has a field of its own: name, credit_code");
        faults.add(format!("facts.{}", element.id), "base.organisation.own_field", why);
    }
}

/// Why a code is right that does not look so.
fn despite(faults: &mut Faults, reason: Option<&str>) -> Option<String> {
    reason.map(|text| faults.text("override_check", text, 200)).filter(|text| !text.is_empty())
}

/// Records an organisation.
#[utoipa::path(post, path = "/places/{place}/organisations", operation_id = "base_organisation_create",
    security(("token" = ["base.organisation.write"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewOrganisation, responses((status = 201, body = OrganisationInFull)))]
async fn create(ctx: Ctx, Json(new): Json<NewOrganisation>) -> Result<Reply<OrganisationInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let place = match &new.place {
        Some(code) => tx.resolve_below("place", code)?,
        None => tx.place()?.clone(),
    };
    if place.above_county() {
        let why = Text::new("请选择到县（市、区）或以下", "choose a county or a place below it");
        faults.add("place", "base.place.county_wanted", why);
    }
    if kinds::find(&new.kind).is_none() {
        faults.add("kind", "base.organisation.kind", kinds::NO_SUCH);
    }
    let name = faults.text("name", &new.name, 200);
    let despite = despite(&mut faults, new.override_check.as_deref());
    let code = new.credit_code.as_deref();
    let code = code.and_then(|typed| credit_code(&mut faults, "credit_code", typed, despite.as_deref()));
    let since = day(&tx, &mut faults, "since", new.since);
    let source = source(&mut faults, &new.source);
    let mut values = facts::checked(&mut faults, SubjectKind::Organisation, &new.facts, tx.today());
    own_fields(&mut faults, &values);
    faults.check()?;
    tx.require("base.organisation.write", &place)?;
    values.extend(element::find(NAME).map(|element| (element, name.clone())));
    values.extend(element::find(CODE).zip(code.as_ref()).map(|(element, code)| (element, code.as_str().to_owned())));
    let founding = Founding { kind: new.kind, name, credit_code: code, address: new.address, on: since, import: None };
    let row = found(&mut tx, &place, founding).await?;
    facts::record_all(&mut tx, &Whom::from(&row), &values, &provenance(source, since)?).await?;
    let row = rows::organisation(&tx, row.id).await?;
    if let Some(reason) = &despite {
        tx.note("override_check", reason);
    }
    tx.note("kind", &row.kind);
    tx.note("name", &row.name);
    let full = in_full(&tx, &row).await?;
    let location = format!("/api/v1/places/{}/organisations/{}", place.code, row.id);
    let reply = Reply::created(location, full).version(row.version);
    tx.commit("base.organisation.write", Subject::new("base.organisation", row.id), reply).await
}

/// One organisation, with its posts.
#[utoipa::path(get, path = "/places/{place}/organisations/{id}", operation_id = "base_organisation_show",
    security(("token" = ["base.organisation.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    responses((status = 200, body = OrganisationInFull)))]
async fn show(ctx: Ctx, path: Path<OrganisationPath>) -> Result<Reply<OrganisationInFull>> {
    let query = organisation::Entity::within(&ctx.scope).filter(organisation::Column::Id.eq(path.id));
    let row = query.one(ctx.db()).await?.ok_or(Error::NotFound("organisation"))?;
    let full = in_full(&ctx, &row).await?;
    Ok(Reply::ok(full).version(row.version))
}

/// How many posts that have ended are shown.
const FORMER: u64 = 50;

async fn in_full(ctx: &Ctx, row: &organisation::Model) -> Result<OrganisationInFull> {
    use post::Column;
    let county = Scope::counties(vec![row.county]);
    let here = || post::Entity::within(&county).filter(Column::Organisation.eq(row.id));
    let alive = Condition::any().add(Column::Until.is_null()).add(Column::Until.gt(ctx.today()));
    let now = here().filter(alive).order_by_asc(Column::Id).all(ctx.db()).await?;
    let ended = here().filter(Column::Until.lte(ctx.today())).order_by_desc(Column::Until).order_by_desc(Column::Id);
    let before = ended.limit(FORMER).all(ctx.db()).await?;
    let ids = now.iter().chain(&before).map(|post| post.person);
    let persons: HashMap<Uuid, person::Model> = person::Entity::within(&county)
        .filter(person::Column::Id.is_in(ids))
        .all(ctx.db())
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let address = match row.address {
        Some(id) => address::Entity::within(&county).filter(address::Column::Id.eq(id)).one(ctx.db()).await?,
        None => None,
    };
    let told = |row: post::Model| {
        let person = persons.get(&row.person);
        Post::of(row, person)
    };
    Ok(OrganisationInFull {
        organisation: Organisation::of(ctx, row),
        address: address.map(|row| row.text),
        posts: now.into_iter().map(told).collect(),
        former_posts: before.into_iter().map(told).collect(),
        facts: show::known(ctx, Whom::from(row)).await?,
    })
}

async fn answer(tx: Tx, row: &organisation::Model) -> Result<Reply<OrganisationInFull>> {
    let full = in_full(&tx, row).await?;
    let reply = Reply::ok(full).version(row.version);
    tx.commit("base.organisation.write", Subject::new("base.organisation", row.id), reply).await
}

/// What becomes known of the organisation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationFacts, example = json!({
    "source": "document_seen", "facts": { "organisation.phone": "0871-63000016" }
}))]
pub struct Learn {
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
    /// Today unless given.
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    #[schema(schema_with = said_of)]
    facts: BTreeMap<String, String>,
    /// Why a credit code is kept although its check character does not fit.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    override_check: Option<String>,
}

/// Records what becomes known of the organisation, with its source.
#[utoipa::path(post, path = "/places/{place}/organisations/{id}/facts", operation_id = "base_organisation_learn",
    security(("token" = ["base.organisation.write"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Learn, responses((status = 200, body = OrganisationInFull)))]
async fn learn(ctx: Ctx, path: Path<OrganisationPath>, Json(body): Json<Learn>) -> Result<Reply<OrganisationInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let observed_on = day(&tx, &mut faults, "observed_on", body.observed_on);
    let source = source(&mut faults, &body.source);
    let despite = despite(&mut faults, body.override_check.as_deref());
    // A credit code is read by itself: its check may be overridden.
    let (code, rest): (BTreeMap<_, _>, BTreeMap<_, _>) = body.facts.into_iter().partition(|(id, _)| id == CODE);
    let mut values = facts::checked(&mut faults, SubjectKind::Organisation, &rest, tx.today());
    let field = format!("facts.{CODE}");
    let code = code.get(CODE).and_then(|typed| credit_code(&mut faults, &field, typed, despite.as_deref()));
    values.extend(element::find(CODE).zip(code.as_ref()).map(|(element, code)| (element, code.as_str().to_owned())));
    faults.check()?;
    let row = rows::present_organisation(&tx, path.id).await?;
    if let Some(code) = &code {
        free_code(&tx, &Scope::counties(vec![row.county]), Some(row.id), code.as_str()).await?;
    }
    facts::record_all(&mut tx, &Whom::from(&row), &values, &provenance(source, observed_on)?).await?;
    if let Some(reason) = &despite {
        tx.note("override_check", reason);
    }
    let elements: Vec<&str> = values.iter().map(|(element, _)| element.id.as_str()).collect();
    tx.note("elements", elements);
    tx.note("source", source);
    let row = rows::organisation(&tx, path.id).await?;
    answer(tx, &row).await
}

/// Who holds what post, from when until when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganisationPost, example = json!({ "person": "0192f0c0-0000-7000-8000-000000000001", "title": "主任" }))]
pub struct NewPost {
    /// A person of the county.
    person: Uuid,
    #[schema(min_length = 1, max_length = 50)]
    title: String,
    /// Today unless given.
    #[serde(default)]
    since: Option<NaiveDate>,
    /// The end of the term, where it is known.
    #[serde(default)]
    until: Option<NaiveDate>,
}

/// Gives somebody a post in the organisation.
#[utoipa::path(post, path = "/places/{place}/organisations/{id}/posts", operation_id = "base_organisation_appoint",
    security(("token" = ["base.organisation.write"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = NewPost, responses((status = 200, body = OrganisationInFull)))]
async fn give_post(
    ctx: Ctx,
    path: Path<OrganisationPath>,
    Json(new): Json<NewPost>,
) -> Result<Reply<OrganisationInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, 50);
    let since = day(&tx, &mut faults, "since", new.since);
    if new.until.is_some_and(|until| until < since) {
        faults.add("until", "base.organisation.term", Text::new("不能早于任职日期", "not before it begins"));
    }
    faults.check()?;
    let row = rows::present_organisation(&tx, path.id).await?;
    let person = rows::present_person(&tx, new.person).await?;
    appoint(&mut tx, &row, &person, Posting { title, since, until: new.until }).await?;
    tx.note("person", person.id);
    tx.note("title", &new.title);
    let row = rows::change_organisation(&tx, &row, |u| u).await?;
    answer(tx, &row).await
}

/// When a post ends.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationPostEnd, example = json!({}))]
pub struct PostEnd {
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
}

/// Ends a post.
#[utoipa::path(post, path = "/places/{place}/organisations/{id}/posts/{post}/end", operation_id = "base_organisation_dismiss",
    security(("token" = ["base.organisation.write"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path), ("post" = Uuid, Path)),
    request_body = PostEnd, responses((status = 200, body = OrganisationInFull)))]
async fn take_post(ctx: Ctx, path: Path<PostPath>, Json(body): Json<PostEnd>) -> Result<Reply<OrganisationInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    faults.check()?;
    let row = rows::present_organisation(&tx, path.id).await?;
    let post = held(&tx, &row, path.post).await?;
    end_post(&mut tx, &post, on).await?;
    tx.note("person", post.person);
    tx.note("title", &post.title);
    tx.note("until", on);
    let row = rows::change_organisation(&tx, &row, |u| u).await?;
    answer(tx, &row).await
}

/// When and why an organisation ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationEnd, example = json!({ "reason": "换届后合并" }))]
pub struct End {
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Ends the organisation and every post in it.
#[utoipa::path(post, path = "/places/{place}/organisations/{id}/dissolve", operation_id = "base_organisation_dissolve",
    security(("token" = ["base.organisation.write"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = End, responses((status = 200, body = OrganisationInFull)))]
async fn end(ctx: Ctx, path: Path<OrganisationPath>, Json(body): Json<End>) -> Result<Reply<OrganisationInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let row = rows::present_organisation(&tx, path.id).await?;
    let row = dissolve(&mut tx, &row, on).await?;
    tx.note("reason", reason);
    tx.note("dissolved_on", on);
    answer(tx, &row).await
}
