//! Codes of what lies below the village: groups, contracting households, parcels, contracts, grids and real estate.
//!
//! There is no national code for natural villages or grids; what is here is the practice of NY/T 2537-2014 (land
//! contracting), GB/T 37346-2019 (real estate) and the 15-digit grid numbering within a village.

use crate::division::{DivisionCode, Level};
use crate::fault::Fault;
use crate::typed::tidy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const LAND: &str = "NY/T 2537-2014";
const GRID: &str = "DB6101/T 3185-2024";
const ESTATE: &str = "GB/T 37346-2019";

/// Parsing, printing and the wire form (a string) of a code kept as text.
macro_rules! text_code {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                $name::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A villagers' group, or the body that contracts land out (发包方): 12-digit village and 2 digits, `00` for the
/// whole village.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupCode(String);
text_code!(GroupCode);

impl GroupCode {
    pub fn parse(text: &str) -> Result<GroupCode, Fault> {
        let text = shaped(text, "村民小组（发包方）代码", "A group code", 14, "", LAND)?;
        village_of(&text, LAND)?;
        Ok(GroupCode(text))
    }

    /// `number` 0 is the whole village, 1 to 99 a group.
    pub fn compose(village: DivisionCode, number: u8) -> Result<GroupCode, Fault> {
        GroupCode::parse(&format!("{}{number:02}", village.padded()))
    }

    pub fn village(&self) -> DivisionCode {
        village_of(&self.0, LAND).expect("checked when parsed")
    }

    pub fn number(&self) -> u32 {
        tail(&self.0, 12..14)
    }

    pub fn is_whole_village(&self) -> bool {
        self.number() == 0
    }
}

/// A contracting household (承包方): group code and 4 digits, 18 in all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdCode(String);
text_code!(HouseholdCode);

impl HouseholdCode {
    pub fn parse(text: &str) -> Result<HouseholdCode, Fault> {
        let text = shaped(text, "承包方代码", "A contracting household's code", 18, "", LAND)?;
        village_of(&text, LAND)?;
        Ok(HouseholdCode(text))
    }

    /// `number` is 0 to 9999.
    pub fn compose(group: &GroupCode, number: u16) -> Result<HouseholdCode, Fault> {
        HouseholdCode::parse(&format!("{group}{number:04}"))
    }

    pub fn group(&self) -> GroupCode {
        GroupCode(self.0[..14].to_owned())
    }

    pub fn number(&self) -> u32 {
        tail(&self.0, 14..18)
    }
}

/// A contracted parcel of land (承包地块): group code and 5 digits, 19 in all. Not the cadastral parcel (宗地) of
/// [`RealEstateUnitCode`], which also has 19 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParcelCode(String);
text_code!(ParcelCode);

impl ParcelCode {
    pub fn parse(text: &str) -> Result<ParcelCode, Fault> {
        let text = shaped(text, "承包地块代码", "A parcel code", 19, "", LAND)?;
        village_of(&text, LAND)?;
        Ok(ParcelCode(text))
    }

    /// `number` is 0 to 99999.
    pub fn compose(group: &GroupCode, number: u32) -> Result<ParcelCode, Fault> {
        ParcelCode::parse(&format!("{group}{number:05}"))
    }

    pub fn group(&self) -> GroupCode {
        GroupCode(self.0[..14].to_owned())
    }

    pub fn number(&self) -> u32 {
        tail(&self.0, 14..19)
    }
}

/// A land contract of a household by family contracting: the household's code and `J`, 19 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractCode(String);
text_code!(ContractCode);

impl ContractCode {
    pub fn parse(text: &str) -> Result<ContractCode, Fault> {
        let text = shaped(text, "承包合同代码", "A contract code", 18, "J", LAND)?;
        village_of(&text, LAND)?;
        Ok(ContractCode(text))
    }

    pub fn of(household: &HouseholdCode) -> ContractCode {
        ContractCode(format!("{household}J"))
    }

    pub fn household(&self) -> HouseholdCode {
        HouseholdCode(self.0[..18].to_owned())
    }
}

/// A grid (网格): 12-digit village and a number of 3 digits from 001, 15 in all. A grid hangs from a village or
/// community, never from a township or county; special grids (专属网格) use a number range of the county's choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridCode(String);
text_code!(GridCode);

impl GridCode {
    pub fn parse(text: &str) -> Result<GridCode, Fault> {
        let text = shaped(text, "网格代码", "A grid code", 15, "", GRID)?;
        village_of(&text, GRID)?;
        if text.ends_with("000") {
            return Err(Fault::new(
                "standards.below_village.number",
                "网格顺序号从001开始，请重新填写。",
                "Grids of a village are numbered from 001; type the number again.",
                GRID,
            ));
        }
        Ok(GridCode(text))
    }

    /// `number` is 1 to 999.
    pub fn compose(village: DivisionCode, number: u16) -> Result<GridCode, Fault> {
        GridCode::parse(&format!("{}{number:03}", village.padded()))
    }

    pub fn village(&self) -> DivisionCode {
        village_of(&self.0, GRID).expect("checked when parsed")
    }

    pub fn number(&self) -> u32 {
        tail(&self.0, 12..15)
    }
}

/// A real-estate unit (不动产单元), 28 characters: cadastral parcel (宗地) 19 — county 6, cadastral area 3 and
/// sub-area 3, two letters for the kind of ownership and of parcel, number 5 — and fixture (定着物) 9, a letter
/// (`F` building, `L` trees, `Q` other, `W` none) and 8 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RealEstateUnitCode(String);
text_code!(RealEstateUnitCode);

impl RealEstateUnitCode {
    pub fn parse(text: &str) -> Result<RealEstateUnitCode, Fault> {
        let text: String = tidy(text).to_ascii_uppercase().chars().filter(|c| *c != ' ').collect();
        let fits = text.chars().count() == 28
            && text.char_indices().all(|(at, c)| match at {
                12 | 13 => c.is_ascii_uppercase(),
                19 => matches!(c, 'F' | 'L' | 'Q' | 'W'),
                _ => c.is_ascii_digit(),
            });
        let county = fits.then(|| DivisionCode::parse(&text[..6]).ok()).flatten();
        match county {
            Some(_) => Ok(RealEstateUnitCode(text)),
            None => Err(Fault::new(
                "standards.below_village.real_estate",
                "不动产单元代码应为28位（宗地代码19位加定着物代码9位），请对照不动产权证书填写。",
                "A real-estate unit code has 28 characters (parcel 19, fixture 9); copy it from the certificate.",
                ESTATE,
            )),
        }
    }

    pub fn county(&self) -> DivisionCode {
        DivisionCode::parse(&self.0[..6]).expect("checked when parsed")
    }

    /// The 19 characters of the cadastral parcel.
    pub fn parcel(&self) -> &str {
        &self.0[..19]
    }

    /// The 9 characters of the fixture.
    pub fn fixture(&self) -> &str {
        &self.0[19..]
    }

    /// Land alone, nothing on it.
    pub fn is_bare_land(&self) -> bool {
        self.fixture().starts_with('W')
    }
}

/// Tidied text of `digits` digits and then exactly `suffix`, or a fault that names the code.
fn shaped(text: &str, zh: &str, en: &str, digits: usize, suffix: &str, source: &'static str) -> Result<String, Fault> {
    let text = tidy(text).to_ascii_uppercase();
    let body = text.strip_suffix(suffix).unwrap_or_default();
    if body.len() == digits && body.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text);
    }
    let (zh_end, en_end) = if suffix.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("加字母{suffix}"), format!(" and {suffix}"))
    };
    Err(Fault::new(
        "standards.below_village.shape",
        format!("{zh}应为{digits}位数字{zh_end}，请核对后重新填写。"),
        format!("{en} is {digits} digits{en_end}; check it and type it again."),
        source,
    ))
}

