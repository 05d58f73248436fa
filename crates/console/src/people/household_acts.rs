//! What can be done with a household: founding it, members, its head, moves and its end.

use jizuo_kernel::{Lang, Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use super::acts::{Given, given};
use super::ask::{Ask, Kind};
use super::households::heading;
use super::plan::Plan;
use super::register::{elements, is_village, today_there};
use super::said;
use super::wire::Household;
use crate::answer::{Answered, done};
use crate::client::quoted;
use crate::frame::short;
use crate::home::PlacePath;
use crate::pick::{Choice, Of};
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;

fn creation(visit: &Visit, place: &str) -> Plan {
    let lang = visit.lang;
    let path = format!("/places/{}/households", quoted(place));
    let back = format!("/console/{}/households", short(place));
    let mut plan = Plan::new(visit, ("立户", "Found a household"), ("立户", "Found the household"), path, back);
    plan.lead = visit
        .t(
            "先选户主，立户后再添加成员。户主现在在别的户里的，会从那一户转出。",
            "Choose the head; members come after. A head who is in another household leaves it.",
        )
        .to_owned();
    if !is_village(place) {
        plan.asks.push(Ask::pick(lang, "place", ("在哪个村（社区）", "In which village"), Of::Village));
    }
    plan.asks.push(Ask::pick(lang, "head", ("户主", "Head"), Of::Person));
    plan.asks.push(
        Ask::line(lang, "number", ("户号", "Number"), 20)
            .optional()
            .hinted(("在村（社区）内不重复", "One in its village")),
    );
    plan.asks.push(Ask::date(lang, "since", ("自哪一天起", "Since")).worth(&today_there(visit)));
    plan.asks.push(Ask::source(lang, "village_visit"));
    plan
}

pub(crate) async fn create_form(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(query): Given,
) -> Answered {
    creation(&visit, &place).show(&visit, &place, &given(query)).await
}

pub(crate) async fn create(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    match creation(&visit, &place).carry_out(&visit, &place, &sent).await? {
        Ok(answer) => {
            let household: Household = answer.decode()?;
            let path = format!("/console/{}/households/{}", short(&place), household.id);
            Ok(done(&path, visit.t("已立户，可以添加成员了。", "The household is founded; now add its members.")))
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
    let at = format!("/places/{}/households/{}", quoted(&path.place), path.id);
    let household: Household = visit.api.read(&at).await?;
    let back = format!("/console/{}/households/{}", short(&path.place), path.id);
    let lang = visit.lang;
    let member = household.people.iter().find(|member| member.id.to_string() == given.text("member"));
    let begin = |title: (&str, &str), button: (&str, &str), action: &str, done: (&'static str, &'static str)| {
        let mut plan = Plan::new(visit, title, button, format!("{at}/{action}"), back.clone());
        plan.title = format!("{}{}{}", heading(visit, &household), visit.t("：", ": "), plan.title);
        plan.done = visit.t(done.0, done.1).to_owned();
        plan
    };
    let today = || today_there(visit);
    let relation = || Ask::one(lang, "relation", ("与户主的关系", "Relation to the head"), said::relations(lang));
    let plan = match (path.action.as_str(), member) {
        ("join", _) => {
            let title = ("添加家庭成员", "Add a member");
            let mut plan = begin(title, ("加入这一户", "Add to the household"), "members", ("已加入。", "Added."));
            plan.lead = visit
                .t(
                    "成员须先登记为人员。现在在别的户里的，会从那一户转出。",
                    "The member is registered already; who is in another household leaves it.",
                )
                .to_owned();
            plan.asks.push(Ask::pick(lang, "person", ("成员", "Who"), Of::Person));
            plan.asks.push(relation());
            plan.asks.push(Ask::date(lang, "since", ("自哪一天起", "Since")).worth(&today()));
            plan.asks.push(Ask::source(lang, "village_visit"));
            plan
        }
        ("leave", Some(member)) => {
            let title = ("成员离开", "A member leaves");
            let action = format!("members/{}/leave", member.id);
            let mut plan = begin(title, ("登记离开", "Record it"), &action, ("已登记离开。", "Recorded."));
            plan.lead = match lang {
                Lang::Zh => {
                    format!("{} 离开这一户，仍在本村（社区）登记。迁出本村的请到此人页面办理迁居。", member.name)
                }
                Lang::En => format!("{} leaves the household and stays registered here.", member.name),
            };
            let why = [
                ("moved", "另立门户、婚嫁或搬到别的户", "Lives elsewhere, or married"),
                ("corrected", "当初登记错了，从来不是这户的", "Was recorded by mistake"),
            ];
            let why = why.map(|(code, zh, en)| (code.to_owned(), visit.t(zh, en).to_owned())).to_vec();
            plan.keep = vec![("member".to_owned(), member.id.to_string())];
            plan.asks.push(Ask::one(lang, "why", ("原因", "Why"), why).worth("moved"));
            plan.asks.push(Ask::date(lang, "on", ("日期", "On which day")).worth(&today()));
            plan
        }
        ("relation", Some(member)) => {
            let title = ("更正与户主的关系", "Say the relation anew");
            let action = format!("members/{}/relation", member.id);
            let mut plan = begin(title, ("保存关系", "Record it"), &action, ("已保存。", "Recorded."));
            plan.lead = format!("{} · {}", member.name, member.relation_name);
            plan.keep = vec![("member".to_owned(), member.id.to_string())];
            plan.asks.push(relation().worth(&member.relation));
            plan.asks.push(Ask::source(lang, "village_visit"));
            plan
        }
        ("head", _) => {
            let title = ("变更户主", "Change the head");
            let mut plan =
                begin(title, ("变更户主", "Change the head"), "head", ("户主已变更。", "The head has changed."));
            plan.lead = visit
                .t(
                    "知道其他成员与新户主的关系就一并选上；没选的会标为“待核对”。",
                    "Say what the others are to the new head as far as you know; the rest is marked to be asked.",
                )
                .to_owned();
            let others = household.people.iter().filter(|member| Some(member.person) != household.head);
            let choices = others.map(|member| Choice {
                value: member.person.to_string(),
                words: member.name.clone(),
                about: Some(member.relation_name.clone()),
                chosen: false,
            });
            plan.asks.push(Ask::new(lang, "person", ("新户主", "The new head"), Kind::One(choices.collect())));
            for (n, member) in household.people.iter().enumerate() {
                let name = format!("relations/{}", member.person);
                let mut ask = Ask::one(lang, &name, ("", ""), said::relations(lang)).optional();
                ask.label = match lang {
                    Lang::Zh => format!("{} 与新户主的关系", member.name),
                    Lang::En => format!("{} to the new head", member.name),
                };
                if n == 0 {
                    ask = ask.headed(("其他成员与新户主的关系", "The others"));
                }
                plan.asks.push(ask);
            }
            plan.asks.push(
                Ask::date(lang, "on", ("自哪一天起", "Since")).worth(&today()).headed(("日期和来源", "Day and source")),
            );
            plan.asks.push(Ask::source(lang, "document_seen"));
            plan
        }
        ("facts", _) => {
            let title = ("补充户信息", "Add data on the household");
            let mut plan = begin(title, ("保存这些信息", "Record these"), "facts", ("已保存。", "Recorded."));
            let ids = [
                "household.number",
                "household.subsistence_allowance",
                "household.allowance_amount",
                "household.contract_code",
            ];
            plan.asks.extend(elements(lang, &ids, ("户的信息", "The household")));
            plan.asks.push(Ask::source(lang, "village_visit").headed(("来源", "Source")));
            plan.asks.push(Ask::date(lang, "observed_on", ("了解到的日期", "Observed on")).worth(&today()));
            plan
        }
        ("move", _) => {
            let title = ("整户迁居", "Move the household");
            let mut plan =
                begin(title, ("登记整户迁居", "Record the move"), "move", ("已登记迁居。", "The move is recorded."));
            plan.lead = visit
                .t(
                    "全户成员一起转到新的村（社区），信息随人走。",
                    "Everybody in it moves along, with all that is known.",
                )
                .to_owned();
            plan.asks.push(Ask::pick(lang, "to", ("迁到哪个村（社区）", "To which village"), Of::Village));
            plan.asks.push(Ask::date(lang, "on", ("日期", "On which day")).worth(&today()));
            plan.asks.push(Ask::line(lang, "reason", ("原因", "Why"), 500));
            plan.asks.push(Ask::line(lang, "number", ("在新地方的户号", "Its number there"), 20).optional());
            plan.asks.push(Ask::source(lang, "village_visit"));
            plan
        }
        ("dissolve", _) => {
            let mut plan =
                begin(("销户", "Dissolve"), ("销户", "Dissolve the household"), "dissolve", ("已销户。", "Dissolved."));
            plan.lead = visit
                .t(
                    "所有成员离开这一户，人员登记不变；此后只能查看。",
                    "Everybody leaves it and stays registered; it can only be read from then on.",
                )
                .to_owned();
            plan.grave = true;
            plan.asks.push(Ask::line(lang, "reason", ("原因", "Why"), 500));
            plan.asks.push(Ask::date(lang, "on", ("日期", "On which day")).worth(&today()));
            plan
        }
        _ => return Err(Trouble::no_page(visit)),
    };
    Ok(plan)
}
