//! Points in the ranges of some parameters: random, a Latin hypercube, or the Sobol sequence; alone, or as Saltelli's scheme asks for them.

use serde::{Deserialize, Serialize};
use sim_core::design::{Design, Filling};
use sim_core::random::{Entity, Family, Purpose, Streams};
use sim_models::registry::{Kind, Parameter, Value, nearest};

use super::Find;
use crate::problem::{Outcome, Problem};
use crate::scenario::axis::{self, Axis, Spacing};
use crate::scenario::document::{Content, Document, Entry, Table};
use crate::scenario::quantities::Quantities;
use crate::scenario::read::table;
use crate::scenario::{MOST_CELLS, given};

/// Points in the ranges of some parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// How they fill the ranges.
    pub method: Filling,
    /// Number of points; of base points where sensitivity is asked for.
    pub points: usize,
    /// A range per parameter.
    pub ranges: Vec<Range>,
    /// The metric or prediction whose sensitivity to the parameters is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<String>,
}

/// Where a sampled parameter lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The parameter.
    pub key: String,
    /// Its values.
    values: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Span {
    /// All of these are equally likely.
    List(Vec<Value>),
    /// Uniform between two numbers; whole numbers with both ends.
    Between { from: f64, to: f64, spacing: Spacing, whole: bool },
}

impl Sample {
    /// Reads `[sample]` and `[sensitivity]`.
    pub(super) fn read(document: &Document, root: &Table, find: &Find<'_>) -> Outcome<Option<Self>> {
        let Some(entry) = root.get("sample") else {
            return match root.get("sensitivity") {
                None => Ok(None),
                Some(entry) => {
                    let problem = document.problem(&entry.span, "[sensitivity] needs a [sample]", "alone");
                    Err(problem.help("give the ranges of the parameters in [sample.ranges]"))
                }
            };
        };
        let Some(own) = table(document, root, "sample")? else { return Ok(None) };
        own.allow(document, &["method", "points", "ranges"])?;
        let missing =
            |key: &str| document.problem(&entry.span, format!("[sample] has no `{key}`"), "incomplete");
        let method = method(document, own.get("method").ok_or_else(|| missing("method"))?)?;
        let points = points(document, own.get("points").ok_or_else(|| missing("points"))?)?;
        let mut ranges = Vec::new();
        for entry in table(document, own, "ranges")?.iter().flat_map(|table| table.iter()) {
            ranges.push(Range::read(document, entry, find(entry)?)?);
        }
        if ranges.is_empty() {
            return Err(
                missing("ranges").help("write [sample.ranges] with a line such as x = { from = 0, to = 1 }")
            );
        }
        let sensitivity = match table(document, root, "sensitivity")? {
            None => None,
            Some(table) => Some(quantity(document, root, table)?),
        };
        let sample = Self { method, points, ranges, sensitivity };
        if sample.dimensions() > method.most_dimensions() {
            let (most, found) = (method.most_dimensions(), sample.dimensions());
            let sentence =
                format!("a Sobol sequence has at most {most} dimensions; [sample.ranges] needs {found}");
            return Err(document.problem(&entry.span, sentence, "too many"));
        }
        Ok(Some(sample))
    }

    /// Number of cells.
    pub fn size(&self) -> usize {
        self.points.saturating_mul(self.cells_per_point())
    }

    /// Refuses a sensitivity of what is none of these quantities.
    pub(in crate::scenario) fn check_quantity(&self, known: &Quantities) -> Outcome<()> {
        let Some(quantity) = &self.sensitivity else { return Ok(()) };
        let names = [known.metrics(), known.predictions()].concat();
        if names.contains(&quantity.as_str()) {
            return Ok(());
        }
        let problem = Problem::input(format!("`{quantity}` is neither a metric nor a prediction"));
        Err(match nearest(quantity, names.iter().copied()) {
            Some(nearest) => problem.help(format!("did you mean `{nearest}`?")),
            None => problem.help(format!("possible: {}", names.join(", "))),
        })
    }

    /// Cells that belong to one point: A, B and every AB_i where sensitivity is asked for.
    fn cells_per_point(&self) -> usize {
        if self.sensitivity.is_some() { self.ranges.len() + 2 } else { 1 }
    }

    fn dimensions(&self) -> usize {
        if self.sensitivity.is_some() { 2 * self.ranges.len() } else { self.ranges.len() }
    }

    /// The sampled parameters.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.ranges.iter().map(|range| range.key.as_str())
    }

    /// The parameters of a cell. Where sensitivity is asked for, the cells of a base point follow each other: A, B, AB_1, AB_2, …
    pub(in crate::scenario) fn point(
        &self,
        index: usize,
        seed: u64,
    ) -> impl Iterator<Item = (String, Value)> {
        let streams = Streams::new(seed, Purpose::SamplingPlan, Family::common());
        let (point, member) = (index / self.cells_per_point(), index % self.cells_per_point());
        self.ranges.iter().enumerate().map(move |(i, range)| {
            let design = Design::new(self.method, self.points as u64, &streams);
            let from_b = member == 1 || member == i + 2;
            // The second sample has dimensions and names of its own.
            let (dimension, name) = match from_b {
                false => (i, Entity::named(&range.key)),
                true => (i + self.ranges.len(), Entity::named(&format!("{} again", range.key))),
            };
            (range.key.clone(), range.values.at(design.coordinate(point as u64, dimension, name)))
        })
    }

    /// What of this sample `other` does not have, in words.
    pub(super) fn lost_in(&self, other: &Self) -> Option<String> {
        let grown = Self { points: other.points, ..self.clone() };
        if grown != *other {
            return Some(
                "[sample] has another method, other ranges or another [sensitivity] here".to_owned(),
            );
        }
        match (self.method.is_extensible(), other.points.cmp(&self.points)) {
            (_, std::cmp::Ordering::Equal) | (true, std::cmp::Ordering::Greater) => None,
            (true, _) => Some(format!("[sample] has {} points there and {} here", self.points, other.points)),
            (false, _) => Some(format!(
                "[sample] has {} points there and {} here, and in a Latin hypercube that moves all of them",
                self.points, other.points
            )),
        }
    }
}

