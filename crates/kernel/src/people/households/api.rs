//! Households on the wire.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::entity::{address, household, member, person};
use super::super::facts;
use super::super::wire::{FactShown, said_of};
use super::super::{Subject as Whom, SubjectKind, rows, show};
use super::find::{self, Wanted};
use super::members::{self, HEAD, Joining, Left};
use super::{Founding, day, dissolve, found, kept_there, provenance, recorded, source};
use crate::error::Faults;
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Error, Json, Reply, Result, Scope, Scoped, Subject, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(learn))
        .routes(routes!(join))
        .routes(routes!(leave))
        .routes(routes!(relate))
        .routes(routes!(lead))
        .routes(routes!(end))
}

/// A household as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Household {
    pub id: Uuid,
    /// Code of the place.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    /// One in its village.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0017")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Uuid>,
    /// Of the head, or of the last one while there is none.
    pub head_name: String,
    /// The head died or left: the village names another.
    pub head_vacant: bool,
    /// How many live in it.
    pub members: i64,
    /// `present`, `dissolved`
    pub standing: String,
    pub standing_since: NaiveDate,
}

impl Household {
    fn of(ctx: &Ctx, row: &household::Model, members: i64) -> Household {
        let tree = &ctx.snapshot.places;
        Household {
            id: row.id,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            number: row.number.clone(),
            head: row.head,
            head_name: row.head_name.clone(),
            head_vacant: row.standing == rows::PRESENT && row.head.is_none(),
            members,
            standing: row.standing.clone(),
            standing_since: row.standing_since,
        }
    }
}

/// A household with those who live in it and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdInFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub household: Household,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<HouseholdAddress>,
    /// The head first.
    pub people: Vec<HouseholdMember>,
    /// Who lived in it before, latest first.
    pub former: Vec<HouseholdMember>,
    /// What is known, with its source; sensitive values only for who may see them.
    pub facts: Vec<FactShown>,
}

/// Where a household lives.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdAddress {
    pub id: Uuid,
    pub text: String,
}

/// Somebody in a household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdMember {
    /// Of the membership.
    pub id: Uuid,
    pub person: Uuid,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<i32>,
    /// GB/T 4761, to the head.
    #[schema(example = "12")]
    pub relation: String,
    #[schema(example = "妻")]
    pub relation_name: String,
    /// Said of an earlier head: ask again.
    pub relation_stale: bool,
    pub since: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// `moved`, `moved_out`, `dead`, `merged`, `dissolved`, `corrected`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_left: Option<String>,
    /// `present`, `moved_out`, `dead`, `merged`
    pub standing: String,
    pub source: String,
    pub collector: String,
    pub recorded_at: DateTime<Utc>,
}

impl HouseholdMember {
    fn of(ctx: &Ctx, household: &household::Model, row: member::Model, person: Option<&person::Model>) -> Self {
        use chrono::Datelike;
        let entry = jizuo_standards::codelist::find("family_relationship").and_then(|list| list.get(&row.relation));
        let zh = ctx.lang == crate::Lang::Zh;
        HouseholdMember {
            id: row.id,
            person: row.person,
            name: person.map(|p| p.name.clone()).unwrap_or_default(),
            sex: person.and_then(|p| p.sex.clone()),
            birth_year: person.and_then(|p| p.birth_date).map(|date| date.year()),
            relation_name: entry.map(|e| if zh { e.zh.clone() } else { e.en.clone() }).unwrap_or_default(),
            relation_stale: row.until.is_none() && members::is_stale(household, &row),
            relation: row.relation,
            since: row.since,
            until: row.until,
            why_left: row.why_left,
            standing: person.map(|p| p.standing.clone()).unwrap_or_default(),
            source: row.source,
            collector: row.collector,
            recorded_at: row.recorded_at,
        }
    }
}

/// The path of one household.
#[derive(Debug, Deserialize)]
pub(crate) struct HouseholdPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    pub(crate) id: Uuid,
}

#[derive(Debug, Deserialize)]
struct MemberPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    member: Uuid,
}

/// Households here and below: newest first, or by the head's name where one is looked for.
#[utoipa::path(get, path = "/places/{place}/households", operation_id = "base_household_list",
    security(("token" = ["base.household.read"])),
    params(("place" = String, Path, example = "530102001001"), Wanted, Paging),
    responses((status = 200, body = Page<Household>)))]
