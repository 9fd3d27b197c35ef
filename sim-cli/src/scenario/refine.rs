//! What a scenario asks of its cells, so that trials go where the answer is open.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_core::design::refinement::{Looks, Question};
use sim_models::registry::{Parameter, nearest, number};

use super::axis::Axis;
use super::document::{Document, Table};
use super::reader::Reader;
use super::{Goal, Level, Scenario};
use crate::output::grouped;
use crate::problem::{Outcome, Problem};

/// Trials before the first look at a cell.
const FIRST_LOOK: u64 = 1024;

/// `[refine]`: trials go to the cells whose question is open, or whose intervals are widest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefineSpec {
    /// The metric.
    pub quantity: String,
    /// What is asked of it.
    #[serde(flatten)]
    pub aim: Aim,
    /// Trials before the first look at a cell, or all of them if they are fewer.
    pub first_look: u64,
    /// Most trials of all cells together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// What trials are spent for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// To know on which side of a level the metric is.
    Level(Level),
    /// To know which value of an axis is ahead.
    Between {
        /// The axis.
        axis: String,
        /// Whether the highest or the lowest value is ahead.
        goal: Goal,
    },
    /// To make the widest intervals narrower.
    Width {},
}

impl RefineSpec {
    /// Reads `[refine]`, over a model of these parameters and a sweep of these axes.
    pub(super) fn read(
        document: &Document,
        root: &Table,
        parameters: &[Parameter],
        axes: &[Axis],
    ) -> Outcome<Option<Self>> {
        const KEYS: [&str; 6] = ["quantity", "level", "between", "goal", "first_look", "total"];
        let Some(reader) = Reader::open(document, root, "refine", &KEYS)? else { return Ok(None) };
        for (other, why) in [
            ("boundary", "whose searches have a plan of their own"),
            ("optimize", "whose searches have a plan of their own"),
            ("sensitivity", "which needs equally many trials in all cells"),
            ("test", "whose intervals are those of a fixed number of trials"),
            ("area", "whose intervals are those of a fixed number of trials"),
        ] {
            if let Some(entry) = root.get(other) {
                let sentence = format!("a scenario has [refine] or [{other}], {why}, not both");
                return Err(document.problem(&entry.span, sentence, "the other one"));
            }
        }
        let quantity = reader.name("quantity")?.ok_or_else(|| reader.missing("quantity"))?;
        let (level, between) = (reader.level(parameters)?, reader.name("between")?);
        let goal = match reader.name("goal")?.as_deref() {
            None | Some("maximize") => Goal::Maximize,
            Some("minimize") => Goal::Minimize,
            Some(other) => {
                let sentence = format!("`goal` is maximize or minimize; found `{other}`");
                return Err(reader.refuse("goal", sentence));
            }
        };
        if reader.has("goal") && between.is_none() {
            return Err(
                reader.refuse("goal", "`goal` says which value of `between` is ahead, which is missing")
            );
        }
        let aim = match (level, between) {
            (Some(_), Some(_)) => {
                let sentence = "[refine] has a `level` to be above, or an axis `between` whose values one is ahead, not both";
                return Err(reader.refuse("between", sentence));
            }
            (Some(level), None) => Aim::Level(level),
            (None, Some(axis)) => {
                if axes.iter().all(|other| other.key != axis) {
                    let names: Vec<&str> = axes.iter().map(|axis| axis.key.as_str()).collect();
                    let problem = reader.refuse("between", format!("`{axis}` is no axis of [sweep]"));
                    return Err(match nearest(&axis, names.iter().copied()) {
                        Some(nearest) => problem.help(format!("did you mean `{nearest}`?")),
                        None => problem.help(format!("give `{axis}` two values or more in [sweep]")),
                    });
                }
                Aim::Between { axis, goal }
            }
            (None, None) => Aim::Width {},
        };
        let first_look = reader.count("first_look", "trials")?.unwrap_or(FIRST_LOOK);
        let total = reader.count("total", "trials")?;
        if aim == (Aim::Width {}) && total.is_none() {
            let help = "write `level` or `between` if something shall be decided; `half_width` of [stop] makes all intervals equally narrow";
            return Err(reader.missing("total").help(help));
        }
        Ok(Some(Self { quantity, aim, first_look, total }))
    }

