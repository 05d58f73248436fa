//! The page of one matter: its facts, where it has been, and what the caller may do with it now.

use askama::Template;
use axum::http::{Method, StatusCode};
use jizuo_kernel::problem::Problem;
use jizuo_kernel::process::{StepDef, Taken};
use serde_json::Value;

use crate::answer::{Answered, page_with};
use crate::client::quoted;
use crate::document::{Operation, Schema};
use crate::filter::{self, Filter};
use crate::frame::{Frame, short};
use crate::list::{self, Phase, TITLES, due, phase};
use crate::module_page::{Asked, Spot};
use crate::shown::{Facts, Item, Link, Reader, Shown};
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::{self, Deadline};

/// Something that can be done now.
#[derive(Clone)]
pub(crate) struct Action {
    pub(crate) title: String,
    /// None where no page of ours does it.
    pub(crate) path: Option<String>,
    /// What it will lead to.
    pub(crate) effect: Option<String>,
}

/// A line of the time line.
pub(crate) struct Past {
    pub(crate) title: String,
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) late: bool,
}

#[derive(Template)]
#[template(path = "matter.html")]
struct MatterPage {
    f: Frame,
    code: Option<String>,
    phase: Option<Phase>,
    due: Option<Deadline>,
    under: Vec<String>,
    facts: Facts,
    past: Vec<Past>,
    /// Whether it goes through a process at all.
    goes_on: bool,
    actions: Vec<Action>,
    others: Vec<Action>,
    /// The way back to the list.
    list: Option<(String, String)>,
    undo: Option<String>,
    /// What the page is asked, where it answers a question; what else it can show.
    filters: Vec<Filter>,
    asks: bool,
    unasked: bool,
    narrowed: bool,
    page: String,
    problem: Option<Problem>,
}

pub(crate) async fn show(visit: &Visit, mut spot: Spot<'_>, asked: &Asked) -> Answered {
    let asked = list::known(spot.operation, asked);
    // What answers a question shows how to ask it first.
    let asks = list::asks(spot.operation);
    let unasked = list::lacks_a_question(spot.operation, &asked);
    spot.path = list::with_query(&spot.path, &asked);
    let spot = &spot;
    let read = async { if unasked { Ok(Ok(Value::Null)) } else { list::read(visit, &spot.path).await } };
    let (mut f, found) = tokio::try_join!(Frame::around(visit, spot, ""), read)?;
    let (matter, problem) = match found {
        Ok(matter) => (matter, None),
        Err(problem) => (Value::Null, Some(problem)),
    };
    let schema = spot.operation.answer().map(|answer| spot.document.plain(answer)).unwrap_or_default();
    f.title = title(&matter).unwrap_or_else(|| visit.console.heading(spot.operation, visit.lang));
    let steps: Vec<Taken> = part(&matter, "steps").unwrap_or_default();
    let open: Vec<StepDef> = part(&matter, "actions").unwrap_or_default();
    let phase = phase(visit, &matter);
    let mut facts = facts(visit, spot, &schema, &matter);
    lead_on(visit, spot, &f, &matter, &schema, &mut facts);
    let ended = matter.get("closed_at").is_some_and(|at| !at.is_null());
    link_items(visit, spot, &f, &matter, &schema, &mut facts, ended);
    let undo = f.flash.as_ref().and_then(|_| undo(visit, &steps, &open));
    let filters = filter::filters(visit, spot, &asked, problem.as_ref());
    let shown = MatterPage {
        narrowed: !asked.is_empty(),
        page: spot.page.clone(),
        filters,
        asks,
        unasked,
        problem,
        code: matter.get("code").and_then(Value::as_str).filter(|code| *code != f.title).map(str::to_owned),
        due: due(visit, &matter),
        under: under(visit, &matter),
        goes_on: phase.is_some(),
        phase,
        past: steps.iter().map(|taken| past(visit, taken)).collect(),
        actions: open.iter().map(|step| action(visit, spot, step, &matter)).collect(),
        others: [led(visit, spot, &f, &matter, &schema), others(visit, spot, &f, &schema, ended)].concat(),
        list: list_of(visit, spot, &f),
        facts,
        undo,
        f,
    };
    let status = shown.problem.as_ref().map_or(200, |problem| problem.status);
    page_with(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), &shown)
}