async fn list(ctx: Ctx, Query(wanted): Query<Wanted>, Query(paging): Query<Paging>) -> Result<Json<Page<Household>>> {
    let page = find::list(&ctx, wanted, &paging).await?;
    let counted = members::count(&ctx, &page.items).await?;
    Ok(Json(page.map(|row| Household::of(&ctx, &row, counted.get(&row.id).copied().unwrap_or_default()))))
}

/// A household to be founded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "head": "0192f0c0-0000-7000-8000-000000000001", "number": "0017", "source": "village_visit" }))]
pub struct NewHousehold {
    /// Code of the village or of a place below it, where the operation's place is larger.
    #[serde(default)]
    #[schema(max_length = 40)]
    place: Option<String>,
    /// One in the village.
    #[serde(default)]
    #[schema(max_length = 20)]
    number: Option<String>,
    /// A person of the village; leaves the household they were in.
    head: Uuid,
    /// An address on record.
    #[serde(default)]
    address: Option<Uuid>,
    /// Today unless given.
    #[serde(default)]
    since: Option<NaiveDate>,
    /// Who says so: an id of the sources.
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// Founds a household with its head.
#[utoipa::path(post, path = "/places/{place}/households", operation_id = "base_household_create",
    security(("token" = ["base.household.write"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewHousehold, responses((status = 201, body = HouseholdInFull)))]
async fn create(ctx: Ctx, Json(new): Json<NewHousehold>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let place = match &new.place {
        Some(code) => tx.resolve_below("place", code)?,
        None => tx.place()?.clone(),
    };
    kept_there(&mut faults, "place", &place);
    let since = day(&tx, &mut faults, "since", new.since);
    let number = faults.said("number", new.number.as_deref(), 20);
    let source = source(&mut faults, &new.source);
    faults.check()?;
    tx.require("base.household.write", &place)?;
    let head = rows::present_person(&tx, new.head).await?;
    let founding = Founding { number: number.clone(), address: new.address, on: since, import: None };
    let row = found(&mut tx, &place, founding).await?;
    let how = Joining { relation: HEAD, since, source, import: None };
    recorded(&mut tx, &row, number, &provenance(source, since)?).await?;
    let row = rows::household(&tx, row.id).await?;
    let joined = members::join(&mut tx, &row, &head, &how).await?;
    note_left(&mut tx, joined.left.as_ref());
    tx.note("number", &joined.household.number);
    tx.note("head", head.id);
    let full = in_full(&tx, &joined.household).await?;
    let location = format!("/api/v1/places/{}/households/{}", place.code, row.id);
    let reply = Reply::created(location, full).version(joined.household.version);
    tx.commit("base.household.write", Subject::new("base.household", row.id), reply).await
}

fn note_left(tx: &mut crate::Tx, left: Option<&Left>) {
    if let Some(left) = left {
        tx.note("left", left);
    }
}

/// One household, with those who live in it.
#[utoipa::path(get, path = "/places/{place}/households/{id}", operation_id = "base_household_show",
    security(("token" = ["base.household.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = HouseholdInFull)))]
async fn show(ctx: Ctx, path: Path<HouseholdPath>) -> Result<Reply<HouseholdInFull>> {
    let found = household::Entity::within(&ctx.scope).filter(household::Column::Id.eq(path.id)).one(ctx.db()).await?;
    let row = found.ok_or(Error::NotFound("household"))?;
    let full = in_full(&ctx, &row).await?;
    Ok(Reply::ok(full).version(row.version))
}

/// How many of those who left are shown.
const FORMER: u64 = 50;

pub(crate) async fn in_full(ctx: &Ctx, row: &household::Model) -> Result<HouseholdInFull> {
    use member::Column;
    let county = Scope::counties(vec![row.county]);
    let here = || member::Entity::within(&county).filter(Column::Household.eq(row.id));
    let mut now = here().filter(Column::Until.is_null()).order_by_asc(Column::Id).all(ctx.db()).await?;
    now.sort_by_key(|member| row.head != Some(member.person));
    let before = here()
        .filter(Column::Until.is_not_null())
        .filter(Column::WhyLeft.ne(members::RELATION))
        .order_by_desc(Column::Until)
        .order_by_desc(Column::Id)
        .limit(FORMER)
        .all(ctx.db())
        .await?;
    let ids = now.iter().chain(&before).map(|member| member.person);
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
    let told = |member: member::Model| {
        let person = persons.get(&member.person);
        HouseholdMember::of(ctx, row, member, person)
    };
    Ok(HouseholdInFull {
        household: Household::of(ctx, row, i64::try_from(now.len()).unwrap_or_default()),
        address: address.map(|row| HouseholdAddress { id: row.id, text: row.text }),
        people: now.into_iter().map(told).collect(),
        former: before.into_iter().map(told).collect(),
        facts: show::known(ctx, Whom::from(row)).await?,
    })
}

async fn answer(tx: crate::Tx, row: &household::Model) -> Result<Reply<HouseholdInFull>> {
    let full = in_full(&tx, row).await?;
    let reply = Reply::ok(full).version(row.version);
    tx.commit("base.household.write", Subject::new("base.household", row.id), reply).await
}

/// Who joins, and as what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdJoin, example = json!({
    "person": "0192f0c0-0000-7000-8000-000000000002", "relation": "12", "source": "village_visit"
}))]
pub struct Join {
    /// A person of the village; leaves the household they were in, in the same write.
    person: Uuid,
    #[schema(schema_with = crate::people::households::members::relation_schema)]
    relation: String,
    /// Today unless given.
    #[serde(default)]
    since: Option<NaiveDate>,
    /// Who says so: an id of the sources.
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// Somebody joins the household.
#[utoipa::path(post, path = "/places/{place}/households/{id}/members", operation_id = "base_household_join",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Join, responses((status = 200, body = HouseholdInFull)))]
async fn join(ctx: Ctx, path: Path<HouseholdPath>, Json(new): Json<Join>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    members::relation(&mut faults, "relation", &new.relation);
    let since = day(&tx, &mut faults, "since", new.since);
    let source = source(&mut faults, &new.source);
    faults.check()?;
    let person = rows::present_person(&tx, new.person).await?;
    let row = rows::present_household(&tx, path.id).await?;
    let how = Joining { relation: &new.relation, since, source, import: None };
    let joined = members::join(&mut tx, &row, &person, &how).await?;
    note_left(&mut tx, joined.left.as_ref());
    tx.note("joined", person.id);
    tx.note("relation", &new.relation);
    answer(tx, &joined.household).await
}

/// When and why somebody leaves.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdLeave, example = json!({ "why": "moved" }))]
pub struct Leave {
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    /// `moved` unless given.
    #[serde(default)]
    why: LeaveReason,
}

/// Why somebody leaves a household without leaving the village.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HouseholdLeaveReason)]
pub enum LeaveReason {
    /// Lives elsewhere, or married out.
    #[default]
    Moved,
    /// Never was a member: recorded by mistake.
    Corrected,
}

/// A member leaves the household.
#[utoipa::path(post, path = "/places/{place}/households/{id}/members/{member}/leave", operation_id = "base_household_leave",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), ("member" = Uuid, Path)),
    request_body = Leave, responses((status = 200, body = HouseholdInFull)))]
