//! What may be done with a meeting that was called, and when not.

use chrono::NaiveDate;
use jizuo_kernel::cases;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::rules::InForce;
use jizuo_kernel::{Ctx, Error, Result, Subject, Text, Tx, invalid, say};
use sea_orm::sea_query::Expr;

use super::body::{self, Body};
use super::computation::{Computation, all_met, compute};
use super::entity::{Column, Entity, Model, Outcome};
use super::{lawful, matter};
use crate::process::{ATTEND, CANCEL, EXEMPT, LAPSE, STUDY, VOTE};

/// Records that the Party organisation has studied the matter.
pub(crate) async fn study(tx: &mut Tx, row: &Model, on: NaiveDate, note: Option<String>) -> Result<Model> {
    let mut faults = Faults::default();
    if on > row.held_on || on > tx.today() {
        let why = Text::new(
            "研究讨论应当先于会议，日期不能晚于会议日期和今天",
            "the study comes first: not after the meeting, and not after today",
        );
        faults.add("studied_on", "consultation.meeting.studied_on", why);
    }
    faults.check()?;
    let row = process::advance::<Entity>(tx, row, STUDY, Move { reason: note, ..Move::default() }).await?;
    process::set::<Entity>(tx, &row, |update| update.col_expr(Column::StudiedOn, Expr::value(Some(on)))).await
}

/// How people took part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attendance {
    pub(crate) in_person: u32,
    pub(crate) online: u32,
    pub(crate) by_proxy: u32,
}

/// Records who was there. Without its quorum the meeting ends as not valid, and stays on record.
pub(crate) async fn attend(tx: &mut Tx, row: &Model, who: Attendance, note: Option<String>) -> Result<Model> {
    let body = body_of(row)?;
    let place = tx.snapshot.places.place(row.place)?;
    studied(tx, body, &place, row)?;
    if tx.today() < row.held_on {
        let day = row.held_on;
        let why = say!("会议定于 {day} 召开，还没有到会情况", "the meeting is on {day}; nobody has come yet");
        return Err(refuse("consultation.meeting.too_early", why).into());
    }
    allowed(tx, &place, row, who)?;
    let size = body.size(|figure| row.figure(figure)).unwrap_or_default();
    let present = [who.in_person, who.online, who.by_proxy].iter().try_fold(0_u32, |sum, n| sum.checked_add(*n));
    let Some(present) = present.filter(|present| *present <= size) else {
        let why = say!("到会人数不能多于应到 {size}", "no more can be present than the body has: {size}");
        return Err(jizuo_kernel::invalid("in_person", "consultation.meeting.attendance", why));
    };
    let mut quorum = Vec::new();
    if let Some(id) = body.quorum {
        quorum.push(computed(tx, &place, row, body, id, present, present)?);
    }
    let row = process::advance::<Entity>(tx, row, ATTEND, Move { reason: note, ..Move::default() }).await?;
    let kept = |n: u32| Expr::value(i32::try_from(n).ok());
    let row = process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::InPerson, kept(who.in_person))
            .col_expr(Column::Online, kept(who.online))
            .col_expr(Column::ByProxy, kept(who.by_proxy))
            .col_expr(Column::Quorum, Expr::value(serde_json::json!(quorum)))
    })
    .await?;
    tx.note("present", present);
    match quorum.iter().find(|quorum| !quorum.met) {
        Some(missed) if is_open(tx, &row, LAPSE).await? => {
            let Computation { needed, rule, .. } = missed;
            let reason = format!("到会 {present}，法定 {needed}（{rule}）");
            step(tx, &row, LAPSE, Some(reason)).await
        }
        _ => Ok(row),
    }
}

