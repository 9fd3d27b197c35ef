//! Closed predictions of a tree's bias at finite depth (spec 3.6), from the rough to the exact.

use super::critical::{cubic_coefficient, quintic_coefficient};
use super::fixed_point::fixed_point;
use super::layer::Layer;
use super::numeric::is_fraction;

/// Linear growth clipped at the fixed point, `min(mu0 alpha^L, mu*)` (the paper's predictor; its form is a
/// guess). For `0 < mu0 <= mu*` a rigorous upper bound, up to about 40 % above the truth at the knee.
/// At gain 1 or below the fixed point is 0 and does not clip: the result is `mu0 alpha^L`.
pub fn clipped(layer: &Layer, depth: u32, leaf_bias: f64) -> f64 {
    let grown = leaf_bias * growth(layer.gain(), depth);
    fixed_point(layer).map_or(grown, |limit| grown.clamp(-limit, limit))
}

/// Smooth interpolation `mu*/sqrt(1 + ((mu*/mu0)^2 - 1) alpha^(-2L))` (derived): within a few percent.
/// `None` if the gain is at most 1.
pub fn smooth(layer: &Layer, depth: u32, leaf_bias: f64) -> Option<f64> {
    let limit = fixed_point(layer)?;
    if leaf_bias == 0.0 {
        return Some(0.0);
    }
    let ratio = limit / leaf_bias;
    let decay = 1.0 / growth(layer.gain(), depth);
    Some((limit / (1.0 + (ratio * ratio - 1.0) * decay * decay).sqrt()).copysign(leaf_bias))
}

/// The scaling function `H(x) = lim_n T^n(x alpha^-n)`, so that `mu_L = H(mu0 N^s) (1 + O(mu0^2))` and
/// `H(alpha x) = T(H(x))` (derived). Odd in `x`. `None` if the gain is at most 1, or so little above that
/// the limit takes more than 1e7 layers.
///
/// ```
/// use sim_models::theory::{layer::Layer, predictors::scaling_function};
/// let layer = Layer::new(5, 0.1, 0.9);
/// assert!((scaling_function(&layer, 1.0).unwrap() - 0.761702961808).abs() < 1e-12);
/// ```
pub fn scaling_function(layer: &Layer, x: f64) -> Option<f64> {
    let map = layer.prepare();
    let gain = map.gain();
    if !(gain > 1.0 && x.is_finite()) {
        return None;
    }
    // Start so low that the first neglected term of the series, of relative order start^6 (or start^2
    // where the coefficients are not known), is below rounding; each step multiplies by the gain.
    let known = !cubic_coefficient(layer).is_nan();
    let small = if known { 1e-3 } else { 1e-8 } * (gain - 1.0).min(1.0).sqrt();
    let steps = (libm::log(x.abs() / small) / libm::log(gain)).ceil().max(0.0);
    if steps > MOST_LAYERS {
        return None;
    }
    let start = x * libm::exp(-steps * libm::log(gain));
    let mut bias = if known { scaling_series(layer, start) } else { start };
    for _ in 0..steps as u32 {
        let next = map.map(bias);
        if next == bias {
            break;
        }
        bias = next;
    }
    Some(bias)
}

/// Layers after which the scaling function gives up.
const MOST_LAYERS: f64 = 1e7;

/// First terms of the scaling function for the paper's mixture, `x - a x^3 + c x^5` with
/// `a = kappa/(alpha^3 - alpha)` and `c = (lam5 + 3 kappa a)/(alpha^5 - alpha)`, which satisfy
/// `H(alpha x) = T(H(x))` through fifth order (derived). NaN for other layers.
pub fn scaling_series(layer: &Layer, x: f64) -> f64 {
    let alpha = layer.gain();
    let (kappa, quintic) = (cubic_coefficient(layer), quintic_coefficient(layer));
    let cube = alpha * alpha * alpha;
    let third = kappa / (cube - alpha);
    // Order 5 of T(H) is alpha c + 3 kappa a + lam5, of H(alpha x) it is alpha^5 c.
    let fifth = (3.0 * kappa * third + quintic) / (cube * alpha * alpha - alpha);
    let square = x * x;
    x * (1.0 - square * (third - square * fifth))
}

/// A guaranteed lower bound on the bias of deep trees (spec 3.6, derived): linear growth at the chord's
/// rate up to `theta mu*`, then geometric approach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowerBound {
    /// The fixed point `mu*`.
    pub limit: f64,
    /// The bias `u0 = theta mu*` that separates growth from approach.
    pub knee: f64,
    /// Growth per layer below the knee, `a = T(u0)/u0 > 1`.
    pub growth: f64,
    /// Factor per layer of the distance to the fixed point above the knee,
    /// `q = (mu* - T(u0))/(mu* - u0) < 1`.
    pub shrinkage: f64,
    /// Layers `L0` that surely reach the knee.
    pub knee_depth: u32,
    leaf_bias: f64,
}

impl LowerBound {
    /// The bound for leaves of bias in (0, mu*] and `theta` in (0, 1). It needs a concave map: the paper's
    /// mixture. `None` if the gain is at most 1 or an argument is out of range.
    pub fn new(layer: &Layer, leaf_bias: f64, theta: f64) -> Option<Self> {
        let limit = fixed_point(layer)?;
        if !(leaf_bias > 0.0 && leaf_bias <= limit && is_fraction(theta) && theta > 0.0 && theta < 1.0) {
            return None;
        }
        let knee = theta * limit;
        let image = layer.map(knee);
        let growth = image / knee;
        let knee_depth = (libm::log(knee / leaf_bias) / libm::log(growth)).ceil().max(0.0);
        let shrinkage = (limit - image) / (limit - knee);
        (growth > 1.0).then_some(Self {
            limit,
            knee,
            growth,
            shrinkage,
            knee_depth: knee_depth as u32,
            leaf_bias,
        })
    }

    /// The bound on the bias after `depth` layers:
    /// `min(u0, mu0 a^L)`, and `mu* - q^(L-L0) (mu* - u0)` from the knee's depth on.
    pub fn bias(&self, depth: u32) -> f64 {
        match depth.checked_sub(self.knee_depth) {
            Some(beyond) => {
                self.limit - libm::pow(self.shrinkage, f64::from(beyond)) * (self.limit - self.knee)
            }
            None => (self.leaf_bias * growth(self.growth, depth)).min(self.knee),
        }
    }

    /// Depth that guarantees a bias of at least `(1 - eps) mu*`:
    /// `L0 + ceil(ln((1-theta)/eps)/ln(1/q))`. `None` unless `eps` is positive.
    pub fn sufficient_depth(&self, eps: f64) -> Option<u32> {
        let open = (self.limit - self.knee) / self.limit;
        let beyond = (libm::log(open / eps) / -libm::log(self.shrinkage)).ceil().max(0.0);
        (eps > 0.0).then(|| self.knee_depth.saturating_add(beyond as u32))
    }
}

/// `gain^depth`.
fn growth(gain: f64, depth: u32) -> f64 {
    libm::pow(gain, f64::from(depth))
}