fn part<T: serde::de::DeserializeOwned>(matter: &Value, name: &str) -> Option<T> {
    serde_json::from_value(matter.get(name)?.clone()).ok()
}

/// What a thing is called.
pub(crate) fn title(matter: &Value) -> Option<String> {
    let text = |name: &&str| matter.get(*name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let found = TITLES.iter().filter(|name| **name != "id").find_map(text)?;
    let mut chars = found.chars();
    let short: String = chars.by_ref().take(60).collect();
    Some(if chars.next().is_some() { format!("{short}…") } else { short })
}

/// Said elsewhere on the page, or of use to programs only.
const APART: [&str; 15] = [
    "id",
    "place",
    "place_name",
    "state",
    "state_title",
    "phase",
    "due_at",
    "overdue",
    "opened_at",
    "closed_at",
    "code",
    "actions",
    "steps",
    "version",
    "title",
];

fn facts(visit: &Visit, spot: &Spot<'_>, schema: &Schema, matter: &Value) -> Facts {
    let reader = Reader { document: spot.document, lang: visit.lang };
    // An account's or another matter's id says nothing to a person.
    let is_key = |name: &str| {
        schema.properties.get(name).is_some_and(|property| spot.document.plain(property).has_format("uuid"))
    };
    reader.facts(schema, matter, &|name| APART.contains(&name) || is_key(name))
}

/// Where it is and since when.
fn under(visit: &Visit, matter: &Value) -> Vec<String> {
    let text = |name: &str| matter.get(name).and_then(Value::as_str);
    let at = |name: &str| text(name).and_then(|at| at.parse().ok()).map(when::minute);
    let since = at("opened_at").map(|at| format!("{at} {}", visit.t("发起", "begun")));
    let until = at("closed_at").map(|at| format!("{at} {}", visit.t("办结", "ended")));
    text("place_name").map(str::to_owned).into_iter().chain(since).chain(until).collect()
}

fn past(visit: &Visit, taken: &Taken) -> Past {
    Past {
        title: taken.title.read(visit.lang).to_owned(),
        at: when::minute(taken.at),
        by: taken.by.clone(),
        on_behalf_of: taken.on_behalf_of.clone(),
        reason: taken.reason.clone(),
        late: taken.late,
    }
}

/// `grid.incident.dispatch` is at `…/dispatch`, a county's own step at `…/local/<step>`.
fn action(visit: &Visit, spot: &Spot<'_>, step: &StepDef, matter: &Value) -> Action {
    let own = step.action.splitn(3, '.').nth(2).unwrap_or(&step.action);
    let verb = match own.split_once('.') {
        Some(("local", name)) => format!("local/{name}"),
        _ => own.to_owned(),
    };
    let known = spot.document.at(&Method::POST, &format!("{}/{verb}", spot.path)).is_some();
    let again = matter.get("state").and_then(Value::as_str) == Some(step.to.as_str());
    let effect = match (again, step.reason) {
        (true, _) => Some(visit.t("可以多次办理", "May be done more than once").to_owned()),
        (false, true) => Some(visit.t("需要说明理由", "Asks for a reason").to_owned()),
        (false, false) => None,
    };
    Action {
        title: step.title.read(visit.lang).to_owned(),
        path: known.then(|| format!("{}/{verb}", spot.page)),
        effect,
    }
}

/// What the matter itself leads on to (`x-shows: link`): a form with what is known filled in, at the matter's own place.
fn led(visit: &Visit, spot: &Spot<'_>, f: &Frame, matter: &Value, schema: &Schema) -> Vec<Action> {
    let own = matter.get("place").and_then(Value::as_str).map_or(spot.place, short);
    let links = schema.properties.iter().filter(|(_, property)| property.is_link());
    links
        .filter_map(|(name, _)| {
            let path = matter.get(name)?.as_str().filter(|path| leads_somewhere(spot, f, path))?;
            Some(Action {
                title: crate::words::label(schema, name, visit.lang),
                path: Some(format!("/console/{}/m/{}{path}", quoted(own), quoted(spot.module))),
                effect: None,
            })
        })
        .collect()
}

/// Whether a path is a page here that the caller may use: one that is shown, or a form.
fn leads_somewhere(spot: &Spot<'_>, f: &Frame, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    if path.starts_with("/api/") {
        return false;
    }
    let api = format!("{}{path}", spot.api_base);
    let found = match api.strip_suffix("/new") {
        Some(list) => spot.document.at(&Method::POST, list),
        None => spot.document.at(&Method::GET, &api).or_else(|| spot.document.at(&Method::POST, &api)),
    };
    found.is_some_and(|operation| f.may(&operation.id))
}

