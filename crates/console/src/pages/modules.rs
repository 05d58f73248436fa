//! The module centre: a card for every module, and a switch that shows beforehand what it means.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::counties::Impact;
use jizuo_kernel::counties::card::{ModuleDecision, ModuleHere};
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::say::{self, Chip};
use super::{ThingPath, fault, status};
use crate::answer::{Answered, done, page, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/modules.html")]
struct ModulesPage {
    f: Frame,
    modules: Vec<ModuleHere>,
    /// Modules are decided at this level, and by the caller.
    may: bool,
}

#[derive(Template)]
#[template(path = "admin/module.html")]
struct ModulePage {
    f: Frame,
    m: ModuleHere,
    decisions: Vec<ModuleDecision>,
    may: bool,
    /// What stood before the last decision of this place.
    undo: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "admin/switch.html")]
struct SwitchPage {
    f: Frame,
    m: ModuleHere,
    impact: Impact,
    to: String,
    typed: Typed,
    problem: Option<Problem>,
    once: String,
}

/// What a person has typed into the switch.
#[derive(Default)]
struct Typed {
    reason: String,
    later: bool,
    at: String,
    leave: bool,
    locked: bool,
}

/// Districts and what lies above them decide; townships and villages follow.
pub(super) fn decides(f: &Frame) -> bool {
    f.place.as_ref().is_some_and(|place| place.kind <= jizuo_kernel::places::Kind::County)
}

impl ModulesPage {
    fn chip(&self, m: &ModuleHere) -> Chip {
        say::state(self.f.lang, m.state)
    }
    fn decided(&self, state: &str) -> Chip {
        say::decided(self.f.lang, state)
    }
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
}

impl ModulePage {
    fn chip(&self) -> Chip {
        say::state(self.f.lang, self.m.state)
    }
    fn decided(&self, state: &str) -> Chip {
        say::decided(self.f.lang, state)
    }
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
}

impl SwitchPage {
    fn chip(&self) -> Chip {
        say::state(self.f.lang, self.m.state)
    }
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
    fn above(&self) -> bool {
        self.f.place.as_ref().is_some_and(|place| place.kind.above_county())
    }
    /// What the button does.
    fn does(&self) -> String {
        let title = self.m.title.read(self.f.lang);
        let (zh, en) = match self.to.as_str() {
            "on" => (format!("启用{title}"), format!("Switch on {title}")),
            "draining" => (format!("让{title}收尾"), format!("Let {title} run out")),
            "off" => (format!("停用{title}"), format!("Switch off {title}")),
            _ => (format!("{title}跟随上级"), format!("Let {title} follow the level above")),
        };
        if self.f.english() { en } else { zh }
    }
}

pub(crate) async fn list(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let path = format!("/places/{}/modules", quoted(&place));
    let (f, modules) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("模块", "Modules")),
        visit.api.read::<Vec<ModuleHere>>(&path)
    )?;
    let may = decides(&f) && f.may("base_module_switch");
    page(&ModulesPage { f, modules, may })
}

/// One module of the list, and the frame around it.
async fn found(visit: &Visit, place: &str, id: &str) -> Result<(Frame, ModuleHere), Trouble> {
    let path = format!("/places/{}/modules", quoted(place));
    let (mut f, modules) = tokio::try_join!(Frame::at(visit, place, ""), visit.api.read::<Vec<ModuleHere>>(&path))?;
    let module = modules.into_iter().find(|module| module.id == id).ok_or_else(|| Trouble::no_page(visit))?;
    module.title.read(visit.lang).clone_into(&mut f.title);
    Ok((f, module))
}

pub(crate) async fn show(visit: Visit, Path(ThingPath { place, id }): Path<ThingPath>) -> Answered {
    let (f, m) = found(&visit, &place, &id).await?;
    let path = format!("/places/{}/modules/{}/history", quoted(&place), quoted(&id));
    let decisions: Vec<ModuleDecision> = visit.api.read(&path).await?;
    let may = decides(&f) && f.may("base_module_switch");
    let undo = (may && !m.locked).then(|| before(&m, &decisions)).flatten();
    page(&ModulePage { f, m, decisions, may, undo })
}

