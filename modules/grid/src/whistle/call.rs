//! The row of a department that was called.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::incident::Satisfaction;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid_call")]
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
    pub whistle: Uuid,
    /// Code and title of the whistle, so that lists need not look it up.
    pub code: String,
    pub title: String,
    /// The organisation of the base data, where it is one.
    pub organisation: Option<Uuid>,
    /// What it is called; without an organisation, the contact's name.
    pub name: String,
    /// The account that acts for it.
    pub contact: Uuid,
    pub contact_name: String,
    /// By when it is to be there.
    pub arrive_by: DateTime<Utc>,
    pub arrived_at: Option<DateTime<Utc>>,
    /// Who came.
    pub arrived: Option<String>,
    /// Why it does not come.
    pub refusal: Option<String>,
    /// What the county found of a refusal or an absence.
    pub finding: Option<String>,
    /// How the township rates the department.
    pub rating: Option<Satisfaction>,
    pub rating_note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("grid.call", |row| super::service::call_label(&row.code, &row.title, &row.name));
