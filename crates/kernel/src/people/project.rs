//! Rows of persons, households and organisations repeat some values in force, for lists and look-ups: kept in step here.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{household, organisation, person};
use super::{Subject, SubjectKind, initials, seal};
use crate::error::refuse;
use crate::{App, Ctx, Error, Result, Scope, Scoped, Text, Tx, db};

/// By element, the value in force now; `None` where nothing is known any more.
pub(super) type Values = BTreeMap<String, Option<String>>;

impl person::Model {
    /// Takes over what is in force.
    pub(super) fn project(&mut self, app: &App, values: &Values) -> Result<()> {
        for (element, value) in values {
            let value = value.as_deref();
            match element.as_str() {
                "person.name" => {
                    self.name = value.unwrap_or_default().to_owned();
                    self.initials = initials::of(&self.name);
                }
                "person.sex" => self.sex = value.map(str::to_owned),
                "person.birth_date" => self.birth_date = value.and_then(|text| text.parse().ok()),
                "person.identity_number" => {
                    self.identity_mark = value.map(|number| seal::identity_mark(app, number)).transpose()?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl household::Model {
    fn project(&mut self, values: &Values) {
        if let Some(number) = values.get("household.number") {
            self.number.clone_from(number);
        }
        if let Some(name) = values.get("household.head_name") {
            self.head_name = name.clone().unwrap_or_default();
        }
    }
}

impl organisation::Model {
    fn project(&mut self, values: &Values) {
        if let Some(name) = values.get("organisation.name") {
            self.name = name.clone().unwrap_or_default();
            self.initials = initials::of(&self.name);
        }
        if let Some(code) = values.get("organisation.credit_code") {
            self.credit_code.clone_from(code);
        }
    }
}

/// The rows of one kind among subjects, locked in a fixed order: two who write about the same wait for each other.
macro_rules! locked {
    ($table:ident, $ctx:expr, $subjects:expr, $kind:expr) => {{
        let of_kind: Vec<Subject> = $subjects.iter().copied().filter(|s| s.kind == $kind).collect();
        if of_kind.is_empty() {
            Vec::new()
        } else {
            let ids: Vec<Uuid> = of_kind.iter().map(|s| s.id).collect();
            $table::Entity::within(&counties(&of_kind))
                .filter($table::Column::Id.is_in(ids))
                .order_by_asc($table::Column::Id)
                .lock_exclusive()
                .all($ctx.db())
                .await?
        }
    }};
}

macro_rules! upsert {
    ($table:ident, $tx:expr, $rows:expr, [$($column:ident),*]) => {
        if !$rows.is_empty() {
            let rows = $rows.into_iter().map(|row| row.into_active_model().reset_all());
            let conflict = OnConflict::columns([$table::Column::County, $table::Column::Id])
                .update_columns([$($table::Column::$column),*])
                .to_owned();
            let written = $table::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning($tx.db()).await;
            written.map_err(taken)?;
        }
    };
}

/// The counties whose rows these are.
pub(super) fn counties(subjects: &[Subject]) -> Scope {
    let mut ids: Vec<i32> = subjects.iter().map(|subject| subject.county).collect();
    ids.sort_unstable();
    ids.dedup();
    Scope::counties(ids)
}

/// Locks the rows of subjects before what is known of them is read to be changed.
pub(super) async fn lock(tx: &Tx, subjects: &[Subject]) -> Result<()> {
    let ctx: &Ctx = tx;
    let persons = locked!(person, ctx, subjects, SubjectKind::Person);
    let households = locked!(household, ctx, subjects, SubjectKind::Household);
    let organisations = locked!(organisation, ctx, subjects, SubjectKind::Organisation);
    if persons.len() + households.len() + organisations.len() < subjects.len() {
        return Err(Error::NotFound("subject"));
    }
    Ok(())
}

/// Brings the rows in step with what is in force now; each is a version further.
pub(super) async fn rows(tx: &Tx, changed: &BTreeMap<Subject, Values>) -> Result<()> {
    let subjects: Vec<Subject> = changed.keys().copied().collect();
    let ctx: &Ctx = tx;
    let now = tx.now;
    let mut persons = locked!(person, ctx, subjects, SubjectKind::Person);
    for row in &mut persons {
        if let Some(values) = changed.get(&Subject::from(&*row)) {
            row.project(&tx.app, values)?;
        }
        row.version += 1;
        row.changed_at = now;
    }
    let renamed: Vec<(Uuid, String)> = persons
        .iter()
        .filter(|row| changed.get(&Subject::from(*row)).is_some_and(|values| values.contains_key("person.name")))
        .map(|row| (row.id, row.name.clone()))
        .collect();
    upsert!(person, tx, persons, [Name, Initials, Sex, BirthDate, IdentityMark, Version, ChangedAt]);
    heads(tx, &counties(&subjects), &renamed).await?;
    let mut households = locked!(household, ctx, subjects, SubjectKind::Household);
    for row in &mut households {
        if let Some(values) = changed.get(&Subject::from(&*row)) {
            row.project(values);
        }
        row.version += 1;
        row.changed_at = now;
    }
    upsert!(household, tx, households, [Number, HeadName, Version, ChangedAt]);
    let mut organisations = locked!(organisation, ctx, subjects, SubjectKind::Organisation);
    for row in &mut organisations {
        if let Some(values) = changed.get(&Subject::from(&*row)) {
            row.project(values);
        }
        row.version += 1;
        row.changed_at = now;
    }
    upsert!(organisation, tx, organisations, [Name, Initials, CreditCode, Version, ChangedAt]);
    Ok(())
}

/// Households are called after their heads.
async fn heads(tx: &Tx, county: &Scope, renamed: &[(Uuid, String)]) -> Result<()> {
    if renamed.is_empty() {
        return Ok(());
    }
    let led = household::Entity::within(county)
        .filter(household::Column::Head.is_in(renamed.iter().map(|(id, _)| *id)))
        .order_by_asc(household::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let called = |mut row: household::Model| {
        let (_, name) = renamed.iter().find(|(id, _)| row.head == Some(*id))?;
        row.head_name.clone_from(name);
        Some(row)
    };
    let led: Vec<household::Model> = led.into_iter().filter_map(called).collect();
    upsert!(household, tx, led, [HeadName]);
    Ok(())
}

/// A number that somebody else in the county has already.
pub(super) const TAKEN: &str = "base.fact.taken";

fn taken(error: sea_orm::DbErr) -> Error {
    if !db::is_duplicate(&error) {
        return error.into();
    }
    let why = Text::new(
        "这个号码（身份证号、户号或信用代码）已登记在本县另一个名下，请先用“查找”核对；如是同一人（户、单位），请合并",
        "this number is already recorded under another name in this county; look it up with find, and merge the two if they are one",
    );
    refuse(TAKEN, why)
        .source(Text::new("平台规则：一号一主", "platform rule: one number, one holder"))
        .who(Text::new("数据管理员可以合并重复的登记", "a data officer can merge what was recorded twice"))
        .into()
}
