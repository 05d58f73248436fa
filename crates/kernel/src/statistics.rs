//! Figures: counted from the work at the moment they are asked for, over the counties that have the module.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use jizuo_standards::element::{self, Element};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use crate::module::{Figure, Labels, Period};
use crate::places::Kind;
use crate::process::Phase;
use crate::scope::LevelColumn;
use crate::words::Speech;
use crate::{Ctx, Module, Result, Scoped, Text};

/// Rows of a table in a period, by the places one level below the operation's and by a label column.
pub async fn count_by<E: Scoped>(
    ctx: &Ctx,
    at: E::Column,
    period: Period,
    label: E::Column,
    filter: Option<SimpleExpr>,
) -> Result<Vec<Figure>> {
    let place = ctx.place()?;
    // One level below, so that a county sees its townships and a province its prefectures.
    let column = match place.kind {
        Kind::Province => E::level(LevelColumn::Prefecture),
        Kind::Prefecture if !place.acts_as_county() => Some(E::COUNTY),
        Kind::Prefecture | Kind::County => E::level(LevelColumn::Township),
        Kind::Township => E::level(LevelColumn::Village),
        _ => E::level(LevelColumn::Place),
    };
    let mut query = E::within(&ctx.scope)
        .select_only()
        .filter(at.gte(period.from))
        .filter(at.lt(period.to))
        .column_as(label, "label")
        .column_as(E::COUNTY.count(), "value")
        .group_by(label);
    if let Some(column) = column {
        query = query.column_as(column, "place").group_by(column);
    }
    if let Some(filter) = filter {
        query = query.filter(filter);
    }
    let mut found: BTreeMap<(i32, String), i64> = BTreeMap::new();
    if column.is_some() {
        let rows: Vec<(String, i64, Option<i32>)> = query.into_tuple().all(ctx.db()).await?;
        for (label, value, at) in rows {
            *found.entry((at.unwrap_or(place.id), label)).or_default() += value;
        }
    } else {
        let rows: Vec<(String, i64)> = query.into_tuple().all(ctx.db()).await?;
        for (label, value) in rows {
            *found.entry((place.id, label)).or_default() += value;
        }
    }
    Ok(found.into_iter().map(|((place, label), value)| Figure { place, label, value }).collect())
}

/// What the labels of statistics are called, by the id of the statistic.
pub(crate) type Words = HashMap<&'static str, BTreeMap<String, Text>>;

