//! Rules on the wire: the value in force here, who set it, its source; laying and lifting an overlay; what conflicts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::overlay;
use super::registry::{Direction, Kind, Rule};
use super::{Conflict, conflicts, history, in_force, inherited, lay, lift, refused_to};
use crate::json::{Path, Query};
use crate::places::{Kind as Level, Tree};
use crate::{App, Ctx, Error, Json, Reply, Result, Subject, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, put, remove))
        .routes(routes!(rule_history))
        .routes(routes!(conflicting))
        .routes(routes!(import_holidays))
}

/// A rule as it is in force here on a day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleHere {
    #[schema(example = "V.PUB.KEEP")]
    pub id: String,
    pub module: String,
    pub title: Text,
    pub kind: Kind,
    pub value: Value,
    /// Whose count a share is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What law or the platform says before any overlay.
    pub baseline: Value,
    /// What is in force one level above: from here this place may move it.
    pub inherited: Value,
    pub overlay: Direction,
    pub levels: Vec<Level>,
    /// The least and the most that may be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[i64; 2]>,
    /// Whether this place may lay anything over it.
    pub movable: bool,
    /// Who may, where this place may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Text>,
    pub source: Text,
    /// `sure`, `likely`, `check`: how well the baseline is confirmed.
    pub confidence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// The place whose overlay is in force; absent for the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_by: Option<String>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_at: Option<String>,
    /// What this place itself has laid, also where it does not count or begins later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<RuleLaid>,
    pub trail: Vec<RuleLaid>,
}

/// One overlay on the way from the baseline to the place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleLaid {
    pub place: String,
    /// Its code.
    pub place_code: String,
    pub value: Value,
    pub since: NaiveDate,
    /// The day it was lifted or replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Text>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct On {
    /// The day; today unless given.
    on: Option<NaiveDate>,
}

fn laid(tree: &Tree, row: &overlay::Model, ignored: Option<Text>) -> RuleLaid {
    RuleLaid {
        place: tree.name(row.place).to_owned(),
        place_code: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
        value: row.value.clone(),
        since: row.since,
        until: row.until,
        reason: row.reason.clone(),
        by: row.actor.clone(),
        at: row.at,
        ignored,
    }
}

/// The rule as it is in force at the operation's place.
pub(crate) fn here(ctx: &Ctx, id: &str, on: NaiveDate) -> Result<RuleHere> {
    let rule = ctx.app.registry.rules.on(id, on).ok_or(Error::NotFound("rule"))?;
    let place = ctx.place()?;
    let tree = &ctx.snapshot.places;
    let now = in_force(&ctx.app.registry, &ctx.snapshot, place, id, on)?;
    let refused = refused_to(rule, place);
    let ignored = |at: i32| now.trail.iter().find(|laid| laid.place == at).and_then(|laid| laid.ignored.clone());
    let own = ctx.snapshot.rules.of(place.id).filter(|row| row.rule == id).last();
    let trail = now.trail.iter().filter_map(|on_way| ctx.snapshot.rules.on(on_way.place, id, on));
    Ok(RuleHere {
        module: rule.module.to_owned(),
        baseline: rule.value.clone(),
        inherited: inherited(&ctx.snapshot, &ctx.app, rule, place, on)?,
        overlay: rule.overlay,
        levels: rule.levels.clone(),
        range: rule.range,
        movable: refused.is_none(),
        who: refused.map(|no| no.who),
        confidence: rule.confidence.clone(),
        note: rule.note.clone(),
        set_by: now.set_by.map(|id| tree.name(id).to_owned()),
        set_at: now.set_by.and_then(|id| tree.get(id)).map(|p| p.code.clone()),
        own: own.map(|row| laid(tree, row, ignored(row.place))),
        trail: trail.map(|row| laid(tree, row, ignored(row.place))).collect(),
        id: now.id.clone(),
        title: now.title.clone(),
        kind: now.kind,
        value: now.value.clone(),
        of: now.of.clone(),
        source: now.basis.clone(),
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The day; today unless given.
    on: Option<NaiveDate>,
    /// Only the rules of this module; `base` for those of the platform and the law.
    #[param(example = "base")]
    module: Option<String>,
    /// Only rules whose title, id or source contains this.
    q: Option<String>,
    /// Only rules that this place or one above it has moved.
    adapted: bool,
}

impl Wanted {
    fn holds(&self, rule: &Rule) -> bool {
        let contains = |q: &str| {
            let texts = [&rule.title, &rule.basis];
            rule.id.to_lowercase().contains(q)
                || texts.iter().any(|text| text.zh.contains(q) || text.en.to_lowercase().contains(q))
        };
        self.module.as_ref().is_none_or(|module| module.is_empty() || rule.module == module)
            && self.q.as_ref().map(|q| q.trim().to_lowercase()).is_none_or(|q| q.is_empty() || contains(&q))
    }
}

/// Every rule, with its value in force here; by module, by text, or only what is adapted.
#[utoipa::path(get, path = "/places/{place}/rules", operation_id = "base_rule_list", security(("token" = ["base.rule.read"])),
    params(("place" = String, Path, example = "530102"), Wanted),
    responses((status = 200, body = Vec<RuleHere>)))]
