//! A process adapted in a form: what is left out, renamed, given to a role, added. When law says no, its answer stands at
//! the step it is about, and nothing that was typed is lost.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::Method;
use jizuo_kernel::counties::card::Named;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::process::api::ProcessHere;
use jizuo_kernel::process::{Added, Overlay, SkipHere};
use jizuo_kernel::{Path, Text};
use serde_json::json;

use super::{ThingPath, fault, status};
use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::sent::Sent;
use crate::visit::Visit;

/// So many steps can be added at once; saved ones make room for more.
const BLANKS: usize = 1;

#[derive(Template)]
#[template(path = "admin/adapt.html")]
struct AdaptPage {
    f: Frame,
    p: ProcessHere,
    lines: Vec<Line>,
    added: Vec<Blank>,
    reason: String,
    problem: Option<Problem>,
    /// The problem stands at a step.
    placed: bool,
}

/// A step of the baseline, or of a place above.
struct Line {
    action: String,
    /// What it is called without this place's own name for it.
    title: Text,
    left_out: bool,
    skip: Option<SkipHere>,
    zh: String,
    en: String,
    role: String,
    roles: Vec<Named>,
    /// The answer to what was typed here.
    wrong: bool,
}

/// A step of this place's own.
#[derive(Clone, Default)]
struct Blank {
    id: String,
    zh: String,
    en: String,
    before: String,
    permission: String,
    deadline: String,
    wrong: bool,
}

impl AdaptPage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
}

/// The overlay as it stands, or as it was typed.
async fn adapt_page(
    visit: &Visit,
    path: &ThingPath,
    typed: Option<(Overlay, String)>,
    problem: Option<Problem>,
) -> Answered {
    let operation = format!("/places/{}/processes/{}", quoted(&path.place), quoted(&path.id));
    let (mut f, p) = tokio::try_join!(Frame::at(visit, &path.place, ""), visit.api.read::<ProcessHere>(&operation))?;
    f.title = format!("{} · {}", visit.t("调整流程", "Adapt"), p.title.read(visit.lang));
    let (overlay, reason) = typed.unwrap_or_else(|| (p.own.clone().unwrap_or_default(), String::new()));
    let rule = problem.as_ref().map(|problem| problem.rule.as_str()).unwrap_or_default();
    let code = problem.as_ref().map(|problem| problem.code.as_str()).unwrap_or_default();
    let mut lines = Vec::new();
    let own_action = |added: &Added| format!("{}.local.{}", p.id, added.id);
    let is_own = |action: &str| p.own.iter().flat_map(|own| &own.add).any(|added| own_action(added) == action);
    for step in p.steps.iter().filter(|step| !is_own(&step.action)) {
        let renamed = overlay.rename.get(&step.action);
        lines.push(Line {
            title: above(&p, &step.action).unwrap_or_else(|| step.title.clone()),
            left_out: overlay.skip.contains(&step.action),
            skip: step.skip.clone(),
            zh: renamed.map(|text| text.zh.to_string()).unwrap_or_default(),
            en: renamed.map(|text| text.en.to_string()).unwrap_or_default(),
            role: overlay.hold.get(&step.action).cloned().unwrap_or_default(),
            roles: step.roles.clone(),
            wrong: rule == step.action
                || (code == "base.process.title" && renamed.is_some_and(|text| !is_title(text)))
                || (code == "base.process.level"
                    && overlay.skip.contains(&step.action)
                    && !step.skip.as_ref().is_some_and(|skip| skip.may)),
            action: step.action.clone(),
        });
    }
    // What this place itself left out comes back by taking the mark away.
    for gone in p.left_out.iter().filter(|gone| p.own.as_ref().is_some_and(|own| own.skip.contains(&gone.action))) {
        lines.push(Line {
            action: gone.action.clone(),
            title: gone.title.clone(),
            left_out: overlay.skip.contains(&gone.action),
            skip: Some(SkipHere { may: true, lowest: None, why: None, source: None, who: None }),
            zh: String::new(),
            en: String::new(),
            role: String::new(),
            roles: Vec::new(),
            wrong: false,
        });
    }
    let mut added: Vec<Blank> = overlay
        .add
        .iter()
        .map(|one| Blank {
            id: one.id.clone(),
            zh: one.title.zh.to_string(),
            en: one.title.en.to_string(),
            before: one.before.clone(),
            permission: one.permission.clone(),
            deadline: one.deadline.clone().unwrap_or_default(),
            wrong: code == "base.process.title" && !is_title(&one.title),
        })
        .collect();
    let room = added.len() + BLANKS;
    added.resize(room, Blank::default());
    let placed = lines.iter().any(|line| line.wrong) || added.iter().any(|one| one.wrong);
    let status = status(problem.as_ref());
    page_with(status, &AdaptPage { f, p, lines, added, reason, problem, placed })
}

