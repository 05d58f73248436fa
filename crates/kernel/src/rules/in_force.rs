//! The value of a rule at a place on a day, who set it and why: a pure function of the baseline and the overlays.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use jizuo_standards::period::{self, Length};
use jizuo_standards::threshold::Threshold;
use serde_json::Value;

use super::registry::Kind;
use crate::error::internal;
use crate::places::Place;
use crate::registry::Registry;
use crate::snapshot::Snapshot;
use crate::{Ctx, Error, Result, Text, clock};

/// A rule as it is in force.
#[derive(Clone, Debug)]
pub struct InForce {
    pub id: String,
    pub title: Text,
    pub kind: Kind,
    pub value: Value,
    pub basis: Text,
    pub of: Option<String>,
    /// The place whose overlay is in force; `None` for the baseline.
    pub set_by: Option<i32>,
    /// Every overlay on the way down.
    pub trail: Vec<Laid>,
}

/// One overlay on the way from the baseline to the place.
#[derive(Clone, Debug)]
pub struct Laid {
    pub place: i32,
    pub value: Value,
    pub since: NaiveDate,
    pub reason: String,
    pub actor: String,
    /// Why it does not count, where what is above it forbids it.
    pub ignored: Option<Text>,
}

/// Walks from the top down. An overlay that the direction forbids does not count, and says why.
pub fn in_force(registry: &Registry, snapshot: &Snapshot, place: &Place, id: &str, date: NaiveDate) -> Result<InForce> {
    let rule = registry.rules.on(id, date).ok_or(Error::NotFound("rule"))?;
    let mut now = InForce {
        id: rule.id.clone(),
        title: rule.title.clone(),
        kind: rule.kind,
        value: rule.value.clone(),
        basis: rule.basis.clone(),
        of: rule.of.clone(),
        set_by: None,
        trail: Vec::new(),
    };
    for node in snapshot.places.lineage(place.id).into_iter().rev() {
        let Some(row) = snapshot.rules.on(node.id, id, date) else { continue };
        let ignored = match rule.over(&now.value, &row.value) {
            Ok(value) => {
                now.value = value;
                now.set_by = Some(node.id);
                None
            }
            Err(why) => Some(why),
        };
        now.trail.push(Laid {
            place: node.id,
            value: row.value.clone(),
            since: row.since,
            reason: row.reason.clone(),
            actor: row.actor.clone(),
            ignored,
        });
    }
    Ok(now)
}

impl InForce {
    /// A number of the rule's unit.
    pub fn number(&self) -> Result<u32> {
        self.value.as_i64().and_then(|n| u32::try_from(n).ok()).ok_or_else(|| self.not("number"))
    }

    pub fn is_on(&self) -> bool {
        self.value.as_bool().unwrap_or(false)
    }

    pub fn threshold(&self) -> Result<Threshold> {
        self.value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| self.not("share"))
    }

    pub fn list(&self) -> Vec<&str> {
        self.value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn not(&self, what: &str) -> Error {
        internal(format!("the rule {} is no {what}", self.id))
    }
}

/// When a period of this rule that begins now ends. Hours and minutes run through; days, months and years end with their
/// last day and are moved over rest days (Civil Code, Articles 201–203); working days end when the office closes.
pub fn due(ctx: &Ctx, rule: &InForce) -> Result<DateTime<Utc>> {
    let n = rule.number()?;
    let length = match rule.kind {
        Kind::Minutes => return Ok(ctx.now + Duration::minutes(i64::from(n))),
        Kind::Hours => return Ok(ctx.now + Duration::hours(i64::from(n))),
        Kind::Days => Length::Days(n),
        Kind::WorkingDays => Length::WorkingDays(n),
        Kind::Months => Length::Months(n),
        Kind::Years => Length::Years(n),
        _ => return Err(rule.not("period")),
    };
    let end = period::end(ctx.today(), length, &ctx.snapshot.calendar);
    Ok(clock::china_instant(end.last_day, ctx.app.settings.time.office_closes))
}
