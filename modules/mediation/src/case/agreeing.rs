//! How an agreement comes about and takes effect: an oral one on the day it is reached, a written one with the last
//! signature or the seal.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::clock::china_date;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Error, Result, Scope, Scoped, Text, Tx, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::agreement::{self, Form, Settles, Signature};
use super::entity::{Column, Entity, Model};
use super::party;
use super::service::{not_refused, tell};

/// What the parties agreed on.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) content: String,
    /// In fen.
    pub(crate) amount: Option<i64>,
    pub(crate) settles: Vec<Settles>,
    /// Now, unless said.
    pub(crate) reached_at: Option<DateTime<Utc>>,
}

/// The most money an agreement can be about: ten billion yuan.
const MOST: i64 = 1_000_000_000_000;

impl Terms {
    fn check(mut self, tx: &Tx, faults: &mut Faults) -> Terms {
        self.content = faults.text("content", &self.content, 5_000);
        if self.amount.is_some_and(|fen| !(1..=MOST).contains(&fen)) {
            let why = Text::new(
                "金额以分为单位，大于零；没有金额的不填",
                "fen, more than none; leave it out where there is none",
            );
            faults.add("amount", "mediation.agreement.amount", why);
        }
        if self.reached_at.is_some_and(|at| at > tx.now) {
            faults.add("reached_at", "mediation.agreement.future", FUTURE);
        }
        let mut once = Vec::new();
        for settles in self.settles {
            if !once.contains(&settles) {
                once.push(settles);
            }
        }
        self.settles = once;
        self
    }
}

const FUTURE: Text = Text::new("日期不能晚于今天", "this lies in the future");

/// Records an oral agreement: in effect on the day it is reached, without any seal (Articles 28 and 30).
pub(crate) async fn agree_orally(tx: &mut Tx, row: &Model, terms: Terms, acknowledged_by: &[Uuid]) -> Result<Model> {
    not_refused(tx, row)?;
    let parties = party::of(tx.db(), row).await?;
    let mut faults = Faults::default();
    let terms = terms.check(tx, &mut faults);
    party::known(&mut faults, &parties, "acknowledged_by", acknowledged_by);
    faults.check()?;
    let missing = party::missing(&parties, acknowledged_by).join("、");
    if !missing.is_empty() {
        return Err(refuse(
            "mediation.agreement.unacknowledged",
            say!("还没有确认口头协议的当事人：{missing}", "the oral agreement is not yet acknowledged by: {missing}"),
        )
        .source(Text::new("人民调解法第二十八条、第三十条", "People's Mediation Law, Articles 28 and 30"))
        .who(Text::new("各方当事人都确认后，调解员登记", "the mediator, once every party acknowledges it"))
        .into());
    }
    let reached_at = terms.reached_at.unwrap_or(tx.now);
    let on = china_date(reached_at);
    let acknowledged: Vec<Signature> = acknowledged_by.iter().map(|party| Signature { party: *party, on }).collect();
    let how = Move { assignee: row.mediator, ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "mediation.case.agree_orally", how).await?;
    let agreed =
        Agreed { form: Form::Oral, terms, reached_at, acknowledged, effective_on: Some(on), written_from: None };
    insert(tx, &row, agreed).await?;
    tell(tx, "mediation.case.agreed", &row)?;
    in_effect(tx, &row, Form::Oral, on).await
}

/// Records an agreement in writing, to be signed and sealed. Another draft takes the place of one that nobody signed.
pub(crate) async fn agree_in_writing(tx: &mut Tx, row: &Model, terms: Terms) -> Result<Model> {
    not_refused(tx, row)?;
    let mut faults = Faults::default();
    let terms = terms.check(tx, &mut faults);
    faults.check()?;
    let how = Move { assignee: row.mediator, ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "mediation.case.agree_in_writing", how).await?;
    agreement::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(agreement::Column::ReplacedAt, Expr::value(Some(tx.now)))
        .filter(agreement::Column::CaseId.eq(row.id))
        .filter(agreement::Column::ReplacedAt.is_null())
        .exec(tx.db())
        .await?;
    let reached_at = terms.reached_at.unwrap_or(tx.now);
    let acknowledged = Vec::new();
    let agreed =
        Agreed { form: Form::Written, terms, reached_at, acknowledged, effective_on: None, written_from: None };
    insert(tx, &row, agreed).await?;
    tell(tx, "mediation.case.agreed", &row)?;
    Ok(row)
}

