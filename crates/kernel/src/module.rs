//! A module: the value that says everything one slice of governance hands to the platform.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::cases::{Handover, Ref};
use crate::forms::Form;
use crate::process::Process;
use crate::schema::Migration;
use crate::{App, Ctx, Result, Text, Tx};

/// One literal in a module's `lib.rs` that reads as a table of contents.
pub struct Module {
    /// URL segment, table prefix, permission prefix: `grid`.
    pub id: &'static str,
    pub title: Text,
    /// One sentence for the county administrator who considers switching it on.
    pub about: Text,
    pub permissions: &'static [Permission],
    /// Sets of permissions that a county can hand out at once.
    pub roles: &'static [RoleTemplate],
    pub migrations: &'static [Migration],
    /// Routes with their documents, relative to `/api/v1/places/{place}/<id>`.
    pub api: fn() -> OpenApiRouter<App>,
    /// Operations that need no signing in, by operation id, in the order in which people are offered them. The list is short
    /// on purpose.
    pub public: &'static [&'static str],
    pub menu: &'static [MenuEntry],
    /// What a county may set for this module, as a JSON Schema of an object.
    pub settings: fn() -> Option<Value>,
    pub processes: &'static [&'static Process],
    /// The rule registry of this module as TOML (`data/rules/*.toml` in the project has the same form).
    pub rules: &'static str,
    pub capabilities: &'static [Capability],
    /// What it tells, with a sample payload.
    pub events: &'static [Topic],
    /// What it listens to.
    pub subscriptions: &'static [Subscription],
    pub timers: &'static [Timer],
    pub statistics: &'static [Statistic],
    /// What people read for the names and values in its document, as TOML: `words.toml`.
    pub words: &'static str,
    /// What it asks of people, by data element; what is known already arrives filled in.
    pub forms: &'static [&'static Form],
    /// Its columns that hold sealed values: without them a change of the master key would leave values nobody can open.
    pub sealed: &'static [Sealed],
    /// What it holds that names a person of the base data, for who asks what is held on them (PIPL 45).
    pub held: Option<Holding>,
}

/// Finds what a module holds that names a person.
pub type Holding = for<'a> fn(&'a Ctx, Uuid) -> Work<'a, Vec<Held>>;

/// A column of sealed values.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    pub table: &'static str,
    pub column: &'static str,
    /// For what it is sealed: the first argument of [`crate::Keyring::seal`].
    pub purpose: &'static str,
    /// For whom: the second.
    pub owner: Owner,
    /// The primary key of the table, without the county.
    pub key: &'static [&'static str],
    /// A column beside it with a keyed hash of the same value.
    pub mark: Option<Mark>,
}

/// What a value is sealed for, as the columns of its row say it.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// The bytes of a uuid column.
    Uuid(&'static str),
    /// The bytes of a uuid column and the text of another.
    UuidThenText(&'static str, &'static str),
    /// The bytes of a uuid column and those of an integer column, the highest first.
    UuidThenInt(&'static str, &'static str),
}

/// A keyed hash of a sealed value, made for `mark:` and what another column of the row says.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub column: &'static str,
    pub by: &'static str,
}

impl Sealed {
    /// A value that is sealed for the id of its row.
    pub const fn for_its_row(table: &'static str, column: &'static str, purpose: &'static str) -> Sealed {
        Sealed { table, column, purpose, owner: Owner::Uuid("id"), key: &["id"], mark: None }
    }
}

/// One thing a module holds that names a person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldMatter)]
pub struct Held {
    /// `grid.incident`
    #[schema(example = "grid.incident")]
    pub kind: String,
    pub id: Uuid,
    pub label: String,
    /// As what the person stands in it.
    pub role: Text,
    pub at: DateTime<Utc>,
    /// Whether it is still going on: as long as it is, the person's data cannot be erased.
    pub open: bool,
}

/// What may be done. The id is also the audit action and the process step: one vocabulary.
#[derive(Debug)]
pub struct Permission {
    /// `grid.incident.report`
    pub id: &'static str,
    pub title: Text,
    pub reach: Reach,
}

/// How far a permission that was granted above the county reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Matters and the persons in them: a grant above the county does not reach them, unless the province has laid
    /// down otherwise (rule `PLATFORM.PERSONS.ABOVE_COUNTY`).
    Matters,
    /// Matters of which nobody else may even learn that there are any: as [`Reach::Matters`], and no rule of the province lets
    /// a grant above the county reach them. The feed says nothing of their deadlines.
    Narrow,
    /// Figures, settings, catalogues: holds at any level.
    Everything,
}

impl Permission {
    pub const fn matters(id: &'static str, title: Text) -> Permission {
        Permission { id, title, reach: Reach::Matters }
    }
    pub const fn narrow(id: &'static str, title: Text) -> Permission {
        Permission { id, title, reach: Reach::Narrow }
    }
    pub const fn everything(id: &'static str, title: Text) -> Permission {
        Permission { id, title, reach: Reach::Everything }
    }
}

/// A role as the module proposes it.
pub struct RoleTemplate {
    /// `grid.worker`
    pub id: &'static str,
    pub title: Text,
    pub permissions: &'static [&'static str],
}

/// One line of the menu, shown to who may use the operation behind it.
pub struct MenuEntry {
    pub id: &'static str,
    pub title: Text,
    /// The operation it leads to.
    pub operation: &'static str,
}

/// What a module can take over from others: `dispute.intake`.
pub struct Capability {
    pub id: &'static str,
    pub title: Text,
    /// Takes a matter over, in the write of the module that hands it over. What it takes has the case's code.
    pub take: for<'a> fn(&'a mut Tx, &'a Handover) -> Work<'a, Ref>,
}

/// A kind of fact that a module tells.
pub struct Topic {
    /// `grid.incident.closed`
    pub id: &'static str,
    pub title: Text,
    /// A payload as JSON text; every subscriber is tested with it.
    pub sample: &'static str,
}

/// A boxed future, as the function pointers of a module return.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A subscriber: runs in a transaction of its own, once per event, while its module is on in the event's county.
pub struct Subscription {
    /// `certificates.demand.count`: names the subscriber in the ledger of deliveries.
    pub id: &'static str,
    pub topic: &'static str,
    pub run: for<'a> fn(&'a mut Tx, &'a Value) -> Work<'a, ()>,
}

/// Recurrent upkeep of one county's rows (`tx.scope`), while the module is on there.
pub struct Timer {
    pub id: &'static str,
    pub every_seconds: u64,
    /// Returns how many rows it dealt with; nothing is committed when that is none.
    pub run: for<'a> fn(&'a mut Tx) -> Work<'a, u64>,
}

/// A figure that is counted from the work, never filled in.
pub struct Statistic {
    /// `grid.incidents.opened`
    pub id: &'static str,
    pub title: Text,
    /// `件`, `%`, `天`
    pub unit: Text,
    pub labels: Labels,
    pub count: for<'a> fn(&'a Ctx, Period) -> Work<'a, Vec<Figure>>,
}

/// What the labels of a figure are, and so where their words come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Names, which say themselves what they are.
    Names,
    /// Phases of the platform.
    Phases,
    /// States of this process.
    States(&'static str),
    /// Data elements.
    Elements,
    /// Values that the module's `words.toml` has words for, under `[value.…]` or `[list]`.
    Values(&'static str),
    /// These, with what they are called.
    Own(&'static [(&'static str, Text)]),
}

/// From (inclusive) to (exclusive).
#[derive(Clone, Copy, Debug)]
pub struct Period {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// One counted value, for a place and a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub place: i32,
    pub label: String,
    pub value: i64,
}
