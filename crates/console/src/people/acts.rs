//! What can be done with somebody: each with what is asked for it and what it will do.

use jizuo_kernel::{Lang, Path, Query};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

use super::acts_of_life::{come_back, death, merge, move_out, moving};
use super::acts_of_rights::{consent, erase, held, request, withdraw};
use super::ask::{Ask, Kind};
use super::plan::Plan;
use super::register::{elements, ground, today_there};
use super::said;
use super::wire::{Candidate, Fact, Person};
use super::wire_forms::Form;
use crate::answer::Answered;
use crate::client::quoted;
use crate::frame::short;
use crate::pick::Choice;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct ActPath {
    place: String,
    id: Uuid,
    action: String,
}

/// What the address of a form fills in.
pub(crate) type Given = Query<HashMap<String, String>>;

pub(crate) fn given(query: HashMap<String, String>) -> Sent {
    let pairs: Vec<(String, String)> = query.into_iter().collect();
    let text: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Sent::read(text.as_bytes())
}

pub(crate) async fn form(visit: Visit, Path(path): Path<ActPath>, Query(query): Given) -> Answered {
    let given = given(query);
    let plan = plan(&visit, &path, &given).await?;
    plan.show(&visit, &path.place, &given).await
}

pub(crate) async fn send(visit: Visit, Path(path): Path<ActPath>, sent: Sent) -> Answered {
    match path.action.as_str() {
        "reveal" => return super::shown_once::reveal(&visit, &path.place, path.id, &sent).await,
        "held" => return super::shown_once::held(&visit, &path.place, path.id, &sent).await,
        _ => {}
    }
    let plan = plan(&visit, &path, &sent).await?;
    plan.send(&visit, &path.place, &sent).await
}

async fn plan(visit: &Visit, path: &ActPath, given: &Sent) -> Result<Plan, Trouble> {
    let at = format!("/places/{}/persons/{}", quoted(&path.place), path.id);
    let person: Person = visit.api.read(&at).await?;
    let place = path.place.as_str();
    Ok(match path.action.as_str() {
        "facts" => facts(visit, place, &person),
        "settle" => settle(visit, place, &person, given.text("element"))?,
        "reveal" => reveal(visit, place, &person),
        "move" => moving(visit, place, &person),
        "move_out" => move_out(visit, place, &person),
        "return" => come_back(visit, place, &person),
        "death" => death(visit, place, &person),
        "merge" => {
            let candidates: Vec<Candidate> = visit.api.read(&format!("{at}/candidates")).await?;
            merge(visit, place, &person, &candidates)
        }
        "consent" => {
            let forms: Vec<Form> = visit.api.read(&format!("/places/{}/forms", quoted(place))).await?;
            consent(visit, place, &person, &forms)
        }
        "withdraw" => withdraw(visit, place, &person, given.text("consent")),
        "request" => request(visit, place, &person),
        "held" => held(visit, place, &person),
        "erase" => erase(visit, place, &person),
        _ => return Err(Trouble::no_page(visit)),
    })
}

pub(crate) fn begin(
    visit: &Visit,
    place: &str,
    person: &Person,
    action: &str,
    title: (&str, &str),
    button: (&str, &str),
) -> Plan {
    let back = format!("/console/{}/persons/{}", short(place), person.line.id);
    let path = format!("/places/{}/persons/{}/{action}", quoted(place), person.line.id);
    let mut plan = Plan::new(visit, title, button, path, back);
    plan.title = match visit.lang {
        Lang::Zh => format!("{}：{}", person.line.name, plan.title),
        Lang::En => format!("{}: {}", person.line.name, plan.title),
    };
    plan
}

/// What is known of an element, said beside the question for it.
fn known(lang: Lang, fact: &Fact) -> String {
    let value = fact.label.as_ref().map_or(fact.value.as_str(), |label| label.read(lang));
    let (source, day) = (fact.source_title.read(lang), said::day(fact.observed_on));
    match lang {
        Lang::Zh => format!("现有：{value}（{source}，{day}）"),
        Lang::En => format!("Now: {value} ({source}, {day})"),
    }
}

/// The groups in which a person's elements are asked.
const GROUPS: [((&str, &str), &[&str]); 4] = [
    (
        ("基本情况", "Who it is"),
        &[
            "person.name",
            "person.identity_number",
            "person.sex",
            "person.birth_date",
            "person.nationality",
            "person.former_name",
        ],
    ),
    (("联系和户籍", "How to reach them, and where they are registered"), &["person.phone", "person.registered_place"]),
    (
        ("其他情况", "More"),
        &["person.marital_status", "person.education", "person.employment", "person.political_status", "person.health"],
    ),
    (("证件和账户", "Documents and accounts"), &["person.disability_certificate", "person.bank_card"]),
];