fn method(document: &Document, entry: &Entry) -> Outcome<Filling> {
    match &entry.node.content {
        Content::Scalar(Value::Text(name)) if name == "random" => Ok(Filling::Random),
        Content::Scalar(Value::Text(name)) if name == "latin-hypercube" => Ok(Filling::LatinHypercube),
        Content::Scalar(Value::Text(name)) if name == "sobol" => Ok(Filling::Sobol),
        _ => {
            let sentence =
                format!("`method` is random, latin-hypercube or sobol; found {}", entry.node.describe());
            Err(document.problem(&entry.node.span, sentence, "no such method"))
        }
    }
}

fn points(document: &Document, entry: &Entry) -> Outcome<usize> {
    match entry.node.content {
        Content::Scalar(Value::Integer(n)) if n >= 1 && n as u64 <= MOST_CELLS as u64 => Ok(n as usize),
        _ => {
            let sentence =
                format!("`points` is a whole number from 1 to {MOST_CELLS}; found {}", entry.node.describe());
            Err(document.problem(&entry.node.span, sentence, "not a number of points"))
        }
    }
}

/// The quantity of `[sensitivity]`, which has nothing but its sample to go over.
fn quantity(document: &Document, root: &Table, own: &Table) -> Outcome<String> {
    own.allow(document, &["quantity"])?;
    for other in ["sweep", "zip", "cells"] {
        if let Some(entry) = root.get(other) {
            let sentence = format!("[sensitivity] goes over [sample] alone; found `{other}`, too");
            return Err(document.problem(&entry.span, sentence, "not with [sensitivity]"));
        }
    }
    match own.get("quantity").map(|entry| &entry.node) {
        Some(node) => match &node.content {
            Content::Scalar(Value::Text(name)) => Ok(name.clone()),
            _ => {
                let sentence =
                    format!("`quantity` is the name of a metric or prediction; found {}", node.describe());
                Err(document.problem(&node.span, sentence, "not a name"))
            }
        },
        None => {
            let span = root.get("sensitivity").map_or(0..0, |entry| entry.span.clone());
            Err(document.problem(&span, "[sensitivity] has no `quantity`", "incomplete"))
        }
    }
}

impl Range {
    /// Reads `{ list }`, `{ from, to }` or `{ log_from, log_to }`.
    fn read(document: &Document, entry: &Entry, parameter: &Parameter) -> Outcome<Self> {
        const FORMS: &str = "write { list = [...] }, { from = a, to = b } or { log_from = a, log_to = b }";
        let refuse =
            |sentence: String| document.problem(&entry.node.span, sentence, "not a range").help(FORMS);
        let Content::Table(table) = &entry.node.content else {
            return Err(refuse(format!(
                "the range `{}` is a table; found {}",
                entry.key,
                entry.node.describe()
            )));
        };
        let key = entry.key.clone();
        if table.get("list").is_some() {
            return Ok(Self { key, values: Span::List(Axis::read(document, entry, parameter)?.values) });
        }
        let (spacing, keys) = match table.get("log_from").or(table.get("log_to")) {
            Some(_) => (Spacing::Logarithmic, ["log_from", "log_to"]),
            None => (Spacing::Linear, ["from", "to"]),
        };
        table.allow(document, &keys)?;
        let whole = match parameter.kind {
            Kind::Integer { .. } => true,
            Kind::Real(_) => false,
            _ => return Err(refuse(format!("`{key}` is {}, which has no range", parameter.allowed()))),
        };
        let mut ends = [0.0; 2];
        for (end, name) in ends.iter_mut().zip(keys) {
            let part = table.get(name).ok_or_else(|| refuse(format!("the range `{key}` has no `{name}`")))?;
            *end = axis::end(document, &part.node, parameter)?;
            // Both ends are allowed, so whatever lies between them is.
            given::check(parameter, &Value::Real(*end))
                .map_err(|problem| problem.at(&document.source, part.node.span.clone(), "found here"))?;
        }
        let [from, to] = ends;
        if from >= to || spacing == Spacing::Logarithmic && from <= 0.0 {
            let positive = if spacing == Spacing::Logarithmic { "positive " } else { "" };
            return Err(refuse(format!(
                "the range `{key}` goes from one {positive}number up to a larger one; found {from} and {to}"
            )));
        }
        Ok(Self { key, values: Span::Between { from, to, spacing, whole } })
    }
}

impl Span {
    /// The value at a share in (0, 1) of the range. Real numbers are rounded to 12 digits, whole ones keep both ends as likely as the others.
    fn at(&self, share: f64) -> Value {
        match self {
            Self::List(values) => {
                let place = (share * values.len() as f64) as usize;
                values[place.min(values.len() - 1)].clone()
            }
            Self::Between { from, to, spacing, whole: false } => {
                Value::Real(axis::rounded(spacing.between(*from, *to, share)).clamp(*from, *to))
            }
            Self::Between { from, to, spacing, whole: true } => {
                let x = spacing.between(from - 0.5, to + 0.5, share);
                Value::Integer(libm::round(x).clamp(*from, *to) as i64)
            }
        }
    }
}
