//! The JSON face of residents' reports: public, and a page for each by itself.

use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use jizuo_kernel::attachments;
use jizuo_kernel::error::{Faults, invalid};
use jizuo_kernel::openapi::one_of;
use jizuo_kernel::process::{self, Face, Head};
use jizuo_kernel::{App, Ctx, Json, Reply, Result, Subject, Text, Tx, printed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::paper;
use super::service::{self, Filed};
use crate::incident::entity::{Entity, Model};
use crate::incident::follow_up::{self, Satisfaction};
use crate::incident::service::New;
use crate::incident::{CATEGORIES, Channel};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(file))
        .routes(routes!(follow))
        .routes(routes!(rate))
        .routes(routes!(withdraw))
        .routes(routes!(type_in))
        .routes(routes!(form))
}

/// What a resident reports. Name and telephone may be left out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewReport, example = json!({
    "category": "04", "title": "村口垃圾堆放", "location": "村口水井旁"
}))]
struct NewReport {
    /// Code of the village or of a place below it; needed when the operation's place is not one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,12}$")]
    place: Option<String>,
    #[schema(schema_with = category_codes)]
    category: String,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: String,
    #[serde(default)]
    #[schema(schema_with = attachments::several)]
    attachments: Vec<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    location: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    reporter_name: Option<String>,
    #[serde(default)]
    reporter_phone: Option<String>,
}

fn category_codes() -> Object {
    one_of("Code of a category.", CATEGORIES.iter().map(|category| category.code))
}

/// What a report is followed by. Keep both.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::ReportFiled)]
struct ReportFiled {
    #[schema(example = "WG530102001001-0192F0C00000")]
    code: String,
    /// Ten digits: whoever has them and the code sees what becomes of it.
    #[schema(example = "4821 093 756")]
    word: String,
    /// By when it is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<DateTime<Utc>>,
}

impl From<Filed> for ReportFiled {
    fn from(filed: Filed) -> ReportFiled {
        let word = filed.word;
        ReportFiled {
            code: filed.incident.code,
            word: [word.get(..4), word.get(4..7), word.get(7..)].into_iter().flatten().collect::<Vec<_>>().join(" "),
            due_at: filed.incident.due_at,
        }
    }
}

/// Reports something without an account. The same report sent again under one `Idempotency-Key` is one incident.
#[utoipa::path(post, path = "/reports", operation_id = "grid_report_file", security(()),
    extensions(("x-largest-body" = json!(attachments::BODY))),
    params(("place" = String, Path, example = "530102001001"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,100}$",
            description = "made by the page: sent again with it, it is filed once")),
    request_body = NewReport, responses((status = 201, body = ReportFiled)))]
async fn file(ctx: Ctx, headers: HeaderMap, Json(new): Json<NewReport>) -> Result<Response> {
    let stranger = ctx.actor.account.is_none();
    once(&service::as_resident(&ctx), &headers, new, Channel::Resident, stranger).await
}

/// Types in what somebody wrote on the paper form; number and word go on the receipt.
#[utoipa::path(post, path = "/paper_reports", operation_id = "grid_report_paper",
    extensions(("x-largest-body" = json!(attachments::BODY))),
    security(("token" = ["grid.incident.report"])),
    params(("place" = String, Path, example = "530102001001")),
    request_body = NewReport, responses((status = 201, body = ReportFiled)))]
async fn type_in(ctx: Ctx, headers: HeaderMap, Json(new): Json<NewReport>) -> Result<Response> {
    // The answer shows a secret: it is kept nowhere but where the report itself is.
    once(&ctx.without_retry(), &headers, new, Channel::Paper, false).await
}

/// The paper form of a village, to be printed.
#[utoipa::path(get, path = "/paper_reports/form", operation_id = "grid_report_form", security(()),
    params(("place" = String, Path, example = "530102001001")),
    responses((status = 200, description = "One page A4.", body = String, content_type = "text/html")))]
async fn form(ctx: Ctx) -> Result<Response> {
    Ok(printed(paper::form(&ctx, ctx.place()?)))
}

/// Files a report, once however often it is sent under its key.
async fn once(ctx: &Ctx, headers: &HeaderMap, new: NewReport, channel: Channel, stranger: bool) -> Result<Response> {
    let key = key(headers)?;
    let body = serde_json::to_string(&new)?;
    let location = format!("/api/v1/places/{}/grid/reports", ctx.place()?.code);
    if let Some(filed) = service::filed_before(ctx, key, &body).await? {
        let mut again = Reply::created(location, ReportFiled::from(filed)).into_response();
        again.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        return Ok(again);
    }
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let mut faults = Faults::default();
    let files = attachments::read_all(&mut faults, "attachments", &new.attachments);
    faults.check()?;
    let new = New {
        description: new.description,
        location: new.location,
        reporter_name: new.reporter_name,
        reporter_phone: new.reporter_phone,
        ..New::of(place, new.category, new.title, channel)
    };
    let mut tx = ctx.begin().await?;
    let filed = service::file(&mut tx, new, key, &body, stranger).await?;
    attachments::add_all::<Entity>(&mut tx, &filed.incident, files).await?;
    let subject = Subject::new("grid.incident", filed.incident.id);
    let reply = Reply::created(location, ReportFiled::from(filed));
    Ok(tx.commit("grid.incident.report", subject, reply).await?.into_response())
}

