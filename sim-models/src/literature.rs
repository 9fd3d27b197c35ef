//! What the literature reports beside what the models of this crate say: every number with its standing.
//!
//! ```
//! use sim_models::literature::{FINDINGS, Standing};
//! use sim_models::registry::Registry;
//!
//! let finding = FINDINGS.iter().find(|finding| finding.quantity == "smallest_margin").ok_or("there is one")?;
//! let checked = finding.check(&Registry::builtin())?;
//! assert_eq!(finding.claim.standing(), Standing::Exact);
//! assert!(checked.holds);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod findings;

use std::collections::BTreeMap;

use sim_core::estimate::Estimate;
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use thiserror::Error;

pub use findings::FINDINGS;

use crate::registry::{AnyModel, Failure, ParameterError, Registry, Unit, Value, Values};

/// A number that a paper reports, and the quantity of a model that stands for it.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// The paper.
    pub paper: &'static str,
    /// What it reports, in words.
    pub what: &'static str,
    /// The number as the paper has it.
    pub reported: &'static str,
    /// Name of the model; empty where nothing is claimed.
    pub model: &'static str,
    /// Its parameters where they are not the defaults, as typed: `key=value key=value`.
    pub settings: &'static str,
    /// The metric or prediction.
    pub quantity: &'static str,
    /// What is claimed about it.
    pub claim: Claim,
    /// Trials of the simulation; 0 if the quantity is predicted only, or a trial takes too long.
    pub trials: u64,
}

/// What is claimed about a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Claim {
    /// It follows from the paper's own assumptions: this number, to so many decimals.
    Exact(f64, i32),
    /// With parameters that are fitted or assumed it lies between these.
    Preset(f64, f64),
    /// It lies above this: the direction is claimed, not the size.
    Above(f64),
    /// It lies below this.
    Below(f64),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

/// How strong a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A closed form or a programme gives the number that is reported.
    Exact,
    /// The number is met by parameters that are documented, and that other numbers would meet as well.
    Preset,
    /// The sign is met.
    Direction,
    /// The number is quoted.
    NotAsserted,
}

impl Claim {
    /// How strong it is.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Exact(..) => Standing::Exact,
            Self::Preset(..) => Standing::Preset,
            Self::Above(_) | Self::Below(_) => Standing::Direction,
            Self::Nothing(_) => Standing::NotAsserted,
        }
    }

    /// Whether a number agrees with it.
    fn allows(&self, value: f64) -> bool {
        match *self {
            // Half of the last digit, and rounding.
            Self::Exact(number, digits) => {
                (value - number).abs() <= 0.5001 * libm::pow(10.0, -f64::from(digits))
            }
            Self::Preset(low, high) => low <= value && value <= high,
            Self::Above(bound) => value > bound,
            Self::Below(bound) => value < bound,
            Self::Nothing(_) => true,
        }
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Preset => "preset",
            Self::Direction => "direction",
            Self::NotAsserted => "not asserted",
        })
    }
}

/// A finding beside what the model says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// What the model predicts.
    pub predicted: Option<f64>,
    /// What its simulation gives.
    pub simulated: Option<Estimate>,
    /// In this unit.
    pub unit: Unit,
    /// Whether the prediction, or the estimate where there is none, agrees with the claim.
    pub holds: bool,
}

/// A finding that cannot be checked; a defect of the table.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Uncheckable {
    /// There is no such model.
    #[error("there is no model `{0}`")]
    Model(&'static str),
    /// The model has no such metric and no such prediction.
    #[error("the model has no quantity `{0}`")]
    Quantity(&'static str),
    /// The model refuses the parameters.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The model failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The number of trials is none.
    #[error("the number of trials cannot be used")]
    Trials,
}

impl Finding {
    /// Predicts and simulates the quantity, with a fixed seed.
    ///
    /// # Errors
    /// The table names what is not there, or the model fails.
    pub fn check(&self, registry: &Registry) -> Result<Checked, Uncheckable> {
        if self.model.is_empty() {
            return Ok(Checked { predicted: None, simulated: None, unit: Unit::One, holds: true });
        }
        let model = registry.find(self.model).ok_or(Uncheckable::Model(self.model))?;
        let values = self.values(model)?;
        let metric = model.metrics().iter().position(|metric| metric.name == self.quantity);
        let predictions = model.predictions();
        let prediction = predictions.iter().find(|prediction| prediction.name == self.quantity);
        let unit = match (metric, prediction) {
            (Some(position), _) => model.metrics()[position].unit,
            (None, Some(prediction)) => prediction.unit,
            (None, None) => return Err(Uncheckable::Quantity(self.quantity)),
        };
        let predicted = model.predict(&values)?.get(self.quantity);
        let simulated = match metric.filter(|_| self.trials > 0) {
            Some(position) => Some(simulate(model, &values, self.trials, position)?),
            None => None,
        };
        let value = predicted.or(simulated.map(|estimate| estimate.value));
        Ok(Checked { predicted, simulated, unit, holds: value.is_some_and(|value| self.claim.allows(value)) })
    }

    fn values(&self, model: &dyn AnyModel) -> Result<Values, ParameterError> {
        let settings = self.settings.split_whitespace().filter_map(|setting| setting.split_once('='));
        let given: BTreeMap<String, Value> =
            settings.map(|(key, value)| (key.to_owned(), Value::parse(value))).collect();
        Values::resolve(&model.parameters(), &given)
    }
}

fn simulate(
    model: &dyn AnyModel,
    values: &Values,
    trials: u64,
    metric: usize,
) -> Result<Estimate, Uncheckable> {
    let streams = Streams::new(1, Purpose::World, Family::of_cell(values.hash(model.about().name)));
    let stop = Stop::after(trials).map_err(|_| Uncheckable::Trials)?;
    let outcome = model.prepare(values)?.run(&streams, &stop, &Control::default())?;
    outcome.estimates.get(metric).copied().ok_or(Uncheckable::Trials)
}
