//! The JSON face of meetings.

use chrono::NaiveDate;
use jizuo_kernel::json::{whole, whole_if_any};
use jizuo_kernel::module::Work;
use jizuo_kernel::openapi::one_of;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Text, Tx};
use jizuo_standards::threshold::Threshold;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{BODIES, Figure};
use super::calling::{self, Figures, New};
use super::computation::Computation;
use super::entity::{Column, Entity, Model, Outcome};
use super::matter::{self, SUBJECTS};
use super::service::{self, Attendance, Ballot};
use crate::deliberation::full::{Linked, before};
use crate::process::{ATTEND, MEETING, STUDY, VOTE};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, call))
        .routes(routes!(show))
        .routes(routes!(study))
        .routes(routes!(attend))
        .routes(routes!(vote))
        .merge(process::steps::<Entity>(&MEETING, &[STUDY, ATTEND, VOTE]))
}

/// What a rule asked for, what there was, and by which article.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Computation)]
pub(super) struct Computed {
    #[schema(example = "V.REP.QUORUM")]
    rule: String,
    title: Text,
    /// The share, of a rule that is one: `≥2/3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "≥2/3")]
    share: Option<String>,
    /// The share as the law says it: 三分之二以上.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_text: Option<Text>,
    /// What the share is of: `adults`, `households`, `members`, `all_members`, `representatives`, `present`.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// How many that are.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_number: Option<u32>,
    needed: u32,
    actual: u32,
    met: bool,
    /// The law and its article.
    source: Text,
    /// Who set the rule: the baseline for the whole country, or a place.
    set_by: Text,
}

impl Computed {
    fn of(ctx: &Ctx, kept: Computation) -> Computed {
        let threshold = kept.share.as_deref().and_then(|text| text.parse::<Threshold>().ok());
        let set_by = match kept.set_by {
            None => Text::new("全国基线", "the baseline for the whole country"),
            Some(place) => {
                let name = ctx.snapshot.places.name(place).to_owned();
                Text::owned(name.clone(), name)
            }
        };
        Computed {
            rule: kept.rule,
            title: kept.title,
            share_text: threshold.map(|share| Text::owned(share.zh(), share.en())),
            share: kept.share,
            of: kept.of.filter(|_| kept.base.is_some()),
            of_number: kept.base,
            needed: kept.needed,
            actual: kept.actual,
            met: kept.met,
            source: kept.basis,
            set_by,
        }
    }
}

/// A meeting as lists and steps show it, with what was computed so far.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Meeting)]
pub struct Meeting {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    /// What people quote.
    #[schema(example = "YS530426001205-0192F0C0")]
    code: String,
    #[schema(example = "villagers_representatives")]
    body: String,
    /// The code of the case, where it was called on a deliberation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AJ530426-20260302-5F3A9C21B0K")]
    case: Option<String>,
    #[schema(example = "public_welfare")]
    matter: String,
    title: String,
    held_on: NaiveDate,
    result: Outcome,
    /// Everybody who counts as there.
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<u32>,
    /// Once attendance was recorded, where the law asks for a quorum.
    #[serde(skip_serializing_if = "Option::is_none")]
    quorum: Option<Computed>,
    /// Once the vote was recorded: every rule that the decision had to meet.
    pass: Vec<Computed>,
}

impl Face for Entity {
    type Wire = Meeting;
    const PATH: &'static str = "meetings";

