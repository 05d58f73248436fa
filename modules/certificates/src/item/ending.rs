//! How an item in force ends: retired, or followed by another that says what is done instead.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Result, Scope, Scoped, Text, Tx, say};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{ActiveModel, Column, Entity, Model, RETIRED};
use super::kind::{Replacement, StatusKind};
use super::service::{next_edition, only_its_own_place, step, tell};
use crate::process::{IN_FORCE, ITEM};

/// Retires an item in force that this place itself laid down. Of several people at once one succeeds.
pub(crate) async fn retire(tx: &mut Tx, row: &Model, reason: Option<String>) -> Result<Model> {
    only_its_own_place(tx, row)?;
    let place = tx.snapshot.places.place(row.place)?;
    tx.require("certificates.item.retire", &place)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason.as_deref().unwrap_or_default(), 500);
    faults.check()?;
    let row = end(tx, row, reason).await?;
    tx.note("from", IN_FORCE);
    tx.note("to", RETIRED);
    Ok(row)
}

/// Ends an item in force, and tells of it.
async fn end(tx: &mut Tx, row: &Model, reason: String) -> Result<Model> {
    let retired = Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::InForceUntil, Expr::value(Some(tx.now)))
        .col_expr(Column::RetiredByName, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::RetiredBecause, Expr::value(Some(reason)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(IN_FORCE))
        .filter(Column::InForceUntil.is_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    let Some(row) = retired else {
        return Err(refuse(
            "certificates.item.not_in_force",
            Text::new(
                "只有现行的事项可以取消；待公布的请撤回",
                "only an item in force can be retired; withdraw one that is only proposed",
            ),
        )
        .current(serde_json::json!({ "state": row.state() }))
        .into());
    };
    tell(tx, "certificates.item.retired", &row)?;
    Ok(row)
}

/// Lays down that something else is done instead of a paper that is issued here: the item of this place is followed by
/// another, one of a place above is spoken over.
pub(crate) async fn replace(
    tx: &mut Tx,
    code: &str,
    way: Replacement,
    next_door: Option<String>,
    reason: &str,
) -> Result<()> {
    let place = tx.place()?.clone();
    let found = Entity::within(&Scope::upward(&tx.snapshot.places, &place))
        .filter(Column::Code.eq(code))
        .filter(Column::State.eq(IN_FORCE))
        .filter(Column::InForceUntil.is_null())
        .all(tx.db())
        .await?;
    let nearest = found.into_iter().max_by_key(|row| tx.snapshot.places.get(row.place).map(|place| place.kind));
    let Some(old) = nearest.filter(|row| row.status_kind == StatusKind::Retained.as_str()) else {
        return Err(refuse(
            "certificates.item.moved",
            say!(
                "“{code}”已不是现行的保留事项，请撤回后重新提出",
                "{code} is no retained item in force any more; withdraw this and propose it anew"
            ),
        )
        .current(serde_json::json!({ "code": code }))
        .into());
    };
    if old.county == tx.chain()? {
        end(tx, &old, reason.to_owned()).await?;
    }
    let edition = next_edition(tx, code).await?;
    let opening = process::open(tx, &ITEM, &place, |_| old.name.clone(), Move::default()).await?;
    let row = ActiveModel {
        code: Set(old.code),
        edition: Set(edition),
        name: Set(old.name),
        name_en: Set(old.name_en),
        aliases: Set(old.aliases),
        status_kind: Set(StatusKind::Replaced.as_str().to_owned()),
        basis_kind: Set(None),
        basis_law: Set(None),
        basis_article: Set(None),
        basis_text: Set(None),
        purpose: Set(old.purpose),
        requesting_body: Set(old.requesting_body),
        issuer: Set(None),
        replacement: Set(Some(way.as_str().to_owned())),
        next_door: Set(next_door),
        next_door_en: Set(None),
        proposed_by_name: Set(tx.actor.name.clone()),
        in_force_from: Set(None),
        in_force_until: Set(None),
        retired_by_name: Set(None),
        retired_because: Set(None),
        validity_days: Set(None),
        purposes: Set(None),
        two_persons: Set(false),
        wet_signature: Set(false),
        verification: Set(None),
        body: Set(None),
        licence_type: Set(None),
        no_commitment: Set(old.no_commitment),
        commits: Set(None),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    step(tx, &row, PUBLISH, None).await?;
    Ok(())
}

const PUBLISH: &str = "certificates.item.publish";

/// Whether an item comes into force by being published, and nothing else: then several can be followed in one write.
pub(crate) fn only_published_at_once(tx: &Tx) -> Result<()> {
    let ours = process::effective(&tx.app, &tx.snapshot, tx.place()?, &ITEM).definition;
    if ours.step_from(ITEM.start, PUBLISH).is_some_and(|step| step.to == IN_FORCE) {
        return Ok(());
    }
    Err(refuse(
        "certificates.item.more_steps",
        Text::new(
            "本地在证明事项的流程里增设了环节，不能一次清理：请逐项办理，或者把增设的环节改设到清理方案的流程里",
            "this place has steps of its own for items: do it item by item, or move those steps to the life of reforms",
        ),
    )
    .who(Text::new("县级系统管理员可以调整流程", "the county's system administrator adapts the process"))
    .into())
}
