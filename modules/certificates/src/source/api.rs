//! The JSON face of sources. A secret goes in and never comes out.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::error::internal;
use jizuo_kernel::json::whole;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::sheets::{body_of, sent};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text, Tx, invalid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Model;
use super::file;
use super::kind::{Fallback, Ground, Kind};
use super::mapping::{Field, Mapping, Shown, Verdict};
use super::service::{self, MANAGE, New, NewHttp};
use crate::connector::{Authentication, Http, Method};
use crate::item::chosen;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change))
        .routes(routes!(hand_over))
        .routes(routes!(end))
}

/// What a file may weigh.
const LARGEST: usize = 10 << 20;

/// A source as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Source)]
pub(crate) struct Source {
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    #[schema(example = "婚姻登记核验")]
    pub(crate) title: String,
    #[schema(example = "县民政局")]
    pub(crate) department: String,
    /// Codes of the certificate items that it answers.
    pub(crate) items: Vec<String>,
    /// As of which day its table is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) handed_over_on: Option<NaiveDate>,
    /// Rows of its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) handed_over_rows: Option<i32>,
    /// It failed again and again, and is left alone until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resting_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

impl Source {
    fn of(ctx: &Ctx, row: &Model) -> Source {
        Source {
            id: row.id,
            kind: Kind::parse(&row.kind),
            title: row.title.clone(),
            department: row.department.clone(),
            items: row.items(),
            handed_over_on: row.handed_over_on,
            handed_over_rows: row.handed_over_rows,
            resting_until: service::resting_until(ctx, row),
            ended_at: row.ended_at,
        }
    }
}

/// An interface as it is asked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::SourceInterface)]
pub(crate) struct Interface {
    #[schema(example = "https://data.example.gov.cn/marriage/check")]
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) authentication: Authentication,
    /// The header that holds the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    /// Whether a secret is kept. It is shown to nobody.
    pub(crate) has_secret: bool,
    pub(crate) timeout_ms: u32,
    pub(crate) retries: u32,
    pub(crate) failures: u32,
    pub(crate) pause_seconds: u32,
}

/// A source with how it is asked and what its answers mean.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::SourceInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) source: Source,
    pub(crate) ground: Ground,
    pub(crate) basis: String,
    /// For what the department lets its data be used.
    pub(crate) purposes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<Interface>,
    pub(crate) request: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    pub(crate) shown: Vec<Shown>,
    pub(crate) fallback: Fallback,
    pub(crate) next_door: String,
    pub(crate) changed_at: DateTime<Utc>,
    pub(crate) changed_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_because: Option<String>,
}

fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let Mapping { request, verdict, shown } = row.mapping()?;
    let has_secret = row.secret.is_some();
    let http = row.http()?.map(|http: Http| Interface {
        url: http.url,
        method: http.method,
        authentication: http.authentication,
        header: http.header,
        has_secret,
        timeout_ms: http.timeout_ms,
        retries: http.retries,
        failures: http.failures,
        pause_seconds: http.pause_seconds,
    });
    Ok(InFull {
        source: Source::of(ctx, row),
        ground: Ground::parse(&row.ground),
        basis: row.basis.clone(),
        purposes: row.purposes(),
        http,
        request,
        verdict,
        shown,
        fallback: Fallback::parse(&row.fallback),
        next_door: row.next_door.clone(),
        changed_at: row.changed_at,
        changed_by: row.changed_by_name.clone(),
        ended_because: row.ended_because.clone(),
    })
}

/// A purpose of a check.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = certificates::CheckPurpose, min_length = 1, max_length = 60)]
struct Purpose(String);

/// An interface as it is described.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewInterface)]
struct NewInterface {
    /// `https` only.
    #[schema(example = "https://data.example.gov.cn/marriage/check", min_length = 1, max_length = 500)]
    url: String,
    method: Method,
    authentication: Authentication,
    /// The header that holds the secret, where it is one of its own.
    #[serde(default)]
    #[schema(max_length = 60)]
    header: Option<String>,
    /// Kept sealed and shown to nobody. The one of before stays where none is given and the address has the same host.
    #[serde(default)]
    #[schema(max_length = 500, write_only)]
    secret: Option<String>,
    /// For all of a query.
    #[serde(default = "usual_timeout", deserialize_with = "whole")]
    #[schema(minimum = 100, maximum = 10_000)]
    timeout_ms: u32,
    /// How often it is asked again after a passing failure; only by GET.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 3)]
    retries: u32,
    /// After so many failures in a row it is left alone
    #[serde(default = "usual_failures", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100)]
    failures: u32,
    /// for so long.
    #[serde(default = "usual_pause", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 3_600)]
    pause_seconds: u32,
}

