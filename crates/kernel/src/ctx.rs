//! One request's circumstances, and the write that it may make of them.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::InsertStatement;
use sea_orm::{ActiveValue, DatabaseTransaction, EntityTrait};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::error::{internal, invalid};
use crate::identity::Actor;
use crate::people::entity::arrival;
use crate::places::Place;
use crate::process::Definition;
use crate::reply::{Reply, Subject};
use crate::rows::{Rows, Write};
use crate::rules::InForce;
use crate::snapshot::{Part, Snapshot, Touched};
use crate::wall::{Counties, Wall};
use crate::{App, Error, Lang, Result, Scope, Text, audit, clock, db, events, gate, idempotency};

/// Who, where, when, and by which settings. Only the gate (and the kernel's upkeep) makes one.
#[derive(Clone)]
pub struct Ctx {
    pub app: App,
    pub actor: Arc<Actor>,
    /// The place of the path; of operations without one, the actor's home.
    place: Option<Arc<Place>>,
    pub scope: Scope,
    /// The module that the operation belongs to.
    pub module: &'static str,
    pub now: DateTime<Utc>,
    pub lang: Lang,
    /// One consistent view of places, switches, rules and processes for the whole request.
    pub snapshot: Arc<Snapshot>,
    pub(crate) retry: Option<idempotency::Retry>,
    /// `If-Match` without its quotes.
    pub(crate) expected: Option<String>,
    pub trace: Arc<str>,
    rows: Arc<Rows>,
}

impl Ctx {
    #[expect(clippy::too_many_arguments, reason = "made in two places, by name")]
    pub(crate) fn new(
        app: App,
        actor: Arc<Actor>,
        place: Option<Arc<Place>>,
        scope: Scope,
        module: &'static str,
        now: DateTime<Utc>,
        lang: Lang,
        trace: Arc<str>,
    ) -> Ctx {
        let snapshot = app.snapshot();
        let rows = Rows::new(app.db.clone(), Wall::default());
        let mut ctx =
            Ctx { app, actor, place, scope, module, now, lang, snapshot, retry: None, expected: None, trace, rows };
        ctx.build_wall();
        ctx
    }

    /// The second wall follows from the first: the counties of the scope; to read also those of the places above, where
    /// baselines and overlays are laid down; and the operation's own place. An operation without a place is about the
    /// caller, and reads where the caller holds anything.
    fn build_wall(&mut self) {
        let tree = &self.snapshot.places;
        let own = self.place.as_ref().map(|place| place.chain());
        let mut reads = self.scope.reach().and(own);
        if let Some(place) = &self.place {
            reads = reads.or(Scope::upward(tree, place).reach());
        }
        if self.scope.is_empty() {
            let held = self.actor.grants.iter().filter_map(|grant| tree.get(grant.place));
            reads = held.fold(reads, |reads, place| reads.or(Scope::subtree(tree, place).reach()));
        }
        let above = self.place.as_ref().is_some_and(|place| place.above_county());
        // Above the county something is laid down at the place itself; matters are the counties'.
        let writes = if above { Counties::default() } else { self.scope.reach() }.and(own);
        self.rows = Rows::new(self.app.db.clone(), Wall { reads, writes });
    }

    /// The same circumstances, unable to write.
    pub(crate) fn only_reading(mut self) -> Ctx {
        let wall = Wall { writes: Counties::default(), ..self.rows.wall().clone() };
        self.rows = Rows::new(self.app.db.clone(), wall);
        self
    }

    /// The same circumstances without a kept answer: what is answered in full is kept nowhere for a retry.
    pub fn without_retry(mut self) -> Ctx {
        self.retry = None;
        self
    }

    /// The same circumstances with another scope.
    pub fn within(mut self, scope: Scope) -> Ctx {
        self.scope = scope;
        self.build_wall();
        self
    }

    /// The platform itself at work on one place: upkeep, subscribers, the command line.
    pub fn system(app: &App, name: &str, module: &'static str, place: Option<Arc<Place>>) -> Ctx {
        let snapshot = app.snapshot();
        let scope = place.as_ref().map_or(Scope::none(), |p| Scope::subtree(&snapshot.places, p));
        let now = app.clock.now();
        let trace = Uuid::new_v4().simple().to_string().into();
        Ctx::new(app.clone(), Arc::new(Actor::system(name)), place, scope, module, now, Lang::Zh, trace)
    }

    /// The same circumstances with another actor: the command line and the demonstration act for people.
    pub fn acting(mut self, actor: impl Into<Arc<Actor>>) -> Ctx {
        self.actor = actor.into();
        self
    }

    /// The same circumstances at another place, for the audit line and the county of what is written.
    pub fn standing_at(mut self, place: Arc<Place>) -> Ctx {
        self.scope = Scope::subtree(&self.snapshot.places, &place);
        self.place = Some(place);
        self.build_wall();
        self
    }

