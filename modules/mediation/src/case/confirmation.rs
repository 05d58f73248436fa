//! Judicial confirmation: whether courts take an agreement, until when the parties may apply together, and where.

use chrono::{Datelike, NaiveDate};
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::rules::{self, InForce};
use jizuo_kernel::{Ctx, Error, Result, Text, Tx, process, say};
use jizuo_standards::period::End;
use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::agreement::{self, Settles};
use super::dispute::{self, Organ, Source};
use super::entity::{Column, Entity, Model};

/// Where an agreement in effect stands with the court.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = mediation::Standing)]
pub(crate) enum Standing {
    /// The parties may apply together.
    Open,
    Applied,
    Expired,
    /// Courts do not accept it.
    NotAccepted,
}

/// Judicial confirmation of an agreement in effect.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::Confirmation)]
pub(crate) struct Confirmation {
    /// Whether the parties may apply now.
    pub(crate) offered: bool,
    pub(crate) standing: Standing,
    /// The last day to apply together; absent where courts do not accept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-10-08")]
    pub(crate) last_day: Option<NaiveDate>,
    /// The last day by counting alone, before rest days move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-10-01")]
    pub(crate) counted_to: Option<NaiveDate>,
    /// How sure the last day is, where a year's rest days are not published yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calendar: Option<Text>,
    /// To which court.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) court: Option<Text>,
    /// What to bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bring: Option<Text>,
    /// The articles.
    pub(crate) basis: Text,
    /// Why courts do not accept it, and where to go instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_accepted: Vec<NotAccepted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) applied_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) applied_to: Option<String>,
}

/// Something in an agreement that courts do not confirm.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = mediation::NotAccepted)]
pub(crate) struct NotAccepted {
    pub(crate) settles: Settles,
    pub(crate) why: Text,
    pub(crate) article: Text,
    /// Where to go instead.
    pub(crate) next_door: Text,
}

const ARTICLES: Text = Text::new(
    "人民调解法第三十三条；民事诉讼法第二百零五条、第二百零六条；最高人民法院关于适用民事诉讼法的解释第三百五十三条、第三百五十四条",
    "People's Mediation Law, Article 33; Civil Procedure Law, Articles 205 and 206; Supreme People's Court, \
     Interpretation on the Civil Procedure Law, Articles 353 and 354",
);
const BRING: Text = Text::new(
    "书面或者口头申请；带调解协议、调委会主持调解的证明、与协议有关的财产权利证明、双方身份证明。口头协议先补做书面协议",
    "apply in writing or orally; bring the agreement, proof that the committee conducted the mediation, papers on the \
     property concerned and both identities. An oral agreement is written down first",
);
/// A committee's own mediation, and one that a court invited, go to different courts (Article 205).
const OWN_COURT: Text = Text::new(
    "当事人住所地、标的物所在地或者调委会所在地的基层人民法院",
    "the basic court of a party's domicile, of the object, or of the committee's place",
);
const INVITING_COURT: Text = Text::new("作出邀请的人民法院", "the court that invited the mediation");

impl Settles {
    fn why(self) -> Text {
        match self {
            Settles::PropertyOwnership => Text::new(
                "法院不受理：协议内容涉及物权确权",
                "courts do not accept: content settles property ownership",
            ),
            Settles::IpOwnership => Text::new(
                "法院不受理：协议内容涉及知识产权确权",
                "courts do not accept: content settles ownership of intellectual property",
            ),
            Settles::MarriageValidity => Text::new(
                "法院不受理：申请确认婚姻关系无效、有效或者解除",
                "courts do not accept: it is about whether a marriage is valid, void or dissolved",
            ),
            Settles::ParentChild => {
                Text::new("法院不受理：申请确认亲子关系", "courts do not accept: it is about who is whose child")
            }
            Settles::Adoption => {
                Text::new("法院不受理：申请确认收养关系", "courts do not accept: it is about an adoption")
            }
            Settles::OtherSpecialProcedure => Text::new(
                "法院不受理：适用其他特别程序、公示催告程序、破产程序",
                "courts do not accept: it belongs to another special procedure, public summons or bankruptcy",
            ),
        }
    }

