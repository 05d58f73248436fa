//! Load over real connections: as many clients as asked, each with one kept connection, one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One request, again and again.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) path: String,
    pub(crate) token: String,
    /// `Some` is a POST.
    pub(crate) body: Option<Bytes>,
}

/// What came of it.
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

pub(crate) async fn fire(address: SocketAddr, shot: Shot, clients: usize, time: Duration) -> Result<Rate, Failure> {
    let shot = Arc::new(shot);
    let begin = Instant::now();
    let tasks: Vec<_> = (0..clients).map(|_| tokio::spawn(client(address, shot.clone(), begin + time))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let per_second = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).copied().unwrap_or_default();
    Ok(Rate { per_second, median: at(50), p99: at(99) })
}

async fn client(address: SocketAddr, shot: Arc<Shot>, end: Instant) -> Result<Vec<Duration>, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut times = Vec::new();
    while Instant::now() < end {
        let mut request = Request::builder()
            .uri(&shot.path)
            .header("host", "bench")
            .header("authorization", format!("Bearer {}", shot.token));
        if shot.body.is_some() {
            request = request.method("POST").header("content-type", "application/json");
        }
        let begin = Instant::now();
        let answer = sender.send_request(request.body(Full::new(shot.body.clone().unwrap_or_default()))?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{} answers {status}: {}", shot.path, String::from_utf8_lossy(&body)).into());
        }
        times.push(begin.elapsed());
    }
    drop(sender);
    connection.await??;
    Ok(times)
}
