//! What may be done with a source: the county describes it, changes it, gives it a table, and ends it with everything it held.

use chrono::NaiveDate;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx, say};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::file;
use super::kind::{Fallback, Ground, Kind};
use super::mapping::Mapping;
use crate::catalogue;
use crate::connector::{self, Authentication, Http, Method, breaker};

pub(crate) const MANAGE: &str = "certificates.source.manage";

/// A source as it is described.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) kind: Kind,
    pub(crate) title: String,
    pub(crate) department: String,
    pub(crate) ground: Ground,
    pub(crate) basis: String,
    pub(crate) purposes: Vec<String>,
    pub(crate) items: Vec<String>,
    pub(crate) http: Option<NewHttp>,
    pub(crate) mapping: Mapping,
    pub(crate) fallback: Fallback,
    pub(crate) next_door: String,
}

/// An interface as it is described.
#[derive(Clone, Debug)]
pub(crate) struct NewHttp {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) authentication: Authentication,
    pub(crate) header: Option<String>,
    /// The one of before stays where none is given.
    pub(crate) secret: Option<String>,
    pub(crate) timeout_ms: u32,
    pub(crate) retries: u32,
    pub(crate) failures: u32,
    pub(crate) pause_seconds: u32,
}

/// What is wrong with a description, all of it at once; and what is kept of it.
struct Judged {
    title: String,
    department: String,
    basis: String,
    next_door: String,
    http: Option<Http>,
    secret: Option<String>,
}

/// Everything a county describes; the items must be its catalogue's.
async fn judge(tx: &Tx, new: &New, before: Option<&Model>) -> Result<Judged> {
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, 60);
    let department = faults.text("department", &new.department, 60);
    let basis = faults.text("basis", &new.basis, 300);
    let next_door = faults.text("next_door", &new.next_door, 300);
    for (field, list) in [("purposes", &new.purposes), ("items", &new.items)] {
        if list.is_empty() {
            faults.add(field, "certificates.source.missing", Text::new("请填写此项", "fill in this field"));
        }
    }
    for (n, purpose) in new.purposes.iter().enumerate() {
        faults.text(&format!("purposes.{n}"), purpose, 60);
    }
    if before.is_some_and(|row| Kind::parse(&row.kind) != new.kind) {
        let why = Text::new(
            "接口和表格不能互换，请另建一个",
            "an interface does not become a table: describe another source",
        );
        faults.add("kind", "certificates.source.kind", why);
    }
    new.mapping.check(&mut faults, new.kind == Kind::Http);
    let (http, secret) = match (new.kind, &new.http) {
        (Kind::Http, Some(http)) => interface(tx, http, before, &mut faults)?,
        (Kind::Http, None) => {
            faults.add("http", "certificates.source.missing", Text::new("请填写接口", "describe the interface"));
            (None, None)
        }
        (Kind::Table, None) => (None, None),
        (Kind::Table, Some(_)) => {
            faults.add("http", "certificates.source.table", Text::new("表格不填接口", "a table has no interface"));
            (None, None)
        }
    };
    let entries = catalogue::in_force(tx.ctx()).await?;
    for (n, code) in new.items.iter().enumerate() {
        let field = format!("items.{n}");
        if !entries.iter().any(|entry| entry.code == *code) {
            let why = say!("目录里没有编号为“{code}”的事项", "the catalogue has no item '{code}'");
            faults.add(&field, "certificates.source.item", why);
        }
    }
    faults.check()?;
    Ok(Judged { title, department, basis, next_door, http, secret })
}

type Interface = (Option<Http>, Option<String>);

