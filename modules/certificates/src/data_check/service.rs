//! How a data check is made: what is needed is read, the department is asked while no transaction is open, and what became of it
//! is written down, also where nothing did.

use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use jizuo_kernel::error::{Faults, internal, refuse};
use jizuo_kernel::forms::{self, Form, Standing};
use jizuo_kernel::module::Held;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Subject, Text, Tx, invalid, say};
use jizuo_standards::mask;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::catalogue;
use crate::connector::{self, Connector, Failure, Said, Whom};
use crate::item::purpose_of;
use crate::source::entity::Model as Source;
use crate::source::kind::Ground;
use crate::source::mapping::{Answered, Mapping, Outcome};
use crate::source::service::answering;

pub(crate) const RUN: &str = "certificates.check.run";

/// For what the answer is sealed.
const ANSWER: &str = "certificates.query";

/// What is to be checked.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// Code, id or name of an item.
    pub(crate) item: String,
    pub(crate) person: Uuid,
    /// Left out where the source has only one.
    pub(crate) purpose: Option<String>,
}

/// What a source is asked, and where that is recorded.
pub(crate) struct Question {
    pub(crate) place: Arc<Place>,
    /// Code and name.
    pub(crate) item: (String, String),
    pub(crate) person: Uuid,
    pub(crate) purpose: String,
    /// The paper that is to be verified, where it is for one.
    pub(crate) paper: Option<Uuid>,
}

/// All that is needed to ask, and to write down what became of it.
pub(crate) struct Prepared {
    source: Source,
    connector: Box<dyn Connector>,
    mapping: Mapping,
    form: &'static Form,
    name: String,
    /// Nobody where the base data lacks an element that the source is asked with.
    whom: Option<Whom>,
    question: Question,
}

/// What became of a query.
pub(crate) struct Found {
    outcome: Outcome,
    failure: Option<Failure>,
    shown: Vec<Answered>,
    took: Duration,
}

impl Found {
    pub(crate) fn confirms(&self) -> bool {
        self.outcome == Outcome::Confirmed
    }
}

/// Reads what is needed, and refuses what may not be asked: before anything of the person leaves the house.
pub(crate) async fn prepare(ctx: &Ctx, new: New) -> Result<Prepared> {
    let place = ctx.place()?.clone();
    jizuo_kernel::counties::takes_new(ctx, &place, "certificates")?;
    let mut faults = Faults::default();
    let asked = faults.text("item", &new.item, 100);
    faults.check()?;
    let entries = catalogue::in_force(ctx).await?;
    let found = catalogue::look_up(ctx, &entries, &asked)?.into_iter().find(|found| found.exact);
    let entry = found.map(|found| found.entry).ok_or_else(|| {
        invalid(
            "item",
            "certificates.check.item",
            say!("目录里没有正好叫“{asked}”的事项", "no item of the catalogue is called exactly '{asked}'"),
        )
    })?;
    let source = answering(ctx, &entry.code).await?.ok_or_else(|| no_source(&entry))?;
    let purpose = one_of_its_purposes(&source, new.purpose.as_deref())?;
    let item = (entry.code, entry.name.zh.into_owned());
    ready(ctx, source, Question { place, item, person: new.person, purpose, paper: None }).await
}

/// The same where item, person and purpose are settled.
pub(crate) async fn ready(ctx: &Ctx, source: Source, question: Question) -> Result<Prepared> {
    ctx.require(RUN, &question.place)?;
    let form = match Ground::parse(&source.ground) {
        Ground::StatutoryDuty => &crate::forms::CHECK_BY_DUTY,
        Ground::Consent => &crate::forms::CHECK_BY_CONSENT,
    };
    let mapping = source.mapping()?;
    let filled = forms::fill(ctx, form, question.person).await?;
    let whom = whom(ctx, &filled, &wanted(&source, &mapping))?;
    let connector = connector::of(ctx, &source)?;
    let name = filled.name;
    Ok(Prepared { source, connector, mapping, form, name, whom, question })
}

/// The elements that a source is asked with, and whether it can do without.
fn wanted(source: &Source, mapping: &Mapping) -> Vec<(String, bool)> {
    if source.http.is_some() {
        return mapping.request.iter().map(|field| (field.element.clone(), true)).collect();
    }
    vec![("person.identity_number".to_owned(), true), ("person.name".to_owned(), false)]
}

/// The values of these elements alone; nobody where one is missing. What the person has not agreed to is refused.
fn whom(ctx: &Ctx, filled: &forms::Filled, wanted: &[(String, bool)]) -> Result<Option<Whom>> {
    let mut whom = Whom::new();
    for (id, needed) in wanted {
        let field = filled.fields.iter().find(|one| one.field.element().is_some_and(|element| element.id == *id));
        let Some(field) = field else { return Err(internal(format!("{id} is on no form"))) };
        if field.standing == Standing::ConsentMissing {
            return Err(no_consent(filled.form));
        }
        match filled.value(ctx, field.field.name)? {
            Some(value) => drop(whom.insert(id.clone(), value)),
            None if *needed => return Ok(None),
            None => {}
        }
    }
    Ok(Some(whom))
}

