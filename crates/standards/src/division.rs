//! Administrative division codes from province to village, and what a code says about itself.

mod kind;
mod level;

pub use kind::{TownshipKind, UrbanRural, VillageKind};
pub use level::Level;

use crate::fault::Fault;
use crate::typed::tidy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SOURCE: &str = "GB/T 2260-2007; GB/T 10114-2003; 国统字〔2009〕91号";

/// A statistical division code: province 2, prefecture 2, county 2, township 3, village 3 digits, kept padded with
/// zeros to 12. It says where in the tree a place is, not whether the place exists or existed on a given day.
///
/// Codes are changed and abolished every year, so a code is a property of a place, never its primary key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode {
    digits: [u8; 12],
    level: Level,
}

impl DivisionCode {
    /// Reads 2, 4, 6, 9 or 12 digits, with dots between the segments or without (`53.01.02`), full-width or not.
    ///
    /// The level is that of the lowest segment that is not zero. A zero province is a fault, and so is a hole:
    /// anything under prefecture 00, or a village under township 000. County 00 above a township is none, because
    /// some cities have no counties (Dongguan, Zhongshan, Danzhou, Jiayuguan).
    pub fn parse(text: &str) -> Result<DivisionCode, Fault> {
        let tidied = tidy(text);
        let plain = if tidied.contains('.') { undotted(&tidied)? } else { tidied };
        if !plain.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Fault::new(
                "standards.division.digits",
                "行政区划代码只能由数字组成，请核对后重新填写。",
                "A division code has digits only; check it and type it again.",
                SOURCE,
            ));
        }
        if !matches!(plain.len(), 2 | 4 | 6 | 9 | 12) {
            return Err(Fault::new(
                "standards.division.length",
                format!("行政区划代码应为2、4、6、9或12位，现为{}位，请补足或删去多余的数字。", plain.len()),
                format!(
                    "A division code has 2, 4, 6, 9 or 12 digits, this one has {}; complete or shorten it.",
                    plain.len()
                ),
                SOURCE,
            ));
        }
        let mut digits = [b'0'; 12];
        digits[..plain.len()].copy_from_slice(plain.as_bytes());
        DivisionCode::of(digits)
    }

    fn of(digits: [u8; 12]) -> Result<DivisionCode, Fault> {
        let [province, prefecture, county, township, village] =
            [0..2, 2..4, 4..6, 6..9, 9..12].map(|segment| digits[segment].iter().any(|d| *d != b'0'));
        if !province {
            return Err(Fault::new(
                "standards.division.province",
                "行政区划代码的前两位（省级）不能为00，请核对后重新填写。",
                "The first two digits, the province, cannot be 00; check the code and type it again.",
                SOURCE,
            ));
        }
        if (!prefecture && (county || township || village)) || (village && !township) {
            return Err(Fault::new(
                "standards.division.hole",
                "行政区划代码中间一级为零而下级不为零，请逐级核对。",
                "The code names a place below a level that is zero; check it level by level.",
                SOURCE,
            ));
        }
        let level = match (prefecture, county, township, village) {
            (_, _, _, true) => Level::Village,
            (_, _, true, _) => Level::Township,
            (_, true, _, _) => Level::County,
            (true, _, _, _) => Level::Prefecture,
            _ => Level::Province,
        };
        Ok(DivisionCode { digits, level })
    }

    pub fn level(&self) -> Level {
        self.level
    }

    /// All 12 digits, e.g. `530102000000`: the form to exchange and to store.
    pub fn padded(&self) -> &str {
        str::from_utf8(&self.digits).expect("parse let only ASCII digits in")
    }

    /// The digits up to the code's own level, e.g. `530102`: the form to compare by prefix.
    pub fn trimmed(&self) -> &str {
        &self.padded()[..self.level.digits()]
    }

    /// One level up; two where a township has no county above it. None for a province.
    pub fn parent(&self) -> Option<DivisionCode> {
        (1..self.level.number()).rev().filter_map(Level::from_number).find_map(|level| self.ancestor(level))
    }

    /// Itself or what it lies in at `level`. None for a lower level, and for the county of a city without counties.
    pub fn ancestor(&self, level: Level) -> Option<DivisionCode> {
        let mut digits = [b'0'; 12];
        digits[..level.digits()].copy_from_slice(&self.digits[..level.digits()]);
        DivisionCode::of(digits).ok().filter(|code| code.level == level)
    }

    /// Whether `other` is this place or lies in it.
    pub fn contains(&self, other: DivisionCode) -> bool {
        other.padded().starts_with(self.trimmed())
    }

    /// The kind of township by its number (GB/T 10114-2003). None above township level or for an unassigned number.
    pub fn township_kind(&self) -> Option<TownshipKind> {
        TownshipKind::of_number(self.segment(6, Level::Township)?)
    }

    /// The kind of village by its number (国统字〔2009〕91号). None above village level or for an unassigned number.
    pub fn village_kind(&self) -> Option<VillageKind> {
        VillageKind::of_number(self.segment(9, Level::Village)?)
    }

    fn segment(&self, from: usize, least: Level) -> Option<u16> {
        if self.level < least { None } else { self.padded()[from..from + 3].parse().ok() }
    }
}

/// Dots are taken for separators only where segments end: `5301.02` is likelier a slip than a county.
fn undotted(text: &str) -> Result<String, Fault> {
    let widths = [2, 2, 2, 3, 3];
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > widths.len() || parts.iter().zip(widths).any(|(part, width)| part.len() != width) {
        return Err(Fault::new(
            "standards.division.dots",
            "带点的行政区划代码应按2、2、2、3、3位分段，如53.01.02.001.001。",
            "A dotted division code has segments of 2, 2, 2, 3 and 3 digits, such as 53.01.02.001.001.",
            SOURCE,
        ));
    }
    Ok(parts.concat())
}

