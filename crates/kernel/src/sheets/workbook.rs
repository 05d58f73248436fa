//! XLSX, read cell by cell: only the texts that the file shares between its cells are kept.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use jizuo_standards::element::Element;

use super::cell::{Cell, Row};
use super::header::Layout;
use super::merged::{Merged, Range};
use super::read::{TOP, WIDEST, find_layout, text, wrong};
use crate::{Error, Result};

type File = Xlsx<Cursor<Arc<[u8]>>>;

/// What a file may unpack to: 100,000 rows of 20 columns are about 150 MB of XML.
const UNPACKED: u64 = 600 * 1024 * 1024;
/// The texts that cells share are held in memory.
const SHARED_TEXTS: u64 = 120 * 1024 * 1024;

/// The first visible sheet in which the header is recognised best.
pub(super) fn layout(bytes: &Arc<[u8]>, elements: &[&'static Element]) -> Result<Layout> {
    bounded(bytes)?;
    let mut file = open(bytes)?;
    let names: Vec<String> = file
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut best: Option<Layout> = None;
    for name in names {
        let mut top = Vec::new();
        each(&mut file, &name, &mut |row| {
            if row.number > TOP {
                return ControlFlow::Break(());
            }
            top.push(row);
            ControlFlow::Continue(())
        })?;
        let mut found = find_layout(&top, Some(name), None, elements);
        found.since_1904 = file.has_1904_epoch();
        if best.as_ref().is_none_or(|best| found.known() > best.known()) {
            best = Some(found);
        }
    }
    best.ok_or_else(|| wrong("base.sheet.empty", "文件里没有可见的工作表", "the file has no visible sheet"))
}

pub(super) fn rows(bytes: &Arc<[u8]>, layout: &Layout, each_row: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<()> {
    let mut file = open(bytes)?;
    each(&mut file, layout.sheet.as_deref().unwrap_or_default(), each_row)
}

fn open(bytes: &Arc<[u8]>) -> Result<File> {
    Xlsx::new(Cursor::new(bytes.clone())).map_err(broken)
}

fn broken(error: calamine::XlsxError) -> Error {
    tracing::debug!(%error, "a workbook could not be read");
    wrong(
        "base.sheet.broken",
        "打不开这个 Excel 文件。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传",
        "this workbook cannot be read; open it in Excel or WPS, save it as .xlsx and send that",
    )
}

/// A small file can unpack to more than the machine holds: every part is counted before anything is kept.
fn bounded(bytes: &Arc<[u8]>) -> Result<()> {
    let unreadable = |_| {
        wrong(
            "base.sheet.broken",
            "这个 .xlsx 文件已损坏，请重新另存后再上传",
            "this .xlsx file is damaged; save it anew and send that",
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone())).map_err(unreadable)?;
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(unreadable)?;
        let name = part.name().map_err(unreadable)?.to_ascii_lowercase();
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let most = if name.contains("worksheets/") { left } else { left.min(SHARED_TEXTS) };
        let size = std::io::copy(&mut part.take(most + 1), &mut std::io::sink());
        let size = size.map_err(|error| unreadable(error.into()))?;
        if size > most {
            return Err(wrong(
                "base.sheet.large",
                "文件解开后太大。请分成几个文件（每个不超过 10 万行），再上传",
                "the file unpacks to too much; split it into files of at most 100,000 rows and send those",
            ));
        }
        left -= size;
    }
    Ok(())
}

fn each(file: &mut File, sheet: &str, each_row: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<()> {
    let ranges = file.merge_cells_by_sheet_name(sheet).map_err(broken)?;
    let ranges = ranges.iter().map(|range| Range {
        top: range.start.0,
        left: range.start.1,
        bottom: range.end.0,
        right: range.end.1,
    });
    let mut merged = Merged::new(ranges.collect());
    let mut reader = file.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut current: Option<(u32, Vec<Cell>)> = None;
    loop {
        let cell = reader.next_cell().map_err(broken)?;
        let at = cell.as_ref().map(|cell| cell.get_position());
        let finished = match (&current, at) {
            (Some((row, _)), Some((next, _))) => *row != next,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if finished && let Some((row, mut cells)) = current.take() {
            // A row that holds nothing of its own is blank, whatever is merged over it.
            let blank = cells.iter().all(Cell::is_empty);
            merged.fill(row, &mut cells, WIDEST);
            if !blank && each_row(Row { number: row + 1, cells }).is_break() {
                return Ok(());
            }
        }
        let Some(cell) = cell else { return Ok(()) };
        let (row, column) = cell.get_position();
        let column = column as usize;
        if column >= WIDEST {
            continue;
        }
        let cells = &mut current.get_or_insert_with(|| (row, Vec::new())).1;
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = read(cell.get_value());
    }
}

fn read(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(value) => text(value),
        DataRef::SharedString(value) => text(value),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(date) => day(*date).map_or(Cell::Number(date.as_f64()), Cell::Date),
        DataRef::DateTimeIso(value) => match value.get(..10).and_then(|day| day.parse().ok()) {
            Some(date) => Cell::Date(date),
            None => text(value),
        },
        DataRef::DurationIso(value) => text(value),
        DataRef::Error(kind) => Cell::Broken(kind.to_string()),
    }
}

fn day(date: ExcelDateTime) -> Option<NaiveDate> {
    if !date.is_datetime() || !(1.0..2_958_466.0).contains(&date.as_f64()) {
        return None;
    }
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
}

/// The day of a serial number that was not formatted as a date.
pub(super) fn serial(number: f64, since_1904: bool) -> Option<NaiveDate> {
    day(ExcelDateTime::new(number, ExcelDateTimeType::DateTime, since_1904))
}
