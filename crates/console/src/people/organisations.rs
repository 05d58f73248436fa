//! Organisations: the list by kind, one with its posts, and what can be done with it.

use askama::Template;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Lang, Path, Query};
use jizuo_standards::element;
use serde::Deserialize;
use uuid::Uuid;

use super::acts::{Given, given};
use super::ask::Ask;
use super::person::{Open, PersonPath};
use super::plan::Plan;
use super::register::{elements, today_there};
use super::said;
use super::wire::{Fact, Kind, Organisation, Post};
use crate::answer::{Answered, done, page as answer};
use crate::client::quoted;
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::pick::Of;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    kind: Option<String>,
    standing: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "people/organisations.html")]
struct OrganisationsPage {
    f: Frame,
    sentence: String,
    q: String,
    kind: String,
    standing: String,
    kinds: Vec<(String, String)>,
    organisations: Vec<Organisation>,
    first: Option<String>,
    next: Option<String>,
    export: String,
}

impl OrganisationsPage {
    fn standing(&self, organisation: &Organisation) -> (&'static str, String) {
        said::standing(&organisation.standing, self.f.lang)
    }
}

async fn kinds(visit: &Visit, place: &str) -> Result<Vec<(String, String)>, Trouble> {
    let kinds: Vec<Kind> = visit.api.read(&format!("/places/{}/organisations/kinds", quoted(place))).await?;
    Ok(kinds
        .into_iter()
        .map(|kind| {
            let words = if visit.lang == Lang::Zh { kind.zh } else { kind.en };
            (kind.id, words)
        })
        .collect())
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let q = wanted.q.as_deref().unwrap_or_default().trim().to_owned();
    let ended = wanted.standing.as_deref() == Some("dissolved");
    let standing = if ended { "dissolved" } else { "present" }.to_owned();
    let kind = wanted.kind.clone().unwrap_or_default();
    let mut query = format!("standing={standing}");
    for (name, value) in [("kind", &kind), ("q", &q)] {
        if !value.is_empty() {
            query.push_str(&format!("&{name}={}", quoted(value)));
        }
    }
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let path = format!("/places/{}/organisations?limit=30&{query}{after}", quoted(&place));
    let (f, kinds, page) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("组织", "Organisations")),
        kinds(&visit, &place),
        visit.api.read::<Page<Organisation>>(&path)
    )?;
    let title = kinds.iter().find(|(id, _)| *id == kind);
    let title = title.map_or_else(|| visit.t("各类机构", "of every kind").to_owned(), |(_, title)| title.clone());
    let count = page.items.len();
    let page_only = page.next.is_some() || wanted.after.is_some();
    let count = match (visit.lang, page_only) {
        (Lang::Zh, false) => format!("{count} 个"),
        (Lang::Zh, true) => format!("本页 {count} 个"),
        (Lang::En, false) => format!("{count}"),
        (Lang::En, true) => format!("{count} on this page"),
    };
    let sentence = format!("{} · {title} · {count}", f.place_name());
    let here = format!("{}/organisations", f.base());
    let next = page.next.as_ref().map(|next| format!("{here}?{query}&after={}", quoted(next)));
    let first = wanted.after.as_ref().map(|_| format!("{here}?{query}"));
    let export = format!("{}/export?list=base_organisation_list&{query}", f.base());
    let organisations = page.items;
    answer(&OrganisationsPage { f, sentence, q, kind, standing, kinds, organisations, first, next, export })
}

#[derive(Template)]
#[template(path = "people/organisation.html")]
struct OrganisationPage {
    f: Frame,
    organisation: Organisation,
    actions: Vec<Open>,
    changes: bool,
}

impl OrganisationPage {
    fn standing(&self) -> (&'static str, String) {
        said::standing(&self.organisation.standing, self.f.lang)
    }

    fn holder(&self, post: &Post) -> Option<String> {
        (post.standing != "present").then(|| said::standing(&post.standing, self.f.lang).1)
    }

    fn value<'a>(&self, fact: &'a Fact) -> &'a str {
        fact.label.as_ref().map_or(&fact.value, |label| label.read(self.f.lang))
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        said::day(*day)
    }
}

pub(crate) async fn page(visit: Visit, Path(path): Path<PersonPath>) -> Answered {
    let at = format!("/places/{}/organisations/{}", quoted(&path.place), path.id);
    let (mut f, organisation) =
        tokio::try_join!(Frame::at(&visit, &path.place, ""), visit.api.read::<Organisation>(&at))?;
    f.title.clone_from(&organisation.name);
    let base = format!("{}/organisations/{}/do", f.base(), organisation.id);
    let present = organisation.standing == "present";
    let changes = present && f.may("base_organisation_dismiss");
    let act = |operation: &str, action: &str, zh: &'static str, en: &'static str| {
        (present && f.may(operation)).then(|| Open {
            path: format!("{base}/{action}"),
            title: visit.t(zh, en).to_owned(),
            about: None,
        })
    };
    let actions = [
        act("base_organisation_appoint", "appoint", "登记任职", "Record a post"),
        act("base_organisation_learn", "facts", "补充、更正信息", "Add or correct data"),
        act("base_organisation_dissolve", "dissolve", "注销机构", "Dissolve it"),
    ];
    answer(&OrganisationPage { f, organisation, actions: actions.into_iter().flatten().collect(), changes })
}

