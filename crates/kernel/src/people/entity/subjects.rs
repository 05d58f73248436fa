//! Rows of those whom base data is about: persons, households, organisations and their addresses.

pub mod person {
    //! Somebody. What stands here beside the names of places is what lists and look-ups need; where each value comes from is in the facts.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_person")]
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
        /// Initials of the name in pinyin, lower case, for look-up: `zxy`.
        pub initials: String,
        /// GB/T 2261.1
        pub sex: Option<String>,
        pub birth_date: Option<NaiveDate>,
        /// Keyed hash of the identity number.
        pub identity_mark: Option<String>,
        /// [`super::super::Standing`] as a word.
        pub standing: String,
        pub standing_since: NaiveDate,
        pub merged_into: Option<Uuid>,
        /// The place in another county that the person moved to.
        pub moved_to: Option<i32>,
        pub household: Option<Uuid>,
        /// GB/T 4761, to the head of the household.
        pub relation: Option<String>,
        /// The import that brought the person in.
        pub import: Option<Uuid>,
        pub version: i32,
        pub created_at: DateTime<Utc>,
        pub changed_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod address {
    //! An address, tied to the place it lies in.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_address")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub text: String,
        pub house_number: Option<String>,
        pub real_estate_unit: Option<String>,
        /// Degrees east, as text so that no digit is lost.
        pub longitude: Option<String>,
        pub latitude: Option<String>,
        /// `CGCS2000`, `GCJ-02`, `BD-09`, `WGS84`: recorded, never mixed.
        pub datum: Option<String>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod household {
    //! A household.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_household")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        /// Household number, one in a village.
        pub number: Option<String>,
        /// The person who is its head.
        pub head: Option<Uuid>,
        pub head_name: String,
        pub address: Option<Uuid>,
        /// `present` or `dissolved`.
        pub standing: String,
        pub standing_since: NaiveDate,
        pub import: Option<Uuid>,
        pub version: i32,
        pub created_at: DateTime<Utc>,
        pub changed_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}

pub mod organisation {
    //! An organisation: of the village, a department, a team of volunteers, a professional force.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "base_organisation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        /// [`super::super::organisations::KINDS`].
        pub kind: String,
        pub name: String,
        pub initials: String,
        pub credit_code: Option<String>,
        pub address: Option<Uuid>,
        /// `present` or `dissolved`.
        pub standing: String,
        pub standing_since: NaiveDate,
        pub import: Option<Uuid>,
        pub version: i32,
        pub created_at: DateTime<Utc>,
        pub changed_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    crate::scoped!(Entity);
}
