//! Values of the API as people read them: by the schema, in the reader's language, times in China.

use askama::Template;
use chrono::{DateTime, Utc};
use jizuo_kernel::Lang;
use serde_json::Value;

use crate::document::{Document, Schema};
use crate::list::TITLES;
use crate::map::Map;
use crate::{when, words};

/// What a value looks like.
pub(crate) enum Shown {
    Text(String),
    /// Keeps its lines.
    Long(String),
    /// Several short ones.
    Several(Vec<String>),
    Facts(Facts),
    /// Drawn.
    Map(Map),
    /// Figures before and after, drawn.
    Bars(Bars),
    /// Opens by itself: a paper to print, a file.
    Open(String),
    /// Several things.
    Items(Vec<Item>),
    /// Answers, each under its name.
    Cards(Vec<Card>),
}

/// An answer: what it is about, what it comes to, and the rest.
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) chip: Option<String>,
    pub(crate) facts: Facts,
}

/// One of several things, with what can be done to it.
pub(crate) struct Item {
    pub(crate) facts: Facts,
    pub(crate) links: Vec<Link>,
    /// The path of the picture that it is.
    pub(crate) picture: Option<Link>,
}

pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) path: String,
}

/// Figures before and after, and the greatest of them.
pub(crate) struct Bars {
    pub(crate) rows: Vec<(String, i64, i64)>,
    pub(crate) most: i64,
    pub(crate) lang: Lang,
}

impl Bars {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.lang == Lang::Zh { zh } else { en }
    }
}

/// One line of a list of facts.
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) shown: Shown,
}

/// A list of facts, which may hold lists of facts.
#[derive(Template)]
#[template(path = "facts.html")]
pub(crate) struct Facts {
    pub(crate) facts: Vec<Fact>,
}

impl Facts {
    fn short(&self) -> Option<String> {
        let texts: Option<Vec<&str>> = self
            .facts
            .iter()
            .map(|fact| match &fact.shown {
                Shown::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        texts.map(|texts| texts.join(" · ")).filter(|text| !text.is_empty())
    }
}

/// Reads values with one document, in one language.
pub(crate) struct Reader<'a> {
    pub(crate) document: &'a Document,
    pub(crate) lang: Lang,
}

impl Reader<'_> {
    /// The facts of an object, in the order of its schema; what is empty is left out, and so is what `skip` names, and what
    /// only leads on to a page.
    pub(crate) fn facts(&self, schema: &Schema, object: &Value, skip: &dyn Fn(&str) -> bool) -> Facts {
        let opens = |name: &str| object.get(name).and_then(Value::as_str).is_some_and(|path| path.starts_with("/api/"));
        let said = |(name, property): &(&String, &Schema)| {
            !skip(name) && !property.is_for_programs() && (!property.is_link() || opens(name))
        };
        let facts = schema.properties.iter().filter(said).filter_map(|(name, property)| {
            let shown = self.shown(schema, name, property, object.get(name)?)?;
            Some(Fact { label: words::label(schema, name, self.lang), shown })
        });
        Facts { facts: facts.collect() }
    }

    pub(crate) fn shown(&self, owner: &Schema, name: &str, property: &Schema, value: &Value) -> Option<Shown> {
        if let Some(text) = self.in_language(value) {
            return Some(Shown::Text(text)).filter(|_| !value.is_null());
        }
        if self.is_drawn(property) {
            return Map::of(value).map(Shown::Map);
        }
        if self.shows(property, "bars") {
            return self.bars(value).map(Shown::Bars);
        }
        match value {
            Value::String(path) if property.is_link() && path.starts_with("/api/") => Some(Shown::Open(path.clone())),
            Value::Array(items) if items.is_empty() => None,
            Value::Array(items) => {
                let schema = self.document.plain(property);
                let item = schema.items.as_deref().map(|item| self.document.plain(item)).unwrap_or_default();
                if self.shows(property, "cards") {
                    return Some(Shown::Cards(items.iter().map(|value| self.card(&item, value)).collect()));
                }
                if items.iter().any(|value| value.is_object() && self.in_language(value).is_none()) {
                    let facts = items.iter().map(|value| Item {
                        facts: self.facts(&item, value, &is_key),
                        links: Vec::new(),
                        picture: None,
                    });
                    Some(Shown::Items(facts.collect()))
                } else {
                    Some(Shown::Several(
                        items.iter().filter_map(|value| self.text(owner, name, &item, value)).collect(),
                    ))
                }
            }
            Value::Object(_) => {
                let facts = self.facts(&self.document.plain(property), value, &is_key);
                match facts.short() {
                    Some(text) if facts.facts.len() == 1 => Some(Shown::Text(text)),
                    _ if facts.facts.is_empty() => None,
                    _ => Some(Shown::Facts(facts)),
                }
            }
            _ => {
                let text = self.text(owner, name, &self.document.plain(property), value)?;
                Some(if text.contains('\n') || text.chars().count() > 60 {
                    Shown::Long(text)
                } else {
                    Shown::Text(text)
                })
            }
        }
    }

