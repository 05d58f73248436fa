//! What ties two rows that are one person to others: memberships, posts, consents, requests, arrivals.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::super::entity::{arrival, consent, household, member, person, post, request};
use super::super::rows;
use super::record::{ConsentMoved, HeadMoved, Moved, RequestMoved, TermMoved};
use crate::{Result, Scope, Scoped, Tx};

/// Re-ties everything of `merged` to `kept`. Of two memberships that are current one goes on: in one household that of the
/// head, else the kept person's.
pub(super) async fn tie(tx: &mut Tx, kept: &person::Model, merged: &person::Model, moved: &mut Moved) -> Result<()> {
    let county = Scope::counties(vec![kept.county]);
    let seat = members(tx, &county, kept, merged, moved).await?;
    heads(tx, &county, kept, merged, seat, moved).await?;
    posts(tx, &county, kept, merged, moved).await?;
    let consents = consent::Entity::within(&county).filter(consent::Column::Person.eq(merged.id)).all(tx.db()).await?;
    moved.consents = consents.iter().map(|c| ConsentMoved { id: c.id, withdrawn_at: c.withdrawn_at }).collect();
    consent::Entity::update_within(&county)
        .col_expr(consent::Column::Person, Expr::value(kept.id))
        .filter(consent::Column::Person.eq(merged.id))
        .exec(tx.db())
        .await?;
    let requests = request::Entity::within(&county).filter(request::Column::Person.eq(merged.id)).all(tx.db()).await?;
    moved.requests = requests.iter().map(|r| RequestMoved { id: r.id, version: r.version }).collect();
    request::Entity::update_within(&county)
        .col_expr(request::Column::Person, Expr::value(kept.id))
        .filter(request::Column::Person.eq(merged.id))
        .exec(tx.db())
        .await?;
    let arrivals = arrival::Entity::within(&county).filter(arrival::Column::Person.eq(merged.id)).all(tx.db()).await?;
    moved.arrivals = arrivals.iter().map(|a| a.id).collect();
    arrival::Entity::update_within(&county)
        .col_expr(arrival::Column::Person, Expr::value(Some(kept.id)))
        .filter(arrival::Column::Person.eq(merged.id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Answers the household that the one person lives in.
async fn members(
    tx: &Tx,
    county: &Scope,
    kept: &person::Model,
    merged: &person::Model,
    moved: &mut Moved,
) -> Result<Option<Uuid>> {
    use member::Column;
    let all = member::Entity::within(county)
        .filter(Column::Person.is_in([kept.id, merged.id]))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    let current = |of: Uuid| all.iter().find(|row| row.person == of && row.until.is_none());
    let (own, theirs) = (current(kept.id), current(merged.id));
    let ends = match (own, theirs) {
        (Some(own), Some(theirs)) => {
            let leads = own.household == theirs.household && theirs.relation == super::super::households::members::HEAD;
            Some(if leads { own } else { theirs })
        }
        _ => None,
    };
    let seat = [own, theirs].into_iter().flatten().find(|row| ends.is_none_or(|ends| ends.id != row.id));
    for row in all.iter().filter(|row| row.person == merged.id || ends.is_some_and(|ends| ends.id == row.id)) {
        let until_after =
            if ends.is_some_and(|ends| ends.id == row.id) { Some(tx.today().max(row.since)) } else { row.until };
        moved.members.push(TermMoved {
            id: row.id,
            person: row.person,
            until: row.until,
            why_left: row.why_left.clone(),
            until_after,
        });
    }
    if let Some(ends) = ends {
        let until = tx.today().max(ends.since);
        super::super::households::members::end(tx, county, &[ends.id], until, rows::MERGED).await?;
    }
    member::Entity::update_within(county)
        .col_expr(Column::Person, Expr::value(kept.id))
        .filter(Column::Person.eq(merged.id))
        .exec(tx.db())
        .await?;
    Ok(seat.map(|row| row.household))
}

/// Households that the merged person was head of: the kept one is, where they live there; else there is no head.
async fn heads(
    tx: &Tx,
    county: &Scope,
    kept: &person::Model,
    merged: &person::Model,
    seat: Option<Uuid>,
    moved: &mut Moved,
) -> Result<()> {
    let led = household::Entity::within(county)
        .filter(household::Column::Head.eq(merged.id))
        .order_by_asc(household::Column::Id)
        .all(tx.db())
        .await?;
    for row in led {
        let after = (seat == Some(row.id)).then_some(kept.id);
        let name = if after.is_some() { kept.name.clone() } else { row.head_name.clone() };
        rows::change_household(tx, &row, |u| {
            u.col_expr(household::Column::Head, Expr::value(after))
                .col_expr(household::Column::HeadName, Expr::value(name))
        })
        .await?;
        let related = member::Entity::within(county)
            .filter(member::Column::Household.eq(row.id))
            .filter(member::Column::RelationTo.eq(merged.id))
            .all(tx.db())
            .await?;
        let related: Vec<Uuid> = related.iter().map(|row| row.id).collect();
        if after.is_some() {
            relate(tx, county, &related, kept.id).await?;
        }
        moved.heads.push(HeadMoved { household: row.id, after, related });
    }
    Ok(())
}

async fn relate(tx: &Tx, county: &Scope, members: &[Uuid], to: Uuid) -> Result<()> {
    member::Entity::update_within(county)
        .col_expr(member::Column::RelationTo, Expr::value(Some(to)))
        .filter(member::Column::Id.is_in(members.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Posts go over; of two that are the same the merged person's ends.
async fn posts(tx: &Tx, county: &Scope, kept: &person::Model, merged: &person::Model, moved: &mut Moved) -> Result<()> {
    use post::Column;
    let all = post::Entity::within(county).filter(Column::Person.is_in([kept.id, merged.id])).all(tx.db()).await?;
    let twice = |row: &post::Model| {
        row.until.is_none()
            && all.iter().any(|own| {
                own.person == kept.id
                    && own.until.is_none()
                    && (own.organisation, &own.title) == (row.organisation, &row.title)
            })
    };
    let mut doubled = Vec::new();
    for row in all.iter().filter(|row| row.person == merged.id) {
        let until_after = if twice(row) { Some(tx.today().max(row.since)) } else { row.until };
        if until_after != row.until {
            doubled.push(row.id);
        }
        let (id, person, until) = (row.id, row.person, row.until);
        moved.posts.push(TermMoved { id, person, until, why_left: None, until_after });
    }
    if !doubled.is_empty() {
        let update = post::Entity::update_within(county).col_expr(Column::Until, Expr::value(Some(tx.today())));
        update.filter(Column::Id.is_in(doubled)).exec(tx.db()).await?;
    }
    post::Entity::update_within(county)
        .col_expr(Column::Person, Expr::value(kept.id))
        .filter(Column::Person.eq(merged.id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Gives everything back that is still as the merge left it. What is not is named in `stayed`.
pub(super) async fn untie(
    tx: &mut Tx,
    kept: &person::Model,
    merged: &person::Model,
    moved: &Moved,
    stayed: &mut Vec<String>,
) -> Result<()> {
    let county = Scope::counties(vec![kept.county]);
    untie_members(tx, &county, kept, moved, stayed).await?;
    untie_heads(tx, &county, merged, moved, stayed).await?;
    untie_posts(tx, &county, kept, moved, stayed).await?;
    let then: HashMap<Uuid, _> = moved.consents.iter().map(|c| (c.id, c.withdrawn_at)).collect();
    let query = consent::Entity::within(&county).filter(consent::Column::Id.is_in(then.keys().copied()));
    let (back, changed): (Vec<_>, Vec<_>) = query
        .all(tx.db())
        .await?
        .into_iter()
        .partition(|row| row.person == kept.id && then.get(&row.id) == Some(&row.withdrawn_at));
    stayed.extend(changed.iter().map(|_| "consent".to_owned()));
    consent::Entity::update_within(&county)
        .col_expr(consent::Column::Person, Expr::value(merged.id))
        .filter(consent::Column::Id.is_in(back.iter().map(|row| row.id)))
        .exec(tx.db())
        .await?;
    let then: HashMap<Uuid, i32> = moved.requests.iter().map(|r| (r.id, r.version)).collect();
    let query = request::Entity::within(&county).filter(request::Column::Id.is_in(then.keys().copied()));
    let (back, changed): (Vec<_>, Vec<_>) = query
        .all(tx.db())
        .await?
        .into_iter()
        .partition(|row| row.person == kept.id && then.get(&row.id) == Some(&row.version));
    stayed.extend(changed.iter().map(|_| "request".to_owned()));
    request::Entity::update_within(&county)
        .col_expr(request::Column::Person, Expr::value(merged.id))
        .filter(request::Column::Id.is_in(back.iter().map(|row| row.id)))
        .exec(tx.db())
        .await?;
    arrival::Entity::update_within(&county)
        .col_expr(arrival::Column::Person, Expr::value(Some(merged.id)))
        .filter(arrival::Column::Id.is_in(moved.arrivals.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(())
}

async fn untie_members(
    tx: &Tx,
    county: &Scope,
    kept: &person::Model,
    moved: &Moved,
    stayed: &mut Vec<String>,
) -> Result<()> {
    use member::Column;
    let now = member::Entity::within(county).filter(Column::Person.eq(kept.id)).all(tx.db()).await?;
    let back: Vec<&TermMoved> = moved
        .members
        .iter()
        .filter(|then| now.iter().any(|row| row.id == then.id && row.until == then.until_after))
        .collect();
    let returns = |id: Uuid| back.iter().any(|then| then.id == id && then.person != kept.id);
    let lives_elsewhere = now.iter().any(|row| row.until.is_none() && !returns(row.id));
    for then in &moved.members {
        // Nobody lives in two households: what the kept person has joined since counts.
        let twice = then.person == kept.id && then.until.is_none() && lives_elsewhere;
        if twice || !back.iter().any(|other| other.id == then.id) {
            stayed.push("member".to_owned());
            continue;
        }
        member::Entity::update_within(county)
            .col_expr(Column::Person, Expr::value(then.person))
            .col_expr(Column::Until, Expr::value(then.until))
            .col_expr(Column::WhyLeft, Expr::value(then.why_left.clone()))
            .filter(Column::Id.eq(then.id))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

async fn untie_heads(
    tx: &Tx,
    county: &Scope,
    merged: &person::Model,
    moved: &Moved,
    stayed: &mut Vec<String>,
) -> Result<()> {
    for then in &moved.heads {
        let row = rows::household_within(tx, county, then.household).await?;
        let lives_there = member::Entity::within(county)
            .filter(member::Column::Household.eq(row.id))
            .filter(member::Column::Person.eq(merged.id))
            .filter(member::Column::Until.is_null())
            .one(tx.db())
            .await?
            .is_some();
        if row.head != then.after || row.standing != rows::PRESENT || !lives_there {
            stayed.push("head".to_owned());
            continue;
        }
        rows::change_household(tx, &row, |u| {
            u.col_expr(household::Column::Head, Expr::value(Some(merged.id)))
                .col_expr(household::Column::HeadName, Expr::value(merged.name.clone()))
        })
        .await?;
        relate(tx, county, &then.related, merged.id).await?;
    }
    Ok(())
}

async fn untie_posts(
    tx: &Tx,
    county: &Scope,
    kept: &person::Model,
    moved: &Moved,
    stayed: &mut Vec<String>,
) -> Result<()> {
    use post::Column;
    let now = post::Entity::within(county).filter(Column::Person.eq(kept.id)).all(tx.db()).await?;
    for then in &moved.posts {
        if !now.iter().any(|row| row.id == then.id && row.until == then.until_after) {
            stayed.push("post".to_owned());
            continue;
        }
        post::Entity::update_within(county)
            .col_expr(Column::Person, Expr::value(then.person))
            .col_expr(Column::Until, Expr::value(then.until))
            .filter(Column::Id.eq(then.id))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Says in the rows of persons which household they live in, as their memberships have it.
pub(super) async fn reseat(tx: &Tx, persons: &[Uuid], county: &Scope) -> Result<()> {
    let open = member::Entity::within(county)
        .filter(member::Column::Person.is_in(persons.iter().copied()))
        .filter(member::Column::Until.is_null())
        .all(tx.db())
        .await?;
    for id in persons {
        let seat = open.iter().find(|row| row.person == *id);
        person::Entity::update_within(county)
            .col_expr(person::Column::Household, Expr::value(seat.map(|row| row.household)))
            .col_expr(person::Column::Relation, Expr::value(seat.map(|row| row.relation.clone())))
            .filter(person::Column::Id.eq(*id))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}
