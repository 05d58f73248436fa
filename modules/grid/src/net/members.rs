//! Which households are in a grid. A household is in one at a time: joining another ends the first, which stays on record.

use std::collections::HashSet;

use jizuo_kernel::error::Faults;
use jizuo_kernel::people::entity::household;
use jizuo_kernel::places::Place;
use jizuo_kernel::{Result, Scope, Scoped, Text, Tx, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entity::grid;
use super::entity::member::{ActiveModel, Column, Entity};
use super::service::{DRAW, stands};

/// So many ids go into one statement.
const CHUNK: usize = 500;

/// Whom to take in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joining {
    pub(crate) households: Vec<Uuid>,
    /// A villagers' group, a natural village: all of its households.
    pub(crate) from: Option<std::sync::Arc<Place>>,
}

/// Takes households of the village into a grid; gives how many were not in it before.
pub(crate) async fn join(tx: &mut Tx, row: &grid::Model, joining: Joining) -> Result<u64> {
    let place = stands(tx, row, DRAW)?;
    if joining.households.is_empty() && joining.from.is_none() {
        let mut faults = Faults::default();
        let why = Text::new("请选择户，或选择村民小组", "choose households, or a villagers' group");
        faults.add("households", "grid.net.nobody", why);
        faults.check()?;
    }
    let tree = tx.snapshot.clone();
    let village = tree.places.place(place.village.unwrap_or(place.id))?;
    let mut joining_ids: Vec<Uuid> = known(tx, &Scope::subtree(&tree.places, &village), joining.households).await?;
    if let Some(from) = joining.from {
        let there = household::Entity::within(&Scope::subtree(&tree.places, &from))
            .filter(household::Column::Village.eq(village.id))
            .filter(household::Column::Standing.eq("present"));
        joining_ids.extend(ids(tx, there).await?);
    }
    joining_ids.sort_unstable();
    joining_ids.dedup();
    let joined = move_to(tx, row, &place, joining_ids).await?;
    tx.note("households", joined);
    Ok(joined)
}

/// Those of the village that are there; who is not is named.
async fn known(tx: &Tx, village: &Scope, wanted: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let mut known = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(CHUNK) {
        let there = household::Entity::within(village)
            .filter(household::Column::Id.is_in(some.to_vec()))
            .filter(household::Column::Standing.eq("present"));
        known.extend(ids(tx, there).await?);
    }
    let found: HashSet<&Uuid> = known.iter().collect();
    let mut faults = Faults::default();
    for (n, id) in wanted.iter().enumerate().filter(|(_, id)| !found.contains(id)).take(20) {
        let why = say!("本村没有这一户（{id}）", "there is no such household in the village ({id})");
        faults.add(format!("households.{n}"), "grid.net.household", why);
    }
    faults.check()?;
    Ok(known)
}

async fn ids(tx: &Tx, of: sea_orm::Select<household::Entity>) -> Result<Vec<Uuid>> {
    Ok(of.select_only().column(household::Column::Id).into_tuple().all(tx.db()).await?)
}

/// Ends where they were, and lets them be here from today on.
pub(super) async fn move_to(tx: &Tx, row: &grid::Model, place: &Place, households: Vec<Uuid>) -> Result<u64> {
    let county = Scope::counties(vec![row.county]);
    let mut moved = 0;
    for some in households.chunks(CHUNK) {
        let here: Vec<Uuid> = Entity::within(&county)
            .select_only()
            .column(Column::Household)
            .filter(Column::Household.is_in(some.to_vec()))
            .filter(Column::Current.eq(1))
            .filter(Column::Grid.eq(row.id))
            .into_tuple()
            .all(tx.db())
            .await?;
        let new: Vec<Uuid> = some.iter().copied().filter(|id| !here.contains(id)).collect();
        if new.is_empty() {
            continue;
        }
        leave(tx, &county, &new).await?;
        let rows = new.iter().map(|id| ActiveModel {
            county: Set(row.county),
            id: Set(tx.id()),
            prefecture: Set(place.prefecture),
            township: Set(place.township),
            village: Set(place.village),
            place: Set(place.id),
            grid: Set(row.id),
            household: Set(*id),
            since: Set(tx.today()),
            until: Set(None),
            current: Set(Some(1)),
        });
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        moved += new.len() as u64;
    }
    Ok(moved)
}

/// Ends where these households are.
pub(super) async fn leave(tx: &Tx, county: &Scope, households: &[Uuid]) -> Result<u64> {
    let left = Entity::update_within(county)
        .filter(Column::Household.is_in(households.to_vec()))
        .filter(Column::Current.eq(1))
        .col_expr(Column::Current, Expr::value(None::<i32>))
        .col_expr(Column::Until, Expr::value(Some(tx.today())))
        .exec(tx.db())
        .await?;
    Ok(left.rows_affected)
}

/// The households that are in a grid itself now.
pub(super) async fn of(tx: &Tx, row: &grid::Model) -> Result<Vec<Uuid>> {
    Ok(Entity::within(&Scope::counties(vec![row.county]))
        .select_only()
        .column(Column::Household)
        .filter(Column::Grid.eq(row.id))
        .filter(Column::Current.eq(1))
        .into_tuple()
        .all(tx.db())
        .await?)
}
