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
    /// Behind `/api/v1`; `{name}` stands for the id that an earlier scene kept under the name.
    pub(super) path: String,
    pub(super) body: Value,
    /// The name under which the answer's id is kept.
    pub(super) keep: Option<String>,
}

#[derive(Default)]
pub(super) struct Script(Vec<Scene>);

impl Script {
    pub(super) fn add(&mut self, at: DateTime<Utc>, login: &str, method: Method, path: String, body: Value) {
        self.0.push(Scene { at, login: login.to_owned(), method, path, body, keep: None });
    }

    /// As [`Script::add`], with the id of the answer kept for later scenes.
    pub(super) fn add_kept(&mut self, at: DateTime<Utc>, login: &str, path: String, body: Value, keep: String) {
        self.0.push(Scene { at, login: login.to_owned(), method: Method::POST, path, body, keep: Some(keep) });
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
    pub(super) fn learn(&mut self, name: Option<String>, answer: &Value) {
        if let (Some(name), Some(id)) = (name, answer.get("id").and_then(Value::as_str)) {
            self.0.insert(name, id.to_owned());
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
