//! One case, one code (一案一码): matters of several modules that are one affair, and how one module hands it to another.

pub mod api;
pub(crate) mod choosing;
pub mod entity;

use std::sync::Arc;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::counties::{self, State};
use crate::error::{internal, refuse};
use crate::module::Capability;
use crate::places::Place;
use crate::process::Matter;
use crate::{Ctx, Error, Module, Result, Scope, Scoped, Subject, Text, Tx, clock, say};

/// A matter of some module, told to another without a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MatterRef)]
pub struct Ref {
    #[schema(example = "mediation")]
    pub module: String,
    #[schema(example = "mediation.case")]
    pub kind: String,
    pub id: Uuid,
    /// What people call it.
    pub label: String,
}

impl Ref {
    pub fn to<E: Matter>(row: &E::Model) -> Ref {
        let facts = E::facts(row);
        let module = E::KIND.split('.').next().unwrap_or_default();
        Ref { module: module.to_owned(), kind: E::KIND.to_owned(), id: facts.id, label: facts.label }
    }
}

/// What a module tells the one that takes over, so that nobody types it again.
#[derive(Clone, Debug)]
pub struct Handover {
    /// The case's code, the same on both sides.
    pub case: String,
    pub from: Ref,
    pub place: Arc<Place>,
    pub title: String,
    pub description: String,
    /// Who came with it, where they said so.
    pub reported_by: Option<String>,
}

/// How a matter that was taken over ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What it was about is settled.
    Settled,
    /// It is not, and goes on where it came from.
    Unsettled,
}

/// The module of the county that takes such matters now.
pub fn taker(ctx: &Ctx, place: &Place, capability: &str) -> Option<(&'static Module, &'static Capability)> {
    ctx.app.registry.optional().find_map(|module| {
        let taken = module.capabilities.iter().find(|c| c.id == capability)?;
        (counties::state(&ctx.snapshot, place, module.id, ctx.now).state == State::On).then_some((module, taken))
    })
}

/// Those of these capabilities that a module of the county takes now, with who it is: what there is to choose from.
pub fn takers<'c>(
    ctx: &Ctx,
    place: &Place,
    capabilities: &'c [&'c str],
) -> Vec<(&'static Module, &'static Capability)> {
    capabilities.iter().filter_map(|capability| taker(ctx, place, capability)).collect()
}

pub(crate) fn nobody_takes<C: AsRef<str>>(ctx: &Ctx, place: &Place, capabilities: &[C]) -> Error {
    let wanted = |id: &str| capabilities.iter().any(|capability| capability.as_ref() == id);
    let modules: Vec<_> = ctx
        .app
        .registry
        .optional()
        .filter(|module| module.capabilities.iter().any(|c| wanted(c.id)))
        .map(|module| &module.title)
        .collect();
    let rule = capabilities.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    let list = |f: fn(&Text) -> &str| modules.iter().map(|title| f(title)).collect::<Vec<_>>().join("、");
    let (zh, en) = (list(|t| &t.zh), list(|t| &t.en));
    let name = &place.name;
    refuse(
        "base.case.nobody_takes",
        say!(
            "{name}没有启用能接手的模块（{zh}），请在本模块继续办理",
            "{name} has no module switched on that takes this over ({en}); go on with it here"
        ),
    )
    .rule(rule)
    .who(Text::new("县级系统管理员可以启用", "the county's system administrator can switch one on"))
    .into()
}

/// A code for a new case: `AJ`, the county, the day, forty random bits, and an ISO 7064 MOD 37,36 check character.
fn code(ctx: &Ctx, place: &Place) -> String {
    let county = place.code.get(..6).unwrap_or(&place.code);
    let day = clock::china_date(ctx.now).format("%Y%m%d");
    let random = clock::id_at(ctx.now).simple().to_string().to_uppercase();
    let random = &random[22..];
    let check = jizuo_standards::iso7064::mod_37_36(&format!("AJ{county}{day}{random}")).unwrap_or('0');
    format!("AJ{county}-{day}-{random}{check}")
}

