//! The rows of a place: what it is for ever, and its dated code, name and parent.

pub mod place {
    //! The identity of a place. Never deleted.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_place")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub kind: String,
        /// The place that took this one over when it was merged.
        pub successor: Option<i32>,
        /// The number of the change of places that touched it last: what a process has not seen yet has a higher one.
        pub stamp: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod version {
    //! What a place was called, coded and part of, from `since` until the day before `until`.
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_place_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub since: NaiveDate,
        pub until: Option<NaiveDate>,
        /// Division code padded to 12 digits; longer below the village.
        pub code: String,
        pub name: String,
        pub parent: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}
