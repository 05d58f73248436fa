//! Visits and care: a plan says what help is due to somebody and how often; a visit is an event with a purpose. People in care and
//! people under management share neither a row nor a type nor a permission: who may see the one learns nothing of the other.

mod kinds;
#[macro_use]
mod rows;
#[macro_use]
mod service;
#[macro_use]
mod api;
pub mod cared;
pub mod managed;
mod shared;

use jizuo_kernel::module::Held;
use jizuo_kernel::places::Place;
use jizuo_kernel::{App, Ctx, Result, Tx};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    cared::routes().merge(managed::routes())
}

/// The plans that are for somebody, as far as whoever asks may see them. Who draws up what is held on a person sees the plans of
/// care; not so who may see those of management only. Those of management are named to who may see them, and to nobody else.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let sees = |permission, place: &Place| ctx.actor.is_system() || ctx.holds(permission, None, place);
    let cares = |place: &Place| sees("grid.care.read", place) || !ctx.touches("grid.managed.read", place);
    let manages = |place: &Place| sees("grid.managed.read", place);
    let mut held = cared::held(ctx, person, cares).await?;
    held.extend(managed::held(ctx, person, manages).await?);
    Ok(held)
}

/// Ends every plan for somebody who died or moved away: who lives elsewhere is looked after there.
pub(crate) async fn gone(tx: &mut Tx, payload: &Value, why: &'static str) -> Result<()> {
    let person: Uuid = serde_json::from_value(payload["id"].clone())?;
    cared::gone(tx, person, why).await?;
    managed::gone(tx, person, why).await
}

/// Ends the plans whose last day has passed.
pub(crate) async fn end_due(tx: &mut Tx) -> Result<u64> {
    Ok(cared::end_due(tx).await? + managed::end_due(tx).await?)
}
