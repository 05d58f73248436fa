//! What every request asks and few requests change, kept in memory: places, switches, rules, processes, roles. A counter
//! per part in the database tells every process on it when to read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use jizuo_standards::calendar::Calendar;
use sea_orm::ExprTrait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::{Db, Reference, Result, counties, identity, places, process, rules};

/// One view of everything that is kept in memory.
#[derive(Clone, Default)]
pub struct Snapshot {
    pub places: Arc<places::Tree>,
    pub sets: Arc<counties::Sets>,
    pub rules: Arc<rules::Overlays>,
    pub processes: Arc<process::Overlays>,
    pub roles: Arc<identity::LocalRoles>,
    pub calendar: Arc<Calendar>,
}

/// A part that is read again as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Places,
    Sets,
    Rules,
    Processes,
    Roles,
    Calendar,
}

impl Part {
    const ALL: [Part; 6] = [Part::Places, Part::Sets, Part::Rules, Part::Processes, Part::Roles, Part::Calendar];

    fn name(self) -> &'static str {
        match self {
            Part::Places => "places",
            Part::Sets => "sets",
            Part::Rules => "rules",
            Part::Processes => "processes",
            Part::Roles => "roles",
            Part::Calendar => "calendar",
        }
    }
}

mod revision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_revision")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub part: String,
        pub number: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub(crate) type Revisions = BTreeMap<String, i64>;

pub(crate) async fn revisions(db: &impl ConnectionTrait) -> Result<Revisions> {
    Ok(revision::Entity::all().all(db).await?.into_iter().map(|row| (row.part, row.number)).collect())
}

/// What a write changes of the parts; each is counted up once.
#[derive(Default)]
pub(crate) struct Touched {
    parts: Vec<Part>,
    /// Of these, what was counted up before the commit.
    counted: Vec<Part>,
}

impl Touched {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(crate) fn note(&mut self, part: Part) {
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// Counts a part up now, and gives its number.
    pub(crate) async fn count_up(&mut self, tx: &DatabaseTransaction, part: Part) -> Result<i64> {
        self.note(part);
        if !self.counted.contains(&part) {
            bump(tx, part).await?;
            self.counted.push(part);
        }
        let row = revision::Entity::all().filter(revision::Column::Part.eq(part.name())).one(tx).await?;
        Ok(row.map_or(0, |row| row.number))
    }

    /// Counts up what was not yet.
    pub(crate) async fn count_all_up(&self, tx: &DatabaseTransaction) -> Result<()> {
        for part in self.parts.iter().filter(|part| !self.counted.contains(part)) {
            bump(tx, *part).await?;
        }
        Ok(())
    }
}

/// Whoever else changes the part waits for the end of this write.
pub(crate) async fn bump(tx: &DatabaseTransaction, part: Part) -> Result<()> {
    let row = revision::ActiveModel { part: Set(part.name().to_owned()), number: Set(1) };
    revision::Entity::insert(row)
        .on_conflict(
            OnConflict::column(revision::Column::Part)
                .value(revision::Column::Number, Expr::col((revision::Entity, revision::Column::Number)).add(1))
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

impl Snapshot {
    /// Reads again the parts whose counter moved.
    pub(crate) async fn renew(&self, db: &Db, seen: &Revisions, now: &Revisions) -> Result<Snapshot> {
        let mut next = self.clone();
        for part in Part::ALL {
            if seen.get(part.name()) == now.get(part.name()) && !seen.is_empty() {
                continue;
            }
            let db = db.reader();
            match part {
                Part::Places => {
                    next.places = Arc::new(match seen.get(part.name()) {
                        Some(seen) => places::follow(db, &self.places, *seen).await?,
                        None => places::load(db).await?,
                    })
                }
                Part::Sets => next.sets = Arc::new(counties::load(db).await?),
                Part::Rules => next.rules = Arc::new(rules::load(db).await?),
                Part::Processes => next.processes = Arc::new(process::load(db).await?),
                Part::Roles => next.roles = Arc::new(identity::load_roles(db).await?),
                Part::Calendar => next.calendar = Arc::new(rules::calendar::load(db).await?),
            }
        }
        Ok(next)
    }
}
