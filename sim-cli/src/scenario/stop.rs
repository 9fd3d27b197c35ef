//! When a run stops, as it is written in a scenario or on the command line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sim_core::estimate::Confidence;
use sim_core::monte_carlo::{InvalidStop, Precision, Stop};
use sim_models::registry::Value;

use super::Overrides;
use super::document::{Content, Document, Node, Table};
use crate::problem::{Outcome, Problem};

/// Trials of a run that says nothing.
const DEFAULT_TRIALS: u64 = 50_000;

/// Most trials of a run that asks for a precision only.
const DEFAULT_MOST_TRIALS: u64 = 10_000_000;

/// When to stop: `trials` alone is a fixed number; with `half_width` it is the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StopSpec {
    /// Fixed or largest number of trials.
    pub trials: Option<u64>,
    /// How short the interval of every metric shall be.
    pub half_width: Option<HalfWidth>,
    /// Confidence of the intervals.
    #[serde(default)]
    pub confidence: Confidence,
}

/// A half-width: absolute, such as `0.01`, or relative, such as `5 %`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HalfWidth(pub Precision);

impl FromStr for HalfWidth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, scale) = match text.trim().strip_suffix('%') {
            Some(digits) => (digits.trim(), Some(100.0)),
            None => (text.trim(), None),
        };
        match (digits.parse::<f64>(), scale) {
            (Ok(x), None) if x > 0.0 && x.is_finite() => Ok(Self(Precision::Absolute(x))),
            (Ok(x), Some(scale)) if x > 0.0 && x.is_finite() => Ok(Self(Precision::Relative(x / scale))),
            _ => {
                Err(format!("a half-width is a positive number, or a percentage such as 5%; found `{text}`"))
            }
        }
    }
}

impl TryFrom<String> for HalfWidth {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for HalfWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Precision::Absolute(x) => write!(f, "{x}"),
            // Twelve digits, so that 7 % is not shown as 7.000000000000001 %.
            Precision::Relative(x) => write!(f, "{} %", (x * 1e14).round() / 1e12),
        }
    }
}

impl From<HalfWidth> for String {
    fn from(half_width: HalfWidth) -> Self {
        half_width.to_string()
    }
}

impl StopSpec {
    pub(super) fn read(document: &Document, table: &Table) -> Outcome<Self> {
        table.allow(document, &["trials", "half_width", "confidence"])?;
        let mut stop = Self::default();
        for entry in table.iter() {
            let node = &entry.node;
            let refuse = |allowed: &str| {
                let sentence = format!("`{}` is {allowed}; found {}", entry.key, node.describe());
                document.problem(&node.span, sentence, "found here")
            };
            match entry.key.as_str() {
                "trials" => {
                    stop.trials = Some(trials(node).ok_or_else(|| refuse("a positive whole number"))?)
                }
                "half_width" => {
                    let text = match &node.content {
                        Content::Scalar(Value::Text(text)) => text.clone(),
                        Content::Scalar(value) => value.to_string(),
                        _ => return Err(refuse("a positive number or a percentage")),
                    };
                    let half_width = text
                        .parse()
                        .map_err(|_| refuse("a positive number, or a percentage such as \"5 %\""));
                    stop.half_width = Some(half_width?);
                }
                _ => {
                    let level = node.value().as_number();
                    let confidence = level.and_then(|level| Confidence::new(level).ok());
                    stop.confidence = confidence.ok_or_else(|| refuse("a number between 0 and 1"))?;
                }
            }
        }
        Ok(stop)
    }

    pub(super) fn override_with(&mut self, overrides: &Overrides) -> Outcome<()> {
        self.confidence = overrides.confidence.unwrap_or(self.confidence);
        if overrides.half_width.is_some() {
            self.half_width = overrides.half_width;
        } else if overrides.trials.is_some() {
            // A number of trials on the command line means exactly that number.
            self.half_width = None;
        }
        self.trials = overrides.trials.or(self.trials);
        self.rule().map(|_| ())
    }

    /// How this rule would waste what `there` has found: fewer trials, wider intervals, or another kind of rule, whose
    /// result does not begin with that of the other. `None` where it goes on from there.
    pub fn less_demanding_than(&self, there: &Self) -> Option<String> {
        let most = |spec: &Self, default: u64| spec.trials.unwrap_or(default);
        match (there.half_width, self.half_width) {
            (None, None) => {
                let (there, here) = (most(there, DEFAULT_TRIALS), most(self, DEFAULT_TRIALS));
                (here < there).then(|| format!("{there} trials there and only {here} here"))
            }
            (Some(HalfWidth(wide)), Some(HalfWidth(narrow))) => {
                let tighter = match (wide, narrow) {
                    (Precision::Absolute(a), Precision::Absolute(b))
                    | (Precision::Relative(a), Precision::Relative(b)) => b <= a,
                    _ => false,
                };
                let longer = most(self, DEFAULT_MOST_TRIALS) >= most(there, DEFAULT_MOST_TRIALS);
                let surer = self.confidence >= there.confidence;
                (!(tighter && longer && surer)).then(|| {
                    let show = |spec: &Self, half_width: Precision, most: u64| {
                        format!("{} at {} within {most} trials", HalfWidth(half_width), spec.confidence.get())
                    };
                    format!(
                        "the half-width is {} there and {} here, which is not tighter",
                        show(there, wide, most(there, DEFAULT_MOST_TRIALS)),
                        show(self, narrow, most(self, DEFAULT_MOST_TRIALS))
                    )
                })
            }
            (None, Some(_)) => Some("the number of trials is fixed there and not here".to_owned()),
            (Some(_), None) => Some("the number of trials is fixed here and not there".to_owned()),
        }
    }

    /// The stopping rule.
    pub fn rule(&self) -> Outcome<Stop> {
        let rule = match self.half_width {
            Some(HalfWidth(precision)) => {
                Stop::at_precision(precision, self.trials.unwrap_or(DEFAULT_MOST_TRIALS))
            }
            None => Stop::after(self.trials.unwrap_or(DEFAULT_TRIALS)),
        };
        let rule = rule.map_err(|error: InvalidStop| Problem::input(error.to_string()))?;
        Ok(rule.with_confidence(self.confidence))
    }
}

fn trials(node: &Node) -> Option<u64> {
    let n = node.value().as_number()?;
    (n >= 1.0 && n.trunc() == n && n <= 1e15).then_some(n as u64)
}
