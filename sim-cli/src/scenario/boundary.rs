//! Which boundary a scenario looks for: where a metric crosses a level, along one parameter.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_core::monte_carlo::Precision;
use sim_models::registry::{Parameter, Value, Values, nearest, number};

use super::axis::{Axis, Spacing};
use super::document::{Document, Table};
use super::read::table;
use super::reader::Reader;
use super::{HalfWidth, StopSpec};
use crate::problem::{Outcome, Problem};

/// Trials before the first look at a point.
const FIRST_LOOK: u64 = 1024;

/// `[boundary]`: every cell of the sweep is a search for the value of one parameter at which a metric has a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundarySpec {
    /// The metric.
    pub quantity: String,
    /// Where it crosses.
    #[serde(default)]
    pub level: Level,
    /// The parameter along which it is looked for.
    pub along: String,
    /// Lower end of where it is looked for.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Whether differences or ratios along the parameter count.
    #[serde(default, skip_serializing_if = "Spacing::is_linear")]
    pub spacing: Spacing,
    /// Trials before the first look at a point, or all of them if they are fewer.
    pub first_look: u64,
    /// The axis whose values go to zero: the boundary there is extrapolated from those at its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vanishing: Option<String>,
    /// The prediction that the boundary at zero should come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// Where a metric crosses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Level {
    /// At a number.
    Number(f64),
    /// At the value of a parameter.
    Parameter(String),
}

impl Default for Level {
    fn default() -> Self {
        Self::Number(0.0)
    }
}

impl Level {
    /// The level at these values; `None` if the parameter is no number there.
    pub fn at(&self, values: &Values) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Parameter(key) => values.get(key)?.as_number(),
        }
    }
}

impl BoundarySpec {
    /// Reads `[boundary]`, over a model of these parameters.
    pub(super) fn read(document: &Document, root: &Table, parameters: &[Parameter]) -> Outcome<Option<Self>> {
        const KEYS: [&str; 10] = [
            "quantity",
            "level",
            "along",
            "from",
            "to",
            "log_from",
            "log_to",
            "first_look",
            "vanishing",
            "limit",
        ];
        let Some(reader) = Reader::open(document, root, "boundary", &KEYS)? else { return Ok(None) };
        let quantity = reader.name("quantity")?.ok_or_else(|| reader.missing("quantity"))?;
        let along = reader.name("along")?.ok_or_else(|| reader.missing("along"))?;
        let parameter = reader.parameter("along", &along, parameters)?;
        let logarithmic = reader.has("log_from") || reader.has("log_to");
        let (spacing, from_key, to_key) = match logarithmic {
            true => (Spacing::Logarithmic, "log_from", "log_to"),
            false => (Spacing::Linear, "from", "to"),
        };
        if let Some(other) = ["from", "to"].into_iter().find(|key| logarithmic && reader.has(key)) {
            let sentence =
                format!("[boundary] has `{other}` beside a logarithmic end; write log_from and log_to");
            return Err(reader.refuse(other, sentence));
        }
        let (from, to) = (reader.end(from_key, parameter)?, reader.end(to_key, parameter)?);
        if from >= to {
            let (from, to) = (number(from), number(to));
            let sentence =
                format!("[boundary] goes from one number up to a larger one; found {from} and {to}");
            return Err(reader.refuse(to_key, sentence));
        }
        if logarithmic && from <= 0.0 {
            let sentence = format!("a logarithmic search has positive ends; found {}", number(from));
            return Err(reader.refuse(from_key, sentence));
        }
        let level = reader.level(parameters)?.unwrap_or_default();
        let first_look = reader.count("first_look", "trials")?.unwrap_or(FIRST_LOOK);
        let (vanishing, limit) = (reader.name("vanishing")?, reader.name("limit")?);
        if limit.is_some() && vanishing.is_none() {
            return Err(reader.refuse("limit", "`limit` is that of a `vanishing` axis, which is missing"));
        }
        Ok(Some(Self { quantity, level, along, from, to, spacing, first_look, vanishing, limit }))
    }

