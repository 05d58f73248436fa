//! What the process says about its work: one line each, for people or as JSON, on standard error.

use std::io::IsTerminal;

use jizuo_kernel::settings::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

use crate::failure::{Failure, Outcome};

/// At every start the migrator and the database say that there is nothing to do.
const QUIET: &str = ",sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// For a server: as the settings say.
pub(crate) fn serving(log: &Log) -> Outcome {
    let quiet = if log.filter.contains("sea_orm_migration") { "" } else { QUIET };
    let filter = EnvFilter::try_new(format!("{}{quiet}", log.filter)).map_err(|error| {
        Failure::wrong(
            format!("log.filter is not understood: {error}"),
            "write a level such as info, or jizuo_kernel=debug,info",
        )
    })?;
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A second start in one process (a test) keeps the first one's log.
    let _ = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Human => lines.with_target(false).try_init(),
    };
    Ok(())
}

/// For a command: only what went wrong, so that its own output stays readable.
pub(crate) fn quiet() {
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("warn")).with_writer(std::io::stderr);
    let _ = lines.with_target(false).with_ansi(colours).try_init();
}
