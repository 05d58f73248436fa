//! What can be done with somebody: each with what is asked for it and what it will do.

use jizuo_kernel::{Lang, Path, Query};
use jizuo_standards::element::{self, Sensitivity};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

use super::ask::{Ask, Choice, Kind, Of};
use super::plan::Plan;
use super::register::{elements, ground, today_there};
use super::said;
use super::wire::{Candidate, Fact, Person};
use super::wire_forms::Form;
use crate::answer::Answered;
use crate::client::quoted;
use crate::frame::short;
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

fn begin(visit: &Visit, place: &str, person: &Person, action: &str, title: (&str, &str), button: (&str, &str)) -> Plan {
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

fn moving(visit: &Visit, place: &str, person: &Person) -> Plan {
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

fn move_out(visit: &Visit, place: &str, person: &Person) -> Plan {
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

fn come_back(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan = begin(visit, place, person, "return", ("迁回", "Is here again"), ("登记迁回", "Record the return"));
    plan.lead = visit
        .t("迁出的人回来居住，原有的记录接着用。", "Somebody who had moved out is back; the record goes on.")
        .to_owned();
    plan.done = visit.t("已登记迁回。", "The return is recorded.").to_owned();
    leaving(visit, &mut plan, Of::Village);
    plan.asks.push(Ask::source(visit.lang, "village_visit"));
    plan
}

fn death(visit: &Visit, place: &str, person: &Person) -> Plan {
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

fn merge(visit: &Visit, place: &str, person: &Person, candidates: &[Candidate]) -> Plan {
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

fn consent(visit: &Visit, place: &str, person: &Person, forms: &[Form]) -> Plan {
    let lang = visit.lang;
    let mut plan = begin(
        visit,
        place,
        person,
        "consents",
        ("登记本人同意", "Record a consent"),
        ("登记同意", "Record the consent"),
    );
    plan.lead = visit
        .t(
            "同意须由本人在知道用途后自愿作出，可以随时撤回；不同意不影响办理其他事项（个人信息保护法第十四至十六条）。",
            "A consent is given freely, knowing what for, and can be taken back at any time; refusing it costs nothing else (PIPL, Articles 14 to 16).",
        )
        .to_owned();
    plan.done = visit.t("已登记同意。", "The consent is recorded.").to_owned();
    let purposes = forms.iter().filter(|form| form.consent).map(|form| Choice {
        value: form.id.clone(),
        words: form.title.read(lang).to_owned(),
        about: Some(form.purpose.read(lang).to_owned()),
        chosen: false,
    });
    let purposes: Vec<Choice> = purposes.collect();
    if purposes.is_empty() {
        plan.caution = Some(visit.t("这里没有需要本人同意的表单。", "No form here rests on consent.").to_owned());
    }
    plan.asks.push(Ask::new(lang, "purpose", ("同意用于", "What it is for"), Kind::One(purposes)));
    plan.asks.extend(consent_asks(lang, person.line.minor));
    plan
}

/// How somebody says so, and for a child, who does.
pub(crate) fn consent_asks(lang: Lang, minor: bool) -> Vec<Ask> {
    let how = ["signed", "oral", "online"].map(|code| (code.to_owned(), said::how(code, lang))).to_vec();
    let mut asks = vec![Ask::one(lang, "how", ("怎样表示的", "How it was said"), how)];
    if minor {
        asks.push(Ask::line(lang, "guardian/name", ("监护人姓名", "Name of the guardian"), 100).hinted((
            "未满十四周岁，由监护人同意（个人信息保护法第三十一条）",
            "Under fourteen the guardian consents (PIPL, Article 31)",
        )));
        asks.push(Ask::line(lang, "guardian/relation", ("与本人的关系", "Relation to the child"), 50));
    }
    asks
}

fn withdraw(visit: &Visit, place: &str, person: &Person, consent: &str) -> Plan {
    let action = format!("consents/{}/withdraw", quoted(consent));
    let mut plan = begin(visit, place, person, &action, ("撤回同意", "Take a consent back"), ("登记撤回", "Record it"));
    plan.lead = visit
        .t(
            "撤回以前已经办的仍然有效；从现在起，那张表单不再使用此人的信息。",
            "What was done until now stays; from now on the form uses nothing of this person.",
        )
        .to_owned();
    plan.keep = vec![("consent".to_owned(), consent.to_owned())];
    plan.done = visit.t("已撤回。", "Taken back.").to_owned();
    plan
}

fn request(visit: &Visit, place: &str, person: &Person) -> Plan {
    let lang = visit.lang;
    let mut plan = begin(
        visit,
        place,
        person,
        "",
        ("个人信息权利申请", "A request on one's own data"),
        ("受理申请", "Take the request"),
    );
    plan.path = format!("/places/{}/requests", quoted(place));
    plan.also = serde_json::json!({ "person": person.line.id });
    plan.lead = visit
        .t(
            "本人或其近亲属、监护人可以提出，由个人信息保护负责人在期限内答复。",
            "The person, a close relative or the guardian may ask; the officer answers in time.",
        )
        .to_owned();
    plan.done =
        visit.t("已受理，转个人信息保护负责人办理。", "Taken; it goes to the officer for data protection.").to_owned();
    let rights = [
        ("access", "查阅（第四十五条）", "To see what is held (Article 45)"),
        ("copy", "复制（第四十五条）", "A copy of it (Article 45)"),
        ("correct", "更正、补充（第四十六条）", "To have it corrected (Article 46)"),
        ("delete", "删除（第四十七条）", "To have it erased (Article 47)"),
        ("explain", "解释处理规则（第四十八条）", "To have its handling explained (Article 48)"),
    ];
    let rights = rights.map(|(code, zh, en)| (code.to_owned(), said::pick(lang, zh, en).to_owned())).to_vec();
    plan.asks.push(Ask::one(lang, "right", ("申请什么", "What is asked"), rights));
    let elements = element::all().iter().filter(|element| person.facts.iter().any(|fact| fact.element == element.id));
    let elements = elements.map(|element| Choice {
        value: element.id.clone(),
        words: said::element_title(&element.id, lang),
        about: (element.sensitivity == Sensitivity::Sensitive).then(|| visit.t("敏感信息", "sensitive").to_owned()),
        chosen: false,
    });
    let mut about = Ask::new(lang, "elements", ("涉及哪几项", "About what"), Kind::Many(elements.collect())).optional();
    about.hint = Some(visit.t("不选就是全部", "Everything unless chosen").to_owned());
    plan.asks.push(about);
    plan.asks.push(Ask::long(lang, "detail", ("具体说明", "In their words"), 1_000).optional());
    plan.asks.push(
        Ask::line(lang, "asked_by/name", ("代办人姓名", "Who asks for the person"), 100)
            .optional()
            .hinted(("本人来办的不用填", "Leave empty where the person asks")),
    );
    plan.asks.push(Ask::line(lang, "asked_by/relation", ("代办人与本人的关系", "Their relation"), 50).optional());
    plan
}

pub(crate) fn held(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan = begin(
        visit,
        place,
        person,
        "held",
        ("查阅全部个人信息", "All that is held on this person"),
        ("出具全部信息", "Draw it all up"),
    );
    plan.lead = visit
        .t(
            "用于本人查阅、复制（个人信息保护法第四十五条）。全部内容不遮盖，只显示一次，可打印交给本人；会留下记录。",
            "For the person who asks for it (PIPL, Article 45). Nothing is masked; it is shown once, to be printed and handed over, and leaves a record.",
        )
        .to_owned();
    plan.asks.push(Ask::line(visit.lang, "purpose", ("用途", "What for"), 200).hinted((
        "例如：本人申请查阅，并写上申请编号",
        "For instance: the person asks for it, with the code of the request",
    )));
    plan
}

fn erase(visit: &Visit, place: &str, person: &Person) -> Plan {
    let mut plan =
        begin(visit, place, person, "erase", ("删除个人信息", "Erase data"), ("删除，不可恢复", "Erase for good"));
    plan.lead = visit
        .t(
            "删除后不能恢复，只留下“已删除”的记录。法律要求保存的事项档案不在此列（个人信息保护法第四十七条）。",
            "What is erased cannot come back; only that it was is kept. Files that law demands to keep are not touched (PIPL, Article 47).",
        )
        .to_owned();
    plan.grave = true;
    plan.done = visit.t("已删除。", "Erased.").to_owned();
    let elements = person.facts.iter().map(|fact| Choice {
        value: fact.element.clone(),
        words: fact.title.read(visit.lang).to_owned(),
        about: None,
        chosen: false,
    });
    let mut which = Ask::new(visit.lang, "elements", ("删除哪几项", "What to erase"), Kind::Many(elements.collect()));
    which.optional = true;
    plan.asks.push(which.hinted(("不选就是全部", "Everything unless chosen")));
    plan.asks.push(Ask::line(visit.lang, "reason", ("原因", "Why"), 200));
    plan
}
