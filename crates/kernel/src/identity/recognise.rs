//! From a cookie or a bearer token to the actor, with the grants that are in force now.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, DynIden, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationDef,
};
use uuid::Uuid;

use super::entity::{account, grant, session};
use super::{Actor, COOKIE, Held};
use crate::error::refuse;
use crate::keyring::fingerprint;
use crate::settings::SecondFactor;
use crate::wall::Wall;
use crate::{App, Error, Reference, Result, Text};

/// What a person who has signed in must do first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    Password,
    SecondFactor,
}

impl Blocked {
    /// The operations that lift the block, and those that show who one is and let one leave.
    pub(crate) fn allows(self, operation: &str) -> bool {
        matches!(operation, "base_me" | "base_session_end")
            || match self {
                Blocked::Password => operation == "base_password_change",
                Blocked::SecondFactor => matches!(operation, "base_factor_begin" | "base_factor_confirm"),
            }
    }

    pub(crate) fn refusal(self) -> Error {
        let (code, message, who) = match self {
            Blocked::Password => (
                "base.password.must_change",
                Text::new(
                    "这是一次性密码或已过期的密码，请先修改（PUT /api/v1/me/password）",
                    "This password was for one use or has expired; change it first (PUT /api/v1/me/password)",
                ),
                Text::new("您本人，修改密码后", "you, after changing the password"),
            ),
            Blocked::SecondFactor => (
                "base.factor.required",
                Text::new(
                    "本平台要求使用第二因素，请先绑定（POST /api/v1/me/factor）",
                    "A second factor is required here; set one up first (POST /api/v1/me/factor)",
                ),
                Text::new("您本人，绑定第二因素后", "you, after setting up a second factor"),
            ),
        };
        let source = Text::new("GB/T 22239-2019 8.1.4.1", "GB/T 22239-2019 8.1.4.1");
        Error::Forbidden(refuse(code, message).source(source).who(who))
    }
}

/// Nobody for a request without a credential; [`Error::SignedOut`] for one that is not valid, or no longer.
pub(crate) async fn recognise(app: &App, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Option<Actor>> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer ").or_else(|| v.strip_prefix("bearer ")))
        .map(str::trim);
    let cookie = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value);
    let (secret, by_cookie) = match (bearer, cookie) {
        (Some(token), _) => (token, false),
        (None, Some(cookie)) => (cookie, true),
        (None, None) => return Ok(None),
    };
    let fingerprint = fingerprint(secret);
    let rows = found(app, &fingerprint, now).await?;
    let Some(row) = rows.first() else { return Err(Error::SignedOut) };
    let idle = Duration::minutes(app.settings.sign_in.idle_minutes);
    if row.kind == SESSION && row.seen_at + idle < now {
        return Err(Error::SignedOut);
    }
    // Once a minute is enough to know that somebody is there, and spares a write for every read.
    if now - row.seen_at > Duration::minutes(1) {
        seen(app, &fingerprint, now).await?;
    }
    let only = row
        .permissions
        .as_ref()
        .and_then(|p| p.as_array())
        .map(|list| list.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect::<Vec<_>>());
    let grants = held(app, &rows, only.as_deref());
    let days = app.settings.sign_in.password_days;
    let expired = days > 0 && row.password_at + Duration::days(days) < now;
    let factor = match app.settings.sign_in.second_factor {
        SecondFactor::Optional => false,
        SecondFactor::Administrators => grants.iter().any(|grant| super::grants::is_administrator(&grant.role)),
        SecondFactor::Everyone => true,
    };
    let blocked = match row.kind.as_str() {
        SESSION if row.must_change || expired => Some(Blocked::Password),
        SESSION if factor && !row.totp_confirmed => Some(Blocked::SecondFactor),
        _ => None,
    };
    Ok(Some(Actor {
        grants,
        account: Some(row.account),
        login: row.login.clone(),
        name: row.name.clone(),
        home: Some(row.home),
        by_cookie,
        blocked,
        only,
        credential: Some(fingerprint),
    }))
}

pub(super) const SESSION: &str = "session";
pub(super) const TOKEN: &str = "token";

async fn seen(app: &App, fingerprint: &str, now: DateTime<Utc>) -> Result<()> {
    let tx = app.db.begin(&Wall::default()).await?;
    session::Entity::change()
        .col_expr(session::Column::SeenAt, sea_orm::sea_query::Expr::value(now))
        .filter(session::Column::Fingerprint.eq(fingerprint))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A session, its account, and one of the account's grants.
#[derive(FromQueryResult)]
struct Found {
    kind: String,
    permissions: Option<serde_json::Value>,
    seen_at: DateTime<Utc>,
    account: Uuid,
    login: String,
    name: String,
    home: i32,
    password_at: DateTime<Utc>,
    must_change: bool,
    totp_confirmed: bool,
    role: Option<String>,
    place: Option<i32>,
}

/// One query for every request: nothing of it is kept between requests, so that what is revoked ends at once.
async fn found(app: &App, fingerprint: &str, now: DateTime<Utc>) -> Result<Vec<Found>> {
    let to_account: RelationDef =
        session::Entity::belongs_to(account::Entity).from(session::Column::Account).to(account::Column::Id).into();
    let to_grants: RelationDef =
        account::Entity::belongs_to(grant::Entity).from(account::Column::Id).to(grant::Column::Account).into();
    let in_force = move |_: DynIden, _: DynIden| {
        grant::Column::RevokedAt
            .is_null()
            .and(grant::Column::Until.is_null().or(grant::Column::Until.gt(now)))
            .into_condition()
    };
    Ok(session::Entity::all()
        .select_only()
        .columns([session::Column::Kind, session::Column::Permissions, session::Column::SeenAt])
        .column_as(account::Column::Id, "account")
        .columns([account::Column::Login, account::Column::Name, account::Column::Home, account::Column::PasswordAt])
        .columns([account::Column::MustChange, account::Column::TotpConfirmed])
        .columns([grant::Column::Role, grant::Column::Place])
        .join(JoinType::InnerJoin, to_account)
        .join(JoinType::LeftJoin, to_grants.on_condition(in_force))
        .filter(session::Column::Fingerprint.eq(fingerprint))
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(account::Column::DisabledAt.is_null())
        .into_model::<Found>()
        .all(app.db.reader())
        .await?)
}

/// The grants that are in force, with what each role allows in this build.
fn held(app: &App, rows: &[Found], only: Option<&[String]>) -> Vec<Held> {
    let snapshot = app.snapshot();
    rows.iter()
        .filter_map(|row| {
            let role = row.role.as_ref()?;
            // A grant on a place that was merged holds at the place that took it over.
            let place = snapshot.places.successor(row.place?)?.id;
            let mut permissions = super::grants::permissions_of(app, &snapshot, role)?;
            if let Some(only) = only {
                permissions.retain(|p| only.contains(p));
            }
            Some(Held { place, role: role.clone(), permissions })
        })
        .collect()
}
