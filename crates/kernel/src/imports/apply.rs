//! One chunk of rows, written: persons, their facts, households and who belongs to them, in a handful of statements.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::batch::{Batch, Mapping};
use super::check;
use super::judge::{Whom, judge};
use super::line::{Line, Reader, facts_of};
use crate::error::internal;
use crate::people::entity::{address, fault, household, member, person};
use crate::people::facts::{self, Changes, Outcome, Provenance};
use crate::people::{Subject, persons};
use crate::sheets::Row;
use crate::{Result, Scope, Scoped, Text, Tx};

const HEAD: &str = "02";
/// 本人 in the first row of a household means its head.
const SELF: &str = "01";

/// Faults of this look are numbered from here, apart from those of the dry run.
const LATER: i32 = 100;

/// What a chunk did.
#[derive(Default)]
struct Tally {
    created: i32,
    changed: i32,
    unchanged: i32,
    disputed: i32,
}

/// Writes the good rows of a chunk. What became doubtful since the dry run is left out, with its reason.
pub(super) async fn chunk(
    tx: &mut Tx,
    batch: &mut Batch,
    mapping: &Mapping,
    reader: &Reader,
    rows: Vec<Row>,
) -> Result<()> {
    let how = batch.provenance(mapping)?;
    let bad = bad_rows(tx, batch, &rows).await?;
    let mut lines: Vec<Line> =
        rows.into_iter().filter(|row| !bad.contains(&row.number)).map(|row| reader.line(row)).collect();
    let judged = judge(tx, batch.county, &mut lines).await?;
    let late = lines.iter().filter(|line| !line.wrong.is_empty()).count();
    batch.bad_rows += i32::try_from(late).unwrap_or(i32::MAX);

    let homes = households(tx, batch, &lines, judged.households, &how).await?;
    let tally = people(tx, batch, &mut lines, judged.whom, &homes, &how).await?;
    check::keep(tx, batch, mapping, &lines, LATER).await?;
    batch.created += tally.created;
    batch.changed += tally.changed;
    batch.unchanged += tally.unchanged;
    batch.disputed += tally.disputed;
    Ok(())
}

async fn bad_rows(tx: &Tx, batch: &Batch, rows: &[Row]) -> Result<HashSet<u32>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(HashSet::new()) };
    let bad: Vec<i32> = fault::Entity::within(&batch.chain())
        .select_only()
        .column(fault::Column::Row)
        .filter(fault::Column::Import.eq(batch.id))
        .filter(fault::Column::Row.between(first.number, last.number))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(bad.into_iter().filter_map(|row| u32::try_from(row).ok()).collect())
}