async fn list(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<Vec<RuleHere>>> {
    let on = wanted.on.unwrap_or(ctx.today());
    let held = ctx.app.registry.rules.all_on(on).filter(|rule| wanted.holds(rule));
    let mut rules: Vec<RuleHere> = held.map(|rule| here(&ctx, &rule.id, on)).collect::<Result<_>>()?;
    rules.retain(|rule| !wanted.adapted || !rule.trail.is_empty());
    Ok(Json(rules))
}

#[derive(Debug, Deserialize)]
struct RulePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    rule: String,
}

/// One rule, with its value in force here and every overlay on the way.
#[utoipa::path(get, path = "/places/{place}/rules/{rule}", operation_id = "base_rule_show",
    security(("token" = ["base.rule.read"])),
    params(("place" = String, Path, example = "530102"), ("rule" = String, Path, example = "V.PUB.KEEP"), On),
    responses((status = 200, body = RuleHere)))]
async fn show(ctx: Ctx, path: Path<RulePath>, Query(on): Query<On>) -> Result<Json<RuleHere>> {
    Ok(Json(here(&ctx, &path.rule, on.on.unwrap_or(ctx.today()))?))
}

/// A rule over time.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleHistory {
    /// What law or the platform says, newest first.
    pub baselines: Vec<RuleSpan>,
    /// Every value that this place and those above it ever laid, newest first.
    pub overlays: Vec<RuleLaid>,
}

/// What law or the platform says from a day on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleSpan {
    pub value: Value,
    pub from: NaiveDate,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    pub overlay: Direction,
    pub source: Text,
}

/// The history of a rule here: its statutory values over time, and every overlay on the way up.
#[utoipa::path(get, path = "/places/{place}/rules/{rule}/history", operation_id = "base_rule_history",
    security(("token" = ["base.rule.read"])),
    params(("place" = String, Path, example = "530102"), ("rule" = String, Path, example = "V.PUB.KEEP")),
    responses((status = 200, body = RuleHistory)))]
async fn rule_history(ctx: Ctx, path: Path<RulePath>) -> Result<Json<RuleHistory>> {
    let spans = ctx.app.registry.rules.spans(&path.rule);
    if spans.is_empty() {
        return Err(Error::NotFound("rule"));
    }
    let tree = &ctx.snapshot.places;
    let line = tree.lineage(ctx.place()?.id);
    let mut overlays: Vec<RuleLaid> = line
        .iter()
        .flat_map(|node| history(&ctx.snapshot, node.id, &path.rule))
        .map(|row| laid(tree, row, None))
        .collect();
    overlays.sort_by_key(|laid| std::cmp::Reverse((laid.since, laid.at)));
    let baselines = spans.iter().rev().map(|rule| RuleSpan {
        value: rule.value.clone(),
        from: rule.from,
        to: rule.to,
        overlay: rule.overlay,
        source: rule.basis.clone(),
    });
    Ok(Json(RuleHistory { baselines: baselines.collect(), overlays }))
}

