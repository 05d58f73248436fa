//! What is shown in plain, once: on the page that answers the form, never at an address of its own.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use jizuo_kernel::Lang;
use serde::Deserialize;
use uuid::Uuid;

use super::wire::{Consent, Person, RevealedAll, Words};
use super::{acts, acts_of_rights, said};
use crate::answer::{Answered, page};
use crate::client::quoted;
use crate::frame::Frame;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "people/revealed.html")]
struct RevealedPage {
    f: Frame,
    person: Person,
    purpose: String,
    shown: RevealedAll,
    at: String,
}

async fn person(visit: &Visit, place: &str, id: Uuid) -> Result<Person, Trouble> {
    visit.api.read(&format!("/places/{}/persons/{id}", quoted(place))).await
}

pub(crate) async fn reveal(visit: &Visit, place: &str, id: Uuid, sent: &Sent) -> Answered {
    let person = person(visit, place, id).await?;
    let plan = acts::reveal(visit, place, &person);
    let title = plan.title.clone();
    let answer = match plan.carry_out(visit, place, sent).await? {
        Ok(answer) => answer,
        Err(page) => return Ok(page),
    };
    let f = Frame::at(visit, place, title).await?;
    let shown = answer.decode()?;
    let purpose = sent.text("purpose").trim().to_owned();
    page(&RevealedPage { f, person, purpose, shown, at: when::minute(visit.now()) })
}

/// All that is held on somebody, as far as the page shows it; the file holds everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Held {
    law: Words,
    by: String,
    facts: Vec<HeldFact>,
    households: Vec<HeldMember>,
    posts: Vec<HeldPost>,
    consents: Vec<Consent>,
    matters: Vec<serde_json::Value>,
    requests: Vec<serde_json::Value>,
    accesses: Vec<HeldAccess>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HeldFact {
    title: Words,
    value: Option<String>,
    label: Option<Words>,
    standing: String,
    source: Words,
    collector: String,
    observed_on: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HeldMember {
    number: Option<String>,
    relation: String,
    since: String,
    until: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HeldPost {
    organisation_name: String,
    title: String,
    since: String,
    until: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HeldAccess {
    at: Option<chrono::DateTime<chrono::Utc>>,
    by: String,
    action: String,
    purpose: Option<String>,
}

#[derive(Template)]
#[template(path = "people/held.html")]
struct HeldPage {
    f: Frame,
    person: Person,
    held: Held,
    purpose: String,
    at: String,
}

impl HeldPage {
    fn fact_standing(&self, code: &str) -> &'static str {
        fact_standing(code, self.f.lang)
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }

    fn relation(&self, code: &str) -> String {
        said::value_title("household.relationship", code, self.f.lang)
    }

    fn action(&self, code: &str) -> String {
        access(code, self.f.lang)
    }

    /// A matter is told by its code or label, whatever the module calls it.
    fn matter(&self, value: &serde_json::Value) -> String {
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        let title = value.get("title").or_else(|| value.get("label")).and_then(|title| match title {
            serde_json::Value::String(text) => Some(text.as_str()),
            other => other.get(if self.f.lang == Lang::Zh { "zh" } else { "en" }).and_then(|text| text.as_str()),
        });
        [text("code"), title, text("at").map(|at| at.get(..10).unwrap_or(at))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// Where a fact stands, in a word.
pub(crate) fn fact_standing(code: &str, lang: Lang) -> &'static str {
    match code {
        "in_force" => said::pick(lang, "现行", "in force"),
        "disputed" => said::pick(lang, "有不同说法", "disputed"),
        "past" => said::pick(lang, "历史", "history"),
        "undone" => said::pick(lang, "随导入撤销", "undone with its import"),
        "erased" => said::pick(lang, "已删除", "erased"),
        _ => "",
    }
}

/// What was done with the data, where the API gives the permission alone.
fn access(code: &str, lang: Lang) -> String {
    let words = match code {
        "base.person.read" => ("查找", "looked up"),
        "base.person.write" => ("登记、更正信息", "recorded"),
        "base.person.reveal" => ("查看完整信息", "saw masked values"),
        "base.person.settle" => ("认定", "settled"),
        "base.person.move" => ("登记迁移", "recorded a move"),
        "base.person.held" => ("出具全部信息", "drew up all that is held"),
        "base.form.use" => ("表单使用", "used in a form"),
        "base.consent.write" => ("登记同意", "recorded a consent"),
        other => (other, other),
    };
    said::pick(lang, words.0, words.1).to_owned()
}

pub(crate) async fn held(visit: &Visit, place: &str, id: Uuid, sent: &Sent) -> Answered {
    let person = person(visit, place, id).await?;
    let plan = acts_of_rights::held(visit, place, &person);
    let title = plan.title.clone();
    let answer = match plan.carry_out(visit, place, sent).await? {
        Ok(answer) => answer,
        Err(page) => return Ok(page),
    };
    if sent.has("_file") {
        let mut response = answer.body.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let name = format!("attachment; filename=\"person-{id}.json\"");
        if let Ok(value) = HeaderValue::try_from(name) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        return Ok(response);
    }
    let held: Held = answer.decode()?;
    let f = Frame::at(visit, place, title).await?;
    let purpose = sent.text("purpose").trim().to_owned();
    page(&HeldPage { f, person, held, purpose, at: when::minute(visit.now()) })
}
