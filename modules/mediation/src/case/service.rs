//! What may be done with a case up to its end, and when not. What the parties agree on is in `agreeing.rs`.

use std::sync::Arc;

use jizuo_kernel::cases::{self, Handover, Outcome, Ref};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Matter, Move, Opening};
use jizuo_kernel::{Error, Result, Subject, Text, Tx, say};
use jizuo_standards::name::Name;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::dispute::{self, EndReason, Organ, Prior, Source};
use super::entity::{ActiveModel, Column, Entity, Model, label};
use super::party::{self, Checked};
use crate::process::{CASE, PERFORMED};

/// An application, or what the committee takes up by itself.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) place: Arc<Place>,
    pub(crate) dispute_type: String,
    pub(crate) source: Source,
    pub(crate) organ: Option<Organ>,
    pub(crate) prior: Prior,
    pub(crate) summary: String,
    pub(crate) parties: Vec<party::New>,
    pub(crate) on_behalf_of: Option<String>,
}

/// What a case's own code begins with: 调解.
const CODE: &str = "TJ";
/// The most parties named at once.
const MOST_PARTIES: usize = 50;

/// Registers a case.
pub(crate) async fn register(tx: &mut Tx, new: New) -> Result<Model> {
    let mut faults = Faults::default();
    right_type(&mut faults, &new.dispute_type);
    if (new.source == Source::Entrusted) != new.organ.is_some() {
        let why =
            Text::new("来源为接受委托移送的，写明委托单位；其他来源不写", "who entrusted it, if and only if it was");
        faults.add("organ", "mediation.case.organ", why);
    }
    let summary = faults.text("summary", &new.summary, 2_000);
    if new.parties.len() > MOST_PARTIES || (new.source == Source::Application && new.parties.is_empty()) {
        let why = say!("写明申请人；一次最多 {MOST_PARTIES} 人", "name who applies; at most {MOST_PARTIES} at once");
        faults.add("parties", "mediation.case.parties", why);
    }
    let parties: Vec<_> = new
        .parties
        .iter()
        .take(MOST_PARTIES)
        .enumerate()
        .filter_map(|(n, party)| party.check(&mut faults, &format!("parties.{n}.")))
        .collect();
    let behalf = new.on_behalf_of.as_deref().and_then(|text| faults.take("on_behalf_of", Name::parse(text)));
    faults.check()?;
    tx.require("mediation.case.register", &new.place)?;
    if let Some(name) = &behalf {
        // The audit line holds personal values masked.
        tx.on_behalf_of(name.to_string());
    }
    let begin = Begin {
        dispute_type: new.dispute_type,
        source: new.source,
        organ: new.organ,
        prior: new.prior,
        summary,
        told_by: None,
        on_behalf_of: behalf.map(|name| name.expose().to_owned()),
        case: None,
    };
    let row = open(tx, &new.place, begin).await?;
    add(tx, &row, parties).await?;
    Ok(row)
}

/// Takes a dispute over from another module: what is known there is not typed again, and the case keeps its code.
pub(crate) async fn take_over(tx: &mut Tx, what: &Handover) -> Result<Ref> {
    let begin = Begin {
        dispute_type: dispute::OTHER.to_owned(),
        source: Source::Entrusted,
        organ: Some(Organ::Other),
        prior: Prior::None,
        summary: format!("{}\n{}", what.title, what.description).trim().to_owned(),
        told_by: what.reported_by.clone(),
        on_behalf_of: None,
        case: Some(what.case.clone()),
    };
    let row = open(tx, &what.place, begin).await?;
    Ok(Ref::to::<Entity>(&row))
}

struct Begin {
    dispute_type: String,
    source: Source,
    organ: Option<Organ>,
    prior: Prior,
    summary: String,
    told_by: Option<String>,
    on_behalf_of: Option<String>,
    /// The code of the case it already is.
    case: Option<String>,
}

