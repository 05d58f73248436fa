//! The outermost router: what operators ask, the documentation page, and answers of the guards around the API.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use jizuo_kernel::db::{Db, Location};
use jizuo_kernel::{Clock, Keyring, Platform, settings};
use jizuo_server::{MODULES, web};
use tempfile::TempDir;
use tower::ServiceExt;

/// A server on an empty database.
async fn server(timeout_seconds: u64) -> (Router, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings::load(None, Vec::new(), &[]).unwrap().settings;
    settings.server.timeout_seconds = timeout_seconds;
    let location = Location {
        url: format!("sqlite://{}/test.sqlite", folder.path().display()),
        pool: 2,
        durable: false,
        acquire: std::time::Duration::from_secs(5),
    };
    let db = Db::connect(&location).await.unwrap();
    let keyring = Keyring::from_base64(&Keyring::generate()).unwrap();
    let (app, api) = Platform::start(settings, keyring, Clock::system(), db, MODULES).await.unwrap();
    (web::router(&app, api), folder)
}

async fn get(router: &Router, path: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned());
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, kind.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_process_without_places_lives_and_is_not_ready() {
    let (router, _folder) = server(30).await;
    assert_eq!(get(&router, "/healthz").await.0, StatusCode::OK);
    let (status, _, body) = get(&router, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("places import"), "{body}");
}

#[tokio::test]
async fn the_documentation_needs_nothing_from_outside() {
    let (router, _folder) = server(30).await;
    assert_eq!(get(&router, "/docs").await.0, StatusCode::SEE_OTHER);
    assert_eq!(get(&router, "/").await.0, StatusCode::SEE_OTHER, "to the console");
    for path in ["/docs/", "/docs/swagger-initializer.js", "/docs/index.css", "/about"] {
        let (status, _, body) = get(&router, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(!body.contains("//cdn") && !body.contains("https://"), "{path}: {body}");
    }
    for file in ["swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css", "favicon-32x32.png"] {
        assert_eq!(get(&router, &format!("/docs/{file}")).await.0, StatusCode::OK, "{file}");
    }
    for name in MODULES.iter().map(|module| module.id).chain(["county-all"]) {
        let (status, kind, body) = get(&router, &format!("/docs/openapi/{name}.json")).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"), "{name}");
        assert!(body.starts_with("{\"openapi\":\"3.1.0\""), "{name}");
    }
    let (_, script, _) = get(&router, "/docs/swagger-initializer.js").await;
    assert!(script.starts_with("text/javascript"));
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_everywhere() {
    let (router, _folder) = server(30).await;
    for path in ["/nothing", "/docs/nothing.js", "/docs/openapi/nothing.json", "/api/v1/nothing"] {
        let (status, kind, body) = get(&router, path).await;
        assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, "application/problem+json"), "{path}");
        assert!(body.contains("base.gate.not_found"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_with_a_problem() {
    let (router, _folder) = server(0).await;
    let request = Request::post("/api/v1/sessions")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::from(r#"{"login":"nobody","password":"a long enough password"}"#))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8_lossy(&body);
    assert!(body.contains("base.request.timeout") && body.contains("Idempotency-Key"), "{body}");
}
