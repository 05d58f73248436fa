//! Co-operating parties on the wire.

use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Text, Tx};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::PARTY;
use super::entity::{Column, Entity, Model};
use super::service::{self, Asked};
use crate::incident::api::{Incident, Outcome};
use crate::incident::entity::Entity as Incidents;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(ask))
        .routes(routes!(finish))
        .routes(routes!(replace))
        .routes(routes!(organisations))
        .merge(process::steps::<Entity>(&PARTY, &["grid.party.finish", "grid.party.replace"]))
}

/// A party that was asked to co-operate in an incident.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Party)]
pub struct Party {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    incident: Uuid,
    /// Code of the incident.
    code: String,
    /// What the incident is about.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Uuid>,
    /// What the organisation is called; without one, the contact's name.
    name: String,
    /// The account that acts for it.
    contact: Uuid,
    contact_name: String,
    /// Why it is not theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
}

impl Face for Entity {
    type Wire = Party;
    const PATH: &'static str = "parties";

    fn wire(ctx: &Ctx, row: &Model) -> Party {
        Party {
            head: Head::of::<Entity>(ctx, row),
            incident: row.incident,
            code: row.code.clone(),
            title: row.title.clone(),
            organisation: row.organisation,
            name: row.name.clone(),
            contact: row.contact,
            contact_name: row.contact_name.clone(),
            objection: row.objection.clone(),
            outcome: row.outcome.clone(),
        }
    }

    fn offers(ctx: &Ctx, row: &Model, action: &str) -> bool {
        let theirs = ["grid.party.join", "grid.party.finish", "grid.party.object"].contains(&action);
        !theirs || ctx.actor.account == Some(row.contact)
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A party as its incident shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::PartyInBrief)]
pub(crate) struct Brief {
    id: Uuid,
    name: String,
    contact_name: String,
    /// What it has answered.
    standing: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Its page.
    #[schema(extensions(("x-shows" = json!("link"))))]
    page: String,
}

pub(crate) fn brief(ctx: &Ctx, row: Model) -> Brief {
    Brief {
        standing: Head::of::<Entity>(ctx, &row).state_title,
        page: format!("/{}/{}", Entity::PATH, row.id),
        id: row.id,
        name: row.name,
        contact_name: row.contact_name,
        objection: row.objection,
        outcome: row.outcome,
    }
}

/// A party with its time line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::PartyInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    party: Party,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those of one incident.
    incident: Option<Uuid>,
}

/// Co-operating parties here and below, newest first.
#[utoipa::path(get, path = "/parties", operation_id = "grid_party_list", security(("token" = ["grid.party.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Party>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Party>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| match own.incident {
        Some(incident) => query.filter(Column::Incident.eq(incident)),
        None => query,
    });
    Ok(Json(page.await?))
}

/// One party, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/parties/{id}", operation_id = "grid_party_show", security(("token" = ["grid.party.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let full = InFull { party: Entity::wire(&ctx, &row), course: Course::of::<Entity>(&ctx, &row).await? };
    Ok(Reply::ok(full).version(row.version))
}

/// Somebody to co-operate.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewParty, example = json!({ "contact": "0192f0c0-0000-7000-8000-000000000001" }))]
pub(crate) struct NewParty {
    /// An organisation of the county: `GET …/grid/organisations`.
    #[serde(default)]
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/grid/organisations", "value": "id", "title": "title" }))
    ))]
    organisation: Option<Uuid>,
    /// The account that acts for it: `GET …/holders`.
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=grid.party.finish", "value": "id", "title": "title" }))
    ))]
    contact: Uuid,
}

impl NewParty {
    pub(crate) fn asked(&self) -> Asked {
        Asked { organisation: self.organisation, contact: self.contact }
    }
}

/// One more to co-operate, and for what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::OneMore)]
pub(crate) struct OneMore {
    party: NewParty,
    #[serde(default)]
    #[schema(max_length = 400, example = "请到现场查看燃气管线")]
    note: Option<String>,
}

/// Asks one more to co-operate, while the lead is at work.
#[utoipa::path(post, path = "/incidents/{id}/ask", operation_id = "grid_party_ask",
    security(("token" = ["grid.party.ask"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = OneMore, responses((status = 200, body = Incident)))]
async fn ask(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<OneMore>) -> Result<Reply<Incident>> {
    let row = process::find::<Incidents>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    tx.require("grid.party.ask", &*ctx.snapshot.places.place(row.place)?)?;
    let row = service::ask_one(&mut tx, &row, body.party.asked(), body.note.as_deref()).await?;
    process::done::<Incidents>(&ctx, tx, "grid.party.ask", &row).await
}

/// Says that the party's part is done. Only its contact can.
#[utoipa::path(post, path = "/parties/{id}/finish", operation_id = "grid_party_finish",
    security(("token" = ["grid.party.finish"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Outcome, responses((status = 200, body = Party)))]
async fn finish(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Outcome>) -> Result<Reply<Party>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::finish(&mut tx, &row, &body.outcome).await?;
    process::done::<Entity>(&ctx, tx, "grid.party.finish", &row).await
}

/// Who is asked in its place, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::Replacement)]
pub(crate) struct Replacement {
    by: NewParty,
    #[schema(min_length = 1, max_length = 500, example = "职责在该单位")]
    reason: String,
}

/// Answers an objection by asking another.
#[utoipa::path(post, path = "/parties/{id}/replace", operation_id = "grid_party_replace",
    security(("token" = ["grid.party.replace"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Replacement, responses((status = 200, body = Party)))]
async fn replace(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Replacement>) -> Result<Reply<Party>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::replace(&mut tx, &row, body.by.asked(), body.reason).await?;
    process::done::<Entity>(&ctx, tx, "grid.party.replace", &row).await
}

/// An organisation that can be asked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Organisation)]
pub(crate) struct Organisation {
    id: Uuid,
    name: String,
    place_name: String,
    /// The same in one line, to choose from.
    #[schema(example = "五华区城市管理局（五华区）")]
    title: String,
}

/// The organisations that may be asked to co-operate at a place: its own, and those of the places above it in the county.
#[utoipa::path(get, path = "/organisations", operation_id = "grid_organisation_list",
    security(("token" = ["grid.incident.read"])), params(("place" = String, Path, example = "530102001001")),
    responses((status = 200, body = Vec<Organisation>)))]
async fn organisations(ctx: Ctx) -> Result<Json<Vec<Organisation>>> {
    let found = service::near(&ctx).await?.into_iter().map(|row| {
        let place_name = ctx.snapshot.places.name(row.place).to_owned();
        let title = format!("{}（{place_name}）", row.name);
        Organisation { id: row.id, name: row.name, place_name, title }
    });
    Ok(Json(found.collect()))
}
