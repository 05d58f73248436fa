//! One place: what it is called and coded, was called before, belongs to, has below it; and the dated changes of it.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::page::Page;
use jizuo_kernel::places::api::{Place, PlaceWithHistory};
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::{fault, status};
use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "admin/place.html")]
struct PlacePage {
    f: Frame,
    p: PlaceWithHistory,
    children: Page<Place>,
    may: bool,
    typed: Typed,
    problem: Option<Problem>,
}

/// What was typed into the form of a change.
#[derive(Default)]
struct Typed {
    kind: String,
    name: String,
    into: String,
    to: String,
    code: String,
    on: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

impl PlacePage {
    fn short<'a>(&self, code: &'a str) -> &'a str {
        short(code)
    }
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
    fn kind(&self) -> String {
        self.p.place.kind.title().read(self.f.lang).to_owned()
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(After { after }): Query<After>,
) -> Answered {
    place_page(&visit, &place, &after, Typed::default(), None).await
}

async fn place_page(visit: &Visit, place: &str, after: &str, typed: Typed, problem: Option<Problem>) -> Answered {
    let path = format!("/places/{}", quoted(place));
    let mut children = format!("{path}/children?limit=50");
    if !after.is_empty() {
        children += &format!("&after={}", quoted(after));
    }
    let (f, p, children) = tokio::try_join!(
        Frame::at(visit, place, visit.t("区划", "Place")),
        visit.api.read::<PlaceWithHistory>(&path),
        visit.api.read::<Page<Place>>(&children),
    )?;
    let may = f.may("base_place_change") && p.place.parent.is_some() && p.place.until.is_none();
    let status = status(problem.as_ref());
    page_with(status, &PlacePage { f, p, children, may, typed, problem })
}

pub(crate) async fn change(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let text = |name: &str| sent.text(name).trim().to_owned();
    let typed = Typed {
        kind: text("kind"),
        name: text("name"),
        into: text("into"),
        to: text("to"),
        code: text("code"),
        on: text("on"),
    };
    let body = match typed.kind.as_str() {
        "merge" => json!({ "kind": "merge", "into": typed.into, "on": typed.on }),
        "transfer" => json!({ "kind": "transfer", "to": typed.to, "code": typed.code, "on": typed.on }),
        "abolish" => json!({ "kind": "abolish", "on": typed.on }),
        _ => json!({ "kind": "rename", "name": typed.name, "on": typed.on }),
    };
    // Another place of the province may be named: the change is made from the top that the caller serves.
    let operation = format!("/places/{}/changes/{}", quoted(sent.text("from")), quoted(&place));
    match visit
        .api
        .call(Method::POST, &operation, Write { json: Some(&body), key: sent.given("once"), ..Write::default() })
        .await
    {
        Ok(_) => {
            let to = if typed.kind == "rename" || typed.kind == "transfer" { &place } else { sent.text("from") };
            Ok(done(
                &format!("/console/{}/place", short(to)),
                visit.t(
                    "区划已变更，旧编码仍指向原来的地方。",
                    "The change is made; old codes go on meaning the same place.",
                ),
            ))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => place_page(&visit, &place, "", typed, Some(problem)).await,
    }
}