/// Opens a case with a matter: the code to keep with it. A matter that was handed over has its case already.
pub fn open(tx: &mut Tx, matter: &Ref, place: &Place) -> String {
    let code = code(tx, place);
    join(tx, &code, matter, place, None);
    code
}

/// Hands a matter over to the module of the county that takes such matters, in this one write: both happened, or neither.
/// `case` is the code the matter has, if it has one. Answers what it became there, and the code.
pub async fn hand_over(tx: &mut Tx, capability: &str, case: Option<String>, what: Handover) -> Result<(Ref, String)> {
    let place = what.place.clone();
    let Some((_, taken)) = taker(tx, &place, capability) else {
        return Err(nobody_takes(tx, &place, &[capability]));
    };
    let case = match case {
        Some(code) => code,
        None => open(tx, &what.from, &place),
    };
    let what = Handover { case: case.clone(), ..what };
    let to = (taken.take)(tx, &what).await?;
    join(tx, &case, &to, &place, Some((Some(capability), &what.from)));
    tx.note("case", &case);
    tx.note("handed_to", &to.kind);
    Ok((to, case))
}

/// A matter follows from another of its own module: it joins the case, and when it ends ([`end`]) the other is told.
pub fn follow(tx: &mut Tx, case: &str, from: &Ref, matter: &Ref, place: &Place) {
    join(tx, case, matter, place, Some((None, from)));
    tx.note("case", case);
}

/// As what it was taken over where it was, and from which matter.
fn join(tx: &mut Tx, code: &str, matter: &Ref, place: &Place, from: Option<(Option<&str>, &Ref)>) {
    let row = entity::ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        code: Set(code.to_owned()),
        module: Set(matter.module.clone()),
        kind: Set(matter.kind.clone()),
        matter: Set(matter.id),
        label: Set(matter.label.clone()),
        joined_at: Set(tx.now),
        capability: Set(from.and_then(|(capability, _)| capability).map(str::to_owned)),
        from_kind: Set(from.map(|(_, from)| from.kind.clone())),
        from_matter: Set(from.map(|(_, from)| from.id)),
        ended_at: Set(None),
        outcome: Set(None),
    };
    tx.last(entity::Entity::insert(row).into_query());
}

/// A matter of a case has ended. Who handed it over is told, by the event `base.handover.ended`.
pub async fn end<E: Matter>(tx: &mut Tx, row: &E::Model, outcome: Outcome) -> Result<()> {
    let facts = E::facts(row);
    let outcome = serde_json::to_value(outcome)?;
    let part = entity::Entity::update_within(&Scope::counties(vec![facts.county]))
        .col_expr(entity::Column::EndedAt, Expr::value(Some(tx.now)))
        .col_expr(entity::Column::Outcome, Expr::value(outcome.as_str()))
        .filter(entity::Column::Kind.eq(E::KIND))
        .filter(entity::Column::Matter.eq(facts.id))
        .exec_with_returning(tx.db())
        .await?
        .pop()
        .ok_or_else(|| internal(format!("{} {} is part of no case", E::KIND, facts.id)))?;
    let (Some(kind), Some(matter)) = (&part.from_kind, part.from_matter) else { return Ok(()) };
    // It may have been taken back and handed over anew: then an earlier taker's end is not what is waited for.
    let latest = entity::Entity::within(&Scope::counties(vec![facts.county]))
        .filter(entity::Column::FromKind.eq(kind))
        .filter(entity::Column::FromMatter.eq(matter))
        .order_by_desc(entity::Column::Id)
        .one(tx.db())
        .await?;
    if latest.is_some_and(|latest| latest.id != part.id) {
        return Ok(());
    }
    let payload = serde_json::json!({
        "case": part.code, "capability": part.capability, "outcome": outcome,
        "from": { "kind": kind, "id": matter }, "to": { "kind": part.kind, "id": part.matter },
    });
    tx.emit("base.handover.ended", &Subject::new("base.case", &part.code), &payload)
}

/// The payload of `base.handover.ended`, as whoever handed over reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct Ended {
    pub case: String,
    pub outcome: Outcome,
    pub from: Part,
}

/// A matter in a payload.
#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    pub kind: String,
    pub id: Uuid,
}
