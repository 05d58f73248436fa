//! From what a browser sends to the JSON that the API takes, by the schema; what cannot be read is named like any wrong field.

use jizuo_kernel::problem::ProblemField;
use jizuo_kernel::{Lang, Text};
use serde_json::{Map, Number, Value};

use crate::document::{Document, Schema};
use crate::field::{count, is_required};
use crate::sent::Sent;
use crate::{when, words};

pub(crate) struct Decoder<'a> {
    pub(crate) document: &'a Document,
    pub(crate) lang: Lang,
    pub(crate) faults: Vec<ProblemField>,
}

impl Decoder<'_> {
    /// The body of a request.
    pub(crate) fn body(&mut self, schema: &Schema, sent: &Sent) -> Value {
        Value::Object(self.object(schema, "", sent))
    }

    fn object(&mut self, schema: &Schema, prefix: &str, sent: &Sent) -> Map<String, Value> {
        let mut object = Map::new();
        for (property, inner) in &schema.properties {
            let name = format!("{prefix}{property}");
            let inner = self.document.plain(inner);
            if let Some(value) = self.value(&name, &inner, sent) {
                object.insert(property.clone(), value);
            } else if is_required(schema, property, &inner) {
                if !inner.properties.is_empty() {
                    let within = self.object(&inner, &format!("{name}."), sent);
                    object.insert(property.clone(), Value::Object(within));
                    continue;
                }
                let label = words::label(schema, property, self.lang);
                let (zh, en) = (format!("请填写“{label}”"), format!("Fill in '{label}'"));
                self.fault(&name, "console.field.missing", Text::owned(zh, en));
            }
        }
        object
    }

    /// None where nothing was filled in.
    fn value(&mut self, name: &str, schema: &Schema, sent: &Sent) -> Option<Value> {
        if schema.is("array") {
            return self.array(name, schema, sent);
        }
        if !schema.properties.is_empty() {
            let prefix = format!("{name}.");
            let blank = sent.under(&prefix).all(|(_, value)| value.trim().is_empty() || value == "false");
            return (!blank).then(|| Value::Object(self.object(schema, &prefix, sent)));
        }
        let text = sent.given(name)?;
        if schema.is("boolean") {
            return Some(Value::Bool(text == "true"));
        }
        if schema.is("integer") || schema.is("number") {
            let number = text.parse::<i64>().map(Number::from).ok();
            let number = number.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
            return match number {
                Some(number) => Some(Value::Number(number)),
                None => self.unread(name, Text::new("请填写数字", "This must be a number")),
            };
        }
        match schema.format.as_deref() {
            Some("date-time") => match when::from_local(text) {
                Some(at) => Some(Value::String(at)),
                None => self.unread(
                    name,
                    Text::new("请填写日期和时间，如 2026-11-24T18:00", "Give day and time, as 2026-11-24T18:00"),
                ),
            },
            Some("date") if text.parse::<chrono::NaiveDate>().is_err() => {
                self.unread(name, Text::new("请填写日期，如 2026-11-24", "Give a day, as 2026-11-24"))
            }
            Some("uuid") if text.parse::<uuid::Uuid>().is_err() => {
                self.unread(name, Text::new("请从列表中选择", "Choose from the list"))
            }
            // What was typed is sent as it was typed: the API says what is wrong with it.
            _ => Some(Value::String(sent.text(name).to_owned())),
        }
    }

    fn array(&mut self, name: &str, schema: &Schema, sent: &Sent) -> Option<Value> {
        let item = schema.items.as_deref().map(|item| self.document.plain(item)).unwrap_or_default();
        if !item.properties.is_empty() {
            let groups: Vec<Value> = (0..count(sent, name))
                .map(|n| Value::Object(self.object(&item, &format!("{name}.{n}."), sent)))
                .collect();
            return Some(Value::Array(groups));
        }
        let lines = sent.all(name).flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
        let values = lines.map(|line| match item.is("integer") {
            true => line.parse::<i64>().map_or_else(|_| Value::from(line), Value::from),
            false => Value::from(line),
        });
        Some(Value::Array(values.collect()))
    }

    /// Says so, and stands in for the value so that it is not called missing as well.
    fn unread(&mut self, name: &str, why: Text) -> Option<Value> {
        self.fault(name, "console.field.unread", why);
        Some(Value::Null)
    }

    fn fault(&mut self, name: &str, code: &str, message: Text) {
        let message = message.read(self.lang).to_owned();
        self.faults.push(ProblemField { field: name.to_owned(), code: code.to_owned(), message, source: None });
    }
}

/// The form without groups in which nothing was filled in, so that numbers mean the same here and for the API.
pub(crate) fn without_blank_groups(document: &Document, schema: &Schema, sent: &Sent) -> Sent {
    let mut kept = sent.clone();
    for (property, inner) in &schema.properties {
        let inner = document.plain(inner);
        let item = inner.items.as_deref().map(|item| document.plain(item)).unwrap_or_default();
        if !inner.is("array") || item.properties.is_empty() {
            continue;
        }
        let filled: Vec<usize> = (0..count(sent, property))
            .filter(|n| {
                let prefix = format!("{property}.{n}.");
                let usual = |field: &str| {
                    let default = item.properties.get(field).and_then(|schema| schema.default.as_ref()?.as_str());
                    default.map(str::to_owned)
                };
                sent.under(&prefix).any(|(name, value)| {
                    let blank = value.trim().is_empty() || value == "false";
                    !blank && usual(&name[prefix.len()..]).as_deref() != Some(value)
                })
            })
            .collect();
        kept.renumber(property, &filled);
    }
    kept
}
