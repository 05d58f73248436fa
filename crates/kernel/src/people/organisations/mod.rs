//! Organisations of a place, and the posts that people hold in them.

pub mod api;
pub mod kinds;

pub(crate) use api::routes;

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::CreditCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{organisation, person, post};
use super::{Standing, initials, rows};
use crate::error::{Faults, FieldError, refuse};
use crate::places::Place;
use crate::{Error, Result, Scope, Scoped, Text, Tx, db, say};

/// An organisation to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct Founding {
    pub kind: String,
    pub name: String,
    pub credit_code: Option<CreditCode>,
    pub address: Option<Uuid>,
    pub on: NaiveDate,
    pub import: Option<Uuid>,
}

/// Records an organisation that is not on record yet.
pub(crate) async fn found(tx: &mut Tx, place: &Arc<Place>, new: Founding) -> Result<organisation::Model> {
    let county = Scope::counties(vec![place.chain()]);
    if let Some(code) = &new.credit_code {
        free_code(tx, &county, None, code.as_str()).await?;
    }
    if let Some(address) = new.address {
        super::households::known_address(tx, &county, address).await?;
    }
    let row = organisation::ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        kind: Set(new.kind),
        initials: Set(initials::of(&new.name)),
        name: Set(new.name),
        credit_code: Set(new.credit_code.map(|code| code.as_str().to_owned())),
        address: Set(new.address),
        standing: Set(Standing::Present.as_str().to_owned()),
        standing_since: Set(new.on),
        import: Set(new.import),
        version: Set(1),
        created_at: Set(tx.now),
        changed_at: Set(tx.now),
    };
    match organisation::Entity::insert(row).exec_with_returning(tx.db()).await {
        Ok(row) => Ok(row),
        Err(error) if db::is_duplicate(&error) => Err(taken(None)),
        Err(error) => Err(error.into()),
    }
}

/// One code, one organisation.
pub(crate) async fn free_code(tx: &Tx, county: &Scope, own: Option<Uuid>, code: &str) -> Result<()> {
    let there =
        organisation::Entity::within(county).filter(organisation::Column::CreditCode.eq(code)).one(tx.db()).await?;
    match there {
        Some(row) if Some(row.id) != own => Err(taken(Some(&row))),
        _ => Ok(()),
    }
}

fn taken(by: Option<&organisation::Model>) -> Error {
    let why = match by {
        Some(row) => {
            let name = &row.name;
            say!("这个统一社会信用代码已登记给“{name}”", "this credit code is on record for '{name}'")
        }
        None => Text::new("这个统一社会信用代码已有登记", "this credit code is on record already"),
    };
    let refusal = refuse("base.organisation.code_taken", why)
        .source(Text::new("GB 32100-2015：一个组织一个代码", "GB 32100-2015: one organisation, one code"));
    // Public information: an organisation of another village may be named.
    match by {
        Some(row) => {
            refusal.current(serde_json::json!({ "id": row.id, "name": row.name, "standing": row.standing })).into()
        }
        None => refusal.into(),
    }
}

/// A credit code as it was typed. One whose check character does not fit is kept only where somebody says why: such codes
/// have really been issued.
pub(crate) fn credit_code(faults: &mut Faults, field: &str, typed: &str, despite: Option<&str>) -> Option<CreditCode> {
    let checked = faults.take(field, CreditCode::parse(typed))?;
    match (checked.warning, despite) {
        (Some(warning), None) => {
            faults.push(FieldError::standard(field, warning));
            None
        }
        _ => Some(checked.value),
    }
}

/// A post, with its term.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    pub title: String,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// Gives somebody a post.
pub(crate) async fn appoint(
    tx: &mut Tx,
    organisation: &organisation::Model,
    person: &person::Model,
    new: Posting,
) -> Result<post::Model> {
    let county = Scope::counties(vec![organisation.county]);
    let held = post::Entity::within(&county)
        .filter(post::Column::Organisation.eq(organisation.id))
        .filter(post::Column::Person.eq(person.id))
        .filter(post::Column::Title.eq(&new.title))
        .filter(post::Column::Until.is_null())
        .one(tx.db())
        .await?;
    if let Some(row) = held {
        let (name, title) = (&person.name, &row.title);
        let why = say!("{name}已担任{title}", "{name} holds the post {title} already");
        return Err(refuse("base.organisation.post_held", why).current(row.id).into());
    }
    let row = post::ActiveModel {
        county: Set(organisation.county),
        id: Set(tx.id()),
        organisation: Set(organisation.id),
        person: Set(person.id),
        title: Set(new.title),
        since: Set(new.since),
        until: Set(new.until),
        collector: Set(tx.actor.name.clone()),
        recorded_at: Set(tx.now),
    };
    Ok(post::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// A post of an organisation that has not ended.
pub(crate) async fn held(tx: &Tx, organisation: &organisation::Model, id: Uuid) -> Result<post::Model> {
    let found = post::Entity::within(&Scope::counties(vec![organisation.county]))
        .filter(post::Column::Id.eq(id))
        .filter(post::Column::Organisation.eq(organisation.id))
        .one(tx.db())
        .await?;
    let row = found.ok_or(Error::NotFound("post"))?;
    match row.until {
        Some(until) if until <= tx.today() => {
            let why = say!("已于{until}卸任", "ended on {until}");
            Err(refuse("base.organisation.post_ended", why).current(until).into())
        }
        _ => Ok(row),
    }
}

/// Ends a post.
pub(crate) async fn end_post(tx: &mut Tx, row: &post::Model, on: NaiveDate) -> Result<()> {
    if on < row.since {
        let since = row.since;
        let why = say!("不能早于任职日期{since}", "not before {since}, when it began");
        return Err(crate::invalid("on", "base.organisation.before", why));
    }
    post::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(post::Column::Until, Expr::value(Some(on)))
        .filter(post::Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Ends an organisation and every post in it.
pub(crate) async fn dissolve(tx: &mut Tx, row: &organisation::Model, on: NaiveDate) -> Result<organisation::Model> {
    let county = Scope::counties(vec![row.county]);
    let posts = || post::Entity::update_within(&county).filter(post::Column::Organisation.eq(row.id));
    posts()
        .col_expr(post::Column::Until, Expr::value(Some(on)))
        .filter(Condition::any().add(post::Column::Until.is_null()).add(post::Column::Until.gt(on)))
        .filter(post::Column::Since.lte(on))
        .exec(tx.db())
        .await?;
    rows::change_organisation(tx, row, |u| {
        u.col_expr(organisation::Column::Standing, Expr::value(rows::DISSOLVED))
            .col_expr(organisation::Column::StandingSince, Expr::value(on))
    })
    .await
}
