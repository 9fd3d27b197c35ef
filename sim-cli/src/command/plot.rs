//! `synergy plot`: draw the figure of a data set.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::dataset::Directory;
use crate::drawing::{self, Columns, FileType, Paper, Sheet};
use crate::journal::Journal;
use crate::output::say;
use crate::problem::{Exit, Outcome, Problem};
use crate::scenario::FigureStyle;

/// Draw the figure of a data set again, as SVG, PDF and PNG, with what it shows as CSV
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory that `synergy sweep` wrote
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Width on paper: single (one column), double (two), page (the whole page, where it has three), both (single and double), or a length such as 120mm or 4.7in
    #[arg(long, value_name = "WIDTH", default_value_t)]
    width: Columns,
    /// Whose columns; 3.35 and 6.9 inches if neither this nor the scenario says
    #[arg(long, value_enum)]
    journal: Option<Journal>,
    /// What for: text of 7 to 8 points, or of 14 to 16 on a white or a dark slide
    #[arg(long, value_enum)]
    style: Option<FigureStyle>,
    /// File types; csv is what the figure shows, as a table
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = FileType::value_variants().to_vec())]
    format: Vec<FileType>,
    /// Dots per inch of the PNG
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(36..=2400))]
    dpi: u32,
    /// Directory of the figures; the data set's own if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
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
        if let (Some(FigureStyle::Slides), Some(_)) = (self.style, self.journal) {
            return Err(Problem::input("slides have no columns of a journal")
                .help("leave out --journal or --style slides"));
        }
        let paper = Paper { columns: self.width, journal: self.journal, style: self.style };
        let sheet = Sheet { paper, types: self.format, dpi: self.dpi };
        let out = self.out.as_deref().unwrap_or(directory.path());
        std::fs::create_dir_all(out).map_err(|error| Problem::file("create", out, &error))?;
        for file in drawing::draw(&directory, &manifest.scenario, &sheet, out)? {
            say(format_args!("{}", file.display()))?;
        }
        Ok(Exit::Success)
    }
}
