//! Measured numbers and what is computed from them.

use sim_core::design::level_set::{InvalidSearch, Root};
use sim_core::estimate::Estimate;
use sim_core::monte_carlo::InvalidStop;
use thiserror::Error;

use crate::organization::averaging::NotSampledAverage;
use crate::organization::graph::InvalidOrganization;
use crate::organization::graph::shapes::InvalidShape;
use crate::organization::{InvalidTree, NotSampled, OutOfRange};

/// A measured number with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Its best estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Trials behind it.
    pub trials: u64,
}

/// Why a claim could not be measured: a mistake in the claim, not in the theory.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotMeasured {
    /// A parameter out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// A tree that cannot be.
    #[error(transparent)]
    Tree(#[from] InvalidTree),
    /// A tree that is too large.
    #[error(transparent)]
    NotSampled(#[from] NotSampled),
    /// A graph that cannot be.
    #[error(transparent)]
    Organization(#[from] InvalidOrganization),
    /// A shape that cannot be.
    #[error(transparent)]
    Shape(#[from] InvalidShape),
    /// Averages that cannot be sampled.
    #[error(transparent)]
    Average(#[from] NotSampledAverage),
    /// No trials.
    #[error(transparent)]
    Stop(#[from] InvalidStop),
    /// A search that cannot be run.
    #[error(transparent)]
    Search(#[from] InvalidSearch),
    /// A root is looked for where there is none, or with too few trials.
    #[error("a change of sign was looked for between {from} and {to}, and found: {found:?}")]
    NoRoot {
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
        /// What was found.
        found: Root,
    },
    /// Measured and predicted numbers do not correspond.
    #[error("{measured} numbers are measured and {predicted} predicted")]
    Unpaired {
        /// Measured ones.
        measured: usize,
        /// Predicted ones.
        predicted: usize,
    },
    /// More intervals than share the claim's error rate.
    #[error("{intervals} intervals; a claim has room for {most}")]
    TooManyIntervals {
        /// Intervals that were taken.
        intervals: u64,
        /// The most.
        most: u64,
    },
}

impl Measured {
    /// The same through an increasing function.
    pub(super) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), low: f(self.low), high: f(self.high), ..self }
    }

    /// The same with the ends in order, after a decreasing function.
    pub(super) fn ordered(self) -> Self {
        Self { low: self.low.min(self.high), high: self.low.max(self.high), ..self }
    }

    /// The difference of two, which need not be independent.
    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            low: self.low - other.high,
            high: self.high - other.low,
            trials: self.trials + other.trials,
        }
    }

    /// `weight` times this plus `other_weight` times another.
    pub(super) fn combined(self, weight: f64, other: Self, other_weight: f64) -> Self {
        self.scaled(weight).minus(other.scaled(-other_weight))
    }

    /// A multiple.
    pub(super) fn scaled(self, factor: f64) -> Self {
        let (a, b) = (factor * self.low, factor * self.high);
        Self { value: factor * self.value, low: a.min(b), high: a.max(b), ..self }
    }

    /// The quotient of two positive ones.
    pub(super) fn over(self, other: Self) -> Self {
        Self {
            value: self.value / other.value,
            low: self.low / other.high,
            high: if other.low > 0.0 { self.high / other.low } else { f64::INFINITY },
            trials: self.trials + other.trials,
        }
    }

    /// Sign of the number: -1, 1, or anything between if it is not known.
    pub(super) fn sign(self) -> Self {
        let sign = |x: f64| if x > 0.0 { 1.0 } else { -1.0 };
        self.map(sign)
    }
}

impl From<Estimate> for Measured {
    fn from(Estimate { value, low, high, trials, .. }: Estimate) -> Self {
        Self { value, low, high, trials }
    }
}

/// The argument at which a function on `arguments` is greatest, given its values there. As long as several may be the greatest, the
/// interval holds them all.
pub(super) fn greatest(arguments: &[f64], values: &[Measured]) -> Measured {
    let at_least = values.iter().map(|value| value.low).fold(f64::NEG_INFINITY, f64::max);
    let possible = || arguments.iter().zip(values).filter(|(_, value)| value.high >= at_least);
    let best = arguments.iter().zip(values).max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    Measured {
        value: best.map_or(f64::NAN, |best| *best.0),
        low: possible().map(|(x, _)| *x).fold(f64::INFINITY, f64::min),
        high: possible().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max),
        trials: values.iter().map(|value| value.trials).sum(),
    }
}
