//! An incident that another module of the county can settle: it is handed over under one case code, and goes on by itself when
//! it comes back.

use jizuo_kernel::cases::{self, Ended, Handover, Outcome, Ref};
use jizuo_kernel::error::Faults;
use jizuo_kernel::openapi::one_of_if_any;
use jizuo_kernel::process::{self, Matter, MatterPath, Move};
use jizuo_kernel::{App, Ctx, Json, Path, Reply, Result, Scoped, Tx, invalid, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa::openapi::extensions::Extensions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::Incident;
use super::entity::{Column, Entity, Model};
use super::service;
use crate::process::HANDED_OVER;

/// As what an incident is handed over: a dispute to be mediated, a matter to be consulted on.
pub(crate) const TAKEN_OVER: &[&str] = &["dispute.intake", "consultation.intake"];

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(hand_over))
}

/// Hands it over to whoever takes such matters in the county, under one case code. Where it may go to several, somebody says
/// to which: the category of an incident does not.
async fn handed_over(tx: &mut Tx, row: &Model, wanted: Option<&str>, reason: Option<&str>) -> Result<Model> {
    let mut faults = Faults::default();
    let reason = faults.said("reason", reason, 450);
    faults.check()?;
    let place = tx.snapshot.places.place(row.place)?;
    let taken = cases::takers(tx, &place, TAKEN_OVER);
    let capability = match (wanted, taken.as_slice()) {
        (Some(wanted), _) if !TAKEN_OVER.contains(&wanted) => {
            let known = TAKEN_OVER.join("、");
            let why = say!("可以移交的是：{known}", "an incident is handed over as one of: {known}");
            return Err(invalid("capability", "grid.incident.capability", why));
        }
        (None, [_, _, ..]) => {
            let zh = taken.iter().map(|(module, _)| &*module.title.zh).collect::<Vec<_>>().join("、");
            let en = taken.iter().map(|(module, _)| &*module.title.en).collect::<Vec<_>>().join(", ");
            let why = say!("请选择移交给谁：{zh}", "choose to whom: {en}");
            return Err(invalid("capability", "grid.incident.capability", why));
        }
        (Some(wanted), _) => wanted,
        // Where nobody takes it, the step itself refuses.
        (None, taken) => taken.first().map(|(_, taken)| taken.id).unwrap_or(TAKEN_OVER[0]),
    };
    let to = taken.iter().find(|(_, taken)| taken.id == capability).map(|(module, _)| &*module.title.zh);
    let said = to.map(|to| match &reason {
        Some(reason) => format!("移交{to}：{reason}"),
        None => format!("移交{to}"),
    });
    let how = Move { reason: said.or(reason), ..service::paced(row) };
    let row = process::advance::<Entity>(tx, row, "grid.incident.hand_over", how).await?;
    let what = Handover {
        case: String::new(),
        from: Ref::to::<Entity>(&row),
        place,
        title: row.title.clone(),
        description: row.description.clone(),
        reported_by: row.reporter_name.clone(),
    };
    let (_, case) = cases::hand_over(tx, capability, row.case_code.clone(), what).await?;
    process::set::<Entity>(tx, &row, |update| update.col_expr(Column::CaseCode, Expr::value(Some(case)))).await
}

/// What was handed over has ended: the incident goes on by itself.
pub(crate) async fn came_back(tx: &mut Tx, payload: &serde_json::Value) -> Result<()> {
    let ended: Ended = serde_json::from_value(payload.clone())?;
    if ended.from.kind != Entity::KIND {
        return Ok(());
    }
    let found = Entity::within(&tx.scope).filter(Column::Id.eq(ended.from.id)).one(tx.db()).await?;
    // Somebody may have taken it back in the meantime.
    let Some(row) = found.filter(|row| row.state == HANDED_OVER) else { return Ok(()) };
    let (action, reason) = match ended.outcome {
        Outcome::Settled => ("grid.incident.settle", format!("{}：移交的事项已办结", ended.case)),
        Outcome::Unsettled => ("grid.incident.take_back", format!("{}：移交的事项未能解决", ended.case)),
    };
    service::step(tx, &row, action, Some(reason)).await?;
    Ok(())
}

/// To whom, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::HandOver, example = json!({ "capability": "dispute.intake", "reason": "双方愿意调解" }))]
pub(crate) struct HandOver {
    #[serde(default)]
    #[schema(schema_with = capabilities)]
    capability: Option<String>,
    #[serde(default)]
    #[schema(max_length = 450)]
    reason: Option<String>,
}

fn capabilities() -> Object {
    let words = "As what; may be left out where the county takes over only one of them: `GET …/takers`.";
    let choices = serde_json::json!({
        "path": "/takers?step=grid.incident.hand_over", "value": "capability", "title": "title",
    });
    let mut one = one_of_if_any(words, TAKEN_OVER.iter().copied());
    one.extensions = Some(Extensions::builder().add("x-choices", choices).build());
    one
}

/// Hands it over to the module of the county that takes such matters. Both go on under one case code; when the other ends,
/// this one goes on by itself.
#[utoipa::path(post, path = "/incidents/{id}/hand_over", operation_id = "grid_incident_hand_over",
    security(("token" = ["grid.incident.hand_over"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = HandOver, responses((status = 200, body = Incident)))]
async fn hand_over(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<HandOver>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = handed_over(&mut tx, &row, body.capability.as_deref(), body.reason.as_deref()).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.hand_over", &row).await
}
