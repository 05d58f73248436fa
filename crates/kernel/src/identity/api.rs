//! Identity on the wire: signing in, what is one's own, and what a security administrator does.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::{account, grant, session};
use super::{COOKIE, accounts, grants, sessions};
use crate::json::{Path, Query};
use crate::page::{Page, Paging};
use crate::process::{Task, inbox};
use crate::{App, Ctx, Error, Json, Reference, Reply, Result, Subject, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(me))
        .routes(routes!(my_inbox))
        .routes(routes!(change_password))
        .routes(routes!(begin_factor))
        .routes(routes!(confirm_factor))
        .routes(routes!(issue_token, list_tokens))
        .routes(routes!(revoke_token))
        .routes(routes!(open_account, list_accounts))
        .routes(routes!(show_account))
        .routes(routes!(disable_account))
        .routes(routes!(reset_account))
        .routes(routes!(give, list_grants))
        .routes(routes!(revoke_grant))
        .merge(super::roles::routes())
}

/// What a person types to sign in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "login": "zhangwei", "password": "…" }))]
pub struct SignIn {
    pub login: String,
    pub password: String,
    /// The code of the second factor, where the account has one.
    #[serde(default)]
    pub code: Option<String>,
}

/// A session that has begun. The same secret is in the cookie.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// For programs: send it as `Authorization: Bearer …`.
    pub token: String,
    pub expires_at: DateTime<Utc>,
    pub name: String,
    /// The first thing to do, before anything else is allowed.
    pub must_change_password: bool,
}

/// Signs in. Answers 401 `base.session.wrong`, or `base.session.code` where a second factor is needed.
#[utoipa::path(post, path = "/sessions", operation_id = "base_session_start", security(()),
    request_body = SignIn, responses((status = 201, body = Session), (status = 401), (status = 403)))]
async fn sign_in(ctx: Ctx, Json(given): Json<SignIn>) -> Result<Response> {
    let credentials = sessions::Credentials { login: given.login, password: given.password, code: given.code };
    let started = sessions::sign_in(&ctx, credentials).await?;
    let body = Session {
        token: started.secret.clone(),
        expires_at: started.expires_at,
        name: started.account.name,
        must_change_password: started.account.must_change,
    };
    let mut response = shown_once("/api/v1/me".to_owned(), body);
    let seconds = (started.expires_at - ctx.now).num_seconds();
    set_cookie(&ctx, &mut response, &started.secret, seconds);
    Ok(response)
}

const DONE_ALREADY: &str = "Done already under this `Idempotency-Key`; the secret was shown once.";

/// 201 with a secret in it, which no retry is answered with again.
fn shown_once(location: String, body: impl Serialize) -> Response {
    Reply::created(location, body).into_response()
}

fn set_cookie(ctx: &Ctx, response: &mut Response, value: &str, seconds: i64) {
    let secure = if ctx.app.settings.server.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

/// Signs out: the session or token that was shown is no longer valid anywhere.
#[utoipa::path(delete, path = "/sessions", operation_id = "base_session_end", security(("token" = [])),
    responses((status = 204)))]
async fn sign_out(ctx: Ctx) -> Result<Response> {
    let tx = ctx.begin().await?;
    sessions::sign_out(&tx).await?;
    let id = ctx.actor.account.unwrap_or_default();
    let mut response =
        tx.commit("base.session.end", Subject::new("base.account", id), Reply::none()).await?.into_response();
    set_cookie(&ctx, &mut response, "", 0);
    Ok(response)
}

/// Who the caller is and what they may do where.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    /// Code of the place the account belongs to.
    pub home: String,
    pub second_factor: bool,
    pub grants: Vec<MyGrant>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MyGrant {
    pub place: String,
    pub place_name: String,
    pub role: String,
    /// What it allows now: permissions of modules that are off there rest with them.
    pub permissions: Vec<String>,
}

async fn own(ctx: &Ctx) -> Result<account::Model> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let id = ctx.actor.account.ok_or(Error::SignedOut)?;
    account::Entity::all().filter(account::Column::Id.eq(id)).one(ctx.db()).await?.ok_or(Error::SignedOut)
}

