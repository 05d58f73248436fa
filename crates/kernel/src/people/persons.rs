//! Persons: who is registered, looked up, shown, and what is recorded of them.

use std::sync::Arc;

use chrono::{Months, NaiveDate};
use jizuo_standards::{element, mask};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::consent;
use super::entity::person::{Column, Entity, Model};
use super::facts::{self, Basis, Changes, Outcome, Provenance, Value};
use super::households::members::{self, Joining};
use super::matching::{self, Probe, Why};
use super::{Standing, Subject, rows, seal};
use crate::error::{Faults, FieldError, Refusal, refuse};
use crate::places::{Kind, Place};
use crate::{Ctx, Error, Result, Scoped, Text, Tx, db, say};

/// Whoever consents for somebody under fourteen.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    #[schema(min_length = 1, max_length = 100, example = "李建国")]
    pub name: String,
    /// To the person: 父亲, 母亲, 祖母.
    #[schema(min_length = 1, max_length = 30, example = "父亲")]
    pub relation: String,
}

/// A household to join, and as what (GB/T 4761).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdToJoin)]
pub struct Joins {
    pub id: Uuid,
    #[schema(schema_with = crate::people::households::members::relation_schema)]
    pub relation: String,
}

/// Somebody who is to be registered. The values have been checked ([`facts::checked`]).
pub struct New {
    pub place: Arc<Place>,
    pub values: Vec<Value>,
    pub how: Provenance,
    pub guardian: Option<Guardian>,
    pub household: Option<Joins>,
    /// Candidates that a human has looked at and found to be others.
    pub not: Vec<Uuid>,
}

const MINOR_MONTHS: u32 = 14 * 12;

/// Whether somebody is under fourteen on a day (PIPL Article 31).
pub fn is_minor(birth: Option<NaiveDate>, today: NaiveDate) -> bool {
    birth.and_then(|day| day.checked_add_months(Months::new(MINOR_MONTHS))).is_some_and(|fourteen| fourteen > today)
}

/// Full years on a day.
pub fn age(birth: NaiveDate, today: NaiveDate) -> Option<u32> {
    today.years_since(birth)
}

fn said<'a>(values: &'a [Value], id: &str) -> Option<&'a str> {
    values.iter().find(|(element, _)| element.id == id).map(|(_, value)| value.as_str())
}

/// The date of birth that values say, also by the identity number.
fn birth_said(values: &[Value], today: NaiveDate) -> Option<NaiveDate> {
    let by_number = || {
        let derived = facts::derived(said(values, "person.identity_number")?, today);
        said(&derived, "person.birth_date").map(str::to_owned)
    };
    said(values, "person.birth_date").map(str::to_owned).or_else(by_number)?.parse().ok()
}

/// The row of somebody new, yet without a name: for [`facts::plan`], [`Changes::born`] and an insert.
pub fn row(tx: &Tx, place: &Place, import: Option<Uuid>) -> Model {
    Model {
        county: place.chain(),
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        name: String::new(),
        initials: String::new(),
        sex: None,
        birth_date: None,
        identity_mark: None,
        standing: Standing::Present.as_str().to_owned(),
        standing_since: tx.today(),
        merged_into: None,
        moved_to: None,
        household: None,
        relation: None,
        import,
        version: 1,
        created_at: tx.now,
        changed_at: tx.now,
    }
}

