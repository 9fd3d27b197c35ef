//! From tallies to numbers with intervals.
//!
//! A simulation counts into a [`Tally`]; a tally is small, merges, and can be stored, so that a run can be
//! extended later without its trials. An [`Estimate`] is what a reader sees: a value, an interval, the
//! confidence of the interval and the number of trials behind it.

mod batch_means;
mod binomial;
mod clustered;
mod covariance;
mod float;
mod holm;
mod joint;
mod mean;
mod paired;
mod paired_proportions;
mod proportion;
mod quantile;
mod ratio;

pub use batch_means::BatchMeans;
pub use binomial::{BinomialTails, binomial_tails};
pub use clustered::Clustered;
pub use covariance::Covariance;
pub use holm::holm;
pub use joint::JointProportions;
pub use mean::Mean;
pub use paired::PairedDifference;
pub use paired_proportions::PairedProportions;
pub use proportion::Proportion;
pub use quantile::{InvalidResolution, Quantiles, Resolution};
pub use ratio::Ratio;

use crate::special::{normal_quantile, student_quantile};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a simulation counts into, in memory that does not grow with the number of trials.
///
/// The default value is the empty tally. Merging is done in block order, so that floating-point sums
/// are the same for any number of threads.
pub trait Tally: Clone + Default + Send + Serialize + DeserializeOwned + 'static {
    /// Whether the tally of the same trials is the same however they were grouped: true for integer counts. A run can be
    /// extended from any of its trials then, otherwise from the end of a block only.
    const EXACT: bool = false;

    /// Adds what `later` has counted to this tally.
    fn merge(&mut self, later: &Self);
}

/// A confidence level in (0, 1), such as 0.95.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

/// A confidence level outside (0, 1), or not a number.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a confidence level lies between 0 and 1, both excluded; found {0}")]
pub struct InvalidConfidence(pub f64);

impl Confidence {
    /// The customary 95 %.
    pub const DEFAULT: Self = Self(0.95);

    /// A level in (0, 1).
    ///
    /// # Errors
    /// `level` is NaN, or not strictly between 0 and 1.
    pub fn new(level: f64) -> Result<Self, InvalidConfidence> {
        if level > 0.0 && level < 1.0 { Ok(Self(level)) } else { Err(InvalidConfidence(level)) }
    }

    /// The level as a number in (0, 1).
    pub fn get(self) -> f64 {
        self.0
    }

    /// Probability that a two-sided interval leaves out on each side: `(1 - level) / 2`.
    fn tail(self) -> f64 {
        0.5 * (1.0 - self.0)
    }

    /// Half-width of a normal interval in standard errors: 1.96 at 95 %.
    fn normal_multiplier(self) -> f64 {
        -normal_quantile(self.tail())
    }

    /// Half-width of a Student interval in standard errors.
    fn student_multiplier(self, degrees_of_freedom: f64) -> f64 {
        -student_quantile(self.tail(), degrees_of_freedom)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<f64> for Confidence {
    type Error = InvalidConfidence;
    fn try_from(level: f64) -> Result<Self, InvalidConfidence> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> f64 {
        confidence.0
    }
}

/// An interval `[low, high]`; an end may be infinite where the data do not bound it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The whole line: the data say nothing.
    pub const UNBOUNDED: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// `center` plus and minus `half_width`; unbounded if either is not a finite number.
    fn around(center: f64, half_width: f64) -> Self {
        if !center.is_finite() || !half_width.is_finite() {
            return Self::UNBOUNDED;
        }
        Self { low: center - half_width, high: center + half_width }
    }

    /// The smallest interval that holds this one and `value`: rounding must not put an estimate outside
    /// its interval. A NaN changes nothing.
    fn with(self, value: f64) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }

    /// Whether `value` lies in the interval, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A value with its interval: what a simulation says about one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Point estimate; NaN before the first trial.
    pub value: f64,
    /// Lower end of the interval, at most `value`.
    pub low: f64,
    /// Upper end of the interval, at least `value`.
    pub high: f64,
    /// Confidence of the interval.
    pub confidence: Confidence,
    /// Trials behind the estimate.
    pub trials: u64,
}

impl Estimate {
    /// Puts a value and its interval together.
    pub fn new(value: f64, interval: Interval, confidence: Confidence, trials: u64) -> Self {
        Self { value, low: interval.low, high: interval.high, confidence, trials }
    }

    /// The longer of the two arms of the interval: asymmetric intervals have no single half-width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.value).max(self.value - self.low)
    }

    /// The same estimate on the scale `offset + scale * value`.
    #[must_use]
    pub fn affine(self, offset: f64, scale: f64) -> Self {
        let (a, b) = (offset + scale * self.low, offset + scale * self.high);
        Self { value: offset + scale * self.value, low: a.min(b), high: a.max(b), ..self }
    }
}
