//! What may be done with a deliberation until it was held, and when not. How it ends is in `ending.rs`.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use jizuo_kernel::cases::{self, Handover, Ref};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::process::{self, Matter, Move};
use jizuo_kernel::{Result, Subject, Text, Tx, say};
use jizuo_standards::name::Name;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::ending;
use super::entity::{ActiveModel, Column, Entity, Model, label};
use super::kinds::{Form, Origin, Party};
use crate::deliberating::{DELIBERATION, FIX, HOLD, TELL};

/// What is to be talked over.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) place: Arc<Place>,
    pub(crate) origin: Origin,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) suggested_by: Option<String>,
}

/// What its code begins with: 协商.
const CODE: &str = "XS";

/// Raises a matter.
pub(crate) async fn raise(tx: &mut Tx, new: New) -> Result<Model> {
    let mut faults = Faults::default();
    if new.place.kind < Kind::Township {
        let why = Text::new(
            "请选择到村（社区）；跨村的事项选择到乡镇（街道）",
            "choose the village or community; the township, where several are concerned",
        );
        faults.add("place", "consultation.deliberation.place", why);
    }
    let title = faults.text("title", &new.title, 60);
    let description = faults.optional_text("description", &new.description, 2_000);
    let suggested_by = new.suggested_by.as_deref().and_then(|text| faults.take("suggested_by", Name::parse(text)));
    faults.check()?;
    tx.require("consultation.deliberation.raise", &new.place)?;
    if let Some(name) = &suggested_by {
        // The audit line holds personal values masked.
        tx.on_behalf_of(name.to_string());
    }
    let suggested_by = suggested_by.map(|name| name.expose().to_owned());
    open(tx, New { title, description, suggested_by, ..new }, None).await
}

/// Takes a matter over from another module: what is known there is not typed again, and the case keeps its code.
pub(crate) async fn take_over(tx: &mut Tx, what: &Handover) -> Result<Ref> {
    let new = New {
        place: what.place.clone(),
        origin: Origin::HandedOver,
        title: what.title.clone(),
        description: what.description.clone(),
        suggested_by: what.reported_by.clone(),
    };
    let row = open(tx, new, Some(what.case.clone())).await?;
    Ok(Ref::to::<Entity>(&row))
}

async fn open(tx: &mut Tx, new: New, case: Option<String>) -> Result<Model> {
    let named = |code: String| label(&code, &new.title);
    let opening = process::open(tx, &DELIBERATION, &new.place, |o| named(o.code(CODE)), Move::default()).await?;
    let code = opening.code(CODE);
    let case_code = match case {
        Some(code) => code,
        None => {
            let label = named(code.clone());
            let this = Ref { module: "consultation".to_owned(), kind: Entity::KIND.to_owned(), id: opening.id, label };
            cases::open(tx, &this, &new.place)
        }
    };
    let row = ActiveModel {
        code: Set(code),
        case_code: Set(case_code),
        origin: Set(new.origin),
        title: Set(new.title),
        description: Set(new.description),
        suggested_by: Set(new.suggested_by),
        raised_by_name: Set(tx.actor.name.clone()),
        form: Set(None),
        parties: Set(serde_json::json!([])),
        told_on: Set(None),
        held_on: Set(None),
        venue: Set(None),
        opinions: Set(None),
        agreed: Set(serde_json::json!([])),
        dissent: Set(None),
        explanation: Set(None),
        carried_out: Set(None),
        fed_back_on: Set(None),
        next_door: Set(None),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    tell(tx, "consultation.deliberation.raised", &row)?;
    Ok(row)
}

/// The topic as it is fixed.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub(crate) form: Form,
    pub(crate) parties: Vec<Party>,
    /// In other words than it was raised in, where it needs them.
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
}

/// The fewest and the most who take part.
const PARTIES: std::ops::RangeInclusive<usize> = 2..=50;

/// Fixes the topic and who takes part.
pub(crate) async fn fix(tx: &mut Tx, row: &Model, topic: Topic) -> Result<Model> {
    let mut faults = Faults::default();
    if !PARTIES.contains(&topic.parties.len()) {
        let why = Text::new("请写明 2 至 50 个参加方", "name two to fifty parties that take part");
        faults.add("parties", "consultation.deliberation.parties", why);
    }
    let parties: Vec<Party> = topic
        .parties
        .iter()
        .enumerate()
        .map(|(n, party)| Party { name: faults.text(&format!("parties.{n}.name"), &party.name, 60), ..party.clone() })
        .collect();
    let title = faults.said("title", topic.title.as_deref(), 60).unwrap_or_else(|| row.title.clone());
    let description = faults.said("description", topic.description.as_deref(), 2_000);
    let description = description.unwrap_or_else(|| row.description.clone());
    faults.check()?;
    // The next task is called what the topic is called now.
    let named = Model { title, description, ..row.clone() };
    let row = process::advance::<Entity>(tx, &named, FIX, Move::default()).await?;
    process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::Title, Expr::value(named.title))
            .col_expr(Column::Description, Expr::value(named.description))
            .col_expr(Column::Form, Expr::value(topic.form))
            .col_expr(Column::Parties, Expr::value(serde_json::json!(parties)))
    })
    .await
}

