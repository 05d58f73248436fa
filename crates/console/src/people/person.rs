//! One person: what is known and from whom, what differs, household and posts, what was done and who has looked.

use askama::Template;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use super::said;
use super::shown_once::fact_standing;
use super::wire::{Access, Consent, Fact, Person};
use super::wire_forms::Form;
use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::Frame;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Deserialize)]
pub(crate) struct PersonPath {
    pub(crate) place: String,
    pub(crate) id: Uuid,
}

/// An action that is open, and what it does.
pub(crate) struct Open {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) about: Option<&'static str>,
}

/// Actions under one heading.
pub(crate) struct Actions {
    pub(crate) title: &'static str,
    pub(crate) open: Vec<Open>,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    f: Frame,
    person: Person,
    consents: Vec<Consent>,
    accesses: Vec<Access>,
    forms: Vec<Form>,
    actions: Vec<Actions>,
    part: &'static str,
}

impl PersonPage {
    fn standing(&self) -> (&'static str, String) {
        said::standing(&self.person.line.standing, self.f.lang)
    }

    fn value<'a>(&self, fact: &'a Fact) -> &'a str {
        fact.label.as_ref().map_or(&fact.value, |label| label.read(self.f.lang))
    }

    fn disputed(&self, fact: &Fact) -> bool {
        self.person.conflicts.iter().any(|conflict| conflict.element == fact.element)
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        said::day(*day)
    }

    fn basis(&self, fact: &Fact) -> String {
        said::basis(&fact.basis, self.f.lang)
    }

    fn how(&self, consent: &Consent) -> String {
        said::how(&consent.how, self.f.lang)
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }
}

/// What is not for this reader is empty; anything else that goes wrong is told.
pub(crate) fn unless_refused<T: Default>(read: Result<T, Trouble>) -> Result<T, Trouble> {
    match read {
        Err(trouble) if matches!(trouble.0.status, 403 | 404 | 409) => Ok(T::default()),
        read => read,
    }
}

pub(crate) async fn page(visit: Visit, Path(path): Path<PersonPath>) -> Answered {
    let at = format!("/places/{}/persons/{}", quoted(&path.place), path.id);
    let (consents, forms) = (format!("{at}/consents"), format!("/places/{}/forms", quoted(&path.place)));
    let (person, accesses) = (visit.api.read::<Person>(&at), format!("{at}/accesses?limit=5"));
    let (f, person, accesses, consents, forms) = tokio::join!(
        Frame::at(&visit, &path.place, visit.t("人员", "Persons")),
        person,
        visit.api.read::<Page<Access>>(&accesses),
        visit.api.read::<Vec<Consent>>(&consents),
        visit.api.read::<Vec<Form>>(&forms),
    );
    let (mut f, person) = (f?, person?);
    let accesses = match accesses {
        Ok(page) => page.items,
        Err(trouble) => unless_refused(Err(trouble))?,
    };
    f.title.clone_from(&person.line.name);
    let actions = actions(&visit, &f, &person);
    let mut forms = unless_refused(forms)?;
    forms.retain(|form| form.subject.is_empty() || form.subject == "person");
    if !person.open("base.form.use") {
        forms.clear();
    }
    let consents = unless_refused(consents)?;
    answer(&PersonPage { f, person, consents, accesses, forms, actions, part: "facts" })
}

/// What the reader may do with this person now, the usual first.
fn actions(visit: &Visit, f: &Frame, person: &Person) -> Vec<Actions> {
    let base = format!("{}/persons/{}/do", f.base(), person.line.id);
    let act = |permission: &str,
               operation: &str,
               action: &str,
               title: (&str, &str),
               about: Option<(&'static str, &'static str)>| {
        (person.open(permission) && f.may(operation)).then(|| Open {
            path: format!("{base}/{action}"),
            title: said::pick(visit.lang, title.0, title.1).to_owned(),
            about: about.map(|(zh, en)| visit.t(zh, en)),
        })
    };
    let data = [
        act("base.person.write", "base_person_record", "facts", ("补充、更正信息", "Add or correct data"), None),
        act(
            "base.person.reveal",
            "base_person_reveal",
            "reveal",
            ("查看完整号码", "Show what is masked"),
            Some(("写明用途，留下记录", "Say what for; it is kept")),
        ),
        act("base.consent.write", "base_consent_give", "consent", ("登记本人同意", "Record a consent"), None),
    ];
    let household = person.open("base.household.write") && f.may("base_household_create");
    let found = household.then(|| Open {
        path: format!("{}/households/new?head={}", f.base(), person.line.id),
        title: visit.t("以此人为户主立户", "Found a household with this head").to_owned(),
        about: None,
    });
    let away = person.line.standing == "moved_out" && f.may("base_person_return");
    let come_back = away.then(|| Open {
        path: format!("{base}/return"),
        title: visit.t("登记迁回", "Record the return").to_owned(),
        about: None,
    });
    let life = [
        found,
        come_back,
        act("base.person.move", "base_person_move", "move", ("县内迁居", "Move within the county"), None),
        act("base.person.move", "base_person_move_out", "move_out", ("迁出本县", "Move to another county"), None),
        act("base.person.record_death", "base_person_death", "death", ("登记死亡", "Record the death"), None),
        act("base.person.merge", "base_person_merge", "merge", ("合并重复登记", "Merge a second record"), None),
    ];
    let request = f.may("base_request_open").then(|| Open {
        path: format!("{base}/request"),
        title: visit.t("受理查阅、更正、删除申请", "Take a request on this data").to_owned(),
        about: Some(visit.t("个人信息保护法第四十五至四十八条", "PIPL, Articles 45 to 48")),
    });
    let rights = [
        request,
        act("base.person.held", "base_person_held", "held", ("出具全部个人信息", "Draw up all that is held"), None),
        act("base.person.erase", "base_person_erase", "erase", ("删除个人信息", "Erase data"), None),
    ];
    [
        (visit.t("信息", "Data"), data.into_iter().flatten().collect::<Vec<_>>()),
        (visit.t("变动", "Changes in life"), life.into_iter().flatten().collect()),
        (visit.t("本人的权利", "The person's rights"), rights.into_iter().flatten().collect()),
    ]
    .into_iter()
    .filter(|(_, open)| !open.is_empty())
    .map(|(title, open)| Actions { title, open })
    .collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    after: Option<String>,
    element: Option<String>,
}