async fn leave(ctx: Ctx, path: Path<MemberPath>, Json(body): Json<Leave>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    faults.check()?;
    let row = rows::present_household(&tx, path.id).await?;
    let member = members::member(&tx, &row, path.member).await?;
    members::not_before(std::slice::from_ref(&member), on, "on")?;
    let county = Scope::counties(vec![row.county]);
    let person = rows::person_within(&tx, &county, member.person).await?;
    let why = if body.why == LeaveReason::Moved { "moved" } else { "corrected" };
    members::depart(&mut tx, &person, on, why).await?;
    tx.note("left", person.id);
    tx.note("why", why);
    let row = rows::household(&tx, path.id).await?;
    answer(tx, &row).await
}

/// What somebody is to the head.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdRelate, example = json!({ "relation": "22", "source": "village_visit" }))]
pub struct Relate {
    #[schema(schema_with = crate::people::households::members::relation_schema)]
    relation: String,
    /// Today unless given.
    #[serde(default)]
    since: Option<NaiveDate>,
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// Says anew what a member is to the head: after the head has changed, or where it was wrong.
#[utoipa::path(post, path = "/places/{place}/households/{id}/members/{member}/relation", operation_id = "base_household_relate",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), ("member" = Uuid, Path)),
    request_body = Relate, responses((status = 200, body = HouseholdInFull)))]