/// The caller.
#[utoipa::path(get, path = "/me", operation_id = "base_me", security(("token" = [])), responses((status = 200, body = Me)))]
async fn me(ctx: Ctx) -> Result<Json<Me>> {
    let account = own(&ctx).await?;
    let tree = &ctx.snapshot.places;
    let grants = ctx
        .actor
        .grants
        .iter()
        .filter_map(|held| {
            let place = tree.get(held.place)?;
            Some(MyGrant {
                place: place.code.clone(),
                place_name: place.name.clone(),
                role: held.role.clone(),
                permissions: grants::awake(&ctx, place, held.permissions.iter().map(String::as_str)),
            })
        })
        .collect();
    Ok(Json(Me {
        id: account.id,
        login: account.login,
        name: account.name,
        home: tree.get(account.home).map(|p| p.code.clone()).unwrap_or_default(),
        second_factor: account.totp_confirmed,
        grants,
    }))
}

/// What the caller has to do, from all modules, nearest deadline first.
#[utoipa::path(get, path = "/me/inbox", operation_id = "base_inbox", security(("token" = [])),
    params(Paging), responses((status = 200, body = Page<Task>)))]
async fn my_inbox(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Task>>> {
    Ok(Json(inbox(&ctx, &paging).await?))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    pub old: String,
    pub new: String,
}

/// Changes the caller's password and ends their other sessions.
#[utoipa::path(put, path = "/me/password", operation_id = "base_password_change", security(("token" = [])),
    request_body = NewPassword, responses((status = 204)))]
async fn change_password(ctx: Ctx, Json(new): Json<NewPassword>) -> Result<Reply<()>> {
    let account = own(&ctx).await?;
    let mut tx = ctx.begin().await?;
    accounts::change_password(&mut tx, &account, new.old, new.new).await?;
    tx.commit("base.password.change", Subject::new("base.account", account.id), Reply::none()).await
}

/// The secret of a new second factor.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Factor {
    /// Base32, for an authenticator app.
    pub secret: String,
    /// The same as an `otpauth:` address, to show as a QR code.
    pub address: String,
}

/// Begins a second factor; it counts once a code was confirmed.
#[utoipa::path(post, path = "/me/factor", operation_id = "base_factor_begin", security(("token" = [])),
    responses((status = 200, body = Factor), (status = 204, description = DONE_ALREADY)))]
async fn begin_factor(ctx: Ctx) -> Result<Json<Factor>> {
    let account = own(&ctx).await?;
    let mut tx = ctx.begin().await?;
    let secret = accounts::begin_factor(&mut tx, &account).await?;
    // The secret is not kept for a retry: a lost answer is asked for again, with a new secret.
    tx.commit("base.factor.begin", Subject::new("base.account", account.id), Reply::none()).await?;
    let address = format!("otpauth://totp/Jizuo:{}?secret={secret}&issuer=Jizuo", account.login);
    Ok(Json(Factor { secret, address }))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorCode {
    #[schema(example = "123456")]
    #[schema(pattern = "^[0-9]{6}$")]
    pub code: String,
}

/// Confirms a second factor with its first code.
#[utoipa::path(put, path = "/me/factor", operation_id = "base_factor_confirm", security(("token" = [])),
    request_body = FactorCode, responses((status = 204)))]
async fn confirm_factor(ctx: Ctx, Json(given): Json<FactorCode>) -> Result<Reply<()>> {
    let account = own(&ctx).await?;
    let mut tx = ctx.begin().await?;
    accounts::confirm_factor(&mut tx, &account, &given.code).await?;
    tx.commit("base.factor.confirm", Subject::new("base.account", account.id), Reply::none()).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "label": "12345 热线对接", "permissions": ["base.event.read"], "days": 180 }))]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub label: String,
    /// At most what the caller holds; absent = all of it.
    #[serde(default)]
    pub permissions: Option<Vec<String>>,
    #[serde(deserialize_with = "crate::json::whole")]
    #[schema(minimum = 1, maximum = 366)]
    pub days: i64,
}

