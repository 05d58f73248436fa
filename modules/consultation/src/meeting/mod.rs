//! A meeting: a body of a village or community that is called, counted and decides by the rules in force on its date.

mod api;
pub(crate) mod body;
mod calling;
mod catalogue;
mod computation;
pub mod entity;
mod lawful;
mod matter;
pub(crate) mod service;

use jizuo_kernel::App;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use api::{FiguresBody, bodies, matters};
pub(crate) use calling::{Called, Follows, call};
pub(crate) use entity::Outcome;

pub(crate) fn routes() -> OpenApiRouter<App> {
    api::routes().merge(catalogue::routes())
}
