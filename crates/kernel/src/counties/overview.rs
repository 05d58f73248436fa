//! All counties at a glance, and what each laid over the baseline: answered from memory.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::card::Named;
use super::sets::{State, settings_of, state};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::places::Place;
use crate::{App, Ctx, Json, Result, Text, process, rules};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(overview)).routes(routes!(differences))
}

/// All counties below a place, by modules.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    pub modules: Vec<Named>,
    pub counties: Vec<CountyOverview>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CountyOverview {
    pub place: String,
    pub name: String,
    /// The prefecture.
    pub above: String,
    /// In the order of `modules`.
    pub modules: Vec<CountyModule>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CountyModule {
    pub id: String,
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Decided above.
    pub inherited: bool,
    pub locked: bool,
    /// The county has set something itself.
    pub settings: bool,
    /// Rules that the county moved.
    pub rules: u32,
    /// Processes that the county adapted.
    pub processes: u32,
}

fn county(ctx: &Ctx, county: &Place) -> CountyOverview {
    let snapshot = &ctx.snapshot;
    let today = ctx.today();
    let registry = &ctx.app.registry;
    let moved: Vec<&str> = snapshot
        .rules
        .of(county.id)
        .filter(|row| row.since <= today)
        .filter_map(|row| registry.rules.on(&row.rule, today))
        .map(|rule| rule.module)
        .collect();
    let modules = registry
        .optional()
        .map(|module| {
            let now = state(snapshot, county, module.id, ctx.now);
            let by = now.by.as_ref();
            CountyModule {
                id: module.id.to_owned(),
                state: now.state,
                since: by.map(|row| row.effective_at),
                inherited: by.is_some_and(|row| row.place != county.id),
                locked: by.is_some_and(|row| row.locked && row.place != county.id),
                settings: snapshot.sets.setting(county.id, module.id).is_some(),
                rules: count(moved.iter().filter(|id| **id == module.id)),
                processes: count(
                    module.processes.iter().filter(|process| snapshot.processes.on(county.id, process.id).is_some()),
                ),
            }
        })
        .collect();
    let above = county.parent.map(|id| snapshot.places.name(id).to_owned()).unwrap_or_default();
    CountyOverview { place: county.code.clone(), name: county.name.clone(), above, modules }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// Every county here, with every module's state and how much of it the county adapted.
#[utoipa::path(get, path = "/places/{place}/overview", operation_id = "base_overview", security(("token" = ["base.module.read"])),
    params(("place" = String, Path, example = "530000")), responses((status = 200, body = Overview)))]
async fn overview(ctx: Ctx) -> Result<Json<Overview>> {
    let place = ctx.place()?;
    let counties =
        ctx.snapshot.places.counties(place.id).filter(|c| c.until.is_none()).map(|c| county(&ctx, c)).collect();
    let modules = ctx.app.registry.optional().map(|m| Named::new(m.id, &m.title)).collect();
    Ok(Json(Overview { modules, counties }))
}

/// Something that a place laid over what stands above it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    pub place: String,
    pub place_name: String,
    /// `rule`, `process`, `settings`
    pub kind: String,
    pub module: String,
    pub id: String,
    pub title: Text,
    /// What is inherited; absent for processes, whose overlay says by itself what it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<Value>,
    pub value: Value,
    /// The kind of a rule's value: `working_days` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<rules::Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub at: DateTime<Utc>,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Text>,
}

impl Difference {
    fn cursor(&self) -> String {
        format!("{}~{}~{}", self.place, self.kind, self.id)
    }
}

/// What this place and those below it laid over the baseline: rules, processes, settings; by place.
#[utoipa::path(get, path = "/places/{place}/differences", operation_id = "base_difference_list",
    security(("token" = ["base.module.read"])), params(("place" = String, Path, example = "530102"), Paging),
    responses((status = 200, body = Page<Difference>)))]
async fn differences(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Difference>>> {
    let limit = paging.limit()?;
    let after = paging.after_parts::<3>()?.map(|[place, kind, id]| format!("{place}~{kind}~{id}"));
    let mut found = all(&ctx)?;
    found.sort_by_key(Difference::cursor);
    found.retain(|one| after.as_ref().is_none_or(|after| one.cursor() > *after));
    Ok(Json(Page::cut(found, limit, Difference::cursor)))
}

fn all(ctx: &Ctx) -> Result<Vec<Difference>> {
    let here = ctx.place()?.id;
    let (snapshot, tree) = (&ctx.snapshot, &ctx.snapshot.places);
    let within = |id: i32| tree.get(id).filter(|place| tree.contains(here, place.id));
    let mut found = Vec::new();
    for (place, module, setting) in snapshot.sets.all_settings() {
        let (Some(place), Some(module)) = (within(place), ctx.app.registry.module(module)) else { continue };
        let above = place.parent.and_then(|id| tree.get(id)).map(|p| settings_of(snapshot, p, module.id));
        found.push(Difference {
            above,
            value: setting.value.clone(),
            ..difference(place, "settings", module.id, module.id, &module.title, &setting.actor, setting.at)
        });
    }
    for (place, process, laid) in snapshot.processes.all() {
        let (Some(place), Some(process)) = (within(place), ctx.app.registry.process(process)) else { continue };
        let now = process::effective(&ctx.app, snapshot, place, process);
        let module = process.id.split('.').next().unwrap_or_default();
        found.push(Difference {
            value: serde_json::to_value(&laid.overlay)?,
            reason: Some(laid.reason.clone()),
            ignored: now.ignored.into_iter().find(|(at, _)| *at == place.id).map(|(_, why)| why),
            ..difference(place, "process", module, process.id, &process.title, &laid.actor, laid.at)
        });
    }
    let today = ctx.today();
    for row in snapshot.rules.all_laid() {
        let (Some(place), Some(rule)) = (within(row.place), ctx.app.registry.rules.on(&row.rule, today)) else {
            continue;
        };
        let here = rules::in_force(&ctx.app.registry, snapshot, place, &row.rule, today)?;
        let above = match place.parent.and_then(|id| tree.get(id)) {
            Some(above) => rules::in_force(&ctx.app.registry, snapshot, above, &row.rule, today)?.value,
            None => rule.value.clone(),
        };
        found.push(Difference {
            above: Some(above),
            value: row.value.clone(),
            unit: Some(rule.kind),
            since: Some(row.since),
            reason: Some(row.reason.clone()),
            ignored: here.trail.into_iter().find(|laid| laid.place == place.id).and_then(|laid| laid.ignored),
            ..difference(place, "rule", rule.module, &rule.id, &rule.title, &row.actor, row.at)
        });
    }
    Ok(found)
}

fn difference(
    place: &Place,
    kind: &str,
    module: &str,
    id: &str,
    title: &Text,
    by: &str,
    at: DateTime<Utc>,
) -> Difference {
    Difference {
        place: place.code.clone(),
        place_name: place.name.clone(),
        kind: kind.to_owned(),
        module: module.to_owned(),
        id: id.to_owned(),
        title: title.clone(),
        above: None,
        value: Value::Null,
        unit: None,
        since: None,
        at,
        by: by.to_owned(),
        reason: None,
        ignored: None,
    }
}
