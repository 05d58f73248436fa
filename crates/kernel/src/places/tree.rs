//! The place tree in memory: every request asks it, so it answers without the database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::division::DivisionCode;

use super::find::Initials;
use super::{Kind, entity};
use crate::{Error, Result};

mod grow;

pub(crate) use grow::follow;
pub use grow::load;

/// A place as it is now, or as it last was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: i32,
    pub kind: Kind,
    pub code: String,
    pub name: String,
    pub parent: Option<i32>,
    pub since: NaiveDate,
    /// The day it ceased to be, for a place that was abolished or merged.
    pub until: Option<NaiveDate>,
    pub successor: Option<i32>,
    pub province: i32,
    pub prefecture: Option<i32>,
    /// The county, or the city without counties that acts as one.
    pub county: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
}

impl Place {
    /// The top of a tree that is being written.
    pub(super) fn first(id: i32, code: &str, name: &str, since: NaiveDate) -> Place {
        Place {
            id,
            kind: Kind::Province,
            code: code.to_owned(),
            name: name.to_owned(),
            parent: None,
            since,
            until: None,
            successor: None,
            province: id,
            prefecture: None,
            county: None,
            township: None,
            village: None,
        }
    }

    /// The value of a tenant row's `county` here: the county, or above counties the place itself.
    pub fn chain(&self) -> i32 {
        self.county.unwrap_or(self.id)
    }

    /// A city without counties: its townships hang on it directly (Dongguan, DOMAIN §1.1 of the statistical tree).
    pub fn acts_as_county(&self) -> bool {
        self.county == Some(self.id)
    }

    /// Whether modules' matters cannot be written here because no single county is meant.
    pub fn above_county(&self) -> bool {
        self.county.is_none()
    }
}

/// All places, now and before.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    places: HashMap<i32, Arc<Place>>,
    children: HashMap<i32, Vec<i32>>,
    current: HashMap<String, i32>,
    /// Codes that are no longer anybody's, and whose they were.
    former: HashMap<String, Vec<entity::version::Model>>,
    /// Versions of places that have more than one, oldest first.
    history: HashMap<i32, Vec<entity::version::Model>>,
    /// What lies or lay directly below: children, and what was merged into the place.
    below: HashMap<i32, Vec<i32>>,
    /// Every place that is a value of `county`: counties, and what lies above them; living or not.
    chains: Vec<i32>,
    roots: Vec<i32>,
    last_id: i32,
    initials: HashMap<i32, Initials>,
}

/// What a code means.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub place: Arc<Place>,
    /// Asked for as it was on a date: what was merged into it later does not count.
    pub exactly: bool,
}

impl Tree {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn last_id(&self) -> i32 {
        self.last_id
    }

    pub fn get(&self, id: i32) -> Option<&Arc<Place>> {
        self.places.get(&id)
    }

    /// The place of an id that a row holds; rows are only written with ids of the tree.
    pub fn place(&self, id: i32) -> Result<Arc<Place>> {
        self.places.get(&id).cloned().ok_or(Error::NotFound("place"))
    }

    /// With which letters a place's name may be typed.
    pub(super) fn initials(&self, id: i32) -> &[u32] {
        self.initials.get(&id).map_or(&[], |initials| initials)
    }

