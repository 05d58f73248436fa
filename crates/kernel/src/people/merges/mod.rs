//! Two rows that are one person become one; and two again, where that was a mistake.

pub mod api;
mod bonds_of_two;
mod facts_of_two;
mod record;

pub(crate) use api::routes;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::entity::{fact, merge, person};
use super::facts::IN_FORCE;
use super::{Standing, rows};
use crate::error::refuse;
use crate::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx, say};
use record::{Moved, Stood};

const NUMBER: &str = "person.identity_number";

/// Makes one of two. What is known of the one that goes is weighed into what is known of the one that stays; its number is
/// free again; whoever refers to it finds the other.
pub(crate) async fn merge(
    tx: &mut Tx,
    kept: Uuid,
    merged: Uuid,
    reason: String,
    numbers_differ: bool,
) -> Result<merge::Model> {
    let (kept, merged) = both(tx, kept, merged).await?;
    may_be_one(tx, &kept, &merged, numbers_differ).await?;
    let county = Scope::counties(vec![kept.county]);
    let facts = facts_of_two::tie(tx, &kept, &merged).await?;
    let mut moved = Moved {
        facts,
        merged: Stood { standing: merged.standing.clone(), since: merged.standing_since },
        ..Moved::default()
    };
    bonds_of_two::tie(tx, &kept, &merged, &mut moved).await?;
    person::Entity::update_within(&county)
        .col_expr(person::Column::IdentityMark, Expr::value(None::<String>))
        .filter(person::Column::Id.is_in([kept.id, merged.id]))
        .exec(tx.db())
        .await?;
    rows::change_person(tx, &merged, |u| {
        u.col_expr(person::Column::Standing, Expr::value(Standing::Merged.as_str()))
            .col_expr(person::Column::StandingSince, Expr::value(tx.today()))
            .col_expr(person::Column::MergedInto, Expr::value(Some(kept.id)))
    })
    .await?;
    facts_of_two::reproject(tx, &[&kept]).await?;
    bonds_of_two::reseat(tx, &[kept.id, merged.id], &county).await?;
    let row = merge::ActiveModel {
        county: Set(kept.county),
        id: Set(tx.id()),
        prefecture: Set(kept.prefecture),
        township: Set(kept.township),
        village: Set(kept.village),
        place: Set(kept.place),
        kept: Set(kept.id),
        merged: Set(merged.id),
        reason: Set(reason),
        actor: Set(tx.actor.name.clone()),
        at: Set(tx.now),
        moved: Set(serde_json::to_value(&moved)?),
        undone_at: Set(None),
        undone_by: Set(None),
    };
    let row = merge::Entity::insert(row).exec_with_returning(tx.db()).await?;
    let payload = json!({ "id": row.id, "kept": kept.id, "merged": merged.id });
    tx.emit("base.person.merged", &Subject::new("base.person", kept.id), &payload)?;
    Ok(row)
}

/// Two persons of the operation's place, locked in a fixed order.
async fn both(tx: &Tx, kept: Uuid, merged: Uuid) -> Result<(person::Model, person::Model)> {
    if kept == merged {
        let why = Text::new("不能与自己合并", "nobody is merged with themselves");
        return Err(crate::invalid("merged", "base.person.merge_self", why));
    }
    let query = person::Entity::within(&tx.scope).filter(person::Column::Id.is_in([kept, merged]));
    let rows = query.order_by_asc(person::Column::Id).lock_exclusive().all(tx.db()).await?;
    let find = |id: Uuid| rows.iter().find(|row| row.id == id).cloned();
    match (find(kept), find(merged)) {
        (Some(kept), Some(merged)) if kept.county == merged.county => Ok((kept, merged)),
        (Some(_), Some(_)) => {
            let why =
                Text::new("两条档案分属两个县，不能合并", "the two are of different counties and cannot be merged");
            Err(refuse("base.person.merge_counties", why).into())
        }
        _ => Err(Error::NotFound("person")),
    }
}

async fn may_be_one(tx: &Tx, kept: &person::Model, merged: &person::Model, numbers_differ: bool) -> Result<()> {
    rows::only_present(kept)?;
    if merged.standing == Standing::Dead.as_str() {
        let name = &merged.name;
        let why = say!(
            "要并入的档案登记{name}已死亡，请先在保留的档案上办理死亡登记，或更正",
            "the other record says that {name} died; record the death on the one that is kept first, or correct it"
        );
        return Err(refuse("base.person.merge_standings", why).current(json!({ "standing": merged.standing })).into());
    }
    if merged.standing != Standing::MovedOut.as_str() {
        rows::only_present(merged)?;
    }
    let numbers: Vec<Option<String>> = fact::Entity::within(&Scope::counties(vec![kept.county]))
        .filter(fact::Column::Subject.is_in([kept.id, merged.id]))
        .filter(fact::Column::Element.eq(NUMBER))
        .filter(fact::Column::Standing.eq(IN_FORCE))
        .select_only()
        .column(fact::Column::Mark)
        .into_tuple()
        .all(tx.db())
        .await?;
    if let [one, other] = numbers.as_slice()
        && one != other
        && !numbers_differ
    {
        let why = Text::new(
            "两条档案的身份证号不同，一般是两个人。如确系录错，请注明 numbers_differ 后再合并",
            "the two have different identity numbers and so are two persons; if one was mistyped, say `numbers_differ`",
        );
        return Err(refuse("base.person.merge_numbers", why)
            .source(Text::new(
                "居民身份证法第三条：公民身份号码是每个公民唯一的、终身不变的身份代码",
                "Law on Identity Cards, Article 3: the number is one person's, for life",
            ))
            .who(Text::new("数据管理员核对证件后", "a data officer, after comparing the cards"))
            .into());
    }
    Ok(())
}

