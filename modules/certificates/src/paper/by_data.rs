//! A paper that a department's data verifies: asked now, or by a check that was made before. What was seen is written from the
//! check, and what the department answered in detail stays there.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::clock::china_minute;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::process::{self, StepDef};
use jizuo_kernel::{Ctx, Error, Result, Text, Tx, invalid, say};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{Entity, Model};
use super::service::{self, Seen};
use crate::data_check::entity::Model as Check;
use crate::data_check::for_paper;
use crate::data_check::service::{self as checks, Prepared, Question};
use crate::item::Verification;
use crate::process::VERIFY;
use crate::source::entity::Model as Source;
use crate::source::mapping::Outcome;
use crate::source::service::answering;

/// A data check of the paper's person and item.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::PaperCheckMade)]
pub(crate) struct Made {
    pub(crate) id: Uuid,
    /// What it is chosen by; absent where it cannot verify the paper now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Text>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) department: String,
    pub(crate) source_title: String,
    /// As of which day the data is, where it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_of: Option<NaiveDate>,
    pub(crate) outcome: Outcome,
    /// Whether it verified the paper.
    pub(crate) verified: bool,
    /// Leads to it.
    #[schema(extensions(("x-shows" = json!("link"))), example = "/checks/0192f0c0-0000-7000-8000-000000000001")]
    pub(crate) check: String,
}

/// What departments' data says for a paper.
pub(crate) struct ByData {
    pub(crate) made: Vec<Made>,
    /// Whether one can be asked now.
    pub(crate) can_ask: bool,
}

/// What is known by data, and what can be, where the caller may take these steps.
pub(crate) async fn of(ctx: &Ctx, row: &Model, open: &[StepDef]) -> Result<ByData> {
    let open = open.iter().any(|step| step.action == VERIFY) && may_be_by_data(row);
    let made = for_paper::made(ctx, row).await?.into_iter().map(|check| Made {
        id: check.id,
        name: (open && check.outcome == Outcome::Confirmed.as_str()).then(|| named(&check)),
        at: check.at,
        outcome: Outcome::parse(&check.outcome),
        verified: row.query == Some(check.id),
        check: format!("/checks/{}", check.id),
        department: check.department,
        source_title: check.source_title,
        data_of: check.data_of,
    });
    let made = made.collect();
    let can_ask = open && source(ctx, row).await?.is_some_and(|source| serves(&source, row));
    Ok(ByData { made, can_ask })
}

fn named(check: &Check) -> Text {
    let (at, department, source) = (china_minute(check.at), &check.department, &check.source_title);
    say!("{at} {department}“{source}”：属实", "{at} {department}, {source}: confirmed")
}

/// Not where the catalogue says another way.
fn may_be_by_data(row: &Model) -> bool {
    row.verification.as_deref().is_none_or(|how| how == Verification::Data.as_str())
}

async fn source(ctx: &Ctx, row: &Model) -> Result<Option<Source>> {
    answering(ctx, &row.item_code).await
}

fn serves(source: &Source, row: &Model) -> bool {
    source.purposes().contains(&row.purpose)
}

/// Reads what is needed to ask about the paper, and refuses what may not be asked: before anything of the person leaves the house.
pub(crate) async fn prepare(ctx: &Ctx, row: &Model) -> Result<Prepared> {
    process::step_of::<Entity>(ctx, row, VERIFY).await?;
    if !may_be_by_data(row) {
        return Err(other_way(row));
    }
    let source = source(ctx, row).await?.ok_or_else(|| no_source(row))?;
    if !serves(&source, row) {
        return Err(other_purpose(&source, row));
    }
    let question = Question {
        place: ctx.snapshot.places.place(row.place)?,
        item: (row.item_code.clone(), row.item_name.clone()),
        person: row.person,
        purpose: row.purpose.clone(),
        paper: Some(row.id),
    };
    checks::ready(ctx, source, question).await
}

/// Verifies the paper by a check that confirms it.
pub(crate) async fn verify(tx: &mut Tx, row: &Model, check: &Check) -> Result<Model> {
    let (at, department, source) = (china_minute(check.at), &check.department, &check.source_title);
    let of = check.data_of.map(|day| format!("（{day}的数据）")).unwrap_or_default();
    let seen = format!("{at}经{department}“{source}”核验{of}：属实");
    tx.note("query", check.id);
    service::verify(tx, row, Seen { how: Some(Verification::Data), seen, query: Some(check.id) }).await
}

/// Verifies the paper by a check that was made before; `how` and `seen` are not typed beside it.
pub(crate) async fn verify_from(
    tx: &mut Tx,
    row: &Model,
    id: Uuid,
    how: Option<Verification>,
    seen: Option<&str>,
) -> Result<Model> {
    let mut faults = Faults::default();
    if how.is_some_and(|how| how != Verification::Data) {
        let why = Text::new("选了核验记录的，核实方式是数据核验", "what a data check verifies is verified by data");
        faults.add("method", "certificates.paper.method", why);
    }
    if seen.is_some_and(|text| !text.trim().is_empty()) {
        let why = Text::new(
            "选了核验记录的，核实情况由记录写入，请留空",
            "leave this out: what was seen is written from the data check",
        );
        faults.add("seen", "certificates.paper.seen", why);
    }
    faults.check()?;
    let found = for_paper::made(tx, row).await?.into_iter().find(|check| check.id == id);
    let check = found.filter(|check| check.outcome == Outcome::Confirmed.as_str()).ok_or_else(not_this)?;
    let row = verify(tx, row, &check).await?;
    if !for_paper::give(tx, &check, row.id).await? {
        return Err(not_this());
    }
    Ok(row)
}

fn not_this() -> Error {
    let why = Text::new(
        "这条核验记录不能用：须是同一居民、同一事项、同一用途、属实、还在保存期内，并且没有用于别的证明",
        "this data check does not do: it must be of this person, item and purpose, confirmed, still kept, and of no other paper",
    );
    invalid("check", "certificates.paper.check", why)
}

const NEXT: Text = Text::new("可以上门查看，或核对档案台账后登记", "it can be verified by a visit or by records");

fn other_way(row: &Model) -> Error {
    refuse(
        "certificates.paper.other_way",
        Text::new(
            "目录为这份证明规定了别的核实方式，请按目录办理",
            "the catalogue says to verify this paper in another way: do as it says",
        ),
    )
    .current(serde_json::json!({ "verification": row.verification }))
    .into()
}

fn no_source(row: &Model) -> Error {
    let (name, next_zh, next_en) = (&row.item_name, &NEXT.zh, &NEXT.en);
    refuse(
        "certificates.check.no_source",
        say!("“{name}”没有可以核验的数据。{next_zh}", "there is no data to check '{name}' with; {next_en}"),
    )
    .who(Text::new("数据来源管理员可以登记部门的接口或表格", "who keeps the sources can describe a department's data"))
    .into()
}

/// What was shared for one purpose is used for no other.
fn other_purpose(source: &Source, row: &Model) -> Error {
    let (wanted, named, next_zh, next_en) = (&row.purpose, source.purposes().join("、"), &NEXT.zh, &NEXT.en);
    refuse(
        "certificates.check.purpose",
        say!(
            "这份证明用于“{wanted}”，而数据只能用于：{named}。{next_zh}",
            "this paper is for '{wanted}', and the data may be used for: {named}; {next_en}"
        ),
    )
    .source(Text::new("国务院令第716号第七条", "State Council Order No. 716, Article 7"))
    .into()
}
