//! The JSON face of deliberations.

use chrono::NaiveDate;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Tx};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ending::{self, Fulfilment};
use super::entity::{Column, Entity, Model};
use super::full::{InFull, in_full};
use super::kinds::{Form, Origin, Party, Raiser};
use super::service::{self, New, Notice, Said, Topic};
use crate::deliberating::{CARRY_OUT, DECLINE, DELIBERATION, FIX, HOLD, REFER, TELL, UNSETTLE};
use crate::meeting::{Called, FiguresBody, bodies, matters};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, raise))
        .routes(routes!(show))
        .routes(routes!(fix))
        .routes(routes!(tell))
        .routes(routes!(hold))
        .routes(routes!(carry_out))
        .routes(routes!(refer))
        .routes(routes!(unsettle))
        .routes(routes!(decline))
        .merge(process::steps::<Entity>(&DELIBERATION, &[FIX, TELL, HOLD, CARRY_OUT, REFER, UNSETTLE, DECLINE]))
}

/// A deliberation as lists show it: no names.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Deliberation)]
pub struct Deliberation {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    /// What people quote.
    #[schema(example = "XS530426001205-0192F0C0")]
    pub(crate) code: String,
    /// The code of the affair, the same in every module it passes through.
    #[schema(example = "AJ530426-20260302-5F3A9C21B0K")]
    pub(crate) case: String,
    pub(crate) origin: Origin,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<Form>,
    /// The day on which it is held, once people were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) held_on: Option<NaiveDate>,
    /// Where to go instead, of what was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_door: Option<String>,
}

impl Face for Entity {
    type Wire = Deliberation;
    const PATH: &'static str = "deliberations";

    fn wire(ctx: &Ctx, row: &Model) -> Deliberation {
        Deliberation {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            case: row.case_code.clone(),
            origin: row.origin,
            title: row.title.clone(),
            form: row.form,
            held_on: row.held_on,
            next_door: row.next_door.clone(),
        }
    }

    fn offers(_ctx: &Ctx, row: &Model, action: &str) -> bool {
        action != CARRY_OUT || row.is_agreed()
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    origin: Option<Origin>,
    form: Option<Form>,
}

/// Deliberations here and below, newest first.
#[utoipa::path(get, path = "/deliberations", operation_id = "consultation_deliberation_list",
    security(("token" = ["consultation.deliberation.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Deliberation>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Deliberation>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |mut query| {
        if let Some(origin) = own.origin {
            query = query.filter(Column::Origin.eq(origin));
        }
        match own.form {
            Some(form) => query.filter(Column::Form.eq(form)),
            None => query,
        }
    });
    Ok(Json(page.await?))
}

/// What is to be talked over. Only a title is needed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::NewDeliberation, example = json!({
    "title": "老旧小区加装电梯", "description": "低层住户担心采光", "origin": "suggestion", "suggested_by": "李阿诗"
}))]
pub(crate) struct NewDeliberation {
    /// Code of the village or community or of a place below it, or of the township where several are concerned; the
    /// operation's place unless given.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: String,
    origin: Raiser,
    /// Who suggested it; may be left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    suggested_by: Option<String>,
}

/// Raises a matter to be talked over. Send an `Idempotency-Key`: a retry after a dropped line raises nothing twice.
#[utoipa::path(post, path = "/deliberations", operation_id = "consultation_deliberation_raise",
    security(("token" = ["consultation.deliberation.raise"])),
    params(("place" = String, Path, example = "530102001001")),
    request_body = NewDeliberation, responses((status = 201, body = Deliberation)))]
async fn raise(ctx: Ctx, Json(new): Json<NewDeliberation>) -> Result<Reply<Deliberation>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let NewDeliberation { title, description, origin, suggested_by, .. } = new;
    let mut tx = ctx.begin().await?;
    let new = New { place, origin: origin.into(), title, description, suggested_by };
    let row = service::raise(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "consultation.deliberation.raise", &row).await
}

/// One deliberation, with what was said, the meetings of the same case, its time line and what the caller may do now.
#[utoipa::path(get, path = "/deliberations/{id}", operation_id = "consultation_deliberation_show",
    security(("token" = ["consultation.deliberation.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// In which form, and with whom.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Topic, example = json!({
    "form": "council",
    "parties": [{ "kind": "residents", "name": "李阿诗" }, { "kind": "non_registered_residents", "name": "段永胜" }]
}))]
pub(crate) struct TopicBody {
    form: Form,
    #[schema(min_items = 2, max_items = 50)]
    parties: Vec<Party>,
    /// In other words than it was raised in, where it needs them.
    #[serde(default)]
    #[schema(max_length = 60)]
    title: Option<String>,
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: Option<String>,
}

