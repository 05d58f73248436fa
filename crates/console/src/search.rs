//! Search over all: pages of the menu, matters by their code, places, and what else the API lets one look up by a word.

use askama::Template;
use jizuo_kernel::cases::api::Case;
use jizuo_kernel::page::Page;
use jizuo_kernel::people::wire::PersonLine;
use jizuo_kernel::process::Task;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;

use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::{Frame, module_page, short};
use crate::home::{PlacePath, starts};
use crate::places;
use crate::visit::Visit;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

struct Hit {
    title: String,
    path: String,
    about: String,
}

struct Group {
    title: &'static str,
    hits: Vec<Hit>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    q: String,
    groups: Vec<Group>,
}

pub(crate) async fn page(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(asked): Query<Asked>,
) -> Answered {
    let q: String = asked.q.trim().chars().take(100).collect();
    let f = Frame::at(&visit, &place, visit.t("搜索", "Search")).await?;
    let mut groups = Vec::new();
    if !q.is_empty() {
        let (matters, persons, places) =
            tokio::try_join!(matters(&visit, &f, &q), persons(&visit, &f, &q), places(&visit, &q))?;
        groups.push(Group { title: visit.t("事项", "Matters"), hits: matters });
        groups.push(Group { title: visit.t("人员", "Persons"), hits: persons });
        groups.push(Group { title: visit.t("页面", "Pages"), hits: pages(&visit, &f, &q) });
        groups.push(Group { title: visit.t("地方", "Places"), hits: places });
        groups.retain(|group| !group.hits.is_empty());
    }
    answer(&SearchPage { f, q, groups })
}

fn pages(visit: &Visit, f: &Frame, q: &str) -> Vec<Hit> {
    let small = q.to_lowercase();
    let lines = f
        .menu
        .iter()
        .flat_map(|group| group.lines.iter().map(|line| (line.title.clone(), line.path.clone(), group.title)));
    let starts = starts(visit, f).into_iter().map(|start| (start.title, start.path, visit.t("可以发起", "Start")));
    lines
        .chain(starts)
        .filter(|(title, _, _)| title.to_lowercase().contains(&small))
        .map(|(title, path, about)| Hit { title, path, about: about.to_owned() })
        .collect()
}

/// By the code of a case, and in the caller's own inbox by what a matter is called.
async fn matters(visit: &Visit, f: &Frame, q: &str) -> Result<Vec<Hit>, crate::trouble::Trouble> {
    let mut hits = Vec::new();
    if f.may("base_case_show") && q.len() >= 8 && q.is_ascii() {
        let found = visit.api.read::<Case>(&format!("/places/{}/cases/{}", f.code(), quoted(&q.to_uppercase()))).await;
        // A code that nobody has is nothing found.
        for part in found.map(|case| case.parts).unwrap_or_default() {
            let base = format!("/console/{}", short(&part.place));
            let path = part.path.as_deref().and_then(|path| module_page(&base, &part.matter.module, path));
            if let Some(path) = path {
                hits.push(Hit { title: part.matter.label, path, about: part.place_name });
            }
        }
    }
    let inbox: Page<Task> = visit.api.read("/me/inbox?limit=100").await?;
    let small = q.to_lowercase();
    for task in inbox.items.into_iter().filter(|task| task.label.to_lowercase().contains(&small)) {
        let base = format!("/console/{}", short(&task.place));
        if let Some(path) = task.path.as_deref().and_then(|path| module_page(&base, &task.module, path))
            && !hits.iter().any(|hit| hit.path == path)
        {
            let about = format!("{} · {}", task.action_title.read(visit.lang), task.place_name);
            hits.push(Hit { title: task.label, path, about });
        }
    }
    Ok(hits)
}

async fn places(visit: &Visit, q: &str) -> Result<Vec<Hit>, crate::trouble::Trouble> {
    let found = places::search(visit, q).await?;
    Ok(found
        .iter()
        .map(|place| Hit {
            title: place.name.clone(),
            path: format!("/console/{}", short(&place.code)),
            about: format!("{} · {}", place.path, short(&place.code)),
        })
        .collect())
}

/// Persons here and below, for who may read them. That somebody was looked for by name is on no page but this.
async fn persons(visit: &Visit, f: &Frame, q: &str) -> Result<Vec<Hit>, crate::trouble::Trouble> {
    if !f.may("base_person_list") {
        return Ok(Vec::new());
    }
    let path = format!("/places/{}/persons?limit=20&q={}", f.code(), quoted(q));
    // A word that names nobody, or that is no name, finds nobody.
    let found: Page<PersonLine> = visit.api.read(&path).await.unwrap_or(Page { items: Vec::new(), next: None });
    let hit = |person: PersonLine| Hit {
        path: format!("{}/persons/{}", f.base(), person.id),
        about: [person.identity_number, Some(person.place_name)].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        title: person.name,
    };
    Ok(found.items.into_iter().map(hit).collect())
}
