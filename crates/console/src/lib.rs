//! The console: pages for people, made by calling the platform's own API in this process with the caller's session. It names
//! no module; what it shows of one it reads from the module's document.

mod answer;
mod assets;
mod choices;
mod client;
mod console;
mod decode;
mod document;
mod field;
mod filter;
mod form;
mod frame;
mod home;
mod list;
mod matter;
mod module_page;
mod preferences;
mod sent;
mod shown;
mod sign_in;
mod trouble;
mod visit;
mod when;
mod words;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use jizuo_kernel::App;

use console::Console;

/// Everything below `/console`. `api` is the router of the API without what the server puts around it.
pub fn router(app: &App, api: Router) -> Router {
    let console = Console::new(app, api);
    Router::new()
        .route("/console/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/console/sign-out", post(sign_in::sign_out))
        .route("/console/language", post(preferences::language))
        .route("/console/elders", post(preferences::elders))
        .route("/console", get(home::to_own))
        .route("/console/", get(home::to_own))
        .route("/console/{place}", get(home::page))
        .route("/console/{place}/m/{module}/{*rest}", get(module_page::show).post(module_page::send))
        .route("/console/{*rest}", any(trouble::no_page))
        .layer(from_fn_with_state(console.clone(), trouble::explain))
        .layer(from_fn(answer::guard))
        .route("/console/assets/{file}", get(assets::file))
        .with_state(console)
}
