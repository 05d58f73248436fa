//! Grids are split, merged and ended. What was is kept; what goes on goes on in the grid that took over.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::people::entity::household;
use jizuo_kernel::places::{self, Place};
use jizuo_kernel::{Result, Scope, Scoped, Text, Tx, process, say};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entity::Kind;
use super::entity::grid::Model;
use super::service::{DRAW, Drawn, New, draw_all, ended, households, stands, tell};
use super::standing::Net;
use super::{members, staff};
use crate::incident;

/// One of the grids that a grid is split into.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) area: String,
    pub(crate) drawn: Option<Drawn>,
    pub(crate) households: Vec<Uuid>,
    /// Villagers' groups whose households go there.
    pub(crate) groups: Vec<Arc<Place>>,
}

/// Splits a grid. The first part answers for the old one: it keeps its staff, its micro-grids, the households that no other
/// part names, and the open incidents; those whose point lies in another part's boundary go there.
pub(crate) async fn split(tx: &mut Tx, row: &Model, parts: Vec<Part>) -> Result<Vec<(Arc<Place>, Model)>> {
    let place = stands(tx, row, DRAW)?;
    places::hold(tx).await?;
    let mut faults = Faults::default();
    if !(2..=20).contains(&parts.len()) {
        faults.add("parts", "grid.net.parts", Text::new("请写出 2 至 20 个新网格", "name two to twenty new grids"));
    }
    let parent = tx.snapshot.places.place(place.parent.unwrap_or_default())?;
    let mut net = Net::around(tx, &place).await?;
    net.leave_out(row.id);
    let mut new = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        let mut of_part = Faults::default();
        let grid = New {
            parent: parent.clone(),
            kind: Kind::parse(&row.kind),
            name: of_part.text("name", &part.name, 60),
            area: of_part.optional_text("area", &part.area, 500),
            drawn: part.drawn.clone(),
        };
        net.admit(&grid, &mut of_part);
        faults.below(&format!("parts.{n}"), of_part);
        new.push(grid);
    }
    let here: HashSet<Uuid> = members::of(tx, row).await?.into_iter().collect();
    let going = share(tx, &parts, &here, &mut faults).await?;
    faults.check()?;

    let drawn = draw_all(tx, new).await?;
    let Some((first_place, first)) = drawn.first() else { return Ok(drawn) };
    for (n, (place, grid)) in drawn.iter().enumerate() {
        tell(tx, "drawn", place, grid)?;
        let there = here.iter().copied().filter(|id| going.get(id).copied().unwrap_or_default() == n).collect();
        members::move_to(tx, grid, place, there).await?;
    }
    staff::go_on_in(tx, row, first).await?;
    let areas: Vec<(&Arc<Place>, &Part)> = drawn.iter().map(|(place, _)| place).zip(&parts).skip(1).collect();
    for open in incident::open_with_a_point(tx, &place).await? {
        let lies = |part: &Part| part.drawn.as_ref().is_some_and(|drawn| incident::lies_in(&open, drawn));
        if let Some((to, _)) = areas.iter().find(|(_, part)| lies(part)) {
            let said = ("grid.incident.move", Text::new("随网格拆分转入", "Went along when the grid was split"));
            process::relocate::<incident::Entity>(tx, &open, to, said, Some(to.name.clone())).await?;
        }
    }
    let today = tx.today();
    places::merge(tx, &place, first_place, today).await?;
    ended(tx, row).await?;
    tell(tx, "split", &place, row)?;
    Ok(drawn)
}

/// Which part each household goes to that is named; the others stay with the first.
async fn share(tx: &Tx, parts: &[Part], here: &HashSet<Uuid>, faults: &mut Faults) -> Result<HashMap<Uuid, usize>> {
    let mut going: HashMap<Uuid, usize> = HashMap::new();
    for (n, part) in parts.iter().enumerate() {
        let mut named: Vec<Uuid> = part.households.clone();
        if let Some(stranger) = named.iter().find(|id| !here.contains(id)) {
            let why = say!("这一户不在原网格里（{stranger}）", "this household is not in the grid ({stranger})");
            faults.add(format!("parts.{n}.households"), "grid.net.household", why);
        }
        for group in &part.groups {
            let there: Vec<Uuid> = household::Entity::within(&Scope::subtree(&tx.snapshot.places, group))
                .select_only()
                .column(household::Column::Id)
                .filter(household::Column::Standing.eq("present"))
                .into_tuple()
                .all(tx.db())
                .await?;
            named.extend(there.into_iter().filter(|id| here.contains(id)));
        }
        for id in named {
            if going.insert(id, n).is_some_and(|other| other != n) {
                let why = say!("有一户同时分到两个新网格（{id}）", "a household goes to two of the new grids ({id})");
                faults.add(format!("parts.{n}.households"), "grid.net.twice", why);
            }
        }
    }
    Ok(going)
}

/// One grid takes over another of its kind beside it.
pub(crate) async fn merge(tx: &mut Tx, row: &Model, into: &Model) -> Result<Model> {
    let place = stands(tx, row, DRAW)?;
    let there = stands(tx, into, DRAW)?;
    places::hold(tx).await?;
    if row.id == into.id || row.kind != into.kind || place.parent != there.parent {
        let mut faults = Faults::default();
        let why = Text::new(
            "只能并入同一个村里的另一个同类网格",
            "merge into another grid of the same kind in the same village",
        );
        faults.add("into", "grid.net.merge", why);
        faults.check()?;
    }
    let today = tx.today();
    let of_old = members::of(tx, row).await?;
    members::move_to(tx, into, &there, of_old).await?;
    for serving in staff::of(tx, row).await?.into_iter().filter(|one| one.until.is_none_or(|until| until > today)) {
        let until = today.max(serving.since);
        staff::finish(tx, &serving, until).await?;
    }
    let merged = match (Drawn::of(row), Drawn::of(into)) {
        (Some(a), Some(b)) if a.datum == b.datum => {
            let drawn = Drawn { boundary: a.boundary.with(&b.boundary), datum: b.datum };
            super::service::keep_boundary(tx, into, None, Some(&drawn)).await?
        }
        _ => into.clone(),
    };
    places::merge(tx, &place, &there, today).await?;
    ended(tx, row).await?;
    tell(tx, "merged", &place, row)?;
    Ok(merged)
}

/// A grid ends that nobody takes over: a market that closed.
pub(crate) async fn end(tx: &mut Tx, row: &Model) -> Result<()> {
    let place = stands(tx, row, DRAW)?;
    places::hold(tx).await?;
    if households(tx, &place).await? > 0 {
        return Err(refuse(
            "grid.net.with_households",
            Text::new("网格里还有住户，不能直接撤销", "there are households in the grid: it cannot simply end"),
        )
        .source(Text::new("平台规则：每户都在一个网格里", "platform rule: every household is in a grid"))
        .who(Text::new("请并入相邻网格", "merge it into a neighbour"))
        .into());
    }
    let today = tx.today();
    places::abolish(tx, &place, today).await?;
    ended(tx, row).await?;
    tell(tx, "ended", &place, row)
}
