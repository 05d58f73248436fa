//! What is answered to a form: only what was to be asked is taken, and it flows back with its source.

use std::collections::BTreeMap;

use chrono::Days;
use uuid::Uuid;

use super::counters::{self, Uses};
use super::fill::{Filled, FilledField, Standing, fill};
use super::form::{Ask, Field, Form};
use crate::error::{Basis, Faults, FieldError};
use crate::people::facts::{self, Outcome, Provenance};
use crate::people::{seal, sources};
use crate::{Ctx, Result, Text, Tx, say};

/// What somebody answered, by field.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Stands before the names of fields in faults: `parties.0.`
    pub before: String,
    pub answers: BTreeMap<String, String>,
    /// Stale fields whose value still holds.
    pub confirm: Vec<String>,
    /// Known fields that the person says otherwise, and why; the value is among the answers.
    pub differs: BTreeMap<String, String>,
}

/// What a form has now.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Plain values by field, elements and the form's own alike. Whoever reads them answers for where they go.
    pub values: BTreeMap<&'static str, String>,
    /// Fields that were filled in from base data.
    pub reused: Vec<&'static str>,
    /// What became of the values that flowed back, by field.
    pub outcomes: Vec<(&'static str, Outcome)>,
}

impl Answered {
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }
}

/// The law that forbids to collect anew what sharing gives.
const ONCE: Basis = Text::new(
    "政务数据共享条例第十九条：通过共享能够获取的，不得重复收集",
    "Government Data Sharing Regulations, Article 19: what sharing gives must not be collected again",
);

/// A value that flows back.
struct Flow {
    field: &'static Field,
    value: String,
    /// What stands now is taken as stale, so that its confirmation renews it.
    renews: bool,
}

/// Takes the answers to a form, in the caller's write. Known and fresh elements are reused; what is typed or confirmed is
/// recorded as the person's statement; the form's own fields come back.
pub async fn answer(tx: &mut Tx, form: &'static Form, id: Uuid, given: &Answers) -> Result<Answered> {
    let filled = fill(tx.ctx(), form, id).await?;
    let mut faults = Faults::default();
    let before = &given.before;
    let names = given.answers.keys().chain(&given.confirm).chain(given.differs.keys());
    for name in names.filter(|name| form.field(name).is_none()) {
        let why = say!("表单没有“{name}”这一项", "the form has no field {name}");
        faults.add(format!("{before}{name}"), "base.form.field", why);
    }
    let mut values = BTreeMap::new();
    let mut reused = Vec::new();
    let mut flows = Vec::new();
    let mut uses = Uses::default();
    for found in &filled.fields {
        let name = found.field.name;
        let at = format!("{before}{name}");
        let typed = given.answers.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let differs = given.differs.get(name);
        let confirmed = given.confirm.iter().any(|confirmed| confirmed == name);
        if let Some(fault) = out_of_order(tx, &filled, found, &at, typed, differs.is_some(), confirmed)? {
            faults.push(fault);
            continue;
        }
        if let Some(reason) = differs {
            faults.text(&at, reason, 200);
        }
        match (typed, found.field.element()) {
            (Some(text), Some(element)) => {
                if let Some(value) = faults.take(&at, element.check(text, tx.today())) {
                    uses.typed.push(&element.id);
                    flows.push(Flow { field: found.field, value: value.clone(), renews: false });
                    values.insert(name, value);
                }
            }
            (Some(text), None) => {
                let Ask::Own { kind, max_length, .. } = &found.field.ask else { continue };
                match kind.check(text, *max_length) {
                    Ok(value) => drop(values.insert(name, value)),
                    Err(why) => faults.add(at, "base.form.own", why),
                }
            }
            (None, element) => {
                if let (Some(fact), Some(element)) = (&found.fact, element)
                    && (found.standing == Standing::Known || confirmed)
                {
                    let value = seal::open(tx, fact)?;
                    uses.reused.push(&element.id);
                    reused.push(name);
                    if confirmed {
                        flows.push(Flow { field: found.field, value: value.clone(), renews: true });
                    }
                    values.insert(name, value);
                } else if found.field.required {
                    faults.add(at, "base.field.missing", missing(found));
                }
            }
        }
    }
    faults.check()?;
    let outcomes = flow_back(tx, &filled, flows).await?;
    let mut note = |name: &str, value: serde_json::Value| tx.note(&format!("{before}{name}"), value);
    note("form", form.id.into());
    note("purpose", form.purpose.zh.as_ref().into());
    note(form.subject.as_str(), id.to_string().into());
    note("reused", reused.clone().into());
    note("typed", outcomes.iter().map(|(name, _)| *name).collect::<Vec<_>>().into());
    if !given.differs.is_empty() {
        note("differs", serde_json::to_value(&given.differs)?);
    }
    counters::count(tx, filled.subject.county, form.id, &uses);
    Ok(Answered { values, reused, outcomes })
}

