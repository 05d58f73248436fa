//! Between the platform and PostgreSQL: a relay that counts round trips and reads along which statements are sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What went over the wire from the platform's side.
#[derive(Default)]
pub struct Seen {
    round_trips: AtomicU64,
    statements: Mutex<Vec<String>>,
    /// Between a question and the end of its answer, in microseconds, all together.
    busy: AtomicU64,
    asked_at: Mutex<Option<Instant>>,
}

impl Seen {
    /// Messages that the sender waits for: simple queries and syncs.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }

    /// The statements that were sent as text, in order; a prepared one only the first time.
    pub fn statements(&self) -> Vec<String> {
        self.statements.lock().map(|all| all.clone()).unwrap_or_default()
    }

    /// How long the server has been at work, the way there and back included.
    pub fn busy(&self) -> Duration {
        Duration::from_micros(self.busy.load(Ordering::SeqCst))
    }

    /// The server is ready for the next question.
    fn answered(&self) {
        let begun = self.asked_at.lock().ok().and_then(|mut at| at.take());
        if let Some(begun) = begun {
            let spent = u64::try_from(begun.elapsed().as_micros()).unwrap_or_default();
            self.busy.fetch_add(spent, Ordering::SeqCst);
        }
    }

    /// `asked` says whether something stands before a sync: without, it is the pool that tries a connection it takes back.
    fn read_along(&self, kind: u8, body: &[u8], asked: &mut bool) {
        if kind == b'Q' || (kind == b'S' && *asked) {
            self.round_trips.fetch_add(1, Ordering::SeqCst);
        }
        *asked = !matches!(kind, b'Q' | b'S');
        if let (b'Q' | b'S', Ok(mut at)) = (kind, self.asked_at.lock()) {
            at.get_or_insert_with(Instant::now);
        }
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
pub async fn relay(server: String) -> std::io::Result<(u16, Arc<Seen>)> {
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

async fn carry(client: TcpStream, server: &str, seen: &Arc<Seen>) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let told = seen.clone();
    let back = tokio::spawn(async move {
        let mut from_server = BufReader::with_capacity(1 << 16, from_server);
        while let Ok(kind) = from_server.read_u8().await {
            let length = from_server.read_u32().await?;
            let mut message = vec![kind];
            message.extend(length.to_be_bytes());
            message.resize(usize::try_from(length).unwrap_or(4) + 1, 0);
            from_server.read_exact(&mut message[5..]).await?;
            if kind == b'Z' {
                told.answered();
            }
            to_client.write_all(&message).await?;
        }
        std::io::Result::Ok(())
    });
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
