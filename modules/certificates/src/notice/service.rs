//! When the county office gets a notice, and what it reads there.

use chrono::{DateTime, Datelike, Duration, Utc};
use jizuo_kernel::clock::{china_date, quarter_start};
use jizuo_kernel::error::internal;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Subject, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::demand::{Body, bodies_of, quoted, service as demand};

/// Hears of an off-list demand. Opens the county's notice for the quarter when the number of the rule
/// `CERT.OFFLIST.NOTICE` is reached: one for a county and a quarter, however many follow.
pub(crate) fn count<'a>(tx: &'a mut Tx, fact: &'a Value) -> Work<'a, ()> {
    Box::pin(async move {
        let at: DateTime<Utc> = fact
            .get("at")
            .and_then(Value::as_str)
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| internal("an off-list demand without its time"))?;
        let place = tx.place()?.clone();
        let Some(county) = tx.snapshot.places.county_of(&place) else { return Ok(()) };
        tx.stand_at(county.clone());
        let since = quarter_start(at);
        // A quarter has 90 to 92 days: 100 days on is the next one.
        let until = quarter_start(since + Duration::days(100));
        let threshold = tx.rule("CERT.OFFLIST.NOTICE")?.number()?;
        if demand::count_off_list(tx, county.id, since, until).await? < u64::from(threshold) {
            return Ok(());
        }
        let quarter = name_of(since);
        let id = tx.id();
        let row = ActiveModel {
            county: Set(county.id),
            id: Set(id),
            quarter: Set(quarter.clone()),
            since: Set(since),
            until: Set(until),
            opened_at: Set(tx.now),
            threshold: Set(i32::try_from(threshold).unwrap_or(i32::MAX)),
        };
        let once = OnConflict::columns([Column::County, Column::Quarter]).do_nothing().to_owned();
        let opened = Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await?;
        if opened > 0 {
            tx.note("quarter", &quarter);
            let payload = serde_json::json!({ "id": id, "place": county.code, "quarter": quarter });
            tx.emit("certificates.notice.opened", &Subject::new("certificates.notice", id), &payload)?;
        }
        Ok(())
    })
}

fn name_of(quarter_begins: DateTime<Utc>) -> String {
    let date = china_date(quarter_begins);
    format!("{}-Q{}", date.year(), date.month0() / 3 + 1)
}

/// One notice of the operation's scope; a part of a county sees none.
pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("notice"))
}

/// Notices of the operation's scope, newest first.
pub(crate) async fn list(ctx: &Ctx, paging: &Paging) -> Result<Page<Model>> {
    paging.newest(ctx, Entity::within(&ctx.scope), Column::Id).await
}

/// Who demanded off the list in the notice's quarter, and how often, as it is now; each with the letter to it.
pub(crate) async fn bodies(ctx: &Ctx, notice: &Model) -> Result<Vec<Body>> {
    let county = ctx.snapshot.places.place(notice.county)?;
    let scope = Scope::counties(vec![notice.county]);
    let mut bodies = bodies_of(ctx, &scope, notice.since, notice.until).await?;
    for body in &mut bodies {
        let (place, id, who) = (&county.code, notice.id, quoted(&body.requesting_body));
        body.letter = Some(format!("/api/v1/places/{place}/certificates/notices/{id}/letter?body={who}"));
    }
    Ok(bodies)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_named_by_its_year_and_number() {
        for (at, name) in [
            ("2026-03-02T01:00:00Z", "2026-Q1"),
            ("2026-03-31T15:59:59Z", "2026-Q1"),
            ("2026-03-31T16:00:00Z", "2026-Q2"),
            ("2026-12-31T15:59:59Z", "2026-Q4"),
            ("2026-12-31T16:00:00Z", "2027-Q1"),
        ] {
            let since = quarter_start(at.parse().unwrap());
            assert_eq!(name_of(since), name, "{at}");
            let next = quarter_start(since + Duration::days(100));
            assert!(next > since && quarter_start(next - Duration::seconds(1)) == since, "{at}");
        }
    }
}
