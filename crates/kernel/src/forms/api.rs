//! The JSON face of forms: which there are, opening one for somebody, and what was answered.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::counters::{self, UseOf, Uses};
use super::fill::{Filled, FilledField, Standing, fill};
use super::form::{Ask, Field, Form, Ground, OwnKind};
use super::{Answers, answer};
use crate::json::{Path, Query};
use crate::people::facts::Outcome;
use crate::people::{SubjectKind, seal, sources};
use crate::{App, Ctx, Error, Json, Reply, Result, Subject, Text, counties, invalid};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(open))
        .routes(routes!(answers))
        .routes(routes!(used))
}

/// A form that can be used here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Form)]
struct FormHere {
    #[schema(example = "base.resident")]
    id: String,
    module: String,
    title: Text,
    subject: SubjectKind,
    /// What for, as the person is told.
    purpose: Text,
    /// The article it rests on; absent where it rests on consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    statutory_duty: Option<Text>,
    /// Whether the person must consent first.
    consent: bool,
    fields: Vec<FieldHere>,
}

/// A field of a form.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FormField)]
struct FieldHere {
    name: String,
    title: Text,
    required: bool,
    /// The element of the catalogue; absent for a field of the form's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "person.phone")]
    element: Option<String>,
    /// `text`, `date`, `code`, `phone` …
    kind: String,
    max_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_list: Option<String>,
    /// Why it is asked anew, or at all, where no element says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Text>,
    /// Older than so many days it is asked again, whatever else holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    fresh_days: Option<u32>,
}

impl FieldHere {
    fn of(field: &Field) -> FieldHere {
        let element = field.element();
        let (kind, max_length, why) = match (&field.ask, element) {
            (Ask::Own { kind, max_length, why, .. }, _) => (word(kind), *max_length, Some(why.clone())),
            (ask, Some(element)) => {
                let why = if let Ask::Anew { why, .. } = ask { Some(why.clone()) } else { None };
                (word(&element.kind), element.max_length, why)
            }
            (_, None) => (word(&OwnKind::Text), 0, None),
        };
        FieldHere {
            name: field.name.to_owned(),
            title: field.title(),
            required: field.required,
            element: element.map(|element| element.id.clone()),
            kind,
            max_length,
            code_list: element.and_then(|element| element.code_list.clone()),
            why,
            fresh_days: field.fresh_days(),
        }
    }
}

fn word(kind: &impl Serialize) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl FormHere {
    fn of(form: &Form) -> FormHere {
        FormHere {
            id: form.id.to_owned(),
            module: form.module().to_owned(),
            title: form.title.clone(),
            subject: form.subject,
            purpose: form.purpose.clone(),
            statutory_duty: match &form.ground {
                Ground::StatutoryDuty(article) => Some(article.clone()),
                Ground::Consent => None,
            },
            consent: form.wants_consent(),
            fields: form.fields.iter().map(FieldHere::of).collect(),
        }
    }
}

fn find(ctx: &Ctx, id: &str) -> Result<&'static Form> {
    let form = ctx.app.registry.form(id).ok_or(Error::NotFound("form"))?;
    if !counties::is_alive_here(ctx, form.module())? {
        let module = ctx.app.registry.module(form.module()).ok_or(Error::NotFound("form"))?;
        return Err(Error::ModuleOff(module.title.clone()));
    }
    Ok(form)
}

/// The forms of the modules that are on here.
#[utoipa::path(get, path = "/places/{place}/forms", operation_id = "base_form_list",
    security(("token" = ["base.form.use"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, body = Vec<FormHere>)))]
async fn list(ctx: Ctx) -> Result<Json<Vec<FormHere>>> {
    let mut found = Vec::new();
    for module in ctx.app.registry.modules() {
        if counties::is_alive_here(&ctx, module.id)? {
            found.extend(module.forms.iter().map(|form| FormHere::of(form)));
        }
    }
    Ok(Json(found))
}

#[derive(Debug, Deserialize)]
struct FormPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    form: String,
}

/// One form: what it asks, what for and on what ground.
#[utoipa::path(get, path = "/places/{place}/forms/{form}", operation_id = "base_form_show",
    security(("token" = ["base.form.use"])),
    params(("place" = String, Path, example = "530102"), ("form" = String, Path, example = "base.resident")),
    responses((status = 200, body = FormHere)))]
async fn show(ctx: Ctx, path: Path<FormPath>) -> Result<Json<FormHere>> {
    Ok(Json(FormHere::of(find(&ctx, &path.form)?)))
}