    /// Refuses a quantity that is no metric, an axis that is none any more, or fewer trials than a first look at all cells takes.
    pub(super) fn check(&self, metrics: &[&str], scenario: &Scenario) -> Outcome<()> {
        if let Aim::Between { axis, .. } = &self.aim
            && scenario.sweep.iter().all(|other| other.key != *axis)
        {
            let sentence = format!("`{axis}` has one value, so that no other one can be ahead of it");
            return Err(Problem::input(sentence));
        }
        let looks = self.looks(scenario)?;
        if self.first_look > looks.most() && self.first_look != FIRST_LOOK {
            let (first, most) = (grouped(self.first_look), grouped(looks.most()));
            let sentence =
                format!("a first look after {first} trials is later than the {most} trials of [stop]");
            return Err(Problem::input(sentence));
        }
        let (cells, first) = (scenario.cell_count()? as u64, looks.trials(0));
        if let Some(total) = self.total.filter(|&total| cells.saturating_mul(first) > total) {
            let (cells, first, total) = (grouped(cells), grouped(first), grouped(total));
            let sentence = format!(
                "{total} trials in all do not suffice for a first look at {cells} cells after {first} trials"
            );
            return Err(Problem::input(sentence).help("raise `total`, or make `first_look` smaller"));
        }
        if metrics.contains(&self.quantity.as_str()) {
            return Ok(());
        }
        Err(Problem::no_metric(&self.quantity, metrics))
    }

    /// After how many trials cells are looked at.
    pub fn looks(&self, scenario: &Scenario) -> Outcome<Looks> {
        Ok(Looks::new(self.first_look, scenario.stop.rule()?.trials()))
    }

    /// What is asked of the cells of a scenario, by their places.
    pub fn question(&self, scenario: &Scenario) -> Question {
        let Aim::Between { axis, .. } = &self.aim else {
            return if self.aim == (Aim::Width {}) { Question::Width } else { Question::Side };
        };
        // As in `Scenario::cell`: the plan is faster than the axes, and the last axis faster than others.
        let mut stride: usize = scenario.plan.sizes().into_iter().product();
        for other in scenario.sweep.iter().rev() {
            if other.key == *axis {
                return Question::Leader { stride, size: other.values.len() };
            }
            stride *= other.values.len();
        }
        Question::Leader { stride: 1, size: 1 }
    }

    /// Why what trials a cell gets depends on other cells; `None` where it does not.
    pub fn couples_cells(&self) -> Option<&'static str> {
        match (&self.aim, self.total) {
            (_, Some(_)) => Some("all cells share the `total` of [refine]"),
            (Aim::Between { .. }, None) => Some("[refine] compares cells with each other"),
            (Aim::Level(_) | Aim::Width {}, None) => None,
        }
    }
}

/// What is asked. The trials that all cells share are not part of it: more of them go on from fewer.
impl fmt::Display for RefineSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = &self.quantity;
        match &self.aim {
            Aim::Level(Level::Number(level)) => {
                write!(f, "whether {quantity} is above or below {}", number(*level))
            }
            Aim::Level(Level::Parameter(key)) => write!(f, "whether {quantity} is above or below {key}"),
            Aim::Between { axis, goal } => {
                let best = if *goal == Goal::Maximize { "highest" } else { "lowest" };
                write!(f, "at which {axis} {quantity} is {best}")
            }
            Aim::Width {} => write!(f, "narrower intervals of {quantity}"),
        }?;
        if self.first_look == FIRST_LOOK { Ok(()) } else { write!(f, ", first look {}", self.first_look) }
    }
}