/// A key as the platform takes it: 1 to 100 visible characters.
fn key(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=100).contains(&text.len()) && !text.contains(' '));
    text.map(Some).ok_or_else(|| {
        let why = Text::new("须为 1 到 100 个可见的 ASCII 字符", "1 to 100 visible ASCII characters");
        invalid("Idempotency-Key", "base.idempotency.key", why)
    })
}

/// What a report is found by.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::ReportKey, example = json!({ "code": "WG530102001001-0192F0C00000", "word": "4821 093 756" }))]
struct ReportKey {
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    #[schema(min_length = 1, max_length = 30)]
    word: String,
}

/// What became of a report, without anybody's name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::ReportFollowed)]
struct ReportFollowed {
    code: String,
    title: String,
    category: String,
    state_title: Text,
    phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<DateTime<Utc>>,
    overdue: bool,
    opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// The incident that it goes on as part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    /// Oldest first.
    past: Vec<ReportStep>,
}

/// Something that was done about it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::ReportStep)]
struct ReportStep {
    title: Text,
    at: DateTime<Utc>,
    /// Why, where the reporter is owed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Steps whose reason is told to who reported it (Beijing Regulation on Handling Complaints at Once, Article 15).
const TOLD: [&str; 4] =
    ["grid.incident.reject", "grid.incident.suspend", "grid.incident.ask_extension", "grid.incident.withdraw"];

async fn followed(ctx: &Ctx, row: &Model) -> Result<ReportFollowed> {
    let head = Head::of::<Entity>(ctx, row);
    let past = process::history::<Entity>(ctx, row).await?.into_iter();
    let past = past.map(|taken| ReportStep {
        reason: taken.reason.filter(|_| TOLD.contains(&taken.action.as_str())),
        title: taken.title,
        at: taken.at,
    });
    Ok(ReportFollowed {
        code: row.code.clone(),
        title: row.title.clone(),
        category: row.category.clone(),
        state_title: head.state_title,
        phase: head.phase,
        due_at: head.due_at,
        overdue: head.overdue,
        opened_at: head.opened_at,
        closed_at: head.closed_at,
        outcome: row.outcome.clone().filter(|_| row.phase == "done"),
        merged_into: row.merged_into.clone(),
        past: past.collect(),
    })
}

/// Shows who has the code and the word what became of it. That it was looked at is on the record.
#[utoipa::path(post, path = "/reports/follow", operation_id = "grid_report_follow", security(()),
    params(("place" = String, Path, example = "530102")),
    request_body = ReportKey, responses((status = 200, body = ReportFollowed)))]
async fn follow(ctx: Ctx, Json(key): Json<ReportKey>) -> Result<Reply<ReportFollowed>> {
    let ctx = service::as_resident(&ctx);
    let tx = ctx.begin().await?;
    let row = service::find(&tx, &key.code, &key.word).await?;
    done(tx, "grid.report.follow", &row).await
}

/// Whether it satisfied.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::ReportRating, example = json!({
    "code": "WG530102001001-0192F0C00000", "word": "4821 093 756", "satisfaction": "satisfied"
}))]
struct ReportRating {
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    #[schema(min_length = 1, max_length = 30)]
    word: String,
    satisfaction: Satisfaction,
    #[serde(default)]
    #[schema(max_length = 450)]
    note: Option<String>,
}

/// Whoever reported it says, once it is closed, whether the outcome satisfied. What did not may be reopened.
#[utoipa::path(post, path = "/reports/rate", operation_id = "grid_report_rate", security(()),
    params(("place" = String, Path, example = "530102")),
    request_body = ReportRating, responses((status = 200, body = ReportFollowed)))]
async fn rate(ctx: Ctx, Json(rating): Json<ReportRating>) -> Result<Reply<ReportFollowed>> {
    let ctx = service::as_resident(&ctx);
    let mut tx = ctx.begin().await?;
    let row = service::find(&tx, &rating.code, &rating.word).await?;
    let row = follow_up::call_back(&mut tx, &row, rating.satisfaction, rating.note).await?;
    done(tx, "grid.incident.call_back", &row).await
}

/// Why it is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::ReportWithdrawal, example = json!({
    "code": "WG530102001001-0192F0C00000", "word": "4821 093 756", "reason": "已经自己解决了"
}))]
struct ReportWithdrawal {
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    #[schema(min_length = 1, max_length = 30)]
    word: String,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Whoever reported it takes it back, before it is dispatched.
#[utoipa::path(post, path = "/reports/withdraw", operation_id = "grid_report_withdraw", security(()),
    params(("place" = String, Path, example = "530102")),
    request_body = ReportWithdrawal, responses((status = 200, body = ReportFollowed)))]
async fn withdraw(ctx: Ctx, Json(wish): Json<ReportWithdrawal>) -> Result<Reply<ReportFollowed>> {
    let ctx = service::as_resident(&ctx);
    let mut tx = ctx.begin().await?;
    let row = service::find(&tx, &wish.code, &wish.word).await?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &wish.reason, 500);
    faults.check()?;
    let row = Entity::step(&mut tx, &row, "grid.incident.withdraw", Some(reason)).await?;
    done(tx, "grid.incident.withdraw", &row).await
}

async fn done(mut tx: Tx, action: &'static str, row: &Model) -> Result<Reply<ReportFollowed>> {
    tx.write_waiting().await?;
    let body = followed(&tx, row).await?;
    tx.commit(action, Subject::new("grid.incident", row.id), Reply::ok(body)).await
}
