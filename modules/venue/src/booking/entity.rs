//! The row of a booking, and the two short code lists it draws on.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::Text;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a village lends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = venue::Room)]
pub enum Room {
    Hall,
    Square,
    ActivityRoom,
}

impl Room {
    pub(crate) fn title(self) -> Text {
        match self {
            Room::Hall => Text::new("礼堂（公房）", "village hall"),
            Room::Square => Text::new("文化广场", "square"),
            Room::ActivityRoom => Text::new("活动室", "activity room"),
        }
    }
}

/// What for: 红事, 白事, 文艺活动, 培训, 会议, 其他.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = venue::Purpose)]
pub enum Purpose {
    Wedding,
    Funeral,
    Performance,
    Training,
    Meeting,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "venue_booking")]
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
    /// What people quote.
    pub code: String,
    pub room: Room,
    pub day: NaiveDate,
    pub purpose: Purpose,
    pub asker_name: String,
    /// Sealed with the master key.
    pub asker_phone: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("venue.booking", |row| format!("{} {} {}", row.code, row.room.title().zh, row.day));
