//! Somebody's file, opened: what it is, where its header is, and its rows one after another, never all at once.

use std::ops::ControlFlow;
use std::sync::Arc;

use jizuo_standards::element::Element;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::{Cell, Row};
use super::header::{self, Layout};
use super::{delimited, workbook};
use crate::error::invalid;
use crate::{Error, Result, Text};

/// A file that was uploaded.
#[derive(Clone)]
pub struct Book {
    bytes: Arc<[u8]>,
    pub format: Format,
    /// What the rows are, as the header says; may be overridden by the caller.
    pub layout: Layout,
}

/// How the rows are written down in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SheetFormat)]
pub enum Format {
    Xlsx,
    Csv,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Columns beyond this are no table any more.
pub const WIDEST: usize = 200;
/// Characters of one cell that are read; the longest element has 2,000.
pub const LONGEST: usize = 4_000;

impl Book {
    /// Opens a file and finds its header among the first rows by the titles of these elements.
    pub fn open(bytes: impl Into<Arc<[u8]>>, elements: &[&'static Element]) -> Result<Book> {
        let bytes = bytes.into();
        let format = recognise(&bytes)?;
        let layout = match format {
            Format::Xlsx => workbook::layout(&bytes, elements)?,
            Format::Csv => delimited::layout(&bytes, elements)?,
        };
        Ok(Book { bytes, format, layout })
    }

    /// Opens a file whose layout is known already, to go on where somebody stopped.
    pub fn reopen(bytes: impl Into<Arc<[u8]>>, layout: Layout) -> Result<Book> {
        let bytes = bytes.into();
        let format = recognise(&bytes)?;
        Ok(Book { bytes, format, layout })
    }

    /// Gives every row of data from the sheet's row `from` on (counted from 1) to `each`, until it breaks off.
    /// Blank rows, repeated headers and closing lines (合计, 填表人) are passed over.
    pub fn rows(&self, from: u32, mut each: impl FnMut(Row) -> ControlFlow<()>) -> Result<()> {
        let layout = &self.layout;
        let mut sift = |row: Row| {
            if row.number < from || row.number <= layout.header_row || header::is_no_data(layout, &row) {
                return ControlFlow::Continue(());
            }
            each(row)
        };
        match self.format {
            Format::Xlsx => workbook::rows(&self.bytes, layout, &mut sift),
            Format::Csv => delimited::rows(&self.bytes, layout, &mut sift),
        }
    }
}

/// Sorts the rows of the top of a file: enough to find the header.
pub(super) fn find_layout(
    top: &[Row],
    sheet: Option<String>,
    delimiter: Option<u8>,
    elements: &[&'static Element],
) -> Layout {
    header::find(top, elements, sheet, delimiter)
}

/// How many rows are looked at for the header.
pub(super) const TOP: u32 = 20;

fn recognise(bytes: &[u8]) -> Result<Format> {
    let start = bytes.get(..512.min(bytes.len())).unwrap_or_default();
    if bytes.is_empty() {
        return Err(wrong("base.sheet.empty", "文件是空的，请重新选择文件", "the file is empty; choose it again"));
    }
    if start.starts_with(b"PK\x03\x04") {
        return Ok(Format::Xlsx);
    }
    if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(wrong(
            "base.sheet.xls",
            "这是旧的 .xls 文件或加了密码的文件。请用 Excel 或 WPS 打开，另存为不加密码的 .xlsx，再上传",
            "this is an old .xls file or one with a password; open it in Excel or WPS, save it as .xlsx without a \
             password, and send that",
        ));
    }
    let text = String::from_utf8_lossy(start);
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') || start.starts_with(b"%PDF") {
        return Err(wrong(
            "base.sheet.kind",
            "这不是表格文件（像是网页或 PDF）。请另存为 .xlsx 或 .csv，再上传",
            "this is no spreadsheet (it looks like a web page or a PDF); save it as .xlsx or .csv and send that",
        ));
    }
    // UTF-16 has zero bytes and says so at its start; no other text has any.
    let wide = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    if !wide && start.contains(&0) {
        return Err(wrong(
            "base.sheet.kind",
            "认不出这个文件。请上传 .xlsx 或 .csv 文件",
            "this file is not recognised; send an .xlsx or a .csv file",
        ));
    }
    Ok(Format::Csv)
}

pub(super) fn wrong(code: &'static str, zh: &'static str, en: &'static str) -> Error {
    invalid("file", code, Text::new(zh, en))
}

/// A cell that is far too long to be a value is cut, so that one cell cannot eat the memory.
pub(super) fn text(value: &str) -> Cell {
    if value.is_empty() {
        return Cell::Empty;
    }
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => Cell::Text(value[..end].to_owned()),
        None => Cell::Text(value.to_owned()),
    }
}
