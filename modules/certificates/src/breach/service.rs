//! What may be done with a false commitment: it is recorded with its reason, asked for, and repaired.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::forms::{self, Answers};
use jizuo_kernel::module::Held;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx, invalid};
use jizuo_standards::mask;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::demand::service as demand;

/// A false commitment as it is recorded.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) person: Uuid,
    /// The demand that was answered with the commitment, where it was made here.
    pub(crate) demand: Option<Uuid>,
    pub(crate) reason: String,
}

/// Records a false commitment at the operation's place; it counts in all of the county.
pub(crate) async fn record(tx: &mut Tx, new: New) -> Result<Model> {
    let place = tx.place()?.clone();
    tx.require("certificates.breach.record", &place)?;
    jizuo_kernel::counties::takes_new(tx, &place, "certificates")?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &new.reason, 500);
    faults.check()?;
    if let Some(id) = new.demand {
        let row = demand::find(tx, id).await?;
        if row.committed_on.is_none() || row.person != Some(new.person) {
            let why =
                Text::new("这次索要没有登记此人的承诺书", "no commitment of this person is recorded with that demand");
            return Err(invalid("demand", "certificates.breach.demand", why));
        }
    }
    let known = forms::answer(tx, &crate::forms::BREACH, new.person, &Answers::default()).await?;
    let holder = known.value("name").unwrap_or_default().to_owned();
    // The audit line holds personal values masked.
    tx.on_behalf_of(mask::name(&holder));
    let row = ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        person: Set(new.person),
        holder: Set(holder),
        demand: Set(new.demand),
        reason: Set(reason),
        opened_at: Set(tx.now),
        recorded_by_name: Set(tx.actor.name.clone()),
        closed_at: Set(None),
        repaired_by_name: Set(None),
        repaired_because: Set(None),
    };
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// Records that it is repaired: from now on a commitment of this person is taken again.
pub(crate) async fn repair(tx: &mut Tx, row: &Model, reason: &str) -> Result<Model> {
    let place = tx.snapshot.places.place(row.place)?;
    tx.require("certificates.breach.repair", &place)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 500);
    faults.check()?;
    let repaired = Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::ClosedAt, Expr::value(Some(tx.now)))
        .col_expr(Column::RepairedByName, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::RepairedBecause, Expr::value(Some(reason)))
        .filter(Column::Id.eq(row.id))
        .filter(Expr::col(Column::ClosedAt).is_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    repaired.ok_or_else(|| {
        refuse("certificates.breach.repaired", Text::new("已经修复过了", "it has been repaired already"))
            .current(serde_json::json!({ "closed_at": row.closed_at }))
            .into()
    })
}

/// Whether a false commitment of somebody is on record in a county and not repaired.
pub(crate) async fn is_barred(ctx: &Ctx, county: i32, person: Uuid) -> Result<bool> {
    if !ctx.rule("CERT.COMMITMENT.BREACH")?.is_on() {
        return Ok(false);
    }
    let open = Entity::within(&Scope::counties(vec![county]))
        .filter(Column::Person.eq(person))
        .filter(Column::ClosedAt.is_null())
        .count(ctx.db())
        .await?;
    Ok(open > 0)
}

/// One of the operation's scope.
pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("breach"))
}

/// False commitments of the operation's scope, newest first.
pub(crate) async fn list(ctx: &Ctx, open: Option<bool>, paging: &Paging) -> Result<Page<Model>> {
    let mut query = Entity::within(&ctx.scope);
    query = match open {
        Some(true) => query.filter(Column::ClosedAt.is_null()),
        Some(false) => query.filter(Column::ClosedAt.is_not_null()),
        None => query,
    };
    paging.newest(ctx, query, Column::Id).await
}

/// What is on record of somebody of the base data.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
        .filter(Column::Person.eq(person))
        .order_by_desc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            kind: "certificates.breach".to_owned(),
            id: row.id,
            label: row.reason,
            role: Text::new("作出虚假承诺的人", "who committed falsely"),
            at: row.opened_at,
            open: row.closed_at.is_none(),
        })
        .collect())
}
