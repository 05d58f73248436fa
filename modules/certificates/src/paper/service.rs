//! What may be done with a paper, and when not. What the negative list blocks is refused here, whoever asks.

use std::collections::BTreeMap;

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::forms::{self, Answered, Answers};
use jizuo_kernel::module::Held;
use jizuo_kernel::people::seal;
use jizuo_kernel::process::{self, Move, Other};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Subject, Text, Tx, invalid, say};
use jizuo_standards::name::Name;
use jizuo_standards::{element, mask};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model, label};
use super::{issue, template};
use crate::catalogue::issuing;
use crate::item::entity::Model as Item;
use crate::item::{Verification, purpose_of};
use crate::process::{APPROVE, ISSUE, PAPER, PASS, REFUSE, REVOKE, VERIFY};

/// What somebody applies for.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// Code, id or name of an item.
    pub(crate) item: String,
    pub(crate) person: Uuid,
    /// Left out where the item has only one.
    pub(crate) purpose: Option<String>,
    /// What stands in blanks that nobody knows: the name of the blank, and the text.
    pub(crate) answers: Vec<(String, String)>,
    pub(crate) agent: Option<String>,
    /// What whoever applies has verified already.
    pub(crate) verified: Option<Seen>,
}

/// How it was verified, and what was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// As the item says, where it says how.
    pub(crate) how: Option<Verification>,
    pub(crate) seen: String,
    /// The data check that says so.
    pub(crate) query: Option<Uuid>,
}

/// What is sealed of a paper.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Content {
    /// The text of its edition of the catalogue.
    pub(crate) template: String,
    pub(crate) values: BTreeMap<String, String>,
    /// The law of that edition.
    pub(crate) basis: Option<Text>,
    /// The text as it was issued.
    pub(crate) body: Option<String>,
}

/// For what the content is sealed.
const CONTENT: &str = "certificates.paper";