async fn open(tx: &mut Tx, place: &Arc<Place>, begin: Begin) -> Result<Model> {
    let named = |opening: &Opening| label(&opening.code(CODE), &begin.dispute_type);
    let opening = process::open(tx, &CASE, place, named, Move::default()).await?;
    let code = opening.code(CODE);
    let case_code = match begin.case {
        Some(code) => code,
        None => {
            let label = label(&code, &begin.dispute_type);
            let this = Ref { module: "mediation".to_owned(), kind: Entity::KIND.to_owned(), id: opening.id, label };
            cases::open(tx, &this, place)
        }
    };
    let row = ActiveModel {
        code: Set(code),
        case_code: Set(case_code),
        dispute_type: Set(begin.dispute_type),
        source: Set(begin.source),
        organ: Set(begin.organ),
        prior: Set(begin.prior),
        summary: Set(begin.summary),
        told_by: Set(begin.told_by),
        on_behalf_of: Set(begin.on_behalf_of),
        registered_by: Set(tx.actor.account),
        registered_by_name: Set(tx.actor.name.clone()),
        mediator: Set(None),
        refused_by: Set(None),
        refused_on: Set(None),
        form: Set(None),
        effective_on: Set(None),
        end_reason: Set(None),
        confirmation_on: Set(None),
        confirmation_court: Set(None),
        ..ActiveModel::opened(&opening)
    };
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

fn right_type(faults: &mut Faults, code: &str) {
    if !dispute::is_type(code) {
        let why = say!(
            "没有“{code}”这一类，见 GET /api/v1/standards/codelists/dispute_type.csv",
            "there is no type {code}; see GET /api/v1/standards/codelists/dispute_type.csv"
        );
        faults.add("dispute_type", "mediation.case.type", why);
    }
}

async fn add(tx: &mut Tx, row: &Model, parties: Vec<Checked>) -> Result<Vec<party::Model>> {
    let mut added = Vec::new();
    for party in parties {
        added.push(party::insert(tx, row, party).await?);
    }
    Ok(added)
}

/// Names a party more, as long as nothing is agreed on.
pub(crate) async fn add_party(tx: &mut Tx, row: &Model, new: &party::New) -> Result<party::Model> {
    let mut faults = Faults::default();
    let checked = new.check(&mut faults, "");
    faults.check()?;
    not_refused(tx, row)?;
    not_agreed(row)?;
    // Whoever accepts or records an agreement at the same moment reckons with the same parties, or loses.
    let row = process::amend::<Entity>(tx, row, |u| u).await?;
    let party = add(tx, &row, checked.into_iter().collect()).await?.pop();
    let party = party.ok_or(Error::NotFound("party"))?;
    tx.note("party", party.id);
    Ok(party)
}

/// Records that a party clearly refuses: from now on there is nothing to do but to end it (rule `M.REFUSE`).
pub(crate) async fn record_refusal(tx: &mut Tx, row: &Model, party: Uuid) -> Result<Model> {
    let parties = party::of(tx.db(), row).await?;
    if !parties.iter().any(|known| known.id == party) {
        return Err(Error::NotFound("party"));
    }
    not_refused(tx, row)?;
    if row.effective_on.is_some() || row.closed_at.is_some() {
        return Err(refuse(
            "mediation.case.refusal_late",
            Text::new(
                "协议已生效或者案件已办结，不再是拒绝调解；不履行的，登记未履行",
                "the agreement is in effect or the case closed; what is not performed is recorded as such",
            ),
        )
        .source(Text::new("人民调解法第三十一条", "People's Mediation Law, Article 31"))
        .into());
    }
    tx.note("party", party);
    let today = tx.today();
    process::amend::<Entity>(tx, row, |u| {
        u.col_expr(Column::RefusedBy, Expr::value(Some(party))).col_expr(Column::RefusedOn, Expr::value(Some(today)))
    })
    .await
}

/// How a case is accepted.
pub(crate) struct Acceptance {
    /// An account that may mediate there.
    pub(crate) mediator: Uuid,
    /// What kind of dispute it is found to be.
    pub(crate) dispute_type: Option<String>,
    /// Who else is found to have it.
    pub(crate) prior: Option<Prior>,
}

/// Takes a case up, with its mediator.
pub(crate) async fn accept(tx: &mut Tx, row: &Model, how: Acceptance) -> Result<Model> {
    let mut faults = Faults::default();
    let dispute_type = how.dispute_type.unwrap_or_else(|| row.dispute_type.clone());
    right_type(&mut faults, &dispute_type);
    faults.check()?;
    not_refused(tx, row)?;
    let prior = how.prior.unwrap_or(row.prior);
    nobody_else_has_it(tx, row, prior)?;
    if party::of(tx.db(), row).await?.len() < 2 {
        return Err(refuse(
            "mediation.case.two_parties",
            Text::new("纠纷至少有双方当事人，请先登记当事人", "a dispute has two parties at least; name them first"),
        )
        .source(Text::new("人民调解法第二条", "People's Mediation Law, Article 2"))
        .who(tx.app.registry.holders("mediation.party.add"))
        .into());
    }
    let place = tx.snapshot.places.place(row.place)?;
    if !jizuo_kernel::identity::grants::may(tx, how.mediator, MEDIATES, &place).await? {
        let name = &place.name;
        return Err(refuse(
            "mediation.case.mediator",
            say!(
                "此人在{name}不是调解员，请选择有调解权限的人",
                "this account is no mediator at {name}; choose one that is"
            ),
        )
        .rule(MEDIATES)
        .source(Text::new("人民调解法第十三条、第十九条", "People's Mediation Law, Articles 13 and 19"))
        .who(tx.app.registry.holders(MEDIATES))
        .into());
    }
    // The mediator's task is labelled with what the dispute is found to be.
    let typed = Model { dispute_type, ..row.clone() };
    let mediator = Some(how.mediator);
    let how = Move { assignee: mediator, ..Move::default() };
    let row = process::advance::<Entity>(tx, &typed, "mediation.case.accept", how).await?;
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Mediator, Expr::value(mediator))
            .col_expr(Column::DisputeType, Expr::value(typed.dispute_type))
            .col_expr(Column::Prior, Expr::value(prior))
    })
    .await?;
    tx.note("mediator", row.mediator);
    tell(tx, "mediation.case.accepted", &row)?;
    Ok(row)
}