/// What a step is called before this place renames it.
fn above(p: &ProcessHere, action: &str) -> Option<Text> {
    let own = p.own.as_ref().is_some_and(|own| own.rename.contains_key(action));
    let baseline = p.baseline.steps.iter().find(|step| step.action == action);
    own.then(|| baseline.map(|step| step.title.clone())).flatten()
}

fn is_title(text: &Text) -> bool {
    let right = |text: &str| (1..=100).contains(&text.trim().chars().count());
    right(&text.zh) && right(&text.en)
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ThingPath>) -> Answered {
    adapt_page(&visit, &path, None, None).await
}

/// A name in both languages; one that is left empty is the other.
fn title(zh: &str, en: &str) -> Option<Text> {
    match (zh.trim(), en.trim()) {
        ("", "") => None,
        ("", en) => Some(Text::owned(en, en)),
        (zh, "") => Some(Text::owned(zh, zh)),
        (zh, en) => Some(Text::owned(zh, en)),
    }
}

/// The form's fields as an overlay.
fn overlay(sent: &Sent) -> Overlay {
    let mut overlay = Overlay { skip: sent.all("skip").map(str::to_owned).collect(), ..Overlay::default() };
    let mut names: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (name, text) in sent.under("zh.") {
        names.entry(name.trim_start_matches("zh.")).or_default().0 = text;
    }
    for (name, text) in sent.under("en.") {
        names.entry(name.trim_start_matches("en.")).or_default().1 = text;
    }
    for (action, (zh, en)) in names {
        // A step that is left out has no name to change.
        if let Some(title) = title(zh, en).filter(|_| !overlay.skip.iter().any(|skipped| skipped == action)) {
            overlay.rename.insert(action.to_owned(), title);
        }
    }
    for (name, role) in sent.under("role.") {
        let action = name.trim_start_matches("role.");
        if !role.is_empty() && !overlay.skip.iter().any(|skipped| skipped == action) {
            overlay.hold.insert(action.to_owned(), role.to_owned());
        }
    }
    let count = sent.text("count").parse::<usize>().unwrap_or(0).min(50);
    for n in 0..count {
        let field = |name: &str| sent.text(&format!("add.{n}.{name}")).trim().to_owned();
        let Some(title) = title(&field("zh"), &field("en")) else { continue };
        if sent.has(&format!("add.{n}.remove")) {
            continue;
        }
        let id = match field("id") {
            id if id.is_empty() => free_id(&overlay.add, sent, count),
            id => id,
        };
        let deadline = Some(field("deadline")).filter(|rule| !rule.is_empty());
        overlay.add.push(Added { id, title, before: field("before"), permission: field("permission"), deadline });
    }
    overlay
}

/// An id for a new step that no other step of the form has.
fn free_id(present: &[Added], sent: &Sent, count: usize) -> String {
    let taken = |id: &str| {
        present.iter().any(|one| one.id == id) || (0..count).any(|n| sent.text(&format!("add.{n}.id")) == id)
    };
    (1..).map(|n| format!("step_{n}")).find(|id| !taken(id)).unwrap_or_default()
}

pub(crate) async fn save(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let wish = overlay(&sent);
    let reason = sent.text("reason").to_owned();
    let operation = format!("/places/{}/processes/{}", quoted(&path.place), quoted(&path.id));
    let body = json!({ "overlay": wish, "reason": reason });
    match visit.api.call(Method::PUT, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(_) => {
            let to = format!("/console/{}/processes/{}", path.place, path.id);
            let said = visit.t(
                "流程已调整。新受理的按新流程办，未办结的照原来的流程办完。",
                "The process is adapted. What begins from now on follows it; open matters finish as they began.",
            );
            Ok(done(&to, said))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => adapt_page(&visit, &path, Some((wish, reason)), Some(problem)).await,
    }
}
