//! Rules as evaluators apply them: resolved against the votes that an agent really has.

use std::sync::Arc;

use super::{Aggregator, Tie};

/// The rule of one agent, with everything resolved that its spelling left open. All evaluators apply the same one.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The answer whose votes weigh more than half of those present; binary questions.
    Majority {
        /// Weight of each input.
        weights: IntegerWeights,
        /// What happens when the sums are equal.
        tie: Tie,
    },
    /// The answer whose votes weigh at least `threshold` of those present; abstains without one.
    Supermajority {
        /// Weight of each input.
        weights: IntegerWeights,
        /// Share in (1/2, 1].
        threshold: f64,
    },
    /// The answer whose votes weigh most; a uniformly drawn one of the leading ones. Without any vote, any answer.
    Plurality {
        /// Weight of each input.
        weights: IntegerWeights,
    },
    /// The first answer that is ahead of every other by `margin` inputs, in their order; else as a plurality of equal weights.
    Margin {
        /// At least 1.
        margin: u32,
    },
    /// The first input present.
    First,
    /// The first input that a verifier accepts; a uniformly drawn one if it accepts none.
    BestOf {
        /// Probability that a right vote is accepted.
        true_positive: f64,
        /// Probability that a wrong vote is accepted.
        false_positive: f64,
    },
    /// A rule of the user's own.
    Custom(Arc<dyn Aggregator>),
}

/// Weights of inputs as whole numbers, so that a sum is exact on every machine and a tie is a tie.
///
/// Real weights are multiplied by the smallest whole number up to 1000 that makes all of them whole (within one part in
/// 10^9), else scaled so that they sum to about 2^40; then sums within a few units of each other are told apart although the
/// real ones may not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerWeights {
    of: Vec<u64>,
    total: u64,
}

impl IntegerWeights {
    /// The sum that weights are scaled to when no small factor makes them whole.
    const FINE: f64 = (1u64 << 40) as f64;

    /// Every one of `count` inputs weighs 1.
    pub fn equal(count: usize) -> Self {
        Self { of: vec![1; count], total: count as u64 }
    }

    /// Real weights, not negative and finite, as whole numbers.
    pub fn new(weights: &[f64]) -> Self {
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            return Self { of: vec![0; weights.len()], total: 0 };
        }
        let whole = |scale: f64| {
            let near = |w: &f64| {
                let scaled = w * scale;
                (scaled - scaled.round()).abs() <= 1e-9 * scaled.max(1.0)
                    && (scaled.round() > 0.0 || *w == 0.0)
            };
            weights.iter().all(near)
        };
        let small = (1..=1000).map(f64::from).find(|&scale| largest * scale < 1e6 && whole(scale));
        // Relative to the largest, so that no sum overflows; a positive weight stays positive, so that it still breaks ties.
        let relative: f64 = weights.iter().map(|w| w / largest).sum();
        let fine =
            |w: &f64| (w / largest * (Self::FINE / relative)).round().max(f64::from(u8::from(*w > 0.0)));
        let of: Vec<u64> = match small {
            Some(scale) => weights.iter().map(|w| (w * scale).round() as u64).collect(),
            None => weights.iter().map(|w| fine(w) as u64).collect(),
        };
        // Common factors only make the numbers longer.
        let divisor = of.iter().copied().fold(0, gcd).max(1);
        let of: Vec<u64> = of.into_iter().map(|w| w / divisor).collect();
        let total = of.iter().sum();
        Self { of, total }
    }

    /// The weight of each input.
    pub fn of(&self) -> &[u64] {
        &self.of
    }

    /// Their sum.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The one weight that all inputs have, if they have.
    pub fn are_equal(&self) -> bool {
        self.of.windows(2).all(|pair| pair[0] == pair[1])
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The smallest weight that is a share of at least `threshold` of `present`. A share that misses the threshold by less than one part
/// in 10^9 is taken to reach it, so that 2 of 3 are at least 0.6666666666. It is more than one half in any case, so that only one
/// answer can have it, and none where nothing present weighs anything.
pub fn needed_weight(threshold: f64, present: u64) -> u64 {
    let exact = threshold * present as f64;
    let share = libm::ceil(exact - 1e-9 * present as f64).max(0.0) as u64;
    share.max(present / 2 + 1)
}

/// Whether an answer is ahead of every other by a margin, given how many say what.
pub(in crate::organization) fn is_ahead(sums: &[u64], answer: usize, margin: u32) -> bool {
    let others = sums.iter().enumerate().filter(|(other, _)| *other != answer).map(|(_, &sum)| sum).max();
    sums[answer] >= others.unwrap_or(0) + u64::from(margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_become_small_whole_numbers_where_they_can() {
        assert_eq!(IntegerWeights::new(&[1.5, 1.0, 1.0]).of(), [3, 2, 2]);
        assert_eq!(IntegerWeights::new(&[0.1, 0.2, 0.3]).of(), [1, 2, 3]);
        assert_eq!(IntegerWeights::new(&[2.0, 2.0, 2.0]).of(), [1, 1, 1]);
        assert_eq!(IntegerWeights::new(&[0.0, 1.0]).of(), [0, 1]);
        assert_eq!(IntegerWeights::new(&[0.0, 0.0]).of(), [0, 0]);
        assert_eq!(IntegerWeights::new(&[1e-3, 1.0]).of(), [1, 1000]);
        let fine = IntegerWeights::new(&[2f64.sqrt(), 1.0, 3f64.sqrt()]);
        assert!((fine.of()[0] as f64 / fine.of()[1] as f64 - 2f64.sqrt()).abs() < 1e-11);
        for tiny_or_huge in [1e-300, 1e307] {
            let weights = IntegerWeights::new(&[tiny_or_huge, 2.0 * tiny_or_huge]);
            assert!((weights.of()[1] as f64 / weights.of()[0] as f64 - 2.0).abs() < 1e-11, "{weights:?}");
        }
        assert_eq!(IntegerWeights::new(&[1.0, 1e-30]).of()[1], 1);
    }

    #[test]
    fn a_threshold_is_reached_by_its_own_share() {
        assert_eq!(needed_weight(2.0 / 3.0, 3), 2);
        assert_eq!(needed_weight(0.666_666_666_6, 3), 2);
        assert_eq!(needed_weight(0.667, 3), 3);
        assert_eq!(needed_weight(0.6, 5), 3);
        assert_eq!(needed_weight(1.0, 7), 7);
        assert_eq!(needed_weight(0.75, 0), 1);
        assert_eq!(needed_weight(0.5 + 1e-12, 2), 2);
    }
}