/// Registers somebody, unless they are registered already or may be.
pub async fn register(tx: &mut Tx, new: New) -> Result<Model> {
    let New { place, mut values, how, guardian, household, not } = new;
    if place.kind < Kind::Village {
        let why = Text::new(
            "人员登记到村（社区）：请选择村（社区）",
            "a person is registered in a village or community; choose it",
        );
        return Err(crate::invalid("place", "base.person.place", why));
    }
    let Some(name) = said(&values, "person.name").map(str::to_owned) else {
        let why = Text::new("请填写姓名", "give the name");
        return Err(crate::invalid("facts.person.name", "base.field.missing", why));
    };
    tx.require("base.person.write", &place)?;
    let mut row = row(tx, &place, how.import);
    let birth = birth_said(&values, tx.today());
    consent_of_guardian(birth, &how, guardian.as_ref(), tx.today())?;
    let number = said(&values, "person.identity_number");
    let probe = Probe {
        id: None,
        identity_mark: number.map(|number| seal::identity_mark(&tx.app, number)).transpose()?,
        name,
        birth_date: birth,
        household: household.as_ref().map(|h| h.id),
        village: place.village,
    };
    if let Some(number) = number.filter(|_| tx.app.keyring.has_previous()) {
        // Who was registered under an earlier key is not found by the mark of the current one.
        let marks = seal::identity_marks(&tx.app, number)?;
        if let Some(one) = matching::by_identity(tx, row.county, &marks).await?.first() {
            return Err(registered().current(hint(tx, one)).into());
        }
    }
    refuse_if_known(tx, row.county, &probe, &not).await?;
    if said(&values, "person.residence").is_none()
        && let (Some(element), Some(village)) =
            (element::find("person.residence"), place.village.and_then(|id| tx.snapshot.places.get(id)))
    {
        // They are registered where they live, unless it is said otherwise.
        values.push((element, village.code.clone()));
    }
    let mut changes = Changes::default();
    facts::plan(tx, &mut changes, &Subject::from(&row), &[], &values, &how)?;
    changes.born(&tx.app, &mut row)?;
    let insert = Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx.db()).await;
    insert.map_err(|error| if db::is_duplicate(&error) { registered().into() } else { Error::from(error) })?;
    facts::write(tx, changes).await?;
    if let Some(joins) = &household {
        row = join(tx, &row, joins, &how).await?;
    }
    keep_consent(tx, &row, &values, &how, guardian.as_ref()).await?;
    let elements: Vec<&str> = values.iter().map(|(element, _)| element.id.as_str()).collect();
    tx.note("elements", &elements);
    tx.note("source", &how.source.id);
    let payload = json!({ "id": row.id, "place": place.code, "elements": elements });
    tx.emit("base.person.registered", &crate::Subject::new("base.person", row.id), &payload)?;
    Ok(row)
}

/// The refusal of a number that is registered; [`name_the_one`] adds whose it is.
fn registered() -> Box<Refusal> {
    let why = Text::new(
        "这个身份证号已经登记过，请直接使用已有的登记；如人已搬来，请办理迁移",
        "this identity number is registered already; use what is there, or move the person here",
    );
    refuse(REGISTERED, why).source(Text::new(
        "居民身份证法第三条（公民身份号码唯一）",
        "Law on Identity Cards, Article 3 (one number, one person)",
    ))
}

/// Code of the refusal of a number that is registered.
pub const REGISTERED: &str = "base.person.registered";

/// Code of the refusal while a human has yet to say that the candidates are others.
pub const CANDIDATES: &str = "base.person.candidates";

