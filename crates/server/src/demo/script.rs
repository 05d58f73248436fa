//! What happens in the demonstration: calls, each by somebody at a time, sorted and then done one after another.

use std::collections::HashMap;

use axum::http::Method;
use chrono::{DateTime, Datelike, Duration, NaiveTime, Utc, Weekday};
use jizuo_kernel::clock::{china_date, china_instant};
use serde_json::Value;

/// One call.
pub(super) struct Scene {
    pub(super) at: DateTime<Utc>,
    pub(super) login: String,
    pub(super) method: Method,
    /// Behind `/api/v1`; `{name}` stands for what an earlier scene kept under the name, here and in texts of the body.
    pub(super) path: String,
    pub(super) body: Value,
    /// Names, and where in the answer stands what is kept under them.
    pub(super) keep: Vec<(String, &'static str)>,
}

#[derive(Default)]
pub(super) struct Script(Vec<Scene>);

impl Script {
    pub(super) fn add(&mut self, at: DateTime<Utc>, login: &str, method: Method, path: String, body: Value) {
        self.0.push(Scene { at, login: login.to_owned(), method, path, body, keep: Vec::new() });
    }

    /// As [`Script::add`], with the id of the answer kept for later scenes.
    pub(super) fn add_kept(&mut self, at: DateTime<Utc>, login: &str, path: String, body: Value, keep: String) {
        let keep = vec![(keep, "/id")];
        self.0.push(Scene { at, login: login.to_owned(), method: Method::POST, path, body, keep });
    }

    /// Somebody reads, and keeps what later scenes name.
    pub(super) fn look(&mut self, at: DateTime<Utc>, login: &str, path: String, keep: Vec<(String, &'static str)>) {
        self.0.push(Scene { at, login: login.to_owned(), method: Method::GET, path, body: Value::Null, keep });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// By time; what was written first comes first where the times are the same.
    pub(super) fn in_order(mut self) -> Vec<Scene> {
        self.0.sort_by_key(|scene| scene.at);
        self.0
    }
}

/// Ids that earlier scenes kept.
#[derive(Default)]
pub(super) struct Known(HashMap<String, String>);

impl Known {
    pub(super) fn learn(&mut self, keep: Vec<(String, &'static str)>, answer: &Value) {
        for (name, pointer) in keep {
            if let Some(id) = answer.pointer(pointer).and_then(Value::as_str) {
                self.0.insert(name, id.to_owned());
            }
        }
    }

    /// A body with every text filled.
    pub(super) fn fill_body(&self, body: Value) -> Value {
        match body {
            Value::String(text) => Value::String(self.fill(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.fill_body(item)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, self.fill_body(value))).collect(),
            plain => plain,
        }
    }

    pub(super) fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        if path.contains('{') {
            for (name, id) in &self.0 {
                filled = filled.replace(&format!("{{{name}}}"), id);
            }
        }
        filled
    }
}

/// The moment in China: some days after `from`, moved to Monday where that falls on a weekend.
pub(super) fn in_office(from: DateTime<Utc>, days: i64, hour: u32, minute: u32) -> DateTime<Utc> {
    let mut date = china_date(from) + Duration::days(days);
    while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        date += Duration::days(1);
    }
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
    china_instant(date, time)
}
