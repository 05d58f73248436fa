//! What a form finds of somebody before anything is asked: known and fresh, known but stale, or to be asked.

use chrono::{Days, NaiveDate};
use jizuo_standards::element::Sensitivity;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::form::{Ask, Field, Form};
use crate::error::refuse;
use crate::people::entity::{fact, household, organisation, person};
use crate::people::{Subject, SubjectKind, consents, facts, persons, seal};
use crate::{Ctx, Error, Result, Scope, Scoped, Text};

/// May use base data in forms.
pub(crate) const USE: &str = "base.form.use";

/// How a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FieldStanding)]
pub enum Standing {
    /// Filled in; not asked.
    Known,
    /// Known, but too old: confirm it, or type what is right.
    Stale,
    /// To be asked.
    Ask,
    /// The person has not consented to what this form is for.
    ConsentMissing,
    /// The caller may neither see nor collect this.
    NotPermitted,
}

/// One field and what is known.
#[derive(Clone, Debug)]
pub struct FilledField {
    pub field: &'static Field,
    pub standing: Standing,
    /// What is in force, where it is known and the caller may use it.
    pub fact: Option<fact::Model>,
    /// The first day on which it was stale.
    pub stale_since: Option<NaiveDate>,
}

/// A form filled with what is known.
#[derive(Clone, Debug)]
pub struct Filled {
    pub form: &'static Form,
    pub subject: Subject,
    /// What the person, household or organisation is called.
    pub name: String,
    /// Whether the person is under 14.
    pub minor: bool,
    pub fields: Vec<FilledField>,
}

impl Filled {
    pub fn field(&self, name: &str) -> Option<&FilledField> {
        self.fields.iter().find(|field| field.field.name == name)
    }

    /// The plain value of a field that is known and fresh. Whoever calls this answers for where it goes.
    pub fn value(&self, ctx: &Ctx, name: &str) -> Result<Option<String>> {
        let known = self.field(name).filter(|field| field.standing == Standing::Known);
        known.and_then(|field| field.fact.as_ref()).map(|fact| seal::open(ctx, fact)).transpose()
    }
}

/// Whom a form is about, as far as the form service must know.
struct Row {
    subject: Subject,
    name: String,
    place: i32,
    person: Option<person::Model>,
}

/// Fills a form for somebody of the operation's county whom the caller may use base data of.
pub async fn fill(ctx: &Ctx, form: &'static Form, id: Uuid) -> Result<Filled> {
    let row = find(ctx, form.subject, id).await?;
    let place = ctx.snapshot.places.place(row.place)?;
    ctx.require(USE, &place)?;
    if let Some(person) = &row.person {
        only_usable(person)?;
    }
    let today = ctx.today();
    let minor = row.person.as_ref().is_some_and(|person| persons::is_minor(person.birth_date, today));
    let may_see = ctx.actor.is_system() || ctx.holds(seal::SENSITIVE, None, &place);
    let consented = match &row.person {
        Some(person) if form.wants_consent() => Some(consents::standing(ctx, person, form).await?),
        _ => None,
    };
    let known = facts::known(ctx, &[row.subject]).await?;
    let field = |field: &'static Field| -> FilledField {
        let nothing = |standing| FilledField { field, standing, fact: None, stale_since: None };
        let Some(element) = field.element() else { return nothing(Standing::Ask) };
        if consented.as_ref().is_some_and(|elements| !elements.contains(&element.id)) {
            return nothing(Standing::ConsentMissing);
        }
        let fact = known.iter().find(|fact| fact.element == element.id && fact.standing == "in_force");
        if element.sensitivity == Sensitivity::Sensitive && (!may_see || minor && fact.is_some()) {
            return nothing(Standing::NotPermitted);
        }
        match fact {
            None => nothing(Standing::Ask),
            Some(_) if matches!(field.ask, Ask::Anew { .. }) => nothing(Standing::Ask),
            Some(fact) => {
                let since = stale_since(fact, field, today);
                let standing = if since.is_some() { Standing::Stale } else { Standing::Known };
                FilledField { field, standing, fact: Some(fact.clone()), stale_since: since }
            }
        }
    };
    let fields = form.fields.iter().map(field).collect();
    Ok(Filled { form, subject: row.subject, name: row.name, minor, fields })
}

/// The day from which a value is too old for this field, if that day has come.
fn stale_since(fact: &fact::Model, field: &Field, today: NaiveDate) -> Option<NaiveDate> {
    let by_form = field.fresh_days().and_then(|days| fact.observed_on.checked_add_days(Days::new(days.into())));
    let last = [fact.valid_until, by_form].into_iter().flatten().min()?;
    (last < today).then(|| last.succ_opt().unwrap_or(last))
}

async fn find(ctx: &Ctx, kind: SubjectKind, id: Uuid) -> Result<Row> {
    // Somebody of another village of the county may be a party to a matter here; who may use their data is asked at
    // their own place.
    let county = Scope::counties(vec![ctx.place()?.chain()]);
    match kind {
        SubjectKind::Person => {
            let found = person::Entity::within(&county).filter(person::Column::Id.eq(id)).one(ctx.db()).await?;
            let row = found.filter(|row| covers(ctx, row.place)).ok_or(Error::NotFound("person"))?;
            Ok(Row { subject: Subject::from(&row), name: row.name.clone(), place: row.place, person: Some(row) })
        }
        SubjectKind::Household => {
            let found = household::Entity::within(&county).filter(household::Column::Id.eq(id)).one(ctx.db()).await?;
            let row = found.filter(|row| covers(ctx, row.place)).ok_or(Error::NotFound("household"))?;
            Ok(Row { subject: Subject::from(&row), name: row.head_name, place: row.place, person: None })
        }
        SubjectKind::Organisation => {
            let found =
                organisation::Entity::within(&county).filter(organisation::Column::Id.eq(id)).one(ctx.db()).await?;
            let row = found.filter(|row| covers(ctx, row.place)).ok_or(Error::NotFound("organisation"))?;
            Ok(Row { subject: Subject::from(&row), name: row.name, place: row.place, person: None })
        }
    }
}

/// Whether the caller may know of somebody at that place: in the operation's scope, or where they may use base data.
fn covers(ctx: &Ctx, place: i32) -> bool {
    ctx.snapshot.places.place(place).is_ok_and(|place| ctx.scope.covers(&place) || ctx.holds(USE, None, &place))
}

/// Nothing is collected of who is no longer here; a record that was merged says into which.
fn only_usable(row: &person::Model) -> Result<()> {
    if ["present", "moved_out", "dead"].contains(&row.standing.as_str()) {
        return Ok(());
    }
    Err(refuse(
        "base.form.no_longer",
        Text::new("这条档案已不再使用，请用保留的档案", "this record is no longer in use; take the one that was kept"),
    )
    .current(serde_json::json!({ "standing": row.standing, "merged_into": row.merged_into }))
    .into())
}