/// When and where it is held.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) held_on: NaiveDate,
    pub(crate) venue: String,
    /// Today, unless given.
    pub(crate) told_on: Option<NaiveDate>,
}

/// Records that the parties were told what it is about, where and when.
pub(crate) async fn announce(tx: &mut Tx, row: &Model, notice: Notice) -> Result<Model> {
    let mut faults = Faults::default();
    let today = tx.today();
    let venue = faults.text("venue", &notice.venue, 100);
    let told_on = notice.told_on.unwrap_or(today.min(notice.held_on));
    if notice.held_on > today.checked_add_days(Days::new(366)).unwrap_or(today) {
        let why = Text::new("协商日期最晚在一年以内", "it is held within a year");
        faults.add("held_on", "consultation.deliberation.held_on", why);
    }
    if told_on > today || told_on > notice.held_on {
        let why = Text::new(
            "应当在协商前告知：告知日期不能晚于今天，也不能晚于协商日期",
            "people are told beforehand: at the latest today, and not after the day",
        );
        faults.add("told_on", "consultation.deliberation.told_on", why);
    }
    faults.check()?;
    let row = process::advance::<Entity>(tx, row, TELL, Move::default()).await?;
    process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::HeldOn, Expr::value(Some(notice.held_on)))
            .col_expr(Column::ToldOn, Expr::value(Some(told_on)))
            .col_expr(Column::Venue, Expr::value(Some(venue)))
    })
    .await
}

/// What was said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) opinions: String,
    pub(crate) agreed: Vec<String>,
    pub(crate) dissent: Option<String>,
    pub(crate) explanation: Option<String>,
}

/// The most points that are agreed on at once.
const MOST_POINTS: usize = 20;

/// Records opinions and what was agreed on. Nobody is counted: a deliberation makes opinions, and no resolution.
pub(crate) async fn hold(tx: &mut Tx, row: &Model, said: Said) -> Result<Model> {
    let mut faults = Faults::default();
    let opinions = faults.text("opinions", &said.opinions, 2_000);
    if said.agreed.len() > MOST_POINTS {
        let why = say!("最多 {MOST_POINTS} 条", "{MOST_POINTS} points at most");
        faults.add("agreed", "consultation.deliberation.agreed", why);
    }
    let points = said.agreed.iter().take(MOST_POINTS).enumerate();
    let agreed: Vec<String> = points.map(|(n, point)| faults.text(&format!("agreed.{n}"), point, 200)).collect();
    let dissent = faults.said("dissent", said.dissent.as_deref(), 1_000);
    let explanation = faults.said("explanation", said.explanation.as_deref(), 1_000);
    faults.check()?;
    let row = process::advance::<Entity>(tx, row, HOLD, Move::default()).await?;
    if let Some(day) = row.held_on.filter(|day| tx.today() < *day) {
        let why = say!(
            "定于 {day} 协商，还没有到日子；提前的，请先改期",
            "it is held on {day}; put it to another day if it is held before"
        );
        return Err(refuse("consultation.deliberation.too_early", why)
            .source(Text::new(
                "中办发〔2015〕41号：通过多种方式，向参与协商的各方提前通报协商内容和有关信息",
                "Zhongbanfa [2015] No. 41: those who take part are told beforehand",
            ))
            .who(tx.app.registry.holders("consultation.deliberation.postpone"))
            .into());
    }
    let row = process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::Opinions, Expr::value(Some(opinions)))
            .col_expr(Column::Agreed, Expr::value(serde_json::json!(agreed)))
            .col_expr(Column::Dissent, Expr::value(dissent))
            .col_expr(Column::Explanation, Expr::value(explanation))
    })
    .await?;
    tell(tx, "consultation.deliberation.held", &row)?;
    Ok(row)
}

/// Takes one of the steps that need nothing but, perhaps, a reason.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    ending::closed(tx, row).await
}

/// No title, no names, nothing of what was said: who may read the feed is not always who may read the matter.
pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "code": row.code, "case": row.case_code, "place": place.code, "origin": row.origin,
        "form": row.form, "state": row.state,
    });
    tx.emit(topic, &Subject::new("consultation.deliberation", row.id), &payload)
}
