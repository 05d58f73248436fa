//! Persons and what is known of them, on the wire.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use jizuo_standards::{codelist, element};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{fact, household, person};
use super::facts::{self, Basis, Provenance, SubjectKind, Value};
use super::freshness::{self, Freshness};
use super::persons::{self, Guardian, Joins};
use super::{seal, sources};
use crate::error::Faults;
use crate::{Ctx, Result, Text};

/// A person as lists show them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLine {
    pub id: Uuid,
    pub name: String,
    /// GB/T 2261.1
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2")]
    pub sex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex_title: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<i32>,
    /// Full years today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    /// Under fourteen.
    pub minor: bool,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "530102********0016")]
    pub identity_number: Option<String>,
    /// Code of the place.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdOf>,
    /// `present`, `dead`, `moved_out`, `merged`, `withdrawn`, `erased`
    pub standing: String,
    pub standing_since: NaiveDate,
}

/// The household of a person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdOf {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub head_name: String,
    /// To the head, GB/T 4761.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation_title: Option<Text>,
}

/// What a code of a list stands for.
pub(super) fn code_title(list: &str, code: &str) -> Option<Text> {
    let entry = codelist::find(list)?.get(code)?;
    Some(Text::owned(entry.zh.clone(), entry.en.clone()))
}

impl PersonLine {
    pub(super) fn of(
        ctx: &Ctx,
        row: &person::Model,
        identity_number: Option<String>,
        home: Option<&household::Model>,
    ) -> PersonLine {
        let tree = &ctx.snapshot.places;
        PersonLine {
            id: row.id,
            name: row.name.clone(),
            sex: row.sex.clone(),
            sex_title: row.sex.as_deref().and_then(|code| code_title("sex", code)),
            birth_year: row.birth_date.map(|day| day.year()),
            age: row.birth_date.and_then(|day| persons::age(day, ctx.today())),
            minor: persons::is_minor(row.birth_date, ctx.today()),
            identity_number,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            household: home.map(|home| HouseholdOf {
                id: home.id,
                number: home.number.clone(),
                head_name: home.head_name.clone(),
                relation: row.relation.clone(),
                relation_title: row.relation.as_deref().and_then(|code| code_title("family_relationship", code)),
            }),
            standing: row.standing.clone(),
            standing_since: row.standing_since,
        }
    }
}

/// One value with its source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FactShown {
    pub id: Uuid,
    #[schema(example = "person.phone")]
    pub element: String,
    pub title: Text,
    /// Masked; of sensitive elements only that there is a value, unless the caller may see those.
    #[schema(example = "138****0016")]
    pub value: String,
    /// What a code, a place or a yes stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Whether less is shown than is known: it can be revealed.
    pub masked: bool,
    pub source: String,
    pub source_title: Text,
    pub rank: i32,
    /// Login of whoever recorded it.
    pub collector: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// `statutory_duty`, `consent`
    pub basis: String,
    pub observed_on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    pub freshness: Freshness,
    /// `in_force`, `disputed`, `past`, `undone`, `erased`
    pub standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_why: Option<String>,
}

impl FactShown {
    pub(super) fn of(ctx: &Ctx, fact: fact::Model, minor: bool) -> Result<FactShown> {
        let element = element::find(&fact.element);
        let plain = seal::open(ctx, &fact)?;
        // Of what was erased nothing is left to show.
        let value = if plain.is_empty() { String::new() } else { seal::shown_of(ctx, &fact, minor)? };
        let masked = value != plain;
        let label = element.filter(|_| !masked).and_then(|element| seal::label(ctx, element, &plain));
        let title = element.map_or_else(
            || Text::owned(fact.element.clone(), fact.element.clone()),
            |element| Text::owned(element.zh.clone(), element.en.clone()),
        );
        Ok(FactShown {
            id: fact.id,
            title,
            value,
            label,
            masked,
            source_title: sources::title(&fact.source),
            source: fact.source.clone(),
            rank: fact.rank,
            freshness: freshness::of(&fact, ctx.today()),
            element: fact.element,
            collector: fact.collector,
            on_behalf_of: fact.on_behalf_of,
            basis: fact.basis,
            observed_on: fact.observed_on,
            recorded_at: fact.recorded_at,
            valid_until: fact.valid_until,
            standing: fact.standing,
            ended_at: fact.ended_at,
            ended_by: fact.ended_by,
            ended_why: fact.ended_why,
        })
    }
}

