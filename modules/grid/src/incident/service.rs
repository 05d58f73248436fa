//! What may be done with an incident, and when not.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::forms::{self, Answers};
use jizuo_kernel::module::Held;
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Subject, Text, Tx, say};
use jizuo_standards::{name::Name, phone::Phone};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;
use uuid::Uuid;

use super::ending::Ending;
use super::entity::{ActiveModel, Column, Entity, Model};
pub(crate) use super::kinds::{Channel, Severity};
use super::point::Point;
use super::{category, duplicates, ending, follow_up, on_the_spot, rest};
use crate::figures::tally;
use crate::process::INCIDENT;
use crate::{party, subcategory};

/// What somebody saw. Photographs, coordinates and a reporter's name are never required.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// A village, or anything below one.
    pub(crate) place: Arc<Place>,
    pub(crate) category: String,
    /// One of the county's own below it.
    pub(crate) subcategory: Option<String>,
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) channel: Channel,
    pub(crate) location: Option<String>,
    pub(crate) longitude: Option<f64>,
    pub(crate) latitude: Option<f64>,
    pub(crate) datum: Datum,
    /// Somebody whom the base data knows; then no name is typed.
    pub(crate) reporter: Option<Uuid>,
    pub(crate) reporter_name: Option<String>,
    pub(crate) reporter_phone: Option<String>,
    pub(crate) on_behalf_of: Option<String>,
    /// What the one who reports it has already done about it.
    pub(crate) solved: Option<String>,
}

impl New {
    /// What must be known of it; nobody, nowhere in particular, of no great urgency.
    pub(crate) fn of(place: Arc<Place>, category: String, title: String, channel: Channel) -> New {
        New {
            place,
            category,
            subcategory: None,
            severity: Severity::Ordinary,
            title,
            description: String::new(),
            channel,
            location: None,
            longitude: None,
            latitude: None,
            datum: Datum::default(),
            reporter: None,
            reporter_name: None,
            reporter_phone: None,
            on_behalf_of: None,
            solved: None,
        }
    }
}

/// What its code begins with.
const CODE: &str = "WG";

/// Takes a report.
pub(crate) async fn report(tx: &mut Tx, new: New) -> Result<Model> {
    let mut faults = Faults::default();
    if new.place.kind < Kind::Village {
        faults.add(
            "place",
            "grid.incident.place",
            Text::new("请选择到村（社区）", "choose the village or community where it happened"),
        );
    }
    if category::find(&new.category).is_none() {
        faults.add("category", "grid.incident.category", category::unknown(&new.category));
    }
    let subcategory = match &new.subcategory {
        Some(code) => subcategory::service::known(tx, &mut faults, &new.place, &new.category, code).await?,
        None => None,
    };
    let title = faults.text("title", &new.title, 60);
    let description = faults.optional_text("description", &new.description, 2_000);
    let location = new.location.as_deref().map(|text| faults.optional_text("location", text, 200));
    let reporter = new.reporter_name.as_deref().and_then(|text| faults.take("reporter_name", Name::parse(text)));
    let behalf = new.on_behalf_of.as_deref().and_then(|text| faults.take("on_behalf_of", Name::parse(text)));
    let phone = new.reporter_phone.as_deref().and_then(|text| faults.take("reporter_phone", Phone::parse(text)));
    let point = Point::read(&mut faults, new.longitude, new.latitude, new.datum);
    if new.reporter.is_some() && new.reporter_name.is_some() {
        let why = Text::new("已写明 reporter，姓名不再填写", "reporter says who it is: leave the name out");
        faults.add("reporter_name", "grid.incident.twice", why);
    }
    faults.check()?;
    tx.require("grid.incident.report", &new.place)?;
    if let Some(name) = &behalf {
        // The audit line holds personal values masked.
        tx.on_behalf_of(name.to_string());
    }
    let how = Move { pace: new.severity.pace(), ..Move::default() };
    let (reporter, phone) = match new.reporter {
        None => (reporter.map(|name| name.expose().to_owned()), phone.map(|phone| phone.expose().to_owned())),
        Some(person) => filled_in(tx, person, new.reporter_phone).await?,
    };
    let opening = process::open(tx, &INCIDENT, &new.place, |o| format!("{} {title}", o.code(CODE)), how).await?;
    let phone = match phone {
        Some(phone) => Some(tx.app.keyring.seal("grid.phone", opening.id.as_bytes(), phone.as_bytes())?),
        None => None,
    };
    let row = ActiveModel {
        code: Set(opening.code(CODE)),
        category: Set(new.category),
        subcategory: Set(subcategory.as_ref().map(|row| row.code.clone())),
        subcategory_title: Set(subcategory.map(|row| row.title)),
        severity: Set(new.severity.as_str().to_owned()),
        title: Set(title),
        description: Set(description),
        channel: Set(new.channel.as_str().to_owned()),
        location: Set(location.filter(|text| !text.is_empty())),
        reporter: Set(new.reporter),
        reporter_name: Set(reporter),
        reporter_phone: Set(phone),
        on_behalf_of: Set(behalf.map(|name| name.expose().to_owned())),
        reported_by: Set(tx.actor.account),
        reported_by_name: Set(tx.actor.name.clone()),
        assignee: Set(None),
        handled_by: Set(None),
        outcome: Set(None),
        case_code: Set(None),
        longitude: Set(point.map(|point| point.longitude)),
        latitude: Set(point.map(|point| point.latitude)),
        datum: Set(point.map(|point| point.datum.as_str().to_owned())),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    tally::reported(tx, &row).await?;
    tell(tx, "grid.incident.reported", &row)?;
    match new.solved {
        Some(outcome) => on_the_spot::solve(tx, &row, outcome).await,
        None => Ok(row),
    }
}

/// Name and telephone of a reporter whom the base data knows; a telephone is typed only where none is known.
async fn filled_in(tx: &mut Tx, person: Uuid, phone: Option<String>) -> Result<(Option<String>, Option<String>)> {
    let answers = phone.map(|phone| ("reporter_phone".to_owned(), phone)).into_iter().collect();
    let answers = Answers { answers, ..Answers::default() };
    let filled = forms::answer(tx, &crate::forms::REPORTER, person, &answers).await?;
    let text = |field: &str| filled.value(field).map(str::to_owned);
    Ok((text("reporter_name"), text("reporter_phone")))
}

/// The incidents that somebody of the base data reported.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
        .filter(Column::Reporter.eq(person))
        .order_by_desc(Column::Id)
        .all(ctx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            kind: "grid.incident".to_owned(),
            id: row.id,
            label: row.code,
            role: Text::new("反映人", "who reported it"),
            at: row.opened_at,
            open: row.closed_at.is_none(),
        })
        .collect())
}

