//! `synergy export`: a data set for programs that do not read Parquet.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::dataset::{Directory, ExportFormat, export};
use crate::output::{say, warn};
use crate::problem::{Exit, Outcome};

/// Write the rows of a data set as CSV, JSON lines or an Arrow file
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the data set
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Which kind of file
    #[arg(long, value_enum, default_value_t)]
    format: Kind,
    /// File to write; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Kind {
    /// Comma-separated values; lists as text
    #[default]
    Csv,
    /// One JSON object per row
    Jsonl,
    /// Arrow IPC, also called Feather
    Arrow,
}

impl Arguments {
    pub(super) fn execute(self) -> Outcome<Exit> {
        let (directory, _) = Directory::open(&self.directory)?;
        let data = directory.finished_data()?;
        if directory.count_parts()? > 0 {
            warn("rows of an interrupted run are not exported; `synergy compact` adds them");
        }
        let format = match self.format {
            Kind::Csv => ExportFormat::Csv,
            Kind::Jsonl => ExportFormat::JsonLines,
            Kind::Arrow => ExportFormat::Arrow,
        };
        export(&data, format, self.out.as_deref())?;
        if let Some(out) = &self.out {
            say(format_args!("{}", out.display()))?;
        }
        Ok(Exit::Success)
    }
}
