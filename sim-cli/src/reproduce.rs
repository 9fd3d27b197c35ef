//! Numbers of a README that come from a data set.
//!
//! A table of a README that follows a comment such as
//!
//! ```text
//! <!-- table
//! where = { correlation = 0.1, fidelity = [0.4, 0.6] }
//! columns = [["γ", "fidelity"], ["α", "predicted_alpha"], ["simulated μ (95 %)", "root_bias"]]
//! -->
//! ```
//!
//! has one row per cell of the sweep that fits `where`, in the order of the sweep, and one column per pair of a heading and a column of the data
//! set: a parameter, a metric, or `predicted_` and a prediction. A metric is shown with its interval. `data` names another scenario file of the folder
//! than `scenario.toml`. The table is everything up to the next line that does not begin with `|`; it may be missing.

use std::ops::Range;

use toml_edit::{Array, DocumentMut, Item, Value};

use crate::dataset::Table;
use crate::output::{interval_text, significant};
use crate::problem::{Outcome, Problem};

/// The scenario of an experiment.
pub const SCENARIO: &str = "scenario.toml";

const BEGIN: &str = "<!-- table\n";
const END: &str = "-->\n";

/// What a comment says of the table below it.
#[derive(Clone, Debug)]
pub struct Described {
    /// The scenario file whose sweep the numbers come from.
    pub data: String,
    /// Parameters, and the values that they have in the rows of the table.
    chosen: Vec<(String, Vec<Value>)>,
    /// Headings and columns of the data set.
    columns: Vec<(String, String)>,
    /// Where the table is in the README.
    place: Range<usize>,
}

/// All described tables of a README.
///
/// # Errors
/// A comment is no TOML, or lacks something.
pub fn tables(readme: &str) -> Outcome<Vec<Described>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(begin) = readme[from..].find(BEGIN).map(|at| from + at + BEGIN.len()) {
        let Some(end) = readme[begin..].find(END).map(|at| begin + at) else {
            return Err(wrong(readme, begin, "the comment does not end with a line `-->`"));
        };
        let start = end + END.len();
        let rows = readme[start..].split_inclusive('\n').take_while(|line| line.starts_with('|'));
        let place = start..start + rows.map(str::len).sum::<usize>();
        from = place.end;
        let described = described(&readme[begin..end], place).map_err(|why| wrong(readme, begin, &why))?;
        found.push(described);
    }
    Ok(found)
}

fn wrong(readme: &str, at: usize, why: &str) -> Problem {
    let line = readme[..at].matches('\n').count();
    Problem::input(format!("line {line} describes a table: {why}"))
        .help("columns = [[\"γ\", \"fidelity\"], [\"bias\", \"root_bias\"]], and where = { depth = [1, 2] } to choose cells")
}

fn described(text: &str, place: Range<usize>) -> Result<Described, String> {
    let document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    if let Some((key, _)) = document.iter().find(|(key, _)| !["data", "where", "columns"].contains(key)) {
        return Err(format!("it has `{key}`; known are data, where and columns"));
    }
    let data = match document.get("data") {
        None => SCENARIO.to_owned(),
        Some(item) => item.as_str().ok_or("`data` is the name of a scenario file")?.to_owned(),
    };
    if data.contains(['/', '\\']) || data.starts_with('.') {
        return Err(format!("`data` is a file of the experiment's folder, not `{data}`"));
    }
    let columns = document.get("columns").and_then(Item::as_array).ok_or("it has no `columns`")?;
    let pair = |value: &Value| match value.as_array()?.iter().map(Value::as_str).collect::<Vec<_>>()[..] {
        [Some(heading), Some(column)] => Some((heading.to_owned(), column.to_owned())),
        _ => None,
    };
    let columns: Option<Vec<_>> = columns.iter().map(pair).collect();
    let columns = columns.filter(|columns| !columns.is_empty());
    let columns = columns.ok_or("`columns` is a list of pairs of a heading and a column")?;
    let chosen = match document.get("where") {
        None => Vec::new(),
        Some(item) => {
            let table = item.as_table_like().ok_or("`where` is a table of parameters and values")?;
            let values = |item: &Item| match item.as_value() {
                Some(Value::Array(list)) => Ok(Array::iter(list).cloned().collect()),
                Some(value) => Ok(vec![value.clone()]),
                None => Err("`where` gives each parameter a value, or a list of values"),
            };
            table
                .iter()
                .map(|(key, item)| Ok((key.to_owned(), values(item)?)))
                .collect::<Result<_, &str>>()?
        }
    };
    Ok(Described { data, chosen, columns, place })
}

