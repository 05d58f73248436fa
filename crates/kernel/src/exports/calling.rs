//! One list operation, called page by page within this process as the caller: the gate, the scope and the masks are its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::error::{Faults, internal};
use crate::gate::Trace;
use crate::registry::Operation;
use crate::{Result, say};

/// The routes behind the outermost layer. It travels with the request, so that the platform does not hold what holds it.
#[derive(Clone)]
pub(crate) struct Inner(pub(crate) Router);

/// What the caller's credentials travel in.
const CREDENTIALS: [header::HeaderName; 2] = [header::AUTHORIZATION, header::COOKIE];
/// The most a list gives at once.
const PAGE: &str = "100";
/// One page of 100 rows is far below this.
const LARGEST: usize = 32 * 1024 * 1024;

/// A list with its parameters, ready to be called.
pub(super) struct Call {
    path: String,
    query: String,
    pages: bool,
    headers: HeaderMap,
    trace: Trace,
}

/// One page, or the answer of the list's own refusal.
pub(super) enum Answer {
    Page { items: Vec<Value>, next: Option<String> },
    Refused(Box<Response>),
}

impl Call {
    /// Fills the path and the query of a list; what the list does not know is refused by name.
    pub(super) fn new(
        operation: &Operation,
        document: &utoipa::openapi::path::Operation,
        place: &str,
        query: &Map<String, Value>,
        headers: &HeaderMap,
        trace: Trace,
    ) -> Result<Call> {
        use utoipa::openapi::RefOr;
        use utoipa::openapi::path::ParameterIn;
        let mut faults = Faults::default();
        let mut path = operation.path.replace("{place}", place);
        let mut written = form_urlencoded::Serializer::new(String::new());
        let known: Vec<_> = document
            .parameters
            .iter()
            .flatten()
            .filter_map(|parameter| match parameter {
                RefOr::T(parameter) => Some(parameter),
                RefOr::Ref(_) => None,
            })
            .collect();
        let pages = known.iter().any(|p| p.parameter_in == ParameterIn::Query && p.name == "after");
        for (name, value) in query {
            let field = format!("query.{name}");
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null => continue,
                _ => {
                    faults.add(
                        field,
                        "base.export.value",
                        say!("只能是文字、数字或是否", "a text, a number or a truth value"),
                    );
                    continue;
                }
            };
            let taken = ["limit", "after", "place"].contains(&name.as_str());
            match known.iter().find(|p| p.name == *name).map(|p| &p.parameter_in).filter(|_| !taken) {
                Some(ParameterIn::Query) => {
                    written.append_pair(name, &text);
                }
                Some(ParameterIn::Path) => {
                    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                    path = path.replace(&format!("{{{name}}}"), &encoded.replace('+', "%20"));
                }
                _ => faults.add(
                    field,
                    "base.export.parameter",
                    say!("这个清单没有“{name}”这个条件", "this list has no parameter '{name}'"),
                ),
            }
        }
        if let Some((_, rest)) = path.split_once('{') {
            let name = rest.split('}').next().unwrap_or_default();
            faults.add(
                format!("query.{name}"),
                "base.field.missing",
                say!("请填写“{name}”", "give '{name}': it is part of the list's address"),
            );
        }
        faults.check()?;
        if pages {
            written.append_pair("limit", PAGE);
        }
        let mut sent = HeaderMap::new();
        for name in CREDENTIALS {
            for value in headers.get_all(&name) {
                sent.append(name.clone(), value.clone());
            }
        }
        Ok(Call { path, query: written.finish(), pages, headers: sent, trace })
    }

    /// Asks for the page after a cursor.
    pub(super) async fn page(&self, inner: &Inner, after: Option<&str>) -> Result<Answer> {
        let mut query = self.query.clone();
        if let Some(after) = after.filter(|_| self.pages) {
            query.push_str("&after=");
            query.extend(form_urlencoded::byte_serialize(after.as_bytes()));
        }
        let uri = if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) };
        let mut request = Request::builder().method(Method::GET).uri(uri).body(Body::empty()).map_err(internal)?;
        *request.headers_mut() = self.headers.clone();
        request.extensions_mut().insert(self.trace.clone());
        let response = inner.0.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        if response.status() != StatusCode::OK {
            return Ok(Answer::Refused(Box::new(response)));
        }
        let body = to_bytes(response.into_body(), LARGEST).await.map_err(internal)?;
        Ok(match serde_json::from_slice(&body)? {
            Value::Array(items) => Answer::Page { items, next: None },
            Value::Object(mut page) => {
                let next = page.get("next").and_then(Value::as_str).map(str::to_owned);
                match page.remove("items") {
                    Some(Value::Array(items)) => Answer::Page { items, next: next.filter(|_| self.pages) },
                    _ => return Err(internal(format!("{} answered no list", self.path))),
                }
            }
            _ => return Err(internal(format!("{} answered no list", self.path))),
        })
    }
}
