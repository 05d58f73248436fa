//! Persons over JSON: register, look up, show, record, decide conflicts, reveal, and tell who had access.

use jizuo_standards::element;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::facts::{Outcome, SubjectKind};
use super::look_up::{self, Number, Wanted};
use super::matching::{self, Probe, Why};
use super::reveal::{Access, Asked, Revealed};
use super::wire::{FactShown, NewFacts, NewPerson, PersonInFull, PersonLine, read};
use super::{Standing, Subject, facts, merges, persons, reveal, show};
use crate::error::Faults;
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Reply, Result, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(find))
        .routes(routes!(show_one))
        .routes(routes!(history, record))
        .routes(routes!(settle))
        .routes(routes!(reveal_some))
        .routes(routes!(accesses))
        .routes(routes!(candidates))
}

/// The path of one person.
#[derive(Debug, Deserialize)]
pub struct PersonPath {
    pub place: String,
    pub id: Uuid,
}

/// The subject of an audit line about a person.
pub fn subject(id: Uuid) -> crate::Subject {
    crate::Subject::new("base.person", id)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The beginning of the name, or of its initials in pinyin: `张`, `zxy`.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Those who are `present` unless given.
    #[param(inline)]
    standing: Option<Standing>,
    /// Members of this household.
    household: Option<Uuid>,
}

/// Persons here and below: newest first, or by name where one is looked for.
#[utoipa::path(get, path = "/places/{place}/persons", operation_id = "base_person_list",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102001001"), ListQuery, Paging),
    responses((status = 200, body = Page<PersonLine>)))]
async fn list(ctx: Ctx, Query(own): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<PersonLine>>> {
    let wanted = Wanted { q: own.q, standing: own.standing, household: own.household };
    let page = look_up::list(&ctx, &wanted, &paging).await?;
    let items = look_up::lines(&ctx, &page.items).await?;
    Ok(Json(Page { items, next: page.next }))
}

/// Registers somebody. A number that is registered already, or somebody who may be the same, is refused with who it is.
#[utoipa::path(post, path = "/places/{place}/persons", operation_id = "base_person_register",
    security(("token" = ["base.person.write"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewPerson, responses((status = 201, body = PersonLine)))]
async fn register(ctx: Ctx, Json(new): Json<NewPerson>) -> Result<Reply<PersonLine>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let (values, how) = read(&ctx, SubjectKind::Person, &new.source, new.basis, new.observed_on, &new.facts)?;
    let number = values.iter().find(|(e, _)| e.id == "person.identity_number").map(|(_, number)| number.clone());
    let mut tx = ctx.begin().await?;
    let NewPerson { guardian, household, not, .. } = new;
    let new = persons::New { place, values, how, guardian, household, not };
    let row = match persons::register(&mut tx, new).await {
        Ok(row) => row,
        Err(error) => {
            drop(tx);
            return Err(persons::name_the_one(&ctx, error, number.as_deref()).await);
        }
    };
    let line = look_up::lines(&tx, std::slice::from_ref(&row)).await?.remove(0);
    let location = format!("/api/v1/places/{}/persons/{}", ctx.place()?.code, row.id);
    let reply = Reply::created(location, line).version(row.version);
    tx.commit("base.person.write", subject(row.id), reply).await
}

/// A number to look somebody up by: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[schema(as = FindPerson, example = json!({ "identity_number": "530102188001010024" }))]
struct FindBody {
    #[schema(max_length = 40)]
    identity_number: Option<String>,
    #[schema(max_length = 40)]
    phone: Option<String>,
}

/// Who was found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FoundPersons)]
struct Found {
    items: Vec<PersonLine>,
}

/// Persons here and below with this identity number or telephone, numbers masked. A POST, so that no number stands in an
/// address; the look is on the record.
#[utoipa::path(post, path = "/places/{place}/persons/find", operation_id = "base_person_find",
    security(("token" = ["base.person.read"])), params(("place" = String, Path, example = "530102001001")),
    request_body = FindBody,
    responses((status = 200, body = Found), (status = 204, description = "Looked up already under this `Idempotency-Key`; what was found is not kept.")))]
