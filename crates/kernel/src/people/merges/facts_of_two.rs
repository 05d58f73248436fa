//! The facts of two rows that are one person: re-tied to the one that is kept, and weighed as if they had come in one by one.

use std::collections::{BTreeMap, HashMap};

use jizuo_standards::element;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::super::entity::fact::{self, Column, Entity, Model};
use super::super::entity::person;
use super::super::facts::{self, DISPUTED, IN_FORCE, PAST};
use super::super::weigh::{Held, Offered, Outcome, weigh};
use super::super::{Subject, project, seal};
use super::record::FactMoved;
use crate::{Ctx, Result, Scope, Scoped, Tx};

/// Why a fact ended that the kept person's row knew as well.
const MERGED: &str = "merged";

/// Re-ties every fact of `merged` to `kept`. Both are locked.
pub(super) async fn tie(tx: &mut Tx, kept: &person::Model, merged: &person::Model) -> Result<Vec<FactMoved>> {
    let county = Scope::counties(vec![kept.county]);
    let all = Entity::within(&county)
        .filter(Column::Subject.is_in([kept.id, merged.id]))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    let after = standings(tx, &all, merged.id)?;
    let mut moved = Vec::new();
    let mut again = Vec::new();
    let (mut past, mut disputed) = (Vec::new(), Vec::new());
    for fact in all {
        let standing = after.get(&fact.id).copied().unwrap_or(&fact.standing).to_owned();
        let theirs = fact.subject == merged.id;
        if !theirs && standing == fact.standing {
            continue;
        }
        moved.push(FactMoved {
            id: fact.id,
            subject: fact.subject,
            standing: fact.standing.clone(),
            ended_at: fact.ended_at,
            ended_by: fact.ended_by.clone(),
            ended_why: fact.ended_why.clone(),
            after: standing.clone(),
        });
        match (theirs, standing.as_str()) {
            (true, _) => {
                let ends = standing == PAST && fact.standing != PAST;
                let mut row = resealed(tx, fact, kept.id)?;
                if ends {
                    row.ended_at = Some(tx.now);
                    row.ended_by = Some(tx.actor.name.clone());
                    row.ended_why = Some(MERGED.to_owned());
                }
                row.standing = standing;
                again.push(row);
            }
            (false, DISPUTED) => disputed.push(fact.id),
            (false, _) => past.push(fact.id),
        }
    }
    replace(tx, &county, again).await?;
    if !past.is_empty() {
        Entity::update_within(&county)
            .col_expr(Column::Standing, Expr::value(PAST))
            .col_expr(Column::EndedAt, Expr::value(Some(tx.now)))
            .col_expr(Column::EndedBy, Expr::value(Some(tx.actor.name.clone())))
            .col_expr(Column::EndedWhy, Expr::value(Some(MERGED)))
            .filter(Column::Id.is_in(past))
            .exec(tx.db())
            .await?;
    }
    if !disputed.is_empty() {
        let update = Entity::update_within(&county).col_expr(Column::Standing, Expr::value(DISPUTED));
        update.filter(Column::Id.is_in(disputed)).exec(tx.db()).await?;
    }
    Ok(moved)
}

/// The standing of every living fact of the two once they are one's.
fn standings(ctx: &Ctx, all: &[Model], merged: Uuid) -> Result<HashMap<Uuid, &'static str>> {
    let alive = || all.iter().filter(|fact| fact.standing == IN_FORCE || fact.standing == DISPUTED);
    let plain: HashMap<Uuid, String> =
        alive().map(|fact| Ok((fact.id, facts::open(ctx, fact)?))).collect::<Result<_>>()?;
    let mut held: BTreeMap<&str, Vec<Held<'_>>> = BTreeMap::new();
    let mut after = HashMap::new();
    for fact in alive().filter(|fact| fact.subject != merged) {
        held.entry(&fact.element).or_default().push(as_held(fact, &plain[&fact.id], fact.standing == IN_FORCE));
        after.insert(fact.id, if fact.standing == IN_FORCE { IN_FORCE } else { DISPUTED });
    }
    let mut theirs: Vec<&Model> = alive().filter(|fact| fact.subject == merged).collect();
    theirs.sort_by_key(|fact| (fact.observed_on, fact.id));
    for fact in theirs {
        let known = held.entry(&fact.element).or_default();
        let value = &plain[&fact.id];
        let offered = Offered {
            value,
            source: &fact.source,
            rank: fact.rank,
            observed_on: fact.observed_on,
            valid_until: fact.valid_until,
        };
        let verdict = weigh(known, &offered, ctx.today());
        for id in &verdict.past {
            after.insert(*id, PAST);
        }
        known.retain(|other| !verdict.past.contains(&other.id));
        for other in known.iter_mut().filter(|other| Some(other.id) == verdict.disputed) {
            other.in_force = false;
            after.insert(other.id, DISPUTED);
        }
        let standing = match verdict.outcome {
            Outcome::Unchanged => PAST,
            outcome if outcome.in_force() => IN_FORCE,
            _ => DISPUTED,
        };
        after.insert(fact.id, standing);
        if standing != PAST {
            known.push(as_held(fact, value, standing == IN_FORCE));
        }
    }
    Ok(after)
}