/// Takes one of the steps that need nothing but, perhaps, a reason. What else they ask for is checked here.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    match action {
        "grid.incident.return" => only_the_assignee(tx, row)?,
        "grid.incident.redo" => ending::not_their_own(tx, row)?,
        "grid.incident.extend" | "grid.incident.refuse_extension" => {
            return rest::decide(tx, row, action, reason).await;
        }
        "grid.incident.resume" => return rest::resume(tx, row, reason).await,
        "grid.incident.reopen" => return follow_up::reopen(tx, row, reason).await,
        _ => {}
    }
    // What was not done goes back to the one who said so; everything else to whoever may take the next step.
    let assignee = row.assignee.filter(|_| action == "grid.incident.redo");
    let how = Move { reason, assignee, ..paced(row) };
    let mut row = process::advance::<Entity>(tx, row, action, how).await?;
    if action == "grid.incident.withdraw" {
        row = ending::ends_as(tx, &row, Ending::Withdrawn).await?;
    }
    if row.phase == "done" {
        ended(tx, &row).await?;
    }
    if action == "grid.incident.settle" {
        // Whoever records it does not verify it as well; what came back by itself is nobody's own work.
        let by = tx.actor.account;
        return process::set::<Entity>(tx, &row, |u| u.col_expr(Column::HandledBy, Expr::value(by))).await;
    }
    if action == "grid.incident.return" {
        // "Not ours": the dispatcher decides anew, and nobody has it until then.
        return process::set::<Entity>(tx, &row, |u| {
            u.col_expr(Column::Assignee, Expr::value(None::<Uuid>))
                .col_expr(Column::Organisation, Expr::value(None::<Uuid>))
                .col_expr(Column::OrganisationName, Expr::value(None::<String>))
        })
        .await;
    }
    Ok(row)
}

/// A step at the pace of the incident's severity.
pub(super) fn paced(row: &Model) -> Move {
    Move { pace: Severity::parse(&row.severity).pace(), ..Move::default() }
}

/// What its end means to others: those who listen, and the incidents that were merged into it.
pub(super) async fn ended(tx: &mut Tx, row: &Model) -> Result<()> {
    tally::ended(tx, row).await?;
    tell(tx, "grid.incident.closed", row)?;
    duplicates::tell_the_merged(tx, row).await
}

/// Whether somebody may handle incidents at its place.
pub(super) async fn may_handle(tx: &Tx, row: &Model, who: Uuid) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    if jizuo_kernel::identity::grants::may(tx, who, "grid.incident.handle", &place).await? {
        return Ok(());
    }
    let name = &place.name;
    Err(refuse(
        "grid.incident.handler",
        say!(
            "此人在{name}没有处置权限，请选择有“处置”权限的人",
            "this account may not handle incidents at {name}; choose one that may"
        ),
    )
    .rule("grid.incident.handle")
    .who(tx.app.registry.holders("grid.incident.handle"))
    .into())
}

/// Says what was done. Only the one it was given to can say so.
pub(crate) async fn handle(tx: &mut Tx, row: &Model, outcome: String) -> Result<Model> {
    only_the_assignee(tx, row)?;
    let how = Move { reason: Some(outcome.clone()), ..paced(row) };
    let row = process::advance::<Entity>(tx, row, "grid.incident.handle", how).await?;
    party::service::all_answered(tx, &row).await?;
    let by = tx.actor.account;
    done_by(tx, &row, by, &outcome).await
}

/// Keeps what was done, and by whom.
pub(super) async fn done_by(tx: &Tx, row: &Model, by: Option<Uuid>, outcome: &str) -> Result<Model> {
    process::set::<Entity>(tx, row, |update| {
        update
            .col_expr(Column::HandledBy, Expr::value(by))
            .col_expr(Column::Outcome, Expr::value(Some(outcome.trim().to_owned())))
    })
    .await
}

pub(super) fn only_the_assignee(tx: &Tx, row: &Model) -> Result<()> {
    if row.assignee.is_none() || row.assignee == tx.actor.account {
        return Ok(());
    }
    Err(refuse(
        "grid.incident.not_assignee",
        Text::new("这件事派给了别人，请由被派单人办理", "this was given to somebody else, who has to say so"),
    )
    .rule("grid.incident.handle")
    .who(Text::new("被派单人；或由调度员改派", "the one it was given to, or the dispatcher gives it to another"))
    .into())
}

pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "code": row.code, "place": place.code, "category": row.category,
        "severity": row.severity, "state": row.state,
    });
    tx.emit(topic, &Subject::new("grid.incident", row.id), &payload)
}