async fn find(ctx: Ctx, Json(body): Json<FindBody>) -> Result<Reply<Found>> {
    let mut faults = Faults::default();
    let mut normal = |field: &str, id: &str, text: &str| {
        element::find(id).and_then(|element| faults.take(field, element.check(text, ctx.today())))
    };
    let number = match (&body.identity_number, &body.phone) {
        (Some(text), None) => normal("identity_number", "person.identity_number", text).map(Number::Identity),
        (None, Some(text)) => normal("phone", "person.phone", text).map(Number::Phone),
        _ => {
            let why = Text::new("身份证号和电话请填其中一项", "give either the identity number or the telephone");
            faults.add("identity_number", "base.person.one_number", why);
            None
        }
    };
    faults.check()?;
    let number = number.ok_or_else(|| crate::error::internal("a number is read or at fault"))?;
    let mut tx = ctx.begin().await?;
    let rows = look_up::by_number(&tx, &number).await?;
    let items = look_up::lines(&tx, &rows).await?;
    tx.note("by", if matches!(number, Number::Identity(_)) { "identity_number" } else { "phone" });
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    tx.note("found", &ids);
    let about = match ids.as_slice() {
        [one] => subject(*one),
        _ => crate::Subject::new("base.person", "find"),
    };
    // What was found is not kept for a retry.
    tx.commit("base.person.read", about, Reply::none()).await?;
    Ok(Reply::ok(Found { items }))
}

/// One person: what is in force with its source, where sources differ, household, posts, and what the caller may do.
#[utoipa::path(get, path = "/places/{place}/persons/{id}", operation_id = "base_person_show",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = PersonInFull)))]
async fn show_one(ctx: Ctx, path: Path<PersonPath>) -> Result<Reply<PersonInFull>> {
    let (row, merged_from) = merges::follow(&ctx, persons::find(&ctx, path.id).await?).await?;
    let full = PersonInFull { merged_from, ..show::in_full(&ctx, &row).await? };
    Ok(Reply::ok(full).version(row.version))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Of this data element only.
    #[param(max_length = 100)]
    element: Option<String>,
}

/// All that was ever recorded of a person, newest first.
#[utoipa::path(get, path = "/places/{place}/persons/{id}/facts", operation_id = "base_person_history",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), HistoryQuery, Paging),
    responses((status = 200, body = Page<FactShown>)))]
async fn history(
    ctx: Ctx,
    path: Path<PersonPath>,
    Query(own): Query<HistoryQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<FactShown>>> {
    let row = persons::find(&ctx, path.id).await?;
    Ok(Json(show::history(&ctx, &row, own.element.as_deref(), &paging).await?))
}

/// What became of a value.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct Recorded {
    #[schema(example = "person.phone")]
    element: String,
    outcome: Outcome,
}

/// What became of the values that were recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RecordedFacts)]
struct RecordedAll {
    facts: Vec<Recorded>,
}