/// A session or token of the caller.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub id: Uuid,
    /// `session` or `token`
    pub kind: String,
    pub label: String,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl From<session::Model> for Token {
    fn from(row: session::Model) -> Self {
        Token {
            id: row.id,
            kind: row.kind,
            label: row.label,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
        }
    }
}

/// A token with its secret, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuedToken {
    #[serde(flatten)]
    pub token: Token,
    pub secret: String,
}

/// Issues a token for a program, acting as the caller with at most the caller's permissions.
#[utoipa::path(post, path = "/me/tokens", operation_id = "base_token_issue", security(("token" = [])),
    request_body = NewToken, responses((status = 201, body = IssuedToken), (status = 204, description = DONE_ALREADY)))]
async fn issue_token(ctx: Ctx, Json(new): Json<NewToken>) -> Result<Response> {
    let mut tx = ctx.begin().await?;
    let (row, secret) = sessions::issue_token(&mut tx, &new.label, new.permissions, new.days).await?;
    // The secret is not kept for a retry.
    tx.commit("base.token.issue", Subject::new("base.token", row.id), Reply::none()).await?;
    let location = format!("/api/v1/me/tokens/{}", row.id);
    Ok(shown_once(location, IssuedToken { token: row.into(), secret }))
}

/// The caller's live sessions and tokens, newest first.
#[utoipa::path(get, path = "/me/tokens", operation_id = "base_token_list", security(("token" = [])),
    responses((status = 200, body = Vec<Token>)))]
async fn list_tokens(ctx: Ctx) -> Result<Json<Vec<Token>>> {
    Ok(Json(sessions::own(&ctx).await?.into_iter().map(Token::from).collect()))
}

#[derive(Debug, Deserialize)]
struct IdPath {
    id: Uuid,
}

#[derive(Debug, Deserialize)]
struct PlaceIdPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// Ends one of the caller's sessions or tokens.
#[utoipa::path(delete, path = "/me/tokens/{id}", operation_id = "base_token_revoke", security(("token" = [])),
    params(("id" = Uuid, Path)), responses((status = 204)))]
async fn revoke_token(ctx: Ctx, path: Path<IdPath>) -> Result<Reply<()>> {
    let tx = ctx.begin().await?;
    sessions::revoke(&tx, path.id).await?;
    tx.commit("base.token.revoke", Subject::new("base.token", path.id), Reply::none()).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "login": "yangxiu", "name": "杨秀" }))]
pub struct NewAccount {
    /// Capitals are taken as small letters.
    #[schema(pattern = "^[A-Za-z0-9._@-]{3,40}$")]
    pub login: String,
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Code of the place the account belongs to: this place unless given, or one below it.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    pub home: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub home: String,
    pub disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<DateTime<Utc>>,
    pub second_factor: bool,
    pub created_at: DateTime<Utc>,
    /// Name of the home.
    pub home_name: String,
    /// It has not yet been signed in with since its last one-time password.
    pub must_change_password: bool,
    /// What it holds here and below, as far as the caller manages grants.
    pub grants: Vec<Grant>,
}

impl Account {
    fn from(ctx: &Ctx, row: account::Model, held: Vec<grant::Model>) -> Account {
        Account {
            home_name: ctx.snapshot.places.name(row.home).to_owned(),
            must_change_password: row.must_change,
            grants: held.into_iter().map(|row| Grant::from(ctx, row)).collect(),
            id: row.id,
            login: row.login,
            name: row.name,
            home: ctx.snapshot.places.get(row.home).map(|p| p.code.clone()).unwrap_or_default(),
            disabled: row.disabled_at.is_some(),
            locked_until: row.locked_until,
            second_factor: row.totp_confirmed,
            created_at: row.created_at,
        }
    }
}

/// An account with its one-time password, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OpenedAccount {
    #[serde(flatten)]
    pub account: Account,
    pub one_time_password: String,
}

