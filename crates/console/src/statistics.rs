//! Figures: one number large, its months small, and the places below, each a click away.

use askama::Template;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use jizuo_kernel::statistics::api::{Counted, StatisticHere};
use jizuo_kernel::{Path, Query, clock};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// A figure on a page with several.
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) total: i64,
    pub(crate) path: String,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct ListPage {
    f: Frame,
    figures: Vec<Figure>,
}

/// Months that a trend goes back.
const MONTHS: u32 = 6;

#[derive(Template)]
#[template(path = "statistic.html")]
struct FigurePage {
    f: Frame,
    unit: String,
    total: i64,
    span: String,
    /// The days asked for, as they were asked for.
    from: String,
    to: String,
    trend: String,
    months: Vec<(String, i64)>,
    /// Name, page, figure, and its part of the greatest.
    places: Vec<(String, String, i64)>,
    most: i64,
    labels: Vec<Label>,
}

/// One kind of what is counted: in the period, and month by month.
struct Label {
    title: String,
    value: i64,
    trend: String,
    months: Vec<i64>,
}

async fn counted(visit: &Visit, place: &str, id: &str, span: &str) -> Result<Counted, Trouble> {
    visit.api.read(&format!("/places/{}/statistics/{}{span}", quoted(place), quoted(id))).await
}

/// The first figures that may be seen here, of as many modules as there are.
pub(crate) async fn first(visit: &Visit, place: &str, most: usize) -> Result<Vec<Figure>, Trouble> {
    let known: Vec<StatisticHere> = visit.api.read(&format!("/places/{}/statistics", quoted(place))).await?;
    let module = |id: &str| id.split('.').next().unwrap_or_default().to_owned();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &StatisticHere)> = known
        .iter()
        .map(|one| {
            let of_its_module = seen.entry(module(&one.id)).or_default();
            *of_its_module += 1;
            (*of_its_module, one)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    figures(visit, place, ranked.into_iter().take(most).map(|(_, one)| one)).await
}

async fn figures(
    visit: &Visit,
    place: &str,
    wanted: impl Iterator<Item = &StatisticHere>,
) -> Result<Vec<Figure>, Trouble> {
    let mut found = Vec::new();
    for one in wanted {
        let counted = counted(visit, place, &one.id, "").await?;
        found.push(Figure {
            title: one.title.read(visit.lang).to_owned(),
            unit: one.unit.read(visit.lang).to_owned(),
            total: counted.total,
            path: format!("/console/{}/statistics/{}", short(place), one.id),
        });
    }
    Ok(found)
}

pub(crate) async fn list(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let path = format!("/places/{}/statistics", quoted(&place));
    let (f, known) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("统计", "Figures")),
        visit.api.read::<Vec<StatisticHere>>(&path),
    )?;
    let figures = figures(&visit, &place, known.iter()).await?;
    answer(&ListPage { f, figures })
}

#[derive(Deserialize)]
pub(crate) struct StatisticPath {
    place: String,
    statistic: String,
}

/// The first and the last day to be counted; what is no day is not asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Days {
    from: String,
    to: String,
}