/// Fixes the topic, the form and who takes part.
#[utoipa::path(post, path = "/deliberations/{id}/fix", operation_id = "consultation_deliberation_fix",
    security(("token" = ["consultation.deliberation.fix"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = TopicBody, responses((status = 200, body = Deliberation)))]
async fn fix(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<TopicBody>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let TopicBody { form, parties, title, description } = body;
    let mut tx = ctx.begin().await?;
    let row = service::fix(&mut tx, &row, Topic { form, parties, title, description }).await?;
    process::done::<Entity>(&ctx, tx, FIX, &row).await
}

/// When and where.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Told, example = json!({ "held_on": "2026-03-02", "venue": "党群服务中心二楼" }))]
pub(crate) struct Told {
    held_on: NaiveDate,
    #[schema(min_length = 1, max_length = 100)]
    venue: String,
    /// The day on which people were told; today unless given.
    #[serde(default)]
    told_on: Option<NaiveDate>,
}

/// Records that the parties were told beforehand what it is about, where and when.
#[utoipa::path(post, path = "/deliberations/{id}/tell", operation_id = "consultation_deliberation_tell",
    security(("token" = ["consultation.deliberation.tell"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Told, responses((status = 200, body = Deliberation)))]
async fn tell(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Told>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let Told { held_on, venue, told_on } = body;
    let mut tx = ctx.begin().await?;
    let row = service::announce(&mut tx, &row, Notice { held_on, venue, told_on }).await?;
    process::done::<Entity>(&ctx, tx, TELL, &row).await
}

/// What was said, and what of it all agreed on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Opinions, example = json!({
    "opinions": "高层住户愿意多出资，低层住户要求不挡采光", "agreed": ["电梯井贴玻璃幕墙", "一、二层住户不出资"],
    "dissent": "一层一户不同意", "explanation": "当场说明采光测算结果"
}))]
pub(crate) struct Opinions {
    #[schema(min_length = 1, max_length = 2000)]
    opinions: String,
    /// Point by point; empty where nothing was agreed on.
    #[serde(default)]
    #[schema(schema_with = points)]
    agreed: Vec<String>,
    /// What some think otherwise.
    #[serde(default)]
    #[schema(max_length = 1000)]
    dissent: Option<String>,
    /// What they were told; needed with `dissent`, now or when it ends.
    #[serde(default)]
    #[schema(max_length = 1000)]
    explanation: Option<String>,
}

fn points() -> Array {
    let point = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200));
    ArrayBuilder::new().items(point).max_items(Some(20)).build()
}

