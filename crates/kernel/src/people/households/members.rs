//! Who lives in a household, and as what to its head (GB/T 4761): each for a time, one household at a time.

use std::collections::HashMap;

use chrono::NaiveDate;
use jizuo_standards::codelist;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::SchemaFormat;
use utoipa::openapi::{KnownFormat, ObjectBuilder, Type};
use uuid::Uuid;

use super::super::entity::{household, member, person};
use super::super::rows;
use crate::error::{Faults, refuse};
use crate::{Ctx, Error, Result, Scope, Scoped, Text, Tx, say};

/// 户主 in GB/T 4761.
pub(crate) const HEAD: &str = "02";
/// 本人: what a head is called in registers that are kept from the head's side.
const SELF: &str = "01";
const STANDARD: Text = Text::new("GB/T 4761-2008《家庭关系代码》", "GB/T 4761-2008, family relationship codes");

/// As what somebody joins, and who says so.
#[derive(Clone, Debug)]
pub(crate) struct Joining<'a> {
    pub relation: &'a str,
    pub since: NaiveDate,
    pub source: &'a str,
    pub import: Option<Uuid>,
}

/// What somebody left by joining another household, by moving, by death.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HouseholdLeft)]
pub struct Left {
    pub household: Uuid,
    /// Whether it has no head now: the village names another.
    pub head_vacant: bool,
}

pub(crate) struct Joined {
    pub household: household::Model,
    pub left: Option<Left>,
}

/// What somebody can be to the head, and the head: the code list without 本人.
fn relations() -> impl Iterator<Item = &'static str> {
    let list = codelist::find("family_relationship").into_iter().flat_map(|list| &list.entries);
    list.map(|entry| entry.code.as_str()).filter(|code| *code != SELF)
}

/// How a document describes a field with such a relation.
pub fn relation_schema() -> utoipa::openapi::Object {
    crate::openapi::one_of("To the head of the household, GB/T 4761; 02 is the head.", relations())
}

/// How a document describes such relations by person.
pub fn relations_schema() -> utoipa::openapi::Object {
    let person = ObjectBuilder::new().schema_type(Type::String);
    let person = person.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let words = "What the others are to the new head, by person, as far as it is known; whoever is not named is asked for again.";
    crate::openapi::texts_by(words, person.build(), 0)
}

/// The code of a relation to the head, as it may be said of a member.
pub(crate) fn relation(faults: &mut Faults, field: &str, code: &str) {
    if code != SELF && !relations().any(|known| known == code) {
        let why = Text::new("不在家庭关系代码表中，请从列表选择", "is no family relationship; choose from the list");
        faults.add(field, "base.household.relation", why);
    }
    if code == SELF {
        let why =
            Text::new("户主请用 02；其他人填与户主的关系", "the head is 02; others are what they are to the head");
        faults.add(field, "base.household.relation", why);
    }
}

/// Makes a person a member. Whoever was a member elsewhere leaves there on that day, in this write.
pub(crate) async fn join(
    tx: &mut Tx,
    household: &household::Model,
    person: &person::Model,
    how: &Joining<'_>,
) -> Result<Joined> {
    same_village(tx, household, person)?;
    let becomes_head = how.relation == HEAD;
    if becomes_head && household.head.is_some_and(|head| head != person.id) {
        let head = &household.head_name;
        let why =
            say!("户主是{head}；换户主请用“变更户主”", "{head} is the head; use the change of head to change that");
        return Err(refuse("base.household.has_head", why).source(STANDARD).current(household.head).into());
    }
    let before = current(tx, household.county, person.id).await?;
    if let Some(there) = before.iter().find(|row| row.household == household.id) {
        let why = Text::new("已在本户，关系有变请用“更改关系”", "is a member already; change the relation instead");
        return Err(refuse("base.household.member_already", why).current(there.id).into());
    }
    not_before(&before, how.since, "since")?;
    let left = if before.is_empty() { None } else { depart(tx, person, how.since, "moved").await? };
    add(tx, household, person.id, if becomes_head { Some(person.id) } else { household.head }, how).await?;
    let household = if becomes_head {
        // A register that names the head further down means this head.
        member::Entity::update_within(&Scope::counties(vec![household.county]))
            .col_expr(member::Column::RelationTo, Expr::value(Some(person.id)))
            .filter(member::Column::Household.eq(household.id))
            .filter(member::Column::Until.is_null())
            .filter(member::Column::RelationTo.is_null())
            .exec(tx.db())
            .await?;
        rows::change_household(tx, household, |u| {
            u.col_expr(household::Column::Head, Expr::value(Some(person.id)))
                .col_expr(household::Column::HeadName, Expr::value(person.name.clone()))
        })
        .await?
    } else {
        rows::change_household(tx, household, |u| u).await?
    };
    rows::change_person(tx, person, |u| {
        u.col_expr(person::Column::Household, Expr::value(Some(household.id)))
            .col_expr(person::Column::Relation, Expr::value(Some(how.relation.to_owned())))
    })
    .await?;
    Ok(Joined { household, left })
}

