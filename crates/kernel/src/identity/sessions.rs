//! Signing in and out, and tokens for programs.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ExprTrait;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{account, session};
use super::recognise::{SESSION, TOKEN};
use super::{Actor, password, totp};
use crate::error::{Faults, refuse};
use crate::keyring::{fingerprint, random_token};
use crate::{Ctx, Error, Reference, Reply, Result, Subject, Text, Tx, say};

/// What a person types.
pub struct Credentials {
    pub login: String,
    pub password: String,
    pub code: Option<String>,
}

/// A session as it is handed out, once.
pub struct Started {
    pub secret: String,
    pub account: account::Model,
    pub expires_at: DateTime<Utc>,
}

/// Checks the credentials, counts failures, locks, and starts a session. Success and failure are both on the record.
pub async fn sign_in(ctx: &Ctx, given: Credentials) -> Result<Started> {
    let login = given.login.trim().to_lowercase();
    let found = account::Entity::all()
        .filter(account::Column::Login.eq(&login))
        .filter(account::Column::DisabledAt.is_null())
        .one(ctx.db())
        .await?;
    let Some(account) = found else {
        let typed = given.password;
        tokio::task::spawn_blocking(move || password::waste_time(&typed)).await.map_err(crate::error::internal)?;
        return Err(wrong());
    };
    let home = ctx.snapshot.places.place(account.home)?;
    let (login, name) = (account.login.clone(), account.name.clone());
    let actor = Actor { account: Some(account.id), login, name, ..Actor::anonymous() };
    let ctx = ctx.clone().acting(actor).standing_at(home);
    if let Some(until) = account.locked_until.filter(|until| *until > ctx.now) {
        return Err(locked(until));
    }
    let (typed, stored) = (given.password, account.password.clone());
    let right =
        tokio::task::spawn_blocking(move || password::verify(&typed, &stored)).await.map_err(crate::error::internal)?;
    if !right {
        return Err(failed(&ctx, &account).await?);
    }
    let step = match (&account.totp, account.totp_confirmed) {
        (Some(sealed), true) => {
            let Some(code) = given.code else {
                return Err(unauthorised(
                    "base.session.code",
                    Text::new("请同时提交第二因素验证码（code）", "send the code of your second factor as well (code)"),
                ));
            };
            match totp::step_of(&ctx.app, account.id, sealed, &code, account.totp_step)? {
                Some(step) => step,
                None => return Err(failed(&ctx, &account).await?),
            }
        }
        _ => account.totp_step,
    };
    let secret = random_token();
    let expires_at = ctx.now + Duration::hours(ctx.app.settings.sign_in.session_hours);
    let tx = ctx.begin().await?;
    let moved = account::Entity::change()
        .col_expr(account::Column::Failures, Expr::value(0))
        .col_expr(account::Column::LockedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(account::Column::TotpStep, Expr::value(step))
        .filter(account::Column::Id.eq(account.id))
        .filter(account::Column::TotpStep.eq(account.totp_step))
        .exec(tx.db())
        .await?;
    if moved.rows_affected == 0 {
        // Another sign-in used the same code a moment earlier.
        return Err(wrong());
    }
    let id = insert(&tx, SESSION, "", &secret, account.id, None, expires_at).await?;
    tx.commit("base.session.start", Subject::new("base.session", id), Reply::none()).await?;
    Ok(Started { secret, account, expires_at })
}

async fn failed(ctx: &Ctx, account: &account::Model) -> Result<Error> {
    let rules = &ctx.app.settings.sign_in;
    let tx = ctx.begin().await?;
    let changed = account::Entity::change()
        .col_expr(account::Column::Failures, Expr::col(account::Column::Failures).add(1))
        .filter(account::Column::Id.eq(account.id))
        .exec_with_returning(tx.db())
        .await?;
    let failures = changed.first().map_or(0, |row| row.failures);
    let lock = failures >= rules.failures;
    let until = ctx.now + Duration::minutes(rules.lock_minutes);
    if lock {
        account::Entity::change()
            .col_expr(account::Column::Failures, Expr::value(0))
            .col_expr(account::Column::LockedUntil, Expr::value(Some(until)))
            .filter(account::Column::Id.eq(account.id))
            .exec(tx.db())
            .await?;
    }
    let action = if lock { "base.session.lock" } else { "base.session.fail" };
    tx.commit(action, Subject::new("base.account", account.id), Reply::none()).await?;
    Ok(if lock { locked(until) } else { wrong() })
}

fn wrong() -> Error {
    unauthorised(
        "base.session.wrong",
        Text::new("登录名、密码或验证码不对", "the login name, password or code is wrong"),
    )
}

fn unauthorised(code: &'static str, message: Text) -> Error {
    Error::Unreadable { status: axum::http::StatusCode::UNAUTHORIZED, code, message }
}

fn locked(until: DateTime<Utc>) -> Error {
    let at = until.with_timezone(&crate::clock::china()).format("%H:%M").to_string();
    refuse(
        "base.session.locked",
        say!(
            "多次输错密码，账号已锁定到 {at}。可以等待，或请安全管理员重置密码。",
            "Too many wrong passwords: the account is locked until {at}. Wait, or ask a security administrator for a new password."
        ),
    )
    .source(Text::new("GB/T 22239-2019 8.1.4.1", "GB/T 22239-2019 8.1.4.1"))
    .who(Text::new("安全管理员", "a security administrator"))
    .into()
}

async fn insert(
    tx: &Tx,
    kind: &str,
    label: &str,
    secret: &str,
    account: Uuid,
    permissions: Option<Vec<String>>,
    expires_at: DateTime<Utc>,
) -> Result<Uuid> {
    let id = tx.id();
    let row = session::ActiveModel {
        fingerprint: Set(fingerprint(secret)),
        id: Set(id),
        account: Set(account),
        kind: Set(kind.to_owned()),
        label: Set(label.to_owned()),
        permissions: Set(permissions.map(|list| serde_json::json!(list))),
        created_at: Set(tx.now),
        seen_at: Set(tx.now),
        expires_at: Set(expires_at),
    };
    session::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(id)
}

/// Ends the session or token that was shown.
pub async fn sign_out(tx: &Tx) -> Result<()> {
    let shown = tx.actor.credential.clone().unwrap_or_default();
    session::Entity::remove().filter(session::Column::Fingerprint.eq(shown)).exec(tx.db()).await?;
    Ok(())
}

/// The longest life of a token, in days.
const TOKEN_DAYS: i64 = 366;

/// A token for a program, with at most what its owner may do. The secret is shown once.
pub async fn issue_token(
    tx: &mut Tx,
    label: &str,
    permissions: Option<Vec<String>>,
    days: i64,
) -> Result<(session::Model, String)> {
    let mut faults = Faults::default();
    let label = faults.text("label", label, 100);
    if !(1..=TOKEN_DAYS).contains(&days) {
        faults.add("days", "base.token.days", say!("有效期 1 到 {TOKEN_DAYS} 天", "valid for 1 to {TOKEN_DAYS} days"));
    }
    for permission in permissions.iter().flatten() {
        if !tx.actor.grants.iter().any(|grant| grant.allows(permission)) {
            faults.add(
                "permissions",
                "base.token.permission",
                say!("您自己没有“{permission}”权限", "you do not hold {permission} yourself"),
            );
        }
    }
    faults.check()?;
    // A limited token makes no unlimited one.
    let permissions = permissions.or_else(|| tx.actor.only.clone());
    let account = tx.actor.account.ok_or(Error::SignedOut)?;
    let secret = random_token();
    let id = insert(tx, TOKEN, &label, &secret, account, permissions, tx.now + Duration::days(days)).await?;
    tx.note("label", &label);
    let row = session::Entity::all().filter(session::Column::Id.eq(id)).one(tx.db()).await?;
    Ok((row.ok_or(Error::NotFound("token"))?, secret))
}

/// The caller's own tokens and sessions, newest first.
pub async fn own(ctx: &Ctx) -> Result<Vec<session::Model>> {
    let account = ctx.actor.account.ok_or(Error::SignedOut)?;
    Ok(session::Entity::all()
        .filter(session::Column::Account.eq(account))
        .filter(session::Column::ExpiresAt.gt(ctx.now))
        .order_by_desc(session::Column::Id)
        .all(ctx.db())
        .await?)
}

/// Revokes one of the caller's own.
pub async fn revoke(tx: &Tx, id: Uuid) -> Result<()> {
    let account = tx.actor.account.ok_or(Error::SignedOut)?;
    let gone = session::Entity::remove()
        .filter(session::Column::Account.eq(account))
        .filter(session::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    if gone.rows_affected == 0 { Err(Error::NotFound("token")) } else { Ok(()) }
}

/// Removes sessions and tokens that have expired. They belong to no county, so this runs at the top of the tree only.
pub(crate) fn forget(tx: &mut Tx) -> crate::module::Work<'_, u64> {
    Box::pin(async move {
        if tx.place()?.parent.is_some() {
            return Ok(0);
        }
        let gone = session::Entity::remove().filter(session::Column::ExpiresAt.lt(tx.now)).exec(tx.db()).await?;
        Ok(gone.rows_affected)
    })
}
