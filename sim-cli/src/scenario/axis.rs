//! The axes of a sweep: which values a parameter takes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sim_models::registry::{Kind, Parameter, Value};

use super::document::{Content, Document, Entry, Node, Table};
use super::given;
use crate::problem::Outcome;

/// Most values of one axis; more is a slip of the pen.
const MOST_POINTS: usize = 1_000_000;

/// One axis of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// The parameter.
    pub key: String,
    /// Its values, in the order of the file.
    pub values: Vec<Value>,
}

impl Axis {
    /// Reads `{ list = [...] }`, `{ from, to, points }` or `{ log_from, log_to, points }`.
    pub fn read(document: &Document, entry: &Entry, parameter: &Parameter) -> Outcome<Self> {
        let axis = Self::read_repeating(document, entry, parameter)?;
        axis.refuse_repetition(document, entry)?;
        Ok(axis)
    }

    /// The same for an axis that may have a value twice, because it does not move alone.
    pub(super) fn read_repeating(document: &Document, entry: &Entry, parameter: &Parameter) -> Outcome<Self> {
        const FORMS: &str = "write { list = [...] }, { from = a, to = b, points = n } or { log_from = a, log_to = b, points = n }";
        let Content::Table(table) = &entry.node.content else {
            let sentence = format!("the axis `{}` is a table; found {}", entry.key, entry.node.describe());
            return Err(document.problem(&entry.node.span, sentence, "not an axis").help(FORMS));
        };
        let has = |key| table.get(key).is_some();
        let values = if has("list") {
            table.allow(document, &["list"])?;
            list(document, entry, table, parameter)?
        } else if has("log_from") || has("log_to") {
            table.allow(document, &["log_from", "log_to", "points"])?;
            range(document, entry, table, parameter, Spacing::Logarithmic)?
        } else if has("from") || has("to") {
            table.allow(document, &["from", "to", "points"])?;
            range(document, entry, table, parameter, Spacing::Linear)?
        } else {
            table.allow(document, &["list", "from", "to", "log_from", "log_to", "points"])?;
            let sentence = format!("the axis `{}` says neither a list nor a range", entry.key);
            return Err(document.problem(&entry.node.span, sentence, "not an axis").help(FORMS));
        };
        Ok(Self { key: entry.key.clone(), values })
    }

    fn refuse_repetition(&self, document: &Document, entry: &Entry) -> Outcome<()> {
        let mut seen = HashMap::new();
        for value in &self.values {
            let Some(earlier) = seen.insert(value.canonical(), value) else { continue };
            let (one, other) = (earlier.to_string(), value.to_string());
            let sentence = if one == other {
                format!("the axis `{}` has the value {one} twice", entry.key)
            } else {
                format!("the axis `{}` has {one} and {other}, which have the same content", entry.key)
            };
            return Err(document.problem(&entry.node.span, sentence, "the same cell twice"));
        }
        Ok(())
    }
}

/// What is equal between neighboring points of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Their difference.
    #[default]
    Linear,
    /// Their ratio.
    Logarithmic,
}

impl Spacing {
    /// Whether it is that of a linear scale.
    pub fn is_linear(&self) -> bool {
        *self == Self::Linear
    }

    /// The number at a share of the way between two ends.
    pub fn between(self, low: f64, high: f64, share: f64) -> f64 {
        match self {
            Self::Linear => low + share * (high - low),
            Self::Logarithmic => low * libm::pow(high / low, share),
        }
    }
}

fn list(document: &Document, entry: &Entry, table: &Table, parameter: &Parameter) -> Outcome<Vec<Value>> {
    let node = table.get("list").map_or(&entry.node, |list| &list.node);
    let Content::List(items) = &node.content else {
        let sentence = format!("`list` of the axis `{}` is a list; found {}", entry.key, node.describe());
        return Err(document.problem(&node.span, sentence, "not a list"));
    };
    if items.is_empty() {
        return Err(document.problem(&node.span, format!("the axis `{}` has no values", entry.key), "empty"));
    }
    items
        .iter()
        .map(|item| {
            if let Content::Table(_) = item.content
                && parameter.kind != Kind::Table
            {
                let sentence = format!("{} is not a value of `{}`", item.describe(), entry.key);
                return Err(document.problem(&item.span, sentence, "not a value"));
            }
            given::from_file(document, parameter, item)
        })
        .collect()
}

fn range(
    document: &Document,
    entry: &Entry,
    table: &Table,
    parameter: &Parameter,
    spacing: Spacing,
) -> Outcome<Vec<Value>> {
    let (from_key, to_key) = match spacing {
        Spacing::Linear => ("from", "to"),
        Spacing::Logarithmic => ("log_from", "log_to"),
    };
    let part = |key: &str| {
        table.get(key).map(|part| &part.node).ok_or_else(|| {
            document.problem(
                &entry.node.span,
                format!("the range `{}` has no `{key}`", entry.key),
                "incomplete",
            )
        })
    };
    let (from, to, points_node) = (part(from_key)?, part(to_key)?, part("points")?);
    let points = match points_node.content {
        Content::Scalar(Value::Integer(n)) if n >= 1 && n as u64 <= MOST_POINTS as u64 => n as usize,
        _ => {
            let sentence = format!(
                "`points` is a whole number from 1 to {MOST_POINTS}; found {}",
                points_node.describe()
            );
            return Err(document.problem(&points_node.span, sentence, "not a number of points"));
        }
    };
    let (low, high) = (end(document, from, parameter)?, end(document, to, parameter)?);
    if points == 1 && low != high {
        let sentence = format!("a range from {low} to {high} has at least 2 points; found 1");
        return Err(document.problem(&points_node.span, sentence, "too few"));
    }
    if spacing == Spacing::Logarithmic && !(low > 0.0 && high > 0.0) {
        let sentence = format!("a logarithmic range has positive ends; found {low} and {high}");
        return Err(document.problem(&entry.node.span, sentence, "not positive"));
    }
    (0..points)
        .map(|i| {
            let x = spaced(low, high, i, points, spacing);
            given::check(parameter, &Value::Real(x)).map_err(|problem| {
                let problem = problem.at(&document.source, entry.node.span.clone(), "found here");
                problem.help("choose `points` so that every value is allowed, or write a list")
            })
        })
        .collect()
}

/// A number at the end of a range; quantities with units are allowed.
pub(super) fn end(document: &Document, node: &Node, parameter: &Parameter) -> Outcome<f64> {
    let value = node.value();
    parameter.unit.read(&value).unwrap_or(value).as_number().ok_or_else(|| {
        let sentence = format!("the end of a range is a number; found {}", node.describe());
        document.problem(&node.span, sentence, "not a number")
    })
}

/// Point `i` of `points` between two ends. The ends are exact; points between them are rounded to 12 digits, so that
/// 0.1, 0.2, 0.3 come out as they are written.
fn spaced(low: f64, high: f64, i: usize, points: usize, spacing: Spacing) -> f64 {
    if i == 0 {
        return low;
    }
    if i + 1 == points {
        return high;
    }
    let share = i as f64 / (points - 1) as f64;
    rounded(spacing.between(low, high, share))
}

/// A number rounded to 12 digits.
pub(super) fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}
