//! Erasing what is known of a person: values, sealed or not, and their marks go; that there was a value, and from whom, stays.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, UpdateMany};
use uuid::Uuid;

use super::entity::{arrival, consent, fact, household, person, request};
use super::facts::ERASED;
use super::{Standing, Subject, project};
use crate::error::{invalid, refuse};
use crate::module::Held;
use crate::process::task;
use crate::{Ctx, Result, Scope, Scoped, Text, Tx, say};

/// What stands where a name was.
pub(crate) const GONE: &str = "已删除";

/// What the modules and the base hold that names a person.
pub(crate) async fn matters(ctx: &Ctx, person: &person::Model) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for module in ctx.app.registry.modules() {
        if let Some(hook) = module.held {
            held.extend(hook(ctx, person.id).await?);
        }
    }
    Ok(held)
}

/// Erases some elements of a person, or everything where none is named. Refused while a matter is open that needs the person.
/// `why` goes to the facts: the code of a request, a rule. The request that is granted by it, if any, is closed by this very
/// write and stands in nobody's way.
pub(crate) async fn erase(
    tx: &mut Tx,
    person: &person::Model,
    elements: Option<&[String]>,
    why: &str,
    granted: Option<Uuid>,
) -> Result<()> {
    match elements {
        Some(elements) => some(tx, person, elements, why).await,
        None => all(tx, person, why, granted).await,
    }
}

async fn some(tx: &mut Tx, person: &person::Model, elements: &[String], why: &str) -> Result<()> {
    if elements.iter().any(|element| element == "person.name") {
        return Err(invalid(
            "elements",
            "base.person.erase.name",
            Text::new(
                "姓名不能单独删除：没有姓名的档案无法辨认；可申请删除全部",
                "a name is not erased alone: nobody could tell whose record it is; ask for all to be erased",
            ),
        ));
    }
    let own = Scope::counties(vec![person.county]);
    project::lock(tx, &[Subject::from(person)]).await?;
    let gone = emptied(tx, fact::Entity::update_within(&own), why)
        .filter(fact::Column::Subject.eq(person.id))
        .filter(fact::Column::Element.is_in(elements.iter().map(String::as_str)))
        .exec(tx.db())
        .await?;
    let values: project::Values = elements.iter().map(|element| (element.clone(), None)).collect();
    project::rows(tx, &BTreeMap::from([(Subject::from(person), values)])).await?;
    tx.note("erased", elements);
    tx.note("values", gone.rows_affected);
    Ok(())
}

fn emptied(tx: &Tx, update: UpdateMany<fact::Entity>, why: &str) -> UpdateMany<fact::Entity> {
    use fact::Column;
    update
        .col_expr(Column::Value, Expr::value(None::<String>))
        .col_expr(Column::Sealed, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::Mark, Expr::value(None::<String>))
        .col_expr(Column::OnBehalfOf, Expr::value(None::<String>))
        .col_expr(Column::Standing, Expr::value(ERASED))
        .col_expr(Column::EndedAt, Expr::value(Some(tx.now)))
        .col_expr(Column::EndedBy, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::EndedWhy, Expr::value(Some(why.to_owned())))
        .filter(Column::Standing.ne(ERASED))
}

