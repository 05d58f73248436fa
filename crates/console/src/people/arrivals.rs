//! Those who are said to have moved here from other counties, and merges that can be taken apart.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Lang, Path, Query};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::acts::{Given, given};
use super::ask::Ask;
use super::plan::{Plan, once};
use super::register::is_village;
use super::said;
use super::wire::{Arrival, Carried, Merge};
use crate::answer::{Answered, done, page as answer};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::pick::Of;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    state: Option<String>,
    person: Option<Uuid>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "people/arrivals.html")]
struct ArrivalsPage {
    f: Frame,
    state: String,
    states: Vec<(&'static str, &'static str)>,
    sentence: String,
    arrivals: Vec<Arrival>,
    first: Option<String>,
    next: Option<String>,
}

impl ArrivalsPage {
    fn title(&self, carried: &Carried) -> String {
        said::element_title(&carried.element, self.f.lang)
    }

    fn value(&self, carried: &Carried) -> String {
        said::value_title(&carried.element, &carried.value, self.f.lang)
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        said::day(*day)
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }
}

fn states(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("waiting", said::pick(lang, "等待接收", "Waiting")),
        ("taken_in", said::pick(lang, "已接收", "Taken in")),
        ("declined", said::pick(lang, "已退回", "Declined")),
    ]
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let states = states(visit.lang);
    let state = states.iter().find(|(code, _)| Some(*code) == wanted.state.as_deref()).unwrap_or(&states[0]);
    let (state, words) = (state.0.to_owned(), state.1);
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let path = format!("/places/{}/arrivals?state={state}{after}", quoted(&place));
    let (f, page) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("迁入待接收", "Arrivals")),
        visit.api.read::<Page<Arrival>>(&path)
    )?;
    let sentence = match visit.lang {
        Lang::Zh => format!("{} · {words} · {} 人", f.place_name(), page.items.len()),
        Lang::En => format!("{} · {words} · {}", f.place_name(), page.items.len()),
    };
    let here = format!("{}/arrivals?state={state}", f.base());
    let next = page.next.as_ref().map(|next| format!("{here}&after={}", quoted(next)));
    let first = wanted.after.map(|_| here);
    answer(&ArrivalsPage { f, state, states, sentence, arrivals: page.items, first, next })
}

#[derive(Deserialize)]
pub(crate) struct ActPath {
    place: String,
    id: Uuid,
    action: String,
}

pub(crate) async fn form(visit: Visit, Path(path): Path<ActPath>, Query(query): Given) -> Answered {
    plan(&visit, &path).await?.show(&visit, &path.place, &given(query)).await
}

pub(crate) async fn send(visit: Visit, Path(path): Path<ActPath>, sent: Sent) -> Answered {
    let plan = plan(&visit, &path).await?;
    let (back, said) = (plan.back.clone(), plan.done.clone());
    match plan.carry_out(&visit, &path.place, &sent).await? {
        Ok(answer) => {
            let arrival: Arrival = answer.decode()?;
            let to = arrival.person.map(|id| format!("/console/{}/persons/{id}", short(&path.place)));
            Ok(done(&to.unwrap_or(back), &said))
        }
        Err(page) => Ok(page),
    }
}