/// Collects them. Labels that should have words and have none are a fault.
pub(crate) fn words(modules: &[&'static Module], speech: &Speech, faults: &mut Vec<String>) -> Words {
    let mut all = HashMap::new();
    for (module, one) in modules.iter().flat_map(|module| module.statistics.iter().map(move |one| (module, one))) {
        let words = words_of(module, one.labels, speech);
        if words.is_empty() && one.labels != Labels::Names {
            faults.push(format!("the labels of {} are {:?}, which have no words", one.id, one.labels));
        }
        all.insert(one.id, words);
    }
    all
}

fn words_of(module: &Module, labels: Labels, speech: &Speech) -> BTreeMap<String, Text> {
    match labels {
        Labels::Names => BTreeMap::new(),
        Labels::Phases => Phase::ALL.iter().map(|phase| (phase.as_str().to_owned(), phase.title())).collect(),
        Labels::States(process) => {
            let processes = module.processes.iter().filter(|one| one.id == process);
            processes.flat_map(|one| one.states).map(|state| (state.id.to_owned(), state.title.clone())).collect()
        }
        Labels::Elements => {
            let words = |one: &Element| (one.id.clone(), Text::owned(one.zh.clone(), one.en.clone()));
            element::all().iter().map(words).collect()
        }
        Labels::Own(words) => words.iter().map(|(label, text)| ((*label).to_owned(), text.clone())).collect(),
        Labels::Values(name) => speech.values(module.id, name),
    }
}

/// From the start of the quarter until now, where a caller names no period.
pub fn this_quarter(now: DateTime<Utc>) -> Period {
    Period { from: crate::clock::quarter_start(now), to: now + chrono::Duration::seconds(1) }
}

pub mod api {
    //! Figures on the wire.

    use chrono::{DateTime, Datelike, Utc};
    use serde::{Deserialize, Serialize};
    use utoipa::{IntoParams, ToSchema};
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    use super::this_quarter;
    use crate::json::{Path, Query};
    use crate::module::Period;
    use crate::{App, Ctx, Error, Json, Result, Text, counties};

    pub fn routes() -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
    }

    /// A figure that can be asked for here.
    #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
    pub struct StatisticHere {
        #[schema(example = "grid.incidents.opened")]
        pub id: String,
        pub title: Text,
        pub unit: Text,
    }

    /// Figures of the modules that are on here.
    #[utoipa::path(get, path = "/places/{place}/statistics", operation_id = "base_statistic_list",
        security(("token" = ["base.statistics.read"])), params(("place" = String, Path, example = "530102")),
        responses((status = 200, body = Vec<StatisticHere>)))]
    async fn list(ctx: Ctx) -> Result<Json<Vec<StatisticHere>>> {
        let mut found = Vec::new();
        for module in ctx.app.registry.modules() {
            if counties::is_alive_here(&ctx, module.id)? {
                found.extend(module.statistics.iter().map(|s| StatisticHere {
                    id: s.id.to_owned(),
                    title: s.title.clone(),
                    unit: s.unit.clone(),
                }));
            }
        }
        Ok(Json(found))
    }

    #[derive(Debug, Deserialize)]
    struct StatisticPath {
        #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
        place: String,
        statistic: String,
    }

    #[derive(Debug, Deserialize, IntoParams)]
    #[into_params(parameter_in = Query)]
    struct Span {
        /// From this moment; the beginning of the quarter unless given.
        from: Option<DateTime<Utc>>,
        /// Until before this moment; now unless given.
        to: Option<DateTime<Utc>>,
    }

    /// A figure, counted from the work now.
    #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
    pub struct Counted {
        pub id: String,
        pub title: Text,
        pub unit: Text,
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub total: i64,
        /// By place one level below, and by label.
        pub rows: Vec<CountedRow>,
    }

    #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
    pub struct CountedRow {
        pub place: String,
        pub place_name: String,
        pub label: String,
        /// What the label is called.
        pub label_title: Text,
        pub value: i64,
    }

    /// One figure.
    #[utoipa::path(get, path = "/places/{place}/statistics/{statistic}", operation_id = "base_statistic_show",
        security(("token" = ["base.statistics.read"])),
        params(("place" = String, Path, example = "530102"), ("statistic" = String, Path, example = "grid.incidents.opened"), Span),
        responses((status = 200, body = Counted)))]
    async fn show(ctx: Ctx, path: Path<StatisticPath>, Query(span): Query<Span>) -> Result<Json<Counted>> {
        let module = path.statistic.split('.').next().unwrap_or_default();
        let statistic = ctx.app.registry.statistic(module, &path.statistic).ok_or(Error::NotFound("statistic"))?;
        let module = ctx.app.registry.module(module).ok_or(Error::NotFound("statistic"))?;
        if !counties::is_alive_here(&ctx, module.id)? {
            return Err(Error::ModuleOff(module.title.clone()));
        }
        let usual = this_quarter(ctx.now);
        let period = Period { from: span.from.unwrap_or(usual.from), to: span.to.unwrap_or(usual.to) };
        // What lies further off is a slip, and not every database knows such years.
        for (field, at) in [("from", period.from), ("to", period.to)] {
            if !(1900..2200).contains(&at.year()) {
                let why = Text::new("须在 1900 年到 2199 年之间", "between the years 1900 and 2199");
                return Err(crate::error::invalid(field, "base.statistics.period", why));
            }
        }
        if period.from >= period.to {
            let why = Text::new("结束须晚于开始", "the end must be after the beginning");
            return Err(crate::error::invalid("to", "base.statistics.period", why));
        }
        let mut ctx = ctx;
        if ctx.place()?.above_county() {
            let counties = counties::narrow(&ctx.snapshot, ctx.place()?, module.id, ctx.scope.clone(), ctx.now);
            ctx = ctx.within(counties);
        }
        let figures = (statistic.count)(&ctx, period).await?;
        let words = ctx.app.registry.labels.get(statistic.id);
        let called = |label: &str| words.and_then(|words| words.get(label)).cloned();
        let tree = &ctx.snapshot.places;
        Ok(Json(Counted {
            id: statistic.id.to_owned(),
            title: statistic.title.clone(),
            unit: statistic.unit.clone(),
            from: period.from,
            to: period.to,
            total: figures.iter().map(|f| f.value).sum(),
            rows: figures
                .into_iter()
                .map(|f| CountedRow {
                    place: tree.get(f.place).map(|p| p.code.clone()).unwrap_or_default(),
                    place_name: tree.name(f.place).to_owned(),
                    label_title: called(&f.label).unwrap_or_else(|| Text::owned(&*f.label, &*f.label)),
                    label: f.label,
                    value: f.value,
                })
                .collect(),
        }))
    }
}