#[derive(Template)]
#[template(path = "people/history.html")]
struct HistoryPage {
    f: Frame,
    person: Person,
    facts: Vec<Fact>,
    first: Option<String>,
    next: Option<String>,
    part: &'static str,
    element: Option<String>,
}

impl HistoryPage {
    fn value<'a>(&self, fact: &'a Fact) -> &'a str {
        fact.label.as_ref().map_or(&fact.value, |label| label.read(self.f.lang))
    }

    fn word(&self, fact: &Fact) -> &'static str {
        fact_standing(&fact.standing, self.f.lang)
    }

    fn class(&self, fact: &Fact) -> &'static str {
        match fact.standing.as_str() {
            "in_force" => "done",
            "disputed" => "waiting",
            _ => "plain",
        }
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }

    fn basis(&self, fact: &Fact) -> String {
        said::basis(&fact.basis, self.f.lang)
    }
}

pub(crate) async fn history(visit: Visit, Path(path): Path<PersonPath>, Query(wanted): Query<Wanted>) -> Answered {
    let at = format!("/places/{}/persons/{}", quoted(&path.place), path.id);
    let mut list = format!("{at}/facts?limit=50");
    let mut query = String::new();
    if let Some(element) = &wanted.element {
        query = format!("element={}&", quoted(element));
        list.push_str(&format!("&element={}", quoted(element)));
    }
    if let Some(after) = &wanted.after {
        list.push_str(&format!("&after={}", quoted(after)));
    }
    let (mut f, person, page) = tokio::try_join!(
        Frame::at(&visit, &path.place, ""),
        visit.api.read::<Person>(&at),
        visit.api.read::<Page<Fact>>(&list)
    )?;
    f.title = format!("{} · {}", person.line.name, visit.t("变更历史", "History"));
    let here = format!("{}/persons/{}/history?{query}", f.base(), path.id);
    let next = page.next.as_ref().map(|next| format!("{here}after={}", quoted(next)));
    let first = wanted.after.map(|_| here);
    answer(&HistoryPage { f, person, facts: page.items, first, next, part: "history", element: wanted.element })
}

#[derive(Template)]
#[template(path = "people/accesses.html")]
struct AccessesPage {
    f: Frame,
    person: Person,
    accesses: Vec<Access>,
    first: Option<String>,
    next: Option<String>,
    part: &'static str,
}

impl AccessesPage {
    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }

    fn elements(&self, access: &Access) -> String {
        let titles = access.elements.iter().map(|id| said::element_title(id, self.f.lang));
        titles.collect::<Vec<_>>().join(self.f.t("、", ", "))
    }
}

pub(crate) async fn accesses(visit: Visit, Path(path): Path<PersonPath>, Query(wanted): Query<Wanted>) -> Answered {
    let at = format!("/places/{}/persons/{}", quoted(&path.place), path.id);
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let list = format!("{at}/accesses?limit=50{after}");
    let (mut f, person, page) = tokio::try_join!(
        Frame::at(&visit, &path.place, ""),
        visit.api.read::<Person>(&at),
        visit.api.read::<Page<Access>>(&list)
    )?;
    f.title = format!("{} · {}", person.line.name, visit.t("谁看过", "Who has looked"));
    let here = format!("{}/persons/{}/accesses", f.base(), path.id);
    let next = page.next.as_ref().map(|next| format!("{here}?after={}", quoted(next)));
    let first = wanted.after.map(|_| here);
    answer(&AccessesPage { f, person, accesses: page.items, first, next, part: "accesses" })
}
