//! Grants: a role at a place, optionally until a date; and the roles a county makes itself.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{account, grant, role};
use crate::error::{Faults, refuse};
use crate::places::Place;
use crate::snapshot::{Part, Snapshot};
use crate::{App, Ctx, Error, Reference, Result, Text, Tx, counties, say};

/// The three kinds of administrator, kept apart (GB/T 22239-2019 8.1.4.2).
pub const SYSTEM_ADMIN: &str = "base.system_admin";
pub const SECURITY_ADMIN: &str = "base.security_admin";
pub const AUDIT_ADMIN: &str = "base.audit_admin";

pub fn is_administrator(role: &str) -> bool {
    [SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN].contains(&role)
}

/// Roles that counties made, by id.
#[derive(Debug, Default)]
pub struct LocalRoles(pub(super) HashMap<String, LocalRole>);

#[derive(Clone, Debug)]
pub struct LocalRole {
    pub id: String,
    pub place: i32,
    pub title: String,
    pub permissions: Vec<String>,
}

impl LocalRoles {
    pub fn get(&self, id: &str) -> Option<&LocalRole> {
        self.0.get(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    pub fn at<'a>(&'a self, lineage: &'a [i32]) -> impl Iterator<Item = &'a LocalRole> {
        let mut found: Vec<_> = self.0.values().filter(|role| lineage.contains(&role.place)).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.into_iter()
    }
}

pub async fn load_roles(db: &impl ConnectionTrait) -> Result<LocalRoles> {
    let rows = role::Entity::all().all(db).await?;
    Ok(LocalRoles(
        rows.into_iter()
            .map(|row| {
                let permissions = serde_json::from_value(row.permissions).unwrap_or_default();
                (row.id.clone(), LocalRole { id: row.id, place: row.place, title: row.title, permissions })
            })
            .collect(),
    ))
}

/// What a role allows in this build; nothing for a role of a module that this build does not carry.
pub(crate) fn permissions_of(app: &App, snapshot: &Snapshot, role: &str) -> Option<Vec<String>> {
    let template = app.registry.modules().iter().flat_map(|m| m.roles).find(|t| t.id == role);
    match template {
        Some(template) => Some(template.permissions.iter().map(|p| (*p).to_owned()).collect()),
        None => snapshot.roles.0.get(role).map(|local| local.permissions.clone()),
    }
}

/// Of these permissions, those of modules that are on at a place: the others rest with their modules.
pub(super) fn awake<'a>(ctx: &Ctx, place: &Place, permissions: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let on = |module: &str| counties::is_alive_at(&ctx.snapshot, place, module, ctx.now);
    permissions.into_iter().filter(|id| id.split('.').next().is_some_and(on)).map(str::to_owned).collect()
}

/// Makes a role of the operation's place, from permissions that exist.
pub async fn define_role(tx: &mut Tx, name: &str, title: &str, permissions: Vec<String>) -> Result<LocalRole> {
    let place = tx.place()?.clone();
    let mut faults = Faults::default();
    if name.is_empty()
        || name.len() > 40
        || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    {
        faults.add("name", "base.role.name", Text::new("用小写字母、数字和下划线", "use a–z, 0–9 and _"));
    }
    let title = faults.text("title", title, 50);
    for permission in &permissions {
        if tx.app.registry.permission(permission).is_none() {
            faults.add(
                "permissions",
                "base.role.permission",
                say!("没有“{permission}”这项权限", "there is no permission {permission}"),
            );
        } else if is_administrators_own(permission) {
            faults.add(
                "permissions",
                "base.duty.separate",
                say!("“{permission}”只属于管理员角色", "{permission} belongs to the administrators' roles only"),
            );
        }
    }
    faults.check()?;
    let id = format!("local.{}.{name}", place.id);
    let row = role::ActiveModel {
        id: Set(id.clone()),
        place: Set(place.id),
        title: Set(title.clone()),
        permissions: Set(serde_json::json!(permissions)),
    };
    match role::Entity::insert(row).exec_without_returning(tx.db()).await {
        Ok(_) => {}
        Err(error) if crate::db::is_duplicate(&error) => {
            return Err(refuse("base.role.taken", Text::new("已有同名角色", "there is a role of this name")).into());
        }
        Err(error) => return Err(error.into()),
    }
    tx.touch(Part::Roles);
    tx.note("role", &id);
    Ok(LocalRole { id, place: place.id, title, permissions })
}

/// A role made from an administrator's permissions would undo their separation.
fn is_administrators_own(permission: &str) -> bool {
    crate::MODULE
        .roles
        .iter()
        .filter(|role| is_administrator(role.id))
        .any(|role| role.permissions.contains(&permission))
        && !crate::MODULE.roles.iter().any(|role| !is_administrator(role.id) && role.permissions.contains(&permission))
}

/// No grant is longer; a date further off is a slip, and no database keeps every year.
const LONGEST_DAYS: i64 = 36_600;

/// What is to be granted.
#[derive(Clone, Debug)]
pub struct New {
    pub account: Uuid,
    pub role: String,
    pub place: i32,
    pub until: Option<DateTime<Utc>>,
}

/// Gives a role at a place within the operation's place.
pub async fn give(tx: &mut Tx, new: New) -> Result<grant::Model> {
    let snapshot = tx.snapshot.clone();
    let mut faults = Faults::default();
    let local = snapshot.roles.0.get(&new.role);
    let fits = local.is_none_or(|role| snapshot.places.contains(role.place, new.place));
    if permissions_of(&tx.app, &snapshot, &new.role).is_none() || !fits {
        let role = &new.role;
        faults.add("role", "base.grant.role", say!("这里没有“{role}”这个角色", "there is no role {role} here"));
    }
    if new.until.is_some_and(|until| until <= tx.now || until > tx.now + Duration::days(LONGEST_DAYS)) {
        faults.add(
            "until",
            "base.grant.until",
            Text::new("截止时间须在将来，最长一百年", "the end must lie in the future, and within a hundred years"),
        );
    }
    faults.check()?;
    if tx.actor.account == Some(new.account) {
        return Err(refuse(
            "base.grant.self",
            Text::new(
                "不能给自己授权，请另一位安全管理员办理",
                "Nobody grants to themselves; ask another security administrator",
            ),
        )
        .source(Text::new("GB/T 22239-2019 8.1.4.2", "GB/T 22239-2019 8.1.4.2"))
        .who(Text::new("另一位安全管理员", "another security administrator"))
        .into());
    }
    if is_administrator(&new.role) {
        let present = live(tx, vec![new.account]).await?;
        if let Some(other) = present.iter().find(|g| is_administrator(&g.role) && g.role != new.role) {
            let role = &other.role;
            return Err(refuse(
                "base.duty.separate",
                say!(
                    "该账号已是管理员（{role}）。系统、安全、审计三员必须由不同的人担任。",
                    "This account is an administrator already ({role}). System, security and audit are kept by different people."
                ),
            )
            .source(Text::new("GB/T 22239-2019 8.1.4.2（三权分立）", "GB/T 22239-2019 8.1.4.2 (separation of administrators)"))
            .who(Text::new("另一个账号", "another account"))
            .into());
        }
    }
    let row = grant::ActiveModel {
        id: Set(tx.id()),
        account: Set(new.account),
        role: Set(new.role.clone()),
        place: Set(new.place),
        until: Set(new.until),
        granted_by: Set(tx.actor.name.clone()),
        granted_at: Set(tx.now),
        revoked_at: Set(None),
    };
    tx.note("role", &new.role);
    tx.note("place", snapshot.places.get(new.place).map(|p| p.code.clone()));
    tx.note("until", new.until);
    Ok(grant::Entity::insert(row).exec_with_returning(tx.db()).await?)
}

pub(super) async fn live(tx: &Tx, accounts: Vec<Uuid>) -> Result<Vec<grant::Model>> {
    Ok(grant::Entity::all()
        .filter(grant::Column::Account.is_in(accounts))
        .filter(grant::Column::RevokedAt.is_null())
        .filter(grant::Column::Until.is_null().or(grant::Column::Until.gt(tx.now)))
        .all(tx.db())
        .await?)
}

/// Whether an account other than the actor holds a permission at a place, now.
pub async fn may(tx: &Tx, account: Uuid, permission: &str, place: &Place) -> Result<bool> {
    Ok(who_may(tx, &[account], permission, place).await?.contains_key(&account))
}

/// Of these accounts those that hold a permission at a place, now, with their names.
pub async fn who_may(tx: &Tx, accounts: &[Uuid], permission: &str, place: &Place) -> Result<HashMap<Uuid, String>> {
    let tree = &tx.snapshot.places;
    let holds = |grant: &grant::Model| {
        permissions_of(&tx.app, &tx.snapshot, &grant.role).is_some_and(|held| held.iter().any(|p| p == permission))
            && tree
                .successor(grant.place)
                .is_some_and(|granted| tree.contains(granted.id, place.id) && tx.reaches(permission, &granted))
    };
    let grants = live(tx, accounts.to_vec()).await?;
    let holders: HashSet<Uuid> = grants.iter().filter(|grant| holds(grant)).map(|grant| grant.account).collect();
    let known = account::Entity::all()
        .filter(account::Column::Id.is_in(holders))
        .filter(account::Column::DisabledAt.is_null())
        .all(tx.db())
        .await?;
    Ok(known.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The grants of an account that touch the operation's place, newest first.
pub async fn of_account(ctx: &Ctx, account: Uuid) -> Result<Vec<grant::Model>> {
    Ok(of_accounts(ctx, vec![account]).await?.remove(&account).unwrap_or_default())
}

/// The same of several accounts, in one query.
pub async fn of_accounts(ctx: &Ctx, accounts: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<grant::Model>>> {
    let here = ctx.place()?.id;
    let rows = grant::Entity::all()
        .filter(grant::Column::Account.is_in(accounts))
        .filter(grant::Column::RevokedAt.is_null())
        .order_by_desc(grant::Column::Id)
        .all(ctx.db())
        .await?;
    let tree = &ctx.snapshot.places;
    let mine = |at: i32| {
        ctx.actor.is_system() || tree.get(at).is_some_and(|place| ctx.holds("base.grant.manage", None, place))
    };
    let mut held: HashMap<Uuid, Vec<grant::Model>> = HashMap::new();
    for row in rows.into_iter().filter(|row| tree.contains(here, row.place) && mine(row.place)) {
        held.entry(row.account).or_default().push(row);
    }
    Ok(held)
}

/// Takes a grant back at once.
pub async fn revoke(tx: &mut Tx, id: Uuid) -> Result<()> {
    let here = tx.place()?.id;
    let row = grant::Entity::all()
        .filter(grant::Column::Id.eq(id))
        .filter(grant::Column::RevokedAt.is_null())
        .one(tx.db())
        .await?
        .filter(|row| tx.snapshot.places.contains(here, row.place))
        .ok_or(Error::NotFound("grant"))?;
    keep_an_administrator(tx, row.account, Some(row.id)).await?;
    grant::Entity::change()
        .col_expr(grant::Column::RevokedAt, Expr::value(Some(tx.now)))
        .filter(grant::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    tx.note("role", &row.role);
    tx.note("account", row.account);
    Ok(())
}

/// An installation is never left without an administrator: the last system or security administrator at the top stays.
pub(super) async fn keep_an_administrator(tx: &Tx, account: Uuid, only: Option<Uuid>) -> Result<()> {
    let roots = tx.snapshot.places.roots().to_vec();
    for role in [SYSTEM_ADMIN, SECURITY_ADMIN] {
        let mine = live(tx, vec![account])
            .await?
            .into_iter()
            .any(|g| g.role == role && roots.contains(&g.place) && only.is_none_or(|id| id == g.id));
        if !mine {
            continue;
        }
        // Two who take each other's role back at the same moment wait here, so that the second sees what the first did.
        crate::snapshot::bump(tx.db(), Part::Roles).await?;
        let others: Vec<Uuid> = grant::Entity::all()
            .filter(grant::Column::Role.eq(role))
            .filter(grant::Column::Place.is_in(roots.clone()))
            .filter(grant::Column::RevokedAt.is_null())
            .filter(grant::Column::Until.is_null())
            .filter(grant::Column::Account.ne(account))
            .all(tx.db())
            .await?
            .into_iter()
            .map(|g| g.account)
            .collect();
        let enabled = account::Entity::all()
            .filter(account::Column::Id.is_in(others))
            .filter(account::Column::DisabledAt.is_null())
            .one(tx.db())
            .await?;
        if enabled.is_none() {
            return Err(refuse(
                "base.administrator.last",
                say!(
                    "这是最后一位省级管理员（{role}）。请先任命另一位。",
                    "This is the last administrator at the top ({role}). Appoint another one first."
                ),
            )
            .source(Text::new("GB/T 22239-2019 8.1.4.2", "GB/T 22239-2019 8.1.4.2"))
            .who(Text::new("安全管理员，任命另一位之后", "a security administrator, after appointing another"))
            .into());
        }
    }
    Ok(())
}
