//! One question of a form on base data, and the choices that go with it.

use askama::Template;
use jizuo_kernel::Lang;
use jizuo_kernel::problem::ProblemField;
use jizuo_standards::element::{self, Element};
use serde_json::{Map, Value, json};

use super::said;
use crate::pick::{Choice, Of, Pick};
use crate::sent::Sent;

/// A question. Its name is the path into the body, its parts parted by `/`, as elements have dots in theirs: `facts/person.phone`.
#[derive(Template)]
#[template(path = "people/ask.html")]
pub(crate) struct Ask {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) optional: bool,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) faults: Vec<String>,
    /// A heading before it.
    pub(crate) heading: Option<String>,
    pub(crate) lang: Lang,
}

pub(crate) enum Kind {
    Line {
        input: &'static str,
        max: usize,
    },
    Long {
        max: usize,
    },
    /// One of a list: buttons when there are few.
    One(Vec<Choice>),
    Many(Vec<Choice>),
    /// Somebody, a household or a place that is looked for.
    Pick(Pick),
    /// A box that says yes.
    Tick,
}

/// Few enough to be seen at once.
const FEW: usize = 6;

impl Ask {
    pub(crate) fn new(lang: Lang, name: &str, label: (&str, &str), kind: Kind) -> Ask {
        Ask {
            name: name.to_owned(),
            label: said::pick(lang, label.0, label.1).to_owned(),
            hint: None,
            optional: false,
            kind,
            value: String::new(),
            faults: Vec::new(),
            heading: None,
            lang,
        }
    }

    pub(crate) fn line(lang: Lang, name: &str, label: (&str, &str), max: usize) -> Ask {
        Ask::new(lang, name, label, Kind::Line { input: "text", max })
    }

    pub(crate) fn long(lang: Lang, name: &str, label: (&str, &str), max: usize) -> Ask {
        Ask::new(lang, name, label, Kind::Long { max })
    }

    pub(crate) fn date(lang: Lang, name: &str, label: (&str, &str)) -> Ask {
        Ask::new(lang, name, label, Kind::Line { input: "date", max: 10 })
    }

    pub(crate) fn one(lang: Lang, name: &str, label: (&str, &str), of: Vec<(String, String)>) -> Ask {
        let of = of.into_iter().map(|(value, words)| Choice { value, words, about: None, chosen: false });
        Ask::new(lang, name, label, Kind::One(of.collect()))
    }

    pub(crate) fn pick(lang: Lang, name: &str, label: (&str, &str), of: Of) -> Ask {
        Ask::new(lang, name, label, Kind::Pick(Pick::of(of)))
    }

    /// Who says so, as everything that is recorded asks.
    pub(crate) fn source(lang: Lang, usual: &str) -> Ask {
        let label = ("信息来源", "Where this comes from");
        let mut ask = Ask::one(lang, "source", label, said::sources(lang)).worth(usual);
        ask.hint = Some(
            said::pick(
                lang,
                "不同来源说法不一时，按来源的权威程度认定，其他说法保留并注明",
                "Where sources differ, the weightier one counts; the other stays beside it",
            )
            .to_owned(),
        );
        ask
    }

    /// The value of a data element under a name.
    pub(crate) fn element(lang: Lang, name: &str, element: &Element) -> Ask {
        let label = (element.zh.as_str(), element.en.as_str());
        let kind = match element.kind {
            element::Kind::Code => {
                let list = element.code_list.as_deref().unwrap_or_default();
                let of = said::options(list, lang).into_iter();
                Kind::One(of.map(|(value, words)| Choice { value, words, about: None, chosen: false }).collect())
            }
            element::Kind::Boolean => Kind::One(
                ["true", "false"]
                    .map(|value| Choice {
                        value: value.to_owned(),
                        words: said::yes(value, lang),
                        about: None,
                        chosen: false,
                    })
                    .to_vec(),
            ),
            element::Kind::Date => Kind::Line { input: "date", max: 10 },
            element::Kind::Phone => Kind::Line { input: "tel", max: 40 },
            element::Kind::Place => Kind::Pick(Pick::of(Of::Anywhere)),
            _ if element.max_length > 200 => Kind::Long { max: element.max_length },
            _ => Kind::Line { input: "text", max: element.max_length.max(40) },
        };
        let mut ask = Ask::new(lang, name, label, kind);
        ask.optional = true;
        ask
    }