fn usual_timeout() -> u32 {
    5_000
}

fn usual_failures() -> u32 {
    5
}

fn usual_pause() -> u32 {
    60
}

fn codes() -> RefOr<Schema> {
    let about = "Codes of the certificate items that it answers: of the county's catalogue or of the negative list.";
    chosen("?state=in_force", "code", 1..=20, about)
}

/// A source as it is described.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewSource, example = json!({
    "kind": "table", "title": "残疾人证名册", "department": "县残疾人联合会", "ground": "statutory_duty",
    "basis": "国务院令第716号第七条；县政务数据共享目录第12项", "purposes": ["办理残疾人补贴"], "items": ["disability"],
    "verdict": { "pointer": "/证件状态", "confirmed": ["有效"] }, "shown": [{ "pointer": "/残疾等级", "title": "残疾等级" }],
    "fallback": "licence", "next_door": "出示残疾人证，或到县残联窗口"
}))]
struct NewSource {
    kind: Kind,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    /// Whose data it is.
    #[schema(min_length = 1, max_length = 60)]
    department: String,
    ground: Ground,
    /// Law, and the agreement to share: 国务院令第716号第七条.
    #[schema(min_length = 1, max_length = 300)]
    basis: String,
    /// For what the department lets its data be used; a check names one of them.
    #[schema(min_items = 1, max_items = 20)]
    purposes: Vec<Purpose>,
    #[schema(schema_with = codes)]
    items: Vec<String>,
    /// Of an interface only.
    #[serde(default)]
    http: Option<NewInterface>,
    /// What of the person goes into which field; of an interface only, and nothing else is sent.
    #[serde(default)]
    #[schema(max_items = 10)]
    request: Vec<Field>,
    /// Left out of a table on which everybody is confirmed who stands in it.
    #[serde(default)]
    verdict: Option<Verdict>,
    /// What of the answer the clerk sees.
    #[serde(default)]
    #[schema(max_items = 20)]
    shown: Vec<Shown>,
    fallback: Fallback,
    /// Where the person goes when the data does not settle it.
    #[schema(min_length = 1, max_length = 300)]
    next_door: String,
}

impl From<NewSource> for New {
    fn from(new: NewSource) -> New {
        New {
            kind: new.kind,
            title: new.title,
            department: new.department,
            ground: new.ground,
            basis: new.basis,
            purposes: new.purposes.into_iter().map(|purpose| purpose.0).collect(),
            items: new.items,
            http: new.http.map(|http| NewHttp {
                url: http.url,
                method: http.method,
                authentication: http.authentication,
                header: http.header,
                secret: http.secret,
                timeout_ms: http.timeout_ms,
                retries: http.retries,
                failures: http.failures,
                pause_seconds: http.pause_seconds,
            }),
            mapping: Mapping { request: new.request, verdict: new.verdict, shown: new.shown },
            fallback: new.fallback,
            next_door: new.next_door,
        }
    }
}

#[derive(Debug, Deserialize)]
struct SourcePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// The sources of this county, newest first.
#[utoipa::path(get, path = "/sources", operation_id = "certificates_source_list",
    security(("token" = ["certificates.source.read"])), params(("place" = String, Path, example = "530102"), Paging),
    responses((status = 200, body = Page<Source>)))]
async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Source>>> {
    Ok(Json(service::list(&ctx, &paging).await?.map(|row| Source::of(&ctx, &row))))
}

/// One source, with how it is asked and what its answers mean; without its secret.
#[utoipa::path(get, path = "/sources/{id}", operation_id = "certificates_source_show",
    security(("token" = ["certificates.source.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<SourcePath>) -> Result<Reply<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row)?).version(row.version))
}

async fn done(ctx: &Ctx, tx: Tx, row: &Model, created: bool) -> Result<Reply<InFull>> {
    let shown = in_full(ctx, row)?;
    let location = format!("/api/v1/places/{}/certificates/sources/{}", ctx.place()?.code, row.id);
    let reply = if created { Reply::created(location, shown) } else { Reply::ok(shown) };
    tx.commit(MANAGE, Subject::new("certificates.source", row.id), reply.version(row.version)).await
}

/// Describes a department's data that this county may check: an interface, or a table that it will hand over.
#[utoipa::path(post, path = "/sources", operation_id = "certificates_source_add",
    security(("token" = ["certificates.source.manage"])), params(("place" = String, Path, example = "530102")),
    request_body = NewSource, responses((status = 201, body = InFull)))]
