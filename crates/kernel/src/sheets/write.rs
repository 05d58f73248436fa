//! Files for people: a workbook or a CSV file whose cells are what they say, never a formula.

use std::borrow::Cow;

use rust_xlsxwriter::{
    Color, DataValidation, Format as Style, FormatAlign, FormatBorder, Formula, Workbook, XlsxError,
};

use super::cell::Cell;
use super::read::Format;
use crate::error::internal;
use crate::{Error, Result};

/// One column of a file that is written.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub title: String,
    /// In characters.
    pub width: u16,
    /// What may be chosen, as a drop-down.
    pub choices: Vec<String>,
    pub required: bool,
}

impl Field {
    pub fn new(title: impl Into<String>) -> Field {
        Field { title: title.into(), width: 16, ..Field::default() }
    }
}

/// A file that grows row by row; a workbook keeps one row in memory.
pub struct Sheet {
    kind: Kind,
    rows: u32,
}

enum Kind {
    Workbook(Box<Book>),
    Csv(Box<csv::Writer<Vec<u8>>>),
}

struct Book {
    workbook: Workbook,
    fields: Vec<Field>,
    plain: Style,
    marked: Style,
}

/// Excel takes this many rows of a drop-down.
const LAST_ROW: u32 = 1_048_575;

impl Sheet {
    /// Begins a file with its header. `name` is what the tab says.
    pub fn new(format: Format, name: &str, fields: &[Field]) -> Result<Sheet> {
        match format {
            Format::Csv => {
                let mut writer =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(
                        // Without the mark, Excel takes UTF-8 for the code page of the machine.
                        "\u{feff}".as_bytes().to_vec(),
                    );
                writer.write_record(fields.iter().map(|field| guarded(&field.title).into_owned())).map_err(internal)?;
                Ok(Sheet { kind: Kind::Csv(Box::new(writer)), rows: 1 })
            }
            Format::Xlsx => {
                let book = Book::new(name, fields).map_err(failed)?;
                Ok(Sheet { kind: Kind::Workbook(Box::new(book)), rows: 1 })
            }
        }
    }

    /// Writes one row; `marked` paints it, for rows with something wrong.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cow<'a, Cell>>, marked: bool) -> Result<()> {
        let row = self.rows;
        self.rows += 1;
        match &mut self.kind {
            Kind::Csv(writer) => {
                let shown = cells.into_iter().map(|cell| match cell.as_ref() {
                    Cell::Text(text) | Cell::Broken(text) => guarded(text).into_owned(),
                    other => other.shown(),
                });
                writer.write_record(shown).map_err(internal)
            }
            Kind::Workbook(book) => book.row(row, cells, marked).map_err(failed),
        }
    }

    /// A row of texts.
    pub fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.row(texts.into_iter().map(|text| Cow::Owned(Cell::Text(text.to_owned()))), false)
    }

    /// The finished file. Notes for the reader go on a sheet of their own; a CSV file has none.
    pub fn finish(self, notes: Option<(&str, &[String])>) -> Result<Vec<u8>> {
        match self.kind {
            Kind::Csv(writer) => writer.into_inner().map_err(|error| internal(error.to_string())),
            Kind::Workbook(book) => book.finish(notes).map_err(failed),
        }
    }
}

impl Book {
    fn new(name: &str, fields: &[Field]) -> std::result::Result<Book, XlsxError> {
        let mut workbook = Workbook::new();
        // `@`: what is typed stays text, so that Excel rounds no identity number.
        let plain = Style::new().set_num_format("@");
        let marked = plain.clone().set_background_color(Color::RGB(0x00FD_E9E7));
        let head = Style::new()
            .set_bold()
            .set_num_format("@")
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(Color::RGB(0x00EE_F1F4))
            .set_border_bottom(FormatBorder::Thin);
        let needed = head.clone().set_font_color(Color::RGB(0x00B4_2318));
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(tab(name))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, field) in (0u16..).zip(fields) {
            sheet.set_column_width(column, field.width.clamp(6, 60))?;
            sheet.set_column_format(column, &plain)?;
            sheet.write_string_with_format(0, column, &field.title, if field.required { &needed } else { &head })?;
        }
        Ok(Book { workbook, fields: fields.to_vec(), plain, marked })
    }

    fn row<'a>(
        &mut self,
        row: u32,
        cells: impl IntoIterator<Item = Cow<'a, Cell>>,
        marked: bool,
    ) -> std::result::Result<(), XlsxError> {
        let style = if marked { &self.marked } else { &self.plain };
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0u16..).zip(cells) {
            match cell.as_ref() {
                Cell::Empty if marked => {
                    sheet.write_blank(row, column, style)?;
                }
                Cell::Empty => {}
                Cell::Number(number) if number.abs() < 1e15 => {
                    sheet.write_number(row, column, *number)?;
                }
                other => {
                    // A text cell is text, whatever it begins with.
                    let text: String = other.shown().chars().take(32_767).collect();
                    sheet.write_string_with_format(row, column, text, style)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, notes: Option<(&str, &[String])>) -> std::result::Result<Vec<u8>, XlsxError> {
        let long: Vec<(u16, &Field)> =
            (0u16..).zip(&self.fields).filter(|(_, field)| !field.choices.is_empty()).collect();
        for (nth, (column, field)) in (0u16..).zip(&long) {
            let rows = u32::try_from(field.choices.len()).unwrap_or(1).max(1);
            let letter = rust_xlsxwriter::utility::column_number_to_name(nth);
            let list = Formula::new(format!("='{CHOICES}'!${letter}$1:${letter}${rows}"));
            let choice = DataValidation::new()
                .allow_list_formula(list)
                .set_error_title("请从列表选择")?
                .set_error_message("请从下拉列表中选择 / choose from the list")?;
            self.workbook.worksheet_from_index(0)?.add_data_validation(1, *column, LAST_ROW, *column, &choice)?;
        }
        if let Some((title, lines)) = notes {
            let style = Style::new().set_text_wrap();
            let sheet = self.workbook.add_worksheet();
            sheet.set_name(tab(title))?;
            sheet.set_column_width(0, 100)?;
            for (row, line) in (0u32..).zip(lines) {
                sheet.write_string_with_format(row, 0, line, &style)?;
            }
        }
        if !long.is_empty() {
            let sheet = self.workbook.add_worksheet();
            sheet.set_name(CHOICES)?.set_hidden(true);
            for (nth, (_, field)) in (0u16..).zip(&long) {
                for (row, choice) in (0u32..).zip(&field.choices) {
                    sheet.write_string(row, nth, choice)?;
                }
            }
        }
        self.workbook.save_to_buffer()
    }
}

const CHOICES: &str = "选项";

/// What Excel allows as the name of a tab.
fn tab(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if plain.trim().is_empty() { "Sheet1".to_owned() } else { plain }
}

/// A text that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection).
fn guarded(text: &str) -> Cow<'_, str> {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    // A negative number is no formula.
    if risky && text.parse::<f64>().is_err() { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn failed(error: XlsxError) -> Error {
    internal(error)
}