impl Days {
    fn span(&self) -> String {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let midnight = |day: NaiveDate| quoted(&clock::china_instant(day, NaiveTime::MIN).to_rfc3339());
        let from = day(&self.from).map(|day| format!("from={}", midnight(day)));
        let to = day(&self.to).and_then(|day| day.succ_opt()).map(|day| format!("to={}", midnight(day)));
        let parts: Vec<String> = from.into_iter().chain(to).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    fn query(&self) -> String {
        if self.span().is_empty() {
            return String::new();
        }
        format!("?from={}&to={}", quoted(&self.from), quoted(&self.to))
    }
}

pub(crate) async fn show(visit: Visit, Path(path): Path<StatisticPath>, Query(days): Query<Days>) -> Answered {
    let (place, id) = (&path.place, &path.statistic);
    let span = days.span();
    let (mut f, now) = tokio::try_join!(Frame::at(&visit, place, ""), counted(&visit, place, id, &span))?;
    let mut months = Vec::new();
    let mut monthly = Vec::new();
    for (name, from, to) in months_before(visit.now()) {
        let span = format!("?from={}&to={}", quoted(&from.to_rfc3339()), quoted(&to.to_rfc3339()));
        let month = counted(&visit, place, id, &span).await?;
        months.push((name, month.total));
        monthly.push(month);
    }
    f.title = now.title.read(visit.lang).to_owned();
    let mut places: BTreeMap<&str, (&str, i64)> = BTreeMap::new();
    for row in &now.rows {
        places.entry(&row.place).or_insert((&row.place_name, 0)).1 += row.value;
    }
    let labels = labels(&visit, &now, &monthly);
    let own = f.place.as_ref().map(|place| place.code.clone()).unwrap_or_default();
    let mut places: Vec<(String, String, i64)> = places
        .into_iter()
        .filter(|(code, _)| *code != own)
        .map(|(code, (name, value))| {
            (name.to_owned(), format!("/console/{}/statistics/{id}{}", short(code), days.query()), value)
        })
        .collect();
    // By place, not by size: these are no rankings.
    places.sort_by(|a, b| a.1.cmp(&b.1));
    answer(&FigurePage {
        unit: now.unit.read(visit.lang).to_owned(),
        total: now.total,
        span: format!("{} – {}", crate::when::day(now.from), crate::when::day(now.to)),
        trend: trend(months.iter().map(|(_, value)| *value)),
        from: days.from,
        to: days.to,
        months,
        most: places.iter().map(|(_, _, value)| *value).max().unwrap_or(1).max(1),
        places,
        labels: if labels.len() > 1 { labels } else { Vec::new() },
        f,
    })
}

/// What is counted, kind by kind, in the order of their names in the API.
fn labels(visit: &Visit, now: &Counted, months: &[Counted]) -> Vec<Label> {
    let mut titles: BTreeMap<&str, String> = BTreeMap::new();
    for row in months.iter().chain([now]).flat_map(|counted| &counted.rows) {
        titles.entry(&row.label).or_insert_with(|| row.label_title.read(visit.lang).to_owned());
    }
    let sum = |counted: &Counted, label: &str| {
        counted.rows.iter().filter(|row| row.label == label).map(|row| row.value).sum::<i64>()
    };
    let label = |(label, title): (&str, String)| {
        let months: Vec<i64> = months.iter().map(|month| sum(month, label)).collect();
        Label { title, value: sum(now, label), trend: trend(months.iter().copied()), months }
    };
    titles.into_iter().map(label).collect()
}

/// The last months, oldest first, the present one until now.
fn months_before(now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>, DateTime<Utc>)> {
    let today = clock::china_date(now);
    let first_of = |back: u32| {
        let month = today.year() * 12 + i32::try_from(today.month0()).unwrap_or(0) - i32::try_from(back).unwrap_or(0);
        let number = u32::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
        NaiveDate::from_ymd_opt(month.div_euclid(12), number, 1).unwrap_or(today)
    };
    (0..MONTHS)
        .rev()
        .map(|back| {
            let from = first_of(back);
            let to = if back == 0 {
                now + chrono::Duration::seconds(1)
            } else {
                clock::china_instant(first_of(back - 1), NaiveTime::MIN)
            };
            (from.format("%Y-%m").to_string(), clock::china_instant(from, NaiveTime::MIN), to)
        })
        .collect()
}

/// A bar a month. The table beside it says the same to who cannot see it.
fn trend(months: impl ExactSizeIterator<Item = i64> + Clone) -> String {
    let most = months.clone().max().unwrap_or(1).max(1);
    let last = months.len();
    let mut svg = String::from(
        r#"<svg class="trend" viewBox="0 0 240 64" aria-hidden="true" focusable="false"><line x1="0" y1="63.5" x2="240" y2="63.5"/>"#,
    );
    for (n, value) in months.enumerate() {
        // Sixty units high at most; counts are small enough for whole numbers.
        let height = (value.max(0) * 60 / most).max(i64::from(value > 0));
        let class = if n + 1 == last { r#" class="now""# } else { "" };
        let _ = write!(svg, r#"<rect{class} x="{}" y="{}" width="32" height="{height}"/>"#, n * 40 + 4, 63 - height);
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn months_follow_each_other_over_the_year() {
        let now = Utc.with_ymd_and_hms(2026, 2, 3, 1, 0, 0).unwrap();
        let months = months_before(now);
        let names: Vec<&str> = months.iter().map(|(name, _, _)| name.as_str()).collect();
        assert_eq!(names, ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"]);
        assert!(months.windows(2).all(|pair| pair[0].2 == pair[1].1));
        assert!(months[5].2 > now);
    }

    #[test]
    fn a_month_without_anything_has_no_bar() {
        let svg = trend([0, 1, 120].into_iter());
        assert!(svg.contains(r#"height="0""#) && svg.contains(r#"height="1""#) && svg.contains(r#"height="60""#));
    }
}
