//! Registering somebody: the questions in groups, and whoever may be the same person shown before a second record is made.

use axum::response::Response;
use jizuo_kernel::{Lang, Path};
use jizuo_standards::element;
use serde_json::json;
use uuid::Uuid;

use super::ask::Ask;
use super::plan::Plan;
use super::wire::{Person, PersonLine};
use super::{acts, said};
use crate::answer::{Answered, done};
use crate::client::quoted;
use crate::frame::short;
use crate::home::PlacePath;
use crate::pick::Of;
use crate::pick::about;
use crate::sent::Sent;
use crate::visit::Visit;

/// What is asked, in its groups.
const WHO: [&str; 6] = [
    "person.name",
    "person.identity_number",
    "person.sex",
    "person.birth_date",
    "person.nationality",
    "person.former_name",
];
const REACH: [&str; 2] = ["person.phone", "person.registered_place"];
const MORE: [&str; 4] = ["person.marital_status", "person.education", "person.employment", "person.political_status"];

/// Elements that a group of the form asks for.
pub(crate) fn elements(lang: Lang, ids: &[&str], heading: (&str, &str)) -> Vec<Ask> {
    let known = ids.iter().filter_map(|id| element::find(id));
    let asks = known.map(|element| Ask::element(lang, &format!("facts/{}", element.id), element));
    let mut asks: Vec<Ask> = asks.collect();
    if let Some(first) = asks.first_mut() {
        first.heading = Some(said::pick(lang, heading.0, heading.1).to_owned());
    }
    asks
}

/// Whether persons are registered at a place without naming another: a village or a place in it.
pub(crate) fn is_village(place: &str) -> bool {
    short(place).len() >= 12
}

/// On what ground, and, for a child, who consents.
pub(crate) fn ground(lang: Lang) -> Vec<Ask> {
    let of = ["statutory_duty", "consent"].map(|code| (code.to_owned(), said::basis(code, lang))).to_vec();
    let mut basis = Ask::one(lang, "basis", ("采集依据", "On what ground"), of).worth("statutory_duty");
    basis.hint = Some(
        said::pick(
            lang,
            "履行法定职责必需的不用本人同意，但要告知；其余须本人同意（个人信息保护法第十三条）",
            "What a statutory duty needs is told, not asked; for the rest the person consents (PIPL, Article 13)",
        )
        .to_owned(),
    );
    vec![
        basis,
        Ask::line(lang, "guardian/name", ("监护人姓名", "Name of the guardian"), 100).optional().hinted((
            "未满十四周岁且依据为“本人同意”时必填",
            "For somebody under fourteen where the ground is consent",
        )),
        Ask::line(lang, "guardian/relation", ("监护人与本人的关系", "The guardian's relation"), 30).optional(),
    ]
}

fn plan(visit: &Visit, place: &str) -> Plan {
    let lang = visit.lang;
    let back = format!("/console/{}/persons", short(place));
    let path = format!("/places/{}/persons", quoted(place));
    let mut plan = Plan::new(visit, ("登记人员", "Register somebody"), ("登记此人", "Register the person"), path, back);
    plan.lead = visit
        .t(
            "只有姓名必须填。先查一查是否已经登记：平台会按身份证号、姓名和出生日期核对，不会重复登记。",
            "Only the name is needed. The platform looks whether the person is registered already, by number, name and date of birth.",
        )
        .to_owned();
    if !is_village(place) {
        let label = ("登记在哪个村（社区）", "In which village or community");
        plan.asks.push(Ask::pick(lang, "place", label, Of::Village));
    }
    let mut who = elements(lang, &WHO, ("基本情况", "Who it is"));
    for ask in &mut who {
        ask.optional = ask.name != "facts/person.name";
        if ask.name == "facts/person.identity_number" {
            ask.hint = Some(
                visit
                    .t(
                        "填了号码，性别和出生日期自动得出，不用再填",
                        "With the number, sex and date of birth follow from it",
                    )
                    .to_owned(),
            );
        }
    }
    plan.asks.extend(who);
    plan.asks.extend(elements(lang, &REACH, ("联系和户籍", "How to reach them, and where they are registered")));
    let household = Ask::pick(lang, "household/id", ("所在的户", "Household"), Of::Household).optional();
    plan.asks.push(household.headed(("家庭", "Family")));
    let relation =
        Ask::one(lang, "household/relation", ("与户主的关系", "Relation to the head"), said::relations(lang));
    plan.asks.push(relation.optional().hinted(("选了户才需要填", "Only where a household is chosen")));
    plan.asks.extend(elements(lang, &MORE, ("其他情况", "More")));
    plan.asks.push(Ask::source(lang, "document_seen").headed(("来源和依据", "Source and ground")));
    let today = today_there(visit);
    plan.asks.push(Ask::date(lang, "observed_on", ("了解到的日期", "Observed on")).worth(&today));
    plan.asks.extend(ground(lang));
    plan
}

/// Today in China.
pub(crate) fn today_there(visit: &Visit) -> String {
    crate::when::day(visit.now())
}

pub(crate) async fn form(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    plan(&visit, &place).show(&visit, &place, &Sent::default()).await
}

pub(crate) async fn send(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    if let Some(same) = sent.given("_same").and_then(|id| id.parse::<Uuid>().ok()) {
        return add_to(&visit, &place, same, &sent).await;
    }
    let mut plan = plan(&visit, &place);
    // Those who were looked at before, and those who have just been found to be others.
    let mut not: Vec<&str> = sent.all("not").chain(sent.all("candidate").filter(|_| sent.has("_none"))).collect();
    not.sort_unstable();
    not.dedup();
    if !not.is_empty() {
        plan.also = json!({ "not": not });
        plan.keep = not.iter().map(|id| ("not".to_owned(), (*id).to_owned())).collect();
    }
    let answer = plan.carry_out(&visit, &place, &sent).await?;
    registered(&visit, &place, answer)
}

fn registered(visit: &Visit, place: &str, answer: Result<crate::client::Answer, Response>) -> Answered {
    let answer = match answer {
        Ok(answer) => answer,
        Err(page) => return Ok(page),
    };
    let line: PersonLine = answer.decode()?;
    let path = format!("/console/{}/persons/{}", short(place), line.id);
    let said = if visit.lang == Lang::Zh {
        format!("{} 已登记。", line.name)
    } else {
        format!("{} is registered.", line.name)
    };
    Ok(done(&path, &said))
}

/// The person is known: what was typed goes to the form that adds to the record there is.
async fn add_to(visit: &Visit, place: &str, id: Uuid, sent: &Sent) -> Answered {
    let person: Person = visit.api.read(&format!("/places/{}/persons/{id}", quoted(place))).await?;
    let mut plan = acts::facts(visit, place, &person);
    plan.action = Some(format!("/console/{}/persons/{id}/do/facts", short(place)));
    plan.lead = if visit.lang == Lang::Zh {
        format!(
            "{}（{}）已经登记。您填写的内容都在下面，核对后补充进去。",
            person.line.name,
            about(visit, &person.line)
        )
    } else {
        format!(
            "{} ({}) is registered. What you typed is below: look it over and add it.",
            person.line.name,
            about(visit, &person.line)
        )
    };
    // Only what is not known, or known otherwise, needs saying; the name is.
    plan.show(visit, place, sent).await
}
