//! When to stop: after a number of trials, or when the intervals are short enough.

use thiserror::Error;

use super::TRIALS_PER_BLOCK;
use crate::estimate::{Confidence, Estimate};

/// How short the interval of every metric shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Precision {
    /// Half-width in the metric's own unit.
    Absolute(f64),
    /// Half-width as a share of the absolute value of the estimate.
    Relative(f64),
}

impl Precision {
    /// Whether an estimate's interval is short enough. A metric without trials is not waited for: more trials bring it
    /// none.
    pub fn reached_by(self, estimate: &Estimate) -> bool {
        if estimate.trials == 0 {
            return true;
        }
        let target = match self {
            Self::Absolute(half_width) => half_width,
            Self::Relative(share) => share * estimate.value.abs(),
        };
        estimate.half_width() <= target
    }
}

/// A stopping rule.
///
/// A rule with a precision looks at the estimates only at fixed checkpoints, 512 x {1, 2, 3, 4, 6, 8, 12, 16, ...}
/// trials, the same whatever the target: a tighter target extends a run, and looking does not depend on what was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    trials: u64,
    precision: Option<Precision>,
    confidence: Confidence,
}

/// A stopping rule that could never be satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum InvalidStop {
    /// No trials at all.
    #[error("at least one trial is needed; found 0")]
    NoTrials,
    /// A half-width that is not positive and finite.
    #[error("a half-width is a positive number; found {0}")]
    HalfWidth(f64),
}

impl Stop {
    /// Stops after exactly this many trials.
    ///
    /// # Errors
    /// `trials` is 0.
    pub fn after(trials: u64) -> Result<Self, InvalidStop> {
        if trials == 0 {
            return Err(InvalidStop::NoTrials);
        }
        Ok(Self { trials, precision: None, confidence: Confidence::DEFAULT })
    }

    /// Stops at the first checkpoint where every metric has this precision, and after `max_trials` at the latest.
    ///
    /// # Errors
    /// `max_trials` is 0, or the half-width is not positive and finite.
    pub fn at_precision(precision: Precision, max_trials: u64) -> Result<Self, InvalidStop> {
        let (Precision::Absolute(half_width) | Precision::Relative(half_width)) = precision;
        if !(half_width > 0.0 && half_width.is_finite()) {
            return Err(InvalidStop::HalfWidth(half_width));
        }
        Ok(Self { precision: Some(precision), ..Self::after(max_trials)? })
    }

    /// The same rule with intervals of this confidence.
    #[must_use]
    pub fn with_confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    /// The fixed or largest number of trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// The wanted precision, if the number of trials is not fixed.
    pub fn precision(&self) -> Option<Precision> {
        self.precision
    }

    /// Confidence of the intervals.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Numbers of trials after which the estimates are looked at; the last one is [`Self::trials`].
    pub fn checkpoints(&self) -> impl Iterator<Item = u64> + use<> {
        let limit = self.trials;
        let looks = if self.precision.is_some() { u32::MAX } else { 0 };
        (0..looks)
            .map_while(checkpoint)
            .take_while(move |&trials| trials < limit)
            .chain(std::iter::once(limit))
    }
}

/// The `k`-th checkpoint: 512 x {1, 2, 3, 4, 6, 8, 12, ...}, none beyond the range of `u64`.
fn checkpoint(k: u32) -> Option<u64> {
    let blocks: u64 = match k {
        0 => 1,
        // 2, 3, 4, 6, 8, 12, ...: powers of two and the numbers half way between them.
        _ => (if k % 2 == 1 { 2u64 } else { 3 }).checked_mul(1u64.checked_shl((k - 1) / 2)?)?,
    };
    blocks.checked_mul(TRIALS_PER_BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_do_not_depend_on_the_target() {
        let first = |half_width| {
            Stop::at_precision(Precision::Absolute(half_width), 10_000)
                .unwrap()
                .checkpoints()
                .collect::<Vec<_>>()
        };
        assert_eq!(first(0.1), [512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 10_000]);
        assert_eq!(first(0.1), first(0.001));
        assert_eq!(Stop::after(7).unwrap().checkpoints().collect::<Vec<_>>(), [7]);
        let longest = Stop::at_precision(Precision::Relative(0.1), u64::MAX).unwrap();
        assert_eq!(longest.checkpoints().last(), Some(u64::MAX));
    }

    #[test]
    fn impossible_rules_are_refused() {
        assert_eq!(Stop::after(0), Err(InvalidStop::NoTrials));
        for half_width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Stop::at_precision(Precision::Absolute(half_width), 10).is_err(), "{half_width}");
        }
    }
}
