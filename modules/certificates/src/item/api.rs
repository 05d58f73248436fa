//! The JSON face of catalogue items.

use chrono::{DateTime, Utc};
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, StepDef, Taken};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Scope, Text, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::{Entity, Model, RETIRED};
use super::kind::{Replacement, StatusKind, Verification};
use super::paper::Terms;
use super::service::{self, Filter, New};
use super::{ending, file};
use crate::catalogue;
use crate::paper::template;
use crate::process::{IN_FORCE, ITEM};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, propose))
        .routes(routes!(show))
        .routes(routes!(retire))
        .merge(file::routes())
        .merge(process::steps::<Entity>(&ITEM, &[]))
}

/// A catalogue item as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Item)]
pub struct Item {
    /// The place is the province, prefecture or county that laid it down; a state beside those of the process is `retired`.
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) head: Head,
    /// Names the paper across places and editions.
    #[schema(example = "income")]
    pub(crate) code: String,
    pub(crate) edition: i32,
    #[schema(example = "收入证明")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name_en: Option<String>,
    pub(crate) status_kind: StatusKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_force_from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_force_until: Option<DateTime<Utc>>,
    /// For what its paper may be used, and for nothing else.
    pub(crate) purposes: Vec<String>,
    /// What whoever applies for its paper is asked for: the blanks that base data does not fill.
    pub(crate) blanks: Vec<String>,
}

impl Face for Entity {
    type Wire = Item;
    const PATH: &'static str = "items";

    fn wire(ctx: &Ctx, row: &Model) -> Item {
        Item {
            head: Head { state: row.state().to_owned(), ..Head::of::<Entity>(ctx, row) },
            code: row.code.clone(),
            edition: row.edition,
            name: row.name.clone(),
            name_en: row.name_en.clone(),
            status_kind: StatusKind::parse(&row.status_kind),
            in_force_from: row.in_force_from,
            in_force_until: row.in_force_until,
            purposes: row.purposes(),
            blanks: row.body.as_deref().map(template::asked).unwrap_or_default(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }

    /// What a place above laid down is in force here.
    fn reach(ctx: &Ctx) -> Result<Scope> {
        Ok(Scope::upward(&ctx.snapshot.places, ctx.place()?))
    }
}

/// A catalogue item with all that is said of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::ItemInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) item: Item,
    /// What people call it.
    pub(crate) aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) basis: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<String>,
    /// 索要单位
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requesting_body: Option<String>,
    /// 开具单位
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replacement: Option<String>,
    pub(crate) next_door: Text,
    /// Whether no commitment stands in for it (国办发〔2020〕42号（四）).
    pub(crate) no_commitment: bool,
    /// What is committed to, where a commitment replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commits: Option<String>,
    /// For how many days its paper is valid; absent where the rule `CERT.PAPER.VALID` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validity_days: Option<i32>,
    /// Whether somebody else than who verified approves its paper.
    pub(crate) two_persons: bool,
    /// Whether only a signature by hand makes its paper valid (Electronic Signature Law, Article 3).
    pub(crate) wet_signature: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification: Option<Verification>,
    /// The text of its paper, with blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "兹证明【姓名】家庭经济困难：【家庭情况】。")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) licence_type: Option<String>,
    pub(crate) proposed_by: String,
    #[serde(flatten)]
    #[schema(inline)]
    pub(crate) course: Course,
}

const RETIRE: Text = Text::new("取消", "Retire");

