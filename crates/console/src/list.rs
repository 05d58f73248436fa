//! The page of a list: a sentence that says what is shown, filters that land in the address, a table that is cards on a phone,
//! and the way to the next page.

use askama::Template;
use axum::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use jizuo_kernel::problem::Problem;
use serde_json::Value;

use crate::answer::{Answered, page_with};
use crate::document::{Document, Operation, Schema};
use crate::filter::{self, Filter};
use crate::frame::Frame;
use crate::module_page::{Asked, Spot};
use crate::shown::Reader;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::{self, Deadline};
use crate::words;

/// Columns beside the title, the state and the deadline.
const COLUMNS: usize = 5;
/// What names a thing, best first.
pub(crate) const TITLES: [&str; 7] = ["title", "label", "name", "summary", "what", "code", "id"];

pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) path: Option<String>,
    pub(crate) phase: Option<Phase>,
    pub(crate) due: Option<Deadline>,
    /// Label and text.
    pub(crate) cells: Vec<(String, String)>,
}

/// A state with the phase that it belongs to.
pub(crate) struct Phase {
    pub(crate) class: String,
    pub(crate) words: String,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    f: Frame,
    sentence: String,
    filters: Vec<Filter>,
    /// Whether any filter is set.
    narrowed: bool,
    page: String,
    title_label: String,
    columns: Vec<String>,
    has_phase: bool,
    has_due: bool,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    starts: Vec<(String, String)>,
    problem: Option<Problem>,
    /// Nothing has been asked for yet, and something must be.
    unasked: bool,
    /// Whether the filters are a question, which has to be asked.
    asks: bool,
}

/// Whether an operation answers several things.
pub(crate) fn is_list(document: &Document, operation: &Operation) -> bool {
    operation.answer().is_some_and(|answer| item_of(document, answer).is_some())
}

/// The schema of an entry, of a page or of a plain list.
fn item_of(document: &Document, answer: &Schema) -> Option<Schema> {
    let answer = document.plain(answer);
    let list = if answer.is("array") { answer } else { document.plain(answer.properties.get("items")?) };
    list.items.as_deref().map(|item| document.plain(item))
}

/// Of what stands in the address, the part that the operation knows.
pub(crate) fn known(operation: &Operation, asked: &Asked) -> Asked {
    let known: Vec<&str> = operation.filters().map(|one| one.name.as_str()).chain(["after", "archive"]).collect();
    asked.iter().filter(|(name, value)| known.contains(&&**name) && !value.is_empty()).cloned().collect()
}

/// Whether something must be asked for.
pub(crate) fn asks(operation: &Operation) -> bool {
    operation.filters().any(|one| one.required)
}

/// Whether something must be asked for that has not been.
pub(crate) fn lacks_a_question(operation: &Operation, asked: &Asked) -> bool {
    let given = |name: &str| asked.iter().any(|(known, value)| known == name && !value.is_empty());
    operation.filters().any(|one| one.required && !given(&one.name))
}

