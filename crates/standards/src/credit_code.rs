//! The unified social credit code of GB 32100-2015, whose check character warns instead of refusing.

use crate::codelist::{self, Entry};
use crate::division::DivisionCode;
use crate::fault::{Checked, Fault};
use crate::typed::tidy;
use serde::Serialize;

const SOURCE: &str = "GB 32100-2015";
/// The 31 characters of the standard in the order of their values: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The 18-character code of an organisation. Public information: it is printed as it is.
///
/// There is no `Deserialize`: a code from outside goes through [`CreditCode::parse`], which may warn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads 18 characters in either case, full-width or not.
    ///
    /// A wrong check character, the whole code's or the inner organisation code's (GB 11714-1997), is a warning,
    /// because codes with wrong ones have really been issued: `91350203M0001QAY9B` should end in 9. An authorised
    /// clerk may keep such a code and say why. Everything else is a fault.
    pub fn parse(text: &str) -> Result<Checked<CreditCode>, Fault> {
        let text = tidy(text).to_ascii_uppercase();
        let length = text.chars().count();
        if length != 18 {
            return Err(fault(
                "standards.credit_code.length",
                format!("统一社会信用代码应为18位，现为{length}位，请对照证照重新填写。"),
                format!("A unified social credit code has 18 characters, this one has {length}; copy it again."),
            ));
        }
        if !text.chars().all(|c| ALPHABET.contains(c)) {
            return Err(fault(
                "standards.credit_code.characters",
                "统一社会信用代码只含数字和大写字母，且不用I、O、S、V、Z，请核对是否把0、1、5、2误作字母。",
                "A unified social credit code has digits and capitals without I, O, S, V, Z; look for a letter typed \
                 in place of 0, 1, 5 or 2.",
            ));
        }
        if entry(&text[..1]).is_none() {
            return Err(fault(
                "standards.credit_code.department",
                "统一社会信用代码第1位不是已知的登记管理部门代码，请对照证照核对。",
                "The first character is no known registration department; compare it with the certificate.",
            ));
        }
        if !text[2..8].bytes().all(|b| b.is_ascii_digit()) || &text[2..4] == "00" {
            return Err(fault(
                "standards.credit_code.division",
                "统一社会信用代码第3至8位应为登记机关的行政区划代码（数字），请对照证照核对。",
                "Characters 3 to 8 are the registrar's division code, digits only; compare them with the certificate.",
            ));
        }
        let code = CreditCode(text);
        let warning = code.warning();
        Ok(Checked { value: code, warning })
    }

    fn warning(&self) -> Option<Fault> {
        let expected = check_character(&self.0[..17])?;
        if !self.0.ends_with(expected) {
            return Some(fault(
                "standards.credit_code.check",
                "统一社会信用代码的校验码不符，请对照证照逐位核对；如证照确实如此，由有权人员注明理由后保留。",
                "The check character does not fit; compare each character with the certificate. If it really reads \
                 so, someone authorised may keep it and say why.",
            ));
        }
        (!self.organisation_code_checks()).then(|| {
            Fault::new(
                "standards.credit_code.organisation",
                "统一社会信用代码中的组织机构代码（第9至17位）校验码不符，请对照证照核对；如证照确实如此，由有权人员注明理由后保留。",
                "The organisation code inside (characters 9 to 17) has a check character that does not fit; compare it \
                 with the certificate. If it really reads so, someone authorised may keep it and say why.",
                "GB 11714-1997",
            )
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The registration department, the first character, from code list `organisation_kind`.
    pub fn department(&self) -> Option<&'static Entry> {
        entry(&self.0[..1])
    }

    /// The class of organisation, the first two characters, from code list `organisation_kind`. None where the
    /// list does not name the class: new ones are added to the standard without notice.
    pub fn class(&self) -> Option<&'static Entry> {
        entry(&self.0[..2])
    }

    /// The six digits of the registrar's division. Functional districts use numbers outside GB/T 2260.
    pub fn registrar(&self) -> &str {
        &self.0[2..8]
    }

    /// The registrar's division where its six digits form one.
    pub fn division(&self) -> Option<DivisionCode> {
        DivisionCode::parse(self.registrar()).ok()
    }

    /// The nine characters of the organisation code (GB 11714-1997).
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }

    /// Whether the organisation code's own check character fits.
    pub fn organisation_code_checks(&self) -> bool {
        let (body, check) = self.organisation_code().split_at(8);
        organisation_check(body).is_some_and(|expected| check.starts_with(expected))
    }
}

