//! The style sheet, the script and the picture of every page, under names that change with what is in them.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jizuo_kernel::Path;
use jizuo_kernel::keyring::fingerprint;

struct Asset {
    kind: &'static str,
    text: &'static str,
    name: String,
}

fn asset(stem: &str, ending: &str, kind: &'static str, text: &'static str) -> Asset {
    let hash = fingerprint(text);
    Asset { kind, text, name: format!("{stem}-{}.{ending}", &hash[..12]) }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "console",
        "css",
        "text/css; charset=utf-8",
        concat!(include_str!("../assets/console.css"), include_str!("../assets/administration.css")),
    )
});
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| asset("console", "js", "text/javascript; charset=utf-8", include_str!("../assets/console.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("mark", "svg", "image/svg+xml", include_str!("../assets/mark.svg")));

/// What keeps a form that could not be sent. It stands at one address, above the pages that it serves.
pub(crate) async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, include_str!("../assets/worker.js")).into_response()
}

pub(crate) fn style() -> &'static str {
    &STYLE.name
}

pub(crate) fn script() -> &'static str {
    &SCRIPT.name
}

pub(crate) fn icon() -> &'static str {
    &ICON.name
}

/// One of them. What has another name is of another version, or nothing.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    let Some(asset) = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, asset.text).into_response()
}
