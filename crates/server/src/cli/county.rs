//! `jizuo county`: what a county has decided itself, as a file that is exported, planned and applied.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jizuo_kernel::counties::plan;
use jizuo_kernel::{Ctx, Reply, Subject, counties};

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::table;
use crate::terminal::{tell, tell_line};

#[derive(Debug, Subcommand)]
pub(super) enum County {
    Export(Export),
    Plan(Plan),
    Apply(Apply),
    Modules(Modules),
}

/// Prints a county's modules, rules and processes as TOML.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, the whole round:
  jizuo county export 530102 > wuhua.toml
  $EDITOR wuhua.toml                        # for example: state = \"on\" under [modules.certificates]
  jizuo county plan wuhua.toml              # what would change
  jizuo county apply wuhua.toml --reason '县委常委会 2026 年第 8 次会议决定'")]
pub(super) struct Export {
    /// Code of the county, or of a prefecture or the province
    code: String,
}

/// Shows what applying the file would change.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jizuo county plan wuhua.toml

Modules that the file does not name stay as they are; rules and processes that it does not name go back to what is
inherited.")]
pub(super) struct Plan {
    /// The file, as `county export` writes it
    file: PathBuf,
}

/// Makes the file true, as a whole or not at all. The same file again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jizuo county apply wuhua.toml --reason '县委常委会 2026 年第 8 次会议决定'

Exit code 3 when a switch, a rule or a process is refused; the message names the rule and its source. Servers that
run on the same database follow within a second.")]
pub(super) struct Apply {
    /// The file, as `county export` writes it
    file: PathBuf,
    /// Why, for the record; `reason` in the file does as well
    #[arg(long)]
    reason: Option<String>,
}

/// Shows every module and how it stands in a county.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  jizuo county modules 530102")]
pub(super) struct Modules {
    /// Code of the county, or of a prefecture or the province
    code: String,
}

impl County {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let installation = Installation::open(with.config.as_deref()).await?;
        match &self {
            County::Export(export) => export.run(&installation)?,
            County::Plan(plan) => plan.run(&installation)?,
            County::Apply(apply) => apply.run(&installation).await?,
            County::Modules(modules) => modules.run(&installation, with)?,
        }
        installation.leave().await
    }
}

impl Export {
    fn run(&self, installation: &Installation) -> Outcome {
        let ctx = installation.at("county-export", Some(installation.place(&self.code)?));
        let text = plan::export(&ctx)?.write()?;
        tell_line!("# {} as of {}", ctx.place()?.name, ctx.today());
        tell!("{text}");
        Ok(())
    }
}

fn read(file: &Path) -> Outcome<plan::County> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::wrong(format!("{} cannot be read: {error}", file.display()), "name a file that is there")
    })?;
    plan::County::read(&text).map_err(|error| {
        Failure::bad_input(
            format!("{}: {error}", file.display()),
            "`jizuo county export CODE` writes a file of the right form",
        )
    })
}

fn planned(installation: &Installation, wish: &plan::County) -> Outcome<(Ctx, Vec<plan::Change>)> {
    let ctx = installation.at("county-apply", Some(installation.place(&wish.place)?));
    let changes = plan::plan(&ctx, wish)?;
    tell_line!("{} {}: {} changes", ctx.place()?.code, ctx.place()?.name, changes.len());
    for change in &changes {
        tell_line!("  {change}");
    }
    Ok((ctx, changes))
}

impl Plan {
    fn run(&self, installation: &Installation) -> Outcome {
        planned(installation, &read(&self.file)?).map(|_| ())
    }
}

impl Apply {
    async fn run(&self, installation: &Installation) -> Outcome {
        let wish = read(&self.file)?;
        let (ctx, changes) = planned(installation, &wish)?;
        if changes.is_empty() {
            return Ok(());
        }
        let reason = self.reason.clone().unwrap_or_else(|| wish.reason.clone());
        if reason.trim().is_empty() {
            return Err(Failure::wrong("every change has a reason", "add --reason '…', or reason = \"…\" to the file"));
        }
        let mut tx = ctx.begin().await?;
        plan::apply(&mut tx, &changes, &reason).await?;
        tx.note("reason", &reason);
        tx.commit("base.county.apply", Subject::new("base.county", &ctx.place()?.code), Reply::none()).await?;
        tell_line!("applied");
        Ok(())
    }
}

impl Modules {
    fn run(&self, installation: &Installation, with: &Circumstances) -> Outcome {
        let ctx = installation.at("county-modules", Some(installation.place(&self.code)?));
        let place = ctx.place()?;
        let rows: Vec<Vec<String>> = ctx
            .app
            .registry
            .optional()
            .map(|module| {
                let now = counties::state(&ctx.snapshot, place, module.id, ctx.now);
                let by = now.by.as_ref();
                vec![
                    module.id.to_owned(),
                    module.title.read(with.lang).to_owned(),
                    now.state.as_str().to_owned(),
                    by.map_or(String::new(), |row| ctx.snapshot.places.name(row.place).to_owned()),
                    by.map_or(String::new(), |row| row.reason.clone()),
                ]
            })
            .collect();
        tell_line!("{} {}", place.code, place.name);
        table::print(&["MODULE", "IS", "STATE", "DECIDED BY", "REASON"], &rows);
        Ok(())
    }
}