    /// Its name above, beside it the first word of a code list: what the answer comes to.
    fn card(&self, schema: &Schema, value: &Value) -> Card {
        let text = |name: &str| {
            let property = self.document.plain(schema.properties.get(name)?);
            self.text(schema, name, &property, value.get(name)?)
        };
        let named = TITLES.into_iter().find(|name| text(name).is_some());
        let coded = |(_, property): &(&String, &Schema)| !self.document.plain(property).values.is_empty();
        let comes_to = schema.properties.iter().find(coded).map(|(name, _)| name.as_str());
        Card {
            title: named.and_then(text).unwrap_or_default(),
            chip: comes_to.and_then(text),
            facts: self.facts(schema, value, &|name| Some(name) == named || Some(name) == comes_to || is_key(name)),
        }
    }

    /// Entries of a title and two figures, `before` and `after`.
    fn bars(&self, value: &Value) -> Option<Bars> {
        let row = |entry: &Value| {
            let figure = |name: &str| entry.get(name).and_then(Value::as_i64);
            Some((self.in_language(entry.get("title")?)?, figure("before")?, figure("after")?))
        };
        let rows: Vec<_> = value.as_array()?.iter().filter_map(row).collect();
        let most = rows.iter().flat_map(|(_, before, after)| [*before, *after]).max()?.max(1);
        Some(Bars { rows, most, lang: self.lang })
    }

    /// A boundary, or features that have one.
    fn is_drawn(&self, property: &Schema) -> bool {
        self.shows(property, "map")
    }

    /// Whether a property, or what it holds several of, says that it is shown so.
    fn shows(&self, property: &Schema, how: &str) -> bool {
        let plain = self.document.plain(property);
        let item = plain.items.as_deref().map(|item| self.document.plain(item)).unwrap_or_default();
        let says = |schema: &Schema| schema.shows.as_deref() == Some(how);
        says(property) || says(&plain) || item.properties.values().any(says)
    }

    /// A value in one line, for a cell of a table.
    pub(crate) fn text(&self, owner: &Schema, name: &str, property: &Schema, value: &Value) -> Option<String> {
        if let Some(text) = self.in_language(value) {
            return Some(text);
        }
        match value {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) if property.has_format("date-time") => {
                Some(text.parse::<DateTime<Utc>>().map_or_else(|_| text.clone(), when::minute))
            }
            Value::String(text) => {
                let coded = !property.values.is_empty()
                    || owner.value_words.get(name).is_some_and(|values| values.contains_key(text));
                Some(match coded {
                    true => words::value(owner, name, property, text, self.lang),
                    false => words::data_element(text, self.lang).unwrap_or(text).to_owned(),
                })
            }
            Value::Bool(yes) => {
                let (zh, en) = if *yes { ("是", "Yes") } else { ("否", "No") };
                Some((if self.lang == Lang::Zh { zh } else { en }).to_owned())
            }
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text in both languages reads as one.
    fn in_language(&self, value: &Value) -> Option<String> {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        let (zh, en) = (object.get("zh")?.as_str()?, object.get("en")?.as_str()?);
        Some((if self.lang == Lang::Zh { zh } else { en }).to_owned())
    }
}

/// What programs need and people do not.
fn is_key(name: &str) -> bool {
    name == "id"
}
