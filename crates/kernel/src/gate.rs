//! The one middleware: who is it, where, is the module on there, and may they? The answers come from the document.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use sha2::{Digest, Sha256};

use crate::counties::{self, State as Switch};
use crate::error::refuse;
use crate::identity::{self, Actor};
use crate::module::Reach;
use crate::places::{Place, Resolved};
use crate::registry::{Access, Operation};
use crate::snapshot::Snapshot;
use crate::{App, Ctx, Error, Lang, Result, Scope, Text, idempotency};

/// By default a province sees counties' figures, not persons (PIPL Article 6).
pub const PERSONS_ABOVE_COUNTY: &str = "PLATFORM.PERSONS.ABOVE_COUNTY";

/// What the outermost layer found out about a request.
#[derive(Clone, Default)]
pub(crate) struct Trace {
    pub(crate) id: Arc<str>,
    pub(crate) lang: Lang,
}

pub(crate) async fn gate(State(app): State<App>, matched: MatchedPath, req: Request, next: Next) -> Result<Response> {
    let Some(operation) = app.registry.operation(req.method(), matched.as_str()).cloned() else {
        // Nobody said who may do this: it is not done, even where a module has a handler for it.
        return Ok(undocumented(&app, matched.as_str()));
    };
    let (parts, body) = req.into_parts();
    let mut ctx = admit(&app, &operation, &parts).await?;
    let largest = operation.largest_body.unwrap_or(app.settings.server.body_limit_kb * 1024);
    let mut req = Request::from_parts(parts, Body::new(Limited::new(body, largest)));
    match retry(&ctx, &operation, &mut req).await? {
        Retry::None => {}
        Retry::First(retry) => ctx.retry = Some(retry),
        Retry::Again(answer) => return Ok(answer),
    }
    let again = ctx.clone();
    req.extensions_mut().insert(ctx);
    let mut response = next.run(req).await;
    response.extensions_mut().insert(operation);
    // The same request may have been done in the meantime, under the same key: then its answer is the answer.
    if let (true, Some(retry)) = (response.status() == StatusCode::CONFLICT, &again.retry)
        && let Some(answer) = idempotency::recall(&again, retry).await?
    {
        return Ok(answer);
    }
    Ok(response)
}

