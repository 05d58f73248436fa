//! One request for a page: who asks, in which language, and the API as they see it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use jizuo_kernel::{Lang, identity};

use crate::client::Api;
use crate::console::Shared;
use crate::trouble::Trouble;

pub(crate) const LANGUAGE: &str = "jizuo_lang";
pub(crate) const ELDERS: &str = "jizuo_elders";
pub(crate) const FLASH: &str = "jizuo_flash";

/// What every handler of a page takes.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) console: Shared,
    pub(crate) api: Api,
    pub(crate) lang: Lang,
    pub(crate) elders: bool,
    /// What was done a moment ago, to be said on this page.
    pub(crate) flash: Option<String>,
    /// Path and query of this page, to come back to.
    pub(crate) here: String,
    pub(crate) headers: HeaderMap,
}

impl Visit {
    pub(crate) fn of(console: &Shared, headers: &HeaderMap, here: String) -> Visit {
        let lang = match cookie(headers, LANGUAGE) {
            Some("en") => Lang::En,
            Some("zh") => Lang::Zh,
            _ => headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::accept),
        };
        let session = cookie(headers, identity::COOKIE).filter(|secret| !secret.is_empty()).map(str::to_owned);
        let flash = cookie(headers, FLASH)
            .and_then(|text| form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()));
        Visit {
            console: console.clone(),
            api: Api::new(console.api.clone(), headers, session, lang),
            lang,
            elders: cookie(headers, ELDERS) == Some("1"),
            flash: flash.filter(|text| !text.is_empty()),
            here,
            headers: headers.clone(),
        }
    }

    /// The same text for both kinds of reader.
    pub(crate) fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.console.app.clock.now()
    }

    /// The mark that this session's forms carry; a page of another site cannot know it.
    pub(crate) fn csrf(&self) -> Result<String, Trouble> {
        let Some(session) = &self.api.session else { return Ok(String::new()) };
        let mark = self.console.app.keyring.mark("console.form", session.as_bytes());
        mark.map_err(|error| crate::client::broken(error.to_string()).into())
    }
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Shared) -> Result<Visit, Self::Rejection> {
        Ok(Visit::of(console, &parts.headers, here(&parts.uri)))
    }
}

/// Path and query of a request.
pub(crate) fn here(uri: &axum::http::Uri) -> String {
    uri.path_and_query().map_or("/console", |path| path.as_str()).to_owned()
}

pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A path of this console to go to next; anything else would send people to a stranger's page.
pub(crate) fn safe(path: &str) -> Option<&str> {
    let ours = path == "/console" || path.starts_with("/console/") || path.starts_with("/console?");
    (ours && !path.contains("//") && !path.contains('\\') && path.chars().all(|c| c.is_ascii_graphic())).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn only_a_page_of_this_console_is_gone_to() {
        for (path, ok) in [
            ("/console/530102?x=%2F", true),
            ("/console", true),
            ("https://evil.example/console", false),
            ("//evil.example", false),
            ("/console//evil.example", false),
            ("/console/\\evil", false),
            ("/consoles", false),
            ("/console/a\r\nset-cookie: x", false),
        ] {
            assert_eq!(safe(path).is_some(), ok, "{path}");
        }
    }
}
