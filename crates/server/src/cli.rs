//! The command line: what can be asked for, how it is explained, and which exit code answers.

mod audit;
mod county;
mod demo;
mod inventory;
mod keys;
mod migrate;
mod openapi;
mod places;
mod rules;
mod serve;
mod settings;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use jizuo_kernel::Lang;

use crate::failure::{Failure, Outcome};
use crate::log;
use crate::terminal::tell_line;

const EXAMPLES: &str = "\
Try it on an empty folder, with nothing else installed:
  jizuo demo

Set up an installation:
  export JIZUO__SECRETS__MASTER_KEY=\"$(openssl rand -base64 32)\"    # keep it: sealed data needs it
  jizuo places import data/yunnan-divisions.csv --dry-run
  jizuo places import data/yunnan-divisions.csv
  jizuo user first-administrators --place 53
  jizuo serve

Settings come from the defaults, then --config FILE or ./jizuo.toml, then the environment
(JIZUO__SERVER__LISTEN for server.listen), then the command line. `jizuo settings` shows them all.

Exit codes: 0 done · 1 it failed · 2 the command or the settings are wrong
            3 a rule said no, or the input is bad and nothing was applied";

/// Jizuo, the base platform for grassroots governance: one binary for the server and for its operators.
#[derive(Debug, Parser)]
#[command(name = "jizuo", version, after_help = EXAMPLES, max_term_width = 110)]
struct Cli {
    /// Settings file; ./jizuo.toml is read when it is there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Language of problems: zh or en; by LC_ALL, LC_MESSAGES or LANG unless given
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the console
    Serve(serve::Serve),
    /// Build a demonstration in a folder of its own, and serve it
    Demo(demo::Demo),
    /// Bring the database to the shape of this build
    Migrate(migrate::Migrate),
    /// Import and look up places
    #[command(subcommand)]
    Places(places::Places),
    /// A county's modules, rules and processes as a file
    #[command(subcommand)]
    County(county::County),
    /// Accounts and grants
    #[command(subcommand)]
    User(user::User),
    /// The rules and where they come from
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Check the audit
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Change the master key while the server runs
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the system inventory for the filing of government apps
    Inventory(inventory::Inventory),
    /// Print or write the OpenAPI documents
    Openapi(openapi::Openapi),
    /// Show every setting, its value and where it comes from
    Settings(settings::Settings),
}

/// What every command is told.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    pub(crate) config: Option<PathBuf>,
    pub(crate) lang: Lang,
}

/// Reads the arguments, does what they say, and answers with the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = match cli.lang {
        Some(Language::Zh) => Lang::Zh,
        Some(Language::En) => Lang::En,
        None => spoken(["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok())),
    };
    let circumstances = Circumstances { config: cli.config, lang };
    match work(cli.command, &circumstances) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{}", failure.text(lang));
            failure.exit()
        }
    }
}

fn work(command: Command, circumstances: &Circumstances) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("no threads: {error}"), "the machine is out of memory or processes")
    })?;
    if !matches!(command, Command::Serve(_) | Command::Demo(_)) {
        log::quiet();
    }
    runtime.block_on(async {
        match command {
            Command::Serve(serve) => serve.run(circumstances).await,
            Command::Demo(demo) => demo.run(circumstances).await,
            Command::Migrate(migrate) => migrate.run(circumstances).await,
            Command::Places(places) => places.run(circumstances).await,
            Command::County(county) => county.run(circumstances).await,
            Command::User(user) => user.run(circumstances).await,
            Command::Rules(rules) => rules.run(circumstances).await,
            Command::Audit(audit) => audit.run(circumstances).await,
            Command::Keys(keys) => keys.run(circumstances).await,
            Command::Inventory(inventory) => inventory.run(circumstances).await,
            Command::Openapi(openapi) => openapi.run(circumstances).await,
            Command::Settings(settings) => settings.run(circumstances),
        }
    })
}

/// The language of the terminal: the first variable that says something.
fn spoken(variables: impl Iterator<Item = String>) -> Lang {
    variables
        .into_iter()
        .find(|value| !value.is_empty())
        .map_or(Lang::En, |value| if value.starts_with("zh") { Lang::Zh } else { Lang::En })
}

/// How many of a list are shown unless all are asked for.
pub(crate) const SHOWN: usize = 50;

/// Prints the first of a list, and says how many more there are.
pub(crate) fn list<T>(heading: &str, items: &[T], all: bool, line: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    tell_line!("\n{heading} ({}):", items.len());
    let shown = if all { items.len() } else { SHOWN };
    for item in items.iter().take(shown) {
        tell_line!("  {}", line(item));
    }
    if items.len() > shown {
        tell_line!("  … and {} more; --all shows them", items.len() - shown);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_terminal_says_the_language() {
        for (values, lang) in [
            (vec!["zh_CN.UTF-8"], Lang::Zh),
            (vec!["", "zh_CN"], Lang::Zh),
            (vec!["C.UTF-8", "zh_CN"], Lang::En),
            (vec![], Lang::En),
        ] {
            assert_eq!(spoken(values.iter().map(|v| (*v).to_owned())), lang, "{values:?}");
        }
    }
}
