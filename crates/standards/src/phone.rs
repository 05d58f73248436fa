//! Telephone numbers of mainland China, mobile and fixed, as people write them.

use crate::division::DivisionCode;
use crate::fault::Fault;
use crate::mask;
use crate::typed::tidy;

const SOURCE: &str = "电信网编号计划 (MIIT)";

/// The area codes of Yunnan's 16 prefectures, with the prefecture's division code.
pub const YUNNAN_AREA_CODES: [(&str, &str); 16] = [
    ("0691", "5328"),
    ("0692", "5331"),
    ("0870", "5306"),
    ("0871", "5301"),
    ("0872", "5329"),
    ("0873", "5325"),
    ("0874", "5303"),
    ("0875", "5305"),
    ("0876", "5326"),
    ("0877", "5304"),
    ("0878", "5323"),
    ("0879", "5308"),
    ("0883", "5309"),
    ("0886", "5333"),
    ("0887", "5334"),
    ("0888", "5307"),
];

/// A mobile number (`13800000016`) or a fixed one with area code (`0871-63000016`).
///
/// `Debug` and `Display` show the mask only; [`Phone::expose`] gives the number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Mobile,
    Fixed,
}

impl Phone {
    /// Reads a number with or without +86, 0086, 86, blanks, dashes and brackets; full-width or not. An elderly
    /// villager may have no telephone: where this is called on an empty text, the field should have been optional.
    pub fn parse(text: &str) -> Result<Phone, Fault> {
        let marks = [' ', '-', '(', ')', '–', '—', '－'];
        let plain: String = tidy(text).chars().filter(|c| !marks.contains(c)).collect();
        let national = ["+86", "0086"].iter().find_map(|prefix| plain.strip_prefix(prefix)).unwrap_or(&plain);
        let national = national.strip_prefix("86").filter(|rest| mobile(rest)).unwrap_or(national);
        if mobile(national) {
            return Ok(Phone { text: national.to_owned(), kind: Kind::Mobile });
        }
        // Abroad the leading 0 of an area code is not dialled, so +86 871 … comes without it.
        let fixed = if national.len() < plain.len() && !national.starts_with('0') {
            format!("0{national}")
        } else {
            national.to_owned()
        };
        match area_length(&fixed) {
            Some(area) => Ok(Phone { text: format!("{}-{}", &fixed[..area], &fixed[area..]), kind: Kind::Fixed }),
            None => Err(Fault::new(
                "standards.phone.number",
                "电话号码应为11位手机号，或带区号的固定电话（如0871-63000016），请核对后重新填写。",
                "A telephone number is an 11-digit mobile number or a fixed one with its area code, such as \
                 0871-63000016; check it and type it again.",
                SOURCE,
            )),
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// `13800000016` or `0871-63000016`. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The area code of a fixed number, with its 0.
    pub fn area_code(&self) -> Option<&str> {
        self.text.split_once('-').map(|(area, _)| area)
    }

    /// The prefecture of a fixed number in Yunnan. Not where a person lives: only where the line is.
    pub fn yunnan_prefecture(&self) -> Option<DivisionCode> {
        let area = self.area_code()?;
        let (_, prefecture) = YUNNAN_AREA_CODES.iter().find(|(code, _)| *code == area)?;
        DivisionCode::parse(prefecture).ok()
    }
}

/// `^1[3-9]\d{9}$`
fn mobile(text: &str) -> bool {
    text.len() == 11 && digits(text) && text.starts_with('1') && matches!(text.as_bytes()[1], b'3'..=b'9')
}

/// The length of the area code when the rest is a subscriber's 7 or 8 digits not beginning with 0 or 1.
fn area_length(text: &str) -> Option<usize> {
    if !digits(text) || !text.starts_with('0') {
        return None;
    }
    let area = match text.as_bytes().get(1)? {
        b'1' if text.starts_with("010") => 3,
        b'2' => 3,
        b'3'..=b'9' => 4,
        _ => return None,
    };
    let subscriber = text.get(area..)?;
    (matches!(subscriber.len(), 7 | 8) && !subscriber.starts_with(['0', '1'])).then_some(area)
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

impl std::fmt::Display for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&mask::phone(&self.text))
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_read() {
        let cases = [
            ("13800000016", "13800000016"),
            ("+86 138-0000-0016", "13800000016"),
            ("008613800000016", "13800000016"),
            ("8613800000016", "13800000016"),
            ("１３８０００００００６", "13800000006"),
            ("0871-63000016", "0871-63000016"),
            ("(0871) 6300 0016", "0871-63000016"),
            ("+86 871 63000016", "0871-63000016"),
            ("0691 2123456", "0691-2123456"),
            ("010-65000016", "010-65000016"),
            ("+861065000016", "010-65000016"),
            ("02865000016", "028-65000016"),
        ];
        for (text, expected) in cases {
            assert_eq!(Phone::parse(text).unwrap().expose(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_refused() {
        for text in [
            "",
            "12800000016",
            "1380000001",
            "138000000160",
            "63000016",
            "0871-630000",
            "0871-630000016",
            "0871-03000016",
            "0071-63000016",
            "+1 202 555 0100",
            "电话",
        ] {
            assert_eq!(Phone::parse(text).unwrap_err().code, "standards.phone.number", "{text}");
        }
    }

    #[test]
    fn fixed_numbers_know_their_prefecture() {
        let phone = Phone::parse("0871-63000016").unwrap();
        assert_eq!((phone.kind(), phone.area_code()), (Kind::Fixed, Some("0871")));
        assert_eq!(phone.yunnan_prefecture().unwrap().trimmed(), "5301");
        assert_eq!(Phone::parse("010-65000016").unwrap().yunnan_prefecture(), None);
        let mobile = Phone::parse("13800000016").unwrap();
        assert_eq!((mobile.kind(), mobile.area_code(), mobile.yunnan_prefecture()), (Kind::Mobile, None, None));
        let prefectures: std::collections::HashSet<_> =
            YUNNAN_AREA_CODES.iter().map(|(_, division)| division).collect();
        assert_eq!(prefectures.len(), 16);
        let table = include_str!("../../../data/yunnan-divisions.csv");
        for (_, division) in YUNNAN_AREA_CODES {
            assert!(table.contains(&format!("\n{division}00000000,")), "{division}");
        }
    }

    #[test]
    fn printing_shows_the_mask() {
        let phone = Phone::parse("13800000016").unwrap();
        assert_eq!((phone.to_string(), format!("{phone:?}")), ("138****0016".into(), "Phone(138****0016)".into()));
    }

    proptest! {
        #[test]
        fn what_was_read_reads_the_same(text in "(\\+86)?(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.expose()).unwrap(), phone);
            }
        }
    }
}
