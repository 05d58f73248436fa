//! A form as a browser sends it, let in only when it comes from a page of ours.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Limited;
use jizuo_kernel::attachments;

use crate::console::Shared;
use crate::people::upload::{self, Parts};
use crate::trouble::Trouble;
use crate::visit::{Visit, here, safe};

/// More fields than any form of ours has.
const FIELDS: usize = 2_000;

/// The fields of a form, in their order. Taking it checks the mark that only our page of this session carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What was sent and is not empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every value under a name, as boxes send them.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names that begin so.
    pub(crate) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Keeps of the groups under a name those with these numbers, and numbers them anew.
    pub(crate) fn renumber(&mut self, name: &str, kept: &[usize]) {
        let prefix = format!("{name}.");
        self.0.retain_mut(|(field, _)| {
            let Some((number, rest)) = field.strip_prefix(&prefix).and_then(|rest| rest.split_once('.')) else {
                return true;
            };
            let Some(at) = number.parse::<usize>().ok().and_then(|n| kept.iter().position(|one| *one == n)) else {
                return false;
            };
            *field = format!("{prefix}{at}.{rest}");
            true
        });
    }

    /// What a form begins with.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Sent {
        Sent(pairs)
    }

    /// Says it instead of what was said under that name.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// The page to go on to, if it is one of ours.
    pub(crate) fn back(&self, name: &str) -> Option<&str> {
        safe(self.text(name))
    }

    pub(crate) fn read(body: &[u8]) -> Sent {
        let pairs = form_urlencoded::parse(body).take(FIELDS);
        // Browsers send line ends as on paper tape.
        Sent(pairs.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n"))).collect())
    }
}

impl FromRequest<Shared> for Sent {
    type Rejection = Trouble;

    async fn from_request(request: Request, console: &Shared) -> Result<Sent, Trouble> {
        let visit = Visit::of(console, request.headers(), here(request.uri()));
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let plain = kind.starts_with("application/x-www-form-urlencoded");
        let from_here = from_our_page(request.headers());
        let with_files = upload::is_multipart(request.headers()) && from_here;
        if !plain && !with_files {
            return Err(foreign(&visit));
        }
        let sent = if plain {
            Sent::read(&Bytes::from_request(request, console).await.map_err(|_| too_large(&visit))?)
        } else {
            // Of a stranger no more is taken in than a few photographs.
            let largest = if visit.api.session.is_some() { upload::BODY } else { attachments::BODY };
            let request = request.map(|body| Body::new(Limited::new(body, largest)));
            let Parts { mut sent, files } = Parts::of(&visit, request, console).await?;
            for (field, _, file) in files.iter().filter(|(_, _, file)| !file.is_empty()) {
                sent.0.push((field.clone(), STANDARD.encode(file)));
            }
            sent
        };
        let mark = visit.csrf()?;
        let ours = match &visit.api.session {
            Some(_) => alike(sent.text("csrf"), &mark),
            // Nobody has signed in, so there is no session to bind a mark to.
            None => true,
        };
        if from_here && ours { Ok(sent) } else { Err(foreign(&visit)) }
    }
}

/// Whether the browser says that the request comes from this site. Browsers too old to say so send `Origin`.
pub(crate) fn from_our_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, named)| named == host)
        }
        (None, None) => true,
    }
}

/// Compares without telling by its time how far two marks agree.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

pub(crate) fn foreign(visit: &Visit) -> Trouble {
    Trouble::own(
        visit,
        403,
        "console.form.foreign",
        ("没有办理", "Nothing was done"),
        (
            "这个表单不是从本平台现在的页面提交的，可能是页面打开得太久，或已重新登录。请返回，刷新页面后再提交。",
            "This form did not come from a current page of this platform: it may have been open for too long, or you have signed in anew. Go back, load the page again, and send it then.",
        ),
    )
}

fn too_large(visit: &Visit) -> Trouble {
    Trouble::own(
        visit,
        413,
        "console.form.too_large",
        ("内容太大", "Too much at once"),
        ("内容太大，请分次提交。", "The form holds too much; send it in parts."),
    )
}

#[cfg(test)]
mod tests {
    use super::{Sent, alike, from_our_page};
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn a_form_is_read_with_its_lines_and_repeated_names() {
        let sent = Sent::read("a=1%0D%0A2&b=x&b=y&c=+".as_bytes());
        assert_eq!(sent.text("a"), "1\n2");
        assert_eq!(sent.all("b").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(sent.given("c"), None);
        assert!(sent.has("c") && !sent.has("d"));
    }

    #[test]
    fn another_site_is_seen_by_either_header() {
        for (site, origin, ours) in [
            (Some("same-origin"), None, true),
            (Some("cross-site"), Some("http://here"), false),
            (Some("same-site"), None, false),
            (None, Some("http://here"), true),
            (None, Some("http://there"), false),
            (None, Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("here"));
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            if let Some(origin) = origin {
                headers.insert("origin", HeaderValue::from_static(origin));
            }
            assert_eq!(from_our_page(&headers), ours, "{site:?} {origin:?}");
        }
    }

    #[test]
    fn marks_are_alike_only_as_a_whole() {
        assert!(alike("ab", "ab") && !alike("ab", "ac") && !alike("ab", "abc") && !alike("", "a"));
    }
}
