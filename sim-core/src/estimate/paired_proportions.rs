//! Differences between two proportions under common random numbers.

use super::{Confidence, Estimate, Interval, Proportion, Tally};
use serde::{Deserialize, Serialize};

/// Difference between two success probabilities that were simulated with the same random numbers, such as
/// the completion probabilities of two policies.
///
/// ```
/// # use sim_core::estimate::{Confidence, PairedProportions};
/// let mut tally = PairedProportions::default();
/// for _ in 0..1000 {
///     tally.record(true, true);
/// }
/// // No trial differs, yet a difference of 0.3 % is not excluded.
/// let estimate = tally.estimate(Confidence::DEFAULT);
/// assert_eq!(estimate.value, 0.0);
/// assert!(estimate.low < -0.003 && estimate.high > 0.003);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairedProportions {
    both: u64,
    only_first: u64,
    only_second: u64,
    neither: u64,
}

impl PairedProportions {
    /// Records the two outcomes of one trial.
    pub fn record(&mut self, first: bool, second: bool) {
        match (first, second) {
            (true, true) => self.both += 1,
            (true, false) => self.only_first += 1,
            (false, true) => self.only_second += 1,
            (false, false) => self.neither += 1,
        }
    }

    /// Records many trials at once, by what succeeded in them.
    pub fn record_many(&mut self, both: u64, only_first: u64, only_second: u64, neither: u64) {
        self.merge(&Self { both, only_first, only_second, neither });
    }

    /// Number of trials recorded.
    pub fn trials(&self) -> u64 {
        self.both + self.only_first + self.only_second + self.neither
    }

    /// Discordant trials: those where only the first succeeded, and those where only the second did.
    pub fn discordant(&self) -> (u64, u64) {
        (self.only_first, self.only_second)
    }

    /// The first proportion alone.
    pub fn first(&self) -> Proportion {
        let mut tally = Proportion::default();
        tally.record_many(self.both + self.only_first, self.only_second + self.neither);
        tally
    }

    /// The second proportion alone.
    pub fn second(&self) -> Proportion {
        let mut tally = Proportion::default();
        tally.record_many(self.both + self.only_second, self.only_first + self.neither);
        tally
    }

    /// Share of the first minus share of the second, in [-1, 1]; NaN before the first trial.
    pub fn value(&self) -> f64 {
        (self.only_first as f64 - self.only_second as f64) / self.trials() as f64
    }

    /// Tango's score interval: the differences that a score test does not reject. With no discordant
    /// trial it is `z^2 / (n + z^2)` on either side, the width that Wilson's interval has at zero.
    /// `[-1, 1]` before the first trial.
    ///
    /// Source: T. Tango, "Equivalence Test and Confidence Interval for the Difference in Proportions for
    /// the Paired-Sample Design", Statistics in Medicine 17 (1998), 891-908; recommended by M. W.
    /// Fagerland, S. Lydersen and P. Laake, Statistics in Medicine 33 (2014), 2850-2875, over the
    /// intervals of Wald and of Agresti and Min, which are too narrow when few trials are discordant.
    pub fn tango(&self, confidence: Confidence) -> Interval {
        if self.trials() == 0 {
            return Interval { low: -1.0, high: 1.0 };
        }
        let (first, second) = (self.only_first as f64, self.only_second as f64);
        tango(first, second, self.trials() as f64, confidence.normal_multiplier())
    }

    /// The difference with [Tango's interval](Self::tango).
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        Estimate::new(self.value(), self.tango(confidence), confidence, self.trials())
    }
}

/// [Tango's interval](PairedProportions::tango) of `n` trials, whole or not, at `z` standard errors.
pub(super) fn tango(only_first: f64, only_second: f64, n: f64, z: f64) -> Interval {
    let value = (only_first - only_second) / n;
    let score = |difference| score(only_first, only_second, n, difference);
    // The score falls from one end to the other, and is zero at the value.
    let low = bisect(-1.0, value, |difference| score(difference) > z);
    let high = bisect(1.0, value, |difference| score(difference) < -z);
    Interval { low, high }
}

/// Score statistic of the hypothesis that the probabilities differ by `difference`: nearly standard normal if they do.
fn score(first: f64, second: f64, n: f64, difference: f64) -> f64 {
    // Maximum likelihood estimate of the probability of `only_second` given the difference: the larger root of
    // `2 n q^2 + linear q - constant`.
    let linear = (2.0 * n - first + second) * difference - first - second;
    let constant = second * difference * (1.0 - difference);
    let root = (linear * linear + 8.0 * n * constant).max(0.0).sqrt();
    let only_second =
        if linear > 0.0 { 2.0 * constant / (linear + root) } else { (root - linear) / (4.0 * n) };
    let variance = n * (2.0 * only_second + difference * (1.0 - difference));
    let surplus = first - second - n * difference;
    if surplus == 0.0 { 0.0 } else { surplus / variance.max(0.0).sqrt() }
}

/// The border between `rejected`, which is so, and `accepted`, which is not, on the accepted side's end.
fn bisect(rejected: f64, accepted: f64, is_rejected: impl Fn(f64) -> bool) -> f64 {
    let (mut outer, mut inner) = (rejected, accepted);
    if !is_rejected(outer) {
        return outer;
    }
    loop {
        let middle = outer + 0.5 * (inner - outer);
        if middle == outer || middle == inner {
            // The rejected end: the interval is rounded outward.
            return outer;
        }
        if is_rejected(middle) {
            outer = middle;
        } else {
            inner = middle;
        }
    }
}

impl Tally for PairedProportions {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        self.both += later.both;
        self.only_first += later.only_first;
        self.only_second += later.only_second;
        self.neither += later.neither;
    }
}
