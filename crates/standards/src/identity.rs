//! The citizen identity number of GB 11643-1999, read, questioned and kept out of logs.

use crate::division::DivisionCode;
use crate::fault::Fault;
use crate::iso7064::mod_11_2;
use crate::mask;
use crate::typed::tidy;
use chrono::{Datelike, NaiveDate};

const SOURCE: &str = "GB 11643-1999";
/// The first two digits in use: provinces of GB/T 2260, and 83 for residence permits of people from Taiwan.
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

/// An 18-character number that passed every check of the standard. It proves neither that the number was issued
/// nor that it belongs to whoever gave it.
///
/// `Debug` and `Display` show the mask only, and there is no `Serialize`: the number leaves through
/// [`IdentityNumber::expose`] and nowhere else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdentityNumber {
    text: String,
    birth: NaiveDate,
}

/// The sex an identity number states by its sequence, odd for men; codes of GB/T 2261.1-2003.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    /// In code list `sex`: `1` male, `2` female.
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
        }
    }
}

/// Who carries the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A citizen with a resident identity card.
    Resident,
    /// Residence permit for people from Hong Kong, area 810000 (港澳台居民居住证申领发放办法).
    HongKong,
    /// The same from Macau, area 820000.
    Macau,
    /// The same from Taiwan, area 830000.
    Taiwan,
}

/// How long an identity card is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardValidity {
    Years(u8),
    LongTerm,
}

/// The validity of a card by the holder's age in full years when it is issued: under 16 five years, 16–25 ten,
/// 26–45 twenty, from 46 long-term (居民身份证法 Art 5).
pub fn card_validity(age: u32) -> CardValidity {
    match age {
        0..=15 => CardValidity::Years(5),
        16..=25 => CardValidity::Years(10),
        26..=45 => CardValidity::Years(20),
        _ => CardValidity::LongTerm,
    }
}

impl IdentityNumber {
    /// Reads 18 characters, full-width or not, `x` for `X`. `today` is the day beyond which nobody is born yet.
    pub fn parse(text: &str, today: NaiveDate) -> Result<IdentityNumber, Fault> {
        let text = tidy(text).to_ascii_uppercase();
        match text.chars().count() {
            18 => {}
            15 if digits(&text) => {
                return Err(Fault::new(
                    "standards.identity.fifteen",
                    "这是15位旧号码，第一代居民身份证已于2013年1月1日停用，请填写18位公民身份号码。",
                    "This is an old 15-digit number, void since 2013-01-01; give the 18-character identity number.",
                    "全国人大常委会关于修改《居民身份证法》的决定 (2011)",
                ));
            }
            length => {
                return Err(fault(
                    "standards.identity.length",
                    format!("公民身份号码应为18位，现为{length}位，请对照证件重新填写。"),
                    format!(
                        "An identity number has 18 characters, this one has {length}; copy it again from the card."
                    ),
                ));
            }
        }
        let (body, check) = match text.char_indices().nth(17) {
            Some((at, check)) if digits(&text[..at]) && (check == 'X' || check.is_ascii_digit()) => {
                (&text[..at], check)
            }
            _ => {
                return Err(fault(
                    "standards.identity.characters",
                    "公民身份号码前17位应为数字，末位为数字或X，请对照证件重新填写。",
                    "An identity number is 17 digits and then a digit or X; copy it again from the card.",
                ));
            }
        };
        if !PROVINCES.contains(&&body[..2]) || DivisionCode::parse(&body[..6]).is_err() {
            return Err(fault(
                "standards.identity.area",
                "公民身份号码前6位不是有效的行政区划代码，请对照证件核对（以9开头的外国人永久居留身份证请选择相应证件类型）。",
                "The first 6 digits are no division code; compare them with the card (for a foreigner's permanent \
                 residence card, which begins with 9, choose that document type).",
            ));
        }
        let birth = birth(&body[6..14]).filter(|date| date.year() >= 1800).ok_or_else(|| {
            fault(
                "standards.identity.birth",
                "公民身份号码第7至14位不是真实的出生日期，请对照证件核对。",
                "Digits 7 to 14 are no real date of birth; compare them with the card.",
            )
        })?;
        if birth > today {
            return Err(fault(
                "standards.identity.future",
                "公民身份号码中的出生日期晚于今天，请对照证件核对。",
                "The date of birth in the number is later than today; compare it with the card.",
            ));
        }
        if mod_11_2(body) != Some(check) {
            return Err(fault(
                "standards.identity.check",
                "公民身份号码的校验码不符，至少有一位填错，请对照证件逐位核对。",
                "The check character does not fit: at least one character is wrong; compare each with the card.",
            ));
        }
        Ok(IdentityNumber { text, birth })
    }

