//! How often each element was asked, reused and typed, by form and month: what collecting once saves.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use jizuo_standards::element;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::module::{Figure, Period};
use crate::people::entity::element_use::{ActiveModel, Column, Entity};
use crate::{Ctx, Result, Scoped, Text, Tx, clock};

/// Elements that one use of a form asked, reused or had typed.
#[derive(Debug, Default)]
pub(super) struct Uses<'a> {
    pub(super) asked: Vec<&'a str>,
    pub(super) reused: Vec<&'a str>,
    pub(super) typed: Vec<&'a str>,
}

/// Adds to the counters: one statement, the last of the write, so that nobody waits for its rows longer than the commit takes.
pub(super) fn count(tx: &mut Tx, county: i32, form: &str, uses: &Uses<'_>) {
    let mut sums: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
    for (n, elements) in [&uses.asked, &uses.reused, &uses.typed].into_iter().enumerate() {
        for element in elements {
            sums.entry(element).or_default()[n] += 1;
        }
    }
    if sums.is_empty() {
        return;
    }
    let month = first_of_month(tx.today());
    // In the order of the elements: two writes at once never wait for each other crosswise.
    let rows = sums.into_iter().map(|(element, [asked, reused, typed])| ActiveModel {
        county: Set(county),
        element: Set(element.to_owned()),
        form: Set(form.to_owned()),
        month: Set(month),
        asked: Set(asked),
        reused: Set(reused),
        typed: Set(typed),
    });
    let more = |column: Column| {
        let new = Expr::col((Alias::new("excluded"), column));
        (column, Expr::col((Entity, column)).add(new))
    };
    let add = OnConflict::columns([Column::County, Column::Element, Column::Form, Column::Month])
        .values([more(Column::Asked), more(Column::Reused), more(Column::Typed)])
        .to_owned();
    tx.last(Entity::insert_many(rows).on_conflict(add).into_query());
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Sums of one element or one form.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ElementUse)]
pub(crate) struct Use {
    /// Id of the element or the form.
    #[schema(example = "person.phone")]
    pub id: String,
    pub title: Option<Text>,
    /// Times a form had to ask it: not known, or too old.
    pub asked: i64,
    /// Times it was taken from base data and nobody typed it.
    pub reused: i64,
    /// Times somebody typed it.
    pub typed: i64,
    /// Of what forms needed, how much was reused, in percent.
    pub reused_percent: i64,
}

/// All sums of some months.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ElementsUse)]
pub(crate) struct UseOf {
    /// The first month, by its first day.
    pub from: NaiveDate,
    /// The last month, by its first day.
    pub to: NaiveDate,
    pub all: Use,
    /// By element, the most typed first: where asking could still be saved.
    pub elements: Vec<Use>,
    pub forms: Vec<Use>,
}

impl Use {
    fn add(&mut self, [asked, reused, typed]: [i64; 3]) {
        self.asked += asked;
        self.reused += reused;
        self.typed += typed;
        let needed = self.reused + self.typed;
        self.reused_percent = if needed == 0 { 0 } else { (self.reused * 100 + needed / 2) / needed };
    }
}

/// The counters of the operation's counties, from month to month.
pub(super) async fn of(ctx: &Ctx, from: NaiveDate, to: NaiveDate) -> Result<UseOf> {
    let (from, to) = (first_of_month(from), first_of_month(to));
    let rows: Vec<(String, String, i64, i64, i64)> = Entity::within(&ctx.scope)
        .filter(Column::Month.gte(from))
        .filter(Column::Month.lte(to))
        .select_only()
        .column(Column::Element)
        .column(Column::Form)
        .column_as(sum(Column::Asked), "a")
        .column_as(sum(Column::Reused), "r")
        .column_as(sum(Column::Typed), "t")
        .group_by(Column::Element)
        .group_by(Column::Form)
        .into_tuple()
        .all(ctx.db())
        .await?;
    let mut all = Use { id: "all".to_owned(), ..Use::default() };
    let (mut elements, mut forms) = (BTreeMap::<String, Use>::new(), BTreeMap::<String, Use>::new());
    for (element, form, asked, reused, typed) in rows {
        let sums = [asked, reused, typed];
        all.add(sums);
        for (map, id) in [(&mut elements, element), (&mut forms, form)] {
            map.entry(id.clone()).or_insert_with(|| Use { id, ..Use::default() }).add(sums);
        }
    }
    for one in elements.values_mut() {
        one.title = element::find(&one.id).map(|e| Text::owned(e.zh.clone(), e.en.clone()));
    }
    for one in forms.values_mut() {
        one.title = ctx.app.registry.form(&one.id).map(|form| form.title.clone());
    }
    let sorted = |map: BTreeMap<String, Use>| {
        let mut list: Vec<Use> = map.into_values().collect();
        list.sort_by(|a, b| b.typed.cmp(&a.typed).then_with(|| a.id.cmp(&b.id)));
        list
    };
    Ok(UseOf { from, to, all, elements: sorted(elements), forms: sorted(forms) })
}

/// A sum that is a whole number on both databases.
fn sum(column: Column) -> Expr {
    Expr::col(column).sum().cast_as(Alias::new("bigint"))
}

/// `base.elements.reused`: by county and element, of the months that the period touches.
pub(crate) async fn reused(ctx: &Ctx, period: Period) -> Result<Vec<Figure>> {
    let rows: Vec<(i32, String, i64)> = Entity::within(&ctx.scope)
        .filter(Column::Month.gte(first_of_month(clock::china_date(period.from))))
        .filter(Column::Month.lte(first_of_month(clock::china_date(period.to))))
        .select_only()
        .column(Column::County)
        .column(Column::Element)
        .column_as(sum(Column::Reused), "value")
        .group_by(Column::County)
        .group_by(Column::Element)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().map(|(place, label, value)| Figure { place, label, value }).collect())
}
