//! How fast the signal grows with the number of leaves, and how deep a tree must be (spec 3.6).

use super::fixed_point::{fixed_point, slope_at_fixed_point};
use super::layer::Layer;
use super::majority::majority_gain;
use super::numeric::{is_fraction, smallest};

/// The organization exponent `s = ln(alpha)/ln(b)`: a small bias grows like `N^s` with the number `N` of
/// leaves (quoted from the paper). At most 1/2; positive exactly above the phase boundary; minus infinity
/// at gain 0; NaN at fan-in 1.
///
/// ```
/// use sim_models::theory::{exponent::exponent, layer::Layer};
/// assert!((exponent(&Layer::new(5, 0.1, 0.9)) - 0.295418342177066).abs() < 1e-14);
/// ```
pub fn exponent(layer: &Layer) -> f64 {
    if layer.fan_in < 2 {
        return f64::NAN;
    }
    libm::log(layer.gain()) / libm::log(f64::from(layer.fan_in))
}

/// Large fan-in estimate without correlation, `1/2 + [ln gamma + (1/2) ln(2/pi)]/ln b` (spec 3.6, derived).
pub fn exponent_asymptotic(fan_in: u32, fidelity: f64) -> f64 {
    let constant = libm::log(fidelity) + 0.5 * libm::log(std::f64::consts::FRAC_2_PI);
    0.5 + constant / libm::log(f64::from(fan_in))
}

/// Whether many agents can beat one: `s > beta`, with `beta` the leaf exponent (the paper's theorem 5).
pub fn is_synergistic(layer: &Layer, beta: f64) -> bool {
    exponent(layer) > beta
}

/// Smallest odd fan-in with `s > beta` for the paper's mixture (spec 4.5, derived). `None` if no fan-in
/// below 2^31 suffices, as for `beta >= 1/2`.
///
/// ```
/// use sim_models::theory::exponent::smallest_synergistic_fan_in;
/// assert_eq!(smallest_synergistic_fan_in(0.1, 0.9, 0.4), Some(65));
/// assert_eq!(smallest_synergistic_fan_in(0.0, 1.0, 0.5), None);
/// ```
pub fn smallest_synergistic_fan_in(correlation: f64, fidelity: f64, beta: f64) -> Option<u32> {
    if !is_fraction(correlation) || !is_fraction(fidelity) || !beta.is_finite() {
        return None;
    }
    let suffices = |half: u32| {
        let b = f64::from(2 * half + 1);
        let gain = fidelity * (correlation + (1.0 - correlation) * majority_gain(2 * half + 1));
        libm::log(gain) > beta * libm::log(b)
    };
    // Small fan-ins one by one; beyond, s grows toward 1/2 and a bisection does.
    let half = (1..=SCANNED).find(|&half| suffices(half)).or_else(|| smallest(SCANNED, 1 << 30, suffices))?;
    Some(2 * half + 1)
}

const SCANNED: u32 = 2048;

/// Amplification depth `L_amp = ln(mu*/mu0)/ln(alpha)`: layers of linear growth from the leaf bias to the
/// fixed point (spec 3.6). `None` if the gain is at most 1, or the leaf bias is not positive or already above
/// the fixed point: then nothing is amplified.
pub fn amplification_depth(layer: &Layer, leaf_bias: f64) -> Option<f64> {
    let limit = fixed_point(layer)?;
    (leaf_bias > 0.0 && leaf_bias <= limit).then(|| libm::log(limit / leaf_bias) / libm::log(layer.gain()))
}

/// Mixing depth `L_mix(eps) = L_amp + ln(1/eps)/|ln T'(mu*)|`: layers until the bias is within a relative
/// distance of about `eps` of the fixed point (spec 3.6; the paper's own definition is not confirmed).
pub fn mixing_depth(layer: &Layer, leaf_bias: f64, eps: f64) -> Option<f64> {
    let rate = libm::log(slope_at_fixed_point(layer)?);
    (eps > 0.0).then_some(())?;
    Some(amplification_depth(layer, leaf_bias)? + libm::log(eps) / rate)
}

/// Depth that any tree needs to bring the leaf bias to the target: `ln(target/mu0)/ln(alpha)`, because no
/// layer grows faster than its gain (spec 3.6, derived). `None` if the gain is at most 1 or an argument is
/// not positive.
pub fn necessary_depth(layer: &Layer, leaf_bias: f64, target: f64) -> Option<f64> {
    let gain = layer.gain();
    let possible = gain > 1.0 && leaf_bias > 0.0 && target > 0.0;
    possible.then(|| (libm::log(target / leaf_bias) / libm::log(gain)).max(0.0))
}

/// Smallest depth at which the root's bias reaches the target, by iterating the exact map. `None` if it
/// never does: the target lies at or above the fixed point, or the bias falls.
///
/// ```
/// use sim_models::theory::{exponent::depth_to_reach, layer::Layer};
/// // Within 1 % of the fixed point .98575 from a leaf bias of .02.
/// assert_eq!(depth_to_reach(&Layer::new(5, 0.1, 0.9), 0.02, 0.99 * 0.985753939278518), Some(11));
/// ```
pub fn depth_to_reach(layer: &Layer, leaf_bias: f64, target: f64) -> Option<u32> {
    let map = layer.prepare();
    let mut bias = leaf_bias;
    // A monotone map moves the bias one way only, so the loop ends where it no longer rises.
    for depth in 0..u32::MAX {
        if bias >= target {
            return Some(depth);
        }
        let next = map.map(bias);
        if next <= bias || next.is_nan() {
            return None;
        }
        bias = next;
    }
    None
}
