//! Whom a plan may be for, and on what ground: two lists that have nothing in common. Where a law puts the service on the village
//! or the township, it is the ground; where none does, the person is asked for consent.

use jizuo_kernel::Text;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// People in care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::CareKind)]
pub enum CareKind {
    LeftBehindChild,
    ChildInDifficulty,
    LeftBehindElderly,
    ElderlyAlone,
    MinimumLiving,
    ExtremePoverty,
    LeftBehindWoman,
    Disabled,
    SeriousIllness,
    Veteran,
    PovertyMonitored,
}

impl CareKind {
    /// The law that puts it on them; none where the person consents.
    pub(super) fn law(self) -> Option<Text> {
        Some(match self {
            CareKind::LeftBehindChild | CareKind::ChildInDifficulty => Text::new(
                "未成年人保护法第四十三条",
                "Law on the Protection of Minors, Article 43: files on minors left behind or in difficulty, and care for them",
            ),
            CareKind::LeftBehindElderly | CareKind::ElderlyAlone => Text::new(
                "老年人权益保障法第七条",
                "Law on the Rights and Interests of the Elderly, Article 7: village and residents' committees serve them",
            ),
            CareKind::MinimumLiving | CareKind::ExtremePoverty => Text::new(
                "社会救助暂行办法第四条",
                "Interim Measures for Social Assistance, Article 4: village and residents' committees assist",
            ),
            CareKind::LeftBehindWoman
            | CareKind::Disabled
            | CareKind::SeriousIllness
            | CareKind::Veteran
            | CareKind::PovertyMonitored => return None,
        })
    }
}

/// People under management. Who lives with HIV is not among them: the law keeps that within health care (Regulations on the
/// Prevention and Treatment of AIDS, Article 39).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::ManagedKind)]
pub enum ManagedKind {
    CommunityCorrection,
    Released,
    MentalDisorder,
    DrugUser,
    KeyYouth,
}

impl ManagedKind {
    pub(super) fn law(self) -> Option<Text> {
        Some(match self {
            ManagedKind::CommunityCorrection => Text::new(
                "社区矫正法第十二条",
                "Community Correction Law, Article 12: village and residents' committees assist",
            ),
            ManagedKind::Released => Text::new(
                "监狱法第三十七条",
                "Prison Law, Article 37: the local government helps those who were released to settle",
            ),
            ManagedKind::MentalDisorder => Text::new(
                "精神卫生法第五十六条",
                "Mental Health Law, Article 56: village and residents' committees help families in difficulty",
            ),
            ManagedKind::DrugUser => Text::new(
                "禁毒法第三十四条",
                "Drug Control Law, Article 34: the township is in charge of treatment in the community",
            ),
            ManagedKind::KeyYouth => Text::new(
                "预防未成年人犯罪法第二十五条",
                "Law on the Prevention of Juvenile Delinquency, Article 25: village and residents' committees take part",
            ),
        })
    }
}
