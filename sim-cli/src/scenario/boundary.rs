//! Which boundary a scenario looks for: where a metric crosses a level, along one parameter.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_core::monte_carlo::Precision;
use sim_models::registry::{Kind, Parameter, ParameterError, Value, Values, nearest, number};

use super::axis::{self, Axis};
use super::document::{Content, Document, Entry, Node, Table};
use super::read::table;
use super::{HalfWidth, StopSpec, given};
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
        let (Some(own), Some(entry)) = (table(document, root, "boundary")?, root.get("boundary")) else {
            return Ok(None);
        };
        own.allow(
            document,
            &["quantity", "level", "along", "from", "to", "first_look", "vanishing", "limit"],
        )?;
        let reader = Reader { document, own, entry };
        let quantity = reader.name("quantity")?.ok_or_else(|| reader.missing("quantity"))?;
        let along = reader.name("along")?.ok_or_else(|| reader.missing("along"))?;
        let parameter = reader.parameter("along", &along, parameters)?;
        let (from, to) = (reader.end("from", parameter)?, reader.end("to", parameter)?);
        if from >= to {
            let sentence = format!(
                "[boundary] goes from one number up to a larger one; found {} and {}",
                number(from),
                number(to)
            );
            return Err(reader.refuse("to", sentence));
        }
        let level = match own.get("level").map(|entry| &entry.node) {
            None => Level::default(),
            Some(node) => match node.value() {
                Value::Text(key) => {
                    reader.parameter("level", &key, parameters)?;
                    Level::Parameter(key)
                }
                value => Level::Number(value.as_number().filter(|x| x.is_finite()).ok_or_else(|| {
                    let found = node.describe();
                    reader.refuse(
                        "level",
                        format!("`level` is a number or the name of a parameter; found {found}"),
                    )
                })?),
            },
        };
        let first_look = match own.get("first_look").map(|entry| &entry.node) {
            None => FIRST_LOOK,
            Some(node) => match node.content {
                Content::Scalar(Value::Integer(n)) if n >= 1 => n as u64,
                _ => {
                    let found = node.describe();
                    return Err(reader.refuse(
                        "first_look",
                        format!("`first_look` is a positive whole number of trials; found {found}"),
                    ));
                }
            },
        };
        let (vanishing, limit) = (reader.name("vanishing")?, reader.name("limit")?);
        if limit.is_some() && vanishing.is_none() {
            return Err(
                reader.refuse("limit", "`limit` is that of a `vanishing` axis, which is missing".into())
            );
        }
        Ok(Some(Self { quantity, level, along, from, to, first_look, vanishing, limit }))
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
        if let Some(half_width @ HalfWidth(Precision::Relative(_))) = stop.half_width {
            let sentence = format!(
                "the half-width of a boundary is a number in the unit of `{}`; found {half_width}",
                self.along
            );
            return Err(Problem::input(sentence));
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
        let problem = Problem::input(format!("`{}` is no metric", self.quantity));
        Err(problem.among(&self.quantity, metrics))
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
        if self.first_look == FIRST_LOOK { Ok(()) } else { write!(f, ", first look {}", self.first_look) }
    }
}

/// Reads the table key by key.
struct Reader<'a> {
    document: &'a Document,
    own: &'a Table,
    entry: &'a Entry,
}

impl Reader<'_> {
    fn node(&self, key: &str) -> Option<&Node> {
        self.own.get(key).map(|entry| &entry.node)
    }

    fn missing(&self, key: &str) -> Problem {
        self.document.problem(&self.entry.span, format!("[boundary] has no `{key}`"), "incomplete")
    }

    fn refuse(&self, key: &str, sentence: String) -> Problem {
        let span = self.node(key).map_or(self.entry.span.clone(), |node| node.span.clone());
        self.document.problem(&span, sentence, "found here")
    }

    fn name(&self, key: &str) -> Outcome<Option<String>> {
        match self.node(key) {
            None => Ok(None),
            Some(Node { content: Content::Scalar(Value::Text(name)), .. }) => Ok(Some(name.clone())),
            Some(node) => Err(self.refuse(key, format!("`{key}` is a name; found {}", node.describe()))),
        }
    }

    /// The parameter of this name, which must be a real number.
    fn parameter<'p>(&self, key: &str, name: &str, parameters: &'p [Parameter]) -> Outcome<&'p Parameter> {
        let Some(parameter) = parameters.iter().find(|parameter| parameter.key == name) else {
            let problem = Problem::parameters(&ParameterError::unknown(name, parameters));
            let span = self.node(key).map_or(self.entry.span.clone(), |node| node.span.clone());
            return Err(problem.at(&self.document.source, span, "unknown parameter"));
        };
        match (&parameter.kind, key) {
            (Kind::Real(_), _) | (Kind::Integer { .. }, "level") => Ok(parameter),
            _ => {
                let allowed = parameter.allowed();
                Err(self.refuse(key, format!("`{key}` is a real parameter; `{name}` is {allowed}")))
            }
        }
    }

    fn end(&self, key: &str, parameter: &Parameter) -> Outcome<f64> {
        let node = self.node(key).ok_or_else(|| self.missing(key))?;
        let end = axis::end(self.document, node, parameter)?;
        // Both ends are allowed, so whatever lies between them is.
        given::check(parameter, &Value::Real(end))
            .map_err(|problem| problem.at(&self.document.source, node.span.clone(), "found here"))?;
        Ok(end)
    }
}
