//! The data standards to look through: code lists and data elements, with their definitions, sources and files.

use askama::Template;
use jizuo_kernel::standards::{PublishedElement, PublishedList};
use jizuo_kernel::{Path, Query};
use serde::Deserialize;

use crate::answer::{Answered, page};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "admin/standards.html")]
struct StandardsPage {
    f: Frame,
    lists: Vec<PublishedList>,
    elements: Vec<PublishedElement>,
    wanted: Wanted,
    /// The code list that is looked into.
    entries: Option<Opened>,
}

struct Opened {
    title: String,
    about: String,
    rows: Vec<Entry>,
}

struct Entry {
    code: String,
    name: String,
    note: String,
}

/// What is looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    list: String,
}

impl StandardsPage {
    fn kind(&self, one: &PublishedElement) -> &'static str {
        use jizuo_standards::element::Kind;
        match one.kind {
            Kind::Text => self.f.t("文字", "text"),
            Kind::PersonName => self.f.t("姓名", "name of a person"),
            Kind::Date => self.f.t("日期", "date"),
            Kind::DateTime => self.f.t("时间", "time"),
            Kind::Code => self.f.t("代码", "code"),
            Kind::IdentityNumber => self.f.t("公民身份号码", "identity number"),
            Kind::CreditCode => self.f.t("统一社会信用代码", "credit code"),
            Kind::Phone => self.f.t("电话", "telephone"),
            Kind::Place => self.f.t("区划", "place"),
            Kind::MoneyFen => self.f.t("金额（分）", "money in fen"),
            Kind::Number => self.f.t("数字", "number"),
            Kind::Boolean => self.f.t("是或否", "yes or no"),
            #[allow(unreachable_patterns, reason = "the standards grow")]
            _ => self.f.t("其他", "other"),
        }
    }
    fn care(&self, one: &PublishedElement) -> (&'static str, &'static str) {
        use jizuo_standards::element::Sensitivity;
        match one.sensitivity {
            Sensitivity::Public => ("plain", self.f.t("公开", "public")),
            Sensitivity::Internal => ("plain", self.f.t("内部", "internal")),
            Sensitivity::Personal => ("waiting", self.f.t("个人信息", "personal")),
            Sensitivity::Sensitive => ("overdue", self.f.t("敏感个人信息", "sensitive")),
        }
    }
    fn sure(&self, confidence: &str) -> &'static str {
        match confidence {
            "sure" => self.f.t("已核实", "confirmed"),
            "likely" => self.f.t("较可信", "likely"),
            _ => self.f.t("待核实", "to be checked"),
        }
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let (f, mut lists, mut elements) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("数据标准", "Data standards")),
        visit.api.read::<Vec<PublishedList>>("/standards/codelists"),
        visit.api.read::<Vec<PublishedElement>>("/standards/elements.json"),
    )?;
    let q = wanted.q.trim().to_lowercase();
    let has = |texts: &[&str]| q.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&q));
    let entries = jizuo_standards::codelist::find(&wanted.list).map(|list| Opened {
        title: (if f.english() { &list.title.en } else { &list.title.zh }).clone(),
        about: format!("{} · {}", list.standard, list.source),
        rows: list
            .entries
            .iter()
            .filter(|entry| {
                has(&[&entry.code, &entry.zh, &entry.en]) || has(&[&list.title.zh, &list.title.en, &list.id])
            })
            .map(|entry| Entry {
                code: entry.code.clone(),
                name: (if f.english() { &entry.en } else { &entry.zh }).clone(),
                note: entry.note.clone().unwrap_or_default(),
            })
            .collect(),
    });
    lists.retain(|list| has(&[&list.id, &list.title.zh, &list.title.en, &list.standard]));
    elements.retain(|one| {
        let list = one.code_list.as_ref();
        let of_list = wanted.list.is_empty() || list.is_some_and(|list| list.id == wanted.list);
        of_list && has(&[&one.id, &one.title.zh, &one.title.en, &one.authority, &one.authority_title.zh])
    });
    page(&StandardsPage { f, lists, elements, wanted, entries })
}