async fn all(tx: &mut Tx, person: &person::Model, why: &str, granted: Option<Uuid>) -> Result<()> {
    project::lock(tx, &[Subject::from(person)]).await?;
    not_while_open(tx, person, granted).await?;
    let own = Scope::counties(vec![person.county]);
    let gone = emptied(tx, fact::Entity::update_within(&own), why)
        .filter(fact::Column::Subject.eq(person.id))
        .exec(tx.db())
        .await?;
    person::Entity::update_within(&own)
        .col_expr(person::Column::Name, Expr::value(GONE))
        .col_expr(person::Column::Initials, Expr::value(""))
        .col_expr(person::Column::Sex, Expr::value(None::<String>))
        .col_expr(person::Column::BirthDate, Expr::value(None::<chrono::NaiveDate>))
        .col_expr(person::Column::IdentityMark, Expr::value(None::<String>))
        .col_expr(person::Column::Standing, Expr::value(Standing::Erased.as_str()))
        .col_expr(person::Column::StandingSince, Expr::value(tx.today()))
        .col_expr(person::Column::Version, Expr::value(person.version + 1))
        .col_expr(person::Column::ChangedAt, Expr::value(tx.now))
        .filter(person::Column::Id.eq(person.id))
        .exec(tx.db())
        .await?;
    household::Entity::update_within(&own)
        .col_expr(household::Column::HeadName, Expr::value(GONE))
        .filter(household::Column::Head.eq(person.id))
        .exec(tx.db())
        .await?;
    let heads = household::Entity::within(&own)
        .filter(household::Column::Head.eq(person.id))
        .select_only()
        .column(household::Column::Id)
        .into_tuple::<Uuid>()
        .all(tx.db())
        .await?;
    emptied(tx, fact::Entity::update_within(&own), why)
        .filter(fact::Column::Subject.is_in(heads))
        .filter(fact::Column::Element.eq("household.head_name"))
        .exec(tx.db())
        .await?;
    consent::Entity::update_within(&own)
        .col_expr(consent::Column::Guardian, Expr::value(None::<String>))
        .col_expr(consent::Column::GuardianRelation, Expr::value(None::<String>))
        .col_expr(consent::Column::WithdrawnAt, Expr::value(Some(tx.now)))
        .filter(consent::Column::Person.eq(person.id))
        .exec(tx.db())
        .await?;
    arrival::Entity::update_within(&own)
        .col_expr(arrival::Column::Name, Expr::value(GONE))
        .filter(arrival::Column::Person.eq(person.id))
        .exec(tx.db())
        .await?;
    forget_requests(tx, person, &own).await?;
    tx.note("erased", "all");
    tx.note("values", gone.rows_affected);
    Ok(())
}

/// That somebody asked stays on the record, and what became of it; not who it was.
async fn forget_requests(tx: &Tx, person: &person::Model, own: &Scope) -> Result<()> {
    let requests = request::Entity::update_within(own)
        .col_expr(request::Column::PersonName, Expr::value(GONE))
        .col_expr(request::Column::AskedBy, Expr::value(GONE))
        .col_expr(request::Column::OnBehalfOf, Expr::value(None::<String>))
        .col_expr(request::Column::Detail, Expr::value(""))
        .col_expr(request::Column::Answer, Expr::value(None::<String>))
        .filter(request::Column::Person.eq(person.id))
        .exec_with_returning(tx.db())
        .await?;
    for request in requests {
        task::Entity::update_within(own)
            .col_expr(task::Column::Label, Expr::value(format!("{} {GONE}", request.code)))
            .filter(task::Column::Matter.eq(request.id))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// An open matter needs the person, whatever becomes of their data afterwards.
async fn not_while_open(tx: &Tx, person: &person::Model, granted: Option<Uuid>) -> Result<()> {
    let mut open = matters(tx, person).await?;
    open.retain(|matter| matter.open && Some(matter.id) != granted);
    let Some(first) = open.first() else { return Ok(()) };
    let label = &first.label;
    Err(refuse(
        "base.person.erase.open",
        say!(
            "还有未办结的事项涉及本人（{label}），办结后才能删除",
            "an open matter concerns this person ({label}); what is known of them is erased once it is closed"
        ),
    )
    .source(Text::new(
        "个人信息保护法第四十七条：处理目的已实现、无法实现或者不再必要的，才应当删除",
        "Personal Information Protection Law, Article 47: erased once the purpose is reached or no longer needs it",
    ))
    .who(Text::new("事项办结后，原操作人即可办理", "the same person, once that matter is closed"))
    .current(open)
    .into())
}
