//! Layered settings: the built-in defaults, a file, the environment, the command line; each value knows its origin, and
//! a key that nobody knows stops the start.

use std::collections::BTreeMap;
use std::path::Path;

use config::{Config, Environment, File, FileFormat, Source, Value, ValueKind};
use serde::Deserialize;

/// Every key, explained.
pub const DEFAULTS: &str = include_str!("../../../config/default.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub database: Database,
    pub secrets: Secrets,
    pub signing: Signing,
    pub sign_in: SignIn,
    pub log: Log,
    pub time: Time,
    pub upkeep: Upkeep,
    pub outbound: Outbound,
    pub inventory: Inventory,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub public_url: String,
    pub secure_cookies: bool,
    pub body_limit_kb: usize,
    pub timeout_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub pool: u32,
    pub durable: bool,
    pub acquire_seconds: u64,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    pub master_key: String,
    /// Earlier master keys, newest first: they open what is not sealed anew yet.
    pub previous_keys: Vec<String>,
}

/// A secret is never printed.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets { .. }")
    }
}

/// How papers are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub algorithm: crate::signing::Algorithm,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub failures: i32,
    pub lock_minutes: i64,
    pub idle_minutes: i64,
    pub session_hours: i64,
    pub password_length: usize,
    pub password_days: i64,
    pub second_factor: SecondFactor,
}

/// Who must sign in with a second factor (GB/T 22239-2019 8.1.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    Optional,
    Administrators,
    Everyone,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Human,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    pub office_closes: chrono::NaiveTime,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upkeep {
    pub poll_milliseconds: u64,
    pub timers: bool,
}

/// Where administrators may let the platform connect to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    pub allowed_networks: Vec<crate::outbound::Network>,
    /// Trusted besides the authorities of the web.
    pub ca_files: Vec<crate::outbound::Authority>,
}

/// What only the operator knows of the system, for its filing ([`crate::inventory`]).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    pub unit: String,
    pub unit_code: String,
    pub app_name: String,
    pub handler: String,
    pub handler_phone: String,
    pub project_approval: String,
    pub grassroots_reasons: String,
    pub operator: String,
    pub mlps_level: String,
    pub mlps_filing: String,
    pub mlps_evaluation: String,
    pub acceptance: String,
    pub similar_apps: String,
    pub commitment: String,
    pub seal: String,
}

/// One setting as it is in force.
#[derive(Clone, Debug)]
pub struct Origin {
    pub key: String,
    /// `(hidden)` for a secret.
    pub value: String,
    pub from: String,
}

/// What is wrong with the settings, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(String);

/// Settings with the origin of every value.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub settings: Settings,
    pub origins: Vec<Origin>,
}

/// Reads the layers. `environment` is the process's; `overrides` come from the command line.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    overrides: &[(&str, String)],
) -> Result<Loaded, Wrong> {
    let environment: BTreeMap<String, String> = environment
        .into_iter()
        // What the tests read is no setting.
        .filter(|(name, _)| name.starts_with("JIZUO_") && !name.starts_with("JIZUO_TEST_"))
        .collect();
    if let Some(name) = environment.keys().find(|name| !name.starts_with("JIZUO__")) {
        let meant = name.replacen("JIZUO_", "JIZUO__", 1);
        return Err(Wrong(format!(
            "the environment variable {name} is not understood: write two underscores between the parts, as in {meant}"
        )));
    }
    let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(path) = file {
        builder = builder.add_source(File::from(path).format(FileFormat::Toml).required(true));
    }
    builder = builder.add_source(
        Environment::with_prefix("JIZUO")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("secrets.previous_keys")
            .with_list_parse_key("outbound.allowed_networks")
            .with_list_parse_key("outbound.ca_files")
            .source(Some(environment.into_iter().collect())),
    );
    for (key, value) in overrides {
        builder = builder.set_override(*key, value.as_str()).map_err(wrong)?;
    }
    let merged = builder.build().map_err(wrong)?;
    let known = flatten(
        &Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .build()
            .map_err(wrong)?
            .collect()
            .map_err(wrong)?,
    );
    let found = flatten(&merged.collect().map_err(wrong)?);
    let overridden: Vec<&str> = overrides.iter().map(|(key, _)| *key).collect();
    let origin = |key: &str, value: &Value| {
        if overridden.contains(&key) {
            "the command line".to_owned()
        } else {
            value.origin().map_or_else(|| "built-in default".to_owned(), str::to_owned)
        }
    };
    let unknown: Vec<String> = found
        .iter()
        .filter(|(key, _)| !known.contains_key(*key))
        .map(|(key, value)| format!("{key} (from {})", origin(key, value)))
        .collect();
    if !unknown.is_empty() {
        return Err(Wrong(format!(
            "unknown settings: {}. `jizuo settings` lists every key; remove or correct these.",
            unknown.join(", ")
        )));
    }
    let origins = found
        .iter()
        .map(|(key, value)| Origin {
            key: key.clone(),
            value: if key.starts_with("secrets.") || key == "database.url" && has_password(value) {
                "(hidden)".to_owned()
            } else {
                value.to_string()
            },
            from: origin(key, value),
        })
        .collect();
    let settings = merged.try_deserialize::<Settings>().map_err(wrong)?;
    Ok(Loaded { settings, origins })
}

