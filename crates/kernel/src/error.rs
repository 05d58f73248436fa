//! The one error of the platform, and its face on the wire: RFC 9457 `application/problem+json`.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jizuo_standards::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Lang, Text, say};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where a rule comes from: the law and its article, or honestly that it is the platform's own.
pub type Basis = Text;

/// Everything that can go wrong. Modules add codes, never variants.
#[derive(Debug)]
pub enum Error {
    /// 401: nobody, or nobody any more.
    SignedOut,
    /// 403: known, and not allowed; names the permission and who holds it.
    Forbidden(Box<Refusal>),
    /// 404: not there, or not for you to know of. The word says what was looked for.
    NotFound(&'static str),
    /// 404 `module_off`: the county of this place does not have the module.
    ModuleOff(&'static str),
    /// 422: every wrong field at once.
    Invalid(Vec<FieldError>),
    /// 409: a rule said no.
    Refused(Box<Refusal>),
    /// Another 4xx of HTTP itself: unreadable JSON, too large a body, a wrong content type, too many tries.
    Unreadable { status: StatusCode, code: &'static str, message: Text },
    /// 500: the text goes to the log, never to the caller.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// A "no" that explains itself.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Dotted and stable, prefixed with the module id.
    pub code: Cow<'static, str>,
    pub message: Text,
    /// The rule that spoke; the code itself where the rule has no entry in the registry.
    pub rule: String,
    pub source: Option<Basis>,
    /// Who could do it, or what would have to change first.
    pub who: Text,
    /// What is true now, for the loser of a race.
    pub current: Option<serde_json::Value>,
}

/// The rule, its article, and the way out belong to every refusal; the builder asks for them in that order.
pub fn refuse(code: impl Into<Cow<'static, str>>, message: Text) -> Box<Refusal> {
    let code = code.into();
    let who = EVERYONE_AFTER_CHANGE;
    Box::new(Refusal { rule: code.to_string(), code, message, source: None, who, current: None })
}

const EVERYONE_AFTER_CHANGE: Text =
    Text::new("消除上述原因后，原操作人即可办理", "the same person, once the reason above is gone");

impl Refusal {
    pub fn rule(mut self: Box<Self>, id: impl Into<String>) -> Box<Self> {
        self.rule = id.into();
        self
    }
    pub fn source(mut self: Box<Self>, basis: impl Into<Option<Basis>>) -> Box<Self> {
        self.source = basis.into();
        self
    }
    pub fn who(mut self: Box<Self>, who: Text) -> Box<Self> {
        self.who = who;
        self
    }
    pub fn current(mut self: Box<Self>, now: impl Serialize) -> Box<Self> {
        self.current = serde_json::to_value(now).ok();
        self
    }
}

impl From<Box<Refusal>> for Error {
    fn from(refusal: Box<Refusal>) -> Self {
        Error::Refused(refusal)
    }
}

/// One wrong field of a request.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// Dotted path in the body, or the name of the parameter or header.
    pub field: String,
    pub code: Cow<'static, str>,
    pub message: Text,
    pub source: Option<Basis>,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: impl Into<Cow<'static, str>>, message: Text) -> Self {
        FieldError { field: field.into(), code: code.into(), message, source: None }
    }

    /// The field breaks a data standard.
    pub fn standard(field: impl Into<String>, fault: Fault) -> Self {
        FieldError {
            field: field.into(),
            code: fault.code.into(),
            message: Text::owned(fault.zh, fault.en),
            source: Some(Text::new(fault.source, fault.source)),
        }
    }
}

/// Collects every wrong field, so that a person corrects a form once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    pub fn add(&mut self, field: impl Into<String>, code: impl Into<Cow<'static, str>>, message: Text) {
        self.0.push(FieldError::new(field, code, message));
    }

    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// The value if the standard accepts it, else the fault is kept under `field`.
    pub fn take<T>(&mut self, field: &str, checked: Result<T, Fault>) -> Option<T> {
        checked.map_err(|fault| self.push(FieldError::standard(field, fault))).ok()
    }

    /// Text that must be there: trimmed, without control characters, at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            self.add(field, "base.field.missing", Text::new("请填写此项", "fill in this field"));
        }
        self.optional_text(field, trimmed, max)
    }

    /// Text that may be empty, under the same limits.
    pub fn optional_text(&mut self, field: &str, value: &str, max: usize) -> String {
        let trimmed = value.trim();
        let length = trimmed.chars().count();
        if length > max {
            self.add(
                field,
                "base.field.long",
                say!("最多 {max} 个字，现有 {length} 个", "at most {max} characters; there are {length}"),
            );
        }
        if trimmed.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(
                field,
                "base.field.control",
                Text::new("含有不可见的控制字符，请删除", "contains control characters; remove them"),
            );
        }
        trimmed.to_owned()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// One wrong field, as an error of its own.