    fn article(self) -> Text {
        let item = match self {
            Settles::MarriageValidity | Settles::ParentChild | Settles::Adoption => ("三", 3),
            Settles::OtherSpecialProcedure => ("四", 4),
            Settles::PropertyOwnership | Settles::IpOwnership => ("五", 5),
        };
        let (zh, en) = item;
        say!(
            "最高人民法院关于适用民事诉讼法的解释第三百五十五条第一款第{zh}项",
            "Supreme People's Court, Interpretation on the Civil Procedure Law, Article 355({en})"
        )
    }

    fn next_door(self, dispute_type: &str) -> Text {
        match self {
            Settles::PropertyOwnership if dispute::is_about_land(dispute_type) => Text::new(
                "土地、林木林地的权属争议按土地（林权）争议程序：先协商；协商不成的，个人之间、个人与单位之间由乡镇人民政府或者县级以上\
                 人民政府处理，单位之间由县级以上人民政府处理（土地管理法第十四条、森林法第二十二条）；房屋产权向人民法院起诉确认（民法典第二百三十四条）",
                "who owns or uses land or forest is decided by the land-dispute procedure: by negotiation; failing that, by \
                 the township or county government, between organisations by the county government or above (Land \
                 Administration Law, Article 14; Forest Law, Article 22). Who owns a house: a suit (Civil Code, Article 234)",
            ),
            Settles::PropertyOwnership => Text::new(
                "向人民法院起诉，请求确认权利（民法典第二百三十四条）",
                "a suit that asks the court to confirm the right (Civil Code, Article 234)",
            ),
            Settles::IpOwnership => Text::new(
                "向有管辖权的人民法院起诉，请求确认权属",
                "a suit over the ownership at the court that has jurisdiction",
            ),
            Settles::MarriageValidity => {
                Text::new("到婚姻登记机关办理，或者向人民法院起诉", "the marriage registry, or a suit at court")
            }
            Settles::ParentChild => Text::new(
                "向人民法院起诉，请求确认或者否认亲子关系（民法典第一千零七十三条）",
                "a suit that asks the court to confirm or deny it (Civil Code, Article 1073)",
            ),
            Settles::Adoption => Text::new(
                "到县级以上民政部门办理收养登记或者解除登记，或者向人民法院起诉",
                "the civil affairs department of the county or above, or a suit at court",
            ),
            Settles::OtherSpecialProcedure => Text::new(
                "向有管辖权的人民法院按该程序另行申请",
                "an application to the court under the procedure that it belongs to",
            ),
        }
    }
}

/// The rule's last day from the day of effect, at the case's place.
fn reckoned(ctx: &Ctx, row: &Model, effective_on: NaiveDate) -> Result<(InForce, End)> {
    let place = ctx.snapshot.places.place(row.place)?;
    let rule = rules::in_force(&ctx.app.registry, &ctx.snapshot, &place, "M.CONFIRM", effective_on)?;
    let end = rules::last_day(ctx, &rule, effective_on)?;
    Ok((rule, end))
}

fn not_accepted(row: &Model, agreement: &agreement::Model) -> Result<Vec<NotAccepted>> {
    let told = |settles: Settles| NotAccepted {
        settles,
        why: settles.why(),
        article: settles.article(),
        next_door: settles.next_door(&row.dispute_type),
    };
    Ok(agreement.settles()?.into_iter().map(told).collect())
}