    /// The 18-character form of a 15-digit number of before 1999: the century goes in, the check character on.
    /// Sequences 996–999 were kept for people already a hundred years old, born in the 1800s.
    pub fn from_fifteen(text: &str, today: NaiveDate) -> Result<IdentityNumber, Fault> {
        let text = tidy(text);
        if text.len() != 15 || !digits(&text) {
            return Err(fault(
                "standards.identity.fifteen_digits",
                "旧身份证号码应为15位数字，请核对后重新填写。",
                "An old identity number has 15 digits; check it and type it again.",
            ));
        }
        let century = if matches!(&text[12..], "996" | "997" | "998" | "999") { "18" } else { "19" };
        let body = format!("{}{century}{}", &text[..6], &text[6..]);
        let check = mod_11_2(&body).expect("17 digits have a check character");
        IdentityNumber::parse(&format!("{body}{check}"), today)
    }

    /// The number itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.text
    }

    pub fn birth_date(&self) -> NaiveDate {
        self.birth
    }

    pub fn sex(&self) -> Sex {
        if matches!(self.text.as_bytes()[16], b'1' | b'3' | b'5' | b'7' | b'9') { Sex::Male } else { Sex::Female }
    }

    /// Where the holder was first registered. It is not the present residence, and may be long abolished.
    pub fn area(&self) -> DivisionCode {
        DivisionCode::parse(&self.text[..6]).expect("parse let only a division code in")
    }

    pub fn holder(&self) -> Holder {
        match &self.text[..6] {
            "810000" => Holder::HongKong,
            "820000" => Holder::Macau,
            "830000" => Holder::Taiwan,
            _ => Holder::Resident,
        }
    }

    /// Full years on `date`, reached on the birthday (1 March in common years for those born on 29 February). None
    /// before birth.
    pub fn age_on(&self, date: NaiveDate) -> Option<u32> {
        date.years_since(self.birth)
    }
}

impl std::fmt::Display for IdentityNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&mask::identity(&self.text))
    }
}

impl std::fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdentityNumber({self})")
    }
}

