//! A browser of sorts: keeps cookies, sends forms with what they hide, and holds every page against what holds for all pages.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// Somebody before a screen.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
}

/// A page as it arrived.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    asked: String,
}

impl Browser {
    pub fn new(router: &Router) -> Browser {
        Browser { router: router.clone(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// With a cookie, as if it had been set before.
    pub fn cookie(mut self, name: &str, value: &str) -> Browser {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With a header on every request.
    pub fn header(mut self, name: &'static str, value: &str) -> Browser {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path), path, Body::empty()).await
    }

    /// Goes where a page leads on to.
    pub async fn follow(&mut self, page: &Page) -> Page {
        let to = page.location().to_owned();
        self.get(&to).await
    }

    /// Sends a form that stands on a page, with what it hides.
    pub async fn submit(&mut self, on: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut all: Vec<(String, String)> = ["csrf", "once", "version", "back", "next"]
            .into_iter()
            .filter(|name| !fields.iter().any(|(known, _)| known == name))
            .filter_map(|name| Some((name.to_owned(), on.hidden(path, name)?)))
            .collect();
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(path, &all).await
    }

    /// Sends just these fields.
    pub async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", quoted(name), quoted(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, path, Body::from(body.join("&"))).await
    }

    async fn send(&mut self, mut request: axum::http::request::Builder, path: &str, body: Body) -> Page {
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(body).expect("a request");
        let asked = format!("{} {path}", request.method());
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("a readable cookie");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let html = String::from_utf8_lossy(&bytes).into_owned();
        let page = Page { status: parts.status, headers: parts.headers, html, asked };
        page.check();
        page
    }
}

impl Page {
    #[track_caller]
    pub fn expect(self, status: u16) -> Page {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.html);
        self
    }

    /// Fails unless the page says this.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Page {
        assert!(self.html.contains(text), "{} does not say '{text}': {}", self.asked, self.html);
        self
    }

    #[track_caller]
    pub fn is_silent_on(&self, text: &str) -> &Page {
        assert!(!self.html.contains(text), "{} says '{text}': {}", self.asked, self.html);
        self
    }

    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default()
    }

    /// What the form to this address hides under a name.
    pub fn hidden(&self, action: &str, name: &str) -> Option<String> {
        let from = self.html.find(&format!("action=\"{action}\"")).unwrap_or(0);
        let part = &self.html[from..];
        let part = &part[..part.find("</form>").unwrap_or(part.len())];
        let mark = format!("name=\"{name}\" value=\"");
        let at = part.find(&mark)? + mark.len();
        part[at..].split('"').next().map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
    }

    /// A page has a title, a language, one heading of the first level, the parts that a screen reader goes by, and nothing
    /// that could run what it did not bring itself.
    fn check(&self) {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        assert_ne!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{} broke: {}", self.asked, self.html);
        if !kind.starts_with("text/html") || !self.html.starts_with("<!doctype html>") {
            return;
        }
        let asked = &self.asked;
        let policy =
            self.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|v| v.to_str().ok()).unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{asked}: {policy}");
        assert_eq!(self.headers.get(header::CACHE_CONTROL).and_then(|v| v.to_str().ok()), Some("no-store"), "{asked}");
        let count = |text: &str| self.html.matches(text).count();
        assert_eq!(count("<h1"), 1, "{asked} has {} headings of the first level", count("<h1"));
        assert!(count("<title>") == 1 && !self.html.contains("<title></title>"), "{asked} has no title");
        assert!(self.html.contains("<html lang=\""), "{asked} says no language");
        assert!(count("<main") == 1 && self.html.contains("class=\"skip\""), "{asked} has no way to its content");
        assert!(!self.html.contains(" style=\"") && !self.html.contains("<style"), "{asked} has a style of its own");
        assert!(!self.html.contains(" onclick") && count("<script") == 1, "{asked} has a script of its own");
        assert!(self.html.len() < 110_000, "{asked} weighs {} bytes", self.html.len());
    }
}

fn quoted(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
