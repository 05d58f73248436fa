//! The pages of base data: persons, households, organisations, who arrives, forms, and imports.

mod acts;
mod acts_of_life;
mod acts_of_rights;
mod arrivals;
mod ask;
mod export;
mod fill;
mod forms;
mod household_acts;
mod households;
mod imports;
mod organisations;
mod person;
mod persons;
mod plan;
mod register;
mod said;
mod shown_once;
pub(crate) mod upload;
pub(crate) mod wire;
mod wire_forms;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::console::Shared;

/// Collections of the base's API that have pages of their own here, at the same path without `/m/base`.
pub(crate) const OWN: [&str; 7] = ["persons", "households", "organisations", "arrivals", "merges", "forms", "imports"];

pub(crate) fn routes() -> Router<Shared> {
    let imports = get(imports::list).post(imports::upload).layer(DefaultBodyLimit::max(upload::BODY));
    Router::new()
        .route("/console/{place}/persons", get(persons::list))
        .route("/console/{place}/persons/find", get(persons::find_form).post(persons::find))
        .route("/console/{place}/persons/new", get(register::form).post(register::send))
        .route("/console/{place}/persons/{id}", get(person::page))
        .route("/console/{place}/persons/{id}/history", get(person::history))
        .route("/console/{place}/persons/{id}/accesses", get(person::accesses))
        .route("/console/{place}/persons/{id}/do/{action}", get(acts::form).post(acts::send))
        .route("/console/{place}/households", get(households::list))
        .route("/console/{place}/households/new", get(household_acts::create_form).post(household_acts::create))
        .route("/console/{place}/households/{id}", get(households::page))
        .route("/console/{place}/households/{id}/do/{action}", get(household_acts::form).post(household_acts::send))
        .route("/console/{place}/organisations", get(organisations::list))
        .route("/console/{place}/organisations/new", get(organisations::create_form).post(organisations::create))
        .route("/console/{place}/organisations/{id}", get(organisations::page))
        .route("/console/{place}/organisations/{id}/do/{action}", get(organisations::form).post(organisations::send))
        .route("/console/{place}/arrivals", get(arrivals::list))
        .route("/console/{place}/arrivals/{id}/{action}", get(arrivals::form).post(arrivals::send))
        .route("/console/{place}/merges", get(arrivals::merges))
        .route("/console/{place}/merges/{id}/undo", post(arrivals::undo))
        .route("/console/{place}/forms", get(forms::list))
        .route("/console/{place}/forms/{form}", get(forms::page).post(forms::send))
        .route("/console/{place}/imports", imports)
        .route("/console/{place}/imports/template", get(imports::template))
        .route("/console/{place}/imports/{id}", get(imports::show))
        .route("/console/{place}/imports/{id}/{action}", post(imports::send))
        .route("/console/{place}/export", get(export::form).post(export::send))
}
