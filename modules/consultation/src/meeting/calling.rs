//! Calling a meeting: what it needs, and when it is refused.

use chrono::{Days, NaiveDate};
use jizuo_kernel::cases::{self, Ref};
use jizuo_kernel::error::Faults;
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Move};
use jizuo_kernel::{Result, Text, Tx, say};
use sea_orm::{ActiveValue::Set, EntityTrait};
use std::sync::Arc;

use super::body::{self, Body, Figure, Tier};
use super::entity::{ActiveModel, Entity, Model, Outcome};
use super::lawful::{self, Given};
use super::matter::{self, Subject};
use super::service::{is_open, tell};
use crate::process::{EXEMPT, MEETING};

/// No body of a village is as large; a figure beyond it is a slip.
pub(crate) const MOST: u32 = 1_000_000;

/// How many a body has; only those that the body is counted by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) adults: Option<u32>,
    pub(crate) households: Option<u32>,
    pub(crate) committee: Option<u32>,
    pub(crate) representatives: Option<u32>,
    pub(crate) women_representatives: Option<u32>,
    pub(crate) members: Option<u32>,
}

impl Figures {
    fn get(self, figure: Figure) -> Option<u32> {
        match figure {
            Figure::Adults => self.adults,
            Figure::Households => self.households,
            Figure::Committee => self.committee,
            Figure::Representatives => self.representatives,
            Figure::WomenRepresentatives => self.women_representatives,
            Figure::Members => self.members,
        }
    }
}

/// What is said of a meeting whose subject is known already.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) body: String,
    pub(crate) matter: String,
    pub(crate) venue: Option<String>,
    pub(crate) held_on: NaiveDate,
    pub(crate) notice_on: Option<NaiveDate>,
    pub(crate) short_notice: Option<String>,
    pub(crate) delegation: Option<String>,
    pub(crate) figures: Figures,
}

impl Called {
    /// The meeting with its subject.
    pub(crate) fn on(self, place: Arc<Place>, title: String, description: String, follows: Option<Follows>) -> New {
        let Called { body, matter, venue, held_on, notice_on, short_notice, delegation, figures } = self;
        New {
            place,
            body,
            matter,
            title,
            description,
            venue,
            held_on,
            notice_on,
            short_notice,
            delegation,
            figures,
            follows,
        }
    }
}

/// What a meeting was called on: it is told how the meeting ended.
#[derive(Clone, Debug)]
pub(crate) struct Follows {
    /// The code of the case that both are part of.
    pub(crate) case: String,
    pub(crate) from: Ref,
}

/// A meeting as it is called.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// A village or community; a group or collective also sits below one.
    pub(crate) place: Arc<Place>,
    pub(crate) body: String,
    pub(crate) matter: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) venue: Option<String>,
    pub(crate) held_on: NaiveDate,
    pub(crate) notice_on: Option<NaiveDate>,
    pub(crate) short_notice: Option<String>,
    pub(crate) delegation: Option<String>,
    pub(crate) figures: Figures,
    pub(crate) follows: Option<Follows>,
}

/// What its code begins with.
const CODE: &str = "YS";