    fn wire(ctx: &Ctx, row: &Model) -> Meeting {
        // What this module wrote it can read; a list does not break over one damaged row.
        let quorum = row.quorum().unwrap_or_default();
        let pass = row.pass().unwrap_or_default();
        Meeting {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            body: row.body.clone(),
            case: row.case_code.clone(),
            matter: row.matter.clone(),
            title: row.title.clone(),
            held_on: row.held_on,
            result: Outcome::parse(&row.result),
            present: row.present(),
            quorum: quorum.map(|kept| Computed::of(ctx, kept)),
            pass: pass.into_iter().map(|kept| Computed::of(ctx, kept)).collect(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// How many the body has; give those that it is counted by (`GET …/consultation/bodies`).
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = consultation::Figures, example = json!({ "committee": 5, "representatives": 40 }))]
pub(crate) struct FiguresBody {
    /// 十八周岁以上的村民、居民或者本组村民
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    adults: Option<u32>,
    /// 户数
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    households: Option<u32>,
    /// 村（居）民委员会成员
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    committee: Option<u32>,
    /// 村民代表、居民代表或者成员代表
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    representatives: Option<u32>,
    /// 妇女代表
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    women_representatives: Option<u32>,
    /// 具有完全民事行为能力的集体经济组织成员
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    members: Option<u32>,
}

impl From<FiguresBody> for Figures {
    fn from(given: FiguresBody) -> Figures {
        Figures {
            adults: given.adults,
            households: given.households,
            committee: given.committee,
            representatives: given.representatives,
            women_representatives: given.women_representatives,
            members: given.members,
        }
    }
}

/// A meeting with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::MeetingInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    meeting: Meeting,
    body_title: Text,
    matter_title: Text,
    /// The article that gives the matter to the body.
    matter_source: Text,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_on: Option<NaiveDate>,
    /// Why people were told at short notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    short_notice: Option<String>,
    /// What lets representatives decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation: Option<String>,
    called_by: String,
    /// The day the Party organisation studied it.
    #[serde(skip_serializing_if = "Option::is_none")]
    studied_on: Option<NaiveDate>,
    figures: FiguresBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    attendance: Option<AttendanceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    votes: Option<Votes>,
    /// Composition and notice, as computed when it was called.
    convening: Vec<Computed>,
    /// What it was called on.
    deliberations: Vec<Linked>,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

/// How people took part, as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Attended)]
struct AttendanceBody {
    in_person: i32,
    online: i32,
    by_proxy: i32,
}

/// How the votes fell, as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Votes)]
struct Votes {
    yes: i32,
    no: i32,
    abstain: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    yes_of_representatives: Option<i32>,
}

async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let body = service::body_of(row)?;
    let subject = matter::find(&row.matter).ok_or(jizuo_kernel::Error::NotFound("matter"))?;
    let attendance = match (row.in_person, row.online, row.by_proxy) {
        (Some(in_person), Some(online), Some(by_proxy)) => Some(AttendanceBody { in_person, online, by_proxy }),
        _ => None,
    };
    let votes = match (row.yes, row.no, row.abstain) {
        (Some(yes), Some(no), Some(abstain)) => {
            Some(Votes { yes, no, abstain, yes_of_representatives: row.yes_of_representatives })
        }
        _ => None,
    };
    Ok(InFull {
        meeting: Entity::wire(ctx, row),
        body_title: body.title(),
        matter_title: subject.title.clone(),
        matter_source: subject.basis.clone(),
        description: row.description.clone(),
        venue: row.venue.clone(),
        notice_on: row.notice_on,
        short_notice: row.short_notice.clone(),
        delegation: row.delegation.clone(),
        called_by: row.called_by_name.clone(),
        studied_on: row.studied_on,
        figures: FiguresBody {
            adults: row.figure(Figure::Adults),
            households: row.figure(Figure::Households),
            committee: row.figure(Figure::Committee),
            representatives: row.figure(Figure::Representatives),
            women_representatives: row.figure(Figure::WomenRepresentatives),
            members: row.figure(Figure::Members),
        },
        attendance,
        votes,
        convening: row.convening()?.into_iter().map(|kept| Computed::of(ctx, kept)).collect(),
        deliberations: before(ctx, row).await?,
        course: Course::of::<Entity>(ctx, row).await?,
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Of one body, by its id.
    body: Option<String>,
    /// On one subject matter, by its code.
    matter: Option<String>,
    result: Option<Outcome>,
}

/// Meetings here and below, newest first.
#[utoipa::path(get, path = "/meetings", operation_id = "consultation_meeting_list",
    security(("token" = ["consultation.meeting.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Meeting>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Meeting>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |mut query| {
        if let Some(body) = &own.body {
            query = query.filter(Column::Body.eq(body));
        }
        if let Some(matter) = &own.matter {
            query = query.filter(Column::Matter.eq(matter));
        }
        match own.result {
            Some(result) => query.filter(Column::Result.eq(result.as_str())),
            None => query,
        }
    });
    Ok(Json(page.await?))
}

/// A meeting of a body that is called on a matter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::NewMeeting, example = json!({
    "body": "residents_representatives", "matter": "residents_other", "title": "老旧小区停车位划线方案",
    "held_on": "2026-03-02", "notice_on": "2026-02-14", "delegation": "居民会议2026年1月10日决议授权",
    "figures": { "committee": 5, "representatives": 55 }
}))]
pub(crate) struct NewMeeting {
    /// Code of the village or community, or of a group below it; needed when the operation's place is not one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    place: Option<String>,
    #[schema(schema_with = bodies)]
    body: String,
    #[schema(schema_with = matters)]
    matter: String,
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    venue: Option<String>,
    /// The rules in force on this day count.
    held_on: NaiveDate,
    /// The day on which notice was given; needed where the law asks for notice.
    #[serde(default)]
    notice_on: Option<NaiveDate>,
    /// The special circumstances, where notice was shorter than usual.
    #[serde(default)]
    #[schema(max_length = 200)]
    short_notice: Option<String>,
    /// The decision or article of the charter that lets representatives decide; needed of representatives.
    #[serde(default)]
    #[schema(max_length = 200)]
    delegation: Option<String>,
    #[serde(default)]
    figures: FiguresBody,
}

