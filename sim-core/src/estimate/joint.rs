//! Several yes-or-no quantities of the same trials, such as cells compared under common random numbers.

use super::{Confidence, Estimate, PairedProportions, Proportion, Tally};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Counts how often each of several quantities is true, and how often each two of them are.
///
/// The estimates of quantities of the same trials are correlated: their errors must not be treated as independent.
/// [`JointProportions::covariance`] says how much, and [`JointProportions::difference`] takes it into account.
///
/// ```
/// # use sim_core::estimate::{Confidence, JointProportions};
/// let mut tally = JointProportions::new(2);
/// for (a, b) in [(true, true), (true, true), (true, false), (false, false)] {
///     tally.record(&[a, b]);
/// }
/// assert_eq!((tally.proportion(0).value(), tally.proportion(1).value()), (0.75, 0.5));
/// // (2/4 - 3/4 x 2/4) / 4
/// assert_eq!(tally.covariance(0, 1), 0.03125);
/// assert_eq!(tally.difference(0, 1, Confidence::DEFAULT).value, 0.25);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts")]
pub struct JointProportions {
    trials: u64,
    /// Entry `i (i + 1) / 2 + j` for `j <= i`: trials in which `i` and `j` are true. Empty before the first trial.
    both: Vec<u64>,
}

/// What is stored, before it is checked.
#[derive(Deserialize)]
struct Counts {
    trials: u64,
    both: Vec<u64>,
}

/// Counts that no trials give.
#[derive(Debug, Error)]
#[error("{0} counts of pairs are no triangle, or exceed the trials")]
struct NoTriangle(usize);

impl TryFrom<Counts> for JointProportions {
    type Error = NoTriangle;
    fn try_from(Counts { trials, both }: Counts) -> Result<Self, NoTriangle> {
        let tally = Self { trials, both };
        let n = tally.quantities();
        let fits = (0..n).all(|i| (0..=i).all(|j| tally.both(i, j) <= tally.both(j, j)))
            && (0..n).all(|i| tally.both(i, i) <= trials);
        if n * (n + 1) / 2 == tally.both.len() && fits {
            Ok(tally)
        } else {
            Err(NoTriangle(tally.both.len()))
        }
    }
}

impl JointProportions {
    /// No trials of `quantities` quantities.
    pub fn new(quantities: usize) -> Self {
        Self { trials: 0, both: vec![0; quantities * (quantities + 1) / 2] }
    }

    /// Counts one trial.
    pub fn record(&mut self, values: &[bool]) {
        self.record_many(1, |i, j| u64::from(values[i] && values[j]), values.len());
    }

    /// Counts many trials at once: `both(i, j)` of them are true for `i` and for `j`; `both(i, i)` for `i`.
    pub fn record_many(&mut self, trials: u64, both: impl Fn(usize, usize) -> u64, quantities: usize) {
        self.both.resize(quantities * (quantities + 1) / 2, 0);
        let pairs = (0..quantities).flat_map(|i| (0..=i).map(move |j| (i, j)));
        for (count, (i, j)) in self.both.iter_mut().zip(pairs) {
            *count += both(i, j);
        }
        self.trials += trials;
    }

    /// Number of trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Number of quantities; 0 before the first trial of an empty tally.
    pub fn quantities(&self) -> usize {
        // The triangle root.
        (((8 * self.both.len() + 1) as f64).sqrt() as usize).saturating_sub(1) / 2
    }

    /// Trials in which both are true.
    pub fn both(&self, i: usize, j: usize) -> u64 {
        let (high, low) = (i.max(j), i.min(j));
        self.both.get(high * (high + 1) / 2 + low).copied().unwrap_or(0)
    }

    /// How often quantity `i` is true.
    pub fn proportion(&self, i: usize) -> Proportion {
        let mut proportion = Proportion::default();
        proportion.record_many(self.both(i, i), self.trials - self.both(i, i));
        proportion
    }

    /// Estimated covariance of the two estimated shares: `(p_ij - p_i p_j) / n`; for `i = j` the variance. NaN before the first trial.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        let n = self.trials as f64;
        let share = |count: u64| count as f64 / n;
        (share(self.both(i, j)) - share(self.both(i, i)) * share(self.both(j, j))) / n
    }

    /// Share of `i` minus share of `j`, with the interval for paired proportions.
    pub fn difference(&self, i: usize, j: usize, confidence: Confidence) -> Estimate {
        let both = self.both(i, j);
        let (only_i, only_j) = (self.both(i, i) - both, self.both(j, j) - both);
        let mut paired = PairedProportions::default();
        paired.record_many(both, only_i, only_j, self.trials - both - only_i - only_j);
        paired.estimate(confidence)
    }
}

impl Tally for JointProportions {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        if later.trials > 0 {
            self.record_many(later.trials, |i, j| later.both(i, j), later.quantities());
        }
    }
}
