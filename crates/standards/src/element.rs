//! The catalogue of data elements: what a field of a form is called, what it may hold and who answers for it.

use crate::bank_card::BankCard;
use crate::codelist;
use crate::credit_code::CreditCode;
use crate::division::DivisionCode;
use crate::fault::Fault;
use crate::identity::IdentityNumber;
use crate::name::Name;
use crate::phone::Phone;
use crate::typed::{hidden, tidy};
use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// One data element of `data/elements.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Dotted, `noun.property`, e.g. `person.identity_number`.
    pub id: String,
    pub zh: String,
    pub en: String,
    pub kind: Kind,
    /// In characters, of the normal form.
    pub max_length: usize,
    /// The id of its code list; given exactly when `kind` is [`Kind::Code`].
    pub code_list: Option<String>,
    pub sensitivity: Sensitivity,
    /// Who holds the authoritative value, in Chinese and in English.
    pub authority_zh: String,
    pub authority: String,
    /// The standard or article the element follows, where there is one.
    pub standard: Option<String>,
}

/// What an element holds, and so how [`Element::check`] reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    PersonName,
    /// `YYYY-MM-DD`
    Date,
    /// RFC 3339 with an offset, e.g. `2026-11-22T09:30:00+08:00`
    DateTime,
    Code,
    IdentityNumber,
    CreditCode,
    /// 12 to 19 digits with their check digit
    BankCard,
    Phone,
    /// A division code, 12 digits
    Place,
    /// Money in whole fen (1/100 yuan), not negative
    MoneyFen,
    /// A decimal number without exponent
    Number,
    /// `true` or `false`
    Boolean,
}

/// How an element must be handled, least careful first; `Sensitive` is PIPL Art 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    Public,
    Internal,
    Personal,
    Sensitive,
}

