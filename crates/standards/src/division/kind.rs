//! What the number of a township or village, and its urban-rural class, say about the place.

use crate::fault::Fault;
use crate::typed::tidy;
use serde::{Deserialize, Serialize};

/// The kind of a township-level unit, from the third segment of its code (GB/T 10114-2003). Code list
/// `township_kind` names each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TownshipKind {
    /// 街道, 001–099
    SubDistrict,
    /// 镇, 100–199
    Town,
    /// 乡, 200–399
    Township,
    /// 政企合一的单位, 400–599: state farms, development zones, prisons
    Combined,
}

impl TownshipKind {
    pub(super) fn of_number(number: u16) -> Option<TownshipKind> {
        match number {
            1..=99 => Some(TownshipKind::SubDistrict),
            100..=199 => Some(TownshipKind::Town),
            200..=399 => Some(TownshipKind::Township),
            400..=599 => Some(TownshipKind::Combined),
            _ => None,
        }
    }

    /// As on the wire and in the code list.
    pub fn as_str(self) -> &'static str {
        match self {
            TownshipKind::SubDistrict => "sub_district",
            TownshipKind::Town => "town",
            TownshipKind::Township => "township",
            TownshipKind::Combined => "combined",
        }
    }
}

/// The kind of a village-level unit, from the last segment of its code (国统字〔2009〕91号). Code list
/// `village_kind` names each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VillageKind {
    /// 居民委员会, 001–199
    ResidentsCommittee,
    /// 村民委员会, 200–399
    VillagersCommittee,
    /// 类似居民委员会, 400–499
    QuasiResidents,
    /// 类似村民委员会, 500–599
    QuasiVillagers,
}

impl VillageKind {
    pub(super) fn of_number(number: u16) -> Option<VillageKind> {
        match number {
            1..=199 => Some(VillageKind::ResidentsCommittee),
            200..=399 => Some(VillageKind::VillagersCommittee),
            400..=499 => Some(VillageKind::QuasiResidents),
            500..=599 => Some(VillageKind::QuasiVillagers),
            _ => None,
        }
    }

    /// As on the wire and in the code list.
    pub fn as_str(self) -> &'static str {
        match self {
            VillageKind::ResidentsCommittee => "residents_committee",
            VillageKind::VillagersCommittee => "villagers_committee",
            VillageKind::QuasiResidents => "quasi_residents",
            VillageKind::QuasiVillagers => "quasi_villagers",
        }
    }
}

/// The urban-rural class of a village-level unit (统计用城乡划分代码). Code list `urban_rural_class` names each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrbanRural {
    /// 主城区, 111
    MainUrban,
    /// 城乡结合区, 112
    UrbanFringe,
    /// 镇中心区, 121
    TownCentre,
    /// 镇乡结合区, 122
    TownFringe,
    /// 特殊区域, 123
    Special,
    /// 乡中心区, 210
    TownshipCentre,
    /// 村庄, 220
    Village,
}

impl UrbanRural {
    pub const ALL: [UrbanRural; 7] = [
        UrbanRural::MainUrban,
        UrbanRural::UrbanFringe,
        UrbanRural::TownCentre,
        UrbanRural::TownFringe,
        UrbanRural::Special,
        UrbanRural::TownshipCentre,
        UrbanRural::Village,
    ];

    /// Reads one of the seven three-digit codes.
    pub fn parse(text: &str) -> Result<UrbanRural, Fault> {
        let text = tidy(text);
        UrbanRural::ALL.into_iter().find(|class| class.code() == text).ok_or_else(|| {
            Fault::new(
                "standards.division.urban_rural",
                "城乡分类代码应为111、112、121、122、123、210或220，请从列表中选择。",
                "An urban-rural class is 111, 112, 121, 122, 123, 210 or 220; choose one from the list.",
                "国统字〔2009〕91号",
            )
        })
    }

    pub fn code(self) -> &'static str {
        ["111", "112", "121", "122", "123", "210", "220"][self as usize]
    }

    /// Counted as urban in statistics: the classes that begin with 1.
    pub fn is_urban(self) -> bool {
        self.code().starts_with('1')
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::codelist;

    #[test]
    fn ranges_meet_without_gap_or_overlap() {
        use TownshipKind as T;
        use VillageKind as V;
        let townships = [
            (0, None),
            (1, Some(T::SubDistrict)),
            (99, Some(T::SubDistrict)),
            (100, Some(T::Town)),
            (199, Some(T::Town)),
            (200, Some(T::Township)),
            (399, Some(T::Township)),
            (400, Some(T::Combined)),
            (599, Some(T::Combined)),
            (600, None),
        ];
        for (number, kind) in townships {
            assert_eq!(T::of_number(number), kind, "{number}");
        }
        let villages = [
            (0, None),
            (1, Some(V::ResidentsCommittee)),
            (199, Some(V::ResidentsCommittee)),
            (200, Some(V::VillagersCommittee)),
            (399, Some(V::VillagersCommittee)),
            (400, Some(V::QuasiResidents)),
            (499, Some(V::QuasiResidents)),
            (500, Some(V::QuasiVillagers)),
            (599, Some(V::QuasiVillagers)),
            (600, None),
        ];
        for (number, kind) in villages {
            assert_eq!(V::of_number(number), kind, "{number}");
        }
    }

    #[test]
    fn every_kind_is_in_its_code_list() {
        let list = |id| codelist::find(id).unwrap();
        for kind in [1, 100, 200, 400].map(|n| TownshipKind::of_number(n).unwrap()) {
            assert!(list("township_kind").get(kind.as_str()).is_some());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for kind in [1, 200, 400, 500].map(|n| VillageKind::of_number(n).unwrap()) {
            assert!(list("village_kind").get(kind.as_str()).is_some());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for class in UrbanRural::ALL {
            assert!(list("urban_rural_class").get(class.code()).is_some());
            assert_eq!(UrbanRural::parse(class.code()), Ok(class));
        }
    }

    #[test]
    fn urban_is_what_begins_with_one() {
        assert!(UrbanRural::parse("121").unwrap().is_urban());
        assert!(!UrbanRural::parse(" ２２０").unwrap().is_urban());
        assert_eq!(UrbanRural::parse("113").unwrap_err().code, "standards.division.urban_rural");
    }
}
