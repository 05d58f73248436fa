//! The console in a real browser: headless Chromium, driven through WebDriver. Where there is none, each test says so and
//! passes: the suite needs nothing but Rust.

mod accessible;
mod administering;
mod clerk;
mod driver;
mod offline;
mod signing_in;

use std::sync::LazyLock;
use std::time::Duration;

use fantoccini::Locator;
use jizuo_server::web;
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;

use driver::Driver;

/// One browser at a time: they are hungry.
static SEAT: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// Somebody at a desk with a browser, and a platform of their own that listens on this machine.
pub(super) struct Desk {
    pub(super) test: TestApp,
    pub(super) url: String,
    driver: Option<Driver>,
    server: JoinHandle<()>,
    _seat: SemaphorePermit<'static>,
}

impl Desk {
    /// `None`, after a line that says why, where there is no browser.
    pub(super) async fn with(test: TestApp) -> Option<Desk> {
        let seat = SEAT.acquire().await.ok()?;
        let Some(driver) = Driver::start().await.unwrap_or_else(|why| panic!("{why}")) else {
            println!("skipped: there is no chromedriver here; Debian has it in chromium-driver");
            return None;
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = web::router(&test.app, test.router.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Some(Desk { test, url, driver: Some(driver), server, _seat: seat })
    }

    fn client(&self) -> &fantoccini::Client {
        &self.driver.as_ref().expect("a browser until the end").client
    }

    pub(super) async fn go(&self, path: &str) {
        self.client().goto(&format!("{}{path}", self.url)).await.unwrap();
    }

    /// Comes in as somebody who has signed in already.
    pub(super) async fn enter_as(&self, user: &User<'_>) {
        // A cookie is taken for the page that is open.
        self.go("/console/sign-in").await;
        let token = user.token().unwrap().to_owned();
        self.prefer("jizuo_session", &token).await;
    }

    /// Chooses as the switch in the top bar does.
    pub(super) async fn prefer(&self, name: &str, value: &str) {
        let cookie = format!("{name}={value}; path=/");
        self.script("document.cookie = arguments[0]", vec![cookie.into()]).await;
    }

    /// Fills a field that is found by its label, as a person finds it.
    pub(super) async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(super) async fn field(&self, label: &str) -> fantoccini::elements::Element {
        let found = format!("//label[contains(normalize-space(.), '{label}')]");
        let found = self.client().wait().for_element(Locator::XPath(&found)).await;
        let found = found.unwrap_or_else(|error| panic!("no label '{label}': {error}"));
        match found.attr("for").await.unwrap() {
            Some(id) => self.client().find(Locator::Id(&id)).await.unwrap(),
            None => found.find(Locator::Css("input, select, textarea")).await.unwrap(),
        }
    }

    /// Fills a field that has no label of its own, such as the one of a search.
    pub(super) async fn fill_in(&self, css: &str, text: &str) {
        self.client().wait().for_element(Locator::Css(css)).await.unwrap().send_keys(text).await.unwrap();
    }

    /// Chooses by clicking on the words beside the box, as most people do.
    pub(super) async fn tick(&self, words: &str) {
        let label = format!("//label[contains(normalize-space(.), '{words}')]");
        self.client().wait().for_element(Locator::XPath(&label)).await.unwrap().click().await.unwrap();
    }

    /// Clicks a button or link by what stands on it, first of all in the main part of the page.
    pub(super) async fn click(&self, words: &str) {
        let path = format!(
            "//main//*[self::a or self::summary or self::button[not(@aria-hidden)]][contains(normalize-space(.), '{words}')] | //*[self::a or self::button[not(@aria-hidden)]][contains(normalize-space(.), '{words}')]"
        );
        let button = self.client().wait().for_element(Locator::XPath(&path)).await;
        button.unwrap_or_else(|error| panic!("nothing says '{words}' to click on: {error}")).click().await.unwrap();
    }

    pub(super) async fn text(&self) -> String {
        let body = self.client().wait().for_element(Locator::Css("body")).await;
        body.unwrap().text().await.unwrap()
    }

    /// Waits for a page that says so.
    pub(super) async fn expect(&self, words: &str) {
        let said = format!("//body[contains(normalize-space(.), '{words}')]");
        let found = self.client().wait().at_most(Duration::from_secs(10)).for_element(Locator::XPath(&said)).await;
        if found.is_err() {
            panic!("the page does not show '{words}':\n{}", self.text().await);
        }
    }

    pub(super) async fn path(&self) -> String {
        self.client().current_url().await.unwrap().path().to_owned()
    }

    /// Runs what calls back when it is done.
    pub(super) async fn wait_for(&self, code: &str) {
        self.client().execute_async(code, Vec::new()).await.unwrap();
    }

    pub(super) async fn script(&self, code: &str, with: Vec<Value>) -> Value {
        self.client().execute(code, with).await.unwrap()
    }

    /// From now on a phone: 360 CSS pixels wide. A window cannot be made so narrow, a device can.
    pub(super) async fn phone(&self) {
        self.driver.as_ref().expect("a browser until the end").phone().await;
    }

    /// The faults that axe-core calls serious or critical on the page that is open.
    pub(super) async fn serious_faults(&self, axe: &str) -> Vec<String> {
        self.client().execute(axe, Vec::new()).await.unwrap();
        let code = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(r => done(r.violations), e => done(String(e)));";
        let found = self.client().execute_async(code, Vec::new()).await.unwrap();
        let found = found.as_array().cloned().unwrap_or_else(|| vec![json!({ "impact": "serious", "help": found })]);
        let serious = found.iter().filter(|f| matches!(f["impact"].as_str(), Some("serious" | "critical")));
        let where_ = |f: &Value| {
            f["nodes"].as_array().into_iter().flatten().map(|n| n["target"].to_string()).take(3).collect::<Vec<_>>()
        };
        serious.map(|f| format!("{}: {} {:?}", f["id"].as_str().unwrap_or_default(), f["help"], where_(f))).collect()
    }

    pub(super) async fn leave(mut self) {
        if let Some(driver) = self.driver.take() {
            driver.stop().await;
        }
        self.server.abort();
    }
}
