//! Rows of what is known: facts with their provenance, counters of use, consents, requests of the persons themselves.

pub mod fact {
    //! One value of one data element of one subject, from one source. Never changed but in its standing.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_fact")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `person`, `household`, `organisation`.
        pub subject_kind: String,
        pub subject: Uuid,
        /// A data element: `person.phone`.
        pub element: String,
        /// Its normal form, where it need not be sealed.
        pub value: Option<String>,
        /// Its normal form, sealed for subject and element.
        pub sealed: Option<Vec<u8>>,
        /// Keyed hash, where it is looked up by.
        pub mark: Option<String>,
        /// Where it comes from: [`super::super::sources`].
        pub source: String,
        /// How much that source counts for this element, more is better.
        pub rank: i32,
        pub collector: String,
        pub on_behalf_of: Option<String>,
        /// On what basis it was collected: `statutory_duty`, `consent`.
        pub basis: String,
        pub recorded_at: DateTime<Utc>,
        pub observed_on: NaiveDate,
        pub valid_until: Option<NaiveDate>,
        /// `in_force`, `disputed`, `past`, `undone`, `erased`.
        pub standing: String,
        pub ended_at: Option<DateTime<Utc>>,
        pub ended_by: Option<String>,
        pub ended_why: Option<String>,
        pub import: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod element_use {
    //! How often an element was asked, reused and typed, by form and month.
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_element_use")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub element: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub form: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: NaiveDate,
        pub asked: i64,
        pub reused: i64,
        pub typed: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod consent {
    //! A consent, for one purpose, withdrawn as easily as given (PIPL 15).
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_consent")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person: Uuid,
        pub purpose: String,
        /// Ids of the elements it is about.
        pub elements: Json,
        /// `self` or `guardian`.
        pub given_by: String,
        pub guardian: Option<String>,
        pub guardian_relation: Option<String>,
        /// `signed`, `oral`, `online`.
        pub how: String,
        pub collector: String,
        pub given_at: DateTime<Utc>,
        pub withdrawn_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod request {
    //! What somebody asks of the data held on them (PIPL 45 to 48).
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub state: String,
        pub phase: String,
        pub process: String,
        pub version: i32,
        pub due_at: Option<DateTime<Utc>>,
        pub opened_at: DateTime<Utc>,
        pub closed_at: Option<DateTime<Utc>>,
        pub code: String,
        pub person: Uuid,
        pub person_name: String,
        /// `access`, `copy`, `correct`, `delete`, `explain`.
        pub right: String,
        pub elements: Json,
        pub detail: String,
        pub asked_by: String,
        pub on_behalf_of: Option<String>,
        pub outcome: Option<String>,
        pub answer: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::matter!("base.request", |row| format!("{} {}", row.code, row.person_name));
}
