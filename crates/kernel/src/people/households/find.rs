//! Finding households: by the beginning of the head's name, or of the number.

use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::entity::household::{Column, Entity, Model};
use super::super::look_up;
use super::super::rows::Existing;
use crate::page::{Page, Paging, bad_cursor};
use crate::{Ctx, Result, Scoped};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The beginning of a number or of the head's name.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Those that are there, unless given.
    #[param(inline)]
    standing: Option<Existing>,
    /// Only those without a head.
    #[param(default = false)]
    head_vacant: bool,
}

/// Newest first, or by the head's name where one is looked for.
pub(super) async fn list(ctx: &Ctx, wanted: Wanted, paging: &Paging) -> Result<Page<Model>> {
    let limit = paging.limit()?;
    let mut query = Entity::within(&ctx.scope)
        .filter(Column::Standing.eq(wanted.standing.unwrap_or_default().as_str()))
        .limit(limit + 1);
    if wanted.head_vacant {
        query = query.filter(Column::Head.is_null());
    }
    let asked = look_up::asked(wanted.q.as_deref())?;
    let is_number = |q: &&str| q.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if let Some(name) = asked.as_deref().filter(|q| !is_number(q)) {
        let end = look_up::after(name).map(|end| Column::HeadName.lt(end));
        query = query.filter(Condition::all().add(Column::HeadName.gte(name)).add_option(end));
        if let Some([id, text]) = paging.after_parts::<2>()? {
            let id = id.parse().map_err(|_| bad_cursor())?;
            query = query.filter(look_up::beyond(Column::HeadName, text, Column::Id, id));
        }
        let rows = query.order_by_asc(Column::HeadName).order_by_asc(Column::Id).all(ctx.db()).await?;
        return Ok(Page::cut(rows, limit, |row| format!("{}~{}", row.id, row.head_name)));
    }
    if let Some(number) = &asked {
        query = query.filter(Column::Number.starts_with(number));
    }
    if let Some(after) = paging.after_id()? {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).all(ctx.db()).await?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}
