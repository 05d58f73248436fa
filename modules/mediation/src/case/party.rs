//! The parties of a case: who they are, and how they are reached.

use chrono::{DateTime, Utc};
use jizuo_kernel::error::Faults;
use jizuo_kernel::forms::{self, Answers};
use jizuo_kernel::module::Held;
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Text, Tx};
use jizuo_standards::{mask, name::Name, phone::Phone};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::Model as Case;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mediation_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub case_id: Uuid,
    pub side: Side,
    pub name: String,
    /// Sealed with the master key.
    pub phone: Option<Vec<u8>>,
    pub added_at: DateTime<Utc>,
    /// The person of the base data, where it is one.
    pub person: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::scoped!(Entity);

/// On which side a party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = mediation::Side)]
pub enum Side {
    /// 申请人
    Applicant,
    /// 被申请人
    Respondent,
}

/// A party as somebody names it.
#[derive(Clone, Debug)]
pub(crate) struct New {
    /// Somebody whom the base data knows; then no name is typed.
    pub(crate) person: Option<Uuid>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) side: Side,
}

/// A party whose fields are right.
pub(crate) struct Checked {
    who: Who,
    side: Side,
}

enum Who {
    Told { name: Name, phone: Option<Phone> },
    Known { person: Uuid, answers: Answers },
}

impl New {
    /// `before` stands before the fields' names: `parties.0.`
    pub(crate) fn check(&self, faults: &mut Faults, before: &str) -> Option<Checked> {
        if let Some(person) = self.person {
            if self.name.is_some() {
                let why = Text::new("已写明 person，姓名不再填写", "person says who it is: leave the name out");
                faults.add(format!("{before}name"), "mediation.party.twice", why);
            }
            let typed = self.phone.clone().map(|phone| ("phone".to_owned(), phone));
            let answers =
                Answers { before: before.to_owned(), answers: typed.into_iter().collect(), ..Answers::default() };
            return Some(Checked { who: Who::Known { person, answers }, side: self.side });
        }
        let name = faults.take(&format!("{before}name"), Name::parse(self.name.as_deref().unwrap_or_default()));
        let phone = self.phone.as_deref().map(|text| faults.take(&format!("{before}phone"), Phone::parse(text)));
        Some(Checked { who: Who::Told { name: name?, phone: phone.flatten() }, side: self.side })
    }
}

/// Writes a party of a case. Who is known to the base data is filled in from there.
pub(crate) async fn insert(tx: &mut Tx, case: &Case, party: Checked) -> Result<Model> {
    let id = tx.id();
    let (person, name, phone) = match party.who {
        Who::Told { name, phone } => (None, name.expose().to_owned(), phone.map(|phone| phone.expose().to_owned())),
        Who::Known { person, answers } => {
            let filled = forms::answer(tx, &crate::forms::PARTY, person, &answers).await?;
            let text = |field: &str| filled.value(field).map(str::to_owned);
            (Some(person), text("name").unwrap_or_default(), text("phone"))
        }
    };
    let phone = match phone {
        Some(phone) => Some(tx.app.keyring.seal(PHONE, id.as_bytes(), phone.as_bytes())?),
        None => None,
    };
    let row = ActiveModel {
        county: Set(case.county),
        id: Set(id),
        prefecture: Set(case.prefecture),
        township: Set(case.township),
        village: Set(case.village),
        place: Set(case.place),
        case_id: Set(case.id),
        side: Set(party.side),
        name: Set(name),
        phone: Set(phone),
        added_at: Set(tx.now),
        person: Set(person),
    };
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

const PHONE: &str = "mediation.phone";

impl Model {
    /// The telephone as it is shown.
    pub(crate) fn masked_phone(&self, ctx: &Ctx) -> Result<Option<String>> {
        let Some(sealed) = &self.phone else { return Ok(None) };
        let plain = ctx.app.keyring.open(PHONE, self.id.as_bytes(), sealed)?;
        Ok(Some(mask::phone(&String::from_utf8_lossy(&plain))))
    }
}

/// The parties of a case, in the order in which they were named.
pub(crate) async fn of(db: &impl ConnectionTrait, case: &Case) -> Result<Vec<Model>> {
    let rows = Entity::within(&Scope::counties(vec![case.county]))
        .filter(Column::CaseId.eq(case.id))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows)
}

/// The cases that somebody of the base data is a party of.
pub(crate) async fn held(ctx: &Ctx, person: Uuid) -> Result<Vec<Held>> {
    use super::entity::{Column as CaseColumn, Entity as Cases};
    let county = Scope::counties(vec![ctx.place()?.chain()]);
    let parties = Entity::within(&county).filter(Column::Person.eq(person)).all(ctx.db()).await?;
    let cases = Cases::within(&county)
        .filter(CaseColumn::Id.is_in(parties.iter().map(|party| party.case_id)))
        .order_by_desc(CaseColumn::Id)
        .all(ctx.db())
        .await?;
    Ok(cases
        .into_iter()
        .map(|case| Held {
            kind: "mediation.case".to_owned(),
            id: case.id,
            label: case.code,
            role: Text::new("当事人", "party"),
            at: case.opened_at,
            open: case.closed_at.is_none(),
        })
        .collect())
}

/// Names the ids that are no party of the case, each by its field.
pub(crate) fn known(faults: &mut Faults, parties: &[Model], field: &str, ids: &[Uuid]) {
    for (n, id) in ids.iter().enumerate() {
        let twice = ids[..n].contains(id);
        if twice || !parties.iter().any(|party| party.id == *id) {
            let why = if twice {
                Text::new("同一当事人写了两次", "this party stands here twice")
            } else {
                Text::new("不是本案的当事人", "this is no party of the case")
            };
            faults.add(format!("{field}.{n}"), "mediation.party.unknown", why);
        }
    }
}

/// The names of the parties that are not among `ids`, to be read by who deals with the case.
pub(crate) fn missing<'a>(parties: &'a [Model], ids: &[Uuid]) -> Vec<&'a str> {
    parties.iter().filter(|party| !ids.contains(&party.id)).map(|party| party.name.as_str()).collect()
}
