//! Consents: given for the purpose of one form, listed, and withdrawn by whoever may give (PIPL 15: as easily as given).

use chrono::{DateTime, Utc};
use jizuo_standards::name::Name;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::{consent, person};
use super::minors;
use super::persons::{Guardian, is_minor};
use crate::error::{Faults, refuse};
use crate::forms::Form;
use crate::json::Path;
use crate::{App, Ctx, Error, Json, Reply, Result, Scope, Scoped, Subject, Text, Tx};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, give)).routes(routes!(withdraw))
}

/// How somebody said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentHow)]
pub enum How {
    Signed,
    Oral,
    Online,
}

impl How {
    fn as_str(self) -> &'static str {
        match self {
            How::Signed => "signed",
            How::Oral => "oral",
            How::Online => "online",
        }
    }
}

/// A consent as it is given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConsent, example = json!({ "purpose": "base.volunteer", "how": "signed" }))]
pub(crate) struct NewConsent {
    /// The form for whose purpose it is given.
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) purpose: String,
    /// Elements it is about; all of the form unless given.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub(crate) elements: Vec<String>,
    pub(crate) how: How,
    /// Needed for who is under 14.
    #[serde(default)]
    pub(crate) guardian: Option<Guardian>,
}

/// A consent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    pub id: Uuid,
    /// The form for whose purpose it was given.
    #[schema(example = "base.volunteer")]
    pub purpose: String,
    /// The purpose in words, where the form is still of this build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_text: Option<Text>,
    pub elements: Vec<String>,
    /// `self` or `guardian`.
    pub given_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian_relation: Option<String>,
    pub how: String,
    pub collector: String,
    pub given_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Consent {
    pub(crate) fn of(ctx: &Ctx, row: consent::Model) -> Consent {
        Consent {
            id: row.id,
            purpose_text: ctx.app.registry.form(&row.purpose).map(|form| form.purpose.clone()),
            purpose: row.purpose,
            elements: serde_json::from_value(row.elements).unwrap_or_default(),
            given_by: row.given_by,
            guardian: row.guardian,
            guardian_relation: row.guardian_relation,
            how: row.how,
            collector: row.collector,
            given_at: row.given_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

/// All consents of a person, newest first.
pub(crate) async fn of(ctx: &Ctx, person: &person::Model) -> Result<Vec<consent::Model>> {
    let rows = consent::Entity::within(&Scope::counties(vec![person.county]))
        .filter(consent::Column::Person.eq(person.id))
        .order_by_desc(consent::Column::Id)
        .limit(500)
        .all(ctx.db())
        .await?;
    Ok(rows)
}

/// The elements for which a consent for this form stands today. Of who is under 14 only the guardian's counts.
pub(crate) async fn standing(ctx: &Ctx, person: &person::Model, form: &Form) -> Result<Vec<String>> {
    let minor = is_minor(person.birth_date, ctx.today());
    let rows = consent::Entity::within(&Scope::counties(vec![person.county]))
        .filter(consent::Column::Person.eq(person.id))
        .filter(consent::Column::Purpose.eq(form.id))
        .filter(consent::Column::WithdrawnAt.is_null())
        .all(ctx.db())
        .await?;
    let elements = rows
        .into_iter()
        .filter(|row| !minor || row.guardian.is_some())
        .flat_map(|row| serde_json::from_value::<Vec<String>>(row.elements).unwrap_or_default());
    Ok(elements.collect())
}

async fn put_down(tx: &mut Tx, person: &person::Model, new: NewConsent) -> Result<consent::Model> {
    let mut faults = Faults::default();
    let form = tx.app.registry.form(&new.purpose);
    let Some(form) = form.filter(|form| form.wants_consent()) else {
        faults.add(
            "purpose",
            "base.consent.purpose",
            Text::new(
                "没有以同意为依据的这张表单；见 GET …/forms",
                "no form that rests on consent has this id; see GET …/forms",
            ),
        );
        return Err(faults.check().err().unwrap_or(Error::NotFound("form")));
    };
    let known: Vec<&str> = form.elements().map(|element| element.id.as_str()).collect();
    for (n, element) in new.elements.iter().enumerate() {
        if !known.contains(&element.as_str()) {
            faults.add(
                format!("elements.{n}"),
                "base.consent.element",
                Text::new("该表单不用这个数据元", "this form does not ask for this element"),
            );
        }
    }
    let guardian = new.guardian.as_ref().map(|guardian| {
        let name = faults.take("guardian.name", Name::parse(&guardian.name));
        let relation = faults.text("guardian.relation", &guardian.relation, 30);
        (name.map(|name| name.expose().to_owned()).unwrap_or_default(), relation)
    });
    if guardian.is_none() && is_minor(person.birth_date, tx.today()) {
        faults.push(minors::guardian_missing("guardian"));
    }
    faults.check()?;
    let elements = if new.elements.is_empty() { known.iter().map(|e| (*e).to_owned()).collect() } else { new.elements };
    tx.note("purpose", form.id);
    tx.note("elements", &elements);
    let row = consent::ActiveModel {
        county: Set(person.county),
        id: Set(tx.id()),
        person: Set(person.id),
        purpose: Set(form.id.to_owned()),
        elements: Set(serde_json::to_value(&elements)?),
        given_by: Set(if guardian.is_some() { "guardian" } else { "self" }.to_owned()),
        guardian: Set(guardian.as_ref().map(|(name, _)| name.clone())),
        guardian_relation: Set(guardian.map(|(_, relation)| relation)),
        how: Set(new.how.as_str().to_owned()),
        collector: Set(tx.actor.name.clone()),
        given_at: Set(tx.now),
        withdrawn_at: Set(None),
    };
    Ok(consent::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

#[derive(Debug, Deserialize)]
struct PersonPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// What a person has consented to, newest first.
#[utoipa::path(get, path = "/places/{place}/persons/{id}/consents", operation_id = "base_consent_list",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Consent>)))]
async fn list(ctx: Ctx, path: Path<PersonPath>) -> Result<Json<Vec<Consent>>> {
    let person = find(&ctx, path.id).await?;
    let rows = of(&ctx, &person).await?;
    Ok(Json(rows.into_iter().map(|row| Consent::of(&ctx, row)).collect()))
}

/// Records that a person consents to what a form is for. For who is under 14 the guardian does (PIPL 31).
#[utoipa::path(post, path = "/places/{place}/persons/{id}/consents", operation_id = "base_consent_give",
    security(("token" = ["base.consent.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = NewConsent, responses((status = 201, body = Consent)))]
async fn give(ctx: Ctx, path: Path<PersonPath>, Json(new): Json<NewConsent>) -> Result<Reply<Consent>> {
    let person = find(&ctx, path.id).await?;
    ctx.require("base.consent.write", &*ctx.snapshot.places.place(person.place)?)?;
    let mut tx = ctx.begin().await?;
    let row = put_down(&mut tx, &person, new).await?;
    let location = format!("/api/v1/places/{}/persons/{}/consents", ctx.place()?.code, person.id);
    let reply = Reply::created(location, Consent::of(&ctx, row));
    tx.commit("base.consent.write", Subject::new("base.person", person.id), reply).await
}

#[derive(Debug, Deserialize)]
struct ConsentPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    consent: Uuid,
}

/// Nothing is asked for: to withdraw is as easy as to give.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentWithdrawal, example = json!({}))]
struct Withdrawal {}

/// Records that a person takes a consent back. What was done until then stays lawful (PIPL 15); from now on the form fills
/// nothing in.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/consents/{consent}/withdraw",
    operation_id = "base_consent_withdraw", security(("token" = ["base.consent.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), ("consent" = Uuid, Path)),
    request_body = Withdrawal, responses((status = 200, body = Consent)))]
async fn withdraw(ctx: Ctx, path: Path<ConsentPath>, Json(Withdrawal {}): Json<Withdrawal>) -> Result<Reply<Consent>> {
    let person = find(&ctx, path.id).await?;
    ctx.require("base.consent.write", &*ctx.snapshot.places.place(person.place)?)?;
    let mut tx = ctx.begin().await?;
    let own = Scope::counties(vec![person.county]);
    let changed = consent::Entity::update_within(&own)
        .col_expr(consent::Column::WithdrawnAt, Expr::value(Some(tx.now)))
        .filter(consent::Column::Id.eq(path.consent))
        .filter(consent::Column::Person.eq(person.id))
        .filter(consent::Column::WithdrawnAt.is_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    let Some(row) = changed else {
        let known = consent::Entity::within(&own)
            .filter(consent::Column::Id.eq(path.consent))
            .filter(consent::Column::Person.eq(person.id))
            .one(tx.db())
            .await?;
        return Err(match known {
            None => Error::NotFound("consent"),
            Some(row) => refuse(
                "base.consent.withdrawn",
                Text::new("这项同意已经撤回", "this consent has been withdrawn already"),
            )
            .current(Consent::of(&ctx, row))
            .into(),
        });
    };
    tx.note("purpose", &row.purpose);
    tx.commit("base.consent.write", Subject::new("base.person", person.id), Reply::ok(Consent::of(&ctx, row))).await
}

async fn find(ctx: &Ctx, id: Uuid) -> Result<person::Model> {
    person::Entity::within(&ctx.scope)
        .filter(person::Column::Id.eq(id))
        .one(ctx.db())
        .await?
        .ok_or(Error::NotFound("person"))
}
