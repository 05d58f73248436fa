//! Every page of the console that a person can reach by its links: whole, light, labelled, and the same in both versions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use jizuo_server::web;
use jizuo_testing::{TestApp, User};
use scraper::{Html, Selector};
use tower::ServiceExt;

/// How much of one kind of page is looked at: the third list of incidents teaches nothing more.
const OF_A_KIND: usize = 3;
/// A page with its style sheet and script, in bytes, not compressed.
const HEAVIEST: usize = 150 * 1024;

/// Somebody with a browser of the simplest kind.
pub(crate) struct Reader {
    router: Router,
    cookie: String,
}

/// What came back.
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) html: String,
}

impl Reader {
    pub(crate) fn of(test: &TestApp, user: &User<'_>, preferences: &str) -> Reader {
        let router = web::router(&test.app, test.router.clone());
        let token = user.token().expect("somebody who has signed in");
        Reader { router, cookie: format!("jizuo_session={token}; {preferences}") }
    }

    /// Gets a page, and where it leads at once.
    pub(crate) async fn get(&self, path: &str) -> Seen {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let request = Request::get(&path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap();
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            if let Some(next) = response.headers().get(header::LOCATION).filter(|_| status.is_redirection()) {
                path = next.to_str().unwrap().to_owned();
                continue;
            }
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            return Seen { path, status, html: String::from_utf8_lossy(&bytes).into_owned() };
        }
        panic!("{path} goes round in circles");
    }

    /// Every page that links lead to, a few of each kind.
    pub(crate) async fn crawl(&self, from: &str) -> Vec<Seen> {
        let mut waiting = VecDeque::from([from.to_owned()]);
        let mut known = BTreeSet::from([from.to_owned()]);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut seen = Vec::new();
        while let Some(path) = waiting.pop_front() {
            let page = self.get(&path).await;
            for link in page.links() {
                let times = kinds.entry(kind(&link)).or_default();
                if *times < OF_A_KIND && known.insert(link.clone()) {
                    *times += 1;
                    waiting.push_back(link);
                }
            }
            seen.push(page);
        }
        seen
    }
}

/// A path without what makes it one of many: ids, codes, and values of its query.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| match part {
        digits if digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_digit()) => "{code}".to_owned(),
        id if id.len() == 36 && id.bytes().filter(|b| *b == b'-').count() == 4 => "{id}".to_owned(),
        other => other.to_owned(),
    };
    let keys: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", path.split('/').map(part).collect::<Vec<_>>().join("/"), keys.join("&"))
}

impl Seen {
    fn links(&self) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let links = html.select(&css("a[href]")).filter_map(|a| a.attr("href"));
        let own = links.filter(|href| href.starts_with("/console") && !href.starts_with("/console/assets"));
        own.map(|href| href.split('#').next().unwrap_or_default().to_owned()).collect()
    }

    /// What is wrong with the page, in words.
    fn faults(&self) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let count = |selector: &str| html.select(&css(selector)).count();
        let mut faults = Vec::new();
        let mut want = |right: bool, words: String| {
            if !right {
                faults.push(words);
            }
        };
        want(self.status == StatusCode::OK, format!("answers {}", self.status));
        want(count("html[lang]") == 1, "does not say its language".to_owned());
        want(count("h1") == 1, format!("has {} main headings", count("h1")));
        want(count("main") == 1, format!("has {} main parts", count("main")));
        let title: String = html.select(&css("title")).flat_map(|t| t.text()).collect();
        want(!title.trim().is_empty(), "has no title".to_owned());
        for bad in ["[style]", "style", "script:not([src])", "[onclick]", "[onload]", "[onchange]", "[onsubmit]"] {
            want(count(bad) == 0, format!("has {bad} in line"));
        }
        want(count("img:not([alt])") == 0, "has a picture without words".to_owned());
        let mut ids = BTreeSet::new();
        for element in html.select(&css("[id]")) {
            let id = element.attr("id").unwrap_or_default();
            want(ids.insert(id.to_owned()), format!("has the id {id} twice"));
        }
        for field in html.select(&css("input:not([type=hidden]):not([type=submit]), select, textarea")) {
            let id = field.attr("id").unwrap_or_default();
            let labelled = field.attr("aria-label").is_some()
                || field.attr("aria-labelledby").is_some()
                || (!id.is_empty() && count(&format!("label[for=\"{id}\"]")) > 0)
                || field.ancestors().any(|a| a.value().as_element().is_some_and(|e| e.name() == "label"));
            want(labelled, format!("has a field without label: {}", field.html()));
        }
        for form in html.select(&css("form[method=post]")) {
            let guarded = form.select(&css("input[type=hidden][name=csrf]")).count() == 1;
            let action = form.attr("action").unwrap_or_default();
            want(guarded || action.ends_with("/sign-in"), format!("has a form without guard: {action}"));
        }
        for text in [">undefined<", ">null<", "{{", "}}", ">None<", ">Some("] {
            want(!self.html.contains(text), format!("shows {text}"));
        }
        faults
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

/// The bytes of what every page loads beside itself.
async fn beside(reader: &Reader, page: &Seen) -> usize {
    let linked: Vec<String> = {
        let html = Html::parse_document(&page.html);
        let css_files = html.select(&css("link[rel=stylesheet]")).filter_map(|e| e.attr("href"));
        let scripts = html.select(&css("script[src]")).filter_map(|e| e.attr("src"));
        css_files.chain(scripts).map(str::to_owned).collect()
    };
    let mut bytes = 0;
    for path in linked {
        let file = reader.get(&path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        bytes += file.html.len();
    }
    bytes
}

/// Looks at all pages that somebody reaches, in one language and version.
async fn look(test: &TestApp, user: &User<'_>, preferences: &str, from: &str, at_least: usize) {
    let reader = Reader::of(test, user, preferences);
    let pages = reader.crawl(from).await;
    let mut faults = Vec::new();
    let other = beside(&reader, &pages[0]).await;
    for page in &pages {
        let path = &page.path;
        faults.extend(page.faults().into_iter().map(|fault| format!("{path} {fault}")));
        let weight = page.html.len() + other;
        if weight > HEAVIEST {
            faults.push(format!("{path} weighs {weight} bytes"));
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{preferences}:\n{}", faults.join("\n"));
    let paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    assert!(pages.len() >= at_least, "only {} pages are reached: {paths:#?}", pages.len());
}
