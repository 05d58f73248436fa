//! A commitment in place of a paper (告知承诺, 国办发〔2020〕42号): printed from a demand, signed by hand, recorded with its day.
//! Nobody has to commit; and who committed falsely before does not until it is repaired.

use chrono::NaiveDate;
use jizuo_kernel::clock::china_date;
use jizuo_kernel::error::{internal, refuse};
use jizuo_kernel::forms::{self, Answers};
use jizuo_kernel::people::seal;
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx, invalid, say};
use jizuo_standards::{element, mask};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::service::Told;
use super::way::Way;
use crate::breach::service::is_barred;
use crate::forms::COMMITMENT;

/// For what a commitment that was made is sealed.
const SEALED: &str = "certificates.commitment";

/// What a commitment says: as the demand has it, and of the person what base data knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) item: String,
    pub(crate) basis: String,
    pub(crate) requesting_body: String,
    pub(crate) matter: Option<String>,
    /// What is committed to, where the item says it.
    pub(crate) commits: Option<String>,
    pub(crate) holder: Option<String>,
    /// Masked.
    pub(crate) number: Option<String>,
    /// The village, community or county where it was asked for.
    pub(crate) place: String,
    /// On which day it was made; none before it is signed.
    pub(crate) on: Option<NaiveDate>,
}

/// What is printed of a demand.
pub(crate) enum Sheet {
    Commitment(Content),
    /// No commitment does here, or none is taken of this person now: what is done instead, and by which article.
    OtherWay {
        item: String,
        next_door: Text,
        basis: Text,
    },
}

/// Where a commitment does not do any more: what the person is told instead.
pub(crate) fn other_way(body: &str) -> Text {
    say!(
        "不适用告知承诺：向{body}提交法律、法规规定的证明材料；或者先向记录单位申请信用修复",
        "No commitment now: bring {body} what law asks; or have the record repaired first by the office that keeps it"
    )
}

fn content(ctx: &Ctx, row: &Model) -> Result<Content> {
    let told: Told = serde_json::from_value(row.told.clone())?;
    Ok(Content {
        item: told.name.zh.into_owned(),
        basis: told.basis.zh.into_owned(),
        requesting_body: row.requesting_body.clone(),
        matter: row.matter.clone(),
        commits: told.commits,
        holder: row.on_behalf_of.clone(),
        number: None,
        place: ctx.snapshot.places.name(row.place).to_owned(),
        on: None,
    })
}

/// The commitment of a demand, to be printed: as it was made, or else to be signed. Where the catalogue says another way, and to
/// who is barred, that way is told.
pub(crate) async fn to_print(ctx: &Ctx, row: &Model) -> Result<Sheet> {
    if let Some(sealed) = row.commitment.as_deref() {
        let plain = ctx.app.keyring.open(SEALED, row.id.as_bytes(), sealed)?;
        return Ok(Sheet::Commitment(serde_json::from_slice(&plain)?));
    }
    if row.way.as_deref() != Some(Way::Commitment.as_str()) {
        let told: Told = serde_json::from_value(row.told.clone())?;
        let item = told.name.zh.into_owned();
        return Ok(Sheet::OtherWay { item, next_door: told.next_door, basis: told.basis });
    }
    let mut content = content(ctx, row)?;
    if let Some(person) = row.person {
        if is_barred(ctx, row.county, person).await? {
            let basis = ctx.rule("CERT.COMMITMENT.BREACH")?.basis;
            return Ok(Sheet::OtherWay { item: content.item, next_door: other_way(&row.requesting_body), basis });
        }
        let filled = forms::fill(ctx, &COMMITMENT, person).await?;
        content.holder = filled.value(ctx, "name")?.or(content.holder);
        content.number = filled.value(ctx, "identity_number")?.as_deref().map(masked).transpose()?;
    }
    Ok(Sheet::Commitment(content))
}

fn masked(number: &str) -> Result<String> {
    let element = element::find("person.identity_number").ok_or_else(|| internal("an element of the catalogue"))?;
    Ok(seal::masked(element, number))
}

