//! A department's interface: how a county describes it, and how it is asked in bounded time.

use std::time::Duration;

use chrono::Duration as Span;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use jizuo_kernel::module::Work;
use jizuo_kernel::outbound::{Network, may_reach};
use jizuo_kernel::settings::Outbound;
use jizuo_kernel::{Clock, Text};
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};
use utoipa::ToSchema;
use uuid::Uuid;

use super::breaker::{self, Patience};
use super::client::{Got, Sent, exchange};
use super::{Connector, Failure, Said, Whom};
use crate::source::mapping::Mapping;

/// How the person's data goes to the department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::SourceMethod)]
pub(crate) enum Method {
    /// In the body, as JSON: it stands in no log of addresses.
    Post,
    /// In the query of the address; only this may be asked again when it fails.
    Get,
}

/// How the county shows that it may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::SourceAuthentication)]
pub(crate) enum Authentication {
    None,
    /// `Authorization: Bearer <secret>`
    Bearer,
    /// The secret stands in a header of its own.
    Header,
}

/// An interface, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Http {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) authentication: Authentication,
    pub(crate) header: Option<String>,
    /// For all of a query, with whatever is asked again in it.
    pub(crate) timeout_ms: u32,
    pub(crate) retries: u32,
    /// After so many failures in a row it is left alone,
    pub(crate) failures: u32,
    /// for so long.
    pub(crate) pause_seconds: u32,
}

impl Http {
    fn patience(&self) -> Patience {
        Patience { failures: self.failures, pause: Span::seconds(self.pause_seconds.into()) }
    }

    /// The header that shows the secret.
    pub(crate) fn header_of(&self, secret: &str) -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = match self.authentication {
            Authentication::None => return None,
            Authentication::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
            Authentication::Header => (self.header.as_deref()?.parse().ok()?, secret.to_owned()),
        };
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

/// Judges an address as it is saved: TLS, except on this machine where the operator allows that; nothing secret in it.
pub(crate) fn check_url(text: &str, allowed: &[Network]) -> Result<(), Text> {
    let url = Url::parse(text).map_err(|_| Text::new("不是有效的网址", "this is no address"))?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(Text::new("网址里不要写账号、口令或“#”", "leave accounts, passwords and '#' out of the address"));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) => None,
        None => return Err(Text::new("不是有效的网址", "this is no address")),
    };
    let here = address.is_some_and(|address: std::net::IpAddr| address.to_canonical().is_loopback());
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(Text::new("必须以 https:// 开头", "it must begin with https://"));
    }
    if address.is_some_and(|address| !may_reach(allowed, address)) {
        return Err(Text::new(
            "不允许连接内网地址；确属政务网接口的，请运维在 outbound.allowed_networks 中列入",
            "private addresses are not connected to; the operator names networks of the government in outbound.allowed_networks",
        ));
    }
    Ok(())
}

/// Asks an interface.
pub(super) struct Asking {
    pub(super) source: Uuid,
    pub(super) http: Http,
    pub(super) secret: Option<String>,
    pub(super) mapping: Mapping,
    pub(super) clock: Clock,
    pub(super) outbound: Outbound,
    /// A number below the one given: spreads out who asks again.
    pub(super) jitter: fn(u64) -> u64,
}

pub(super) fn random(below: u64) -> u64 {
    rand::rng().random_range(0..below.max(1))
}

impl Connector for Asking {
    fn ask<'a>(&'a self, whom: &'a Whom) -> Work<'a, Result<Said, Failure>> {
        Box::pin(async move {
            let patience = self.http.patience();
            if breaker::admit(self.source, self.clock.now(), patience).is_err() {
                return Ok(Err(Failure::Resting));
            }
            let within = Duration::from_millis(self.http.timeout_ms.into());
            let said = tokio::time::timeout(within, self.again_and_again(whom)).await.unwrap_or(Err(Failure::Timeout));
            match said {
                Ok(_) => breaker::succeeded(self.source),
                Err(_) => breaker::failed(self.source, self.clock.now(), patience),
            }
            Ok(said.map(Said::Values))
        })
    }
}