impl std::fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.padded())
    }
}

impl std::fmt::Debug for DivisionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DivisionCode({})", self.trimmed())
    }
}

impl std::str::FromStr for DivisionCode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<DivisionCode, Fault> {
        DivisionCode::parse(text)
    }
}

impl Serialize for DivisionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.padded())
    }
}

impl<'de> Deserialize<'de> for DivisionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DivisionCode, D::Error> {
        DivisionCode::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    #[test]
    fn what_is_read() {
        let cases = [
            ("53", "530000000000", Level::Province, None),
            ("5301", "530100000000", Level::Prefecture, Some("53")),
            ("530102", "530102000000", Level::County, Some("5301")),
            ("530102001", "530102001000", Level::Township, Some("530102")),
            ("530102001001", "530102001001", Level::Village, Some("530102001")),
            ("530000000000", "530000000000", Level::Province, None),
            ("530000", "530000000000", Level::Province, None),
            ("530100", "530100000000", Level::Prefecture, Some("53")),
            ("53.01.02", "530102000000", Level::County, Some("5301")),
            ("53.01.02.001.001", "530102001001", Level::Village, Some("530102001")),
            ("　５３０１０２ ", "530102000000", Level::County, Some("5301")),
            // Dongguan has no counties: its towns hang from the prefecture.
            ("441900003000", "441900003000", Level::Township, Some("4419")),
            ("441900003001", "441900003001", Level::Village, Some("441900003")),
        ];
        for (text, padded, level, parent) in cases {
            let read = code(text);
            assert_eq!((read.padded(), read.level()), (padded, level), "{text}");
            assert_eq!(read.parent(), parent.map(code), "{text}");
            assert_eq!(read.trimmed(), &padded[..level.digits()], "{text}");
            assert_eq!(read.to_string(), padded);
        }
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("", "standards.division.length"),
            ("5", "standards.division.length"),
            ("5301020", "standards.division.length"),
            ("5301020010010", "standards.division.length"),
            ("53010a", "standards.division.digits"),
            ("五三", "standards.division.digits"),
            ("53 01", "standards.division.digits"),
            ("00", "standards.division.province"),
            ("000102", "standards.division.province"),
            ("530002", "standards.division.hole"),
            ("530000001", "standards.division.hole"),
            ("530102000001", "standards.division.hole"),
            ("5301.02", "standards.division.dots"),
            ("53.01.02.", "standards.division.dots"),
            ("53.01.02.001.001.01", "standards.division.dots"),
        ];
        for (text, expected) in cases {
            assert_eq!(DivisionCode::parse(text).unwrap_err().code, expected, "{text}");
        }
    }

    #[test]
    fn kinds_of_the_real_rows() {
        // 红星居民委员会 and 孟川村民委员会, and an abolished village that must still be readable (DOMAIN §1.1).
        assert_eq!(code("621121103001").village_kind(), Some(VillageKind::ResidentsCommittee));
        assert_eq!(code("621121103203").village_kind(), Some(VillageKind::VillagersCommittee));
        assert_eq!(code("411381110220").village_kind(), Some(VillageKind::VillagersCommittee));
        assert_eq!(code("621121103203").township_kind(), Some(TownshipKind::Town));
        assert_eq!(code("530102001").township_kind(), Some(TownshipKind::SubDistrict));
        assert_eq!(code("530102001").village_kind(), None);
        assert_eq!(code("530102").township_kind(), None);
    }

    #[test]
    fn containing_and_ancestors() {
        assert!(code("53").contains(code("530102001001")));
        assert!(code("530102").contains(code("530102")));
        assert!(!code("530102").contains(code("5301")));
        assert!(!code("530102").contains(code("530103001")));
        assert!(code("4419").contains(code("441900003")));
        assert_eq!(code("530102001001").ancestor(Level::County), Some(code("530102")));
        assert_eq!(code("441900003").ancestor(Level::County), None);
        assert_eq!(code("53").ancestor(Level::County), None);
    }

    #[test]
    fn every_yunnan_row_has_the_level_it_claims_and_a_parent_in_the_table() {
        let table = include_str!("../../../data/yunnan-divisions.csv");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let known: std::collections::HashSet<_> = rows.iter().map(|row| code(&row[0])).collect();
        assert_eq!(known.len(), rows.len());
        for row in &rows {
            let read = code(&row[0]);
            assert_eq!(read.level().number().to_string(), row[2], "{row:?}");
            assert!(read.parent().is_none_or(|parent| known.contains(&parent)), "{row:?}");
            assert_eq!(read.township_kind().is_some(), read.level() >= Level::Township, "{row:?}");
            assert_eq!(read.village_kind().is_some(), read.level() == Level::Village, "{row:?}");
        }
    }

    #[test]
    fn on_the_wire_it_is_a_string() {
        assert_eq!(serde_json::to_string(&code("5301")).unwrap(), "\"530100000000\"");
        assert_eq!(serde_json::from_str::<DivisionCode>("\"5301\"").unwrap(), code("5301"));
        assert!(serde_json::from_str::<DivisionCode>("\"530\"").is_err());
    }

    proptest! {
        #[test]
        fn a_parent_contains_and_round_trips(text in "[1-9][0-9]{11}") {
            if let Ok(read) = DivisionCode::parse(&text) {
                prop_assert_eq!(DivisionCode::parse(read.trimmed()), Ok(read));
                if let Some(parent) = read.parent() {
                    prop_assert!(parent.contains(read) && !read.contains(parent) && parent.level() < read.level());
                }
            }
        }
    }
}
