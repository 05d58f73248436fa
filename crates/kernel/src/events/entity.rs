//! Rows of events: the outbox, which is also the feed, and one delivery per subscriber.

pub(super) const PENDING: &str = "pending";
pub(super) const DONE: &str = "done";
/// The subscriber's module was off when its turn came.
pub(super) const PASSED: &str = "passed";
/// Gave up after many tries; an operator can set it going again.
pub(super) const DEAD: &str = "dead";

pub mod event {
    //! A fact that committed.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub topic: String,
        pub subject: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub payload: Json,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod delivery {
    //! One fact for one subscriber.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub event: Uuid,
        pub subscriber: String,
        /// `pending`, `done`, `passed`, `dead`
        pub state: String,
        pub attempts: i32,
        pub next_at: DateTime<Utc>,
        pub error: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}