/// What sources say differently of one element, the value in force first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    pub element: String,
    pub title: Text,
    pub values: Vec<FactShown>,
}

/// A post that somebody holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostOf {
    pub id: Uuid,
    pub organisation: Uuid,
    pub organisation_name: String,
    #[schema(example = "委员")]
    pub title: String,
    pub since: NaiveDate,
}

/// A person with all that is in force, and from whom it is known.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonInFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub line: PersonLine,
    /// In force, in the order of the catalogue.
    pub facts: Vec<FactShown>,
    pub conflicts: Vec<Conflict>,
    pub posts: Vec<PostOf>,
    /// The person that goes on, where two were one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// The ids that led here, where another record was asked for that has been merged into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<Uuid>,
    /// Code of the place in another county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to_name: Option<String>,
    /// Permissions that the caller holds where the person lives and that there is a use for now.
    #[schema(example = json!(["base.person.write", "base.person.reveal"]))]
    pub actions: Vec<String>,
}

/// How a document describes what is said by data element: at least one.
pub fn said_of() -> utoipa::openapi::Object {
    crate::openapi::texts_by("By data element.", utoipa::openapi::Object::with_type(utoipa::openapi::Type::String), 1)
}

/// Where what is recorded comes from, and what it says.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFacts, example = json!({
    "source": "the_person", "basis": "statutory_duty", "facts": { "person.phone": "13888800001" }
}))]
pub struct NewFacts {
    /// `the_person`, `document_seen`, `village_visit`, `public_security` …
    #[schema(schema_with = crate::people::sources::schema)]
    pub source: String,
    pub basis: Basis,
    /// The day on which it was so; today unless given.
    #[serde(default)]
    pub observed_on: Option<NaiveDate>,
    /// Needed for somebody under fourteen, where the basis is consent.
    #[serde(default)]
    pub guardian: Option<Guardian>,
    #[schema(schema_with = said_of)]
    pub facts: BTreeMap<String, String>,
}

/// Somebody who is to be registered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPerson, example = json!({
    "source": "document_seen", "basis": "statutory_duty",
    "facts": { "person.name": "李阿诗", "person.identity_number": "530102188001010024", "person.phone": "13888800001" }
}))]
pub struct NewPerson {
    /// The village or community, or a place in it; the place of the path unless given.
    #[serde(default)]
    #[schema(max_length = 30)]
    pub place: Option<String>,
    /// `the_person`, `document_seen`, `village_visit`, `public_security` …
    #[schema(schema_with = crate::people::sources::schema)]
    pub source: String,
    pub basis: Basis,
    /// The day on which it was so; today unless given.
    #[serde(default)]
    pub observed_on: Option<NaiveDate>,
    /// Needed for somebody under fourteen, where the basis is consent.
    #[serde(default)]
    pub guardian: Option<Guardian>,
    /// `person.name` must be there.
    #[schema(schema_with = said_of)]
    pub facts: BTreeMap<String, String>,
    #[serde(default)]
    pub household: Option<Joins>,
    /// Candidates that were looked at and are others.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub not: Vec<Uuid>,
}

/// Reads provenance and values off a body, with every fault of both.
pub(super) fn read(
    ctx: &Ctx,
    kind: SubjectKind,
    source: &str,
    basis: Basis,
    observed_on: Option<NaiveDate>,
    said: &BTreeMap<String, String>,
) -> Result<(Vec<Value>, Provenance)> {
    let mut faults = Faults::default();
    let today = ctx.today();
    let source = sources::named("source", source).map_err(|fault| faults.push(*fault)).ok();
    let observed_on = observed_on.unwrap_or(today);
    if observed_on > today || observed_on.year() < 1900 {
        let why = Text::new("采集日期须在今天或以前", "the day it was observed is today or before");
        faults.add("observed_on", "base.fact.observed_on", why);
    }
    if said.is_empty() {
        faults.add("facts", "base.field.missing", Text::new("请至少填写一项", "give at least one value"));
    }
    let values = facts::checked(&mut faults, kind, said, today);
    match source {
        Some(source) if faults.is_empty() => {
            let how = Provenance { source, observed_on, basis, import: None, valid_until: None, rank: None };
            Ok((values, how))
        }
        _ => {
            faults.check()?;
            Err(crate::error::internal("a source is known or at fault"))
        }
    }
}