fn interface(tx: &Tx, new: &NewHttp, before: Option<&Model>, faults: &mut Faults) -> Result<Interface> {
    let url = faults.text("http.url", &new.url, 500);
    if let Err(why) = connector::check_url(&url, &tx.app.settings.outbound.allowed_networks) {
        faults.add("http.url", "certificates.source.url", why);
    }
    for (field, value, least, most) in [
        ("timeout_ms", new.timeout_ms, 100, 10_000),
        ("retries", new.retries, 0, 3),
        ("failures", new.failures, 1, 100),
        ("pause_seconds", new.pause_seconds, 1, 3_600),
    ] {
        if !(least..=most).contains(&value) {
            let why = say!("应在 {least} 到 {most} 之间", "between {least} and {most}");
            faults.add(format!("http.{field}"), "certificates.source.bounds", why);
        }
    }
    if new.retries > 0 && new.method != Method::Get {
        let why = Text::new("只有 GET 查询可以重试，请填 0", "only a query by GET is asked again: set it to 0");
        faults.add("http.retries", "certificates.source.retries", why);
    }
    let typed = new.secret.clone().filter(|secret| !secret.trim().is_empty());
    let kept = before.map(|row| row.secret(tx.ctx())).transpose()?.flatten();
    // A secret goes where it was given for, and not to another address that somebody typed later.
    let elsewhere = before.map(Model::http).transpose()?.flatten().is_some_and(|http| host(&http.url) != host(&url));
    let secret = match new.authentication {
        Authentication::None => None,
        _ => typed.or(kept.filter(|_| !elsewhere)),
    };
    if new.authentication != Authentication::None && secret.is_none() {
        let why = Text::new("请填写密钥；换了网址的，须重新填写", "give the secret; for another address, give it anew");
        faults.add("http.secret", "certificates.source.secret", why);
    }
    let http = Http {
        url,
        method: new.method,
        authentication: new.authentication.clone(),
        header: new.header.as_ref().map(|name| name.trim().to_owned()),
        timeout_ms: new.timeout_ms,
        retries: new.retries,
        failures: new.failures,
        pause_seconds: new.pause_seconds,
    };
    if secret.as_ref().is_some_and(|secret| http.header_of(secret).is_none()) {
        let why = Text::new(
            "请求头的名称或密钥含有不允许的字符",
            "the name of the header or the secret has characters that no header takes",
        );
        faults.add("http.header", "certificates.source.header_name", why);
    }
    Ok((Some(http), secret))
}

/// Scheme, host and port.
fn host(url: &str) -> Option<(String, String, Option<u16>)> {
    let url = url::Url::parse(url).ok()?;
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()))
}

fn laid(tx: &Tx, new: New, judged: Judged, mut row: ActiveModel, id: Uuid) -> Result<ActiveModel> {
    let sealed = judged
        .secret
        .map(|secret| tx.app.keyring.seal("certificates.source", id.as_bytes(), secret.as_bytes()))
        .transpose()?;
    row.title = Set(judged.title);
    row.department = Set(judged.department);
    row.ground = Set(new.ground.as_str().to_owned());
    row.basis = Set(judged.basis);
    row.purposes = Set(serde_json::to_value(new.purposes.iter().map(|text| text.trim()).collect::<Vec<_>>())?);
    row.items = Set(serde_json::to_value(new.items)?);
    row.mapping = Set(serde_json::to_value(new.mapping)?);
    row.http = Set(judged.http.map(serde_json::to_value).transpose()?);
    row.secret = Set(sealed);
    row.fallback = Set(new.fallback.as_str().to_owned());
    row.next_door = Set(judged.next_door);
    row.changed_at = Set(tx.now);
    row.changed_by_name = Set(tx.actor.name.clone());
    Ok(row)
}

/// What the audit line says of a source: never its secret.
fn note(tx: &mut Tx, row: &Model) {
    tx.note("title", &row.title);
    tx.note("department", &row.department);
    tx.note("items", &row.items);
    tx.note("mapping", &row.mapping);
    tx.note("http", &row.http);
}

/// Describes a source of the operation's county.
pub(crate) async fn add(tx: &mut Tx, new: New) -> Result<Model> {
    only_at_the_county(tx)?;
    jizuo_kernel::counties::takes_new(tx, tx.place()?, "certificates")?;
    let judged = judge(tx, &new, None).await?;
    let id = tx.id();
    let row = ActiveModel {
        county: Set(tx.chain()?),
        id: Set(id),
        version: Set(1),
        kind: Set(new.kind.as_str().to_owned()),
        handed_over_on: Set(None),
        handed_over_rows: Set(None),
        ended_at: Set(None),
        ended_because: Set(None),
        ..Default::default()
    };
    let row = laid(tx, new, judged, row, id)?;
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    note(tx, &row);
    Ok(row)
}

/// Describes it anew; the secret stays unless another one is given.
pub(crate) async fn change(tx: &mut Tx, row: Model, new: New) -> Result<Model> {
    only_at_the_county(tx)?;
    only_alive(&row)?;
    let judged = judge(tx, &new, Some(&row)).await?;
    let columns = new.mapping.columns();
    if row.handed_over_on.is_some()
        && columns.iter().any(|title| !row.mapping().is_ok_and(|m| m.columns().contains(title)))
    {
        let why = Text::new(
            "交来的表里没有保存新的列：请另建一个来源，或先结束这一个",
            "the table that was handed over was kept without the new column: describe another source",
        );
        return Err(jizuo_kernel::invalid("shown", "certificates.source.header", why));
    }
    let (id, version) = (row.id, row.version);
    let mut changed = laid(tx, new, judged, row.into_active_model(), id)?;
    changed.version = Set(version + 1);
    let row = changed.update(tx.db()).await?;
    note(tx, &row);
    Ok(row)
}