    pub fn name(&self, id: i32) -> &str {
        self.places.get(&id).map_or("", |p| &p.name)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Place>> {
        self.places.values()
    }

    pub fn roots(&self) -> &[i32] {
        &self.roots
    }

    pub fn children(&self, id: i32) -> impl Iterator<Item = &Arc<Place>> {
        self.children.get(&id).into_iter().flatten().filter_map(|id| self.places.get(id))
    }

    /// The place that has this code today.
    pub fn by_code(&self, code: &str) -> Option<&Arc<Place>> {
        self.current.get(code).and_then(|id| self.places.get(id))
    }

    /// A code at any level, `5301` as well as `530100000000`; a code that is no longer in use means the place that took
    /// over. `code@2024-06-30` means the place that had the code on that day, as it was.
    pub fn resolve(&self, text: &str) -> Option<Resolved> {
        let (code, on) = match text.split_once('@') {
            Some((code, date)) => (code, Some(date.parse::<NaiveDate>().ok()?)),
            None => (text, None),
        };
        let code = match DivisionCode::parse(code) {
            Ok(code) => code.padded().to_owned(),
            Err(_) => code.to_owned(),
        };
        match on {
            Some(date) => self.on(&code, date).map(|place| Resolved { place, exactly: true }),
            None => {
                let place = match self.current.get(&code) {
                    Some(id) => self.places.get(id)?.clone(),
                    // A code may have been given again: the last holder counts.
                    None => self.successor(self.former.get(&code)?.iter().max_by_key(|v| v.until)?.place)?,
                };
                Some(Resolved { place, exactly: false })
            }
        }
    }

    fn on(&self, code: &str, date: NaiveDate) -> Option<Arc<Place>> {
        let held = |v: &&entity::version::Model| v.since <= date && v.until.is_none_or(|until| date < until);
        if let Some(version) = self.former.get(code).into_iter().flatten().find(held) {
            return self.places.get(&version.place).cloned();
        }
        let place = self.by_code(code)?;
        let since = self.history.get(&place.id).and_then(|v| v.last()).map_or(place.since, |v| v.since);
        (since <= date).then(|| place.clone())
    }

    /// The living place behind an id: itself, or what it was merged into.
    pub fn successor(&self, id: i32) -> Option<Arc<Place>> {
        let mut place = self.places.get(&id)?;
        // A chain of merges ends; the bound only guards against a circle in damaged data.
        for _ in 0..64 {
            match place.successor {
                Some(next) => place = self.places.get(&next)?,
                None => break,
            }
        }
        Some(place.clone())
    }

    /// Every place merged into this one, also by way of others.
    pub fn predecessors(&self, id: i32) -> Vec<i32> {
        self.walk(id, |above, place| place.successor == Some(above))
    }

    /// Dated codes, names and parents of a place, oldest first. One entry when nothing ever changed.
    pub fn versions(&self, place: &Place) -> Vec<entity::version::Model> {
        self.history.get(&place.id).cloned().unwrap_or_else(|| {
            vec![entity::version::Model {
                place: place.id,
                since: place.since,
                until: place.until,
                code: place.code.clone(),
                name: place.name.clone(),
                parent: place.parent,
            }]
        })
    }

    /// The counties under which rows of this place were written, now and before a transfer.
    pub fn chains(&self, id: i32) -> Vec<i32> {
        let Some(place) = self.places.get(&id) else { return Vec::new() };
        let mut chains = vec![place.chain()];
        let mut above = Some(place.clone());
        // A place also changes its county when a place above it was transferred.
        while let Some(node) = above {
            for version in self.history.get(&node.id).into_iter().flatten() {
                if let Some(parent) = version.parent.and_then(|id| self.places.get(&id))
                    && !chains.contains(&parent.chain())
                    && node.kind > Kind::County
                {
                    chains.push(parent.chain());
                }
            }
            above = node.parent.and_then(|id| self.places.get(&id)).cloned();
        }
        chains
    }

    /// Every value of `county` that rows under these places carry, counties that have ended among them.
    pub fn chains_below(&self, ids: &[i32]) -> Vec<i32> {
        let below = |chain: &i32| ids.iter().any(|id| self.contains(*id, *chain));
        self.chains.iter().copied().filter(below).collect()
    }

    /// Whether a county came to this place or left it: then the level column of older rows says otherwise.
    pub fn has_moved_counties(&self, id: i32) -> bool {
        self.chains.iter().filter_map(|chain| self.history.get(chain)).any(|versions| {
            let here = |version: &entity::version::Model| version.parent == Some(id);
            versions.iter().any(here) && !versions.iter().all(here)
        })
    }

    /// The counties under a place (itself where it is one), by code. Cities without counties count as counties.
    pub fn counties(&self, id: i32) -> impl Iterator<Item = &Arc<Place>> {
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            let Some(place) = self.places.get(&next) else { continue };
            match place.county {
                Some(county) if county == place.id => {
                    found.push(place);
                    // A city may have townships of its own and counties as well.
                    if place.kind < Kind::County {
                        open.extend(self.children.get(&next).into_iter().flatten());
                    }
                }
                Some(_) => {}
                None => open.extend(self.children.get(&next).into_iter().flatten()),
            }
        }
        found.sort_by(|a, b| a.code.cmp(&b.code));
        found.into_iter()
    }

    /// The ids of the place and of all that lies, or lay, below it.
    pub fn descendants(&self, id: i32) -> Vec<i32> {
        let mut found = vec![id];
        found.extend(self.walk(id, |_, _| true));
        found
    }

    /// All that lies or lay below, going on only where `through` says so.
    fn walk(&self, id: i32, through: impl Fn(i32, &Place) -> bool) -> Vec<i32> {
        let (mut found, mut seen) = (Vec::new(), HashSet::from([id]));
        let mut open = vec![id];
        while let Some(above) = open.pop() {
            for next in self.below.get(&above).into_iter().flatten() {
                if self.places.get(next).is_some_and(|place| through(above, place)) && seen.insert(*next) {
                    found.push(*next);
                    open.push(*next);
                }
            }
        }
        found
    }

    /// The place and everything above it, nearest first.
    pub fn lineage(&self, id: i32) -> Vec<Arc<Place>> {
        let mut line = Vec::with_capacity(6);
        let mut next = Some(id);
        while let Some(place) = next.and_then(|id| self.places.get(&id)) {
            line.push(place.clone());
            next = place.parent;
        }
        line
    }

    /// Whether `inner` is `outer` or below it. What was merged lies where the place lies that took it over.
    pub fn contains(&self, outer: i32, inner: i32) -> bool {
        let mut next = Some(inner);
        while let Some(id) = next {
            if id == outer {
                return true;
            }
            next = self.places.get(&id).and_then(|p| p.successor.or(p.parent));
        }
        false
    }

    /// A county, or an ancestor of counties, by any place in it.
    pub fn county_of(&self, place: &Place) -> Option<Arc<Place>> {
        place.county.and_then(|id| self.places.get(&id)).cloned()
    }
}