/// What the parties of a case in effect are told; nothing before that.
pub(crate) fn of(ctx: &Ctx, row: &Model, agreements: &[agreement::Model]) -> Result<Option<Confirmation>> {
    let Some((effective_on, agreement)) = row.effective_on.zip(agreement::current(agreements)) else {
        return Ok(None);
    };
    let not_accepted = not_accepted(row, agreement)?;
    let (_, end) = reckoned(ctx, row, effective_on)?;
    let standing = match () {
        () if !not_accepted.is_empty() => Standing::NotAccepted,
        () if row.confirmation_on.is_some() => Standing::Applied,
        () if ctx.today() > end.last_day => Standing::Expired,
        () => Standing::Open,
    };
    let possible = standing != Standing::NotAccepted;
    let invited = row.source == Source::Entrusted && row.organ == Some(Organ::Court);
    let calendar = &ctx.snapshot.calendar;
    let year = if calendar.covers(end.nominal.year()) { end.last_day.year() } else { end.nominal.year() };
    let unsure = say!(
        "按目前已公布的放假安排计算；{year}年的放假安排尚未公布，公布后可能顺延",
        "by the calendar known today: the rest days of {year} are not published yet and may move it to a later day"
    );
    Ok(Some(Confirmation {
        offered: standing == Standing::Open,
        standing,
        last_day: possible.then_some(end.last_day),
        counted_to: possible.then_some(end.nominal),
        calendar: Some(unsure).filter(|_| possible && !end.is_certain(calendar)),
        court: possible.then_some(if invited { INVITING_COURT } else { OWN_COURT }),
        bring: possible.then_some(BRING),
        basis: ARTICLES,
        not_accepted,
        applied_on: row.confirmation_on,
        applied_to: row.confirmation_court.clone(),
    }))
}

/// Records that the parties applied together to a court.
pub(crate) async fn apply(tx: &mut Tx, row: &Model, on: NaiveDate, court: &str) -> Result<Model> {
    let agreements = agreement::of(tx.db(), row).await?;
    let Some((effective_on, agreement)) = row.effective_on.zip(agreement::current(&agreements)) else {
        return Err(refuse(
            "mediation.confirmation.no_effect",
            Text::new("协议生效后才能申请司法确认", "confirmation is applied for once the agreement is in effect"),
        )
        .rule("M.CONFIRM")
        .source(ARTICLES)
        .into());
    };
    let mut faults = Faults::default();
    let court = faults.text("court", court, 100);
    if on > tx.today() || on < effective_on {
        let why = say!("日期应在{effective_on}到今天之间", "a day from {effective_on} to today");
        faults.add("on", "mediation.confirmation.day", why);
    }
    faults.check()?;
    if let Some(first) = not_accepted(row, agreement)?.into_iter().next() {
        let (zh, en) = (&first.why.zh, &first.why.en);
        let (door_zh, door_en) = (&first.next_door.zh, &first.next_door.en);
        return Err(refuse("mediation.confirmation.not_accepted", say!("{zh}。{door_zh}", "{en}. {door_en}"))
            .source(first.article)
            .who(first.next_door)
            .into());
    }
    let (rule, end) = reckoned(tx, row, effective_on)?;
    if on > end.last_day {
        return Err(late(rule, end));
    }
    if let Some(applied) = row.confirmation_on {
        return Err(refuse(
            "mediation.confirmation.twice",
            say!("已登记{applied}的司法确认申请", "the application of {applied} is recorded already"),
        )
        .rule(rule.id)
        .source(rule.basis)
        .into());
    }
    tx.note("confirmation_on", on);
    tx.note("court", &court);
    process::amend::<Entity>(tx, row, |u| {
        u.col_expr(Column::ConfirmationOn, Expr::value(Some(on)))
            .col_expr(Column::ConfirmationCourt, Expr::value(Some(court)))
    })
    .await
}

fn late(rule: InForce, end: End) -> Error {
    let last = end.last_day;
    refuse(
        "mediation.confirmation.late",
        say!(
            "共同申请司法确认的最后一天是{last}，已过期；协议仍然有效，不履行的可以起诉",
            "the last day to apply together was {last}; the agreement still binds, and its performance can be sued for"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("任何人都不能；期限由法律规定", "nobody; the law sets the period"))
    .into()
}