impl std::fmt::Display for CreditCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// The 18th character of the first 17: weights 3^(i-1) mod 31 (GB 32100-2015). None for other lengths or
/// characters. Every single altered character and every swap of two changes it.
pub fn check_character(body: &str) -> Option<char> {
    if body.len() != 17 {
        return None;
    }
    let (sum, _) = body.chars().try_fold((0, 1), |(sum, weight), c| {
        let value = ALPHABET.find(c)?;
        Some(((sum + value * weight) % 31, weight * 3 % 31))
    })?;
    ALPHABET.chars().nth((31 - sum) % 31)
}

/// The ninth character of an organisation code's first eight (GB 11714-1997): 10 is `X`, 11 is `0`. None for other
/// lengths or characters. A single altered digit changes it; a letter altered by 11 or 22 places does not.
pub fn organisation_check(body: &str) -> Option<char> {
    if body.len() != 8 {
        return None;
    }
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum = body
        .chars()
        .zip(weights)
        .try_fold(0, |sum, (c, weight)| Some(sum + crate::iso7064::alphanumeric(c)? * weight))?;
    Some(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from_digit(n, 10)?,
    })
}

fn entry(code: &str) -> Option<&'static Entry> {
    codelist::find("organisation_kind")?.get(code)
}

fn fault(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(code, zh, en, SOURCE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_codes() {
        let cases = [
            ("11100000000013338W", "11", "100000"),
            ("11430000006122244L", "11", "430000"),
            ("91350200MA2YJ1XR9G", "91", "350200"),
            ("N2530102MF0000013T", "N2", "530102"),
            ("11530000000000019N", "11", "530000"),
            (" n2530102mf0000013t", "N2", "530102"),
            ("１１１０００００００００１３３３８Ｗ", "11", "100000"),
        ];
        for (text, class, registrar) in cases {
            let code = CreditCode::parse(text).unwrap().strict().unwrap();
            assert_eq!(code.class().unwrap().code, class);
            assert_eq!(code.department().unwrap().code, class[..1]);
            assert_eq!(code.registrar(), registrar);
            assert!(code.division().is_some() && code.organisation_code_checks());
        }
    }

    #[test]
    fn the_worked_example() {
        assert_eq!(check_character("11100000000013338"), Some('W'));
        assert_eq!(organisation_check("00001333"), Some('8'));
        assert_eq!(check_character("91350203M0001QAY9"), Some('9'));
        assert_eq!(check_character("1110000000001333"), None);
        assert_eq!(check_character("1110000000001333I"), None);
    }

    #[test]
    fn a_really_issued_code_with_a_wrong_check_character_warns() {
        let checked = CreditCode::parse("91350203M0001QAY9B").unwrap();
        assert_eq!(checked.value.as_str(), "91350203M0001QAY9B");
        assert_eq!(checked.warning.as_ref().unwrap().code, "standards.credit_code.check");
        assert_eq!(checked.strict().unwrap_err().code, "standards.credit_code.check");
    }

    #[test]
    fn a_wrong_inner_check_warns_under_its_own_name() {
        let body = "11100000000013337";
        let text = format!("{body}{}", check_character(body).unwrap());
        assert_eq!(CreditCode::parse(&text).unwrap().warning.unwrap().code, "standards.credit_code.organisation");
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("", "length"),
            ("1110000000001333W", "length"),
            ("11100000000013338S", "characters"),
            ("1110000O000013338W", "characters"),
            ("一1100000000013338W", "characters"),
            ("B1100000000013338W", "department"),
            ("11A00000000013338W", "division"),
            ("11000000000013338W", "division"),
        ];
        for (text, code) in cases {
            assert_eq!(CreditCode::parse(text).unwrap_err().code, format!("standards.credit_code.{code}"), "{text}");
        }
    }

    fn altered(text: &str, at: usize, step: usize, alphabet: &str) -> String {
        let moved = |c| alphabet.chars().nth((alphabet.find(c).unwrap() + step) % alphabet.len()).unwrap();
        text.chars().enumerate().map(|(i, c)| if i == at { moved(c) } else { c }).collect()
    }

    proptest! {
        #[test]
        fn any_single_alteration_is_caught(body in "[0-9A-HJ-NPQRTUWXY]{17}", at in 0usize..17, step in 1usize..31) {
            prop_assert_ne!(check_character(&body), check_character(&altered(&body, at, step, ALPHABET)));
        }

        #[test]
        fn any_altered_digit_of_an_organisation_code_is_caught(body in "[0-9]{8}", at in 0usize..8, step in 1usize..10) {
            prop_assert_ne!(organisation_check(&body), organisation_check(&altered(&body, at, step, &ALPHABET[..10])));
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,20}", coded in "[0-9A-Y]{18}") {
            let _ = (CreditCode::parse(&text), CreditCode::parse(&coded));
        }
    }
}
