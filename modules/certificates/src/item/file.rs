//! Many items at once: proposed from a sheet, and published together. All or none.

use jizuo_kernel::error::{FieldError, internal, invalid};
use jizuo_kernel::process;
use jizuo_kernel::sheets::{Named, Titled, body_of, named, sent};
use jizuo_kernel::{App, Ctx, Error, Json, Reply, Result, Subject, Text, Tx, counties, say};
use pinyin::ToPinyin;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::Entity;
use super::kind::{Replacement, StatusKind};
use super::paper::Terms;
use super::service::{self, LegalBasis, New};
use crate::catalogue;
use crate::process::IN_FORCE;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import)).routes(routes!(publish))
}

/// What a file may weigh, and how many items it may hold.
const LARGEST: usize = 5 << 20;
const MOST: usize = 1_000;

const TITLES: &[Titled] = &[
    ("code", &["编码", "事项编码", "code"]),
    ("name", &["名称", "事项名称", "证明名称", "证明事项", "证明事项名称", "name"]),
    ("aliases", &["俗称", "别名", "aliases"]),
    ("status_kind", &["类型", "结论", "status_kind"]),
    ("basis.kind", &["依据类型", "依据种类", "basis_kind"]),
    ("basis.law", &["依据", "设定依据", "法律依据", "依据名称", "law"]),
    ("basis.article", &["条款", "依据条款", "article"]),
    ("purpose", &["用途", "办理用途", "purpose"]),
    ("requesting_body", &["索要单位", "要求单位", "requesting_body"]),
    ("issuer", &["开具单位", "出具单位", "issuer"]),
    ("replacement", &["替代方式", "替代办法", "replacement"]),
    ("next_door", &["到哪里办", "去哪里办", "next_door"]),
];

/// What the cells of a column of kinds may say.
const KINDS: [(&str, StatusKind); 6] = [
    ("保留", StatusKind::Retained),
    ("retained", StatusKind::Retained),
    ("替代", StatusKind::Replaced),
    ("replaced", StatusKind::Replaced),
    ("不出具", StatusKind::Negative),
    ("negative", StatusKind::Negative),
];
const WAYS: [(&str, Replacement); 6] = [
    ("直接取消", Replacement::Abolish),
    ("数据核验", Replacement::DataCheck),
    ("告知承诺", Replacement::Commitment),
    ("部门自行调查", Replacement::SelfCheck),
    ("法定证照", Replacement::Licence),
    ("其他材料涵盖", Replacement::OtherDocument),
];
const BASES: [(&str, &str); 3] =
    [("法律", "law"), ("行政法规", "regulation"), ("国务院决定", "state_council_decision")];

/// A sheet of items.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::NewItems, example = json!({
    "content": "5ZCN56ewLOexu+Weiyzmm7/ku6PmlrnlvI8K5pS25YWl6K+B5piOLOabv+S7oyzmlbDmja7moLjpqowK"
}))]
struct NewItems {
    /// An Excel or CSV table with the titles 名称, 类型 (保留, 替代, 不出具), and as far as they apply 编码, 俗称, 依据类型, 依据, 条款,
    /// 用途, 索要单位, 开具单位, 替代方式, 到哪里办; in base64. Where there is no 编码, the sound of the name is.
    #[schema(content_encoding = "base64", extensions(("x-file" = json!(".xlsx,.csv"))))]
    content: String,
}

/// What became of a sheet.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::ItemsProposed)]
struct Proposed {
    proposed: u32,
    /// Rows whose item stands already, proposed or in force: the same sheet twice changes nothing.
    known: u32,
}

/// Proposes the items of a sheet: all, or with a wrong row none, and every wrong row is named.
#[utoipa::path(post, path = "/items/import", operation_id = "certificates_item_import",
    extensions(("x-largest-body" = json!(body_of(LARGEST)))),
    security(("token" = ["certificates.item.propose"])), params(("place" = String, Path, example = "530102")),
    request_body = NewItems, responses((status = 200, body = Proposed)))]
async fn import(ctx: Ctx, Json(new): Json<NewItems>) -> Result<Reply<Proposed>> {
    let bytes = sent("content", &new.content, LARGEST)?;
    let rows = tokio::task::spawn_blocking(move || named(bytes, TITLES, "name", MOST)).await.map_err(internal)??;
    let rows = rows.ok_or_else(|| {
        let why = Text::new(
            "在前 20 行里没有找到表头（名称、类型）",
            "no header (名称, 类型) was found in the first 20 rows",
        );
        invalid("content", "certificates.import.header", why)
    })?;
    if rows.is_empty() {
        let why = Text::new("表里没有数据行", "there are no rows");
        return Err(invalid("content", "certificates.import.rows", why));
    }
    let mut tx = ctx.begin().await?;
    let taken = match take(&mut tx, &rows).await {
        // Somebody's same sheet may have come between our look and our write; then its items stand by now.
        Err(Error::Invalid(faults)) if faults.iter().all(|fault| fault.code == "certificates.item.twice") => {
            drop(tx);
            tx = ctx.begin().await?;
            take(&mut tx, &rows).await?
        }
        taken => taken?,
    };
    tx.note("proposed", taken.proposed);
    let here = ctx.place()?.id;
    tx.commit("certificates.item.propose", Subject::new("base.place", here), Reply::ok(taken)).await
}

