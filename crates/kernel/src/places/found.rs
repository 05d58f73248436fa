//! New places below a village: grids, micro-grids, villagers' groups. What lies above comes with the national code table.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{place, version};
use super::{Kind, Place};
use crate::error::{internal, refuse};
use crate::snapshot::Part;
use crate::{Error, Reference, Result, Text, Tx, say};

/// How many digits a place below a village adds to the code of what it lies in (practice of GB/T 31000: 12 + 3).
const DIGITS: usize = 3;

/// Rows of one statement.
const CHUNK: usize = 1_000;

/// A place that is to be. It gets the next free number of its range below its parent, and no number twice.
#[derive(Clone, Debug)]
pub struct New {
    /// A village, or a place in one of a kind above its own.
    pub parent: Arc<Place>,
    pub kind: Kind,
    pub name: String,
    pub numbers: RangeInclusive<u16>,
}

/// Founds places, in order, from a day on. Processes know them as soon as the write has ended.
pub async fn found(tx: &mut Tx, new: Vec<New>, on: NaiveDate) -> Result<Vec<Arc<Place>>> {
    if let Some(wrong) = new.iter().find(|new| new.parent.kind < Kind::Village || new.kind <= new.parent.kind) {
        return Err(internal(format!("a {} cannot lie in a {}", wrong.kind.as_str(), wrong.parent.kind.as_str())));
    }
    let stamp = tx.count_up(Part::Places).await?;
    let last: Option<i32> = place::Entity::all()
        .select_only()
        .column(place::Column::Id)
        .order_by_desc(place::Column::Id)
        .into_tuple()
        .one(tx.db())
        .await?;
    let mut taken = taken(tx, &new).await?;
    let mut founded = Vec::with_capacity(new.len());
    for (id, new) in (last.unwrap_or_default() + 1..).zip(new) {
        let number = |number: u16| format!("{}{number:0DIGITS$}", new.parent.code);
        let Some(code) = new.numbers.clone().map(number).find(|code| !taken.contains(code)) else {
            return Err(full(&new));
        };
        taken.insert(code.clone());
        let above = &new.parent;
        founded.push(Arc::new(Place {
            id,
            kind: new.kind,
            code,
            name: new.name,
            parent: Some(above.id),
            since: on,
            until: None,
            successor: None,
            ..Place::clone(above)
        }));
    }
    for some in founded.chunks(CHUNK) {
        let rows = some.iter().map(|new| place::ActiveModel {
            id: Set(new.id),
            kind: Set(new.kind.as_str().to_owned()),
            successor: Set(None),
            stamp: Set(stamp),
        });
        place::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        let rows = some.iter().map(|new| version::ActiveModel {
            place: Set(new.id),
            since: Set(on),
            until: Set(None),
            code: Set(new.code.clone()),
            name: Set(new.name.clone()),
            parent: Set(new.parent),
        });
        version::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(founded)
}

/// Every code that is or was in use directly below these parents.
async fn taken(tx: &Tx, new: &[New]) -> Result<BTreeSet<String>> {
    let parents: BTreeSet<i32> = new.iter().map(|new| new.parent.id).collect();
    let mut taken = BTreeSet::new();
    for some in parents.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let codes: Vec<String> = version::Entity::all()
            .select_only()
            .column(version::Column::Code)
            .filter(version::Column::Parent.is_in(some.to_vec()))
            .into_tuple()
            .all(tx.db())
            .await?;
        taken.extend(codes);
    }
    Ok(taken)
}

fn full(new: &New) -> Error {
    let (name, first, last) = (&new.parent.name, new.numbers.start(), new.numbers.end());
    refuse(
        "base.place.numbers",
        say!("{name}的编号 {first}–{last} 已用完", "the numbers {first}–{last} of {name} are used up"),
    )
    .source(Text::new("平台规则：编号不重复使用", "platform rule: a number is not given twice"))
    .who(Text::new("请并入现有的地方，或改在下一级设立", "merge into a place there is, or found it one level below"))
    .into()
}
