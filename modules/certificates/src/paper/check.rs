//! Checking a paper without an account, by its code: what is answered shows no more than the paper does, and whoever tries codes
//! out learns nothing.

use chrono::{Duration, NaiveDate};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text, Tx, say};
use jizuo_standards::mask;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{Column, Entity, Model, seen};
use super::{code, issue, licence};
use crate::process::REVOKED;

/// Whether an issued paper still holds. That it has expired is read off its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Validity)]
pub(crate) enum Validity {
    Valid,
    Expired,
    Revoked,
}

impl Validity {
    /// None of a paper that was never issued.
    pub(crate) fn of(ctx: &Ctx, row: &Model) -> Option<Validity> {
        let until = row.valid_until?;
        Some(match () {
            () if row.state == REVOKED => Validity::Revoked,
            () if ctx.today() > until => Validity::Expired,
            () => Validity::Valid,
        })
    }
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Verdict)]
pub(crate) enum Verdict {
    Valid,
    Expired,
    Revoked,
    /// It is valid, and not for the purpose it is shown for.
    PurposeDiffers,
    /// No paper has this code, or it cannot be one.
    Unknown,
}

/// What stands on a paper, for who checks it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Checked)]
pub(crate) struct Checked {
    pub(crate) verdict: Verdict,
    /// What that means, and what to do next.
    pub(crate) says: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ZM530102-2026-000001")]
    pub(crate) number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_name: Option<String>,
    /// The edition of the catalogue that it was issued under, also after another one followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_edition: Option<i32>,
    /// Masked: compare it with the paper and with an identity document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "李**")]
    pub(crate) holder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_on: Option<NaiveDate>,
    /// Whether it is valid only with a signature by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wet_signature: Option<bool>,
}

/// Looks a code up. `stranger` is who has no account: their checks are counted.
pub(super) async fn check(
    tx: &mut Tx,
    typed: &str,
    purpose: Option<&str>,
    stranger: bool,
) -> Result<(Option<Uuid>, Checked)> {
    let mut faults = Faults::default();
    let purpose = faults.said("purpose", purpose, 60);
    faults.text("code", typed, 60);
    faults.check()?;
    let county = issue::countys(tx)?;
    // What cannot be a code is looked for all the same: it is answered alike, and takes as long.
    let row = Entity::within(&county).filter(Column::Mark.eq(code::mark(typed))).one(tx.db()).await?;
    if stranger {
        not_too_many(tx, row.as_ref().map(|row| row.id)).await?;
    }
    let Some((row, validity)) = row.and_then(|row| Validity::of(tx, &row).map(|validity| (row, validity))) else {
        return Ok((None, unknown()));
    };
    let verdict = match validity {
        Validity::Revoked => Verdict::Revoked,
        Validity::Expired => Verdict::Expired,
        Validity::Valid if purpose.is_some_and(|purpose| purpose != row.purpose) => Verdict::PurposeDiffers,
        Validity::Valid => Verdict::Valid,
    };
    let checked = Checked {
        verdict,
        says: says(verdict, &row.purpose),
        issuer: Some(licence::issuer(tx, &row)),
        number: row.number,
        item_name: Some(row.item_name),
        item_edition: Some(row.item_edition),
        holder: Some(mask::name(&row.holder)),
        purpose: Some(row.purpose),
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        revoked_on: row.revoked_at.map(jizuo_kernel::clock::china_date),
        wet_signature: Some(row.wet_signature),
    };
    Ok((Some(row.id), checked))
}

fn unknown() -> Checked {
    Checked {
        verdict: Verdict::Unknown,
        says: says(Verdict::Unknown, ""),
        number: None,
        item_name: None,
        item_edition: None,
        holder: None,
        purpose: None,
        issuer: None,
        valid_from: None,
        valid_until: None,
        revoked_on: None,
        wet_signature: None,
    }
}

fn says(verdict: Verdict, purpose: &str) -> Text {
    match verdict {
        Verdict::Valid => {
            say!(
                "有效，仅限用于：{purpose}。请核对姓名和内容。",
                "Valid, for this only: {purpose}. Compare name and text."
            )
        }
        Verdict::Expired => Text::new("已过有效期，请持有人重新申请。", "Expired: the holder applies again."),
        Verdict::Revoked => {
            Text::new("已撤销，不再有效；有疑问请问出具单位。", "Revoked, and valid no more; ask whoever issued it.")
        }
        Verdict::PurposeDiffers => {
            say!("只能用于：{purpose}，不能用于别的事。", "Good for this only: {purpose}, and not for anything else.")
        }
        Verdict::Unknown => Text::new(
            "查不到这份证明。请核对验证码和出具的县；仍查不到的，请问证明上写的出具单位。",
            "No such paper is known here. Compare the code and the county; then ask whoever the paper says has issued it.",
        ),
    }
}

/// Nobody who needs no account may keep the county busy; what is tried in vain keeps nobody from checking a paper.
async fn not_too_many(tx: &Tx, paper: Option<Uuid>) -> Result<()> {
    let rule = tx.rule("CERT.CHECK.PER_HOUR")?;
    let most = rule.number()?;
    let county = tx.place()?.chain();
    let of = match paper {
        Some(id) => seen::Column::Paper.eq(id),
        None => seen::Column::Paper.is_null(),
    };
    let lately = seen::Entity::within(&Scope::counties(vec![county]))
        .filter(of)
        .filter(seen::Column::At.gt(tx.now - Duration::hours(1)))
        .count(tx.db())
        .await?;
    if lately < u64::from(most) {
        let row = seen::ActiveModel { county: Set(county), id: Set(tx.id()), at: Set(tx.now), paper: Set(paper) };
        seen::Entity::insert(row).exec_without_returning(tx.db()).await?;
        return Ok(());
    }
    Err(refuse(
        "certificates.paper.too_many",
        say!(
            "一小时内查验已达 {most} 次，请稍后再查，或打电话问出具单位",
            "{most} checks came in within the hour: try again later, or call whoever issued the paper"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("登录后的工作人员不受限制", "staff who are signed in are not limited"))
    .into())
}

/// Checks to forget in one go.
const BATCH: u64 = 1_000;

/// Forgets checks of more than a day ago: they are kept to be counted, and for nothing else.
pub(crate) async fn forget(tx: &mut Tx) -> Result<u64> {
    let scope = tx.scope.clone();
    let old: Vec<Uuid> = seen::Entity::within(&scope)
        .select_only()
        .column(seen::Column::Id)
        .filter(seen::Column::At.lt(tx.now - Duration::days(1)))
        .order_by_asc(seen::Column::At)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let gone = seen::Entity::delete_within(&scope).filter(seen::Column::Id.is_in(old)).exec(tx.db()).await?;
    Ok(gone.rows_affected)
}
