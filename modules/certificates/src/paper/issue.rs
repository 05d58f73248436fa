//! Issuing a paper: a number without gap or double, the text as it stands, a code to check it by, and a signature.

use chrono::{Datelike, Days, NaiveDate};
use jizuo_kernel::error::internal;
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Scope, Tx, rules, signing};
use jizuo_standards::mask;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entity::{Column, Entity, Model, counter};
use super::service::{self, tell};
use super::{code, keys, template};
use crate::catalogue::issuing;
use crate::item::entity::Model as Item;
use crate::process::{ISSUE, ISSUED};

/// What is signed: what stands on the paper, the holder's name masked, and a digest of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) number: String,
    pub(crate) item: String,
    pub(crate) edition: i32,
    pub(crate) holder: String,
    pub(crate) purpose: String,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    /// The first 16 bytes of the text's SHA-256, in base64url.
    pub(crate) text: String,
}

/// Issues a paper by the catalogue in force at this moment. A write that fails gives the number back.
pub(super) async fn issue(tx: &mut Tx, row: &Model) -> Result<Model> {
    let place = tx.snapshot.places.place(row.place)?;
    let item = issuing::still(tx, &place, row.item_county, row.item).await?;
    let row = process::advance::<Entity>(tx, row, ISSUE, Move::default()).await?;
    // The state decides, not the step.
    if row.state != ISSUED {
        return Ok(row);
    }
    let from = tx.today();
    let to = last_day(tx, &place, &item, from)?;
    let number = next_number(tx, row.county, from.year()).await?;
    let mut content = service::content(tx, &row)?;
    for (blank, text) in [
        ("村（社区）", place.name.clone()),
        ("用途", row.purpose.clone()),
        ("出具日期", day(from)),
        ("有效期至", day(to)),
    ] {
        content.values.insert(blank.to_owned(), text);
    }
    let body = template::filled(&content.template, &content.values);
    let signed = Signed {
        number: number.clone(),
        item: row.item_name.clone(),
        edition: row.item_edition,
        holder: mask::name(&row.holder),
        purpose: row.purpose.clone(),
        from,
        to,
        text: digest(&body),
    };
    content.body = Some(body);
    let signer = keys::signer(tx, row.county).await?;
    let signed = signing::signed(signer.as_ref(), &serde_json::to_vec(&signed)?)?;
    let check = code::new();
    let sealed = tx.app.keyring.seal("certificates.code", row.id.as_bytes(), check.as_bytes())?;
    let (now, by, kept) = (tx.now, tx.actor.name.clone(), service::keep(tx, &row, &content)?);
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Number, Expr::value(Some(number)))
            .col_expr(Column::ValidFrom, Expr::value(Some(from)))
            .col_expr(Column::ValidUntil, Expr::value(Some(to)))
            .col_expr(Column::Content, Expr::value(kept))
            .col_expr(Column::Signed, Expr::value(Some(signed)))
            .col_expr(Column::Mark, Expr::value(Some(code::mark(&check))))
            .col_expr(Column::Code, Expr::value(Some(sealed)))
            .col_expr(Column::IssuedAt, Expr::value(Some(now)))
            .col_expr(Column::IssuedByName, Expr::value(Some(by)))
    })
    .await?;
    tx.note("number", &row.number);
    tx.note("valid_until", row.valid_until);
    tell(tx, "certificates.paper.issued", &row)?;
    Ok(row)
}

/// The day of issue is not counted (Civil Code, Article 201).
fn last_day(ctx: &Ctx, place: &Place, item: &Item, from: NaiveDate) -> Result<NaiveDate> {
    let days = match item.validity_days {
        Some(days) => u32::try_from(days).map_err(internal)?,
        None => rules::in_force(&ctx.app.registry, &ctx.snapshot, place, "CERT.PAPER.VALID", ctx.today())?.number()?,
    };
    from.checked_add_days(Days::new(days.into())).ok_or_else(|| internal("a paper that is valid beyond all dates"))
}

/// The county's next number of the year. Its row is held until this write ends, so that whoever comes next waits for the number.
async fn next_number(tx: &Tx, county: i32, year: i32) -> Result<String> {
    let first = counter::ActiveModel { county: Set(county), year: Set(year), last: Set(1) };
    let next = Expr::col((counter::Entity, counter::Column::Last)).add(1);
    let again = OnConflict::columns([counter::Column::County, counter::Column::Year])
        .value(counter::Column::Last, next)
        .to_owned();
    let row = counter::Entity::insert(first).on_conflict(again).exec_with_returning(tx.db()).await?;
    let place = tx.snapshot.places.place(county)?;
    let code = place.code.get(..6).unwrap_or(&place.code);
    Ok(format!("ZM{code}-{year}-{:06}", row.last))
}

/// The code that a paper is checked by, without its groups' dashes.
pub(super) fn code_of(ctx: &Ctx, row: &Model) -> Result<String> {
    let sealed = row.code.as_deref().unwrap_or_default();
    let plain = ctx.app.keyring.open("certificates.code", row.id.as_bytes(), sealed)?;
    String::from_utf8(plain).map_err(internal)
}

pub(super) fn digest(body: &str) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(body.as_bytes())[..16])
}

/// As papers write a day.
pub(super) fn day(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// The rows of the county that a place lies in, and of what was merged into it.
pub(super) fn countys(ctx: &Ctx) -> Result<Scope> {
    let place = ctx.place()?;
    let county = ctx.snapshot.places.county_of(place).unwrap_or_else(|| place.clone());
    Ok(Scope::subtree(&ctx.snapshot.places, &county))
}
