//! What is known of persons, households and organisations: every value with its source, and what differs kept beside it. The
//! one way values come in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use jizuo_standards::IdentityNumber;
use jizuo_standards::element::{self, Element};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::fact::{Column, Entity, Model};
use super::entity::person;
use super::project::{self, counties};
use super::sources::Source;
use super::weigh::{Held, Offered, weigh};
use super::{freshness, seal};
use crate::error::{Faults, refuse};
use crate::{App, Ctx, Error, Result, Scope, Scoped, Text, Tx};

pub use super::seal::{open, shown};
pub use super::weigh::Outcome;
pub use super::{Subject, SubjectKind};

/// The value that counts. One for each subject and element, or none.
pub const IN_FORCE: &str = "in_force";
/// What another source says instead.
pub const DISPUTED: &str = "disputed";
/// History.
pub const PAST: &str = "past";
/// Came with an import that was taken back.
pub const UNDONE: &str = "undone";
/// Deleted: that there was a value is still known.
pub const ERASED: &str = "erased";

/// On what ground a value is collected (PIPL Article 13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CollectionBasis)]
pub enum Basis {
    StatutoryDuty,
    Consent,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::StatutoryDuty => "statutory_duty",
            Basis::Consent => "consent",
        }
    }
}

/// Where values come from.
#[derive(Clone, Copy, Debug)]
pub struct Provenance {
    pub source: &'static Source,
    /// The day on which it was so.
    pub observed_on: NaiveDate,
    pub basis: Basis,
    pub import: Option<Uuid>,
    /// By the table of freshness unless given.
    pub valid_until: Option<NaiveDate>,
    /// What it counted elsewhere: for values that came along from another county.
    pub rank: Option<i32>,
}

