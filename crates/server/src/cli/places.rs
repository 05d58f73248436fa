//! `jizuo places`: the code table of a province, shown first and then taken, and one place looked up.

use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jizuo_kernel::places::import::{self, Plan};
use jizuo_kernel::places::{Tree, api};
use jizuo_kernel::{Lang, Reply, Subject};

use super::{Circumstances, list};
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::terminal::tell_line;

#[derive(Debug, Subcommand)]
pub(super) enum Places {
    Import(Import),
    Show(Show),
}

/// Imports a code table: CSV with the columns code, name, level (1 province … 5 village).
///
/// The whole table of a province at once; what it does not have any more ends on the day given, and old codes go on
/// meaning the same place. Everything is applied in one transaction or not at all, and the same file again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo places import yunnan-2024.csv --dry-run                  # what would change, and every bad line
  jizuo places import yunnan-2024.csv --on 2024-07-01            # from that day on
  jizuo places import yunnan-2024.csv --changes merges.csv       # when names alone cannot tell

The changes file has the columns old, new, kind: kind is move (a place got a new code) or merge (a place was
taken over by another), one line each.

Exit code 3 when a line is bad: nothing was applied.")]
pub(super) struct Import {
    /// The code table
    file: PathBuf,
    /// Moves and merges that names alone cannot tell
    #[arg(long, value_name = "FILE")]
    changes: Option<PathBuf>,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// The day from which it holds; today unless given
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
    /// Show every entry, not only the first fifty of each list
    #[arg(long)]
    all: bool,
}

/// Shows one place: where it lies, what it was before, what was merged into it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo places show 530102
  jizuo places show 530102001001
  jizuo places show 530102@2023-12-31        # the place that had the code on that day")]
pub(super) struct Show {
    /// Division code, now or before
    code: String,
}

impl Places {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        match self {
            Places::Import(import) => import.run(with).await,
            Places::Show(show) => show.run(with).await,
        }
    }
}

impl Import {
    async fn run(self, with: &Circumstances) -> Outcome {
        let table = read(&self.file)?;
        let changes = self.changes.as_deref().map(read).transpose()?;
        let installation = Installation::open(with.config.as_deref()).await?;
        let ctx = installation.at("places-import", installation.root());
        let on = self.on.unwrap_or(ctx.today());
        if on > ctx.today() {
            return Err(Failure::wrong(
                format!("{on} lies ahead"),
                "import on the day the change takes effect, or later with --on",
            ));
        }
        let started = Instant::now();
        let plan = import::plan(&ctx.snapshot.places, &table, changes.as_deref());
        self.refuse_bad_lines(&plan, with.lang)?;
        tell_line!(
            "{}: {} added, {} renamed, {} moved, {} merged, {} abolished, {} as they are",
            self.file.display(),
            plan.added.len(),
            plan.renamed.len(),
            plan.moved.len(),
            plan.merged.len(),
            plan.abolished.len(),
            plan.unchanged
        );
        if plan.is_empty() {
            tell_line!("nothing changes");
            return installation.leave().await;
        }
        if self.dry_run {
            self.show(&plan, &ctx.snapshot.places);
            tell_line!("\nnothing was applied; without --dry-run this takes effect on {on}");
            return installation.leave().await;
        }
        let bar = ProgressBar::new(plan.added.len() as u64);
        bar.set_style(
            ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} places")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let mut tx = ctx.begin().await?;
        import::apply(&mut tx, &plan, on, &|rows| bar.inc(rows as u64)).await?;
        let subject = Subject::new("base.place", self.file.display());
        tx.commit("base.place.import", subject, Reply::none()).await?;
        bar.finish_and_clear();
        let seconds = started.elapsed().as_secs_f64();
        tell_line!("applied from {on} on, in {seconds:.1} s; {} places now", ctx.app.snapshot().places.len());
        installation.leave().await
    }

    fn refuse_bad_lines(&self, plan: &Plan, lang: Lang) -> Outcome {
        if plan.bad.is_empty() {
            return Ok(());
        }
        list("bad lines", &plan.bad, self.all, |bad| {
            format!("line {}: {}: {}", bad.line, bad.why.read(lang), bad.text)
        });
        Err(Failure::bad_input(
            format!("{} lines cannot be taken; nothing was applied", plan.bad.len()),
            "correct these lines and import the file again",
        ))
    }

    fn show(&self, plan: &Plan, tree: &Tree) {
        list("added", &plan.added, self.all, |row| format!("{} {}", row.code.padded(), row.name));
        list("renamed", &plan.renamed, self.all, |(id, old, new)| {
            format!("{} {old} -> {new}", tree.get(*id).map_or("", |place| &place.code))
        });
        list("moved", &plan.moved, self.all, |(id, old, row)| {
            format!("{old} {} -> {} {}", tree.name(*id), row.code.padded(), row.name)
        });
        list("merged", &plan.merged, self.all, |(id, old, into)| {
            format!("{old} {} -> into {}", tree.name(*id), into.padded())
        });
        list("abolished", &plan.abolished, self.all, |(id, code)| format!("{code} {}", tree.name(*id)));
    }
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Failure::wrong(format!("{} cannot be read: {error}", path.display()), "name a file that is there")
    })
}

impl Show {
    async fn run(self, with: &Circumstances) -> Outcome {
        let installation = Installation::open(with.config.as_deref()).await?;
        let node = installation.place(&self.code)?;
        let snapshot = installation.app.snapshot();
        let tree = &snapshot.places;
        let place = api::Place::from(tree, &node);
        tell_line!("{} {}", place.code, place.name);
        tell_line!("  kind    {}", node.kind.as_str());
        tell_line!("  path    {}", place.path);
        tell_line!("  since   {}", place.since);
        if let Some(until) = place.until {
            tell_line!("  until   {until}  {}", place.successor.map_or(String::new(), |code| format!("-> {code}")));
        }
        tell_line!("  below   {}", tree.children(node.id).count());
        let versions = tree.versions(&node);
        if versions.len() > 1 {
            tell_line!("  before:");
            for version in versions {
                tell_line!("    from {} {} {}", version.since, version.code, version.name);
            }
        }
        for id in tree.predecessors(node.id) {
            tell_line!("  merged into it: {} {}", tree.get(id).map_or("", |p| &p.code), tree.name(id));
        }
        installation.leave().await
    }
}
