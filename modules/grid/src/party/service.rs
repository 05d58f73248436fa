//! What may be done with the parties that co-operate in an incident, and when not.

use std::collections::HashMap;

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::identity::grants;
use jizuo_kernel::people::entity::organisation;
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Matter, Move};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::PARTY;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::incident::entity::{Column as IncidentColumn, Entity as Incidents, Model as Incident};
use crate::incident::service::Severity;

const FINISH: &str = "grid.party.finish";

pub(super) fn label(code: &str, title: &str, name: &str) -> String {
    format!("{code} {title}（{name}）")
}

/// Who is asked: an organisation, where it is one, and the account that acts for it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) organisation: Option<Uuid>,
    pub(crate) contact: Uuid,
}

/// Somebody who can be asked.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) organisation: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) contact: Uuid,
    pub(crate) contact_name: String,
}

/// Those who are asked, with their names: organisations of the county, each by an account that holds the permission there.
pub(crate) async fn named(
    tx: &Tx,
    place: &Place,
    asked: &[Asked],
    permission: &str,
    field: &str,
) -> Result<Vec<Named>> {
    let mut faults = Faults::default();
    let organisations = organisations(tx, place, asked.iter().filter_map(|one| one.organisation).collect()).await?;
    let contacts: Vec<Uuid> = asked.iter().map(|one| one.contact).collect();
    let accounts = grants::who_may(tx, &contacts, permission, place).await?;
    let mut found = Vec::new();
    for (n, one) in asked.iter().enumerate() {
        let at = |part: &str| part_of(field, n, part);
        let contact = accounts.get(&one.contact);
        if contact.is_none() {
            let name = &place.name;
            let why = say!(
                "此人在{name}没有“{permission}”权限，请从列表选择",
                "this account does not hold {permission} at {name}; choose from the list"
            );
            faults.add(at("contact"), "grid.party.contact", why);
        }
        let name = match one.organisation {
            None => contact.cloned(),
            Some(id) => organisations.get(&id).cloned(),
        };
        if name.is_none() && one.organisation.is_some() {
            faults.add(at("organisation"), "grid.party.organisation", NO_ORGANISATION);
        }
        if let (Some(name), Some(contact_name)) = (name, contact) {
            let contact_name = contact_name.clone();
            found.push(Named { organisation: one.organisation, name, contact: one.contact, contact_name });
        }
    }
    for (n, one) in found.iter().enumerate() {
        if found[..n].iter().any(|other| same(other, one.organisation, one.contact)) {
            faults.add(part_of(field, n, "contact"), "grid.party.twice", TWICE);
        }
    }
    faults.check()?;
    Ok(found)
}

pub(crate) const NO_ORGANISATION: Text =
    Text::new("本县没有这个单位，或已撤销", "the county has no such organisation, or it is dissolved");
const TWICE: Text = Text::new("同一单位已经请过", "this one has been asked already");

/// Of several, `with.0.contact` for the field `with.*`; of one, `party.contact`.
fn part_of(field: &str, n: usize, part: &str) -> String {
    format!("{}.{part}", field.replace('*', &n.to_string()))
}

fn same(one: &Named, organisation: Option<Uuid>, contact: Uuid) -> bool {
    if organisation.is_some() { one.organisation == organisation } else { one.contact == contact }
}

/// The names of organisations of the county that are there.
pub(crate) async fn organisations(ctx: &Tx, place: &Place, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = organisation::Entity::within(&Scope::counties(vec![place.chain()]))
        .filter(organisation::Column::Id.is_in(ids))
        .filter(organisation::Column::Standing.eq(PRESENT))
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

const PRESENT: &str = "present";
/// More than these are not looked through in a list.
const MOST: u64 = 500;

/// The organisations that may be asked at a place: those of the place and of the places above it in the county.
pub(super) async fn near(ctx: &Ctx) -> Result<Vec<organisation::Model>> {
    let place = ctx.place()?;
    let above: Vec<i32> = ctx.snapshot.places.lineage(place.id).iter().map(|place| place.id).collect();
    let rows = organisation::Entity::within(&Scope::counties(vec![place.chain()]))
        .filter(organisation::Column::Standing.eq(PRESENT))
        .filter(organisation::Column::Place.is_in(above))
        .order_by_asc(organisation::Column::Id)
        .limit(MOST)
        .all(ctx.db())
        .await?;
    Ok(rows)
}

/// The parties of an incident, in the order in which they were asked.
pub(crate) async fn of(ctx: &Ctx, incident: &Incident) -> Result<Vec<Model>> {
    let rows = Entity::within(&Scope::counties(vec![incident.county]))
        .filter(Column::Incident.eq(incident.id))
        .order_by_asc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows)
}

