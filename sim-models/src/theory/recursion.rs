//! The bias of a tree's root, layer by layer (spec 3.2 and 3.6); exact at every finite depth.

use super::layer::Layer;
use super::majority::mixed::majority_of;
use super::numeric::{is_bias, is_fraction};

/// Bias of the root of a tree with the given layers, leaf to root, over leaves of bias `leaf_bias`.
///
/// No layer gives the leaf itself. The root is correct with probability `(1 + bias)/2`.
///
/// ```
/// use sim_models::theory::{layer::Layer, recursion};
/// let layers = [Layer::new(3, 0.1, 0.95), Layer::new(5, 0.2, 0.9), Layer::new(7, 0.3, 0.85)];
/// assert!((recursion::root_bias(&layers, 0.1) - 0.315871959556).abs() < 1e-12);
/// ```
pub fn root_bias(layers: &[Layer], leaf_bias: f64) -> f64 {
    let leaf = if is_bias(leaf_bias) { leaf_bias } else { f64::NAN };
    runs(layers).fold(leaf, |bias, (layer, depth)| uniform_bias(layer, depth, bias))
}

/// Runs of equal layers: each layer with the number of times it is repeated. A map is prepared once per run.
fn runs(layers: &[Layer]) -> impl Iterator<Item = (&Layer, u32)> {
    let count = |run: &[Layer]| u32::try_from(run.len()).unwrap_or(u32::MAX);
    layers.chunk_by(PartialEq::eq).map(move |run| (&run[0], count(run)))
}

/// Bias of the root above `depth` equal layers: `T^depth(leaf_bias)`. Takes at most `depth` steps, and stops
/// where rounding leaves the bias in place.
pub fn uniform_bias(layer: &Layer, depth: u32, leaf_bias: f64) -> f64 {
    let map = layer.prepare();
    let mut bias = if is_bias(leaf_bias) { leaf_bias } else { f64::NAN };
    let mut previous = f64::NAN;
    for _ in 0..depth {
        let next = map.map(bias);
        // At a fixed point (or alternating between its neighbors), or NaN: further layers change nothing.
        if next == bias || next == previous || next.is_nan() {
            return next;
        }
        (previous, bias) = (bias, next);
    }
    bias
}

/// Biases at levels 0 (the leaves), 1, ..., `layers.len()` (the root).
pub fn trajectory(layers: &[Layer], leaf_bias: f64) -> Vec<f64> {
    let mut bias = if is_bias(leaf_bias) { leaf_bias } else { f64::NAN };
    let mut levels = vec![bias];
    for (layer, depth) in runs(layers) {
        let map = layer.prepare();
        for _ in 0..depth {
            bias = map.map(bias);
            levels.push(bias);
        }
    }
    levels
}

/// Small-signal gain of a tree, the product of its layers' gains; 1 for no layer.
pub fn gain(layers: &[Layer]) -> f64 {
    runs(layers).map(|(layer, depth)| libm::pow(layer.gain(), f64::from(depth))).product()
}

/// Logarithm of [`gain`], which does not leave the range of floats in deep trees.
pub fn log_gain(layers: &[Layer]) -> f64 {
    runs(layers).map(|(layer, depth)| f64::from(depth) * libm::log(layer.gain())).sum()
}

/// Effective exponent `s_eff = sum ln alpha_l / sum ln b_l`, so that the gain is `N^s_eff` for `N` leaves
/// (spec 3.6). NaN if there is a single leaf.
pub fn effective_exponent(layers: &[Layer]) -> f64 {
    let leaves: f64 = layers.iter().map(|layer| libm::log(f64::from(layer.fan_in))).sum();
    if leaves > 0.0 { log_gain(layers) / leaves } else { f64::NAN }
}

/// Bias of one node over unlike children: each child's bias with its own channel's fidelity.
///
/// The mixture of dependence after the channels is the paper's: with probability `correlation` all inputs
/// take the received vote of one child drawn uniformly, else they are independent (spec 3.2 and 5).
///
/// ```
/// use sim_models::theory::recursion::unlike_children;
/// let alike = unlike_children(&[(0.4, 0.9); 5], 0.1);
/// assert!((alike - 0.59305273344).abs() < 1e-14);
/// ```
pub fn unlike_children(bias_and_fidelity: &[(f64, f64)], correlation: f64) -> f64 {
    let valid = |&(bias, fidelity): &(f64, f64)| is_bias(bias) && is_fraction(fidelity);
    if !is_fraction(correlation) || bias_and_fidelity.is_empty() || !bias_and_fidelity.iter().all(valid) {
        return f64::NAN;
    }
    let received: Vec<f64> = bias_and_fidelity.iter().map(|(bias, fidelity)| bias * fidelity).collect();
    let mean = received.iter().sum::<f64>() / received.len() as f64;
    correlation * mean + (1.0 - correlation) * majority_of(&received)
}