/// For whom a form is opened: the one of the kind that the form is about.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = FormOpening, example = json!({ "person": "0192f0c0-0000-7000-8000-000000000001" }))]
struct Whom {
    person: Option<Uuid>,
    household: Option<Uuid>,
    organisation: Option<Uuid>,
}

fn subject(form: &Form, person: Option<Uuid>, household: Option<Uuid>, organisation: Option<Uuid>) -> Result<Uuid> {
    let (own, others) = match form.subject {
        SubjectKind::Person => (person, [household, organisation]),
        SubjectKind::Household => (household, [person, organisation]),
        SubjectKind::Organisation => (organisation, [person, household]),
    };
    match own.filter(|_| others.iter().all(Option::is_none)) {
        Some(id) => Ok(id),
        None => {
            let kind = form.subject.as_str();
            Err(invalid(
                kind,
                "base.form.subject",
                crate::say!("这张表单须且只须写明 {kind}", "this form is about one {kind}: name it, and nothing else"),
            ))
        }
    }
}

/// A form as it stands for somebody.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = OpenedForm)]
struct Opened {
    #[schema(example = "base.resident")]
    form: String,
    title: Text,
    purpose: Text,
    subject: Uuid,
    name: String,
    /// Under 14: the guardian consents, sensitive elements are shown to nobody (PIPL 31).
    minor: bool,
    /// How many fields are filled in already, and how many are to be asked.
    known: usize,
    to_ask: usize,
    fields: Vec<OpenedField>,
}

/// A field, and what is known.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = OpenedFormField)]
struct OpenedField {
    #[serde(flatten)]
    #[schema(inline)]
    field: FieldHere,
    standing: Standing,
    /// As the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "138****5678")]
    value: Option<String>,
    /// What a code, a place or a yes stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Text>,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_since: Option<NaiveDate>,
}

impl OpenedField {
    fn of(ctx: &Ctx, filled: &Filled, found: &FilledField) -> Result<OpenedField> {
        let fact = found.fact.as_ref();
        let value = fact.map(|fact| seal::shown_of(ctx, fact, filled.minor)).transpose()?;
        let label = value.as_ref().and_then(|value| seal::label(ctx, found.field.element()?, value));
        Ok(OpenedField {
            field: FieldHere::of(found.field),
            standing: found.standing,
            value,
            label,
            source: fact.map(|fact| sources::title(&fact.source)),
            collected_at: fact.map(|fact| fact.recorded_at),
            observed_on: fact.map(|fact| fact.observed_on),
            valid_until: fact.and_then(|fact| fact.valid_until),
            stale_since: found.stale_since,
        })
    }
}

impl Opened {
    fn of(ctx: &Ctx, filled: &Filled) -> Result<Opened> {
        let count = |wanted: &[Standing]| filled.fields.iter().filter(|f| wanted.contains(&f.standing)).count();
        Ok(Opened {
            form: filled.form.id.to_owned(),
            title: filled.form.title.clone(),
            purpose: filled.form.purpose.clone(),
            subject: filled.subject.id,
            name: filled.name.clone(),
            minor: filled.minor,
            known: count(&[Standing::Known]),
            to_ask: count(&[Standing::Ask, Standing::Stale]),
            fields: filled.fields.iter().map(|found| OpenedField::of(ctx, filled, found)).collect::<Result<_>>()?,
        })
    }
}

/// Opens a form for somebody: what is known and fresh is filled in, with its source; only the rest is to be asked. It is a
/// use of personal data, so it leaves an audit line, and what has to be asked is counted.
#[utoipa::path(post, path = "/places/{place}/forms/{form}/open", operation_id = "base_form_open",
    security(("token" = ["base.form.use"])),
    params(("place" = String, Path, example = "530102001001"), ("form" = String, Path, example = "base.resident")),
    request_body = Whom, responses((status = 200, body = Opened)))]
async fn open(ctx: Ctx, path: Path<FormPath>, Json(whom): Json<Whom>) -> Result<Reply<Opened>> {
    let form = find(&ctx, &path.form)?;
    let id = subject(form, whom.person, whom.household, whom.organisation)?;
    let mut tx = ctx.begin().await?;
    let filled = fill(&ctx, form, id).await?;
    let elements = |wanted: &[Standing]| -> Vec<&str> {
        let chosen = filled.fields.iter().filter(|found| wanted.contains(&found.standing));
        chosen.filter_map(|found| found.field.element()).map(|element| element.id.as_str()).collect()
    };
    let asked = elements(&[Standing::Ask, Standing::Stale]);
    tx.note("form", form.id);
    tx.note("purpose", &form.purpose.zh);
    tx.note("elements", elements(&[Standing::Known, Standing::Stale]));
    counters::count(&mut tx, filled.subject.county, form.id, &Uses { asked, ..Uses::default() });
    let reply = Reply::ok(Opened::of(&ctx, &filled)?);
    tx.commit("base.form.use", Subject::new(kind_of(form), id), reply).await
}

