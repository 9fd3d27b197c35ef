//! The mean of a quantity that is known batch by batch.

use super::{Confidence, Interval, Tally, float};
use serde::{Deserialize, Serialize};

/// Mean and spread of values that each come from a batch of trials, weighted by the trials of their batches.
///
/// Where the value of a trial is not at hand, or is none, the values of batches take its place: the variance of a batch is that of a trial over the
/// number of its trials, so that `sum n_i (x_i - mean)^2 / (k - 1)` over k batches estimates the variance of a trial, and that over
/// all trials the variance of the mean. A value that is not finite is left out with its batch.
///
/// Source: the method of batch means, A. M. Law, Simulation Modeling and Analysis; the merge is that of [`Mean`](super::Mean) with weights.
///
/// ```
/// # use sim_core::estimate::{BatchMeans, Confidence};
/// let mut batches = BatchMeans::default();
/// for x in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
///     batches.record(64, x);
/// }
/// let interval = batches.student_t(Confidence::DEFAULT);
/// assert!(interval.contains(5.0) && (interval.high - 6.787).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchMeans {
    batches: u64,
    trials: u64,
    #[serde(with = "float")]
    mean: f64,
    /// Sum of squared deviations from the mean, weighted.
    #[serde(with = "float")]
    squares: f64,
}

impl BatchMeans {
    /// Records the value of a batch of so many trials.
    pub fn record(&mut self, trials: u64, value: f64) {
        if value.is_finite() && trials > 0 {
            self.merge(&Self { batches: 1, trials, mean: value, squares: 0.0 });
        }
    }

    /// Number of batches.
    pub fn batches(&self) -> u64 {
        self.batches
    }

    /// Trials in all of them.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// The mean; NaN before the first batch.
    pub fn value(&self) -> f64 {
        if self.batches == 0 { f64::NAN } else { self.mean }
    }

    /// Student's interval of the mean, with one degree of freedom fewer than there are batches; unbounded below two.
    pub fn student_t(&self, confidence: Confidence) -> Interval {
        if self.batches < 2 {
            return Interval::UNBOUNDED;
        }
        let freedom = (self.batches - 1) as f64;
        let error = (self.squares / freedom / self.trials as f64).sqrt();
        Interval::around(self.mean, confidence.student_multiplier(freedom) * error)
    }
}

impl Tally for BatchMeans {
    fn merge(&mut self, later: &Self) {
        if later.batches == 0 {
            return;
        }
        let (own, other) = (self.trials as f64, later.trials as f64);
        self.batches += later.batches;
        self.trials += later.trials;
        let share = other / self.trials as f64;
        let shift = later.mean - self.mean;
        self.mean = if own == 0.0 { later.mean } else { self.mean + shift * share };
        self.squares += later.squares + shift * shift * own * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights are numbers of trials: values 1, 2, 4 with weights 64, 64, 128 have the mean 2.75, and the variance of a trial is
    /// (64 * 1.75^2 + 64 * 0.75^2 + 128 * 1.25^2) / 2 = 216.
    #[test]
    fn long_batches_weigh_more() {
        let mut batches = BatchMeans::default();
        for (trials, value) in [(64, 1.0), (64, 2.0), (128, 4.0), (64, f64::NAN)] {
            batches.record(trials, value);
        }
        assert_eq!((batches.batches(), batches.trials(), batches.value()), (3, 256, 2.75));
        let reach = batches.student_t(Confidence::DEFAULT).high - 2.75;
        // 4.302653 is Student's 0.975 quantile with two degrees of freedom.
        assert!((reach - 4.302_653 * (216.0_f64 / 256.0).sqrt()).abs() < 1e-5, "{reach}");
    }

    #[test]
    fn parts_come_to_the_same_as_the_whole() {
        let value = |i: u64| (i as f64 * 0.7).sin();
        let (mut whole, mut first, mut second) =
            (BatchMeans::default(), BatchMeans::default(), BatchMeans::default());
        for i in 0..40 {
            whole.record(64 + 8 * i, value(i));
            if i < 13 { &mut first } else { &mut second }.record(64 + 8 * i, value(i));
        }
        first.merge(&second);
        assert_eq!((first.batches, first.trials), (whole.batches, whole.trials));
        assert!(
            (first.mean - whole.mean).abs() < 1e-12 && (first.squares / whole.squares - 1.0).abs() < 1e-12
        );
    }

    #[test]
    fn one_batch_says_nothing_of_its_spread() {
        let mut batches = BatchMeans::default();
        batches.record(512, 0.5);
        assert_eq!(batches.student_t(Confidence::DEFAULT), Interval::UNBOUNDED);
    }
}
