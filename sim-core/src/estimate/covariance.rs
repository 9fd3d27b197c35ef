//! Two quantities of the same trials.

use super::{Confidence, Interval, Tally, float};
use serde::{Deserialize, Serialize};

/// Count, means and centered second moments of pairs of values.
///
/// A pair with an infinite value or a NaN is counted apart, as in [`Mean`](super::Mean): the moments are
/// those of the finite pairs, and every interval is as wide as it can be from then on.
///
/// ```
/// # use sim_core::estimate::{Confidence, Covariance};
/// let mut tally = Covariance::default();
/// for (x, y) in [(1.0, 2.0), (2.0, 4.0), (3.0, 9.0)] {
///     tally.record(x, y);
/// }
/// assert_eq!(tally.means(), (2.0, 5.0));
/// assert_eq!(tally.covariance(), 3.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Covariance {
    count: u64,
    #[serde(with = "float")]
    mean_x: f64,
    #[serde(with = "float")]
    mean_y: f64,
    /// Sums of products of deviations from the means.
    #[serde(with = "float")]
    xx: f64,
    #[serde(with = "float")]
    xy: f64,
    #[serde(with = "float")]
    yy: f64,
    not_finite: u64,
}

impl Covariance {
    /// Records the two values of one trial.
    pub fn record(&mut self, x: f64, y: f64) {
        if !x.is_finite() || !y.is_finite() {
            self.not_finite += 1;
            return;
        }
        self.count += 1;
        let n = self.count as f64;
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += dx / n;
        self.mean_y += dy / n;
        self.xx += dx * (x - self.mean_x);
        self.xy += dx * (y - self.mean_y);
        self.yy += dy * (y - self.mean_y);
    }

    /// Number of pairs recorded, finite or not.
    pub fn trials(&self) -> u64 {
        self.count + self.not_finite
    }

    /// Number of pairs with an infinite value or a NaN, which the moments leave out.
    pub fn not_finite(&self) -> u64 {
        self.not_finite
    }

    /// Means of the two quantities over the finite pairs; NaN before the first.
    pub fn means(&self) -> (f64, f64) {
        if self.count == 0 { (f64::NAN, f64::NAN) } else { (self.mean_x, self.mean_y) }
    }

    /// Unbiased sample variances of the two quantities; NaN below two pairs.
    pub fn variances(&self) -> (f64, f64) {
        (self.per_degree_of_freedom(self.xx), self.per_degree_of_freedom(self.yy))
    }

    /// Unbiased sample covariance; NaN below two pairs.
    pub fn covariance(&self) -> f64 {
        self.per_degree_of_freedom(self.xy)
    }

    fn per_degree_of_freedom(&self, sum: f64) -> f64 {
        if self.count < 2 { f64::NAN } else { sum / (self.count - 1) as f64 }
    }

    /// Pearson's correlation, in [-1, 1]; NaN below two pairs or if a quantity does not vary.
    pub fn correlation(&self) -> f64 {
        let scale = self.xx.sqrt() * self.yy.sqrt();
        if self.count < 2 || scale == 0.0 { f64::NAN } else { (self.xy / scale).clamp(-1.0, 1.0) }
    }

    /// Interval of the correlation by Fisher's transformation: `artanh r` is nearly normal with variance
    /// `1 / (n - 3)`. `[-1, 1]` below four pairs, if a quantity does not vary, and after a pair that is
    /// not finite.
    ///
    /// Source: R. A. Fisher, "On the Probable Error of a Coefficient of Correlation Deduced from a Small
    /// Sample", Metron 1 (1921), 3-32.
    pub fn fisher_z(&self, confidence: Confidence) -> Interval {
        let correlation = self.correlation();
        if self.count < 4 || self.not_finite > 0 || correlation.is_nan() {
            return Interval { low: -1.0, high: 1.0 };
        }
        let center = libm::atanh(correlation);
        let arm = confidence.normal_multiplier() / ((self.count - 3) as f64).sqrt();
        Interval { low: libm::tanh(center - arm), high: libm::tanh(center + arm) }.with(correlation)
    }
}

impl Tally for Covariance {
    fn merge(&mut self, later: &Self) {
        self.not_finite += later.not_finite;
        if later.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = Self { not_finite: self.not_finite, ..*later };
            return;
        }
        let own = self.count as f64;
        self.count += later.count;
        let share = later.count as f64 / self.count as f64;
        let (dx, dy) = (later.mean_x - self.mean_x, later.mean_y - self.mean_y);
        self.mean_x += dx * share;
        self.mean_y += dy * share;
        self.xx += later.xx + dx * dx * own * share;
        self.xy += later.xy + dx * dy * own * share;
        self.yy += later.yy + dy * dy * own * share;
    }
}
