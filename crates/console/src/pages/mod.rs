//! The administration's pages: what is on, how it runs, who may, and what was done. Each group of pages is one file.

mod accounts;
mod audit;
mod counties;
mod county_set;
mod drawing;
mod modules;
mod place;
mod process_form;
mod processes;
mod roles;
mod rules;
mod say;
mod settings;
mod standards;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use jizuo_kernel::problem::Problem;
use serde::Deserialize;

use crate::console::Shared;

/// Everything of the administration, below a place.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/console/{place}/modules", get(modules::list))
        .route("/console/{place}/modules/{id}", get(modules::show))
        .route("/console/{place}/modules/{id}/switch", get(modules::ask).post(modules::switch))
        .route("/console/{place}/modules/{id}/take-back", post(modules::take_back))
        .route("/console/{place}/modules/{id}/settings", get(settings::show).post(settings::save))
        .route("/console/{place}/set", get(county_set::show))
        .route("/console/{place}/set/plan", post(county_set::plan))
        .route("/console/{place}/set/apply", post(county_set::apply))
        .route("/console/{place}/processes", get(processes::list))
        .route("/console/{place}/processes/{id}", get(processes::show))
        .route("/console/{place}/processes/{id}/deadline", post(processes::deadline))
        .route("/console/{place}/processes/{id}/adapt", get(process_form::show).post(process_form::save))
        .route("/console/{place}/processes/{id}/lift", post(processes::lift))
        .route("/console/{place}/rules", get(rules::list))
        .route("/console/{place}/rules/{id}", get(rules::show).post(rules::lay))
        .route("/console/{place}/rules/{id}/lift", post(rules::lift))
        .route("/console/{place}/conflicts", get(rules::conflicts))
        .route("/console/{place}/overview", get(counties::overview))
        .route("/console/{place}/differences", get(counties::differences))
        .route("/console/{place}/place", get(place::show).post(place::change))
        .route("/console/{place}/standards", get(standards::show))
        .route("/console/{place}/accounts", get(accounts::list))
        .route("/console/{place}/accounts/new", get(accounts::new).post(accounts::open))
        .route("/console/{place}/accounts/{id}", get(accounts::show))
        .route("/console/{place}/accounts/{id}/reset", post(accounts::reset))
        .route("/console/{place}/accounts/{id}/disabled", post(accounts::disable))
        .route("/console/{place}/accounts/{id}/grants", post(accounts::give))
        .route("/console/{place}/accounts/{id}/grants/{grant}/revoke", post(accounts::revoke))
        .route("/console/{place}/roles", get(roles::list).post(roles::define))
        .route("/console/{place}/audit", get(audit::list))
}

/// A page about one thing at a place.
#[derive(Deserialize)]
pub(crate) struct ThingPath {
    pub(crate) place: String,
    pub(crate) id: String,
}

/// The status of a page that says why something was not done.
fn status(problem: Option<&Problem>) -> StatusCode {
    problem.map_or(StatusCode::OK, |problem| {
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

/// What is wrong with one field of a form.
fn fault<'a>(problem: Option<&'a Problem>, field: &str) -> Option<&'a str> {
    problem?.errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
}
