//! Tables as they are written against tables as the data have them.

/// A number of a table with its interval, as it is written.
fn parsed(cell: &str) -> Option<(f64, f64, f64)> {
    let (value, rest) = cell.split_once(" [")?;
    let (low, high) = rest.strip_suffix(']')?.split_once(", ")?;
    Some((value.parse().ok()?, low.parse().ok()?, high.parse().ok()?))
}

/// How many cells of tables were compared, and those that do not agree, as `written` and `found`.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Cells below the headings.
    pub compared: usize,
    /// What does not agree.
    pub unlike: Vec<(String, String)>,
}

impl Comparison {
    /// Compares two tables, without the columns that are `left_out`. Numbers without an interval are exact and must be written alike; those with one
    /// may differ by `tolerance` times the sum of their intervals' widths, or must be written alike if it is zero. Where they may differ they may
    /// change the order of rows that are sorted by them: those are compared that begin alike.
    pub fn add(&mut self, written: &str, found: &str, left_out: &[bool], tolerance: f64) {
        let found = if tolerance > 0.0 { in_order_of(written, found) } else { found.to_owned() };
        let (mut old, mut new) = (written.lines(), found.lines());
        for index in 0.. {
            let (old, new) = match (old.next(), new.next()) {
                (None, None) => break,
                (old, new) => (old.unwrap_or(NO_LINE), new.unwrap_or(NO_LINE)),
            };
            let (was, is) = (cells(old), cells(new));
            let is_body = index >= 2;
            self.compared += if is_body {
                is.len() - left_out.iter().filter(|out| **out).count().min(is.len())
            } else {
                0
            };
            if was.len() != is.len() {
                self.unlike.push((old.to_owned(), new.to_owned()));
                continue;
            }
            let compared = was.into_iter().zip(is).enumerate();
            let compared = compared.filter(|(column, _)| !left_out.get(*column).is_some_and(|out| *out));
            self.unlike.extend(compared.map(|(_, pair)| pair).filter(|(was, is)| !alike(was, is, tolerance)));
        }
    }
}

/// The table `found` with its rows in the order of those of `written` that have the same first cell; as it is where first cells are not the same,
/// or not different from each other.
fn in_order_of(written: &str, found: &str) -> String {
    let first = |line: &str| cells(line).into_iter().next().unwrap_or_default();
    let rows: Vec<&str> = found.lines().skip(2).collect();
    let order: Vec<String> = written.lines().skip(2).map(first).collect();
    let of = |name: &String| {
        let mut alike = rows.iter().filter(|row| first(row) == *name);
        alike.next().filter(|_| alike.next().is_none()).copied()
    };
    match order.iter().map(of).collect::<Option<Vec<&str>>>() {
        Some(sorted) if sorted.len() == rows.len() => {
            found.lines().take(2).chain(sorted).map(|line| format!("{line}\n")).collect()
        }
        _ => found.to_owned(),
    }
}

const NO_LINE: &str = "(no line)";

fn cells(line: &str) -> Vec<String> {
    line.split(" | ").map(|cell| cell.trim_matches([' ', '|']).to_owned()).collect()
}

fn alike(was: &str, is: &str, tolerance: f64) -> bool {
    match (parsed(was), parsed(is)) {
        (Some(was), Some(is)) if tolerance > 0.0 => {
            let widths = (was.2 - was.1) + (is.2 - is.1);
            (was.0 - is.0).abs() <= tolerance * widths
        }
        _ => was == is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_are_alike_and_simulated_ones_near() {
        let compared = |a: &str, b: &str, tolerance| {
            let mut comparison = Comparison::default();
            comparison.add(a, b, &[], tolerance);
            comparison
        };
        let unlike = |a: &str, b: &str, tolerance| compared(a, b, tolerance).unlike.len();
        let table = "| L | μ |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |\n";
        assert_eq!(compared(table, table, 0.0).compared, 6, "headings are no numbers");
        let mut without = Comparison::default();
        without.add(table, &table.replace('6', "7"), &[false, true], 0.0);
        assert_eq!((without.compared, without.unlike.len()), (3, 0));
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.50 [0.40, 0.60] |", 0.0), 0);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.52 [0.42, 0.62] |", 0.0), 1);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.52 [0.42, 0.62] |", 1.0), 0);
        assert_eq!(unlike("| 1 | 0.50 [0.40, 0.60] |", "| 1 | 0.95 [0.90, 1.00] |", 1.0), 1);
        assert_eq!(unlike("| 1.6 | 0.50 [0.40, 0.60] |", "| 1.7 | 0.50 [0.40, 0.60] |", 1.0), 1);
        assert_eq!(unlike("| 1 |\n| 2 |", "| 1 |", 1.0), 1);
    }

    #[test]
    fn rows_that_are_sorted_by_estimates_are_compared_by_their_names() {
        let unlike = |a: &str, b: &str, tolerance| {
            let (head, mut comparison) = ("| p | swing |\n|---|---|\n", Comparison::default());
            comparison.add(&format!("{head}{a}"), &format!("{head}{b}"), &[], tolerance);
            comparison.unlike.len()
        };
        let (a, b) = (
            "| a | 0.50 [0.40, 0.60] |\n| b | 0.45 [0.35, 0.55] |\n",
            "| b | 0.51 [0.41, 0.61] |\n| a | 0.49 [0.39, 0.59] |\n",
        );
        assert_eq!(unlike(a, b, 1.0), 0);
        assert_eq!(unlike(a, b, 0.0), 4, "with all trials the order is that of the README, too");
        assert_eq!(unlike(a, &b.replace("| a |", "| c |"), 1.0), 2, "another parameter is no other order");
        assert_eq!(unlike(a, &b.replace("| a |", "| b |"), 1.0), 1, "two of one name have no order");
    }
}