/// Takes a table over, as it was on a day.
pub(crate) async fn hand_over(tx: &mut Tx, row: Model, lines: &[file::Line], on: NaiveDate) -> Result<Model> {
    only_at_the_county(tx)?;
    only_alive(&row)?;
    file::replace(tx, &row, lines).await?;
    let version = row.version;
    let mut changed = row.into_active_model();
    changed.version = Set(version + 1);
    changed.handed_over_on = Set(Some(on));
    changed.handed_over_rows = Set(i32::try_from(lines.len()).ok());
    changed.changed_at = Set(tx.now);
    changed.changed_by_name = Set(tx.actor.name.clone());
    let row = changed.update(tx.db()).await?;
    tx.note("title", &row.title);
    tx.note("handed_over_on", row.handed_over_on);
    tx.note("rows", row.handed_over_rows);
    Ok(row)
}

/// Ends it: its secret and what was handed over are forgotten (PIPL 47), what was asked stays on the record.
pub(crate) async fn end(tx: &mut Tx, row: Model, reason: &str) -> Result<Model> {
    only_at_the_county(tx)?;
    only_alive(&row)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 500);
    faults.check()?;
    let forgotten = file::forget(tx, &row).await?;
    let version = row.version;
    let mut changed = row.into_active_model();
    changed.version = Set(version + 1);
    changed.secret = Set(None);
    changed.ended_at = Set(Some(tx.now));
    changed.ended_because = Set(Some(reason));
    let row = changed.update(tx.db()).await?;
    tx.note("title", &row.title);
    tx.note("reason", &row.ended_because);
    tx.note("rows", forgotten);
    Ok(row)
}

/// A source is the whole county's, and so is whoever keeps it.
fn only_at_the_county(tx: &Tx) -> Result<()> {
    let place = tx.place()?;
    let county = tx.snapshot.places.place(place.chain())?;
    tx.require(MANAGE, &county)
}

fn only_alive(row: &Model) -> Result<()> {
    if row.ended_at.is_none() {
        return Ok(());
    }
    Err(refuse(
        "certificates.source.ended",
        Text::new("这个来源已结束，请另建一个", "this source has ended: describe another one"),
    )
    .current(serde_json::json!({ "ended_at": row.ended_at }))
    .into())
}

fn county(ctx: &Ctx) -> Result<Scope> {
    Ok(Scope::counties(vec![ctx.place()?.chain()]))
}

/// One source of the operation's county, to be changed: whoever comes second waits, and sees what the first has made of it.
pub(crate) async fn held(tx: &Tx, id: Uuid) -> Result<Model> {
    let found = Entity::within(&county(tx)?).filter(Column::Id.eq(id)).lock_exclusive().one(tx.db()).await?;
    found.ok_or(Error::NotFound("source"))
}

pub(crate) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    let found = Entity::within(&county(ctx)?).filter(Column::Id.eq(id)).one(ctx.db()).await?;
    found.ok_or(Error::NotFound("source"))
}

pub(crate) async fn list(ctx: &Ctx, paging: &Paging) -> Result<Page<Model>> {
    paging.newest(ctx, Entity::within(&county(ctx)?), Column::Id).await
}

/// The sources of a county that have not ended, the newest first.
async fn live(ctx: &Ctx, county: i32) -> Result<Vec<Model>> {
    let county = Scope::counties(vec![county]);
    let query = Entity::within(&county).filter(Column::EndedAt.is_null()).order_by_desc(Column::Id);
    Ok(query.all(ctx.db()).await?)
}

/// The source that answers an item in the operation's county: of several the one described last.
pub(crate) async fn answering(ctx: &Ctx, item: &str) -> Result<Option<Model>> {
    let live = live(ctx, ctx.place()?.chain()).await?;
    Ok(live.into_iter().find(|row| row.items().iter().any(|code| code == item)))
}

/// Until when this process leaves a source alone that failed again and again.
pub(crate) fn resting_until(ctx: &Ctx, row: &Model) -> Option<chrono::DateTime<chrono::Utc>> {
    breaker::resting_until(row.id, ctx.app.clock.now())
}
