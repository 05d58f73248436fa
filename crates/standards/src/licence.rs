//! The identifier of an electronic licence (GB/T 36904-2018), read and composed.

use crate::fault::Fault;
use crate::iso7064::{alphanumeric, mod_37_36};
use crate::typed::tidy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SOURCE: &str = "GB/T 36904-2018";
/// The branch of the object identifier tree given to electronic licences.
const ROOT: &str = "1.2.156.3005.2";

/// `1.2.156.3005.2.TYPE.ISSUER.SERIAL.VERSION.CHECK` of one electronic licence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LicenceIdentifier {
    type_code: String,
    issuer: String,
    serial: String,
    version: String,
    check: char,
}

impl LicenceIdentifier {
    /// Composes an identifier and computes its check character.
    ///
    /// `type_code` is 21 characters, the standard-setter's credit code and a serial of 3 digits; `issuer` is the
    /// issuer's credit code, or a shorter code of 1 to 17 characters as found in public identifiers; `serial` has 1
    /// to 64 characters; `version` is 1 to 999. Only `0`–`9` and `A`–`Z`.
    pub fn compose(type_code: &str, issuer: &str, serial: &str, version: u16) -> Result<LicenceIdentifier, Fault> {
        if !(1..=999).contains(&version) {
            return Err(part("版本号应为001至999", "the version is 001 to 999"));
        }
        LicenceIdentifier::of([type_code, issuer, serial, &format!("{version:03}")])
    }

    /// Reads the whole identifier, in either case, and verifies its check character.
    pub fn parse(text: &str) -> Result<LicenceIdentifier, Fault> {
        let text = tidy(text).to_ascii_uppercase();
        let parts: Option<Vec<&str>> =
            text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.')).map(|rest| rest.split('.').collect());
        let Some(&[type_code, issuer, serial, version, check]) = parts.as_deref() else {
            return Err(fault(
                "standards.licence.shape",
                format!("电子证照标识应为“{ROOT}.类型代码.颁发机构代码.流水号.版本号.校验位”，请完整复制。"),
                format!("A licence identifier reads “{ROOT}.type.issuer.serial.version.check”; copy all of it."),
            ));
        };
        let identifier = LicenceIdentifier::of([type_code, issuer, serial, version])?;
        if identifier.check.to_string() == check {
            Ok(identifier)
        } else {
            Err(fault(
                "standards.licence.check",
                "电子证照标识的校验位不符，至少有一个字符有误，请重新复制。",
                "The check character does not fit: at least one character is wrong; copy the identifier again.",
            ))
        }
    }

    fn of([type_code, issuer, serial, version]: [&str; 4]) -> Result<LicenceIdentifier, Fault> {
        let coded = |text: &str| text.chars().all(|c| alphanumeric(c).is_some());
        let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !coded(type_code) || type_code.len() != 21 || !numeric(&type_code[18..]) {
            return Err(part(
                "类型代码应为18位统一社会信用代码加3位数字",
                "the type is a credit code of 18 characters and 3 digits",
            ));
        }
        if !coded(issuer) || !(1..=18).contains(&issuer.len()) {
            return Err(part("颁发机构代码应为1至18位数字或大写字母", "the issuer is 1 to 18 digits or capitals"));
        }
        if !coded(serial) || !(1..=64).contains(&serial.len()) {
            return Err(part("流水号应为1至64位数字或大写字母", "the serial is 1 to 64 digits or capitals"));
        }
        if !numeric(version) || version.len() != 3 {
            return Err(part("版本号应为3位数字", "the version is 3 digits"));
        }
        let check = mod_37_36(&[type_code, issuer, serial, version].concat()).expect("digits and capitals only");
        let [type_code, issuer, serial, version] = [type_code, issuer, serial, version].map(str::to_owned);
        Ok(LicenceIdentifier { type_code, issuer, serial, version, check })
    }

    pub fn type_code(&self) -> &str {
        &self.type_code
    }

    /// The credit code of whoever set the licence's standard: the first 18 characters of the type code.
    pub fn standard_setter(&self) -> &str {
        &self.type_code[..18]
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Three digits, e.g. `001`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn check(&self) -> char {
        self.check
    }
}

impl std::fmt::Display for LicenceIdentifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let LicenceIdentifier { type_code, issuer, serial, version, check } = self;
        write!(f, "{ROOT}.{type_code}.{issuer}.{serial}.{version}.{check}")
    }
}

impl Serialize for LicenceIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LicenceIdentifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LicenceIdentifier, D::Error> {
        LicenceIdentifier::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn part(zh: &str, en: &str) -> Fault {
    fault(
        "standards.licence.part",
        format!("电子证照标识有误：{zh}，请核对。"),
        format!("The licence identifier is wrong: {en}; check it."),
    )
}

fn fault(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(code, zh, en, SOURCE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUBLIC: [&str; 2] = [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    ];
    /// The sample of a public interface. The rule that fits the others gives `D`, not the `M` it is printed with.
    const MISPRINTED: &str =
        "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";

    #[test]
    fn public_identifiers_are_read_and_written_back() {
        for text in PUBLIC {
            let read = LicenceIdentifier::parse(text).unwrap();
            assert_eq!(read.to_string(), text);
            let version = read.version().parse().unwrap();
            let made = LicenceIdentifier::compose(read.type_code(), read.issuer(), read.serial(), version).unwrap();
            assert_eq!(made, read);
            assert_eq!(
                serde_json::from_value::<LicenceIdentifier>(serde_json::to_value(&read).unwrap()).unwrap(),
                read
            );
        }
        let read = LicenceIdentifier::parse(&PUBLIC[0].to_lowercase()).unwrap();
        assert_eq!((read.standard_setter(), read.check()), ("11100000000013338W", 'U'));
    }

    #[test]
    fn what_is_refused() {
        let good = PUBLIC[0];
        assert!(LicenceIdentifier::parse(&MISPRINTED.replace(".M", ".D")).is_ok());
        let cases = [
            (MISPRINTED.to_owned(), "check"),
            ("".to_owned(), "shape"),
            (good.replace("3005", "3006"), "shape"),
            (good.replace(".001.U", ".001"), "shape"),
            (good.replace(".U", ".V"), "check"),
            (good.replace(".U", ".UU"), "check"),
            (good.replace("403", "404"), "check"),
            (good.replace("W011", "W01"), "part"),
            (good.replace("W011", "W01A"), "part"),
            (good.replace("20230000403", ""), "part"),
            (good.replace("20230000403", "2023号"), "part"),
            (good.replace(".001.", ".01."), "part"),
            (good.replace("44L", "44L0"), "part"),
        ];
        for (text, code) in cases {
            let fault = LicenceIdentifier::parse(&text).unwrap_err();
            assert_eq!(fault.code, format!("standards.licence.{code}"), "{text}");
        }
        for version in [0, 1000] {
            assert!(LicenceIdentifier::compose("11100000000013338W011", "11430000006122244L", "1", version).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_single_altered_serial_character_is_caught(serial in "[0-9A-Z]{1,40}", at: prop::sample::Index, other in "[0-9A-Z]") {
            let made = LicenceIdentifier::compose("11100000000013338W011", "11430000006122244L", &serial, 1).unwrap();
            let mut changed = serial.clone();
            let at = at.index(serial.len());
            changed.replace_range(at..=at, &other);
            let text = made.to_string().replace(&format!(".{serial}."), &format!(".{changed}."));
            prop_assert_eq!(LicenceIdentifier::parse(&text).is_ok(), serial == changed);
        }
    }
}