pub(crate) async fn show(visit: &Visit, spot: &Spot<'_>, asked: &Asked) -> Answered {
    let console = &visit.console;
    let title = console.heading(spot.operation, visit.lang);
    let asked = known(spot.operation, asked);
    let unasked = lacks_a_question(spot.operation, &asked);
    let path = with_query(&spot.path, &asked);
    let read = async { if unasked { Ok(Ok(Value::Array(Vec::new()))) } else { read(visit, &path).await } };
    let (mut f, found) = tokio::try_join!(Frame::around(visit, spot, title), read)?;
    if let Some(line) = f.menu.iter().flat_map(|group| &group.lines).find(|line| line.path == spot.page) {
        f.title = line.title.clone();
    }
    let (body, problem) = match found {
        Ok(body) => (body, None),
        Err(problem) => (Value::Null, Some(problem)),
    };
    let item = spot.operation.answer().and_then(|answer| item_of(spot.document, answer)).unwrap_or_default();
    let reader = Reader { document: spot.document, lang: visit.lang };
    let columns = columns(&item);
    let empty = Vec::new();
    let items = body.as_array().or_else(|| body.get("items")?.as_array()).unwrap_or(&empty);
    let leads_on = spot.document.at(&Method::GET, &format!("{}/0", spot.path)).is_some();
    let rows: Vec<Row> = items
        .iter()
        .map(|value| {
            row(visit, &reader, &item, &columns, value, &spot.page_base, leads_on.then_some(spot.page.as_str()))
        })
        .collect();
    let next = body.get("next").and_then(Value::as_str).map(|next| {
        let mut further: Asked = asked.iter().filter(|(name, _)| name != "after").cloned().collect();
        further.push(("after".to_owned(), next.to_owned()));
        with_query(&spot.page, &further)
    });
    let paged = asked.iter().any(|(name, _)| name == "after");
    let rest: Asked = asked.iter().filter(|(name, _)| name != "after").cloned().collect();
    let starts = starts(visit, spot, &f);
    let filters = filter::filters(visit, spot, &rest, problem.as_ref());
    let sentence = sentence(&f, &filters, rows.len(), next.is_some() || paged);
    let shown = ListPage {
        sentence,
        narrowed: !rest.is_empty(),
        page: spot.page.clone(),
        title_label: columns.title.map(|name| words::label(&item, name, visit.lang)).unwrap_or_default(),
        columns: columns.others.iter().map(|name| words::label(&item, name, visit.lang)).collect(),
        has_phase: item.properties.contains_key("phase"),
        has_due: item.properties.contains_key("due_at"),
        first: paged.then(|| with_query(&spot.page, &rest)),
        filters,
        rows,
        next,
        starts,
        unasked,
        asks: asks(spot.operation),
        f,
        problem,
    };
    let status = shown.problem.as_ref().map_or(200, |problem| problem.status);
    page_with(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), &shown)
}

/// Wrong filters are said on the page; everything else is a trouble of its own.
pub(crate) async fn read(visit: &Visit, path: &str) -> Result<Result<Value, Problem>, Trouble> {
    match visit.api.get(path).await {
        Ok(answer) => Ok(Ok(answer.decode()?)),
        Err(problem) if problem.status == 422 => Ok(Err(problem)),
        Err(problem) => Err(problem.into()),
    }
}

pub(crate) fn with_query(path: &str, asked: &Asked) -> String {
    if asked.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("{path}?{query}")
}

struct Columns<'a> {
    title: Option<&'a str>,
    others: Vec<&'a str>,
}

/// The title first; then what a row says of itself, as far as it fits.
fn columns(item: &Schema) -> Columns<'_> {
    let own = |name: &str| item.properties.get_key_value(name).map(|(name, _)| name.as_str());
    let apart = ["id", "place", "state", "state_title", "phase", "due_at", "overdue", "closed_at", "version"];
    let simple = |schema: &Schema| {
        schema.properties.is_empty()
            && schema.items.is_none()
            && schema.all_of.is_empty()
            && schema.max_length.is_none()
            && schema.shows.is_none()
            && !schema.has_format("uuid")
    };
    // What has no name of its own is called by what it says first.
    let first = || item.properties.iter().find(|(_, schema)| simple(schema)).map(|(name, _)| name.as_str());
    let title = TITLES.into_iter().find_map(own).or_else(first);
    let mut others: Vec<&str> = item
        .properties
        .iter()
        .filter(|(name, schema)| Some(name.as_str()) != title && !apart.contains(&name.as_str()) && simple(schema))
        .map(|(name, _)| name.as_str())
        .collect();
    // What people quote, and where, before the rest; when it began last.
    let rank = |name: &str| match name {
        "code" | "login" => 0,
        "place_name" => 2,
        "opened_at" | "created_at" => 3,
        _ => 1,
    };
    others.sort_by_key(|name| rank(name));
    while others.len() > COLUMNS {
        let middle = others.iter().rposition(|name| rank(name) == 1).unwrap_or(others.len() - 1);
        others.remove(middle);
    }
    Columns { title, others }
}

