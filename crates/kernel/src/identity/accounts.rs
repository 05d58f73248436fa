//! Accounts: opened by a security administrator with a one-time password, disabled, unlocked, given a second factor.

use std::collections::{HashMap, HashSet};

use jizuo_standards::name;
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::entity::{account, grant, session};
use super::{password, totp};
use crate::error::{Faults, refuse};
use crate::page::{Page, Paging};
use crate::places::Place;
use crate::{Ctx, Error, Reference, Result, Text, Tx, db, say};

/// A new account.
#[derive(Clone, Debug)]
pub struct New {
    pub login: String,
    pub name: String,
    /// Home of the account.
    pub place: i32,
}

/// Opens an account; the returned one-time password is shown once and stored nowhere.
pub async fn open(tx: &mut Tx, new: New) -> Result<(account::Model, String)> {
    let mut faults = Faults::default();
    let login = new.login.trim().to_lowercase();
    let plain = (3..=40).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_@".contains(&b));
    if !plain {
        faults.add(
            "login",
            "base.account.login",
            Text::new("登录名为 3 到 40 个小写字母、数字或 . - _ @", "a login name is 3 to 40 of a–z, 0–9 and . - _ @"),
        );
    }
    let name = faults.take("name", name::Name::parse(&new.name));
    faults.check()?;
    let secret = password::generate();
    let row = account::ActiveModel {
        id: Set(tx.id()),
        login: Set(login.clone()),
        name: Set(name.map(|n| n.expose().to_owned()).unwrap_or_default()),
        home: Set(new.place),
        password: Set(hash(secret.clone()).await?),
        password_at: Set(tx.now),
        must_change: Set(true),
        failures: Set(0),
        locked_until: Set(None),
        disabled_at: Set(None),
        totp: Set(None),
        totp_confirmed: Set(false),
        totp_step: Set(0),
        created_at: Set(tx.now),
        version: Set(1),
    };
    match account::Entity::insert(row).exec_with_returning(tx.db()).await {
        Ok(account) => {
            tx.note("login", &account.login);
            Ok((account, secret))
        }
        Err(error) if db::is_duplicate(&error) => Err(refuse(
            "base.account.taken",
            say!("登录名“{login}”已有人使用，请换一个", "the login name '{login}' is taken; choose another"),
        )
        .into()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn hash(secret: String) -> Result<String> {
    tokio::task::spawn_blocking(move || password::hash(&secret)).await.map_err(crate::error::internal)?
}

/// Whether the caller looks after accounts that are at home there, and they belong to the operation's place.
fn looks_after(ctx: &Ctx, home: i32) -> bool {
    let tree = &ctx.snapshot.places;
    let mine = |home: &Place| ctx.actor.is_system() || ctx.holds("base.account.manage", None, home);
    ctx.place().is_ok_and(|here| tree.contains(here.id, home)) && tree.get(home).is_some_and(|home| mine(home))
}

/// An account that the caller looks after, else not found.
pub async fn find(ctx: &Ctx, id: Uuid) -> Result<account::Model> {
    account::Entity::all()
        .filter(account::Column::Id.eq(id))
        .one(ctx.db())
        .await?
        .filter(|account| looks_after(ctx, account.home))
        .ok_or(Error::NotFound("account"))
}

/// Who looks after a place does not take over an administrator of a higher one, whose home happens to be here.
async fn refuse_a_higher(tx: &Tx, account: &account::Model) -> Result<()> {
    let here = tx.place()?.id;
    let held = super::grants::live(tx, vec![account.id]).await?;
    let higher =
        held.iter().find(|g| super::grants::is_administrator(&g.role) && !tx.snapshot.places.contains(here, g.place));
    let Some(higher) = higher else { return Ok(()) };
    let name = tx.snapshot.places.name(higher.place);
    Err(Error::Forbidden(
        refuse(
            "base.account.higher",
            say!(
                "该账号是{name}的管理员，须由那里的安全管理员办理",
                "This account is an administrator of {name}; a security administrator there must do it"
            ),
        )
        .source(Text::new("GB/T 22239-2019 8.1.4.2（最小权限）", "GB/T 22239-2019 8.1.4.2 (least privilege)"))
        .who(say!("{name}的安全管理员", "a security administrator of {name}")),
    ))
}

/// Which accounts are looked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Part of the login name or of the name.
    pub q: Option<String>,
    /// Who holds this role, here or below.
    pub role: Option<String>,
}

/// Where an account is at home.
pub async fn home_of(ctx: &Ctx, account: Uuid) -> Result<Option<i32>> {
    let known = account::Entity::all().filter(account::Column::Id.eq(account));
    Ok(known.select_only().column(account::Column::Home).into_tuple().one(ctx.db()).await?)
}

/// Names by account, as colleagues know them.
pub async fn names_of(ctx: &Ctx, accounts: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let accounts: HashSet<Uuid> = accounts.collect();
    if accounts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = account::Entity::all()
        .filter(account::Column::Id.is_in(accounts))
        .select_only()
        .columns([account::Column::Id, account::Column::Name])
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// The accounts that are at home here or below, newest first.
pub async fn list(ctx: &Ctx, wanted: &Wanted, paging: &Paging) -> Result<Page<account::Model>> {
    let here = ctx.place()?;
    let tree = &ctx.snapshot.places;
    let mut query = account::Entity::all();
    let everybody = here.parent.is_none() && tree.roots().len() == 1 && looks_after(ctx, here.id);
    if !everybody {
        let homes = tree.descendants(here.id).into_iter().filter(|home| looks_after(ctx, *home));
        query = query.filter(db::one_of(account::Column::Home, homes.collect()));
    }
    if let Some(q) = wanted.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        query = query.filter(account::Column::Login.contains(q.to_lowercase()).or(account::Column::Name.contains(q)));
    }
    if let Some(role) = wanted.role.as_deref().filter(|role| !role.is_empty()) {
        let holding = grant::Entity::all()
            .select_only()
            .column(grant::Column::Account)
            .filter(grant::Column::Role.eq(role))
            .filter(grant::Column::RevokedAt.is_null())
            .filter(db::one_of(grant::Column::Place, tree.descendants(here.id)));
        query = query.filter(account::Column::Id.in_subquery(holding.into_query()));
    }
    paging.newest(ctx, query, account::Column::Id).await
}

/// Disables an account and ends its sessions and tokens, or lets it in again.
pub async fn set_disabled(tx: &mut Tx, account: &account::Model, disabled: bool) -> Result<account::Model> {
    refuse_a_higher(tx, account).await?;
    if disabled {
        super::grants::keep_an_administrator(tx, account.id, None).await?;
        session::Entity::remove().filter(session::Column::Account.eq(account.id)).exec(tx.db()).await?;
    }
    let at = disabled.then_some(tx.now);
    tx.note("disabled", disabled);
    change(tx, account, &[(account::Column::DisabledAt, Expr::value(at))]).await
}

/// A new one-time password; ends a lock and every session.
pub async fn reset_password(tx: &mut Tx, account: &account::Model) -> Result<String> {
    refuse_a_higher(tx, account).await?;
    let secret = password::generate();
    let hashed = hash(secret.clone()).await?;
    session::Entity::remove().filter(session::Column::Account.eq(account.id)).exec(tx.db()).await?;
    change(
        tx,
        account,
        &[
            (account::Column::Password, Expr::value(hashed)),
            (account::Column::PasswordAt, Expr::value(tx.now)),
            (account::Column::MustChange, Expr::value(true)),
            (account::Column::Failures, Expr::value(0)),
            (account::Column::LockedUntil, Expr::value(None::<chrono::DateTime<chrono::Utc>>)),
        ],
    )
    .await?;
    Ok(secret)
}

/// The owner chooses a new password; every other session ends.
pub async fn change_password(tx: &mut Tx, account: &account::Model, old: String, new: String) -> Result<()> {
    let mut faults = Faults::default();
    let stored = account.password.clone();
    let same = old == new;
    let right =
        tokio::task::spawn_blocking(move || password::verify(&old, &stored)).await.map_err(crate::error::internal)?;
    if !right {
        faults.add("old", "base.password.wrong", Text::new("原密码不对", "this is not the present password"));
    }
    if same {
        faults.add("new", "base.password.same", Text::new("新旧密码相同", "this is the old password"));
    }
    password::check("new", &new, &account.login, &tx.app.settings.sign_in, &mut faults);
    faults.check()?;
    let hashed = hash(new).await?;
    let keep = tx.actor.credential.clone().unwrap_or_default();
    session::Entity::remove()
        .filter(session::Column::Account.eq(account.id))
        .filter(session::Column::Fingerprint.ne(keep))
        .exec(tx.db())
        .await?;
    change(
        tx,
        account,
        &[
            (account::Column::Password, Expr::value(hashed)),
            (account::Column::PasswordAt, Expr::value(tx.now)),
            (account::Column::MustChange, Expr::value(false)),
        ],
    )
    .await?;
    Ok(())
}

/// A new second factor, in base32 for the authenticator; it counts once [`confirm_factor`] has seen a code.
pub async fn begin_factor(tx: &mut Tx, account: &account::Model) -> Result<String> {
    if account.totp_confirmed {
        return Err(refuse(
            "base.factor.present",
            Text::new(
                "已有第二因素，先由安全管理员重置",
                "there is a second factor; a security administrator must reset it first",
            ),
        )
        .who(Text::new("安全管理员", "a security administrator"))
        .into());
    }
    let (sealed, secret) = totp::new_secret(&tx.app, account.id)?;
    change(tx, account, &[(account::Column::Totp, Expr::value(Some(sealed)))]).await?;
    Ok(secret)
}

pub async fn confirm_factor(tx: &mut Tx, account: &account::Model, code: &str) -> Result<()> {
    let step = match &account.totp {
        Some(sealed) => totp::step_of(&tx.app, account.id, sealed, code, account.totp_step)?,
        None => None,
    };
    let step = step.ok_or_else(wrong_code)?;
    change(
        tx,
        account,
        &[(account::Column::TotpConfirmed, Expr::value(true)), (account::Column::TotpStep, Expr::value(step))],
    )
    .await?;
    Ok(())
}

/// For somebody who lost the telephone.
pub async fn reset_factor(tx: &mut Tx, account: &account::Model) -> Result<account::Model> {
    change(
        tx,
        account,
        &[(account::Column::Totp, Expr::value(None::<Vec<u8>>)), (account::Column::TotpConfirmed, Expr::value(false))],
    )
    .await
}

pub(super) fn wrong_code() -> Error {
    crate::error::invalid(
        "code",
        "base.factor.wrong",
        Text::new("验证码不对或已用过，请等下一个", "the code is wrong or was used; wait for the next one"),
    )
}

/// Compare and set on the version.
pub(super) async fn change(
    tx: &Tx,
    account: &account::Model,
    values: &[(account::Column, sea_orm::sea_query::SimpleExpr)],
) -> Result<account::Model> {
    let mut update = account::Entity::change()
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(account::Column::Id.eq(account.id))
        .filter(account::Column::Version.eq(account.version));
    for (column, value) in values {
        update = update.col_expr(*column, value.clone());
    }
    update.exec_with_returning(tx.db()).await?.pop().ok_or_else(|| {
        refuse(
            "base.version.stale",
            Text::new("账号刚被别人修改，请重试", "the account was changed by somebody else just now; try again"),
        )
        .into()
    })
}
