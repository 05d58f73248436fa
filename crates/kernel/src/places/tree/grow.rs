//! How the tree in memory comes from its rows, and follows their changes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use super::{Place, Tree};
use crate::places::find::initials;
use crate::places::{Kind, entity};
use crate::{Reference, Result};

/// Reads the whole tree in two queries.
pub async fn load(db: &impl ConnectionTrait) -> Result<Tree> {
    let places = entity::place::Entity::all().all(db).await?;
    let versions = entity::version::Entity::all().order_by_asc(entity::version::Column::Since).all(db).await?;
    Ok(Tree::build(places, versions))
}

/// The tree with what changed since a state of it: of grids and the like only these are read, and all of it after a change
/// from the village up, which what lies below inherits.
pub(crate) async fn follow(db: &impl ConnectionTrait, known: &Tree, seen: i64) -> Result<Tree> {
    let changed = entity::place::Entity::all().filter(entity::place::Column::Stamp.gt(seen)).all(db).await?;
    if changed.iter().any(|row| Kind::parse(&row.kind).is_none_or(|kind| kind <= Kind::Village)) {
        return load(db).await;
    }
    let mut versions = Vec::new();
    for some in changed.chunks(1_000) {
        let of = entity::version::Column::Place.is_in(some.iter().map(|row| row.id));
        let found = entity::version::Entity::all().filter(of).order_by_asc(entity::version::Column::Since);
        versions.extend(found.all(db).await?);
    }
    let mut tree = known.clone();
    tree.take(changed, versions);
    Ok(tree)
}

impl Tree {
    pub fn build(places: Vec<entity::place::Model>, versions: Vec<entity::version::Model>) -> Tree {
        let mut tree = Tree::default();
        tree.take(places, versions);
        tree
    }

    /// Takes in new and changed places, each with all its versions.
    fn take(&mut self, places: Vec<entity::place::Model>, versions: Vec<entity::version::Model>) {
        let mut by_place: HashMap<i32, Vec<entity::version::Model>> = HashMap::with_capacity(places.len());
        for version in versions {
            by_place.entry(version.place).or_default().push(version);
        }
        let mut order: Vec<(Kind, entity::place::Model)> =
            places.into_iter().filter_map(|row| Some((Kind::parse(&row.kind)?, row))).collect();
        order.sort_by_key(|(kind, row)| (*kind, row.id));
        let county_cities = cities_without_counties(&order, &by_place);
        let mut parents = BTreeSet::new();
        for (kind, row) in order {
            self.forget(row.id);
            let Some(versions) = by_place.remove(&row.id) else { continue };
            self.add(kind, &row, versions, county_cities.contains(&row.id));
            parents.extend(self.places.get(&row.id).and_then(|place| place.parent));
        }
        for parent in parents {
            let Some(mut children) = self.children.remove(&parent) else { continue };
            children.sort_by(|a, b| self.places[a].code.cmp(&self.places[b].code));
            self.children.insert(parent, children);
        }
    }

    /// Takes out what is known of a place that is read anew.
    fn forget(&mut self, id: i32) {
        let Some(known) = self.places.remove(&id) else { return };
        if self.current.get(&known.code) == Some(&id) {
            self.current.remove(&known.code);
        }
        for version in self.history.remove(&id).into_iter().flatten() {
            if let Some(held) = self.former.get_mut(&version.code) {
                held.retain(|version| version.place != id);
            }
        }
        if let Some(held) = self.former.get_mut(&known.code) {
            held.retain(|version| version.place != id);
        }
        let above = [known.parent, known.successor];
        for id_above in above.into_iter().flatten() {
            for list in [&mut self.children, &mut self.below].into_iter().filter_map(|map| map.get_mut(&id_above)) {
                list.retain(|one| *one != id);
            }
        }
    }

    fn add(
        &mut self,
        kind: Kind,
        row: &entity::place::Model,
        mut versions: Vec<entity::version::Model>,
        county_city: bool,
    ) {
        let Some(latest) = versions.last().cloned() else { return };
        self.last_id = self.last_id.max(row.id);
        let above = latest.parent.and_then(|id| self.places.get(&id).cloned());
        let inherit = |of: fn(&Place) -> Option<i32>| above.as_deref().and_then(of);
        let own = |level: Kind, inherited: Option<i32>| if kind == level { Some(row.id) } else { inherited };
        let place = Place {
            id: row.id,
            kind,
            since: versions.first().map_or(latest.since, |v| v.since),
            until: latest.until,
            successor: row.successor,
            province: above.as_ref().map_or(row.id, |p| p.province),
            prefecture: own(Kind::Prefecture, inherit(|p| p.prefecture)),
            county: if county_city { Some(row.id) } else { own(Kind::County, inherit(|p| p.county)) },
            township: own(Kind::Township, inherit(|p| p.township)),
            village: own(Kind::Village, inherit(|p| p.village)),
            code: latest.code,
            name: latest.name,
            parent: latest.parent,
        };
        if let Some(above) = place.successor.or(place.parent) {
            self.below.entry(above).or_default().push(place.id);
        }
        if place.until.is_none() {
            self.current.insert(place.code.clone(), place.id);
            match place.parent {
                Some(parent) => self.children.entry(parent).or_default().push(place.id),
                None => self.roots.push(place.id),
            }
        }
        for version in &versions {
            if version.until.is_some() {
                self.former.entry(version.code.clone()).or_default().push(version.clone());
            }
        }
        if place.chain() == place.id {
            self.chains.push(place.id);
        }
        if versions.len() > 1 {
            versions.shrink_to_fit();
            self.history.insert(place.id, versions);
        }
        self.initials.insert(place.id, initials(&place.name));
        self.places.insert(place.id, Arc::new(place));
    }
}

fn cities_without_counties(
    order: &[(Kind, entity::place::Model)],
    versions: &HashMap<i32, Vec<entity::version::Model>>,
) -> HashSet<i32> {
    let kinds: HashMap<i32, Kind> = order.iter().map(|(kind, row)| (row.id, *kind)).collect();
    order
        .iter()
        .filter(|(kind, _)| *kind == Kind::Township)
        .filter_map(|(_, row)| versions.get(&row.id)?.last()?.parent)
        .filter(|parent| kinds.get(parent) == Some(&Kind::Prefecture))
        .collect()
}
