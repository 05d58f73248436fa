//! What axum's extractors are, with faults answered in the house format: every wrong field, and never a 500.

use std::ops::Deref;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::invalid;
use crate::{Error, Text, say};

/// A JSON body, in or out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(req: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = req.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|rejection| unreadable(rejection.into()))?;
        if has_nul(&bytes) {
            return Err(invalid("body", "base.field.control", NUL));
        }
        // Serde would take a list for the fields of an object, in their order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            let why = Text::new("须为 JSON 对象，不能是数组", "this must be a JSON object, not a list");
            return Err(invalid("body", "base.request.shape", why));
        }
        #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
        match axum::Json::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), state).await {
            Ok(axum::Json(value)) => Ok(Json(value)),
            Err(rejection) => Err(unreadable(rejection)),
        }
    }
}

pub(crate) const NUL: Text = Text::new("含有空字符（U+0000），请删除", "contains a NUL character (U+0000); remove it");

/// Whether a string in the JSON holds U+0000: PostgreSQL keeps none, SQLite does, and nobody means one.
fn has_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        // What is escaped is passed over, so that `\\\\u0000` means a backslash and four digits.
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

fn unreadable(rejection: JsonRejection) -> Error {
    match rejection {
        JsonRejection::JsonDataError(error) => {
            let text = error.body_text();
            let (field, why) = locate(&text);
            invalid(
                field,
                "base.request.shape",
                say!("此处的内容或类型不对：{why}", "wrong content or type here: {why}"),
            )
        }
        JsonRejection::JsonSyntaxError(error) => {
            let why = error.body_text();
            Error::Unreadable {
                status: StatusCode::BAD_REQUEST,
                code: "base.request.json",
                message: say!("不是有效的 JSON（须为 UTF-8 编码）：{why}", "this is not valid JSON in UTF-8: {why}"),
            }
        }
        JsonRejection::MissingJsonContentType(_) => Error::Unreadable {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code: "base.request.content_type",
            message: Text::new(
                "请用 Content-Type: application/json 提交",
                "send the body with Content-Type: application/json",
            ),
        },
        other => {
            let status = other.status();
            Error::Unreadable {
                status: if status.is_client_error() { status } else { StatusCode::BAD_REQUEST },
                code: if status == StatusCode::PAYLOAD_TOO_LARGE {
                    "base.request.too_large"
                } else {
                    "base.request.unreadable"
                },
                message: if status == StatusCode::PAYLOAD_TOO_LARGE {
                    Text::new("内容太大，请分次提交", "the body is too large; send it in parts")
                } else {
                    Text::new("没有读到完整的内容，请重试", "the body did not arrive whole; try again")
                },
            }
        }
    }
}

/// serde_path_to_error inside axum writes `path: message`; an unknown or missing field names itself in backquotes.
fn locate(text: &str) -> (String, String) {
    let text = text.rsplit_once("target type: ").map_or(text, |(_, rest)| rest);
    let why = text.split(" at line ").next().unwrap_or(text);
    let (path, why) = match why.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') => (path, rest),
        _ => ("", why),
    };
    let named = (why.contains("missing field") || why.contains("unknown field"))
        .then(|| why.split('`').nth(1))
        .flatten()
        .unwrap_or_default();
    let field = match (path, named) {
        ("" | ".", "") => "body".to_owned(),
        ("" | ".", named) => named.to_owned(),
        (path, "") => path.to_owned(),
        (path, named) if path.ends_with(named) => path.to_owned(),
        (path, named) => format!("{path}.{named}"),
    };
    (field, why.to_owned())
}

/// For whole numbers in bodies: `200.0` is one too, by JSON Schema.
pub fn whole<'de, T: TryFrom<i64>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    whole_of(&serde_json::Number::deserialize(from)?)
}

/// The same for a number that may be left out, together with `#[serde(default)]`.
pub fn whole_if_any<'de, T: TryFrom<i64>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::<serde_json::Number>::deserialize(from)?.as_ref().map(whole_of).transpose()
}

fn whole_of<T: TryFrom<i64>, E: serde::de::Error>(number: &serde_json::Number) -> Result<T, E> {
    // Beyond 2^53 a number with a point no longer says which whole number it means.
    let pointed = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9_007_199_254_740_992.0);
    let whole = number.as_i64().or_else(|| pointed.and_then(|f| format!("{f:.0}").parse().ok()));
    whole
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| E::custom(format!("{number} is no whole number that fits here")))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query string.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                let text = error.body_text();
                let why = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, rest)| rest).to_owned();
                let (field, why) = locate(&why);
                let field = if field == "body" { "query".to_owned() } else { field };
                Err(invalid(field, "base.request.query", say!("查询条件不对：{why}", "wrong query parameter: {why}")))
            }
            Err(_) => Err(invalid(
                "query",
                "base.request.query",
                Text::new("查询条件无法读取", "the query string cannot be read"),
            )),
        }
    }
}

/// The named parts of the path. What cannot be such a part names nothing, so the answer is "not found".
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Error::NotFound("page")),
            Err(other) => Err(crate::error::internal(other.body_text())),
        }
    }
}

impl<T> Deref for Path<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{has_nul, locate, whole, whole_if_any};

    #[test]
    fn a_whole_number_may_have_a_point() {
        for (sent, read) in
            [(json!(312), Some(312)), (json!(312.0), Some(312)), (json!(0.5), None), (json!(-1.0), None)]
        {
            assert_eq!(whole::<u32, Value>(sent.clone()).ok(), read, "{sent}");
            assert_eq!(whole_if_any::<u32, Value>(sent.clone()).ok(), read.map(Some), "{sent}");
        }
        assert_eq!(whole_if_any::<u32, Value>(Value::Null).ok(), Some(None));
        assert!(whole::<u32, Value>(Value::Null).is_err());
        assert_eq!(whole_if_any::<i64, Value>(json!(1e12)).ok(), Some(Some(1_000_000_000_000)));
    }

    #[test]
    fn a_nul_is_found_and_a_backslash_before_digits_is_none() {
        for (json, found) in
            [(r#"{"a":"\u0000"}"#, true), (r#"{"a":"\\u0000"}"#, false), (r#"{"a":"\\\u0000"}"#, true), ("\\", false)]
        {
            assert_eq!(has_nul(json.as_bytes()), found, "{json}");
        }
    }

    #[test]
    fn the_wrong_field_is_named() {
        for (text, field) in [
            (
                "Failed to deserialize the JSON body into the target type: reporter.phone: invalid type: integer `1`, expected a string at line 1 column 9",
                "reporter.phone",
            ),
            (
                "Failed to deserialize the JSON body into the target type: missing field `title` at line 1 column 2",
                "title",
            ),
            (
                "Failed to deserialize the JSON body into the target type: titel: unknown field `titel`, expected one of `title` at line 1",
                "titel",
            ),
            (
                "Failed to deserialize the JSON body into the target type: reporter: missing field `name` at line 1 column 2",
                "reporter.name",
            ),
            (
                "Failed to deserialize the JSON body into the target type: invalid type: sequence, expected struct X at line 1 column 0",
                "body",
            ),
        ] {
            assert_eq!(locate(text).0, field, "{text}");
        }
    }
}
