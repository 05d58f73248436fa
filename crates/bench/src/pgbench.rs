//! The same statements by pgbench: the texts that the platform sent, with the values of the rows it wrote.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use jizuo_testing::TestApp;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::Sent;
use crate::load::{Failure, Rate};

/// A script for each kind of request.
pub(crate) struct Scripts {
    folder: TempDir,
    url: String,
}

impl Scripts {
    pub(crate) async fn new(
        test: &TestApp,
        token: &str,
        sent: &BTreeMap<&'static str, Sent>,
    ) -> Result<Scripts, Failure> {
        let scripts = Scripts { folder: tempfile::tempdir()?, url: test.location().url };
        for (name, sent) in sent {
            let script = script(test, token, sent).await?;
            let lines = script.lines().count() as u64 - 1;
            if lines != sent.round_trips {
                let told =
                    format!("{name}: {lines} statements by pgbench, {} round trips of the platform", sent.round_trips);
                return Err(told.into());
            }
            std::fs::write(scripts.path(name), script)?;
        }
        Ok(scripts)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.sql"))
    }

    pub(crate) async fn run(&self, name: &str, clients: usize, seconds: u64) -> Result<Rate, Failure> {
        let clients = clients.to_string();
        let output = Command::new("pgbench")
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client", &clients])
            .args(["--time", &seconds.to_string(), "--file"])
            .arg(self.path(name))
            .arg(&self.url)
            .stderr(Stdio::piped())
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = |start: &str| {
            let line = text.lines().find(|line| line.starts_with(start))?;
            line[start.len()..].split_whitespace().next()?.parse::<f64>().ok()
        };
        match (output.status.success(), number("tps = "), number("latency average = ")) {
            (true, Some(per_second), Some(average)) => {
                let average = Duration::from_secs_f64(average / 1e3);
                Ok(Rate { per_second, median: average, p99: Duration::ZERO })
            }
            _ => Err(format!("pgbench {name}: {text}{}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }
}

/// One line a statement, after the line that draws a number.
async fn script(test: &TestApp, token: &str, sent: &Sent) -> Result<String, Failure> {
    let mut lines = vec!["\\set r random(1, 9000000000000000000)".to_owned()];
    for text in &sent.statements {
        lines.push(match text.strip_prefix("SET LOCAL ") {
            Some(settings) => settings_of(settings),
            None => filled(text, &values(test, token, text).await?) + ";",
        });
    }
    Ok(lines.join("\n"))
}

/// pgbench prepares one command at a time: two settings as one statement.
fn settings_of(text: &str) -> String {
    let calls = text.split("; SET LOCAL ").filter_map(|setting| setting.split_once(" = "));
    let calls: Vec<String> = calls.map(|(name, value)| format!("set_config('{name}', {value}, true)")).collect();
    format!("SELECT {};", calls.join(", "))
}

/// What stands for `$1`, `$2` … in a statement.
async fn values(test: &TestApp, token: &str, text: &str) -> Result<Vec<String>, Failure> {
    if text.starts_with("SELECT") {
        let village = test.app.snapshot().places.resolve(jizuo_testing::places::VILLAGE).ok_or("the village")?.place;
        let county = village.county.ok_or("its county")?;
        let now = format!("'{}'", test.now().to_rfc3339());
        let fingerprint = format!("'{}'", jizuo_kernel::keyring::fingerprint(token));
        return Ok(if text.contains("base_session") {
            vec![now.clone(), fingerprint, now]
        } else {
            vec![village.id.to_string(), county.to_string(), "21".to_owned()]
        });
    }
    let mut values = Vec::new();
    for (n, insert) in text.split("INSERT INTO ").skip(1).enumerate() {
        let mut names = insert.split('"').skip(1).step_by(2);
        let table = names.next().ok_or("a table")?;
        let columns = insert.split(") VALUES").next().ok_or("columns")?.split('"').skip(3).step_by(2);
        let row = newest(test, table).await?;
        values.extend(columns.map(|column| literal(table, column, n, &row[column])));
    }
    Ok(values)
}

/// The row that the platform wrote last.
async fn newest(test: &TestApp, table: &str) -> Result<Value, Failure> {
    let sql = format!("SELECT to_jsonb(t) FROM {table} AS t ORDER BY id DESC LIMIT 1");
    let row = test.behind().await.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.ok_or("a row")?.try_get_by_index(0)?)
}

/// A value as pgbench sends it: ids and what must be unique anew for every transaction, the rest as the platform wrote it.
fn literal(table: &str, column: &str, n: usize, value: &Value) -> String {
    let fresh = |salt: &str| format!("md5((:r)::text || '{salt}')");
    match (table, column, value) {
        ("grid_incident", "id", _) | (_, "matter", _) => format!("{}::uuid", fresh("matter")),
        ("base_audit" | "base_audit_unsealed", "id", _) => format!("{}::uuid", fresh("line")),
        (_, "id", _) => format!("{}::uuid", fresh(&n.to_string())),
        (_, "code", _) => fresh("code"),
        (_, _, Value::Null) => "NULL".to_owned(),
        (_, _, Value::String(text)) => format!("'{}'", text.replace('\'', "''")),
        (_, _, other) => format!("'{}'", other.to_string().replace('\'', "''")),
    }
}

fn filled(text: &str, values: &[String]) -> String {
    // From the last, so that `$1` is not found in `$12`.
    values
        .iter()
        .enumerate()
        .rev()
        .fold(text.to_owned(), |text, (n, value)| text.replace(&format!("${}", n + 1), value))
}
