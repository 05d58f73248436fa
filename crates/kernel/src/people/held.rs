//! All that is held on one person, as one document: what somebody who asks for it is given (PIPL 45), and its erasure.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::consents::{self, Consent};
use super::entity::{fact, household, member, organisation, person, post, request};
use super::requests::api::Request;
use super::{erasure, persons, seal, sources};
use crate::audit::entity::line;
use crate::error::Faults;
use crate::identity::accounts;
use crate::json::Path;
use crate::module::Held;
use crate::process::Face;
use crate::{App, Ctx, Error, Json, Reply, Result, Scope, Scoped, Subject, Text};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(held)).routes(routes!(erase))
}

/// Everything that is held on one person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldOnPerson)]
struct Document {
    /// When it was drawn up, and by whom.
    at: DateTime<Utc>,
    by: String,
    law: Text,
    person: PersonRow,
    /// Every value that is or was known, newest first, in full.
    facts: Vec<FactRow>,
    households: Vec<MemberRow>,
    posts: Vec<PostRow>,
    consents: Vec<Consent>,
    requests: Vec<Request>,
    /// Matters of the modules that name the person.
    matters: Vec<Held>,
    /// Who used, saw or changed it, newest first; the last thousand.
    accesses: Vec<AccessRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldPersonRow)]
struct PersonRow {
    id: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<NaiveDate>,
    place: String,
    place_name: String,
    standing: String,
    standing_since: NaiveDate,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldFact)]
struct FactRow {
    element: String,
    title: Text,
    /// In full; absent where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Text>,
    standing: String,
    source: Text,
    collector: String,
    basis: String,
    recorded_at: DateTime<Utc>,
    observed_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_why: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldMembership)]
struct MemberRow {
    household: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    relation: String,
    since: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldPost)]
struct PostRow {
    organisation: Uuid,
    organisation_name: String,
    title: String,
    since: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldAccess)]
