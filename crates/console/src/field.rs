//! The fields of a form, made from the schema of what is sent: what is typed has the dotted name under which the API speaks of it.

use askama::Template;
use jizuo_kernel::Lang;
use jizuo_kernel::problem::ProblemField;
use serde_json::Value;

use crate::document::{Document, Schema};
use crate::pick::{Of, Pick};
use crate::sent::Sent;
use crate::{when, words};

/// One question, or a group of them.
#[derive(Template)]
#[template(path = "field.html")]
pub(crate) struct Field {
    /// `parties.0.name`
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) required: bool,
    pub(crate) fault: Option<String>,
    pub(crate) lang: Lang,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// A line: the type of the input, and its value.
    Line {
        input: &'static str,
        value: String,
        max_length: Option<u64>,
        min: Option<f64>,
        max: Option<f64>,
        /// Whether a number may have decimals.
        parts: bool,
    },
    Long {
        value: String,
        max_length: u64,
    },
    /// A file to choose, of these kinds.
    File {
        accept: String,
        several: bool,
        /// A form that comes back holds no file any more.
        again: bool,
    },
    /// A box to tick.
    Box {
        on: bool,
    },
    /// One of several, by buttons when they are few.
    One {
        options: Vec<Choice>,
        few: bool,
    },
    Many {
        options: Vec<Choice>,
    },
    /// Several texts, one a line.
    Lines {
        value: String,
    },
    /// Somebody, a household or a place that is looked for.
    Pick(Pick),
    Group {
        fields: Vec<Field>,
    },
    /// Groups that repeat, and whether there may be one more.
    Groups {
        groups: Vec<Vec<Field>>,
        more: bool,
    },
}

pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) chosen: bool,
}

/// The fields in which somebody or something is looked for, by their dotted names.
pub(crate) fn picks(document: &Document, schema: &Schema, prefix: &str, sent: &Sent, found: &mut Vec<(String, Of)>) {
    for (property, inner) in &schema.properties {
        let name = format!("{prefix}{property}");
        let inner = document.plain(inner);
        let item = inner.items.as_deref().map(|item| document.plain(item)).unwrap_or_default();
        if inner.is("array") && !item.properties.is_empty() {
            for n in 0..groups_of(sent, &name) {
                picks(document, &item, &format!("{name}.{n}."), sent, found);
            }
        } else if !inner.properties.is_empty() {
            picks(document, &inner, &format!("{name}."), sent, found);
        } else {
            let of = match (inner.picks.as_deref(), property.as_str()) {
                (Some("person"), _) => Of::Person,
                (Some("household"), _) => Of::Household,
                (None, "place") => Of::Below,
                _ => continue,
            };
            found.push((name, of));
        }
    }
}

/// How many groups a form shows: those sent, one more where it was asked for, and never none.
fn groups_of(sent: &Sent, name: &str) -> usize {
    (count(sent, name) + usize::from(sent.text("_more") == name)).max(1)
}

/// Few enough to be seen at once.
const FEW: usize = 5;
/// A text that may be longer than this gets several lines.
const LINE: u64 = 200;

/// What a form is built with.
pub(crate) struct Builder<'a> {
    pub(crate) document: &'a Document,
    pub(crate) lang: Lang,
    pub(crate) sent: &'a Sent,
    pub(crate) faults: &'a [ProblemField],
    /// Choices by the field's dotted name without numbers: `signatures.party`.
    pub(crate) choices: &'a [(String, Vec<(String, String)>)],
    /// Who or what is looked for, by the field's dotted name.
    pub(crate) picks: &'a [(String, Pick)],
    pub(crate) may_pick: bool,
}