impl Element {
    /// The normal form of what was typed: half-width, trimmed, codes padded, names and telephones as their modules
    /// write them, 是 and 否 as `true` and `false`. `today` bounds dates of birth in identity numbers.
    ///
    /// A credit code whose check character does not fit is a fault here (`standards.credit_code.check`); where a
    /// clerk may override it, call [`CreditCode::parse`].
    pub fn check(&self, value: &str, today: NaiveDate) -> Result<String, Fault> {
        let text = tidy(value);
        if text.is_empty() {
            return Err(self.fault("standards.element.empty", "不能为空，请填写", "is empty; give a value"));
        }
        let normal = match self.kind {
            Kind::Text if text.chars().any(|c| hidden(c) && !matches!(c, '\n' | '\r' | '\t')) => {
                return Err(self.fault(
                    "standards.element.hidden",
                    "含有看不见的控制字符，请删除",
                    "has invisible control characters; delete them",
                ));
            }
            // Full-width punctuation is proper in Chinese prose: only codes are narrowed.
            Kind::Text => value.trim().to_owned(),
            Kind::PersonName => Name::parse(value)?.expose().to_owned(),
            Kind::Date => {
                self.read(text.parse::<NaiveDate>().ok(), "应为YYYY-MM-DD形式的日期", "is a date, YYYY-MM-DD")?
            }
            Kind::DateTime => {
                let time = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_rfc3339());
                self.read(
                    time,
                    "应为带时区的时间，如2026-11-22T09:30:00+08:00",
                    "is a time such as 2026-11-22T09:30:00+08:00",
                )?
            }
            Kind::Code => {
                let list = self.code_list.as_deref().and_then(codelist::find);
                let entry = list.and_then(|list| list.get(&text)).map(|entry| &entry.code);
                self.read(entry, "不在代码表中，请从列表选择", "is one of its code list; choose from the list")?
            }
            Kind::IdentityNumber => IdentityNumber::parse(&text, today)?.expose().to_owned(),
            Kind::CreditCode => CreditCode::parse(&text)?.strict()?.to_string(),
            Kind::BankCard => BankCard::parse(&text)?.expose().to_owned(),
            Kind::Phone => Phone::parse(&text)?.expose().to_owned(),
            Kind::Place => DivisionCode::parse(&text)?.to_string(),
            Kind::MoneyFen => {
                let fen = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
                self.read(fen, "应为以分为单位的整数金额", "is a whole number of fen")?
            }
            Kind::Number => self.read(decimal(&text).then_some(&text), "应为数字", "is a decimal number")?,
            Kind::Boolean => {
                let truth = match text.to_ascii_lowercase().as_str() {
                    "true" | "1" | "是" => Some(true),
                    "false" | "0" | "否" => Some(false),
                    _ => None,
                };
                self.read(truth, "应为“是”或“否”", "is true or false")?
            }
        };
        if normal.chars().count() > self.max_length {
            let (zh, en) =
                (format!("不能超过{}个字符", self.max_length), format!("has at most {} characters", self.max_length));
            return Err(self.fault("standards.element.length", &zh, &en));
        }
        Ok(normal)
    }

    fn read<T: ToString>(&self, value: Option<T>, zh: &str, en: &str) -> Result<String, Fault> {
        value.map(|value| value.to_string()).ok_or_else(|| self.fault("standards.element.form", zh, en))
    }

    fn fault(&self, code: &'static str, zh: &str, en: &str) -> Fault {
        Fault::new(
            code,
            format!("“{}”{zh}，请核对后重新填写。", self.zh),
            format!("“{}” {en}; check it and type it again.", self.en),
            "data/elements.csv",
        )
    }

    /// JSON Schema (2020-12) of the normal form, always a string; `x-sensitivity` and `x-element` are extensions.
    pub fn to_json_schema(&self) -> Value {
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": format!("urn:element:{}", self.id),
            "title": self.zh,
            "description": self.en,
            "type": "string",
            "minLength": 1,
            "maxLength": self.max_length,
            "x-element": self.id,
            "x-sensitivity": self.sensitivity,
        });
        let (key, value) = match self.kind {
            Kind::Text | Kind::PersonName => return schema,
            Kind::Date => ("format", json!("date")),
            Kind::DateTime => ("format", json!("date-time")),
            Kind::Code => {
                let list = self.code_list.as_deref().and_then(codelist::find);
                ("oneOf", list.map_or(json!([]), |list| list.to_json_schema()["oneOf"].take()))
            }
            Kind::IdentityNumber => ("pattern", json!("^[0-9]{17}[0-9X]$")),
            Kind::CreditCode => ("pattern", json!("^[0-9A-HJ-NPQRTUWXY]{18}$")),
            Kind::BankCard => ("pattern", json!("^[0-9]{12,19}$")),
            Kind::Phone => ("pattern", json!("^(1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8})$")),
            Kind::Place => ("pattern", json!("^[0-9]{12}$")),
            Kind::MoneyFen => ("pattern", json!("^[0-9]+$")),
            Kind::Number => ("pattern", json!("^-?[0-9]+([.][0-9]+)?$")),
            Kind::Boolean => ("enum", json!(["true", "false"])),
        };
        schema[key] = value;
        schema
    }

    /// A strong HTTP entity tag, quotes included; it changes with the element and with its code list.
    pub fn etag(&self) -> String {
        let list = self.code_list.as_deref().and_then(codelist::find).map(|list| list.etag());
        codelist::fingerprint(&[&codelist::written(std::slice::from_ref(self)), list.as_deref().unwrap_or_default()])
    }
}

fn decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let plain = text.strip_prefix('-').unwrap_or(text);
    plain.split_once('.').map_or(digits(plain), |(whole, fraction)| digits(whole) && digits(fraction))
}

/// Every element, grouped by noun.
pub fn all() -> &'static [Element] {
    &ALL
}

pub fn find(id: &str) -> Option<&'static Element> {
    ALL.iter().find(|element| element.id == id)
}

/// The whole catalogue as CSV with its header.
pub fn to_csv() -> String {
    codelist::written(all())
}

/// The entity tag of the whole catalogue.
pub fn etag() -> String {
    codelist::fingerprint(&[&to_csv()])
}

