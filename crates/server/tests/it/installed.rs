//! An installation of the real binary on a database of its own: commands, servers that are killed, requests over the wire.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use jizuo_server::MODULES;
use jizuo_testing::TestDatabase;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

const KEY: &str = "mG1vYp3sXo8t1hQ6Zr0bKc2wNf5uEjT9aLdS7yViHkM=";
/// How long anything may take before the test gives up. Nothing is asserted on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder, a database, and the settings that lead from the one to the other.
pub(crate) struct Installed {
    folder: TempDir,
    servers: AtomicU32,
    /// Past the platform, for what no operation shows.
    aside: OnceCell<DatabaseConnection>,
    // Dropped last: the database goes when nobody uses it any more.
    database: TestDatabase,
}

impl Installed {
    /// With no table in its database.
    pub(crate) async fn empty() -> Installed {
        Installed::on(TestDatabase::empty().await)
    }

    /// With the places of the tests.
    pub(crate) async fn with_places() -> Installed {
        Installed::on(TestDatabase::fresh(MODULES).await)
    }

    fn on(database: TestDatabase) -> Installed {
        let folder = tempfile::tempdir().unwrap();
        Installed { folder, servers: AtomicU32::new(0), aside: OnceCell::new(), database }
    }

    /// Puts a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The binary with these arguments, with nothing of this process's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jizuo"));
        command.current_dir(self.folder.path()).env_clear().args(arguments);
        command.env("JIZUO__SECRETS__MASTER_KEY", KEY).env("JIZUO__DATABASE__URL", self.database.url());
        command
    }

    /// What a command that succeeds prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let out = String::from_utf8_lossy(&stdout).into_owned();
        assert!(status.success(), "{arguments:?}\n{out}\n{}", String::from_utf8_lossy(&stderr));
        out
    }

    /// Switches modules on in a county, as an operator does.
    pub(crate) fn switch_on(&self, county: &str, modules: &[&str]) {
        let lines: String = modules.iter().map(|id| format!("[modules.{id}]\nstate = \"on\"\n")).collect();
        self.write("county.toml", &format!("place = \"{county}\"\n{lines}"));
        self.run(&["county", "apply", "county.toml", "--reason", "试验"]);
    }

    /// Starts a server with these settings over the defaults, and waits until it is ready.
    pub(crate) async fn serve(&self, settings: &[(&str, &str)]) -> Served {
        let log = self.folder.path().join(format!("server-{}.log", self.servers.fetch_add(1, Ordering::Relaxed)));
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let mut served = Served { process: command.spawn().unwrap(), address: String::new(), log };
        let started = Instant::now();
        while served.address.is_empty() || served.ask("GET", "/readyz", None, None, None).await.is_none_or(failed) {
            let text = std::fs::read_to_string(&served.log).unwrap_or_default();
            assert!(served.process.try_wait().unwrap().is_none(), "the server ended:\n{text}");
            assert!(started.elapsed() < PATIENCE, "the server does not get ready:\n{text}");
            let told = text.split("listen=").nth(1).and_then(|rest| rest.split_once(char::is_whitespace));
            served.address = told.map(|(address, _)| address.to_owned()).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        served
    }

    /// Opens an account by the command line, with these roles at these places, and signs in; the session's token.
    pub(crate) async fn person(&self, served: &Served, login: &str, home: &str, roles: &[(&str, &str)]) -> String {
        let told = self.run(&["user", "add", login, "--name", "测试人员", "--place", home]);
        for (role, place) in roles {
            self.run(&["user", "grant", login, role, "--at", place]);
        }
        let once = told.rsplit(": ").next().unwrap().trim().to_owned();
        let new = "Shan-Cha-Hua-26";
        let begun = json!({ "login": login, "password": once });
        let session = served.post("/sessions", None, None, &begun).await.unwrap();
        let token = session.body["token"].as_str().unwrap().to_owned();
        let change = json!({ "old": once, "new": new });
        let changed = served.ask("PUT", "/api/v1/me/password", Some(&token), None, Some(&change)).await.unwrap();
        assert_eq!(changed.status, 204, "{:#}", changed.body);
        token
    }

    /// Straight from the database.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let db = self.aside.get_or_init(|| self.database.behind()).await;
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
    }

    /// Kills the only server there is.
    pub(crate) async fn kill(&self, served: Served) {
        served.kill();
        self.noticed().await;
    }

    /// Waits until the database has noticed that a process was killed: PostgreSQL ends what it was about by itself.
    pub(crate) async fn noticed(&self) {
        if !self.database.url().starts_with("postgres:") {
            return;
        }
        let others =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        until("the database has noticed", async || self.count(others).await == 0).await;
    }

    /// The first column of the first row, which is a count.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].try_get_by_index(0).unwrap()
    }
}

fn failed(answer: Told) -> bool {
    answer.status >= 400
}

/// A server that runs; killed when dropped.
pub(crate) struct Served {
    process: Child,
    address: String,
    log: PathBuf,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Whether it is an earlier request's.
    pub(crate) replayed: bool,
}

impl Served {
    /// As `kill -9` does: nothing is finished, nothing is closed.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let bad: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(bad.is_empty(), "the server had errors:\n{}", bad.join("\n"));
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Option<Told> {
        self.ask("GET", &format!("/api/v1{path}"), Some(token), None, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, key: Option<&str>, body: &Value) -> Option<Told> {
        self.ask("POST", &format!("/api/v1{path}"), token, key, Some(body)).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Told> {
        ask(&self.address, method, path, token, key, body).await
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One request on a connection of its own. Nothing when no whole answer came: nobody knows whether it was done.
pub(crate) async fn ask(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    key: Option<&str>,
    body: Option<&Value>,
) -> Option<Told> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in
        [("authorization", token.map(|token| format!("Bearer {token}"))), ("idempotency-key", key.map(str::to_owned))]
    {
        head.extend(value.map(|value| format!("{name}: {value}\r\n")));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        read(&answer)
    };
    tokio::time::timeout(PATIENCE, exchange).await.ok()?
}

fn read(answer: &[u8]) -> Option<Told> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?.to_lowercase();
    let body = &answer[end + 4..];
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let length: usize = field("content-length").map_or(Some(0), |text| text.parse().ok())?;
    if body.len() < length {
        return None;
    }
    Some(Told {
        status: head.split(' ').nth(1)?.parse().ok()?,
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        replayed: field("idempotency-replayed").is_some(),
    })
}

/// Asks again and again until it is so.
pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !so().await {
        assert!(started.elapsed() < PATIENCE, "it never came true that {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
