//! The list of persons, and finding one by number.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::said;
use super::wire::{Found, PersonLine};
use crate::answer::{Answered, page as answer, page_with};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    standing: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "people/persons.html")]
struct PersonsPage {
    f: Frame,
    sentence: String,
    q: String,
    standing: String,
    standings: Vec<(&'static str, String)>,
    persons: Vec<PersonLine>,
    first: Option<String>,
    next: Option<String>,
    export: String,
}

impl PersonsPage {
    fn standing(&self, person: &PersonLine) -> (&'static str, String) {
        said::standing(&person.standing, self.f.lang)
    }
}

/// Standings that can be asked for.
const STANDINGS: [&str; 4] = ["present", "moved_out", "dead", "merged"];

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let q = wanted.q.as_deref().unwrap_or_default().trim().to_owned();
    let standing = wanted.standing.as_deref().filter(|code| STANDINGS.contains(code)).unwrap_or("present").to_owned();
    let here = format!("/console/{}/persons", short(&place));
    let mut query = format!("standing={standing}");
    if !q.is_empty() {
        query.push_str(&format!("&q={}", quoted(&q)));
    }
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let path = format!("/places/{}/persons?limit=30&{query}{after}", quoted(&place));
    let (f, page) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("人员", "Persons")),
        visit.api.read::<Page<PersonLine>>(&path)
    )?;
    let sentence = sentence(&f, &standing, &q, page.items.len(), page.next.is_some() || wanted.after.is_some());
    let standings = STANDINGS.map(|code| (code, said::standing(code, visit.lang).1)).to_vec();
    let next = page.next.as_ref().map(|next| format!("{here}?{query}&after={}", quoted(next)));
    let first = wanted.after.as_ref().map(|_| format!("{here}?{query}"));
    let export = format!("{}/export?list=base_person_list&{query}", f.base());
    answer(&PersonsPage { f, sentence, q, standing, standings, persons: page.items, first, next, export })
}

fn sentence(f: &Frame, standing: &str, q: &str, count: usize, more: bool) -> String {
    let standing = said::standing(standing, f.lang).1;
    let place = f.place_name();
    let count = match (f.english(), more) {
        (false, false) => format!("{count} 人"),
        (false, true) => format!("本页 {count} 人"),
        (true, false) => format!("{count} persons"),
        (true, true) => format!("{count} on this page"),
    };
    match (f.english(), q.is_empty()) {
        (false, true) => format!("{place} · {standing} · {count}"),
        (false, false) => format!("{place} · {standing} · 姓名或拼音首字母以“{q}”开头 · {count}"),
        (true, true) => format!("{place} · {standing} · {count}"),
        (true, false) => format!("{place} · {standing} · name or initials begin with “{q}” · {count}"),
    }
}

#[derive(Template)]
#[template(path = "people/find.html")]
struct FindPage {
    f: Frame,
    by: String,
    number: String,
    fault: Option<String>,
    found: Option<Vec<PersonLine>>,
}

impl FindPage {
    fn standing(&self, person: &PersonLine) -> (&'static str, String) {
        said::standing(&person.standing, self.f.lang)
    }
}

pub(crate) async fn find_form(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let f = Frame::at(&visit, &place, visit.t("按号码查找", "Find by number")).await?;
    let by = "identity_number".to_owned();
    answer(&FindPage { f, by, number: String::new(), fault: None, found: None })
}

pub(crate) async fn find(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let f = Frame::at(&visit, &place, visit.t("按号码查找", "Find by number")).await?;
    let by = if sent.text("by") == "phone" { "phone" } else { "identity_number" }.to_owned();
    let number = sent.text("number").trim().to_owned();
    let body = json!({ (by.clone()): number });
    let path = format!("/places/{}/persons/find", quoted(&place));
    match visit.api.call(Method::POST, &path, Write { json: Some(&body), ..Write::default() }).await {
        Ok(found) => {
            let found = found.decode::<Found>()?.items;
            answer(&FindPage { f, by, number, fault: None, found: Some(found) })
        }
        Err(problem) if problem.status == 422 => {
            let fault = problem.errors.first().map_or(problem.detail.clone(), |fault| fault.message.clone());
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            page_with(status, &FindPage { f, by, number, fault: Some(fault), found: None })
        }
        Err(problem) => Err(problem.into()),
    }
}