fn wrong(error: config::ConfigError) -> Wrong {
    Wrong(format!("the settings cannot be read: {error}"))
}

fn has_password(url: &Value) -> bool {
    url.to_string()
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

fn flatten(map: &config::Map<String, Value>) -> BTreeMap<String, Value> {
    fn walk(prefix: &str, value: &Value, out: &mut BTreeMap<String, Value>) {
        match &value.kind {
            ValueKind::Table(table) => {
                for (key, value) in table {
                    walk(&format!("{prefix}.{key}"), value, out);
                }
            }
            _ => {
                out.insert(prefix.to_owned(), value.clone());
            }
        }
    }
    let mut out = BTreeMap::new();
    for (key, value) in map {
        walk(key, value, &mut out);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_environment_beats_the_default_and_says_so() {
        let loaded = load(None, env(&[("JIZUO__SERVER__LISTEN", "0.0.0.0:9000")]), &[]).unwrap();
        assert_eq!(loaded.settings.server.listen, "0.0.0.0:9000");
        let origin = loaded.origins.iter().find(|o| o.key == "server.listen").unwrap();
        assert!(origin.from.contains("environment"), "{origin:?}");
    }

    #[test]
    fn the_command_line_beats_the_environment() {
        let loaded = load(None, env(&[("JIZUO__SERVER__LISTEN", "a:1")]), &[("server.listen", "b:2".into())]).unwrap();
        assert_eq!(loaded.settings.server.listen, "b:2");
        assert!(loaded.origins.iter().any(|o| o.key == "server.listen" && o.from == "the command line"));
    }

    #[test]
    fn an_unknown_key_stops_the_start_and_is_named_with_its_origin() {
        let error = load(None, env(&[("JIZUO__SERVER__LISTNE", "x")]), &[]).unwrap_err().to_string();
        assert!(error.contains("server.listne") && error.contains("environment"), "{error}");
        let error = load(None, env(&[("JIZUO_SERVER__LISTEN", "x")]), &[]).unwrap_err().to_string();
        assert!(error.contains("JIZUO__SERVER__LISTEN"), "{error}");
    }

    #[test]
    fn networks_are_a_list_and_a_wrong_one_stops_the_start() {
        let load_with = |value: &str| load(None, env(&[("JIZUO__OUTBOUND__ALLOWED_NETWORKS", value)]), &[]);
        assert_eq!(load_with("10.1.0.0/16,fd00::/8").unwrap().settings.outbound.allowed_networks.len(), 2);
        let error = load_with("10.1.0.0/99").unwrap_err().to_string();
        assert!(error.contains("10.1.0.0/99"), "{error}");
    }

    #[test]
    fn authorities_are_read_at_the_start_and_a_file_that_holds_none_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let load_with = |files: &str| load(None, env(&[("JIZUO__OUTBOUND__CA_FILES", files)]), &[]);
        let der = data_encoding::BASE64.encode(b"no certificate");
        let broken = format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
        for (path, says) in [
            (folder.path().join("missing.pem").display().to_string(), "cannot be read"),
            (file("empty.pem", ""), "holds no certificate"),
            (file("key.pem", &broken.replace("CERTIFICATE", "PRIVATE KEY")), "holds no certificate"),
            (file("broken.pem", &broken), "cannot be trusted"),
            (file("half.pem", &broken[..40]), "is no PEM file"),
        ] {
            let error = load_with(&path).unwrap_err().to_string();
            assert!(error.contains(&path) && error.contains(says) && error.contains("outbound.ca_files"), "{error}");
        }
        assert!(load(None, env(&[]), &[]).unwrap().settings.outbound.ca_files.is_empty());
    }

    #[test]
    fn an_unknown_algorithm_stops_the_start_and_the_known_ones_are_told() {
        let load_with = |value: &str| load(None, env(&[("JIZUO__SIGNING__ALGORITHM", value)]), &[]);
        assert_eq!(load_with("SM2").unwrap().settings.signing.algorithm, crate::signing::Algorithm::Sm2);
        let error = load_with("RSA").unwrap_err().to_string();
        for says in ["signing.algorithm", "RSA", "EdDSA", "SM2"] {
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let loaded = load(
            None,
            env(&[("JIZUO__SECRETS__MASTER_KEY", "abc"), ("JIZUO__DATABASE__URL", "postgres://u:p@h/d")]),
            &[],
        )
        .unwrap();
        for origin in loaded.origins.iter().filter(|o| o.key == "secrets.master_key" || o.key == "database.url") {
            assert_eq!(origin.value, "(hidden)", "{origin:?}");
        }
        assert!(!format!("{:?}", loaded.settings.secrets).contains("abc"));
    }
}
