//! Recurrent upkeep, county by county, only where the module is on; the last run is in the database, so that several
//! processes share one timetable.

use std::sync::Arc;

use chrono::Duration;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::module::Timer;
use crate::places::Place;
use crate::wall::Wall;
use crate::{App, Ctx, Module, Reference, Reply, Result, Scope, Subject, counties, db};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "base_timer")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub due_at: chrono::DateTime<chrono::Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
impl Reference for Entity {}

/// Runs the timers that are due. A failing county is logged and blocks no other.
pub(crate) async fn run_due(app: &App) -> Result<()> {
    let due = Entity::all().all(app.db.reader()).await?;
    for module in app.registry.modules() {
        for timer in module.timers {
            let known = due.iter().find(|row| row.id == timer.id);
            if claim(app, timer, known).await? {
                run(app, module, timer).await?;
            }
        }
    }
    Ok(())
}

/// One process takes the turn; the others see the new due time.
async fn claim(app: &App, timer: &Timer, known: Option<&Model>) -> Result<bool> {
    let now = app.clock.now();
    let next = now + Duration::seconds(i64::try_from(timer.every_seconds).unwrap_or(3600));
    match known {
        Some(row) if row.due_at > now => Ok(false),
        Some(row) => {
            let tx = app.db.begin(&Wall::default()).await?;
            let taken = Entity::change()
                .col_expr(Column::DueAt, Expr::value(next))
                .filter(Column::Id.eq(timer.id))
                .filter(Column::DueAt.eq(row.due_at))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(taken.rows_affected == 1)
        }
        None => {
            let tx = app.db.begin(&Wall::default()).await?;
            let row = ActiveModel { id: Set(timer.id.to_owned()), due_at: Set(next) };
            match Entity::insert(row).exec_without_returning(&tx).await {
                Ok(_) => {
                    tx.commit().await?;
                    Ok(true)
                }
                Err(error) if db::is_duplicate(&error) => Ok(false),
                Err(error) => Err(error.into()),
            }
        }
    }
}

async fn run(app: &App, module: &'static Module, timer: &Timer) -> Result<()> {
    let snapshot = app.snapshot();
    let now = app.clock.now();
    let tree = &snapshot.places;
    let here = |place: &Arc<Place>| {
        place.until.is_none()
            && (module.id == "base"
                || !place.above_county() && counties::state(&snapshot, place, module.id, now).state.is_alive())
    };
    let chains = tree.chains_below(tree.roots());
    for place in chains.into_iter().filter_map(|id| tree.get(id)).filter(|place| here(place)) {
        let ctx = Ctx::system(app, timer.id, module.id, Some(place.clone())).within(Scope::chain(tree, place));
        let outcome = async {
            let mut tx = ctx.begin().await?;
            let dealt = (timer.run)(&mut tx).await?;
            if dealt > 0 {
                tx.note("rows", dealt);
                tx.commit(timer.id, Subject::new("base.timer", timer.id), Reply::none()).await?;
            }
            Ok::<_, crate::Error>(())
        };
        if let Err(error) = outcome.await {
            tracing::error!(timer = timer.id, place = %place.code, %error, "a timer failed here; it will run again");
        }
    }
    Ok(())
}
