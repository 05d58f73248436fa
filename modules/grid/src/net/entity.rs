//! The rows of the net: grids, their past boundaries, their households, their staff.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of grid it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::Kind)]
pub enum Kind {
    /// 基础网格: a part of the village; every household is in one.
    Basic,
    /// 微网格: a part of a basic grid, a building or 30 to 50 households.
    Micro,
    /// 专属网格: a market, a school, a park, an office block.
    Special,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Basic => "basic",
            Kind::Micro => "micro",
            Kind::Special => "special",
        }
    }

    pub(crate) fn parse(text: &str) -> Kind {
        [Kind::Micro, Kind::Special].into_iter().find(|kind| kind.as_str() == text).unwrap_or(Kind::Basic)
    }
}

pub mod grid {
    //! A grid. Code and name are the place's.
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_grid")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        /// The place that it is.
        pub place: i32,
        pub kind: String,
        /// In words, as it is posted: from where to where.
        pub area: String,
        /// GeoJSON geometry.
        pub boundary: Option<String>,
        pub datum: Option<String>,
        /// The box around it, in millionths of a degree.
        pub west: Option<i32>,
        pub south: Option<i32>,
        pub east: Option<i32>,
        pub north: Option<i32>,
        pub drawn_on: Option<NaiveDate>,
        pub ended_on: Option<NaiveDate>,
        pub version: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity);
}

pub mod past {
    //! A boundary that a grid had until a day.
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_boundary")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub grid: Uuid,
        pub boundary: String,
        pub datum: String,
        pub since: Option<NaiveDate>,
        pub until: NaiveDate,
        pub replaced_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity, county);
}

pub mod member {
    //! A household in a grid, from a day, until a day.
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_household")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub grid: Uuid,
        pub household: Uuid,
        pub since: NaiveDate,
        pub until: Option<NaiveDate>,
        /// 1 while it is so, else nothing: of a household the key allows one.
        pub current: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity);
}

pub mod staff {
    //! Somebody who serves in a grid for a time, perhaps in somebody's place.
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_staff")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub prefecture: Option<i32>,
        pub township: Option<i32>,
        pub village: Option<i32>,
        pub place: i32,
        pub grid: Uuid,
        pub role: String,
        pub name: String,
        /// The telephone that is posted with the grid.
        pub phone: Option<String>,
        pub account: Option<Uuid>,
        pub since: NaiveDate,
        /// The last day.
        pub until: Option<NaiveDate>,
        /// Whom of the same grid this one stands in for.
        pub stands_in_for: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity);
}