async fn refuse_if_known(tx: &Tx, county: i32, probe: &Probe, not: &[Uuid]) -> Result<()> {
    let found = matching::candidates(tx, county, probe).await?;
    if let Some((one, _)) = found.iter().find(|(_, why)| *why == Why::IdentityNumber) {
        return Err(registered().current(hint(tx, one)).into());
    }
    let open: Vec<_> = found.iter().filter(|(row, _)| !not.contains(&row.id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let n = open.len();
    let why = say!(
        "可能已经登记过（{n} 人），请核对：是同一人就用已有的登记，不是就在 not 中注明后再登记",
        "{n} who are registered may be the same person; use theirs, or name them in `not` if they are others"
    );
    let shown: Vec<Json> = open
        .iter()
        .map(|(row, why)| {
            let mut shown = hint(tx, row);
            shown["why"] = json!(why);
            shown
        })
        .collect();
    Err(refuse(CANDIDATES, why).current(shown).into())
}

/// Who somebody is, for one who typed their number or name: the name in full only where the caller serves the place.
pub(super) fn hint(ctx: &Ctx, row: &Model) -> Json {
    let place = ctx.snapshot.places.get(row.place);
    let mine = place.is_some_and(|place| ctx.scope.covers(place));
    json!({
        "id": row.id,
        "name": if mine { row.name.clone() } else { mask::name(&row.name) },
        "birth_year": row.birth_date.map(|day| day.format("%Y").to_string()),
        "place": place.map(|place| place.code.clone()),
        "place_name": place.map(|place| place.name.clone()),
        "standing": row.standing,
    })
}

/// Of two who registered the same number at once the second is told who was first. PostgreSQL reads nothing more in the write
/// that failed, so this is asked after it.
pub async fn name_the_one(ctx: &Ctx, error: Error, number: Option<&str>) -> Error {
    let (Error::Refused(refusal), Some(number)) = (&error, number) else { return error };
    if refusal.code != REGISTERED && refusal.code != super::project::TAKEN || refusal.current.is_some() {
        return error;
    }
    let found =
        async { matching::by_identity(ctx, ctx.place()?.chain(), &seal::identity_marks(&ctx.app, number)?).await };
    match found.await {
        Ok(rows) => rows.first().map_or(error, |one| registered().current(hint(ctx, one)).into()),
        Err(error) => error,
    }
}

/// Somebody under fourteen consents through a guardian.
fn consent_of_guardian(
    birth: Option<NaiveDate>,
    how: &Provenance,
    guardian: Option<&Guardian>,
    today: NaiveDate,
) -> Result<()> {
    if how.basis != Basis::Consent || guardian.is_some() || !is_minor(birth, today) {
        return Ok(());
    }
    let why = Text::new(
        "不满十四周岁，须由监护人同意：请填写监护人姓名和与本人的关系",
        "under fourteen a guardian consents: give the guardian's name and relation",
    );
    let mut error = FieldError::new("guardian", "base.person.guardian", why);
    error.source = Some(Text::new("个人信息保护法第三十一条", "Personal Information Protection Law, Article 31"));
    Err(Error::Invalid(vec![error]))
}

/// What was collected with consent, and whose: kept, so that it can be withdrawn (PIPL Article 15).
async fn keep_consent(
    tx: &mut Tx,
    row: &Model,
    values: &[Value],
    how: &Provenance,
    guardian: Option<&Guardian>,
) -> Result<()> {
    if how.basis != Basis::Consent {
        return Ok(());
    }
    let elements: Vec<&str> = values.iter().map(|(element, _)| element.id.as_str()).collect();
    let given = consent::ActiveModel {
        county: Set(row.county),
        id: Set(tx.id()),
        person: Set(row.id),
        purpose: Set(COLLECTION.to_owned()),
        elements: Set(json!(elements)),
        given_by: Set(if guardian.is_some() { "guardian" } else { "self" }.to_owned()),
        guardian: Set(guardian.map(|guardian| guardian.name.trim().to_owned())),
        guardian_relation: Set(guardian.map(|guardian| guardian.relation.trim().to_owned())),
        how: Set(how.source.id.clone()),
        collector: Set(tx.actor.name.clone()),
        given_at: Set(tx.now),
        withdrawn_at: Set(None),
    };
    consent::Entity::insert(given).exec_without_returning(tx.db()).await?;
    tx.note("consent", if guardian.is_some() { "guardian" } else { "person" });
    Ok(())
}

/// The purpose of a consent that was given when values were recorded.
pub const COLLECTION: &str = "base.collection";

/// Somebody new joins a household of the county.
async fn join(tx: &mut Tx, row: &Model, joins: &Joins, how: &Provenance) -> Result<Model> {
    let mut faults = Faults::default();
    members::relation(&mut faults, "household.relation", &joins.relation);
    faults.check()?;
    let home = rows::present_household(tx, joins.id).await?;
    let joining =
        Joining { relation: &joins.relation, since: how.observed_on, source: &how.source.id, import: how.import };
    members::join(tx, &home, row, &joining).await?;
    rows::person(tx, row.id).await
}

/// Somebody by id, where the operation may see them.
pub async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("person"))
}

/// Somebody of whom something is to be recorded: not one who is gone from here.
pub async fn find_alive(ctx: &Ctx, id: Uuid) -> Result<Model> {
    let row = find(ctx, id).await?;
    if [Standing::Present, Standing::Dead].iter().any(|standing| standing.as_str() == row.standing) {
        return Ok(row);
    }
    let why = Text::new(
        "此人在这里的登记已经结束（迁出、合并、撤回或删除），不能再登记",
        "this person's record here has ended (moved out, merged, taken back or deleted); nothing more is recorded",
    );
    Err(refuse("base.person.ended", why).current(hint(ctx, &row)).into())
}

/// Records values of somebody who is registered.
pub async fn record(
    tx: &mut Tx,
    row: &Model,
    values: &[Value],
    how: &Provenance,
    guardian: Option<&Guardian>,
) -> Result<Vec<Outcome>> {
    consent_of_guardian(row.birth_date.or(birth_said(values, tx.today())), how, guardian, tx.today())?;
    if let Some(number) = said(values, "person.identity_number") {
        let holders = matching::by_identity(tx, row.county, &seal::identity_marks(&tx.app, number)?).await?;
        if let Some(other) = holders.iter().find(|other| other.id != row.id) {
            return Err(registered().current(hint(tx, other)).into());
        }
    }
    let outcomes = facts::record_all(tx, &Subject::from(row), values, how).await?;
    keep_consent(tx, row, values, how, guardian).await?;
    let noted: Vec<_> = values.iter().zip(&outcomes).map(|((e, _), outcome)| json!([e.id, outcome])).collect();
    tx.note("elements", noted);
    tx.note("source", &how.source.id);
    Ok(outcomes)
}