async fn relate(ctx: Ctx, path: Path<MemberPath>, Json(body): Json<Relate>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    members::relation(&mut faults, "relation", &body.relation);
    let since = day(&tx, &mut faults, "since", body.since);
    let source = source(&mut faults, &body.source);
    faults.check()?;
    let row = rows::present_household(&tx, path.id).await?;
    let member = members::member(&tx, &row, path.member).await?;
    members::only_the_head_is_head(&row, &member, &body.relation)?;
    let how = Joining { relation: &body.relation, since, source, import: None };
    members::relate(&mut tx, &row, &member, &how).await?;
    let row = rows::change_household(&tx, &row, |u| u).await?;
    tx.note("person", member.person);
    tx.note("relation", &body.relation);
    answer(tx, &row).await
}

/// Who is head from now on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdLead, example = json!({ "person": "0192f0c0-0000-7000-8000-000000000002", "source": "document_seen" }))]
pub struct Lead {
    /// A member of the household.
    person: Uuid,
    #[serde(default)]
    #[schema(schema_with = members::relations_schema)]
    relations: HashMap<Uuid, String>,
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// Another member is head. What the others are to the new head is stale until it is said (`relation_stale`).
#[utoipa::path(post, path = "/places/{place}/households/{id}/head", operation_id = "base_household_lead",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Lead, responses((status = 200, body = HouseholdInFull)))]
async fn lead(ctx: Ctx, path: Path<HouseholdPath>, Json(body): Json<Lead>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let source = source(&mut faults, &body.source);
    for (person, code) in &body.relations {
        let field = format!("relations.{person}");
        members::relation(&mut faults, &field, code);
        if code == HEAD || *person == body.person {
            faults.add(field, "base.household.relation", members::ONE_HEAD);
        }
    }
    faults.check()?;
    let person = rows::present_person(&tx, body.person).await?;
    let row = rows::present_household(&tx, path.id).await?;
    let household = members::lead(&mut tx, &row, &person, on, source).await?;
    members::relate_all(&mut tx, &household, &body.relations, on, source).await?;
    tx.note("head", person.id);
    tx.note("head_before", row.head);
    answer(tx, &household).await
}

/// What becomes known of the household.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdFacts, example = json!({
    "source": "civil_affairs", "facts": { "household.subsistence_allowance": "true" }
}))]
pub struct Learn {
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
    /// Today unless given.
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    #[schema(schema_with = said_of)]
    facts: BTreeMap<String, String>,
}

/// Records what becomes known of the household, with its source.
#[utoipa::path(post, path = "/places/{place}/households/{id}/facts", operation_id = "base_household_learn",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Learn, responses((status = 200, body = HouseholdInFull)))]
async fn learn(ctx: Ctx, path: Path<HouseholdPath>, Json(body): Json<Learn>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let observed_on = day(&tx, &mut faults, "observed_on", body.observed_on);
    let source = source(&mut faults, &body.source);
    let values = facts::checked(&mut faults, SubjectKind::Household, &body.facts, tx.today());
    for (element, _) in values.iter().filter(|(element, _)| FROM_MEMBERS.contains(&element.id.as_str())) {
        let why = Text::new(
            "由户内成员得出，请办理入户、变更户主或迁移",
            "this follows from the members; record a member, a head or a move",
        );
        faults.add(format!("facts.{}", element.id), "base.household.from_members", why);
    }
    faults.check()?;
    let row = rows::present_household(&tx, path.id).await?;
    let how = provenance(source, observed_on)?;
    facts::record_all(&mut tx, &Whom::from(&row), &values, &how).await?;
    let elements: Vec<&str> = values.iter().map(|(element, _)| element.id.as_str()).collect();
    tx.note("elements", elements);
    tx.note("source", source);
    let row = rows::household(&tx, path.id).await?;
    answer(tx, &row).await
}

/// What the members say already.
const FROM_MEMBERS: [&str; 4] = ["household.head_name", "household.relationship", "household.size", "household.place"];

/// When a household ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdEnd, example = json!({ "reason": "分户后已无人" }))]
pub struct End {
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Ends the household: everybody in it leaves it, and it can only be read.
#[utoipa::path(post, path = "/places/{place}/households/{id}/dissolve", operation_id = "base_household_dissolve",
    security(("token" = ["base.household.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = End, responses((status = 200, body = HouseholdInFull)))]
async fn end(ctx: Ctx, path: Path<HouseholdPath>, Json(body): Json<End>) -> Result<Reply<HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let row = rows::present_household(&tx, path.id).await?;
    let row = dissolve(&mut tx, &row, on).await?;
    tx.note("reason", reason);
    tx.note("dissolved_on", on);
    answer(tx, &row).await
}