async fn plan(visit: &Visit, path: &ActPath) -> Result<Plan, Trouble> {
    let lang = visit.lang;
    let at = format!("/places/{}/arrivals", quoted(&path.place));
    let waiting: Page<Arrival> = visit.api.read(&format!("{at}?limit=100")).await?;
    let arrival = waiting.items.into_iter().find(|arrival| arrival.id == path.id);
    let arrival = arrival.ok_or_else(|| {
        let title = ("已经办过了", "This is decided already");
        let detail = (
            "这条迁入已经接收或退回，或不在您负责的地方。请回到列表查看。",
            "This arrival has been taken in or declined, or lies at a place that is not yours. See the list.",
        );
        Trouble::own(visit, 404, "console.arrival", title, detail)
    })?;
    let back = format!("/console/{}/arrivals", short(&path.place));
    let from = match lang {
        Lang::Zh => format!(
            "{}，{} 从 {} 迁来：{}",
            arrival.name,
            said::day(arrival.moved_on),
            arrival.from_name,
            arrival.reason
        ),
        Lang::En => format!(
            "{} came from {} on {}: {}",
            arrival.name,
            arrival.from_name,
            said::day(arrival.moved_on),
            arrival.reason
        ),
    };
    Ok(match path.action.as_str() {
        "take_in" => {
            let title = ("接收迁入", "Take somebody in");
            let api = format!("{at}/{}/take_in", path.id);
            let mut plan = Plan::new(visit, title, ("接收并登记", "Take in and register"), api, back);
            plan.lead = from;
            plan.done = visit
                .t(
                    "已接收，带来的信息都在，来源写的是“迁入时带来”。",
                    "Taken in; what came along is there, with its source.",
                )
                .to_owned();
            if !is_village(&path.place) {
                let label = ("登记在哪个村（社区）", "In which village or community");
                plan.asks.push(Ask::pick(lang, "place", label, Of::Village));
            }
            let household =
                Ask::pick(lang, "household/id", ("加入哪一户", "Which household"), Of::Household).optional();
            plan.asks.push(household.hinted(("也可以接收后再立户", "A household can also be founded afterwards")));
            let relation = ("与户主的关系", "Relation to the head");
            plan.asks.push(Ask::one(lang, "household/relation", relation, said::relations(lang)).optional());
            let person = ("本地已有此人的登记", "Registered here already");
            let person = Ask::pick(lang, "person", person, Of::Person).optional();
            plan.asks.push(person.hinted((
                "曾在本地登记、又没有身份证号可核对时才选",
                "Only where no identity number says who is the same",
            )));
            plan
        }
        "decline" => {
            let title = ("退回迁入", "Decline an arrival");
            let api = format!("{at}/{}/decline", path.id);
            let mut plan = Plan::new(visit, title, ("退回", "Decline"), api, back);
            plan.lead = format!(
                "{from}{}",
                visit.t(
                    "。退回后带来的信息全部删除，只留下退回记录。",
                    ". What came along is deleted; only that it was declined is kept."
                )
            );
            plan.done = visit.t("已退回。", "Declined.").to_owned();
            plan.grave = true;
            plan.asks.push(Ask::line(lang, "reason", ("原因", "Why"), 500));
            plan
        }
        _ => return Err(Trouble::no_page(visit)),
    })
}

#[derive(Template)]
#[template(path = "people/merges.html")]
struct MergesPage {
    f: Frame,
    merges: Vec<Merge>,
    first: Option<String>,
    next: Option<String>,
    once: String,
}

impl MergesPage {
    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }
}

pub(crate) async fn merges(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let mut path = format!("/places/{}/merges?limit=30", quoted(&place));
    if let Some(person) = wanted.person {
        path.push_str(&format!("&person={person}"));
    }
    if let Some(after) = &wanted.after {
        path.push_str(&format!("&after={}", quoted(after)));
    }
    let (f, page) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("合并记录", "Merges")),
        visit.api.read::<Page<Merge>>(&path)
    )?;
    let here = format!("{}/merges", f.base());
    let next = page.next.as_ref().map(|next| format!("{here}?after={}", quoted(next)));
    let first = wanted.after.map(|_| here);
    answer(&MergesPage { f, merges: page.items, first, next, once: once() })
}

#[derive(Deserialize)]
pub(crate) struct MergePath {
    place: String,
    id: Uuid,
}

pub(crate) async fn undo(visit: Visit, Path(path): Path<MergePath>, sent: Sent) -> Answered {
    let api = format!("/places/{}/merges/{}/undo", quoted(&path.place), path.id);
    let body = json!({});
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    let undone: Merge = visit.api.call(Method::POST, &api, write).await?.decode()?;
    let stayed: Vec<String> = undone.stayed.iter().map(|id| stayed(id, visit.lang)).collect();
    let said = match (visit.lang, stayed.is_empty()) {
        (Lang::Zh, true) => "已撤销合并，两份登记都恢复了。".to_owned(),
        (Lang::En, true) => "The merge is undone; both records are back.".to_owned(),
        (Lang::Zh, false) => {
            format!("已撤销合并。合并之后改过的留在“{}”：{}。", undone.kept_name, stayed.join("、"))
        }
        (Lang::En, false) => {
            format!("The merge is undone. What changed since stays with {}: {}.", undone.kept_name, stayed.join(", "))
        }
    };
    Ok(done(&format!("/console/{}/merges", short(&path.place)), &said))
}

fn stayed(id: &str, lang: Lang) -> String {
    match id {
        "member" => said::pick(lang, "所在的户", "the household").to_owned(),
        "head" => said::pick(lang, "户主", "being head").to_owned(),
        "post" => said::pick(lang, "职务", "posts").to_owned(),
        "consent" => said::pick(lang, "同意书", "consents").to_owned(),
        "request" => said::pick(lang, "权利申请", "requests").to_owned(),
        element => said::element_title(element, lang),
    }
}
