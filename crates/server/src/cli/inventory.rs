//! `jizuo inventory`: the system inventory for the filing of government apps.

use clap::Args;
use jizuo_kernel::inventory;

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::terminal::tell_line;

/// Prints the eight blocks of the filing form, filled as far as the platform knows.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo inventory                          # the whole installation
  jizuo inventory --place 530102 --json > inventory.json

What only the operator knows is set under [inventory] (`jizuo settings` lists the keys).")]
pub(super) struct Inventory {
    /// Code of the place; the top of the tree unless given
    #[arg(long, value_name = "CODE")]
    place: Option<String>,
    /// As JSON, like GET /places/{place}/inventory
    #[arg(long)]
    json: bool,
}

impl Inventory {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let installation = Installation::open(with.config.as_deref()).await?;
        let place = match &self.place {
            Some(code) => installation.place(code)?,
            None => installation.root().ok_or_else(|| {
                Failure::bad_input(
                    "there are no places yet",
                    "begin with the code table of the province: jizuo places import data/yunnan-divisions.csv",
                )
            })?,
        };
        let found = inventory::of(&installation.at("jizuo inventory", Some(place)))?;
        if self.json {
            let text = serde_json::to_string_pretty(&found).map_err(jizuo_kernel::Error::from)?;
            tell_line!("{text}");
        } else {
            tell_line!("{} {}  ({})", found.place, found.place_name, found.version);
            for block in &found.blocks {
                tell_line!("\n{}. {}", block.number, block.title.read(with.lang));
                for answer in &block.answers {
                    tell_line!("   {}", answer.title.read(with.lang));
                    for line in &answer.lines {
                        tell_line!("     {}", line.read(with.lang));
                    }
                }
            }
            if !found.missing.is_empty() {
                tell_line!(
                    "\n{} settings are still to be filled in: {}",
                    found.missing.len(),
                    found.missing.join(", ")
                );
            }
        }
        installation.leave().await
    }
}
