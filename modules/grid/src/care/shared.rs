//! What both sides check and show alike. Nothing here reads a plan.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use jizuo_kernel::clock::china_instant;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::people::Standing;
use jizuo_kernel::people::entity::person;
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text, Tx, identity, say};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::incident::service::{self as incidents, New};
use crate::incident::{CATEGORIES, Channel};

/// A visit: what for, what was found, what is to be done. It says nothing of who was where for how long.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::NewVisit, example = json!({
    "found": "一人在家，屋顶漏雨", "to_do": "联系村里修缮屋顶"
}))]
pub(crate) struct NewVisit {
    /// Today unless given.
    #[serde(default)]
    on: Option<NaiveDate>,
    /// What for; the purpose of the plan unless given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    purpose: Option<String>,
    #[schema(min_length = 1, max_length = 2_000)]
    found: String,
    /// What is to be done now; needed where it leads to an incident.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    to_do: Option<String>,
    /// When to come again at the latest; by the plan's own interval unless given.
    #[serde(default)]
    next_by: Option<NaiveDate>,
    /// Of the incident that it leads to: what is to be done is reported with it, and what was found is not.
    #[serde(default)]
    #[schema(schema_with = category_codes)]
    category: Option<String>,
}

fn category_codes() -> utoipa::openapi::Object {
    jizuo_kernel::openapi::one_of_if_any(
        "Code of a category: `GET …/grid/categories`.",
        CATEGORIES.iter().map(|c| c.code),
    )
}

/// A visit that was made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::Visit)]
pub(crate) struct VisitMade {
    pub(super) on: NaiveDate,
    pub(super) purpose: String,
    pub(super) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_do: Option<String>,
    pub(super) next_by: NaiveDate,
    /// The code of the incident that it led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) incident: Option<String>,
    pub(super) recorded_by: String,
}

/// A visit as it was checked.
pub(super) struct Told {
    pub(super) on: NaiveDate,
    pub(super) purpose: String,
    pub(super) found: String,
    pub(super) to_do: Option<String>,
    pub(super) next_by: NaiveDate,
    category: Option<String>,
}

/// Days between two visits at most; the longest that anybody lays down.
pub(super) const LONGEST: u32 = 366;

/// Checks a visit to whom a plan is for, who is to be seen every so many days.
pub(super) fn told(tx: &Tx, new: NewVisit, purpose: &str, since: NaiveDate, days: u32) -> Result<Told> {
    let mut faults = Faults::default();
    let on = new.on.unwrap_or_else(|| tx.today());
    if on > tx.today() || on < since {
        faults.add(
            "on",
            "grid.care.on",
            Text::new("应在计划开始之后、今天以前", "from the day the plan began until today"),
        );
    }
    let purpose = faults.said("purpose", new.purpose.as_deref(), 200).unwrap_or_else(|| purpose.to_owned());
    let found = faults.text("found", &new.found, 2_000);
    let to_do = faults.said("to_do", new.to_do.as_deref(), 500);
    if new.category.is_some() && to_do.is_none() {
        let why = Text::new("转为事件的，请写明要办什么", "say what is to be done, which is reported as the incident");
        faults.add("to_do", "base.field.missing", why);
    }
    let next_by = new.next_by.unwrap_or_else(|| after(on, days).max(tx.today()));
    within_a_year(tx, &mut faults, "next_by", Some(next_by));
    faults.check()?;
    Ok(Told { on, purpose, found, to_do, next_by, category: new.category })
}

/// A day from today on, and not further off than plans are made.
pub(super) fn within_a_year(tx: &Tx, faults: &mut Faults, field: &str, day: Option<NaiveDate>) {
    let until = after(tx.today(), LONGEST);
    if day.is_some_and(|day| day < tx.today() || day > until) {
        faults.add(field, "grid.care.day", say!("应在今天到 {until} 之间", "from today until {until}"));
    }
}

/// A number of days between two visits that makes sense.
pub(super) fn interval(faults: &mut Faults, days: Option<u32>) {
    if days.is_some_and(|days| !(1..=LONGEST).contains(&days)) {
        faults.add("every_days", "grid.care.every_days", say!("应为 1 到 {LONGEST} 天", "from 1 to {LONGEST} days"));
    }
}

pub(super) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day)
}

/// When the office closes on that day.
pub(super) fn end_of(ctx: &Ctx, day: NaiveDate) -> DateTime<Utc> {
    china_instant(day, ctx.app.settings.time.office_closes)
}

/// Reports what is to be done as an incident of the place. It names nobody, and nothing leads back from it.
pub(super) async fn incident(tx: &mut Tx, place: &Arc<Place>, told: &Told) -> Result<Option<String>> {
    let (Some(category), Some(to_do)) = (&told.category, &told.to_do) else { return Ok(None) };
    let title: String = to_do.chars().take(60).collect();
    let description = if title == *to_do { String::new() } else { to_do.clone() };
    let new = New { description, ..New::of(place.clone(), category.clone(), title, Channel::GridWorker) };
    Ok(Some(incidents::report(tx, new).await?.code))
}

/// Somebody of the base data who lives where the caller acts. The row is locked: of two who begin the same plan one does.
pub(super) async fn resident(tx: &Tx, id: Uuid) -> Result<person::Model> {
    let found = person::Entity::within(&tx.scope)
        .filter(person::Column::Id.eq(id))
        .filter(person::Column::Standing.eq(Standing::Present.as_str()))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    found.ok_or_else(|| {
        let why = Text::new("这里没有登记这个人", "nobody with this id is registered here");
        jizuo_kernel::invalid("person", "grid.care.person", why)
    })
}

/// Refuses to have somebody looked after by who may not.
pub(super) async fn able(tx: &Tx, to: Option<Uuid>, permission: &'static str, place: &Place) -> Result<()> {
    let Some(to) = to else { return Ok(()) };
    if identity::grants::may(tx, to, permission, place).await? {
        return Ok(());
    }
    let name = &place.name;
    Err(refuse(
        "grid.care.assignee",
        say!("此人在{name}没有走访权限，请选择有权限的人", "this account may not visit at {name}; choose one that may"),
    )
    .rule(permission)
    .source(Text::new(
        "个人信息保护法第五十一条：合理确定操作权限",
        "Personal Information Protection Law, Article 51: who may do what with the data is laid down",
    ))
    .who(tx.app.registry.holders(permission))
    .into())
}

/// What whom plans are for is called, by their ids.
pub(super) async fn names(ctx: &Ctx, places: &[&str], persons: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
    let tree = &ctx.snapshot.places;
    let mut counties: Vec<i32> = places.iter().filter_map(|code| Some(tree.resolve(code)?.place.chain())).collect();
    counties.sort_unstable();
    counties.dedup();
    if persons.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = person::Entity::within(&Scope::counties(counties)).filter(person::Column::Id.is_in(persons));
    Ok(rows.all(ctx.db()).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// `statutory_duty`, or `consent` where no law says so.
pub(super) fn ground(law: &Option<Text>) -> &'static str {
    if law.is_some() { "statutory_duty" } else { "consent" }
}

/// What is said where the ground is consent.
pub(super) const CONSENT: Text = Text::new(
    "本人（不满十四周岁的为监护人）同意：个人信息保护法第二十九条、第三十一条",
    "consent of the person, under 14 of the guardian: Personal Information Protection Law, Articles 29 and 31",
);
