//! Households: the list, one with those who live in it, and what can be done with it.

use askama::Template;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Lang, Path, Query};
use serde::Deserialize;

use super::person::{Open, PersonPath};
use super::said;
use super::wire::{Fact, Household, Member};
use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    standing: Option<String>,
    head_vacant: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "people/households.html")]
struct HouseholdsPage {
    f: Frame,
    sentence: String,
    q: String,
    standing: String,
    vacant: bool,
    households: Vec<Household>,
    first: Option<String>,
    next: Option<String>,
    export: String,
}

impl HouseholdsPage {
    fn standing(&self, household: &Household) -> (&'static str, String) {
        standing(household, self.f.lang)
    }
}

fn standing(household: &Household, lang: Lang) -> (&'static str, String) {
    if household.head_vacant {
        return ("waiting", said::pick(lang, "缺户主", "No head").to_owned());
    }
    said::standing(&household.standing, lang)
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let q = wanted.q.as_deref().unwrap_or_default().trim().to_owned();
    let ended = wanted.standing.as_deref() == Some("dissolved");
    let standing = if ended { "dissolved" } else { "present" }.to_owned();
    let vacant = wanted.head_vacant.as_deref() == Some("true");
    let mut query = format!("standing={standing}&head_vacant={vacant}");
    if !q.is_empty() {
        query.push_str(&format!("&q={}", quoted(&q)));
    }
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let path = format!("/places/{}/households?limit=30&{query}{after}", quoted(&place));
    let (f, page) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("家庭户", "Households")),
        visit.api.read::<Page<Household>>(&path)
    )?;
    let count = page.items.len();
    let more = page.next.is_some() || wanted.after.is_some();
    let sentence = match (visit.lang, more) {
        (Lang::Zh, false) => format!("{} · {} · {count} 户", f.place_name(), said::standing(&standing, visit.lang).1),
        (Lang::Zh, true) => {
            format!("{} · {} · 本页 {count} 户", f.place_name(), said::standing(&standing, visit.lang).1)
        }
        (Lang::En, false) => {
            format!("{} · {} · {count} households", f.place_name(), said::standing(&standing, visit.lang).1)
        }
        (Lang::En, true) => {
            format!("{} · {} · {count} on this page", f.place_name(), said::standing(&standing, visit.lang).1)
        }
    };
    let here = format!("{}/households", f.base());
    let next = page.next.as_ref().map(|next| format!("{here}?{query}&after={}", quoted(next)));
    let first = wanted.after.as_ref().map(|_| format!("{here}?{query}"));
    let export = format!("{}/export?list=base_household_list&{query}", f.base());
    answer(&HouseholdsPage { f, sentence, q, standing, vacant, households: page.items, first, next, export })
}

#[derive(Template)]
#[template(path = "people/household.html")]
struct HouseholdPage {
    f: Frame,
    household: Household,
    actions: Vec<Open>,
    changes: bool,
}

impl HouseholdPage {
    fn standing(&self) -> (&'static str, String) {
        standing(&self.household, self.f.lang)
    }

    fn value<'a>(&self, fact: &'a Fact) -> &'a str {
        fact.label.as_ref().map_or(&fact.value, |label| label.read(self.f.lang))
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        said::day(*day)
    }

    fn source(&self, member: &Member) -> String {
        member
            .source_name
            .as_ref()
            .map_or_else(|| said::source(&member.source, self.f.lang), |name| name.read(self.f.lang).to_owned())
    }

    fn sex(&self, member: &Member) -> String {
        member.sex.as_deref().map(|code| said::value_title("person.sex", code, self.f.lang)).unwrap_or_default()
    }

    fn leads(&self, member: &Member) -> bool {
        self.household.head == Some(member.person)
    }

    fn why(&self, member: &Member) -> String {
        member.why_left.as_deref().map(|code| said::why_left(code, self.f.lang)).unwrap_or_default()
    }

    /// The generation that a relation belongs to, for the order of the table: parents before children.
    fn generation(&self, member: &Member) -> &'static str {
        match member.relation.as_bytes().first() {
            Some(b'0' | b'1') => self.f.t("本辈", "Own generation"),
            Some(b'2' | b'3') => self.f.t("子辈", "Children"),
            Some(b'4') => self.f.t("孙辈", "Grandchildren"),
            Some(b'5') => self.f.t("父辈", "Parents"),
            Some(b'6') => self.f.t("祖辈", "Grandparents"),
            _ => self.f.t("其他", "Others"),
        }
    }

    /// By generation, in the order of a family register; those of one stand together.
    fn generations(&self) -> Vec<(&'static str, Vec<&Member>)> {
        let mut groups: Vec<(&'static str, Vec<&Member>)> = Vec::new();
        for wanted in [&b"6"[..], b"5", b"01", b"23", b"4", b"7", b"8", b"9"] {
            let of = |member: &&Member| member.relation.as_bytes().first().is_some_and(|first| wanted.contains(first));
            for member in self.household.people.iter().filter(of) {
                let title = self.generation(member);
                match groups.iter_mut().find(|(known, _)| *known == title) {
                    Some((_, members)) => members.push(member),
                    None => groups.push((title, vec![member])),
                }
            }
        }
        groups
    }
}

pub(crate) async fn page(visit: Visit, Path(path): Path<PersonPath>) -> Answered {
    let at = format!("/places/{}/households/{}", quoted(&path.place), path.id);
    let (mut f, household) = tokio::try_join!(Frame::at(&visit, &path.place, ""), visit.api.read::<Household>(&at))?;
    f.title = heading(&visit, &household);
    let base = format!("{}/households/{}/do", f.base(), household.id);
    let present = household.standing == "present";
    let changes = present && f.may("base_household_join");
    let act = |operation: &str, action: &str, zh: &'static str, en: &'static str| {
        (present && f.may(operation)).then(|| Open {
            path: format!("{base}/{action}"),
            title: visit.t(zh, en).to_owned(),
            about: None,
        })
    };
    let actions = [
        act("base_household_join", "join", "添加家庭成员", "Add a member"),
        act("base_household_lead", "head", "变更户主", "Change the head"),
        act("base_household_learn", "facts", "补充户信息", "Add data on the household"),
        act("base_household_move", "move", "整户迁居", "Move the household"),
        act("base_household_dissolve", "dissolve", "销户", "Dissolve it"),
    ];
    answer(&HouseholdPage { f, household, actions: actions.into_iter().flatten().collect(), changes })
}

pub(crate) fn heading(visit: &Visit, household: &Household) -> String {
    match visit.lang {
        Lang::Zh => format!("{} 户", household.head_name),
        Lang::En => format!("Household of {}", household.head_name),
    }
}
