//! The page of a form, made from the operation that it calls: what is known is filled in, nothing typed is lost, a refusal says
//! why and who can, and sending twice does it once.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use jizuo_kernel::problem::{Problem, ProblemField};
use serde_json::Value;
use uuid::Uuid;

use crate::answer::{Answered, page_with};
use crate::client::Write;
use crate::decode::{Decoder, without_blank_groups};
use crate::document::Schema;
use crate::field::{Builder, Field};
use crate::frame::Frame;
use crate::matter::{Above, above, title};
use crate::module_page::{Asked, Spot};
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::{choices, list, outcome};

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    f: Frame,
    page: String,
    /// What the form is about, and its page.
    about: Option<(String, String)>,
    state: Option<list::Phase>,
    fields: Vec<Field>,
    once: String,
    version: String,
    /// Id of the field, its label, what is wrong.
    faults: Vec<(String, String, String)>,
    refusal: Option<Problem>,
    /// Nothing has been typed yet, so what the browser kept may be filled in.
    fresh: bool,
    keep: String,
    back: String,
}

/// What is said on a form that comes back.
#[derive(Default)]
struct Said {
    faults: Vec<ProblemField>,
    refusal: Option<Problem>,
}

pub(crate) async fn show(visit: &Visit, spot: &Spot<'_>, asked: Asked) -> Answered {
    let mut sent = Sent::of(asked);
    if let Some(schema) = body(spot)
        && schema.properties.contains_key("place")
        && !sent.has("place")
        && spot.place.len() >= 12
    {
        sent.set("place", spot.place);
    }
    let above = above(visit, spot).await?;
    form(visit, spot, &sent, above, Said::default(), StatusCode::OK, true).await
}

pub(crate) async fn send(visit: &Visit, spot: &Spot<'_>, sent: Sent) -> Result<Response, Trouble> {
    let above = above(visit, spot).await?;
    let schema = body(spot);
    let sent = match &schema {
        Some(schema) => without_blank_groups(spot.document, schema, &sent),
        None => sent,
    };
    if sent.has("_more") {
        return form(visit, spot, &sent, above, Said::default(), StatusCode::OK, false).await;
    }
    let mut decoder = Decoder { document: spot.document, lang: visit.lang, faults: Vec::new() };
    let mut body = schema.as_ref().map(|schema| decoder.body(schema, &sent));
    let mut faults = decoder.faults;
    if let Some(body) = &mut body {
        choices::find_places(visit, spot, body, &mut faults).await;
    }
    if !faults.is_empty() {
        let said = Said { faults, refusal: None };
        return form(visit, spot, &sent, above, said, StatusCode::UNPROCESSABLE_ENTITY, false).await;
    }
    let write = Write {
        json: body.as_ref(),
        if_match: sent.given("version"),
        key: sent.given("once").filter(|_| spot.operation.method == Method::POST),
    };
    let problem = match visit.api.call(spot.operation.method.clone(), &spot.path, write).await {
        Ok(answer) => return outcome::after(visit, spot, &answer, above.as_ref()).await,
        Err(problem) => problem,
    };
    match problem.status {
        // Who is signed out, or must do something else first, is led there.
        401 => Err(problem.into()),
        403 if matches!(problem.code.as_str(), "base.password.must_change" | "base.factor.required") => {
            Err(problem.into())
        }
        500.. => Err(problem.into()),
        status => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let said = match status {
                StatusCode::UNPROCESSABLE_ENTITY => Said { faults: problem.errors, refusal: None },
                _ => Said { faults: Vec::new(), refusal: Some(problem) },
            };
            form(visit, spot, &sent, above, said, status, false).await
        }
    }
}

fn body(spot: &Spot<'_>) -> Option<Schema> {
    spot.operation.body().map(|body| spot.document.plain(body))
}

async fn form(
    visit: &Visit,
    spot: &Spot<'_>,
    sent: &Sent,
    above: Option<Above>,
    said: Said,
    status: StatusCode,
    fresh: bool,
) -> Answered {
    let heading = visit.console.heading(spot.operation, visit.lang);
    let schema = body(spot).unwrap_or_default();
    let matter = above.as_ref().map(|above| &above.matter);
    let (f, choices) =
        tokio::try_join!(Frame::at(visit, spot.place, heading), choices::offered(visit, spot, &schema, matter))?;
    let builder = Builder { document: spot.document, lang: visit.lang, sent, faults: &said.faults, choices: &choices };
    let fields = builder.fields(&schema, "");
    let mut faults = Vec::new();
    fields.iter().for_each(|field| field.faults(&mut faults));
    // What the API says of something that is no field of this form is said without a link.
    for fault in &said.faults {
        if !faults.iter().any(|(_, _, message)| *message == fault.message) {
            faults.push((String::new(), String::new(), fault.message.clone()));
        }
    }
    let version = match sent.given("version") {
        Some(version) => version.to_owned(),
        None => above.as_ref().and_then(|above| above.version.clone()).unwrap_or_default(),
    };
    // Somebody was quicker: the next try is made knowingly, with the version that is true now.
    let stale = said.refusal.as_ref().is_some_and(|refusal| refusal.code == "base.version.stale");
    let version =
        if stale { above.as_ref().and_then(|above| above.version.clone()).unwrap_or(version) } else { version };
    let once = sent.given("once").map_or_else(|| Uuid::new_v4().simple().to_string(), str::to_owned);
    let about = above.as_ref().map(|above| (title(&above.matter).unwrap_or_default(), above.page.clone()));
    let shown = FormPage {
        state: above.as_ref().and_then(|above| list::phase(visit, &above.matter)),
        back: about.as_ref().map_or_else(|| collection(spot), |(_, page)| page.clone()),
        about,
        page: spot.page.clone(),
        fields,
        once,
        version,
        faults,
        refusal: said.refusal,
        fresh,
        keep: keep(visit, spot),
        f,
    };
    page_with(status, &shown)
}

fn collection(spot: &Spot<'_>) -> String {
    spot.page.rsplit_once('/').map_or_else(|| spot.page_base.clone(), |(list, _)| list.to_owned())
}

/// What is kept in a browser is one person's, for one form.
fn keep(visit: &Visit, spot: &Spot<'_>) -> String {
    let who = visit.api.session.as_deref().unwrap_or_default();
    let whose = jizuo_kernel::keyring::fingerprint(who);
    format!("{}:{}", &whose[..12], spot.page)
}

/// Whether a value holds nothing.
pub(crate) fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}