impl Builder<'_> {
    pub(crate) fn fields(&self, schema: &Schema, prefix: &str) -> Vec<Field> {
        let asked = schema.properties.iter().filter(|(_, property)| self.may_pick || property.picks.is_none());
        asked.map(|(name, property)| self.field(schema, prefix, name, property)).collect()
    }

    fn field(&self, owner: &Schema, prefix: &str, property: &str, schema: &Schema) -> Field {
        let name = format!("{prefix}{property}");
        let schema = self.document.plain(schema);
        let kind = self.kind(owner, property, &name, &schema);
        let several = matches!(kind, Kind::Many { .. } | Kind::Lines { .. });
        let fault = self.faults.iter().find(|fault| {
            let field = dotted(&fault.field);
            field == name || several && field.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
        });
        Field {
            label: words::label(owner, property, self.lang),
            hint: words::hint(owner, property, &schema, self.lang),
            required: is_required(owner, property, &schema),
            fault: fault.map(|fault| fault.message.clone()),
            lang: self.lang,
            kind,
            name,
        }
    }

    fn kind(&self, owner: &Schema, property: &str, name: &str, schema: &Schema) -> Kind {
        if let Some((_, pick)) = self.picks.iter().find(|(known, _)| known == name) {
            return Kind::Pick(pick.clone());
        }
        let typed = || self.sent.text(name).to_owned();
        let chosen = |value: &str| self.sent.all(name).any(|sent| sent == value);
        let choices =
            self.choices.iter().find(|(known, _)| *known == without_numbers(name)).map(|(_, choices)| choices);
        if schema.is("array") {
            let item = schema.items.as_deref().map(|item| self.document.plain(item)).unwrap_or_default();
            if !item.properties.is_empty() {
                return self.groups(name, &item, schema.max_items);
            }
            if let Some(accept) = item.file {
                return Kind::File { accept, several: true, again: self.sent.has(name) };
            }
            let listed = item.listed();
            return match (choices, listed.is_empty()) {
                (Some(choices), _) => {
                    Kind::Many { options: choices.iter().map(|choice| offer(choice, &chosen)).collect() }
                }
                (None, false) => Kind::Many {
                    options: listed
                        .iter()
                        .map(|value| {
                            offer(&(value.clone(), words::value(owner, property, &item, value, self.lang)), &chosen)
                        })
                        .collect(),
                },
                (None, true) => Kind::Lines { value: typed() },
            };
        }
        if !schema.properties.is_empty() {
            return Kind::Group { fields: self.fields(schema, &format!("{name}.")) };
        }
        if schema.is("boolean") {
            return Kind::Box {
                on: typed() == "true" || !self.sent.has(name) && schema.default == Some(Value::Bool(true)),
            };
        }
        let listed = schema.listed();
        if let Some(choices) = choices {
            return Kind::One { options: choices.iter().map(|choice| offer(choice, &chosen)).collect(), few: false };
        }
        if !listed.is_empty() {
            let usual = schema.default.as_ref().and_then(Value::as_str).filter(|_| !self.sent.has(name));
            let options = listed.iter().map(|value| Choice {
                words: words::value(owner, property, schema, value, self.lang),
                chosen: chosen(value) || usual == Some(value),
                value: value.clone(),
            });
            return Kind::One { options: options.collect(), few: listed.len() <= FEW };
        }
        if let Some(accept) = &schema.file {
            return Kind::File { accept: accept.clone(), several: false, again: self.sent.has(name) };
        }
        let value = typed();
        if schema.is("integer") || schema.is("number") {
            let (min, max) = (schema.minimum, schema.maximum);
            return Kind::Line { input: "number", value, max_length: None, min, max, parts: schema.is("number") };
        }
        let input = match schema.format.as_deref() {
            Some("date") => "date",
            Some("date-time") => "datetime-local",
            _ if property.contains("phone") => "tel",
            _ => "text",
        };
        match schema.max_length {
            Some(max_length) if max_length > LINE => Kind::Long { value, max_length },
            max_length => Kind::Line {
                input,
                value: if input == "datetime-local" { when::to_local(&value).unwrap_or(value) } else { value },
                max_length,
                min: None,
                max: None,
                parts: false,
            },
        }
    }

    fn groups(&self, name: &str, item: &Schema, most: Option<u64>) -> Kind {
        let there = groups_of(self.sent, name);
        let groups = (0..there).map(|n| self.fields(item, &format!("{name}.{n}.")));
        let more = most.is_none_or(|most| u64::try_from(there).unwrap_or(u64::MAX) < most);
        Kind::Groups { groups: groups.collect(), more }
    }
}

fn offer((value, words): &(String, String), chosen: &impl Fn(&str) -> bool) -> Choice {
    Choice { value: value.clone(), words: words.clone(), chosen: chosen(value) }
}

/// Whether a field must be filled in. What may be null may be left out.
pub(crate) fn is_required(owner: &Schema, property: &str, schema: &Schema) -> bool {
    owner.required.iter().any(|name| name == property)
        && !schema.nullable
        && !schema.is("boolean")
        && !schema.is("array")
}

/// How many groups have been sent under a name.
pub(crate) fn count(sent: &Sent, name: &str) -> usize {
    let prefix = format!("{name}.");
    let numbers =
        sent.under(&prefix).filter_map(|(field, _)| field[prefix.len()..].split('.').next()?.parse::<usize>().ok());
    // Nobody types that many; a hostile form might say so.
    numbers.max().map_or(0, |most| most.min(199) + 1)
}

/// `parties[0].name` → `parties.0.name`
pub(crate) fn dotted(field: &str) -> String {
    field.replace('[', ".").replace(']', "")
}

/// `signatures.0.party` → `signatures.party`
pub(crate) fn without_numbers(name: &str) -> String {
    name.split('.').filter(|part| part.parse::<u32>().is_err()).collect::<Vec<_>>().join(".")
}

impl Field {
    /// The id of the element that a fault links to.
    pub(crate) fn id(&self) -> String {
        format!("f-{}", self.name.replace('.', "-"))
    }

    fn may_stay_open(&self) -> bool {
        !self.required
    }

    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if self.fault.is_some() {
            ids.push(format!("{}-fault", self.id()));
        }
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.id()));
        }
        ids.join(" ")
    }

    /// Faults below this field, with the id of the element that they are about.
    pub(crate) fn faults(&self, found: &mut Vec<(String, String, String)>) {
        if let Some(fault) = &self.fault {
            found.push((self.id(), self.label.clone(), fault.clone()));
        }
        match &self.kind {
            Kind::Group { fields } => fields.iter().for_each(|field| field.faults(found)),
            Kind::Groups { groups, .. } => groups.iter().flatten().for_each(|field| field.faults(found)),
            _ => {}
        }
    }
}
