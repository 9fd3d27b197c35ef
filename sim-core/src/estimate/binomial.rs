//! Exact tails of the binomial distribution.

use crate::special::{beta_inc, beta_inc_upper};

/// How unusual a number of successes is: the probabilities of as few, and of as many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinomialTails {
    /// Probability of at most the observed number of successes.
    pub at_most: f64,
    /// Probability of at least the observed number of successes.
    pub at_least: f64,
}

impl BinomialTails {
    /// Two-sided p-value: twice the smaller tail, at most 1.
    ///
    /// A test that rejects at `two_sided() <= alpha` raises a false alarm with probability at most
    /// `alpha`, whatever the number of trials and the probability.
    pub fn two_sided(self) -> f64 {
        (2.0 * self.at_most.min(self.at_least)).min(1.0)
    }
}

/// Tails of the binomial distribution at `successes` out of `trials`, each with probability `probability`.
///
/// Exact where a normal approximation is poor, and accurate for a thousand million trials and tails down
/// to 1e-300. All successes beyond `trials` have probability 0; the tails are NaN for a probability
/// outside [0, 1].
///
/// Source: Abramowitz and Stegun 26.5.24, `P(X >= k) = I_p(k, n - k + 1)`.
///
/// ```
/// # use sim_core::estimate::binomial_tails;
/// let tails = binomial_tails(1, 10, 0.5);
/// assert!((tails.at_most - 11.0 / 1024.0).abs() < 1e-15);
/// assert!((tails.two_sided() - 22.0 / 1024.0).abs() < 1e-15);
/// // A fixed point at 1 allows no failure at all.
/// assert_eq!(binomial_tails(999, 1000, 1.0).two_sided(), 0.0);
/// ```
pub fn binomial_tails(successes: u64, trials: u64, probability: f64) -> BinomialTails {
    if !(0.0..=1.0).contains(&probability) {
        return BinomialTails { at_most: f64::NAN, at_least: f64::NAN };
    }
    if successes > trials {
        return BinomialTails { at_most: 1.0, at_least: 0.0 };
    }
    let (k, failures) = (successes as f64, (trials - successes) as f64);
    let at_least = if successes == 0 { 1.0 } else { beta_inc(k, failures + 1.0, probability) };
    let at_most = if successes == trials { 1.0 } else { beta_inc_upper(k + 1.0, failures, probability) };
    BinomialTails { at_most, at_least }
}
