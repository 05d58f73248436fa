//! Somebody who uses the platform in a test.

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use chrono::Duration;
use http_body_util::BodyExt;
use jizuo_kernel::identity::entity::{account, grant, role, session};
use jizuo_kernel::snapshot::Part;
use jizuo_kernel::{Reply, Subject};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{Answer, TestApp, document};

/// A caller with, or without, a token.
#[derive(Clone)]
pub struct User<'a> {
    test: &'a TestApp,
    pub id: Uuid,
    pub login: String,
    /// No two have the same.
    pub name: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    /// Whether requests run one at a time, so that audit lines can be counted.
    counted: bool,
}

pub(crate) async fn make<'a>(test: &'a TestApp, place: &str, permissions: &[&str]) -> User<'a> {
    let id = Uuid::new_v4();
    let name = format!("local.test.{}", id.simple());
    let ctx = test.system(place);
    let mut tx = ctx.begin().await.expect("a write");
    let row = role::ActiveModel {
        id: Set(name.clone()),
        place: Set(ctx.place().expect("a place").id),
        title: Set("test".to_owned()),
        permissions: Set(serde_json::json!(permissions)),
    };
    role::Entity::insert(row).exec_without_returning(tx.db()).await.expect("a role");
    tx.touch(Part::Roles);
    tx.commit("base.grant.manage", Subject::new("base.role", &name), Reply::none()).await.expect("committed");
    with_role(test, place, &name).await
}

pub(crate) async fn with_role<'a>(test: &'a TestApp, place: &str, role: &str) -> User<'a> {
    let id = Uuid::new_v4();
    let login = format!("user-{}", &id.simple().to_string()[..12]);
    let name = format!("测试人员 {}", &login[5..9]);
    let token = format!("test-token-{}", id.simple());
    let ctx = test.system(place);
    let home = ctx.place().expect("a place").id;
    let tx = ctx.begin().await.expect("a write");
    let now = ctx.now;
    let row = account::ActiveModel {
        id: Set(id),
        login: Set(login.clone()),
        name: Set(name.clone()),
        home: Set(home),
        password: Set("-".to_owned()),
        password_at: Set(now),
        must_change: Set(false),
        failures: Set(0),
        locked_until: Set(None),
        disabled_at: Set(None),
        totp: Set(None),
        totp_confirmed: Set(false),
        totp_step: Set(0),
        created_at: Set(now),
        version: Set(1),
    };
    account::Entity::insert(row).exec_without_returning(tx.db()).await.expect("an account");
    let row = grant::ActiveModel {
        id: Set(Uuid::new_v4()),
        account: Set(id),
        role: Set(role.to_owned()),
        place: Set(home),
        until: Set(None),
        granted_by: Set("test".to_owned()),
        granted_at: Set(now),
        revoked_at: Set(None),
    };
    grant::Entity::insert(row).exec_without_returning(tx.db()).await.expect("a grant");
    let row = session::ActiveModel {
        fingerprint: Set(jizuo_kernel::keyring::fingerprint(&token)),
        id: Set(Uuid::new_v4()),
        account: Set(id),
        kind: Set("token".to_owned()),
        label: Set("test".to_owned()),
        permissions: Set(None),
        created_at: Set(now),
        seen_at: Set(now + Duration::days(3_650)),
        expires_at: Set(now + Duration::days(3_650)),
    };
    session::Entity::insert(row).exec_without_returning(tx.db()).await.expect("a session");
    tx.commit("base.account.manage", Subject::new("base.account", id), Reply::none()).await.expect("committed");
    User { test, id, login, name, token: Some(token), headers: Vec::new(), counted: true }
}

impl<'a> User<'a> {
    pub(crate) fn stranger(test: &'a TestApp) -> User<'a> {
        User {
            test,
            id: Uuid::nil(),
            login: String::new(),
            name: String::new(),
            token: None,
            headers: Vec::new(),
            counted: true,
        }
    }

    /// The bearer token, for clients of another kind.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The same person with another credential.
    pub fn with_token(&self, token: impl Into<String>) -> User<'a> {
        User { token: Some(token.into()), ..self.clone() }
    }

    /// The same person, with a header on every request.
    pub fn header(&self, name: &'static str, value: impl Into<String>) -> User<'a> {
        let mut user = self.clone();
        user.headers.push((name, value.into()));
        user
    }

    /// For several requests at once: audit lines are not counted.
    pub fn at_once(&self) -> User<'a> {
        User { counted: false, ..self.clone() }
    }

