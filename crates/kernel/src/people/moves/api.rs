//! Deaths, moves and arrivals on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_standards::{element, mask};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::entity::{arrival, person};
use super::super::facts::{self, Provenance};
use super::super::households::members::{self, HEAD, Joining, Left};
use super::super::households::{self, day, kept_there, provenance, source};
use super::super::{Standing, Subject as Whom, rows, seal, sources};
use super::away::Away;
use super::{arrivals, away, death, relocate, revive, within_county};
use crate::error::{Faults, internal, refuse};
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Reply, Result, Scope, Scoped, Subject, Text, Tx};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(die))
        .routes(routes!(withdraw_death))
        .routes(routes!(move_person))
        .routes(routes!(move_out))
        .routes(routes!(come_back))
        .routes(routes!(move_household))
        .routes(routes!(list))
        .routes(routes!(take_in))
        .routes(routes!(decline))
}

#[derive(Debug, Deserialize)]
struct RowPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// What became of somebody, and of their household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonMoved {
    pub id: Uuid,
    /// Code of the place that the row is of now.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    /// `present`, `dead`, `moved_out`
    pub standing: String,
    pub standing_since: NaiveDate,
    /// Code of the place of the other county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to_name: Option<String>,
    /// The household that was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
}

impl PersonMoved {
    fn of(ctx: &Ctx, row: &person::Model, left: Option<Left>) -> PersonMoved {
        let tree = &ctx.snapshot.places;
        let code = |id: i32| tree.get(id).map(|place| place.code.clone());
        PersonMoved {
            id: row.id,
            place: code(row.place).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            standing: row.standing.clone(),
            standing_since: row.standing_since,
            moved_to: row.moved_to.and_then(code),
            moved_to_name: row.moved_to.map(|id| tree.name(id).to_owned()),
            left,
        }
    }
}

async fn answer(tx: Tx, action: &'static str, row: &person::Model, left: Option<Left>) -> Result<Reply<PersonMoved>> {
    let reply = Reply::ok(PersonMoved::of(&tx, row, left)).version(row.version);
    tx.commit(action, Subject::new("base.person", row.id), reply).await
}

