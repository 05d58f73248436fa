//! Rows of processes: overlays and versions for everybody, tasks and steps taken by county.

pub mod overlay {
    //! A place's own version of a process.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_process_overlay")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub process: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub value: Json,
        pub reason: String,
        pub actor: String,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod version {
    //! A definition that matters began under, by the hash of its text.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_process_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub process: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub definition: Json,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod task {
    //! What a matter waits for. An open matter has exactly one open task.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_task")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub module: String,
        /// `grid.incident`
        pub kind: String,
        pub matter: Uuid,
        pub label: String,
        pub action: String,
        pub permission: String,
        pub role: Option<String>,
        pub assignee: Option<Uuid>,
        pub due_at: Option<DateTime<Utc>>,
        /// `due_at`, or the end of time where there is none: lists are sorted by it.
        pub sort_at: DateTime<Utc>,
        pub opened_at: DateTime<Utc>,
        pub done_at: Option<DateTime<Utc>>,
        pub done_by: Option<String>,
        pub overdue_told: bool,
        /// What was left of the deadline when it was stopped, while it is.
        pub time_left: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod step {
    //! A step that was taken: the matter's time line.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_step")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub matter: Uuid,
        /// 0 for the opening, then the version the step was taken on.
        pub number: i32,
        pub action: String,
        pub title_zh: String,
        pub title_en: String,
        pub from_state: Option<String>,
        pub to_state: String,
        pub actor: Option<Uuid>,
        pub actor_name: String,
        pub on_behalf_of: Option<String>,
        pub reason: Option<String>,
        pub at: DateTime<Utc>,
        pub due_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity, county);
}