/// Proposes them, or with a wrong row refuses all and names every wrong one.
async fn take(tx: &mut Tx, rows: &[Named]) -> Result<Proposed> {
    counties::takes_new(tx, tx.place()?, "certificates")?;
    // Nothing of it is in force before it is published: the catalogue stays what it is.
    let entries = catalogue::in_force(tx.ctx()).await?;
    let standing = service::standing(tx).await?;
    let mut taken = Proposed { proposed: 0, known: 0 };
    let mut faults = Vec::new();
    for row in rows {
        let told = match read(row) {
            Ok(new)
                if standing.contains(&(new.code.clone(), new.name.clone(), new.status_kind.as_str().to_owned())) =>
            {
                taken.known += 1;
                continue;
            }
            Ok(new) => service::propose(tx, new, &entries).await.map(|_| ()),
            Err(error) => Err(error),
        };
        match told {
            Ok(()) => taken.proposed += 1,
            Err(Error::Invalid(found)) => faults.extend(found.into_iter().map(|fault| of_row(row, fault))),
            Err(Error::Refused(refusal)) => {
                let fault = FieldError::new("name", refusal.code.clone(), refusal.message.clone());
                faults.push(of_row(row, fault));
            }
            Err(other) => return Err(other),
        }
    }
    if faults.is_empty() { Ok(taken) } else { Err(Error::Invalid(faults)) }
}

fn of_row(row: &Named, fault: FieldError) -> FieldError {
    let (n, zh, en) = (row.number, &fault.message.zh, &fault.message.en);
    let message = say!("第{n}行：{zh}", "row {n}: {en}");
    FieldError { field: format!("rows[{n}].{}", fault.field), message, ..fault }
}

/// An item as a row says it.
fn read(row: &Named) -> Result<New> {
    let kind = row.text("status_kind");
    let status_kind = KINDS.iter().find(|(word, _)| *word == kind).map(|(_, kind)| *kind).ok_or_else(|| {
        let why = Text::new("类型须为保留、替代或不出具", "保留, 替代 or 不出具");
        invalid("status_kind", "certificates.import.kind", why)
    })?;
    let way = row.text("replacement");
    let replacement = WAYS.iter().find(|(word, one)| *word == way || one.as_str() == way).map(|(_, one)| *one);
    if replacement.is_none() && !way.is_empty() {
        let words = WAYS.map(|(word, _)| word).join("、");
        let why = say!("替代方式须为：{words}", "one of {words}");
        return Err(invalid("replacement", "certificates.import.replacement", why));
    }
    let kind = row.text("basis.kind");
    let kind = BASES.iter().find(|(word, _)| *word == kind).map_or(kind, |(_, code)| code);
    let basis = row.given("basis.law").map(|law| LegalBasis {
        kind: kind.to_owned(),
        law,
        article: row.text("basis.article").to_owned(),
        text: None,
    });
    let name = row.text("name").to_owned();
    Ok(New {
        code: row.given("code").unwrap_or_else(|| sound(&name)),
        name_en: None,
        aliases: row
            .text("aliases")
            .split(['、', ',', '，', ';', '；'])
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect(),
        status_kind,
        basis,
        purpose: row.given("purpose"),
        requesting_body: row.given("requesting_body"),
        issuer: row.given("issuer"),
        next_door: row.given("next_door"),
        next_door_en: None,
        replacement,
        no_commitment: false,
        commits: None,
        terms: Terms::default(),
        name,
    })
}

/// A code for who has none: `shouruzhengming`. Letters and figures of a name stay, so that form 1 and form 2 are two.
fn sound(name: &str) -> String {
    let one = |c: char| match c.to_pinyin() {
        Some(sound) => sound.plain().to_owned(),
        None => c.to_ascii_lowercase().to_string(),
    };
    let sound: String = name.chars().map(one).collect();
    let fit = sound.chars().filter(char::is_ascii_alphanumeric).skip_while(char::is_ascii_digit);
    fit.take(60).collect()
}

/// Which proposals are published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::Publication, example = json!({ "items": ["0192f0c0-0000-7000-8000-000000000001"] }))]
struct Publication {
    #[schema(schema_with = proposals)]
    items: Vec<Uuid>,
}

fn proposals() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    super::chosen("?state=proposed", "id", 1..=MOST, "Proposals of this place, by their ids.")
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::ItemsPublished)]
struct Published {
    published: u32,
}

/// Publishes several proposals at once: all of them, or none.
#[utoipa::path(post, path = "/items/publish", operation_id = "certificates_item_publish_several",
    security(("token" = ["certificates.item.publish"])), params(("place" = String, Path, example = "530102")),
    request_body = Publication, responses((status = 200, body = Published)))]
async fn publish(ctx: Ctx, Json(body): Json<Publication>) -> Result<Reply<Published>> {
    if body.items.is_empty() || body.items.len() > MOST {
        let why = say!("选择要公布的事项，一次最多 {MOST} 项", "choose what is published: {MOST} at most");
        return Err(invalid("items", "certificates.publication.items", why));
    }
    let mut tx = ctx.begin().await?;
    let mut published = 0;
    for id in &body.items {
        let row = process::find::<Entity>(tx.ctx(), *id).await?;
        let row = service::step(&mut tx, &row, "certificates.item.publish", None).await?;
        published += u32::from(row.state == IN_FORCE);
    }
    tx.note("published", published);
    let here = ctx.place()?.id;
    let reply = Reply::ok(Published { published });
    tx.commit("certificates.item.publish", Subject::new("base.place", here), reply).await
}
