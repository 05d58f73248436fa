//! The bodies that demand papers off the list (优化营商环境条例第四十四条): how often in a period, which papers, and the
//! demands behind the number.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use jizuo_kernel::clock::{china_date, china_instant, quarter_start};
use jizuo_kernel::{App, Ctx, Json, Query, Result, Scope, Text, invalid};
use sea_orm::{ColumnTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::Column;
use super::service;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A body that demanded off the list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Body)]
pub(crate) struct Body {
    #[schema(example = "县社会保险中心")]
    pub(crate) requesting_body: String,
    pub(crate) demands: i64,
    pub(crate) last_at: DateTime<Utc>,
    /// The most frequent first.
    pub(crate) items: Vec<Demanded>,
    /// The demands behind the number.
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) list: String,
    /// A letter to the body, to be printed; of a notice only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) letter: Option<String>,
}

/// A paper that a body demanded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::DemandedItem)]
pub(crate) struct Demanded {
    /// Absent for papers on no list: what they are called may name somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "being_alive")]
    pub(crate) code: Option<String>,
    pub(crate) name: Text,
    pub(crate) demands: i64,
}

/// Body, item, what it is called, how often, and when last.
type Counted = (String, Option<String>, String, i64, DateTime<Utc>);

/// Who demanded off the list within a scope and a span of time; the most frequent first.
pub(crate) async fn of(ctx: &Ctx, scope: &Scope, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Body>> {
    let rows: Vec<Counted> = service::off_list(scope, since, until)
        .select_only()
        .column(Column::RequestingBody)
        .column(Column::Item)
        .column_as(Column::Name.max(), "called")
        .column_as(Column::Id.count(), "demands")
        .column_as(Column::At.max(), "last_at")
        .group_by(Column::RequestingBody)
        .group_by(Column::Item)
        .into_tuple()
        .all(ctx.db())
        .await?;
    let mut found: BTreeMap<String, Body> = BTreeMap::new();
    for (requesting_body, code, name, demands, at) in rows {
        let body = found.entry(requesting_body.clone()).or_insert_with(|| Body {
            list: behind(&requesting_body, since, until),
            requesting_body,
            demands: 0,
            last_at: at,
            items: Vec::new(),
            letter: None,
        });
        body.demands += demands;
        body.last_at = std::cmp::max(body.last_at, at);
        let name = match &code {
            Some(_) => Text::owned(name.clone(), name),
            None => Text::new("目录以外的证明", "Papers on no list"),
        };
        body.items.push(Demanded { code, name, demands });
    }
    let mut bodies: Vec<Body> = found.into_values().collect();
    for body in &mut bodies {
        body.items.sort_by(|a, b| b.demands.cmp(&a.demands).then_with(|| a.code.cmp(&b.code)));
    }
    // They come by name, and the sort is stable.
    bodies.sort_by_key(|body| std::cmp::Reverse(body.demands));
    Ok(bodies)
}

/// The list of a body's demands.
fn behind(body: &str, since: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let (from, to) = (china_date(since), china_date(until - Duration::microseconds(1)));
    format!("/demands?outcome=off_list&requesting_body={}&from={from}&to={to}", quoted(body))
}

/// A text as it stands in the query of an address.
pub(crate) fn quoted(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Days of a list: both count.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The first day.
    pub(super) from: Option<NaiveDate>,
    /// The last day.
    pub(super) to: Option<NaiveDate>,
}

/// From when on, and until before when, as far as it was said.
type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

impl Days {
    /// From when on, and until before when.
    pub(super) fn span(self) -> Result<Span> {
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            let why = Text::new("起始日期不能晚于截止日期", "the first day comes before the last");
            return Err(invalid("from", "certificates.demand.days", why));
        }
        let midnight = |day| china_instant(day, NaiveTime::MIN);
        Ok((self.from.map(midnight), self.to.and_then(|day| day.succ_opt()).map(midnight)))
    }
}

/// Bodies that demanded papers off the list here, the most frequent first; of this quarter, unless days are given.
#[utoipa::path(get, path = "/bodies", operation_id = "certificates_body_list",
    security(("token" = ["certificates.demand.read"])), params(("place" = String, Path, example = "530102"), Days),
    responses((status = 200, body = Vec<Body>)))]
async fn list(ctx: Ctx, Query(days): Query<Days>) -> Result<Json<Vec<Body>>> {
    let (since, until) = days.span()?;
    let until = until.unwrap_or(ctx.now + Duration::seconds(1));
    let since = since.unwrap_or_else(|| quarter_start(until - Duration::seconds(1)));
    Ok(Json(of(&ctx, &ctx.scope, since, until).await?))
}
