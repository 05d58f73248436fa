//! The chain: each line's hash covers the line and the hash before it, so that a changed, missing or inserted line shows.
//! Sealing happens right after the commit, so that the chain is no lock on a county's writes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::entity::{line, seal as row, unsealed};
use crate::rows::Rows;
use crate::wall::Wall;
use crate::{App, Result, Scope, Scoped, db};

/// Lines sealed in one transaction.
const BATCH: u64 = 500;
/// Lines read at once when verifying.
const WINDOW: u64 = 2_000;

fn everything(app: &App) -> Arc<Rows> {
    Rows::new(app.db.clone(), Wall::platform())
}

/// Seals what is waiting, oldest first. Two sealers at once: the second finds the number taken and leaves it.
pub async fn seal(app: &App) -> Result<u64> {
    let mut sealed = 0;
    let mut after = Uuid::nil();
    loop {
        // No scope by place: the sealer is the platform's own and works on every chain.
        let rows = everything(app);
        let waiting = unsealed::Entity::within(&Scope::platform())
            .filter(unsealed::Column::Id.gt(after))
            .order_by_asc(unsealed::Column::Id)
            .limit(BATCH)
            .all(&*rows)
            .await?;
        // Its connection is for the seals.
        drop(rows);
        let full = waiting.len() as u64 == BATCH;
        // Marks that stay because their line is gone stop nobody.
        after = waiting.last().map_or(after, |row| row.id);
        let mut by_county: BTreeMap<i32, Vec<Uuid>> = BTreeMap::new();
        for row in waiting {
            by_county.entry(row.county).or_default().push(row.id);
        }
        for (county, ids) in by_county {
            sealed += seal_county(app, county, ids).await?;
        }
        if !full {
            return Ok(sealed);
        }
    }
}

async fn seal_county(app: &App, county: i32, ids: Vec<Uuid>) -> Result<u64> {
    let scope = Scope::counties(vec![county]);
    let tx = app.db.begin(&Wall::county(county)).await?;
    let lines = line::Entity::within(&scope)
        .filter(line::Column::Id.is_in(ids))
        .order_by_asc(line::Column::Id)
        .all(&tx)
        .await?;
    // The mark of a line that is gone stays: the verification finds it.
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let gone =
        unsealed::Entity::delete_within(&scope).filter(unsealed::Column::Id.is_in(ids.clone())).exec(&tx).await?;
    if gone.rows_affected != ids.len() as u64 {
        // Another process took some of them in the meantime.
        return Ok(0);
    }
    let last = row::Entity::within(&scope).order_by_desc(row::Column::Number).one(&tx).await?;
    let (mut number, mut hash) = last.map_or((0, String::new()), |seal| (seal.number, seal.hash));
    let seals: Vec<row::ActiveModel> = lines
        .iter()
        .map(|line| {
            number += 1;
            hash = digest(&hash, number, line);
            row::ActiveModel { county: Set(county), number: Set(number), line: Set(line.id), hash: Set(hash.clone()) }
        })
        .collect();
    let n = seals.len() as u64;
    match row::Entity::insert_many(seals).exec_without_returning(&tx).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(n)
        }
        Err(error) if db::is_duplicate(&error) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn digest(before: &str, number: i64, line: &line::Model) -> String {
    let mut hash = Sha256::new();
    let actor = line.actor.map(|id| id.to_string()).unwrap_or_default();
    let parts = [
        before,
        &number.to_string(),
        &line.county.to_string(),
        &line.id.to_string(),
        &line.at.timestamp_micros().to_string(),
        &line.place.to_string(),
        &actor,
        &line.actor_name,
        line.on_behalf_of.as_deref().unwrap_or_default(),
        &line.action,
        &line.subject_kind,
        &line.subject,
        &line.changes,
        &line.trace,
    ];
    for part in parts {
        // The length in front keeps ("ab", "c") apart from ("a", "bc").
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub chains: u64,
    pub lines: u64,
    /// Committed a moment ago and not sealed yet.
    pub unsealed: u64,
    pub broken: Vec<Broken>,
    /// The last number and hash of every chain: written down elsewhere, they show a chain that was cut at its end.
    pub heads: Vec<(i32, i64, String)>,
}

/// Where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub county: i32,
    pub number: i64,
    pub why: String,
}

/// Walks every chain from its first line. `progress` is told after each window of lines.
pub async fn verify(app: &App, mut progress: impl FnMut(u64)) -> Result<Report> {
    let mut report = Report::default();
    let db = &*everything(app);
    let counties: Vec<i32> = row::Entity::within(&Scope::platform())
        .select_only()
        .column(row::Column::County)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let waiting: HashSet<(i32, Uuid)> = unsealed::Entity::within(&Scope::platform())
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.county, row.id))
        .collect();
    report.unsealed = waiting.len() as u64;
    for county in counties {
        verify_chain(app, county, &mut report, &mut progress).await?;
    }
    unclaimed(app, &waiting, &mut report).await?;
    report.broken.sort_by_key(|b| (b.county, b.number));
    Ok(report)
}

