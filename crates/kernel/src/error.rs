//! The one error of the platform.

use std::borrow::Cow;

use axum::http::StatusCode;
use jizuo_standards::Fault;
use serde::Serialize;

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
    ModuleOff(Text),
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

/// What was to be changed is not what was seen any more.
pub fn stale() -> Box<Refusal> {
    refuse(
        "base.version.stale",
        Text::new("内容已被别人修改，请重新读取后再改", "somebody changed this meanwhile; read it again, then edit"),
    )
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
    /// A text that may be left out; blank is left out.
    pub fn said(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        value.map(|text| self.optional_text(field, text, max)).filter(|text| !text.is_empty())
    }

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

    /// Takes in what is wrong with a part of the body: its fields are named below the part's.
    pub fn below(&mut self, part: &str, faults: Faults) {
        self.0
            .extend(faults.0.into_iter().map(|fault| FieldError { field: format!("{part}.{}", fault.field), ..fault }));
    }

    /// All of them, for who names them one by one.
    pub fn into_list(self) -> Vec<FieldError> {
        self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

impl From<Box<FieldError>> for Error {
    fn from(fault: Box<FieldError>) -> Error {
        Error::Invalid(vec![*fault])
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
}
