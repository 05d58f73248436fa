//! Audit: who did what, where, when and for whom. Lines are only ever added; seals chain them county by county.

pub mod api;
mod chain;
pub mod entity;
mod words;

pub use chain::{Broken, Report, seal, verify};

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use sea_orm::sea_query::InsertStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryTrait};
use serde_json::Value;

use crate::page::{Page, Paging};
use crate::places::Place;
use crate::{Ctx, Result, Scoped, Subject, clock};

/// The line of one commit, and its mark for the sealer.
pub(crate) fn rows(
    ctx: &Ctx,
    place: &Place,
    action: &'static str,
    subject: &Subject,
    on_behalf_of: Option<String>,
    changes: BTreeMap<String, Value>,
) -> Result<[InsertStatement; 2]> {
    let id = clock::id_at(ctx.now);
    let line = entity::line::ActiveModel {
        county: Set(place.chain()),
        id: Set(id),
        at: Set(ctx.now),
        place: Set(place.id),
        actor: Set(ctx.actor.account),
        actor_name: Set(ctx.actor.login.clone()),
        on_behalf_of: Set(on_behalf_of),
        action: Set(action.to_owned()),
        subject_kind: Set(subject.kind.to_owned()),
        subject: Set(subject.id.clone()),
        changes: Set(serde_json::to_string(&changes)?),
        trace: Set(ctx.trace.to_string()),
    };
    let open = entity::unsealed::ActiveModel { county: Set(place.chain()), id: Set(id) };
    Ok([entity::line::Entity::insert(line).into_query(), entity::unsealed::Entity::insert(open).into_query()])
}

/// What to look for in the audit.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub action: Option<String>,
    pub subject: Option<String>,
    pub actor: Option<String>,
    /// Part of the name on whose behalf it was done.
    pub behalf: Option<String>,
    /// The first day, in China.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

/// The lines of the operation's scope, newest first.
pub async fn search(ctx: &Ctx, what: &Search, paging: &Paging) -> Result<Page<entity::line::Model>> {
    use entity::line::Column;
    let mut query = entity::line::Entity::within(&ctx.scope);
    if let Some(action) = &what.action {
        query = query.filter(Column::Action.eq(action));
    }
    if let Some(subject) = &what.subject {
        query = query.filter(Column::Subject.eq(subject));
    }
    if let Some(actor) = &what.actor {
        query = query.filter(Column::ActorName.eq(actor));
    }
    if let Some(behalf) = &what.behalf {
        query = query.filter(Column::OnBehalfOf.contains(behalf));
    }
    if let Some(from) = what.from {
        query = query.filter(Column::At.gte(clock::china_instant(from, NaiveTime::MIN)));
    }
    if let Some(next) = what.to.and_then(|to| to.succ_opt()) {
        query = query.filter(Column::At.lt(clock::china_instant(next, NaiveTime::MIN)));
    }
    paging.newest(ctx, query, Column::Id).await
}