/// Calls a meeting, or records that one was called.
pub(crate) async fn call(tx: &mut Tx, new: New) -> Result<Model> {
    // Who serves only a group of the village calls no meeting of the village.
    tx.require("consultation.meeting.call", &new.place)?;
    let (body, subject) = body_and_subject(&new)?;
    // Before any slip in the form: no correction makes this body the right one.
    lawful::competent(body, subject)?;
    lawful::at_home(tx, body, &new.place)?;
    let new = checked(tx, body, subject, new)?;
    let figure = |which| new.figures.get(which);
    let given = Given { notice_on: new.notice_on, short_notice: new.short_notice.as_deref() };
    let mut convening = lawful::composed(tx, body, &new.place, new.held_on, figure)?;
    convening.extend(lawful::announced(tx, body, &new.place, new.held_on, &given)?);

    let opening =
        process::open(tx, &MEETING, &new.place, |o| format!("{} {}", o.code(CODE), new.title), Move::default()).await?;
    let kept = |which| figure(which).and_then(|n| i32::try_from(n).ok());
    let row = ActiveModel {
        code: Set(opening.code(CODE)),
        case_code: Set(new.follows.as_ref().map(|follows| follows.case.clone())),
        body: Set(body.id.to_owned()),
        matter: Set(subject.code.to_owned()),
        title: Set(new.title),
        description: Set(new.description),
        venue: Set(new.venue),
        held_on: Set(new.held_on),
        notice_on: Set(new.notice_on),
        short_notice: Set(new.short_notice),
        delegation: Set(new.delegation),
        called_by_name: Set(tx.actor.name.clone()),
        studied_on: Set(None),
        adults: Set(kept(Figure::Adults)),
        households: Set(kept(Figure::Households)),
        committee: Set(kept(Figure::Committee)),
        representatives: Set(kept(Figure::Representatives)),
        women_representatives: Set(kept(Figure::WomenRepresentatives)),
        members: Set(kept(Figure::Members)),
        in_person: Set(None),
        online: Set(None),
        by_proxy: Set(None),
        yes: Set(None),
        no: Set(None),
        abstain: Set(None),
        yes_of_representatives: Set(None),
        result: Set(Outcome::Open.as_str().to_owned()),
        convening: Set(serde_json::to_value(&convening)?),
        quorum: Set(serde_json::json!([])),
        pass: Set(serde_json::json!([])),
        ..ActiveModel::opened(&opening)
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    if let Some(Follows { case, from }) = &new.follows {
        cases::follow(tx, case, from, &Ref::to::<Entity>(&row), &new.place);
    }
    tell(tx, "consultation.meeting.called", &row)?;
    if body.study.is_none() && is_open(tx, &row, EXEMPT).await? {
        return process::advance::<Entity>(tx, &row, EXEMPT, Move::default()).await;
    }
    Ok(row)
}

fn body_and_subject(new: &New) -> Result<(&'static Body, &'static Subject)> {
    let mut faults = Faults::default();
    let (body, subject) = (body::find(&new.body), matter::find(&new.matter));
    match body {
        None => {
            let id = &new.body;
            let why = say!(
                "没有“{id}”这种会议，见 GET …/consultation/bodies",
                "there is no body {id}; see GET …/consultation/bodies"
            );
            faults.add("body", "consultation.meeting.no_body", why);
        }
        Some(body) if !body.sits_at(new.place.kind) => {
            let why = Text::new(
                "请选择到村（社区）；村民小组会议和组级集体经济组织可以选择到组",
                "choose the village or community; a group's meeting and a group's collective may sit at the group",
            );
            faults.add("place", "consultation.meeting.place", why);
        }
        Some(_) => {}
    }
    if subject.is_none() {
        let code = &new.matter;
        let why = say!(
            "没有“{code}”这种议题，见 GET …/consultation/matters",
            "there is no matter {code}; see GET …/consultation/matters"
        );
        faults.add("matter", "consultation.meeting.no_matter", why);
    }
    faults.check()?;
    match (body, subject) {
        (Some(body), Some(subject)) => Ok((body, subject)),
        _ => Err(jizuo_kernel::Error::NotFound("body")),
    }
}

fn checked(tx: &Tx, body: &'static Body, subject: &'static Subject, new: New) -> Result<New> {
    let mut faults = Faults::default();
    let today = tx.today();
    let new = New {
        title: faults.text("title", &new.title, 60),
        description: faults.optional_text("description", &new.description, 2_000),
        venue: faults.said("venue", new.venue.as_deref(), 100),
        short_notice: faults.said("short_notice", new.short_notice.as_deref(), 200),
        delegation: faults.said("delegation", new.delegation.as_deref(), 200),
        ..new
    };
    let known = |id: &str| tx.app.registry.rules.on(id, new.held_on).is_some();
    if new.held_on > today.checked_add_days(Days::new(366)).unwrap_or(today) {
        let why = Text::new("会议日期最晚在一年以内", "a meeting is held within a year");
        faults.add("held_on", "consultation.meeting.held_on", why);
    } else if !subject.pass_rules(body).into_iter().chain(body.rules()).all(known) {
        let why = Text::new(
            "这一天适用的法律不在本平台，无法按当时的规定计算，请存纸质档案",
            "the law of that day is not on this platform, so that nothing can be computed by it; keep the paper record",
        );
        faults.add("held_on", "consultation.meeting.before_the_law", why);
    }
    match new.notice_on {
        None if body.notice.is_some() => {
            let why = Text::new("请填写发出通知的日期", "give the day on which notice was given");
            faults.add("notice_on", "consultation.meeting.notice_on", why);
        }
        Some(day) if day > new.held_on || day > today => {
            let why = Text::new(
                "通知日期不能晚于今天，也不能晚于会议日期",
                "notice was given at the latest today, and not after the meeting",
            );
            faults.add("notice_on", "consultation.meeting.notice_on", why);
        }
        _ => {}
    }
    if body.tier == Tier::Representatives && subject.delegable && new.delegation.is_none() {
        let why = Text::new(
            "代表只能决定授权的事项：请写明哪次会议或者章程哪一条作了授权（村民委员会组织法第二十八条第二款、城市居民委员会组织法第三十条第二款、农村集体经济组织法第二十八条第四款）",
            "representatives decide what was delegated to them: name the decision or the article of the charter that did (village law, Article 28, paragraph 2; urban law, Article 30, paragraph 2; collective law, Article 28, paragraph 4)",
        );
        faults.add("delegation", "consultation.meeting.delegation", why);
    }
    let given = [
        (Figure::Adults, new.figures.adults),
        (Figure::Households, new.figures.households),
        (Figure::Committee, new.figures.committee),
        (Figure::Representatives, new.figures.representatives),
        (Figure::WomenRepresentatives, new.figures.women_representatives),
        (Figure::Members, new.figures.members),
    ];
    for (figure, value) in given {
        check_figure(&mut faults, body, figure, value);
    }
    if new.figures.women_representatives > new.figures.representatives {
        let why = Text::new("妇女代表不能多于代表总数", "there cannot be more women than representatives");
        faults.add("figures.women_representatives", "consultation.meeting.figure", why);
    }
    faults.check()?;
    Ok(new)
}

fn check_figure(faults: &mut Faults, body: &Body, figure: Figure, value: Option<u32>) {
    let field = format!("figures.{}", figure.field());
    let needed = body.needs().any(|other| other == figure);
    let (zh, en) = (body.title().zh, body.title().en);
    let why = match value {
        None if needed => say!("{zh}须填写此项人数", "the {en} is counted by this figure"),
        Some(_) if !needed => say!("{zh}不按此项计算，请删去", "the {en} is not counted by this; leave it out"),
        Some(n) if n > MOST || (n == 0 && body.whole.contains(&figure)) => {
            say!("须在 1 到 {MOST} 之间", "between 1 and {MOST}")
        }
        _ => return,
    };
    faults.add(field, "consultation.meeting.figure", why);
}
