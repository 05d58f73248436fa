//! The JSON face of mediation cases.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::json::whole_if_any;
use jizuo_kernel::module::Work;
use jizuo_kernel::openapi::{one_of, one_of_if_any};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Face, Head, Matter, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Subject, Text, Tx};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::agreeing::{self, Signing, Terms};
use super::agreement::{Form, Settles, Signature};
use super::confirmation;
use super::dispute::{self, EndReason, Organ, OtherWay, Prior, Source};
use super::entity::{Column, Entity, Model};
use super::full::{InFull, Party, in_full};
use super::party::{self, Side};
use super::service::{self, Acceptance, New};
use crate::process::{BREACHED, CASE, PERFORMED};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(show))
        .routes(routes!(add_party))
        .routes(routes!(record_refusal))
        .routes(routes!(accept))
        .routes(routes!(prolong))
        .routes(routes!(agree_orally))
        .routes(routes!(agree_in_writing))
        .routes(routes!(take_effect))
        .routes(routes!(write_down))
        .routes(routes!(apply_for_confirmation))
        .routes(routes!(end))
        .merge(process::steps::<Entity>(
            &CASE,
            &[
                "mediation.case.accept",
                "mediation.case.prolong",
                "mediation.case.agree_orally",
                "mediation.case.agree_in_writing",
                "mediation.case.take_effect",
                END,
            ],
        ))
}

pub(super) const END: &str = "mediation.case.end";
pub(super) const DECLINE: &str = "mediation.case.decline";

/// A mediation case as lists show it: no names.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::Case)]
pub struct Case {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    /// What people quote.
    #[schema(example = "TJ530102001001-0192F0C0")]
    pub(crate) code: String,
    /// The code of the affair, the same in every module it passes through.
    #[schema(example = "AJ530102-20260302-5F3A9C21B0K")]
    pub(crate) case: String,
    /// Code of the list `dispute_type`.
    #[schema(example = "02")]
    pub(crate) dispute_type: String,
    pub(crate) dispute_type_title: Text,
    pub(crate) source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organ: Option<Organ>,
    /// How the agreement took effect, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<Form>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_on: Option<NaiveDate>,
    /// Why it ended without an agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_reason: Option<EndReason>,
    /// The ways that stay open, once mediation has not settled it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) other_ways: Vec<OtherWay>,
}

impl Face for Entity {
    type Wire = Case;
    const PATH: &'static str = "cases";

    fn wire(ctx: &Ctx, row: &Model) -> Case {
        Case {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            case: row.case_code.clone(),
            dispute_type: row.dispute_type.clone(),
            dispute_type_title: dispute::title(&row.dispute_type),
            source: row.source,
            organ: row.organ,
            form: row.form,
            effective_on: row.effective_on,
            end_reason: row.end_reason,
            other_ways: match row.state.as_str() {
                BREACHED => dispute::after_breach(),
                state if row.closed_at.is_some() && state != PERFORMED => dispute::other_ways(),
                _ => Vec::new(),
            },
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Code of the list `dispute_type`.
    dispute_type: Option<String>,
    source: Option<Source>,
}

/// Cases here and below, newest first.
#[utoipa::path(get, path = "/cases", operation_id = "mediation_case_list", security(("token" = ["mediation.case.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Case>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Case>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |mut query| {
        if let Some(code) = &own.dispute_type {
            query = query.filter(Column::DisputeType.eq(code));
        }
        if let Some(source) = own.source {
            query = query.filter(Column::Source.eq(source));
        }
        query
    });
    Ok(Json(page.await?))
}

/// A party as somebody names it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::NewParty, example = json!({ "name": "李阿诗", "phone": "13888800001", "side": "applicant" }))]
pub(crate) struct NewParty {
    /// Somebody whom the base data knows: name and telephone are filled in from there, and neither is typed again.
    #[serde(default)]
    #[schema(extensions(("x-picks" = json!("person"))))]
    person: Option<Uuid>,
    /// Needed unless `person` says who it is.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// May be left out. With `person` only where none is known.
    #[serde(default)]
    #[schema(max_length = 30)]
    phone: Option<String>,
    side: Side,
}

impl NewParty {
    fn told(self) -> party::New {
        party::New { person: self.person, name: self.name, phone: self.phone, side: self.side }
    }
}

