//! Importing a five-level code table: what would change is shown first, every bad line with its number and reason; then
//! it is applied as a whole, and the same file again changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::division::DivisionCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::change::mark;
pub use super::code_table::{BadLine, Row};
use super::code_table::{Told, read, read_changes};
use super::entity::{place, version};
use super::{Kind, Place, Tree};
use crate::snapshot::Part;
use crate::{Reference, Result, Text, Tx, say};

/// What applying the file would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub added: Vec<Row>,
    /// Place, old name, new name.
    pub renamed: Vec<(i32, String, String)>,
    /// Same place under a new code: place, old code, row. By the changes file, or because name and level leave no doubt.
    pub moved: Vec<(i32, String, Row)>,
    /// Place and the code of the place that took it over.
    pub merged: Vec<(i32, String, DivisionCode)>,
    /// Place and code.
    pub abolished: Vec<(i32, String)>,
    pub unchanged: usize,
    pub bad: Vec<BadLine>,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.renamed.is_empty()
            && self.moved.is_empty()
            && self.merged.is_empty()
            && self.abolished.is_empty()
    }
}

/// Reads `code,name,level` (any order of columns, others ignored; UTF-8 with or without a mark at the front). `changes`
/// is an optional second file `old,new,kind` with kind `move` or `merge`, which settles what names alone cannot.
pub fn plan(tree: &Tree, table: &[u8], changes: Option<&[u8]>) -> Plan {
    let mut plan = Plan::default();
    let rows = read(table, &mut plan.bad);
    let told = changes.map_or_else(BTreeMap::new, |bytes| read_changes(bytes, &rows, &mut plan.bad));
    if plan.bad.is_empty() {
        compare(tree, rows, &told, &mut plan);
    }
    plan
}

fn compare(tree: &Tree, rows: BTreeMap<DivisionCode, Row>, told: &BTreeMap<String, Told>, plan: &mut Plan) {
    let tops: Vec<&Row> = rows.values().filter(|row| row.parent.is_none()).collect();
    let within = |place: &Place| {
        tops.iter().any(|top| DivisionCode::parse(&place.code).is_ok_and(|code| top.code.contains(code)))
    };
    let mut gone: Vec<Arc<Place>> = tree
        .all()
        .filter(|place| place.until.is_none() && place.kind <= Kind::Village && within(place))
        .filter(|place| DivisionCode::parse(&place.code).is_ok_and(|code| !rows.contains_key(&code)))
        .cloned()
        .collect();
    gone.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    let mut fresh: BTreeMap<DivisionCode, Row> = BTreeMap::new();
    for (code, row) in rows {
        match tree.by_code(code.padded()) {
            Some(place) if place.name == row.name => plan.unchanged += 1,
            Some(place) => plan.renamed.push((place.id, place.name.clone(), row.name)),
            None => {
                fresh.insert(code, row);
            }
        }
    }
    // Top down, so that a county that moved takes its townships along.
    let mut moved_to: HashMap<i32, DivisionCode> = HashMap::new();
    for place in gone {
        let known = match told.get(&place.code) {
            Some(Told::Merged(into)) => {
                // What lay below is looked for below the place that took over.
                moved_to.insert(place.id, *into);
                plan.merged.push((place.id, place.code.clone(), *into));
                continue;
            }
            Some(Told::Moved(code)) => Some(*code),
            None => guess(tree, &place, &fresh, &moved_to),
        };
        match known.and_then(|code| fresh.remove(&code)) {
            Some(row) => {
                moved_to.insert(place.id, row.code);
                plan.moved.push((place.id, place.code.clone(), row));
            }
            None => plan.abolished.push((place.id, place.code.clone())),
        }
    }
    plan.added = fresh.into_values().collect();
}

/// The one new row that can only be this place: same name and level under where its parent went, or, for want of that,
/// the only one of its name and level in the same county or prefecture.
fn guess(
    tree: &Tree,
    place: &Place,
    fresh: &BTreeMap<DivisionCode, Row>,
    moved_to: &HashMap<i32, DivisionCode>,
) -> Option<DivisionCode> {
    let alike = |row: &&Row| row.name == place.name && Kind::from(row.code.level()) == place.kind;
    let parent = place.parent.and_then(|id| moved_to.get(&id).copied().or_else(|| code_of(tree, id)));
    let under: Vec<&Row> = fresh.values().filter(alike).filter(|row| row.parent == parent).collect();
    if let [one] = under.as_slice() {
        return Some(one.code);
    }
    let area = match place.kind {
        Kind::Village | Kind::Township => {
            place.county.and_then(|id| moved_to.get(&id).copied().or_else(|| code_of(tree, id)))
        }
        Kind::County => place.prefecture.and_then(|id| code_of(tree, id)),
        _ => None,
    }?;
    let nearby: Vec<&Row> = fresh.values().filter(alike).filter(|row| area.contains(row.code)).collect();
    match nearby.as_slice() {
        [one] => Some(one.code),
        _ => None,
    }
}

