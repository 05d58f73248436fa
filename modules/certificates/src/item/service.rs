//! What may be done with a catalogue item, and when not.

use std::collections::BTreeSet;

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::places::Kind;
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx, say};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::commitment;
use super::entity::{ActiveModel, Column, Entity, Model, RETIRED};
use super::kind::{Replacement, StatusKind, Verification};
use super::paper::{self, Terms};
use crate::catalogue::{self, Entry, words};
use crate::process::{IN_FORCE, ITEM};

/// The law behind an item.
#[derive(Clone, Debug)]
pub(crate) struct LegalBasis {
    /// One of the rule `CERT.BASIS`.
    pub(crate) kind: String,
    pub(crate) law: String,
    pub(crate) article: String,
    pub(crate) text: Option<String>,
}

/// An item as it is proposed.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) name_en: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) status_kind: StatusKind,
    pub(crate) basis: Option<LegalBasis>,
    pub(crate) purpose: Option<String>,
    pub(crate) requesting_body: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) next_door: Option<String>,
    pub(crate) next_door_en: Option<String>,
    pub(crate) replacement: Option<Replacement>,
    /// It touches what no commitment stands in for.
    pub(crate) no_commitment: bool,
    /// What is committed to, where a commitment replaces it.
    pub(crate) commits: Option<String>,
    /// Of the paper that is issued under it, where it is retained.
    pub(crate) terms: Terms,
}

/// Proposes an item for the catalogue of the operation's place, of which these are in force. Nothing else is in force before it is
/// published.
pub(crate) async fn propose(tx: &mut Tx, new: New, entries: &[Entry]) -> Result<Model> {
    let place = tx.place()?.clone();
    tx.require("certificates.item.propose", &place)?;
    let new = checked(new)?;
    only_where_a_catalogue_is_kept(tx)?;
    let edition = next_edition(tx, &new.code).await?;
    let opening = process::open(tx, &ITEM, &place, |_| new.name.clone(), Move::default()).await?;
    let code = new.code.clone();
    let row = ActiveModel {
        code: Set(new.code),
        edition: Set(edition),
        name: Set(new.name),
        name_en: Set(new.name_en),
        aliases: Set(serde_json::json!(new.aliases)),
        status_kind: Set(new.status_kind.as_str().to_owned()),
        basis_kind: Set(new.basis.as_ref().map(|basis| basis.kind.clone())),
        basis_law: Set(new.basis.as_ref().map(|basis| basis.law.clone())),
        basis_article: Set(new.basis.as_ref().map(|basis| basis.article.clone())),
        basis_text: Set(new.basis.and_then(|basis| basis.text)),
        purpose: Set(new.purpose),
        requesting_body: Set(new.requesting_body),
        issuer: Set(new.issuer),
        replacement: Set(new.replacement.map(|way| way.as_str().to_owned())),
        next_door: Set(new.next_door),
        next_door_en: Set(new.next_door_en),
        proposed_by_name: Set(tx.actor.name.clone()),
        in_force_from: Set(None),
        in_force_until: Set(None),
        retired_by_name: Set(None),
        retired_because: Set(None),
        validity_days: Set(new.terms.validity_days),
        purposes: Set(Some(serde_json::json!(new.terms.purposes)).filter(|_| !new.terms.purposes.is_empty())),
        two_persons: Set(new.terms.two_persons),
        wet_signature: Set(new.terms.wet_signature),
        verification: Set(new.terms.verification.map(Verification::as_str).map(str::to_owned)),
        body: Set(new.terms.body),
        licence_type: Set(new.terms.licence_type),
        no_commitment: Set(new.no_commitment),
        commits: Set(new.commits),
        ..ActiveModel::opened(&opening)
    };
    // Somebody else may have proposed it between our look and our write: no error of the database, after which nothing could be read.
    let once = OnConflict::new().do_nothing().to_owned();
    let row = match Entity::insert(row).on_conflict(once).exec_with_returning(tx.db()).await {
        Ok(row) => row,
        Err(DbErr::RecordNotFound(_)) => return Err(twice(&code)),
        Err(error) => return Err(error.into()),
    };
    fits_the_law(tx, &row, entries)?;
    tx.note("code", &row.code);
    tx.note("edition", row.edition);
    tx.note("status_kind", &row.status_kind);
    Ok(row)
}

