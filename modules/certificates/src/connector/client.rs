//! One HTTP exchange with an address that an administrator typed: it is looked up once and connected to only where that is allowed,
//! no redirect is followed, and no answer is read beyond its bound.

use std::net::IpAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use jizuo_kernel::outbound::{Authority, Network, may_reach};
use jizuo_kernel::settings::Outbound;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};
use url::{Host, Url};

use super::Failure;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// What is sent.
pub(super) struct Sent {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) header: Option<(HeaderName, HeaderValue)>,
    /// JSON.
    pub(super) body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// Sends and waits; whoever calls this says for how long.
pub(super) async fn exchange(sent: &Sent, outbound: &Outbound) -> Result<Got, Failure> {
    let stream = connect(&sent.url, &outbound.allowed_networks).await?;
    if sent.url.scheme() == "https" {
        let host = match sent.url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).map_err(|_| Failure::Address)?,
            Some(Host::Ipv4(address)) => ServerName::from(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => ServerName::from(IpAddr::V6(address)),
            None => return Err(Failure::Address),
        };
        let tls = tls(&outbound.ca_files).ok_or(Failure::Unreachable)?.connect(host, stream).await;
        speak(tls.map_err(|error| untrusted(&error))?, sent).await
    } else {
        speak(stream, sent).await
    }
}

/// Connects to an address of the host that may be reached. The name is looked up here and nowhere else, so that it cannot mean
/// another address a moment later.
async fn connect(url: &Url, allowed: &[Network]) -> Result<TcpStream, Failure> {
    let port = url.port_or_known_default().ok_or(Failure::Address)?;
    let addresses: Vec<_> = match url.host().ok_or(Failure::Address)? {
        Host::Domain(name) => lookup_host((name, port)).await.map_err(|_| Failure::Unreachable)?.collect(),
        Host::Ipv4(address) => vec![(address, port).into()],
        Host::Ipv6(address) => vec![(address, port).into()],
    };
    let reached: Vec<_> = addresses
        .into_iter()
        .filter(|address| may_reach(allowed, address.ip()))
        // Nothing goes over a network in the clear.
        .filter(|address| url.scheme() == "https" || address.ip().to_canonical().is_loopback())
        .collect();
    if reached.is_empty() {
        return Err(Failure::Address);
    }
    TcpStream::connect(reached.as_slice()).await.map_err(|_| Failure::Unreachable)
}

async fn speak<S>(stream: S, sent: &Sent) -> Result<Got, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(sent).ok_or(Failure::Address)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Unreachable)?;
    // Dropped with this future, and the connection with it.
    let mut beside = JoinSet::new();
    beside.spawn(connection);
    let response = sender.send_request(request).await.map_err(|_| Failure::Unreachable)?;
    let status = response.status().as_u16();
    match Limited::new(response.into_body(), LONGEST).collect().await {
        Ok(body) => Ok(Got { status, body: body.to_bytes() }),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLarge),
        Err(_) => Err(Failure::Unreachable),
    }
}

fn request(sent: &Sent) -> Option<Request<Full<Bytes>>> {
    let url = &sent.url;
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url
        .port()
        .map_or_else(|| url.host_str().map(str::to_owned), |port| Some(format!("{}:{port}", url.host_str()?)))?;
    let mut request = Request::builder()
        .method(sent.method.clone())
        .uri(target)
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "jizuo");
    if sent.body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    if let Some((name, value)) = &sent.header {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(sent.body.clone().unwrap_or_default()))).ok()
}

/// TLS by the roots of the web and of these authorities; none where the cryptography at hand supports no version of it.
fn tls(authorities: &[Authority]) -> Option<TlsConnector> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // Those that cannot be trusted have stopped the start.
    roots.add_parsable_certificates(authorities.iter().flat_map(|authority| authority.0.iter().cloned()));
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

/// Whether it was the certificate that kept us from speaking by TLS: of an authority that is not trusted, of another name, or not
/// of today.
fn untrusted(error: &std::io::Error) -> Failure {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match of_tls {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => Failure::Untrusted,
        _ => Failure::Unreachable,
    }
}
