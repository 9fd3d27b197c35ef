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
//! than `scenario.toml`. With `summary = "parameters"` rows and columns are those of a list of the sweep's sensitivity.json or boundary.json instead.
//! The table is everything up to the next line that does not begin with `|`; it may be missing.
//!
//! The page `docs/how-to-add-an-experiment.md` says the same for authors.
//!
//! What is not compared must be said: `<!-- compares nothing: WHY -->` where no table is described, `<!-- not run: full.toml: WHY -->` of a scenario.

mod compare;
mod readme;
mod records;

use std::ops::Range;

use toml_edit::{Array, DocumentMut, Item, Value};

use crate::dataset::Table;
use crate::output::{interval_text, significant};
use crate::problem::{Outcome, Problem};

pub use self::compare::Comparison;
pub use self::readme::{compares_nothing, not_run};
pub use self::records::records;

/// The scenario of an experiment.
pub const SCENARIO: &str = "scenario.toml";

/// What a comment says of the table below it.
#[derive(Clone, Debug)]
pub struct Described {
    /// The scenario file whose sweep the numbers come from.
    pub data: String,
    /// The list of the sweep's summary that the numbers come from, where it is not the data set.
    pub summary: Option<String>,
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
    let mut found = Vec::new();
    for comment in readme::comments(readme) {
        let Some(text) = comment.after("table") else { continue };
        let begin = comment.text.start;
        if !comment.ends {
            return Err(wrong(readme, begin, "the comment does not end with `-->`"));
        }
        let place = readme::table_from(readme, comment.end);
        found.push(described(text, place).map_err(|why| wrong(readme, begin, &why))?);
    }
    Ok(found)
}

fn wrong(readme: &str, at: usize, why: &str) -> Problem {
    let line = readme[..at].matches('\n').count() + 1;
    Problem::input(format!("line {line} describes a table: {why}"))
        .help("columns = [[\"γ\", \"fidelity\"], [\"bias\", \"root_bias\"]], and where = { depth = [1, 2] } to choose cells")
}

fn described(text: &str, place: Range<usize>) -> Result<Described, String> {
    let document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    if let Some((key, _)) =
        document.iter().find(|(key, _)| !["data", "summary", "where", "columns"].contains(key))
    {
        return Err(format!("it has `{key}`; known are data, summary, where and columns"));
    }
    let data = match document.get("data") {
        None => SCENARIO.to_owned(),
        Some(item) => item.as_str().ok_or("`data` is the name of a scenario file")?.to_owned(),
    };
    if data.contains(['/', '\\']) || data.starts_with('.') {
        return Err(format!("`data` is a file of the experiment's folder, not `{data}`"));
    }
    let summary = match document.get("summary") {
        None => None,
        Some(item) => Some(item.as_str().ok_or("`summary` is the name of a list")?.to_owned()),
    };
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
    Ok(Described { data, summary, chosen, columns, place })
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
        let headings: Vec<String> = self.columns.iter().map(|(heading, _)| escaped(heading)).collect();
        let rule = format!("|{}\n", "---|".repeat(headings.len()));
        Ok([line(&headings), rule].into_iter().chain(rows.iter().map(|row| line(row))).collect())
    }

    /// Which columns cannot agree where there are fewer trials: their numbers, and what a summary says without an interval.
    pub fn inexact(&self, table: &Table) -> Vec<bool> {
        let is_inexact = |column: &str| {
            let has_interval = table.numbers(&format!("{column}_low")).is_some();
            let is_number = table.numbers(column).is_some();
            column == "trials"
                || self.summary.is_some() && is_number && !has_interval && column != "predicted"
        };
        self.columns.iter().map(|(_, column)| is_inexact(column)).collect()
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
        return Ok(texts[row].as_deref().map_or("-".to_owned(), escaped));
    }
    let ends = (numbers(&format!("{column}_low")).flatten(), numbers(&format!("{column}_high")).flatten());
    // The boundary of a search is an interval without a best value.
    if let (None, (Some(low), Some(high))) = (table.numbers(column), ends) {
        return Ok(interval_text(0.5 * (low + high), low, high));
    }
    match (numbers(column).ok_or_else(|| no_column(column))?, ends) {
        (None, _) => Ok("-".to_owned()),
        (Some(value), (Some(low), Some(high))) => Ok(interval_text(value, low, high)),
        // A count is exact.
        (Some(value), _) if value.fract() == 0.0 => Ok(significant(value, 15)),
        (Some(value), _) => Ok(significant(value, 5)),
    }
}

/// Text in a cell: `|` would begin the next one.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A README with its tables as they should be, which are as many.
pub fn rewritten(readme: &str, tables: &[(Described, String)]) -> String {
    let (mut text, mut from) = (String::new(), 0);
    for (described, rendered) in tables {
        text.push_str(&readme[from..described.place.start]);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        match readme.contains("\r\n") {
            true => text.push_str(&rendered.replace('\n', "\r\n")),
            false => text.push_str(rendered),
        }
        from = described.place.end;
    }
    text + &readme[from..]
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
    fn a_comment_is_one_whatever_its_white_space() {
        for readme in [
            README.replace('\n', "\r\n"),
            README.replace("<!-- table\n", "<!--table \n"),
            README.replace("<!-- table\n", "<!--\n  table\n"),
            README.replace("-->\n", "-->  \n\n"),
            README.replace("\n-->", " -->"),
        ] {
            let found = tables(&readme).unwrap();
            assert_eq!(found.len(), 1, "{readme:?}");
            assert_eq!(found[0].written(&readme).lines().count(), 3, "{readme:?}");
            let again = rewritten(&readme, &[(found[0].clone(), "| new |\n".to_owned())]);
            assert!(
                again.contains("| new |") && again.ends_with(readme.lines().last().unwrap().trim_end())
                    || again.contains("End."),
                "{again:?}"
            );
            assert_eq!(again.contains("\r\n"), !again.replace("\r\n", "").contains('\n'), "{again:?}");
        }
        assert_eq!(tables("<!-- tables of old -->\n<!-- a table -->\n").unwrap().len(), 0);
    }

    #[test]
    fn a_bar_does_not_begin_another_cell() {
        let readme = README.replace("\"μ\"", "\"|μ|\"").replace("where = { depth = [1, 2] }\n", "");
        let table = records(&serde_json::json!([{"depth": 1, "root_bias": 2.5}])).unwrap();
        let rendered = tables(&readme).unwrap()[0].render(&table).unwrap();
        assert_eq!(rendered, "| L | \\|μ\\| |\n|---|---|\n| 1 | 2.5 |\n");
    }

    #[test]
    fn what_describes_no_table_is_refused_with_its_line() {
        for (comment, said) in [
            ("columns = 3", "`columns`"),
            ("columns = [[\"L\"]]", "pairs"),
            ("columns = [[\"L\", \"depth\"]]\nrows = 3", "`rows`"),
            ("columns = [[\"L\", \"depth\"]]\ndata = \"../x.toml\"", "folder"),
            ("columns = [[\"L\"", "line 2"),
            ("columns = [[\"L\", \"depth\"]]\nsummary = 3", "`summary`"),
        ] {
            let error = tables(&format!("a\n<!-- table\n{comment}\n-->\n")).unwrap_err().to_string();
            assert!(error.contains(said), "{comment}: {error}");
        }
        assert!(tables("<!-- table\ncolumns = []\n").is_err(), "without an end");
    }
}
