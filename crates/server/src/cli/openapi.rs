//! `jizuo openapi`: the documents of this build, or of one county.

use std::path::PathBuf;

use clap::Args;

use super::Circumstances;
use crate::documents;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::terminal::{tell, tell_line};

/// Prints or writes OpenAPI documents.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo openapi grid                       # one module's document
  jizuo openapi --all                      # what a county with every module gets
  jizuo openapi --county 530102            # what this county gets today (needs the database)
  jizuo openapi --all --out openapi        # write base.json, one file a module, and county-all.json")]
pub(super) struct Openapi {
    /// The module whose document is wanted: base, grid, …
    #[arg(conflicts_with_all = ["county", "all"])]
    module: Option<String>,
    /// The county whose document is wanted, by code
    #[arg(long, value_name = "CODE", conflicts_with = "all")]
    county: Option<String>,
    /// Every module; with --out one file each, and county-all.json
    #[arg(long)]
    all: bool,
    /// Write into this folder instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Openapi {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let mut files: Vec<(String, String)> = Vec::new();
        if let Some(code) = &self.county {
            let installation = Installation::open(with.config.as_deref()).await?;
            let place = installation.place(code)?;
            let ctx = installation.at("openapi", Some(place));
            let document = jizuo_kernel::counties::api::document_of(&ctx)?;
            files.push((format!("county-{code}"), text(&document)?));
            installation.leave().await?;
        } else {
            let registry =
                documents::registry().map_err(|error| Failure::failed(error.to_string(), "this build is broken"))?;
            match (&self.module, self.all) {
                (Some(module), _) => {
                    let document = registry.document(module).ok_or_else(|| {
                        let known: Vec<&str> = registry.modules().iter().map(|module| module.id).collect();
                        Failure::wrong(
                            format!("this build has no module {module}"),
                            format!("choose one of: {}", known.join(", ")),
                        )
                    })?;
                    files.push((module.clone(), text(document)?));
                }
                (None, true) if self.out.is_some() => {
                    for (name, document) in documents::all(&registry) {
                        files.push((name, text(&document)?));
                    }
                }
                (None, true) => {
                    files.push((documents::COUNTY_ALL.to_owned(), text(&documents::county_all(&registry))?))
                }
                (None, false) => {
                    return Err(Failure::wrong(
                        "which document?",
                        "name a module (jizuo openapi grid), a county (--county 530102), or --all",
                    ));
                }
            }
        }
        match &self.out {
            None => files.into_iter().for_each(|(_, text)| tell!("{text}")),
            Some(folder) => {
                for (name, text) in files {
                    let path = folder.join(format!("{name}.json"));
                    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).map_err(|error| {
                        Failure::failed(
                            format!("{} cannot be written: {error}", path.display()),
                            "choose another --out",
                        )
                    })?;
                    tell_line!("{}", path.display());
                }
            }
        }
        Ok(())
    }
}

fn text(document: &utoipa::openapi::OpenApi) -> Outcome<String> {
    documents::text(document).map_err(|error| Failure::from(jizuo_kernel::Error::from(error)))
}
