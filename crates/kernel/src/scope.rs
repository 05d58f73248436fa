//! The places an operation is confined to. The empty scope reads nothing: no filter never means everything.

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select, UpdateMany};

use crate::places::{Kind, Place, Tree};
use crate::wall::Counties;

/// Which rows an operation may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    branches: Vec<Branch>,
}

/// A part of the place tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Branch {
    /// The counties whose rows these are; `None` for a whole province.
    counties: Option<Vec<i32>>,
    /// The level column and the places in it.
    level: Option<(LevelColumn, Vec<i32>)>,
    /// Whether `counties` alone says it all, so that `level` is only the quicker way to say it.
    whole: bool,
}

/// The ancestor columns a tenant row carries beside `county`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelColumn {
    Prefecture,
    Township,
    Village,
    /// The exact place: anything below a village.
    Place,
}

impl Scope {
    /// Nothing.
    pub fn none() -> Scope {
        Scope::default()
    }

    /// The subtree of one place, with what was merged into it.
    pub fn subtree(tree: &Tree, place: &Place) -> Scope {
        Scope { branches: vec![Branch::of(tree, place, true)] }
    }

    /// One place as it was: without what was merged into it later.
    pub fn exactly(tree: &Tree, place: &Place) -> Scope {
        Scope { branches: vec![Branch::of(tree, place, false)] }
    }

    /// Several counties' rows.
    pub fn counties(ids: Vec<i32>) -> Scope {
        if ids.is_empty() {
            Scope::none()
        } else {
            Scope { branches: vec![Branch { counties: Some(ids), level: None, whole: true }] }
        }
    }

    /// What was laid down at a place and at every place above it: baselines and overlays are read upward.
    pub fn upward(tree: &Tree, place: &Place) -> Scope {
        Scope::counties(tree.lineage(place.id).iter().map(|p| p.chain()).collect())
    }

    /// Every row: for the platform's own upkeep, never for a request.
    pub(crate) fn platform() -> Scope {
        Scope { branches: vec![Branch { counties: None, level: None, whole: true }] }
    }

    /// The rows that upkeep at a place is for: a county's, with those of counties merged into it; above counties, only
    /// what was written at the very place.
    pub fn chain(tree: &Tree, place: &Place) -> Scope {
        if place.county == Some(place.id) { Scope::subtree(tree, place) } else { Scope::counties(vec![place.chain()]) }
    }

    pub fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    /// Whether rows of this place lie within the scope.
    pub fn covers(&self, place: &Place) -> bool {
        self.branches.iter().any(|branch| branch.covers(place))
    }

    /// The counties that rows of this scope can be of.
    pub(crate) fn reach(&self) -> Counties {
        self.branches.iter().fold(Counties::default(), |all, branch| match &branch.counties {
            None => Counties::All,
            Some(ids) => all.and(ids.iter().copied()),
        })
    }

    /// Adds another part.
    pub fn and_also(mut self, other: Scope) -> Scope {
        for branch in other.branches {
            if !self.branches.contains(&branch) {
                self.branches.push(branch);
            }
        }
        self
    }

    /// The part of the scope that lies in these counties.
    pub fn only_counties(&self, ids: &[i32]) -> Scope {
        let branches = self.branches.iter().filter_map(|branch| {
            let counties: Vec<i32> = match &branch.counties {
                None => ids.to_vec(),
                Some(own) => own.iter().copied().filter(|id| ids.contains(id)).collect(),
            };
            let level = if branch.whole { None } else { branch.level.clone() };
            (!counties.is_empty()).then_some(Branch { counties: Some(counties), level, whole: branch.whole })
        });
        Scope { branches: branches.collect() }
    }

    fn condition<E: Scoped>(&self) -> Condition {
        if self.branches.is_empty() {
            return Condition::all().add(nothing());
        }
        self.branches.iter().fold(Condition::any(), |any, branch| any.add(branch.condition::<E>()))
    }
}