/// A household is of one village, and so are those who live in it.
fn same_village(tx: &Tx, household: &household::Model, person: &person::Model) -> Result<()> {
    let tree = &tx.snapshot.places;
    let village = |place: i32| tree.successor(place).and_then(|place| place.village);
    if village(household.place) == village(person.place) {
        return Ok(());
    }
    let (name, there) = (&person.name, tree.name(person.place));
    let why = say!(
        "{name}登记在{there}，请先办理迁移，再入户",
        "{name} is registered in {there}; record the move first, then the household"
    );
    Err(refuse("base.household.elsewhere", why)
        .who(Text::new("迁出村（社区）的文书办理迁移", "the clerk of that village records the move"))
        .into())
}

async fn add(
    tx: &Tx,
    household: &household::Model,
    person: Uuid,
    relation_to: Option<Uuid>,
    how: &Joining<'_>,
) -> Result<member::Model> {
    let row = member::ActiveModel {
        county: Set(household.county),
        id: Set(tx.id()),
        household: Set(household.id),
        person: Set(person),
        relation: Set(how.relation.to_owned()),
        relation_to: Set(relation_to),
        since: Set(how.since),
        until: Set(None),
        why_left: Set(None),
        source: Set(how.source.to_owned()),
        collector: Set(tx.actor.name.clone()),
        recorded_at: Set(tx.now),
        import: Set(how.import),
    };
    Ok(member::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// The memberships of a person that have not ended: one, or none.
pub(crate) async fn current(tx: &Tx, county: i32, person: Uuid) -> Result<Vec<member::Model>> {
    let query = member::Entity::within(&Scope::counties(vec![county]));
    Ok(query.filter(member::Column::Person.eq(person)).filter(member::Column::Until.is_null()).all(tx.db()).await?)
}

/// Those who are members now, the head first, then in the order in which they came.
pub(crate) async fn of_household(tx: &Tx, household: &household::Model) -> Result<Vec<member::Model>> {
    let query = member::Entity::within(&Scope::counties(vec![household.county]));
    let query = query.filter(member::Column::Household.eq(household.id)).filter(member::Column::Until.is_null());
    Ok(query.order_by_asc(member::Column::Id).all(tx.db()).await?)
}

/// Nobody leaves before they came.
pub(crate) fn not_before(memberships: &[member::Model], on: NaiveDate, field: &'static str) -> Result<()> {
    match memberships.iter().map(|row| row.since).max() {
        Some(since) if on < since => Err(crate::invalid(
            field,
            "base.household.before",
            say!("不能早于入户日期{since}", "not before {since}, when they joined the household"),
        )),
        _ => Ok(()),
    }
}

/// Ends a person's membership on a day. A household whose head goes has no head until another is named.
pub(crate) async fn depart(tx: &mut Tx, person: &person::Model, on: NaiveDate, why: &str) -> Result<Option<Left>> {
    let memberships = current(tx, person.county, person.id).await?;
    let county = Scope::counties(vec![person.county]);
    let mut left = None;
    for row in &memberships {
        let household = rows::household_within(tx, &county, row.household).await?;
        let until = on.max(row.since);
        end(tx, &county, &[row.id], until, why).await?;
        let head_vacant = household.head == Some(person.id);
        let head = if head_vacant { None } else { household.head };
        rows::change_household(tx, &household, |u| u.col_expr(household::Column::Head, Expr::value(head))).await?;
        left = Some(Left { household: household.id, head_vacant: head.is_none() });
    }
    if person.household.is_some() || person.relation.is_some() {
        leave_no_trace(tx, &county, &[person.id]).await?;
    }
    Ok(left)
}

/// Somebody is in the household again that they left by mistake, unless it has ended since.
pub(crate) async fn rejoin(tx: &mut Tx, person: &person::Model, row: &member::Model) -> Result<person::Model> {
    let county = Scope::counties(vec![row.county]);
    let household = rows::household_within(tx, &county, row.household).await?;
    if household.standing != rows::PRESENT {
        return Ok(person.clone());
    }
    member::Entity::update_within(&county)
        .col_expr(member::Column::Until, Expr::value(None::<NaiveDate>))
        .col_expr(member::Column::WhyLeft, Expr::value(None::<String>))
        .filter(member::Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    let leads = row.relation == HEAD && household.head.is_none();
    let head = if leads { Some(person.id) } else { household.head };
    rows::change_household(tx, &household, |u| u.col_expr(household::Column::Head, Expr::value(head))).await?;
    rows::change_person(tx, person, |u| {
        u.col_expr(person::Column::Household, Expr::value(Some(row.household)))
            .col_expr(person::Column::Relation, Expr::value(Some(row.relation.clone())))
    })
    .await
}

/// Ends memberships by their ids.
pub(crate) async fn end(tx: &Tx, county: &Scope, ids: &[Uuid], until: NaiveDate, why: &str) -> Result<()> {
    member::Entity::update_within(county)
        .col_expr(member::Column::Until, Expr::value(Some(until)))
        .col_expr(member::Column::WhyLeft, Expr::value(Some(why.to_owned())))
        .filter(member::Column::Id.is_in(ids.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Persons who are in no household any more say so.
pub(crate) async fn leave_no_trace(tx: &Tx, county: &Scope, persons: &[Uuid]) -> Result<()> {
    person::Entity::update_within(county)
        .col_expr(person::Column::Household, Expr::value(None::<Uuid>))
        .col_expr(person::Column::Relation, Expr::value(None::<String>))
        .filter(person::Column::Id.is_in(persons.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A member of a household by the id of the membership.
pub(crate) async fn member(tx: &Tx, household: &household::Model, id: Uuid) -> Result<member::Model> {
    let query = member::Entity::within(&Scope::counties(vec![household.county]))
        .filter(member::Column::Id.eq(id))
        .filter(member::Column::Household.eq(household.id));
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound("member"))?;
    match row.until {
        None => Ok(row),
        Some(until) => {
            let why = say!("已于{until}离开本户", "left the household on {until}");
            Err(refuse("base.household.left_already", why).current(until).into())
        }
    }
}

/// A member is from now on something else to the head. The line before says until when it was so.
pub(crate) async fn relate(
    tx: &mut Tx,
    household: &household::Model,
    row: &member::Model,
    how: &Joining<'_>,
) -> Result<member::Model> {
    not_before(std::slice::from_ref(row), how.since, "since")?;
    let county = Scope::counties(vec![row.county]);
    end(tx, &county, &[row.id], how.since, RELATION).await?;
    let head = if how.relation == HEAD { Some(row.person) } else { household.head };
    let new = add(tx, household, row.person, head, how).await?;
    person::Entity::update_within(&county)
        .col_expr(person::Column::Relation, Expr::value(Some(how.relation.to_owned())))
        .filter(person::Column::Id.eq(row.person))
        .exec(tx.db())
        .await?;
    Ok(new)
}

/// Why a line ended whose person did not leave.
pub(crate) const RELATION: &str = "relation";

/// Names another member as head. What the others are to the new head is not known until it is said.
pub(crate) async fn lead(
    tx: &mut Tx,
    household: &household::Model,
    person: &person::Model,
    on: NaiveDate,
    source: &str,
) -> Result<household::Model> {
    let members = of_household(tx, household).await?;
    let Some(row) = members.iter().find(|row| row.person == person.id) else {
        let name = &person.name;
        let why = say!("{name}不是本户成员，请先入户", "{name} is no member; let them join first");
        return Err(refuse("base.household.no_member", why).source(STANDARD).into());
    };
    if household.head == Some(person.id) {
        let why = Text::new("已经是户主", "is the head already");
        return Err(refuse("base.household.head_already", why).current(person.id).into());
    }
    let household = rows::change_household(tx, household, |u| {
        u.col_expr(household::Column::Head, Expr::value(Some(person.id)))
            .col_expr(household::Column::HeadName, Expr::value(person.name.clone()))
    })
    .await?;
    relate(tx, &household, row, &Joining { relation: HEAD, since: on, source, import: None }).await?;
    Ok(household)
}

/// Whether what a member is to the head was said of another head.
pub(crate) fn is_stale(household: &household::Model, row: &member::Model) -> bool {
    row.relation_to != household.head
}

/// How many live in each of a page's households, in one query.
pub(crate) async fn count(ctx: &Ctx, page: &[household::Model]) -> Result<HashMap<Uuid, i64>> {
    if page.is_empty() {
        return Ok(HashMap::new());
    }
    let counted: Vec<(Uuid, i64)> = member::Entity::within(&super::counties_of(page.iter().map(|row| row.county)))
        .select_only()
        .column(member::Column::Household)
        .column_as(member::Column::Id.count(), "members")
        .filter(member::Column::Household.is_in(page.iter().map(|row| row.id)))
        .filter(member::Column::Until.is_null())
        .group_by(member::Column::Household)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(counted.into_iter().collect())
}

pub(crate) const ONE_HEAD: Text =
    Text::new("一户只有一个户主（02），换户主请用“变更户主”", "a household has one head (02); use the change of head");

/// Only the head is 02, and the head is nothing else.
pub(crate) fn only_the_head_is_head(household: &household::Model, row: &member::Model, relation: &str) -> Result<()> {
    if (household.head == Some(row.person)) == (relation == HEAD) {
        return Ok(());
    }
    Err(refuse("base.household.one_head", ONE_HEAD).source(STANDARD).current(household.head).into())
}

/// Says of several members at once what they are to the head.
pub(crate) async fn relate_all(
    tx: &mut Tx,
    household: &household::Model,
    relations: &HashMap<Uuid, String>,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    let members = of_household(tx, household).await?;
    let mut faults = Faults::default();
    for person in relations.keys().filter(|person| members.iter().all(|row| row.person != **person)) {
        let why = Text::new("不是本户成员", "is no member of this household");
        faults.add(format!("relations.{person}"), "base.household.no_member", why);
    }
    faults.check()?;
    for row in &members {
        if let Some(relation) = relations.get(&row.person) {
            relate(tx, household, row, &Joining { relation, since: on, source, import: None }).await?;
        }
    }
    Ok(())
}
