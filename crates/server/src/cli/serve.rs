//! `jizuo serve`: one process of the server, until it is told to stop.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use clap::Args;
use jizuo_kernel::settings::Loaded;
use jizuo_kernel::{App, Clock, Ctx, Platform};
use tokio::net::TcpListener;

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::{installation, log, web};

/// Serves the API, /docs, /healthz, /readyz and /metrics until SIGINT or SIGTERM.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo serve
  jizuo serve --listen 0.0.0.0:8080
  JIZUO__LOG__FORMAT=json jizuo serve

Refuses to start without secrets.master_key. Several processes may serve one PostgreSQL database behind a proxy; a
switch of a module reaches all of them within a second. Keep /metrics away from the public at the proxy.")]
pub(super) struct Serve {
    /// Address and port; server.listen unless given
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let overrides: Vec<(&str, String)> = self.listen.into_iter().map(|addr| ("server.listen", addr)).collect();
        let loaded = installation::settings(with.config.as_deref(), &overrides)?;
        log::serving(&loaded.settings.log)?;
        // Before the database is touched: a server that cannot start must not migrate.
        installation::keyring(&loaded.settings)?;
        let listener = listen(&loaded.settings.server.listen).await?;
        let settings = with_address(loaded, &listener).settings;
        let (app, api) = installation::start(settings, Clock::system()).await?;
        warn_what_is_missing(&app).await;
        tracing::info!(listen = %app.settings.server.listen, docs = %format!("{}/docs", app.settings.server.public_url), "serving");
        until_told(app, api, listener, stop_signal()).await
    }
}

/// Takes the port before anything else is done, so that a taken one is told at once.
pub(super) async fn listen(addr: &str) -> Outcome<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| {
        Failure::failed(
            format!("cannot listen on {addr}: {error}"),
            "stop what listens there, or choose another address with --listen 127.0.0.1:8081",
        )
    })
}

/// Where it really listens, whatever port was asked for; and unless somebody has said how people see the server, they
/// see it there.
pub(super) fn with_address(mut loaded: Loaded, listener: &TcpListener) -> Loaded {
    if let Ok(address) = listener.local_addr() {
        loaded.settings.server.listen = address.to_string();
    }
    let stated =
        loaded.origins.iter().any(|origin| origin.key == "server.public_url" && origin.from != "built-in default");
    if !stated {
        let server = &mut loaded.settings.server;
        server.public_url = format!("http://{}", server.listen.replace("0.0.0.0", "127.0.0.1"));
    }
    loaded
}

async fn warn_what_is_missing(app: &App) {
    let Ok(true) = app.ready().await else {
        tracing::warn!("there are no places yet: run `jizuo places import data/yunnan-divisions.csv`");
        return;
    };
    let ctx = Ctx::system(app, "serve", "base", None);
    if let Ok(false) = installation::has_administrators(&ctx).await {
        tracing::warn!("there is no administrator yet: run `jizuo user first-administrators --place 53`");
    }
}

/// Serves, then stops in order: no new connections, requests in progress finished, upkeep once, database closed.
pub(super) async fn until_told(
    app: App,
    api: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Outcome {
    let metrics = web::metrics()
        .map_err(|error| Failure::failed(format!("no metrics: {error}"), "report this; one process serves once"))?;
    let router = web::router(&app, api).merge(metrics);
    let upkeep = Platform::spawn_upkeep(&app);
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping: finishing the requests in progress");
        let _ = stopping.send(true);
    });
    // A client that keeps its connection busy must not keep the process for ever.
    let patience = Duration::from_secs(app.settings.server.timeout_seconds);
    let outcome = tokio::select! {
        outcome = async { served.await } => outcome,
        () = async {
            let _ = stopped.changed().await;
            tokio::time::sleep(patience).await;
        } => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    };
    upkeep.abort();
    let _ = upkeep.await;
    if app.settings.upkeep.timers
        && let Err(error) = app.upkeep().await
    {
        tracing::warn!(%error, "the last upkeep failed; the next start does it");
    }
    app.db.clone().close().await;
    tracing::info!("stopped");
    outcome.map_err(|error| Failure::failed(format!("serving failed: {error}"), "see the log above"))
}

/// SIGINT (Ctrl-C) or SIGTERM.
pub(super) async fn stop_signal() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
