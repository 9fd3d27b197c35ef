//! Which optimum a scenario looks for: where a metric is highest or lowest, over the ranges of some parameters.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_models::registry::{Parameter, ParameterError, Value};

use super::document::{Content, Document, Entry, Table};
use super::plan::Range;
use super::read::table;
use super::{HalfWidth, StopSpec};
use crate::problem::{Outcome, Problem};

/// Trials before the first look at a point.
const FIRST_LOOK: u64 = 1024;

/// New points per round.
const POINTS: usize = 16;

/// Most points per round: a search compares all of them with each other.
const MOST_POINTS: i64 = 1000;

/// `[optimize]`: every cell of the sweep is a search for the best values of some parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimumSpec {
    /// The metric.
    pub quantity: String,
    /// Whether the highest or the lowest value is looked for.
    pub goal: Goal,
    /// New points per round.
    pub points: usize,
    /// Trials before the first look at a point.
    pub first_look: u64,
    /// A range per parameter.
    pub ranges: Vec<Range>,
}

/// Which value of a metric is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The highest.
    Maximize,
    /// The lowest.
    Minimize,
}

impl OptimumSpec {
    /// Reads `[optimize]`, over a model of these parameters.
    pub(super) fn read(document: &Document, root: &Table, parameters: &[Parameter]) -> Outcome<Option<Self>> {
        let (Some(own), Some(entry)) = (table(document, root, "optimize")?, root.get("optimize")) else {
            return Ok(None);
        };
        own.allow(document, &["quantity", "goal", "points", "first_look", "ranges"])?;
        if let Some(other) = root.get("boundary") {
            let sentence = "a scenario has [boundary] or [optimize], not both";
            return Err(document.problem(&other.span, sentence, "the other search"));
        }
        let missing =
            |key: &str| document.problem(&entry.span, format!("[optimize] has no `{key}`"), "incomplete");
        let quantity = match own.get("quantity").map(|entry| &entry.node) {
            None => return Err(missing("quantity")),
            Some(node) => match &node.content {
                Content::Scalar(Value::Text(name)) => name.clone(),
                _ => {
                    let sentence = format!("`quantity` is the name of a metric; found {}", node.describe());
                    return Err(document.problem(&node.span, sentence, "not a name"));
                }
            },
        };
        let goal = goal(document, own.get("goal").ok_or_else(|| missing("goal"))?)?;
        let mut ranges = Vec::new();
        for entry in table(document, own, "ranges")?.iter().flat_map(|table| table.iter()) {
            let Some(parameter) = parameters.iter().find(|parameter| parameter.key == entry.key) else {
                let problem = Problem::parameters(&ParameterError::unknown(&entry.key, parameters));
                return Err(problem.at(&document.source, entry.span.clone(), "unknown parameter"));
            };
            let range = Range::read(document, entry, parameter)?;
            if range.is_list() {
                let sentence = format!("`{}` is optimized between two numbers, not over a list", entry.key);
                return Err(document.problem(&entry.node.span, sentence, "a list").help("sweep over a list"));
            }
            ranges.push(range);
        }
        if ranges.is_empty() {
            let help = "write [optimize.ranges] with a line such as x = { from = 0, to = 1 }";
            return Err(missing("ranges").help(help));
        }
        let points = whole(document, own, "points", POINTS as i64, 4..=MOST_POINTS)? as usize;
        let first_look = whole(document, own, "first_look", FIRST_LOOK as i64, 1..=i64::MAX)? as u64;
        Ok(Some(Self { quantity, goal, points, first_look, ranges }))
    }

    /// Refuses a quantity that is no metric, or a stopping rule that is no number of trials that suffices.
    pub(super) fn check(&self, metrics: &[&str], stop: &StopSpec) -> Outcome<()> {
        if let Some(HalfWidth(_)) = stop.half_width {
            let sentence = "[optimize] spends the trials of [stop], and has no half-width";
            return Err(Problem::input(sentence).help("what it found says how far from the best it may be"));
        }
        let (least, most) = (self.least_trials(), stop.rule()?.trials());
        if least > most {
            let sentence = format!(
                "{} points with a first look after {} trials are more than the {most} trials of [stop]",
                self.points, self.first_look
            );
            return Err(Problem::input(sentence));
        }
        if metrics.contains(&self.quantity.as_str()) {
            return Ok(());
        }
        Err(Problem::no_metric(&self.quantity, metrics))
    }

    /// Trials of the first look at the points of a round.
    pub fn least_trials(&self) -> u64 {
        (self.points as u64).saturating_mul(self.first_look)
    }

    /// What is wrong with giving a parameter that is optimized a value; `None` for every other key.
    pub(super) fn refuses(&self, key: &str) -> Option<String> {
        let optimized = self.ranges.iter().any(|range| range.key == key);
        optimized.then(|| format!("[optimize] looks for the best `{key}`; it has no other value"))
    }
}

impl fmt::Display for OptimumSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let goal = if self.goal == Goal::Maximize { "highest" } else { "lowest" };
        let ranges: Vec<String> = self.ranges.iter().map(Range::to_string).collect();
        let Self { quantity, points, first_look, .. } = self;
        write!(f, "{goal} {quantity} over {}, {points} points, first look {first_look}", ranges.join(", "))
    }
}

fn goal(document: &Document, entry: &Entry) -> Outcome<Goal> {
    match &entry.node.content {
        Content::Scalar(Value::Text(name)) if name == "maximize" => Ok(Goal::Maximize),
        Content::Scalar(Value::Text(name)) if name == "minimize" => Ok(Goal::Minimize),
        _ => {
            let sentence = format!("`goal` is maximize or minimize; found {}", entry.node.describe());
            Err(document.problem(&entry.node.span, sentence, "no such goal"))
        }
    }
}

/// A whole number between two bounds, if it is given.
fn whole(
    document: &Document,
    own: &Table,
    key: &str,
    default: i64,
    allowed: std::ops::RangeInclusive<i64>,
) -> Outcome<i64> {
    let Some(entry) = own.get(key) else { return Ok(default) };
    match entry.node.content {
        Content::Scalar(Value::Integer(n)) if allowed.contains(&n) => Ok(n),
        _ => {
            let most = match *allowed.end() {
                i64::MAX => String::new(),
                most => format!(" to {most}"),
            };
            let sentence = format!(
                "`{key}` is a whole number from {}{most}; found {}",
                allowed.start(),
                entry.node.describe()
            );
            Err(document.problem(&entry.node.span, sentence, "found here"))
        }
    }
}
