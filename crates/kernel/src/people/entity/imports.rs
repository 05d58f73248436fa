//! Rows of imports: the batch, its sealed file, its bad rows.

pub mod batch {
    //! One file that was brought in.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        /// `residents`, `organisations`.
        pub kind: String,
        pub source: String,
        pub file_name: String,
        pub file_digest: String,
        pub file_size: i64,
        /// Column number to data element, as it was understood or chosen.
        pub mapping: Json,
        /// `checking`, `checked`, `running`, `done`, `undoing`, `undone`.
        pub state: String,
        pub rows: i32,
        /// The next row to be dealt with: where a stopped import goes on.
        pub next_row: i32,
        pub bad_rows: i32,
        pub created: i32,
        pub changed: i32,
        pub unchanged: i32,
        pub disputed: i32,
        pub actor: String,
        pub at: DateTime<Utc>,
        pub finished_at: Option<DateTime<Utc>>,
        pub undone_at: Option<DateTime<Utc>>,
        pub undone_by: Option<String>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod file {
    //! A piece of the file, sealed; gone after the retention.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_import_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub import: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub sealed: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}

pub mod fault {
    //! Why a row of the file cannot be taken.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_import_fault")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub import: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub row: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub column_name: String,
        pub code: String,
        pub zh: String,
        pub en: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}
