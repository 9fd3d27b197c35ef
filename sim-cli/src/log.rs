//! Logs of fleets: JSON lines, CSV, Parquet, matrices of models and instances, and OpenTelemetry spans.
//!
//! A log is read once and record by record, so that it may be larger than the memory. What cannot be read is counted, not hidden.

mod column;
mod csv_file;
mod fields;
mod json_lines;
mod parquet_file;
mod spans;

use std::path::Path;

use clap::ValueEnum;
use sim_models::calibration::Gathering;

pub use column::{Column, Mapping};
use fields::Fields;

use crate::output::grouped;
use crate::problem::{Outcome, Problem};

/// How the rows of a table are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// One answer per row.
    #[default]
    Records,
    /// One model per row and one instance per column, as leaderboards publish (CSV).
    Matrix,
    /// One instance per row and one model per column (CSV).
    MatrixByInstance,
}

/// How logs are read.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// How rows are arranged.
    pub layout: Layout,
    /// Which columns mean what.
    pub mapping: Mapping,
    /// Score from which an answer is right.
    pub threshold: f64,
}

/// What could not be read, counted.
#[derive(Clone, Debug, Default)]
pub struct Unread {
    /// Records that are no records: lines cut off, rows with another number of cells.
    malformed: u64,
    /// Where the first of them is.
    first: Option<String>,
    /// Cells that should hold a number, and the first.
    numbers: (u64, Option<String>),
    /// Cells that should say yes or no, and the first.
    flags: (u64, Option<String>),
    /// Scores that are neither 0 nor 1.
    graded: u64,
}

impl Unread {
    fn malformed(&mut self, path: &Path, line: u64) {
        self.malformed += 1;
        self.first.get_or_insert_with(|| format!("{}:{line}", path.display()));
    }

    fn number(&mut self, column: Column, text: &str) {
        self.numbers.0 += 1;
        self.numbers.1.get_or_insert_with(|| format!("{} is `{text}`", column.name()));
    }

    fn flag(&mut self, column: Column, text: &str) {
        self.flags.0 += 1;
        self.flags.1.get_or_insert_with(|| format!("{} is `{text}`", column.name()));
    }

    /// A sentence for each kind that occurred; scores are right from `threshold`.
    pub fn sentences(&self, threshold: f64) -> Vec<String> {
        let mut sentences = Vec::new();
        let mut say = |count: u64, first: &Option<String>, what: &str| {
            if let (1.., Some(first)) = (count, first) {
                sentences.push(format!(
                    "{} {what}; the first: {}",
                    grouped(count),
                    crate::output::abridged(first, 200)
                ));
            }
        };
        say(self.malformed, &self.first, "lines or rows are broken and left out");
        say(self.numbers.0, &self.numbers.1, "cells hold no number and count as missing");
        say(self.flags.0, &self.flags.1, "cells hold neither yes nor no and count as missing");
        if self.graded > 0 {
            let count = grouped(self.graded);
            sentences.push(format!(
                "{count} scores are neither 0 nor 1: right from {threshold}, as --threshold says"
            ));
        }
        sentences
    }
}

/// Reads a log into `gathering`.
pub fn read(
    path: &Path,
    options: &LogOptions,
    gathering: &mut Gathering,
    unread: &mut Unread,
) -> Outcome<()> {
    let mut reader = Reader { path, options, gathering, unread };
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match (ending.as_deref(), options.layout) {
        (Some("csv" | "tsv"), Layout::Records) => csv_file::records(&mut reader),
        (Some("csv" | "tsv"), _) => csv_file::matrix(&mut reader),
        (_, Layout::Matrix | Layout::MatrixByInstance) => {
            let sentence = format!("{}: a matrix of models and instances is a CSV file", path.display());
            Err(Problem::input(sentence).help("its name ends in .csv or .tsv"))
        }
        (Some("parquet"), _) => parquet_file::records(&mut reader),
        (Some("jsonl" | "ndjson"), _) => json_lines::records(&mut reader),
        (Some("json"), _) => json_lines::document(&mut reader),
        _ => {
            let sentence = format!("{}: the name does not tell what kind of log it is", path.display());
            Err(Problem::input(sentence).help("logs end in .jsonl, .ndjson, .json, .csv, .tsv or .parquet"))
        }
    }
}

/// A log that is being read.
struct Reader<'a> {
    path: &'a Path,
    options: &'a LogOptions,
    gathering: &'a mut Gathering,
    unread: &'a mut Unread,
}

impl Reader<'_> {
    fn fail(&self, error: &dyn std::fmt::Display) -> Problem {
        Problem::file("read", self.path, error)
    }

    fn take(&mut self, fields: &Fields<'_>) -> Outcome<()> {
        fields.observe(self.options.threshold, self.gathering, self.unread).map_err(|error| {
            Problem::input(format!("{}: {error}", self.path.display()))
                .help("calibrate a sample of whole questions, or the parts one by one")
        })
    }

    /// Refuses a table in which nothing says which question a record belongs to.
    fn need_question(&self, found: &[String], has_question: bool) -> Outcome<()> {
        if has_question {
            return Ok(());
        }
        let names = crate::output::abridged(&found.join(", "), 300);
        let sentence = format!("{}: no column names the question; found {names}", self.path.display());
        Err(Problem::input(sentence).help("say which one does: --map question=NAME"))
    }
}
