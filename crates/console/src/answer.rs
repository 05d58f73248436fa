//! What every answer of the console carries: the page as HTML, the headers that keep it safe, and going on to the next page.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::client::broken;
use crate::trouble::Trouble;
use crate::visit::FLASH;

pub(crate) type Answered = Result<Response, Trouble>;

/// A page from its template.
pub(crate) fn page(template: &impl Template) -> Answered {
    Ok(Html(template.render().map_err(|error| broken(error.to_string()))?).into_response())
}

/// The same with another status than 200.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Answered {
    let mut response = page(template)?;
    *response.status_mut() = status;
    Ok(response)
}

/// On to another page, as after every form that was sent: going back or loading again sends nothing twice.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// On to another page, which says what was done.
pub(crate) fn done(path: &str, flash: &str) -> Response {
    let mut response = see_other(path);
    let text: String = form_urlencoded::byte_serialize(flash.as_bytes()).collect();
    set_cookie(&mut response, &format!("{FLASH}={text}; Path=/console; HttpOnly; SameSite=Lax; Max-Age=60"));
    response
}

pub(crate) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
     connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

pub(crate) const REFERRER_POLICY: HeaderName = header::REFERRER_POLICY;

/// Puts these headers on every page.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(header::COOKIE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(FLASH));
    let mut response = next.run(request).await;
    // What was said once is not said again. A page that was only passed through says nothing.
    if spoken && response.status() != StatusCode::SEE_OTHER {
        set_cookie(&mut response, &format!("{FLASH}=; Path=/console; HttpOnly; SameSite=Lax; Max-Age=0"));
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
