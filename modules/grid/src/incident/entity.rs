//! The row of an incident.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::ending::Ending;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_incident")]
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
    /// What people quote: printed on paper, told over the telephone.
    pub code: String,
    pub category: String,
    pub severity: String,
    pub title: String,
    pub description: String,
    pub channel: String,
    pub location: Option<String>,
    pub reporter_name: Option<String>,
    /// Sealed with the master key.
    pub reporter_phone: Option<Vec<u8>>,
    /// The resident for whom somebody else filed.
    pub on_behalf_of: Option<String>,
    pub reported_by: Option<Uuid>,
    pub reported_by_name: String,
    pub assignee: Option<Uuid>,
    pub handled_by: Option<Uuid>,
    pub outcome: Option<String>,
    /// The code of the case it is part of, once it was handed over.
    pub case_code: Option<String>,
    /// The person of the base data who saw it, where it is one.
    pub reporter: Option<Uuid>,
    /// While it is suspended: when it goes on by itself.
    pub suspended_until: Option<DateTime<Utc>>,
    /// How often it was given more time.
    pub extensions: i32,
    /// The working days that were asked for last.
    pub extension_days: i32,
    /// Somebody above watches it.
    pub supervised: bool,
    pub supervision: Option<String>,
    /// The code of the incident that goes on in its place.
    pub merged_into: Option<String>,
    /// What whoever reported it says of the outcome, once called back.
    pub satisfaction: Option<String>,
    pub called_back_at: Option<DateTime<Utc>>,
    /// Where it was seen, in millionths of a degree.
    pub longitude: Option<i32>,
    pub latitude: Option<i32>,
    pub datum: Option<String>,
    /// Once it has ended: 1 where no step was late, else 0.
    pub on_time: Option<i32>,
    /// How often it was done again.
    pub reopened: i32,
    /// Once it has ended: 1 where it did not leave the village, else 0.
    pub near: Option<i32>,
    /// The county's own category below `category`, with its title as it was filed: titles are not changed.
    pub subcategory: Option<String>,
    pub subcategory_title: Option<String>,
    /// The organisation that leads, where it was given to one.
    pub organisation: Option<Uuid>,
    pub organisation_name: Option<String>,
    pub ending: Option<Ending>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("grid.incident", |row| format!("{} {}", row.code, row.title));
