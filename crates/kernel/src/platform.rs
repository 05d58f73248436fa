//! The running platform: the database, the registry, what is kept in memory, and the work between requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::gate::{Trace, gate};
use crate::keyring::Keyring;
use crate::process::Definition;
use crate::registry::{Operation, Registry};
use crate::settings::Settings;
use crate::snapshot::{Revisions, Snapshot, revisions};
use crate::{Db, Error, Lang, Module, Result, audit, error, events, exports, problem, timers};

/// Shared by every request of this process. All that processes share is in the database.
pub type App = Arc<Platform>;

pub struct Platform {
    pub db: Db,
    pub registry: Registry,
    pub settings: Settings,
    pub clock: Clock,
    pub keyring: Keyring,
    snapshot: ArcSwap<Snapshot>,
    seen: Mutex<Revisions>,
    work: Notify,
    /// Process versions that open matters began under. Versions never change, so they are kept as they come.
    definitions: std::sync::RwLock<HashMap<String, Arc<Definition>>>,
}

impl Platform {
    /// Checks the modules, brings the tables into shape, and reads what is kept in memory.
    pub async fn start(
        settings: Settings,
        keyring: Keyring,
        clock: Clock,
        db: Db,
        modules: &[&'static Module],
    ) -> Result<(App, Router)> {
        let (registry, routes) = Registry::build(modules).map_err(error::internal)?;
        db.migrate(modules).await?;
        let app = Arc::new(Platform {
            db,
            registry,
            settings,
            clock,
            keyring,
            snapshot: ArcSwap::default(),
            seen: Mutex::default(),
            work: Notify::new(),
            definitions: std::sync::RwLock::default(),
        });
        app.refresh().await?;
        let router = routes
            .route_layer(from_fn_with_state(app.clone(), gate))
            .fallback(|| async { Error::NotFound("page") })
            // The gate limits each body by its operation.
            .layer(DefaultBodyLimit::disable())
            .with_state(app.clone());
        // A list is exported by its own operation: the routes go along with the request, not with the platform.
        let inner = exports::Inner(router.clone());
        let router = router.layer(Extension(inner)).layer(from_fn(finish));
        Ok((app, router))
    }

    pub(crate) fn definition(&self, hash: &str) -> Option<Arc<Definition>> {
        self.definitions.read().ok()?.get(hash).cloned()
    }

    pub(crate) fn keep_definition(&self, hash: &str, definition: Definition) {
        if let Ok(mut known) = self.definitions.write() {
            known.insert(hash.to_owned(), Arc::new(definition));
        }
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Reads again what another process, or this one, has changed.
    pub async fn refresh(&self) -> Result<()> {
        let mut seen = self.seen.lock().await;
        let now = revisions(self.db.reader()).await?;
        if *seen != now || seen.is_empty() {
            let next = self.snapshot.load().renew(&self.db, &seen, &now).await?;
            self.snapshot.store(Arc::new(next));
            *seen = now;
        }
        Ok(())
    }

    /// There is something to seal, and perhaps to deliver.
    pub(crate) fn wake(&self) {
        self.work.notify_one();
    }

    /// Starts the work between requests: following switches, and, side by side with it so that much to deliver keeps nobody
    /// from following, sealing the audit, delivering events, timers.
    pub fn spawn_upkeep(app: &App) -> JoinHandle<()> {
        let app = app.clone();
        let pause = Duration::from_millis(app.settings.upkeep.poll_milliseconds.max(20));
        tokio::spawn(async move {
            if app.settings.upkeep.timers {
                tokio::join!(app.follow(pause), app.work(pause));
            } else {
                app.follow(pause).await;
            }
        })
    }

    async fn follow(&self, pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "could not read what changed");
            }
        }
    }

    async fn work(self: &Arc<Self>, pause: Duration) {
        loop {
            // A lost wake-up only costs one pause.
            let _ = tokio::time::timeout(pause, self.work.notified()).await;
            if let Err(error) = self.upkeep().await {
                tracing::warn!(%error, "upkeep failed; it will be tried again");
            }
        }
    }

    /// One round of upkeep: due timers, deliveries, seals.
    pub async fn upkeep(self: &Arc<Self>) -> Result<()> {
        timers::run_due(self).await?;
        events::deliver(self).await?;
        audit::seal(self).await?;
        Ok(())
    }

    /// Whether this process can serve: the database answers, and places are there.
    pub async fn ready(&self) -> Result<bool> {
        self.db.ping().await?;
        Ok(!self.snapshot().places.is_empty())
    }
}

/// The outermost layer: a trace for every request, one log line, one measurement, and problems in the caller's language.
async fn finish(mut req: Request, next: Next) -> Response {
    let trace: Arc<str> = Uuid::new_v4().simple().to_string().into();
    let lang = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::accept);
    let method = req.method().clone();
    req.extensions_mut().insert(Trace { id: trace.clone(), lang });
    let started = Instant::now();
    let mut response = problem::render(next.run(req).await, lang, &trace);
    let operation = response.extensions_mut().remove::<Operation>();
    let name = operation.as_ref().map_or("none", |o| o.id.as_str());
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    metrics::counter!("jizuo_requests_total", "operation" => name.to_owned(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("jizuo_request_seconds", "operation" => name.to_owned()).record(seconds);
    tracing::info!(%trace, %method, operation = name, status, milliseconds = seconds * 1e3, "request");
    let headers = response.headers_mut();
    if let Ok(value) = header::HeaderValue::from_str(&trace) {
        headers.insert("x-trace-id", value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
    response
}

/// For what layers outside the platform's router answer, such as a timeout: gives it the body of a problem.
pub async fn explain(req: Request, next: Next) -> Response {
    let asked = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let lang = asked.map_or(Lang::Zh, Lang::accept);
    let response = next.run(req).await;
    // Answers of the router are explained already and pass through.
    let explained = response.headers().contains_key("x-trace-id") || response.status().is_success();
    if explained { response } else { problem::render(response, lang, &Uuid::new_v4().simple().to_string()) }
}

/// A panic in a handler is an internal error like any other.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    error::internal("a handler panicked").into_response()
}