impl Branch {
    fn of(tree: &Tree, place: &Place, with_merged: bool) -> Branch {
        let mut ids = vec![place.id];
        if with_merged {
            ids.extend(tree.predecessors(place.id));
        }
        let counties = |ids: &[i32]| {
            // A place that was transferred keeps its rows under the county that wrote them.
            let mut counties: Vec<i32> = ids.iter().flat_map(|id| tree.chains(*id)).collect();
            counties.sort_unstable();
            counties.dedup();
            counties
        };
        if place.kind > Kind::Village && with_merged {
            // Rows carry the exact place: what lies below a grid is named too.
            ids = tree.descendants(place.id);
        }
        let below = |level| Branch { counties: Some(counties(&ids)), level: Some((level, ids.clone())), whole: false };
        match place.kind {
            Kind::Province if tree.roots().len() <= 1 => Branch { counties: None, level: None, whole: true },
            Kind::Province => Branch { counties: Some(tree.chains_below(&ids)), level: None, whole: true },
            Kind::Prefecture if !place.acts_as_county() => {
                let quicker = !ids.iter().any(|id| tree.has_moved_counties(*id));
                Branch {
                    counties: Some(tree.chains_below(&ids)),
                    level: quicker.then_some((LevelColumn::Prefecture, ids)),
                    whole: true,
                }
            }
            Kind::Prefecture | Kind::County => Branch { counties: Some(ids), level: None, whole: true },
            Kind::Township => below(LevelColumn::Township),
            Kind::Village => below(LevelColumn::Village),
            _ => below(LevelColumn::Place),
        }
    }

    fn covers(&self, place: &Place) -> bool {
        let within = self.counties.as_ref().is_none_or(|ids| ids.contains(&place.chain()));
        let level = self.level.as_ref().is_none_or(|(level, ids)| {
            let own = match level {
                LevelColumn::Prefecture => place.prefecture,
                LevelColumn::Township => place.township,
                LevelColumn::Village => place.village,
                LevelColumn::Place => Some(place.id),
            };
            own.is_some_and(|id| ids.contains(&id))
        });
        within && level
    }

    fn condition<E: Scoped>(&self) -> Condition {
        let level = self.level.as_ref().map(|(level, ids)| (E::level(*level), ids));
        let counties = || self.counties.as_ref().map(|ids| among(E::COUNTY, ids));
        let mut all = Condition::all();
        match level {
            Some((Some(column), ids)) => {
                all = all.add(among(column, ids));
                if !self.whole {
                    all = all.add_option(counties());
                }
                all
            }
            // The table's rows belong to whole counties: a part of a county sees none of them.
            Some((None, _)) if !self.whole => all.add(nothing()),
            _ => all.add_option(counties()),
        }
    }
}

/// True of no row.
fn nothing() -> SimpleExpr {
    Expr::val(1).eq(Expr::val(0))
}

fn among<C: ColumnTrait>(column: C, ids: &[i32]) -> SimpleExpr {
    match ids {
        [one] => column.eq(*one),
        many => column.is_in(many.iter().copied()),
    }
}

/// A tenant table. Every query on its rows starts with the scope; the plain `find` is banned by clippy.
pub trait Scoped: EntityTrait {
    const COUNTY: Self::Column;

    /// The table's column for a level, where it has one.
    fn level(level: LevelColumn) -> Option<Self::Column>;

    fn within(scope: &Scope) -> Select<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place where a scope is put on")]
        Self::find().filter(scope.condition::<Self>())
    }

    fn update_within(scope: &Scope) -> UpdateMany<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place where a scope is put on")]
        Self::update_many().filter(scope.condition::<Self>())
    }

    fn delete_within(scope: &Scope) -> sea_orm::DeleteMany<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place where a scope is put on")]
        Self::delete_many().filter(scope.condition::<Self>())
    }
}

/// A reference table: the same rows for everybody, so no scope.
pub trait Reference: EntityTrait {
    fn all() -> Select<Self> {
        #[expect(clippy::disallowed_methods, reason = "a reference table has no county")]
        Self::find()
    }

    fn change() -> UpdateMany<Self> {
        #[expect(clippy::disallowed_methods, reason = "a reference table has no county")]
        Self::update_many()
    }

    fn remove() -> sea_orm::DeleteMany<Self> {
        #[expect(clippy::disallowed_methods, reason = "a reference table has no county")]
        Self::delete_many()
    }
}

/// Makes an entity [`Scoped`]: `scoped!(Entity)` for rows with the columns of `Columns::places`, `scoped!(Entity, county)`
/// for rows of whole counties.
#[macro_export]
macro_rules! scoped {
    ($entity:ty) => {
        impl $crate::Scoped for $entity {
            const COUNTY: Column = Column::County;
            fn level(level: $crate::scope::LevelColumn) -> Option<Column> {
                Some(match level {
                    $crate::scope::LevelColumn::Prefecture => Column::Prefecture,
                    $crate::scope::LevelColumn::Township => Column::Township,
                    $crate::scope::LevelColumn::Village => Column::Village,
                    $crate::scope::LevelColumn::Place => Column::Place,
                })
            }
        }
    };
    ($entity:ty, county) => {
        impl $crate::Scoped for $entity {
            const COUNTY: Column = Column::County;
            fn level(_: $crate::scope::LevelColumn) -> Option<Column> {
                None
            }
        }
    };
}
