//! One cell and one row of somebody's sheet, before anything is judged.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What stands in a cell, as far as the file says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// A number of a spreadsheet, which keeps 15 significant digits and no leading zero.
    Number(f64),
    /// A number that is formatted as a date.
    Date(NaiveDate),
    Flag(bool),
    /// A formula that came to nothing, as it is shown: `#REF!`.
    Broken(String),
}

impl Cell {
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => tidy(text).is_empty(),
            _ => false,
        }
    }

    /// What a person sees in the cell.
    pub fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Broken(text) => text.clone(),
            Cell::Number(number) => plain(*number),
            Cell::Date(date) => date.to_string(),
            Cell::Flag(true) => "TRUE".to_owned(),
            Cell::Flag(false) => "FALSE".to_owned(),
        }
    }
}

/// A row that holds something, with the number that the spreadsheet shows beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Counted from 1, as people count.
    pub number: u32,
    pub cells: Vec<Cell>,
}

impl Row {
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }
}

/// A number without exponent and without `.0`.
pub(super) fn plain(number: f64) -> String {
    format!("{number}")
}

/// Full-width letters and digits become half-width, what nobody sees goes, blanks around go. Chinese punctuation that
/// belongs into prose is narrowed too: this is for comparing and for codes, prose keeps its own.
pub(super) fn tidy(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\t' => Some(' '),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        c if invisible(c) => None,
        c => Some(c),
    };
    text.chars().filter_map(narrow).collect::<String>().trim().to_owned()
}

/// Prose without what nobody sees; its full-width punctuation stays.
pub(super) fn prose(text: &str) -> String {
    let keep = |c: char| match c {
        '\u{3000}' | '\u{a0}' | '\t' => Some(' '),
        c if invisible(c) => None,
        c => Some(c),
    };
    text.chars().filter_map(keep).collect::<String>().trim().to_owned()
}

/// Line breaks in a cell stay; all else that cannot be seen does not.
fn invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_exponent() {
        assert_eq!(plain(530_102_188_001_010_000.0), "530102188001010000");
        assert_eq!(plain(12.5), "12.5");
        assert_eq!(plain(3.0), "3");
    }

    #[test]
    fn what_nobody_sees_is_gone() {
        assert_eq!(tidy("\u{feff}\u{a0}５３０１０２\u{200b} \u{3000}"), "530102");
        assert_eq!(prose(" 翠湖北路（东）\u{200b}１号 "), "翠湖北路（东）１号");
        assert!(Cell::Text("\u{a0}\u{3000}\u{200b}".into()).is_empty());
    }
}
