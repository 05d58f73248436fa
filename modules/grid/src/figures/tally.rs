//! Each incident adds its share to the tally of its county, day and category: when it is reported, when it ends, and, taken
//! back, when it is done again.

use jizuo_kernel::clock::china_date;
use jizuo_kernel::identity::accounts;
use jizuo_kernel::process;
use jizuo_kernel::{Result, Tx};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::entity::{ActiveModel, Column, Entity};
use crate::incident::Ending;
use crate::incident::entity::{Column as Incident, Entity as Incidents, Model};

/// What an incident counts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    reported: i32,
    ended: i32,
    on_time: i32,
    solved: i32,
    near: i32,
    void: i32,
    reopened: i32,
}

/// What an ended incident counts for, by its row alone.
fn of_ended(row: &Model) -> Share {
    let solved = row.ending == Some(Ending::Solved);
    let unsolvable = row.ending == Some(Ending::NotSolvable);
    Share {
        ended: 1,
        on_time: row.on_time.unwrap_or_default(),
        solved: i32::from(solved),
        near: if solved { row.near.unwrap_or_default() } else { 0 },
        void: i32::from(!solved && !unsolvable),
        ..Share::default()
    }
}

/// It was reported.
pub(crate) async fn reported(tx: &Tx, row: &Model) -> Result<()> {
    add(tx, row, Share { reported: 1, ..Share::default() }).await
}

/// It has ended: whether in time, and whether it left the village, is kept with it.
pub(crate) async fn ended(tx: &mut Tx, row: &Model) -> Result<()> {
    if row.on_time.is_some() {
        return Ok(());
    }
    let run = process::run::<Incidents>(tx, row).await?;
    let near = !run.took("grid.incident.hand_over")
        && (!run.took("grid.incident.dispatch") || at_home_in_the_village(tx, row).await?);
    let (on_time, near) = (i32::from(!run.late), i32::from(near));
    let row = process::set::<Incidents>(tx, row, |u| {
        u.col_expr(Incident::OnTime, Expr::value(Some(on_time))).col_expr(Incident::Near, Expr::value(Some(near)))
    })
    .await?;
    add(tx, &row, of_ended(&row)).await
}

/// It is done again: what its end counted for is taken back. `before` is the row as it had ended.
pub(crate) async fn reopened(tx: &Tx, before: &Model) -> Result<()> {
    if before.on_time.is_none() {
        return Ok(());
    }
    process::set::<Incidents>(tx, before, |u| {
        u.col_expr(Incident::OnTime, Expr::value(None::<i32>))
            .col_expr(Incident::Near, Expr::value(None::<i32>))
            .col_expr(Incident::Reopened, Expr::col(Incident::Reopened).add(1))
    })
    .await?;
    let was = of_ended(before);
    let back = Share {
        reported: 0,
        ended: -was.ended,
        on_time: -was.on_time,
        solved: -was.solved,
        near: -was.near,
        void: -was.void,
        reopened: 1,
    };
    add(tx, before, back).await
}

/// Whether whoever dealt with it belongs to the village, as a grid leader does.
async fn at_home_in_the_village(tx: &Tx, row: &Model) -> Result<bool> {
    let Some(by) = row.handled_by else { return Ok(false) };
    let home = accounts::home_of(tx, by).await?;
    Ok(home.zip(row.village).is_some_and(|(home, village)| tx.snapshot.places.contains(village, home)))
}

async fn add(tx: &Tx, row: &Model, share: Share) -> Result<()> {
    let tally = ActiveModel {
        county: Set(row.county),
        day: Set(china_date(row.opened_at)),
        category: Set(row.category.clone()),
        prefecture: Set(row.prefecture),
        reported: Set(share.reported),
        ended: Set(share.ended),
        on_time: Set(share.on_time),
        solved: Set(share.solved),
        near: Set(share.near),
        void: Set(share.void),
        reopened: Set(share.reopened),
    };
    let more = |column: Column, more: i32| (column, Expr::col((Entity, column)).add(more));
    let known = OnConflict::columns([Column::County, Column::Day, Column::Category])
        .values([
            more(Column::Reported, share.reported),
            more(Column::Ended, share.ended),
            more(Column::OnTime, share.on_time),
            more(Column::Solved, share.solved),
            more(Column::Near, share.near),
            more(Column::Void, share.void),
            more(Column::Reopened, share.reopened),
        ])
        .to_owned();
    Entity::insert(tally).on_conflict(known).exec_without_returning(tx.db()).await?;
    Ok(())
}
