//! Processes: which there are here, and each one drawn, with its steps, their deadlines, and what of it is local.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::Path;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::process::api::ProcessHere;
use jizuo_kernel::rules::api::RuleHere;
use serde_json::json;

use super::drawing::{Drawing, draw};
use super::{ThingPath, say, status};
use crate::answer::{Answered, done, page, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/processes.html")]
struct ProcessesPage {
    f: Frame,
    processes: Vec<ProcessHere>,
}

#[derive(Template)]
#[template(path = "admin/process.html")]
struct ProcessPage {
    f: Frame,
    p: ProcessHere,
    drawing: Drawing,
    /// The caller adapts processes here.
    may: bool,
    may_rules: bool,
    typed: Typed,
    problem: Option<Problem>,
}

/// What was typed for one deadline.
#[derive(Default)]
pub(super) struct Typed {
    rule: String,
    value: String,
    reason: String,
}

/// How many things a process differs in.
fn changes(p: &ProcessHere) -> usize {
    let moved = p.steps.iter().filter(|step| {
        let deadline = step.deadline.as_ref().is_some_and(|rule| rule.set_by.is_some());
        step.local || step.was.is_some() || step.role.is_some() || deadline
    });
    moved.count() + p.left_out.len()
}

impl ProcessesPage {
    fn changes(&self, p: &ProcessHere) -> usize {
        changes(p)
    }
}

impl ProcessPage {
    fn changes(&self) -> usize {
        changes(&self.p)
    }
    fn value(&self, rule: &RuleHere) -> String {
        say::value(self.f.lang, rule.kind, &rule.value)
    }
    fn inherited(&self, rule: &RuleHere) -> String {
        say::value(self.f.lang, rule.kind, &rule.inherited)
    }
    fn unit(&self, rule: &RuleHere) -> &'static str {
        say::unit(self.f.lang, rule.kind)
    }
    fn how_far(&self, rule: &RuleHere) -> String {
        say::how_far(self.f.lang, rule)
    }
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
    fn state(&self, id: &str) -> &str {
        let known = self.p.in_force.state(id).or_else(|| self.p.baseline.state(id));
        known.map_or("", |state| state.title.read(self.f.lang))
    }
    fn is_open(&self, rule: &RuleHere) -> bool {
        self.typed.rule == rule.id
    }
    fn typed_value<'a>(&'a self, rule: &'a RuleHere) -> String {
        if self.is_open(rule) { self.typed.value.clone() } else { say::typed(&rule.value) }
    }
    fn overlay_words(&self, overlay: &jizuo_kernel::process::Overlay) -> String {
        let mut said = Vec::new();
        for (n, zh, en) in [
            (overlay.add.len(), "增加", "added"),
            (overlay.skip.len(), "省略", "left out"),
            (overlay.rename.len(), "改名", "renamed"),
            (overlay.hold.len(), "指定角色", "given to a role"),
        ] {
            if n > 0 {
                said.push(if self.f.english() { format!("{n} {en}") } else { format!("{zh} {n} 步") });
            }
        }
        said.join(self.f.t("，", ", "))
    }
}

pub(crate) async fn list(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let path = format!("/places/{}/processes", quoted(&place));
    let (f, processes) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("流程", "Processes")),
        visit.api.read::<Vec<ProcessHere>>(&path)
    )?;
    page(&ProcessesPage { f, processes })
}

async fn process_page(visit: &Visit, path: &ThingPath, typed: Typed, problem: Option<Problem>) -> Answered {
    let operation = format!("/places/{}/processes/{}", quoted(&path.place), quoted(&path.id));
    let (mut f, p) = tokio::try_join!(Frame::at(visit, &path.place, ""), visit.api.read::<ProcessHere>(&operation))?;
    p.title.read(visit.lang).clone_into(&mut f.title);
    let drawing = draw(&p, visit.lang);
    let may = p.closed.is_none() && f.may("base_process_overlay");
    let may_rules = f.may("base_rule_overlay");
    let status = status(problem.as_ref());
    page_with(status, &ProcessPage { f, p, drawing, may, may_rules, typed, problem })
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ThingPath>) -> Answered {
    process_page(&visit, &path, Typed::default(), None).await
}

/// The deadline of a step is a rule: it is laid there, and the answer stands here.
pub(crate) async fn deadline(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let rule = sent.text("rule");
    let operation = format!("/places/{}/rules/{}", quoted(&path.place), quoted(rule));
    let here: RuleHere = visit.api.read(&operation).await?;
    let to = format!("/console/{}/processes/{}", path.place, path.id);
    if sent.has("lift") {
        visit.api.call(Method::DELETE, &operation, Write::default()).await?;
        return Ok(done(&to, visit.t("时限已恢复为上级的。", "The deadline is that of the level above again.")));
    }
    let typed =
        Typed { rule: rule.to_owned(), value: sent.text("value").to_owned(), reason: sent.text("reason").to_owned() };
    let body = json!({ "value": say::untyped(here.kind, &typed.value), "reason": typed.reason });
    match visit.api.call(Method::PUT, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(_) => {
            let said = match visit.lang {
                jizuo_kernel::Lang::Zh => format!(
                    "“{}”已改为 {}。新受理的按此计算，未办结的不变。",
                    here.title.zh,
                    say::value(visit.lang, here.kind, &body["value"])
                ),
                jizuo_kernel::Lang::En => format!(
                    "“{}” is now {}. It counts for what begins from now on; open matters keep theirs.",
                    here.title.en,
                    say::value(visit.lang, here.kind, &body["value"])
                ),
            };
            Ok(done(&to, &said))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => process_page(&visit, &path, typed, Some(problem)).await,
    }
}

pub(crate) async fn lift(visit: Visit, Path(path): Path<ThingPath>, _: Sent) -> Answered {
    let operation = format!("/places/{}/processes/{}", quoted(&path.place), quoted(&path.id));
    visit.api.call(Method::DELETE, &operation, Write::default()).await?;
    let to = format!("/console/{}/processes/{}", path.place, path.id);
    Ok(done(
        &to,
        visit.t(
            "流程已恢复为上级的；未办结的事照原来的流程办完。",
            "The process is that of the level above again; open matters finish as they began.",
        ),
    ))
}