fn village_of(text: &str, source: &'static str) -> Result<DivisionCode, Fault> {
    let village = DivisionCode::parse(&text[..12])?;
    if village.level() == Level::Village {
        return Ok(village);
    }
    Err(Fault::new(
        "standards.below_village.village",
        "代码前12位应为村（社区）代码，不能直接挂在乡镇或县上，请核对。",
        "The first 12 digits must be those of a village or community, not of a township or county; check them.",
        source,
    ))
}

fn tail(text: &str, digits: std::ops::Range<usize>) -> u32 {
    text[digits].parse().expect("digits, checked when parsed")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    const VILLAGE: &str = "530102001001";

    fn village() -> DivisionCode {
        DivisionCode::parse(VILLAGE).unwrap()
    }

    #[test]
    fn codes_compose_and_come_apart() {
        let group = GroupCode::compose(village(), 3).unwrap();
        assert_eq!((group.as_str(), group.number(), group.village()), ("53010200100103", 3, village()));
        assert!(GroupCode::compose(village(), 0).unwrap().is_whole_village() && !group.is_whole_village());
        let household = HouseholdCode::compose(&group, 12).unwrap();
        assert_eq!(
            (household.as_str(), household.number(), household.group()),
            ("530102001001030012", 12, group.clone())
        );
        let parcel = ParcelCode::compose(&group, 71).unwrap();
        assert_eq!((parcel.as_str(), parcel.number(), parcel.group()), ("5301020010010300071", 71, group));
        let contract = ContractCode::of(&household);
        assert_eq!((contract.as_str(), contract.household()), ("530102001001030012J", household));
        let grid = GridCode::compose(village(), 5).unwrap();
        assert_eq!((grid.as_str(), grid.number(), grid.village()), ("530102001001005", 5, village()));
        let unit = RealEstateUnitCode::parse("530102 001002 JC00015 F00010023").unwrap();
        assert_eq!(
            (unit.parcel(), unit.fixture(), unit.county().trimmed()),
            ("530102001002JC00015", "F00010023", "530102")
        );
        assert!(!unit.is_bare_land());
        assert!(RealEstateUnitCode::parse("530102001002jc00015w00000000").unwrap().is_bare_land());
    }

    #[test]
    fn what_comes_apart_goes_together_again() {
        for text in ["53010200100103", " ５３０１０２００１００１０３"] {
            assert_eq!(GroupCode::parse(text).unwrap().as_str(), "53010200100103");
        }
        let contract = ContractCode::parse("530102001001030012j").unwrap();
        assert_eq!(serde_json::to_string(&contract).unwrap(), "\"530102001001030012J\"");
        assert_eq!(serde_json::from_str::<ContractCode>("\"530102001001030012J\"").unwrap(), contract);
        assert!(serde_json::from_str::<GridCode>("\"530102001001\"").is_err());
    }

    #[test]
    fn what_is_refused() {
        let code = |result: Result<(), Fault>| result.unwrap_err().code;
        let (shape, number) = ("standards.below_village.shape", "standards.below_village.number");
        assert_eq!(code(GroupCode::parse("5301020010011").map(drop)), shape);
        assert_eq!(code(GroupCode::compose(village(), 100).map(drop)), shape);
        assert_eq!(code(HouseholdCode::parse("53010200100103001J").map(drop)), shape);
        assert_eq!(code(ParcelCode::parse("530102001001030012J").map(drop)), shape);
        assert_eq!(code(ContractCode::parse("530102001001030012").map(drop)), shape);
        assert_eq!(code(GridCode::compose(village(), 1000).map(drop)), shape);
        assert_eq!(code(GridCode::compose(village(), 0).map(drop)), number);
        let township = DivisionCode::parse("530102001").unwrap();
        assert_eq!(code(GridCode::compose(township, 1).map(drop)), "standards.below_village.village");
        assert_eq!(code(GroupCode::parse("00010200100103").map(drop)), "standards.division.province");
        for text in
            ["", "530102001002JC00015", "530102001002JC00015X00000000", "530102001002J100015F00010023", "不动产"]
        {
            assert_eq!(
                code(RealEstateUnitCode::parse(text).map(drop)),
                "standards.below_village.real_estate",
                "{text}"
            );
        }
    }
}
