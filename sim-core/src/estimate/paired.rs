//! Differences under common random numbers.

use super::{Confidence, Estimate, Interval, Mean, Tally};
use serde::{Deserialize, Serialize};

/// Mean difference between two quantities that were simulated with the same random numbers, such as the
/// costs of two policies.
///
/// What the two have in common cancels in each trial, so that the interval is narrower than that of two
/// separate means, and valid whatever the dependence. For outcomes that happen or do not use
/// [`PairedProportions`](super::PairedProportions), whose interval has a width even if no trial differs.
///
/// ```
/// # use sim_core::estimate::{Confidence, PairedDifference};
/// let mut saving = PairedDifference::default();
/// for common in [10.0, 250.0, 31.0, 77.0] {
///     saving.record(common + 1.0, common);
/// }
/// let estimate = saving.estimate(Confidence::DEFAULT);
/// assert_eq!((estimate.low, estimate.value, estimate.high), (1.0, 1.0, 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    differences: Mean,
    unequal: u64,
}

impl PairedDifference {
    /// Records the two values of one trial.
    pub fn record(&mut self, first: f64, second: f64) {
        self.differences.record(first - second);
        self.unequal += u64::from(first != second);
    }

    /// Number of trials recorded.
    pub fn trials(&self) -> u64 {
        self.differences.trials()
    }

    /// Number of trials in which the two values differ. If it is small the interval rests on few trials,
    /// and if it is zero its width of zero only says that differences are rare.
    pub fn unequal(&self) -> u64 {
        self.unequal
    }

    /// Moments of the differences.
    pub fn differences(&self) -> &Mean {
        &self.differences
    }

    /// Mean of first minus second; NaN before the first trial.
    pub fn value(&self) -> f64 {
        self.differences.value()
    }

    /// Student's interval of the mean difference; see [`Mean::student_t`].
    pub fn student_t(&self, confidence: Confidence) -> Interval {
        self.differences.student_t(confidence)
    }

    /// The mean difference with [Student's interval](Self::student_t).
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        self.differences.estimate(confidence)
    }
}

impl Tally for PairedDifference {
    fn merge(&mut self, later: &Self) {
        self.differences.merge(&later.differences);
        self.unequal += later.unequal;
    }
}
