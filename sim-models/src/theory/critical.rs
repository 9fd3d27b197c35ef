//! Behavior near gain 1, where the tree has mean-field exponents (spec 3.5, derived). All for the paper's
//! mixture after the channel; a layer of another kind, or an even fan-in, gives NaN.

use super::dependence::Dependence;
use super::fixed_point::slope_at_fixed_point;
use super::layer::{Layer, Sharing};
use super::majority::majority_gain;

/// Cubic coefficient `kappa = (1-rho) gamma^3 f' (b-1)/6` of `T(u) = alpha u - kappa u^3 + lam5 u^5 - ...`
/// (spec 3.4).
///
/// ```
/// use sim_models::theory::{critical::cubic_coefficient, layer::Layer};
/// assert!((cubic_coefficient(&Layer::new(3, 0.0, 1.0)) - 0.5).abs() < 1e-15);
/// ```
pub fn cubic_coefficient(layer: &Layer) -> f64 {
    let Some((b, rho, gamma)) = paper(layer) else { return f64::NAN };
    (1.0 - rho) * gamma * gamma * gamma * majority_gain(layer.fan_in) * (b - 1.0) / 6.0
}

/// Quintic coefficient `lam5 = (1-rho) gamma^5 f' h(h-1)/10`, `h = (b-1)/2` (spec 3.4).
pub fn quintic_coefficient(layer: &Layer) -> f64 {
    let Some((b, rho, gamma)) = paper(layer) else { return f64::NAN };
    let (h, square) = (0.5 * (b - 1.0), gamma * gamma);
    (1.0 - rho) * square * square * gamma * majority_gain(layer.fan_in) * h * (h - 1.0) / 10.0
}

/// Amplitude `C = sqrt(6/(gamma^2 (1 - gamma rho)(b-1)))` of `mu* ~ C sqrt(alpha - 1)` as the gain falls
/// to 1. It is meant at the critical fidelity.
pub fn amplitude(layer: &Layer) -> f64 {
    let Some((b, rho, gamma)) = paper(layer) else { return f64::NAN };
    (6.0 / (gamma * gamma * (1.0 - gamma * rho) * (b - 1.0))).sqrt()
}

/// Relaxation depth in layers: `1/|ln T'(mu*)|` above gain 1, about `1/(2(alpha-1))`; `1/|ln alpha|` below,
/// about `1/(1-alpha)`; infinite at gain 1 (critical slowing). For a layer of any kind.
pub fn relaxation_depth(layer: &Layer) -> f64 {
    let rate = slope_at_fixed_point(layer).unwrap_or_else(|| layer.gain());
    1.0 / libm::log(rate).abs()
}

/// Bias after `depth` layers at gain 1, `1/sqrt(2 kappa L)`, whatever the leaves (leading order).
pub fn critical_decay(layer: &Layer, depth: u32) -> f64 {
    1.0 / (2.0 * cubic_coefficient(layer) * f64::from(depth)).sqrt()
}

/// Bias after `depth` layers near gain 1 and for a small bias:
/// `mu0 alpha^L / sqrt(1 + kappa mu0^2 (alpha^(2L) - 1)/(alpha - 1))` (crossover).
pub fn crossover_bias(layer: &Layer, depth: u32, leaf_bias: f64) -> f64 {
    let (gain, kappa, levels) = (layer.gain(), cubic_coefficient(layer), f64::from(depth));
    let log_gain = libm::log(gain);
    // (alpha^(2L) - 1)/(alpha - 1) tends to 2L.
    let sum = if gain == 1.0 { 2.0 * levels } else { libm::expm1(2.0 * levels * log_gain) / (gain - 1.0) };
    let signal = kappa * leaf_bias * leaf_bias;
    if sum.is_infinite() {
        // Dividing by alpha^L what overflows leaves the fixed point of the cubic map.
        return ((gain - 1.0) / kappa).sqrt().copysign(leaf_bias);
    }
    leaf_bias * libm::exp(levels * log_gain) / (1.0 + signal * sum).sqrt()
}

/// Variables that collapse curves of different depths onto one: `((alpha - 1) L, sqrt(L) mu_L)`
/// (finite-size scaling).
pub fn scaling_variables(gain: f64, depth: u32, bias: f64) -> (f64, f64) {
    let levels = f64::from(depth);
    ((gain - 1.0) * levels, levels.sqrt() * bias)
}

/// (b, rho, effective fidelity) of a layer that follows the paper's map.
fn paper(layer: &Layer) -> Option<(f64, f64, f64)> {
    let mapped = layer.is_valid()
        && layer.fan_in % 2 == 1
        && layer.dependence == Dependence::Mixture
        && layer.sharing == Sharing::AfterChannel
        && !(layer.detected && layer.erasure > 0.0);
    mapped.then(|| (f64::from(layer.fan_in), layer.correlation, layer.fidelity * (1.0 - layer.erasure)))
}
