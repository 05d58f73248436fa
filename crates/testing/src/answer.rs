//! What came back, with the assertions that read well in a test.

use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An answer of the platform.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// JSON, or the text as a JSON string, or null.
    pub body: Value,
    /// The body as it came, for answers that are files.
    pub bytes: Vec<u8>,
    pub(crate) asked: String,
}

impl Answer {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{} answered {}: {:#}", self.asked, self.status, self.body);
        self
    }

    /// Fails the test unless this is the problem.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Answer {
        let answer = self.expect(status);
        assert_eq!(answer.body["code"], code, "{}: {:#}", answer.asked, answer.body);
        answer
    }

    /// The fields a 422 complains of.
    pub fn fields(&self) -> Vec<&str> {
        self.body["errors"].as_array().into_iter().flatten().filter_map(|e| e["field"].as_str()).collect()
    }

    /// A text of the body, by JSON pointer or plain key.
    #[track_caller]
    pub fn text(&self, key: &str) -> String {
        let value = if key.starts_with('/') { self.body.pointer(key) } else { self.body.get(key) };
        match value {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("{} has no {key}: {:#}", self.asked, self.body),
        }
    }

    pub fn items(&self) -> &[Value] {
        match &self.body {
            Value::Array(items) => items,
            other => other["items"].as_array().map_or(&[], Vec::as_slice),
        }
    }

    #[track_caller]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.body.clone()).expect("the documented shape")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}