impl Described {
    /// The table as the data set has it, as Markdown.
    ///
    /// # Errors
    /// The data set does not have a column, or no row fits.
    pub fn render(&self, table: &Table) -> Outcome<String> {
        let mut rows = Vec::new();
        for row in 0..table.rows() {
            if self.fits(table, row)? {
                let cells: Outcome<Vec<String>> =
                    self.columns.iter().map(|(_, column)| cell(table, column, row)).collect();
                rows.push(cells?);
            }
        }
        // A value that no cell has would otherwise be missing without a word.
        let expected: usize = self.chosen.iter().map(|(_, values)| values.len()).product();
        if rows.is_empty() || rows.len() < expected {
            let sentence = format!("{} cells fit what a table of the README asks for", rows.len());
            return Err(Problem::input(sentence).help("`where` names values that the sweep has"));
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let headings: Vec<String> = self.columns.iter().map(|(heading, _)| heading.clone()).collect();
        let rule = format!("|{}\n", "---|".repeat(headings.len()));
        Ok([line(&headings), rule].into_iter().chain(rows.iter().map(|row| line(row))).collect())
    }

    fn fits(&self, table: &Table, row: usize) -> Outcome<bool> {
        for (column, values) in &self.chosen {
            let number = table.numbers(column).map(|numbers| numbers[row]);
            let text = table.texts(column).map(|texts| texts[row].as_deref());
            let is = |value: &Value| match (value, number, text) {
                (Value::String(wanted), _, Some(found)) => found == Some(wanted.value().as_str()),
                (Value::Boolean(wanted), _, Some(found)) => {
                    found == Some(if *wanted.value() { "true" } else { "false" })
                }
                (Value::Integer(wanted), Some(found), _) => found == Some(*wanted.value() as f64),
                (Value::Float(wanted), Some(found), _) => {
                    found.is_some_and(|found| same(found, *wanted.value()))
                }
                _ => false,
            };
            if number.is_none() && text.is_none() {
                return Err(no_column(column));
            }
            if !values.iter().any(is) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The table in this README, as it is now.
    pub fn written<'a>(&self, readme: &'a str) -> &'a str {
        &readme[self.place.clone()]
    }
}

/// Grids are not always at the decimals that one would write.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

fn no_column(column: &str) -> Problem {
    Problem::input(format!("the data set has no column `{column}` that a table of the README asks for"))
}

/// One number, with its interval if it has one.
fn cell(table: &Table, column: &str, row: usize) -> Outcome<String> {
    let numbers = |name: &str| table.numbers(name).map(|numbers| numbers[row]);
    if let Some(texts) = table.texts(column) {
        return Ok(texts[row].clone().unwrap_or_else(|| "-".to_owned()));
    }
    let ends = (numbers(&format!("{column}_low")).flatten(), numbers(&format!("{column}_high")).flatten());
    match (numbers(column).ok_or_else(|| no_column(column))?, ends) {
        (None, _) => Ok("-".to_owned()),
        (Some(value), (Some(low), Some(high))) => Ok(interval_text(value, low, high)),
        (Some(value), _) => Ok(significant(value, 5)),
    }
}

/// A README with its tables as they should be, which are as many.
pub fn rewritten(readme: &str, tables: &[(Described, String)]) -> String {
    let (mut text, mut from) = (String::new(), 0);
    for (described, rendered) in tables {
        text.push_str(&readme[from..described.place.start]);
        text.push_str(rendered);
        from = described.place.end;
    }
    text + &readme[from..]
}

/// A number of a table with its interval, as it is written.
fn parsed(cell: &str) -> Option<(f64, f64, f64)> {
    let (value, rest) = cell.split_once(" [")?;
    let (low, high) = rest.strip_suffix(']')?.split_once(", ")?;
    Some((value.parse().ok()?, low.parse().ok()?, high.parse().ok()?))
}

/// Cells of two tables that do not agree, as `written` and `found`. Numbers without an interval are exact and must be written alike; those with one may
/// differ by `tolerance` times the sum of their intervals' widths, or must be written alike if it is zero.
pub fn disagreements(written: &str, found: &str, tolerance: f64) -> Vec<(String, String)> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(written), lines(found));
    let mut different = Vec::new();
    for index in 0..old.len().max(new.len()) {
        let line = |of: &[String]| of.get(index).cloned().unwrap_or_else(|| "(no line)".to_owned());
        let (old, new) = (line(&old), line(&new));
        let cells = |line: &str| {
            line.split(" | ").map(|cell| cell.trim_matches([' ', '|']).to_owned()).collect::<Vec<_>>()
        };
        let (was, is) = (cells(&old), cells(&new));
        if was.len() != is.len() {
            different.push((old, new));
            continue;
        }
        let unlike = was.into_iter().zip(is).filter(|(was, is)| match (parsed(was), parsed(is)) {
            (Some(was), Some(is)) if tolerance > 0.0 => {
                let widths = (was.2 - was.1) + (is.2 - is.1);
                (was.0 - is.0).abs() > tolerance * widths
            }
            _ => was != is,
        });
        different.extend(unlike);
    }
    different
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# x\n\n<!-- table\nwhere = { depth = [1, 2] }\ncolumns = [[\"L\", \"depth\"], [\"μ\", \"root_bias\"]]\n-->\n| L | μ |\n|---|---|\n| 1 | 0.5 [0.4, 0.6] |\n\nEnd.\n";

    #[test]
    fn tables_are_found_with_what_is_said_of_them() {
        let found = tables(README).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].data, SCENARIO);
        assert_eq!(found[0].written(README), "| L | μ |\n|---|---|\n| 1 | 0.5 [0.4, 0.6] |\n");
        let again = rewritten(README, &[(found[0].clone(), "| new |\n".to_owned())]);
        assert!(again.ends_with("-->\n| new |\n\nEnd.\n"), "{again}");
    }

    #[test]
    fn what_describes_no_table_is_refused_with_its_line() {
        for (comment, said) in [
            ("columns = 3", "`columns`"),
            ("columns = [[\"L\"]]", "pairs"),
            ("columns = [[\"L\", \"depth\"]]\nrows = 3", "`rows`"),
            ("columns = [[\"L\", \"depth\"]]\ndata = \"../x.toml\"", "folder"),
            ("columns = [[\"L\"", "line 2"),
        ] {
            let error = tables(&format!("a\n<!-- table\n{comment}\n-->\n")).unwrap_err().to_string();
            assert!(error.contains(said), "{comment}: {error}");
        }
        assert!(tables("<!-- table\ncolumns = []\n").is_err(), "without an end");
    }

    #[test]
    fn exact_numbers_are_alike_and_simulated_ones_near() {
        let unlike = |a: &str, b: &str, tolerance| disagreements(a, b, tolerance).len();
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.50 [0.40, 0.60] |", 0.0), 0);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.52 [0.42, 0.62] |", 0.0), 1);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.52 [0.42, 0.62] |", 1.0), 0);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.95 [0.90, 1.00] |", 1.0), 1);
        assert_eq!(unlike("| 1.6 | 0.50 [0.40, 0.60] |", "| 1.7 | 0.50 [0.40, 0.60] |", 1.0), 1);
        assert_eq!(unlike("| 1 |\n| 2 |", "| 1 |", 1.0), 1);
    }
}