fn kind_of(form: &Form) -> &'static str {
    match form.subject {
        SubjectKind::Person => "base.person",
        SubjectKind::Household => "base.household",
        SubjectKind::Organisation => "base.organisation",
    }
}

/// What was answered, for the one of the kind that the form is about.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = FormAnswers, example = json!({
    "person": "0192f0c0-0000-7000-8000-000000000001", "answers": { "phone": "13888800001" }, "confirm": ["residence"],
    "differs": {}
}))]
struct NewAnswers {
    person: Option<Uuid>,
    household: Option<Uuid>,
    organisation: Option<Uuid>,
    /// By field. What is known and fresh is not asked, and refused here.
    answers: BTreeMap<String, String>,
    /// Stale fields whose value still holds.
    #[schema(max_items = 100)]
    confirm: Vec<String>,
    /// Known fields that the person says otherwise, with the reason; what they say is among `answers`.
    differs: BTreeMap<String, String>,
}

/// What became of the answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AnsweredForm)]
struct Taken {
    form: String,
    /// Fields that were filled in from base data.
    reused: Vec<String>,
    /// Fields whose answers flowed back, and what became of them there.
    recorded: BTreeMap<String, Outcome>,
    /// Answers to the form's own fields.
    own: BTreeMap<String, String>,
}

/// Takes the answers to a form. A value typed for what is known and fresh is refused, with where the datum is, how old it is
/// and who may say otherwise; answers flow back into base data as the person's statement.
#[utoipa::path(post, path = "/places/{place}/forms/{form}/answers", operation_id = "base_form_answer",
    security(("token" = ["base.form.use"])),
    params(("place" = String, Path, example = "530102001001"), ("form" = String, Path, example = "base.resident")),
    request_body = NewAnswers, responses((status = 200, body = Taken)))]
async fn answers(ctx: Ctx, path: Path<FormPath>, Json(new): Json<NewAnswers>) -> Result<Reply<Taken>> {
    let form = find(&ctx, &path.form)?;
    let id = subject(form, new.person, new.household, new.organisation)?;
    let given = Answers { before: String::new(), answers: new.answers, confirm: new.confirm, differs: new.differs };
    let mut tx = ctx.begin().await?;
    let answered = answer(&mut tx, form, id, &given).await?;
    let is_own = |name: &&str| form.field(name).is_some_and(|field| field.element().is_none());
    let taken = Taken {
        form: form.id.to_owned(),
        reused: answered.reused.iter().map(|name| (*name).to_owned()).collect(),
        recorded: answered.outcomes.iter().map(|(name, outcome)| ((*name).to_owned(), *outcome)).collect(),
        own: answered
            .values
            .iter()
            .filter(|(name, _)| is_own(name))
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    };
    tx.commit("base.form.use", Subject::new(kind_of(form), id), Reply::ok(taken)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Months {
    /// From the month of this day; the beginning of the year unless given.
    from: Option<NaiveDate>,
    /// To the month of this day; this month unless given.
    to: Option<NaiveDate>,
}

/// How often each element was asked, reused and typed, month by month: what collecting once saves, and what is still asked
/// too often. Counted for whole counties.
#[utoipa::path(get, path = "/places/{place}/elements/use", operation_id = "base_element_use",
    security(("token" = ["base.element.use"])), params(("place" = String, Path, example = "530102"), Months),
    responses((status = 200, body = UseOf)))]
async fn used(ctx: Ctx, Query(months): Query<Months>) -> Result<Json<UseOf>> {
    let today = ctx.today();
    let year = chrono::Datelike::with_ordinal(&today, 1).unwrap_or(today);
    let (from, to) = (months.from.unwrap_or(year), months.to.unwrap_or(today));
    for (field, day) in [("from", from), ("to", to)] {
        if !(1900..2200).contains(&chrono::Datelike::year(&day)) {
            let why = Text::new("须在 1900 年到 2199 年之间", "between the years 1900 and 2199");
            return Err(invalid(field, "base.statistics.period", why));
        }
    }
    if from > to {
        let why = Text::new("结束不得早于开始", "the end must not be before the beginning");
        return Err(invalid("to", "base.statistics.period", why));
    }
    Ok(Json(counters::of(&ctx, from, to).await?))
}
