//! What places lay over rules: checked when laid, and checked again whenever something above it changes.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::entity::overlay;
use super::in_force::in_force;
use super::registry::Rule;
use crate::error::{Faults, Refusal, refuse};
use crate::places::{Kind as Level, Place};
use crate::snapshot::{Part, Snapshot};
use crate::{App, Error, Reference, Result, Text, Tx, say};

/// Every overlay, by place and rule, oldest first.
#[derive(Debug, Default)]
pub struct Overlays(HashMap<i32, Vec<overlay::Model>>);

pub async fn load(db: &impl ConnectionTrait) -> Result<Overlays> {
    let mut all = Overlays::default();
    for row in
        overlay::Entity::all().order_by_asc(overlay::Column::Since).order_by_asc(overlay::Column::Id).all(db).await?
    {
        all.0.entry(row.place).or_default().push(row);
    }
    Ok(all)
}

impl Overlays {
    /// The overlay of a place on a day.
    pub fn on(&self, place: i32, rule: &str, date: NaiveDate) -> Option<&overlay::Model> {
        self.0
            .get(&place)?
            .iter()
            .rev()
            .find(|row| row.rule == rule && row.since <= date && row.until.is_none_or(|until| date < until))
    }

    /// Everything a place has laid and not lifted.
    pub fn of(&self, place: i32) -> impl Iterator<Item = &overlay::Model> {
        self.0.get(&place).into_iter().flatten().filter(|row| row.until.is_none())
    }

    /// Everything that is laid and not lifted, anywhere.
    pub fn all_laid(&self) -> impl Iterator<Item = &overlay::Model> {
        self.0.values().flatten().filter(|row| row.until.is_none())
    }

    fn history(&self, place: i32, rule: &str) -> impl Iterator<Item = &overlay::Model> {
        self.0.get(&place).into_iter().flatten().filter(move |row| row.rule == rule)
    }

    fn places(&self) -> impl Iterator<Item = (&i32, &Vec<overlay::Model>)> {
        self.0.iter()
    }
}