/// Asks parties to co-operate. The caller has locked the incident.
pub(crate) async fn ask(tx: &mut Tx, incident: &Incident, asked: &[Asked], field: &str) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let place = tx.snapshot.places.place(incident.place)?;
    let found = named(tx, &place, asked, FINISH, field).await?;
    let there: Vec<Model> = of(tx, incident).await?.into_iter().filter(|row| row.phase != "done").collect();
    if let Some(n) = found.iter().position(|one| there.iter().any(|row| same(one, row.organisation, row.contact))) {
        let mut faults = Faults::default();
        faults.add(part_of(field, n, "contact"), "grid.party.twice", TWICE);
        faults.check()?;
    }
    let mut rows = Vec::new();
    for one in found {
        let how =
            Move { assignee: Some(one.contact), pace: Severity::parse(&incident.severity).pace(), ..Move::default() };
        let named = |_: &_| label(&incident.code, &incident.title, &one.name);
        let opening = process::open(tx, &PARTY, &place, named, how).await?;
        rows.push(ActiveModel {
            incident: Set(incident.id),
            code: Set(incident.code.clone()),
            title: Set(incident.title.clone()),
            severity: Set(incident.severity.clone()),
            organisation: Set(one.organisation),
            name: Set(one.name),
            contact: Set(one.contact),
            contact_name: Set(one.contact_name),
            objection: Set(None),
            outcome: Set(None),
            ..ActiveModel::opened(&opening)
        });
    }
    Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Asks one more while the lead is at work.
pub(super) async fn ask_one(tx: &mut Tx, incident: &Incident, asked: Asked, note: Option<&str>) -> Result<Incident> {
    let mut faults = Faults::default();
    let note = faults.said("note", note, 400);
    faults.check()?;
    going_on(incident)?;
    // The incident's row is locked by the note, so that it is not said to be handled meanwhile.
    let said = ("grid.party.ask", Text::new("请求协同", "Asked to co-operate"));
    let incident = process::note::<Incidents>(tx, incident, said, note, |u| u).await?;
    ask(tx, &incident, &[asked], "party").await?;
    Ok(incident)
}

/// Somebody has it, and it is not said to be handled.
fn going_on(incident: &Incident) -> Result<()> {
    if ["dispatched", crate::process::SUSPENDED, "extension_asked"].contains(&incident.state.as_str()) {
        return Ok(());
    }
    Err(refuse(
        "grid.party.not_going_on",
        Text::new(
            "事件不在处置中，不能请求协同",
            "the incident is not being handled: nobody is asked to co-operate now",
        ),
    )
    .rule("grid.party.ask")
    .source(Text::new("平台规则：协同的是处置中的事件", "platform rule: others co-operate while it is handled"))
    .who(Text::new("先派单；已处置的先核查", "dispatch it first; what is handled is verified first"))
    .current(serde_json::json!({ "state": incident.state }))
    .into())
}

/// Refuses to call an incident handled while a party is at work, or its objection unanswered.
pub(crate) async fn all_answered(tx: &Tx, incident: &Incident) -> Result<()> {
    let open: Vec<Model> = of(tx, incident).await?.into_iter().filter(|row| row.phase != "done").collect();
    if open.is_empty() {
        return Ok(());
    }
    let names = open.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join("、");
    let now: Vec<_> = open.iter().map(|row| serde_json::json!({ "name": row.name, "state": row.state })).collect();
    Err(refuse(
        "grid.incident.parties_open",
        say!(
            "协同单位还没有办完，或者异议还没有答复：{names}",
            "these have not done their part, or their objection is not answered: {names}"
        ),
    )
    .rule("grid.incident.handle")
    .source(Text::new(
        "北京市接诉即办工作条例第十四条：首接单位牵头，相关单位配合",
        "Beijing Regulation on Handling Complaints at Once, Article 14: the first unit leads, the others co-operate",
    ))
    .who(Text::new(
        "协同单位办结后；或由调度员答复异议（再请、改请、不再协同）",
        "once they have done it, or the dispatcher answers the objection: asks again, replaces it, or lets it go",
    ))
    .current(now)
    .into())
}

