//! How an incident ended: closed is not the same as solved. Verification says whether it is solved; closing says how it ended.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, MatterPath, Move, Other};
use jizuo_kernel::{App, Ctx, Json, Path, Reply, Result, Text, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::Incident;
use super::entity::{Column, Entity, Model};
use super::service;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verify)).routes(routes!(close))
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = grid::Ending)]
pub enum Ending {
    Solved,
    /// It cannot be solved, and the reason is told.
    NotSolvable,
    /// Whoever reported it has withdrawn it.
    Withdrawn,
}

/// What verification found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::Finding)]
pub(crate) enum Finding {
    #[default]
    Solved,
    /// All that can be done is done, and it is not solved.
    NotSolvable,
}

impl From<Finding> for Ending {
    fn from(finding: Finding) -> Ending {
        match finding {
            Finding::Solved => Ending::Solved,
            Finding::NotSolvable => Ending::NotSolvable,
        }
    }
}

const VERIFY: Other = Other {
    rule: "GRID.VERIFY.OTHER_PERSON",
    permission: "grid.incident.verify",
    code: "grid.incident.own_work",
    message: Text::new("处置人不能核查自己办的事件", "whoever handled an incident cannot verify it"),
};

/// Whoever did the work does not look at it as well.
pub(super) fn not_their_own(tx: &Tx, row: &Model) -> Result<()> {
    process::only_another_person(tx, row.handled_by, VERIFY)
}

/// Another person has looked: it is solved, or it cannot be.
pub(super) async fn verified(tx: &mut Tx, row: &Model, finding: Finding, reason: Option<String>) -> Result<Model> {
    not_their_own(tx, row)?;
    if finding == Finding::NotSolvable {
        explained(reason.as_deref())?;
    }
    let row =
        process::advance::<Entity>(tx, row, "grid.incident.verify", Move { reason, ..service::paced(row) }).await?;
    let row = ends_as(tx, &row, finding.into()).await?;
    // A county may let verification close it.
    if row.phase == "done" {
        service::ended(tx, &row).await?;
    }
    Ok(row)
}

/// Closes it as what verification found, unless told otherwise; as solved only what was found so.
pub(super) async fn closed(tx: &mut Tx, row: &Model, ending: Option<Ending>, reason: Option<String>) -> Result<Model> {
    // What was verified before verification said so was found solved.
    let found = row.ending.unwrap_or(Ending::Solved);
    let ending = ending.unwrap_or(found);
    if ending == Ending::Solved && found != Ending::Solved {
        return Err(refuse(
            "grid.incident.not_solved",
            Text::new(
                "核查没有认定已解决，不能按“已解决”结案",
                "verification did not find it solved: it is not closed as solved",
            ),
        )
        .rule("grid.incident.close")
        .source(Text::new("平台规则：办结不等于解决，如实登记", "platform rule: closed is not solved, and says which"))
        .who(Text::new(
            "按“无法解决”结案；以后重办的重新核查",
            "close it as not solvable; once it is done again, it is verified again",
        ))
        .into());
    }
    if ending != found {
        explained(reason.as_deref())?;
    }
    let row =
        process::advance::<Entity>(tx, row, "grid.incident.close", Move { reason, ..service::paced(row) }).await?;
    let row = ends_as(tx, &row, ending).await?;
    if row.phase == "done" {
        service::ended(tx, &row).await?;
    }
    Ok(row)
}

fn explained(reason: Option<&str>) -> Result<()> {
    let mut faults = Faults::default();
    faults.text("reason", reason.unwrap_or_default(), 500);
    faults.check()
}

pub(super) async fn ends_as(tx: &Tx, row: &Model, ending: Ending) -> Result<Model> {
    process::set::<Entity>(tx, row, |u| u.col_expr(Column::Ending, Expr::value(Some(ending)))).await
}

/// What another person found.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Verification, example = json!({ "finding": "solved", "reason": "已到现场核实" }))]
pub(crate) struct Verification {
    #[serde(default)]
    finding: Finding,
    /// Needed where it is not solvable.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Says what another person found who has looked at it: solved, or not solvable. What was not done is sent back instead.
#[utoipa::path(post, path = "/incidents/{id}/verify", operation_id = "grid_incident_verify",
    security(("token" = ["grid.incident.verify"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Verification, responses((status = 200, body = Incident)))]
async fn verify(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Verification>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = verified(&mut tx, &row, body.finding, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.verify", &row).await
}

/// How it ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Closing, example = json!({}))]
pub(crate) struct Closing {
    /// What verification found, unless given.
    #[serde(default)]
    ending: Option<Ending>,
    /// Needed where it ends otherwise than verification found.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Closes it, and says how it ended: solved only where verification found so.
#[utoipa::path(post, path = "/incidents/{id}/close", operation_id = "grid_incident_close",
    security(("token" = ["grid.incident.close"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Closing, responses((status = 200, body = Incident)))]
async fn close(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Closing>) -> Result<Reply<Incident>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = closed(&mut tx, &row, body.ending, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.incident.close", &row).await
}
