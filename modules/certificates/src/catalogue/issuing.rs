//! Whether a paper may be issued at a place, by the catalogue that is in force there at this moment: asked when somebody applies,
//! and again when it is issued. What the negative list blocks, nobody issues; every refusal names the article and the next door.

use jizuo_kernel::error::{internal, refuse};
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, invalid, rules, say};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::negative;
use super::service::{Answer, Entry, blocked_by, in_force_at, look_up};
use crate::item::entity::{Column, Entity, Model};

/// The item in force at a place that somebody asks for by its code, id or name.
pub(crate) async fn asked_for(ctx: &Ctx, place: &Place, asked: &str) -> Result<Model> {
    let entries = in_force_at(ctx, place).await?;
    let found = look_up(ctx, &entries, asked)?;
    let Some(best) = found.first() else { return Err(internal("a look-up without an answer")) };
    match best.entry.answer {
        Answer::IssuedHere if best.exact => item(ctx, place, &best.entry).await,
        Answer::IssuedHere => {
            let names: Vec<&str> = found.iter().map(|found| found.entry.name.zh.as_ref()).collect();
            let names = names.join("、");
            Err(invalid(
                "item",
                "certificates.paper.item",
                say!(
                    "目录里没有正好叫“{asked}”的事项；是不是：{names}",
                    "no item is called exactly '{asked}'; is it one of: {names}"
                ),
            ))
        }
        Answer::NotNeeded => Err(blocked(ctx, place, &best.entry)?),
        Answer::Replaced => Err(another_way(&best.entry)),
        Answer::Unknown => Err(unknown(&best.entry)),
    }
}

/// The item a paper was applied for under, if its paper may still be issued.
pub(crate) async fn still(ctx: &Ctx, place: &Place, county: i32, id: Uuid) -> Result<Model> {
    let entries = in_force_at(ctx, place).await?;
    let row = Entity::within(&Scope::counties(vec![county])).filter(Column::Id.eq(id)).one(ctx.db()).await?;
    let row = row.ok_or(Error::NotFound("item"))?;
    let name = Text::owned(row.name.clone(), row.name_en.clone().unwrap_or_else(|| row.name.clone()));
    if let Some(listed) = blocked_by(&entries, &row.code, &negative::keys(&name, &row.aliases())) {
        return Err(blocked(ctx, place, listed)?);
    }
    if entries.iter().any(|entry| entry.item == Some(row.id) && entry.answer == Answer::IssuedHere) {
        return Ok(row);
    }
    let (zh, en) = (&name.zh, &name.en);
    let now = entries.iter().find(|entry| entry.code == row.code);
    if let Some(entry) = now.filter(|entry| entry.answer == Answer::Replaced) {
        return Err(another_way(entry));
    }
    let next = now.map_or(
        Text::new(
            "请要这份证明的单位说明依据，或拨打12345",
            "ask whoever wants it which law they rest on, or call 12345",
        ),
        |_| Text::new("请按现行版次重新申请", "apply again under the edition in force"),
    );
    let (next_zh, next_en) = (&next.zh, &next.en);
    Err(refuse(
        "certificates.paper.not_in_force",
        say!(
            "“{zh}”申请时依据的版次已取消，不能再据以出具：{next_zh}",
            "the edition of '{en}' that this was applied for under has been retired: {next_en}"
        ),
    )
    .rule("CERT.BASIS")
    .source(rules::in_force(&ctx.app.registry, &ctx.snapshot, place, "CERT.BASIS", ctx.today())?.basis)
    .current(serde_json::json!({ "code": row.code, "edition": row.edition }))
    .into())
}

async fn item(ctx: &Ctx, place: &Place, entry: &Entry) -> Result<Model> {
    let id = entry.item.ok_or_else(|| internal("an item to be issued that nobody laid down"))?;
    let scope = Scope::upward(&ctx.snapshot.places, place);
    Entity::within(&scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("item"))
}

fn blocked(ctx: &Ctx, place: &Place, listed: &Entry) -> Result<Error> {
    let rule = rules::in_force(&ctx.app.registry, &ctx.snapshot, place, "CERT.NEG", ctx.today())?;
    let (zh, en) = (&listed.name.zh, &listed.name.en);
    let (next_zh, next_en) = (&listed.next_door.zh, &listed.next_door.en);
    Ok(refuse(
        "certificates.paper.negative",
        say!(
            "“{zh}”在不应出具的清单里，任何人都不能出具。请到：{next_zh}",
            "'{en}' is on the negative list: nobody issues it. Where to go: {next_en}"
        ),
    )
    .rule(rule.id)
    .source(listed.basis.clone())
    .who(Text::new(
        "村（社区）和各级都不能；可以登记为清单外索要",
        "no village and no level; record it as a demand off the list",
    ))
    .current(serde_json::json!({ "code": listed.code, "next_door": listed.next_door }))
    .into())
}

fn another_way(entry: &Entry) -> Error {
    let (zh, en) = (&entry.name.zh, &entry.name.en);
    let (next_zh, next_en) = (&entry.next_door.zh, &entry.next_door.en);
    refuse(
        "certificates.paper.replaced",
        say!("“{zh}”已用别的办法替代，不再出具。{next_zh}", "'{en}' is replaced and not issued any more. {next_en}"),
    )
    .rule("CERT.BASIS")
    .source(entry.basis.clone())
    .who(Text::new("要这份证明的单位", "whoever asks for the paper"))
    .current(serde_json::json!({ "code": entry.code, "next_door": entry.next_door }))
    .into()
}

fn unknown(entry: &Entry) -> Error {
    let (zh, en) = (&entry.name.zh, &entry.name.en);
    let (next_zh, next_en) = (&entry.next_door.zh, &entry.next_door.en);
    refuse(
        "certificates.paper.unknown",
        say!("目录里没有“{zh}”，不能出具。{next_zh}", "'{en}' is on no list and is not issued. {next_en}"),
    )
    .rule("CERT.BASIS")
    .source(entry.basis.clone())
    .who(Text::new("有依据的，由县级目录管理员提出列入", "with a law behind it, the county's editor proposes the item"))
    .current(serde_json::json!({ "next_door": entry.next_door }))
    .into()
}
