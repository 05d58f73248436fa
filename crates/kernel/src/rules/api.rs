//! Rules on the wire: the value in force here, who set it, its source; laying and lifting an overlay; what conflicts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::registry::{Direction, Kind};
use super::{Conflict, conflicts, in_force, lay, lift};
use crate::json::{Path, Query};
use crate::places::Kind as Level;
use crate::{App, Ctx, Error, Json, Reply, Result, Subject, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, put, remove))
        .routes(routes!(conflicting))
        .routes(routes!(import_holidays))
}

/// A rule as it is in force here on a day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleHere {
    #[schema(example = "V.PUB.KEEP")]
    pub id: String,
    pub title: Text,
    pub kind: Kind,
    pub value: Value,
    /// Whose count a share is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What law or the platform says before any overlay.
    pub baseline: Value,
    pub overlay: Direction,
    pub levels: Vec<Level>,
    pub source: Text,
    /// `sure`, `likely`, `check`: how well the baseline is confirmed.
    pub confidence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// The place whose overlay is in force; absent for the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_by: Option<String>,
    pub trail: Vec<RuleLaid>,
}

/// One overlay on the way from the baseline to the place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleLaid {
    pub place: String,
    pub value: Value,
    pub since: NaiveDate,
    pub reason: String,
    pub by: String,
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

fn here(ctx: &Ctx, id: &str, on: NaiveDate) -> Result<RuleHere> {
    let rule = ctx.app.registry.rules.on(id, on).ok_or(Error::NotFound("rule"))?;
    let now = in_force(&ctx.app.registry, &ctx.snapshot, ctx.place()?, id, on)?;
    let name = |id: i32| ctx.snapshot.places.name(id).to_owned();
    Ok(RuleHere {
        id: now.id,
        title: now.title,
        kind: now.kind,
        value: now.value,
        of: now.of,
        baseline: rule.value.clone(),
        overlay: rule.overlay,
        levels: rule.levels.clone(),
        source: now.basis,
        confidence: rule.confidence.clone(),
        note: rule.note.clone(),
        set_by: now.set_by.map(name),
        trail: now
            .trail
            .into_iter()
            .map(|laid| RuleLaid {
                place: name(laid.place),
                value: laid.value,
                since: laid.since,
                reason: laid.reason,
                by: laid.actor,
                ignored: laid.ignored,
            })
            .collect(),
    })
}

/// Every rule, with its value in force here.
#[utoipa::path(get, path = "/places/{place}/rules", operation_id = "base_rule_list", security(("token" = ["base.rule.read"])),
    params(("place" = String, Path, example = "530102"), On), responses((status = 200, body = Vec<RuleHere>)))]
async fn list(ctx: Ctx, Query(on): Query<On>) -> Result<Json<Vec<RuleHere>>> {
    let on = on.on.unwrap_or(ctx.today());
    let rules = ctx.app.registry.rules.all_on(on).map(|rule| here(&ctx, &rule.id, on)).collect::<Result<_>>()?;
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