    /// The same person on another process.
    pub fn on<'b>(&self, test: &'b TestApp) -> User<'b> {
        User {
            test,
            id: self.id,
            login: self.login.clone(),
            name: self.name.clone(),
            token: self.token.clone(),
            headers: self.headers.clone(),
            counted: self.counted,
        }
    }

    /// A role more, at a place.
    pub async fn also(&self, place: &str, role: &str) {
        let ctx = self.test.system(place);
        let mut tx = ctx.begin().await.expect("a write");
        let new = jizuo_kernel::identity::grants::New {
            account: self.id,
            role: role.to_owned(),
            place: ctx.place().expect("a place").id,
            until: None,
        };
        jizuo_kernel::identity::grants::give(&mut tx, new).await.expect("granted");
        tx.commit("base.grant.manage", Subject::new("base.grant", self.id), Reply::none()).await.expect("committed");
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| Bytes::from(body.to_string()));
        self.send_bytes(method, path, body.as_ref().map(|_| "application/json"), body.unwrap_or_default()).await
    }

    /// Any body at all, as a hostile caller sends it.
    pub async fn send_bytes(&self, method: Method, path: &str, kind: Option<&str>, body: impl Into<Body>) -> Answer {
        let path = if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = Request::builder().method(method.clone()).uri(&path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let before = if self.counted { self.audit_lines().await } else { 0 };
        let request = request.body(body.into()).expect("a request");
        let response = self.test.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        let asked = format!("{method} {path}");
        let answer = Answer { status: parts.status, headers: parts.headers, body, bytes: bytes.to_vec(), asked };
        self.test.hold_against_document(&method, &path, &answer);
        if self.counted {
            let after = self.audit_lines().await;
            check_audit(&method, &answer, after - before);
        }
        check_problem(&answer);
        assert!(
            answer.status != StatusCode::CREATED || answer.header("location").is_some(),
            "{} answered 201 without Location",
            answer.asked
        );
        answer
    }

    async fn audit_lines(&self) -> i64 {
        let db = self.test.behind().await;
        let statement = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM base_audit");
        let row = db.query_one_raw(statement).await.expect("a count").expect("a row");
        row.try_get("", "n").expect("a number")
    }
}

impl TestApp {
    /// Remembers the operation, and holds the answer against its document.
    fn hold_against_document(&self, method: &Method, path: &str, answer: &Answer) {
        let Some(operation) = document::operation(&self.app.registry, method, path) else { return };
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            self.succeeded.lock().expect("no panic while held").insert(operation.id.clone());
        }
        // What is no JSON (a CSV file, an empty answer) has no schema to fit.
        if !matches!(answer.body, Value::Object(_) | Value::Array(_)) {
            return;
        }
        let misfits = {
            let mut schemas = self.schemas.lock().expect("no panic while held");
            let known = schemas
                .entry((operation.id.clone(), status))
                .or_insert_with(|| document::schema(&self.app.registry, operation, status));
            known.as_ref().map(|schema| document::misfits(schema, &answer.body)).unwrap_or_default()
        };
        assert!(misfits.is_empty(), "{} does not answer as documented: {misfits:?}\n{:#}", answer.asked, answer.body);
    }
}

/// A write that succeeds leaves exactly one line, a retry and a read none.
#[track_caller]
fn check_audit(method: &Method, answer: &Answer, lines: i64) {
    let asked = &answer.asked;
    let replayed = answer.headers.contains_key("idempotency-replayed");
    if *method == Method::GET || replayed {
        assert_eq!(lines, 0, "{asked} reads, and left {lines} audit lines");
    } else if answer.status.is_success() {
        assert_eq!(lines, 1, "{asked} wrote, and left {lines} audit lines");
    } else if asked.ends_with("/sessions") {
        assert!(lines <= 1, "{asked} failed, and left {lines} audit lines");
    } else {
        assert_eq!(lines, 0, "{asked} was refused, and left {lines} audit lines: {:#}", answer.body);
    }
}

/// A refusal says what, why, under which rule and who could; and nothing is ever an internal error.
#[track_caller]
fn check_problem(answer: &Answer) {
    let status = answer.status.as_u16();
    if status < 400 {
        return;
    }
    let asked = &answer.asked;
    let body = &answer.body;
    assert_ne!(status, 500, "{asked} broke: {body:#}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{asked} answered {status}: {body:#}");
    for key in ["type", "title", "detail", "code", "rule", "trace"] {
        let text = body[key].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{asked} answered {status} without {key}: {body:#}");
    }
    if [403, 409, 422].contains(&status) {
        assert!(
            body["who"].as_str().is_some_and(|who| !who.is_empty()),
            "{asked} answered {status} without who: {body:#}"
        );
    }
    if status == 422 {
        assert!(!answer.fields().is_empty(), "{asked} answered 422 without fields: {body:#}");
    }
}
