//! Measured numbers and what is computed from them.

use sim_core::design::level_set::{InvalidSearch, Root};
use sim_core::estimate::Estimate;
use sim_core::monte_carlo::InvalidStop;
use thiserror::Error;

use crate::organization::averaging::NotSampledAverage;
use crate::organization::graph::InvalidOrganization;
use crate::organization::graph::shapes::InvalidShape;
use crate::organization::{InvalidTree, NotSampled, OutOfRange};
use crate::registry::{Failure, ParameterError};

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
    /// Whether the interval is as wide as the deviation of so many trials, and not as a search or the steps of a grid make it.
    pub sampled: bool,
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
    /// A model, or a metric of one, that there is not.
    #[error("there is no model or metric `{0}`")]
    Unknown(&'static str),
    /// Parameters that a model does not take.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A model that does not come to its end.
    #[error(transparent)]
    Model(#[from] Failure),
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
            sampled: self.sampled && other.sampled,
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
            sampled: self.sampled && other.sampled,
        }
    }

    /// Sign of the number: -1, 1, or anything between if it is not known.
    pub(super) fn sign(self) -> Self {
        let sign = |x: f64| if x > 0.0 { 1.0 } else { -1.0 };
        Self { sampled: false, ..self.map(sign) }
    }
}

impl From<Estimate> for Measured {
    fn from(Estimate { value, low, high, trials, .. }: Estimate) -> Self {
        Self { value, low, high, trials, sampled: true }
    }
}

/// The one of all possible arguments at which a function is greatest, given its values there. As long as several may be the greatest,
/// the interval holds them all.
pub(super) fn greatest(arguments: &[f64], values: &[Measured]) -> Measured {
    let candidates = candidates(values);
    between(arguments, values, candidates.clone().min(), candidates.max())
}

/// The argument at which a function with one peak is greatest, given its values at some increasing arguments. The peak is somewhere
/// between the neighbors of those that may be the greatest, so the interval reaches to them; it has no end where there is no neighbor.
pub(super) fn peak(arguments: &[f64], values: &[Measured]) -> Measured {
    let candidates = candidates(values);
    let before = candidates.clone().min().and_then(|first| first.checked_sub(1));
    between(arguments, values, before, candidates.max().map(|last| last + 1))
}

/// Which values may be the greatest.
fn candidates(values: &[Measured]) -> impl Iterator<Item = usize> + Clone {
    let at_least = values.iter().map(|value| value.low).fold(f64::NEG_INFINITY, f64::max);
    values.iter().enumerate().filter(move |(_, value)| value.high >= at_least).map(|(index, _)| index)
}

fn between(arguments: &[f64], values: &[Measured], first: Option<usize>, last: Option<usize>) -> Measured {
    let best = arguments.iter().zip(values).max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let end = |index: Option<usize>| index.and_then(|index| arguments.get(index).copied());
    Measured {
        value: best.map_or(f64::NAN, |best| *best.0),
        low: end(first).unwrap_or(f64::NEG_INFINITY),
        high: end(last).unwrap_or(f64::INFINITY),
        trials: values.iter().map(|value| value.trials).sum(),
        sampled: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(of: &[(f64, f64)]) -> Vec<Measured> {
        let value =
            |&(low, high)| Measured { value: 0.5 * (low + high), low, high, trials: 1, sampled: true };
        of.iter().map(value).collect()
    }

    #[test]
    fn a_peak_is_somewhere_between_the_neighbors_of_those_that_may_be_the_greatest() {
        let arguments = [1.0, 2.0, 4.0, 8.0, 16.0];
        let one = values(&[(0.0, 1.0), (2.0, 3.0), (5.0, 6.0), (2.0, 3.0), (0.0, 1.0)]);
        let found = peak(&arguments, &one);
        assert_eq!((found.low, found.value, found.high), (2.0, 4.0, 8.0));
        let two = values(&[(0.0, 1.0), (2.0, 3.0), (5.0, 6.0), (4.0, 5.5), (0.0, 1.0)]);
        let found = peak(&arguments, &two);
        assert_eq!((found.low, found.value, found.high), (2.0, 4.0, 16.0));
        let found = peak(&arguments, &values(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (5.0, 6.0)]));
        assert_eq!((found.low, found.high), (8.0, f64::INFINITY), "it may be beyond the last");
        let all_there_are = greatest(&arguments, &two);
        assert_eq!((all_there_are.low, all_there_are.high), (4.0, 8.0));
    }
}
