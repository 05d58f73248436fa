//! The outermost router: the API, what operators and load balancers ask, the documentation page, and the guards around all.

mod docs;
mod front;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jizuo_kernel::{App, platform};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// Upper bounds of the request histogram, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Puts everything a process serves around the routes of the API.
pub fn router(app: &App, api: Router) -> Router {
    let timeout = Duration::from_secs(app.settings.server.timeout_seconds);
    let operators =
        Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(app.clone());
    let pages = jizuo_console::router(app, api.clone())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout));
    api.merge(docs::routes(app))
        .layer(CatchPanicLayer::custom(platform::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout))
        // Panics and timeouts are answered outside the API, and yet as the problems that its callers know.
        .layer(from_fn(platform::explain))
        .merge(operators)
        // Outside of what explains errors as problems: the console explains them as pages.
        .merge(pages)
        .merge(front::routes(app))
        .layer(CompressionLayer::new().gzip(true))
}

/// `/metrics` for Prometheus. One recorder serves the whole process, so a second call for it fails.
pub fn metrics() -> Result<Router, metrics_exporter_prometheus::BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("jizuo_request_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    Ok(Router::new().route("/metrics", get(render)).with_state(handle))
}

async fn render(State(handle): State<PrometheusHandle>) -> Response {
    // Without this the samples of histograms pile up until somebody asks.
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}

/// Whether to send requests here: the database answers and places are there.
async fn ready(State(app): State<App>) -> Response {
    match app.ready().await {
        Ok(true) => (StatusCode::OK, "ready\n").into_response(),
        Ok(false) => {
            (StatusCode::SERVICE_UNAVAILABLE, "no places yet: run `jizuo places import FILE`\n").into_response()
        }
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