/// What makes an agreement in writing take effect.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    pub(crate) signatures: Vec<Signature>,
    pub(crate) mediator_signed_on: Option<NaiveDate>,
    pub(crate) sealed_on: Option<NaiveDate>,
}

/// All parties, the mediator and the seal: in effect on the latest of these days (Article 29).
pub(crate) async fn take_effect(tx: &mut Tx, row: &Model, signing: Signing) -> Result<Model> {
    not_refused(tx, row)?;
    let agreements = agreement::of(tx.db(), row).await?;
    let draft = agreement::current(&agreements).cloned();
    let parties = party::of(tx.db(), row).await?;
    let signed_by: Vec<Uuid> = signing.signatures.iter().map(|signature| signature.party).collect();
    let mut faults = Faults::default();
    party::known(&mut faults, &parties, "signatures", &signed_by);
    let mut days: Vec<(String, NaiveDate)> =
        signing.signatures.iter().enumerate().map(|(n, s)| (format!("signatures.{n}.on"), s.on)).collect();
    days.extend(signing.mediator_signed_on.map(|on| ("mediator_signed_on".to_owned(), on)));
    days.extend(signing.sealed_on.map(|on| ("sealed_on".to_owned(), on)));
    for (field, on) in &days {
        if *on > tx.today() {
            faults.add(field, "mediation.agreement.future", FUTURE);
        } else if draft.as_ref().is_some_and(|draft| *on < china_date(draft.reached_at)) {
            let why = Text::new("日期不能早于达成协议的日期", "this is before the day the agreement was reached");
            faults.add(field, "mediation.agreement.before", why);
        }
    }
    faults.check()?;
    if draft.is_some() {
        nothing_missing(&parties, &signed_by, &signing)?;
    }
    let how = Move { assignee: row.mediator, ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "mediation.case.take_effect", how).await?;
    let draft = draft.ok_or(Error::NotFound("agreement"))?;
    let on = days.iter().map(|(_, on)| *on).max().ok_or(Error::NotFound("signature"))?;
    agreement::Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(agreement::Column::Signatures, Expr::value(serde_json::to_value(&signing.signatures)?))
        .col_expr(agreement::Column::MediatorSignedOn, Expr::value(signing.mediator_signed_on))
        .col_expr(agreement::Column::SealedOn, Expr::value(signing.sealed_on))
        .col_expr(agreement::Column::EffectiveOn, Expr::value(Some(on)))
        .filter(agreement::Column::Id.eq(draft.id))
        .exec(tx.db())
        .await?;
    in_effect(tx, &row, Form::Written, on).await
}

/// Everything that Article 29 asks for, or a refusal that names what is missing.
fn nothing_missing(parties: &[party::Model], signed_by: &[Uuid], signing: &Signing) -> Result<()> {
    let unsigned = party::missing(parties, signed_by);
    let mut zh: Vec<String> = unsigned.iter().map(|name| format!("{name}签名、盖章或者按指印")).collect();
    let mut en: Vec<String> =
        unsigned.iter().map(|name| format!("the signature, seal or fingerprint of {name}")).collect();
    if signing.mediator_signed_on.is_none() {
        zh.push("调解员签名".to_owned());
        en.push("the mediator's signature".to_owned());
    }
    if signing.sealed_on.is_none() {
        zh.push("人民调解委员会印章".to_owned());
        en.push("the committee's seal".to_owned());
    }
    if zh.is_empty() {
        return Ok(());
    }
    let (zh, en) = (zh.join("；"), en.join("; "));
    Err(refuse("mediation.agreement.unsigned", say!("协议还不能生效，缺少：{zh}", "not in effect yet; missing: {en}"))
        .source(Text::new("人民调解法第二十九条", "People's Mediation Law, Article 29"))
        .who(Text::new(
            "签名、盖章齐全后，调解员或者调委会主任",
            "the mediator or the committee's head, once all is there",
        ))
        .into())
}

