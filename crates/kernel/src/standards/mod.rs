//! The data standards, published: code lists and data elements as JSON Schema and CSV, with version and ETag.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jizuo_standards::{codelist, element};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::json::Path;
use crate::{App, Error, Json, Result, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(code_list))
        .routes(routes!(elements))
        .routes(routes!(catalogue))
        .routes(routes!(one_element))
}

/// A published list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublishedList {
    pub id: String,
    pub title: Text,
    pub version: String,
    pub standard: String,
    pub source: String,
    /// `sure`, `likely`, `check`
    pub confidence: String,
    pub entries: usize,
    pub csv: String,
    pub schema: String,
}

/// The code lists.
#[utoipa::path(get, path = "/standards/codelists", operation_id = "base_codelist_list", security(()),
    responses((status = 200, body = Vec<PublishedList>)))]
async fn list() -> Json<Vec<PublishedList>> {
    Json(
        codelist::all()
            .iter()
            .map(|list| PublishedList {
                id: list.id.to_string(),
                title: Text::owned(list.title.zh.clone(), list.title.en.clone()),
                version: list.version.to_string(),
                standard: list.standard.to_string(),
                source: list.source.to_string(),
                confidence: format!("{:?}", list.confidence).to_lowercase(),
                entries: list.entries.len(),
                csv: format!("/api/v1/standards/codelists/{}.csv", list.id),
                schema: format!("/api/v1/standards/codelists/{}.json", list.id),
            })
            .collect(),
    )
}

#[derive(Debug, Deserialize)]
struct FilePath {
    file: String,
}

enum Form {
    Csv,
    Schema,
}

fn form(file: &str) -> Result<(&str, Form)> {
    match file.rsplit_once('.') {
        Some((id, "csv")) => Ok((id, Form::Csv)),
        Some((id, "json")) => Ok((id, Form::Schema)),
        _ => Err(Error::NotFound("standard")),
    }
}

/// One code list, as `<id>.csv` or as JSON Schema `<id>.json`. Send `If-None-Match` to be told 304 when nothing changed.
#[utoipa::path(get, path = "/standards/codelists/{file}", operation_id = "base_codelist_file", security(()),
    params(("file" = String, Path, example = "nationality.csv")),
    responses((status = 200, content((Object = "application/schema+json"), (String = "text/csv"))), (status = 304)))]
async fn code_list(path: Path<FilePath>, headers: HeaderMap) -> Result<Response> {
    let (id, form) = form(&path.file)?;
    let list = codelist::find(id).ok_or(Error::NotFound("codelist"))?;
    let etag = list.etag();
    Ok(match form {
        Form::Csv => file(&headers, &etag, "text/csv; charset=utf-8", list.to_csv()),
        Form::Schema => file(&headers, &etag, "application/schema+json", list.to_json_schema().to_string()),
    })
}

/// The whole data-element catalogue, as `elements.csv`.
#[utoipa::path(get, path = "/standards/elements.csv", operation_id = "base_element_list", security(()),
    responses((status = 200, content((String = "text/csv"))), (status = 304)))]
async fn elements(headers: HeaderMap) -> Response {
    file(&headers, &element::etag(), "text/csv; charset=utf-8", element::to_csv())
}

/// A published data element.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublishedElement {
    #[schema(example = "person.identity_number")]
    pub id: String,
    pub title: Text,
    /// `text`, `person_name`, `date`, `code`, `identity_number` …
    #[schema(value_type = String)]
    pub kind: element::Kind,
    /// In characters.
    pub max_length: usize,
    /// The list its values are from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_list: Option<CodeListName>,
    /// `public`, `internal`, `personal`, `sensitive`
    #[schema(value_type = String)]
    pub sensitivity: element::Sensitivity,
    /// Who holds the authoritative value.
    pub authority: String,
    pub authority_title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// Address of its JSON Schema.
    pub schema: String,
}

/// A code list by its name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CodeListName {
    pub id: String,
    pub title: Text,
}

/// The whole data-element catalogue as data, each element with its code list.
#[utoipa::path(get, path = "/standards/elements.json", operation_id = "base_element_catalogue", security(()),
    responses((status = 200, body = Vec<PublishedElement>)))]
async fn catalogue() -> Json<Vec<PublishedElement>> {
    let title = |list: &codelist::CodeList| Text::owned(list.title.zh.clone(), list.title.en.clone());
    let published = |one: &element::Element| PublishedElement {
        id: one.id.clone(),
        title: Text::owned(one.zh.clone(), one.en.clone()),
        kind: one.kind,
        max_length: one.max_length,
        code_list: one
            .code_list
            .as_deref()
            .and_then(codelist::find)
            .map(|list| CodeListName { id: list.id.clone(), title: title(list) }),
        sensitivity: one.sensitivity,
        authority: one.authority.clone(),
        authority_title: Text::owned(one.authority_zh.clone(), one.authority.clone()),
        standard: one.standard.clone(),
        schema: format!("/api/v1/standards/elements/{}.json", one.id),
    };
    Json(element::all().iter().map(published).collect())
}

/// One data element as JSON Schema: `<id>.json`.
#[utoipa::path(get, path = "/standards/elements/{file}", operation_id = "base_element_file", security(()),
    params(("file" = String, Path, example = "person.identity_number.json")),
    responses((status = 200, content((Object = "application/schema+json"))), (status = 304)))]
async fn one_element(path: Path<FilePath>, headers: HeaderMap) -> Result<Response> {
    let (id, Form::Schema) = form(&path.file)? else { return Err(Error::NotFound("element")) };
    let element = element::find(id).ok_or(Error::NotFound("element"))?;
    Ok(file(&headers, &element.etag(), "application/schema+json", element.to_json_schema().to_string()))
}

fn file(asked: &HeaderMap, etag: &str, kind: &'static str, body: String) -> Response {
    let known = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|seen| seen.split(',').any(|one| one.trim().trim_start_matches("W/") == etag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { (StatusCode::OK, body).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, value);
    }
    response
}
