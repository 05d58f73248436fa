//! Rows that tie subjects together: members of households, posts in organisations, merges, arrivals from other counties.

pub mod member {
    //! A person in a household, from a day to a day.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub household: Uuid,
        pub person: Uuid,
        /// GB/T 4761, to the head.
        pub relation: String,
        /// The head whom it is said of: stale once another is.
        pub relation_to: Option<Uuid>,
        pub since: NaiveDate,
        pub until: Option<NaiveDate>,
        /// `moved`, `moved_out`, `dead`, `merged`, `dissolved`, `corrected`, `undone`; `relation` where the person stays as something else.
        pub why_left: Option<String>,
        pub source: String,
        pub collector: String,
        pub recorded_at: DateTime<Utc>,
        pub import: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod post {
    //! A person in an organisation, from a day to a day.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_post")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organisation: Uuid,
        pub person: Uuid,
        /// What they are there: 主任, 委员, 志愿者.
        pub title: String,
        pub since: NaiveDate,
        pub until: Option<NaiveDate>,
        pub collector: String,
        pub recorded_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod merge {
    //! Two rows that are one person, and what was re-tied, so that it can be taken apart again.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_merge")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub kept: Uuid,
        pub merged: Uuid,
        pub reason: String,
        pub actor: String,
        pub at: DateTime<Utc>,
        /// Ids of what was re-tied or changed, by table, with what it was before.
        pub moved: Json,
        pub undone_at: Option<DateTime<Utc>>,
        pub undone_by: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod arrival {
    //! Somebody who moves here from another county: told by that county, taken in or declined by this one.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_arrival")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub name: String,
        /// Name of the place they come from.
        pub from_name: String,
        pub from_place: i32,
        pub from_person: Uuid,
        /// What goes along, sealed: the basic elements as JSON. Gone once decided.
        pub parcel: Option<Vec<u8>>,
        pub identity_mark: Option<String>,
        pub moved_on: NaiveDate,
        pub reason: String,
        /// `waiting`, `taken_in`, `declined`.
        pub state: String,
        /// The person here, once taken in.
        pub person: Option<Uuid>,
        pub decided_by: Option<String>,
        pub decided_at: Option<DateTime<Utc>>,
        pub answer: Option<String>,
        pub told_at: DateTime<Utc>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}