fn row(
    visit: &Visit,
    reader: &Reader<'_>,
    item: &Schema,
    columns: &Columns<'_>,
    value: &Value,
    base: &str,
    page: Option<&str>,
) -> Row {
    let text = |name: &str| {
        let property = reader.document.plain(item.properties.get(name)?);
        reader.text(item, name, &property, value.get(name)?)
    };
    let title = columns.title.and_then(text).or_else(|| text("code")).or_else(|| text("id"));
    let id = value.get("id").and_then(Value::as_str);
    // An entry without a page of its own may lead to the list behind it.
    let link = item.properties.iter().find(|(_, schema)| schema.is_link());
    let behind = link.and_then(|(name, _)| value.get(name)?.as_str()).map(|path| format!("{base}{path}"));
    Row {
        title: title.unwrap_or_default(),
        path: page.zip(id).map(|(page, id)| format!("{page}/{id}")).or(behind),
        phase: phase(visit, value),
        due: due(visit, value),
        cells: columns
            .others
            .iter()
            .map(|name| (words::label(item, name, visit.lang), text(name).unwrap_or_default()))
            .collect(),
    }
}

/// The chip of a matter.
pub(crate) fn phase(visit: &Visit, value: &Value) -> Option<Phase> {
    let phase = value.get("phase")?.as_str()?;
    let title = value
        .get("state_title")
        .and_then(|title| title.get(if visit.lang == jizuo_kernel::Lang::Zh { "zh" } else { "en" }));
    let words = title.and_then(Value::as_str).map(str::to_owned).or_else(|| words::phase(phase, visit.lang));
    let overdue = value.get("overdue").and_then(Value::as_bool).unwrap_or(false);
    let class = if overdue { "overdue" } else { phase };
    Some(Phase { class: class.to_owned(), words: words.unwrap_or_else(|| phase.to_owned()) })
}

/// The deadline of a matter that is still open.
pub(crate) fn due(visit: &Visit, value: &Value) -> Option<Deadline> {
    if value.get("closed_at").is_some_and(|at| !at.is_null()) {
        return None;
    }
    let due: DateTime<Utc> = value.get("due_at")?.as_str()?.parse().ok()?;
    Some(when::deadline(due, visit.now(), visit.lang))
}

/// What can be begun here by the caller: to make an entry, and what else the collection offers.
fn starts(visit: &Visit, spot: &Spot<'_>, f: &Frame) -> Vec<(String, String)> {
    let here = &spot.operation.template;
    let ending = |operation: &Operation| match operation.template.strip_prefix(here.as_str())? {
        "" => Some("/new".to_owned()),
        rest if rest.starts_with('/') && !rest[1..].contains(['/', '{']) => Some(rest.to_owned()),
        _ => None,
    };
    let posts = spot.document.operations().iter().filter(|one| one.method == Method::POST && f.may(&one.id));
    posts
        .filter_map(|one| Some((visit.console.heading(one, visit.lang), format!("{}{}", spot.page, ending(one)?))))
        .collect()
}

/// "五华区 · 未办结 · 本页 20 件"
fn sentence(f: &Frame, filters: &[Filter], rows: usize, more: bool) -> String {
    let mut parts = vec![f.place_name().to_owned()];
    parts.extend(filters.iter().filter_map(Filter::said));
    parts.push(match (more, f.english()) {
        (true, false) => format!("本页 {rows} 条"),
        (true, true) => format!("{rows} on this page"),
        (false, false) => format!("共 {rows} 条"),
        (false, true) => format!("{rows} in all"),
    });
    parts.join(" · ")
}