/// Takes an application at the operation's place.
pub(crate) async fn apply(tx: &mut Tx, new: New) -> Result<Model> {
    let place = tx.place()?.clone();
    tx.require("certificates.paper.apply", &place)?;
    let mut faults = Faults::default();
    let asked = faults.text("item", &new.item, 100);
    let agent = new.agent.as_deref().and_then(|text| faults.take("agent", Name::parse(text)));
    faults.check()?;
    let item = issuing::asked_for(tx, &place, &asked).await?;
    let purpose = one_of_its_purposes(&item, new.purpose.as_deref())?;
    let text = item.body.clone().unwrap_or_else(|| template::USUAL.to_owned());
    let (typed, mut values) = sorted(&text, &new.answers)?;
    let whole = template::blanks(&text).iter().any(|blank| template::field(blank).is_some_and(|field| field != "name"));
    let form = if whole { &crate::forms::HOLDER_IN_FULL } else { &crate::forms::HOLDER };
    let given = Answers { before: "answers.".to_owned(), answers: typed, ..Answers::default() };
    let answered = forms::answer(tx, form, new.person, &given).await?;
    known(tx, &text, &answered, &mut values)?;
    let holder = answered.value("name").unwrap_or_default().to_owned();
    // The audit line holds personal values masked.
    tx.on_behalf_of(mask::name(&holder));
    let opening = process::open(tx, &PAPER, &place, |_| label(&item.name, &holder), Move::default()).await?;
    let content = Content { template: text, values, basis: item.basis(), body: None };
    let row = ActiveModel {
        item: Set(item.id),
        item_county: Set(item.county),
        item_code: Set(item.code),
        item_edition: Set(item.edition),
        item_name: Set(item.name),
        two_persons: Set(item.two_persons),
        wet_signature: Set(item.wet_signature),
        issuer: Set(item.issuer),
        purpose: Set(purpose),
        person: Set(new.person),
        holder: Set(holder),
        agent: Set(agent.map(|name| name.expose().to_owned())),
        content: Set(Some(sealed(tx, opening.id, &content)?)),
        verification: Set(item.verification),
        licence_type: Set(item.licence_type),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    tx.note("item", &row.item_code);
    tx.note("edition", row.item_edition);
    tx.note("use", &row.purpose);
    match new.verified {
        Some(seen) => verify(tx, &row, seen).await,
        None => Ok(row),
    }
}

/// A paper is good for one purpose, and its item says for which.
fn one_of_its_purposes(item: &Item, wanted: Option<&str>) -> Result<String> {
    let purposes = item.purposes();
    if purposes.is_empty() {
        return Err(refuse(
            "certificates.paper.no_purpose",
            Text::new(
                "目录没有写明这份证明的用途，暂不能出具：请目录管理员提出写明用途的新版次",
                "the catalogue names no purpose for this paper, so that it cannot be issued: its editor proposes an edition that does",
            ),
        )
        .rule("CERT.BASIS")
        .source(Text::new("民发〔2020〕20号：逐项写明办理用途", "民发〔2020〕20号: each item names its purpose"))
        .who(Text::new("目录管理员", "the catalogue's editor"))
        .into());
    }
    purpose_of(&purposes, wanted).ok_or_else(|| {
        let named = purposes.join("、");
        let why = say!("请从目录准许的用途中选择：{named}", "choose a purpose that the catalogue allows: {named}");
        invalid("purpose", "certificates.paper.purpose", why)
    })
}

type Typed = (BTreeMap<String, String>, BTreeMap<String, String>);

/// Answers of the base data by the fields of the form, and those of the paper's own blanks.
fn sorted(text: &str, answers: &[(String, String)]) -> Result<Typed> {
    let blanks = template::blanks(text);
    let (mut typed, mut own) = (BTreeMap::new(), BTreeMap::new());
    let mut faults = Faults::default();
    for (n, (blank, answer)) in answers.iter().enumerate() {
        let blank = blank.trim();
        match template::field(blank) {
            _ if !blanks.contains(&blank) || template::OWN.contains(&blank) => {
                let asked: Vec<&str> = blanks.iter().copied().filter(|blank| template::is_asked(blank)).collect();
                let asked = asked.join("、");
                let why = say!(
                    "正文没有“{blank}”这一项要填；要填的是：{asked}",
                    "the text does not ask for '{blank}'; it asks for: {asked}"
                );
                faults.add(format!("answers.{n}.blank"), "certificates.paper.blank", why);
            }
            Some(field) => drop(typed.insert(field.to_owned(), answer.clone())),
            None => {
                let answer = faults.text(&format!("answers.{n}.text"), answer, 300);
                own.insert(blank.to_owned(), answer);
            }
        }
    }
    let open = blanks.iter().filter(|blank| template::is_asked(blank) && !own.contains_key(**blank));
    let open: Vec<&str> = open.copied().collect();
    if faults.is_empty() && !open.is_empty() {
        let open = open.join("、");
        faults.add(
            "answers",
            "certificates.paper.blanks",
            say!("正文还要填：{open}", "the text also asks for: {open}"),
        );
    }
    faults.check()?;
    Ok((typed, own))
}

/// Fills the blanks that base data fills: numbers masked, codes by what they stand for.
fn known(ctx: &Ctx, text: &str, answered: &Answered, values: &mut BTreeMap<String, String>) -> Result<()> {
    let mut faults = Faults::default();
    for (blank, field, id) in template::KNOWN {
        if !template::blanks(text).contains(&blank) {
            continue;
        }
        let (Some(element), Some(value)) = (element::find(id), answered.value(field)) else {
            let why = say!("基础数据没有“{blank}”，请填写", "base data does not know {blank}: fill it in");
            faults.add("answers", "certificates.paper.blanks", why);
            continue;
        };
        let said = seal::label(ctx, element, value).map(|text| text.zh.into_owned());
        values.insert(blank.to_owned(), said.unwrap_or_else(|| seal::masked(element, value)));
    }
    faults.check()
}

fn sealed(ctx: &Ctx, id: Uuid, content: &Content) -> Result<Vec<u8>> {
    ctx.app.keyring.seal("certificates.paper", id.as_bytes(), &serde_json::to_vec(content)?)
}

/// What a paper says.
pub(crate) fn content(ctx: &Ctx, row: &Model) -> Result<Content> {
    let plain = ctx.app.keyring.open(CONTENT, row.id.as_bytes(), row.content.as_deref().unwrap_or_default())?;
    Ok(serde_json::from_slice(&plain)?)
}

/// The same, to be kept.
pub(super) fn keep(ctx: &Ctx, row: &Model, content: &Content) -> Result<Option<Vec<u8>>> {
    sealed(ctx, row.id, content).map(Some)
}

/// Records how it was verified. Where the catalogue asks for one person only, it can be issued now.
pub(crate) async fn verify(tx: &mut Tx, row: &Model, given: Seen) -> Result<Model> {
    let mut faults = Faults::default();
    let seen = faults.text("seen", &given.seen, 500);
    let planned = row.verification.as_deref().and_then(Verification::parse);
    let how = match (planned, given.how) {
        (Some(planned), Some(how)) if planned != how => {
            let why = Text::new("目录另有规定的核实方式", "the catalogue says to verify it in another way");
            faults.add("method", "certificates.paper.method", why);
            None
        }
        (None, None) => {
            faults.add("method", "base.field.missing", Text::new("请填写此项", "fill in this field"));
            None
        }
        (planned, how) => how.or(planned),
    };
    faults.check()?;
    let row = process::advance::<Entity>(tx, row, VERIFY, Move::default()).await?;
    let (by, name) = (tx.actor.account, tx.actor.name.clone());
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::Verification, Expr::value(how.map(Verification::as_str).map(str::to_owned)))
            .col_expr(Column::Seen, Expr::value(Some(seen)))
            .col_expr(Column::Query, Expr::value(given.query))
            .col_expr(Column::VerifiedBy, Expr::value(by))
            .col_expr(Column::VerifiedByName, Expr::value(Some(name)))
    })
    .await?;
    let open = process::open_actions::<Entity>(tx, &row).await?;
    if !row.two_persons && open.iter().any(|step| step.action == PASS) {
        return process::advance::<Entity>(tx, &row, PASS, Move::default()).await;
    }
    Ok(row)
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    match action {
        ISSUE => return issue::issue(tx, row).await,
        REVOKE => return revoke(tx, row, reason).await,
        APPROVE => process::only_another_person(tx, row.verified_by, APPROVING)?,
        PASS if row.two_persons => return Err(takes_two()),
        _ => {}
    }
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    if action == APPROVE {
        let name = tx.actor.name.clone();
        return process::set::<Entity>(tx, &row, |u| u.col_expr(Column::ApprovedByName, Expr::value(Some(name)))).await;
    }
    Ok(row)
}

