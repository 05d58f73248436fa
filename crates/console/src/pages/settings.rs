//! A module's settings as a form made from its schema: what is set here, and what is inherited where nothing is.

use askama::Template;
use axum::http::{Method, StatusCode};
use jizuo_kernel::counties::api::ModuleSettings;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Path, Text};
use serde_json::{Map, Value};

use super::{ThingPath, fault, status};
use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::sent::Sent;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    f: Frame,
    id: String,
    module: Text,
    fields: Vec<Field>,
    version: String,
    /// Who set it last, and when.
    by: Option<String>,
    may: bool,
    problem: Option<Problem>,
}

/// One property of the schema.
struct Field {
    name: String,
    label: String,
    kind: Kind,
    value: String,
    /// What counts while nothing is typed here.
    inherited: Option<String>,
    minimum: Option<String>,
    maximum: Option<String>,
    fault: Option<String>,
}

enum Kind {
    Text,
    Number,
    YesNo,
    Lines,
    /// One of these.
    Choice(Vec<String>),
}

impl Field {
    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number)
    }
    fn is_lines(&self) -> bool {
        matches!(self.kind, Kind::Lines)
    }
    fn is_yes_no(&self) -> bool {
        matches!(self.kind, Kind::YesNo)
    }
    fn choices(&self) -> &[String] {
        match &self.kind {
            Kind::Choice(choices) => choices,
            _ => &[],
        }
    }
}

fn kind(rule: &Value) -> Kind {
    if let Some(choices) = rule["enum"].as_array() {
        return Kind::Choice(choices.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    match rule["type"].as_str() {
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::YesNo,
        Some("array") => Kind::Lines,
        _ => Kind::Text,
    }
}

pub(super) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// A title has both languages, parted by a stroke.
pub(super) fn label(visit: &Visit, name: &str, rule: &Value) -> String {
    let title = rule["title"].as_str().or_else(|| rule["description"].as_str()).unwrap_or(name);
    match title.split_once(" / ") {
        Some((zh, en)) => (if visit.lang == jizuo_kernel::Lang::Zh { zh } else { en }).to_owned(),
        None => title.to_owned(),
    }
}

fn shown(value: &Value) -> String {
    super::say::typed(value)
}

async fn settings_page(
    visit: &Visit,
    ThingPath { place, id }: &ThingPath,
    typed: Option<&Sent>,
    problem: Option<Problem>,
) -> Answered {
    let path = format!("/places/{}/modules/{}/settings", quoted(place), quoted(id));
    let (f, answer) = tokio::join!(Frame::at(visit, place, visit.t("设置", "Settings")), visit.api.get(&path));
    let (f, answer) = (f?, answer?);
    let settings: ModuleSettings = answer.decode()?;
    let fields = properties(&settings.schema)
        .map(|(name, rule)| Field {
            label: label(visit, name, rule),
            kind: kind(rule),
            value: typed.map_or_else(|| shown(&settings.own[name]), |sent| sent.text(&format!("s.{name}")).to_owned()),
            inherited: Some(shown(&settings.inherited[name])).filter(|text| !text.is_empty()),
            minimum: rule.get("minimum").map(shown),
            maximum: rule.get("maximum").map(shown),
            fault: fault(problem.as_ref(), name).map(str::to_owned),
            name: name.clone(),
        })
        .collect();
    let version = typed.map_or_else(|| answer.version().unwrap_or_default(), |sent| sent.text("version").to_owned());
    let by = settings.by.zip(settings.at).map(|(by, at)| format!("{by} · {}", when::minute(at)));
    let may = super::modules::decides(&f) && f.may("base_module_settings_put");
    let status: StatusCode = status(problem.as_ref());
    let module = visit.console.app.registry.module(id).map(|module| module.title.clone());
    let module = module.unwrap_or_else(|| Text::owned(id.clone(), id.clone()));
    page_with(status, &SettingsPage { f, id: id.clone(), module, fields, version, by, may, problem })
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ThingPath>) -> Answered {
    settings_page(&visit, &path, None, None).await
}

pub(crate) async fn save(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let operation = format!("/places/{}/modules/{}/settings", quoted(&path.place), quoted(&path.id));
    let settings: ModuleSettings = visit.api.read(&operation).await?;
    let mut body = Map::new();
    for (name, rule) in properties(&settings.schema) {
        let Some(text) = sent.given(&format!("s.{name}")) else { continue };
        let value = match kind(rule) {
            Kind::Number => text
                .parse::<i64>()
                .map(Value::from)
                .unwrap_or_else(|_| text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from)),
            Kind::YesNo => Value::from(text == "true"),
            Kind::Lines => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
            Kind::Text | Kind::Choice(_) => text.into(),
        };
        body.insert(name.clone(), value);
    }
    let body = Value::Object(body);
    let write = Write { json: Some(&body), if_match: Some(sent.text("version")), ..Write::default() };
    match visit.api.call(Method::PUT, &operation, write).await {
        Ok(_) => {
            let to = format!("/console/{}/modules/{}", path.place, path.id);
            Ok(done(&to, visit.t("设置已保存。", "The settings are saved.")))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => settings_page(&visit, &path, Some(&sent), Some(problem)).await,
    }
}