/// Records that a commitment was signed, on a day. Of two at once, one does.
pub(crate) async fn commit(tx: &mut Tx, row: &Model, day: Option<NaiveDate>, whose: Option<Uuid>) -> Result<Model> {
    let place = tx.snapshot.places.place(row.place)?;
    tx.require("certificates.demand.commit", &place)?;
    only_by_commitment(row)?;
    if row.committed_on.is_some() {
        return Err(made_already(row));
    }
    let day = day.unwrap_or_else(|| tx.today());
    if day > tx.today() || day < china_date(row.at) {
        let why = Text::new(
            "签字的日期不早于登记那天，也不晚于今天",
            "it was signed no earlier than the demand was recorded, and no later than today",
        );
        return Err(invalid("day", "certificates.commitment.day", why));
    }
    let person = match (row.person, whose) {
        (Some(_), Some(_)) => {
            let why = Text::new("登记里已有这位居民，不再选择", "the demand says who it is: leave this out");
            return Err(invalid("person", "certificates.demand.twice", why));
        }
        (None, None) => {
            let why = Text::new("请选择是哪位居民承诺的", "say which resident committed");
            return Err(invalid("person", "base.field.missing", why));
        }
        (known, given) => known.or(given).ok_or_else(|| internal("one of the two"))?,
    };
    only_trusted(tx, row, person).await?;
    let answered = forms::answer(tx, &COMMITMENT, person, &Answers::default()).await?;
    let mut content = content(tx, row)?;
    let holder = answered.value("name").unwrap_or_default().to_owned();
    content.number = answered.value("identity_number").map(masked).transpose()?;
    content.on = Some(day);
    content.holder = Some(holder.clone());
    let sealed = tx.app.keyring.seal(SEALED, row.id.as_bytes(), &serde_json::to_vec(&content)?)?;
    // The audit line holds personal values masked.
    tx.on_behalf_of(mask::name(&holder));
    let made = Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::CommittedOn, Expr::value(Some(day)))
        .col_expr(Column::CommittedByName, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::Commitment, Expr::value(Some(sealed)))
        .col_expr(Column::Person, Expr::value(Some(person)))
        .col_expr(Column::OnBehalfOf, Expr::value(Some(holder)))
        .filter(Column::Id.eq(row.id))
        .filter(Expr::col(Column::CommittedOn).is_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    let Some(made) = made else {
        return Err(made_already(row));
    };
    tx.note("item", &made.item);
    tx.note("committed_on", day);
    Ok(made)
}

fn made_already(row: &Model) -> Error {
    refuse(
        "certificates.commitment.made",
        Text::new("这份承诺书已经登记过了", "this commitment has been recorded already"),
    )
    .current(serde_json::json!({ "committed_on": row.committed_on }))
    .into()
}

/// A commitment stands in only for what the catalogue says it does.
fn only_by_commitment(row: &Model) -> Result<()> {
    if row.way.as_deref() == Some(Way::Commitment.as_str()) {
        return Ok(());
    }
    let told: Told = serde_json::from_value(row.told.clone())?;
    let (zh, en) = (&told.next_door.zh, &told.next_door.en);
    Err(refuse(
        "certificates.commitment.other_way",
        say!("这一项不是用告知承诺办的：{zh}", "no commitment is made for this one: {en}"),
    )
    .source(told.basis.clone())
    .current(serde_json::json!({ "way": row.way, "next_door": told.next_door }))
    .into())
}

/// Who committed falsely before is told the other way (rule `CERT.COMMITMENT.BREACH`).
async fn only_trusted(ctx: &Ctx, row: &Model, person: Uuid) -> Result<()> {
    if !is_barred(ctx, row.county, person).await? {
        return Ok(());
    }
    let rule = ctx.rule("CERT.COMMITMENT.BREACH")?;
    let next_door = other_way(&row.requesting_body);
    let (zh, en) = (&next_door.zh, &next_door.en);
    Err(refuse(
        "certificates.commitment.barred",
        say!("有未修复的虚假承诺记录，{zh}", "a false commitment is on record and not repaired. {en}"),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(ctx.app.registry.holders("certificates.breach.repair"))
    .current(serde_json::json!({ "next_door": next_door }))
    .into())
}
