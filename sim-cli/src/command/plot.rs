//! `synergy plot`: draw the figure of a data set.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::dataset::Directory;
use crate::drawing::{self, FileType, Sheet};
use crate::output::say;
use crate::problem::{Exit, Outcome, Problem};

/// Draw the figure of a data set again, as SVG, PDF and PNG
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory that `synergy sweep` wrote
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Width on paper: 3.35 or 6.9 inches, or both
    #[arg(long, value_enum, default_value_t)]
    width: Columns,
    /// File types
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FileType::Svg, FileType::Pdf, FileType::Png])]
    format: Vec<FileType>,
    /// Dots per inch of the PNG
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(36..=2400))]
    dpi: u32,
    /// Directory of the figures; the data set's own if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Width of a figure in columns of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Columns {
    /// One column, 3.35 inches.
    Single,
    /// Two columns, 6.9 inches.
    Double,
    /// One figure of each.
    #[default]
    Both,
}

impl Arguments {
    pub(super) fn execute(self) -> Outcome<Exit> {
        let (directory, manifest) = Directory::open(&self.directory)?;
        if manifest.scenario.figure.is_none() {
            let sentence = format!("the scenario of {} describes no figure", self.directory.display());
            return Err(Problem::input(sentence).help(
                "add a [figure] table to the scenario and repeat `synergy sweep`; no cell is run again",
            ));
        }
        directory.finished_data()?;
        let sheet = Sheet {
            single: self.width != Columns::Double,
            double: self.width != Columns::Single,
            types: self.format,
            dpi: self.dpi,
        };
        let out = self.out.as_deref().unwrap_or(directory.path());
        std::fs::create_dir_all(out).map_err(|error| Problem::file("create", out, &error))?;
        for file in drawing::draw(&directory, &manifest.scenario, &sheet, out)? {
            say(format_args!("{}", file.display()))?;
        }
        Ok(Exit::Success)
    }
}
