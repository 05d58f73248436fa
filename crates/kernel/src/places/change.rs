//! Dated changes of one place: a new name, a merge, a transfer, an end. Old codes go on meaning what they meant.

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::division::DivisionCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{place, version};
use super::{Kind, Place};
use crate::error::{Faults, invalid, refuse};
use crate::snapshot::Part;
use crate::{Reference, Result, Text, Tx, say};

/// A new name from a day on.
pub async fn rename(tx: &mut Tx, place: &Place, name: &str, on: NaiveDate) -> Result<()> {
    let mut faults = Faults::default();
    let name = faults.text("name", name, 100);
    let slip = place.kind > Kind::Village && place.until.is_none() && on == last_change(tx, place);
    if !slip {
        check_date(tx, place, on, &mut faults);
    }
    faults.check()?;
    tx.note("name", &name);
    if !slip {
        return supersede(tx, place, on, Some((&place.code, &name, place.parent))).await;
    }
    // A name that was mistyped today was never anybody's.
    version::Entity::change()
        .col_expr(version::Column::Name, Expr::value(name))
        .filter(version::Column::Place.eq(place.id))
        .filter(version::Column::Since.eq(on))
        .exec(tx.db())
        .await?;
    mark(tx, &[place.id]).await
}

/// Ends a place; what it was stays. `successor` is the place that took it over.
async fn end(tx: &mut Tx, place: &Place, successor: Option<i32>, on: NaiveDate) -> Result<()> {
    supersede(tx, place, on, None).await?;
    if successor.is_some() {
        place::Entity::change()
            .col_expr(place::Column::Successor, Expr::value(successor))
            .filter(place::Column::Id.eq(place.id))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// One place is taken over by another of the same kind; its children go with it.
pub async fn merge(tx: &mut Tx, from: &Arc<Place>, into: &Arc<Place>, on: NaiveDate) -> Result<()> {
    let mut faults = Faults::default();
    check_date(tx, from, on, &mut faults);
    if from.id == into.id || from.kind != into.kind || into.until.is_some() {
        faults.add(
            "into",
            "base.place.merge",
            Text::new("只能并入另一个同级的现有地方", "merge into another living place of the same kind"),
        );
    }
    if from.county != into.county && from.kind > Kind::County {
        faults.add(
            "into",
            "base.place.merge",
            Text::new("跨县合并请先划转，再合并", "across counties: transfer first, then merge"),
        );
    }
    let children: Vec<Arc<Place>> = tx.snapshot.places.children(from.id).cloned().collect();
    if faults.is_empty() {
        // The children get a new parent on the same day.
        for child in &children {
            check_date(tx, child, on, &mut faults);
        }
    }
    faults.check()?;
    for child in children {
        supersede(tx, &child, on, Some((&child.code, &child.name, Some(into.id)))).await?;
    }
    end(tx, from, Some(into.id), on).await?;
    tx.note("merged_into", &into.code);
    tx.emit(
        "base.place.merged",
        &crate::Subject::new("base.place", from.id),
        &serde_json::json!({ "from": from.code, "into": into.code, "on": on }),
    )
}

/// A place moves under another parent and gets a new code. Its id stays, so everything that points to it stays right.
pub async fn transfer(tx: &mut Tx, place: &Arc<Place>, to: &Arc<Place>, code: &str, on: NaiveDate) -> Result<()> {
    let mut faults = Faults::default();
    check_date(tx, place, on, &mut faults);
    let code = faults.take("code", DivisionCode::parse(code));
    if to.kind >= place.kind || to.until.is_some() {
        faults.add(
            "to",
            "base.place.transfer",
            Text::new("须划入一个现有的上级", "transfer to a living place of a higher level"),
        );
    }
    if let Some(code) = &code {
        if Kind::from(code.level()) != place.kind {
            faults.add(
                "code",
                "base.place.code_level",
                Text::new("新编码的层级不对", "the new code is of another level"),
            );
        }
        if tx.snapshot.places.by_code(code.padded()).is_some_and(|other| other.id != place.id) {
            faults.add(
                "code",
                "base.place.code_taken",
                Text::new("这个编码已有别的地方使用", "another place has this code"),
            );
        }
        if tx.snapshot.places.children(place.id).next().is_some() {
            faults.add(
                "code",
                "base.place.with_children",
                Text::new(
                    "带下级的划转请导入新的区划代码表，下级的编码也会一并更新",
                    "with places below it, import the new code table, so that their codes change too",
                ),
            );
        }
    }
    faults.check()?;
    let code = code.map(|c| c.padded().to_owned()).unwrap_or_default();
    tx.note("code", &code);
    tx.note("parent", &to.code);
    supersede(tx, place, on, Some((&code, &place.name, Some(to.id)))).await
}

/// Ends a place that nobody took over.
pub async fn abolish(tx: &mut Tx, place: &Arc<Place>, on: NaiveDate) -> Result<()> {
    let mut faults = Faults::default();
    check_date(tx, place, on, &mut faults);
    faults.check()?;
    if tx.snapshot.places.children(place.id).next().is_some() {
        return Err(refuse(
            "base.place.has_children",
            Text::new("还有下级，请先处理下级", "there are places below it; deal with them first"),
        )
        .into());
    }
    end(tx, place, None, on).await
}

fn last_change(tx: &Tx, place: &Place) -> NaiveDate {
    tx.snapshot.places.versions(place).last().map_or(place.since, |v| v.since)
}

fn check_date(tx: &Tx, place: &Place, on: NaiveDate, faults: &mut Faults) {
    if on > tx.today() {
        faults.add(
            "on",
            "base.place.future",
            Text::new("生效日期不能在将来，请到时再办", "the day cannot lie ahead; do it when it has come"),
        );
    }
    let since = last_change(tx, place);
    if on <= since {
        faults.add(
            "on",
            "base.place.before",
            say!("须晚于上一次变更（{since}）", "must be after the last change ({since})"),
        );
    }
}

/// Until this write has ended, other writes on places wait: for who looks at several places before changing one.
pub async fn hold(tx: &mut Tx) -> Result<()> {
    tx.count_up(Part::Places).await.map(|_| ())
}

/// Marks places as changed by this write, for the processes that have not seen it.
pub(super) async fn mark(tx: &mut Tx, places: &[i32]) -> Result<()> {
    let stamp = tx.count_up(Part::Places).await?;
    for some in places.chunks(1_000) {
        place::Entity::change()
            .col_expr(place::Column::Stamp, Expr::value(stamp))
            .filter(place::Column::Id.is_in(some.to_vec()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Closes the present version and, unless the place ends, begins the next.
pub(super) async fn supersede(
    tx: &mut Tx,
    place: &Place,
    on: NaiveDate,
    next: Option<(&str, &str, Option<i32>)>,
) -> Result<()> {
    if place.until.is_some() {
        return Err(invalid("place", "base.place.ended", Text::new("这个地方已撤销", "this place has ended already")));
    }
    version::Entity::change()
        .col_expr(version::Column::Until, Expr::value(Some(on)))
        .filter(version::Column::Place.eq(place.id))
        .filter(version::Column::Until.is_null())
        .exec(tx.db())
        .await?;
    if let Some((code, name, parent)) = next {
        let row = version::ActiveModel {
            place: Set(place.id),
            since: Set(on),
            until: Set(None),
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            parent: Set(parent),
        };
        version::Entity::insert(row).exec_without_returning(tx.db()).await?;
    }
    mark(tx, &[place.id]).await
}