fn checked(new: New) -> Result<New> {
    let mut faults = Faults::default();
    let mut chars = new.code.chars();
    let slug = chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && new.code.len() <= 60;
    if !slug {
        faults.add(
            "code",
            "certificates.item.code",
            Text::new(
                "编码用小写英文字母开头，只含小写字母、数字和下划线，最多 60 个，如 income",
                "a code begins with a small letter and has small letters, digits and _ only, at most 60: income",
            ),
        );
    }
    let name = faults.text("name", &new.name, 60);
    if !name.is_empty() && words::plain(&name).is_empty() {
        faults.add(
            "name",
            "certificates.item.name",
            Text::new("名称要说明证明的是什么，如“收入证明”", "the name must say what is certified: proof of income"),
        );
    }
    if new.aliases.len() > 30 {
        faults.add("aliases", "certificates.item.aliases", Text::new("最多 30 个俗称", "at most 30 everyday names"));
    }
    let mut aliases = Vec::new();
    for (n, alias) in new.aliases.iter().enumerate().take(30) {
        aliases.push(faults.text(&format!("aliases.{n}"), alias, 40));
    }
    let basis = new.basis.map(|basis| LegalBasis {
        kind: basis.kind,
        law: faults.text("basis.law", &basis.law, 100),
        article: faults.text("basis.article", &basis.article, 60),
        text: faults.said("basis.text", basis.text.as_deref(), 1_000),
    });
    let terms = new.terms.checked(&mut faults, new.status_kind);
    let new = New {
        name,
        aliases,
        basis,
        terms,
        name_en: faults.said("name_en", new.name_en.as_deref(), 120),
        purpose: faults.said("purpose", new.purpose.as_deref(), 200),
        requesting_body: faults.said("requesting_body", new.requesting_body.as_deref(), 100),
        issuer: faults.said("issuer", new.issuer.as_deref(), 100),
        next_door: faults.said("next_door", new.next_door.as_deref(), 300),
        next_door_en: faults.said("next_door_en", new.next_door_en.as_deref(), 300),
        commits: faults.said("commits", new.commits.as_deref(), 500),
        ..new
    };
    let missing = match new.status_kind {
        StatusKind::Retained if new.issuer.is_none() => {
            Some(("issuer", Text::new("保留的事项须写明开具单位", "a retained item names who issues it")))
        }
        StatusKind::Replaced if new.replacement.is_none() => {
            Some(("replacement", Text::new("替代的事项须写明替代方式", "a replaced item names what is done instead")))
        }
        StatusKind::Negative if new.next_door.is_none() => Some((
            "next_door",
            Text::new("不出具的事项须告诉群众到哪里办", "an item that is not issued names the next door"),
        )),
        _ => None,
    };
    if let Some((field, message)) = missing {
        faults.add(field, format!("certificates.item.{field}"), message);
    }
    if new.status_kind != StatusKind::Replaced && new.replacement.is_some() {
        let why = Text::new("只有替代的事项才有替代方式", "only a replaced item has a replacement");
        faults.add("replacement", "certificates.item.replacement", why);
    }
    if new.replacement != Some(Replacement::Commitment) && new.commits.is_some() {
        let why =
            Text::new("只有告知承诺的事项才写承诺内容", "only what a commitment replaces says what is committed to");
        faults.add("commits", "certificates.item.commits", why);
    }
    faults.check()?;
    Ok(new)
}

pub(crate) fn only_where_a_catalogue_is_kept(tx: &Tx) -> Result<()> {
    let place = tx.place()?;
    if place.kind <= Kind::County {
        return Ok(());
    }
    Err(refuse(
        "certificates.item.level",
        Text::new(
            "目录由省、州（市）、县制定，乡镇和村不自设证明事项",
            "the catalogue is kept by province, prefecture or county; a township or village adds nothing of its own",
        ),
    )
    .rule("CERT.BASIS")
    .source(tx.rule("CERT.BASIS")?.basis)
    .who(tx.app.registry.holders("certificates.item.propose"))
    .into())
}

pub(super) async fn next_edition(tx: &Tx, code: &str) -> Result<i32> {
    let last = Entity::within(&Scope::counties(vec![tx.chain()?]))
        .filter(Column::Code.eq(code))
        .order_by_desc(Column::Edition)
        .one(tx.db())
        .await?;
    match last {
        Some(row) if row.state() != RETIRED && row.state != "withdrawn" => Err(twice(code)),
        Some(row) => Ok(row.edition + 1),
        None => Ok(1),
    }
}

/// What this place has proposed or laid down and not taken back: code, name and kind.
pub(super) async fn standing(tx: &Tx) -> Result<BTreeSet<(String, String, String)>> {
    let rows = Entity::within(&Scope::counties(vec![tx.chain()?]))
        .filter(Column::InForceUntil.is_null())
        .filter(Column::State.ne("withdrawn"))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name, row.status_kind)).collect())
}

fn twice(code: &str) -> Error {
    refuse(
        "certificates.item.twice",
        say!(
            "本级已有编码为“{code}”的事项（待公布或现行）；要改，先撤回或取消它",
            "there is an item {code} here already, proposed or in force; to change it, withdraw or retire it first"
        ),
    )
    .into()
}

/// What an item needs to be proposed, and again when it is published: the rules may have moved in between.
fn fits_the_law(tx: &Tx, row: &Model, entries: &[Entry]) -> Result<()> {
    if StatusKind::parse(&row.status_kind) == StatusKind::Retained {
        rests_on_law(tx, row)?;
        paper::is_signed_by_hand_where_law_wants_it(tx, row)?;
    }
    commitment::is_open_to_it(tx, row)?;
    not_against_the_negative_list(tx, row, entries)
}

