//! The mean of a quantity over trials.

use super::{Confidence, Estimate, Interval, Tally, float};
use serde::{Deserialize, Serialize};

/// Count, mean and sum of squared deviations of the values recorded.
///
/// An infinite value or a NaN is counted apart. It leaves the moments of the finite values as they are, but
/// the interval is unbounded from then on, because the missing value could be anything. Values beyond
/// 1e150 may overflow the squares, which makes the interval unbounded too.
///
/// Sources: B. P. Welford, Technometrics 4 (1962), 419-420, for one more value; T. F. Chan, G. H. Golub
/// and R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances",
/// Stanford STAN-CS-79-773 (1979), for the merge.
///
/// ```
/// # use sim_core::estimate::{Confidence, Mean};
/// let mut tally = Mean::default();
/// for x in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
///     tally.record(x);
/// }
/// assert_eq!((tally.value(), tally.variance()), (5.0, 32.0 / 7.0));
/// let interval = tally.student_t(Confidence::DEFAULT);
/// assert!(interval.contains(5.0) && (interval.high - 6.787).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    count: u64,
    #[serde(with = "float")]
    mean: f64,
    /// Sum of squared deviations from the mean.
    #[serde(with = "float")]
    squares: f64,
    not_finite: u64,
}

impl Mean {
    /// Records the value of one trial.
    pub fn record(&mut self, value: f64) {
        if !value.is_finite() {
            self.not_finite += 1;
            return;
        }
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
    }

    /// Records the values of some trials: the same numbers as one by one but for rounding, several times as fast.
    pub fn record_all(&mut self, values: &[f64]) {
        let sum: f64 = values.iter().sum();
        if values.is_empty() || !sum.is_finite() {
            values.iter().for_each(|&value| self.record(value));
            return;
        }
        let count = values.len() as u64;
        let mean = sum / count as f64;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        self.merge(&Self { count, mean, squares, not_finite: 0 });
    }

    /// Number of values recorded, finite or not.
    pub fn trials(&self) -> u64 {
        self.count + self.not_finite
    }

    /// Number of infinite values and NaNs recorded, which the moments leave out.
    pub fn not_finite(&self) -> u64 {
        self.not_finite
    }

    /// Mean of the finite values; NaN before the first.
    pub fn value(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Unbiased sample variance of the finite values, in squared units; NaN below two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.squares / (self.count - 1) as f64 }
    }

    /// Estimated standard deviation of the mean; NaN below two values.
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.count as f64).sqrt()
    }

    /// Student's t interval: exact for a normal quantity, and for others as the trials become many.
    /// Unbounded below two values, and after a value that is not finite. Equal values give an interval of
    /// width zero: count what happens or does not with [`Proportion`](super::Proportion).
    ///
    /// Source: Student, "The Probable Error of a Mean", Biometrika 6 (1908), 1-25.
    pub fn student_t(&self, confidence: Confidence) -> Interval {
        if self.count < 2 || self.not_finite > 0 {
            return Interval::UNBOUNDED;
        }
        let multiplier = confidence.student_multiplier((self.count - 1) as f64);
        Interval::around(self.mean, multiplier * self.standard_error())
    }

    /// The mean with [Student's interval](Self::student_t).
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        Estimate::new(self.value(), self.student_t(confidence), confidence, self.trials())
    }
}

impl Tally for Mean {
    fn merge(&mut self, later: &Self) {
        self.not_finite += later.not_finite;
        if later.count == 0 {
            return;
        }
        let (own, other) = (self.count as f64, later.count as f64);
        self.count += later.count;
        let share = other / self.count as f64;
        let shift = later.mean - self.mean;
        self.mean = if own == 0.0 { later.mean } else { self.mean + shift * share };
        self.squares += later.squares + shift * shift * own * share;
    }
}