/// What the document has beside the steps of the process, as far as the caller may use it here. What a property of the matter
/// leads to is open only when the matter says so.
fn others(visit: &Visit, spot: &Spot<'_>, f: &Frame, schema: &Schema, ended: bool) -> Vec<Action> {
    if ended {
        return Vec::new();
    }
    let below = format!("{}/", spot.operation.template);
    let said = |rest: &str| schema.properties.get(rest).is_some_and(Schema::is_link);
    let extra = |operation: &&Operation| {
        let direct = operation.template == spot.operation.template && operation.method != Method::GET
            || operation.template.strip_prefix(&below).is_some_and(|rest| !rest.contains(['/', '{']) && !said(rest));
        direct && operation.method != Method::GET && !visit.console.is_step(operation) && f.may(&operation.id)
    };
    let found = spot.document.operations().iter().filter(extra);
    found
        .map(|operation| {
            let rest = operation.template.strip_prefix(&below);
            let page = match (rest, &operation.method) {
                (Some(rest), _) => rest,
                (None, &Method::DELETE) => "remove",
                (None, _) => "edit",
            };
            Action {
                title: visit.console.heading(operation, visit.lang),
                path: Some(format!("{}/{page}", spot.page)),
                effect: None,
            }
        })
        .collect()
}

/// From one of the things that a matter holds to the page of its own, where it says where that is (`x-shows: link`).
fn lead_on(visit: &Visit, spot: &Spot<'_>, f: &Frame, matter: &Value, schema: &Schema, facts: &mut Facts) {
    for (name, property) in &schema.properties {
        let plain = spot.document.plain(property);
        let of_items = plain.items.as_deref().map(|item| spot.document.plain(item)).unwrap_or_default();
        let page = |value: &Value| value.as_str().is_some_and(|path| !path.starts_with("/api/"));
        let values = matter.get(name).and_then(Value::as_array);
        let leads = |name: &str| values.into_iter().flatten().filter_map(|value| value.get(name)).any(page);
        let link = of_items.properties.iter().find(|(name, property)| property.is_link() && leads(name));
        let Some(((leads, _), values)) = link.zip(values) else { continue };
        let label = crate::words::label(&of_items, leads, visit.lang);
        for (item, value) in items_of(visit, schema, name, facts).into_iter().flatten().zip(values) {
            let Some(path) = value.get(leads).and_then(Value::as_str) else { continue };
            if leads_somewhere(spot, f, path) {
                let title = title(value).map_or_else(|| label.clone(), |title| format!("{label} {title}"));
                item.links.push(Link { title, path: format!("{}{path}", spot.page_base) });
            }
        }
    }
}

/// The shown things of a property that holds several.
fn items_of<'a>(visit: &Visit, schema: &Schema, name: &str, facts: &'a mut Facts) -> Option<&'a mut Vec<Item>> {
    let label = crate::words::label(schema, name, visit.lang);
    facts.facts.iter_mut().filter(|fact| fact.label == label).find_map(|fact| match &mut fact.shown {
        Shown::Items(items) => Some(items),
        _ => None,
    })
}