fn fault(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(code, zh, en, SOURCE)
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn birth(text: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read(text: &str) -> Result<IdentityNumber, Fault> {
        IdentityNumber::parse(text, day("2026-11-22"))
    }

    #[test]
    fn vectors_of_the_standard_and_synthetic_ones() {
        let cases = [
            ("11010519491231002X", "1949-12-31", Sex::Female, "110105"),
            ("440524188001010014", "1880-01-01", Sex::Male, "440524"),
            ("530102188001010016", "1880-01-01", Sex::Male, "530102"),
            ("530102188001010024", "1880-01-01", Sex::Female, "530102"),
            ("530102188001019993", "1880-01-01", Sex::Male, "530102"),
            (" １１０１０５１９４９１２３１００２ｘ", "1949-12-31", Sex::Female, "110105"),
        ];
        for (text, birth, sex, area) in cases {
            let number = read(text).unwrap();
            assert_eq!((number.birth_date(), number.sex()), (day(birth), sex), "{text}");
            assert_eq!((number.area().trimmed(), number.holder()), (area, Holder::Resident));
        }
        assert_eq!(read("11010519491231002x").unwrap().expose(), "11010519491231002X");
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("", "standards.identity.length"),
            ("5301021880010100160", "standards.identity.length"),
            ("530102800101001", "standards.identity.fifteen"),
            ("53010218800101001X", "standards.identity.check"),
            ("530102188001010017", "standards.identity.check"),
            ("5301021880010100I6", "standards.identity.characters"),
            ("53010218800101001Y", "standards.identity.characters"),
            ("五30102188001010016", "standards.identity.characters"),
            ("000102188001010016", "standards.identity.area"),
            ("990102188001010016", "standards.identity.area"),
            ("530102190002290016", "standards.identity.birth"),
            ("530102188013010016", "standards.identity.birth"),
            ("530102179912310016", "standards.identity.birth"),
            ("530102202611230016", "standards.identity.future"),
        ];
        for (text, code) in cases {
            let fault = read(text).unwrap_err();
            assert_eq!(fault.code, code, "{text}");
            assert!(
                text.is_empty() || !fault.en.contains(text) && !fault.zh.contains(text),
                "a fault repeats no number"
            );
        }
    }

    #[test]
    fn someone_born_today_is_accepted_and_tomorrow_is_not() {
        let body = "53010220261122001";
        let text = format!("{body}{}", mod_11_2(body).unwrap());
        assert_eq!(read(&text).unwrap().age_on(day("2026-11-22")), Some(0));
        assert_eq!(IdentityNumber::parse(&text, day("2026-11-21")).unwrap_err().code, "standards.identity.future");
    }

    #[test]
    fn fifteen_digits_become_eighteen() {
        let cases = [("530102800101001", "530102198001010015"), ("530102800101999", "530102188001019993")];
        for (old, new) in cases {
            assert_eq!(IdentityNumber::from_fifteen(old, day("2026-11-22")).unwrap().expose(), new);
        }
        for (old, code) in
            [("53010280010100", "fifteen_digits"), ("530102800230001", "birth"), ("53010280010100X", "fifteen_digits")]
        {
            let fault = IdentityNumber::from_fifteen(old, day("2026-11-22")).unwrap_err();
            assert_eq!(fault.code, format!("standards.identity.{code}"));
        }
    }

    #[test]
    fn holders_of_residence_permits() {
        for (area, holder) in [("810000", Holder::HongKong), ("820000", Holder::Macau), ("830000", Holder::Taiwan)] {
            let body = format!("{area}19800101001");
            let number = read(&format!("{body}{}", mod_11_2(&body).unwrap())).unwrap();
            assert_eq!(number.holder(), holder);
        }
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        let number = read("11010519491231002X").unwrap();
        let cases = [("1949-12-30", None), ("1949-12-31", Some(0)), ("2009-12-30", Some(59)), ("2009-12-31", Some(60))];
        for (date, age) in cases {
            assert_eq!(number.age_on(day(date)), age, "{date}");
        }
        let leap = "53010220000229001";
        let leap = read(&format!("{leap}{}", mod_11_2(leap).unwrap())).unwrap();
        let cases = [("2018-02-28", 17), ("2018-03-01", 18), ("2020-02-29", 20)];
        for (date, age) in cases {
            assert_eq!(leap.age_on(day(date)), Some(age), "{date}");
        }
    }

    #[test]
    fn cards_are_valid_by_age() {
        use CardValidity::*;
        let cases = [
            (0, Years(5)),
            (15, Years(5)),
            (16, Years(10)),
            (25, Years(10)),
            (26, Years(20)),
            (45, Years(20)),
            (46, LongTerm),
        ];
        for (age, validity) in cases {
            assert_eq!(card_validity(age), validity, "{age}");
        }
    }

    #[test]
    fn printing_shows_the_mask() {
        let number = read("530102188001010016").unwrap();
        assert_eq!(number.to_string(), "530102********0016");
        assert_eq!(format!("{number:?}"), "IdentityNumber(530102********0016)");
    }

    proptest! {
        #[test]
        fn any_single_altered_digit_is_caught(days in 0i64..80_000, sequence in 0u32..1000, at in 0usize..18, step in 1u32..10) {
            let birth = day("1805-01-01") + chrono::Days::new(days as u64);
            let body = format!("530102{}{sequence:03}", birth.format("%Y%m%d"));
            let good = format!("{body}{}", mod_11_2(&body).unwrap());
            prop_assert!(read(&good).is_ok());
            let altered: String = good.chars().enumerate().map(|(i, c)| match c.to_digit(10) {
                Some(digit) if i == at => char::from_digit((digit + step) % 10, 10).unwrap(),
                None if i == at => char::from_digit(step, 10).unwrap(),
                _ => c,
            }).collect();
            prop_assert!(read(&altered).is_err());
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,20}", digits in "[0-9]{17}[0-9X]") {
            let _ = (read(&text), read(&digits), IdentityNumber::from_fifteen(&text, day("2026-11-22")));
        }
    }
}
