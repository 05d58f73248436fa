//! What comes after a form: the matter that it was about, the thing that it made, or what the API answered, where only that
//! says it.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use jizuo_kernel::Lang;
use serde_json::Value;

use crate::answer::{done, page};
use crate::client::Answer;
use crate::frame::{Frame, short};
use crate::list::is_list;
use crate::matter::{Above, title};
use crate::module_page::Spot;
use crate::shown::{Facts, Reader};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "outcome.html")]
struct OutcomePage {
    f: Frame,
    said: String,
    /// What was answered, where nothing was done.
    answered: Vec<String>,
    /// What each entry is called, its page, and its facts.
    entries: Vec<(Option<String>, Option<String>, Facts)>,
    back: String,
}

pub(crate) async fn after(
    visit: &Visit,
    spot: &Spot<'_>,
    answer: &Answer,
    above: Option<&Above>,
) -> Result<Response, Trouble> {
    let said = said(visit, spot);
    let made = answer.header("location").filter(|_| answer.status == StatusCode::CREATED);
    if let Some(path) = made
        && spot.document.at(&Method::GET, path).is_some()
    {
        return Ok(done(&page_of(spot, path), &said));
    }
    let body: Value = if answer.body.is_empty() { Value::Null } else { answer.decode()? };
    let back = match above {
        Some(above) if spot.operation.method != Method::DELETE => above.page.clone(),
        Some(above) => above.page.rsplit_once('/').map_or_else(|| spot.collection(), |(list, _)| list.to_owned()),
        None => spot.collection(),
    };
    let the_matter = above.is_some_and(|above| !body["id"].is_null() && above.matter["id"] == body["id"]);
    let nothing = body.as_object().is_none_or(serde_json::Map::is_empty) && body.as_array().is_none();
    if the_matter || nothing {
        return Ok(done(&back, &said));
    }
    show(visit, spot, &body, said, back).await
}

/// `/api/v1/places/530102000000/grid/incidents/<id>` as a page.
fn page_of(spot: &Spot<'_>, path: &str) -> String {
    let made = path.strip_prefix("/api/v1/places/").unwrap_or(path);
    let (place, rest) = made.split_once('/').unwrap_or((made, ""));
    let rest = match spot.module {
        "base" => rest,
        module => rest.strip_prefix(module).map_or(rest, |rest| rest.trim_start_matches('/')),
    };
    format!("/console/{}/m/{}/{rest}", short(place), spot.module)
}

fn said(visit: &Visit, spot: &Spot<'_>) -> String {
    let what = visit.console.heading(spot.operation, visit.lang);
    match visit.lang {
        Lang::Zh => format!("已办理：{what}。"),
        Lang::En => format!("Done: {what}."),
    }
}

/// What was found, or is shown this once.
async fn show(visit: &Visit, spot: &Spot<'_>, body: &Value, said: String, back: String) -> Result<Response, Trouble> {
    let reader = Reader { document: spot.document, lang: visit.lang };
    let schema = spot.operation.answer().map(|answer| spot.document.plain(answer)).unwrap_or_default();
    let items = body.as_array().or_else(|| body.get("items")?.as_array());
    let entries = match items {
        Some(items) => {
            let list = if schema.is("array") { Some(&schema) } else { schema.properties.get("items") };
            let list = list.map(|list| spot.document.plain(list)).unwrap_or_default();
            let item = list.items.as_deref().map(|item| spot.document.plain(item)).unwrap_or_default();
            items
                .iter()
                .map(|entry| {
                    let named = title(entry);
                    (
                        named,
                        entry_page(spot, entry),
                        reader.facts(&item, entry, &|name| ["id", "place"].contains(&name)),
                    )
                })
                .collect()
        }
        None => {
            let apart = |name: &str| name == "id" || spot.operation.answer_in.iter().any(|own| own == name);
            vec![(None, None, reader.facts(&schema, body, &apart))]
        }
    };
    let answered = spot.operation.answer_in.iter().filter_map(|name| {
        let property = spot.document.plain(schema.properties.get(name)?);
        reader.text(&schema, name, &property, body.get(name)?)
    });
    let answered = answered.collect();
    let f = Frame::around(visit, spot, visit.console.heading(spot.operation, visit.lang)).await?;
    page(&OutcomePage { f, said, answered, entries, back })
}

/// An entry that the collection above shows by its id.
fn entry_page(spot: &Spot<'_>, entry: &Value) -> Option<String> {
    let id = entry.get("id")?.as_str()?;
    let (path, _) = spot.path.rsplit_once('/')?;
    let (page, _) = spot.page.rsplit_once('/')?;
    let shown = spot.document.at(&Method::GET, &format!("{path}/{id}"))?;
    (!is_list(spot.document, shown)).then(|| format!("{page}/{id}"))
}