/// What the Party organisation studies first is not put to the meeting before.
fn studied(tx: &Tx, body: &Body, place: &Place, row: &Model) -> Result<()> {
    let Some(id) = body.study.filter(|_| row.studied_on.is_none()) else { return Ok(()) };
    let rule = lawful::rule(tx, place, id, row.held_on)?;
    if !rule.is_on() {
        return Ok(());
    }
    Err(refuse(
        "consultation.meeting.study_first",
        Text::new(
            "重要事项应当先经党组织研究讨论，再提交会议；请先登记研究讨论的日期",
            "important matters are first studied by the Party organisation: record the date of the study before the meeting",
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(tx.app.registry.holders(STUDY))
    .into())
}

/// Online and by proxy only where law, or the province, says so.
fn allowed(tx: &Tx, place: &Place, row: &Model, who: Attendance) -> Result<()> {
    let body = body_of(row)?;
    for (id, count, code, zh, en) in [
        (body.online, who.online, "consultation.meeting.online", "在线参加", "online attendance"),
        (body.proxy, who.by_proxy, "consultation.meeting.proxy", "委托参加", "attendance by proxy"),
    ] {
        if count == 0 {
            continue;
        }
        let rule = lawful::rule(tx, place, id, row.held_on)?;
        if rule.is_on() {
            continue;
        }
        let (body_zh, body_en) = (body.title().zh, body.title().en);
        let why = say!(
            "{body_zh}不能{zh}：法律没有规定，省里也没有开放",
            "the {body_en} knows no {en}: no law speaks of it and the province has not allowed it"
        );
        return Err(refuse(code, why)
            .rule(rule.id)
            .source(rule.basis)
            .who(Text::new("省级可以统一开放", "the province may allow it for all"))
            .into());
    }
    Ok(())
}

/// How the votes fell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ballot {
    pub(crate) yes: u32,
    pub(crate) no: u32,
    pub(crate) abstain: u32,
    /// Of the yes votes those of representatives; where law counts only them.
    pub(crate) yes_of_representatives: Option<u32>,
}

/// Records the vote and computes the result.
pub(crate) async fn vote(tx: &mut Tx, row: &Model, ballot: Ballot, note: Option<String>) -> Result<Model> {
    let body = body_of(row)?;
    let place = tx.snapshot.places.place(row.place)?;
    let subject = matter::find(&row.matter).ok_or(jizuo_kernel::Error::NotFound("matter"))?;
    let row = process::advance::<Entity>(tx, row, VOTE, Move { reason: note, ..Move::default() }).await?;
    let present = row.present().unwrap_or_default();
    quorate(&row)?;
    checked(present, ballot)?;
    let mut pass = Vec::new();
    for id in subject.pass_rules(body) {
        let rule = lawful::rule(tx, &place, id, row.held_on)?;
        // Where the committee votes as well, a share of the representatives is of their votes alone.
        let alone = rule.of.as_deref() == Some("representatives") && body.is_mixed();
        let yes = match ballot.yes_of_representatives {
            Some(yes) if alone => yes,
            None if alone => return Err(representatives_alone(&rule)),
            _ => ballot.yes,
        };
        pass.push(computed(tx, &place, &row, body, id, present, yes)?);
    }
    let outcome = if all_met(&pass) { Outcome::Passed } else { Outcome::Rejected };
    let kept = |n: u32| Expr::value(i32::try_from(n).ok());
    let row = process::set::<Entity>(tx, &row, |update| {
        update
            .col_expr(Column::Yes, kept(ballot.yes))
            .col_expr(Column::No, kept(ballot.no))
            .col_expr(Column::Abstain, kept(ballot.abstain))
            .col_expr(
                Column::YesOfRepresentatives,
                Expr::value(ballot.yes_of_representatives.and_then(|n| i32::try_from(n).ok())),
            )
            .col_expr(Column::Result, Expr::value(outcome.as_str()))
            .col_expr(Column::Pass, Expr::value(serde_json::json!(pass)))
    })
    .await?;
    tx.note("result", outcome);
    tell(tx, "consultation.meeting.decided", &row)?;
    Ok(row)
}

/// Nothing is decided without the quorum, even where a county put a step before the meeting's end.
fn quorate(row: &Model) -> Result<()> {
    let Some(missed) = row.quorum()?.filter(|quorum| !quorum.met) else { return Ok(()) };
    let Computation { needed, actual, rule, basis, .. } = missed;
    let why = say!(
        "到会 {actual}，不足法定 {needed}，不能表决",
        "{actual} are present and {needed} are needed: nothing can be decided"
    );
    Err(refuse("consultation.meeting.no_quorum", why)
        .rule(rule)
        .source(basis)
        .who(Text::new("召集人另行召集会议", "whoever calls it, with another meeting"))
        .into())
}

/// Whoever is present votes once, or abstains, or does not vote at all.
fn checked(present: u32, ballot: Ballot) -> Result<()> {
    let cast = [ballot.yes, ballot.no, ballot.abstain].iter().try_fold(0_u32, |sum, n| sum.checked_add(*n));
    let mut faults = Faults::default();
    if cast.is_none_or(|cast| cast > present) {
        let why = say!("同意、反对、弃权合计不能多于到会 {present}", "no more votes than people present: {present}");
        faults.add("yes", "consultation.meeting.ballot", why);
    }
    if ballot.yes_of_representatives.is_some_and(|yes| yes > ballot.yes) {
        let why = Text::new("代表的同意票不能多于全部同意票", "no more than all yes votes");
        faults.add("yes_of_representatives", "consultation.meeting.ballot", why);
    }
    faults.check()
}

fn representatives_alone(rule: &InForce) -> Error {
    let (zh, en) = (&rule.basis.zh, &rule.basis.en);
    let why = say!(
        "此议题只计村民代表的同意票，请填写（{zh}）",
        "on this matter only the representatives' yes votes count: give them ({en})"
    );
    invalid("yes_of_representatives", "consultation.meeting.ballot", why)
}

/// Holds a rule of the day of the meeting against a figure of it.
fn computed(
    ctx: &Ctx,
    place: &Place,
    row: &Model,
    body: &Body,
    id: &str,
    present: u32,
    actual: u32,
) -> Result<Computation> {
    let rule = lawful::rule(ctx, place, id, row.held_on)?;
    let base = rule.of.as_deref().and_then(|of| body.counted(of, |figure| row.figure(figure), Some(present)));
    compute(&rule, base, actual)
}

pub(super) fn body_of(row: &Model) -> Result<&'static Body> {
    body::find(&row.body).ok_or(Error::NotFound("body"))
}