/// Whoever verified a paper that takes two persons does not approve it (rule `CERT.APPROVE.OTHER_PERSON`).
const APPROVING: Other = Other {
    rule: "CERT.APPROVE.OTHER_PERSON",
    permission: APPROVE,
    code: "certificates.paper.own_work",
    message: Text::new("这份证明是您核实的，须由他人审批", "you verified this paper: somebody else approves it"),
};

fn takes_two() -> jizuo_kernel::Error {
    refuse(
        "certificates.paper.two_persons",
        Text::new(
            "目录写明这份证明须两人办理，请由他人审批",
            "the catalogue says that this paper takes two persons: let the other one approve it",
        ),
    )
    .rule("CERT.APPROVE.OTHER_PERSON")
    .into()
}

/// Refuses an application: never without the reason, and never without where to go instead.
pub(crate) async fn decline(tx: &mut Tx, row: &Model, reason: String, next_door: &str) -> Result<Model> {
    let mut faults = Faults::default();
    let next_door = faults.text("next_door", next_door, 300);
    faults.text("reason", &reason, 500);
    faults.check()?;
    let how = Move { reason: Some(reason.clone()), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, REFUSE, how).await?;
    let (now, by) = (tx.now, tx.actor.name.clone());
    process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::EndedBecause, Expr::value(Some(reason.trim().to_owned())))
            .col_expr(Column::EndedByName, Expr::value(Some(by)))
            .col_expr(Column::RefusedAt, Expr::value(Some(now)))
            .col_expr(Column::NextDoor, Expr::value(Some(next_door)))
    })
    .await
}

async fn revoke(tx: &mut Tx, row: &Model, reason: Option<String>) -> Result<Model> {
    let how = Move { reason: reason.clone(), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, REVOKE, how).await?;
    let (now, by) = (tx.now, tx.actor.name.clone());
    let row = process::set::<Entity>(tx, &row, |u| {
        u.col_expr(Column::EndedBecause, Expr::value(reason.map(|text| text.trim().to_owned())))
            .col_expr(Column::EndedByName, Expr::value(Some(by)))
            .col_expr(Column::RevokedAt, Expr::value(Some(now)))
    })
    .await?;
    tell(tx, "certificates.paper.revoked", &row)?;
    Ok(row)
}

/// What happened to a paper, without whose it is.
pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "number": row.number, "item": row.item_code, "edition": row.item_edition, "place": place.code,
        "valid_until": row.valid_until,
    });
    tx.emit(topic, &Subject::new("certificates.paper", row.id), &payload)
}

/// The papers of somebody of the base data.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
        .filter(Column::Person.eq(person))
        .order_by_desc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            kind: "certificates.paper".to_owned(),
            id: row.id,
            label: row.number.unwrap_or(row.item_name),
            role: Text::new("证明持有人", "whose paper it is"),
            at: row.opened_at,
            open: row.closed_at.is_none(),
        })
        .collect())
}