fn as_held<'a>(fact: &'a Model, value: &'a str, in_force: bool) -> Held<'a> {
    Held {
        id: fact.id,
        value,
        source: &fact.source,
        rank: fact.rank,
        observed_on: fact.observed_on,
        valid_until: fact.valid_until,
        in_force,
    }
}

/// The same fact of another subject: what is sealed opens only for the one that it is sealed for.
fn resealed(ctx: &Ctx, mut fact: Model, subject: Uuid) -> Result<Model> {
    if fact.sealed.is_some() {
        let plain = facts::open(ctx, &fact)?;
        fact.sealed = Some(seal::seal(&ctx.app, subject, &fact.element, &plain)?);
    }
    fact.subject = subject;
    Ok(fact)
}

/// Writes rows again that are there, in as many statements however many they are.
async fn replace(tx: &Tx, county: &Scope, facts: Vec<Model>) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let ids = facts.iter().map(|fact| fact.id);
    Entity::delete_within(county).filter(Column::Id.is_in(ids)).exec(tx.db()).await?;
    let rows = facts.into_iter().map(|fact| fact.into_active_model().reset_all());
    Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Gives back what a merge re-tied, and its standing to what it changed. What was changed since stays with the kept person:
/// the elements of those are answered.
pub(super) async fn untie(tx: &mut Tx, kept: &person::Model, moved: &[FactMoved]) -> Result<Vec<String>> {
    let county = Scope::counties(vec![kept.county]);
    let then: HashMap<Uuid, &FactMoved> = moved.iter().map(|fact| (fact.id, fact)).collect();
    let rows = Entity::within(&county)
        .filter(Column::Id.is_in(moved.iter().map(|fact| fact.id)))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    // One value of an element counts: a fact that another has overtaken since is not put back over it.
    let overtaken: Vec<String> = Entity::within(&county)
        .filter(Column::Subject.eq(kept.id))
        .filter(Column::Standing.eq(IN_FORCE))
        .filter(Column::Id.is_not_in(moved.iter().map(|fact| fact.id)))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|fact| fact.element)
        .collect();
    let (mut again, mut stayed) = (Vec::new(), Vec::new());
    for fact in rows {
        let Some(before) = then.get(&fact.id) else { continue };
        let own = before.subject == kept.id;
        let changed = fact.subject != kept.id
            || fact.standing != before.after
            || own && before.standing == IN_FORCE && overtaken.contains(&fact.element);
        if changed {
            stayed.push(fact.element);
            continue;
        }
        let mut row = resealed(tx, fact, before.subject)?;
        row.standing.clone_from(&before.standing);
        row.ended_at = before.ended_at;
        row.ended_by.clone_from(&before.ended_by);
        row.ended_why.clone_from(&before.ended_why);
        again.push(row);
    }
    replace(tx, &county, again).await?;
    stayed.sort_unstable();
    stayed.dedup();
    Ok(stayed)
}

/// Brings the rows of persons in step with their facts in force.
pub(super) async fn reproject(tx: &mut Tx, persons: &[&person::Model]) -> Result<()> {
    const SHOWN: [&str; 4] = ["person.name", "person.sex", "person.birth_date", "person.identity_number"];
    let subjects: Vec<Subject> = persons.iter().map(|person| Subject::from(*person)).collect();
    let known = facts::known_of(tx, &subjects, &SHOWN).await?;
    let mut changed = BTreeMap::new();
    for subject in subjects {
        let value = |id: &str| -> Result<Option<String>> {
            let of =
                |fact: &&fact::Model| fact.subject == subject.id && fact.element == id && fact.standing == IN_FORCE;
            known.iter().find(of).map(|fact| facts::open(tx, fact)).transpose()
        };
        let values = SHOWN.iter().map(|id| Ok(((*id).to_owned(), value(id)?))).collect::<Result<project::Values>>()?;
        changed.insert(subject, values);
    }
    debug_assert!(SHOWN.iter().all(|id| element::find(id).is_some()), "elements of the catalogue");
    project::rows(tx, &changed).await
}
