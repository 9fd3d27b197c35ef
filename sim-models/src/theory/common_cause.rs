//! Causes shared by the whole tree: they leave the phase boundary where it is and cap the result
//! (spec 5, models 5 to 7, derived).
//!
//! Given the cause, the leaves are independent and the recursion is exact, so the root's bias is the mean
//! of the recursion over the cause. The layer may itself have per-node dependence; the limits then need its
//! positive fixed point to be unique, as it is for all but copying with many children.

mod difficulty;

pub use difficulty::Difficulty;

use super::dependence::gaussian::Factor;
use super::fixed_point::fixed_point;
use super::layer::Layer;
use super::numeric::{is_bias, is_fraction};
use super::recursion::uniform_bias;

/// One vote cast by all leaves with probability `sharing`, else independent leaves:
/// `rho_g mu0 T^L(1) + (1 - rho_g) T^L(mu0)`. The channels stay independent.
///
/// ```
/// use sim_models::theory::{common_cause::shared_vote, layer::Layer};
/// let bias = shared_vote(&Layer::new(5, 0.0, 0.9), 3, 0.2, 0.1);
/// assert!((bias - 0.706923508818178).abs() < 1e-14);
/// ```
pub fn shared_vote(layer: &Layer, depth: u32, leaf_bias: f64, sharing: f64) -> f64 {
    if !is_fraction(sharing) {
        return f64::NAN;
    }
    let (together, apart) = (uniform_bias(layer, depth, 1.0), uniform_bias(layer, depth, leaf_bias));
    sharing * leaf_bias * together + (1.0 - sharing) * apart
}

/// Limit of [`shared_vote`] for a deep tree: `mu* [rho_g mu0 + (1 - rho_g) sign(mu0)]`, 0 at gain 1 or below.
pub fn shared_vote_limit(layer: &Layer, leaf_bias: f64, sharing: f64) -> f64 {
    if !is_fraction(sharing) || !is_bias(leaf_bias) {
        return f64::NAN;
    }
    let sign = if leaf_bias == 0.0 { 0.0 } else { leaf_bias.signum() };
    limit(layer) * (sharing * leaf_bias + (1.0 - sharing) * sign)
}

/// Root bias over questions of random difficulty: the mean of `T^L(2p - 1)`.
///
/// Shapes from 1e-9 to 1e9, else NaN.
///
/// ```
/// use sim_models::theory::{common_cause::{Difficulty, difficulty}, layer::Layer};
/// let bias = difficulty(&Layer::new(5, 0.0, 0.9), 2, &Difficulty { a: 6.0, b: 4.0 });
/// assert!((0.5 * (1.0 + bias) - 0.690155642372).abs() < 1e-12);
/// ```
pub fn difficulty(layer: &Layer, depth: u32, questions: &Difficulty) -> f64 {
    questions.mean(sharpness(layer, depth), |bias| uniform_bias(layer, depth, bias))
}

/// Limit of [`difficulty`] for a deep tree: `mu* [2 P(p > 1/2) - 1]`.
pub fn difficulty_limit(layer: &Layer, questions: &Difficulty) -> f64 {
    limit(layer) * questions.mean_sign()
}

/// A Gaussian factor common to all leaves, with latent correlation `r`: the mean of
/// `T^L(2 Phi((t0 + sqrt(r) S)/sqrt(1-r)) - 1)`.
pub fn gaussian_factor(layer: &Layer, depth: u32, leaf_bias: f64, factor: &Factor) -> f64 {
    // A majority whose slope at zero is the tree's gain has about that many votes, squared.
    let sharpness = sharpness(layer, depth);
    factor.mean(sharpness * sharpness, leaf_bias, |bias| uniform_bias(layer, depth, bias))
}

/// Limit of [`gaussian_factor`] for a deep tree: `mu* erf(t0/sqrt(2r))`, because only the sign of the
/// leaves' conditional bias remains.
pub fn gaussian_factor_limit(layer: &Layer, leaf_bias: f64, factor: &Factor) -> f64 {
    limit(layer) * factor.mean_sign(leaf_bias)
}

/// Slope of the root's bias at zero leaf bias; beyond the bound only the sign of the leaves' bias is left.
fn sharpness(layer: &Layer, depth: u32) -> f64 {
    libm::pow(layer.gain(), f64::from(depth)).clamp(1.0, 1e12)
}

fn limit(layer: &Layer) -> f64 {
    if layer.is_valid() { fixed_point(layer).unwrap_or(0.0) } else { f64::NAN }
}
