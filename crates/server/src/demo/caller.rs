//! The API called inside the process, and the clock that goes with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use chrono::{DateTime, Utc};
use jizuo_kernel::Clock;
use serde_json::Value;
use tower::ServiceExt;

use crate::failure::{Failure, Outcome};

/// A clock that is moved by hand, never backward.
#[derive(Clone)]
pub(super) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub(super) fn at(start: DateTime<Utc>) -> HandClock {
        HandClock(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// Each reading is a moment later than the one before, as life is: ids sort by their moment.
    pub(super) fn clock(&self) -> Clock {
        let micros = self.0.clone();
        Clock::from_fn(move || {
            DateTime::from_timestamp_micros(micros.fetch_add(1_000, Ordering::Relaxed)).unwrap_or(DateTime::UNIX_EPOCH)
        })
    }

    pub(super) fn set(&self, now: DateTime<Utc>) {
        self.0.fetch_max(now.timestamp_micros(), Ordering::Relaxed);
    }
}

/// Calls operations as anybody with a token would.
pub(super) struct Caller {
    router: Router,
    calls: AtomicU64,
}

/// Answers of the demonstration are small.
const LARGEST: usize = 4 << 20;

impl Caller {
    pub(super) fn new(router: Router) -> Caller {
        Caller { router, calls: AtomicU64::new(0) }
    }

    pub(super) async fn post(&self, token: Option<&str>, path: &str, body: Value) -> Outcome<Value> {
        self.call(Method::POST, token, path, body).await
    }

    pub(super) async fn put(&self, token: Option<&str>, path: &str, body: Value) -> Outcome<Value> {
        self.call(Method::PUT, token, path, body).await
    }

    pub(super) async fn delete(&self, token: Option<&str>, path: &str) -> Outcome<Value> {
        self.call(Method::DELETE, token, path, Value::Null).await
    }

    /// `path` begins behind `/api/v1`. Anything but a success ends the demonstration with what the API said.
    pub(super) async fn call(&self, method: Method, token: Option<&str>, path: &str, body: Value) -> Outcome<Value> {
        let broken =
            |why: String| Failure::failed(format!("{method} {path}: {why}"), "report this as a fault of the demo");
        let mut request = Request::builder().method(&method).uri(format!("/api/v1{path}"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if method == Method::POST && token.is_some() {
            let number = self.calls.fetch_add(1, Ordering::Relaxed);
            request = request.header("idempotency-key", format!("demo-{number}"));
        }
        if method == Method::PUT && path.ends_with("/settings") {
            request = request.header(header::IF_MATCH, "\"0\"");
        }
        // The first visit of a plan that is as it was begun.
        if method == Method::POST && path.ends_with("/visit") {
            request = request.header(header::IF_MATCH, "\"1\"");
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        let request = request.body(body).map_err(|error| broken(error.to_string()))?;
        // A router answers every request; its error type has no value.
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = to_bytes(response.into_body(), LARGEST).await.map_err(|error| broken(error.to_string()))?;
        if !status.is_success() {
            return Err(broken(format!("{status}: {}", String::from_utf8_lossy(&bytes))));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))
    }
}
