//! A form as it stands for somebody: what is known says from where, only what is missing is asked.

use askama::Template;
use axum::http::StatusCode;
use jizuo_kernel::problem::Problem;
use jizuo_standards::element;
use serde_json::{Map, Value, json};

use super::acts_of_rights::consent_asks;
use super::ask::{Ask, Kind};
use super::forms::outcome;
use super::plan::once;
use super::said;
use super::wire_forms::{Form, FormField, Taken};
use crate::answer::{Answered, page as answer, page_with};
use crate::frame::Frame;
use crate::pick::Choice;
use crate::sent::Sent;
use crate::visit::Visit;

/// What was said of a field besides its value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// A stale value still holds.
    pub(crate) confirmed: bool,
    /// Why a known value is wrong.
    pub(crate) differs: String,
    /// What is wrong with the reason.
    pub(crate) fault: Option<String>,
}

/// An opened form with what has been typed into it.
pub(crate) struct Filled {
    pub(crate) form: Form,
    pub(crate) subject: String,
    /// The key it was opened under.
    pub(crate) opened: String,
    /// One for every field, in their order.
    pub(crate) asks: Vec<Ask>,
    pub(crate) said: Vec<Said>,
    /// Faults that are of no field.
    pub(crate) other: Vec<String>,
}

impl Filled {
    pub(crate) fn of(visit: &Visit, form: Form, subject: String, opened: String) -> Filled {
        let asks: Vec<Ask> = form.fields.iter().map(|field| ask(visit, field)).collect();
        let said = vec![Said::default(); asks.len()];
        Filled { form, subject, opened, asks, said, other: Vec::new() }
    }

    pub(crate) fn take(&mut self, sent: &Sent) {
        let Filled { form, asks, said, .. } = self;
        for ((field, ask), said) in form.fields.iter().zip(asks).zip(said) {
            ask.take(sent);
            said.confirmed = sent.text(&format!("stale/{}", field.name)) == "confirm";
            sent.text(&format!("differs/{}", field.name)).trim().clone_into(&mut said.differs);
        }
    }

    pub(crate) fn body(&self, whom: &Value) -> Value {
        let mut body: Map<String, Value> = whom.as_object().cloned().unwrap_or_default();
        let (mut confirm, mut differs) = (Vec::new(), Map::new());
        for ((field, ask), said) in self.form.fields.iter().zip(&self.asks).zip(&self.said) {
            match field.standing.as_str() {
                "stale" if said.confirmed && ask.value.is_empty() => {
                    confirm.push(json!(field.name));
                    continue;
                }
                "known" if !said.differs.is_empty() => {
                    differs.insert(field.name.clone(), json!(said.differs));
                }
                "ask" | "stale" | "known" => {}
                _ => continue,
            }
            ask.put(&mut body);
        }
        body.insert("confirm".to_owned(), Value::Array(confirm));
        body.insert("differs".to_owned(), Value::Object(differs));
        Value::Object(body)
    }

    pub(crate) fn blame(&mut self, problem: &Problem) {
        let mut told = Vec::new();
        for ask in &mut self.asks {
            ask.blame(&problem.errors, &mut told);
        }
        for (_, fault) in problem.errors.iter().enumerate().filter(|(n, _)| !told.contains(n)) {
            let name = fault.field.rsplit('.').next().unwrap_or_default();
            let at = self.form.fields.iter().position(|field| field.name == name);
            match at {
                Some(at) if fault.field.starts_with("differs.") => self.said[at].fault = Some(fault.message.clone()),
                Some(at) => self.asks[at].faults.push(fault.message.clone()),
                None => self.other.push(fault.message.clone()),
            }
        }
    }
}

/// The question for a field's value.
fn ask(visit: &Visit, field: &FormField) -> Ask {
    let lang = visit.lang;
    let name = format!("answers/{}", field.name);
    let element = field.element.as_deref().and_then(element::find);
    let mut ask = match element {
        Some(element) => Ask::element(lang, &name, element),
        None => match field.kind.as_str() {
            "date" => Ask::date(lang, &name, ("", "")),
            "boolean" => {
                let choices = ["true", "false"].map(|value| Choice {
                    value: value.to_owned(),
                    words: said::yes(value, lang),
                    about: None,
                    chosen: false,
                });
                Ask::new(lang, &name, ("", ""), Kind::One(choices.to_vec()))
            }
            _ if field.max_length > 100 => Ask::long(lang, &name, ("", ""), field.max_length),
            _ => Ask::line(lang, &name, ("", ""), field.max_length.max(1)),
        },
    };
    field.title.read(lang).clone_into(&mut ask.label);
    ask.hint = field.why.as_ref().map(|why| why.read(lang).to_owned());
    ask.optional = !field.required || field.standing != "ask";
    if field.standing == "known" || field.standing == "stale" {
        ask.label = visit.t("正确的内容", "What is right").to_owned();
        ask.hint = None;
    }
    ask
}

#[derive(Template)]
#[template(path = "people/fill.html")]
struct FillPage<'a> {
    f: Frame,
    filled: Filled,
    problem: Option<&'a Problem>,
    other: Vec<(String, String)>,
    consent: Vec<Ask>,
    once: String,
}

