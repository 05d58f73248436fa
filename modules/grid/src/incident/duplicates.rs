//! Duplicates: what is like a new report, and merging one incident into another (并案).

use std::collections::BTreeSet;

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text, Tx, invalid, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{Column, Entity, Model};
use super::service;
use crate::figures::tally;

/// How many are shown.
const MOST: u64 = 5;

/// The newest open incidents of a scope and category, those with the likest titles first. However many there are, it reads ten.
pub(crate) async fn similar(ctx: &Ctx, scope: &Scope, category: Option<&str>, title: &str) -> Result<Vec<Model>> {
    let mut found = Vec::new();
    for phase in ["waiting", "working"] {
        let mut query = Entity::within(scope).filter(Column::Phase.eq(phase)).order_by_desc(Column::Id).limit(MOST);
        if let Some(code) = category {
            query = query.filter(Column::Category.eq(code));
        }
        found.extend(query.all(ctx.db()).await?);
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(usize::try_from(MOST).unwrap_or(5));
    let wanted = pairs(title);
    found.sort_by_key(|row| std::cmp::Reverse(wanted.intersection(&pairs(&row.title)).count()));
    Ok(found)
}

/// The neighbouring characters of a title.
fn pairs(title: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = title.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?))).collect()
}

/// Goes on as part of another open incident of the county.
pub(crate) async fn merge(tx: &mut Tx, row: &Model, into: &str, reason: String) -> Result<Model> {
    let mut faults = Faults::default();
    let into = faults.text("into", into, 60);
    faults.check()?;
    let county = Scope::counties(vec![row.county]);
    // Both are locked, always in the same order: of two that are merged into each other one stays.
    let both = Entity::within(&county)
        .filter(Column::Code.is_in([into.as_str(), row.code.as_str()]))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let target = both.into_iter().find(|other| other.code == into && other.id != row.id);
    let seen = match &target {
        Some(target) => tx.holds("grid.incident.read", None, &*tx.snapshot.places.place(target.place)?),
        None => false,
    };
    let Some(target) = target.filter(|_| seen) else {
        return Err(invalid(
            "into",
            "grid.incident.merge_into",
            Text::new("本县没有这个编号的其他事件", "there is no other incident of this county with that code"),
        ));
    };
    if target.phase == "done" {
        let code = &target.code;
        return Err(refuse(
            "grid.incident.merge_ended",
            say!("{code} 已经办结，不能并入", "{code} has ended: nothing is merged into it"),
        )
        .rule("grid.incident.merge")
        .source(Text::new("平台规则：并入的须是在办事件", "platform rule: what goes on in its place is open"))
        .who(Text::new("单独办理；或先重办", "let it go on by itself, or reopen the other first"))
        .current(serde_json::json!({ "code": code, "state": target.state }))
        .into());
    }
    let how = Move { reason: Some(format!("{into}：{}", reason.trim())), ..Move::default() };
    let merged = process::advance::<Entity>(tx, row, "grid.incident.merge", how).await?;
    // What was merged into this one goes on with it.
    Entity::update_within(&county)
        .col_expr(Column::MergedInto, Expr::value(Some(target.code.clone())))
        .filter(Column::MergedInto.eq(&row.code))
        .exec(tx.db())
        .await?;
    let code = target.code.clone();
    let merged =
        process::set::<Entity>(tx, &merged, |u| u.col_expr(Column::MergedInto, Expr::value(Some(code)))).await?;
    tx.note("into", &target.code);
    tally::ended(tx, &merged).await?;
    service::tell(tx, "grid.incident.closed", &merged)?;
    Ok(merged)
}

/// The incidents that go on as part of this one.
pub(super) async fn merged_into(ctx: &Ctx, row: &Model) -> Result<Vec<Model>> {
    let county = Scope::counties(vec![row.county]);
    let found = Entity::within(&county).filter(Column::MergedInto.eq(&row.code)).order_by_asc(Column::Id);
    Ok(found.all(ctx.db()).await?)
}

/// Says in the course of each that was merged into it how it ended.
pub(super) async fn tell_the_merged(tx: &mut Tx, row: &Model) -> Result<()> {
    for merged in merged_into(tx, row).await? {
        let said = ("grid.incident.merge", Text::new("并入的事件已结束", "What it was merged into has ended"));
        let how = row.outcome.clone().unwrap_or_default();
        let words = format!("{}：{how}", row.code).chars().take(500).collect();
        process::note::<Entity>(tx, &merged, said, Some(words), |u| u).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_alike_by_the_pairs_of_letters_they_share() {
        let shared = |a: &str, b: &str| pairs(a).intersection(&pairs(b)).count();
        assert!(shared("村口垃圾堆放", "村口有垃圾") > shared("村口垃圾堆放", "路灯不亮"));
        assert_eq!(shared("", "垃圾"), 0);
        assert_eq!(shared("垃", "垃"), 0);
    }
}
