//! What happens to somebody: moves, returns, death, and the second record that is found.

use super::acts::begin;
use super::ask::{Ask, Kind};
use super::plan::Plan;
use super::register::today_there;
use super::said;
use super::wire::{Candidate, Person};
use crate::pick::{Choice, Of};
use crate::visit::Visit;

pub(crate) fn moving(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan =
        begin(visit, place, person, "move", ("县内迁居", "Move within the county"), ("登记迁居", "Record the move"));
    plan.lead = visit
        .t(
            "此人转到新的村（社区）登记，全部信息随人走；离开现在的户。",
            "The person is registered at the new village with everything known, and leaves the present household.",
        )
        .to_owned();
    plan.done = visit.t("已登记迁居。", "The move is recorded.").to_owned();
    leaving(visit, &mut plan, Of::Village);
    plan.asks.push(Ask::source(visit.lang, "village_visit"));
    plan
}

fn leaving(visit: &Visit, plan: &mut Plan, of: Of) {
    plan.asks.push(Ask::pick(visit.lang, "to", ("迁到哪里", "Where to"), of));
    plan.asks.push(Ask::date(visit.lang, "on", ("迁居日期", "On which day")).worth(&today_there(visit)));
    plan.asks.push(Ask::line(visit.lang, "reason", ("原因", "Why"), 500));
}

pub(crate) fn move_out(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan = begin(
        visit,
        place,
        person,
        "move_out",
        ("迁出本县", "Move to another county"),
        ("登记迁出", "Record the move"),
    );
    plan.lead = visit
        .t(
            "本县保留已有的记录，此后不再更新。迁入地会收到一条通知，只带基本信息（姓名、号码、出生日期、民族、婚姻、学历、电话、户籍地），不带健康、救助、政治面貌和办事记录。",
            "This county keeps what it knows. The other one is told once, with the basic data only: nothing on health, allowances, politics or matters goes along.",
        )
        .to_owned();
    plan.caution = Some(
        visit
            .t(
                "迁出后由迁入地接收；接收之前，此人不在任何一个县的名单里。",
                "Until the other county takes the person in, they are on no list.",
            )
            .to_owned(),
    );
    plan.done = visit.t("已登记迁出，迁入地已收到通知。", "Recorded; the other county has been told.").to_owned();
    leaving(visit, &mut plan, Of::Anywhere);
    plan
}

pub(crate) fn come_back(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan = begin(visit, place, person, "return", ("迁回", "Is here again"), ("登记迁回", "Record the return"));
    plan.lead = visit
        .t("迁出的人回来居住，原有的记录接着用。", "Somebody who had moved out is back; the record goes on.")
        .to_owned();
    plan.done = visit.t("已登记迁回。", "The return is recorded.").to_owned();
    leaving(visit, &mut plan, Of::Village);
    plan.asks.push(Ask::source(visit.lang, "village_visit"));
    plan
}

pub(crate) fn death(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan =
        begin(visit, place, person, "death", ("登记死亡", "Record the death"), ("登记死亡", "Record the death"));
    plan.lead = visit
        .t(
            "此后名单里不再列出此人，记录保留；此人是户主的，须另选户主。正在办理的事项不受影响。",
            "Lists show the person no more; the record stays. A household that loses its head names another. Open matters are not touched.",
        )
        .to_owned();
    plan.grave = true;
    plan.done = visit.t("已登记。", "Recorded.").to_owned();
    plan.asks.push(Ask::date(visit.lang, "on", ("死亡日期", "Day of death")));
    plan.asks.push(Ask::source(visit.lang, "document_seen"));
    plan
}

pub(crate) fn merge(visit: &Visit, place: &str, person: &Person, candidates: &[Candidate]) -> Plan {
    let lang = visit.lang;
    let mut plan = begin(
        visit,
        place,
        person,
        "merge",
        ("合并重复登记", "Merge a second record"),
        ("合并到此人", "Merge into this person"),
    );
    plan.lead = visit
        .t(
            "同一个人登记了两次时，把另一份并到这一份：信息、户、职务、同意书都转过来，来源不同的照规则认定。以后可以撤销。",
            "Where one person has two records, the other goes into this one with facts, household, posts and consents. It can be undone.",
        )
        .to_owned();
    plan.done = visit.t("已合并，可在“合并记录”中撤销。", "Merged; it can be undone under “Merges”.").to_owned();
    let mut pick = Ask::pick(lang, "merged", ("要并进来的登记", "The record that goes into this one"), Of::Person);
    if let Kind::Pick(found) = &mut pick.kind {
        found.found = candidates
            .iter()
            .map(|one| Choice {
                value: one.id.to_string(),
                words: one.name.clone(),
                about: Some(format!(
                    "{} · {} · {}",
                    one.birth_year.as_deref().unwrap_or("-"),
                    one.place_name.as_deref().unwrap_or_default(),
                    said::alike(&one.why, lang)
                )),
                chosen: false,
            })
            .collect();
    }
    plan.asks.push(pick);
    plan.asks.push(Ask::line(lang, "reason", ("怎么知道是同一人", "How you know"), 500));
    plan.asks.push(Ask::new(
        lang,
        "numbers_differ",
        ("两份登记的身份证号不一样，其中一个是错的", "Both have an identity number, and one is mistyped"),
        Kind::Tick,
    ));
    plan
}