    /// Refuses a vanishing axis that is none of these, or has nothing to extrapolate from.
    pub(super) fn check_vanishing(&self, document: &Document, axes: &[Axis]) -> Outcome<()> {
        let Some(key) = &self.vanishing else { return Ok(()) };
        let root = &document.root;
        let refuse = |sentence: String| {
            let own = table(document, root, "boundary").ok().flatten();
            let span = own.and_then(|own| own.get("vanishing")).map_or(0..0, |entry| entry.node.span.clone());
            document.problem(&span, sentence, "found here")
        };
        let Some(axis) = axes.iter().find(|axis| axis.key == *key) else {
            let names: Vec<&str> = axes.iter().map(|axis| axis.key.as_str()).collect();
            let problem = refuse(format!("`{key}` is no axis of the sweep, so it cannot vanish"));
            return Err(match nearest(key, names.iter().copied()) {
                Some(nearest) => problem.help(format!("did you mean `{nearest}`?")),
                None => problem.help(format!("give `{key}` two values or more in [sweep]")),
            });
        };
        let mut sizes: Vec<f64> = axis.values.iter().filter_map(Value::as_number).map(f64::abs).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        if sizes.len() < axis.values.len() || sizes.len() < 2 || sizes.first() == Some(&0.0) {
            return Err(refuse(format!(
                "`{key}` vanishes from two or more numbers of different size, none of them 0"
            )));
        }
        Ok(())
    }

    /// Refuses a quantity that is no metric, or a stopping rule that is no width of a boundary.
    pub(super) fn check(&self, metrics: &[&str], stop: &StopSpec) -> Outcome<()> {
        match (stop.half_width, self.spacing) {
            (Some(half_width @ HalfWidth(Precision::Relative(_))), Spacing::Linear) => {
                let sentence = format!(
                    "the half-width of a boundary is a number in the unit of `{}`; found {half_width}",
                    self.along
                );
                return Err(Problem::input(sentence));
            }
            (Some(half_width @ HalfWidth(Precision::Absolute(_))), Spacing::Logarithmic) => {
                let sentence = format!(
                    "the half-width of a boundary on a logarithmic scale is a percentage; found {half_width}"
                );
                return Err(Problem::input(sentence).help("write half_width = \"5 %\""));
            }
            (Some(half_width @ HalfWidth(Precision::Relative(share))), Spacing::Logarithmic)
                if share >= 1.0 =>
            {
                let sentence = format!("the half-width of a boundary is less than 100 %; found {half_width}");
                return Err(Problem::input(sentence));
            }
            _ => {}
        }
        let trials = stop.rule()?.trials();
        if self.first_look > trials && self.first_look != FIRST_LOOK {
            let sentence = format!(
                "a first look after {} trials is later than the {trials} trials of [stop]",
                self.first_look
            );
            return Err(Problem::input(sentence));
        }
        if metrics.contains(&self.quantity.as_str()) {
            return Ok(());
        }
        Err(Problem::no_metric(&self.quantity, metrics))
    }

    /// What is wrong with giving the parameter that is looked along a value; `None` for every other key.
    pub(super) fn refuses(&self, key: &str) -> Option<String> {
        let (from, to) = (number(self.from), number(self.to));
        (key == self.along)
            .then(|| format!("[boundary] looks along `{key}` from {from} to {to}; it has no other value"))
    }
}

/// What the search is, without what is made of its result.
impl fmt::Display for BoundarySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match &self.level {
            Level::Number(level) => number(*level),
            Level::Parameter(key) => key.clone(),
        };
        let (from, to) = (number(self.from), number(self.to));
        write!(f, "{} = {level} along {} from {from} to {to}", self.quantity, self.along)?;
        if !self.spacing.is_linear() {
            f.write_str(" on a logarithmic scale")?;
        }
        if self.first_look == FIRST_LOOK { Ok(()) } else { write!(f, ", first look {}", self.first_look) }
    }
}