async fn in_full(ctx: &Ctx, row: &Model) -> Result<InFull> {
    let mut course = Course::of::<Entity>(ctx, row).await?;
    let place = ctx.snapshot.places.place(row.place)?;
    // Retiring stands outside the process, and for the reader in one line with it.
    if row.state() == IN_FORCE && ctx.holds("certificates.item.retire", None, &place) {
        course.actions.push(StepDef {
            action: "certificates.item.retire".to_owned(),
            title: RETIRE,
            from: vec![IN_FORCE.to_owned()],
            to: RETIRED.to_owned(),
            permission: "certificates.item.retire".to_owned(),
            deadline: None,
            role: None,
            needs: Vec::new(),
            reason: true,
            local: false,
        });
    }
    if let (Some(at), Some(by)) = (row.in_force_until, row.retired_by_name.clone()) {
        course.steps.push(Taken {
            action: "certificates.item.retire".to_owned(),
            title: RETIRE,
            from: Some(IN_FORCE.to_owned()),
            to: RETIRED.to_owned(),
            by,
            on_behalf_of: None,
            reason: row.retired_because.clone(),
            at,
            late: false,
        });
    }
    Ok(InFull {
        item: Entity::wire(ctx, row),
        aliases: row.aliases(),
        basis: row.basis(),
        purpose: row.purpose.clone(),
        requesting_body: row.requesting_body.clone(),
        issuer: row.issuer.clone(),
        replacement: row.replacement.clone(),
        next_door: row.next_door(),
        no_commitment: row.no_commitment,
        commits: row.commits.clone(),
        validity_days: row.validity_days,
        two_persons: row.two_persons,
        wet_signature: row.wet_signature,
        verification: row.verification.as_deref().and_then(Verification::parse),
        body: row.body.clone(),
        licence_type: row.licence_type.clone(),
        proposed_by: row.proposed_by_name.clone(),
        course,
    })
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `proposed`, `in_force`, `retired`, `withdrawn`
    state: Option<String>,
    status_kind: Option<StatusKind>,
    /// Every edition of one code.
    code: Option<String>,
}

/// Items of this place and of those above it, newest first.
#[utoipa::path(get, path = "/items", operation_id = "certificates_item_list",
    security(("token" = ["certificates.item.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Paging), responses((status = 200, body = Page<Item>)))]
async fn list(ctx: Ctx, Query(q): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Item>>> {
    let filter = Filter { state: q.state, status_kind: q.status_kind, code: q.code };
    Ok(Json(service::list(&ctx, &filter, &paging).await?.map(|row| Entity::wire(&ctx, &row))))
}

/// The law behind an item.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::LegalBasis)]
pub(crate) struct LegalBasis {
    /// `law`, `regulation`, `state_council_decision`: what the rule `CERT.BASIS` allows.
    kind: String,
    #[schema(example = "社会救助暂行办法", min_length = 1, max_length = 100)]
    law: String,
    #[schema(example = "第十一条", min_length = 1, max_length = 60)]
    article: String,
    #[serde(default)]
    #[schema(max_length = 1_000)]
    text: Option<String>,
}

/// An everyday name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = certificates::Alias, min_length = 1, max_length = 40)]
pub(crate) struct Alias(String);

/// A purpose of a paper.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = certificates::Purpose, min_length = 1, max_length = 60)]
pub(crate) struct Purpose(String);

/// An item as it is proposed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewItem, example = json!({
    "code": "hardship", "name": "家庭经济困难证明", "aliases": ["贫困证明"], "status_kind": "retained",
    "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" }, "issuer": "乡镇人民政府",
    "requesting_body": "法律援助中心", "purposes": ["申请法律援助"], "validity_days": 180, "two_persons": true,
    "verification": "visit", "body": "兹证明【姓名】家庭经济困难：【家庭情况】。特此证明。"
}))]
pub(crate) struct NewItem {
    /// Small letters, digits and `_`.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$")]
    code: String,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 120)]
    name_en: Option<String>,
    /// What people call it.
    #[serde(default)]
    #[schema(max_items = 30)]
    aliases: Vec<Alias>,
    status_kind: StatusKind,
    /// Needed for `retained`.
    #[serde(default)]
    basis: Option<LegalBasis>,
    #[serde(default)]
    #[schema(max_length = 200)]
    purpose: Option<String>,
    /// 索要单位
    #[serde(default)]
    #[schema(max_length = 100)]
    requesting_body: Option<String>,
    /// 开具单位; needed for `retained`.
    #[serde(default)]
    #[schema(max_length = 100)]
    issuer: Option<String>,
    /// Where to go instead; needed for `negative`.
    #[serde(default)]
    #[schema(max_length = 300)]
    next_door: Option<String>,
    #[serde(default)]
    #[schema(max_length = 300)]
    next_door_en: Option<String>,
    /// Needed for `replaced`.
    #[serde(default)]
    replacement: Option<Replacement>,
    /// It touches national security, public safety, financial prudence, ecology, direct health and property risk or important
    /// foreign matters: then `replacement` cannot be `commitment` (国办发〔2020〕42号（四）).
    #[serde(default)]
    no_commitment: bool,
    /// What is committed to, where `replacement` is `commitment`; without it the name of the paper says it.
    #[serde(default)]
    #[schema(max_length = 500)]
    commits: Option<String>,
    /// Of a retained item, as what follows: for how many days its paper is valid.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    validity_days: Option<i32>,
    /// For what its paper may be used; a paper names one of them.
    #[serde(default)]
    #[schema(max_items = 20)]
    purposes: Vec<Purpose>,
    /// Somebody else than who verified approves its paper.
    #[serde(default)]
    two_persons: bool,
    /// Only a signature by hand makes it valid; where law says so it must be true (Electronic Signature Law, Article 3).
    #[serde(default)]
    wet_signature: bool,
    #[serde(default)]
    verification: Option<Verification>,
    /// The text of its paper. Base data fills `【姓名】`, `【公民身份号码】` (masked), `【性别】`, `【出生日期】`, `【民族】`,
    /// `【现居住地】`, `【户籍所在地】`; the paper itself `【村（社区）】`, `【用途】`, `【出具日期】`, `【有效期至】`; what else
    /// stands in such brackets is asked of whoever applies.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    body: Option<String>,
    /// 证照类型代码 (GB/T 36904-2018): then its papers get the identifier of an electronic licence.
    #[serde(default)]
    #[schema(pattern = "^[0-9A-Z]{18}[0-9]{3}$")]
    licence_type: Option<String>,
}