/// Lays a value over a rule at the operation's place, from a day on (today unless given). Refused with the rule's source
/// when the direction forbids it.
pub async fn lay(
    tx: &mut Tx,
    id: &str,
    value: Value,
    reason: &str,
    since: Option<NaiveDate>,
) -> Result<overlay::Model> {
    let place = tx.place()?.clone();
    let today = tx.today();
    let since = since.unwrap_or(today);
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 500);
    if since < today {
        faults.add("since", "base.rule.past", Text::new("生效日期不能早于今天", "an overlay cannot begin in the past"));
    }
    if since > today + chrono::Duration::days(AHEAD_DAYS) {
        faults.add("since", "base.rule.ahead", Text::new("最多提前五年", "an overlay begins within five years"));
    }
    faults.check()?;
    let app = tx.app.clone();
    let rule = app.registry.rules.on(id, since).ok_or(Error::NotFound("rule"))?;
    if let Some(no) = refused_to(rule, &place) {
        return Err(no.into());
    }
    let inherited = inherited(&tx.snapshot, &app, rule, &place, since)?;
    if let Err(why) = rule.over(&inherited, &value) {
        let (zh, en) = (&rule.title.zh, &rule.title.en);
        let (why_zh, why_en) = (&why.zh, &why.en);
        return Err(refuse("base.rule.direction", say!("“{zh}”{why_zh}", "'{en}': {why_en}"))
            .rule(id)
            .source(rule.basis.clone())
            .who(Text::new(
                "无人可以突破；在允许的方向内可以调整",
                "nobody beyond this; inside the allowed direction, you",
            ))
            .current(&inherited)
            .into());
    }
    end_present(tx, place.id, id, since).await?;
    let row = overlay::ActiveModel {
        id: Set(tx.id()),
        place: Set(place.id),
        rule: Set(id.to_owned()),
        value: Set(value.clone()),
        since: Set(since),
        until: Set(None),
        reason: Set(reason),
        actor: Set(tx.actor.name.clone()),
        at: Set(tx.now),
    };
    tx.touch(Part::Rules);
    tx.note(id, value);
    Ok(overlay::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// Takes the place's overlay away from today on: what is inherited is in force again.
pub async fn lift(tx: &mut Tx, id: &str) -> Result<()> {
    let place = tx.place()?.id;
    if tx.snapshot.rules.of(place).all(|row| row.rule != id) {
        return Err(Error::NotFound("overlay"));
    }
    let today = tx.today();
    end_present(tx, place, id, today).await?;
    tx.touch(Part::Rules);
    tx.note(id, Value::Null);
    Ok(())
}

/// Ends what is laid, and takes back what was to begin later.
async fn end_present(tx: &Tx, place: i32, rule: &str, on: NaiveDate) -> Result<()> {
    overlay::Entity::change()
        .col_expr(overlay::Column::Until, Expr::value(Some(on)))
        .filter(overlay::Column::Place.eq(place))
        .filter(overlay::Column::Rule.eq(rule))
        .filter(overlay::Column::Until.is_null().or(overlay::Column::Until.gt(on)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Why a place may not lay anything over a rule, whatever the value.
pub fn refused_to(rule: &Rule, place: &Place) -> Option<Box<Refusal>> {
    if levels_of(place).iter().any(|level| rule.levels.contains(level)) {
        return None;
    }
    let who = if rule.levels.is_empty() {
        Text::new("任何一级都不能改", "nobody")
    } else {
        let titles: Vec<Text> = rule.levels.iter().map(|level| level.title()).collect();
        let zh = titles.iter().map(|t| t.zh.as_ref()).collect::<Vec<_>>().join("、");
        let en = titles.iter().map(|t| t.en.as_ref()).collect::<Vec<_>>().join(", ");
        say!("有权的层级：{zh}", "the levels that may: {en}")
    };
    let (zh, en) = (&rule.title.zh, &rule.title.en);
    let no = refuse("base.rule.level", say!("本级不能改“{zh}”", "this level may not change '{en}'"));
    Some(no.rule(rule.id.clone()).source(rule.basis.clone()).who(who))
}

/// The value that a place starts from: what is in force one level above it, or the baseline at the top.
pub fn inherited(snapshot: &Snapshot, app: &App, rule: &Rule, place: &Place, date: NaiveDate) -> Result<Value> {
    match place.parent.and_then(|parent| snapshot.places.get(parent)) {
        Some(above) => Ok(in_force(&app.registry, snapshot, above, &rule.id, date)?.value),
        None => Ok(rule.value.clone()),
    }
}

/// A city without counties decides as a county and as a prefecture.
fn levels_of(place: &Place) -> Vec<Level> {
    if place.acts_as_county() { vec![place.kind, Level::County] } else { vec![place.kind] }
}

/// How far ahead an overlay may begin.
const AHEAD_DAYS: i64 = 5 * 366;

/// An overlay that what stands above it does not allow any more. Reported, never dropped.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleConflict)]
pub struct Conflict {
    pub place: String,
    pub place_name: String,
    pub rule: String,
    pub laid: Value,
    pub in_force: Value,
    pub why: Text,
}

/// Every conflict at a place and below.
pub fn conflicts(app: &App, snapshot: &Snapshot, place: &Place, date: NaiveDate) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (id, rows) in snapshot.rules.places() {
        let Some(at) = snapshot.places.get(*id).filter(|_| snapshot.places.contains(place.id, *id)) else { continue };
        for row in rows.iter().filter(|row| row.since <= date && row.until.is_none_or(|until| date < until)) {
            let Ok(now) = in_force(&app.registry, snapshot, at, &row.rule, date) else { continue };
            if let Some(laid) = now.trail.iter().find(|laid| laid.place == *id)
                && let Some(why) = &laid.ignored
            {
                found.push(Conflict {
                    place: at.code.clone(),
                    place_name: at.name.clone(),
                    rule: row.rule.clone(),
                    laid: row.value.clone(),
                    in_force: now.value.clone(),
                    why: why.clone(),
                });
            }
        }
    }
    found.sort_by(|a, b| (&a.place, &a.rule).cmp(&(&b.place, &b.rule)));
    found
}

/// Every value a place ever laid over a rule, oldest first.
pub fn history<'a>(snapshot: &'a Snapshot, place: i32, rule: &'a str) -> impl Iterator<Item = &'a overlay::Model> {
    snapshot.rules.history(place, rule)
}
