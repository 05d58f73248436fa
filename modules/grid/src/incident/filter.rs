//! What a list of incidents is narrowed by.

use chrono::NaiveDate;
use jizuo_kernel::clock::first_id;
use sea_orm::{ColumnTrait, QueryFilter, Select};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ending::Ending;
use super::entity::{Column, Entity};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Category code, or several with commas; those below it count with it.
    category: Option<String>,
    /// Code of one of the county's own categories.
    subcategory: Option<String>,
    /// How it ended.
    #[param(inline)]
    ending: Option<Ending>,
    /// Only what somebody above watches.
    #[param(default = false)]
    supervised: bool,
    /// Reported on this day or later.
    from: Option<NaiveDate>,
    /// Reported on this day or earlier.
    to: Option<NaiveDate>,
}

impl ListQuery {
    pub(super) fn narrow(&self, mut query: Select<Entity>) -> Select<Entity> {
        if let Some(codes) = &self.category {
            let mut codes: Vec<&str> = codes.split(',').map(str::trim).collect();
            query = match codes.pop() {
                Some(code) if codes.is_empty() => query.filter(Column::Category.eq(code)),
                last => query.filter(Column::Category.is_in(codes.into_iter().chain(last))),
            };
        }
        // Ids are in the order of the reports.
        if let Some(from) = self.from {
            query = query.filter(Column::Id.gte(first_id(from)));
        }
        if let Some(next) = self.to.and_then(|to| to.succ_opt()) {
            query = query.filter(Column::Id.lt(first_id(next)));
        }
        if let Some(code) = &self.subcategory {
            query = query.filter(Column::Subcategory.eq(code));
        }
        if let Some(ending) = self.ending {
            query = query.filter(Column::Ending.eq(ending));
        }
        if self.supervised { query.filter(Column::Supervised.eq(true)) } else { query }
    }
}