fn undocumented(app: &App, path: &str) -> Response {
    let allowed = app.registry.methods_of(path);
    if allowed.is_empty() {
        return Error::NotFound("page").into_response();
    }
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    if let Ok(value) = HeaderValue::try_from(allowed.join(",")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

async fn admit(app: &App, operation: &Operation, req: &Parts) -> Result<Ctx> {
    let headers = &req.headers;
    let now = app.clock.now();
    let Trace { id: trace, lang } = req.extensions.get::<Trace>().cloned().unwrap_or_default();

    // 1 who
    let actor = match identity::recognise(app, headers, now).await {
        Ok(Some(actor)) => actor,
        Ok(None) | Err(Error::SignedOut) if operation.access == Access::Public => Actor::anonymous(),
        Ok(None) => return Err(Error::SignedOut),
        Err(error) => return Err(error),
    };
    if !operation.reads() {
        refuse_foreign_page(headers, &actor)?;
    }
    // What a stranger may do is open to somebody who has yet to change a password, too.
    let blocked = actor.blocked.filter(|blocked| operation.access != Access::Public && !blocked.allows(&operation.id));
    if let Some(blocked) = blocked {
        return Err(blocked.refusal());
    }
    let actor = Arc::new(actor);
    let snapshot = app.snapshot();

    // 2 where
    let asked = if operation.has_place() { Some(place_of(&snapshot, req)?) } else { None };
    refuse_control_characters(req)?;
    let here = match &asked {
        Some(resolved) => Some(resolved.place.clone()),
        None => actor
            .home
            .or_else(|| snapshot.places.roots().first().copied())
            .and_then(|id| snapshot.places.get(id).cloned()),
    };
    let whole = |place: &Place, exactly| {
        if exactly { Scope::exactly(&snapshot.places, place) } else { Scope::subtree(&snapshot.places, place) }
    };
    let scope = match (&asked, &operation.access) {
        (None, _) => Scope::none(),
        (Some(asked), Access::Public | Access::SignedIn) => whole(&asked.place, asked.exactly),
        (Some(asked), Access::Permission(permission)) => {
            let reached = reached(app, &snapshot, &actor, asked, permission, now, whole);
            // 3 on?, for those who may know of the place at all; who may not learns nothing of its modules either.
            if reached.knows {
                module_on(app, &snapshot, operation, &asked.place, &actor, req.uri.query(), now)?;
            }
            // 4 may?
            let scope = reached.scope?;
            if !operation.reads() {
                // What the base writes, it writes at the place itself, not at what the caller holds below it.
                if operation.module == "base" && !reached.covered {
                    return Err(forbidden(app, permission, &asked.place));
                }
                refuse_if_past(asked)?;
            }
            scope
        }
    };
    if let (Some(asked), Access::Public | Access::SignedIn) = (&asked, &operation.access) {
        module_on(app, &snapshot, operation, &asked.place, &actor, None, now)?;
    }
    let scope = match &asked {
        Some(asked) if operation.module != "base" && asked.place.above_county() => {
            counties::narrow(&snapshot, &asked.place, operation.module, scope, now)
        }
        _ => scope,
    };
    let mut ctx = Ctx::new(app.clone(), actor, here, scope, operation.module, now, lang, trace);
    if operation.reads() {
        ctx = ctx.only_reading();
    }
    ctx.expected = headers
        .get(header::IF_MATCH)
        .and_then(|v| v.to_str().ok())
        .map(|v| v.trim().trim_start_matches("W/").trim_matches('"').to_owned());
    Ok(ctx)
}

fn place_of(snapshot: &Snapshot, req: &Parts) -> Result<Resolved> {
    let code =
        req.uri.path().strip_prefix("/api/v1/places/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    snapshot.places.resolve(&code.replace("%40", "@")).ok_or(Error::NotFound("place"))
}

/// PostgreSQL keeps no NUL in a text, and nobody means one, nor any other control character in a question.
fn refuse_control_characters(req: &Parts) -> Result<()> {
    if req.uri.path().contains("%00") {
        return Err(Error::NotFound("page"));
    }
    let query = req.uri.query().unwrap_or_default();
    let control = |c: char| c.is_control() && c != '\t' && c != '\n';
    if form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name.contains(control) || value.contains(control)) {
        let why = Text::new("含有不可见的控制字符，请删除", "contains control characters; remove them");
        return Err(crate::error::invalid("query", "base.field.control", why));
    }
    Ok(())
}

/// What was is read, not written: a place as it was on a day, or one that has ended.
fn refuse_if_past(asked: &Resolved) -> Result<()> {
    if !asked.exactly && asked.place.until.is_none() {
        return Ok(());
    }
    let name = &asked.place.name;
    Err(refuse(
        "base.place.ended",
        crate::say!(
            "{name}已撤销，或所指的是过去的某一天，只能查看。请在现在的地方办理。",
            "{name} has ended, or is meant as it was on a day: it can only be read. Act at the present place."
        ),
    )
    .who(Text::new("现在管辖这里的工作人员", "whoever serves the place that is there now"))
    .into())
}

struct Reached {
    /// Whether any grant touches the place, so that its modules are no secret.
    knows: bool,
    /// Whether the permission is held at the place itself, and not only somewhere below it.
    covered: bool,
    scope: Result<Scope>,
}

fn reached(
    app: &App,
    snapshot: &Snapshot,
    actor: &Actor,
    asked: &Resolved,
    permission: &'static str,
    now: chrono::DateTime<chrono::Utc>,
    whole: impl Fn(&Place, bool) -> Scope,
) -> Reached {
    let tree = &snapshot.places;
    let place = &asked.place;
    // Whoever serves a place serves what was merged into it, also as it was.
    let heir = tree.successor(place.id).map(|heir| heir.id);
    let mut scope = Scope::none();
    let mut knows = false;
    let mut kept_back = false;
    let mut covered = false;
    for grant in &actor.grants {
        let Some(granted) = tree.get(grant.place) else { continue };
        let covers = tree.contains(granted.id, place.id) || heir.is_some_and(|heir| tree.contains(granted.id, heir));
        let touches = covers || tree.contains(place.id, granted.id);
        knows |= touches;
        if !touches || !grant.allows(permission) {
            continue;
        }
        if !reaches(app, snapshot, permission, granted, crate::clock::china_date(now)) {
            kept_back = true;
            continue;
        }
        covered |= covers;
        scope = scope.and_also(if covers { whole(place, asked.exactly) } else { whole(granted, false) });
    }
    let scope = if !knows {
        Err(Error::NotFound("place"))
    } else if !scope.is_empty() {
        Ok(scope)
    } else if kept_back {
        Err(Error::Forbidden(
            refuse(
                "base.gate.figures_only",
                Text::new(
                    "省、州（市）默认只看县里的数字，不看具体的人和事。请看统计，或由县里办理。",
                    "Above the county you see counties' figures, not persons and their matters. Use the statistics, or let the county act.",
                ),
            )
            .rule(PERSONS_ABOVE_COUNTY)
            .source(Text::new("个人信息保护法第六条（最小范围）", "Personal Information Protection Law, Article 6 (minimum scope)"))
            .who(app.registry.holders(permission)),
        ))
    } else {
        Err(forbidden(app, permission, place))
    };
    Reached { knows, covered, scope }
}

/// Whether a permission granted at a place reaches matters there: above the county it reaches figures only, unless the
/// province has laid down otherwise.
pub(crate) fn reaches(
    app: &App,
    snapshot: &Snapshot,
    permission: &str,
    granted: &Place,
    today: chrono::NaiveDate,
) -> bool {
    if !granted.above_county() {
        return true;
    }
    match app.registry.permission(permission).map(|p| p.reach) {
        Some(Reach::Everything) => true,
        Some(Reach::Narrow) => false,
        Some(Reach::Matters) | None => {
            crate::rules::in_force(&app.registry, snapshot, granted, PERSONS_ABOVE_COUNTY, today)
                .is_ok_and(|rule| rule.is_on())
        }
    }
}

pub(crate) fn forbidden(app: &App, permission: &str, place: &Place) -> Error {
    let title = app.registry.permission(permission).map_or(Text::new("", ""), |p| p.title.clone());
    let (zh, en) = (&title.zh, &title.en);
    let name = &place.name;
    Error::Forbidden(
        refuse(
            "base.gate.forbidden",
            crate::say!(
                "您在{name}没有“{zh}”（{permission}）权限，可请安全管理员授权",
                "You do not hold '{en}' ({permission}) at {name}; a security administrator can grant it"
            ),
        )
        .rule(permission)
        .who(app.registry.holders(permission)),
    )
}

fn off(app: &App, operation: &Operation) -> Error {
    Error::ModuleOff(app.registry.module(operation.module).map_or(Text::new("", ""), |module| module.title.clone()))
}

fn module_on(
    app: &App,
    snapshot: &Snapshot,
    operation: &Operation,
    place: &Place,
    actor: &Actor,
    query: Option<&str>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    if operation.module == "base" {
        return Ok(());
    }
    if place.above_county() {
        if counties::with_module(snapshot, place, operation.module, now).next().is_none() {
            return Err(off(app, operation));
        }
        // Catalogues and settings are laid down above the county too; matters belong to one county.
        let of_every_level = matches!(&operation.access, Access::Permission(id)
            if app.registry.permission(id).is_some_and(|p| p.reach == Reach::Everything));
        if !operation.reads() && !of_every_level {
            return Err(refuse(
                "base.gate.above_county",
                Text::new(
                    "这里不属于任何一个县，只能查看。请选择县、乡镇或村再办理。",
                    "This place belongs to no single county and can only be read. Choose a county, township or village.",
                ),
            )
            .who(Text::new("县及县以下的工作人员", "staff of a county or below"))
            .into());
        }
        return Ok(());
    }
    match counties::state(snapshot, place, operation.module, now).state {
        Switch::On | Switch::Draining => Ok(()),
        Switch::Off => {
            // What was done before the switch stays readable for whoever keeps the archive.
            let archive = operation.reads()
                && query.is_some_and(|q| q.split('&').any(|pair| pair == "archive=true"))
                && actor
                    .grants
                    .iter()
                    .any(|grant| grant.allows("base.archive.read") && snapshot.places.contains(grant.place, place.id));
            if archive { Ok(()) } else { Err(off(app, operation)) }
        }
    }
}

/// A cookie goes along with requests that another site's page makes; a token does not.
fn refuse_foreign_page(headers: &HeaderMap, actor: &Actor) -> Result<()> {
    let site = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
    if actor.by_cookie && site.is_some_and(|s| s != "same-origin" && s != "none") {
        return Err(Error::Forbidden(
            refuse(
                "base.gate.foreign_page",
                Text::new("请求来自别的网站，已拒绝", "The request came from another site's page and was refused"),
            )
            .who(Text::new("本平台自己的页面，或带令牌的程序", "this platform's own pages, or a program with a token")),
        ));
    }
    Ok(())
}

enum Retry {
    None,
    First(idempotency::Retry),
    Again(Response),
}

async fn retry(ctx: &Ctx, operation: &Operation, req: &mut Request) -> Result<Retry> {
    if operation.method != Method::POST || ctx.actor.account.is_none() {
        return Ok(Retry::None);
    }
    let Some(value) = req.headers().get("idempotency-key") else { return Ok(Retry::None) };
    let key = idempotency::key(value)?;
    // What it may weigh is limited already.
    let body = to_bytes(std::mem::take(req.body_mut()), usize::MAX).await.map_err(|_| Error::Unreadable {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "base.request.too_large",
        message: Text::new("内容太大，请分次提交", "the body is too large; send it in parts"),
    })?;
    let mut hash = Sha256::new();
    hash.update(req.uri().path().as_bytes());
    hash.update([0]);
    hash.update(&body);
    let fingerprint = data_encoding::HEXLOWER.encode(&hash.finalize());
    *req.body_mut() = Body::from(body);
    let retry = idempotency::Retry { key, fingerprint };
    Ok(match idempotency::recall(ctx, &retry).await? {
        Some(answer) => Retry::Again(answer),
        None => Retry::First(retry),
    })
}