fn no_source(entry: &catalogue::Entry) -> Error {
    let (zh, en) = (&entry.name.zh, &entry.name.en);
    let (next_zh, next_en) = (&entry.next_door.zh, &entry.next_door.en);
    refuse(
        "certificates.check.no_source",
        say!("“{zh}”还没有可以核验的数据。{next_zh}", "there is no data to check '{en}' with yet. {next_en}"),
    )
    .source(Text::new("国务院令第716号第七条", "State Council Order No. 716, Article 7"))
    .who(Text::new("数据来源管理员可以登记部门的接口或表格", "who keeps the sources can describe a department's data"))
    .current(serde_json::json!({ "code": entry.code, "next_door": entry.next_door }))
    .into()
}

fn no_consent(form: &Form) -> Error {
    let id = form.id;
    refuse(
        "certificates.check.consent",
        say!(
            "需先取得本人（不满十四周岁的为监护人）对“{id}”的同意；不同意的，照常受理其证照或承诺",
            "the person (under 14: the guardian) has to consent to {id} first; who does not is served by licence or commitment"
        ),
    )
    .source(Text::new(
        "个人信息保护法第十三条、第二十三条、第三十一条",
        "Personal Information Protection Law, Articles 13, 23 and 31",
    ))
    .who(Text::new("本人或监护人", "the person or the guardian"))
    .into()
}

/// What was shared for one purpose is used for no other.
fn one_of_its_purposes(source: &Source, wanted: Option<&str>) -> Result<String> {
    let purposes = source.purposes();
    purpose_of(&purposes, wanted).ok_or_else(|| {
        let named = purposes.join("、");
        let why = say!(
            "数据只能用于：{named}（国务院令第716号第七条）",
            "the data may be used for: {named} (State Council Order No. 716, Article 7)"
        );
        invalid("purpose", "certificates.check.purpose", why)
    })
}

/// Asks the department. The caller has no transaction open.
pub(crate) async fn ask(ctx: &Ctx, prepared: &Prepared) -> Result<Found> {
    let start = ctx.app.clock.now();
    let said = match &prepared.whom {
        Some(whom) => prepared.connector.ask(whom).await?,
        None => Err(Failure::Person),
    };
    let read = match said {
        Ok(Said::Values(answer)) => prepared.mapping.read(&answer),
        Ok(Said::Nobody) => Ok((Outcome::Unknown, Vec::new())),
        Ok(Said::SomebodyElse) => Ok((Outcome::Differs, Vec::new())),
        Err(failure) => Err(failure),
    };
    let took = ctx.app.clock.now() - start;
    Ok(match read {
        Ok((outcome, shown)) => Found { outcome, failure: None, shown, took },
        Err(failure) => Found { outcome: Outcome::Failed, failure: Some(failure), shown: Vec::new(), took },
    })
}

/// Writes down what became of it.
pub(crate) async fn record(tx: &mut Tx, prepared: &Prepared, found: &Found) -> Result<Model> {
    let (id, source) = (tx.id(), &prepared.source);
    let Question { place, item: (item, item_name), person, purpose, paper } = &prepared.question;
    let answer = match found.shown.as_slice() {
        [] => None,
        shown => Some(tx.app.keyring.seal("certificates.query", id.as_bytes(), &serde_json::to_vec(shown)?)?),
    };
    let row = ActiveModel {
        county: Set(place.chain()),
        id: Set(id),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        at: Set(tx.now),
        person: Set(*person),
        holder: Set(mask::name(&prepared.name)),
        item: Set(item.clone()),
        item_name: Set(item_name.clone()),
        purpose: Set(purpose.clone()),
        source: Set(source.id),
        source_title: Set(source.title.clone()),
        department: Set(source.department.clone()),
        ground: Set(source.ground.clone()),
        basis: Set(source.basis.clone()),
        data_of: Set(source.handed_over_on),
        outcome: Set(found.outcome.as_str().to_owned()),
        failure: Set(found.failure.map(|failure| failure.as_str().to_owned())),
        took_ms: Set(i32::try_from(found.took.num_milliseconds()).unwrap_or(i32::MAX)),
        answer: Set(answer),
        fallback: Set(source.fallback.clone()),
        next_door: Set(source.next_door.clone()),
        asked_by: Set(tx.actor.account),
        asked_by_name: Set(tx.actor.name.clone()),
        paper: Set(*paper),
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    // The audit line holds personal values masked.
    tx.on_behalf_of(mask::name(&prepared.name));
    tx.note("form", prepared.form.id);
    tx.note("person", row.person);
    tx.note("sent", prepared.whom.iter().flat_map(|whom| whom.keys()).collect::<Vec<_>>());
    tx.note("item", &row.item);
    tx.note("use", &row.purpose);
    tx.note("source", &row.source_title);
    tx.note("outcome", &row.outcome);
    tx.note("failure", &row.failure);
    let payload = serde_json::json!({
        "id": row.id, "place": place.code, "item": row.item, "source": row.source, "outcome": row.outcome, "at": row.at,
    });
    tx.emit("certificates.check.made", &Subject::new("certificates.query", row.id), &payload)?;
    Ok(row)
}

/// What was shown; none once that is forgotten.
pub(crate) fn shown(ctx: &Ctx, row: &Model) -> Result<Vec<Answered>> {
    let Some(sealed) = &row.answer else { return Ok(Vec::new()) };
    let plain = ctx.app.keyring.open(ANSWER, row.id.as_bytes(), sealed)?;
    Ok(serde_json::from_slice(&plain)?)
}

/// One check of the operation's scope.
pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::NotFound("check"))
}

