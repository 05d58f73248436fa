//! A table in somebody's sheet, read by the titles of its columns: in whatever order they stand, and below whatever heads it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Book, Row};
use crate::error::invalid;
use crate::{Result, say};

/// A field and the titles that its column goes by, without spaces and brackets.
pub type Titled = (&'static str, &'static [&'static str]);

/// A row, by the fields of its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// As the spreadsheet counts.
    pub number: u32,
    fields: BTreeMap<&'static str, String>,
}

impl Named {
    /// What stands in a field, without the spaces around it; empty where there is nothing.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    /// What stands in a field, if anything does.
    pub fn given(&self, field: &str) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

/// Rows before which the titles stand.
const HEAD: usize = 20;

/// Reads a workbook or a CSV file of at most so many rows. The titles stand in the first row in which two of them and that of
/// `key` are found; none where they are not in the first twenty rows. Rows with nothing in them are left out, and more rows
/// than that are refused.
pub fn named(bytes: Vec<u8>, titles: &[Titled], key: &str, most: usize) -> Result<Option<Vec<Named>>> {
    let book = Book::open(bytes, &[])?;
    let mut all: Vec<Row> = Vec::new();
    book.rows(1, |row| {
        all.push(row);
        if all.len() > most.saturating_add(HEAD) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let field = |text: &str| {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && !"（）()、/".contains(*c)).collect();
        titles.iter().find(|(_, titles)| titles.contains(&plain.as_str())).map(|(field, _)| *field)
    };
    let header = all.iter().take(HEAD).position(|row| {
        let known: Vec<_> = row.cells.iter().filter_map(|cell| field(&cell.shown())).collect();
        known.len() >= 2 && known.contains(&key)
    });
    let Some(header) = header else { return Ok(None) };
    let columns: Vec<Option<&str>> = all[header].cells.iter().map(|cell| field(&cell.shown())).collect();
    let rows = all[header + 1..].iter().map(|row| {
        let cells = columns.iter().zip(&row.cells);
        let fields = cells.filter_map(|(field, cell)| Some(((*field)?, cell.shown().trim().to_owned())));
        Named { number: row.number, fields: fields.filter(|(_, text)| !text.is_empty()).collect() }
    });
    let rows: Vec<Named> = rows.filter(|row| !row.fields.is_empty()).collect();
    if rows.len() > most {
        let why = say!("最多 {most} 行，请分成几个文件", "{most} rows at most: split it into several files");
        return Err(invalid("content", "base.sheet.rows", why));
    }
    Ok(Some(rows))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    const TITLES: &[Titled] = &[("name", &["名称", "网格名称"]), ("kind", &["类型"]), ("note", &["备注"])];

    #[test]
    fn a_table_is_read_by_its_titles_wherever_they_stand() {
        let text = "某县网格一览,,\n类型, 网格 名称,没人认识\n,,\n基础, 一组 ,x\n,二组\n";
        let rows = named(text.as_bytes().to_vec(), TITLES, "name", 100).unwrap().unwrap();
        let read: Vec<_> = rows.iter().map(|row| (row.text("name"), row.given("kind"), row.text("note"))).collect();
        assert_eq!(read, [("一组", Some("基础".to_owned()), ""), ("二组", None, "")]);
        assert!(rows[0].number < rows[1].number);
        let without = named("类型,备注\n基础,x\n".as_bytes().to_vec(), TITLES, "name", 100).unwrap();
        assert_eq!(without, None, "the key's title is missing");
        assert!(named(text.as_bytes().to_vec(), TITLES, "name", 1).is_err(), "no row is cut off in silence");
    }
}
