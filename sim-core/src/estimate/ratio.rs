//! The ratio of two means.

use super::{Confidence, Covariance, Estimate, Interval, Tally};
use serde::{Deserialize, Serialize};

/// Ratio of the means of two quantities of the same trials, such as cost per success.
///
/// ```
/// # use sim_core::estimate::{Confidence, Interval, Ratio};
/// let mut cost_per_success = Ratio::default();
/// for (cost, success) in [(3.0, 1.0), (4.0, 1.0), (5.0, 0.0), (4.0, 1.0)] {
///     cost_per_success.record(cost, success);
/// }
/// assert!((cost_per_success.value() - 16.0 / 3.0).abs() < 1e-15);
/// // Four trials do not exclude that no trial ever succeeds.
/// assert_eq!(cost_per_success.fieller(Confidence::DEFAULT), Interval::UNBOUNDED);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// Denominator as `x`, numerator as `y`.
    moments: Covariance,
}

impl Ratio {
    /// Records the two values of one trial.
    pub fn record(&mut self, numerator: f64, denominator: f64) {
        self.moments.record(denominator, numerator);
    }

    /// Number of trials recorded.
    pub fn trials(&self) -> u64 {
        self.moments.trials()
    }

    /// Moments of the two quantities: the denominator is `x`, the numerator `y`.
    pub fn moments(&self) -> &Covariance {
        &self.moments
    }

    /// Mean numerator over mean denominator; NaN or infinite if the latter is zero.
    pub fn value(&self) -> f64 {
        let (x, y) = self.moments.means();
        y / x
    }

    /// Fieller's interval: the ratios `r` for which a t test does not reject that `y - r x` has mean zero.
    /// Unbounded where the same test does not reject that the denominator has mean zero, below two
    /// trials, and after a value that is not finite.
    ///
    /// Source: E. C. Fieller, "Some Problems in Interval Estimation", JRSS B 16 (1954), 175-185.
    pub fn fieller(&self, confidence: Confidence) -> Interval {
        let trials = self.moments.trials();
        if trials < 2 || self.moments.not_finite() > 0 {
            return Interval::UNBOUNDED;
        }
        let n = trials as f64;
        let (x, _) = self.moments.means();
        let (xx, yy) = self.moments.variances();
        let (xx, xy, yy) = (xx / n, self.moments.covariance() / n, yy / n);
        let t = confidence.student_multiplier(n - 1.0) / x;
        let spread = t * t * xx;
        if spread.is_nan() || spread >= 1.0 {
            return Interval::UNBOUNDED;
        }
        let ratio = self.value();
        let center = (ratio - t * t * xy) / (1.0 - spread);
        let variance = (yy - 2.0 * ratio * xy + ratio * ratio * xx) - t * t * (xx * yy - xy * xy);
        let arm = t.abs() / (1.0 - spread) * variance.max(0.0).sqrt();
        Interval::around(center, arm).with(ratio)
    }

    /// The ratio with [Fieller's interval](Self::fieller).
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        Estimate::new(self.value(), self.fieller(confidence), confidence, self.trials())
    }
}

impl Tally for Ratio {
    fn merge(&mut self, later: &Self) {
        self.moments.merge(&later.moments);
    }
}