/// Opens an account. The password is for one sign-in, and must be changed there.
#[utoipa::path(post, path = "/places/{place}/accounts", operation_id = "base_account_open",
    security(("token" = ["base.account.manage"])), params(("place" = String, Path, example = "530102")),
    request_body = NewAccount,
    responses((status = 201, body = OpenedAccount), (status = 204, description = DONE_ALREADY)))]
async fn open_account(ctx: Ctx, Json(new): Json<NewAccount>) -> Result<Response> {
    let home = match &new.home {
        Some(code) => ctx.resolve_below("home", code)?.id,
        None => ctx.place()?.id,
    };
    let mut tx = ctx.begin().await?;
    let new = accounts::New { login: new.login, name: new.name, place: home };
    let (account, password) = accounts::open(&mut tx, new).await?;
    tx.commit("base.account.manage", Subject::new("base.account", account.id), Reply::none()).await?;
    let location = format!("/api/v1/places/{}/accounts/{}", ctx.place()?.code, account.id);
    Ok(shown_once(
        location,
        OpenedAccount { account: Account::from(&ctx, account, Vec::new()), one_time_password: password },
    ))
}

/// The accounts that belong here or below with what they hold, newest first; by name, or by role.
#[utoipa::path(get, path = "/places/{place}/accounts", operation_id = "base_account_list",
    security(("token" = ["base.account.manage"])), params(("place" = String, Path, example = "530102"), Wanted, Paging),
    responses((status = 200, body = Page<Account>)))]
async fn list_accounts(
    ctx: Ctx,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Account>>> {
    let wanted = accounts::Wanted { q: wanted.q, role: wanted.role };
    let page = accounts::list(&ctx, &wanted, &paging).await?;
    let ids = page.items.iter().map(|row| row.id).collect();
    let mut held = grants::of_accounts(&ctx, ids).await?;
    Ok(Json(page.map(|row| {
        let own = held.remove(&row.id).unwrap_or_default();
        Account::from(&ctx, row, own)
    })))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Part of the login name or of the name.
    q: Option<String>,
    /// Only who holds this role here or below.
    #[param(example = "grid.worker")]
    role: Option<String>,
}

/// One account.
#[utoipa::path(get, path = "/places/{place}/accounts/{id}", operation_id = "base_account_show",
    security(("token" = ["base.account.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = Account)))]
async fn show_account(ctx: Ctx, path: Path<PlaceIdPath>) -> Result<Json<Account>> {
    let account = accounts::find(&ctx, path.id).await?;
    let held = grants::of_account(&ctx, account.id).await?;
    Ok(Json(Account::from(&ctx, account, held)))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "disabled": true }))]
pub struct Disable {
    pub disabled: bool,
}

/// Disables an account, which ends its sessions and tokens at once, or lets it in again.
#[utoipa::path(put, path = "/places/{place}/accounts/{id}/disabled", operation_id = "base_account_disable",
    security(("token" = ["base.account.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Disable, responses((status = 200, body = Account)))]
async fn disable_account(ctx: Ctx, path: Path<PlaceIdPath>, Json(wish): Json<Disable>) -> Result<Reply<Account>> {
    let account = accounts::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let changed = accounts::set_disabled(&mut tx, &account, wish.disabled).await?;
    let held = grants::of_account(&ctx, account.id).await?;
    let reply = Reply::ok(Account::from(&ctx, changed, held));
    tx.commit("base.account.manage", Subject::new("base.account", account.id), reply).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "second_factor": false }))]
pub struct Reset {
    /// Also remove the second factor, for somebody who lost the telephone.
    #[serde(default)]
    pub second_factor: bool,
}

/// A new one-time password; unlocks the account and ends its sessions.
#[utoipa::path(post, path = "/places/{place}/accounts/{id}/reset", operation_id = "base_account_reset",
    security(("token" = ["base.account.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
    request_body = Reset,
    responses((status = 200, body = OpenedAccount), (status = 204, description = DONE_ALREADY)))]
async fn reset_account(ctx: Ctx, path: Path<PlaceIdPath>, Json(wish): Json<Reset>) -> Result<Json<OpenedAccount>> {
    let account = accounts::find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let account = if wish.second_factor { accounts::reset_factor(&mut tx, &account).await? } else { account };
    let one_time_password = accounts::reset_password(&mut tx, &account).await?;
    tx.note("second_factor", wish.second_factor);
    tx.commit("base.account.manage", Subject::new("base.account", account.id), Reply::none()).await?;
    Ok(Json(OpenedAccount { account: Account::from(&ctx, account, Vec::new()), one_time_password }))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "account": "01890a5d-ac96-774b-bcce-b302099a8057", "role": "grid.worker", "place": "530102001001" }))]
