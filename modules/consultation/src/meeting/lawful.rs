//! Whether a body may be called as it is: may it decide the matter, is it under the law of the place, was notice given in
//! time, is it composed as the law says.

use chrono::NaiveDate;
use jizuo_kernel::error::refuse;
use jizuo_kernel::places::Place;
use jizuo_kernel::rules::{self, InForce};
use jizuo_kernel::{Ctx, Result, Text, say};

use super::body::{Body, Figure, Tier};
use super::computation::{Computation, compute};
use super::matter::Subject;

/// A rule as it is in force at the place of a meeting, on the date of the meeting.
pub(super) fn rule(ctx: &Ctx, place: &Place, id: &str, on: NaiveDate) -> Result<InForce> {
    rules::in_force(&ctx.app.registry, &ctx.snapshot, place, id, on)
}

/// A body decides what the law gave it, and nothing else.
pub(super) fn competent(body: &Body, subject: &'static Subject) -> Result<()> {
    if subject.is_for(body) {
        return Ok(());
    }
    let (wrong, matter) = (body.title(), &subject.title);
    let titles = |f: fn(&Text) -> &str| subject.bodies().map(|body| f(&body.title()).to_owned()).collect::<Vec<_>>();
    let (right_zh, right_en) = (titles(|t| &t.zh).join("、"), titles(|t| &t.en).join("; "));
    let (wrong_zh, wrong_en, zh, en) = (&wrong.zh, &wrong.en, &matter.zh, &matter.en);
    // Why it may not be delegated belongs to the answer only where somebody tried.
    let kept = subject.undelegable().filter(|_| body.tier == Tier::Representatives);
    let (kept_zh, kept_en) = match &kept {
        Some(why) => (format!("，{}", why.zh), format!("; {}", why.en)),
        None => (String::new(), String::new()),
    };
    let (basis_zh, basis_en) = (&subject.basis.zh, &subject.basis.en);
    let who = if subject.is_the_collectives() {
        say!(
            "{right_zh}；未设立农村集体经济组织的，由村民委员会、村民小组代行，参照同样的规定召集（村民委员会组织法第二十八条第四款、农村集体经济组织法第六十四条）",
            "{right_en}; where there is no collective economic organisation the villagers' committee or group acts in its place and calls it by the same rules (Villagers' Committee Organisation Law, Article 28, paragraph 4; Rural Collective Economic Organisation Law, Article 64)"
        )
    } else {
        say!("{right_zh}", "{right_en}")
    };
    let bodies: Vec<&str> = subject.bodies().map(|body| body.id).collect();
    Err(refuse(
        "consultation.meeting.body",
        say!(
            "“{zh}”不能由{wrong_zh}决定，应由{right_zh}决定{kept_zh}",
            "the {wrong_en} may not decide on '{en}'; it belongs to: {right_en}{kept_en}"
        ),
    )
    .source(say!("{basis_zh}{kept_zh}", "{basis_en}{kept_en}"))
    .who(who)
    .current(serde_json::json!({ "matter": subject.code, "bodies": bodies, "delegable": subject.delegable }))
    .into())
}

/// Villagers' bodies in villages, residents' bodies in communities.
pub(super) fn at_home(ctx: &Ctx, body: &Body, place: &Place) -> Result<()> {
    let Some(why) = body.foreign_at(&ctx.snapshot.places, place) else { return Ok(()) };
    let who = why.clone();
    Err(refuse("consultation.meeting.other_law", why)
        .source(Text::new(
            "村民委员会组织法第二条；城市居民委员会组织法第二条",
            "Villagers' Committee Organisation Law, Article 2; Urban Residents' Committee Organisation Law, Article 2",
        ))
        .who(who)
        .into())
}

/// What is said of the notice.
pub(super) struct Given<'a> {
    pub(super) notice_on: Option<NaiveDate>,
    /// Why people were told at short notice.
    pub(super) short_notice: Option<&'a str>,
}

/// Notice was given as many days before as the rule says, or the law allows less and the reason stands in the record.
pub(super) fn announced(
    ctx: &Ctx,
    body: &Body,
    place: &Place,
    held_on: NaiveDate,
    given: &Given<'_>,
) -> Result<Option<Computation>> {
    let (Some(notice), Some(notice_on)) = (&body.notice, given.notice_on) else { return Ok(None) };
    let rule = rule(ctx, place, notice.rule, held_on)?;
    let days = u32::try_from((held_on - notice_on).num_days()).unwrap_or(0);
    let computed = compute(&rule, None, days)?;
    if computed.met || (notice.short && given.short_notice.is_some()) {
        return Ok(Some(computed));
    }
    let needed = computed.needed;
    let (or_zh, or_en) = if notice.short {
        (
            "；遇有特殊情况临时通知的，在 short_notice 写明理由",
            "; in special circumstances shorter, with the reason in `short_notice`",
        )
    } else {
        ("；法律没有规定可以临时通知", "; the law knows no shorter notice here")
    };
    Err(refuse(
        "consultation.meeting.notice",
        say!(
            "应当提前 {needed} 日通知，现在只提前 {days} 日{or_zh}",
            "notice is to be given {needed} days before; it was {days}{or_en}"
        ),
    )
    .rule(computed.rule)
    .source(computed.basis)
    .who(Text::new("召集人，改期并重新通知后", "whoever calls it, with a later date and a new notice"))
    .current(serde_json::json!({ "needed": needed, "given": days }))
    .into())
}

/// The body has the members that the law wants it to have.
pub(super) fn composed(
    ctx: &Ctx,
    body: &Body,
    place: &Place,
    held_on: NaiveDate,
    figure: impl Fn(Figure) -> Option<u32> + Copy,
) -> Result<Vec<Computation>> {
    let mut found = Vec::new();
    for (id, counted) in body.composition {
        let rule = rule(ctx, place, id, held_on)?;
        let base = rule.of.as_deref().and_then(|of| body.counted(of, figure, None));
        found.push(compute(&rule, base, figure(*counted).unwrap_or_default())?);
    }
    let Some(wrong) = found.iter().find(|computed| !computed.met).cloned() else { return Ok(found) };
    let Computation { title, needed, actual, base, .. } = &wrong;
    let (zh, en) = (&title.zh, &title.en);
    let (of_zh, of_en) = match base {
        Some(base) => (format!("组成人员 {base} 人中"), format!("of {base} members ")),
        None => (String::new(), String::new()),
    };
    Err(refuse(
        "consultation.meeting.composition",
        say!(
            "会议组成不合法（{zh}）：{of_zh}至少需要 {needed} 人，现有 {actual} 人",
            "the body is not composed as the law says ({en}): {of_en}at least {needed} are needed, there are {actual}"
        ),
    )
    .rule(wrong.rule.clone())
    .source(wrong.basis.clone())
    .who(Text::new(
        "依法补选、调整组成人员后，召集人",
        "whoever calls it, once the members have been chosen as the law says",
    ))
    .current(serde_json::json!({ "needed": needed, "actual": actual, "of": base }))
    .into())
}
