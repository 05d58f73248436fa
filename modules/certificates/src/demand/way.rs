//! The way of an answer: what is done instead of the paper that is demanded, and what the person can do next. There is always
//! something: never a bare refusal.

use jizuo_kernel::{Text, say};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::{Answer, Entry};
use crate::item::Replacement;

/// What is done instead of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Way)]
pub(crate) enum Way {
    /// Abolished: nobody may ask for it (Regulation on Optimising the Business Environment, Article 44).
    NotNeeded,
    /// 数据核验
    DataCheck,
    /// 部门自行调查
    SelfCheck,
    /// 告知承诺 (国办发〔2020〕42号)
    Commitment,
    /// 法定证照
    Licence,
    /// 其他材料涵盖
    OtherDocument,
    /// It rests on law and is issued here.
    IssuedHere,
    /// No village issues it; somebody else proves it.
    NextDoor,
    /// On no list.
    Unknown,
}

impl Way {
    const ALL: [Way; 9] = [
        Way::NotNeeded,
        Way::DataCheck,
        Way::SelfCheck,
        Way::Commitment,
        Way::Licence,
        Way::OtherDocument,
        Way::IssuedHere,
        Way::NextDoor,
        Way::Unknown,
    ];

    pub(crate) fn of(entry: &Entry) -> Way {
        match (entry.answer, entry.replacement) {
            (Answer::IssuedHere, _) => Way::IssuedHere,
            (Answer::Unknown, _) => Way::Unknown,
            (Answer::NotNeeded, _) | (Answer::Replaced, None) => Way::NextDoor,
            (Answer::Replaced, Some(Replacement::Abolish)) => Way::NotNeeded,
            (Answer::Replaced, Some(Replacement::DataCheck)) => Way::DataCheck,
            (Answer::Replaced, Some(Replacement::SelfCheck)) => Way::SelfCheck,
            (Answer::Replaced, Some(Replacement::Commitment)) => Way::Commitment,
            (Answer::Replaced, Some(Replacement::Licence)) => Way::Licence,
            (Answer::Replaced, Some(Replacement::OtherDocument)) => Way::OtherDocument,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Way::NotNeeded => "not_needed",
            Way::DataCheck => "data_check",
            Way::SelfCheck => "self_check",
            Way::Commitment => "commitment",
            Way::Licence => "licence",
            Way::OtherDocument => "other_document",
            Way::IssuedHere => "issued_here",
            Way::NextDoor => "next_door",
            Way::Unknown => "unknown",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.as_str() == text)
    }

    /// What the person can do next with the body that demands it.
    pub(crate) fn next(self, body: &str) -> Text {
        match self {
            Way::NotNeeded => say!(
                "不用开，也不用交别的材料；{body}还要的，请它写明依据哪条法律、法规，或者拨打12345",
                "Bring nothing; if {body} still wants it, let it name the law in writing, or call 12345"
            ),
            Way::DataCheck => say!(
                "不用开：请{body}通过数据核验办理；它说核不了的，请它写明理由，或者拨打12345",
                "No paper: let {body} check the data; if it says it cannot, let it say why in writing, or call 12345"
            ),
            Way::SelfCheck => say!(
                "不用开：请{body}自行调查核实，可以请它向村（社区）了解",
                "No paper: let {body} look into it itself; it may ask the village"
            ),
            Way::Commitment => say!(
                "打印承诺书，看过后签字交给{body}；不愿承诺的，可以提交法定的证明材料",
                "Print the commitment, read and sign it, and give it to {body}; who would rather not commit may bring what law asks"
            ),
            Way::Licence => {
                say!("不用开：向{body}出示已有的法定证照", "No paper: show {body} the licence or card you have")
            }
            Way::OtherDocument => say!(
                "不用开：交给{body}的其他材料已经说明了这件事，请它核对",
                "No paper: what {body} has from you already says it; let it look there"
            ),
            Way::IssuedHere => Text::new(
                "现在就可以在这里申请，已知道的不用再填",
                "Apply for it here and now; what is known is filled in",
            ),
            Way::NextDoor => Text::new(
                "村（社区）不出具；请按“到哪里办”去办，或者请要的单位自己去核",
                "No village issues it; go where it says, or let whoever wants it look there itself",
            ),
            Way::Unknown => say!(
                "请{body}写明依据哪条法律、法规；说不出的，不用开，可以拨打12345",
                "Let {body} name the law in writing; if it cannot, bring nothing, and call 12345"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_reads_back_and_leaves_nobody_without_a_next_step() {
        for way in Way::ALL {
            assert_eq!(Way::parse(way.as_str()), Some(way));
            let next = way.next("某单位");
            assert!(next.zh.chars().count() > 10 && next.en.len() > 10, "{way:?}");
        }
        assert_eq!(Way::parse("refused"), None);
    }
}