struct AccessRow {
    at: DateTime<Utc>,
    by: String,
    #[schema(example = "base.form.use")]
    action: String,
    /// The form, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PersonPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// For what it is drawn up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HeldFor, example = json!({ "purpose": "本人申请查阅（QL530102001001-0192F0C0）" }))]
struct Purpose {
    #[schema(min_length = 1, max_length = 200)]
    purpose: String,
}

/// All that is held on one person, as one document with every value in full: for the person who asks for it (PIPL 45). It
/// leaves an audit line, and no `Idempotency-Key` keeps a copy.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/held", operation_id = "base_person_held",
    security(("token" = ["base.person.held"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Purpose, responses((status = 200, body = Document)))]
async fn held(ctx: Ctx, path: Path<PersonPath>, Json(body): Json<Purpose>) -> Result<Reply<Document>> {
    let ctx = ctx.without_retry();
    let row = find(&ctx, path.id).await?;
    let place = ctx.snapshot.places.place(row.place)?;
    ctx.require("base.person.held", &place)?;
    if persons::is_minor(row.birth_date, ctx.today()) {
        ctx.require("base.minor.reveal", &place)?;
    }
    let mut faults = Faults::default();
    let purpose = faults.text("purpose", &body.purpose, 200);
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let document = document(&ctx, &row).await?;
    tx.note("purpose", purpose);
    tx.note("facts", document.facts.len());
    tx.commit("base.person.held", Subject::new("base.person", row.id), Reply::ok(document)).await
}

async fn document(ctx: &Ctx, row: &person::Model) -> Result<Document> {
    let own = Scope::counties(vec![row.county]);
    let tree = &ctx.snapshot.places;
    let facts = fact::Entity::within(&own)
        .filter(fact::Column::Subject.eq(row.id))
        .order_by_desc(fact::Column::Id)
        .all(ctx.db())
        .await?;
    let members = member::Entity::within(&own)
        .filter(member::Column::Person.eq(row.id))
        .order_by_desc(member::Column::Id)
        .all(ctx.db())
        .await?;
    let households = household::Entity::within(&own)
        .filter(household::Column::Id.is_in(members.iter().map(|member| member.household)))
        .all(ctx.db())
        .await?;
    let posts = post::Entity::within(&own)
        .filter(post::Column::Person.eq(row.id))
        .order_by_desc(post::Column::Id)
        .all(ctx.db())
        .await?;
    let organisations = organisation::Entity::within(&own)
        .filter(organisation::Column::Id.is_in(posts.iter().map(|post| post.organisation)))
        .all(ctx.db())
        .await?;
    let requests = request::Entity::within(&own)
        .filter(request::Column::Person.eq(row.id))
        .order_by_desc(request::Column::Id)
        .all(ctx.db())
        .await?;
    let lines = line::Entity::within(&own)
        .filter(line::Column::Subject.eq(row.id.to_string()))
        .order_by_desc(line::Column::Id)
        .limit(1_000)
        .all(ctx.db())
        .await?;
    let names = accounts::names_of(ctx, lines.iter().filter_map(|line| line.actor)).await?;
    Ok(Document {
        at: ctx.now,
        by: ctx.actor.name.clone(),
        law: Text::new("个人信息保护法第四十五条", "Personal Information Protection Law, Article 45"),
        person: PersonRow {
            id: row.id,
            name: row.name.clone(),
            sex: row.sex.clone(),
            birth_date: row.birth_date,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            standing: row.standing.clone(),
            standing_since: row.standing_since,
            created_at: row.created_at,
            changed_at: row.changed_at,
        },
        facts: facts.into_iter().map(|fact| FactRow::of(ctx, fact)).collect::<Result<_>>()?,
        households: members
            .into_iter()
            .map(|member| MemberRow {
                number: households.iter().find(|h| h.id == member.household).and_then(|h| h.number.clone()),
                household: member.household,
                relation: member.relation,
                since: member.since,
                until: member.until,
            })
            .collect(),
        posts: posts
            .into_iter()
            .map(|post| PostRow {
                organisation_name: organisations
                    .iter()
                    .find(|o| o.id == post.organisation)
                    .map(|o| o.name.clone())
                    .unwrap_or_default(),
                organisation: post.organisation,
                title: post.title,
                since: post.since,
                until: post.until,
            })
            .collect(),
        consents: consents::of(ctx, row).await?.into_iter().map(|consent| Consent::of(ctx, consent)).collect(),
        requests: requests.iter().map(|request| request::Entity::wire(ctx, request)).collect(),
        matters: erasure::matters(ctx, row).await?.into_iter().filter(|m| m.kind != "base.request").collect(),
        accesses: lines.into_iter().map(|line| AccessRow::of(&names, line)).collect(),
    })
}

impl FactRow {
    fn of(ctx: &Ctx, fact: fact::Model) -> Result<FactRow> {
        let element = jizuo_standards::element::find(&fact.element);
        let value = match (&fact.value, &fact.sealed) {
            (None, None) => None,
            _ => Some(seal::open(ctx, &fact)?),
        };
        Ok(FactRow {
            title: element.map_or_else(
                || Text::owned(fact.element.clone(), fact.element.clone()),
                |element| Text::owned(element.zh.clone(), element.en.clone()),
            ),
            label: value.as_ref().and_then(|value| seal::label(ctx, element?, value)),
            value,
            source: sources::title(&fact.source),
            element: fact.element,
            standing: fact.standing,
            collector: fact.collector,
            basis: fact.basis,
            recorded_at: fact.recorded_at,
            observed_on: fact.observed_on,
            valid_until: fact.valid_until,
            ended_at: fact.ended_at,
            ended_why: fact.ended_why,
        })
    }
}

impl AccessRow {
    fn of(names: &HashMap<Uuid, String>, line: line::Model) -> AccessRow {
        let changes: Value = serde_json::from_str(&line.changes).unwrap_or_default();
        let text = |key: &str| changes[key].as_str().map(str::to_owned);
        AccessRow {
            at: line.at,
            by: line.actor.and_then(|id| names.get(&id).cloned()).unwrap_or(line.actor_name),
            form: text("form"),
            purpose: text("purpose"),
            action: line.action,
        }
    }
}

/// The requests of a person, as what the base itself holds.
pub(crate) fn of_the_base(ctx: &Ctx, person: Uuid) -> crate::module::Work<'_, Vec<Held>> {
    Box::pin(async move {
        let county = Scope::counties(vec![ctx.place()?.chain()]);
        let rows = request::Entity::within(&county)
            .filter(request::Column::Person.eq(person))
            .order_by_desc(request::Column::Id)
            .all(ctx.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Held {
                kind: "base.request".to_owned(),
                id: row.id,
                label: row.code,
                role: Text::new("申请人", "who asks"),
                at: row.opened_at,
                open: row.closed_at.is_none(),
            })
            .collect())
    })
}

/// Why it is erased.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Erasure, example = json!({ "reason": "重复登记的错误档案，本人要求删除" }))]
struct Reason {
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
    /// Only these elements; everything unless given.
    #[serde(default)]
    #[schema(max_items = 100)]
    elements: Vec<String>,
}

/// Erases what is known of a person: values and their marks go, also those of the past. Refused while a matter is open that
/// needs the person. What closed matters of the modules say stays in their archive.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/erase", operation_id = "base_person_erase",
    security(("token" = ["base.person.erase"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Reason, responses((status = 204)))]
async fn erase(ctx: Ctx, path: Path<PersonPath>, Json(body): Json<Reason>) -> Result<Reply<()>> {
    let row = find(&ctx, path.id).await?;
    ctx.require("base.person.erase", &*ctx.snapshot.places.place(row.place)?)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, 200);
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let elements = Some(body.elements).filter(|elements| !elements.is_empty());
    erasure::erase(&mut tx, &row, elements.as_deref(), &reason, None).await?;
    tx.note("reason", reason);
    tx.commit("base.person.erase", Subject::new("base.person", row.id), Reply::none()).await
}

async fn find(ctx: &Ctx, id: Uuid) -> Result<person::Model> {
    person::Entity::within(&ctx.scope)
        .filter(person::Column::Id.eq(id))
        .one(ctx.db())
        .await?
        .ok_or(Error::NotFound("person"))
}
