//! `jizuo migrate`: the database in the shape of this build.

use clap::Args;

use super::Circumstances;
use crate::MODULES;
use crate::failure::Outcome;
use crate::installation;
use crate::terminal::tell_line;

/// Brings the database to the shape of this build. Repeatable; `serve` does it as well.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo migrate --dry-run      # says which modules have steps to apply
  jizuo migrate                # before the new version is started on several machines

Needs database.url only. With several servers, migrate once and then start them.")]
pub(super) struct Migrate {
    /// Only say what would be applied
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let loaded = installation::settings(with.config.as_deref(), &[])?;
        let db = installation::connect(&loaded.settings).await?;
        let pending = db.pending(MODULES).await?;
        for module in MODULES {
            let state = match (pending.contains(&module.id), self.dry_run) {
                (false, _) => "nothing to do",
                (true, true) => "has steps to apply",
                (true, false) => "applied",
            };
            if !self.dry_run && pending.contains(&module.id) {
                db.migrate(&[module]).await?;
            }
            tell_line!("{:<16}{state}", module.id);
        }
        db.close().await;
        Ok(())
    }
}
