//! What a form must keep to before the platform serves it: above all, not to ask under another name for what the catalogue
//! already has.

use std::collections::BTreeSet;

use jizuo_standards::element;

use super::form::{Ask, Field, Form};
use crate::{Module, Text};

/// Everything that is wrong with the forms of these modules.
pub(crate) fn check(modules: &[&'static Module]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    let mut own: Vec<(&Form, &Field, &Text)> = Vec::new();
    for module in modules {
        for form in module.forms {
            let id = form.id;
            if !id.starts_with(&format!("{}.", module.id)) {
                faults.push(format!("the form {id} of {} does not begin with '{}.'", module.id, module.id));
            }
            if !ids.insert(id) {
                faults.push(format!("two forms have the id {id}"));
            }
            check_fields(form, &mut faults);
            for field in form.fields {
                if let Ask::Own { title, .. } = &field.ask {
                    if let Some((other, with, _)) = own.iter().find(|(_, _, known)| alike(title, known)) {
                        faults.push(format!(
                            "{id}.{} asks for '{}', which {}.{} asks for already: what two forms need is an element; add it to \
                             data/elements.csv",
                            field.name, title.zh, other.id, with.name
                        ));
                    }
                    own.push((form, field, title));
                }
            }
        }
    }
    faults
}

fn check_fields(form: &Form, faults: &mut Vec<String>) {
    let id = form.id;
    let mut names = BTreeSet::new();
    let mut elements = BTreeSet::new();
    for field in form.fields {
        let name = field.name;
        if !names.insert(name) {
            faults.push(format!("the form {id} has two fields {name}"));
        }
        match &field.ask {
            Ask::Element(wanted) | Ask::Fresh { element: wanted, .. } | Ask::Anew { element: wanted, .. } => {
                if element::find(wanted).is_none() {
                    faults.push(format!("{id}.{name} asks for the unknown element {wanted}"));
                } else if !wanted.starts_with(&format!("{}.", form.subject.as_str())) {
                    faults.push(format!(
                        "{id}.{name} asks for {wanted}, and the form is about a {}",
                        form.subject.as_str()
                    ));
                }
                if !elements.insert(*wanted) {
                    faults.push(format!("the form {id} asks twice for {wanted}"));
                }
            }
            Ask::Own { title, why, .. } => {
                if why.zh.trim().is_empty() || why.en.trim().is_empty() {
                    faults.push(format!("{id}.{name} is a new field and does not say why it is asked"));
                }
                if let Some(known) = element::all().iter().find(|e| alike(title, &Text::owned(&*e.zh, &*e.en))) {
                    faults.push(format!(
                        "{id}.{name} asks for '{}', which is the element {} ({}): an element already collected cannot be asked \
                         again under another name",
                        title.zh, known.id, known.zh
                    ));
                }
            }
        }
    }
}

/// Whether two titles ask for the same thing, in either language.
fn alike(a: &Text, b: &Text) -> bool {
    near(&canonical(&a.zh), &canonical(&b.zh), 5) || near(&canonical_en(&a.en), &canonical_en(&b.en), 9)
}

/// Equal, or one letter apart where they are long enough for that to be the same word.
fn near(a: &str, b: &str, long: usize) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    a == b || a.len().min(b.len()) >= long && one_apart(&a, &b)
}

fn one_apart(a: &[char], b: &[char]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    same_start + same_end + 1 >= a.len().max(b.len())
}

/// Words that say whose it is or that it is to be filled in, and nothing of what it is.
const FILLERS: &[&str] = &[
    "请填写",
    "请输入",
    "填写",
    "您的",
    "你的",
    "本人",
    "个人",
    "居民",
    "村民",
    "群众",
    "当事人",
    "申请人",
    "其他",
    "的",
];

