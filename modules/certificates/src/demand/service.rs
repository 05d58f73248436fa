//! What is done with a demand: it is recorded, classified by the catalogue in force, and answered with the next door.
//! Nothing is issued for it.

use chrono::{DateTime, Utc};
use jizuo_kernel::error::Faults;
use jizuo_kernel::forms::{self, Answers};
use jizuo_kernel::module::Held;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx};
use jizuo_standards::name::Name;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commitment;
use super::entity::{ActiveModel, Column, Entity, Model};
use super::way::Way;
use crate::breach::service::is_barred;
use crate::catalogue::{self, Answer};

pub(crate) const OFF_LIST: &str = "off_list";

/// What became of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Outcome)]
pub(crate) enum Outcome {
    /// The paper is on the negative list, or on none: it may not be demanded.
    OffList,
    /// Something else is taken instead.
    Replaced,
    /// It rests on law and is issued here.
    IssuedHere,
}

impl Outcome {
    fn of(answer: Answer) -> Outcome {
        match answer {
            Answer::NotNeeded | Answer::Unknown => Outcome::OffList,
            Answer::Replaced => Outcome::Replaced,
            Answer::IssuedHere => Outcome::IssuedHere,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Outcome::OffList => OFF_LIST,
            Outcome::Replaced => "replaced",
            Outcome::IssuedHere => "issued_here",
        }
    }

    pub(crate) fn parse(text: &str) -> Outcome {
        match text {
            "replaced" => Outcome::Replaced,
            "issued_here" => Outcome::IssuedHere,
            _ => Outcome::OffList,
        }
    }
}

/// Why, and where to go: what the person at the counter was told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) name: Text,
    pub(crate) basis: Text,
    pub(crate) next_door: Text,
    /// What is committed to, where a commitment does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commits: Option<String>,
}

/// Somebody demands a paper.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// Everyday words, a code, or the id of an item.
    pub(crate) what: String,
    pub(crate) requesting_body: String,
    pub(crate) matter: Option<String>,
    pub(crate) on_behalf_of: Option<String>,
    /// The resident, where the base data knows them; then no name is typed.
    pub(crate) person: Option<Uuid>,
}

/// Records a demand at the operation's place and says what the catalogue says.
pub(crate) async fn record(tx: &mut Tx, new: New) -> Result<Model> {
    let place = tx.place()?.clone();
    tx.require("certificates.demand.record", &place)?;
    jizuo_kernel::counties::takes_new(tx, &place, "certificates")?;
    let mut faults = Faults::default();
    let what = faults.text("what", &new.what, 100);
    let requesting_body = faults.text("requesting_body", &new.requesting_body, 100);
    let matter = new.matter.as_deref().map(|text| faults.optional_text("matter", text, 200));
    let behalf = new.on_behalf_of.as_deref().and_then(|text| faults.take("on_behalf_of", Name::parse(text)));
    if new.person.is_some() && new.on_behalf_of.is_some() {
        let why = Text::new("已写明 person，姓名不再填写", "person says who it is: leave the name out");
        faults.add("on_behalf_of", "certificates.demand.twice", why);
    }
    faults.check()?;
    let behalf = match new.person {
        None => behalf,
        Some(person) => {
            let filled = forms::answer(tx, &crate::forms::DEMAND, person, &Answers::default()).await?;
            filled.value("on_behalf_of").and_then(|name| Name::parse(name).ok())
        }
    };
    if let Some(name) = &behalf {
        // The audit line holds personal values masked.
        tx.on_behalf_of(name.to_string());
    }
    let entries = catalogue::in_force(tx.ctx()).await?;
    let found = catalogue::look_up(tx.ctx(), &entries, &what)?;
    let entry = found.into_iter().next().map(|found| found.entry).ok_or(Error::NotFound("answer"))?;
    let outcome = Outcome::of(entry.answer);
    let mut way = Way::of(&entry);
    let mut told = Told { name: entry.name, basis: entry.basis, next_door: entry.next_door, commits: entry.commits };
    if way == Way::Commitment
        && let Some(person) = new.person
        && is_barred(tx, place.chain(), person).await?
    {
        // Who committed falsely before is told the other way at once.
        way = Way::NextDoor;
        told.next_door = commitment::other_way(&requesting_body);
        told.basis = tx.rule("CERT.COMMITMENT.BREACH")?.basis;
    }
    let row = ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        at: Set(tx.now),
        what: Set(what),
        item: Set(Some(entry.code).filter(|code| !code.is_empty())),
        name: Set(told.name.zh.to_string()),
        outcome: Set(outcome.as_str().to_owned()),
        told: Set(serde_json::to_value(&told)?),
        requesting_body: Set(requesting_body),
        matter: Set(matter.filter(|text| !text.is_empty())),
        on_behalf_of: Set(behalf.map(|name| name.expose().to_owned())),
        recorded_by: Set(tx.actor.account),
        recorded_by_name: Set(tx.actor.name.clone()),
        person: Set(new.person),
        way: Set(Some(way.as_str().to_owned())),
        committed_on: Set(None),
        committed_by_name: Set(None),
        commitment: Set(None),
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    tx.note("item", &row.item);
    tx.note("outcome", &row.outcome);
    tx.note("way", way);
    tx.note("requesting_body", &row.requesting_body);
    if outcome == Outcome::OffList {
        // The words may hold a name; the fact tells the entry only.
        let payload = serde_json::json!({
            "id": row.id, "place": place.code, "item": row.item, "requesting_body": row.requesting_body, "at": row.at,
        });
        tx.emit("certificates.demand.off_list", &Subject::new("certificates.demand", row.id), &payload)?;
    }
    Ok(row)
}

/// The demands made of somebody of the base data. Nothing about them stays open.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
        .filter(Column::Person.eq(person))
        .order_by_desc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            kind: "certificates.demand".to_owned(),
            id: row.id,
            label: row.name,
            role: Text::new("被索要证明的人", "of whom a paper was demanded"),
            at: row.at,
            open: false,
        })
        .collect())
}

/// One demand of the operation's scope.
pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("demand"))
}

/// Which demands to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) outcome: Option<Outcome>,
    pub(crate) way: Option<Way>,
    pub(crate) requesting_body: Option<String>,
    /// From this moment on.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Until before this one.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Demands of the operation's scope, newest first.
pub(crate) async fn list(ctx: &Ctx, filter: &Filter, paging: &Paging) -> Result<Page<Model>> {
    let mut query = Entity::within(&ctx.scope);
    if let Some(outcome) = filter.outcome {
        query = query.filter(Column::Outcome.eq(outcome.as_str()));
    }
    if let Some(way) = filter.way {
        query = query.filter(Column::Way.eq(way.as_str()));
    }
    if let Some(body) = &filter.requesting_body {
        query = query.filter(Column::RequestingBody.eq(body.trim()));
    }
    if let Some(since) = filter.since {
        query = query.filter(Column::At.gte(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(Column::At.lt(until));
    }
    paging.newest(ctx, query, Column::Id).await
}

/// Off-list demands within a scope in a span of time.
pub(super) fn off_list(scope: &Scope, since: DateTime<Utc>, until: DateTime<Utc>) -> Select<Entity> {
    Entity::within(scope)
        .filter(Column::Outcome.eq(OFF_LIST))
        .filter(Column::At.gte(since))
        .filter(Column::At.lt(until))
}

pub(crate) async fn count_off_list(tx: &Tx, county: i32, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<u64> {
    Ok(off_list(&Scope::counties(vec![county]), since, until).count(tx.db()).await?)
}
