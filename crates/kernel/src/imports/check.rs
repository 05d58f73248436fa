//! The dry run: every row read and matched, every reason kept, nothing of the register touched.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use sea_orm::{ActiveValue::Set, EntityTrait};

use super::batch::{Batch, Mapping, title_of};
use super::judge::judge;
use super::line::{Line, Reader};
use crate::people::entity::fault;
use crate::sheets::Row;
use crate::{Result, Text, Tx};

/// What was seen in the rows before, as hashes: 100,000 rows take a few megabytes.
#[derive(Default)]
pub(super) struct Seen {
    numbers: HashSet<u64>,
    looks: HashSet<u64>,
    heads: HashSet<u64>,
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// Blames a line that says again what an earlier one said.
    pub(super) fn meet(&mut self, line: &mut Line) {
        let number = line.value("person.identity_number").map(hash);
        if number.is_some_and(|number| !self.numbers.insert(number)) {
            let why = Text::new(
                "同一个身份证号在表里出现了两次，请只留一行",
                "this identity number stands in the sheet twice; keep one row",
            );
            line.blame(Some("person.identity_number"), "base.import.twice", why);
        }
        let looks = (line.value("person.name"), line.value("person.birth_date"), line.household());
        if number.is_none() && looks.0.is_some() && !self.looks.insert(hash(looks)) {
            let why = Text::new(
                "表里有姓名、出生日期、户号都相同的两行，请填写身份证号或只留一行",
                "two rows have the same name, date of birth and household; add identity numbers or keep one row",
            );
            line.blame(Some("person.name"), "base.import.twice", why);
        }
        if line.value("household.relationship") == Some("02")
            && line.household().is_some_and(|home| !self.heads.insert(hash(home)))
        {
            let why =
                Text::new("这一户在表里有两个户主，请核对", "this household has two heads in the sheet; check it");
            line.blame(Some("household.relationship"), "base.household.head", why);
        }
    }
}

/// Looks through a chunk.
pub(super) async fn chunk(
    tx: &Tx,
    batch: &mut Batch,
    mapping: &Mapping,
    reader: &Reader,
    seen: &mut Seen,
    rows: Vec<Row>,
) -> Result<()> {
    let mut lines: Vec<Line> = rows.into_iter().map(|row| reader.line(row)).collect();
    for line in &mut lines {
        seen.meet(line);
    }
    judge(tx, batch.county, &mut lines).await?;
    batch.rows += i32::try_from(lines.len()).unwrap_or(i32::MAX);
    batch.bad_rows += i32::try_from(lines.iter().filter(|line| !line.wrong.is_empty()).count()).unwrap_or(i32::MAX);
    keep(tx, batch, mapping, &lines, 0).await
}

/// Keeps the reasons; `from` keeps those of a later look apart from those of the first.
pub(super) async fn keep(tx: &Tx, batch: &Batch, mapping: &Mapping, lines: &[Line], from: i32) -> Result<()> {
    let rows: Vec<fault::ActiveModel> = lines
        .iter()
        .flat_map(|line| {
            (from..).zip(&line.wrong).map(|(number, wrong)| fault::ActiveModel {
                county: Set(batch.county),
                import: Set(batch.id),
                row: Set(i32::try_from(line.row).unwrap_or(i32::MAX)),
                number: Set(number),
                column_name: Set(title_of(&mapping.layout, wrong.element.as_deref())),
                code: Set(wrong.code.to_string()),
                zh: Set(wrong.message.zh.to_string()),
                en: Set(wrong.message.en.to_string()),
            })
        })
        .collect();
    for some in rows.chunks(500) {
        fault::Entity::insert_many(some.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