/// When somebody died, and who says so.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "on": "2026-02-27", "source": "document_seen" }))]
pub struct Death {
    on: NaiveDate,
    /// An id of the sources: `document_seen` where the certificate was shown.
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// Records that somebody died: lists show them no more, their household goes on, open matters are not touched.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/death", operation_id = "base_person_death",
    security(("token" = ["base.person.record_death"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Death, responses((status = 200, body = PersonMoved)))]
async fn die(ctx: Ctx, path: Path<RowPath>, Json(body): Json<Death>) -> Result<Reply<PersonMoved>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", Some(body.on));
    let id = source(&mut faults, &body.source);
    faults.check()?;
    let row = rows::person(&tx, path.id).await?;
    // Who moved away may still be known to have died; who is merged goes on elsewhere.
    if row.standing != Standing::MovedOut.as_str() {
        rows::only_present(&row)?;
    }
    let how = provenance(id, tx.today())?;
    let (row, left) = death::record(&mut tx, &row, on, &how).await?;
    tx.note("on", on);
    tx.note("source", id);
    let place = tx.snapshot.places.place(row.place)?;
    let payload = json!({ "id": row.id, "place": place.code, "on": on });
    tx.emit("base.person.died", &Subject::new("base.person", row.id), &payload)?;
    answer(tx, "base.person.record_death", &row, left).await
}

/// Why a death was recorded wrongly.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "同名误登，本人健在" }))]
pub struct DeathWithdrawn {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Takes back a death that was recorded by mistake: present again, and a member again where the household is still there.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/death/withdraw", operation_id = "base_person_death_withdraw",
    security(("token" = ["base.person.record_death"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = DeathWithdrawn, responses((status = 200, body = PersonMoved)))]
async fn withdraw_death(ctx: Ctx, path: Path<RowPath>, Json(body): Json<DeathWithdrawn>) -> Result<Reply<PersonMoved>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let row = rows::person(&tx, path.id).await?;
    if row.standing != Standing::Dead.as_str() {
        let why = Text::new("没有死亡登记", "no death is on record");
        return Err(refuse("base.person.not_dead", why).current(json!({ "standing": row.standing })).into());
    }
    let row = death::withdraw(&mut tx, &row, &reason).await?;
    tx.note("withdrawn", true);
    tx.note("reason", reason);
    let place = tx.snapshot.places.place(row.place)?;
    let payload = json!({ "id": row.id, "place": place.code });
    tx.emit("base.person.death_withdrawn", &Subject::new("base.person", row.id), &payload)?;
    answer(tx, "base.person.record_death", &row, None).await
}

/// Where somebody moves, when and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "530102001002", "reason": "购房迁居" }))]
pub struct PersonMove {
    /// Code of a village or community of the county, or of a place below one.
    #[schema(min_length = 2, max_length = 40)]
    to: String,
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Who says so: `village_visit` unless given.
    #[serde(default = "village_visit")]
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

fn village_visit() -> String {
    "village_visit".to_owned()
}

/// Somebody moves within the county: the membership ends, everything known goes along.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/move", operation_id = "base_person_move",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = PersonMove, responses((status = 200, body = PersonMoved)))]
async fn move_person(ctx: Ctx, path: Path<RowPath>, Json(body): Json<PersonMove>) -> Result<Reply<PersonMoved>> {
    let mut tx = ctx.begin().await?;
    let row = rows::present_person(&tx, path.id).await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let id = source(&mut faults, &body.source);
    let reason = faults.text("reason", &body.reason, 500);
    let to = within_county(&tx, &mut faults, row.county, &body.to);
    faults.check()?;
    let Some(to) = to else { return Err(internal("a fault without a fault")) };
    let from = tx.snapshot.places.place(row.place)?;
    let (row, left) = relocate(&mut tx, &row, &to, on).await?;
    lives_at(&mut tx, &row, &to.code, id, on).await?;
    tx.note("from", &from.code);
    tx.note("to", &to.code);
    tx.note("on", on);
    tx.note("reason", reason);
    tell_moved(&mut tx, &[row.id], &from.code, &to.code, on)?;
    let row = rows::person_within(&tx, &Scope::counties(vec![row.county]), row.id).await?;
    answer(tx, "base.person.move", &row, left).await
}

/// The residence, as far as the catalogue's place codes go: a village.
async fn lives_at(tx: &mut Tx, row: &person::Model, code: &str, source: &str, on: NaiveDate) -> Result<()> {
    let Some(village) = row.village.and_then(|id| tx.snapshot.places.get(id)).map(|place| place.code.clone()) else {
        return Err(internal(format!("{code} lies in no village")));
    };
    let Some(element) = element::find("person.residence") else { return Ok(()) };
    facts::record_all(tx, &Whom::from(row), &[(element, village)], &provenance(source, on)?).await?;
    Ok(())
}

fn tell_moved(tx: &mut Tx, persons: &[Uuid], from: &str, to: &str, on: NaiveDate) -> Result<()> {
    for id in persons {
        let payload = json!({ "id": id, "from": from, "to": to, "on": on });
        tx.emit("base.person.moved", &Subject::new("base.person", id), &payload)?;
    }
    Ok(())
}

/// Where somebody moves to who leaves the county, when and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "530103", "reason": "婚嫁迁出" }))]
pub struct PersonMoveOut {
    /// Code of a place of another county, as near as it is known; also of another province.
    #[schema(min_length = 2, max_length = 40)]
    to: String,
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Somebody moves to another county. That county is told once, with the basic elements; this one keeps what it knows.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/move_out", operation_id = "base_person_move_out",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = PersonMoveOut, responses((status = 200, body = PersonMoved)))]
async fn move_out(ctx: Ctx, path: Path<RowPath>, Json(body): Json<PersonMoveOut>) -> Result<Reply<PersonMoved>> {
    let mut tx = ctx.begin().await?;
    let row = rows::present_person(&tx, path.id).await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let reason = faults.text("reason", &body.reason, 500);
    let to = away::destination(&tx, &mut faults, row.county, &body.to);
    faults.check()?;
    let Some(to) = to else { return Err(internal("a fault without a fault")) };
    let (row, left) = away::leave(&mut tx, &row, &to, on, &reason).await?;
    let code = match &to {
        Away::Here(place) => place.code.clone(),
        Away::Beyond(code) => code.padded().to_owned(),
    };
    tx.note("to", &code);
    tx.note("on", on);
    tx.note("reason", reason);
    tx.note("told", matches!(to, Away::Here(_)));
    let from = tx.snapshot.places.place(row.place)?;
    let payload = json!({ "id": row.id, "from": from.code, "to": code, "on": on });
    tx.emit("base.person.moved_out", &Subject::new("base.person", row.id), &payload)?;
    answer(tx, "base.person.move", &row, left).await
}

/// Who had moved out is here again, without another county saying so.
#[utoipa::path(post, path = "/places/{place}/persons/{id}/return", operation_id = "base_person_return",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = PersonMove, responses((status = 200, body = PersonMoved)))]
async fn come_back(ctx: Ctx, path: Path<RowPath>, Json(body): Json<PersonMove>) -> Result<Reply<PersonMoved>> {
    let mut tx = ctx.begin().await?;
    let row = rows::person(&tx, path.id).await?;
    if row.standing != Standing::MovedOut.as_str() {
        let why = Text::new("没有登记迁出，无需办理迁回", "did not move out, so there is nothing to take back");
        return Err(refuse("base.person.not_away", why).current(json!({ "standing": row.standing })).into());
    }
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let id = source(&mut faults, &body.source);
    let reason = faults.text("reason", &body.reason, 500);
    let to = within_county(&tx, &mut faults, row.county, &body.to);
    if on < row.standing_since {
        faults.add("on", "base.person.before", Text::new("不能早于迁出日期", "not before they moved out"));
    }
    faults.check()?;
    let Some(to) = to else { return Err(internal("a fault without a fault")) };
    let row = revive(&mut tx, &row, &to, on).await?;
    lives_at(&mut tx, &row, &to.code, id, on).await?;
    tx.note("to", &to.code);
    tx.note("on", on);
    tx.note("reason", reason);
    let payload = json!({ "id": row.id, "place": to.code, "on": on, "was_here": true });
    tx.emit("base.person.arrived", &Subject::new("base.person", row.id), &payload)?;
    let row = rows::person_within(&tx, &Scope::counties(vec![row.county]), row.id).await?;
    answer(tx, "base.person.move", &row, None).await
}

/// Where a household moves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "530102001002", "reason": "易地搬迁" }))]
pub struct HouseholdMove {
    /// Code of a village or community of the county, or of a place below one.
    #[schema(min_length = 2, max_length = 40)]
    to: String,
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Its number there, where the village gives another.
    #[serde(default)]
    #[schema(max_length = 20)]
    number: Option<String>,
    /// Its address there, one on record.
    #[serde(default)]
    address: Option<Uuid>,
    /// Who says so: `village_visit` unless given.
    #[serde(default = "village_visit")]
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
}

/// The whole household moves within the county, with all who live in it.
#[utoipa::path(post, path = "/places/{place}/households/{id}/move", operation_id = "base_household_move",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = HouseholdMove, responses((status = 200, body = households::HouseholdInFull)))]
async fn move_household(
    ctx: Ctx,
    path: Path<RowPath>,
    Json(body): Json<HouseholdMove>,
) -> Result<Reply<households::HouseholdInFull>> {
    let mut tx = ctx.begin().await?;
    let row = rows::present_household(&tx, path.id).await?;
    let mut faults = Faults::default();
    let on = day(&tx, &mut faults, "on", body.on);
    let id = source(&mut faults, &body.source);
    let reason = faults.text("reason", &body.reason, 500);
    let number = faults.said("number", body.number.as_deref(), 20);
    let to = within_county(&tx, &mut faults, row.county, &body.to);
    if to.as_ref().is_some_and(|to| to.id == row.place) {
        faults.add("to", "base.person.there_already", Text::new("已登记在这里", "is registered there already"));
    }
    faults.check()?;
    let Some(to) = to else { return Err(internal("a fault without a fault")) };
    let from = tx.snapshot.places.place(row.place)?;
    let (row, persons) = households::relocate(&mut tx, &row, &to, number.clone(), body.address).await?;
    let how = provenance(id, on)?;
    households::recorded(&mut tx, &row, number, &how).await?;
    live_at(&mut tx, &persons, &to, &how).await?;
    tx.note("from", &from.code);
    tx.note("to", &to.code);
    tx.note("on", on);
    tx.note("reason", reason);
    let ids: Vec<Uuid> = persons.iter().map(|person| person.id).collect();
    tx.note("persons", &ids);
    tell_moved(&mut tx, &ids, &from.code, &to.code, on)?;
    let row = rows::household_within(&tx, &Scope::counties(vec![row.county]), row.id).await?;
    let reply = Reply::ok(households::in_full(&tx, &row).await?).version(row.version);
    tx.commit("base.person.move", Subject::new("base.household", row.id), reply).await
}

/// The residence of several persons, in one write.
async fn live_at(tx: &mut Tx, persons: &[person::Model], to: &crate::places::Place, how: &Provenance) -> Result<()> {
    let village = to.village.and_then(|id| tx.snapshot.places.get(id)).map(|place| place.code.clone());
    let (Some(village), Some(element)) = (village, element::find("person.residence")) else { return Ok(()) };
    let subjects: Vec<Whom> = persons.iter().map(Whom::from).collect();
    let known = facts::known_to_change(tx, &subjects).await?;
    let mut changes = facts::Changes::default();
    for subject in &subjects {
        facts::plan(tx, &mut changes, subject, &known, &[(element, village.clone())], how)?;
    }
    facts::write(tx, changes).await
}

/// Somebody whom another county says has moved here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Arrival {
    pub id: Uuid,
    /// Code of the place they were said to move to.
    #[schema(example = "530103")]
    pub place: String,
    pub place_name: String,
    pub name: String,
    /// Names of the places they come from, the largest first.
    pub from_name: String,
    pub moved_on: NaiveDate,
    pub reason: String,
    /// `waiting`, `taken_in`, `declined`
    pub state: String,
    /// What came along, masked; nothing once it is decided.
    pub parcel: Vec<Carried>,
    /// Who they are here, once taken in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    pub told_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// One value that came along.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ArrivalValue)]
pub struct Carried {
    #[schema(example = "person.identity_number")]
    pub element: String,
    /// Masked where it is a number.
    #[schema(example = "530102********0016")]
    pub value: String,
    pub observed_on: NaiveDate,
}

impl Arrival {
    fn of(ctx: &Ctx, row: &arrival::Model) -> Result<Arrival> {
        let tree = &ctx.snapshot.places;
        let shown = |carried: away::Carried| Carried {
            value: element::find(&carried.element)
                .map_or_else(|| mask::document(&carried.value), |element| seal::masked(element, &carried.value)),
            element: carried.element,
            observed_on: carried.observed_on,
        };
        Ok(Arrival {
            id: row.id,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            name: row.name.clone(),
            from_name: row.from_name.clone(),
            moved_on: row.moved_on,
            reason: row.reason.clone(),
            state: row.state.clone(),
            parcel: away::open(&ctx.app, row)?.into_iter().map(shown).collect(),
            person: row.person,
            told_at: row.told_at,
            decided_by: row.decided_by.clone(),
            decided_at: row.decided_at,
            answer: row.answer.clone(),
        })
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `waiting` unless given; `taken_in`, `declined`
    state: Option<String>,
}

/// Those who are said to have moved here from other counties, newest first.
#[utoipa::path(get, path = "/places/{place}/arrivals", operation_id = "base_arrival_list",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530103"), ListQuery, Paging),
    responses((status = 200, body = Page<Arrival>)))]
async fn list(ctx: Ctx, Query(wanted): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Arrival>>> {
    use arrival::Column;
    let query = arrival::Entity::within(&ctx.scope)
        .filter(Column::State.eq(wanted.state.as_deref().unwrap_or(arrivals::WAITING)));
    let page = paging.newest(&ctx, query, Column::Id).await?;
    let items = page.items.iter().map(|row| Arrival::of(&ctx, row)).collect::<Result<_>>()?;
    Ok(Json(Page { items, next: page.next }))
}

/// Where somebody who arrived is registered.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArrivalTakeIn, example = json!({ "place": "530103001001" }))]
pub struct TakeIn {
    /// Code of the village or of a place below it, where it is not the operation's own.
    #[serde(default)]
    #[schema(max_length = 40)]
    place: Option<String>,
    /// The household they join.
    #[serde(default)]
    household: Option<ArrivalHousehold>,
    /// The person of this county who is the same, where no identity number says so.
    #[serde(default)]
    person: Option<Uuid>,
}

/// A household to join, and as what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalHousehold {
    id: Uuid,
    #[schema(schema_with = crate::people::households::members::relation_schema)]
    relation: String,
}

/// Takes somebody in: as somebody new, or, who was here before, with the history of then.
#[utoipa::path(post, path = "/places/{place}/arrivals/{id}/take_in", operation_id = "base_arrival_take_in",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530103"), ("id" = Uuid, Path)),
    request_body = TakeIn, responses((status = 200, body = Arrival)))]
async fn take_in(ctx: Ctx, path: Path<RowPath>, Json(body): Json<TakeIn>) -> Result<Reply<Arrival>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let to = match &body.place {
        Some(code) => tx.resolve_below("place", code)?,
        None => tx.place()?.clone(),
    };
    kept_there(&mut faults, "place", &to);
    if let Some(household) = &body.household {
        members::relation(&mut faults, "household.relation", &household.relation);
        if household.relation == HEAD {
            faults.add("household.relation", "base.household.relation", members::ONE_HEAD);
        }
    }
    faults.check()?;
    let row = arrivals::waiting(&tx, path.id).await?;
    let taken = arrivals::take_in(&mut tx, &row, &to, body.person).await?;
    lives_at(&mut tx, &taken.person, &to.code, "village_visit", row.moved_on).await?;
    let mut left = None;
    if let Some(wanted) = &body.household {
        let household = rows::present_household(&tx, wanted.id).await?;
        let how = Joining { relation: &wanted.relation, since: row.moved_on, source: sources::TRANSFER, import: None };
        left = members::join(&mut tx, &household, &taken.person, &how).await?.left;
    }
    let row = arrivals::decide(&tx, &row, arrivals::TAKEN_IN, Some(taken.person.id), None).await?;
    tx.note("person", taken.person.id);
    tx.note("was_here", taken.was_here);
    tx.note("left", left);
    let payload = json!({ "id": taken.person.id, "place": to.code, "on": row.moved_on, "was_here": taken.was_here });
    tx.emit("base.person.arrived", &Subject::new("base.person", taken.person.id), &payload)?;
    let reply = Reply::ok(Arrival::of(&tx, &row)?).version(row.version);
    tx.commit("base.person.move", Subject::new("base.arrival", row.id), reply).await
}

/// Why somebody is not taken in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArrivalDecline, example = json!({ "reason": "查无此人，未在本地居住" }))]
pub struct Decline {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Declines an arrival: nothing of it is kept but that it was declined. The other county is asked, not told.
#[utoipa::path(post, path = "/places/{place}/arrivals/{id}/decline", operation_id = "base_arrival_decline",
    security(("token" = ["base.person.move"])),
    params(("place" = String, Path, example = "530103"), ("id" = Uuid, Path)),
    request_body = Decline, responses((status = 200, body = Arrival)))]
async fn decline(ctx: Ctx, path: Path<RowPath>, Json(body): Json<Decline>) -> Result<Reply<Arrival>> {
    let mut tx = ctx.begin().await?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, 500);
    faults.check()?;
    let row = arrivals::waiting(&tx, path.id).await?;
    let row = arrivals::decide(&tx, &row, arrivals::DECLINED, None, Some(reason.clone())).await?;
    tx.note("reason", reason);
    let reply = Reply::ok(Arrival::of(&tx, &row)?).version(row.version);
    tx.commit("base.person.move", Subject::new("base.arrival", row.id), reply).await
}