/// Checks of the operation's scope, newest first.
pub(crate) async fn list(ctx: &Ctx, outcome: Option<Outcome>, paging: &Paging) -> Result<Page<Model>> {
    let mut query = Entity::within(&ctx.scope);
    if let Some(outcome) = outcome {
        query = query.filter(Column::Outcome.eq(outcome.as_str()));
    }
    paging.newest(ctx, query, Column::Id).await
}

/// The checks made of somebody of the base data. Nothing about them stays open.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
        .filter(Column::Person.eq(person))
        .order_by_desc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            kind: "certificates.query".to_owned(),
            id: row.id,
            label: format!("{}（{}）", row.item_name, row.department),
            role: Text::new("被核验数据的人", "whose data was checked"),
            at: row.at,
            open: false,
        })
        .collect())
}

/// Answers to forget in one go.
const BATCH: u64 = 1_000;

/// Forgets what was shown more days ago than the county keeps it (rule `CERT.QUERY.KEEP`); that it was asked stays.
pub(crate) async fn forget(tx: &mut Tx) -> Result<u64> {
    let scope = tx.scope.clone();
    let days = i64::from(tx.rule("CERT.QUERY.KEEP")?.number()?);
    let old: Vec<Uuid> = Entity::within(&scope)
        .select_only()
        .column(Column::Id)
        .filter(Column::At.lt(tx.now - Duration::days(days)))
        .filter(Column::Answer.is_not_null())
        .order_by_asc(Column::At)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let gone = Entity::update_within(&scope)
        .col_expr(Column::Answer, Expr::value(None::<Vec<u8>>))
        .filter(Column::Id.is_in(old))
        .exec(tx.db())
        .await?;
    Ok(gone.rows_affected)
}

/// What is done where the data does not settle it. A paper is verified as before there was data.
pub(crate) fn next_door(row: &Model) -> (&str, &str) {
    match row.paper {
        Some(_) => VERIFY_OTHERWISE,
        None => (&row.next_door, &row.next_door),
    }
}

/// In Chinese and in English.
const VERIFY_OTHERWISE: (&str, &str) = (
    "按目录准许的方式上门查看，或核对档案台账，再登记核实",
    "verify the paper by a visit or by records, as the catalogue allows",
);

/// What it means, and what to do next: never a bare no.
pub(crate) fn says(row: &Model) -> Text {
    let department = &row.department;
    let (next, next_en) = next_door(row);
    let of = row.data_of.map(|day: NaiveDate| (format!("（{day} 的数据）"), format!(" as of {day}")));
    let (of_zh, of_en) = of.unwrap_or_default();
    match Outcome::parse(&row.outcome) {
        Outcome::Confirmed if row.paper.is_some() => say!(
            "{department}的数据{of_zh}已核验属实，可以据此核实这份证明。",
            "The data of {department}{of_en} confirms it: the paper is verified by it."
        ),
        Outcome::Confirmed => say!(
            "{department}的数据{of_zh}已核验属实，不用再开证明。",
            "The data of {department}{of_en} confirms it: no paper is needed."
        ),
        Outcome::Differs => say!(
            "与{department}的数据{of_zh}不一致，不等于情况不实；可请该部门核对更正（个人信息保护法第四十六条）。这样办：{next}",
            "The data of {department}{of_en} differs, which does not make it untrue; the department corrects what is wrong (Personal Information Protection Law, Article 46). Now: {next_en}"
        ),
        Outcome::Unknown => say!(
            "{department}没有相关记录{of_zh}，不等于情况不实。这样办：{next}",
            "{department} has no record{of_en}, which does not make it untrue. Now: {next_en}"
        ),
        Outcome::Failed => say!(
            "暂时核验不了，不影响办事，请照常受理。这样办：{next}",
            "It cannot be checked now, which holds nobody up. Now: {next_en}"
        ),
    }
}
