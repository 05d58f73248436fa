//! `jizuo audit verify`: whether anybody changed, removed or slipped in a line of the audit.

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Circumstances, list};
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::table;
use crate::terminal::tell_line;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    Verify(Verify),
}

/// Checks every chain from its first line: each line's hash covers the line and the hash before it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo audit verify
  jizuo audit verify --heads > heads-2026-03.txt    # keep it elsewhere: it shows a chain cut at its end

Exit code 1, and the places, when a chain does not hold.")]
pub(super) struct Verify {
    /// Print the last number and hash of every chain
    #[arg(long)]
    heads: bool,
    /// Show every broken place, not only the first fifty
    #[arg(long)]
    all: bool,
}

impl Audit {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let Audit::Verify(verify) = self;
        let installation = Installation::open(with.config.as_deref()).await?;
        // What a command or a stopped server left unsealed would otherwise be only counted.
        jizuo_kernel::audit::seal(&installation.app).await?;
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} verifying: {human_pos} lines, {per_sec}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        let report = jizuo_kernel::audit::verify(&installation.app, |lines| bar.inc(lines)).await?;
        bar.finish_and_clear();
        let snapshot = installation.app.snapshot();
        let name = |county: i32| match snapshot.places.get(county) {
            Some(place) => format!("{} {}", place.code, place.name),
            None => format!("place {county}"),
        };
        if verify.heads {
            let rows: Vec<Vec<String>> = report
                .heads
                .iter()
                .map(|(county, number, hash)| vec![name(*county), number.to_string(), hash.clone()])
                .collect();
            table::print(&["CHAIN", "LINES", "HEAD"], &rows);
            tell_line!();
        }
        tell_line!("{} chains, {} sealed lines, {} not sealed yet", report.chains, report.lines, report.unsealed);
        let broken = report.broken;
        list("broken", &broken, verify.all, |b| format!("{} line {}: {}", name(b.county), b.number, b.why));
        installation.leave().await?;
        if broken.is_empty() {
            tell_line!("every chain holds");
            return Ok(());
        }
        Err(Failure::failed(
            format!("the audit does not hold in {} places", broken.len()),
            "keep the database as it is, and compare with a backup and with heads written down earlier",
        ))
    }
}
