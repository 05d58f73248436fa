//! Facts of an import, taken back: what they had replaced is in force again, and the rows repeat it.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::fact::{Column, Entity, Model};
use super::facts::{DISPUTED, IN_FORCE, PAST, UNDONE, changed_person};
use super::{Subject, SubjectKind, project, seal};
use crate::{Result, Scope, Scoped, Tx};

/// Takes back what one import said of these subjects.
pub async fn take_back(tx: &mut Tx, county: i32, import: Uuid, subjects: &[Uuid]) -> Result<()> {
    let scope = Scope::counties(vec![county]);
    let all = Entity::within(&scope)
        .filter(Column::Subject.is_in(subjects.iter().copied()))
        .filter(Column::Standing.is_in([IN_FORCE, DISPUTED, PAST]))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    let mut about: BTreeMap<(Uuid, &str), Vec<&Model>> = BTreeMap::new();
    for fact in &all {
        about.entry((fact.subject, &fact.element)).or_default().push(fact);
    }
    let mut undone = Vec::new();
    let mut again = Vec::new();
    let mut changed: BTreeMap<Subject, project::Values> = BTreeMap::new();
    for facts in about.values() {
        let own: Vec<&&Model> = facts.iter().filter(|fact| fact.import == Some(import)).collect();
        if own.is_empty() {
            continue;
        }
        undone.extend(own.iter().map(|fact| fact.id));
        let Some(current) = own.iter().find(|fact| fact.standing == IN_FORCE) else { continue };
        // What it had pushed aside: disputed since, or replaced in the very write that brought it.
        let before = facts
            .iter()
            .filter(|fact| fact.import != Some(import))
            .filter(|fact| fact.standing == DISPUTED || fact.ended_at == Some(current.recorded_at))
            .max_by_key(|fact| (fact.rank, fact.observed_on, fact.id));
        let subject = Subject::new(kind(&current.subject_kind), current.subject, county);
        let value = match before {
            Some(fact) => {
                again.push(fact.id);
                Some(seal::open(tx, fact)?)
            }
            None => None,
        };
        let values = changed.entry(subject).or_default();
        // Somebody without a name could not be found any more.
        if value.is_some() || !["person.name", "household.number"].contains(&current.element.as_str()) {
            values.insert(current.element.clone(), value);
        }
    }
    for ids in undone.chunks(1_000) {
        Entity::update_within(&scope)
            .col_expr(Column::Standing, Expr::value(UNDONE))
            .col_expr(Column::EndedAt, Expr::value(tx.now))
            .col_expr(Column::EndedBy, Expr::value(tx.actor.name.clone()))
            .col_expr(Column::EndedWhy, Expr::value("import undone"))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    for ids in again.chunks(1_000) {
        Entity::update_within(&scope)
            .col_expr(Column::Standing, Expr::value(IN_FORCE))
            .col_expr(Column::EndedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
            .col_expr(Column::EndedBy, Expr::value(None::<String>))
            .col_expr(Column::EndedWhy, Expr::value(None::<String>))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    project::rows(tx, &changed).await?;
    for (subject, values) in changed.iter().filter(|(subject, _)| subject.kind == SubjectKind::Person) {
        let elements: Vec<String> = values.keys().cloned().collect();
        changed_person(tx, subject.id, &elements)?;
    }
    Ok(())
}

fn kind(word: &str) -> SubjectKind {
    match word {
        "household" => SubjectKind::Household,
        "organisation" => SubjectKind::Organisation,
        _ => SubjectKind::Person,
    }
}