pub struct NewGrant {
    pub account: Uuid,
    pub role: String,
    /// Code of the place: this place unless given, or one below it.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{2,18}$")]
    pub place: Option<String>,
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    pub id: Uuid,
    pub account: Uuid,
    pub role: String,
    pub role_title: Text,
    pub place: String,
    pub place_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    pub granted_by: String,
    pub granted_at: DateTime<Utc>,
}

impl Grant {
    fn from(ctx: &Ctx, row: grant::Model) -> Grant {
        let tree = &ctx.snapshot.places;
        Grant {
            id: row.id,
            account: row.account,
            role_title: super::roles::title(ctx, &row.role),
            role: row.role,
            place: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            until: row.until,
            granted_by: row.granted_by,
            granted_at: row.granted_at,
        }
    }
}

/// Gives an account a role here or below.
#[utoipa::path(post, path = "/places/{place}/grants", operation_id = "base_grant_give",
    security(("token" = ["base.grant.manage"])), params(("place" = String, Path, example = "530102")),
    request_body = NewGrant, responses((status = 201, body = Grant)))]
async fn give(ctx: Ctx, Json(new): Json<NewGrant>) -> Result<Reply<Grant>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    // Whoever serves here may come from elsewhere: the account need not be at home below.
    let known = {
        use sea_orm::{ColumnTrait, QueryFilter};
        account::Entity::all().filter(account::Column::Id.eq(new.account)).one(ctx.db()).await?
    };
    if known.is_none() {
        let why = Text::new("没有这个账号", "there is no such account");
        return Err(crate::error::invalid("account", "base.grant.account", why));
    }
    let mut tx = ctx.begin().await?;
    let new = grants::New { account: new.account, role: new.role, place: place.id, until: new.until };
    let row = grants::give(&mut tx, new).await?;
    let location = format!("/api/v1/places/{}/grants/{}", ctx.place()?.code, row.id);
    let subject = Subject::new("base.grant", row.id);
    let reply = Reply::created(location, Grant::from(&ctx, row));
    tx.commit("base.grant.manage", subject, reply).await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfAccount {
    account: Uuid,
}

/// The grants of an account here and below.
#[utoipa::path(get, path = "/places/{place}/grants", operation_id = "base_grant_list",
    security(("token" = ["base.grant.manage"])), params(("place" = String, Path, example = "530102"), OfAccount),
    responses((status = 200, body = Vec<Grant>)))]
async fn list_grants(ctx: Ctx, Query(of): Query<OfAccount>) -> Result<Json<Vec<Grant>>> {
    Ok(Json(grants::of_account(&ctx, of.account).await?.into_iter().map(|row| Grant::from(&ctx, row)).collect()))
}

/// Takes a grant back at once. The last administrator at the top stays.
#[utoipa::path(delete, path = "/places/{place}/grants/{id}", operation_id = "base_grant_revoke",
    security(("token" = ["base.grant.manage"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 204)))]
async fn revoke_grant(ctx: Ctx, path: Path<PlaceIdPath>) -> Result<Reply<()>> {
    let mut tx = ctx.begin().await?;
    grants::revoke(&mut tx, path.id).await?;
    tx.commit("base.grant.manage", Subject::new("base.grant", path.id), Reply::none()).await
}
