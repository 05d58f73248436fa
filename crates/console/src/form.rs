//! The page of a form, made from the operation that it calls: what is known is filled in, nothing typed is lost, a refusal says
//! why and who can, and sending twice does it once.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use jizuo_kernel::problem::{Problem, ProblemField};
use uuid::Uuid;

use crate::answer::{Answered, page_with};
use crate::client::Write;
use crate::decode::{Decoder, without_blank_groups};
use crate::document::Schema;
use crate::field::{Builder, Field, Kind, picks};
use crate::frame::Frame;
use crate::matter::{Above, above, title};
use crate::module_page::{Asked, Spot};
use crate::pick::{self, Of, Pick};
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
    keep: Option<String>,
    back: String,
}

impl FormPage {
    fn carries_a_file(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File { .. }))
    }
}

/// What is said on a form that comes back.
#[derive(Default)]
struct Said {
    faults: Vec<ProblemField>,
    refusal: Option<Problem>,
    /// Who was looked for, by the name of the field.
    found: Vec<(String, Pick)>,
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
    let mut sent = sent;
    let found = look(visit, spot, schema.as_ref(), &mut sent).await?;
    if !found.is_empty() || sent.has("_find") {
        return form(visit, spot, &sent, above, Said { found, ..Said::default() }, StatusCode::OK, false).await;
    }
    let mut decoder = Decoder { document: spot.document, lang: visit.lang, faults: Vec::new() };
    let body = schema.as_ref().map(|schema| decoder.body(schema, &sent));
    if !decoder.faults.is_empty() {
        let said = Said { faults: decoder.faults, ..Said::default() };
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
                StatusCode::UNPROCESSABLE_ENTITY => Said { faults: problem.errors, ..Said::default() },
                _ => Said { refusal: Some(problem), ..Said::default() },
            };
            form(visit, spot, &sent, above, said, status, false).await
        }
    }
}

fn body(spot: &Spot<'_>) -> Option<Schema> {
    spot.operation.body().map(|body| spot.document.plain(body))
}

/// Looks for whoever was typed and not chosen yet. A place that only one fits is taken; whom a name fits is shown first.
async fn look(
    visit: &Visit,
    spot: &Spot<'_>,
    schema: Option<&Schema>,
    sent: &mut Sent,
) -> Result<Vec<(String, Pick)>, Trouble> {
    let mut fields = Vec::new();
    if let Some(schema) = schema {
        picks(spot.document, schema, "", sent, &mut fields);
    }
    let pressed = sent.given("_find").map(str::to_owned);
    let mut found = Vec::new();
    for (name, of) in fields {
        let Some(query) = sent.given(&format!("{name}.q")).map(str::to_owned) else { continue };
        let wanted = match &pressed {
            Some(pressed) => *pressed == name,
            None => sent.given(&name).is_none(),
        };
        if !wanted {
            continue;
        }
        let mut choices = pick::find(visit, spot.place, of, &query).await?;
        if let [only] = choices.as_mut_slice() {
            if pressed.is_none() && of == Of::Below {
                sent.set(&name, &only.value);
                continue;
            }
            only.chosen = true;
        }
        found.push((name, Pick { of, query, found: choices, searched: true }));
    }
    Ok(found)
}

/// Every field that is looked for: with what was found now, or else with what is chosen already.
async fn picked(
    visit: &Visit,
    spot: &Spot<'_>,
    schema: &Schema,
    sent: &Sent,
    mut found: Vec<(String, Pick)>,
) -> Result<Vec<(String, Pick)>, Trouble> {
    let mut fields = Vec::new();
    picks(spot.document, schema, "", sent, &mut fields);
    for (name, of) in fields {
        if found.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let mut one = Pick { query: sent.text(&format!("{name}.q")).to_owned(), ..Pick::of(of) };
        if let Some(value) = sent.given(&name) {
            one.found.extend(pick::chosen(visit, spot.place, of, value).await?);
        }
        found.push((name, one));
    }
    Ok(found)
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
    let f = Frame::around(visit, spot, heading).await?;
    // Whoever may not look through the persons is not asked to choose one.
    let may_pick = f.may("base_person_list");
    let (choices, picks) = tokio::try_join!(
        choices::offered(visit, spot, &schema, matter),
        picked(visit, spot, &schema, sent, said.found)
    )?;
    let (document, lang, faults) = (spot.document, visit.lang, &said.faults);
    let builder = Builder { document, lang, sent, faults, choices: &choices, picks: &picks, may_pick };
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
        back: about.as_ref().map_or_else(|| spot.collection(), |(_, page)| page.clone()),
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

/// What is kept in a browser is one person's, for one form; of who has not signed in, nothing is kept for the next who comes.
fn keep(visit: &Visit, spot: &Spot<'_>) -> Option<String> {
    let who = visit.api.session.as_deref()?;
    let whose = jizuo_kernel::keyring::fingerprint(who);
    Some(format!("{}:{}", &whose[..12], spot.page))
}