/// A value to lay over a rule.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "value": 20, "reason": "省委社会工作部 2026 年第 3 号文" }))]
pub struct NewOverlay {
    pub value: Value,
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// From this day on; today unless given.
    #[serde(default)]
    pub since: Option<NaiveDate>,
}

/// Lays a value over a rule here. Refused, with the article, where the rule may not be moved that way.
#[utoipa::path(put, path = "/places/{place}/rules/{rule}", operation_id = "base_rule_overlay",
    security(("token" = ["base.rule.overlay"])),
    params(("place" = String, Path, example = "530102"), ("rule" = String, Path, example = "V.PUB.KEEP")),
    request_body = NewOverlay, responses((status = 204)))]
async fn put(ctx: Ctx, path: Path<RulePath>, Json(new): Json<NewOverlay>) -> Result<Reply<()>> {
    let mut tx = ctx.begin().await?;
    lay(&mut tx, &path.rule, new.value, &new.reason, new.since).await?;
    tx.commit("base.rule.overlay", Subject::new("base.rule", &path.rule), Reply::none()).await
}

/// Takes this place's overlay away: what is inherited is in force again.
#[utoipa::path(delete, path = "/places/{place}/rules/{rule}", operation_id = "base_rule_lift",
    security(("token" = ["base.rule.overlay"])),
    params(("place" = String, Path, example = "530102"), ("rule" = String, Path, example = "V.PUB.KEEP")),
    responses((status = 204)))]
async fn remove(ctx: Ctx, path: Path<RulePath>) -> Result<Reply<()>> {
    let mut tx = ctx.begin().await?;
    lift(&mut tx, &path.rule).await?;
    tx.commit("base.rule.overlay", Subject::new("base.rule", &path.rule), Reply::none()).await
}

/// Overlays here and below that what stands above them does not allow any more.
#[utoipa::path(get, path = "/places/{place}/rule-conflicts", operation_id = "base_rule_conflicts",
    security(("token" = ["base.rule.read"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<Conflict>)))]
async fn conflicting(ctx: Ctx) -> Result<Json<Vec<Conflict>>> {
    Ok(Json(conflicts(&ctx.app, &ctx.snapshot, ctx.place()?, ctx.today())))
}

/// A year's holiday notice.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    #[serde(deserialize_with = "crate::json::whole")]
    #[schema(example = 2026)]
    pub year: i32,
    /// TOML of the same form as `data/holidays/2026.toml`.
    #[schema(pattern = r"^[^\u0000]*$")]
    pub source: String,
}

/// Imports the yearly notice of rest days and worked weekends. Deadlines that begin afterwards are counted by it.
#[utoipa::path(post, path = "/places/{place}/holidays", operation_id = "base_holidays_import",
    security(("token" = ["base.holidays.import"])), params(("place" = String, Path, example = "530000")),
    request_body = Holidays, responses((status = 204)))]
async fn import_holidays(ctx: Ctx, Json(new): Json<Holidays>) -> Result<Reply<()>> {
    if ctx.place()?.parent.is_some() {
        return Err(crate::error::refuse(
            "base.holidays.level",
            Text::new("放假安排由省级统一导入", "the holiday notice is imported for the whole province"),
        )
        .who(Text::new("省级系统管理员", "the province's system administrator"))
        .into());
    }
    let mut tx = ctx.begin().await?;
    super::calendar::import(&mut tx, new.year, &new.source).await?;
    tx.commit("base.holidays.import", Subject::new("base.holidays", new.year), Reply::none()).await
}
