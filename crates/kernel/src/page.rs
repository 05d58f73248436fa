//! Lists by keyset: a page, and a cursor to the next one. There is no offset, so page 1,000 costs what page 1 costs.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value};

use crate::error::invalid;
use crate::text::Text;
use crate::{Ctx, Result};

/// How much of a list, and from where.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// At most this many, 1 to 100; 20 unless given.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// One page, newest first unless the operation says otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give this as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Paging {
    /// The number of rows of a page.
    pub fn limit(&self) -> Result<u64> {
        match self.limit {
            None => Ok(20),
            Some(n @ 1..=100) => Ok(n),
            Some(_) => Err(invalid("limit", "base.page.limit", Text::new("每页 1 到 100 条", "1 to 100 a page"))),
        }
    }

    /// The id to read on from, for lists ordered by id alone.
    pub fn after_id(&self) -> Result<Option<Uuid>> {
        self.after.as_deref().map(|text| text.parse().map_err(|_| bad_cursor())).transpose()
    }

    /// A page of a list that is ordered by id alone, newest first.
    pub async fn newest<E>(&self, ctx: &Ctx, query: Select<E>, id: E::Column) -> Result<Page<E::Model>>
    where
        E: EntityTrait<Model: Send + Sync>,
    {
        let limit = self.limit()?;
        let query = match self.after_id()? {
            Some(after) => query.filter(id.lt(after)),
            None => query,
        };
        let rows = query.order_by_desc(id).limit(limit + 1).all(ctx.db()).await?;
        let cursor = |row: &E::Model| match row.get(id) {
            Value::Uuid(Some(id)) => id.to_string(),
            other => other.to_string(),
        };
        Ok(Page::cut(rows, limit, cursor))
    }

    /// The cursor parts that [`Page::cut`] joined.
    pub fn after_parts<const N: usize>(&self) -> Result<Option<[&str; N]>> {
        self.after
            .as_deref()
            .map(|text| text.splitn(N, '~').collect::<Vec<_>>().try_into().map_err(|_| bad_cursor()))
            .transpose()
    }
}

pub fn bad_cursor() -> crate::Error {
    invalid(
        "after",
        "base.page.after",
        Text::new("翻页标记无效，请从第一页重新开始", "this is no page cursor; start again from the first page"),
    )
}

impl<T> Page<T> {
    /// From `limit + 1` rows: the extra row only says that there is a next page.
    pub fn cut(mut items: Vec<T>, limit: u64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = more.then(|| items.last().map(cursor)).flatten();
        Page { items, next }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
