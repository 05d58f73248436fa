//! The export of a list on the wire.

use std::borrow::Cow;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation as Described, Parameter};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::calling::{Answer, Call, Inner};
use super::columns;
use crate::error::{Faults, internal, invalid, refuse};
use crate::gate::Trace;
use crate::registry::{Operation, Registry, methods};
use crate::sheets::{Field, Format, Sheet};
use crate::{App, Ctx, Json, Lang, Reply, Result, Subject, Text, say};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// A larger list is no reading matter: it is narrowed, or taken piece by piece.
const MOST_ROWS: usize = 50_000;

const DONE_ALREADY: &str = "Done already under this `Idempotency-Key`; the file is not kept, ask for it anew.";

/// Which list becomes a file, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "list": "base_rule_list", "query": { "on": "2026-03-01" }, "format": "xlsx", "purpose": "月度工作例会" }))]
pub(super) struct NewExport {
    /// The operation of the list, as the document names it.
    #[schema(min_length = 1, max_length = 100)]
    list: String,
    /// The parameters of the list, those of its path too; `limit` and `after` are the export's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    query: Map<String, Value>,
    format: Format,
    /// What the file is for; it stands in the audit.
    #[schema(min_length = 1, max_length = 200)]
    purpose: String,
}

/// Writes a list into a file, as the caller may read it: the same rows, the same masks. At most 50,000 rows.
#[utoipa::path(post, path = "/places/{place}/exports", operation_id = "base_list_export",
    security(("token" = ["base.list.export"])), params(("place" = String, Path, example = "530102")),
    request_body = NewExport,
    responses((status = 200, description = "The file.",
            content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv"))),
        (status = 204, description = DONE_ALREADY)))]
async fn export(
    ctx: Ctx,
    Extension(inner): Extension<Inner>,
    headers: HeaderMap,
    Json(new): Json<NewExport>,
) -> Result<Response> {
    let mut faults = Faults::default();
    let purpose = faults.text("purpose", &new.purpose, 200);
    faults.check()?;
    let (operation, described) = list(&ctx.app.registry, &new.list)?;
    let document = ctx.app.registry.document(operation.module).ok_or_else(|| internal("a list without a document"))?;
    let item = columns::item(document, described).ok_or_else(|| no_list(&new.list))?;
    let columns = columns::of(document, item, ctx.lang);
    let trace = Trace { id: ctx.trace.clone(), lang: ctx.lang };
    let code = ctx.place()?.code.clone();
    let call = Call::new(operation, described, &code, &new.query, &headers, trace)?;

    let fields: Vec<Field> = columns.iter().map(|column| Field::new(&column.title)).collect();
    let mut sheet = Sheet::new(new.format, title(&ctx, operation), &fields)?;
    let mut rows = 0;
    let mut after: Option<String> = None;
    loop {
        let (items, next) = match call.page(&inner, after.as_deref()).await? {
            Answer::Page { items, next } => (items, next),
            // The list's own refusal says it best.
            Answer::Refused(response) => return Ok(*response),
        };
        rows += items.len();
        if rows > MOST_ROWS || (rows == MOST_ROWS && next.is_some()) {
            return Err(too_many());
        }
        for item in &items {
            sheet.row(columns.iter().map(|column| Cow::Owned(column.cell(item, ctx.lang))), false)?;
        }
        match next {
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            _ => break,
        }
    }
    let bytes = tokio::task::spawn_blocking(move || sheet.finish(None)).await.map_err(internal)??;

    let mut tx = ctx.begin().await?;
    tx.note("list", &operation.id);
    tx.note("query", told(described, &new.query));
    tx.note("rows", rows);
    tx.note("format", new.format);
    tx.note("purpose", purpose);
    // A retry is told that it is done: what persons are in the file is not kept a second time.
    tx.commit("base.list.export", Subject::new("base.list", &operation.id), Reply::none()).await?;
    Ok(file(&format!("{}-{}", operation.id, ctx.today().format("%Y%m%d")), new.format, bytes))
}

/// A file as a browser saves it.
pub(crate) fn file(name: &str, format: Format, bytes: Vec<u8>) -> Response {
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.as_str());
    if let Ok(value) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn list<'a>(registry: &'a Registry, id: &str) -> Result<(&'a Operation, &'a Described)> {
    let known =
        registry.operations().into_iter().find(|operation| operation.id == id && operation.method == Method::GET);
    let found = known.and_then(|operation| {
        let document = registry.document(operation.module)?;
        let described = methods(document.paths.paths.get(&operation.path)?)
            .into_iter()
            .find(|(method, _)| *method == Method::GET)
            .map(|(_, described)| described)?;
        columns::item(document, described)?;
        Some((operation, described))
    });
    found.ok_or_else(|| no_list(id))
}

fn no_list(id: &str) -> crate::Error {
    let id: String = id.chars().take(100).collect();
    invalid(
        "list",
        "base.export.list",
        say!(
            "没有“{id}”这个清单，请按接口文档填写操作编号",
            "there is no list '{id}'; name its operation as the document does"
        ),
    )
}

fn too_many() -> crate::Error {
    refuse(
        "base.export.too_many",
        Text::new(
            "清单超过 5 万行。请加上条件，或按乡镇、村分别导出",
            "the list has more than 50,000 rows; narrow it, or export it by township or village",
        ),
    )
    .into()
}

/// What the tab of the workbook says.
fn title<'a>(ctx: &'a Ctx, operation: &'a Operation) -> &'a str {
    let module = ctx.app.registry.module(operation.module);
    module.map_or(operation.id.as_str(), |module| module.title.read(ctx.lang))
}

/// The query for the audit: free text may name a person, so of it only the parameter's name is kept.
fn told(described: &Described, query: &Map<String, Value>) -> Map<String, Value> {
    let plain = |name: &str| {
        let parameter = described.parameters.iter().flatten().find_map(|parameter| match parameter {
            RefOr::T(parameter @ Parameter { name: known, .. }) if known == name => Some(parameter),
            _ => None,
        });
        let schema = parameter.and_then(|parameter| serde_json::to_value(&parameter.schema).ok()).unwrap_or_default();
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            one => vec![one.clone()],
        };
        let number = kinds.iter().any(|kind| ["integer", "number", "boolean"].iter().any(|known| kind == known));
        number || schema.get("enum").is_some() || schema.get("format").is_some()
    };
    let shown =
        |(name, value): (&String, &Value)| (name.clone(), if plain(name) { value.clone() } else { Value::from("…") });
    query.iter().map(shown).collect()
}

impl Lang {
    /// The key of this language in a pair of words.
    pub(crate) fn tag_word(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }
}
