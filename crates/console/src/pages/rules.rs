//! Rules: the value in force here, who set it and why, how far it may be moved, its history, and its value on any day.

use askama::Template;
use axum::http::Method;
use chrono::NaiveDate;
use jizuo_kernel::counties::card::ModuleHere;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::rules::api::{RuleHere, RuleHistory};
use jizuo_kernel::rules::{Conflict, Kind};
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ThingPath, fault, say, status};
use crate::answer::{Answered, done, page, page_with};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/rules.html")]
struct RulesPage {
    f: Frame,
    rules: Vec<RuleHere>,
    modules: Vec<ModuleHere>,
    wanted: Wanted,
    conflicts: usize,
    /// How many more there are than are shown.
    more: usize,
}

/// So many rules make a page that is read; the search finds the others.
const SHOWN: usize = 60;

/// What is looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    module: String,
    adapted: String,
    all: String,
}

#[derive(Template)]
#[template(path = "admin/rule.html")]
struct RulePage {
    f: Frame,
    r: RuleHere,
    history: RuleHistory,
    /// The day that was asked for; none for today.
    on: Option<NaiveDate>,
    may: bool,
    value: String,
    reason: String,
    since: String,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "admin/conflicts.html")]
struct ConflictsPage {
    f: Frame,
    conflicts: Vec<Conflict>,
}

impl RulesPage {
    fn value(&self, rule: &RuleHere) -> String {
        say::value(self.f.lang, rule.kind, &rule.value)
    }
    fn how_far(&self, rule: &RuleHere) -> String {
        say::how_far(self.f.lang, rule)
    }
    /// The same search, with everything that it finds.
    fn all(&self) -> String {
        let Wanted { q, module, adapted, .. } = &self.wanted;
        format!("?q={}&module={}&adapted={}&all=1", quoted(q), quoted(module), quoted(adapted))
    }
    fn module(&self, id: &str) -> &str {
        let known = self.modules.iter().find(|module| module.id == id);
        known.map_or(self.f.t("法律与平台", "Law and platform"), |module| module.title.read(self.f.lang))
    }
}

impl RulePage {
    fn shown(&self, value: &Value) -> String {
        say::value(self.f.lang, self.r.kind, value)
    }
    fn how_far(&self) -> String {
        say::how_far(self.f.lang, &self.r)
    }
    fn unit(&self) -> &'static str {
        say::unit(self.f.lang, self.r.kind)
    }
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
    fn level(&self, level: &jizuo_kernel::places::Kind) -> String {
        level.title().read(self.f.lang).to_owned()
    }
    fn is_switch(&self) -> bool {
        self.r.kind == Kind::Switch
    }
    fn is_list(&self) -> bool {
        self.r.kind == Kind::List
    }
    fn sure(&self) -> &'static str {
        match self.r.confidence.as_str() {
            "sure" => self.f.t("已核实", "confirmed"),
            "likely" => self.f.t("较可信，待核实", "likely, to be confirmed"),
            _ => self.f.t("待核实", "to be checked"),
        }
    }
}

impl ConflictsPage {
    fn shown(&self, value: &Value) -> String {
        say::typed(value).replace('\n', self.f.t("、", ", "))
    }
    fn code<'a>(&self, code: &'a str) -> &'a str {
        short(code)
    }
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let here = format!("/places/{}", quoted(&place));
    let mut path = format!("{here}/rules?q={}&adapted={}", quoted(&wanted.q), !wanted.adapted.is_empty());
    if !wanted.module.is_empty() {
        path += &format!("&module={}", quoted(&wanted.module));
    }
    let (modules, conflicts) = (format!("{here}/modules"), format!("{here}/rule-conflicts"));
    let (f, mut rules, modules, conflicts) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("规则", "Rules")),
        visit.api.read::<Vec<RuleHere>>(&path),
        visit.api.read::<Vec<ModuleHere>>(&modules),
        visit.api.read::<Vec<Conflict>>(&conflicts),
    )?;
    // What was adapted is what people look for first, then the modules' deadlines, then the law.
    rules.sort_by_key(|rule| (rule.trail.is_empty(), rule.module == "base"));
    let more = if wanted.all.is_empty() { rules.len().saturating_sub(SHOWN) } else { 0 };
    rules.truncate(rules.len() - more);
    page(&RulesPage { f, rules, modules, wanted, conflicts: conflicts.len(), more })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct On {
    on: String,
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ThingPath>, Query(on): Query<On>) -> Answered {
    rule_page(&visit, &path, on.on.parse().ok(), None, None).await
}

async fn rule_page(
    visit: &Visit,
    path: &ThingPath,
    on: Option<NaiveDate>,
    typed: Option<&Sent>,
    problem: Option<Problem>,
) -> Answered {
    let operation = format!("/places/{}/rules/{}", quoted(&path.place), quoted(&path.id));
    let asked = on.map_or_else(|| operation.clone(), |on| format!("{operation}?on={on}"));
    let history = format!("{operation}/history");
    let (mut f, r, history) = tokio::try_join!(
        Frame::at(visit, &path.place, ""),
        visit.api.read::<RuleHere>(&asked),
        visit.api.read::<RuleHistory>(&history),
    )?;
    r.title.read(visit.lang).clone_into(&mut f.title);
    let may = r.movable && f.may("base_rule_overlay");
    let text = |name: &str| typed.map(|sent| sent.text(name).to_owned());
    let value = text("value").unwrap_or_else(|| say::typed(&r.value));
    let (reason, since) = (text("reason").unwrap_or_default(), text("since").unwrap_or_default());
    let status = status(problem.as_ref());
    page_with(status, &RulePage { f, r, history, on, may, value, reason, since, problem })
}

pub(crate) async fn lay(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let operation = format!("/places/{}/rules/{}", quoted(&path.place), quoted(&path.id));
    let here: RuleHere = visit.api.read(&operation).await?;
    let value = say::untyped(here.kind, sent.text("value"));
    let body = json!({ "value": value, "reason": sent.text("reason"), "since": sent.given("since") });
    match visit.api.call(Method::PUT, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(_) => {
            let to = format!("/console/{}/rules/{}", path.place, quoted(&path.id));
            Ok(done(
                &to,
                visit.t("已改。要恢复，用下面的“恢复为上级的值”。", "It is changed. To go back, use the button below."),
            ))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => rule_page(&visit, &path, None, Some(&sent), Some(problem)).await,
    }
}

pub(crate) async fn lift(visit: Visit, Path(path): Path<ThingPath>, _: Sent) -> Answered {
    let operation = format!("/places/{}/rules/{}", quoted(&path.place), quoted(&path.id));
    visit.api.call(Method::DELETE, &operation, Write::default()).await?;
    let to = format!("/console/{}/rules/{}", path.place, quoted(&path.id));
    Ok(done(&to, visit.t("已恢复为上级的值。", "The value of the level above counts again.")))
}

pub(crate) async fn conflicts(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let path = format!("/places/{}/rule-conflicts", quoted(&place));
    let (f, conflicts) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("规则冲突", "Rules in conflict")),
        visit.api.read::<Vec<Conflict>>(&path)
    )?;
    page(&ConflictsPage { f, conflicts })
}
