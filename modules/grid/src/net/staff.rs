//! Who serves in a grid, in which role, from when to when, and who stands in. Names and telephones are posted with the grid
//! (Binzhou Regulation on Grid Governance, Article 6 ¶2).

use chrono::NaiveDate;
use jizuo_kernel::error::Faults;
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx};
use jizuo_standards::{name::Name, phone::Phone};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::grid;
use super::entity::staff::{ActiveModel, Column, Entity, Model};
use super::service::stands;

/// What somebody is in a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = grid::StaffRole)]
pub(crate) enum Role {
    /// 网格长
    Leader,
    /// 专职网格员
    FullTime,
    /// 兼职网格员
    PartTime,
    /// 微网格员
    Micro,
    /// 党员中心户
    PartyHousehold,
    /// 包联干部
    LinkedOfficer,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Role::Leader => "leader",
            Role::FullTime => "full_time",
            Role::PartTime => "part_time",
            Role::Micro => "micro",
            Role::PartyHousehold => "party_household",
            Role::LinkedOfficer => "linked_officer",
        }
    }

    pub(crate) fn parse(text: &str) -> Role {
        [Role::Leader, Role::FullTime, Role::Micro, Role::PartyHousehold, Role::LinkedOfficer]
            .into_iter()
            .find(|role| role.as_str() == text)
            .unwrap_or(Role::PartTime)
    }
}

/// Somebody who is to serve.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) role: Role,
    /// Left out where an account says who it is.
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) account: Option<Uuid>,
    pub(crate) since: Option<NaiveDate>,
    pub(crate) until: Option<NaiveDate>,
    pub(crate) stands_in_for: Option<Uuid>,
}

/// Lets somebody serve in a grid.
pub(crate) async fn appoint(tx: &mut Tx, row: &grid::Model, new: New) -> Result<Model> {
    let place = stands(tx, row, "grid.net.staff")?;
    let mut faults = Faults::default();
    let since = new.since.unwrap_or_else(|| tx.today());
    if new.until.is_some_and(|until| until < since) {
        faults.add("until", "grid.staff.until", Text::new("不能早于开始日", "it cannot end before it begins"));
    }
    if new.stands_in_for.is_some() && new.until.is_none() {
        let why = Text::new("替班须写明到哪一天", "say until which day somebody stands in");
        faults.add("until", "grid.staff.stand_in", why);
    }
    let phone = new.phone.as_deref().filter(|text| !text.trim().is_empty());
    let phone = phone.and_then(|text| faults.take("phone", Phone::parse(text)));
    let typed = new.name.as_deref().filter(|text| !text.trim().is_empty());
    let name = match (typed, new.account) {
        (Some(_), Some(_)) => {
            let why = Text::new("已选账号，姓名不再填写", "the account says who it is: leave the name out");
            faults.add("name", "grid.staff.twice", why);
            None
        }
        (Some(text), None) => faults.take("name", Name::parse(text)).map(|name| name.expose().to_owned()),
        (None, Some(account)) => {
            let known =
                jizuo_kernel::identity::accounts::names_of(tx, std::iter::once(account)).await?.remove(&account);
            if known.is_none() {
                faults.add("account", "grid.staff.account", Text::new("没有这个账号", "there is no such account"));
            }
            known
        }
        (None, None) => {
            faults.add(
                "name",
                "grid.staff.who",
                Text::new("请填写姓名或选择账号", "give a name, or choose an account"),
            );
            None
        }
    };
    let serving = of(tx, row).await?;
    if let Some(absent) = new.stands_in_for
        && !serving.iter().any(|staff| staff.id == absent)
    {
        let why = Text::new("被替班的人不在这个网格", "whom it stands in for does not serve in this grid");
        faults.add("stands_in_for", "grid.staff.stand_in", why);
    }
    // A grid has one leader at a time, and who stands in for one is no second.
    let overlaps = |other: &&Model| {
        other.until.is_none_or(|until| until >= since) && new.until.is_none_or(|until| other.since <= until)
    };
    if new.role == Role::Leader
        && new.stands_in_for.is_none()
        && serving.iter().filter(overlaps).any(|other| other.role == "leader" && other.stands_in_for.is_none())
    {
        let why = Text::new(
            "这段时间已有网格长，请先让原网格长到期",
            "the grid has a leader then; end the present one first",
        );
        faults.add("role", "grid.staff.leader", why);
    }
    faults.check()?;
    let staff = Model {
        county: row.county,
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        grid: row.id,
        role: new.role.as_str().to_owned(),
        name: name.unwrap_or_default(),
        phone: phone.map(|phone| phone.expose().to_owned()),
        account: new.account,
        since,
        until: new.until,
        stands_in_for: new.stands_in_for,
    };
    insert(tx, vec![ActiveModel::from(staff.clone()).reset_all()]).await?;
    tx.note("role", &staff.role);
    Ok(staff)
}