/// Proposes an item for the catalogue of this province, prefecture or county. Refused when it stands against the negative
/// list, or is to be retained without a law behind it.
#[utoipa::path(post, path = "/items", operation_id = "certificates_item_propose",
    security(("token" = ["certificates.item.propose"])), params(("place" = String, Path, example = "530102")),
    request_body = NewItem, responses((status = 201, body = Item)))]
async fn propose(ctx: Ctx, Json(new): Json<NewItem>) -> Result<Reply<Item>> {
    let new = New {
        code: new.code,
        name: new.name,
        name_en: new.name_en,
        aliases: new.aliases.into_iter().map(|alias| alias.0).collect(),
        status_kind: new.status_kind,
        basis: new.basis.map(|basis| service::LegalBasis {
            kind: basis.kind,
            law: basis.law,
            article: basis.article,
            text: basis.text,
        }),
        purpose: new.purpose,
        requesting_body: new.requesting_body,
        issuer: new.issuer,
        next_door: new.next_door,
        next_door_en: new.next_door_en,
        replacement: new.replacement,
        no_commitment: new.no_commitment,
        commits: new.commits,
        terms: Terms {
            validity_days: new.validity_days,
            purposes: new.purposes.into_iter().map(|purpose| purpose.0).collect(),
            two_persons: new.two_persons,
            wet_signature: new.wet_signature,
            verification: new.verification,
            body: new.body,
            licence_type: new.licence_type,
        },
    };
    let mut tx = ctx.begin().await?;
    let row = service::propose(&mut tx, new, &catalogue::in_force(&ctx).await?).await?;
    process::opened::<Entity>(&ctx, tx, "certificates.item.propose", &row).await
}

/// One item of this place or of one above it, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/items/{id}", operation_id = "certificates_item_show",
    security(("token" = ["certificates.item.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    Ok(Reply::ok(in_full(&ctx, &row).await?).version(row.version))
}

/// Why an item is retired.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::Retire, example = json!({ "reason": "上位法已取消" }))]
pub(crate) struct Retire {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Retires an item in force, with the reason.
#[utoipa::path(post, path = "/items/{id}/retire", operation_id = "certificates_item_retire",
    security(("token" = ["certificates.item.retire"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Retire, responses((status = 200, body = Item)))]
async fn retire(ctx: Ctx, path: Path<MatterPath>, Json(body): Json<Retire>) -> Result<Reply<Item>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let row = ending::retire(&mut tx, &row, Some(body.reason)).await?;
    process::done::<Entity>(&ctx, tx, "certificates.item.retire", &row).await
}