pub(crate) fn facts(visit: &Visit, place: &str, person: &Person) -> Plan {
    let lang = visit.lang;
    let mut plan = begin(
        visit,
        place,
        person,
        "facts",
        ("补充、更正信息", "Add or correct data"),
        ("保存这些信息", "Record these"),
    );
    plan.lead = visit
        .t(
            "只填要补充或更正的项，其余空着。原来的说法不会被覆盖：来源不同时两种说法都留着，由权威程度更高的来源认定。",
            "Fill in only what is new or different. Nothing is overwritten: where sources differ both stay, and the weightier one counts.",
        )
        .to_owned();
    plan.done = visit.t("已保存，来源和时间都记下了。", "Recorded, with source and time.").to_owned();
    for (heading, ids) in GROUPS {
        for mut ask in elements(lang, ids, heading) {
            let id = ask.name.trim_start_matches("facts/").to_owned();
            ask.hint = person.facts.iter().find(|fact| fact.element == id).map(|fact| known(lang, fact));
            plan.asks.push(ask);
        }
    }
    plan.asks.push(Ask::source(lang, "the_person").headed(("来源和依据", "Source and ground")));
    plan.asks.push(Ask::date(lang, "observed_on", ("了解到的日期", "Observed on")).worth(&today_there(visit)));
    let ground = ground(lang);
    plan.asks.extend(ground.into_iter().filter(|ask| person.line.minor || ask.name == "basis"));
    plan
}

fn settle(visit: &Visit, place: &str, person: &Person, element: &str) -> Result<Plan, Trouble> {
    let lang = visit.lang;
    let conflict = person.conflicts.iter().find(|conflict| conflict.element == element);
    let conflict = conflict.or(person.conflicts.first()).ok_or_else(|| Trouble::no_page(visit))?;
    let mut plan =
        begin(visit, place, person, "settle", ("认定哪个为准", "Settle what counts"), ("以选中的为准", "Let it count"));
    plan.lead = match lang {
        Lang::Zh => {
            format!("“{}”有不同说法。认定后其他说法转入历史，谁认定的、为什么，都记下来。", conflict.title.read(lang))
        }
        Lang::En => format!(
            "Sources differ on “{}”. What is settled counts; the others become history, with who decided and why.",
            conflict.title.read(lang)
        ),
    };
    plan.keep = vec![("element".to_owned(), conflict.element.clone())];
    plan.done = visit.t("已认定。", "Settled.").to_owned();
    let choices = conflict.values.iter().map(|fact| {
        let value = fact.label.as_ref().map_or(fact.value.as_str(), |label| label.read(lang));
        let about = match lang {
            Lang::Zh => {
                format!("{}，{}，权威程度 {}", fact.source_title.read(lang), said::day(fact.observed_on), fact.rank)
            }
            Lang::En => {
                format!("{}, {}, weight {}", fact.source_title.read(lang), said::day(fact.observed_on), fact.rank)
            }
        };
        Choice { value: fact.id.to_string(), words: value.to_owned(), about: Some(about), chosen: false }
    });
    plan.asks.push(Ask::new(lang, "fact", ("以哪个为准", "Which one counts"), Kind::One(choices.collect())));
    plan.asks.push(
        Ask::long(lang, "reason", ("怎么核实的", "How you know"), 500).hinted((
            "例如：已与派出所核实，以户口簿为准",
            "For instance: asked the police station; the register counts",
        )),
    );
    Ok(plan)
}

pub(crate) fn reveal(visit: &Visit, place: &str, person: &Person) -> Plan {
    let lang = visit.lang;
    let mut plan = begin(
        visit,
        place,
        person,
        "reveal",
        ("查看完整信息", "Show what is masked"),
        ("查看并记录", "Show and record"),
    );
    plan.lead = visit
        .t(
            "完整内容只在下一页显示一次。谁看了、看了什么、做什么用，都会记录，本人可以查。",
            "The values are shown once, on the next page. Who looked, at what and why is kept, and the person can see it.",
        )
        .to_owned();
    let masked: Vec<Choice> = person
        .facts
        .iter()
        .filter(|fact| fact.masked)
        .map(|fact| Choice {
            value: fact.element.clone(),
            words: fact.title.read(lang).to_owned(),
            about: Some(fact.value.clone()),
            chosen: false,
        })
        .collect();
    if masked.is_empty() {
        plan.caution = Some(visit.t("此人没有被遮盖的信息。", "Nothing of this person is masked.").to_owned());
    }
    plan.asks.push(Ask::new(lang, "elements", ("要看哪几项", "What to show"), Kind::Many(masked)));
    plan.asks.push(
        Ask::line(lang, "purpose", ("用途", "What for"), 200)
            .hinted(("例如：电话通知老人体检", "For instance: to call about a health check")),
    );
    plan
}