/// Records values. What another source says otherwise is kept beside it, and nothing is overwritten.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/facts", operation_id = "base_person_record",
    security(("token" = ["base.person.write"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = NewFacts, responses((status = 200, body = RecordedAll)))]
async fn record(ctx: Ctx, path: Path<PersonPath>, Json(new): Json<NewFacts>) -> Result<Reply<RecordedAll>> {
    let (values, how) = read(&ctx, SubjectKind::Person, &new.source, new.basis, new.observed_on, &new.facts)?;
    let number = values.iter().find(|(e, _)| e.id == "person.identity_number").map(|(_, number)| number.clone());
    let mut tx = ctx.begin().await?;
    let row = persons::find_alive(&tx, path.id).await?;
    let outcomes = match persons::record(&mut tx, &row, &values, &how, new.guardian.as_ref()).await {
        Ok(outcomes) => outcomes,
        Err(error) => {
            drop(tx);
            return Err(persons::name_the_one(&ctx, error, number.as_deref()).await);
        }
    };
    let facts = values.iter().zip(outcomes);
    let facts = facts.map(|((element, _), outcome)| Recorded { element: element.id.clone(), outcome }).collect();
    tx.commit("base.person.write", subject(row.id), Reply::ok(RecordedAll { facts })).await
}

/// Which value counts, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SettleConflict, example = json!({
    "fact": "0192f0c0-0000-7000-8000-00000000dead", "reason": "已与派出所核实，以户口簿为准"
}))]
struct SettleBody {
    fact: Uuid,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Decides between sources that differ: this value is in force, the others are history.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/settle", operation_id = "base_person_settle",
    security(("token" = ["base.person.settle"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = SettleBody, responses((status = 200, body = PersonInFull)))]
async fn settle(ctx: Ctx, path: Path<PersonPath>, Json(body): Json<SettleBody>) -> Result<Reply<PersonInFull>> {
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let row = persons::find_alive(&tx, path.id).await?;
    let element = facts::settle(&mut tx, &Subject::from(&row), body.fact, &reason).await?;
    tx.note("elements", [&element]);
    tx.note("reason", &reason);
    let row = persons::find(&tx, path.id).await?;
    let full = show::in_full(&tx, &row).await?;
    tx.commit("base.person.settle", subject(row.id), Reply::ok(full).version(row.version)).await
}

/// Values in plain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RevealedValues)]
struct RevealedAll {
    values: Vec<Revealed>,
}

/// Shows values in plain, for a purpose that is kept with who looked. Somebody under fourteen needs `base.minor.reveal` as
/// well, a sensitive value `base.person.sensitive`.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/reveal", operation_id = "base_person_reveal",
    security(("token" = ["base.person.reveal"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Asked,
    responses((status = 200, body = RevealedAll),
        (status = 204, description = "Shown already under this `Idempotency-Key`; what was shown is not kept.")))]
async fn reveal_some(ctx: Ctx, path: Path<PersonPath>, Json(asked): Json<Asked>) -> Result<Reply<RevealedAll>> {
    let mut tx = ctx.begin().await?;
    let row = persons::find(&tx, path.id).await?;
    let values = reveal::reveal(&mut tx, &row, &asked).await?;
    // What was shown once is not kept for a retry.
    tx.commit("base.person.reveal", subject(row.id), Reply::none()).await?;
    Ok(Reply::ok(RevealedAll { values }))
}

/// Who looked at, or changed, what is known of a person, newest first: to be told to the person who asks.
#[utoipa::path(get, path = "/places/{place}/persons/{id}/accesses", operation_id = "base_person_accesses",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path), Paging),
    responses((status = 200, body = Page<Access>)))]
async fn accesses(ctx: Ctx, path: Path<PersonPath>, Query(paging): Query<Paging>) -> Result<Json<Page<Access>>> {
    let row = persons::find(&ctx, path.id).await?;
    Ok(Json(reveal::accesses(&ctx, &row, &paging).await?))
}

/// Somebody who may be the same person. Of somebody elsewhere in the county no more than this is shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PersonCandidate)]
struct Candidate {
    id: Uuid,
    /// In full where the caller serves the place.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place_name: Option<String>,
    standing: String,
    why: Why,
}

/// Who of the county may be the same person, the surest first. A human decides.
#[utoipa::path(get, path = "/places/{place}/persons/{id}/candidates", operation_id = "base_person_candidates",
    security(("token" = ["base.person.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Candidate>)))]
async fn candidates(ctx: Ctx, path: Path<PersonPath>) -> Result<Json<Vec<Candidate>>> {
    let row = persons::find(&ctx, path.id).await?;
    let found = matching::candidates(&ctx, row.county, &Probe::from(&row)).await?;
    let candidate = |(row, why)| {
        let mut shown = persons::hint(&ctx, &row);
        shown["why"] = serde_json::to_value(why)?;
        Ok(serde_json::from_value(shown)?)
    };
    Ok(Json(found.into_iter().map(candidate).collect::<Result<_>>()?))
}
