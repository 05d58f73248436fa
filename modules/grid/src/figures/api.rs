//! Five zeros (五零) and hot spots, counted from the incidents, each with the list behind it.

use std::collections::BTreeMap;

use chrono::{Datelike, Duration, NaiveDate, NaiveTime};
use jizuo_kernel::clock::{china_date, china_instant};
use jizuo_kernel::module::Period;
use jizuo_kernel::statistics::this_quarter;
use jizuo_kernel::{App, Ctx, Json, Query, Result, Text, invalid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cells::{Cell, cells};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(zeros)).routes(routes!(hot_spots))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Days {
    /// The first day; of this quarter unless given.
    #[param(example = "2026-01-01")]
    from: Option<NaiveDate>,
    /// The last day; today unless given.
    #[param(example = "2026-03-31")]
    to: Option<NaiveDate>,
}

impl Days {
    fn read(&self, ctx: &Ctx) -> Result<(NaiveDate, NaiveDate)> {
        let from = self.from.unwrap_or_else(|| china_date(this_quarter(ctx.now).from));
        let to = self.to.unwrap_or_else(|| ctx.today());
        let known = |day: NaiveDate| (1900..2200).contains(&day.year());
        if from > to || !known(from) || !known(to) || to - from > Duration::days(1_100) {
            let why = Text::new(
                "起止日期须先后有序，最长三年，在 1900 年到 2199 年之间",
                "the first day comes first, three years are the most, between 1900 and 2199",
            );
            return Err(invalid("from", "grid.figures.period", why));
        }
        Ok((from, to))
    }
}

/// From the beginning of the first day to the end of the last, in China.
fn period((from, to): (NaiveDate, NaiveDate)) -> Period {
    let midnight = |day: NaiveDate| china_instant(day, NaiveTime::MIN);
    Period { from: midnight(from), to: midnight(to) + Duration::days(1) }
}

/// One of the five zeros. What was reported and solved is good; what is not solved, or had to be done again, is not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Zero)]
pub(crate) struct Zero {
    #[schema(example = "pollution")]
    zero: String,
    /// By which categories it is counted: the rule `GRID.ZERO.…`.
    #[schema(example = "04")]
    counted: String,
    reported: i64,
    solved: i64,
    /// Still going on.
    open: i64,
    /// Ended without being solved.
    unsolved: i64,
    /// Done again because it did not last or did not satisfy.
    recurring: i64,
    /// The list behind the figure.
    #[schema(extensions(("x-shows" = json!("link"))))]
    incidents: String,
}

/// The five, and the rule that says by which categories each is counted.
const ZEROS: [(&str, &str); 5] = [
    ("building", "GRID.ZERO.BUILDING"),
    ("pollution", "GRID.ZERO.POLLUTION"),
    ("accidents", "GRID.ZERO.ACCIDENTS"),
    ("order", "GRID.ZERO.ORDER"),
    ("petitions", "GRID.ZERO.PETITIONS"),
];

/// Five zeros (五零村、五零社区) of a period: counted from the incidents, never filled in. To report is no fault: the bad
/// figures are what was not solved and what came again.
#[utoipa::path(get, path = "/zeros", operation_id = "grid_figures_zeros", security(("token" = ["grid.incident.read"])),
    params(("place" = String, Path, example = "530102"), Days), responses((status = 200, body = Vec<Zero>)))]
async fn zeros(ctx: Ctx, Query(days): Query<Days>) -> Result<Json<Vec<Zero>>> {
    let days = days.read(&ctx)?;
    let cells = cells(&ctx, period(days)).await?;
    let mut zeros = Vec::with_capacity(ZEROS.len());
    for (zero, rule) in ZEROS {
        let rule = ctx.rule(rule)?;
        let counted = rule.list();
        let mut sum = Cell::default();
        for cell in cells.iter().filter(|cell| counted.contains(&cell.category.as_str())) {
            sum.reported += cell.reported;
            sum.ended += cell.ended;
            sum.solved += cell.solved;
            sum.void += cell.void;
            sum.reopened += cell.reopened;
        }
        zeros.push(Zero {
            zero: zero.to_owned(),
            reported: sum.reported,
            solved: sum.solved,
            open: sum.reported - sum.ended,
            unsolved: sum.ended - sum.solved - sum.void,
            recurring: sum.reopened,
            incidents: format!("/incidents?category={}&from={}&to={}", counted.join(","), days.0, days.1),
            counted: counted.join("、"),
        });
    }
    Ok(Json(zeros))
}

/// Where much of one kind is reported, against as many days before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::HotSpot)]
pub(crate) struct HotSpot {
    /// Code of the place one level below.
    place: String,
    place_name: String,
    #[schema(example = "04")]
    category: String,
    reported: i64,
    /// In as many days before.
    before: i64,
    trend: Trend,
    /// Of those reported now, still going on.
    open: i64,
    /// Of those reported now, done again.
    recurring: i64,
}

/// Whether it becomes more: said where it differs by two at least and by more than a fifth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::Trend)]
pub(crate) enum Trend {
    Rising,
    Level,
    Falling,
}

impl Trend {
    fn of(now: i64, before: i64) -> Trend {
        let differs = (now - before).abs();
        if differs < 2 || differs * 5 <= before {
            Trend::Level
        } else if now > before {
            Trend::Rising
        } else {
            Trend::Falling
        }
    }
}

/// More nobody acts on.
const SPOTS: usize = 20;

/// Places one level below and categories with the most incidents of a period, and whether they become more: for a township
/// to act on. No persons are counted.
#[utoipa::path(get, path = "/hotspots", operation_id = "grid_figures_hotspots",
    security(("token" = ["grid.incident.read"])), params(("place" = String, Path, example = "530102001"), Days),
    responses((status = 200, body = Vec<HotSpot>)))]
async fn hot_spots(ctx: Ctx, Query(days): Query<Days>) -> Result<Json<Vec<HotSpot>>> {
    let now = period(days.read(&ctx)?);
    let earlier = Period { from: now.from - (now.to - now.from), to: now.from };
    let before = cells(&ctx, earlier).await?.into_iter().map(|cell| ((cell.place, cell.category), cell.reported));
    let before: BTreeMap<(Option<i32>, String), i64> = before.collect();
    let mut spots = cells(&ctx, now).await?;
    spots.sort_by_key(|cell| (std::cmp::Reverse(cell.reported), cell.place, cell.category.clone()));
    let here = ctx.place()?;
    let tree = &ctx.snapshot.places;
    let shown = spots.into_iter().filter(|cell| cell.reported > 1).take(SPOTS).map(|cell| {
        let place = cell.place.and_then(|id| tree.get(id)).unwrap_or(here);
        let before = before.get(&(cell.place, cell.category.clone())).copied().unwrap_or_default();
        HotSpot {
            place: place.code.clone(),
            place_name: place.name.clone(),
            trend: Trend::of(cell.reported, before),
            reported: cell.reported,
            before,
            open: cell.reported - cell.ended,
            recurring: cell.reopened,
            category: cell.category,
        }
    });
    Ok(Json(shown.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_said_only_where_there_is_one() {
        use Trend::{Falling, Level, Rising};
        for (now, before, said) in [(3, 2, Level), (4, 2, Rising), (2, 5, Falling), (100, 90, Level), (0, 0, Level)] {
            assert_eq!(Trend::of(now, before), said, "{now} after {before}");
        }
    }
}
