//! The answer to a write, and what it was about.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::error::internal;
use crate::{Json, Result};

/// What was acted on.
#[derive(Clone, Debug)]
pub struct Subject {
    /// `grid.incident`
    pub kind: &'static str,
    pub id: String,
}

impl Subject {
    pub fn new(kind: &'static str, id: impl ToString) -> Subject {
        Subject { kind, id: id.to_string() }
    }
}

/// The answer to a write, as it is given and as it is kept for a retry.
#[derive(Debug)]
pub struct Reply<T> {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) version: Option<i32>,
    pub body: Option<T>,
}

impl Reply<()> {
    /// 204.
    pub fn none() -> Reply<()> {
        Reply { status: StatusCode::NO_CONTENT, location: None, version: None, body: None }
    }
}

impl<T> Reply<T> {
    /// 201 with `Location`.
    pub fn created(location: String, body: T) -> Reply<T> {
        Reply { status: StatusCode::CREATED, location: Some(location), version: None, body: Some(body) }
    }

    /// 200.
    pub fn ok(body: T) -> Reply<T> {
        Reply { status: StatusCode::OK, location: None, version: None, body: Some(body) }
    }

    /// With the version as `ETag`.
    pub fn version(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }

    /// The body of a reply that has one.
    pub fn into_body(self) -> Result<T> {
        self.body.ok_or_else(|| internal("this reply has no body"))
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => (self.status, Json(body)).into_response(),
            None => self.status.into_response(),
        };
        let headers = response.headers_mut();
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(Ok(etag)) = self.version.map(|v| HeaderValue::try_from(format!("\"{v}\""))) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// A page that stands by itself, to be printed or read: it loads nothing and runs nothing.
pub fn printed(page: String) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}
