//! Showing what is masked, for a purpose and on the record; and who has looked or changed, for the person to be told.

use jizuo_standards::element::{self, Sensitivity};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use chrono::{DateTime, Utc};

use super::entity::person;
use super::facts;
use super::persons::is_minor;
use super::{Subject, merges, seal};
use crate::audit::entity::line;
use crate::error::Faults;
use crate::identity::accounts;
use crate::page::{Page, Paging};
use crate::{Ctx, Result, Scope, Scoped, Text, Tx};

/// Which values, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RevealBody, example = json!({ "elements": ["person.phone"], "purpose": "电话通知老人体检" }))]
pub struct Asked {
    #[schema(min_items = 1, max_items = 30)]
    pub elements: Vec<String>,
    /// Kept in the audit, and shown to the person who asks.
    #[schema(min_length = 2, max_length = 200)]
    pub purpose: String,
}

/// A value in plain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    pub element: String,
    pub title: Text,
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// `in_force` or `disputed`
    pub standing: String,
    pub source_title: Text,
}

/// Opens values of a person. The audit line of this write says which, and what for.
pub async fn reveal(tx: &mut Tx, row: &person::Model, asked: &Asked) -> Result<Vec<Revealed>> {
    let mut faults = Faults::default();
    let purpose = faults.text("purpose", &asked.purpose, 200);
    if purpose.chars().count() == 1 {
        let why = Text::new("请写明查看的用途", "say what you need it for");
        faults.add("purpose", "base.reveal.purpose", why);
    }
    let mut wanted = Vec::new();
    for (n, id) in asked.elements.iter().enumerate() {
        match element::find(id).filter(|element| element.id.starts_with("person.")) {
            Some(element) => wanted.push(element),
            None => {
                let why = crate::say!("没有名为“{id}”的数据元", "there is no data element '{id}' of persons");
                faults.add(format!("elements.{n}"), "base.element.unknown", why);
            }
        }
    }
    if wanted.is_empty() && faults.is_empty() {
        faults.add("elements", "base.field.missing", Text::new("请至少选一项", "choose at least one element"));
    }
    faults.check()?;
    let place = tx.snapshot.places.place(row.place)?;
    if is_minor(row.birth_date, tx.today()) {
        tx.require(MINOR, &place)?;
    }
    if wanted.iter().any(|element| element.sensitivity == Sensitivity::Sensitive) {
        tx.require(seal::SENSITIVE, &place)?;
    }
    let ids: Vec<&str> = wanted.iter().map(|element| element.id.as_str()).collect();
    tx.note("elements", &ids);
    tx.note("purpose", &purpose);
    let known = facts::known_of(tx, &[Subject::from(row)], &ids).await?;
    wanted
        .iter()
        .flat_map(|element| known.iter().filter(|fact| fact.element == element.id).map(move |fact| (element, fact)))
        .map(|(element, fact)| {
            let value = facts::open(tx, fact)?;
            Ok(Revealed {
                element: element.id.clone(),
                title: Text::owned(element.zh.clone(), element.en.clone()),
                label: seal::label(tx, element, &value),
                value,
                standing: fact.standing.clone(),
                source_title: super::sources::title(&fact.source),
            })
        })
        .collect()
}

/// Reveal what is known of somebody under fourteen.
pub const MINOR: &str = "base.minor.reveal";

/// Somebody looked at, or changed, what is known of a person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Access {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// Login of whoever did.
    pub who: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    pub place_name: String,
    /// The permission that was used.
    #[schema(example = "base.person.reveal")]
    pub action: String,
    pub action_title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Which elements, where the line says so.
    pub elements: Vec<String>,
}

/// Every look and change that the audit knows of a person, newest first.
pub async fn accesses(ctx: &Ctx, row: &person::Model, paging: &Paging) -> Result<Page<Access>> {
    // Whoever looked at a record that was merged into this one looked at this person.
    let ids = merges::records_of(ctx, row).await?;
    let query = line::Entity::within(&Scope::counties(vec![row.county]))
        .filter(line::Column::Subject.is_in(ids.iter().map(Uuid::to_string)))
        .filter(line::Column::SubjectKind.eq("base.person"));
    let page = paging.newest(ctx, query, line::Column::Id).await?;
    let names = accounts::names_of(ctx, page.items.iter().filter_map(|line| line.actor)).await?;
    Ok(page.map(|line| access(ctx, &names, line)))
}

fn access(ctx: &Ctx, names: &HashMap<Uuid, String>, line: line::Model) -> Access {
    let changes: Json = serde_json::from_str(&line.changes).unwrap_or_default();
    // Of a record each element comes with its outcome.
    let named = |entry: &Json| entry.as_str().or_else(|| entry.get(0)?.as_str()).map(str::to_owned);
    let title = ctx.app.registry.permission(&line.action).map(|permission| permission.title.clone());
    Access {
        id: line.id,
        at: line.at,
        who: line.actor.and_then(|id| names.get(&id).cloned()).unwrap_or(line.actor_name),
        on_behalf_of: line.on_behalf_of,
        place_name: ctx.snapshot.places.name(line.place).to_owned(),
        action_title: title.unwrap_or_else(|| Text::owned(line.action.clone(), line.action.clone())),
        action: line.action,
        purpose: changes["purpose"].as_str().map(str::to_owned),
        elements: changes["elements"].as_array().into_iter().flatten().filter_map(named).collect(),
    }
}
