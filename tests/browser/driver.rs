//! ChromeDriver and the browser behind it, with a profile of their own.

use std::process::Stdio;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(super) struct Driver {
    pub(super) client: Client,
    process: Child,
    _profile: tempfile::TempDir,
}

impl Driver {
    /// Starts both; `None` where there is no driver, or why it does not work.
    pub(super) async fn start() -> Result<Option<Driver>, String> {
        let program = std::env::var("JIZUO_TEST_CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut command = Command::new(&program);
        command.args(["--port=0", "--allowed-ips=127.0.0.1"]).stdout(Stdio::piped()).stderr(Stdio::null());
        command.kill_on_drop(true);
        let mut process = match command.spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{program}: {error}")),
        };
        let output = process.stdout.take().ok_or("the driver says nothing")?;
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await;
            let line = line.map_err(|_| "the driver does not start")?.map_err(|e| e.to_string())?;
            let line = line.ok_or("the driver ended at once")?;
            // Its first line names the port that was asked for: 0, any.
            if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Read on, or the driver stops at a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let profile = tempfile::tempdir().map_err(|e| e.to_string())?;
        let client = connect(&port, profile.path()).await?;
        Ok(Some(Driver { client, process, _profile: profile }))
    }

    /// Makes what is shown as wide as a small phone, by the browser's own protocol.
    pub(super) async fn phone(&self) {
        let device = json!({ "width": 360, "height": 780, "deviceScaleFactor": 1, "mobile": true });
        let command = Devtools { cmd: "Emulation.setDeviceMetricsOverride", params: device };
        self.client.issue_cmd(command).await.expect("a phone");
    }

    pub(super) async fn stop(mut self) {
        let _ = self.client.close().await;
        let _ = self.process.kill().await;
    }
}

async fn connect(port: &str, profile: &std::path::Path) -> Result<Client, String> {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=zh-CN",
        "--window-size=1440,900",
    ];
    let mut arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let wanted = json!({
        "goog:chromeOptions": { "args": arguments, "prefs": { "intl.accept_languages": "zh-CN" } },
        "timeouts": { "implicit": 0, "script": 60_000, "pageLoad": 60_000 },
    });
    let wanted = wanted.as_object().cloned().unwrap_or_default();
    let url = format!("http://127.0.0.1:{port}");
    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(wanted)
        .connect(&url)
        .await
        .map_err(|e| format!("the browser does not start: {e}"))
}

/// A command of the browser's own protocol.
#[derive(Debug)]
struct Devtools {
    cmd: &'static str,
    params: serde_json::Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(json!({ "cmd": self.cmd, "params": self.params }).to_string()))
    }
}