async fn add(ctx: Ctx, Json(new): Json<NewSource>) -> Result<Reply<InFull>> {
    let mut tx = ctx.begin().await?;
    let row = service::add(&mut tx, new.into()).await?;
    done(&ctx, tx, &row, true).await
}

/// Describes a source anew.
#[utoipa::path(put, path = "/sources/{id}", operation_id = "certificates_source_change",
    security(("token" = ["certificates.source.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
        ("If-Match" = String, Header, description = "the ETag that was read", example = "\"1\"")),
    request_body = NewSource, responses((status = 200, body = InFull)))]
async fn change(ctx: Ctx, path: Path<SourcePath>, Json(new): Json<NewSource>) -> Result<Reply<InFull>> {
    let mut tx = ctx.begin().await?;
    let row = service::held(&tx, path.id).await?;
    ctx.expect_version(row.version, in_full(&ctx, &row)?)?;
    let row = service::change(&mut tx, row, new.into()).await?;
    done(&ctx, tx, &row, false).await
}

/// A table of a department.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::HandedOver, example = json!({
    "content": "5YWs5rCR6Lqr5Lu95Y+356CBLOWnk+WQjSzor4Hku7bnirbmgIEs5q6L55a+562J57qnCjUzMDEwMjE4ODAwMTAxMDAxNizmnY7mmI4s5pyJ5pWILOS6jOe6pwo=",
    "handed_over_on": "2026-02-28"
}))]
struct HandedOver {
    /// An Excel or CSV table with a column of identity numbers and those that the source names, in base64.
    #[schema(content_encoding = "base64", min_length = 1, extensions(("x-file" = json!(".xlsx,.csv"))))]
    content: String,
    /// As of which day it is.
    handed_over_on: NaiveDate,
}

/// Takes over a table that the department handed over: all of it, or with one bad row nothing. It replaces the one of before.
#[utoipa::path(post, path = "/sources/{id}/table", operation_id = "certificates_source_hand_over",
    extensions(("x-largest-body" = json!(body_of(LARGEST)))),
    security(("token" = ["certificates.source.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = HandedOver, responses((status = 200, body = InFull)))]
async fn hand_over(ctx: Ctx, path: Path<SourcePath>, Json(new): Json<HandedOver>) -> Result<Reply<InFull>> {
    let row = service::find(&ctx, path.id).await?;
    if Kind::parse(&row.kind) != Kind::Table {
        let why = Text::new("接口不收表格", "an interface takes no table");
        return Err(invalid("content", "certificates.source.kind", why));
    }
    if new.handed_over_on > ctx.today() {
        return Err(invalid("handed_over_on", "base.import.future", Text::new("不能晚于今天", "cannot lie ahead")));
    }
    let bytes = sent("content", &new.content, LARGEST)?;
    let (columns, today) = (row.mapping()?.columns(), ctx.today());
    let lines = tokio::task::spawn_blocking(move || file::read(bytes, &columns, today)).await.map_err(internal)??;
    let mut tx = ctx.begin().await?;
    let row = service::held(&tx, path.id).await?;
    let row = service::hand_over(&mut tx, row, &lines, new.handed_over_on).await?;
    done(&ctx, tx, &row, false).await
}

/// Why a source ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::SourceEnd, example = json!({ "reason": "部门改用省级接口" }))]
struct End {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Ends a source: its secret and its table are forgotten, the checks stay on the record.
#[utoipa::path(post, path = "/sources/{id}/end", operation_id = "certificates_source_end",
    security(("token" = ["certificates.source.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = End, responses((status = 200, body = InFull)))]
async fn end(ctx: Ctx, path: Path<SourcePath>, Json(body): Json<End>) -> Result<Reply<InFull>> {
    let mut tx = ctx.begin().await?;
    let row = service::held(&tx, path.id).await?;
    let row = service::end(&mut tx, row, &body.reason).await?;
    done(&ctx, tx, &row, false).await
}
