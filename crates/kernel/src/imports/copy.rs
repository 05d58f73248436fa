//! The copy of somebody's sheet with the reasons beside its rows, to be mended and sent again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::batch::{Batch, Mapping, book};
use crate::people::entity::fault;
use crate::sheets::{Cell, Field, Format, Sheet};
use crate::{Ctx, Lang, Result, Scoped};

/// The reasons of an import by row, those of one row together.
pub(super) async fn reasons(ctx: &Ctx, batch: &Batch) -> Result<BTreeMap<u32, String>> {
    let rows = fault::Entity::within(&batch.chain())
        .filter(fault::Column::Import.eq(batch.id))
        .order_by_asc(fault::Column::Row)
        .order_by_asc(fault::Column::Number)
        .all(ctx.db())
        .await?;
    let mut reasons: BTreeMap<u32, String> = BTreeMap::new();
    for row in rows {
        let text = if ctx.lang == Lang::Zh { &row.zh } else { &row.en };
        let said = reasons.entry(u32::try_from(row.row).unwrap_or_default()).or_default();
        if !said.is_empty() {
            said.push('；');
        }
        if !row.column_name.is_empty() {
            said.push_str(&row.column_name);
            said.push('：');
        }
        said.push_str(text);
    }
    Ok(reasons)
}

/// Writes the file anew, with the reason as its last column; of a large file only the bad rows, where they are asked for.
pub(super) fn write(
    bytes: Arc<[u8]>,
    mapping: &Mapping,
    reasons: &BTreeMap<u32, String>,
    only_bad: bool,
    format: Format,
    lang: Lang,
) -> Result<Vec<u8>> {
    let book = book(bytes, mapping)?;
    let columns = mapping.layout.columns.iter();
    // The reasons of an earlier copy are not carried on.
    let columns: Vec<_> = columns.filter(|column| !["原因", "Reason"].contains(&column.title.as_str())).collect();
    let mut fields: Vec<Field> = columns.iter().map(|column| Field::new(&column.title)).collect();
    fields.push(Field { width: 50, ..Field::new(if lang == Lang::Zh { "原因" } else { "Reason" }) });
    let mut sheet = Sheet::new(format, if lang == Lang::Zh { "待更正" } else { "To correct" }, &fields)?;
    let mut failed = None;
    book.rows(1, |row| {
        let reason = reasons.get(&row.number);
        if only_bad && reason.is_none() {
            return ControlFlow::Continue(());
        }
        let cells = columns.iter().map(|column| Cow::Borrowed(row.cell(column.index)));
        let reason = Cow::Owned(reason.map_or(Cell::Empty, |text| Cell::Text(text.clone())));
        let bad = !matches!(*reason, Cell::Empty);
        match sheet.row(cells.chain([reason]), bad) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    match failed {
        Some(error) => Err(error),
        None => sheet.finish(None),
    }
}