async fn in_effect(tx: &mut Tx, row: &Model, form: Form, on: NaiveDate) -> Result<Model> {
    let row = process::set::<Entity>(tx, row, |u| {
        u.col_expr(Column::Form, Expr::value(Some(form))).col_expr(Column::EffectiveOn, Expr::value(Some(on)))
    })
    .await?;
    tx.note("form", form);
    tx.note("effective_on", on);
    tell(tx, "mediation.case.effective", &row)?;
    Ok(row)
}

/// Makes a written agreement of the oral one that is in effect: the same content, linked to it. The effect stays with the
/// day of the oral one.
pub(crate) async fn write_down(tx: &mut Tx, row: &Model, asked_by: Uuid) -> Result<Model> {
    let parties = party::of(tx.db(), row).await?;
    let mut faults = Faults::default();
    if !parties.iter().any(|party| party.id == asked_by) {
        let why = Text::new("不是本案的当事人", "this is no party of the case");
        faults.add("asked_by", "mediation.party.unknown", why);
    }
    faults.check()?;
    // First the turn: of two who ask at once, the second finds the written one there.
    let row = process::amend::<Entity>(tx, row, |u| u).await?;
    let agreements = agreement::of(tx.db(), &row).await?;
    let oral = agreements.iter().find(|agreement| agreement.form == Form::Oral && agreement.effective_on.is_some());
    let written = agreements.iter().any(|agreement| agreement.written_from.is_some());
    let Some(oral) = oral.filter(|_| !written) else {
        return Err(refuse(
            "mediation.agreement.not_oral",
            Text::new(
                "只有已生效、还没有书面文本的口头协议可以补做书面协议",
                "only an oral agreement in effect, of which there is no written one yet, can be written down",
            ),
        )
        .source(Text::new("人民调解法第二十八条", "People's Mediation Law, Article 28"))
        .current(serde_json::json!({ "form": row.form, "written": written }))
        .into());
    };
    let agreed = Agreed {
        form: Form::Written,
        terms: Terms {
            content: oral.content.clone(),
            amount: Some(oral.amount),
            settles: oral.settles()?,
            reached_at: None,
        },
        reached_at: oral.reached_at,
        acknowledged: oral.signatures()?,
        effective_on: oral.effective_on,
        written_from: Some(oral.id),
    };
    insert(tx, &row, agreed).await?;
    tx.note("asked_by", asked_by);
    Ok(row)
}

struct Agreed {
    form: Form,
    terms: Terms,
    reached_at: DateTime<Utc>,
    acknowledged: Vec<Signature>,
    effective_on: Option<NaiveDate>,
    written_from: Option<Uuid>,
}

async fn insert(tx: &Tx, case: &Model, agreed: Agreed) -> Result<()> {
    let row = agreement::ActiveModel {
        county: Set(case.county),
        id: Set(tx.id()),
        prefecture: Set(case.prefecture),
        township: Set(case.township),
        village: Set(case.village),
        place: Set(case.place),
        case_id: Set(case.id),
        form: Set(agreed.form),
        content: Set(agreed.terms.content),
        amount: Set(agreed.terms.amount.unwrap_or_default()),
        settles: Set(serde_json::to_value(&agreed.terms.settles)?),
        reached_at: Set(agreed.reached_at),
        signatures: Set(serde_json::to_value(&agreed.acknowledged)?),
        mediator_signed_on: Set(None),
        sealed_on: Set(None),
        effective_on: Set(agreed.effective_on),
        written_from: Set(agreed.written_from),
        replaced_at: Set(None),
        recorded_by_name: Set(tx.actor.name.clone()),
        recorded_at: Set(tx.now),
    };
    agreement::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}
