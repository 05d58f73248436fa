//! The JSON face of papers: staff apply, verify, issue and print; anybody checks a paper, and fetches the keys that signed it.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::identity::Actor;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::signing::PublicKey;
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text, Tx, printed};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::by_data::{self, Made};
use super::check::{self, Checked, Validity};
use super::entity::{Column, Entity, Model};
use super::licence::{self, Licence};
use super::service::{self, New, Seen};
use super::{code, document, docx, html, issue, keys};
use crate::data_check::DataCheck;
use crate::data_check::service::{self as checks, RUN};
use crate::item::Verification;
use crate::process::{APPROVE, PAPER, PASS, REFUSE, VERIFY};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, apply))
        .routes(routes!(show))
        .routes(routes!(verify))
        .routes(routes!(verify_by_data))
        .routes(routes!(refuse))
        .routes(routes!(print))
        .routes(routes!(file))
        .routes(routes!(checked))
        .routes(routes!(key_list))
        .merge(process::steps::<Entity>(&PAPER, &[VERIFY, REFUSE]))
}

/// A paper as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Paper)]
pub struct Paper {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    /// Absent until it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ZM530102-2026-000001")]
    pub(crate) number: Option<String>,
    #[schema(example = "家庭经济困难证明")]
    pub(crate) name: String,
    pub(crate) holder: String,
    pub(crate) purpose: String,
    /// Read off its dates; absent until it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validity: Option<Validity>,
    /// The last day on which it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<NaiveDate>,
}

impl Face for Entity {
    type Wire = Paper;
    const PATH: &'static str = "papers";

    fn wire(ctx: &Ctx, row: &Model) -> Paper {
        Paper {
            head: Head::of::<Entity>(ctx, row),
            number: row.number.clone(),
            name: row.item_name.clone(),
            holder: row.holder.clone(),
            purpose: row.purpose.clone(),
            validity: Validity::of(ctx, row),
            valid_until: row.valid_until,
        }
    }

    fn offers(ctx: &Ctx, row: &Model, action: &str) -> bool {
        match action {
            PASS => !row.two_persons,
            APPROVE => row.two_persons && (row.verified_by.is_none() || row.verified_by != ctx.actor.account),
            _ => true,
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A paper with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::PaperInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) paper: Paper,
    /// Whose paper it is, in the base data.
    pub(crate) person: Uuid,
    /// Who came for the holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<String>,
    /// The edition of the catalogue item that it is issued under.
    pub(crate) item: Uuid,
    pub(crate) item_code: String,
    pub(crate) item_edition: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) basis: Option<Text>,
    pub(crate) two_persons: bool,
    pub(crate) wet_signature: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    /// The text as it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification: Option<Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen: Option<String>,
    /// Leads to asking the department's data; absent where that is not open now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) verify_by_data: Option<String>,
    /// Data checks made for it, and earlier ones that could verify it; newest first.
    pub(crate) checks: Vec<Made>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) approved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<NaiveDate>,
    /// By what anybody checks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_code: Option<String>,
    /// What its square code holds: the page to check it, and behind `#` the signed text (a JSON Web Signature).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// The page to print; of an issued paper, as what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) print: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("link"))))]
    pub(crate) docx: Option<String>,
    /// Why it was refused or revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_because: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_by: Option<String>,
    /// Where to go instead, where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_door: Option<String>,
    /// As an electronic licence, where its item has a type code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) licence: Option<Licence>,
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) course: Course,
}

