//! `cargo run --profile bench -p jizuo-bench --bin pages`: what every page of the console costs the server, on a demo that
//! runs, as everybody whom the demo made; told in milliseconds and as a multiple of a route that answers a constant.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Start `jizuo demo` first. Every page that links lead to is looked at, one of each kind for each person, each several times;
/// the median counts. Times vary from machine to machine: read the multiples.
#[derive(Parser)]
struct Wish {
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: String,
    /// The file with the demo's sign-ins.
    #[arg(long, default_value = "jizuo-demo/signins.txt")]
    signins: PathBuf,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 5)]
    times: usize,
    /// How many of the slowest are told.
    #[arg(long, default_value_t = 12)]
    slowest: usize,
    /// Only people whose place begins so.
    #[arg(long, default_value = "")]
    at: String,
}

/// One kept connection, and who speaks over it.
struct Browser {
    sender: SendRequest<Full<Bytes>>,
    cookie: String,
}

impl Browser {
    async fn to(address: &str) -> Result<Browser, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Browser { sender, cookie: String::new() })
    }

    /// The connection, once the answer before has been read to its end.
    async fn ready(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, Failure> {
        self.sender.ready().await?;
        Ok(&mut self.sender)
    }

    async fn get(&mut self, path: &str) -> Result<(StatusCode, Bytes, Duration), Failure> {
        let request = Request::get(path).header("host", "bench").header("cookie", &self.cookie);
        let begin = Instant::now();
        let answer = self.ready().await?.send_request(request.body(Full::default())?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok((status, body, begin.elapsed()))
    }

    async fn median(&mut self, path: &str, times: usize) -> Result<Duration, Failure> {
        let mut taken = Vec::with_capacity(times);
        for _ in 0..times.max(1) {
            taken.push(self.get(path).await?.2);
        }
        taken.sort_unstable();
        Ok(taken[taken.len() / 2])
    }

    /// The home of this person, after signing in.
    async fn sign_in(&mut self, login: &str, password: &str) -> Result<String, Failure> {
        let body = json!({ "login": login, "password": password }).to_string();
        let request =
            Request::post("/api/v1/sessions").header("host", "bench").header("content-type", "application/json");
        let answer = self.ready().await?.send_request(request.body(Full::new(body.into()))?).await?;
        let body: Value = serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?;
        let token = body["token"].as_str().ok_or_else(|| format!("{login} does not come in: {body}"))?;
        self.cookie = format!("jizuo_session={token}");
        let request = Request::get("/api/v1/me").header("host", "bench");
        let request = request.header("authorization", format!("Bearer {token}")).body(Full::default())?;
        let me = self.ready().await?.send_request(request).await?.into_body().collect().await?.to_bytes();
        let me: Value = serde_json::from_slice(&me)?;
        Ok(format!("/console/{}", me["home"].as_str().unwrap_or_default()))
    }
}

/// A path without what makes it one of many.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| match part {
        code if code.len() >= 2 && code.bytes().all(|b| b.is_ascii_digit()) => "{code}".to_owned(),
        id if id.len() == 36 && id.bytes().filter(|b| *b == b'-').count() == 4 => "{id}".to_owned(),
        other => other.to_owned(),
    };
    let keys: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", path.split('/').map(part).collect::<Vec<_>>().join("/"), keys.join("&"))
}

fn links(html: &str) -> Vec<String> {
    let hrefs = html.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    let own =
        hrefs.filter(|href| href.starts_with("/console/") && !href.contains("/assets/") && !href.contains("/template"));
    own.map(|href| href.replace("&amp;", "&")).collect()
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wish = Wish::parse();
    let signins = std::fs::read_to_string(&wish.signins)?;
    let people: Vec<Vec<&str>> = signins.lines().map(|line| line.split('\t').collect()).collect();
    let mut browser = Browser::to(&wish.address).await?;
    browser.median("/livez", 50).await?;
    let constant = browser.median("/livez", 200).await?;
    let mut found: BTreeMap<String, (Duration, usize, String)> = BTreeMap::new();
    let mut failed = BTreeSet::new();
    let mut roles = BTreeSet::new();
    for person in people.iter().filter(|person| person.len() >= 5 && person[0].starts_with(&wish.at)) {
        // One of each role in each kind of place.
        if !roles.insert((person[0].split(' ').count(), person[1])) {
            continue;
        }
        let home = browser.sign_in(person[3], person[4]).await?;
        let mut waiting = VecDeque::from([home]);
        let mut known = BTreeSet::new();
        while let Some(path) = waiting.pop_front() {
            if !known.insert(kind(&path)) {
                continue;
            }
            let (status, body, _) = browser.get(&path).await?;
            if !status.is_success() {
                failed.insert(format!("{status} {path} ({})", person[1]));
                continue;
            }
            waiting.extend(links(&String::from_utf8_lossy(&body)));
            let took = browser.median(&path, wish.times).await?;
            let slot = found.entry(kind(&path)).or_default();
            if took > slot.0 {
                *slot = (took, body.len(), path);
            }
        }
    }
    let mut pages: Vec<_> = found.into_values().collect();
    pages.sort_unstable_by_key(|page| std::cmp::Reverse(page.0));
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!("{} kinds of page; the constant route {:.3} ms", pages.len(), millis(constant));
    println!("{:>9}  {:>9}  {:>7}  page", "ms", "constants", "kB");
    for (took, bytes, path) in pages.iter().take(wish.slowest) {
        let times = took.as_secs_f64() / constant.as_secs_f64();
        println!("{:>9.1}  {times:>9.0}  {:>7.1}  {path}", millis(*took), *bytes as f64 / 1_024.0);
    }
    for failure in &failed {
        println!("{failure}");
    }
    Ok(())
}