/// The state before the decision that counts, where that decision is this place's own.
fn before(m: &ModuleHere, decisions: &[ModuleDecision]) -> Option<&'static str> {
    let at = decisions.iter().position(|decision| decision.counts).filter(|_| !m.inherited)?;
    let place = &decisions[at].place;
    match decisions[at + 1..].iter().find(|decision| decision.place == *place).map(|earlier| earlier.state.as_str()) {
        Some("on") => Some("on"),
        Some("draining") => Some("draining"),
        Some("inherit") => Some("inherit"),
        Some(_) | None => Some("off"),
    }
    .filter(|state| decisions[at].state != *state)
}

#[derive(Deserialize)]
pub(crate) struct To {
    #[serde(default)]
    to: String,
}

pub(crate) async fn ask(visit: Visit, Path(path): Path<ThingPath>, Query(to): Query<To>) -> Answered {
    switch_page(&visit, &path, to.to, Typed::default(), None, None).await
}

async fn switch_page(
    visit: &Visit,
    ThingPath { place, id }: &ThingPath,
    to: String,
    typed: Typed,
    problem: Option<Problem>,
    once: Option<String>,
) -> Answered {
    let impact = format!("/places/{}/modules/{}/impact", quoted(place), quoted(id));
    let ((f, m), impact) = tokio::try_join!(found(visit, place, id), visit.api.read::<Impact>(&impact))?;
    let to = match to.as_str() {
        "on" | "draining" | "off" | "inherit" => to,
        _ if m.state == jizuo_kernel::counties::State::Off => "on".to_owned(),
        _ if impact.open_matters > 0 => "draining".to_owned(),
        _ => "off".to_owned(),
    };
    let once = once.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let status = status(problem.as_ref());
    page_with(status, &SwitchPage { f, m, impact, to, typed, problem, once })
}

pub(crate) async fn switch(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let to = sent.text("to").to_owned();
    let typed = Typed {
        reason: sent.text("reason").to_owned(),
        later: sent.text("when") == "later",
        at: sent.text("at").to_owned(),
        leave: sent.has("leave"),
        locked: sent.has("locked"),
    };
    let at = typed.later.then(|| when::from_local(&typed.at).unwrap_or_else(|| typed.at.clone()));
    let body = json!({
        "state": if to == "inherit" { None } else { Some(&to) },
        "reason": typed.reason,
        "effective_at": at,
        "leave_open_matters": typed.leave,
        "locked": typed.locked,
    });
    let operation = format!("/places/{}/modules/{}", quoted(&path.place), quoted(&path.id));
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    match visit.api.call(Method::PUT, &operation, write).await {
        Ok(_) => {
            let to_page = format!("/console/{}/modules/{}", path.place, path.id);
            let said = match (typed.later, to.as_str()) {
                (true, _) => visit.t("已安排，到时自动生效。", "It is planned, and takes effect by itself."),
                (_, "on") => visit.t("已启用。接下来可以做下面几件事。", "It is on. Here is what you can do next."),
                (_, "draining") => visit.t(
                    "已进入收尾：未办结的继续办，不再受理新的。",
                    "It is running out: open matters go on, new ones are not taken.",
                ),
                (_, "off") => visit.t("已停用，数据全部保留。", "It is off, and everything is kept."),
                _ => visit.t("已改为跟随上级。", "It follows the level above now."),
            };
            Ok(done(&to_page, said))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => {
            let once = (problem.status != 422).then(|| uuid::Uuid::new_v4().to_string());
            switch_page(&visit, &path, to, typed, Some(problem), once).await
        }
    }
}

pub(crate) async fn take_back(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let id = quoted(sent.text("switch"));
    let operation = format!("/places/{}/modules/{}/ahead/{id}", quoted(&path.place), quoted(&path.id));
    visit.api.call(Method::DELETE, &operation, Write::default()).await?;
    let to = format!("/console/{}/modules/{}", path.place, path.id);
    Ok(done(&to, visit.t("已撤回，原来的状态继续。", "It was taken back; things stay as they are.")))
}
