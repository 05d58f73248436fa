//! Between the platform and PostgreSQL: a relay that counts round trips and reads along which statements are sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What went over the wire from the platform's side.
#[derive(Default)]
pub(crate) struct Seen {
    round_trips: AtomicU64,
    statements: Mutex<Vec<String>>,
}

impl Seen {
    /// Messages that the sender waits for: simple queries and syncs.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }

    /// The statements that were sent as text, in order; a prepared one only the first time.
    pub(crate) fn statements(&self) -> Vec<String> {
        self.statements.lock().map(|all| all.clone()).unwrap_or_default()
    }

    /// `asked` says whether something stands before a sync: without, it is the pool that tries a connection it takes back.
    fn read_along(&self, kind: u8, body: &[u8], asked: &mut bool) {
        if kind == b'Q' || (kind == b'S' && *asked) {
            self.round_trips.fetch_add(1, Ordering::SeqCst);
        }
        *asked = !matches!(kind, b'Q' | b'S');
        // `Query` is the text; `Parse` has a name before it.
        let text = match kind {
            b'Q' => body.split(|b| *b == 0).next(),
            b'P' => body.split(|b| *b == 0).nth(1),
            _ => None,
        };
        if let (Some(text), Ok(mut all)) = (text, self.statements.lock()) {
            all.push(String::from_utf8_lossy(text).into_owned());
        }
    }
}

/// Relays to a server (`host:port`); the port to connect to instead.
pub(crate) async fn relay(server: String) -> std::io::Result<(u16, Arc<Seen>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let seen = Arc::new(Seen::default());
    let shared = seen.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, seen) = (server.clone(), shared.clone());
            tokio::spawn(async move {
                // A connection that breaks is the driver's to notice.
                let _ = carry(client, &server, &seen).await;
            });
        }
    });
    Ok((port, seen))
}

async fn carry(client: TcpStream, server: &str, seen: &Seen) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // Messages before the start of the session (a wish for TLS, the start itself) have a length and no kind.
    let mut started = false;
    let mut asked = false;
    loop {
        let kind = if started { Some(from_client.read_u8().await?) } else { None };
        let length = from_client.read_u32().await?;
        let mut body = vec![0; usize::try_from(length).unwrap_or(4).saturating_sub(4)];
        from_client.read_exact(&mut body).await?;
        match kind {
            Some(kind) => seen.read_along(kind, &body, &mut asked),
            None => started = body.starts_with(&[0, 3, 0, 0]),
        }
        let mut message = Vec::with_capacity(body.len() + 5);
        message.extend(kind);
        message.extend(length.to_be_bytes());
        message.append(&mut body);
        to_server.write_all(&message).await?;
        if kind == Some(b'X') {
            break;
        }
    }
    let _ = back.await;
    Ok(())
}