impl Asking {
    async fn again_and_again(&self, whom: &Whom) -> Result<Value, Failure> {
        let sent = self.sent(whom).ok_or(Failure::Address)?;
        let mut tried = 0;
        loop {
            let got = exchange(&sent, &self.outbound).await.map_err(Trouble::from).and_then(understand);
            let passing = matches!(got, Err(Trouble { passing: true, .. }));
            if !passing || tried >= self.http.retries || self.http.method != Method::Get {
                return got.map_err(|trouble| trouble.failure);
            }
            tokio::time::sleep(wait(tried, self.jitter)).await;
            tried += 1;
        }
    }

    fn sent(&self, whom: &Whom) -> Option<Sent> {
        let mut url = Url::parse(&self.http.url).ok()?;
        let fields = self.mapping.fill(whom);
        let header = match &self.secret {
            Some(secret) => Some(self.http.header_of(secret)?),
            None => None,
        };
        match self.http.method {
            Method::Get => {
                url.query_pairs_mut().extend_pairs(&fields);
                Some(Sent { method: hyper::Method::GET, url, header, body: None })
            }
            Method::Post => {
                let body = serde_json::to_vec(&fields).ok()?;
                Some(Sent { method: hyper::Method::POST, url, header, body: Some(body) })
            }
        }
    }
}

/// Between two tries: twice as long each time, and not all at the same moment.
fn wait(tried: u32, jitter: fn(u64) -> u64) -> Duration {
    let base = 50_u64 << tried.min(6);
    Duration::from_millis(base + jitter(base))
}

#[derive(Debug, PartialEq)]
struct Trouble {
    failure: Failure,
    /// It may be over in a moment.
    passing: bool,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble { failure, passing: failure == Failure::Unreachable }
    }
}

fn understand(got: Got) -> Result<Value, Trouble> {
    match got.status {
        200 => serde_json::from_slice(&got.body).map_err(|_| Failure::NotJson.into()),
        300..400 => Err(Failure::Redirect.into()),
        status => Err(Trouble { failure: Failure::Status, passing: matches!(status, 429 | 500 | 502..=504) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn got(status: u16, body: &'static str) -> Result<Value, Trouble> {
        understand(Got { status, body: hyper::body::Bytes::from_static(body.as_bytes()) })
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        assert_eq!(got(200, "{}"), Ok(serde_json::json!({})));
        assert_eq!(got(200, "<html>"), Err(Trouble { failure: Failure::NotJson, passing: false }));
        assert_eq!(got(302, ""), Err(Trouble { failure: Failure::Redirect, passing: false }));
        assert_eq!(got(401, "{}"), Err(Trouble { failure: Failure::Status, passing: false }));
        assert_eq!(got(503, "{}"), Err(Trouble { failure: Failure::Status, passing: true }));
    }

    #[test]
    fn waits_grow_by_the_jitter_that_is_handed_in() {
        type Source = fn(u64) -> u64;
        let (none, most): (Source, Source) = (|_| 0, |below| below - 1);
        assert_eq!(wait(0, none), Duration::from_millis(50));
        assert_eq!(wait(2, none), Duration::from_millis(200));
        assert_eq!(wait(2, most), Duration::from_millis(399));
        assert!((0..100).all(|_| random(50) < 50));
    }

    #[test]
    fn addresses_are_judged_when_they_are_saved() {
        let here = vec![Network::try_from("127.0.0.0/8".to_owned()).expect("a network")];
        for (url, allowed, fine) in [
            ("https://data.example.gov.cn/check?v=1", &[][..], true),
            ("http://data.example.gov.cn/check", &[], false),
            ("https://10.1.2.3/check", &[], false),
            ("https://[::ffff:10.1.2.3]/check", &[], false),
            ("https://0x7f.1/check", &[], false),
            ("https://2130706433/check", &[], false),
            ("http://127.0.0.1:8080/check", &[], false),
            ("http://127.0.0.1:8080/check", &here, true),
            ("http://localhost:8080/check", &here, false),
            ("https://user:word@data.example.gov.cn/", &[], false),
            ("https://data.example.gov.cn/#a", &[], false),
            ("file:///etc/passwd", &[], false),
            ("data.example.gov.cn", &[], false),
        ] {
            assert_eq!(check_url(url, allowed).is_ok(), fine, "{url}");
        }
    }
}
