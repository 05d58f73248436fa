//! What the pages of forms and imports read of the API's answers.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::wire::Words;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    #[serde(alias = "form")]
    pub(crate) id: String,
    pub(crate) title: Words,
    pub(crate) purpose: Words,
    pub(crate) statutory_duty: Option<Words>,
    pub(crate) consent: bool,
    /// `person`, `household`, `organisation`; once opened, whom it is about.
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) minor: bool,
    pub(crate) fields: Vec<FormField>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FormField {
    pub(crate) name: String,
    pub(crate) title: Words,
    pub(crate) required: bool,
    pub(crate) element: Option<String>,
    pub(crate) kind: String,
    pub(crate) max_length: usize,
    pub(crate) code_list: Option<String>,
    pub(crate) why: Option<Words>,
    pub(crate) standing: String,
    pub(crate) value: Option<String>,
    pub(crate) label: Option<Words>,
    pub(crate) source: Option<Words>,
    pub(crate) observed_on: Option<NaiveDate>,
    pub(crate) stale_since: Option<NaiveDate>,
}

/// What became of the answers to a form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Taken {
    pub(crate) reused: Vec<String>,
    pub(crate) recorded: BTreeMap<String, String>,
    pub(crate) own: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Import {
    pub(crate) id: Uuid,
    pub(crate) place_name: String,
    pub(crate) source_name: Words,
    pub(crate) file_name: String,
    /// `checking`, `checked`, `running`, `done`, `undoing`, `undone`.
    pub(crate) state: String,
    pub(crate) rows: i64,
    pub(crate) bad_rows: i64,
    pub(crate) next_row: i64,
    pub(crate) created: i64,
    pub(crate) changed: i64,
    pub(crate) unchanged: i64,
    pub(crate) disputed: i64,
    pub(crate) actor: String,
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) finished_at: Option<DateTime<Utc>>,
    pub(crate) undone_at: Option<DateTime<Utc>>,
    pub(crate) undone_by: Option<String>,
    pub(crate) sheet: Option<String>,
    pub(crate) header_row: i64,
    pub(crate) columns: Vec<Column>,
    pub(crate) same_file_as: Option<Uuid>,
}

/// A column of a sheet, and the element it is read as.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Column {
    pub(crate) title: String,
    pub(crate) element: Option<String>,
    pub(crate) ignored: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RowFault {
    pub(crate) row: i64,
    pub(crate) column: String,
    pub(crate) message: Words,
}