async fn creation(visit: &Visit, place: &str) -> Result<Plan, Trouble> {
    let lang = visit.lang;
    let path = format!("/places/{}/organisations", quoted(place));
    let back = format!("/console/{}/organisations", short(place));
    let title = ("登记机构", "Record an organisation");
    let mut plan = Plan::new(visit, title, ("登记这个机构", "Record the organisation"), path, back);
    plan.lead = visit
        .t("只登记一次，各模块共用；任职人员登记后再加。", "Recorded once, used by every module. Posts come after.")
        .to_owned();
    plan.asks.push(Ask::one(lang, "kind", ("类别", "Kind"), kinds(visit, place).await?));
    plan.asks.push(Ask::line(lang, "name", ("名称", "Name"), 200));
    plan.asks.push(
        Ask::line(lang, "credit_code", ("统一社会信用代码", "Unified social credit code"), 30)
            .optional()
            .hinted(("没有的不填", "Leave empty where there is none")),
    );
    for id in ["organisation.phone", "organisation.legal_representative"] {
        plan.asks.extend(element::find(id).map(|element| Ask::element(lang, &format!("facts/{id}"), element)));
    }
    plan.asks.push(Ask::date(lang, "since", ("成立（知悉）日期", "Since")).worth(&today_there(visit)));
    plan.asks.push(Ask::source(lang, "village_visit"));
    Ok(plan)
}

pub(crate) async fn create_form(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(query): Given,
) -> Answered {
    creation(&visit, &place).await?.show(&visit, &place, &given(query)).await
}

pub(crate) async fn create(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    match creation(&visit, &place).await?.carry_out(&visit, &place, &sent).await? {
        Ok(answer) => {
            let made: Organisation = answer.decode()?;
            let path = format!("/console/{}/organisations/{}", short(&place), made.id);
            Ok(done(&path, visit.t("已登记，可以登记任职人员了。", "Recorded; now its posts.")))
        }
        Err(page) => Ok(page),
    }
}

#[derive(Deserialize)]
pub(crate) struct ActPath {
    place: String,
    id: Uuid,
    action: String,
}

pub(crate) async fn form(visit: Visit, Path(path): Path<ActPath>, Query(query): Given) -> Answered {
    let given = given(query);
    plan(&visit, &path, &given).await?.show(&visit, &path.place, &given).await
}

pub(crate) async fn send(visit: Visit, Path(path): Path<ActPath>, sent: Sent) -> Answered {
    plan(&visit, &path, &sent).await?.send(&visit, &path.place, &sent).await
}

async fn plan(visit: &Visit, path: &ActPath, given: &Sent) -> Result<Plan, Trouble> {
    let at = format!("/places/{}/organisations/{}", quoted(&path.place), path.id);
    let organisation: Organisation = visit.api.read(&at).await?;
    let back = format!("/console/{}/organisations/{}", short(&path.place), path.id);
    let lang = visit.lang;
    let post = organisation.posts.iter().find(|post| post.id.to_string() == given.text("post"));
    let begin = |title: (&str, &str), button: (&str, &str), action: &str, done: (&'static str, &'static str)| {
        let mut plan = Plan::new(visit, title, button, format!("{at}/{action}"), back.clone());
        plan.title = format!("{}{}{}", organisation.name, visit.t("：", ": "), plan.title);
        plan.done = visit.t(done.0, done.1).to_owned();
        plan
    };
    let today = today_there(visit);
    Ok(match (path.action.as_str(), post) {
        ("appoint", _) => {
            let title = ("登记任职", "Record a post");
            let mut plan = begin(title, ("登记任职", "Record the post"), "posts", ("已登记任职。", "Recorded."));
            plan.asks.push(Ask::pick(lang, "person", ("任职人", "Who"), Of::Person));
            plan.asks.push(
                Ask::line(lang, "title", ("职务", "Post"), 50)
                    .hinted(("例如：主任、委员、队长", "For instance: head, member")),
            );
            plan.asks.push(Ask::date(lang, "since", ("自哪一天起", "Since")).worth(&today));
            plan.asks.push(Ask::date(lang, "until", ("任期届满", "End of the term")).optional());
            plan
        }
        ("end", Some(post)) => {
            let title = ("免去职务", "End a post");
            let action = format!("posts/{}/end", post.id);
            let mut plan = begin(title, ("登记离任", "Record the end"), &action, ("已登记离任。", "Recorded."));
            plan.lead = format!("{} · {}", post.name, post.title);
            plan.keep = vec![("post".to_owned(), post.id.to_string())];
            plan.asks.push(Ask::date(lang, "on", ("离任日期", "On which day")).worth(&today));
            plan
        }
        ("facts", _) => {
            let title = ("补充、更正信息", "Add or correct data");
            let mut plan = begin(title, ("保存这些信息", "Record these"), "facts", ("已保存。", "Recorded."));
            let ids = [
                "organisation.name",
                "organisation.credit_code",
                "organisation.phone",
                "organisation.legal_representative",
                "organisation.registered_on",
                "organisation.capital",
            ];
            plan.asks.extend(elements(lang, &ids, ("机构信息", "The organisation")));
            plan.asks.push(Ask::source(lang, "document_seen").headed(("来源", "Source")));
            plan.asks.push(Ask::date(lang, "observed_on", ("了解到的日期", "Observed on")).worth(&today));
            plan
        }
        ("dissolve", _) => {
            let title = ("注销机构", "Dissolve");
            let mut plan = begin(title, ("注销", "Dissolve it"), "dissolve", ("已注销。", "Dissolved."));
            plan.lead = visit
                .t("所有职务同时终止；此后只能查看。", "Every post in it ends; it can only be read from then on.")
                .to_owned();
            plan.grave = true;
            plan.asks.push(Ask::line(lang, "reason", ("原因", "Why"), 500));
            plan.asks.push(Ask::date(lang, "on", ("日期", "On which day")).worth(&today));
            plan
        }
        _ => return Err(Trouble::no_page(visit)),
    })
}
