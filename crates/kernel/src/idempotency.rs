//! A village's network drops: the same request sent again under one `Idempotency-Key` is done once and answered alike.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::InsertStatement;
use sea_orm::{ActiveValue::Set, QueryTrait, SqlErr};
use serde::Serialize;

use crate::error::{internal, invalid, refuse};
use crate::places::Place;
use crate::{Ctx, Reply};
use crate::{Error, Result, Scope, Scoped, Text, Tx, clock};

/// Answers are kept this long; a queue on a phone is sent within it.
const KEPT_DAYS: i64 = 7;

/// The key of a request and the fingerprint of what was asked under it.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "base_idempotency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub actor: Uuid,
    pub key: String,
    pub fingerprint: String,
    pub status: i32,
    pub location: Option<String>,
    pub version: Option<i32>,
    pub body: Option<Vec<u8>>,
    pub at: chrono::DateTime<chrono::Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
crate::scoped!(Entity, county);

/// A key as HTTP gives it: 1 to 100 visible characters.
pub(crate) fn key(value: &HeaderValue) -> Result<String> {
    value
        .to_str()
        .ok()
        .filter(|text| (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or_else(|| {
            invalid(
                "Idempotency-Key",
                "base.idempotency.key",
                Text::new("须为 1 到 100 个可见的 ASCII 字符", "1 to 100 visible ASCII characters"),
            )
        })
}

/// The answer of a write, to be kept with it.
pub(crate) fn row<T: Serialize>(
    ctx: &Ctx,
    place: &Place,
    retry: &Retry,
    reply: &Reply<T>,
) -> Result<Option<InsertStatement>> {
    let Some(actor) = ctx.actor.account else { return Ok(None) };
    let row = ActiveModel {
        county: Set(place.chain()),
        id: Set(clock::id_at(ctx.now)),
        actor: Set(actor),
        key: Set(retry.key.clone()),
        fingerprint: Set(retry.fingerprint.clone()),
        status: Set(i32::from(reply.status.as_u16())),
        location: Set(reply.location.clone()),
        version: Set(reply.version),
        body: Set(reply.body.as_ref().map(serde_json::to_vec).transpose()?),
        at: Set(ctx.now),
    };
    Ok(Some(Entity::insert(row).into_query()))
}

/// The key is there already: the same request is being dealt with at this moment.
pub(crate) fn busy(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("base_idempotency") => refuse(
            "base.idempotency.busy",
            Text::new("同一个请求正在处理，请稍后重试", "the same request is being dealt with; try again in a moment"),
        )
        .into(),
        _ => error.into(),
    }
}

/// The kept answer of an earlier request with this key.
pub(crate) async fn recall(ctx: &Ctx, retry: &Retry) -> Result<Option<Response>> {
    let (Some(actor), Ok(place)) = (ctx.actor.account, ctx.place()) else { return Ok(None) };
    let found = Entity::within(&Scope::counties(vec![place.chain()]))
        .filter(Column::Actor.eq(actor))
        .filter(Column::Key.eq(&retry.key))
        .one(ctx.db())
        .await?;
    let Some(row) = found else { return Ok(None) };
    if row.fingerprint != retry.fingerprint {
        return Err(invalid(
            "Idempotency-Key",
            "base.idempotency.reused",
            Text::new(
                "这个 Idempotency-Key 已用于另一个请求，请换一个新的",
                "this Idempotency-Key was used for a different request; take a new one",
            ),
        ));
    }
    let status = u16::try_from(row.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
    let mut response = status.ok_or_else(|| internal("a kept answer has no status"))?.into_response();
    if let Some(body) = row.body {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(body);
    }
    if let Some(Ok(location)) = row.location.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(Ok(etag)) = row.version.map(|v| HeaderValue::try_from(format!("\"{v}\""))) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// Forgets answers that nobody will ask for again.
pub(crate) fn forget(tx: &mut Tx) -> crate::module::Work<'_, u64> {
    Box::pin(async move {
        let gone = Entity::delete_within(&tx.scope)
            .filter(Column::At.lt(tx.now - Duration::days(KEPT_DAYS)))
            .exec(tx.db())
            .await?;
        Ok(gone.rows_affected)
    })
}