async fn incident_of(tx: &Tx, row: &Model) -> Result<Incident> {
    let county = Scope::counties(vec![row.county]);
    let found = Incidents::within(&county).filter(IncidentColumn::Id.eq(row.incident)).one(tx.db()).await?;
    found.ok_or(Error::NotFound("incident"))
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(super) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    match action {
        "grid.party.join" => {
            only_the_contact(tx, row)?;
            advance(tx, row, action, reason, Some(row.contact)).await
        }
        "grid.party.object" => {
            only_the_contact(tx, row)?;
            // To the dispatcher, whoever that is, and never to the reporter.
            let objected = advance(tx, row, action, reason.clone(), None).await?;
            process::set::<Entity>(tx, &objected, |u| u.col_expr(Column::Objection, Expr::value(reason))).await
        }
        "grid.party.ask_again" => {
            once_more(tx, row).await?;
            advance(tx, row, action, reason, Some(row.contact)).await
        }
        _ => advance(tx, row, action, reason, None).await,
    }
}

async fn advance(
    tx: &mut Tx,
    row: &Model,
    action: &str,
    reason: Option<String>,
    assignee: Option<Uuid>,
) -> Result<Model> {
    let how = Move { reason, assignee, pace: Severity::parse(&row.severity).pace(), ..Move::default() };
    process::advance::<Entity>(tx, row, action, how).await
}

/// The incident still waits for it. Its row is locked, so that it is not said to be handled meanwhile.
async fn once_more(tx: &mut Tx, row: &Model) -> Result<Incident> {
    let incident = incident_of(tx, row).await?;
    going_on(&incident)?;
    process::amend::<Incidents>(tx, &incident, |u| u).await
}

/// Says what the party did.
pub(super) async fn finish(tx: &mut Tx, row: &Model, outcome: &str) -> Result<Model> {
    only_the_contact(tx, row)?;
    let mut faults = Faults::default();
    let outcome = faults.text("outcome", outcome, 500);
    faults.check()?;
    let row = advance(tx, row, FINISH, Some(outcome.clone()), None).await?;
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::Outcome, Expr::value(Some(outcome)))).await
}

/// Asks another in its place.
pub(super) async fn replace(tx: &mut Tx, row: &Model, by: Asked, reason: String) -> Result<Model> {
    let incident = once_more(tx, row).await?;
    let replaced = advance(tx, row, "grid.party.replace", Some(reason), None).await?;
    ask(tx, &incident, &[by], "by").await?;
    Ok(replaced)
}

/// What has ended needs nobody's co-operation any more.
pub(crate) async fn let_go(tx: &mut Tx, payload: &serde_json::Value) -> Result<()> {
    let Some(id) = payload["id"].as_str().and_then(|id| id.parse::<Uuid>().ok()) else { return Ok(()) };
    let open = Entity::within(&tx.scope).filter(Column::Incident.eq(id)).filter(Column::Phase.ne("done"));
    for row in open.all(tx.db()).await? {
        step(tx, &row, "grid.party.release", Some("事件已办结".to_owned())).await?;
    }
    Ok(())
}

fn only_the_contact(tx: &Tx, row: &Model) -> Result<()> {
    if tx.actor.account == Some(row.contact) {
        return Ok(());
    }
    let name = &row.contact_name;
    Err(refuse(
        "grid.party.not_contact",
        say!("由该单位的联络人{name}办理", "{name}, who acts for this party, has to say so"),
    )
    .rule(Entity::KIND)
    .source(Text::new("平台规则：协同单位由其联络人代表", "platform rule: a party is spoken for by its contact"))
    .who(Text::new("联络人；或由调度员改请", "the contact, or the dispatcher asks another"))
    .into())
}
