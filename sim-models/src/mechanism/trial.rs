//! Mechanisms of which one trial gives a fixed set of numbers: the common case, declared in one place.
//!
//! Such a mechanism says what a trial is and lists its [`Measure`]s; each is a metric, how it is read from a trial, and what theory says
//! about it. A [`Model`] for the registry comes from that.
//!
//! ```
//! use sim_core::random::Stream;
//! use sim_models::mechanism::trial::{Measure, Mechanism, Trial};
//! use sim_models::registry::{About, Form, ParameterError, Parameters, Registry, Values, real};
//!
//! struct Toss;
//!
//! #[derive(Clone)]
//! struct Coin(f64);
//!
//! impl Parameters for Coin {
//!     fn read(form: &mut Form) -> Result<Self, ParameterError> {
//!         Ok(Self(form.read(real("heads", 0.5).between(0.0, 1.0).help("probability of heads"))?))
//!     }
//! }
//!
//! impl Trial for Coin {
//!     type Outcome = bool;
//!     fn run(&self, draws: &mut Stream) -> bool {
//!         draws.uniform() < self.0
//!     }
//! }
//!
//! impl Mechanism for Toss {
//!     type Parameters = Coin;
//!     type Trial = Coin;
//!     fn about(&self) -> About {
//!         About { name: "toss", summary: "A coin is tossed", references: &[] }
//!     }
//!     fn measures(&self) -> Vec<Measure<Coin, bool>> {
//!         vec![Measure::share("heads_share", "share of heads", |&heads| Some(heads)).predicted("p", |coin| Some(coin.0))]
//!     }
//!     fn trial(&self, coin: &Coin) -> Result<Coin, ParameterError> {
//!         Ok(coin.clone())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::empty().with(Toss);
//! let model = registry.find("toss").ok_or("it was just added")?;
//! let values = Values::resolve(&model.parameters(), &Default::default())?;
//! assert_eq!(model.predict(&values)?.get("heads_share"), Some(0.5));
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Proportion, Ratio, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Entity, Stream, Streams};

use crate::registry::{About, Metric, Model, ParameterError, Parameters, Prediction, Unit};

/// What happens in one trial.
pub trait Trial: Send + Sync {
    /// What a trial comes to.
    type Outcome;

    /// Runs a trial on draws of its own.
    fn run(&self, draws: &mut Stream) -> Self::Outcome;
}

/// A mechanism whose trials give a fixed set of numbers.
pub trait Mechanism: Send + Sync + 'static {
    /// Its parameters as a type.
    type Parameters: Parameters;
    /// Its trial, prepared.
    type Trial: Trial<Outcome: 'static> + 'static;

    /// Name, meaning and sources.
    fn about(&self) -> About;

    /// What is measured in a trial.
    fn measures(&self) -> Vec<Measure<Self::Parameters, <Self::Trial as Trial>::Outcome>>;

    /// Predictions of what no single trial measures, such as a break-even.
    fn further_predictions(&self) -> Vec<Prediction<Self::Parameters>> {
        Vec::new()
    }

    /// Prepares the trial.
    ///
    /// # Errors
    /// These parameters cannot be simulated, with the reason.
    fn trial(&self, parameters: &Self::Parameters) -> Result<Self::Trial, ParameterError>;
}

/// One number of a trial: its metric, how it is counted, and what theory says about it.
pub struct Measure<P, O> {
    metric: Metric,
    statistic: Statistic<O>,
    prediction: Option<(&'static str, Expected<P>)>,
}

/// What theory says about parameters.
type Expected<P> = fn(&P) -> Option<f64>;

/// How a measure is read from an outcome and summed up. `None`: this trial says nothing about it.
enum Statistic<O> {
    Share(fn(&O) -> Option<bool>),
    /// Successes and how many there could be.
    Shares(fn(&O) -> (u64, u64)),
    Mean(fn(&O) -> Option<f64>),
    /// Numerator and denominator.
    Ratio(fn(&O) -> (f64, f64)),
}

impl<O> Clone for Statistic<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Statistic<O> {}

impl<P, O> Measure<P, O> {
    /// The share of trials of which something is true, among those that say `Some`.
    pub fn share(name: &'static str, help: &'static str, of: fn(&O) -> Option<bool>) -> Self {
        Self::new(name, help, Unit::One, (0.0, 1.0), Statistic::Share(of))
    }

    /// The share of successes among attempts of which a trial has several, independent of each other: how many succeed, and of how many.
    pub fn shares(name: &'static str, help: &'static str, of: fn(&O) -> (u64, u64)) -> Self {
        Self::new(name, help, Unit::One, (0.0, 1.0), Statistic::Shares(of))
    }

    /// The mean of a number that is not negative, among the trials that say `Some`.
    pub fn mean(name: &'static str, help: &'static str, unit: Unit, of: fn(&O) -> Option<f64>) -> Self {
        Self::new(name, help, unit, (0.0, f64::INFINITY), Statistic::Mean(of))
    }

    /// The mean of one number over the mean of another, neither of them negative, such as cost per success.
    pub fn ratio(name: &'static str, help: &'static str, unit: Unit, of: fn(&O) -> (f64, f64)) -> Self {
        Self::new(name, help, unit, (0.0, f64::INFINITY), Statistic::Ratio(of))
    }