async fn flow_back(tx: &mut Tx, filled: &Filled, flows: Vec<Flow>) -> Result<Vec<(&'static str, Outcome)>> {
    if flows.is_empty() {
        return Ok(Vec::new());
    }
    let how = Provenance {
        source: sources::the_person()?,
        observed_on: tx.today(),
        basis: filled.form.basis(),
        import: None,
        valid_until: None,
        rank: None,
    };
    let mut known = facts::known_to_change(tx, &[filled.subject]).await?;
    let renewed: Vec<&str> =
        flows.iter().filter(|flow| flow.renews).filter_map(|flow| Some(flow.field.element()?.id.as_str())).collect();
    for fact in known.iter_mut().filter(|fact| renewed.contains(&fact.element.as_str())) {
        // This form may want it fresher than the fact itself says; what is confirmed is observed anew.
        fact.valid_until = tx.today().checked_sub_days(Days::new(1));
    }
    let values: Vec<facts::Value> =
        flows.iter().filter_map(|flow| Some((flow.field.element()?, flow.value.clone()))).collect();
    let mut changes = facts::Changes::default();
    let outcomes = facts::plan(tx, &mut changes, &filled.subject, &known, &values, &how)?;
    facts::write(tx, changes).await?;
    Ok(flows.iter().map(|flow| flow.field.name).zip(outcomes).collect())
}

/// What may not be answered: what is known already, what needs a consent first, what the caller may not collect.
fn out_of_order(
    ctx: &Ctx,
    filled: &Filled,
    found: &FilledField,
    at: &str,
    typed: Option<&str>,
    differs: bool,
    confirmed: bool,
) -> Result<Option<FieldError>> {
    let fault = |code: &'static str, why: Text| Some(FieldError::new(at, code, why));
    if confirmed && found.standing != Standing::Stale {
        let why = Text::new("此项无需确认", "this needs no confirmation");
        return Ok(fault("base.form.confirm", why));
    }
    if differs && (typed.is_none() || found.standing != Standing::Known) {
        let why = Text::new(
            "只有已有而本人说法不同的项才填写理由，并同时填写本人所说的内容",
            "a reason goes with a known field that the person says otherwise, together with what they say",
        );
        return Ok(fault("base.form.differs", why));
    }
    Ok(match found.standing {
        Standing::Known if typed.is_some() && !differs => Some(known_already(ctx, found, at)?),
        Standing::ConsentMissing if typed.is_some() || found.field.required => {
            let id = filled.form.id;
            let mut missing = FieldError::new(
                at,
                "base.form.consent",
                say!(
                    "需先取得本人（不满十四周岁的为监护人）对“{id}”的同意，或留空",
                    "the person (under 14: the guardian) has not consented to {id}: record a consent first, or leave it out"
                ),
            );
            missing.source = Some(Text::new(
                "个人信息保护法第十三条、第三十一条",
                "Personal Information Protection Law, Articles 13 and 31",
            ));
            Some(missing)
        }
        Standing::NotPermitted if typed.is_some() || found.field.required => {
            let who = ctx.app.registry.holders(seal::SENSITIVE);
            let (zh, en) = (&who.zh, &who.en);
            fault(
                "base.form.not_permitted",
                say!("敏感信息须由有权限的人员办理：{zh}", "a sensitive element is dealt with by who may see it: {en}"),
            )
        }
        _ => None,
    })
}

/// Where the datum is, how old, and who may say otherwise.
fn known_already(ctx: &Ctx, found: &FilledField, at: &str) -> Result<FieldError> {
    let title = found.field.title();
    let (zh, en) = (&title.zh, &title.en);
    let Some(fact) = &found.fact else {
        return Ok(FieldError::new(at, "base.form.known", Text::new("此项已有", "this is known already")));
    };
    let shown = seal::shown(ctx, fact)?;
    let source = sources::title(&fact.source);
    let (source_zh, source_en) = (&source.zh, &source.en);
    let (collector, on) = (&fact.collector, fact.observed_on);
    let days = (ctx.today() - on).num_days();
    let name = found.field.name;
    let mut fault = FieldError::new(
        at,
        "base.form.known",
        say!(
            "“{zh}”已有（{shown}；来源：{source_zh}，{collector} 于 {on} 采集，距今 {days} 天），不得再问。本人说法不同的，由经办人在 differs 的 \
             {name} 中写明理由后登记；来源之间的冲突由数据管理员核定",
            "{en} is known ({shown}; source: {source_en}, collected by {collector} on {on}, {days} days ago) and must not be asked \
             again. If the person says otherwise, whoever files it gives the reason in differs.{name}; the data officer settles \
             between sources"
        ),
    );
    fault.source = Some(ONCE);
    Ok(fault)
}

fn missing(found: &FilledField) -> Text {
    match found.standing {
        Standing::Stale => {
            Text::new("请确认仍然正确，或填写新的内容", "confirm that it still holds, or type what is right")
        }
        _ => Text::new("请填写此项", "fill in this field"),
    }
}