impl FillPage<'_> {
    fn of(&self, standing: &str) -> Vec<usize> {
        let fields = self.filled.form.fields.iter().enumerate();
        fields.filter(|(_, field)| field.standing == standing).map(|(n, _)| n).collect()
    }

    fn field(&self, n: &usize) -> &FormField {
        &self.filled.form.fields[*n]
    }

    fn ask(&self, n: &usize) -> &Ask {
        &self.filled.asks[*n]
    }

    fn said(&self, n: &usize) -> &Said {
        &self.filled.said[*n]
    }

    fn value(&self, n: &usize) -> String {
        let field = self.field(n);
        match (&field.label, &field.value) {
            (Some(label), _) => label.read(self.f.lang).to_owned(),
            (None, Some(value)) => value.clone(),
            (None, None) => String::new(),
        }
    }

    /// `来自公安户籍，2026-03-01`
    fn from(&self, n: &usize) -> String {
        let field = self.field(n);
        let source = field.source.as_ref().map(|source| source.read(self.f.lang)).unwrap_or_default();
        let day = said::day(field.observed_on);
        match self.f.english() {
            false => format!("来自{source}，{day}"),
            true => format!("from {source}, {day}"),
        }
    }

    fn stale_since(&self, n: &usize) -> String {
        said::day(self.field(n).stale_since)
    }

    /// Whether somebody has begun to say that a known value is wrong, or has to be told about it.
    fn doubted(&self, n: &usize) -> bool {
        let said = self.said(n);
        let ask = self.ask(n);
        !said.differs.is_empty()
            || said.fault.is_some()
            || !ask.value.is_empty()
            || !ask.faults.is_empty()
            || matches!(&ask.kind, Kind::Pick(pick) if pick.searched)
    }

    fn retyped(&self, n: &usize) -> bool {
        self.doubted(n)
    }

    fn sentence(&self) -> String {
        if !self.consent.is_empty() {
            return self.f.t("须先征得本人同意", "they consent first").to_owned();
        }
        let (known, ask) = (self.of("known").len(), self.of("ask").len());
        let stale = self.of("stale").len();
        match (self.f.english(), stale) {
            (false, 0) => format!("{known} 项已有，{ask} 项要填"),
            (false, _) => format!("{known} 项已有，{stale} 项请核对，{ask} 项要填"),
            (true, 0) => format!("{known} known, {ask} to fill in"),
            (true, _) => format!("{known} known, {stale} to confirm, {ask} to fill in"),
        }
    }
}

pub(crate) async fn page(visit: &Visit, place: &str, filled: Filled, problem: Option<&Problem>) -> Answered {
    let f = Frame::at(visit, place, filled.form.title.read(visit.lang)).await?;
    let missing = filled.form.fields.iter().any(|field| field.standing == "consent_missing");
    let mut consent = if missing { consent_asks(visit.lang, filled.form.minor) } else { Vec::new() };
    let mut other: Vec<(String, String)> = filled.other.iter().map(|fault| (String::new(), fault.clone())).collect();
    other.extend(filled.asks.iter().zip(&filled.form.fields).flat_map(|(ask, field)| {
        let title = field.title.read(visit.lang).to_owned();
        ask.faults.iter().map(move |fault| (ask.id(), format!("{title}{}{fault}", ask.t("：", ": "))))
    }));
    let reasons = filled.said.iter().enumerate().filter_map(|(n, said)| Some((n, said.fault.clone()?)));
    other.extend(reasons.map(|(n, fault)| (format!("differs-{n}"), fault)));
    if let Some(problem) = problem
        && missing
    {
        let mut told = Vec::new();
        consent.iter_mut().for_each(|ask| ask.blame(&problem.errors, &mut told));
        let rest = problem.errors.iter().enumerate().filter(|(n, _)| !told.contains(n));
        other.extend(consent.iter().flat_map(Ask::told));
        other.extend(rest.map(|(_, fault)| (String::new(), fault.message.clone())));
    }
    let status = problem.map_or(StatusCode::OK, |problem| {
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
    });
    page_with(status, &FillPage { f, filled, problem, other, consent, once: once() })
}

#[derive(Template)]
#[template(path = "people/filled.html")]
struct FilledPage {
    f: Frame,
    name: String,
    subject: String,
    kind: String,
    sentence: String,
    reused: Vec<String>,
    recorded: Vec<(String, &'static str)>,
    own: Vec<(String, String)>,
}

pub(crate) async fn done(visit: &Visit, place: &str, filled: &Filled, taken: Taken) -> Answered {
    let lang = visit.lang;
    let f = Frame::at(visit, place, filled.form.title.read(lang)).await?;
    let title = |name: &str| {
        let field = filled.form.fields.iter().find(|field| field.name == name);
        field.map_or_else(|| name.to_owned(), |field| field.title.read(lang).to_owned())
    };
    let typed = taken.recorded.len() + taken.own.len();
    let reused = taken.reused.len();
    let sentence = match lang {
        jizuo_kernel::Lang::Zh => format!("{reused} 项已有，{typed} 项填写"),
        jizuo_kernel::Lang::En => format!("{reused} were known, {typed} were filled in"),
    };
    answer(&FilledPage {
        f,
        name: filled.form.name.clone(),
        subject: filled.subject.clone(),
        kind: if filled.form.subject == "household" { "households" } else { "persons" }.to_owned(),
        sentence,
        reused: taken.reused.iter().map(|name| title(name)).collect(),
        recorded: taken.recorded.iter().map(|(name, code)| (title(name), outcome(code, lang))).collect(),
        own: taken.own.iter().map(|(name, value)| (title(name), said::yes(value, lang))).collect(),
    })
}
