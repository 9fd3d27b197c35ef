//! The share of trials that succeed.

use super::{Confidence, Estimate, Interval, Tally};
use crate::special::{beta_quantile, beta_quantile_upper};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Counts successes among trials.
///
/// ```
/// # use sim_core::estimate::{Confidence, Proportion};
/// let mut tally = Proportion::default();
/// tally.record(true);
/// tally.record_many(80, 182);
/// assert_eq!((tally.successes(), tally.trials()), (81, 263));
/// let interval = tally.wilson(Confidence::DEFAULT);
/// assert!((interval.low - 0.2553).abs() < 5e-5 && (interval.high - 0.3662).abs() < 5e-5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts")]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

/// What is stored, before it is checked.
#[derive(Deserialize)]
struct Counts {
    successes: u64,
    trials: u64,
}

/// More successes than trials.
#[derive(Debug, Error)]
#[error("{successes} successes in only {trials} trials")]
struct TooManySuccesses {
    successes: u64,
    trials: u64,
}

impl TryFrom<Counts> for Proportion {
    type Error = TooManySuccesses;
    fn try_from(Counts { successes, trials }: Counts) -> Result<Self, TooManySuccesses> {
        if successes > trials {
            return Err(TooManySuccesses { successes, trials });
        }
        Ok(Self { successes, trials })
    }
}

impl Proportion {
    /// Counts one trial.
    pub fn record(&mut self, success: bool) {
        self.successes += u64::from(success);
        self.trials += 1;
    }

    /// Counts many trials at once, as lanes of trials need it.
    pub fn record_many(&mut self, successes: u64, failures: u64) {
        self.successes += successes;
        self.trials += successes + failures;
    }

    /// Number of successes.
    pub fn successes(&self) -> u64 {
        self.successes
    }

    /// Number of trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Share of successes, in [0, 1]; NaN before the first trial.
    pub fn value(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// Wilson's score interval: the probabilities that a normal test does not reject. It has a positive
    /// width at 0 and at 1 too; its coverage is near the stated one on average over the probability, and
    /// dips below it at some. `[0, 1]` before the first trial.
    ///
    /// Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    /// JASA 22 (1927), 209-212.
    pub fn wilson(&self, confidence: Confidence) -> Interval {
        if self.trials == 0 {
            return Interval { low: 0.0, high: 1.0 };
        }
        let (k, n) = (self.successes as f64, self.trials as f64);
        wilson(k, n, confidence.normal_multiplier()).with(self.value())
    }

    /// Clopper and Pearson's exact interval: it covers with at least the stated confidence whatever the
    /// probability, and is wider than necessary for most. `[0, 1]` before the first trial.
    ///
    /// Source: C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in
    /// the Case of the Binomial", Biometrika 26 (1934), 404-413.
    pub fn clopper_pearson(&self, confidence: Confidence) -> Interval {
        let (k, failures) = (self.successes as f64, (self.trials - self.successes) as f64);
        let tail = confidence.tail();
        let low = if k == 0.0 { 0.0 } else { beta_quantile(k, failures + 1.0, tail) };
        let high = if failures == 0.0 { 1.0 } else { beta_quantile_upper(k + 1.0, failures, tail) };
        Interval { low, high }.with(self.value())
    }

    /// The share with [Wilson's interval](Self::wilson).
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        Estimate::new(self.value(), self.wilson(confidence), confidence, self.trials)
    }
}

/// [Wilson's interval](Proportion::wilson) of `k` successes in `n` trials, whole or not, at `z` standard errors.
pub(super) fn wilson(k: f64, n: f64, z: f64) -> Interval {
    let failures = n - k;
    let center = (k + 0.5 * z * z) / (n + z * z);
    let arm = z / (n + z * z) * (k * (failures / n) + 0.25 * z * z).sqrt();
    // The ends are exact at 0 and 1, where the difference below leaves a rounding error.
    let low = if k == 0.0 { 0.0 } else { (center - arm).max(0.0) };
    let high = if failures == 0.0 { 1.0 } else { (center + arm).min(1.0) };
    Interval { low, high }
}

impl Tally for Proportion {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        self.successes += later.successes;
        self.trials += later.trials;
    }
}