static ALL: LazyLock<Vec<Element>> = LazyLock::new(|| {
    let text = include_str!("../../../data/elements.csv");
    let elements = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<Result<_, _>>();
    elements.expect("the compiled-in catalogue is tested")
});

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn check(id: &str, value: &str) -> Result<String, Fault> {
        find(id).unwrap().check(value, NaiveDate::from_ymd_opt(2026, 11, 22).unwrap())
    }

    #[test]
    fn the_catalogue_is_whole() {
        assert!(all().len() >= 50);
        assert_eq!(all().iter().map(|element| &element.id).collect::<HashSet<_>>().len(), all().len());
        let nouns: HashSet<_> = all().iter().map(|element| element.id.split_once('.').unwrap().0).collect();
        let expected =
            ["person", "household", "organisation", "place", "address", "certificate", "dispute", "incident"];
        assert_eq!(nouns, HashSet::from(expected));
        for element in all() {
            assert!(
                !element.zh.is_ascii()
                    && element.en.is_ascii()
                    && !element.authority.is_empty()
                    && !element.authority_zh.is_ascii(),
                "{}",
                element.id
            );
            assert_eq!(element.code_list.is_some(), element.kind == Kind::Code, "{}", element.id);
            if let Some(list) = &element.code_list {
                let list = codelist::find(list).unwrap();
                assert!(list.entries.iter().all(|entry| entry.code.len() <= element.max_length), "{}", element.id);
            }
        }
        assert_eq!(find("person.health").unwrap().sensitivity, Sensitivity::Sensitive);
        assert!(find("person.identity_number").unwrap().sensitivity >= Sensitivity::Personal);
        assert_eq!(find("person"), None);
    }

    #[test]
    fn what_is_accepted_and_how_it_is_kept() {
        let cases = [
            ("person.identity_number", "11010519491231002x", "11010519491231002X"),
            ("person.name", " 阿依古丽•买买提", "阿依古丽·买买提"),
            ("person.sex", "１", "1"),
            ("person.birth_date", "2026-02-28", "2026-02-28"),
            ("person.phone", "+86 138 0000 0016", "13800000016"),
            ("person.bank_card", "4111 1111 1111 1111", "4111111111111111"),
            ("person.residence", "53.01.02.001.001", "530102001001"),
            ("person.deceased", "否", "false"),
            ("person.deceased", "TRUE", "true"),
            ("organisation.credit_code", "n2530102mf0000013t", "N2530102MF0000013T"),
            ("organisation.capital", "００100", "100"),
            ("address.longitude", "102.7123", "102.7123"),
            ("address.text", " 翠湖北路（东）１号 ", "翠湖北路（东）１号"),
            ("incident.occurred_at", "2026-11-22T09:30:00+08:00", "2026-11-22T09:30:00+08:00"),
            ("incident.description", "第一行\n第二行", "第一行\n第二行"),
        ];
        for (id, value, expected) in cases {
            assert_eq!(check(id, value).unwrap(), expected, "{id}");
        }
    }

    #[test]
    fn what_is_refused() {
        let long = "长".repeat(201);
        let cases = [
            ("person.name", "", "standards.element.empty"),
            ("person.identity_number", "530102188001010017", "standards.identity.check"),
            ("person.sex", "3", "standards.element.form"),
            ("person.education", "72", "standards.element.form"),
            ("person.birth_date", "2026-02-29", "standards.element.form"),
            ("person.phone", "123", "standards.phone.number"),
            ("person.bank_card", "4111111111111112", "standards.bank_card.check"),
            ("person.residence", "5", "standards.division.length"),
            ("person.deceased", "也许", "standards.element.form"),
            ("organisation.credit_code", "91350203M0001QAY9B", "standards.credit_code.check"),
            ("organisation.capital", "-1", "standards.element.form"),
            ("organisation.capital", "1.5", "standards.element.form"),
            ("organisation.capital", "99999999999999999999", "standards.element.form"),
            ("address.longitude", "1e3", "standards.element.form"),
            ("address.longitude", "102.", "standards.element.form"),
            ("address.text", &long, "standards.element.length"),
            ("address.text", "翠湖\u{202e}路", "standards.element.hidden"),
            ("incident.occurred_at", "2026-11-22", "standards.element.form"),
        ];
        for (id, value, code) in cases {
            assert_eq!(check(id, value).unwrap_err().code, code, "{id} {value}");
        }
    }

    #[test]
    fn schemas_tags_and_csv() {
        let sex = find("person.sex").unwrap();
        assert_eq!(sex.to_json_schema()["oneOf"].as_array().unwrap().len(), 4);
        assert_eq!(find("person.health").unwrap().to_json_schema()["x-sensitivity"], "sensitive");
        assert_eq!(find("person.name").unwrap().to_json_schema()["maxLength"], 100);
        let mut other = sex.clone();
        assert_eq!(other.etag(), sex.etag());
        other.max_length += 1;
        assert_ne!(other.etag(), sex.etag());
        assert_eq!(to_csv(), include_str!("../../../data/elements.csv"), "the file is in its normal form");
        assert_eq!(etag().len(), 34);
    }
}
