//! What is printed on standard output.

mod catalog;
pub mod check;
mod literature;
mod reference;
mod report;
mod schema;

pub use catalog::{models_json, models_text};
pub use literature::{Compared, literature_json, literature_markdown, literature_text};
pub use reference::{models_markdown, scenario_markdown};
pub use report::{Report, brief_text, estimate_text, grouped, interval_text, percent, print, significant};
pub use schema::schema;

use std::fmt;
use std::io::{ErrorKind, Write};

use clap::ValueEnum;

use crate::problem::{Outcome, Problem};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Prints a line.
pub fn say(line: fmt::Arguments<'_>) -> Outcome<()> {
    write_bytes(format!("{line}\n").as_bytes())
}

/// Prints bytes as they are. A reader that went away, such as `head`, is no failure.
pub fn write_bytes(bytes: &[u8]) -> Outcome<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::failure(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a warning on standard error.
pub fn warn(sentence: &str) {
    tell(&format!("warning: {sentence}"));
}

/// Prints a line on standard error.
pub fn tell(line: &str) {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The beginning of a text that is longer than `most` characters.
pub fn abridged(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text in HTML and XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Columns of text, aligned; two spaces between them and none at the end of a line.
pub fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
