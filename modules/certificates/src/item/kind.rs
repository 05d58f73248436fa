//! What a catalogue item says about its paper: kept, replaced by what, or never issued.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the catalogue says about a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::StatusKind)]
pub(crate) enum StatusKind {
    /// It rests on law and is issued here.
    Retained,
    /// Something else is taken instead.
    Replaced,
    /// Nobody here issues it.
    Negative,
}

impl StatusKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            StatusKind::Retained => "retained",
            StatusKind::Replaced => "replaced",
            StatusKind::Negative => "negative",
        }
    }

    pub(crate) fn parse(text: &str) -> StatusKind {
        match text {
            "retained" => StatusKind::Retained,
            "replaced" => StatusKind::Replaced,
            // Whatever else a row says, it does not make a paper one that is issued.
            _ => StatusKind::Negative,
        }
    }
}

/// What is done instead of asking for the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Replacement)]
pub(crate) enum Replacement {
    /// 直接取消
    Abolish,
    /// 数据核验
    DataCheck,
    /// 告知承诺
    Commitment,
    /// 部门自行调查
    SelfCheck,
    /// 法定证照
    Licence,
    /// 其他材料涵盖
    OtherDocument,
}

impl Replacement {
    pub(crate) const ALL: [Replacement; 6] = [
        Replacement::Abolish,
        Replacement::DataCheck,
        Replacement::Commitment,
        Replacement::SelfCheck,
        Replacement::Licence,
        Replacement::OtherDocument,
    ];

    pub(crate) fn parse(text: &str) -> Option<Replacement> {
        Replacement::ALL.into_iter().find(|way| way.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Replacement::Abolish => "abolish",
            Replacement::DataCheck => "data_check",
            Replacement::Commitment => "commitment",
            Replacement::SelfCheck => "self_check",
            Replacement::Licence => "licence",
            Replacement::OtherDocument => "other_document",
        }
    }
}

/// How what a paper says is verified before it is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Verification)]
pub(crate) enum Verification {
    /// 上门查看
    Visit,
    /// 核对档案、台账
    Record,
    /// 数据核验
    Data,
}

impl Verification {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Verification::Visit => "visit",
            Verification::Record => "record",
            Verification::Data => "data",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Verification> {
        [Verification::Visit, Verification::Record, Verification::Data].into_iter().find(|one| one.as_str() == text)
    }
}
