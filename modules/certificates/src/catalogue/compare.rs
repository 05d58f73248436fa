//! The catalogue of two days side by side: how many papers of each kind, and what became of every one that changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use jizuo_kernel::clock::china_instant;
use jizuo_kernel::{App, Ctx, Json, Query, Result, Text, invalid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::{Answer, Entry, at};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(compare))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Days {
    /// The earlier day, as the catalogue was at its beginning; the first of January of the later one's year unless given.
    #[param(example = "2026-01-01")]
    from: Option<NaiveDate>,
    /// The later day, as the catalogue was at its end; today, as it is now, unless given.
    #[param(example = "2026-03-02")]
    to: Option<NaiveDate>,
}

/// Papers of one kind, before and after.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Count)]
struct Count {
    title: Text,
    #[schema(extensions(("x-shows" = json!("bars"))))]
    before: i64,
    after: i64,
}

/// A paper of which something else is said now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Changed)]
struct Changed {
    code: String,
    name: Text,
    /// Absent where it was on no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Answer>,
    /// Where to go now.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_door: Option<Text>,
}

/// The catalogue of two days side by side.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Comparison)]
struct Comparison {
    from: NaiveDate,
    to: NaiveDate,
    counts: Vec<Count>,
    /// Those that are issued no more come first.
    changes: Vec<Changed>,
}

const KINDS: [Answer; 3] = [Answer::IssuedHere, Answer::Replaced, Answer::NotNeeded];

/// How the catalogue changed between two days (54 papers, then 16): open to everybody.
#[utoipa::path(get, path = "/comparison", operation_id = "certificates_comparison", security(()),
    params(("place" = String, Path, example = "530102"), Days), responses((status = 200, body = Comparison)))]
async fn compare(ctx: Ctx, Query(days): Query<Days>) -> Result<Json<Comparison>> {
    let to = days.to.unwrap_or_else(|| ctx.today());
    let from = days.from.unwrap_or_else(|| to.with_ordinal(1).unwrap_or(to));
    let known = |day: NaiveDate| (2000..2200).contains(&day.year());
    if from > to || !known(from) || !known(to) {
        let why = Text::new("前一天不能晚于后一天", "the earlier day comes first");
        return Err(invalid("from", "certificates.comparison.days", why));
    }
    let midnight = |day: NaiveDate| -> DateTime<Utc> { china_instant(day, NaiveTime::MIN) };
    let end = to.succ_opt().map_or(ctx.now, midnight).min(ctx.now);
    let place = ctx.place()?;
    let (before, after) = (at(&ctx, place, midnight(from)).await?, at(&ctx, place, end).await?);
    let counts = KINDS.map(|answer| {
        let count = |entries: &[Entry]| entries.iter().filter(|entry| entry.answer == answer).count();
        let [before, after] = [count(&before), count(&after)].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        Count { title: answer.title(), before, after }
    });
    let mut both: BTreeMap<&str, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
    for entry in &before {
        both.entry(&entry.code).or_default().0 = Some(entry);
    }
    for entry in &after {
        both.entry(&entry.code).or_default().1 = Some(entry);
    }
    let mut changes: Vec<Changed> = both
        .into_iter()
        .filter(|(_, (was, is))| was.map(|entry| entry.answer) != is.map(|entry| entry.answer))
        .filter_map(|(code, (was, is))| {
            Some(Changed {
                code: code.to_owned(),
                name: is.or(was)?.name.clone(),
                before: was.map(|entry| entry.answer),
                after: is.map(|entry| entry.answer),
                next_door: is.map(|entry| entry.next_door.clone()),
            })
        })
        .collect();
    changes.sort_by_key(|change| change.before != Some(Answer::IssuedHere));
    Ok(Json(Comparison { from, to, counts: counts.to_vec(), changes }))
}
