//! What may be done with a request, and when not.

use std::collections::BTreeMap;

use jizuo_standards::element;
use jizuo_standards::name::Name;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::process::REQUEST;
use crate::error::{Basis, Faults};
use crate::people::entity::{person, request};
use crate::people::erasure;
use crate::people::facts::{self, Provenance};
use crate::people::sources;
use crate::process::{self, Move};
use crate::{Error, Result, Scoped, Text, Tx, say};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataRight)]
pub(crate) enum Right {
    /// To see what is held (Article 45).
    Access,
    /// A copy of it (Article 45).
    Copy,
    /// To have it put right (Article 46).
    Correct,
    /// To have it erased (Article 47).
    Delete,
    /// To have the rules of its handling explained (Article 48).
    Explain,
}

impl Right {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Right::Access => "access",
            Right::Copy => "copy",
            Right::Correct => "correct",
            Right::Delete => "delete",
            Right::Explain => "explain",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Right> {
        [Right::Access, Right::Copy, Right::Correct, Right::Delete, Right::Explain]
            .into_iter()
            .find(|right| right.as_str() == text)
    }

    pub(crate) fn source(self) -> Basis {
        match self {
            Right::Access | Right::Copy => {
                Text::new("个人信息保护法第四十五条", "Personal Information Protection Law, Article 45")
            }
            Right::Correct => Text::new("个人信息保护法第四十六条", "Personal Information Protection Law, Article 46"),
            Right::Delete => Text::new("个人信息保护法第四十七条", "Personal Information Protection Law, Article 47"),
            Right::Explain => Text::new("个人信息保护法第四十八条", "Personal Information Protection Law, Article 48"),
        }
    }
}

/// Where somebody can go who is refused.
pub(crate) const COMPLAIN: Text = Text::new(
    "对答复不服的，可以向县级网信部门等履行个人信息保护职责的部门投诉、举报（个人信息保护法第六十五条），也可以依法向人民法院提起诉讼（第五十条）",
    "Who does not agree may complain to the department in charge of personal information protection (Personal Information \
     Protection Law, Article 65), or go to court (Article 50)",
);

/// A request as it is made.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) person: Uuid,
    pub(crate) right: Right,
    pub(crate) elements: Vec<String>,
    pub(crate) detail: String,
    /// Who asks for the person, and as what: a relative, a guardian.
    pub(crate) asked_by: Option<(String, String)>,
}

/// What its code begins with.
const CODE: &str = "QL";

