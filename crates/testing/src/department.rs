//! A department's interface on this machine, for tests of what asks one: it answers as the test says, or never.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Status, further lines of the head, body.
    Answer(u16, String, Vec<u8>),
    /// It never answers, and keeps the connection.
    Silence,
    /// It answers so once as many have asked as the barrier says.
    Together(Arc<Barrier>, Box<Turn>),
}

impl Turn {
    pub fn json(body: &serde_json::Value) -> Turn {
        Turn::Answer(200, String::new(), body.to_string().into_bytes())
    }

    pub fn status(status: u16) -> Turn {
        Turn::Answer(status, String::new(), Vec::new())
    }
}

type Decides = dyn Fn(usize) -> Turn + Send + Sync;

/// Serves as long as it lives.
pub struct Department {
    /// `http://127.0.0.1:<port>/check`
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Department {
    /// `decides` is given the number of the request, counted from 0.
    pub async fn open(decides: impl Fn(usize) -> Turn + Send + Sync + 'static) -> Department {
        Department::serving("http", None, decides).await
    }

    /// The same by TLS, at `https://127.0.0.1:<port>/check`.
    pub async fn secure(tls: ServerConfig, decides: impl Fn(usize) -> Turn + Send + Sync + 'static) -> Department {
        Department::serving("https", Some(TlsAcceptor::from(Arc::new(tls))), decides).await
    }

    async fn serving(
        scheme: &str,
        tls: Option<TlsAcceptor>,
        decides: impl Fn(usize) -> Turn + Send + Sync + 'static,
    ) -> Department {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("{scheme}://{}/check", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heard, decides): (_, Arc<Decides>) = (asked.clone(), Arc::new(decides));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, heard, decides) = (tls.clone(), heard.clone(), decides.clone());
                talks.spawn(async move {
                    match tls {
                        None => talk(stream, heard, decides).await,
                        // Whoever does not trust it has gone.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                talk(stream, heard, decides).await;
                            }
                        }
                    }
                });
            }
        });
        Department { url, asked, _serving: serving }
    }

    /// Every request as it came in, head and body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic while held").clone()
    }
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: Arc<Mutex<Vec<String>>>, decides: Arc<Decides>) {
    let request = hear(&mut stream).await;
    let number = {
        let mut heard = heard.lock().expect("no panic while held");
        heard.push(request);
        heard.len() - 1
    };
    let mut turn = decides(number);
    while let Turn::Together(all, then) = turn {
        all.wait().await;
        turn = *then;
    }
    match turn {
        Turn::Silence | Turn::Together(..) => std::future::pending().await,
        Turn::Answer(status, lines, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{lines}\r\n");
            // Whoever has read enough may have gone.
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
            let _ = stream.flush().await;
        }
    }
}

/// One request: the head, and as much of a body as it says.
async fn hear(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let (mut text, mut some) = (String::new(), [0u8; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut some).await {
        text.push_str(&String::from_utf8_lossy(&some[..read]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
    }
    text
}