/// Records opinions and agreed points. There is no quorum: a deliberation makes opinions, never resolutions.
#[utoipa::path(post, path = "/deliberations/{id}/hold", operation_id = "consultation_deliberation_hold",
    security(("token" = ["consultation.deliberation.hold"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Opinions, responses((status = 200, body = Deliberation)))]
async fn hold(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Opinions>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let Opinions { opinions, agreed, dissent, explanation } = body;
    let mut tx = ctx.begin().await?;
    let row = service::hold(&mut tx, &row, Said { opinions, agreed, dissent, explanation }).await?;
    process::done::<Entity>(&ctx, tx, HOLD, &row).await
}

/// What was done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Fulfilment, example = json!({ "carried_out": "电梯已安装，协商结果张贴在单元门口" }))]
pub(crate) struct FulfilmentBody {
    #[schema(min_length = 1, max_length = 1000)]
    carried_out: String,
    /// The day on which parties and residents were told and it was posted; today unless given.
    #[serde(default)]
    fed_back_on: Option<NaiveDate>,
    /// What those who differ were told, where it was not said before.
    #[serde(default)]
    #[schema(max_length = 1000)]
    explanation: Option<String>,
}

/// Records that what was agreed on is carried out, fed back and made public.
#[utoipa::path(post, path = "/deliberations/{id}/carry_out", operation_id = "consultation_deliberation_carry_out",
    security(("token" = ["consultation.deliberation.carry_out"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = FulfilmentBody, responses((status = 200, body = Deliberation)))]
async fn carry_out(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<FulfilmentBody>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let FulfilmentBody { carried_out, fed_back_on, explanation } = body;
    let mut tx = ctx.begin().await?;
    let row = ending::carry_out(&mut tx, &row, Fulfilment { carried_out, fed_back_on, explanation }).await?;
    process::done::<Entity>(&ctx, tx, CARRY_OUT, &row).await
}

/// Which body decides, and when. What it decides on is the deliberation's own title and description.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Referral, example = json!({
    "body": "residents_representatives", "matter": "residents_other", "held_on": "2026-03-02", "notice_on": "2026-02-14",
    "delegation": "居民会议2026年1月10日决议授权", "figures": { "committee": 5, "representatives": 55 }
}))]
pub(crate) struct Referral {
    #[schema(schema_with = bodies)]
    body: String,
    #[schema(schema_with = matters)]
    matter: String,
    /// The rules in force on this day count.
    held_on: NaiveDate,
    /// The day on which notice was given; needed where the law asks for notice.
    #[serde(default)]
    notice_on: Option<NaiveDate>,
    /// The special circumstances, where notice was shorter than usual.
    #[serde(default)]
    #[schema(max_length = 200)]
    short_notice: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100)]
    venue: Option<String>,
    /// The decision or article of the charter that lets representatives decide; needed of representatives.
    #[serde(default)]
    #[schema(max_length = 200)]
    delegation: Option<String>,
    #[serde(default)]
    figures: FiguresBody,
    /// Code of the village, where the deliberation is a township's.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    /// What those who differ were told, where it was not said before.
    #[serde(default)]
    #[schema(max_length = 1000)]
    explanation: Option<String>,
}

/// Refers it to a meeting that can decide, and calls it, under the same case code; refused as the calling of a meeting is. When
/// the meeting has passed it, the deliberation is decided; when not, it goes on.
#[utoipa::path(post, path = "/deliberations/{id}/refer", operation_id = "consultation_deliberation_refer",
    security(("token" = ["consultation.deliberation.refer"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Referral, responses((status = 200, body = Deliberation)))]
async fn refer(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Referral>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let place = body.place.as_deref().map(|code| ctx.resolve_below("place", code)).transpose()?;
    let called = Called {
        body: body.body,
        matter: body.matter,
        venue: body.venue,
        held_on: body.held_on,
        notice_on: body.notice_on,
        short_notice: body.short_notice,
        delegation: body.delegation,
        figures: body.figures.into(),
    };
    let mut tx = ctx.begin().await?;
    let row = ending::refer(&mut tx, &row, place, called, body.explanation.as_deref()).await?;
    process::done::<Entity>(&ctx, tx, REFER, &row).await
}

/// Why no agreement was found.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Unsettled, example = json!({ "reason": "各方差距过大，暂不具备条件" }))]
pub(crate) struct Unsettled {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// What those who differ were told, where it was not said before.
    #[serde(default)]
    #[schema(max_length = 1000)]
    explanation: Option<String>,
}

/// Ends it as unsettled: no agreement was found, or it was not held. Who handed it over goes on with it.
#[utoipa::path(post, path = "/deliberations/{id}/unsettle", operation_id = "consultation_deliberation_unsettle",
    security(("token" = ["consultation.deliberation.unsettle"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Unsettled, responses((status = 200, body = Deliberation)))]
async fn unsettle(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Unsettled>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = ending::unsettle(&mut tx, &row, &body.reason, body.explanation.as_deref()).await?;
    process::done::<Entity>(&ctx, tx, UNSETTLE, &row).await
}

/// Why, and where to go instead.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Declined, example = json!({
    "reason": "属于个人之间的欠款，不是公共事务", "next_door": "向村人民调解委员会申请调解"
}))]
pub(crate) struct Declined {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    #[schema(min_length = 1, max_length = 200)]
    next_door: String,
}

/// Does not take it up, says why, and where to go instead.
#[utoipa::path(post, path = "/deliberations/{id}/decline", operation_id = "consultation_deliberation_decline",
    security(("token" = ["consultation.deliberation.decline"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Declined, responses((status = 200, body = Deliberation)))]
async fn decline(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Declined>) -> Result<Reply<Deliberation>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = ending::decline(&mut tx, &row, &body.reason, &body.next_door).await?;
    process::done::<Entity>(&ctx, tx, DECLINE, &row).await
}
