//! Rows of rules: what a place laid over a rule, and holiday calendars that were imported. Read by all counties.

pub mod overlay {
    //! One value laid over a rule by one place, from one day on.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_rule_overlay")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub place: i32,
        pub rule: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub value: Json,
        pub since: NaiveDate,
        /// The day it was lifted or replaced.
        pub until: Option<NaiveDate>,
        pub reason: String,
        pub actor: String,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod holidays {
    //! A year's holiday notice as imported TOML; beats the built-in one.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_holidays")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub source: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}
