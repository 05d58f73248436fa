//! What a place has decided, as a file: taken away, brought back, looked at before it is made true.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::Path;
use jizuo_kernel::counties::file::PlannedChange;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::process::Overlay;
use serde_json::{Value, json};

use super::{fault, say, status};
use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "admin/set.html")]
struct SetPage {
    f: Frame,
    text: String,
    reason: String,
    /// What the text would change; none before it was looked at.
    plan: Option<Vec<Line>>,
    blocked: bool,
    problem: Option<Problem>,
}

/// One change in words.
struct Line {
    what: &'static str,
    title: String,
    from: String,
    to: String,
    refused: Option<String>,
}

impl SetPage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
}

fn line(visit: &Visit, change: &PlannedChange) -> Line {
    let what = match change.kind.as_str() {
        "module" => visit.t("模块", "Module"),
        "settings" => visit.t("设置", "Settings"),
        "rule" => visit.t("规则", "Rule"),
        _ => visit.t("流程", "Process"),
    };
    let words = |value: Option<&Value>| match (change.kind.as_str(), value) {
        (_, None) => visit.t("（沿用上级）", "(as above)").to_owned(),
        ("module", Some(state)) => say::decided(visit.lang, state.as_str().unwrap_or_default()).word.to_owned(),
        ("process", Some(overlay)) => in_words(visit, overlay),
        ("settings", Some(Value::Object(set))) => {
            set.iter().map(|(name, value)| format!("{name}: {}", say::typed(value))).collect::<Vec<_>>().join("; ")
        }
        (_, Some(value)) => say::typed(value),
    };
    let refused = change.refused.as_ref().map(|no| {
        let source = no.source.as_ref().map(|text| format!("（{}）", text.read(visit.lang))).unwrap_or_default();
        format!("{}{source}", no.message.read(visit.lang))
    });
    Line {
        what,
        title: change.title.read(visit.lang).to_owned(),
        from: words(change.from.as_ref()),
        to: words(change.to.as_ref()),
        refused,
    }
}

/// How much an overlay changes.
pub(super) fn in_words(visit: &Visit, overlay: &Value) -> String {
    let Ok(overlay) = serde_json::from_value::<Overlay>(overlay.clone()) else { return String::new() };
    let mut said = Vec::new();
    for (n, zh, en) in [
        (overlay.add.len(), "增加", "added"),
        (overlay.skip.len(), "省略", "left out"),
        (overlay.rename.len(), "改名", "renamed"),
        (overlay.hold.len(), "指定角色", "given to a role"),
    ] {
        if n > 0 {
            said.push(if visit.lang == jizuo_kernel::Lang::Zh { format!("{zh} {n} 步") } else { format!("{n} {en}") });
        }
    }
    said.join(visit.t("，", ", "))
}

async fn set_page(
    visit: &Visit,
    place: &str,
    text: Option<&str>,
    reason: &str,
    plan: Option<Vec<PlannedChange>>,
    problem: Option<Problem>,
) -> Answered {
    let f = Frame::at(visit, place, visit.t("导出或导入", "Export or import")).await?;
    let text = match text {
        Some(text) => text.to_owned(),
        None => {
            let file = visit.api.get(&format!("/places/{}/set", quoted(place))).await?;
            String::from_utf8_lossy(&file.body).into_owned()
        }
    };
    let blocked = plan.as_ref().is_some_and(|plan| plan.iter().any(|change| change.refused.is_some()));
    let plan = plan.map(|plan| plan.iter().map(|change| line(visit, change)).collect());
    let status = status(problem.as_ref());
    page_with(status, &SetPage { f, text, reason: reason.to_owned(), plan, blocked, problem })
}

pub(crate) async fn show(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    set_page(&visit, &place, None, "", None, None).await
}

pub(crate) async fn plan(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let text = sent.text("text");
    let operation = format!("/places/{}/set/plan", quoted(&place));
    let body = json!({ "text": text });
    match visit.api.call(Method::POST, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(answer) => set_page(&visit, &place, Some(text), "", Some(answer.decode()?), None).await,
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => set_page(&visit, &place, Some(text), "", None, Some(problem)).await,
    }
}

pub(crate) async fn apply(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let (text, reason) = (sent.text("text"), sent.text("reason"));
    let operation = format!("/places/{}/set/apply", quoted(&place));
    let body = json!({ "text": text, "reason": reason });
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    match visit.api.call(Method::POST, &operation, write).await {
        Ok(_) => {
            let to = format!("/console/{place}/modules");
            Ok(done(&to, visit.t("已按文件办理。", "The file has been applied.")))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => {
            // What it would change is shown again beside why it was not done.
            let again = json!({ "text": text });
            let planned = format!("/places/{}/set/plan", quoted(&place));
            let write = Write { json: Some(&again), ..Write::default() };
            let plan = match visit.api.call(Method::POST, &planned, write).await {
                Ok(answer) => Some(answer.decode()?),
                Err(_) => None,
            };
            set_page(&visit, &place, Some(text), reason, plan, Some(problem)).await
        }
    }
}