/// A value in its normal form ([`Element::check`]), and what it is of.
pub type Value = (&'static Element, String);

/// What a write will change: of one subject, or of many at once.
#[derive(Debug, Default)]
pub struct Changes {
    new: Vec<Model>,
    past: Vec<Uuid>,
    disputed: Vec<Uuid>,
    changed: BTreeMap<Subject, project::Values>,
    counties: BTreeSet<i32>,
}

impl Changes {
    /// Puts what was planned of a new person into their row, which is yet to be inserted.
    pub fn born(&mut self, app: &App, row: &mut person::Model) -> Result<()> {
        match self.changed.remove(&Subject::from(&*row)) {
            Some(values) => row.project(app, &values),
            None => Ok(()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.past.is_empty() && self.disputed.is_empty()
    }
}

/// What is in force and what is disputed, of these subjects.
pub async fn known(ctx: &Ctx, subjects: &[Subject]) -> Result<Vec<Model>> {
    known_of(ctx, subjects, &[]).await
}

/// The same of some elements only; of all where none is named.
pub async fn known_of(ctx: &Ctx, subjects: &[Subject], elements: &[&str]) -> Result<Vec<Model>> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Entity::within(&counties(subjects))
        .filter(Column::Subject.is_in(subjects.iter().map(|subject| subject.id)))
        .filter(Column::Standing.is_in([IN_FORCE, DISPUTED]))
        .order_by_asc(Column::Id);
    if !elements.is_empty() {
        query = query.filter(Column::Element.is_in(elements.iter().copied()));
    }
    Ok(query.all(ctx.db()).await?)
}

/// One value. `known` is what [`known`] answers for the subject; what several values change is better written at once.
pub async fn record(
    tx: &mut Tx,
    subject: &Subject,
    known: &[Model],
    element: &'static Element,
    value: &str,
    how: &Provenance,
) -> Result<Outcome> {
    let mut changes = Changes::default();
    let outcomes = plan(tx, &mut changes, subject, known, &[(element, value.to_owned())], how)?;
    write(tx, changes).await?;
    Ok(outcomes[0])
}

/// Several values of one subject: locked, read once, and written in as many statements however many values there are.
pub async fn record_all(tx: &mut Tx, subject: &Subject, values: &[Value], how: &Provenance) -> Result<Vec<Outcome>> {
    project::lock(tx, &[*subject]).await?;
    let known = known(tx, &[*subject]).await?;
    let mut changes = Changes::default();
    let outcomes = plan(tx, &mut changes, subject, &known, values, how)?;
    write(tx, changes).await?;
    Ok(outcomes)
}

/// Locks subjects, and answers what is known of them: before [`plan`] for many at once.
pub async fn known_to_change(tx: &Tx, subjects: &[Subject]) -> Result<Vec<Model>> {
    project::lock(tx, subjects).await?;
    known(tx, subjects).await
}

/// Weighs values of one subject against what is known of it. Nothing is written before [`write`]. An identity number brings
/// the date of birth and the sex along, where they are not among the values.
pub fn plan(
    tx: &Tx,
    changes: &mut Changes,
    subject: &Subject,
    known: &[Model],
    values: &[Value],
    how: &Provenance,
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(values.len());
    for (element, value) in values {
        let outcome = plan_one(tx, changes, subject, known, element, value, how)?;
        outcomes.push(outcome);
        if element.id == "person.identity_number" && outcome != Outcome::Unchanged {
            for (element, value) in derived(value, tx.today()) {
                if !values.iter().any(|(given, _)| given.id == element.id) {
                    plan_one(tx, changes, subject, known, element, &value, how)?;
                }
            }
        }
    }
    Ok(outcomes)
}

/// What an identity number says of its holder.
pub fn derived(number: &str, today: NaiveDate) -> Vec<Value> {
    let Ok(number) = IdentityNumber::parse(number, today) else { return Vec::new() };
    let said = [("person.birth_date", number.birth_date().to_string()), ("person.sex", number.sex().code().to_owned())];
    said.into_iter().filter_map(|(id, value)| Some((element::find(id)?, value))).collect()
}

fn plan_one(
    tx: &Tx,
    changes: &mut Changes,
    subject: &Subject,
    known: &[Model],
    element: &'static Element,
    value: &str,
    how: &Provenance,
) -> Result<Outcome> {
    let rank = how.rank.unwrap_or_else(|| how.source.rank(element));
    let valid_until = how.valid_until.or_else(|| freshness::valid_until(element, how.observed_on));
    let about: Vec<&Model> =
        known.iter().filter(|fact| fact.subject == subject.id && fact.element == element.id).collect();
    let plain: Vec<String> = about.iter().map(|fact| open(tx, fact)).collect::<Result<_>>()?;
    let held: Vec<Held> = about
        .iter()
        .zip(&plain)
        .map(|(fact, value)| Held {
            id: fact.id,
            value,
            source: &fact.source,
            rank: fact.rank,
            observed_on: fact.observed_on,
            valid_until: fact.valid_until,
            in_force: fact.standing == IN_FORCE,
        })
        .collect();
    let offered = Offered { value, source: &how.source.id, rank, observed_on: how.observed_on, valid_until };
    let verdict = weigh(&held, &offered, tx.today());
    changes.counties.insert(subject.county);
    changes.past.extend(&verdict.past);
    changes.disputed.extend(verdict.disputed);
    if !verdict.past.is_empty() {
        changes.changed.entry(*subject).or_default();
    }
    if verdict.outcome == Outcome::Unchanged {
        return Ok(verdict.outcome);
    }
    let projected = changes.changed.entry(*subject).or_default();
    if verdict.outcome.in_force() {
        projected.insert(element.id.clone(), Some(value.to_owned()));
    }
    let kept = seal::keep(&tx.app, subject.id, element, value)?;
    changes.new.push(Model {
        county: subject.county,
        id: tx.id(),
        subject_kind: subject.kind.as_str().to_owned(),
        subject: subject.id,
        element: element.id.clone(),
        value: kept.value,
        sealed: kept.sealed,
        mark: kept.mark,
        source: how.source.id.clone(),
        rank,
        collector: tx.actor.name.clone(),
        on_behalf_of: tx.behalf().map(str::to_owned),
        basis: how.basis.as_str().to_owned(),
        recorded_at: tx.now,
        observed_on: how.observed_on,
        valid_until,
        standing: if verdict.outcome.in_force() { IN_FORCE } else { DISPUTED }.to_owned(),
        ended_at: None,
        ended_by: None,
        ended_why: None,
        import: how.import,
    });
    Ok(verdict.outcome)
}

/// What a form or a row of a sheet says of one kind of subject, by element, in its normal form; every fault under
/// `facts.<element>`.
pub fn checked(
    faults: &mut Faults,
    kind: SubjectKind,
    said: &BTreeMap<String, String>,
    today: NaiveDate,
) -> Vec<Value> {
    let mut values = Vec::with_capacity(said.len());
    for (id, text) in said {
        let field = format!("facts.{id}");
        let own = element::find(id).filter(|e| e.id.split('.').next() == Some(kind.as_str()));
        let Some(element) = own else {
            let why = crate::say!(
                "没有名为“{id}”的数据元，请从数据元目录中选用",
                "there is no data element '{id}' here; use one of the catalogue"
            );
            faults.add(field, "base.element.unknown", why);
            continue;
        };
        if ["person.deceased", "person.death_date"].contains(&element.id.as_str()) {
            let why = Text::new("请用“死亡登记”办理", "a death is recorded by its own operation");
            faults.add(field, "base.element.own_operation", why);
            continue;
        }
        if let Some(value) = faults.take(&field, element.check(text, today)) {
            values.push((element, value));
        }
    }
    contradictions(faults, &values, today);
    values
}

/// A date of birth or a sex that is not the one of the identity number beside it; a birth yet to come.
fn contradictions(faults: &mut Faults, values: &[Value], today: NaiveDate) {
    let said = |id: &str| values.iter().find(|(element, _)| element.id == id).map(|(_, value)| value.as_str());
    if let Some(number) = said("person.identity_number") {
        for (element, expected) in derived(number, today) {
            if said(&element.id).is_some_and(|value| value != expected) {
                let why = Text::new(
                    "与身份证号中的不一致，请核对其中一项",
                    "this is not what the identity number says; check both",
                );
                faults.add(format!("facts.{}", element.id), "base.person.contradiction", why);
            }
        }
    }
    if said("person.birth_date").and_then(|text| text.parse::<NaiveDate>().ok()).is_some_and(|birth| birth > today) {
        let why = Text::new("出生日期晚于今天，请核对", "this date of birth is yet to come; check it");
        faults.add("facts.person.birth_date", "base.person.unborn", why);
    }
}

/// As many rows as go into one statement: engines take some ten thousand values at once.
const ROWS: usize = 1_000;

/// Writes what was planned, in a handful of statements, and tells what changed of persons.
pub async fn write(tx: &mut Tx, changes: Changes) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let Changes { new, past, disputed, changed, counties } = changes;
    let subjects: Vec<Subject> = changed.keys().copied().collect();
    let scope = Scope::counties(counties.into_iter().collect());
    for ids in past.chunks(ROWS) {
        Entity::update_within(&scope)
            .col_expr(Column::Standing, Expr::value(PAST))
            .col_expr(Column::EndedAt, Expr::value(tx.now))
            .col_expr(Column::EndedBy, Expr::value(tx.actor.name.clone()))
            .col_expr(Column::EndedWhy, Expr::value("replaced"))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    for ids in disputed.chunks(ROWS) {
        Entity::update_within(&scope)
            .col_expr(Column::Standing, Expr::value(DISPUTED))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    let mut elements: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for fact in &new {
        elements.entry(fact.subject).or_default().push(fact.element.clone());
    }
    for rows in new.chunks(ROWS) {
        let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    project::rows(tx, &changed).await?;
    for subject in subjects.iter().filter(|subject| subject.kind == SubjectKind::Person) {
        if let Some(elements) = elements.get(&subject.id) {
            changed_person(tx, subject.id, elements)?;
        }
    }
    Ok(())
}

/// Which elements of a person changed; no value goes along.
pub(super) fn changed_person(tx: &mut Tx, id: Uuid, elements: &[String]) -> Result<()> {
    let payload = json!({ "id": id, "elements": elements });
    tx.emit("base.person.changed", &crate::Subject::new("base.person", id), &payload)
}

/// Decides a conflict: this value is in force, what else was said of the element is history, with who decided and why.
/// Answers the element.
pub async fn settle(tx: &mut Tx, subject: &Subject, id: Uuid, reason: &str) -> Result<String> {
    let known = known_to_change(tx, &[*subject]).await?;
    let chosen = known.iter().find(|fact| fact.id == id).ok_or(Error::NotFound("fact"))?;
    let others: Vec<Uuid> =
        known.iter().filter(|fact| fact.element == chosen.element && fact.id != id).map(|fact| fact.id).collect();
    if others.is_empty() {
        let why = Text::new(
            "这一项没有不同的说法，无需裁定；要更正请重新登记并写明来源",
            "no source says otherwise here, so there is nothing to decide; to correct it record the right value with its source",
        );
        return Err(refuse("base.fact.no_conflict", why).into());
    }
    let scope = counties(&[*subject]);
    Entity::update_within(&scope)
        .col_expr(Column::Standing, Expr::value(PAST))
        .col_expr(Column::EndedAt, Expr::value(tx.now))
        .col_expr(Column::EndedBy, Expr::value(tx.actor.name.clone()))
        .col_expr(Column::EndedWhy, Expr::value(reason))
        .filter(Column::Id.is_in(others))
        .exec(tx.db())
        .await?;
    Entity::update_within(&scope)
        .col_expr(Column::Standing, Expr::value(IN_FORCE))
        .filter(Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    let element = chosen.element.clone();
    let values = project::Values::from([(element.clone(), Some(open(tx, chosen)?))]);
    project::rows(tx, &BTreeMap::from([(*subject, values)])).await?;
    if subject.kind == SubjectKind::Person {
        changed_person(tx, subject.id, std::slice::from_ref(&element))?;
    }
    Ok(element)
}