/// An application for mediation, or what the committee takes up by itself. Mediation is free: there is no fee to name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::NewCase, example = json!({
    "dispute_type": "02", "source": "application", "summary": "两家因排水沟走向发生争执",
    "parties": [
        { "name": "李阿诗", "phone": "13888800001", "side": "applicant" },
        { "name": "段永胜", "side": "respondent" }
    ]
}))]
pub(crate) struct NewCase {
    /// Code of the place where the dispute arose or a party lives; the operation's place unless given.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    #[schema(schema_with = dispute_types)]
    dispute_type: String,
    source: Source,
    /// Who entrusted it; if and only if the source is `entrusted`.
    #[serde(default)]
    organ: Option<Organ>,
    /// Who else has taken it up or decided it.
    #[serde(default)]
    prior: Prior,
    /// The facts, and what is asked for.
    #[schema(min_length = 1, max_length = 2000)]
    summary: String,
    /// More can be named later; at least who applies.
    #[serde(default)]
    #[schema(max_items = 50)]
    parties: Vec<NewParty>,
    /// The resident for whom this is filed.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    on_behalf_of: Option<String>,
}

fn dispute_types() -> Object {
    one_of("Code of the list `dispute_type`.", dispute::types())
}

fn found_type() -> Object {
    let words = "What kind of dispute it is found to be: a case that was handed over is typed here.";
    one_of_if_any(words, dispute::types())
}

/// Registers a case. Send an `Idempotency-Key`: a retry after a dropped line registers nothing twice.
#[utoipa::path(post, path = "/cases", operation_id = "mediation_case_register",
    security(("token" = ["mediation.case.register"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewCase, responses((status = 201, body = Case)))]
async fn register(ctx: Ctx, Json(new): Json<NewCase>) -> Result<Reply<Case>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let new = New {
        place,
        dispute_type: new.dispute_type,
        source: new.source,
        organ: new.organ,
        prior: new.prior,
        summary: new.summary,
        parties: new.parties.into_iter().map(NewParty::told).collect(),
        on_behalf_of: new.on_behalf_of,
    };
    let mut tx = ctx.begin().await?;
    let row = service::register(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "mediation.case.register", &row).await
}

/// One case, with its parties, agreements and time line, what courts make of it, and what the caller may do now.
#[utoipa::path(get, path = "/cases/{id}", operation_id = "mediation_case_show",
    security(("token" = ["mediation.case.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// Names a party. A case that was handed over has none at first; it is accepted with two at least.
#[utoipa::path(post, path = "/cases/{id}/parties", operation_id = "mediation_party_add",
    security(("token" = ["mediation.party.add"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = NewParty, responses((status = 201, body = Party)))]
async fn add_party(ctx: Ctx, path: Path<MatterPath>, Json(new): Json<NewParty>) -> Result<Reply<Party>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let party = service::add_party(&mut tx, &row, &new.told()).await?;
    let location = format!("/api/v1/places/{}/mediation/cases/{}", ctx.place()?.code, row.id);
    let reply = Reply::created(location, Party::of(&ctx, &row, &party)?);
    tx.commit("mediation.party.add", Subject::new(Entity::KIND, row.id), reply).await
}

#[derive(Debug, Deserialize)]
struct PartyPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    party: Uuid,
}

/// Nothing more to say.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::Refusal, example = json!({}))]
pub(crate) struct Refusal {}

/// Records that a party clearly refuses mediation: from now on the case can only be declined or ended (rule `M.REFUSE`).
#[utoipa::path(post, path = "/cases/{id}/parties/{party}/refuse", operation_id = "mediation_party_refuse",
    security(("token" = ["mediation.party.refuse"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path), ("party" = Uuid, Path)),
    request_body = Refusal, responses((status = 200, body = Case)))]
async fn record_refusal(ctx: Ctx, path: Path<PartyPath>, Json(Refusal {}): Json<Refusal>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::record_refusal(&mut tx, &row, path.party).await?;
    process::done::<Entity>(&ctx, tx, "mediation.party.refuse", &row).await
}

/// With which mediator.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::Acceptance, example = json!({ "mediator": "0192f0c0-0000-7000-8000-000000000001" }))]
pub(crate) struct AcceptanceBody {
    /// An account that may mediate at the place: `GET …/holders`.
    #[schema(extensions(
        ("x-choices" = json!({ "path": "/holders?permission=mediation.case.agree_orally", "value": "id", "title": "title" }))
    ))]
    mediator: Uuid,
    #[serde(default)]
    #[schema(schema_with = found_type)]
    dispute_type: Option<String>,
    /// Who else is found to have it.
    #[serde(default)]
    prior: Option<Prior>,
}