    pub fn place(&self) -> Result<&Arc<Place>> {
        self.place.as_ref().ok_or(Error::NotFound("place"))
    }

    /// Today in China.
    pub fn today(&self) -> NaiveDate {
        clock::china_date(self.now)
    }

    /// For reads; while a write of this request is in progress, inside it.
    pub fn db(&self) -> &Rows {
        &self.rows
    }

    /// The rule in force here today.
    pub fn rule(&self, id: &str) -> Result<InForce> {
        crate::rules::in_force(&self.app.registry, &self.snapshot, self.place()?, id, self.today())
    }

    /// Whether a permission granted at `granted` reaches matters there.
    pub fn reaches(&self, permission: &str, granted: &Place) -> bool {
        gate::reaches(&self.app, &self.snapshot, permission, granted, self.today())
    }

    /// Whether the actor holds a permission at a place, by that role where one is named.
    pub fn holds(&self, permission: &str, role: Option<&str>, place: &Place) -> bool {
        let tree = &self.snapshot.places;
        self.actor.grants.iter().any(|grant| {
            grant.allows(permission)
                && role.is_none_or(|role| grant.role == role)
                && tree.contains(grant.place, place.id)
                && tree.get(grant.place).is_some_and(|granted| self.reaches(permission, granted))
        })
    }

    /// Refuses who does not hold the operation's permission at this very place. The gate lets in whoever holds it somewhere
    /// below the operation's place; a write that is not confined by the scope asks here.
    pub fn require(&self, permission: &str, place: &Place) -> Result<()> {
        if self.actor.is_system() || self.holds(permission, None, place) {
            Ok(())
        } else {
            Err(gate::forbidden(&self.app, permission, place))
        }
    }

    /// Whether the actor holds a permission at the place, above it, or somewhere below it.
    pub fn touches(&self, permission: &str, place: &Place) -> bool {
        let tree = &self.snapshot.places;
        self.actor.grants.iter().any(|grant| {
            grant.allows(permission)
                && (tree.contains(grant.place, place.id) || tree.contains(place.id, grant.place))
                && tree.get(grant.place).is_some_and(|granted| self.reaches(permission, granted))
        })
    }

    /// A place that a request names by code, if it lies within the operation's place.
    pub fn resolve_below(&self, field: &str, code: &str) -> Result<Arc<Place>> {
        let here = self.place()?;
        self.snapshot
            .places
            .resolve(code)
            .map(|resolved| resolved.place)
            .filter(|place| place.until.is_none() && self.snapshot.places.contains(here.id, place.id))
            // Who serves one village of the county names that village, not another.
            .filter(|place| self.scope.covers(place))
            .ok_or_else(|| {
                let name = &here.name;
                invalid(
                    field,
                    "base.place.foreign",
                    crate::say!(
                        "{name}内没有编码为“{code}”的地方，请核对编码",
                        "{name} has no place with the code '{code}'; check the code"
                    ),
                )
            })
    }

    /// Begins a write. Dropping it undoes everything.
    pub async fn begin(&self) -> Result<Tx> {
        let db = self.rows.write().await?;
        Ok(Tx {
            ctx: self.clone(),
            db,
            facts: Vec::new(),
            changes: BTreeMap::new(),
            on_behalf_of: None,
            touched: Touched::default(),
            last: Vec::new(),
            versions: Vec::new(),
        })
    }

    /// Edits say which version they saw; a lost update is refused.
    pub fn expect_version(&self, version: i32, now: impl Serialize) -> Result<()> {
        match self.expected.as_deref() {
            None => Err(invalid(
                "If-Match",
                "base.version.missing",
                Text::new(
                    "修改时请带上 If-Match（读取时返回的 ETag），以免覆盖别人的修改",
                    "send If-Match with the ETag you read, so that nobody's change is overwritten",
                ),
            )),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(_) => Err(crate::error::stale().current(now).into()),
        }
    }
}

/// Handlers take the [`Ctx`] that the gate made; a route outside the gate has none.
impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Ctx>().cloned().ok_or_else(|| internal("a handler outside the gate asked for Ctx"))
    }
}

/// A write in progress. The only way to end it well is [`Tx::commit`].
pub struct Tx {
    ctx: Ctx,
    db: Write,
    facts: Vec<events::Fact>,
    changes: BTreeMap<String, Value>,
    on_behalf_of: Option<String>,
    touched: Touched,
    /// Rows that nobody reads before the commit: they go to the database in one message with it.
    last: Vec<InsertStatement>,
    /// Process versions that are stored with this write.
    versions: Vec<(String, Definition)>,
}