    fn new(
        name: &'static str,
        help: &'static str,
        unit: Unit,
        range: (f64, f64),
        statistic: Statistic<O>,
    ) -> Self {
        Self { metric: Metric { name, help, unit, range }, statistic, prediction: None }
    }

    /// Adds what theory says about it, and where that comes from.
    #[must_use]
    pub fn predicted(self, help: &'static str, value: fn(&P) -> Option<f64>) -> Self {
        Self { prediction: Some((help, value)), ..self }
    }
}

impl<M: Mechanism> Model for M {
    type Parameters = M::Parameters;
    type Plan = SampledTrials<M::Trial>;

    fn about(&self) -> About {
        Mechanism::about(self)
    }

    fn metrics(&self) -> Vec<Metric> {
        self.measures().into_iter().map(|measure| measure.metric).collect()
    }

    fn predictions(&self) -> Vec<Prediction<M::Parameters>> {
        let of_measure = |measure: Measure<M::Parameters, _>| {
            let (help, value) = measure.prediction?;
            Some(Prediction::in_unit(measure.metric.name, measure.metric.unit, help, value))
        };
        let predictions = self.measures().into_iter().filter_map(of_measure);
        predictions.chain(self.further_predictions()).collect()
    }

    fn prepare(&self, parameters: &M::Parameters) -> Result<Self::Plan, ParameterError> {
        let statistics = self.measures().into_iter().map(|measure| measure.statistic).collect();
        Ok(SampledTrials { trial: self.trial(parameters)?, statistics, entity: Entity::named("mechanism") })
    }
}

/// Trials of a mechanism, prepared.
pub struct SampledTrials<T: Trial> {
    trial: T,
    statistics: Arc<[Statistic<T::Outcome>]>,
    entity: Entity,
}

impl<T: Trial> Simulation for SampledTrials<T> {
    type Tally = Counters;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Counters) {
        let mut counters = self.counters(tally);
        for trial in streams.trials(block.trials()) {
            let outcome = self.trial.run(&mut trial.open(self.entity, 0, 0));
            for (counter, statistic) in counters.0.iter_mut().zip(self.statistics.iter()) {
                counter.record(statistic, &outcome);
            }
        }
        *tally = counters;
    }

    fn estimates(&self, tally: &Counters, confidence: Confidence) -> Vec<Estimate> {
        self.counters(tally).0.iter().map(|counter| counter.estimate(confidence)).collect()
    }
}

impl<T: Trial> SampledTrials<T> {
    /// The tally; one of no trials does not know yet what it counts.
    fn counters(&self, tally: &Counters) -> Counters {
        if tally.0.is_empty() {
            Counters(self.statistics.iter().map(Counter::of).collect())
        } else {
            tally.clone()
        }
    }
}

/// What trials are counted into: one counter per measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Counter>")]
pub struct Counters(Vec<Counter>);

impl TryFrom<Vec<Counter>> for Counters {
    type Error = &'static str;

    /// What is stored has been counted into: an empty list is no tally.
    fn try_from(counters: Vec<Counter>) -> Result<Self, Self::Error> {
        if counters.is_empty() { Err("a tally without counters") } else { Ok(Self(counters)) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Counter {
    Share(Proportion),
    Mean(Mean),
    Ratio(Ratio),
}

impl Counter {
    fn of<O>(statistic: &Statistic<O>) -> Self {
        match statistic {
            Statistic::Share(_) | Statistic::Shares(_) => Self::Share(Proportion::default()),
            Statistic::Mean(_) => Self::Mean(Mean::default()),
            Statistic::Ratio(_) => Self::Ratio(Ratio::default()),
        }
    }

    #[inline]
    fn record<O>(&mut self, statistic: &Statistic<O>, outcome: &O) {
        match (self, statistic) {
            (Self::Share(proportion), Statistic::Share(of)) => {
                if let Some(success) = of(outcome) {
                    proportion.record(success);
                }
            }
            (Self::Share(proportion), Statistic::Shares(of)) => {
                let (successes, attempts) = of(outcome);
                proportion.record_many(successes, attempts - successes);
            }
            (Self::Mean(mean), Statistic::Mean(of)) => {
                if let Some(value) = of(outcome) {
                    mean.record(value);
                }
            }
            (Self::Ratio(ratio), Statistic::Ratio(of)) => {
                let (numerator, denominator) = of(outcome);
                ratio.record(numerator, denominator);
            }
            _ => debug_assert!(false, "counters are made from the same statistics"),
        }
    }

    fn merge(&mut self, later: &Self) {
        match (self, later) {
            (Self::Share(own), Self::Share(other)) => own.merge(other),
            (Self::Mean(own), Self::Mean(other)) => own.merge(other),
            (Self::Ratio(own), Self::Ratio(other)) => own.merge(other),
            _ => debug_assert!(false, "tallies of one model have the same counters"),
        }
    }

    fn estimate(&self, confidence: Confidence) -> Estimate {
        match self {
            Self::Share(proportion) => proportion.estimate(confidence),
            Self::Mean(mean) => mean.estimate(confidence),
            Self::Ratio(ratio) => ratio.estimate(confidence),
        }
    }
}

impl Tally for Counters {
    fn merge(&mut self, later: &Self) {
        if self.0.is_empty() {
            *self = later.clone();
            return;
        }
        for (own, other) in self.0.iter_mut().zip(&later.0) {
            own.merge(other);
        }
    }
}