/// Takes the case up: at least two parties, a mediator, and nobody else who has it without having entrusted it.
#[utoipa::path(post, path = "/cases/{id}/accept", operation_id = "mediation_case_accept",
    security(("token" = ["mediation.case.accept"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = AcceptanceBody, responses((status = 200, body = Case)))]
async fn accept(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<AcceptanceBody>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let how = Acceptance { mediator: body.mediator, dispute_type: body.dispute_type, prior: body.prior };
    let mut tx = ctx.begin().await?;
    let row = service::accept(&mut tx, &row, how).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.accept", &row).await
}

/// Who agrees.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::Prolongation, example = json!({ "agreed_by": ["0192f0c0-0000-7000-8000-000000000001"] }))]
pub(crate) struct Prolongation {
    /// Ids of the parties: every one of them.
    #[schema(max_items = 50)]
    agreed_by: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Goes on beyond the ordinary length, once more as long, with every party's consent.
#[utoipa::path(post, path = "/cases/{id}/prolong", operation_id = "mediation_case_prolong",
    security(("token" = ["mediation.case.prolong"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag that was read; needed to take the step once more")),
    request_body = Prolongation, responses((status = 200, body = Case)))]
async fn prolong(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Prolongation>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::prolong(&mut tx, &row, &body.agreed_by, body.reason).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.prolong", &row).await
}

/// An oral agreement.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::OralAgreement, example = json!({
    "content": "甲方当场赔偿乙方三百元，双方互不追究", "amount": 30000, "settles": [],
    "acknowledged_by": ["0192f0c0-0000-7000-8000-000000000001"]
}))]
pub(crate) struct OralBody {
    #[schema(min_length = 1, max_length = 5000)]
    content: String,
    /// In fen; left out where no money is agreed on.
    #[serde(default, deserialize_with = "whole_if_any")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    amount: Option<i64>,
    /// What it settles that only another procedure settles for everybody; empty where nothing of it.
    settles: Vec<Settles>,
    /// Now, unless given.
    #[serde(default)]
    reached_at: Option<DateTime<Utc>>,
    /// Ids of the parties: every one of them.
    #[schema(max_items = 50)]
    acknowledged_by: Vec<Uuid>,
}

/// Records an oral agreement. It takes effect on the day it is reached and needs no seal.
#[utoipa::path(post, path = "/cases/{id}/agree_orally", operation_id = "mediation_case_agree_orally",
    security(("token" = ["mediation.case.agree_orally"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = OralBody, responses((status = 200, body = Case)))]
async fn agree_orally(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<OralBody>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let OralBody { content, amount, settles, reached_at, acknowledged_by } = body;
    let terms = Terms { content, amount, settles, reached_at };
    let mut tx = ctx.begin().await?;
    let row = agreeing::agree_orally(&mut tx, &row, terms, &acknowledged_by).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.agree_orally", &row).await
}

/// An agreement in writing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::WrittenAgreement, example = json!({
    "content": "乙方于三十日内支付补偿款二千元", "amount": 200_000, "settles": []
}))]
pub(crate) struct WrittenBody {
    #[schema(min_length = 1, max_length = 5000)]
    content: String,
    /// In fen; left out where no money is agreed on.
    #[serde(default, deserialize_with = "whole_if_any")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    amount: Option<i64>,
    /// What it settles that only another procedure settles for everybody; empty where nothing of it.
    settles: Vec<Settles>,
    /// Now, unless given.
    #[serde(default)]
    reached_at: Option<DateTime<Utc>>,
}

