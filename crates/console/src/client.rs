//! A client of the API that needs no network: a request goes straight to the router, with the caller's session and language.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Lang, identity};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use crate::trouble::Trouble;

/// The API as the caller of a page sees it.
#[derive(Clone)]
pub(crate) struct Api {
    router: Router,
    /// The secret of the session cookie; none for who has not signed in.
    pub(crate) session: Option<String>,
    lang: Lang,
    /// Where the browser says that the request comes from; the gate looks at it.
    site: Option<HeaderValue>,
}

/// An answer that is a success.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What to send of a write.
#[derive(Default)]
pub(crate) struct Write<'a> {
    pub(crate) json: Option<&'a Value>,
    /// The version that was seen, without quotes.
    pub(crate) if_match: Option<&'a str>,
    /// The same key is done once.
    pub(crate) key: Option<&'a str>,
}

impl Api {
    pub(crate) fn new(router: Router, headers: &HeaderMap, session: Option<String>, lang: Lang) -> Api {
        Api { router, session, lang, site: headers.get("sec-fetch-site").cloned() }
    }

    /// Reads. `path` is below `/api/v1`, or whole.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Problem> {
        self.call(Method::GET, path, Write::default()).await
    }

    /// Reads and decodes.
    pub(crate) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        self.get(path).await?.decode()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        json: &Value,
        if_match: Option<&str>,
        key: Option<&str>,
    ) -> Result<Answer, Problem> {
        self.call(method, path, Write { json: Some(json), if_match, key }).await
    }

    /// Any request; refusals come back as the API's own problem.
    pub(crate) async fn call(&self, method: Method, path: &str, write: Write<'_>) -> Result<Answer, Problem> {
        let path = if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = Request::builder().method(method).uri(&path).header(header::ACCEPT_LANGUAGE, self.lang.tag());
        if let Some(session) = &self.session {
            request = request.header(header::COOKIE, format!("{}={session}", identity::COOKIE));
        }
        if let Some(site) = &self.site {
            request = request.header("sec-fetch-site", site);
        }
        if let Some(version) = write.if_match {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        if let Some(key) = write.key {
            request = request.header("idempotency-key", key);
        }
        let body = match write.json {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(|error| broken(error.to_string()))?;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| broken(error.to_string()))?.to_bytes();
        if parts.status.is_success() {
            return Ok(Answer { status: parts.status, headers: parts.headers, body });
        }
        Err(serde_json::from_slice(&body).unwrap_or_else(|error| broken(format!("{}: {error}", parts.status))))
    }
}

impl Answer {
    pub(crate) fn decode<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body).map_err(|error| broken(error.to_string()).into())
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The version to send back as `If-Match`.
    pub(crate) fn version(&self) -> Option<String> {
        self.header("etag").map(|tag| tag.trim_matches('"').to_owned())
    }
}

/// The API did not speak as it should: told to the log, not to the person.
pub(crate) fn broken(cause: String) -> Problem {
    let trace = uuid::Uuid::new_v4().simple().to_string();
    tracing::error!(%trace, %cause, "the console could not read the API");
    Problem {
        r#type: "urn:jizuo:problem:base.internal".to_owned(),
        title: "系统内部错误 · Internal error".to_owned(),
        status: 500,
        code: "base.internal".to_owned(),
        detail:
            "系统出错，没有保存任何内容。请稍后再试。Something broke on our side; nothing was saved. Try again later."
                .to_owned(),
        rule: "base.internal".to_owned(),
        source: None,
        who: None,
        errors: Vec::new(),
        current: None,
        trace,
    }
}

/// A part of a path, or a value of a query, as it is sent.
pub(crate) fn quoted(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
