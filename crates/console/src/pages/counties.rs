//! All counties at a glance, and what each laid over the baseline.

use std::collections::HashMap;

use askama::Template;
use jizuo_kernel::counties::overview::{CountyModule, CountyOverview, Difference, Overview};
use jizuo_kernel::page::Page;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::Value;

use super::say::{self, Chip};
use crate::answer::{Answered, page};
use crate::client::quoted;
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    f: Frame,
    overview: Overview,
    wanted: Wanted,
    all: usize,
    /// How many counties have each module.
    totals: Vec<usize>,
}

/// What is looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    module: String,
    state: String,
    differs: String,
}

impl Wanted {
    fn holds(&self, county: &CountyOverview) -> bool {
        let q = self.q.trim();
        let named = q.is_empty() || county.name.contains(q) || county.above.contains(q) || county.place.starts_with(q);
        let module = |m: &&CountyModule| self.module.is_empty() || m.id == self.module;
        let state = |m: &CountyModule| self.state.is_empty() || m.state.as_str() == self.state;
        let differs = |m: &CountyModule| self.differs.is_empty() || m.settings || m.rules > 0 || m.processes > 0;
        named && county.modules.iter().filter(module).any(|m| state(m) && differs(m))
    }
}

impl OverviewPage {
    fn chip(&self, m: &CountyModule) -> Chip {
        say::state(self.f.lang, m.state)
    }
    fn code<'a>(&self, code: &'a str) -> &'a str {
        short(code)
    }
    /// What of it the county adapted.
    fn adapted(&self, m: &CountyModule) -> String {
        let mut said = Vec::new();
        for (n, zh, en) in [
            (m.rules, "规则", "rules"),
            (m.processes, "流程", "processes"),
            (u32::from(m.settings), "设置", "settings"),
        ] {
            if n > 0 {
                said.push(if self.f.english() { format!("{n} {en}") } else { format!("{zh} {n}") });
            }
        }
        said.join(self.f.t("、", ", "))
    }
}

pub(crate) async fn overview(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let path = format!("/places/{}/overview", quoted(&place));
    let (f, mut overview) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("各县一览", "All counties")),
        visit.api.read::<Overview>(&path)
    )?;
    let all = overview.counties.len();
    let on =
        |n: usize| overview.counties.iter().filter(|c| c.modules.get(n).is_some_and(|m| m.state.is_alive())).count();
    let totals = (0..overview.modules.len()).map(on).collect();
    overview.counties.retain(|county| wanted.holds(county));
    page(&OverviewPage { f, overview, wanted, all, totals })
}

#[derive(Template)]
#[template(path = "admin/differences.html")]
struct DifferencesPage {
    f: Frame,
    items: Vec<Difference>,
    next: Option<String>,
    /// What settings are called, by module and name.
    settings: HashMap<(String, String), String>,
}

impl DifferencesPage {
    fn kind(&self, d: &Difference) -> &'static str {
        match d.kind.as_str() {
            "rule" => self.f.t("规则", "Rule"),
            "process" => self.f.t("流程", "Process"),
            _ => self.f.t("设置", "Settings"),
        }
    }
    fn said(&self, d: &Difference, value: &Value) -> String {
        match (d.kind.as_str(), d.unit, value) {
            (_, Some(unit), value) => say::value(self.f.lang, unit, value),
            ("process", _, value) => overlay_words(&self.f, value),
            (_, _, Value::Object(set)) if set.is_empty() => "—".to_owned(),
            (_, _, Value::Object(set)) => {
                let called = |name: &String| self.settings.get(&(d.id.clone(), name.clone())).unwrap_or(name).clone();
                let said = set.iter().map(|(name, value)| format!("{}: {}", called(name), say::typed(value)));
                said.collect::<Vec<_>>().join("; ")
            }
            (_, _, value) => say::typed(value),
        }
    }
    fn encoded(&self, cursor: &str) -> String {
        quoted(cursor)
    }
    fn path(&self, d: &Difference) -> String {
        let base = format!("/console/{}", short(&d.place));
        match d.kind.as_str() {
            "rule" => format!("{base}/rules/{}", d.id),
            "process" => format!("{base}/processes/{}", d.id),
            _ => format!("{base}/modules/{}/settings", d.id),
        }
    }
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
}

fn overlay_words(f: &Frame, overlay: &Value) -> String {
    let count = |key: &str| match &overlay[key] {
        Value::Array(list) => list.len(),
        Value::Object(map) => map.len(),
        _ => 0,
    };
    let words = [
        ("add", "增加", "added"),
        ("skip", "省略", "left out"),
        ("rename", "改名", "renamed"),
        ("hold", "指定角色", "given to a role"),
    ];
    let said = words.iter().map(|(key, zh, en)| (count(key), zh, en)).filter(|(n, ..)| *n > 0);
    said.map(|(n, zh, en)| if f.english() { format!("{n} {en}") } else { format!("{zh} {n} 步") })
        .collect::<Vec<_>>()
        .join(f.t("，", ", "))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

pub(crate) async fn differences(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(After { after }): Query<After>,
) -> Answered {
    let mut path = format!("/places/{}/differences?limit=50", quoted(&place));
    if !after.is_empty() {
        path += &format!("&after={}", quoted(&after));
    }
    let (f, found) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("本地改动", "What differs")),
        visit.api.read::<Page<Difference>>(&path)
    )?;
    let mut settings = HashMap::new();
    for module in found.items.iter().filter_map(|d| visit.console.app.registry.module(&d.id)) {
        let schema = (module.settings)().unwrap_or_default();
        for (name, rule) in super::settings::properties(&schema) {
            settings.insert((module.id.to_owned(), name.clone()), super::settings::label(&visit, name, rule));
        }
    }
    page(&DifferencesPage { f, items: found.items, next: found.next, settings })
}