/// What can be done to one of the things that a matter holds: `…/parties/{party}/refuse`; and how it is opened.
fn link_items(
    visit: &Visit,
    spot: &Spot<'_>,
    f: &Frame,
    matter: &Value,
    schema: &Schema,
    facts: &mut Facts,
    ended: bool,
) {
    for (name, _) in &schema.properties {
        let below = format!("{}/{name}/{{", spot.operation.template);
        let operations: Vec<&Operation> = spot
            .document
            .operations()
            .iter()
            .filter(|one| one.template.starts_with(&below) && f.may(&one.id))
            .filter(|one| one.method == Method::GET || !ended)
            .collect();
        let Some(values) = matter.get(name).and_then(Value::as_array).filter(|_| !operations.is_empty()) else {
            continue;
        };
        for (item, value) in items_of(visit, schema, name, facts).into_iter().flatten().zip(values) {
            let Some(id) = value.get("id").and_then(Value::as_str) else { continue };
            // What was in it is gone.
            if value.get("taken_back_at").is_some_and(|at| !at.is_null()) {
                continue;
            }
            let label = crate::words::label(schema, name, visit.lang);
            for operation in &operations {
                let title = visit.console.heading(operation, visit.lang);
                match operation.template.rsplit("}/").next().filter(|verb| !verb.contains('{')) {
                    Some(verb) if operation.method != Method::GET => {
                        item.links.push(Link { title, path: format!("{}/{name}/{id}/{verb}", spot.page) });
                    }
                    None if operation.method == Method::GET && operation.answer().is_none() => {
                        let path = format!("{}/{name}/{id}", spot.path);
                        match value.get("media").and_then(Value::as_str).filter(|media| media.starts_with("image/")) {
                            Some(_) => item.picture = Some(Link { title: picture_says(value, &label), path }),
                            None => item.links.push(Link { title, path }),
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What a picture is called to who does not see it.
fn picture_says(value: &Value, label: &str) -> String {
    value.get("note").and_then(Value::as_str).unwrap_or(label).to_owned()
}

/// Where it stands among others of its kind; what there is one of stands in no list.
fn list_of(visit: &Visit, spot: &Spot<'_>, f: &Frame) -> Option<(String, String)> {
    if !spot.operation.template.ends_with('}') {
        return None;
    }
    let (page, _) = spot.page.rsplit_once('/')?;
    let (path, _) = spot.path.rsplit_once('/')?;
    let operation = spot.document.at(&Method::GET, path).filter(|operation| f.may(&operation.id))?;
    Some((visit.console.heading(operation, visit.lang), page.to_owned()))
}

/// After a step: the one that leads back, if there is one.
fn undo(visit: &Visit, steps: &[Taken], open: &[StepDef]) -> Option<String> {
    let before = steps.last()?.from.as_deref()?;
    let back = open.iter().find(|step| step.to == before)?;
    let title = back.title.read(visit.lang);
    Some(match visit.lang {
        jizuo_kernel::Lang::Zh => format!("如办错了，可以用“{title}”退回上一步。"),
        jizuo_kernel::Lang::En => format!("If that was wrong, '{title}' leads back."),
    })
}

/// The thing that a form is about: the nearest path above it that is shown.
pub(crate) async fn above(visit: &Visit, spot: &Spot<'_>) -> Result<Option<Above>, Trouble> {
    let mut path = spot.path.as_str();
    if spot.operation.method == Method::POST {
        path = path.rsplit_once('/').map_or("", |(shorter, _)| shorter);
    }
    while path.len() > spot.api_base.len() {
        if spot.document.at(&Method::GET, path).is_some_and(|operation| operation.template.ends_with('}')) {
            let answer = visit.api.get(path).await?;
            let page = format!("{}{}", spot.page_base, &path[spot.api_base.len()..]);
            return Ok(Some(Above { version: answer.version(), matter: answer.decode()?, page }));
        }
        path = path.rsplit_once('/').map_or("", |(shorter, _)| shorter);
    }
    Ok(None)
}

pub(crate) struct Above {
    pub(crate) matter: Value,
    pub(crate) version: Option<String>,
    /// Its page.
    pub(crate) page: String,
}
