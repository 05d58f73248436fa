//! The place picker: by name, by the first letters of its pinyin, by code, or down the tree.

use askama::Template;
use jizuo_kernel::Query;
use jizuo_kernel::identity::api::Me;
use jizuo_kernel::page::Page;
use jizuo_kernel::places::api::Place;
use serde::Deserialize;

use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::{Frame, short};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// One place to go to.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) code: String,
    /// Where it lies.
    pub(crate) within: String,
}

impl From<&Place> for Found {
    fn from(place: &Place) -> Found {
        let within = place.path.rsplit_once(' ').map_or("", |(above, _)| above);
        Found { name: place.name.clone(), code: short(&place.code).to_owned(), within: within.to_owned() }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    /// The place whose parts are shown.
    at: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesPage {
    f: Frame,
    q: String,
    list: PlaceList,
    mine: Vec<Found>,
    /// The place whose parts are shown, and those above it.
    here: Option<Found>,
    above: Vec<(String, String)>,
    children: Vec<Found>,
    next: Option<String>,
}

/// What was found; the part that the script asks for while somebody types.
#[derive(Template)]
#[template(path = "place_list.html")]
struct PlaceList {
    found: Vec<Found>,
    nothing: Option<&'static str>,
}

pub(crate) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Answered {
    let q = asked.q.trim().to_owned();
    let found: Vec<Found> =
        if q.is_empty() { Vec::new() } else { search(&visit, &q).await?.iter().map(Found::from).collect() };
    let nothing = (!q.is_empty() && found.is_empty()).then(|| {
        visit.t(
            "没有找到。可以试试名称的一部分、拼音首字母或编码。",
            "Nothing found. Try part of the name, the first letters of its pinyin, or the code.",
        )
    });
    let list = PlaceList { found, nothing };
    if visit.headers.get("x-part").is_some_and(|part| part == "list") {
        return answer(&list);
    }
    let (f, mine, home) = match visit.api.session {
        Some(_) => {
            let title = visit.t("选择地方", "Choose a place");
            let (f, me) = tokio::try_join!(Frame::own(&visit, title), visit.api.read::<Me>("/me"))?;
            (f, mine(&me), me.home)
        }
        // Who has no account looks for where they live.
        None => {
            let roots: Vec<Place> = visit.api.read("/places").await?;
            let top = roots.into_iter().next().ok_or_else(|| Trouble::no_page(&visit))?;
            (Frame::bare(&visit, visit.t("您住在哪里？", "Where do you live?")), Vec::new(), top.code)
        }
    };
    let at = asked.at.as_deref().unwrap_or(&home);
    let (path, children) = (format!("/places/{}", quoted(at)), format!("/places/{}/children?limit=100", quoted(at)));
    let children = match &asked.after {
        Some(after) => format!("{children}&after={}", quoted(after)),
        None => children,
    };
    let (here, children) = tokio::try_join!(visit.api.read::<Place>(&path), visit.api.read::<Page<Place>>(&children))?;
    let next =
        children.next.as_deref().map(|next| format!("/console/places?at={}&after={}", short(&here.code), quoted(next)));
    answer(&PlacesPage {
        above: above(&visit, &here).await?,
        here: Some(Found::from(&here)),
        children: children.items.iter().map(Found::from).collect(),
        mine,
        next,
        q,
        list,
        f,
    })
}

/// Places anywhere in the province.
pub(crate) async fn search(visit: &Visit, q: &str) -> Result<Vec<Place>, Trouble> {
    let roots: Vec<Place> = visit.api.read("/places").await?;
    let mut found = Vec::new();
    for root in roots {
        let path = format!("/places/{}/search?q={}", quoted(&root.code), quoted(q));
        found.extend(visit.api.read::<Vec<Place>>(&path).await?);
    }
    Ok(found)
}

/// Where the caller holds something, each place once.
fn mine(me: &Me) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for grant in &me.grants {
        if !found.iter().any(|known| known.code == short(&grant.place)) {
            let code = short(&grant.place).to_owned();
            found.push(Found { name: grant.place_name.clone(), code, within: String::new() });
        }
    }
    found
}

/// The places above, from the top: name and code.
async fn above(visit: &Visit, place: &Place) -> Result<Vec<(String, String)>, Trouble> {
    let mut line = Vec::new();
    let mut next = place.parent.clone();
    while let Some(code) = next.filter(|_| line.len() < 10) {
        let place: Place = visit.api.read(&format!("/places/{}", quoted(&code))).await?;
        line.push((place.name, short(&place.code).to_owned()));
        next = place.parent;
    }
    line.reverse();
    Ok(line)
}
