//! What is kept no longer than it may be: data of who died or moved out, and imported files (PIPL 19).

use chrono::{Duration, Months};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::entity::{batch, file, person};
use super::{Standing, erasure};
use crate::module::Work;
use crate::{Error, Scoped, Tx};

const YEARS: &str = "PLATFORM.PERSONS.KEEP_YEARS";
const DAYS: &str = "PLATFORM.IMPORTS.KEEP_DAYS";

/// About as many in one run: the rest waits for the next, so that no write is long.
const ROWS: usize = 100;

/// Erases who died or moved out longer ago than the rule lets keep them. Who is needed by an open matter stays until it is
/// closed.
pub(crate) fn erase_persons(tx: &mut Tx) -> Work<'_, u64> {
    Box::pin(async move {
        let years = tx.rule(YEARS)?.number()?;
        let Some(before) = tx.today().checked_sub_months(Months::new(years * 12)) else { return Ok(0) };
        let over = person::Entity::within(&tx.scope)
            .filter(person::Column::Standing.is_in([Standing::Dead.as_str(), Standing::MovedOut.as_str()]))
            .filter(person::Column::StandingSince.lt(before));
        let mut erased = Vec::new();
        let mut after = Uuid::nil();
        // Whoever has to wait for an open matter holds up nobody behind them.
        while erased.len() < ROWS {
            let next = over.clone().filter(person::Column::Id.gt(after)).order_by_asc(person::Column::Id);
            let rows = next.limit(ROWS as u64).all(tx.db()).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in &rows {
                match erasure::erase(tx, row, None, YEARS, None).await {
                    Ok(()) => erased.push(row.id),
                    Err(Error::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        tx.note("persons", &erased);
        Ok(erased.len() as u64)
    })
}

/// Deletes files of imports that are older than the rule lets keep them. What was taken in stays, and can no longer be
/// looked into.
pub(crate) fn delete_files(tx: &mut Tx) -> Work<'_, u64> {
    Box::pin(async move {
        let days = tx.rule(DAYS)?.number()?;
        let before = tx.now - Duration::days(i64::from(days));
        let old = batch::Entity::within(&tx.scope)
            .filter(batch::Column::At.lt(before))
            .select_only()
            .column(batch::Column::Id)
            .into_query();
        let gone =
            file::Entity::delete_within(&tx.scope).filter(file::Column::Import.in_subquery(old)).exec(tx.db()).await?;
        Ok(gone.rows_affected)
    })
}
