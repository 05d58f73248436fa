//! Where a deliberation comes from, in which form it is held, and who takes part: short lists of the law and of 中办发〔2015〕41号.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it came to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = consultation::Origin)]
pub enum Origin {
    /// 群众建议
    Suggestion,
    /// 村（居）民委员会提出
    Committee,
    /// Another module handed it over.
    HandedOver,
}

/// Who raises one by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::Raiser)]
pub(crate) enum Raiser {
    /// A resident, through whoever records it.
    Suggestion,
    Committee,
}

impl From<Raiser> for Origin {
    fn from(raiser: Raiser) -> Origin {
        match raiser {
            Raiser::Suggestion => Origin::Suggestion,
            Raiser::Committee => Origin::Committee,
        }
    }
}

/// The forms that the law names (Villagers' Committee Organisation Law, Article 33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = consultation::Form)]
pub enum Form {
    /// 议事会
    Council,
    /// 听证会
    Hearing,
    /// 恳谈会
    Talk,
}

/// Who takes part. Residents without local registration stand beside the registered ones; the last five are invited where the
/// matter needs them (Villagers' Committee Organisation Law, Article 33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::PartyKind)]
pub(crate) enum PartyKind {
    Residents,
    NonRegisteredResidents,
    Group,
    PartyOrganisation,
    Committee,
    SupervisionCommittee,
    Township,
    ResidentUnit,
    SocialOrganisation,
    OwnersCommittee,
    Collective,
    Cooperative,
    PropertyFirm,
    /// Whoever else it concerns.
    Interested,
    Department,
    MassOrganisation,
    Deputy,
    CppccMember,
    Expert,
}

/// A party that takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Party, example = json!({ "kind": "residents", "name": "李阿诗" }))]
pub(crate) struct Party {
    pub(crate) kind: PartyKind,
    /// Of a person or a body.
    #[schema(min_length = 1, max_length = 60)]
    pub(crate) name: String,
}