async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let content = service::content(ctx, row)?;
    let issued = row.number.is_some();
    let place = ctx.snapshot.places.place(row.place)?;
    let course = Course::of::<Entity>(ctx, row).await?;
    let data = by_data::of(ctx, row, &course.actions).await?;
    let below = |what| issued.then(|| format!("/api/v1/places/{}/certificates/papers/{}/{what}", place.code, row.id));
    Ok(InFull {
        paper: Entity::wire(ctx, row),
        person: row.person,
        agent: row.agent.clone(),
        item: row.item,
        item_code: row.item_code.clone(),
        item_edition: row.item_edition,
        basis: content.basis,
        two_persons: row.two_persons,
        wet_signature: row.wet_signature,
        issuer: row.issuer.clone(),
        body: content.body,
        verification: row.verification.as_deref().and_then(Verification::parse),
        seen: row.seen.clone(),
        verify_by_data: data.can_ask.then(|| format!("/papers/{}/verify_by_data", row.id)),
        checks: data.made,
        verified_by: row.verified_by_name.clone(),
        approved_by: row.approved_by_name.clone(),
        issued_by: row.issued_by_name.clone(),
        issued_at: row.issued_at,
        valid_from: row.valid_from,
        check_code: issued.then(|| issue::code_of(ctx, row).map(|plain| code::shown(&plain))).transpose()?,
        link: issued.then(|| document::link(ctx, row)).transpose()?,
        print: below("print"),
        docx: below("docx"),
        ended_because: row.ended_because.clone(),
        ended_by: row.ended_by_name.clone(),
        next_door: row.next_door.clone(),
        licence: licence::of(ctx, row),
        course,
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Code of an item.
    item: Option<String>,
    /// The number of one paper.
    number: Option<String>,
}

/// Papers here and below, newest first.
#[utoipa::path(get, path = "/papers", operation_id = "certificates_paper_list",
    security(("token" = ["certificates.paper.read"])),
    params(("place" = String, Path, example = "530102001001"), Wanted, ListQuery, Paging),
    responses((status = 200, body = Page<Paper>)))]
async fn list(
    ctx: Ctx,
    Query(wanted): Query<Wanted>,
    Query(q): Query<ListQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Paper>>> {
    let papers = process::list::<Entity>(&ctx, &wanted, &paging, |mut query| {
        if let Some(item) = q.item {
            query = query.filter(Column::ItemCode.eq(item));
        }
        if let Some(number) = q.number {
            query = query.filter(Column::Number.eq(number.trim().to_uppercase()));
        }
        query
    });
    Ok(Json(papers.await?))
}

/// What stands in a blank of the text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::PaperAnswer)]
pub(crate) struct Answer {
    /// The name of the blank, as the item's text has it.
    #[schema(min_length = 1, max_length = 20, extensions((
        "x-choices" = json!({ "path": RETAINED, "value": "blanks", "title": "name" })
    )))]
    blank: String,
    #[schema(min_length = 1, max_length = 300)]
    text: String,
}

/// How it was verified.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::PaperVerified, example = json!({ "method": "visit", "seen": "入户查看，与邻居核对，情况属实" }))]
pub(crate) struct Verified {
    /// Left out where the catalogue says it.
    #[serde(default)]
    method: Option<Verification>,
    /// What was seen.
    #[schema(min_length = 1, max_length = 500)]
    seen: String,
}

/// What papers there are.
const RETAINED: &str = "/certificates/items?state=in_force&status_kind=retained&limit=100";

/// A paper as it is applied for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewPaper, example = json!({
    "item": "家庭经济困难证明", "person": "0192f0c0-0000-7000-8000-00000000dead",
    "answers": [{ "blank": "家庭情况", "text": "本人患病，无固定收入" }]
}))]
pub(crate) struct NewPaper {
    /// Code, id or name of an item that the catalogue retains.
    #[schema(min_length = 1, max_length = 100, extensions((
        "x-choices" = json!({ "path": RETAINED, "value": "code", "title": "name" })
    )))]
    item: String,
    /// Whose paper it is: what is known of them is filled in.
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Uuid,
    /// One of the item's; left out where it has one only.
    #[serde(default)]
    #[schema(max_length = 60, extensions((
        "x-choices" = json!({ "path": RETAINED, "value": "purposes", "title": "name" })
    )))]
    purpose: Option<String>,
    /// What stands in the blanks that base data does not fill.
    #[serde(default)]
    #[schema(max_items = 20)]
    answers: Vec<Answer>,
    /// Who came for them, where they did not come themselves.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    agent: Option<String>,
    /// What whoever fills this in has verified already: then it need not be entered a second time.
    #[serde(default)]
    verified: Option<Verified>,
}

impl From<Verified> for Seen {
    fn from(verified: Verified) -> Seen {
        Seen { how: verified.method, seen: verified.seen, query: None }
    }
}

