//! `synergy report`: a data set as one page.

use std::path::PathBuf;

use clap::Args;
use sim_models::registry::Registry;

use crate::dataset::{Directory, write_file};
use crate::output::{say, warn};
use crate::page::page;
use crate::problem::{Exit, Outcome};

/// Write a data set as one HTML file: a figure to point at and zoom, cells to sort, parameters, runs and verdicts
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory that `synergy sweep` wrote
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// File to write; `report.html` in the directory if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let (directory, manifest) = Directory::open(&self.directory)?;
        let data = directory.finished_data()?;
        if directory.count_parts()? > 0 {
            warn("rows of an interrupted run are not in the report; `synergy compact` adds them");
        }
        let out = self.out.unwrap_or_else(|| self.directory.join("report.html"));
        let page = page(&directory, &data, &manifest, registry)?;
        if let Some(unfinished) = &page.unfinished {
            warn(unfinished);
        }
        write_file(&out, page.html.as_bytes())?;
        say(format_args!("{}", out.display()))?;
        Ok(Exit::Success)
    }
}
