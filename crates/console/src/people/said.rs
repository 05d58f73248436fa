//! Words for what the API says in codes: standings, sources, reasons; and the choices of lists.

use chrono::NaiveDate;
use jizuo_kernel::Lang;
use jizuo_standards::{codelist, element};

/// `PRESENT` and its like, in words, with the chip that goes with it.
pub(crate) fn standing(code: &str, lang: Lang) -> (&'static str, String) {
    let (class, zh, en) = match code {
        "present" => ("done", "在册", "Registered"),
        "dead" => ("plain", "已死亡", "Dead"),
        "moved_out" => ("waiting", "已迁出", "Moved out"),
        "merged" => ("plain", "已合并", "Merged"),
        "withdrawn" => ("plain", "登记已撤销", "Withdrawn"),
        "erased" => ("plain", "已删除", "Erased"),
        "dissolved" => ("plain", "已注销", "Dissolved"),
        other => return ("plain", other.to_owned()),
    };
    (class, pick(lang, zh, en).to_owned())
}

pub(crate) fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Zh { zh } else { en }
}

pub(crate) fn basis(code: &str, lang: Lang) -> String {
    match code {
        "statutory_duty" => pick(lang, "履行法定职责", "statutory duty").to_owned(),
        "consent" => pick(lang, "本人同意", "consent").to_owned(),
        other => other.to_owned(),
    }
}

pub(crate) fn how(code: &str, lang: Lang) -> String {
    match code {
        "signed" => pick(lang, "书面签名", "signed").to_owned(),
        "oral" => pick(lang, "口头同意", "said aloud").to_owned(),
        "online" => pick(lang, "网上同意", "online").to_owned(),
        other => other.to_owned(),
    }
}

pub(crate) fn why_left(code: &str, lang: Lang) -> String {
    match code {
        "moved" => pick(lang, "迁居", "moved"),
        "moved_out" => pick(lang, "迁出本县", "moved out of the county"),
        "dead" => pick(lang, "死亡", "died"),
        "merged" => pick(lang, "重复登记已合并", "merged"),
        "dissolved" => pick(lang, "销户", "household dissolved"),
        "corrected" => pick(lang, "登记更正", "recorded by mistake"),
        other => other,
    }
    .to_owned()
}

/// Why somebody may be the same person.
pub(crate) fn alike(code: &str, lang: Lang) -> String {
    match code {
        "identity_number" => pick(lang, "身份证号相同", "same identity number"),
        "name_and_birth_date" => pick(lang, "姓名、出生日期相同", "same name and date of birth"),
        "name_and_household" => pick(lang, "姓名相同，在同一户", "same name, in the same household"),
        "name_and_village" => pick(lang, "姓名相同，在同一村（社区）", "same name, in the same village"),
        other => other,
    }
    .to_owned()
}

/// The catalogue's name of an element.
pub(crate) fn element_title(id: &str, lang: Lang) -> String {
    element::find(id).map_or_else(|| id.to_owned(), |element| pick(lang, &element.zh, &element.en).to_owned())
}

/// What a code of a list, or a yes, stands for; what has no label is itself.
pub(crate) fn value_title(id: &str, value: &str, lang: Lang) -> String {
    let Some(element) = element::find(id) else { return value.to_owned() };
    if element.kind == element::Kind::Boolean {
        return yes(value, lang);
    }
    let entry = element.code_list.as_deref().and_then(codelist::find).and_then(|list| list.get(value));
    entry.map_or_else(|| value.to_owned(), |entry| pick(lang, &entry.zh, &entry.en).to_owned())
}

pub(crate) fn yes(value: &str, lang: Lang) -> String {
    match value {
        "true" => pick(lang, "是", "yes").to_owned(),
        "false" => pick(lang, "否", "no").to_owned(),
        other => other.to_owned(),
    }
}

pub(crate) fn day(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The entries of a code list, for a choice.
pub(crate) fn options(list: &str, lang: Lang) -> Vec<(String, String)> {
    let Some(list) = codelist::find(list) else { return Vec::new() };
    list.entries.iter().map(|entry| (entry.code.clone(), pick(lang, &entry.zh, &entry.en).to_owned())).collect()
}

/// Relations to the head of a household that a member can have: a head is made by another action.
pub(crate) fn relations(lang: Lang) -> Vec<(String, String)> {
    options("family_relationship", lang).into_iter().filter(|(code, _)| code != "01" && code != "02").collect()
}

/// Who can have said so, as it is asked where something is recorded.
pub(crate) fn sources(lang: Lang) -> Vec<(String, String)> {
    [
        ("document_seen", "查验了证件（户口簿、身份证等）", "I saw the document"),
        ("the_person", "本人提供", "The person said so"),
        ("village_visit", "村（社区）入户了解", "A visit by the village"),
        ("public_security", "公安户籍", "Public security"),
        ("civil_affairs", "民政", "Civil affairs"),
        ("health", "卫生健康", "Health"),
        ("human_resources", "人力资源社会保障", "Human resources and social security"),
        ("education", "教育", "Education"),
        ("agriculture", "农业农村", "Agriculture and rural affairs"),
        ("disabled_federation", "残联", "Disabled persons' federation"),
        ("party_organisation", "组织部门", "Party organisation department"),
        ("natural_resources", "自然资源", "Natural resources"),
        ("registration_department", "登记管理机关", "Registration department"),
        ("county_old_system", "县级原有系统", "The county's old system"),
    ]
    .map(|(id, zh, en)| (id.to_owned(), pick(lang, zh, en).to_owned()))
    .to_vec()
}

/// What an id of a source is called.
pub(crate) fn source(id: &str, lang: Lang) -> String {
    match id {
        "village_import" => return pick(lang, "村（社区）表格", "Sheet of the village").to_owned(),
        "transfer" => return pick(lang, "迁入时带来", "Came along from another county").to_owned(),
        "document_seen" => return pick(lang, "查验证件", "Document seen").to_owned(),
        "village_visit" => return pick(lang, "村（社区）入户", "Visit by the village").to_owned(),
        _ => {}
    }
    sources(lang).into_iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, title)| title)
}