fn code_of(tree: &Tree, id: i32) -> Option<DivisionCode> {
    tree.get(id).and_then(|place| DivisionCode::parse(&place.code).ok())
}

/// A place has one code, name and parent a day, and its history runs forward.
fn after_the_last_change(tree: &Tree, plan: &Plan, on: NaiveDate) -> Result<()> {
    let moved = plan.moved.iter().map(|(id, ..)| *id).chain(plan.merged.iter().map(|(id, ..)| *id));
    let others = plan.renamed.iter().map(|(id, ..)| *id).chain(plan.abolished.iter().map(|(id, _)| *id));
    for place in moved.chain(others).filter_map(|id| tree.get(id)) {
        let since = tree.versions(place).last().map_or(place.since, |version| version.since);
        if on <= since {
            let name = &place.name;
            return Err(crate::invalid(
                "on",
                "base.place.before",
                say!("须晚于{name}上一次变更（{since}）", "must be after the last change of {name} ({since})"),
            ));
        }
    }
    Ok(())
}

/// The tree in memory is that of today: a table is applied when its day has come.
fn not_ahead(tx: &Tx, on: NaiveDate) -> Result<()> {
    if on <= tx.today() {
        return Ok(());
    }
    let why = Text::new("生效日期不能在将来，请到时再办", "the day cannot lie ahead; do it when it has come");
    Err(crate::invalid("on", "base.place.future", why))
}

/// Rows of one statement; stays far below what either database takes.
const CHUNK: usize = 1_000;

/// Makes the plan true from a day on. `progress` is told how many rows were written.
pub async fn apply(tx: &mut Tx, plan: &Plan, on: NaiveDate, progress: &(dyn Fn(usize) + Sync)) -> Result<()> {
    let snapshot = tx.snapshot.clone();
    let tree = &snapshot.places;
    after_the_last_change(tree, plan, on)?;
    not_ahead(tx, on)?;
    let stamp = tx.count_up(Part::Places).await?;
    let mut next = tree.last_id();
    let mut ids: HashMap<DivisionCode, i32> = HashMap::new();
    for (id, _, row) in &plan.moved {
        ids.insert(row.code, *id);
    }
    let mut places = Vec::with_capacity(plan.added.len());
    let mut versions = Vec::with_capacity(plan.added.len() + plan.moved.len());
    for row in &plan.added {
        next += 1;
        ids.insert(row.code, next);
        places.push(place::ActiveModel {
            id: Set(next),
            kind: Set(Kind::from(row.code.level()).as_str().to_owned()),
            successor: Set(None),
            stamp: Set(stamp),
        });
    }
    let id_of = |code: DivisionCode| ids.get(&code).copied().or_else(|| tree.by_code(code.padded()).map(|p| p.id));
    let version = |place: i32, row: &Row| version::ActiveModel {
        place: Set(place),
        since: Set(on),
        until: Set(None),
        code: Set(row.code.padded().to_owned()),
        name: Set(row.name.clone()),
        parent: Set(row.parent.and_then(id_of)),
    };
    versions.extend(plan.added.iter().filter_map(|row| Some(version(id_of(row.code)?, row))));
    versions.extend(plan.moved.iter().map(|(id, _, row)| version(*id, row)));
    let mut ended: Vec<i32> = Vec::new();
    ended.extend(plan.moved.iter().map(|(id, ..)| *id));
    ended.extend(plan.merged.iter().map(|(id, ..)| *id));
    ended.extend(plan.abolished.iter().map(|(id, _)| *id));
    for (id, _, name) in &plan.renamed {
        let Some(place) = tree.get(*id) else { continue };
        ended.push(*id);
        versions.push(version::ActiveModel {
            place: Set(*id),
            since: Set(on),
            until: Set(None),
            code: Set(place.code.clone()),
            name: Set(name.clone()),
            parent: Set(place.parent),
        });
    }
    for chunk in ended.chunks(CHUNK) {
        version::Entity::change()
            .col_expr(version::Column::Until, Expr::value(Some(on)))
            .filter(version::Column::Place.is_in(chunk.to_vec()))
            .filter(version::Column::Until.is_null())
            .exec(tx.db())
            .await?;
    }
    for (id, _, into) in &plan.merged {
        place::Entity::change()
            .col_expr(place::Column::Successor, Expr::value(id_of(*into)))
            .filter(place::Column::Id.eq(*id))
            .exec(tx.db())
            .await?;
    }
    for chunk in places.chunks(CHUNK) {
        place::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
        progress(chunk.len());
    }
    for chunk in versions.chunks(CHUNK) {
        version::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    mark(tx, &ended).await?;
    tx.note("added", plan.added.len());
    tx.note("renamed", plan.renamed.len());
    tx.note("moved", plan.moved.len());
    tx.note("merged", plan.merged.len());
    tx.note("abolished", plan.abolished.len());
    if let (None, Some(root)) = (tree.roots().first(), plan.added.first()) {
        let id = id_of(root.code).unwrap_or(1);
        tx.stand_at(Arc::new(Place::first(id, root.code.padded(), &root.name, on)));
    }
    Ok(())
}
