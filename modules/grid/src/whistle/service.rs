//! What may be done with a whistle and with the departments that it calls, and when not.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Subject, Text, Tx, rules, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::call::{self, Column as CallColumn, Entity as Calls, Model as Call};
use super::entity::{ActiveModel, Column, Entity, Model};
use super::process::{CALL, WHISTLE};
use crate::incident::Satisfaction;
use crate::incident::entity::{Column as IncidentColumn, Entity as Incidents, Model as Incident};
use crate::incident::service::Severity;
use crate::party::service::{Asked, named};

/// What departments are called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = grid::Occasion)]
pub enum Occasion {
    /// What many residents ask for.
    SharedComplaint,
    KeyTask,
    JointEnforcement,
    Emergency,
}

pub(super) fn label(code: &str, title: &str) -> String {
    format!("{code} {title}")
}

pub(super) fn call_label(code: &str, title: &str, name: &str) -> String {
    format!("{code} {title}（{name}）")
}

/// A whistle to be blown.
#[derive(Clone, Debug)]
pub(super) struct New {
    /// A township, or a place in one.
    pub(super) place: Arc<Place>,
    pub(super) occasion: Occasion,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) description: String,
    /// Code of the incident that it is about.
    pub(super) incident: Option<String>,
    pub(super) departments: Vec<Asked>,
}

/// How many can be called at once.
pub(super) const MOST: usize = 20;

pub(super) const TOO_MANY: Text = Text::new("1 至 20 个部门", "from 1 to 20 departments");

const CODE: &str = "CS";
const ARRIVE: &str = "GRID.WHISTLE.ARRIVE";