pub fn invalid(field: impl Into<String>, code: impl Into<Cow<'static, str>>, message: Text) -> Error {
    Error::Invalid(vec![FieldError::new(field, code, message)])
}

/// Anything unexpected from below.
pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Internal(error.into())
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let problem = self.problem(Lang::En, "");
        write!(f, "{}: {}", problem.code, problem.detail)?;
        for error in &problem.errors {
            write!(f, "; {}: {}", error.field, error.message)?;
        }
        if let Error::Internal(cause) = self {
            write!(f, " ({cause})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Error::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Internal(Box::new(error))
    }
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:jizuo:problem:` and the code.
    #[schema(example = "urn:jizuo:problem:base.gate.forbidden")]
    pub r#type: String,
    /// What kind of trouble, in the caller's language.
    pub title: String,
    pub status: u16,
    /// Stable and dotted, for programs.
    #[schema(example = "base.gate.forbidden")]
    pub code: String,
    /// What happened, why, and what to do next, in the caller's language.
    pub detail: String,
    /// The rule that spoke.
    pub rule: String,
    /// The article, where law speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who could do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Every wrong field at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// What is true now, for the loser of a race.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<serde_json::Value>,
    /// Name this to the operator; the log has the rest under it.
    pub trace: String,
}

/// One wrong field.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    #[schema(example = "reporter.phone")]
    pub field: String,
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Error {
    pub fn status(&self) -> StatusCode {
        match self {
            Error::SignedOut => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) | Error::ModuleOff(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Refused(_) => StatusCode::CONFLICT,
            Error::Unreadable { status, .. } => *status,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code a program or a test recognises the error by.
    pub fn code(&self) -> &str {
        match self {
            Error::SignedOut => "base.gate.signed_out",
            Error::Forbidden(r) | Error::Refused(r) => &r.code,
            Error::NotFound(_) => "base.gate.not_found",
            Error::ModuleOff(_) => "module_off",
            Error::Invalid(_) => "base.request.invalid",
            Error::Unreadable { code, .. } => code,
            Error::Internal(_) => "base.internal",
        }
    }

    pub fn problem(&self, lang: Lang, trace: &str) -> Problem {
        let (title, detail) = self.words();
        let code = self.code().to_owned();
        let mut problem = Problem {
            r#type: format!("urn:jizuo:problem:{code}"),
            title: title.read(lang).to_owned(),
            status: self.status().as_u16(),
            rule: code.clone(),
            code,
            detail: detail.read(lang).to_owned(),
            source: None,
            who: None,
            errors: Vec::new(),
            current: None,
            trace: trace.to_owned(),
        };
        match self {
            Error::Forbidden(r) | Error::Refused(r) => {
                problem.rule.clone_from(&r.rule);
                problem.source = r.source.as_ref().map(|basis| basis.read(lang).to_owned());
                problem.who = Some(r.who.read(lang).to_owned());
                problem.current.clone_from(&r.current);
            }
            Error::Invalid(errors) => {
                if let Some(first) = errors.first() {
                    problem.rule = first.code.to_string();
                    problem.source = first.source.as_ref().map(|basis| basis.read(lang).to_owned());
                }
                problem.who = Some(
                    Text::new("更正后由原填报人重新提交", "whoever sent it, after correcting the fields")
                        .read(lang)
                        .to_owned(),
                );
                problem.errors = errors
                    .iter()
                    .map(|e| ProblemField {
                        field: e.field.clone(),
                        code: e.code.to_string(),
                        message: e.message.read(lang).to_owned(),
                        source: e.source.as_ref().map(|basis| basis.read(lang).to_owned()),
                    })
                    .collect();
            }
            _ => {}
        }
        problem
    }

    fn words(&self) -> (Text, Text) {
        match self {
            Error::SignedOut => (
                Text::new("请先登录", "Sign in first"),
                Text::new(
                    "没有登录，或登录已过期。请用 POST /api/v1/sessions 登录，或带上有效的令牌。",
                    "You are not signed in, or no longer. Sign in with POST /api/v1/sessions, or send a valid bearer token.",
                ),
            ),
            Error::Forbidden(r) => (Text::new("没有权限", "Not allowed"), r.message.clone()),
            Error::NotFound(what) => (
                Text::new("没有找到", "Not found"),
                say!(
                    "没有找到（{what}），或者您无权知道它是否存在。请核对编码和所在地。",
                    "There is no such {what}, or it is not yours to know of. Check the code and the place."
                ),
            ),
            Error::ModuleOff(module) => (
                Text::new("本县未启用该模块", "The county does not have this module"),
                say!(
                    "这里没有启用“{module}”模块。县级系统管理员可以随时启用，数据不会丢失。",
                    "The module '{module}' is off here. The county's system administrator can switch it on at any time; nothing is lost."
                ),
            ),
            Error::Invalid(errors) => {
                let n = errors.len();
                (
                    Text::new("填写有误", "Some fields are wrong"),
                    say!("有 {n} 处需要更正，见 errors。", "{n} to correct; see errors."),
                )
            }
            Error::Refused(r) => (Text::new("按规定不能办理", "A rule says no"), r.message.clone()),
            Error::Unreadable { message, .. } => {
                (Text::new("无法读取这个请求", "The request cannot be read"), message.clone())
            }
            Error::Internal(_) => (
                Text::new("系统内部错误", "Internal error"),
                Text::new(
                    "系统出错，没有保存任何内容。请稍后再试，并把 trace 告诉管理员。",
                    "Something broke on our side; nothing was saved. Try again, and give the operator the trace.",
                ),
            ),
        }
    }
}

/// Rendered by [`render`], which knows the caller's language and the trace.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// Writes the problem body for an answer that carries an [`Error`], or for a bare 4xx/5xx of the framework.
pub(crate) fn render(mut response: Response, lang: Lang, trace: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let carried = response.extensions_mut().remove::<std::sync::Arc<Error>>();
    let error = match &carried {
        Some(error) => error.as_ref(),
        None if response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == PROBLEM_JSON) => return response,
        None => &bare(status),
    };
    if let Error::Internal(cause) = error {
        tracing::error!(trace, error = %cause, "internal error");
    }
    let body = serde_json::to_vec(&error.problem(lang, trace)).unwrap_or_default();
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let mut rendered = (error.status(), Body::from(body)).into_response();
    *rendered.headers_mut() = headers;
    rendered
}

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

fn bare(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound("page"),
        StatusCode::METHOD_NOT_ALLOWED => Error::Unreadable {
            status,
            code: "base.request.method",
            message: Text::new("这个地址不接受这种操作，见 /docs", "this address does not take this method; see /docs"),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Error::Unreadable {
            status,
            code: "base.request.too_large",
            message: Text::new("内容太大，请分次提交", "the body is too large; send it in parts"),
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Error::Unreadable {
            status: StatusCode::GATEWAY_TIMEOUT,
            code: "base.request.timeout",
            message: Text::new(
                "处理超时，请用同一个 Idempotency-Key 重试",
                "it took too long; retry with the same Idempotency-Key",
            ),
        },
        s if s.is_server_error() => internal(format!("the framework answered {s}")),
        status => Error::Unreadable {
            status,
            code: "base.request.unreadable",
            message: Text::new("无法读取这个请求，见 /docs", "the request cannot be read; see /docs"),
        },
    }
}
