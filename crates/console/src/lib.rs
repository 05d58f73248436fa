//! The console: pages for people, made by calling the platform's own API in this process with the caller's session. It names
//! no module; what it shows of one it reads from the module's document.

mod answer;
mod assets;
mod choices;
mod client;
mod console;
mod decode;
mod document;
mod door;
mod field;
mod filter;
mod form;
mod frame;
mod home;
mod list;
mod map;
mod matter;
mod me;
mod module_page;
mod outcome;
mod pages;
mod people;
mod pick;
mod places;
mod preferences;
mod search;
mod sent;
mod shown;
mod sign_in;
mod statistics;
mod trouble;
mod visit;
mod when;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use jizuo_kernel::App;

use console::Console;

/// Everything below `/console`. `api` is the router of the API without what the server puts around it.
pub fn router(app: &App, api: Router) -> Router {
    let console = Console::new(app, api);
    // Forms may carry a file.
    let files = DefaultBodyLimit::max(people::upload::BODY);
    Router::new()
        .route("/console/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/console/sign-out", post(sign_in::sign_out))
        .route("/console/language", post(preferences::language))
        .route("/console/elders", post(preferences::elders))
        .route("/console", get(home::to_own))
        .route("/console/", get(home::to_own))
        .route("/console/places", get(places::page))
        .route("/console/me", get(me::page))
        .route("/console/me/password", post(me::password))
        .route("/console/me/factor", post(me::begin_factor))
        .route("/console/me/factor/confirm", post(me::confirm_factor))
        .route("/console/me/tokens", post(me::issue_token))
        .route("/console/me/tokens/{id}/revoke", post(me::revoke_token))
        .route("/console/{place}", get(home::page))
        .route("/console/{place}/search", get(search::page))
        .route("/console/{place}/statistics", get(statistics::list))
        .route("/console/{place}/statistics/{statistic}", get(statistics::show))
        .route("/console/{place}/m/{module}/{*rest}", get(module_page::show).post(module_page::send).layer(files))
        .merge(pages::routes())
        .route("/console/{place}/{*rest}", any(trouble::no_page))
        .merge(people::routes())
        .layer(from_fn_with_state(console.clone(), trouble::explain))
        .layer(from_fn(answer::guard))
        .route("/console/assets/{file}", get(assets::file))
        .route("/console/worker.js", get(assets::worker))
        .with_state(console)
}
