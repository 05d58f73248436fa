//! The audit to search: who did what, where, when and for whom, and what changed.

use askama::Template;
use jizuo_kernel::audit::api::AuditLine;
use jizuo_kernel::page::Page;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answered, page};
use crate::client::quoted;
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    f: Frame,
    lines: Page<AuditLine>,
    wanted: Wanted,
}

/// What is looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    actor: String,
    behalf: String,
    action: String,
    subject: String,
    from: String,
    to: String,
    after: String,
}

impl Wanted {
    fn query(&self) -> String {
        let fields = [
            ("actor", &self.actor),
            ("behalf", &self.behalf),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let given = fields.iter().filter(|(_, text)| !text.trim().is_empty());
        given.map(|(name, text)| format!("{name}={}&", quoted(text.trim()))).collect()
    }
}

impl AuditPage {
    fn minute(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::minute(*at)
    }
    fn next(&self) -> Option<String> {
        self.lines.next.as_ref().map(|after| format!("?{}after={}", self.wanted.query(), quoted(after)))
    }
    /// The page of what was acted on, where there is one.
    fn subject(&self, line: &AuditLine) -> Option<String> {
        let base = format!("/console/{}", short(&line.place));
        let id = &line.subject;
        match line.subject_kind.as_str() {
            "base.module" => Some(format!("{base}/modules/{id}")),
            "base.rule" => Some(format!("{base}/rules/{id}")),
            "base.process" => Some(format!("{base}/processes/{id}")),
            "base.account" if self.f.may("base_account_show") => Some(format!("{base}/accounts/{id}")),
            "base.county" => Some(format!("/console/{}/modules", short(id))),
            _ => None,
        }
    }
    /// An id that people can read, or that it is an account.
    fn named<'a>(&'a self, line: &'a AuditLine) -> &'a str {
        if line.subject_kind == "base.account" { self.f.t("这个账号", "this account") } else { &line.subject }
    }
    fn changes(&self, line: &AuditLine) -> Vec<(String, String)> {
        let fields = line.changes.as_object().into_iter().flatten();
        let shown = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => "—".to_owned(),
            other => other.to_string(),
        };
        fields.map(|(name, value)| (name.clone(), shown(value))).collect()
    }
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let mut path = format!("/places/{}/audit?limit=30&{}", quoted(&place), wanted.query());
    if !wanted.after.is_empty() {
        path += &format!("after={}", quoted(&wanted.after));
    }
    let path = path.trim_end_matches('&');
    let (f, lines) =
        tokio::try_join!(Frame::at(&visit, &place, visit.t("审计", "Audit")), visit.api.read::<Page<AuditLine>>(path))?;
    page(&AuditPage { f, lines, wanted })
}
