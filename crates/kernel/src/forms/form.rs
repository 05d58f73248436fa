//! A form, as a module writes it: what for, on what ground, and the data elements it needs.

use jizuo_standards::element::{self, Element};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Text;
use crate::people::SubjectKind;
use crate::people::facts::Basis;

/// One form. Registered with the module; the registry refuses a form that asks again for what is collected already.
#[derive(Debug)]
pub struct Form {
    /// `mediation.party`
    pub id: &'static str,
    pub title: Text,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// What for, as the person is told (PIPL 17); a consent is given for this purpose.
    pub purpose: Text,
    pub ground: Ground,
    pub fields: &'static [Field],
}

/// On what ground the data is used (PIPL 13).
#[derive(Debug)]
pub enum Ground {
    /// A statutory duty, with its article.
    StatutoryDuty(Text),
    /// The consent of the person, for this form's purpose.
    Consent,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name in the request: `phone`.
    pub name: &'static str,
    pub ask: Ask,
    pub required: bool,
}

/// What a field asks for.
#[derive(Debug)]
pub enum Ask {
    /// An element of the catalogue, as long as it is not known and fresh.
    Element(&'static str),
    /// The same, where this form wants it fresher than others do: observed within so many days.
    Fresh { element: &'static str, days: u32 },
    /// An element that must be asked anew each time, and why: what is to be declared, not looked up.
    Anew { element: &'static str, why: Text },
    /// What no element of the catalogue says: it stays with the module, and has to say why it is asked.
    Own { title: Text, kind: OwnKind, max_length: usize, why: Text },
}

/// What a field of a form's own may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OwnFieldKind)]
pub enum OwnKind {
    Text,
    Date,
    Number,
    Boolean,
}

impl Form {
    pub(crate) fn module(&self) -> &'static str {
        self.id.split('.').next().unwrap_or_default()
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &'static Element> {
        self.fields.iter().filter_map(Field::element)
    }

    pub(crate) fn wants_consent(&self) -> bool {
        matches!(self.ground, Ground::Consent)
    }

    /// The basis that facts collected by it have.
    pub(crate) fn basis(&self) -> Basis {
        if self.wants_consent() { Basis::Consent } else { Basis::StatutoryDuty }
    }
}

impl Field {
    /// The element it asks for, if it is one of the catalogue.
    pub fn element(&self) -> Option<&'static Element> {
        match self.ask {
            Ask::Element(id) | Ask::Fresh { element: id, .. } | Ask::Anew { element: id, .. } => element::find(id),
            Ask::Own { .. } => None,
        }
    }

    pub fn title(&self) -> Text {
        match (&self.ask, self.element()) {
            (Ask::Own { title, .. }, _) => title.clone(),
            (_, Some(element)) => Text::owned(element.zh.clone(), element.en.clone()),
            (_, None) => Text::owned(self.name, self.name),
        }
    }

    /// Observed longer ago than this many days it is stale, whatever the fact says.
    pub(crate) fn fresh_days(&self) -> Option<u32> {
        match self.ask {
            Ask::Fresh { days, .. } => Some(days),
            _ => None,
        }
    }
}

impl OwnKind {
    /// The normal form of what was typed, or what is wrong.
    pub(crate) fn check(self, value: &str, max_length: usize) -> Result<String, Text> {
        let text = value.trim();
        let length = text.chars().count();
        if length > max_length {
            return Err(crate::say!(
                "最多 {max_length} 个字，现有 {length} 个",
                "at most {max_length} characters; there are {length}"
            ));
        }
        match self {
            OwnKind::Text if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => {
                Err(Text::new("含有不可见的控制字符，请删除", "contains control characters; remove them"))
            }
            OwnKind::Text => Ok(text.to_owned()),
            OwnKind::Date => text
                .parse::<chrono::NaiveDate>()
                .map(|day| day.to_string())
                .map_err(|_| Text::new("应为 YYYY-MM-DD 形式的日期", "this is a date, YYYY-MM-DD")),
            OwnKind::Number => {
                text.parse::<i64>().map(|n| n.to_string()).map_err(|_| Text::new("应为整数", "this is a whole number"))
            }
            OwnKind::Boolean => match text {
                "true" | "是" => Ok("true".to_owned()),
                "false" | "否" => Ok("false".to_owned()),
                _ => Err(Text::new("应为“是”或“否”", "this is true or false")),
            },
        }
    }
}
