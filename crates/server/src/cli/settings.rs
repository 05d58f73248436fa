//! `jizuo settings`: every key, its value, and where it comes from.

use clap::Args;

use super::Circumstances;
use crate::failure::Outcome;
use crate::terminal::tell;
use crate::{installation, table};

/// Shows every setting, its value and where it comes from. Secrets stay hidden.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo settings
  JIZUO__SERVER__LISTEN=0.0.0.0:8080 jizuo settings | grep listen
  jizuo settings --explain > jizuo.toml      # a file with every key explained, to start from")]
pub(super) struct Settings {
    /// Print the built-in file instead: every key with its default and what it is for
    #[arg(long)]
    explain: bool,
}

impl Settings {
    pub(super) fn run(self, with: &Circumstances) -> Outcome {
        if self.explain {
            tell!("{}", jizuo_kernel::settings::DEFAULTS);
            return Ok(());
        }
        let loaded = installation::settings(with.config.as_deref(), &[])?;
        let rows: Vec<Vec<String>> =
            loaded.origins.into_iter().map(|origin| vec![origin.key, origin.value, origin.from]).collect();
        table::print(&["KEY", "VALUE", "FROM"], &rows);
        Ok(())
    }
}