/// Records an agreement in writing, to be signed and sealed; again, to replace a draft that is not signed yet.
#[utoipa::path(post, path = "/cases/{id}/agree_in_writing", operation_id = "mediation_case_agree_in_writing",
    security(("token" = ["mediation.case.agree_in_writing"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag that was read; needed to take the step once more")),
    request_body = WrittenBody, responses((status = 200, body = Case)))]
async fn agree_in_writing(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<WrittenBody>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let WrittenBody { content, amount, settles, reached_at } = body;
    let terms = Terms { content, amount, settles, reached_at };
    let mut tx = ctx.begin().await?;
    let row = agreeing::agree_in_writing(&mut tx, &row, terms).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.agree_in_writing", &row).await
}

/// Who signed and sealed, and when.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = mediation::Signing, example = json!({
    "signatures": [{ "party": "0192f0c0-0000-7000-8000-000000000001", "on": "2026-03-02" }],
    "mediator_signed_on": "2026-03-02", "sealed_on": "2026-03-02"
}))]
pub(crate) struct SigningBody {
    /// Of every party: signature, seal or fingerprint.
    #[schema(max_items = 50)]
    signatures: Vec<Signature>,
    mediator_signed_on: Option<NaiveDate>,
    /// The committee's seal.
    sealed_on: Option<NaiveDate>,
}

/// All parties, the mediator and the seal: in effect on the latest of these days.
#[utoipa::path(post, path = "/cases/{id}/take_effect", operation_id = "mediation_case_take_effect",
    security(("token" = ["mediation.case.take_effect"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = SigningBody, responses((status = 200, body = Case)))]
async fn take_effect(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<SigningBody>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let SigningBody { signatures, mediator_signed_on, sealed_on } = body;
    let mut tx = ctx.begin().await?;
    let row = agreeing::take_effect(&mut tx, &row, Signing { signatures, mediator_signed_on, sealed_on }).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.take_effect", &row).await
}

/// Who asks for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::WriteDown, example = json!({ "asked_by": "0192f0c0-0000-7000-8000-000000000001" }))]
pub(crate) struct WriteDown {
    /// Id of the party.
    asked_by: Uuid,
}

/// Makes a written agreement of an oral one in effect: the same content, linked to it, in effect since the same day.
#[utoipa::path(post, path = "/cases/{id}/write_down", operation_id = "mediation_case_write_down",
    security(("token" = ["mediation.case.write_down"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = WriteDown, responses((status = 200, body = Case)))]
async fn write_down(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<WriteDown>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = agreeing::write_down(&mut tx, &row, body.asked_by).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.write_down", &row).await
}

/// The parties' joint application.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::JointApplication, example = json!({ "on": "2026-03-02", "court": "五华区人民法院" }))]
pub(crate) struct JointApplication {
    /// The day on which the parties applied together.
    on: NaiveDate,
    #[schema(min_length = 1, max_length = 100)]
    court: String,
}

/// Records that the parties applied together for judicial confirmation: where courts accept it, and in time.
#[utoipa::path(post, path = "/cases/{id}/apply_for_confirmation", operation_id = "mediation_case_apply_for_confirmation",
    security(("token" = ["mediation.case.apply_for_confirmation"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = JointApplication, responses((status = 200, body = Case)))]
async fn apply_for_confirmation(
    ctx: Ctx,
    path: Path<MatterPath>,
    Json(body): Json<JointApplication>,
) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = confirmation::apply(&mut tx, &row, body.on, &body.court).await?;
    process::done::<Entity>(&ctx, tx, "mediation.case.apply_for_confirmation", &row).await
}

/// Why it ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = mediation::Ending, example = json!({ "reason": "no_agreement", "note": "双方对补偿金额差距过大" }))]
pub(crate) struct Ending {
    reason: EndReason,
    /// Needed where the reason is `other`.
    #[serde(default)]
    #[schema(max_length = 450)]
    note: Option<String>,
}

/// Ends mediation without an agreement. The answer names the ways that stay open.
#[utoipa::path(post, path = "/cases/{id}/end", operation_id = "mediation_case_end",
    security(("token" = ["mediation.case.end"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Ending, responses((status = 200, body = Case)))]
async fn end(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Ending>) -> Result<Reply<Case>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::end(&mut tx, &row, body.reason, body.note).await?;
    process::done::<Entity>(&ctx, tx, END, &row).await
}
