//! Where the header of a sheet is, what each column holds, and which rows below it are no data.

use jizuo_standards::element::{self, Element};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::{Cell, Row, tidy};
use super::synonyms::{self, key};
use crate::error::Faults;
use crate::{Result, Text, say};

/// What was understood of a sheet before its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Layout {
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row of the titles, counted from 1; 0 where none was recognised.
    pub header_row: u32,
    pub columns: Vec<Column>,
    /// What parts the columns of a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<u8>,
    /// The workbook counts days from 1904.
    #[serde(default)]
    pub since_1904: bool,
}

/// One column with a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SheetColumn)]
pub struct Column {
    /// Counted from 0.
    pub index: usize,
    /// As it stands in the file.
    pub title: String,
    /// The data element it is read as; none when it is kept out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// A column that is known to hold nothing to read, such as 序号.
    #[serde(default)]
    pub ignored: bool,
}

impl Layout {
    /// How many columns were recognised.
    pub fn known(&self) -> usize {
        self.columns.iter().filter(|column| column.element.is_some()).count()
    }

    /// The columns that are read, with their elements.
    pub fn elements(&self) -> impl Iterator<Item = (usize, &'static Element)> {
        self.columns.iter().filter_map(|column| Some((column.index, element::find(column.element.as_deref()?)?)))
    }

    /// The column of one element.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.columns.iter().find(|column| column.element.as_deref() == Some(id)).map(|column| column.index)
    }

    /// Lays other meanings over columns, by title: `{"电话2": "person.phone", "备注": null}`.
    pub fn set<'a>(
        &mut self,
        meanings: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
        elements: &[&'static Element],
    ) -> Result<()> {
        let mut faults = Faults::default();
        for (title, meaning) in meanings {
            let field = format!("columns.{title}");
            if let Some(id) = meaning
                && !elements.iter().any(|element| element.id == id)
            {
                faults.add(
                    &field,
                    "base.sheet.element",
                    say!("没有可导入的数据元“{id}”", "'{id}' is no data element that can be imported"),
                );
                continue;
            }
            let wanted = key(title);
            match self.columns.iter_mut().find(|column| key(&column.title) == wanted) {
                Some(column) => column.element = meaning.map(str::to_owned),
                None => faults.add(
                    &field,
                    "base.sheet.column",
                    Text::new(
                        "表里没有这一列，请按表头原样填写列名",
                        "the sheet has no such column; name it as its header does",
                    ),
                ),
            }
        }
        let mut seen = std::collections::HashSet::new();
        for column in &self.columns {
            if let Some(id) = &column.element
                && !seen.insert(id)
            {
                faults.add(
                    format!("columns.{}", column.title),
                    "base.sheet.twice",
                    say!("有两列都读作“{id}”，请只留一列", "two columns are read as '{id}'; keep one of them"),
                );
            }
        }
        faults.check()
    }
}

/// The row among the first with the most titles that are known. Of two lines alike, the second: a header of
/// two lines is merged downward.
pub(super) fn find(top: &[Row], elements: &[&'static Element], sheet: Option<String>, delimiter: Option<u8>) -> Layout {
    let mut best = Layout { sheet, delimiter, ..Layout::default() };
    for row in top {
        let columns = read(row, elements);
        let known = columns.iter().filter(|column| column.element.is_some()).count();
        // Of rows alike only the next line counts: further down it is the header printed again.
        let better = known > best.known() || known == best.known() && best.header_row + 1 == row.number;
        if known >= 1 && better {
            best.header_row = row.number;
            best.columns = columns;
        }
    }
    best
}

fn read(row: &Row, elements: &[&'static Element]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (index, cell) in row.cells.iter().enumerate() {
        let Cell::Text(text) = cell else { continue };
        let title = tidy(text).replace(['\r', '\n'], "");
        // A title is short; a merged note repeats itself over the columns.
        if title.is_empty() || title.chars().count() > 40 || columns.last().is_some_and(|last| last.title == title) {
            continue;
        }
        let words = synonyms::get();
        let taken = |element: &Element| columns.iter().any(|column| column.element.as_deref() == Some(&element.id));
        let named = words.elements(&title).iter().find(|element| elements.contains(element) && !taken(element));
        columns.push(Column {
            index,
            element: named.map(|element| element.id.clone()),
            ignored: named.is_none() && words.is_ignored(&title),
            title,
        });
    }
    columns
}

/// Whether a row below the header is a repeated header, a line of numbers under the titles, a sum or a closing note.
pub(super) fn is_no_data(layout: &Layout, row: &Row) -> bool {
    let texts: Vec<String> = row.cells.iter().filter(|cell| !cell.is_empty()).map(|cell| key(&cell.shown())).collect();
    let Some(first) = texts.first() else { return true };
    let titled = layout.columns.iter().filter(|column| key(&row.cell(column.index).shown()) == key(&column.title));
    if titled.count() * 2 > layout.columns.len() {
        return true;
    }
    // A row with an identity number is a person, whatever stands before it.
    if layout
        .index_of("person.identity_number")
        .is_some_and(|index| row.cell(index).shown().chars().filter(char::is_ascii_digit).count() >= 15)
    {
        return false;
    }
    let closes = |text: &str| {
        synonyms::get().closing.iter().any(|word| {
            text.strip_prefix(word.as_str()).is_some_and(|rest| {
                rest.is_empty()
                    || rest.starts_with([':', '、', '.', ',', '('])
                    || rest.chars().all(|c| c.is_ascii_digit())
            })
        })
    };
    // A sum begins its row or stands in the column of names; a note has its row nearly to itself.
    let name = layout.index_of("person.name").map(|index| key(&row.cell(index).shown())).unwrap_or_default();
    closes(first) && (name.is_empty() || name == *first || closes(&name)) || closes(&name)
}
