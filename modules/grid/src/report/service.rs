//! Filing a report without an account, once however often it is sent, and finding it again by its code and word.

use chrono::Duration;
use jizuo_kernel::error::{Faults, invalid, refuse};
use jizuo_kernel::identity::Actor;
use jizuo_kernel::keyring::fingerprint;
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text, Tx, db, say};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::incident::entity as incident;
use crate::incident::service::{self as incidents, New};

/// For what the word is sealed.
const WORD: &str = "grid.report.word";

/// Digits of the word: together with the code nobody guesses it, and it can be read out over the telephone.
const DIGITS: usize = 10;

/// Whoever reports or follows without an account.
pub(super) fn as_resident(ctx: &Ctx) -> Ctx {
    ctx.clone().acting(Actor::stranger("resident", "反映人"))
}

/// A report, and the word to follow it by.
pub(super) struct Filed {
    pub(super) incident: incident::Model,
    pub(super) word: String,
}

/// What was filed under this key before.
pub(super) async fn filed_before(ctx: &Ctx, key: Option<&str>, body: &str) -> Result<Option<Filed>> {
    let Some(key) = key else { return Ok(None) };
    let county = Scope::counties(vec![ctx.place()?.chain()]);
    let found = Entity::within(&county).filter(Column::Key.eq(fingerprint(key))).one(ctx.db()).await?;
    let Some(row) = found else { return Ok(None) };
    if row.body != fingerprint(body) {
        let why =
            Text::new("这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key was used for a different request");
        return Err(invalid("Idempotency-Key", "base.idempotency.reused", why));
    }
    let incident = incident::Entity::within(&county).filter(incident::Column::Id.eq(row.id)).one(ctx.db()).await?;
    let word = word_of(ctx, &row)?;
    Ok(incident.map(|incident| Filed { incident, word }))
}

/// Files a report. What a stranger sends is limited; who is signed in answers for it.
pub(super) async fn file(tx: &mut Tx, new: New, key: Option<&str>, body: &str, stranger: bool) -> Result<Filed> {
    let place = new.place.clone();
    let incident = incidents::report(tx, new).await?;
    if stranger {
        not_too_many(tx, &place).await?;
    }
    let word: String = (0..DIGITS).map(|_| char::from(b'0' + rand::random_range(0..10u8))).collect();
    let row = ActiveModel {
        county: Set(incident.county),
        id: Set(incident.id),
        village: Set(incident.village.unwrap_or(incident.place)),
        word: Set(Some(tx.app.keyring.seal(WORD, incident.id.as_bytes(), word.as_bytes())?)),
        key: Set(key.map(fingerprint)),
        body: Set(fingerprint(body)),
        at: Set(tx.now),
    };
    match Entity::insert(row).exec_without_returning(tx.db()).await {
        Ok(_) => Ok(Filed { incident, word }),
        // The same report is being filed at this moment.
        Err(error) if db::is_duplicate(&error) => Err(refuse(
            "base.idempotency.busy",
            Text::new("同一个请求正在处理，请稍后重试", "the same request is being dealt with; try again in a moment"),
        )
        .into()),
        Err(error) => Err(error.into()),
    }
}

/// Nobody who needs no account may bury a village in reports.
async fn not_too_many(tx: &Tx, place: &Place) -> Result<()> {
    let rule = tx.rule("GRID.REPORT.PER_HOUR")?;
    let most = rule.number()?;
    let village = place.village.unwrap_or(place.id);
    let lately = Entity::within(&Scope::counties(vec![place.chain()]))
        .filter(Column::Village.eq(village))
        .filter(Column::At.gt(tx.now - Duration::hours(1)))
        .count(tx.db())
        .await?;
    if lately < u64::from(most) {
        return Ok(());
    }
    Err(refuse(
        "grid.report.too_many",
        say!(
            "一小时内这里收到的网上反映已有 {most} 件，请稍后再试，或打电话、到村里反映",
            "{most} reports came in here within the hour: try again later, call, or come to the village office"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("村（社区）、乡镇的工作人员可以代为上报", "staff of the village or township report it for you"))
    .into())
}

/// The incident that a code and a word are of. Who has one without the other learns nothing, not even which is wrong.
pub(super) async fn find(ctx: &Ctx, code: &str, word: &str) -> Result<incident::Model> {
    let mut faults = Faults::default();
    let code = faults.text("code", code, 60).to_uppercase();
    let word = faults.text("word", word, 30);
    faults.check()?;
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let county = Scope::counties(vec![ctx.place()?.chain()]);
    let incident = incident::Entity::within(&county).filter(incident::Column::Code.eq(code)).one(ctx.db()).await?;
    if let Some(incident) = incident {
        let row = Entity::within(&county).filter(Column::Id.eq(incident.id)).one(ctx.db()).await?;
        if let Some(row) = row
            && fingerprint(&word_of(ctx, &row)?) == fingerprint(&digits)
        {
            return Ok(incident);
        }
    }
    let why = Text::new("事件编号或查询码不对，请核对", "the incident number or the word is wrong; check both");
    Err(invalid("word", "grid.report.unknown", why))
}

fn word_of(ctx: &Ctx, row: &Model) -> Result<String> {
    let sealed = row.word.as_deref().unwrap_or_default();
    let plain = ctx.app.keyring.open(WORD, row.id.as_bytes(), sealed)?;
    Ok(String::from_utf8_lossy(&plain).into_owned())
}
