//! `jizuo keys`: changing the master key while the server runs.

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jizuo_kernel::{App, Reply, Subject, rotation};

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::table;
use crate::terminal::tell_line;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    Check(Check),
    Rotate(Rotate),
}

/// Says whether anything is still sealed with a key of before.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 3 while something still needs an earlier key.")]
pub(super) struct Check {}

/// Seals anew, with the current key, what an earlier one has sealed; a server may run beside.
#[derive(Debug, Args)]
#[command(after_help = "\
How to change the master key:
  1. put the new key into secrets.master_key and the old one into secrets.previous_keys, and restart every server
  2. jizuo keys rotate      # may be stopped and begun again at any time
  3. jizuo keys check       # nothing needs an old key any more
  4. take the old key out of secrets.previous_keys, and restart; keep it as long as you keep backups made with it")]
pub(super) struct Rotate {}

impl Keys {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let installation = Installation::open(with.config.as_deref()).await?;
        let outcome = match self {
            Keys::Check(Check {}) => check(&installation.app).await,
            Keys::Rotate(Rotate {}) => rotate(&installation).await,
        };
        installation.leave().await?;
        outcome
    }
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let template = format!("{{spinner}} {what}: {{human_pos}} values, {{per_sec}}");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

fn show(columns: &[rotation::Column], heading: &str) {
    let rows: Vec<Vec<String>> = columns
        .iter()
        .map(|c| vec![format!("{}.{}", c.table, c.column), c.values.to_string(), c.earlier.to_string()])
        .collect();
    table::print(&["COLUMN", "VALUES", heading], &rows);
    tell_line!();
}

async fn check(app: &App) -> Outcome {
    let bar = bar("checking");
    let columns = rotation::check(app, |values| bar.inc(values)).await;
    bar.finish_and_clear();
    let columns = columns?;
    show(&columns, "EARLIER KEY");
    let earlier: u64 = columns.iter().map(|column| column.earlier).sum();
    if earlier == 0 {
        tell_line!("nothing needs an earlier key: secrets.previous_keys can be emptied");
        return Ok(());
    }
    Err(Failure::bad_input(
        format!("{earlier} values are still sealed with an earlier key"),
        "keep it in secrets.previous_keys and run `jizuo keys rotate`",
    ))
}

async fn rotate(installation: &Installation) -> Outcome {
    let app = &installation.app;
    if !app.keyring.has_previous() {
        tell_line!("secrets.previous_keys names no earlier key; looking through all the same");
    }
    let bar = bar("sealing anew");
    let columns = rotation::rotate(app, |values| bar.inc(values)).await;
    bar.finish_and_clear();
    let columns = columns?;
    show(&columns, "SEALED ANEW");
    let anew: u64 = columns.iter().map(|column| column.earlier).sum();
    if let Some(root) = installation.root().filter(|_| anew > 0) {
        let ctx = installation.at("jizuo keys rotate", Some(root.clone()));
        let mut tx = ctx.begin().await?;
        for column in columns.iter().filter(|column| column.earlier > 0) {
            tx.note(&format!("{}.{}", column.table, column.column), column.earlier);
        }
        tx.commit("base.keys.rotate", Subject::new("base.place", root.id), Reply::none()).await?;
    }
    tell_line!("{anew} values sealed anew; `jizuo keys check` says whether an earlier key is still needed");
    Ok(())
}
