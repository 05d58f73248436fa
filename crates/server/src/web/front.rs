//! `/` leads to the console. The page at `/about`: where things are, and which county has which modules.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Redirect, Response};
use axum::routing::get;
use jizuo_kernel::places::Place;
use jizuo_kernel::{App, Lang, Text, counties, escaped, printed};

/// More counties than this do not help anybody on one page.
const COUNTIES: usize = 60;

pub(super) fn routes(app: &App) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/console") }))
        .route("/about", get(page))
        .with_state(app.clone())
}

async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = asked.map_or(Lang::Zh, Lang::accept);
    printed(html(&app, lang))
}

fn html(app: &App, lang: Lang) -> String {
    let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let mut body = String::new();
    let _ = writeln!(body, "<h1>Jizuo 基座</h1>");
    let _ = writeln!(
        body,
        "<p>{}</p>",
        say("基层治理基础平台。接口说明和各县开通的模块如下。", "Base platform for grassroots governance.")
    );
    let _ = writeln!(
        body,
        "<ul><li><a href=\"/console\">/console</a> {}</li><li><a href=\"/docs/\">/docs</a> {}</li><li><a href=\"/api/v1/places\">/api/v1/places</a> {}</li></ul>",
        say("办事页面，请登录", "the pages, for people who sign in"),
        say("接口文档", "API documentation"),
        say("区划，无需登录", "the places, without signing in"),
    );
    let counties = counties_with_modules(app);
    if !counties.is_empty() {
        let _ = writeln!(body, "<h2>{}</h2><table>", say("已开通模块的县", "Counties with modules"));
        for (place, titles) in counties {
            let titles: Vec<&str> = titles.iter().map(|title| title.read(lang)).collect();
            let code = place.code.get(..6).unwrap_or(&place.code);
            let _ = writeln!(
                body,
                "<tr><td><a href=\"/docs/?place={code}\">{} {code}</a></td><td>{}</td></tr>",
                escaped(&place.name),
                escaped(&titles.join("、")),
            );
        }
        body.push_str("</table>\n");
    }
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>Jizuo 基座</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{{font:1.1rem/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}\
         td{{padding:.2rem 1.5rem .2rem 0;vertical-align:top}}</style></head><body>\n{body}</body></html>\n",
        lang.tag()
    )
}

fn counties_with_modules(app: &App) -> Vec<(Place, Vec<Text>)> {
    let snapshot = app.snapshot();
    let now = app.clock.now();
    let mut found: Vec<(Place, Vec<Text>)> = snapshot
        .places
        .roots()
        .iter()
        .flat_map(|root| snapshot.places.counties(*root))
        .filter_map(|county| {
            let titles: Vec<Text> = app
                .registry
                .optional()
                .filter(|module| counties::state(&snapshot, county, module.id, now).state.is_alive())
                .map(|module| module.title.clone())
                .collect();
            (!titles.is_empty()).then(|| (county.as_ref().clone(), titles))
        })
        .collect();
    found.sort_by(|a, b| a.0.code.cmp(&b.0.code));
    found.truncate(COUNTIES);
    found
}