/// What was given back, and what stays because it was changed since.
pub(crate) struct Undone {
    pub row: merge::Model,
    /// Names of elements, `member`, `post`, `consent`, `request`, `head`.
    pub stayed: Vec<String>,
}

/// Takes a merge apart again. What came to the kept person after it stays with them.
pub(crate) async fn undo(tx: &mut Tx, id: Uuid) -> Result<Undone> {
    let query = merge::Entity::within(&tx.scope).filter(merge::Column::Id.eq(id)).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound("merge"))?;
    if let Some(at) = row.undone_at {
        let by = row.undone_by.clone().unwrap_or_default();
        let why = say!("{by}已撤销过这次合并", "{by} has undone this merge already");
        return Err(refuse("base.person.merge_undone", why).current(at).into());
    }
    let county = Scope::counties(vec![row.county]);
    let persons = rows::persons(tx, row.county, &[row.kept, row.merged]).await?;
    let find = |id: Uuid| persons.iter().find(|person| person.id == id).ok_or(Error::NotFound("person"));
    let (kept, merged) = (find(row.kept)?, find(row.merged)?);
    if let Some(into) = kept.merged_into {
        let why = Text::new(
            "保留的档案后来又并入了另一条，请先撤销那一次合并",
            "the record that was kept was itself merged later; undo that merge first",
        );
        return Err(refuse("base.person.merge_later", why).current(json!({ "merged_into": into })).into());
    }
    let moved: Moved = serde_json::from_value(row.moved.clone())?;
    let mut stayed = facts_of_two::untie(tx, kept, &moved.facts).await?;
    bonds_of_two::untie(tx, kept, merged, &moved, &mut stayed).await?;
    person::Entity::update_within(&county)
        .col_expr(person::Column::IdentityMark, Expr::value(None::<String>))
        .filter(person::Column::Id.is_in([kept.id, merged.id]))
        .exec(tx.db())
        .await?;
    rows::change_person(tx, merged, |u| {
        u.col_expr(person::Column::Standing, Expr::value(moved.merged.standing.clone()))
            .col_expr(person::Column::StandingSince, Expr::value(moved.merged.since))
            .col_expr(person::Column::MergedInto, Expr::value(None::<Uuid>))
    })
    .await?;
    facts_of_two::reproject(tx, &[kept, merged]).await?;
    bonds_of_two::reseat(tx, &[kept.id, merged.id], &county).await?;
    let update = merge::Entity::update_within(&county)
        .col_expr(merge::Column::UndoneAt, Expr::value(Some(tx.now)))
        .col_expr(merge::Column::UndoneBy, Expr::value(Some(tx.actor.name.clone())))
        .filter(merge::Column::Id.eq(row.id));
    let row = update.exec_with_returning(tx.db()).await?.pop().ok_or(Error::NotFound("merge"))?;
    let payload = json!({ "id": row.id, "kept": row.kept, "merged": row.merged });
    tx.emit("base.person.unmerged", &Subject::new("base.person", row.kept), &payload)?;
    Ok(Undone { row, stayed })
}

/// The row that somebody goes on as: their own, or the one that it was merged into, with the ids that led there.
pub(crate) async fn follow(ctx: &Ctx, row: person::Model) -> Result<(person::Model, Vec<Uuid>)> {
    let mut row = row;
    let mut from = Vec::new();
    // A chain of merges ends; the bound only guards against a circle in damaged data.
    while let Some(into) = row.merged_into.filter(|_| from.len() < 32) {
        from.push(row.id);
        let next = person::Entity::within(&ctx.scope).filter(person::Column::Id.eq(into)).one(ctx.db()).await?;
        row = next.ok_or(Error::NotFound("person"))?;
    }
    Ok((row, from))
}

/// The ids of all records that somebody has had: their own, and those that were merged into it.
pub(crate) async fn records_of(ctx: &Ctx, row: &person::Model) -> Result<Vec<Uuid>> {
    let mut ids = vec![row.id];
    let mut open = vec![row.id];
    // One query for each merge that was itself merged, which is rare.
    while !open.is_empty() && ids.len() < 256 {
        let query = person::Entity::within(&Scope::counties(vec![row.county]))
            .filter(person::Column::MergedInto.is_in(open))
            .select_only()
            .column(person::Column::Id);
        open = query.into_tuple().all(ctx.db()).await?;
        open.retain(|id| !ids.contains(id));
        ids.extend(&open);
    }
    Ok(ids)
}
