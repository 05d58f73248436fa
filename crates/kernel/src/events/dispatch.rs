//! The dispatcher: each delivery in a transaction of its own, together with what the subscriber writes, so that a fact
//! has its effect once. A failing subscriber is tried again later and blocks nobody.

use std::collections::HashMap;

use chrono::Duration;
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{DEAD, DONE, PASSED, PENDING, delivery, event};
use crate::module::Subscription;
use crate::rows::Rows;
use crate::wall::Wall;
use crate::{App, Ctx, Module, Reply, Result, Scope, Scoped, Subject, counties};

/// Deliveries read at once.
const BATCH: u64 = 200;
/// After so many failures a delivery is dead.
const TRIES: i32 = 12;

/// Hands out what is due. Returns how many deliveries were dealt with.
pub async fn deliver(app: &App) -> Result<u64> {
    let mut dealt = 0;
    loop {
        let rows = Rows::new(app.db.clone(), Wall::platform());
        let due = delivery::Entity::within(&Scope::platform())
            .filter(delivery::Column::State.eq(PENDING))
            .filter(delivery::Column::NextAt.lte(app.clock.now()))
            .order_by_asc(delivery::Column::NextAt)
            .order_by_asc(delivery::Column::Id)
            .limit(BATCH)
            .all(&*rows)
            .await?;
        let ids: Vec<Uuid> = due.iter().map(|row| row.event).collect();
        let told = event::Entity::within(&Scope::platform()).filter(event::Column::Id.is_in(ids)).all(&*rows).await?;
        let told: HashMap<(i32, Uuid), event::Model> = told.into_iter().map(|e| ((e.county, e.id), e)).collect();
        // Its connection is for the deliveries.
        drop(rows);
        let full = due.len() as u64 == BATCH;
        for row in due {
            one(app, &row, told.get(&(row.county, row.event))).await?;
            dealt += 1;
        }
        if !full {
            return Ok(dealt);
        }
    }
}

fn subscriber(app: &App, id: &str) -> Option<(&'static Module, &'static Subscription)> {
    app.registry
        .modules()
        .iter()
        .find_map(|module| module.subscriptions.iter().find(|s| s.id == id).map(|s| (*module, s)))
}

async fn one(app: &App, row: &delivery::Model, event: Option<&event::Model>) -> Result<()> {
    let scope = Scope::counties(vec![row.county]);
    let (Some(event), Some((module, subscription))) = (event, subscriber(app, &row.subscriber)) else {
        // This build does not carry the subscriber's module: another process's may.
        return postpone(app, row, Duration::minutes(5)).await;
    };
    let snapshot = app.snapshot();
    let place = snapshot.places.place(event.place)?;
    let ctx = Ctx::system(app, subscription.id, module.id, Some(place.clone()));
    // A transferred place has left its deliveries with the county that wrote them.
    let reach = ctx.scope.clone().and_also(scope.clone());
    let ctx = ctx.within(reach);
    if !counties::state(&snapshot, &place, module.id, ctx.now).state.is_alive() {
        return finish(app, row, PASSED, row.attempts, None).await;
    }
    let outcome = async {
        let mut tx = ctx.begin().await?;
        // First the claim: a second dispatcher waits for it, and then finds nothing to do.
        let claimed = delivery::Entity::update_within(&scope)
            .col_expr(delivery::Column::State, Expr::value(DONE))
            .col_expr(delivery::Column::Attempts, Expr::col(delivery::Column::Attempts).add(1))
            .filter(delivery::Column::Id.eq(row.id))
            .filter(delivery::Column::State.eq(PENDING))
            .exec(tx.db())
            .await?;
        if claimed.rows_affected == 0 {
            return Ok(());
        }
        (subscription.run)(&mut tx, &event.payload).await?;
        tx.commit(subscription.id, Subject::new("base.event", event.id), Reply::none()).await?;
        Ok::<_, crate::Error>(())
    };
    if let Err(error) = outcome.await {
        let attempts = row.attempts + 1;
        tracing::warn!(subscriber = subscription.id, event = %event.id, attempts, %error, "a subscriber failed");
        let state = if attempts >= TRIES { DEAD } else { PENDING };
        return finish(app, row, state, attempts, Some(error.to_string())).await;
    }
    Ok(())
}

/// Seconds to wait after the nth failure: 2, 4, 8 … at most an hour.
fn back_off(attempts: i32) -> Duration {
    let seconds = 2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(1));
    Duration::seconds(std::cmp::min(seconds, 3_600))
}

async fn finish(app: &App, row: &delivery::Model, state: &str, attempts: i32, error: Option<String>) -> Result<()> {
    let tx = app.db.begin(&Wall::county(row.county)).await?;
    delivery::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(delivery::Column::State, Expr::value(state))
        .col_expr(delivery::Column::Attempts, Expr::value(attempts))
        .col_expr(delivery::Column::NextAt, Expr::value(app.clock.now() + back_off(attempts)))
        .col_expr(delivery::Column::Error, Expr::value(error))
        .filter(delivery::Column::Id.eq(row.id))
        .filter(delivery::Column::State.eq(PENDING))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn postpone(app: &App, row: &delivery::Model, by: Duration) -> Result<()> {
    let tx = app.db.begin(&Wall::county(row.county)).await?;
    delivery::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(delivery::Column::NextAt, Expr::value(app.clock.now() + by))
        .filter(delivery::Column::Id.eq(row.id))
        .filter(delivery::Column::State.eq(PENDING))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
