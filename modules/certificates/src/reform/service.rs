//! Proposing a reform, and what is done when it is published.

use std::collections::BTreeSet;

use jizuo_kernel::error::Faults;
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Result, Subject, Text, Tx, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::catalogue::{Answer, Entry, in_force};
use crate::item::service as items;
use crate::item::{Replacement, commitment, ending};
use crate::process::{PUBLISHED, REFORM};

/// One paper, and what is done instead.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::Change)]
pub(crate) struct Change {
    /// Code of an item that is issued here.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "income", extensions(
        ("x-choices" = json!({ "path": "/certificates/items?state=in_force&status_kind=retained&limit=100", "value": "code", "title": "name" }))
    ))]
    pub(crate) code: String,
    pub(crate) replacement: Replacement,
    /// Where to go instead; said by the replacement unless given.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub(crate) next_door: Option<String>,
}

/// One paper that is cancelled, by its name as well.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Cancelled)]
pub(crate) struct Cancelled {
    #[schema(example = "income")]
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) replacement: Replacement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_door: Option<String>,
}

/// A reform as it is proposed.
pub(crate) struct New {
    pub(crate) title: String,
    pub(crate) reason: String,
    pub(crate) changes: Vec<Change>,
}

/// As many as one reform cancels.
pub(crate) const MOST: usize = 200;

pub(crate) async fn propose(tx: &mut Tx, new: New) -> Result<Model> {
    let place = tx.place()?.clone();
    tx.require("certificates.reform.propose", &place)?;
    items::only_where_a_catalogue_is_kept(tx)?;
    ending::only_published_at_once(tx)?;
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, 60);
    let reason = faults.text("reason", &new.reason, 500);
    if new.changes.is_empty() || new.changes.len() > MOST {
        let why = say!(
            "写明取消哪些事项，一次最多 {MOST} 项",
            "say which papers are cancelled: one at least, {MOST} at most"
        );
        faults.add("items", "certificates.reform.items", why);
    }
    let entries = in_force(tx.ctx()).await?;
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (n, change) in new.changes.into_iter().enumerate().take(MOST) {
        let field = format!("changes[{n}].code");
        if !seen.insert(change.code.clone()) {
            faults.add(&field, "certificates.reform.twice", Text::new("这一项写了两次", "this one is named twice"));
        } else if let Some(why) = not_issued(&entries, &change.code) {
            faults.add(&field, "certificates.reform.not_issued", why);
        } else if change.replacement == Replacement::Commitment && marked(&entries, &change.code) {
            faults.add(format!("changes[{n}].replacement"), "certificates.item.no_commitment", commitment::MARKED);
        }
        let next_door = faults.said(&format!("changes[{n}].next_door"), change.next_door.as_deref(), 300);
        let known = entries.iter().find(|entry| entry.code == change.code);
        let name = known.map(|entry| entry.name.zh.to_string()).unwrap_or_default();
        changes.push(Cancelled { code: change.code, name, replacement: change.replacement, next_door });
    }
    faults.check()?;
    let opening = process::open(tx, &REFORM, &place, |_| title.clone(), Move::default()).await?;
    let row = ActiveModel {
        title: Set(title),
        reason: Set(reason),
        cancelled: Set(i32::try_from(changes.len()).unwrap_or(i32::MAX)),
        changes: Set(serde_json::to_value(&changes)?),
        proposed_by_name: Set(tx.actor.name.clone()),
        retained_before: Set(None),
        retained_after: Set(None),
        ..ActiveModel::opened(&opening)
    };
    tx.note("cancelled", changes.len());
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// Whether no commitment stands in for a paper.
fn marked(entries: &[Entry], code: &str) -> bool {
    entries.iter().any(|entry| entry.code == code && entry.no_commitment)
}

/// Why a paper cannot be cancelled; none where it is issued here.
fn not_issued(entries: &[Entry], code: &str) -> Option<Text> {
    match entries.iter().find(|entry| entry.code == code).map(|entry| entry.answer) {
        Some(Answer::IssuedHere) => None,
        Some(Answer::NotNeeded) => {
            Some(say!("“{code}”在不应出具的清单里，本来就不出具", "{code} is on the negative list already"))
        }
        Some(_) => Some(say!("“{code}”已有替代办法", "{code} is replaced already")),
        None => Some(say!("目录里没有现行的“{code}”", "no item {code} is in force here")),
    }
}

/// Takes a step; publishing cancels every paper of it in this one write.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    // The state decides, not the step: a place may have put steps of its own in between.
    if row.state != PUBLISHED {
        return Ok(row);
    }
    ending::only_published_at_once(tx)?;
    let before = issued(&in_force(tx.ctx()).await?);
    let changes: Vec<Cancelled> = serde_json::from_value(row.changes.clone())?;
    for change in &changes {
        ending::replace(tx, &change.code, change.replacement, change.next_door.clone(), &row.reason).await?;
    }
    tx.write_waiting().await?;
    let after = issued(&in_force(tx.ctx()).await?);
    let row = process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::RetainedBefore, Expr::value(Some(before)))
            .col_expr(Column::RetainedAfter, Expr::value(Some(after)))
    })
    .await?;
    tx.note("retained", [before, after]);
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "place": place.code, "cancelled": row.cancelled, "before": before, "after": after,
    });
    tx.emit("certificates.reform.published", &Subject::new("certificates.reform", row.id), &payload)?;
    Ok(row)
}

/// How many papers are issued by a catalogue.
fn issued(entries: &[Entry]) -> i32 {
    let kept = entries.iter().filter(|entry| entry.answer == Answer::IssuedHere).count();
    i32::try_from(kept).unwrap_or(i32::MAX)
}