/// Calls departments.
pub(super) async fn blow(tx: &mut Tx, new: New) -> Result<Model> {
    let mut faults = Faults::default();
    if new.place.kind < Kind::Township {
        let why = Text::new("由乡镇（街道）吹哨", "a township blows the whistle: choose one, or a place in it");
        faults.add("place", "grid.whistle.place", why);
    }
    let title = faults.text("title", &new.title, 60);
    let description = faults.optional_text("description", &new.description, 2_000);
    if new.departments.is_empty() || new.departments.len() > MOST {
        faults.add("departments", "grid.whistle.departments", TOO_MANY);
    }
    let incident = match &new.incident {
        Some(code) => about(tx, &mut faults, &new.place, code).await?,
        None => None,
    };
    faults.check()?;
    tx.require("grid.whistle.blow", &new.place)?;
    let called = named(tx, &new.place, &new.departments, "grid.call.decline", "departments.*").await?;
    let how = Move { pace: new.severity.pace(), ..Move::default() };
    let opening = process::open(tx, &WHISTLE, &new.place, |o| label(&o.code(CODE), &title), how).await?;
    let row = ActiveModel {
        code: Set(opening.code(CODE)),
        occasion: Set(new.occasion),
        severity: Set(new.severity.as_str().to_owned()),
        title: Set(title),
        description: Set(description),
        incident: Set(incident.as_ref().map(|row| row.id)),
        incident_code: Set(incident.map(|row| row.code)),
        blown_by: Set(tx.actor.account),
        blown_by_name: Set(tx.actor.name.clone()),
        result: Set(None),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    let arrive_by = arrive_by(tx, &new.place, new.severity)?;
    let mut calls = Vec::new();
    for one in called {
        let how = Move { pace: new.severity.pace(), assignee: Some(one.contact), ..Move::default() };
        let named = |_: &_| call_label(&row.code, &row.title, &one.name);
        let opening = process::open(tx, &CALL, &new.place, named, how).await?;
        calls.push(call::ActiveModel {
            whistle: Set(row.id),
            code: Set(row.code.clone()),
            title: Set(row.title.clone()),
            organisation: Set(one.organisation),
            name: Set(one.name),
            contact: Set(one.contact),
            contact_name: Set(one.contact_name),
            arrive_by: Set(arrive_by),
            arrived_at: Set(None),
            arrived: Set(None),
            refusal: Set(None),
            finding: Set(None),
            rating: Set(None),
            rating_note: Set(None),
            ..call::ActiveModel::opened(&opening)
        });
    }
    Calls::insert_many(calls).exec_without_returning(tx.db()).await?;
    tell(tx, "grid.whistle.blown", Subject::new("grid.whistle", row.id), row.place, &row.code)?;
    Ok(row)
}

/// By when departments are to be there, whatever steps of its own a county puts before the arrival.
fn arrive_by(ctx: &Ctx, place: &Place, severity: Severity) -> Result<DateTime<Utc>> {
    let rule = match severity.pace() {
        Some(pace) => format!("{ARRIVE}.{}", pace.to_uppercase()),
        None => ARRIVE.to_owned(),
    };
    let rule = rules::in_force(&ctx.app.registry, &ctx.snapshot, place, &rule, ctx.today())?;
    rules::due(ctx, &rule)
}

/// The incident that a whistle is about, as far as the caller may know of it.
async fn about(tx: &Tx, faults: &mut Faults, place: &Place, code: &str) -> Result<Option<Incident>> {
    let code = faults.text("incident", code, 60);
    let county = Scope::counties(vec![place.chain()]);
    let found = Incidents::within(&county).filter(IncidentColumn::Code.eq(code)).one(tx.db()).await?;
    let tree = &tx.snapshot.places;
    let seen = found.filter(|row| tree.get(row.place).is_some_and(|at| tx.holds("grid.incident.read", None, at)));
    if seen.is_none() {
        let why = Text::new("本县没有这个编号的事件", "there is no incident of this county with that code");
        faults.add("incident", "grid.whistle.incident", why);
    }
    Ok(seen)
}

fn tell(tx: &mut Tx, topic: &'static str, subject: Subject, place: i32, code: &str) -> Result<()> {
    let place = tx.snapshot.places.place(place)?;
    let payload = serde_json::json!({ "id": subject.id, "code": code, "place": place.code });
    tx.emit(topic, &subject, &payload)
}

/// The departments that a whistle calls, in their order.
pub(super) async fn calls(ctx: &Ctx, row: &Model) -> Result<Vec<Call>> {
    let rows = Calls::within(&Scope::counties(vec![row.county]))
        .filter(CallColumn::Whistle.eq(row.id))
        .order_by_asc(CallColumn::Id)
        .all(ctx.db())
        .await?;
    Ok(rows)
}

/// Records what came of it, once every department has answered.
pub(super) async fn conclude(tx: &mut Tx, row: &Model, result: &str) -> Result<Model> {
    let mut faults = Faults::default();
    let result = faults.text("result", result, 500);
    faults.check()?;
    let how = Move { reason: Some(result.clone()), ..Move::default() };
    let row = process::advance::<Entity>(tx, row, "grid.whistle.conclude", how).await?;
    let silent: Vec<Call> = calls(tx, &row).await?.into_iter().filter(|one| one.phase == "waiting").collect();
    if !silent.is_empty() {
        let names = silent.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("、");
        return Err(refuse(
            "grid.whistle.not_answered",
            say!("还没有报到，也没有说明：{names}", "these have neither arrived nor said why not: {names}"),
        )
        .rule("grid.whistle.conclude")
        .source(Text::new("北京市街道办事处条例第五条", "Beijing Sub-district Regulation, Article 5"))
        .who(Text::new(
            "部门报到或说明后；逾期的先登记未报到",
            "once they have arrived or said why not; who is late is recorded as absent",
        ))
        .current(silent.iter().map(|one| &one.name).collect::<Vec<_>>())
        .into());
    }
    process::set::<Entity>(tx, &row, |u| u.col_expr(Column::Result, Expr::value(Some(result)))).await
}

/// How the township rates one department.
#[derive(Clone, Debug)]
pub(super) struct Rating {
    pub(super) call: Uuid,
    pub(super) rating: Satisfaction,
    pub(super) note: Option<String>,
}

/// Rates every department that was called: the department, and nobody in it.
pub(super) async fn rate(tx: &mut Tx, row: &Model, ratings: Vec<Rating>) -> Result<Model> {
    let called = calls(tx, row).await?;
    let mut faults = Faults::default();
    let mut notes = Vec::new();
    for (n, one) in ratings.iter().enumerate() {
        let twice = ratings[..n].iter().any(|other| other.call == one.call);
        if twice || !called.iter().any(|call| call.id == one.call) {
            let why = Text::new("不是这次吹哨的部门，或写了两次", "not called by this whistle, or named twice");
            faults.add(format!("ratings.{n}.call"), "grid.whistle.call", why);
        }
        notes.push(faults.said(&format!("ratings.{n}.note"), one.note.as_deref(), 300));
    }
    let missing: Vec<&str> = called
        .iter()
        .filter(|call| !ratings.iter().any(|one| one.call == call.id))
        .map(|call| call.name.as_str())
        .collect();
    if !missing.is_empty() {
        let names = missing.join("、");
        let why = say!("每个部门都要评价，还缺：{names}", "every department is rated; missing: {names}");
        faults.add("ratings", "grid.whistle.ratings", why);
    }
    faults.check()?;
    let rated = process::advance::<Entity>(tx, row, "grid.whistle.rate", Move::default()).await?;
    for (one, note) in ratings.iter().zip(notes) {
        if let Some(call) = called.iter().find(|call| call.id == one.call) {
            process::set::<Calls>(tx, call, |u| {
                u.col_expr(CallColumn::Rating, Expr::value(Some(one.rating)))
                    .col_expr(CallColumn::RatingNote, Expr::value(note))
            })
            .await?;
        }
    }
    Ok(rated)
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(super) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    if action == "grid.whistle.call_off" {
        // Whoever is on the way is told; what was refused stays refused.
        for call in calls(tx, &row).await?.into_iter().filter(|one| one.phase == "waiting") {
            process::advance::<Calls>(tx, &call, "grid.call.stand_down", Move::default()).await?;
        }
    }
    Ok(row)
}

/// Says who came, and when.
pub(super) async fn arrive(tx: &mut Tx, row: &Call, who: &str, at: Option<DateTime<Utc>>) -> Result<Call> {
    if !may_record(tx, row) {
        return Err(not_contact(row));
    }
    let mut faults = Faults::default();
    let who = faults.text("who", who, 100);
    let at = at.unwrap_or(tx.now);
    if at > tx.now || at < row.opened_at {
        let why = Text::new("报到时间应在吹哨以后、现在以前", "after the whistle, and not in the future");
        faults.add("at", "grid.call.time", why);
    }
    faults.check()?;
    let how = Move { reason: Some(who.clone()), ..Move::default() };
    let row = process::advance::<Calls>(tx, row, "grid.call.arrive", how).await?;
    process::set::<Calls>(tx, &row, |u| {
        u.col_expr(CallColumn::Arrived, Expr::value(Some(who))).col_expr(CallColumn::ArrivedAt, Expr::value(Some(at)))
    })
    .await
}

/// The department's contact, or whoever commands where it was called to.
pub(super) fn may_record(ctx: &Ctx, row: &Call) -> bool {
    let there = ctx.snapshot.places.get(row.place);
    ctx.actor.account == Some(row.contact) || there.is_some_and(|place| ctx.holds("grid.whistle.conclude", None, place))
}

fn not_contact(row: &Call) -> jizuo_kernel::Error {
    let name = &row.contact_name;
    refuse(
        "grid.call.not_contact",
        say!("由该部门的联络人{name}办理", "{name}, who acts for this department, has to say so"),
    )
    .source(Text::new("平台规则：部门由其联络人代表", "platform rule: a department is spoken for by its contact"))
    .who(Text::new("联络人；报到也可由吹哨的乡镇登记", "the contact; the township that called may record an arrival"))
    .into()
}

/// Takes one of a call's steps that need nothing but, perhaps, a reason.
pub(super) async fn call_step(tx: &mut Tx, row: &Call, action: &str, reason: Option<String>) -> Result<Call> {
    let keeps = match action {
        "grid.call.decline" => {
            if tx.actor.account != Some(row.contact) {
                return Err(not_contact(row));
            }
            Some(CallColumn::Refusal)
        }
        "grid.call.miss" => {
            only_when_late(tx, row)?;
            None
        }
        "grid.call.examine" => {
            // The county, and no township, looks into what a county's department does.
            tx.require(action, &*tx.snapshot.places.place(row.county)?)?;
            Some(CallColumn::Finding)
        }
        _ => None,
    };
    let how = Move { reason: reason.clone(), ..Move::default() };
    let row = process::advance::<Calls>(tx, row, action, how).await?;
    if action == "grid.call.decline" {
        tell(tx, "grid.call.declined", Subject::new("grid.call", row.id), row.place, &row.code)?;
    }
    match keeps {
        Some(column) => process::set::<Calls>(tx, &row, |u| u.col_expr(column, Expr::value(reason))).await,
        None => Ok(row),
    }
}

/// Who still has time is not absent.
fn only_when_late(tx: &Tx, row: &Call) -> Result<()> {
    if row.arrive_by < tx.now {
        return Ok(());
    }
    let rule = tx.rule(ARRIVE)?;
    Err(refuse("grid.call.in_time", Text::new("报到时限还没有到", "there is still time to arrive"))
        .rule(rule.id)
        .source(rule.basis)
        .who(Text::new("时限过后由吹哨的乡镇登记", "the township that called, once the time is over"))
        .current(serde_json::json!({ "arrive_by": row.arrive_by }))
        .into())
}
