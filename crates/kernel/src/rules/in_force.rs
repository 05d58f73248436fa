//! The value of a rule at a place on a day, who set it and why: a pure function of the baseline and the overlays.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use jizuo_standards::calendar::Calendar;
use jizuo_standards::period::{self, End, Length};
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

    fn last_day(&self, from: NaiveDate, calendar: &Calendar) -> Result<End> {
        let n = self.number()?;
        let length = match self.kind {
            Kind::Days => Length::Days(n),
            Kind::WorkingDays => Length::WorkingDays(n),
            Kind::Months => Length::Months(n),
            Kind::Years => Length::Years(n),
            _ => return Err(self.not("period of days")),
        };
        Ok(period::end(from, length, calendar))
    }

    fn not(&self, what: &str) -> Error {
        internal(format!("the rule {} is no {what}", self.id))
    }
}

/// When a period of this rule that begins now ends. Hours and minutes run through; days, months and years end with their
/// last day and are moved over rest days (Civil Code, Articles 201–203); working days end when the office closes.
pub fn due(ctx: &Ctx, rule: &InForce) -> Result<DateTime<Utc>> {
    match rule.kind {
        Kind::Minutes => Ok(ctx.now + Duration::minutes(i64::from(rule.number()?))),
        Kind::Hours => Ok(ctx.now + Duration::hours(i64::from(rule.number()?))),
        _ => {
            let end = last_day(ctx, rule, ctx.today())?;
            Ok(clock::china_instant(end.last_day, ctx.app.settings.time.office_closes))
        }
    }
}

/// A deadline that is put off by so many working days: it ends when the office closes on the last of them.
pub fn put_off(ctx: &Ctx, due: DateTime<Utc>, working_days: u32) -> DateTime<Utc> {
    let last = ctx.snapshot.calendar.add_working_days(clock::china_date(due), working_days);
    clock::china_instant(last, ctx.app.settings.time.office_closes)
}

/// When so many working days that begin now are over.
pub fn after_working_days(ctx: &Ctx, n: u32) -> DateTime<Utc> {
    put_off(ctx, ctx.now, n)
}

/// The last day of a period of this rule that an event on `from` began, moved over rest days. [`End::is_certain`] says
/// whether the notice of the year it falls in is known.
pub fn last_day(ctx: &Ctx, rule: &InForce, from: NaiveDate) -> Result<End> {
    rule.last_day(from, &ctx.snapshot.calendar)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn rule(kind: Kind, value: i64) -> InForce {
        InForce {
            id: "PROBE.PERIOD".to_owned(),
            title: Text::new("期限", "Period"),
            kind,
            value: value.into(),
            basis: Text::new("依据", "basis"),
            of: None,
            set_by: None,
            trail: Vec::new(),
        }
    }

    #[test]
    fn a_period_from_a_given_day_ends_after_the_rest_days() {
        let calendar = Calendar::builtin();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (kind, value, from, nominal, last) in [
            (Kind::Days, 30, "2026-09-01", "2026-10-01", "2026-10-08"),
            (Kind::Days, 30, "2026-09-07", "2026-10-07", "2026-10-08"),
            (Kind::Months, 1, "2026-03-02", "2026-04-02", "2026-04-02"),
            (Kind::WorkingDays, 1, "2026-09-30", "2026-10-08", "2026-10-08"),
        ] {
            let end = rule(kind, value).last_day(day(from), &calendar).unwrap();
            assert_eq!((end.nominal, end.last_day), (day(nominal), day(last)), "{from}");
            assert!(end.is_certain(&calendar));
        }
        let unpublished = rule(Kind::Days, 30).last_day(day("2026-12-10"), &calendar).unwrap();
        assert!(!unpublished.is_certain(&calendar), "the notice for 2027 is not out");
        assert!(rule(Kind::Hours, 2).last_day(day("2026-09-01"), &calendar).is_err(), "hours have no last day");
    }
}