/// The leader that a file names for a grid that it brings.
pub(super) fn first_leader(
    tx: &Tx,
    row: &grid::Model,
    place: &Place,
    name: String,
    phone: Option<String>,
) -> ActiveModel {
    let leader = Model {
        county: row.county,
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        grid: row.id,
        role: Role::Leader.as_str().to_owned(),
        name,
        phone,
        account: None,
        since: tx.today(),
        until: None,
        stands_in_for: None,
    };
    ActiveModel::from(leader).reset_all()
}

/// Writes them, so many at a time.
pub(super) async fn insert(tx: &Tx, rows: Vec<ActiveModel>) -> Result<()> {
    for some in rows.chunks(500) {
        Entity::insert_many(some.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Ends somebody's service with a day, today unless said otherwise.
pub(crate) async fn end(tx: &mut Tx, row: &grid::Model, staff: Uuid, until: Option<NaiveDate>) -> Result<Model> {
    stands(tx, row, "grid.net.staff")?;
    let serving = of(tx, row).await?.into_iter().find(|one| one.id == staff).ok_or(Error::NotFound("staff"))?;
    let until = until.unwrap_or_else(|| tx.today());
    let mut faults = Faults::default();
    if until < serving.since {
        faults.add("until", "grid.staff.until", Text::new("不能早于开始日", "it cannot end before it begins"));
    }
    faults.check()?;
    finish(tx, &serving, until).await?;
    Ok(Model { until: Some(until), ..serving })
}

pub(super) async fn finish(tx: &Tx, serving: &Model, until: NaiveDate) -> Result<()> {
    Entity::update_within(&Scope::counties(vec![serving.county]))
        .filter(Column::Id.eq(serving.id))
        .col_expr(Column::Until, Expr::value(Some(until)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Everybody who serves or served in a grid, the latest first.
pub(crate) async fn of(ctx: &Ctx, row: &grid::Model) -> Result<Vec<Model>> {
    let in_it = Entity::within(&Scope::counties(vec![row.county])).filter(Column::Grid.eq(row.id));
    Ok(in_it.order_by_desc(Column::Since).order_by_desc(Column::Id).all(ctx.db()).await?)
}

/// Who leads these grids today, and who stands in for them.
pub(super) async fn leaders(ctx: &Ctx, county: &Scope, grids: Vec<Uuid>) -> Result<Vec<Model>> {
    let today = ctx.today();
    Ok(Entity::within(county)
        .filter(Column::Grid.is_in(grids))
        .filter(Column::Role.eq("leader"))
        .filter(Column::Since.lte(today))
        .filter(Column::Until.is_null().or(Column::Until.gte(today)))
        .all(ctx.db())
        .await?)
}

/// Who serves in a grid goes on in the one that takes over, under the same terms.
pub(super) async fn go_on_in(tx: &Tx, old: &grid::Model, new: &grid::Model) -> Result<()> {
    let today = tx.today();
    let serving: Vec<Model> =
        of(tx, old).await?.into_iter().filter(|one| one.until.is_none_or(|until| until > today)).collect();
    let county = Scope::counties(vec![old.county]);
    if serving.is_empty() {
        return Ok(());
    }
    // A stand-in's row points to another one of the same list.
    let ids: Vec<(Uuid, Uuid)> = serving.iter().map(|one| (one.id, tx.id())).collect();
    let renewed = |id: Uuid| ids.iter().find(|(old, _)| *old == id).map(|(_, new)| *new);
    let rows = serving.iter().map(|one| {
        let staff = Model {
            id: renewed(one.id).unwrap_or(one.id),
            place: new.place,
            grid: new.id,
            since: std::cmp::max(one.since, today),
            stands_in_for: one.stands_in_for.and_then(renewed),
            ..one.clone()
        };
        ActiveModel::from(staff).reset_all()
    });
    insert(tx, rows.collect()).await?;
    Entity::update_within(&county)
        .filter(Column::Grid.eq(old.id))
        .filter(Column::Until.is_null().or(Column::Until.gt(today)))
        .col_expr(Column::Until, Expr::value(Some(today)))
        .exec(tx.db())
        .await?;
    Ok(())
}
