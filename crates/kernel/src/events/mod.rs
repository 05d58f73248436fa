//! Events: facts that committed, told once to every subscriber whose module is on, and kept as a feed for third parties.

pub mod api;
mod dispatch;
pub mod entity;

pub use dispatch::deliver;

use sea_orm::sea_query::InsertStatement;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryTrait};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::places::Place;
use crate::{Ctx, clock};

/// A fact on its way into the outbox.
pub(crate) struct Fact {
    pub(crate) topic: &'static str,
    pub(crate) subject: String,
    pub(crate) payload: Value,
}

/// The CloudEvents 1.0 envelope.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Event)]
pub struct Envelope {
    #[schema(example = "1.0")]
    pub specversion: String,
    pub id: String,
    /// `/places/<code>/<module>`
    pub source: String,
    #[schema(example = "grid.incident.closed")]
    pub r#type: String,
    pub subject: String,
    pub time: chrono::DateTime<chrono::Utc>,
    #[schema(example = "application/json")]
    pub datacontenttype: String,
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Outbox rows, and one delivery for each subscriber, for the transaction of the fact.
pub(crate) fn rows(ctx: &Ctx, place: &Place, facts: Vec<Fact>) -> Vec<InsertStatement> {
    let county = place.chain();
    let mut events = Vec::with_capacity(facts.len());
    let mut deliveries = Vec::new();
    for fact in facts {
        let id = clock::id_at(ctx.now);
        for module in ctx.app.registry.modules() {
            for subscription in module.subscriptions.iter().filter(|s| s.topic == fact.topic) {
                deliveries.push(entity::delivery::ActiveModel {
                    county: Set(county),
                    id: Set(clock::id_at(ctx.now)),
                    event: Set(id),
                    subscriber: Set(subscription.id.to_owned()),
                    state: Set(entity::PENDING.to_owned()),
                    attempts: Set(0),
                    next_at: Set(ctx.now),
                    error: Set(None),
                });
            }
        }
        events.push(entity::event::ActiveModel {
            county: Set(county),
            id: Set(id),
            place: Set(place.id),
            prefecture: Set(place.prefecture),
            township: Set(place.township),
            village: Set(place.village),
            topic: Set(fact.topic.to_owned()),
            subject: Set(fact.subject),
            payload: Set(fact.payload),
            at: Set(ctx.now),
        });
    }
    let mut rows = Vec::new();
    if !events.is_empty() {
        rows.push(entity::event::Entity::insert_many(events).into_query());
    }
    if !deliveries.is_empty() {
        rows.push(entity::delivery::Entity::insert_many(deliveries).into_query());
    }
    rows
}