fn rests_on_law(tx: &Tx, row: &Model) -> Result<()> {
    let rule = tx.rule("CERT.BASIS")?;
    if row.basis_kind.as_deref().is_some_and(|kind| rule.list().contains(&kind)) {
        return Ok(());
    }
    let kinds = rule.list().join(", ");
    Err(refuse(
        "certificates.item.basis",
        say!(
            "保留的证明事项须有法律、法规或者国务院决定作依据（basis.kind：{kinds}）；没有依据的，改为替代或不出具",
            "a retained item rests on law, regulation or a State Council decision (basis.kind: {kinds}); without one, make it replaced or negative"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("写明依据后，原提出人", "whoever proposed it, with the basis named"))
    .into())
}

/// The negative list is only added to: no item of any level stands in its way (rule `CERT.NEG`).
fn not_against_the_negative_list(tx: &Tx, row: &Model, entries: &[Entry]) -> Result<()> {
    let kind = StatusKind::parse(&row.status_kind);
    if kind == StatusKind::Negative {
        return Ok(());
    }
    // A replaced item is no paper that is issued, so that a likeness of names does not stop it; the same code does.
    let keys: Vec<String> = match kind {
        StatusKind::Retained => [Some(&row.name), row.name_en.as_ref()]
            .into_iter()
            .flatten()
            .chain(&row.aliases())
            .map(|name| words::plain(name))
            .collect(),
        _ => Vec::new(),
    };
    let Some(listed) = catalogue::blocked_by(entries, &row.code, &keys) else { return Ok(()) };
    let rule = tx.rule("CERT.NEG")?;
    let (zh, en) = (&listed.name.zh, &listed.name.en);
    let (next_zh, next_en) = (&listed.next_door.zh, &listed.next_door.en);
    Err(refuse(
        "certificates.item.negative",
        say!(
            "“{zh}”在不应出具的清单里，任何一级都不能开具或另作规定。群众应当：{next_zh}",
            "'{en}' is on the negative list: no level may issue it or say otherwise. Where to go: {next_en}"
        ),
    )
    .rule(rule.id)
    .source(listed.basis.clone())
    .who(Text::new("任何人都不能；清单只能增加", "nobody; the list is only added to"))
    .current(serde_json::json!({ "code": listed.code }))
    .into())
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<String>,
    pub(crate) status_kind: Option<StatusKind>,
    pub(crate) code: Option<String>,
}

/// Items of the place and of the places above it, newest first.
pub(crate) async fn list(ctx: &Ctx, filter: &Filter, paging: &Paging) -> Result<Page<Model>> {
    let scope = Scope::upward(&ctx.snapshot.places, ctx.place()?);
    let mut query = Entity::within(&scope);
    query = match filter.state.as_deref() {
        None => query,
        Some(RETIRED) => query.filter(Column::InForceUntil.is_not_null()),
        Some(state) => query.filter(Column::State.eq(state)).filter(Column::InForceUntil.is_null()),
    };
    if let Some(kind) = filter.status_kind {
        query = query.filter(Column::StatusKind.eq(kind.as_str()));
    }
    if let Some(code) = &filter.code {
        query = query.filter(Column::Code.eq(code));
    }
    paging.newest(ctx, query, Column::Id).await
}

/// Takes a step of a proposal that this place itself made.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    only_its_own_place(tx, row)?;
    if action == "certificates.item.publish" {
        fits_the_law(tx, row, &catalogue::in_force(tx.ctx()).await?)?;
    }
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    // The state decides, not the step: a place may have put steps of its own in between.
    if row.state != IN_FORCE {
        return Ok(row);
    }
    let row = process::set::<Entity>(tx, &row, |u| u.col_expr(Column::InForceFrom, Expr::value(Some(tx.now)))).await?;
    tell(tx, "certificates.item.published", &row)?;
    Ok(row)
}

pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "code": row.code, "edition": row.edition, "name": row.name,
        "status_kind": row.status_kind, "place": place.code,
    });
    tx.emit(topic, &Subject::new("certificates.item", row.id), &payload)
}

/// What a level above laid down is not for a level below to change.
pub(super) fn only_its_own_place(tx: &Tx, row: &Model) -> Result<()> {
    if row.county == tx.chain()? {
        return Ok(());
    }
    let rule = tx.rule(if row.status_kind == "negative" { "CERT.NEG" } else { "CERT.BASIS" })?;
    let name = tx.snapshot.places.name(row.place);
    Err(refuse(
        "certificates.item.above",
        say!(
            "这是{name}制定的事项，下级只能增加，不能取消或更改",
            "{name} laid this item down; a level below only adds, and neither retires nor changes it"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(say!("{name}的目录审核员", "the catalogue reviewer of {name}"))
    .into())
}