/// Applies for a paper, for the person or by them. What the negative list blocks is refused, whoever asks, with the article
/// and the next door (民发〔2020〕20号).
#[utoipa::path(post, path = "/papers", operation_id = "certificates_paper_apply",
    security(("token" = ["certificates.paper.apply"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewPaper, responses((status = 201, body = Paper)))]
async fn apply(ctx: Ctx, Json(new): Json<NewPaper>) -> Result<Reply<Paper>> {
    let new = New {
        item: new.item,
        person: new.person,
        purpose: new.purpose,
        answers: new.answers.into_iter().map(|answer| (answer.blank, answer.text)).collect(),
        agent: new.agent,
        verified: new.verified.map(Seen::from),
    };
    let mut tx = ctx.begin().await?;
    let row = service::apply(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "certificates.paper.apply", &row).await
}

/// One paper, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/papers/{id}", operation_id = "certificates_paper_show",
    security(("token" = ["certificates.paper.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// How a paper is verified that was applied for: by what was seen, or by a data check.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::PaperVerification, example = json!({ "method": "visit", "seen": "入户查看，与邻居核对，情况属实" }))]
pub(crate) struct ToVerify {
    /// Left out where the catalogue says it, or a data check is named.
    #[serde(default)]
    method: Option<Verification>,
    /// What was seen; left out where a data check is named, which says it.
    #[serde(default)]
    #[schema(max_length = 500)]
    seen: Option<String>,
    /// A data check that confirmed this paper's person, item and purpose, as `checks` of the paper names it.
    #[serde(default)]
    check: Option<Uuid>,
}

/// Records how it was verified, and what was seen; or by which earlier data check.
#[utoipa::path(post, path = "/papers/{id}/verify", operation_id = "certificates_paper_verify",
    security(("token" = ["certificates.paper.verify"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = ToVerify, responses((status = 200, body = Paper)))]
async fn verify(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<ToVerify>) -> Result<Reply<Paper>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = match body.check {
        Some(check) => by_data::verify_from(&mut tx, &row, check, body.method, body.seen.as_deref()).await?,
        None => {
            let seen = Seen { how: body.method, seen: body.seen.unwrap_or_default(), query: None };
            service::verify(&mut tx, &row, seen).await?
        }
    };
    process::done::<Entity>(&ctx, tx, VERIFY, &row).await
}

/// Asks the department's data about the paper's person, item and purpose, and verifies the paper where it confirms: what was seen
/// is written from the check, nothing is typed. It takes the permission to verify as well. Else the paper stays as it was, and
/// the check that was made says what came back and what to do now. Whatever comes of it, that it was asked is on record.
#[utoipa::path(post, path = "/papers/{id}/verify_by_data", operation_id = "certificates_paper_verify_by_data",
    security(("token" = ["certificates.check.run"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, description = "It is verified.", body = Paper),
        (status = 201, description = "It is not: the check that was made.", body = DataCheck)))]
async fn verify_by_data(ctx: Ctx, path: Path<MatterPath>) -> Result<Response> {
    // Circumstances of their own, whose transaction ends before the department is asked.
    let reading = ctx.clone().within(ctx.scope.clone());
    let row = process::find::<Entity>(&reading, path.id).await?;
    let prepared = by_data::prepare(&reading, &row).await?;
    drop(reading);
    let found = checks::ask(&ctx, &prepared).await?;
    let mut tx = ctx.begin().await?;
    let check = checks::record(&mut tx, &prepared, &found).await?;
    let subject = Subject::new("certificates.query", check.id);
    if !found.confirms() {
        let location = format!("/api/v1/places/{}/certificates/checks/{}", ctx.place()?.code, check.id);
        let reply = Reply::created(location, DataCheck::of(&ctx, &check));
        return Ok(tx.commit(RUN, subject, reply).await?.into_response());
    }
    match by_data::verify(&mut tx, &row, &check).await {
        Ok(row) => Ok(process::done::<Entity>(&ctx, tx, VERIFY, &row).await?.into_response()),
        Err(refused) => {
            // Somebody was quicker. That the department was asked is on record all the same; what is kept for a retry is not this.
            drop(tx);
            let again = ctx.clone().without_retry().within(ctx.scope.clone());
            let mut tx = again.begin().await?;
            let check = checks::record(&mut tx, &prepared, &found).await?;
            tx.commit(RUN, Subject::new("certificates.query", check.id), Reply::none()).await?;
            Err(refused)
        }
    }
}

/// Why a paper is refused, and where to go instead.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::PaperRefusal, example = json!({
    "reason": "入户核实，情况不符", "next_door": "可以到街道社会救助窗口申请核对"
}))]
pub(crate) struct Refusal {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    #[schema(min_length = 1, max_length = 300)]
    next_door: String,
}

