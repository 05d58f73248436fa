//! A deliberation with all that is known of it, on the wire, and what leads from it to its meetings and back.

use chrono::NaiveDate;
use jizuo_kernel::process::{Course, Face, Head, Matter};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::Deliberation;
use super::entity::{Column, Entity, Model};
use super::kinds::Party;
use crate::meeting::entity::{Column as MeetingColumn, Entity as Meetings, Model as Meeting};

/// A deliberation with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::DeliberationInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    deliberation: Deliberation,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested_by: Option<String>,
    raised_by: String,
    parties: Vec<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    /// The day on which people were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    told_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opinions: Option<String>,
    /// What all agreed on, point by point.
    agreed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dissent: Option<String>,
    /// What those who differ were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carried_out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fed_back_on: Option<NaiveDate>,
    /// The meetings that were called on it.
    meetings: Vec<Linked>,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// A matter of this module that is part of the same case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Linked)]
pub(crate) struct Linked {
    id: Uuid,
    code: String,
    /// Where it stands.
    standing: Text,
    /// Its page.
    #[schema(extensions(("x-shows" = json!("link"))))]
    page: String,
}

impl Linked {
    fn to<E: Face>(ctx: &Ctx, row: &E::Model, code: &str) -> Linked {
        let id = E::facts(row).id;
        let standing = Head::of::<E>(ctx, row).state_title;
        Linked { id, code: code.to_owned(), standing, page: format!("/{}/{id}", E::PATH) }
    }
}

/// The whole county: who may see a matter of a case at its place sees that there are others.
fn county<E: Matter>(row: &E::Model) -> Scope {
    Scope::counties(vec![E::facts(row).county])
}

async fn meetings(ctx: &Ctx, row: &Model) -> Result<Vec<Linked>> {
    let place = ctx.snapshot.places.place(row.place)?;
    if !ctx.holds(Meetings::READ, None, &place) {
        return Ok(Vec::new());
    }
    let found = Meetings::within(&county::<Entity>(row))
        .filter(MeetingColumn::CaseCode.eq(&row.case_code))
        .order_by_asc(MeetingColumn::Id)
        .all(ctx.db())
        .await?;
    Ok(found.iter().map(|meeting| Linked::to::<Meetings>(ctx, meeting, &meeting.code)).collect())
}

/// The deliberations that a meeting follows from.
pub(crate) async fn before(ctx: &Ctx, meeting: &Meeting) -> Result<Vec<Linked>> {
    let place = ctx.snapshot.places.place(meeting.place)?;
    let case = meeting.case_code.as_ref().filter(|_| ctx.holds(Entity::READ, None, &place));
    let Some(case) = case else { return Ok(Vec::new()) };
    let found = Entity::within(&county::<Meetings>(meeting))
        .filter(Column::CaseCode.eq(case))
        .order_by_asc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(found.iter().map(|row| Linked::to::<Entity>(ctx, row, &row.code)).collect())
}

pub(super) async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    Ok(InFull {
        deliberation: Entity::wire(ctx, row),
        description: row.description.clone(),
        suggested_by: row.suggested_by.clone(),
        raised_by: row.raised_by_name.clone(),
        parties: row.parties()?,
        venue: row.venue.clone(),
        told_on: row.told_on,
        opinions: row.opinions.clone(),
        agreed: row.agreed()?,
        dissent: row.dissent.clone(),
        explanation: row.explanation.clone(),
        carried_out: row.carried_out.clone(),
        fed_back_on: row.fed_back_on,
        meetings: meetings(ctx, row).await?,
        course: Course::of::<Entity>(ctx, row).await?,
    })
}
