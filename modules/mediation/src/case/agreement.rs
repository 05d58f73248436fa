//! The rows of what the parties agreed on: the oral agreement, every draft in writing, and what was written down later.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::{Result, Scope, Scoped};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::Model as Case;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mediation_agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub case_id: Uuid,
    pub form: Form,
    pub content: String,
    /// In fen; 0 where no money is agreed on.
    pub amount: i64,
    /// A list of [`Settles`].
    #[sea_orm(column_type = "JsonBinary")]
    pub settles: Json,
    pub reached_at: DateTime<Utc>,
    /// A list of [`Signature`]: who signed, or acknowledged an oral agreement.
    #[sea_orm(column_type = "JsonBinary")]
    pub signatures: Json,
    pub mediator_signed_on: Option<NaiveDate>,
    pub sealed_on: Option<NaiveDate>,
    pub effective_on: Option<NaiveDate>,
    /// The oral agreement of which this is the written one.
    pub written_from: Option<Uuid>,
    /// Another draft took its place before it was signed.
    pub replaced_at: Option<DateTime<Utc>>,
    pub recorded_by_name: String,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity);

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::Form)]
pub enum Form {
    /// 口头协议
    Oral,
    /// 书面协议
    Written,
}

/// What an agreement settles that only another procedure can settle with effect for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = mediation::Settles)]
pub(crate) enum Settles {
    /// Who owns land, a house, a tree, or holds another right in a thing.
    PropertyOwnership,
    IpOwnership,
    /// That a marriage is valid, void or dissolved.
    MarriageValidity,
    ParentChild,
    Adoption,
    /// What belongs to another special procedure, to public summons or to bankruptcy.
    OtherSpecialProcedure,
}

/// That a party signed, sealed or gave a fingerprint; of an oral agreement, that it acknowledged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::Signature)]
pub(crate) struct Signature {
    /// Id of the party.
    pub(crate) party: Uuid,
    #[schema(example = "2026-09-01")]
    pub(crate) on: NaiveDate,
}

impl Model {
    pub(crate) fn settles(&self) -> Result<Vec<Settles>> {
        Ok(serde_json::from_value(self.settles.clone())?)
    }

    pub(crate) fn signatures(&self) -> Result<Vec<Signature>> {
        Ok(serde_json::from_value(self.signatures.clone())?)
    }
}

/// The agreements of a case, oldest first.
pub(crate) async fn of(db: &impl ConnectionTrait, case: &Case) -> Result<Vec<Model>> {
    let rows = Entity::within(&Scope::counties(vec![case.county]))
        .filter(Column::CaseId.eq(case.id))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows)
}

/// The one by which the case stands: not the copy that was written down later, and no draft that was replaced.
pub(crate) fn current(agreements: &[Model]) -> Option<&Model> {
    agreements.iter().find(|agreement| agreement.written_from.is_none() && agreement.replaced_at.is_none())
}