async fn verify_chain(app: &App, county: i32, report: &mut Report, progress: &mut impl FnMut(u64)) -> Result<()> {
    let scope = Scope::counties(vec![county]);
    let db = &*everything(app);
    let (mut number, mut hash) = (0, String::new());
    report.chains += 1;
    loop {
        let seals = row::Entity::within(&scope)
            .filter(row::Column::Number.gt(number))
            .order_by_asc(row::Column::Number)
            .limit(WINDOW)
            .all(db)
            .await?;
        let Some(last) = seals.last().map(|seal| seal.number) else { break };
        let lines: HashMap<Uuid, line::Model> = line::Entity::within(&scope)
            .filter(line::Column::Id.is_in(seals.iter().map(|seal| seal.line)))
            .all(db)
            .await?
            .into_iter()
            .map(|line| (line.id, line))
            .collect();
        for seal in &seals {
            number += 1;
            report.lines += 1;
            let mut broken = |why: &str| {
                report.broken.push(Broken { county, number: seal.number, why: why.to_owned() });
            };
            if seal.number != number {
                broken("seals before this one are missing");
                number = seal.number;
            }
            match lines.get(&seal.line) {
                None => broken("the line is gone"),
                Some(line) if digest(&hash, seal.number, line) != seal.hash => {
                    broken("the line or the seal before it was changed");
                }
                Some(_) => {}
            }
            hash.clone_from(&seal.hash);
        }
        progress(seals.len() as u64);
        number = last;
    }
    report.heads.push((county, number, hash));
    Ok(())
}

/// Lines that no seal covers and that do not wait for one were slipped in; what waits and is not there was taken away.
async fn unclaimed(app: &App, waiting: &HashSet<(i32, Uuid)>, report: &mut Report) -> Result<()> {
    let db = &*everything(app);
    let mut after = Uuid::nil();
    let mut missing = waiting.clone();
    loop {
        let ids: Vec<(i32, Uuid)> = line::Entity::within(&Scope::platform())
            .select_only()
            .column(line::Column::County)
            .column(line::Column::Id)
            .filter(line::Column::Id.gt(after))
            .order_by_asc(line::Column::Id)
            .limit(WINDOW)
            .into_tuple()
            .all(db)
            .await?;
        let Some((_, last)) = ids.last().copied() else { break };
        let sealed: HashSet<Uuid> = row::Entity::within(&Scope::platform())
            .select_only()
            .column(row::Column::Line)
            .filter(row::Column::Line.is_in(ids.iter().map(|(_, id)| *id)))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let mut bare: Vec<(i32, Uuid)> = Vec::new();
        for (county, id) in ids {
            missing.remove(&(county, id));
            if !sealed.contains(&id) && !waiting.contains(&(county, id)) {
                bare.push((county, id));
            }
        }
        for (county, id) in not_just_written(app, bare).await? {
            report.broken.push(Broken { county, number: 0, why: format!("the line {id} has no seal") });
        }
        after = last;
    }
    for (county, id) in missing {
        let why = format!("the line {id} was gone before it was sealed");
        report.broken.push(Broken { county, number: 0, why });
    }
    Ok(())
}

/// Of lines that seemed to have neither mark nor seal, those that have none: what was written since the marks were read
/// has its mark, or has changed it for a seal.
async fn not_just_written(app: &App, lines: Vec<(i32, Uuid)>) -> Result<Vec<(i32, Uuid)>> {
    if lines.is_empty() {
        return Ok(lines);
    }
    let db = &*everything(app);
    let ids: Vec<Uuid> = lines.iter().map(|(_, id)| *id).collect();
    let marked = unsealed::Entity::within(&Scope::platform())
        .select_only()
        .column(unsealed::Column::Id)
        .filter(unsealed::Column::Id.is_in(ids.clone()));
    let mut known: HashSet<Uuid> = marked.into_tuple().all(db).await?.into_iter().collect();
    // In this order: a mark goes in the transaction that brings the seal.
    let sealed = row::Entity::within(&Scope::platform())
        .select_only()
        .column(row::Column::Line)
        .filter(row::Column::Line.is_in(ids));
    known.extend(sealed.into_tuple::<Uuid>().all(db).await?);
    Ok(lines.into_iter().filter(|(_, id)| !known.contains(id)).collect())
}
