//! The rows of plans and visits, of either side. Made twice by `plan_rows!`, so that the two sides share no table.

macro_rules! plan_rows {
    ($Kind:ident, $name:literal, $plans:literal, $visits:literal) => {
        pub mod plan {
            //! The row of a plan. Whom it is for is named by id alone: the name is the base data's.
            use chrono::{DateTime, NaiveDate, Utc};
            use sea_orm::entity::prelude::*;

            use super::$Kind;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $plans)]
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
                pub kind: $Kind,
                /// What help is due, and what for.
                pub purpose: String,
                /// Days between two visits, where the plan says otherwise than the rule.
                pub every_days: Option<i32>,
                pub assignee: Option<Uuid>,
                pub since: NaiveDate,
                /// The last day, where it is known.
                pub until: Option<NaiveDate>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}
            impl ActiveModelBehavior for ActiveModel {}
            jizuo_kernel::matter!($name, |row| row.code.clone());
        }

        pub mod visit {
            //! The row of a visit.
            use chrono::{DateTime, NaiveDate, Utc};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $visits)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub county: i32,
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                pub plan: Uuid,
                pub visited_on: NaiveDate,
                /// What for, what was found and what is to be done: sealed with the master key.
                pub purpose: Option<Vec<u8>>,
                pub found: Option<Vec<u8>>,
                pub to_do: Option<Vec<u8>>,
                pub next_by: NaiveDate,
                pub incident: Option<String>,
                pub recorded_by: String,
                pub at: DateTime<Utc>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}
            impl ActiveModelBehavior for ActiveModel {}
            jizuo_kernel::scoped!(Entity, county);
        }
    };
}