/// Takes a request, of the person or of somebody for them.
pub(crate) async fn ask(tx: &mut Tx, new: New) -> Result<request::Model> {
    let person = person(tx, new.person).await?;
    let place = tx.snapshot.places.place(person.place)?;
    tx.require("base.request.open", &place)?;
    let mut faults = Faults::default();
    for (n, id) in new.elements.iter().enumerate() {
        if element::find(id).is_none_or(|element| !element.id.starts_with("person.")) {
            let why = say!("没有数据元“{id}”", "there is no element {id} of persons");
            faults.add(format!("elements.{n}"), "base.request.element", why);
        }
    }
    if new.right == Right::Correct && new.elements.is_empty() {
        let why = Text::new("请说明要更正哪几项", "say which elements are wrong");
        faults.add("elements", "base.request.elements", why);
    }
    let detail = faults.optional_text("detail", &new.detail, 1_000);
    let asked_by = new.asked_by.as_ref().map(|(name, relation)| {
        let name = faults.take("asked_by.name", Name::parse(name));
        let relation = faults.text("asked_by.relation", relation, 50);
        format!("{}（{relation}）", name.map(|name| name.expose().to_owned()).unwrap_or_default())
    });
    faults.check()?;
    if asked_by.is_some() {
        tx.on_behalf_of(Name::parse(&person.name).map(|name| name.to_string()).unwrap_or_default());
    }
    tx.note("right", new.right.as_str());
    let label = |opening: &process::Opening| format!("{} {}", opening.code(CODE), person.name);
    let opening = process::open(tx, &REQUEST, &place, label, Move::default()).await?;
    let row = request::ActiveModel {
        code: Set(opening.code(CODE)),
        person: Set(person.id),
        person_name: Set(person.name.clone()),
        right: Set(new.right.as_str().to_owned()),
        elements: Set(serde_json::to_value(&new.elements)?),
        detail: Set(detail),
        on_behalf_of: Set(asked_by.is_some().then(|| person.name.clone())),
        asked_by: Set(asked_by.unwrap_or_else(|| person.name.clone())),
        outcome: Set(None),
        answer: Set(None),
        ..request::ActiveModel::opened(&opening)
    };
    Ok(request::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// How it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) answer: String,
    /// What is right, of a correction.
    pub(crate) values: BTreeMap<String, String>,
}

/// Grants it: a correction is recorded and settled, an erasure is done; the answer says so.
pub(crate) async fn answer(tx: &mut Tx, row: &request::Model, how: Answer) -> Result<request::Model> {
    let right = right(row)?;
    let elements: Vec<String> = serde_json::from_value(row.elements.clone())?;
    let mut faults = Faults::default();
    let text = faults.text("answer", &how.answer, 2_000);
    let mut values = Vec::new();
    for (id, value) in &how.values {
        match element::find(id).filter(|_| elements.contains(id)) {
            Some(element) => {
                if let Some(value) = faults.take(&format!("values.{id}"), element.check(value, tx.today())) {
                    values.push((element, value));
                }
            }
            None => faults.add(
                format!("values.{id}"),
                "base.request.element",
                Text::new("申请中没有这一项", "the request does not name this element"),
            ),
        }
    }
    match right {
        Right::Correct if how.values.is_empty() => {
            faults.add("values", "base.request.values", Text::new("请填写更正后的内容", "give what is right"))
        }
        Right::Correct => {}
        _ if !how.values.is_empty() => faults.add(
            "values",
            "base.request.values",
            Text::new("只有更正申请才填写此项", "only a correction has values"),
        ),
        _ => {}
    }
    faults.check()?;
    let after =
        process::advance::<request::Entity>(tx, row, "base.request.answer", Move { reason: None, ..Move::default() })
            .await?;
    let person = person(tx, row.person).await?;
    match right {
        Right::Correct => correct(tx, &person, row, &values).await?,
        Right::Delete if elements.is_empty() => erasure::erase(tx, &person, None, &row.code, Some(row.id)).await?,
        Right::Delete => erasure::erase(tx, &person, Some(&elements), &row.code, Some(row.id)).await?,
        Right::Access | Right::Copy | Right::Explain => {}
    }
    process::set::<request::Entity>(tx, &after, |update| {
        update
            .col_expr(request::Column::Outcome, Expr::value(Some("granted")))
            .col_expr(request::Column::Answer, Expr::value(Some(text)))
    })
    .await
}

async fn correct(tx: &mut Tx, person: &person::Model, row: &request::Model, values: &[facts::Value]) -> Result<()> {
    let subject = facts::Subject::from(person);
    let how = Provenance {
        source: sources::the_person()?,
        observed_on: tx.today(),
        basis: facts::Basis::StatutoryDuty,
        import: None,
        valid_until: None,
        rank: None,
    };
    facts::record_all(tx, &subject, values, &how).await?;
    let known = facts::known(tx, &[subject]).await?;
    for (element, value) in values {
        let said: Vec<_> = known.iter().filter(|fact| fact.element == element.id).collect();
        if said.len() < 2 {
            continue;
        }
        // Another source says otherwise: the correction has been looked into, and decides between them.
        for fact in said {
            if facts::open(tx, fact)? == *value {
                facts::settle(tx, &subject, fact.id, &format!("{} 更正申请已核实", row.code)).await?;
                break;
            }
        }
    }
    tx.note("corrected", values.iter().map(|(element, _)| element.id.as_str()).collect::<Vec<_>>());
    Ok(())
}

/// Refuses it. An erasure is refused only by a law that demands keeping, which is named.
pub(crate) async fn refuse(
    tx: &mut Tx,
    row: &request::Model,
    reason: String,
    law: Option<String>,
) -> Result<request::Model> {
    let mut faults = Faults::default();
    let said = faults.text("reason", &reason, 500);
    let law = faults.said("law", law.as_deref(), 200);
    if right(row)? == Right::Delete && law.is_none() {
        let mut fault = crate::error::FieldError::new(
            "law",
            "base.request.law",
            Text::new(
                "拒绝删除须写明要求保存的法律、行政法规条款",
                "an erasure is refused only by a law that demands keeping: name it with its article",
            ),
        );
        fault.source = Some(Right::Delete.source());
        faults.push(fault);
    }
    faults.check()?;
    let how = Move { reason: Some(said.clone()), ..Move::default() };
    let row = process::advance::<request::Entity>(tx, row, "base.request.refuse", how).await?;
    let answer = match law {
        Some(law) => format!("{said}（依据：{law}）"),
        None => said,
    };
    process::set::<request::Entity>(tx, &row, |update| {
        update
            .col_expr(request::Column::Outcome, Expr::value(Some("refused")))
            .col_expr(request::Column::Answer, Expr::value(Some(answer)))
    })
    .await
}

/// Takes a step that asks for nothing.
pub(crate) async fn step(
    tx: &mut Tx,
    row: &request::Model,
    action: &str,
    reason: Option<String>,
) -> Result<request::Model> {
    process::advance::<request::Entity>(tx, row, action, Move { reason, ..Move::default() }).await
}

fn right(row: &request::Model) -> Result<Right> {
    Right::parse(&row.right).ok_or_else(|| crate::error::internal(format!("the right {} is none", row.right)))
}

async fn person(tx: &Tx, id: Uuid) -> Result<person::Model> {
    person::Entity::within(&tx.scope)
        .filter(person::Column::Id.eq(id))
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("person"))
}
