//! Votes that are not all alike, and ties that are not fair (spec 5, derived).

use super::majority;
use crate::theory::numeric::{is_bias, one_minus_square_to};

/// Bias of the majority of independent votes with the given biases; ties are fair.
///
/// The law of the number of correct votes (Poisson-binomial) is built vote by vote, in O(b^2). To first
/// order only the mean matters: the gradient at 0 is `f_b'(0)/b` in every direction.
///
/// ```
/// use sim_models::theory::majority::mixed::majority_of;
/// assert!((majority_of(&[0.1, 0.2, 0.0, -0.1, 0.4]) - 0.22575).abs() < 1e-15);
/// ```
pub fn majority_of(biases: &[f64]) -> f64 {
    let law = correct_votes(biases);
    let b = biases.len();
    // Pairs k and b - k, so that a symmetric law gives exactly 0.
    (b / 2 + 1..=b).map(|k| law[k] - law[b - k]).sum()
}

/// Probability of `k = 0, ..., b` correct votes among independent votes with the given biases; NaN
/// everywhere if one is not a bias.
pub fn correct_votes(biases: &[f64]) -> Vec<f64> {
    if !biases.iter().copied().all(is_bias) {
        return vec![f64::NAN; biases.len() + 1];
    }
    let mut law = vec![1.0];
    for bias in biases {
        let (right, wrong) = (0.5 * (1.0 + bias), 0.5 * (1.0 - bias));
        law.push(0.0);
        for k in (1..law.len()).rev() {
            law[k] = law[k] * wrong + law[k - 1] * right;
        }
        law[0] *= wrong;
    }
    law
}

/// Weights that make a weighted majority of independent votes optimal: the log-odds
/// `ln((1+u)/(1-u))` of each vote (standard result of Bayesian decision; spec 5). Infinite at +-1.
pub fn optimal_weights(biases: &[f64]) -> Vec<f64> {
    biases.iter().map(|&u| if is_bias(u) { libm::log1p(u) - libm::log1p(-u) } else { f64::NAN }).collect()
}

/// Probability that `b` independent votes of bias `u` tie: `C(b, b/2) ((1-u^2)/4)^(b/2)`; 0 for odd `b`.
pub fn tie_probability(b: u32, u: f64) -> f64 {
    if !is_bias(u) {
        return f64::NAN;
    }
    if b % 2 == 1 {
        return 0.0;
    }
    // C(b, b/2)/2^b = f_{b+1}'(0)/(b+1)
    super::majority_gain(b.saturating_add(1)) / (f64::from(b) + 1.0) * one_minus_square_to(u, b / 2)
}

/// Bias of the majority when a tie counts as a wrong decision: `f_b(u)` less the tie probability.
///
/// Not odd, and negative at `u = 0` for an even `b`.
///
/// ```
/// use sim_models::theory::majority::mixed::majority_ties_lost;
/// assert!((majority_ties_lost(4, 0.3) - 0.1259625).abs() < 1e-15);
/// ```
pub fn majority_ties_lost(b: u32, u: f64) -> f64 {
    majority(b, u) - tie_probability(b, u)
}
