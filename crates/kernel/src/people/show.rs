//! One person in full: what is in force and from whom, where sources differ, household, posts, and what may be done.

use jizuo_standards::element;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{fact, organisation, person, post};
use super::facts::{self, DISPUTED, IN_FORCE};
use super::persons::is_minor;
use super::wire::{Conflict, FactShown, PersonInFull, PostOf};
use super::{Standing, Subject, look_up};
use crate::error::internal;
use crate::page::{Page, Paging};
use crate::{Ctx, Result, Scope, Scoped};

/// One person, with what the caller may see.
pub async fn in_full(ctx: &Ctx, row: &person::Model) -> Result<PersonInFull> {
    let minor = is_minor(row.birth_date, ctx.today());
    let mut known = facts::known(ctx, &[Subject::from(row)]).await?;
    let order = |id: &str| element::all().iter().position(|element| element.id == id);
    // In the order of the catalogue, and what is in force before what is disputed.
    known.sort_by_key(|fact| (order(&fact.element), fact.standing != IN_FORCE, fact.id));
    let conflicts = conflicts(ctx, &known, minor)?;
    let in_force = known.into_iter().filter(|fact| fact.standing == IN_FORCE);
    let facts = in_force.map(|fact| FactShown::of(ctx, fact, minor)).collect::<Result<_>>()?;
    let line = look_up::lines(ctx, std::slice::from_ref(row)).await?.pop();
    let moved_to = row.moved_to.and_then(|id| ctx.snapshot.places.get(id));
    Ok(PersonInFull {
        line: line.ok_or_else(|| internal("a row has a line"))?,
        facts,
        actions: actions(ctx, row, !conflicts.is_empty()),
        conflicts,
        posts: posts(ctx, row).await?,
        merged_into: row.merged_into,
        merged_from: Vec::new(),
        moved_to: moved_to.map(|place| place.code.clone()),
        moved_to_name: moved_to.map(|place| place.name.clone()),
    })
}

/// What is known of a household or an organisation: what is in force first, then what other sources say.
pub async fn known(ctx: &Ctx, subject: Subject) -> Result<Vec<FactShown>> {
    let mut known = facts::known(ctx, &[subject]).await?;
    let order = |id: &str| element::all().iter().position(|element| element.id == id);
    known.sort_by_key(|fact| (order(&fact.element), fact.standing != IN_FORCE, fact.id));
    known.into_iter().map(|fact| FactShown::of(ctx, fact, false)).collect()
}

fn conflicts(ctx: &Ctx, known: &[fact::Model], minor: bool) -> Result<Vec<Conflict>> {
    let mut found: Vec<Conflict> = Vec::new();
    for disputed in known.iter().filter(|fact| fact.standing == DISPUTED) {
        if found.iter().any(|conflict| conflict.element == disputed.element) {
            continue;
        }
        let about = known.iter().filter(|fact| fact.element == disputed.element);
        let values: Vec<FactShown> =
            about.map(|fact| FactShown::of(ctx, fact.clone(), minor)).collect::<Result<_>>()?;
        let Some(title) = values.first().map(|value| value.title.clone()) else { continue };
        found.push(Conflict { element: disputed.element.clone(), title, values });
    }
    Ok(found)
}

async fn posts(ctx: &Ctx, row: &person::Model) -> Result<Vec<PostOf>> {
    let county = Scope::counties(vec![row.county]);
    let held = post::Entity::within(&county)
        .filter(post::Column::Person.eq(row.id))
        .filter(post::Column::Until.is_null())
        .order_by_asc(post::Column::Id)
        .all(ctx.db())
        .await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = held.iter().map(|post| post.organisation).collect();
    let bodies =
        organisation::Entity::within(&county).filter(organisation::Column::Id.is_in(ids)).all(ctx.db()).await?;
    let name = |id| bodies.iter().find(|body| body.id == id).map(|body| body.name.clone()).unwrap_or_default();
    Ok(held
        .into_iter()
        .map(|post| PostOf {
            id: post.id,
            organisation: post.organisation,
            organisation_name: name(post.organisation),
            title: post.title,
            since: post.since,
        })
        .collect())
}

/// What can be done with somebody who is here, and with somebody who has died.
const ALIVE: &[&str] = &[
    "base.person.write",
    "base.person.reveal",
    "base.form.use",
    "base.consent.write",
    "base.household.write",
    "base.person.move",
    "base.person.record_death",
    "base.person.merge",
    "base.person.held",
    "base.person.erase",
];
const DEAD: &[&str] =
    &["base.person.write", "base.person.reveal", "base.person.merge", "base.person.held", "base.person.erase"];
/// What is kept of somebody who is gone can still be told, and erased.
const GONE: &[&str] = &["base.person.reveal", "base.person.held", "base.person.erase"];

fn actions(ctx: &Ctx, row: &person::Model, conflicts: bool) -> Vec<String> {
    let Some(place) = ctx.snapshot.places.get(row.place) else { return Vec::new() };
    let possible = match row.standing.as_str() {
        standing if standing == Standing::Present.as_str() => ALIVE,
        standing if standing == Standing::Dead.as_str() => DEAD,
        _ => GONE,
    };
    let minor = is_minor(row.birth_date, ctx.today());
    possible
        .iter()
        .chain(conflicts.then_some(&"base.person.settle"))
        .filter(|permission| ctx.holds(permission, None, place))
        .filter(|permission| {
            **permission != "base.person.reveal" || !minor || ctx.holds(super::reveal::MINOR, None, place)
        })
        .map(|permission| (*permission).to_owned())
        .collect()
}

/// All that was ever recorded of a person, of one element or of all, newest first.
pub async fn history(
    ctx: &Ctx,
    row: &person::Model,
    element: Option<&str>,
    paging: &Paging,
) -> Result<Page<FactShown>> {
    let minor = is_minor(row.birth_date, ctx.today());
    let mut query = fact::Entity::within(&Scope::counties(vec![row.county])).filter(fact::Column::Subject.eq(row.id));
    if let Some(element) = element {
        query = query.filter(fact::Column::Element.eq(element));
    }
    let page = paging.newest(ctx, query, fact::Column::Id).await?;
    let next = page.next;
    let items = page.items.into_iter().map(|fact| FactShown::of(ctx, fact, minor)).collect::<Result<_>>()?;
    Ok(Page { items, next })
}
