//! Rows of identity. All are reference tables: an account may serve in several counties.

pub mod account {
    //! A person or program that may sign in.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What is typed at sign-in; lower case, unique.
        pub login: String,
        /// The name people know.
        pub name: String,
        /// The place whose security administrator looks after the account.
        pub home: i32,
        pub password: String,
        pub password_at: DateTime<Utc>,
        pub must_change: bool,
        pub failures: i32,
        pub locked_until: Option<DateTime<Utc>>,
        pub disabled_at: Option<DateTime<Utc>>,
        /// Sealed secret of the second factor.
        pub totp: Option<Vec<u8>>,
        pub totp_confirmed: bool,
        /// The last time step used, so that a code works once.
        pub totp_step: i64,
        pub created_at: DateTime<Utc>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod session {
    //! A browser that has signed in, or a program's token: both are shown as a secret whose fingerprint is the key.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub fingerprint: String,
        pub id: Uuid,
        pub account: Uuid,
        /// `session` or `token`.
        pub kind: String,
        /// What a token is for.
        pub label: String,
        /// A token may carry fewer permissions than its account: a JSON array, or null for all.
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub permissions: Option<Json>,
        pub created_at: DateTime<Utc>,
        pub seen_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod grant {
    //! A role at a place, optionally until a date.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_grant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account: Uuid,
        pub role: String,
        pub place: i32,
        pub until: Option<DateTime<Utc>>,
        pub granted_by: String,
        pub granted_at: DateTime<Utc>,
        pub revoked_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}

pub mod role {
    //! A role that a county made itself, beside the modules' templates.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_role")]
    pub struct Model {
        /// `local.<place id>.<name>`
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub place: i32,
        pub title: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub permissions: Json,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    impl crate::Reference for Entity {}
}