/// What people write for one thing; the first stands for all.
const SYNONYMS: &[&[&str]] = &[
    &[
        "联系电话",
        "手机",
        "手机号",
        "手机号码",
        "电话",
        "电话号码",
        "联系方式",
        "联系手机",
        "联系号码",
        "移动电话",
        "联系人电话",
        "座机",
    ],
    &["公民身份号码", "身份证", "身份证号", "身份证号码", "身份证件号", "身份号码", "证件号"],
    &["姓名", "名字", "真实姓名", "姓名全称"],
    &["现居住地", "居住地", "现住址", "住址", "家庭住址", "居住地址", "现居住地址", "家庭地址", "常住地"],
    &["户籍所在地", "户籍地", "户口所在地", "户籍地址", "户口地址", "户籍"],
    &["出生日期", "生日", "出生年月", "出生年月日", "出生时间"],
    &["性别", "男女"],
    &["民族", "族别"],
    &["学历", "文化程度", "受教育程度", "教育程度"],
    &["婚姻状况", "婚姻", "婚否", "婚姻情况", "婚姻状态"],
    &["健康状况", "健康", "身体状况", "健康情况", "身体情况"],
    &["从业状况", "就业状况", "就业情况", "从业情况", "职业状况"],
    &["政治面貌", "政治身份", "是否党员"],
    &["详细地址", "地址", "通讯地址", "联系地址"],
    &["统一社会信用代码", "信用代码", "社会信用代码"],
    &["与户主关系", "户主关系", "和户主关系"],
    &["家庭人口数", "家庭人口", "家庭成员数", "人口数", "家庭人数"],
    &["是否低保户", "低保户", "是否低保", "低保"],
    &["残疾人证号", "残疾证号", "残疾证", "残疾人证"],
    &["银行卡号", "银行卡", "银行账号", "银行卡账号", "卡号", "一卡通账号", "银行账户"],
];

fn canonical(zh: &str) -> String {
    let mut text: String = zh.chars().filter(|c| c.is_alphanumeric()).collect();
    for filler in FILLERS {
        text = text.replace(filler, "");
    }
    SYNONYMS.iter().find(|group| group.contains(&text.as_str())).map_or(text, |group| group[0].to_owned())
}

const FILLERS_EN: &[&str] = &[
    "the",
    "a",
    "an",
    "of",
    "your",
    "his",
    "her",
    "their",
    "resident",
    "residents",
    "person",
    "persons",
    "s",
    "please",
];

const SYNONYMS_EN: &[&[&str]] = &[
    &[
        "telephone",
        "phone",
        "mobile",
        "mobilephone",
        "phonenumber",
        "telephonenumber",
        "mobilenumber",
        "contactnumber",
        "contactphone",
        "cellphone",
        "cell",
    ],
    &["citizenidentitynumber", "identitynumber", "idnumber", "idcard", "idcardnumber", "identitycard", "nationalid"],
    &["name", "fullname", "realname"],
    &["datebirth", "birthdate", "birthday", "dob"],
    &["sex", "gender"],
    &["presentresidence", "residence", "currentresidence", "homeaddress", "currentaddress"],
    &["nationalityethnicgroup", "nationality", "ethnicgroup", "ethnicity"],
    &["education", "educationlevel", "leveleducation"],
    &["health", "healthstatus", "stateofhealth", "statehealth"],
    &["maritalstatus", "married"],
    &["bankcard", "bankcardnumber", "bankaccount", "bankaccountnumber"],
];

fn canonical_en(en: &str) -> String {
    let lower = en.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !FILLERS_EN.contains(w));
    let text: String = words.collect();
    SYNONYMS_EN.iter().find(|group| group.contains(&text.as_str())).map_or(text, |group| group[0].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element_for(zh: &'static str, en: &'static str) -> Option<&'static str> {
        let title = Text::new(zh, en);
        element::all().iter().find(|e| alike(&title, &Text::owned(&*e.zh, &*e.en))).map(|e| e.id.as_str())
    }

    #[test]
    fn another_name_is_seen_through() {
        for (zh, en, id) in [
            ("手机", "Cell", "person.phone"),
            ("村民的手机号码", "x1", "person.phone"),
            ("联系 电话：", "x2", "person.phone"),
            ("身份证号", "x3", "person.identity_number"),
            ("请填写您的姓名", "x4", "person.name"),
            ("文化程度", "x5", "person.education"),
            ("呼叫号", "Mobile phone", "person.phone"),
            ("出生", "Your date of birth", "person.birth_date"),
            ("统一社会信用代号", "x6", "organisation.credit_code"),
        ] {
            assert_eq!(element_for(zh, en), Some(id), "{zh} {en}");
        }
    }

    #[test]
    fn what_is_new_is_not_taken_for_what_is_known() {
        for (zh, en) in [
            ("特长", "Skills"),
            ("愿意服务的时间", "Hours offered"),
            ("紧急联系人", "Whom to tell in an emergency"),
            ("纠纷经过", "What happened"),
            ("到访目的", "Why they came"),
        ] {
            assert_eq!(element_for(zh, en), None, "{zh} {en}");
        }
    }
}
