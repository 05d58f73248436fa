//! Rows of module sets: every switch ever made, and each place's settings for a module. Read by all counties.

pub mod switch {
    //! One decision about one module at one place; the newest that has taken effect counts.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_module_switch")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub place: i32,
        pub module: String,
        /// `on`, `draining`, `off`, or `inherit` for "as above".
        pub state: String,
        /// Lower levels may not decide otherwise.
        pub locked: bool,
        pub reason: String,
        pub actor: String,
        pub at: DateTime<Utc>,
        pub effective_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod setting {
    //! What a place has set for a module, by the module's schema.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_module_setting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub module: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub value: Json,
        pub actor: String,
        pub at: DateTime<Utc>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}
