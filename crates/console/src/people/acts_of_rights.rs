//! What somebody may ask of those who hold their data: consent and taking it back, requests, all that is held, erasure.

use jizuo_kernel::Lang;
use jizuo_standards::element::{self, Sensitivity};

use super::acts::begin;
use super::ask::{Ask, Kind};
use super::plan::Plan;
use super::said;
use super::wire::Person;
use super::wire_forms::Form;
use crate::client::quoted;
use crate::pick::Choice;
use crate::visit::Visit;

pub(crate) fn consent(visit: &Visit, place: &str, person: &Person, forms: &[Form]) -> Plan {
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

pub(crate) fn withdraw(visit: &Visit, place: &str, person: &Person, consent: &str) -> Plan {
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

pub(crate) fn request(visit: &Visit, place: &str, person: &Person) -> Plan {
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

pub(crate) fn erase(visit: &Visit, place: &str, person: &Person) -> Plan {
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
