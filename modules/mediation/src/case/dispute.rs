//! What a dispute is and where it comes from: the lists of the Ministry of Justice's form, and the ways that stay open.

use jizuo_kernel::Text;
use jizuo_standards::codelist;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The code of a dispute that nobody has typed yet: 其他.
pub(crate) const OTHER: &str = "18";
/// Houses and homesteads, forest and land, land taking: who owns or uses land is decided by the land procedure.
const ABOUT_LAND: [&str; 3] = ["03", "07", "08"];

/// Whether the list `dispute_type` has the code.
pub(crate) fn is_type(code: &str) -> bool {
    codelist::find("dispute_type").is_some_and(|list| list.get(code).is_some())
}

/// Every code of the list `dispute_type`.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    codelist::find("dispute_type").into_iter().flat_map(|list| &list.entries).map(|entry| entry.code.as_str())
}

pub(crate) fn title(code: &str) -> Text {
    match codelist::find("dispute_type").and_then(|list| list.get(code)) {
        Some(entry) => Text::owned(entry.zh.as_str(), entry.en.as_str()),
        None => Text::owned(code, code),
    }
}

pub(crate) fn is_about_land(code: &str) -> bool {
    ABOUT_LAND.contains(&code)
}

/// How a dispute came to the committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::Source)]
pub enum Source {
    /// 依申请
    Application,
    /// 主动调解
    OwnMotion,
    /// 接受委托移送
    Entrusted,
}

/// Who entrusted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::Organ)]
pub enum Organ {
    /// 法院
    Court,
    /// 公安
    Police,
    /// 检察院
    Procuratorate,
    /// 信访
    Petitions,
    /// 其他部门
    Other,
}

/// Who else has taken the dispute up or decided it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::Prior)]
pub enum Prior {
    #[default]
    None,
    Court,
    Police,
    OtherOrgan,
}

impl Prior {
    /// Whether the organ that has it is the one that entrusted it.
    pub(crate) fn entrusted_by(self, organ: Option<Organ>) -> bool {
        match self {
            Prior::None => true,
            Prior::Court => organ == Some(Organ::Court),
            Prior::Police => organ == Some(Organ::Police),
            Prior::OtherOrgan => matches!(organ, Some(Organ::Procuratorate | Organ::Petitions | Organ::Other)),
        }
    }

    pub(crate) fn title(self) -> Text {
        match self {
            Prior::None => Text::new("无", "nobody"),
            Prior::Court => Text::new("人民法院", "a court"),
            Prior::Police => Text::new("公安机关", "the police"),
            Prior::OtherOrgan => Text::new("其他机关", "another organ"),
        }
    }
}

/// Why mediation ended without an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::EndReason)]
pub enum EndReason {
    /// A party does not want it.
    Refused,
    /// A party gave it up on the way.
    Abandoned,
    NoAgreement,
    /// Something happened that makes it impossible.
    Impossible,
    /// Another lawful reason; says which.
    Other,
}

impl EndReason {
    pub(crate) fn title(self) -> &'static str {
        match self {
            EndReason::Refused => "当事人拒绝调解",
            EndReason::Abandoned => "当事人放弃调解",
            EndReason::NoAgreement => "达不成协议",
            EndReason::Impossible => "出现致使调解无法进行的情形",
            EndReason::Other => "其他依法应当终止的情形",
        }
    }
}

/// A way that stays open when mediation does not settle a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::OtherWay)]
pub(crate) struct OtherWay {
    /// `arbitration`, `administrative`, `court`
    #[schema(example = "court")]
    pub(crate) way: String,
    pub(crate) what: Text,
    pub(crate) basis: Text,
}

const ARTICLE_26: Text = Text::new("人民调解法第二十六条", "People's Mediation Law, Article 26");
const ARTICLE_32: Text = Text::new("人民调解法第三十二条", "People's Mediation Law, Article 32");

fn way(way: &str, what: Text, basis: Text) -> OtherWay {
    OtherWay { way: way.to_owned(), what, basis }
}

/// What the parties of a case that ended without an agreement are told (Article 26).
pub(crate) fn other_ways() -> Vec<OtherWay> {
    vec![
        way(
            "arbitration",
            Text::new(
                "依法或者依约定可以仲裁的，申请仲裁（如劳动争议仲裁、农村土地承包仲裁）",
                "arbitration, where law or a clause allows it (labour disputes, rural land contracts)",
            ),
            ARTICLE_26,
        ),
        way(
            "administrative",
            Text::new("依法由行政机关处理的，请求有关行政机关处理", "the administrative organ that the law names"),
            ARTICLE_26,
        ),
        way("court", Text::new("向有管辖权的人民法院起诉", "a suit at the court that has jurisdiction"), ARTICLE_26),
    ]
}

/// What the parties of an agreement that is not performed are told (Article 32).
pub(crate) fn after_breach() -> Vec<OtherWay> {
    vec![
        way(
            "court",
            Text::new(
                "就协议的履行或者内容发生争议的，向人民法院起诉",
                "a suit over the performance or the content of the agreement",
            ),
            ARTICLE_32,
        ),
        way(
            "court",
            Text::new(
                "经司法确认的协议，对方可以申请人民法院强制执行",
                "an agreement that a court has confirmed can be enforced at the other party's application",
            ),
            Text::new("民事诉讼法第二百零六条", "Civil Procedure Law, Article 206"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_the_eighteen_of_the_form() {
        assert!(is_type("01") && is_type(OTHER) && !is_type("19") && !is_type("7"));
        assert_eq!(title("07").zh, "山林土地");
        assert!(is_about_land("07") && !is_about_land("06"));
    }

    #[test]
    fn an_organ_entrusts_what_it_has_itself() {
        assert!(Prior::None.entrusted_by(None));
        assert!(Prior::Court.entrusted_by(Some(Organ::Court)) && !Prior::Court.entrusted_by(Some(Organ::Police)));
        assert!(!Prior::Police.entrusted_by(None));
        assert!(Prior::OtherOrgan.entrusted_by(Some(Organ::Petitions)));
    }
}
