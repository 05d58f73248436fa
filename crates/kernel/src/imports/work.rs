//! The long work of an import, piece by piece: a small sheet within the request, a large one beside it, and after a crash
//! from where it stopped.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex};

use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::batch::{Batch, CHECKED, CHECKING, DONE, RUNNING, UNDOING, UNDONE, book, file_of, save};
use super::check::Seen;
use super::line::{Reader, chunks};
use super::{apply, check, take_back};
use crate::people::entity::{batch as table, fault};
use crate::{App, Ctx, Reply, Result, Scoped, Subject, Tx};

/// Imports that this process is at work on.
static BUSY: LazyLock<Mutex<HashSet<Uuid>>> = LazyLock::new(Mutex::default);

/// Goes on with an import beside the request.
pub(super) fn begin(app: &App, batch: &Batch) {
    let (app, batch) = (app.clone(), batch.clone());
    let fresh = BUSY.lock().is_ok_and(|mut busy| busy.insert(batch.id));
    if !fresh {
        return;
    }
    tokio::spawn(async move {
        let id = batch.id;
        if let Err(error) = to_the_end(&app, batch).await {
            tracing::warn!(import = %id, %error, "an import stopped; it will go on from there");
        }
        if let Ok(mut busy) = BUSY.lock() {
            busy.remove(&id);
        }
    });
}

/// The upkeep: takes up what a crash left.
pub(crate) fn go_on(tx: &mut Tx) -> crate::module::Work<'_, u64> {
    Box::pin(async move {
        let left = table::Entity::within(&tx.scope)
            .filter(table::Column::State.is_in([CHECKING, RUNNING, UNDOING]))
            .all(tx.db())
            .await?;
        for batch in &left {
            begin(&tx.app, batch);
        }
        // Beginning is no write of this county's upkeep: each step is a write of its own.
        Ok(0)
    })
}

/// The circumstances of one step: the platform at work for whoever brought the file in.
fn circumstances(app: &App, batch: &Batch) -> Result<Ctx> {
    let place = app.snapshot().places.place(batch.place)?;
    Ok(Ctx::system(app, &batch.actor, "base", Some(place)))
}

async fn to_the_end(app: &App, mut batch: Batch) -> Result<()> {
    match batch.state.as_str() {
        CHECKING => {
            let ctx = circumstances(app, &batch)?;
            let mapping = batch.read_mapping()?;
            let file = book(file_of(&ctx, &batch).await?, &mapping)?;
            drop(ctx);
            // What was seen of the rows before is not kept: a look-through that stopped begins again.
            let ctx = circumstances(app, &batch)?;
            let tx = ctx.begin().await?;
            fault::Entity::delete_within(&batch.chain())
                .filter(fault::Column::Import.eq(batch.id))
                .exec(tx.db())
                .await?;
            (batch.rows, batch.bad_rows) = (0, 0);
            step(tx, &mut batch).await?;
            let mut seen = Seen::default();
            let mut rows = chunks(file, 1);
            while let Some(chunk) = rows.recv().await {
                let chunk = chunk?;
                let ctx = circumstances(app, &batch)?;
                let reader = Reader::new(&ctx, &batch, &mapping)?;
                let tx = ctx.begin().await?;
                check::chunk(&tx, &mut batch, &mapping, &reader, &mut seen, chunk).await?;
                step(tx, &mut batch).await?;
            }
            let ctx = circumstances(app, &batch)?;
            batch.state = CHECKED.to_owned();
            step(ctx.begin().await?, &mut batch).await
        }
        RUNNING => {
            let mapping = batch.read_mapping()?;
            let file = {
                let ctx = circumstances(app, &batch)?;
                book(file_of(&ctx, &batch).await?, &mapping)?
            };
            let mut rows = chunks(file, u32::try_from(batch.next_row).unwrap_or(1));
            while let Some(chunk) = rows.recv().await {
                let ctx = circumstances(app, &batch)?;
                let mut tx = ctx.begin().await?;
                let reader = Reader::new(&ctx, &batch, &mapping)?;
                let chunk = chunk?;
                if let Some(last) = chunk.last() {
                    batch.next_row = i32::try_from(last.number + 1).unwrap_or(i32::MAX);
                }
                apply::chunk(&mut tx, &mut batch, &mapping, &reader, chunk).await?;
                step(tx, &mut batch).await?;
            }
            let ctx = circumstances(app, &batch)?;
            (batch.state, batch.finished_at) = (DONE.to_owned(), Some(ctx.now));
            step(ctx.begin().await?, &mut batch).await
        }
        UNDOING => loop {
            let ctx = circumstances(app, &batch)?;
            let mut tx = ctx.begin().await?;
            let more = take_back::chunk(&mut tx, &batch).await?;
            if !more {
                take_back::dissolve(&tx, &batch).await?;
                batch.state = UNDONE.to_owned();
            }
            step(tx, &mut batch).await?;
            if !more {
                return Ok(());
            }
        },
        _ => Ok(()),
    }
}

/// Ends one step: the progress goes with what was written, so that a crash repeats nothing and loses nothing.
async fn step(mut tx: Tx, batch: &mut Batch) -> Result<()> {
    save(&tx, batch).await?;
    tx.note("state", &batch.state);
    tx.note("next_row", batch.next_row);
    let subject = Subject::new("base.import", batch.id);
    let action = if batch.state == UNDOING || batch.state == UNDONE { "base.import.undo" } else { "base.import.run" };
    tx.commit(action, subject, Reply::none()).await?;
    Ok(())
}
