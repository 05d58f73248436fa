//! Spreadsheets in and out: ugly XLSX and CSV files become rows of data elements, and rows become files that a person
//! opens in Excel or WPS without harm.

pub mod cell;
pub mod clean;
mod dates;
mod delimited;
pub mod header;
mod merged;
pub mod named;
pub mod read;
mod sent;
mod synonyms;
mod workbook;
pub mod write;

pub use cell::{Cell, Row};
pub use clean::{Cleaned, Cleaner, Wrong};
pub use header::{Column, Layout};
pub use named::{Named, Titled, named};
pub use read::{Book, Format};
pub use sent::{body_of, sent};
pub use write::{Field, Sheet};