/// The permission that makes a mediator.
const MEDIATES: &str = "mediation.case.agree_orally";

/// What another organ deals with is mediated only where that organ entrusts it (rule `MEDIATION.PRIOR`).
fn nobody_else_has_it(tx: &Tx, row: &Model, prior: Prior) -> Result<()> {
    let rule = tx.rule("MEDIATION.PRIOR")?;
    if !rule.is_on() || prior.entrusted_by(row.organ) {
        return Ok(());
    }
    let Text { zh, en } = prior.title();
    Err(refuse(
        "mediation.case.prior",
        say!(
            "{zh}已经受理或者处理，未经其委托不能调解",
            "{en} has taken it up or decided it: without being entrusted it is not mediated"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(say!("{zh}委托移送后，重新登记", "{en}, by entrusting it; it is then registered anew"))
    .into())
}

/// Lets it go on beyond the ordinary length, with every party's consent.
pub(crate) async fn prolong(tx: &mut Tx, row: &Model, agreed_by: &[Uuid], reason: Option<String>) -> Result<Model> {
    not_refused(tx, row)?;
    let parties = party::of(tx.db(), row).await?;
    let mut faults = Faults::default();
    party::known(&mut faults, &parties, "agreed_by", agreed_by);
    faults.check()?;
    let missing = party::missing(&parties, agreed_by).join("、");
    if !missing.is_empty() {
        let rule = tx.rule("M.PERIOD")?;
        return Err(refuse(
            "mediation.case.consent",
            say!(
                "延长须当事人都同意，还没有同意的：{missing}",
                "it goes on longer only if all parties agree; not yet: {missing}"
            ),
        )
        .rule(rule.id)
        .source(rule.basis)
        .who(Text::new("当事人都同意后，调解员", "the mediator, once all parties agree"))
        .into());
    }
    let how = Move { reason, assignee: row.mediator, ..Move::default() };
    process::advance::<Entity>(tx, row, "mediation.case.prolong", how).await
}

/// Ends it without an agreement.
pub(crate) async fn end(tx: &mut Tx, row: &Model, why: EndReason, note: Option<String>) -> Result<Model> {
    let mut faults = Faults::default();
    let note = match why {
        EndReason::Other => faults.text("note", note.as_deref().unwrap_or_default(), 450),
        _ => faults.optional_text("note", note.as_deref().unwrap_or_default(), 450),
    };
    faults.check()?;
    let reason = if note.is_empty() { why.title().to_owned() } else { format!("{}：{note}", why.title()) };
    let how = Move { reason: Some(reason), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "mediation.case.end", how).await?;
    let row = process::set::<Entity>(tx, &row, |u| u.col_expr(Column::EndReason, Expr::value(Some(why)))).await?;
    tx.note("reason", why);
    close(tx, row).await
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    let how = Move { reason, assignee: row.mediator.filter(|_| row.effective_on.is_none()), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, action, how).await?;
    if row.phase == "done" { close(tx, row).await } else { Ok(row) }
}

/// What is over is told: to whoever listens, and to the module that handed it over.
async fn close(tx: &mut Tx, row: Model) -> Result<Model> {
    let outcome = if row.state == PERFORMED { Outcome::Settled } else { Outcome::Unsettled };
    cases::end::<Entity>(tx, &row, outcome).await?;
    tell(tx, "mediation.case.ended", &row)?;
    Ok(row)
}

/// A party's clear refusal stands above everything but the end (rule `M.REFUSE`).
pub(super) fn not_refused(tx: &Tx, row: &Model) -> Result<()> {
    let rule = tx.rule("M.REFUSE")?;
    if !rule.is_on() || row.refused_on.is_none() {
        return Ok(());
    }
    Err(refuse(
        "mediation.case.refused",
        Text::new(
            "当事人一方已明确拒绝调解，不得调解；只能终止或者不予受理，并告知其他途径",
            "a party has clearly refused: it must not be mediated; decline or end it, and tell the other ways",
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("任何人都不能；当事人愿意时可以重新申请", "nobody; a party that wants it after all applies anew"))
    .into())
}

fn not_agreed(row: &Model) -> Result<()> {
    if row.effective_on.is_none() && row.closed_at.is_none() {
        return Ok(());
    }
    Err(refuse(
        "mediation.party.late",
        Text::new("协议已生效或者案件已办结，不再增加当事人", "the agreement is in effect or the case closed"),
    )
    .current(serde_json::json!({ "state": row.state }))
    .into())
}

/// No name, no telephone, no content: who may read the feed is not always who may read the case.
pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "code": row.code, "case": row.case_code, "place": place.code, "dispute_type": row.dispute_type,
        "source": row.source, "state": row.state, "effective_on": row.effective_on,
    });
    tx.emit(topic, &Subject::new("mediation.case", row.id), &payload)
}
