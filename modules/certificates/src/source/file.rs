//! A table that a department hands over: all of it or nothing, and the next one replaces it as a whole.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use jizuo_kernel::error::Faults;
use jizuo_kernel::people::seal;
use jizuo_kernel::sheets::{Book, Cleaner};
use jizuo_kernel::{App, Result, Scope, Scoped, Text, Tx, invalid, say};
use jizuo_standards::element::{self, Element};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::entity::{Model, row};

/// What marks are made for; not the base data's, so that the two cannot be laid side by side.
const MARKED_AS: &str = "certificates.table";

/// Rows of one table.
const MOST: usize = 20_000;
/// So many bad rows are named.
const MOST_FAULTS: usize = 100;
/// Rows written in one statement.
const CHUNK: usize = 500;

const NUMBER: &str = "person.identity_number";
const NAME: &str = "person.name";

/// What is sealed of a row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// In its normal form, where the table has names.
    pub(crate) name: Option<String>,
    /// By the titles of columns.
    pub(crate) values: Map<String, Value>,
}

/// A row of the file.
#[derive(Debug)]
pub(crate) struct Line {
    number: String,
    kept: Kept,
}

/// The marks that somebody may stand under.
pub(crate) fn marks(app: &App, number: &str) -> Result<Vec<String>> {
    seal::marks(app, MARKED_AS, number)
}

pub(crate) fn open(app: &App, row: &row::Model) -> Result<Kept> {
    let plain = app.keyring.open("certificates.table_row", row.id.as_bytes(), &row.content)?;
    Ok(serde_json::from_slice(&plain)?)
}

/// Reads a file of which these columns are kept; every bad row is named, and none of its values.
pub(crate) fn read(bytes: Vec<u8>, columns: &[String], today: NaiveDate) -> Result<Vec<Line>> {
    let elements: Vec<&'static Element> = [NUMBER, NAME].into_iter().filter_map(element::find).collect();
    let book = Book::open(bytes, &elements)?;
    let layout = &book.layout;
    let mut faults = Faults::default();
    if layout.index_of(NUMBER).is_none() {
        let why = Text::new("表头里没有“公民身份号码”一列", "the header has no column of identity numbers");
        faults.add("content", "certificates.source.header", why);
    }
    let kept: Vec<(usize, &String)> = columns
        .iter()
        .filter_map(|title| {
            let found = layout.columns.iter().find(|column| column.title.trim() == title.trim());
            if found.is_none() {
                let why = say!("表头里没有“{title}”一列", "the header has no column '{title}'");
                faults.add("content", "certificates.source.header", why);
            }
            Some((found?.index, title))
        })
        .collect();
    faults.check()?;
    let cleaner = Cleaner { today, since_1904: layout.since_1904, format: book.format };
    let (mut lines, mut faults, mut seen) = (Vec::new(), Faults::default(), HashSet::new());
    book.rows(1, |row| {
        let at = format!("rows.{}", row.number);
        let mut cleaned = cleaner.row(layout, &row);
        for wrong in cleaned.wrong {
            faults.add(&at, wrong.code, wrong.message);
        }
        match cleaned.values.remove(NUMBER) {
            Some(number) if seen.insert(number.clone()) => {
                let values =
                    kept.iter().map(|(index, title)| ((*title).clone(), Value::from(row.cell(*index).shown().trim())));
                let kept = Kept { name: cleaned.values.remove(NAME), values: values.collect() };
                lines.push(Line { number, kept });
            }
            Some(_) => {
                let why = Text::new("这个身份证号在前面已有一行", "this identity number stands in a row above");
                faults.add(&at, "certificates.source.twice", why);
            }
            None if layout.index_of(NUMBER).is_some_and(|index| row.cell(index).is_empty()) => {
                let why = Text::new("没有身份证号", "there is no identity number");
                faults.add(&at, "base.field.missing", why);
            }
            None => {}
        }
        if faults.len() >= MOST_FAULTS || lines.len() > MOST {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    faults.check()?;
    match lines.len() {
        0 => Err(invalid("content", "certificates.source.empty", Text::new("表里没有数据行", "there are no rows"))),
        n if n > MOST => {
            let why = say!("一张表最多 {MOST} 行", "a table has at most {MOST} rows");
            Err(invalid("content", "certificates.source.large", why))
        }
        _ => Ok(lines),
    }
}

/// Puts these rows in the place of all that the source had.
pub(crate) async fn replace(tx: &mut Tx, source: &Model, lines: &[Line]) -> Result<()> {
    forget(tx, source).await?;
    for some in lines.chunks(CHUNK) {
        let rows = some.iter().map(|line| sealed(tx, source, line)).collect::<Result<Vec<_>>>()?;
        row::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Forgets what a department handed over.
pub(crate) async fn forget(tx: &mut Tx, source: &Model) -> Result<u64> {
    let county = Scope::counties(vec![source.county]);
    let gone = row::Entity::delete_within(&county).filter(row::Column::Source.eq(source.id)).exec(tx.db()).await?;
    Ok(gone.rows_affected)
}

fn sealed(tx: &Tx, source: &Model, line: &Line) -> Result<row::ActiveModel> {
    let (id, keyring): (Uuid, _) = (tx.id(), &tx.app.keyring);
    Ok(row::ActiveModel {
        county: Set(source.county),
        id: Set(id),
        source: Set(source.id),
        marked_as: Set(MARKED_AS.to_owned()),
        mark: Set(seal::mark(&tx.app, MARKED_AS, &line.number)?),
        number: Set(keyring.seal("certificates.table_number", id.as_bytes(), line.number.as_bytes())?),
        content: Set(keyring.seal("certificates.table_row", id.as_bytes(), &serde_json::to_vec(&line.kept)?)?),
    })
}