impl Deref for Tx {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl Tx {
    /// For reads and writes inside this write.
    pub fn db(&self) -> &DatabaseTransaction {
        self.db.tx()
    }

    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// A new id, in time order.
    pub fn id(&self) -> Uuid {
        clock::id_at(self.ctx.now)
    }

    /// The value of `county` for rows written here.
    pub fn chain(&self) -> Result<i32> {
        Ok(self.ctx.place()?.chain())
    }

    /// Tells a fact to whoever subscribed, if and when this write commits.
    pub fn emit(&mut self, topic: &'static str, subject: &Subject, payload: &impl Serialize) -> Result<()> {
        if !self.ctx.app.registry.has_topic(topic) {
            return Err(internal(format!("the topic {topic} is listed by no module")));
        }
        self.facts.push(events::Fact { topic, subject: subject.id.clone(), payload: serde_json::to_value(payload)? });
        Ok(())
    }

    /// What changed, for the audit line. Personal values go in masked.
    pub fn note(&mut self, field: &str, value: impl Serialize) {
        self.changes.insert(field.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
    }

    /// For whom the actor does this.
    pub fn on_behalf_of(&mut self, whom: impl Into<String>) {
        self.on_behalf_of = Some(whom.into());
    }

    pub fn behalf(&self) -> Option<&str> {
        self.on_behalf_of.as_deref()
    }

    /// This write changes what every process keeps in memory.
    pub fn touch(&mut self, part: Part) {
        self.touched.note(part);
    }

    /// Counts a part up now and gives its number: until this write has ended, others that change the part wait.
    pub(crate) async fn count_up(&mut self, part: Part) -> Result<i64> {
        self.touched.count_up(self.db.tx(), part).await
    }

    /// Adds rows that nobody reads before the commit.
    pub(crate) fn last(&mut self, rows: InsertStatement) {
        self.last.push(rows);
    }

    /// Writes what waits, for who reads it within this write.
    pub async fn write_waiting(&mut self) -> Result<()> {
        if !self.last.is_empty() {
            db::insert_all(self.db.tx(), std::mem::take(&mut self.last)).await?;
        }
        Ok(())
    }

    /// A process version that is stored with this write.
    pub(crate) fn stores_version(&mut self, hash: &str, definition: Definition) {
        self.versions.push((hash.to_owned(), definition));
    }

    /// The version a caller without `If-Match` (a file, the command line) has just read.
    pub(crate) fn seen_version(&mut self, version: i32) {
        self.ctx.expected = Some(version.to_string());
    }

    /// Places that this write itself has made are not in the request's snapshot.
    pub fn stand_at(&mut self, place: Arc<Place>) {
        self.ctx.place = Some(place);
    }

    /// Tells another county that somebody moves there: one row of that county, of this table, and nothing else. The wall is
    /// moved for this one insert, which reads nothing back, and stands again where it stood.
    pub(crate) async fn tell_arrival(&mut self, county: i32, row: arrival::ActiveModel) -> Result<()> {
        if row.county != ActiveValue::Set(county) {
            return Err(internal("an arrival is told to the county that its row is of"));
        }
        let own = self.ctx.rows.wall().clone();
        Wall::to_write_in(county).around(self.db()).await?;
        arrival::Entity::insert(row).exec_without_returning(self.db()).await?;
        own.around(self.db()).await?;
        Ok(())
    }

    /// The only commit there is: rows, audit line, events and the answer to a retry together, or nothing.
    pub async fn commit<T: Serialize>(
        self,
        action: &'static str,
        subject: Subject,
        reply: Reply<T>,
    ) -> Result<Reply<T>> {
        let Tx { ctx, db, facts, changes, on_behalf_of, touched, mut last, versions } = self;
        let place = ctx.place()?.clone();
        let county = place.chain();
        if !ctx.rows.wall().writes.holds(county) {
            // The place was made by this very write.
            Wall::county(county).around(db.tx()).await?;
        }
        last.extend(audit::rows(&ctx, &place, action, &subject, on_behalf_of, changes)?);
        last.extend(events::rows(&ctx, &place, facts));
        if let Some(retry) = &ctx.retry {
            last.extend(idempotency::row(&ctx, &place, retry, &reply)?);
        }
        db::insert_all(db.tx(), last).await.map_err(idempotency::busy)?;
        touched.count_all_up(db.tx()).await?;
        db.commit().await?;
        for (hash, definition) in versions {
            ctx.app.keep_definition(&hash, definition);
        }
        if !touched.is_empty() {
            // It is committed: an answer of failure would be a lie. The poll catches up with what was not read now.
            if let Err(error) = ctx.app.refresh().await {
                tracing::warn!(%error, "could not read at once what this write changed");
            }
        }
        ctx.app.wake();
        Ok(reply)
    }
}
