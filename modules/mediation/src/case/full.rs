//! A case with all that is known of it, on the wire: its parties, its agreements, and what courts make of them.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::process::{Course, Face};
use jizuo_kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agreement::{self, Form, Settles, Signature};
use super::api::{Case, DECLINE, END};
use super::confirmation::{self, Confirmation};
use super::dispute::Prior;
use super::entity::{Entity, Model};
use super::party::{self, Side};

/// A party of a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::Party)]
pub(crate) struct Party {
    pub(crate) id: Uuid,
    /// The person of the base data, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Uuid>,
    pub(crate) name: String,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "138****5678")]
    pub(crate) phone: Option<String>,
    pub(crate) side: Side,
    /// The day on which it clearly refused mediation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused_on: Option<NaiveDate>,
}

impl Party {
    pub(super) fn of(ctx: &Ctx, case: &Model, row: &party::Model) -> Result<Party> {
        Ok(Party {
            id: row.id,
            person: row.person,
            name: row.name.clone(),
            phone: row.masked_phone(ctx)?,
            side: row.side,
            refused_on: case.refused_on.filter(|_| case.refused_by == Some(row.id)),
        })
    }
}

/// What the parties agreed on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::Agreement)]
pub(crate) struct Agreement {
    pub(crate) id: Uuid,
    pub(crate) form: Form,
    pub(crate) content: String,
    /// In fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<i64>,
    pub(crate) settles: Vec<Settles>,
    pub(crate) reached_at: DateTime<Utc>,
    /// Who signed, or acknowledged an oral agreement.
    pub(crate) signatures: Vec<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mediator_signed_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sealed_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_on: Option<NaiveDate>,
    /// The oral agreement of which this is the written one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) written_from: Option<Uuid>,
    /// Another draft took its place before it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaced_at: Option<DateTime<Utc>>,
    pub(crate) recorded_by: String,
    pub(crate) recorded_at: DateTime<Utc>,
}

impl Agreement {
    fn of(row: &agreement::Model) -> Result<Agreement> {
        Ok(Agreement {
            id: row.id,
            form: row.form,
            content: row.content.clone(),
            amount: Some(row.amount).filter(|fen| *fen > 0),
            settles: row.settles()?,
            reached_at: row.reached_at,
            signatures: row.signatures()?,
            mediator_signed_on: row.mediator_signed_on,
            sealed_on: row.sealed_on,
            effective_on: row.effective_on,
            written_from: row.written_from,
            replaced_at: row.replaced_at,
            recorded_by: row.recorded_by_name.clone(),
            recorded_at: row.recorded_at,
        })
    }
}

/// A case with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::CaseInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) row: Case,
    pub(crate) summary: String,
    pub(crate) prior: Prior,
    /// Who came with it, as the module that handed it over knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) told_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) registered_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mediator: Option<Uuid>,
    pub(crate) parties: Vec<Party>,
    /// Oldest first.
    pub(crate) agreements: Vec<Agreement>,
    /// Once an agreement is in effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confirmation: Option<Confirmation>,
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) course: Course,
}

pub(super) async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let parties = party::of(ctx.db(), row).await?;
    let agreements = agreement::of(ctx.db(), row).await?;
    let mut course = Course::of::<Entity>(ctx, row).await?;
    if row.refused_on.is_some() {
        // Nothing is offered that a party's refusal forbids.
        course.actions.retain(|step| step.local || [DECLINE, END].contains(&step.action.as_str()));
    }
    Ok(InFull {
        row: Entity::wire(ctx, row),
        summary: row.summary.clone(),
        prior: row.prior,
        told_by: row.told_by.clone(),
        on_behalf_of: row.on_behalf_of.clone(),
        registered_by: row.registered_by_name.clone(),
        mediator: row.mediator,
        parties: parties.iter().map(|party| Party::of(ctx, row, party)).collect::<Result<_>>()?,
        confirmation: confirmation::of(ctx, row, &agreements)?,
        agreements: agreements.iter().map(Agreement::of).collect::<Result<_>>()?,
        course,
    })
}
