//! Forms: which there are, and opening one for somebody.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::{Lang, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::{Given, given};
use super::ask::Ask;
use super::fill::{self, Filled};
use super::plan::{Plan, look, name_chosen, once};
use super::said;
use super::wire_forms::Form;
use crate::answer::{Answered, page as answer};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::pick::Of;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "people/forms.html")]
struct FormsPage {
    f: Frame,
    forms: Vec<Form>,
}

impl FormsPage {
    fn ground(&self, form: &Form) -> String {
        match &form.statutory_duty {
            Some(article) => article.read(self.f.lang).to_owned(),
            None => self.f.t("须本人同意", "The person consents first").to_owned(),
        }
    }

    /// How many of its fields the catalogue has: those are filled in once they are known.
    fn shared(&self, form: &Form) -> usize {
        form.fields.iter().filter(|field| field.element.is_some()).count()
    }
}

pub(crate) async fn list(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let path = format!("/places/{}/forms", quoted(&place));
    let (f, forms) =
        tokio::try_join!(Frame::at(&visit, &place, visit.t("填表", "Forms")), visit.api.read::<Vec<Form>>(&path))?;
    answer(&FormsPage { f, forms })
}

#[derive(Deserialize)]
pub(crate) struct FormPath {
    place: String,
    form: String,
}

async fn read(visit: &Visit, path: &FormPath) -> Result<Form, Trouble> {
    visit.api.read(&format!("/places/{}/forms/{}", quoted(&path.place), quoted(&path.form))).await
}

/// Whom the form is about, as it is chosen.
fn choosing(visit: &Visit, path: &FormPath, form: &Form) -> Plan {
    let lang = visit.lang;
    let back = format!("/console/{}/forms", short(&path.place));
    let mut plan = Plan::new(visit, ("", ""), ("打开表单", "Open the form"), String::new(), back);
    form.title.read(lang).clone_into(&mut plan.title);
    plan.lead = match lang {
        Lang::Zh => format!("用途：{}。先选给谁填；平台已有的内容自动填好，只问还缺的。", form.purpose.read(lang)),
        Lang::En => format!(
            "{}. Choose for whom: what is known is filled in, and only the rest is asked.",
            form.purpose.read(lang)
        ),
    };
    plan.asks.push(match form.subject.as_str() {
        "household" => Ask::pick(lang, "household", ("给哪一户填", "For which household"), Of::Household),
        _ => Ask::pick(lang, "person", ("给谁填", "For whom"), Of::Person),
    });
    plan
}

pub(crate) async fn page(visit: Visit, Path(path): Path<FormPath>, Query(query): Given) -> Answered {
    let form = read(&visit, &path).await?;
    choosing(&visit, &path, &form).show(&visit, &path.place, &given(query)).await
}

/// Opens it, gives a consent and opens it, or takes the answers: one address, so that nothing about a person stands in one.
pub(crate) async fn send(visit: Visit, Path(path): Path<FormPath>, sent: Sent) -> Answered {
    let form = read(&visit, &path).await?;
    let kind = if form.subject == "household" { "household" } else { "person" };
    let Some(subject) = sent.given(kind).filter(|_| sent.given("_find") != Some(kind)) else {
        let mut plan = choosing(&visit, &path, &form);
        plan.asks.iter_mut().for_each(|ask| ask.take(&sent));
        look(&visit, &path.place, &mut plan.asks, &sent).await?;
        return plan.show(&visit, &path.place, &Sent::default()).await;
    };
    let at = format!("/places/{}/forms/{}", quoted(&path.place), quoted(&path.form));
    let whom = json!({ kind: subject });
    // The same key while the page is the same, so that what is asked is counted once.
    let mut key = sent.given("opened").map_or_else(once, str::to_owned);
    let mut refused = None;
    if sent.has("_consent") {
        let body = consent(&form, &sent);
        let api = format!("/places/{}/persons/{}/consents", quoted(&path.place), quoted(subject));
        let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
        match visit.api.call(Method::POST, &api, write).await {
            Ok(_) => key = once(),
            Err(problem) if problem.status < 500 && problem.status != 401 => refused = Some(problem),
            Err(problem) => return Err(problem.into()),
        }
    }
    let open = Write { json: Some(&whom), key: Some(&key), ..Write::default() };
    let mut opened: Form = visit.api.call(Method::POST, &format!("{at}/open"), open).await?.decode()?;
    kind.clone_into(&mut opened.subject);
    let mut filled = Filled::of(&visit, opened, subject.to_owned(), key);
    filled.take(&sent);
    let looking = look(&visit, &path.place, &mut filled.asks, &sent).await?;
    if looking || refused.is_some() || !sent.has("_answers") {
        for ask in &mut filled.asks {
            name_chosen(&visit, &path.place, ask).await?;
        }
        return fill::page(&visit, &path.place, filled, refused.as_ref()).await;
    }
    let body: Value = filled.body(&whom);
    let key = sent.given("once").map_or_else(once, str::to_owned);
    let write = Write { json: Some(&body), key: Some(&key), ..Write::default() };
    match visit.api.call(Method::POST, &format!("{at}/answers"), write).await {
        Ok(taken) => fill::done(&visit, &path.place, &filled, taken.decode()?).await,
        Err(problem) if problem.status < 500 && problem.status != 401 => {
            for ask in &mut filled.asks {
                name_chosen(&visit, &path.place, ask).await?;
            }
            filled.blame(&problem);
            fill::page(&visit, &path.place, filled, Some(&problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

fn consent(form: &Form, sent: &Sent) -> Value {
    let mut body = json!({ "purpose": form.id, "how": sent.text("how") });
    if let Some(name) = sent.given("guardian/name") {
        body["guardian"] = json!({ "name": name, "relation": sent.text("guardian/relation").trim() });
    }
    body
}

/// What became of an answer.
pub(crate) fn outcome(code: &str, lang: Lang) -> &'static str {
    match code {
        "new" => said::pick(lang, "新登记", "new"),
        "replaced" => said::pick(lang, "已更新", "replaced"),
        "unchanged" => said::pick(lang, "与已有的一致", "as it was known"),
        "won" => said::pick(lang, "以这次为准，原来的说法保留待核", "counts now; the earlier one stays beside it"),
        "disputed" => {
            said::pick(lang, "与更权威的来源不一致，已记下，等待认定", "kept beside a weightier source, to be settled")
        }
        _ => "",
    }
}