/// Refuses an application: with the reason, and with where to go instead.
#[utoipa::path(post, path = "/papers/{id}/refuse", operation_id = "certificates_paper_refuse",
    security(("token" = ["certificates.paper.refuse"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    request_body = Refusal, responses((status = 200, body = Paper)))]
async fn refuse(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Refusal>) -> Result<Reply<Paper>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::decline(&mut tx, &row, body.reason, &body.next_door).await?;
    process::done::<Entity>(&ctx, tx, REFUSE, &row).await
}

/// An issued paper, to be printed: one side A4, with the square code that it is checked by.
#[utoipa::path(get, path = "/papers/{id}/print", operation_id = "certificates_paper_print",
    security(("token" = ["certificates.paper.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, description = "One page A4.", body = String, content_type = "text/html")))]
async fn print(ctx: Ctx, path: Path<MatterPath>) -> Result<Response> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(printed(html::page(&document::of(&ctx, &row)?)))
}

/// An issued paper as a file for a word processor.
#[utoipa::path(get, path = "/papers/{id}/docx", operation_id = "certificates_paper_file",
    security(("token" = ["certificates.paper.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, description = "One page A4.", body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
async fn file(ctx: Ctx, path: Path<MatterPath>) -> Result<Response> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let paper = document::of(&ctx, &row)?;
    let name = format!("attachment; filename=\"{}.docx\"", paper.number);
    let head = [(header::CONTENT_TYPE, docx::CONTENT_TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, docx::file(&paper)?).into_response())
}

/// What a paper is checked by.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::PaperCheck, example = json!({
    "code": "ABCDEFGHI-JKLMNOPQR-STUVWXYZ2", "purpose": "申请法律援助"
}))]
pub(crate) struct Check {
    /// As it stands on the paper; blanks, dashes and small letters do not matter.
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    /// For what it is shown: then the answer says whether it is good for that.
    #[serde(default)]
    #[schema(max_length = 60)]
    purpose: Option<String>,
}

/// Checks a paper of this county by its code, without an account: valid, expired, revoked, good for another purpose, or unknown.
/// A code that no paper has and one that cannot be a code are answered alike. That it was checked is on the record.
#[utoipa::path(post, path = "/check", operation_id = "certificates_paper_check", security(()),
    extensions(("x-answer" = json!(["verdict", "says"]))),
    params(("place" = String, Path, example = "530102")), request_body = Check,
    responses((status = 200, body = Checked)))]
async fn checked(ctx: Ctx, Json(body): Json<Check>) -> Result<Reply<Checked>> {
    let stranger = ctx.actor.account.is_none();
    let ctx = if stranger { ctx.acting(Actor::stranger("checker", "查验人")) } else { ctx };
    let mut tx = ctx.without_retry().begin().await?;
    let (id, checked) = check::check(&mut tx, &body.code, body.purpose.as_deref(), stranger).await?;
    tx.note("verdict", checked.verdict);
    let subject = Subject::new("certificates.paper", id.map_or_else(|| "-".to_owned(), |id| id.to_string()));
    tx.commit("certificates.paper.check", subject, Reply::ok(checked)).await
}

/// The public keys of papers, as a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Keys)]
pub(crate) struct Keys {
    pub(crate) keys: Vec<PublicKey>,
}

/// The public keys that signed papers here, newest first: with them a program checks, without asking, the signed text behind
/// the `#` of a square code. It is a JSON Web Signature (RFC 7515) of `number`, `item`, `edition`, `holder` (masked),
/// `purpose`, `from`, `to` and `text` (the first 16 bytes of the text's SHA-256). Its head names the key by `alg` and `kid`:
/// `EdDSA` is Ed25519 (RFC 8037), `SM2` is SM2 with SM3 (GB/T 32918.2), the distinguishing identifier `1234567812345678`
/// (GB/T 35276) and r and s of 32 bytes each. Whether a paper was revoked, only the check says.
#[utoipa::path(get, path = "/keys", operation_id = "certificates_key_list", security(()),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Keys)))]
async fn key_list(ctx: Ctx) -> Result<Json<Keys>> {
    let scope = if ctx.place()?.above_county() { ctx.scope.clone() } else { issue::countys(&ctx)? };
    Ok(Json(Keys { keys: keys::published(&ctx, &scope).await? }))
}
