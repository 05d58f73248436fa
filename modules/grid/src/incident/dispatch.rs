//! Dispatch (派单): one account leads, for an organisation where it is one, and others may co-operate.

use jizuo_kernel::error::Faults;
use jizuo_kernel::process::{self, MatterPath, Move};
use jizuo_kernel::{App, Ctx, Json, Path, Reply, Result, Text, Tx};
use sea_orm::sea_query::Expr;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::api::Incident;
use super::entity::{Column, Entity, Model};
use super::service;
use crate::party::{self, NewParty};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(dispatch))
}

/// Whom to give it to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Dispatch, example = json!({ "to": "0192f0c0-0000-7000-8000-000000000001" }))]
pub(crate) struct Dispatch {
    /// The one who leads: an account that may handle incidents at the place, `GET …/holders`.
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=grid.incident.handle", "value": "id", "title": "title" }))
    ))]
    to: Uuid,
    /// The organisation that leads: `GET …/grid/organisations`.
    #[serde(default)]
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/grid/organisations", "value": "id", "title": "title" }))
    ))]
    organisation: Option<Uuid>,
    /// Those who co-operate; it is handled when they have done their part as well.
    #[serde(default)]
    #[schema(max_items = 20)]
    with: Vec<NewParty>,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Gives it to somebody to handle, alone or with others.
#[utoipa::path(post, path = "/incidents/{id}/dispatch", operation_id = "grid_incident_dispatch",
    security(("token" = ["grid.incident.dispatch"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Dispatch, responses((status = 200, body = Incident)))]
async fn dispatch(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Dispatch>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = give(&mut tx, &row, body).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.dispatch", &row).await
}

/// Gives it to somebody who may handle incidents at its place, and asks those who co-operate.
async fn give(tx: &mut Tx, row: &Model, body: Dispatch) -> Result<Model> {
    let Dispatch { to, organisation, with, reason } = body;
    service::may_handle(tx, row, to).await?;
    let mut faults = Faults::default();
    if with.len() > 20 {
        faults.add("with", "grid.incident.many", Text::new("协同单位最多 20 个", "at most 20 co-operate"));
    }
    let place = tx.snapshot.places.place(row.place)?;
    let leads = party::service::organisations(tx, &place, organisation.into_iter().collect()).await?;
    let name = organisation.and_then(|id| leads.get(&id).cloned());
    if organisation.is_some() && name.is_none() {
        faults.add("organisation", "grid.party.organisation", party::service::NO_ORGANISATION);
    }
    faults.check()?;
    let how = Move { reason, assignee: Some(to), ..service::paced(row) };
    let row = process::advance::<Entity>(tx, row, "grid.incident.dispatch", how).await?;
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Assignee, Expr::value(Some(to)))
            .col_expr(Column::Organisation, Expr::value(organisation))
            .col_expr(Column::OrganisationName, Expr::value(name))
    })
    .await?;
    let asked: Vec<_> = with.iter().map(NewParty::asked).collect();
    party::service::ask(tx, &row, &asked, "with.*").await?;
    tx.note("assignee", to);
    service::tell(tx, "grid.incident.dispatched", &row)?;
    Ok(row)
}
