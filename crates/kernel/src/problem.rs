//! An error's face on the wire: RFC 9457 `application/problem+json`, in the caller's language.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::internal;
use crate::{Error, Lang, Text, say};

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
                    "没有找到，或者您无权知道它是否存在。请核对编码和所在地。",
                    "There is no such {what}, or it is not yours to know of. Check the code and the place."
                ),
            ),
            Error::ModuleOff(Text { zh, en }) => (
                Text::new("本县未启用该模块", "The county does not have this module"),
                say!(
                    "这里没有启用“{zh}”模块。县级系统管理员可以随时启用，数据不会丢失。",
                    "The module '{en}' is off here. The county's system administrator can switch it on at any time; nothing is lost."
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