/// Whether the step can be taken now: a county may have put one of its own before it.
pub(super) async fn is_open(ctx: &Ctx, row: &Model, action: &str) -> Result<bool> {
    Ok(process::open_actions::<Entity>(ctx, row).await?.iter().any(|step| step.action == action))
}

/// Takes one of the steps that need nothing but, perhaps, a reason. What else they ask for is checked here.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    if action == EXEMPT {
        let place = tx.snapshot.places.place(row.place)?;
        studied(tx, body_of(row)?, &place, row)?;
    }
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    let outcome = match action {
        LAPSE => Outcome::NotValid,
        CANCEL => Outcome::Cancelled,
        _ => {
            over(tx, &row).await?;
            return Ok(row);
        }
    };
    let row = process::set::<Entity>(tx, &row, |u| u.col_expr(Column::Result, Expr::value(outcome.as_str()))).await?;
    tx.note("result", outcome);
    tell(tx, "consultation.meeting.lapsed", &row)?;
    over(tx, &row).await?;
    Ok(row)
}

/// What the meeting was called on is told how it ended: settled only by a decision that was passed and made public.
async fn over(tx: &mut Tx, row: &Model) -> Result<()> {
    if row.phase != "done" || row.case_code.is_none() {
        return Ok(());
    }
    let passed = row.result == Outcome::Passed.as_str();
    let outcome = if passed { cases::Outcome::Settled } else { cases::Outcome::Unsettled };
    cases::end::<Entity>(tx, row, outcome).await
}

/// No title, no minutes: who may read the feed is not always who may read the meeting.
pub(super) fn tell(tx: &mut Tx, topic: &'static str, row: &Model) -> Result<()> {
    let place = tx.snapshot.places.place(row.place)?;
    let payload = serde_json::json!({
        "id": row.id, "code": row.code, "place": place.code, "body": row.body, "matter": row.matter,
        "held_on": row.held_on, "result": row.result,
    });
    tx.emit(topic, &Subject::new("consultation.meeting", row.id), &payload)
}
