//! `jizuo rules list`: every rule with its value in force, who set it, and its source.

use clap::{Args, Subcommand};

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::table;

#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    List(List),
}

/// Lists every rule with its value in force, how far a lower level may move it, and its source.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo rules list                      # as law and the province have it
  jizuo rules list --place 530102       # as it is in force in one county
  jizuo rules list --only GRID.         # rules whose id begins so")]
pub(super) struct List {
    /// The place, by code; the top of the tree unless given
    #[arg(long, value_name = "CODE")]
    place: Option<String>,
    /// Only rules whose id begins with this
    #[arg(long, value_name = "PREFIX", default_value = "")]
    only: String,
}

impl Rules {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let Rules::List(wanted) = self;
        let installation = Installation::open(with.config.as_deref()).await?;
        let place = match &wanted.place {
            Some(code) => installation.place(code)?,
            None => installation.root().ok_or_else(|| {
                Failure::bad_input("there are no places yet", "jizuo places import data/yunnan-divisions.csv")
            })?,
        };
        let ctx = installation.at("rules", Some(place));
        let mut rows = Vec::new();
        for rule in ctx.app.registry.rules.all_on(ctx.today()).filter(|rule| rule.id.starts_with(&wanted.only)) {
            let now = ctx.rule(&rule.id)?;
            let set_by = now.set_by.map_or(String::new(), |id| ctx.snapshot.places.name(id).to_owned());
            let direction = serde_json::to_value(rule.overlay).ok().and_then(|v| v.as_str().map(str::to_owned));
            rows.push(vec![
                now.id,
                cut(now.value.to_string()),
                direction.unwrap_or_default(),
                set_by,
                now.title.read(with.lang).to_owned(),
                now.basis.read(with.lang).to_owned(),
            ]);
        }
        table::print(&["RULE", "VALUE", "MAY", "SET BY", "IS", "SOURCE"], &rows);
        installation.leave().await
    }
}

/// Lists of values are long; the rest of the line matters more.
fn cut(text: String) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}
