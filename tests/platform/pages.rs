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

    /// A page of every kind that links lead to: of figures, modules, processes and rules one each, however many there are.
    pub(crate) async fn one_of_each_kind(&self, from: &str) -> Vec<String> {
        let mut kinds = BTreeSet::new();
        let pages = self.crawl(from).await;
        pages.into_iter().map(|page| page.path).filter(|path| kinds.insert(rough_kind(path))).collect()
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

/// The kind without the name of the figure, module, process or rule that the page is about.
fn rough_kind(path: &str) -> String {
    let mut parts: Vec<String> = kind(path).split('/').map(str::to_owned).collect();
    let named = ["statistics", "modules", "processes", "rules"];
    if let Some(n) = parts.iter().position(|part| named.contains(&part.as_str()))
        && let Some(name) = parts.get_mut(n + 1)
    {
        *name = name.split_once('?').map_or("{name}".to_owned(), |(_, query)| format!("{{name}}?{query}"));
    }
    parts.join("/")
}

impl Seen {
    fn links(&self) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let links = css("a[href]");
        let links = html.select(&links).filter_map(|a| a.attr("href"));
        let own = links.filter(|href| href.starts_with("/console") && !href.starts_with("/console/assets"));
        // A file is no page.
        let own = own.filter(|href| !href.contains("/imports/template"));
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
        let (sheets, scripts) = (css("link[rel=stylesheet]"), css("script[src]"));
        let sheets = html.select(&sheets).filter_map(|e| e.attr("href"));
        sheets.chain(html.select(&scripts).filter_map(|e| e.attr("src"))).map(str::to_owned).collect()
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

/// Somebody who may do everything in a county, and some work and people to look at.
pub(crate) async fn lived_in(test: &TestApp) -> User<'_> {
    use jizuo_testing::places::{VILLAGE, WUHUA};
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let user = test.user(WUHUA, &all).await;
    let incident = serde_json::json!({ "category": "04", "title": "路面积水，老人出行不便" });
    user.post(&format!("/places/{VILLAGE}/grid/incidents"), incident).await.expect(201);
    let person = serde_json::json!({
        "source": "document_seen", "basis": "statutory_duty",
        "facts": { "person.name": "李阿诗", "person.birth_date": "1980-01-01", "person.phone": "13888700016" },
    });
    let person = user.post(&format!("/places/{VILLAGE}/persons"), person).await.expect(201).text("id");
    let household = serde_json::json!({
        "source": "village_visit", "number": "0001", "head": person, "address": { "text": "翠湖西路 1 号" },
    });
    user.post(&format!("/places/{VILLAGE}/households"), household).await;
    user
}

#[tokio::test]
async fn every_page_that_links_lead_to_is_whole_light_and_labelled_in_both_languages_and_versions() {
    let test = TestApp::with(jizuo_server::MODULES).await;
    let user = lived_in(&test).await;
    let from = format!("/console/{}", jizuo_testing::places::WUHUA);
    look(&test, &user, "jizuo_lang=zh", &from, 60).await;
    look(&test, &user, "jizuo_lang=en; jizuo_elders=1", &from, 60).await;
}

#[tokio::test]
async fn the_province_reaches_its_pages_too() {
    let test = TestApp::with(jizuo_server::MODULES).await;
    let user = test.role(jizuo_testing::places::PROVINCE, "base.system_admin").await;
    look(&test, &user, "jizuo_lang=zh", "/console/53", 15).await;
}

#[tokio::test]
async fn nobody_is_led_where_they_may_not_go() {
    use jizuo_testing::places::VILLAGE;
    let test = TestApp::with(jizuo_server::MODULES).await;
    lived_in(&test).await;
    let mut faults = BTreeSet::new();
    for role in test.app.registry.modules().iter().flat_map(|module| module.roles) {
        let user = test.role(VILLAGE, role.id).await;
        let pages = Reader::of(&test, &user, "").crawl(&format!("/console/{VILLAGE}")).await;
        let wrong = pages.iter().filter(|page| page.status != StatusCode::OK);
        faults.extend(wrong.map(|page| format!("{} leads to {}: {}", role.id, page.path, page.status)));
    }
    assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
}
