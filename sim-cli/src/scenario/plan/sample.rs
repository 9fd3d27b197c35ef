//! Points in the ranges of some parameters: random, a Latin hypercube, or the Sobol sequence; alone, or as Saltelli's scheme asks for them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_core::design::{Design, Filling, screening};
use sim_core::random::{Address, Entity, Family, Purpose, Streams};
use sim_models::registry::{Kind, Parameter, Value, number};

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
    /// Which cells belong to a point where sensitivity is asked for.
    #[serde(default, skip_serializing_if = "Scheme::is_default")]
    pub scheme: Scheme,
}

/// How sensitivity is found, and which cells that takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Sobol indices by Saltelli's scheme: two cells per point and one more per range.
    #[default]
    Sobol,
    /// Morris's screening: every point is a trajectory of one cell and one more per range.
    Morris,
    /// One parameter at a time: the middle of all ranges, and both ends of each. There is one point.
    Tornado,
}

impl Scheme {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
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
        let (sensitivity, scheme) = match table(document, root, "sensitivity")? {
            None => (None, Scheme::Sobol),
            Some(table) => (Some(quantity(document, root, table)?), scheme(document, table)?),
        };
        let (method, points) = match scheme {
            Scheme::Tornado => {
                if let Some(entry) = own.get("method").or(own.get("points")) {
                    let sentence =
                        format!("a tornado has no `{}`: its cells follow from the ranges", entry.key);
                    return Err(document.problem(&entry.span, sentence, "not with a tornado"));
                }
                (Filling::Random, 1)
            }
            Scheme::Sobol | Scheme::Morris => (
                method(document, own.get("method").ok_or_else(|| missing("method"))?)?,
                points(document, own.get("points").ok_or_else(|| missing("points"))?)?,
            ),
        };
        let mut ranges = Vec::new();
        for entry in table(document, own, "ranges")?.iter().flat_map(|table| table.iter()) {
            ranges.push(Range::read(document, entry, find(entry)?)?);
        }
        if ranges.is_empty() {
            return Err(
                missing("ranges").help("write [sample.ranges] with a line such as x = { from = 0, to = 1 }")
            );
        }
        let sample = Self { method, points, ranges, sensitivity, scheme };
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
        Err(problem.among(quantity, &names))
    }

    /// Cells that belong to one point.
    pub fn cells_per_point(&self) -> usize {
        match (&self.sensitivity, self.scheme) {
            (None, _) => 1,
            // A, B and every AB_i.
            (Some(_), Scheme::Sobol) => self.ranges.len() + 2,
            // The start and every move.
            (Some(_), Scheme::Morris) => self.ranges.len() + 1,
            // The middle and both ends of every range.
            (Some(_), Scheme::Tornado) => 2 * self.ranges.len() + 1,
        }
    }

    fn dimensions(&self) -> usize {
        let twice = self.sensitivity.is_some() && self.scheme == Scheme::Sobol;
        if twice { 2 * self.ranges.len() } else { self.ranges.len() }
    }

    /// The sampled parameters.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.ranges.iter().map(|range| range.key.as_str())
    }

    /// The moves of Morris's trajectory number `point`, in their order: which range, and how much of it, up or down.
    pub fn moves(&self, point: usize, seed: u64) -> Vec<(usize, f64)> {
        let streams = Streams::new(seed, Purpose::SamplingPlan, Family::common());
        let design = Design::new(self.method, self.points as u64, &streams);
        let of_range = |(i, range): (usize, &Range)| {
            let (before, after) =
                screening::move_of(design.coordinate(point as u64, i, Entity::named(&range.key)));
            (place_of_move(&streams, point, range), (i, after - before))
        };
        let mut moves: Vec<(u64, (usize, f64))> = self.ranges.iter().enumerate().map(of_range).collect();
        moves.sort_by_key(|(place, (i, _))| (*place, *i));
        moves.into_iter().map(|(_, step)| step).collect()
    }

    /// The parameters of a cell. Where sensitivity is asked for, the cells of a base point follow each other: A, B, AB_1, AB_2, …; the start of a
    /// trajectory and its moves; or the middle and both ends of each range.
    pub(in crate::scenario) fn point(
        &self,
        index: usize,
        seed: u64,
    ) -> impl Iterator<Item = (String, Value)> {
        let streams = Streams::new(seed, Purpose::SamplingPlan, Family::common());
        let (point, member) = (index / self.cells_per_point(), index % self.cells_per_point());
        let moves = if self.scheme == Scheme::Morris { self.moves(point, seed) } else { Vec::new() };
        self.ranges.iter().enumerate().map(move |(i, range)| {
            let design = Design::new(self.method, self.points as u64, &streams);
            let own = || design.coordinate(point as u64, i, Entity::named(&range.key));
            let share = match (&self.sensitivity, self.scheme) {
                (Some(_), Scheme::Sobol) if member == 1 || member == i + 2 => {
                    // The second sample has dimensions and names of its own.
                    let again = Entity::named(&format!("{} again", range.key));
                    design.coordinate(point as u64, i + self.ranges.len(), again)
                }
                (None, _) | (Some(_), Scheme::Sobol) => own(),
                (Some(_), Scheme::Morris) => {
                    let (before, after) = screening::move_of(own());
                    if moves.iter().take(member).any(|(moved, _)| *moved == i) { after } else { before }
                }
                (Some(_), Scheme::Tornado) if member == 2 * i + 1 => 0.0,
                (Some(_), Scheme::Tornado) if member == 2 * i + 2 => 1.0,
                (Some(_), Scheme::Tornado) => 0.5,
            };
            (range.key.clone(), range.values.at(share))
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

/// When in its trajectory a range is moved: the smallest number first.
fn place_of_move(streams: &Streams, point: usize, range: &Range) -> u64 {
    streams.open(Address::trial(point as u64).entity(Entity::named(&range.key)).index(1)).bits()
}

/// How the sensitivity of `[sensitivity]` is found.
fn scheme(document: &Document, own: &Table) -> Outcome<Scheme> {
    let Some(entry) = own.get("method") else { return Ok(Scheme::default()) };
    match &entry.node.content {
        Content::Scalar(Value::Text(name)) if name == "sobol" => Ok(Scheme::Sobol),
        Content::Scalar(Value::Text(name)) if name == "morris" => Ok(Scheme::Morris),
        Content::Scalar(Value::Text(name)) if name == "tornado" => Ok(Scheme::Tornado),
        _ => {
            let sentence = format!("`method` is sobol, morris or tornado; found {}", entry.node.describe());
            Err(document.problem(&entry.node.span, sentence, "no such method"))
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
    own.allow(document, &["quantity", "method"])?;
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

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.values {
            Span::List(values) => write!(f, "{} in {}", self.key, Value::List(values.clone())),
            Span::Between { from, to, spacing, .. } => {
                let evenly = if *spacing == Spacing::Logarithmic { " (logarithmic)" } else { "" };
                write!(f, "{} from {} to {}{evenly}", self.key, number(*from), number(*to))
            }
        }
    }
}

impl Range {
    /// The value at a share in [0, 1] of the range.
    pub fn at(&self, share: f64) -> Value {
        self.values.at(share)
    }

    /// Whether it is a list, in which neighbors need not be like each other.
    pub fn is_list(&self) -> bool {
        matches!(self.values, Span::List(_))
    }

    /// Reads `{ list }`, `{ from, to }` or `{ log_from, log_to }`.
    pub(in crate::scenario) fn read(
        document: &Document,
        entry: &Entry,
        parameter: &Parameter,
    ) -> Outcome<Self> {
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
    /// The value at a share in [0, 1] of the range. Real numbers are rounded to 12 digits, whole ones keep both ends as likely as the others.
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