    pub(crate) fn optional(mut self) -> Ask {
        self.optional = true;
        self
    }

    pub(crate) fn hinted(mut self, hint: (&str, &str)) -> Ask {
        self.hint = Some(said::pick(self.lang, hint.0, hint.1).to_owned());
        self
    }

    pub(crate) fn headed(mut self, heading: (&str, &str)) -> Ask {
        self.heading = Some(said::pick(self.lang, heading.0, heading.1).to_owned());
        self
    }

    pub(crate) fn worth(mut self, value: &str) -> Ask {
        value.clone_into(&mut self.value);
        self
    }

    /// What was typed takes the place of what the form begins with.
    pub(crate) fn take(&mut self, sent: &Sent) {
        if sent.has(&self.name) {
            sent.text(&self.name).trim().clone_into(&mut self.value);
        }
        let all: Vec<&str> = sent.all(&self.name).collect();
        let value = &self.value;
        match &mut self.kind {
            Kind::One(choices) => choices.iter_mut().for_each(|choice| choice.chosen = choice.value == *value),
            Kind::Many(choices) => {
                choices.iter_mut().for_each(|choice| choice.chosen |= all.contains(&choice.value.as_str()));
            }
            Kind::Pick(pick) => {
                let query = format!("{}.q", self.name);
                if sent.has(&query) {
                    sent.text(&query).trim().clone_into(&mut pick.query);
                }
            }
            _ => {}
        }
    }

    /// The API's faults that are about this question.
    pub(crate) fn blame(&mut self, faults: &[ProblemField], told: &mut Vec<usize>) {
        let own = self.name.replace('/', ".");
        for (n, fault) in faults.iter().enumerate() {
            let below = fault.field.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if below && !told.contains(&n) {
                self.faults.push(fault.message.clone());
                told.push(n);
            }
        }
    }

    /// Its faults for the list above the form, each with the question it leads to.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        let colon = self.t("：", ": ");
        self.faults.iter().map(|fault| (self.id(), format!("{}{colon}{fault}", self.label))).collect()
    }

    /// Puts the answer where the body wants it. What is empty is not said.
    pub(crate) fn put(&self, body: &mut Map<String, Value>) {
        let value = match &self.kind {
            Kind::Many(choices) => {
                let chosen = choices.iter().filter(|choice| choice.chosen).map(|choice| json!(choice.value));
                Value::Array(chosen.collect())
            }
            _ if self.value.is_empty() => return,
            Kind::Tick if self.value == "true" => Value::Bool(true),
            _ => json!(self.value),
        };
        let mut at = body;
        let mut parts = self.name.split('/').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                at.insert(part.to_owned(), value);
                return;
            }
            let inner = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { return };
            at = inner;
        }
    }

    pub(crate) fn id(&self) -> String {
        self.name.replace(['/', '.'], "-")
    }

    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        said::pick(self.lang, zh, en)
    }

    fn may_stay_open(&self) -> bool {
        self.optional
    }

    pub(crate) fn few(&self) -> bool {
        matches!(&self.kind, Kind::One(choices) if choices.len() <= FEW)
    }

    /// Ids of what describes the input.
    pub(crate) fn described(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.id()));
        }
        if !self.faults.is_empty() {
            ids.push(format!("{}-fault", self.id()));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Ask, Kind};
    use crate::sent::Sent;
    use jizuo_kernel::Lang;

    #[test]
    fn answers_are_put_where_the_body_wants_them() {
        let sent = Sent::read(b"facts/person.phone=138&reason=+&on=2026-03-01");
        let mut asks = [
            Ask::line(Lang::Zh, "facts/person.phone", ("电话", "Phone"), 20),
            Ask::line(Lang::Zh, "reason", ("原因", "Reason"), 20),
            Ask::date(Lang::Zh, "on", ("日期", "Day")),
            Ask::new(Lang::Zh, "numbers_differ", ("", ""), Kind::Tick).worth("true"),
        ];
        let mut body = Map::new();
        for ask in &mut asks {
            ask.take(&sent);
            ask.put(&mut body);
        }
        let wanted = json!({ "facts": { "person.phone": "138" }, "on": "2026-03-01", "numbers_differ": true });
        assert_eq!(Value::Object(body), wanted);
    }
}