pub(crate) fn bodies() -> Object {
    one_of("Id of a body: `GET …/consultation/bodies`.", BODIES.iter().map(|body| body.id))
}

pub(crate) fn matters() -> Object {
    one_of("Code of a subject matter: `GET …/consultation/matters`.", SUBJECTS.iter().map(|subject| subject.code))
}

/// Calls a meeting. Refused when the body may not decide the matter, is not composed as the law says, or notice was too
/// short. Send an `Idempotency-Key`: a retry after a dropped line calls nothing twice.
#[utoipa::path(post, path = "/meetings", operation_id = "consultation_meeting_call",
    security(("token" = ["consultation.meeting.call"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewMeeting, responses((status = 201, body = Meeting)))]
async fn call(ctx: Ctx, Json(new): Json<NewMeeting>) -> Result<Reply<Meeting>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let new = New {
        place,
        body: new.body,
        matter: new.matter,
        title: new.title,
        description: new.description,
        venue: new.venue,
        held_on: new.held_on,
        notice_on: new.notice_on,
        short_notice: new.short_notice,
        delegation: new.delegation,
        figures: new.figures.into(),
        follows: None,
    };
    let mut tx = ctx.begin().await?;
    let row = calling::call(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "consultation.meeting.call", &row).await
}

/// One meeting, with every computation, its time line and what the caller may do now.
#[utoipa::path(get, path = "/meetings/{id}", operation_id = "consultation_meeting_show",
    security(("token" = ["consultation.meeting.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// When the Party organisation studied the matter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Study, example = json!({ "studied_on": "2026-03-01", "reason": "村党总支委员会会议" }))]
pub(crate) struct Study {
    studied_on: NaiveDate,
    /// Which meeting, and what it thought.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Records the study by the Party organisation that law wants before the meeting decides.
#[utoipa::path(post, path = "/meetings/{id}/study", operation_id = "consultation_meeting_study",
    security(("token" = ["consultation.meeting.study"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Study, responses((status = 200, body = Meeting)))]
async fn study(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Study>) -> Result<Reply<Meeting>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = service::study(&mut tx, &row, body.studied_on, body.reason).await?;
    process::done::<Entity>(&ctx, tx, STUDY, &row).await
}

/// How many took part, and how.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Attendance, example = json!({ "in_person": 41 }))]
pub(crate) struct Attend {
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    in_person: u32,
    #[serde(default, deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    online: u32,
    /// By written proxy.
    #[serde(default, deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    by_proxy: u32,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Records attendance and computes the quorum. A meeting without its quorum ends as `not_valid` and stays on record.
#[utoipa::path(post, path = "/meetings/{id}/attend", operation_id = "consultation_meeting_attend",
    security(("token" = ["consultation.meeting.attend"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Attend, responses((status = 200, body = Meeting)))]
async fn attend(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Attend>) -> Result<Reply<Meeting>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let who = Attendance { in_person: body.in_person, online: body.online, by_proxy: body.by_proxy };
    let row = service::attend(&mut tx, &row, who, body.reason).await?;
    process::done::<Entity>(&ctx, tx, ATTEND, &row).await
}

/// How the votes fell. Who is present and does not vote counts as present, and so does who abstains.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = consultation::Vote, example = json!({ "yes": 30, "no": 8, "abstain": 3 }))]
pub(crate) struct Vote {
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    yes: u32,
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    no: u32,
    #[serde(default, deserialize_with = "whole")]
    #[schema(maximum = 1_000_000)]
    abstain: u32,
    /// Of the yes votes those of representatives: needed where law counts only them (land contracting).
    #[serde(default, deserialize_with = "whole_if_any")]
    #[schema(maximum = 1_000_000)]
    yes_of_representatives: Option<u32>,
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Records the vote and computes the result.
#[utoipa::path(post, path = "/meetings/{id}/vote", operation_id = "consultation_meeting_vote",
    security(("token" = ["consultation.meeting.vote"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Vote, responses((status = 200, body = Meeting)))]
async fn vote(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Vote>) -> Result<Reply<Meeting>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let ballot = Ballot {
        yes: body.yes,
        no: body.no,
        abstain: body.abstain,
        yes_of_representatives: body.yes_of_representatives,
    };
    let row = service::vote(&mut tx, &row, ballot, body.reason).await?;
    process::done::<Entity>(&ctx, tx, VOTE, &row).await
}