/// The households of these lines by village and number, those that are new among them made.
async fn households(
    tx: &mut Tx,
    batch: &Batch,
    lines: &[Line],
    known: HashMap<(i32, String), household::Model>,
    how: &Provenance,
) -> Result<HashMap<(i32, String), household::Model>> {
    let mut homes = known;
    let mut said: BTreeMap<(i32, String), &Line> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.wrong.is_empty()) {
        if let Some((village, number)) = line.household() {
            let first = said.entry((village, number.to_owned())).or_insert(line);
            // The row of the head says most of the household.
            if line.value("household.relationship") == Some(HEAD) {
                *first = line;
            }
        }
    }
    let subjects: Vec<Subject> = said.keys().filter_map(|key| homes.get(key)).map(Subject::from).collect();
    let recorded = facts::known_to_change(tx, &subjects).await?;
    let mut changes = Changes::default();
    let mut fresh = Vec::new();
    let mut addresses = Vec::new();
    for (key, line) in &said {
        let values = facts_of(line, "household.");
        let subject = match homes.get(key) {
            Some(home) => Subject::from(home),
            None => {
                let mut home = new_household(tx, batch, line, &key.1)?;
                if let Some(text) = line.value("address.text") {
                    let row = new_address(tx, &home, text);
                    home.address = Some(row.id);
                    addresses.push(row);
                }
                let subject = Subject::from(&home);
                fresh.push(home.clone());
                homes.insert(key.clone(), home);
                subject
            }
        };
        facts::plan(tx, &mut changes, &subject, &recorded, &values, how)?;
    }
    if !addresses.is_empty() {
        let rows = addresses.into_iter().map(|row| row.into_active_model().reset_all());
        address::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    if !fresh.is_empty() {
        let rows = fresh.into_iter().map(|row| row.into_active_model().reset_all());
        household::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    facts::write(tx, changes).await?;
    Ok(homes)
}

fn new_household(tx: &Tx, batch: &Batch, line: &Line, number: &str) -> Result<household::Model> {
    let place = line.place.as_ref().ok_or_else(|| internal("a good line has a place"))?;
    let head = line.value("household.head_name");
    let own = line.value("person.name").filter(|_| line.value("household.relationship") == Some(HEAD));
    Ok(household::Model {
        county: batch.county,
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        number: Some(number.to_owned()),
        head: None,
        head_name: head.or(own).unwrap_or_default().to_owned(),
        address: None,
        standing: "present".to_owned(),
        standing_since: tx.today(),
        import: Some(batch.id),
        version: 1,
        created_at: tx.now,
        changed_at: tx.now,
    })
}

fn new_address(tx: &Tx, home: &household::Model, text: &str) -> address::Model {
    address::Model {
        county: home.county,
        id: tx.id(),
        prefecture: home.prefecture,
        township: home.township,
        village: home.village,
        place: home.place,
        text: text.to_owned(),
        house_number: None,
        real_estate_unit: None,
        longitude: None,
        latitude: None,
        datum: None,
        created_at: tx.now,
    }
}

async fn people(
    tx: &mut Tx,
    batch: &Batch,
    lines: &mut [Line],
    whom: Vec<Option<Whom>>,
    homes: &HashMap<(i32, String), household::Model>,
    how: &Provenance,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let known: Vec<Subject> = whom
        .iter()
        .filter_map(|whom| match whom {
            Some(Whom::Known(row)) => Some(Subject::from(&**row)),
            _ => None,
        })
        .collect();
    let recorded = facts::known_to_change(tx, &known).await?;
    let mut changes = Changes::default();
    let mut born = Vec::new();
    let mut joining: Vec<person::Model> = Vec::new();
    let mut members: Vec<member::ActiveModel> = Vec::new();
    let mut heads: Vec<household::Model> = Vec::new();
    let mut met: HashSet<Uuid> = HashSet::new();
    for (line, whom) in lines.iter_mut().zip(whom) {
        let Some(whom) = whom else { continue };
        let mut values = facts_of(line, "person.");
        let (mut row, new) = match whom {
            Whom::Known(row) if !met.insert(row.id) => {
                let why = Text::new(
                    "与表里前面的一行是同一人，已略过",
                    "an earlier row is the same person; this one was passed over",
                );
                line.blame(None, "base.import.twice", why);
                continue;
            }
            Whom::Known(row) => (*row, false),
            Whom::New => {
                let place = line.place.as_ref().ok_or_else(|| internal("a good line has a place"))?;
                if line.value("person.residence").is_none()
                    && let (Some(element), Some(village)) = (
                        jizuo_standards::element::find("person.residence"),
                        place.village.and_then(|id| tx.snapshot.places.get(id)),
                    )
                {
                    values.push((element, village.code.clone()));
                }
                (persons::row(tx, place, Some(batch.id)), true)
            }
        };
        let facts: &[_] = if new { &[] } else { &recorded };
        let outcomes = facts::plan(tx, &mut changes, &Subject::from(&row), facts, &values, how)?;
        if new {
            changes.born(&tx.app, &mut row)?;
        }
        let home = line.household().and_then(|(village, number)| homes.get(&(village, number.to_owned())));
        let joined = match home {
            Some(home) => join(tx, line, &mut row, home, how, &mut members, &mut heads),
            None => false,
        };
        if new {
            tally.created += 1;
            let elements: Vec<&str> = values.iter().map(|(element, _)| element.id.as_str()).collect();
            let place = tx.snapshot.places.get(row.place).map(|place| place.code.clone());
            let payload = json!({ "id": row.id, "place": place, "elements": elements });
            tx.emit("base.person.registered", &crate::Subject::new("base.person", row.id), &payload)?;
            born.push(row);
            continue;
        }
        if outcomes.contains(&Outcome::Disputed) {
            tally.disputed += 1;
        }
        if joined || outcomes.iter().any(|outcome| outcome.in_force()) {
            tally.changed += 1;
        } else if !outcomes.contains(&Outcome::Disputed) {
            tally.unchanged += 1;
        }
        if joined {
            joining.push(row);
        }
    }
    let now_heads: HashMap<Uuid, Uuid> =
        homes.values().chain(&heads).filter_map(|home| Some((home.id, home.head?))).collect();
    for member in &mut members {
        if let Set(household) = &member.household {
            member.relation_to = Set(now_heads.get(household).copied());
        }
    }
    if !born.is_empty() {
        let rows = born.into_iter().map(|row| row.into_active_model().reset_all());
        person::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    facts::write(tx, changes).await?;
    bind(tx, joining, members, heads).await?;
    Ok(tally)
}

/// Plans that somebody belongs to a household. Who belongs to another one already stays there: that is for a human.
fn join(
    tx: &Tx,
    line: &mut Line,
    row: &mut person::Model,
    home: &household::Model,
    how: &Provenance,
    members: &mut Vec<member::ActiveModel>,
    heads: &mut Vec<household::Model>,
) -> bool {
    if row.household == Some(home.id) {
        return false;
    }
    if row.household.is_some() {
        let why = Text::new(
            "此人已登记在另一户，本行只更新了个人信息；换户请在户页面办理",
            "this person belongs to another household; only the person's own values were taken, move them on the household's page",
        );
        line.blame(Some("household.number"), "base.household.other", why);
        return false;
    }
    let named_head = !home.head_name.is_empty() && line.value("person.name") == Some(home.head_name.as_str());
    let relation = match line.value("household.relationship") {
        Some(SELF) => HEAD,
        Some(relation) => relation,
        None if named_head => HEAD,
        // What nobody said is not made up: 97 is 其他亲属, 80 is 其他.
        None => "80",
    };
    let taken = home.head.is_some() || heads.iter().any(|head| head.id == home.id);
    if relation == HEAD && taken {
        let why = Text::new(
            "这一户已有户主，请核对后在户页面办理",
            "this household has a head; decide on the household's page",
        );
        line.blame(Some("household.relationship"), "base.household.head", why);
        return false;
    }
    if relation == HEAD {
        heads.push(household::Model { head: Some(row.id), head_name: row.name.clone(), ..home.clone() });
    }
    row.household = Some(home.id);
    row.relation = Some(relation.to_owned());
    members.push(member::ActiveModel {
        county: Set(row.county),
        id: Set(tx.id()),
        household: Set(home.id),
        person: Set(row.id),
        relation: Set(relation.to_owned()),
        // The head may stand further down in the sheet: [`people`] fills this in.
        relation_to: Set(None),
        since: Set(how.observed_on),
        until: Set(None),
        why_left: Set(None),
        source: Set(how.source.id.clone()),
        collector: Set(tx.actor.name.clone()),
        recorded_at: Set(tx.now),
        import: Set(how.import),
    });
    true
}

async fn bind(
    tx: &Tx,
    joining: Vec<person::Model>,
    members: Vec<member::ActiveModel>,
    heads: Vec<household::Model>,
) -> Result<()> {
    if !joining.is_empty() {
        let conflict = OnConflict::columns([person::Column::County, person::Column::Id])
            .update_columns([person::Column::Household, person::Column::Relation])
            .to_owned();
        let rows = joining.into_iter().map(|row| row.into_active_model().reset_all());
        person::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.db()).await?;
    }
    if !members.is_empty() {
        member::Entity::insert_many(members).exec_without_returning(tx.db()).await?;
    }
    // Members whom an earlier piece of the sheet brought before their head; few, as a piece has 500 rows.
    for head in heads.iter().filter(|head| head.created_at != tx.now) {
        member::Entity::update_within(&Scope::counties(vec![head.county]))
            .col_expr(member::Column::RelationTo, Expr::value(head.head))
            .filter(member::Column::Household.eq(head.id))
            .filter(member::Column::Until.is_null())
            .filter(member::Column::RelationTo.is_null())
            .exec(tx.db())
            .await?;
    }
    if !heads.is_empty() {
        let conflict = OnConflict::columns([household::Column::County, household::Column::Id])
            .update_columns([household::Column::Head, household::Column::HeadName])
            .to_owned();
        let rows = heads.into_iter().map(|row| row.into_active_model().reset_all());
        household::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
