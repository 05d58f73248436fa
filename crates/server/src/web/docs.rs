//! The page at `/docs`: Swagger UI from this binary, with a document for each module and for the county asked for. Nothing
//! comes from outside, so it works on a government network without the internet.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jizuo_kernel::{App, Error, Json, Path};
use serde::Serialize;
use utoipa_swagger_ui::Config;

use crate::documents;

/// Scripts and styles of the page come from here only; the page talks to this server only.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

pub(super) fn routes(app: &App) -> Router {
    Router::new()
        .route("/docs", get(|request: Request| async move { to_page(request.uri().query()) }))
        .route("/docs/", get(|| async { asset("index.html") }))
        .route("/docs/swagger-initializer.js", get(initializer))
        .route("/docs/openapi/{file}", get(document))
        .route("/docs/{file}", get(|Path(file): Path<String>| async move { asset(&file) }))
        .with_state(app.clone())
}

/// The page's assets are named relative to a folder.
fn to_page(query: Option<&str>) -> Redirect {
    match query {
        Some(query) => Redirect::to(&format!("/docs/?{query}")),
        None => Redirect::to("/docs/"),
    }
}

fn asset(file: &str) -> Response {
    match utoipa_swagger_ui::serve(file, Arc::new(Config::new(["/docs/openapi/base.json"]))) {
        Ok(Some(found)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::try_from(found.content_type).unwrap_or(OCTETS)),
                (header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600")),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, found.bytes.into_owned()).into_response()
        }
        Ok(None) => Error::NotFound("page").into_response(),
        Err(error) => {
            tracing::error!(%error, "an asset of /docs");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A document that the page offers.
#[derive(Serialize)]
struct Offer {
    url: String,
    name: String,
}

/// Starts the page. `?place=530102` shows what that county has, and nothing else can be named: a page that loads any
/// address given to it is a tool for phishing.
async fn initializer(State(app): State<App>) -> Response {
    let mut offers = vec![Offer {
        url: format!("/docs/openapi/{}.json", documents::COUNTY_ALL),
        name: "所有模块 · every module".to_owned(),
    }];
    offers.extend(app.registry.modules().iter().map(|module| Offer {
        url: format!("/docs/openapi/{}.json", module.id),
        name: format!("{} · {}", module.title.zh, module.title.en),
    }));
    let offers = serde_json::to_string(&offers).unwrap_or_else(|_| "[]".to_owned());
    let script = format!(
        r##"window.onload = function () {{
  var urls = {offers};
  var place = new URLSearchParams(window.location.search).get("place") || "";
  if (/^[0-9]{{2,18}}$/.test(place)) {{
    urls.unshift({{ url: "/api/v1/places/" + place + "/openapi.json", name: "本地 · this place: " + place }});
  }}
  window.ui = SwaggerUIBundle({{
    urls: urls,
    dom_id: "#swagger-ui",
    deepLinking: true,
    // Without this the page asks a validator on the internet.
    validatorUrl: null,
    persistAuthorization: false,
    docExpansion: "none",
    tryItOutEnabled: false,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: "StandaloneLayout"
  }});
}};
"##
    );
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], script)
        .into_response()
}

/// `base.json`, `grid.json`, …, `county-all.json`.
async fn document(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Error> {
    let name = file.strip_suffix(".json").ok_or(Error::NotFound("document"))?;
    let mut document = if name == documents::COUNTY_ALL {
        documents::county_all(&app.registry)
    } else {
        app.registry.document(name).cloned().ok_or(Error::NotFound("document"))?
    };
    // Relative, so that "try it out" works under whatever address the reader came by.
    document.servers = Some(vec![utoipa::openapi::Server::new("/")]);
    Ok(Json(document).into_response())
}
