//! The boundary between collapse and amplification: gain 1 (spec 3.3), and between spending on one agent
//! and on many: gain `b^beta` (spec 3.6).

use super::dependence::Dependence;
use super::layer::{Layer, Sharing};
use super::majority::majority_gain;
use super::numeric::{bisect, is_fraction, smallest};

/// The correlation above which the layer's gain is below `target`, all else as in `layer` (whose own
/// correlation is ignored); `None` if the gain is below the target even without correlation, or does not
/// depend on it.
///
/// For the mixture the gain is linear in the correlation, hence a closed form; for the others a root.
pub fn correlation_for_gain(layer: &Layer, target: f64) -> Option<f64> {
    let gain = |correlation: f64| Layer { correlation, ..*layer }.gain();
    let (free, full) = (gain(0.0), gain(1.0));
    if !(free >= target && full < free && target.is_finite()) {
        return None;
    }
    if full > target {
        return Some(1.0);
    }
    if layer.dependence == Dependence::Mixture {
        return Some((free - target) / (free - full));
    }
    Some(if full == target { 1.0 } else { bisect(0.0, 1.0, |correlation| gain(correlation) >= target) })
}

/// The fidelity below which the layer's gain is below `target`, all else as in `layer` (whose own fidelity
/// is ignored); `None` if even a perfect channel does not reach it.
///
/// After the channel the gain is proportional to the fidelity, hence a closed form; before it, a root.
pub fn fidelity_for_gain(layer: &Layer, target: f64) -> Option<f64> {
    let gain = |fidelity: f64| Layer { fidelity, ..*layer }.gain();
    let perfect = gain(1.0);
    if !(perfect >= target && target >= 0.0) {
        return None;
    }
    Some(match layer.sharing {
        Sharing::AfterChannel if perfect > 0.0 => target / perfect,
        Sharing::AfterChannel => 0.0,
        Sharing::BeforeChannel => bisect(1.0, 0.0, |fidelity| gain(fidelity) >= target),
    })
}

/// Critical correlation: the gain is 1 there. For the paper's layer
/// `rho_c = (gamma f' - 1)/(gamma (f' - 1))`, `f' = f_b'(0)` (spec 3.3, derived).
///
/// `None` if the tree collapses at every correlation (`gamma f' < 1`), and for fan-ins 1 and 2, whose gain
/// does not depend on the correlation.
///
/// ```
/// use sim_models::theory::{layer::{Layer, Sharing}, phase};
/// let layer = Layer::new(5, 0.0, 0.6);
/// assert!((phase::critical_correlation(&layer).unwrap() - 5.0 / 21.0).abs() < 1e-15);
/// let before = Layer { sharing: Sharing::BeforeChannel, ..layer };
/// assert!((phase::critical_correlation(&before).unwrap() - 0.519016774622156).abs() < 1e-14);
/// ```
pub fn critical_correlation(layer: &Layer) -> Option<f64> {
    correlation_for_gain(layer, 1.0)
}

/// Critical fidelity: the gain is 1 there. For the paper's layer `gamma_c = 1/[rho + (1-rho) f']`
/// (spec 3.3, derived). At most 1; `None` if no fidelity reaches gain 1.
pub fn critical_fidelity(layer: &Layer) -> Option<f64> {
    fidelity_for_gain(layer, 1.0)
}

/// Largest flip probability of a channel that still lets the signal grow, `(1 - gamma_c)/2`; without
/// correlation the threshold of noisy majority gates of von Neumann, and Evans and Schulman (spec 3.1).
pub fn critical_flip(layer: &Layer) -> Option<f64> {
    critical_fidelity(layer).map(|fidelity| 0.5 * (1.0 - fidelity))
}

/// Correlation `rho_syn = (f' - b^beta/gamma)/(f' - 1)` at which the exponent `s` equals the leaf exponent
/// `beta`: below it many agents beat one (spec 3.6, derived). `None` as for [`critical_correlation`].
pub fn synergy_correlation(layer: &Layer, beta: f64) -> Option<f64> {
    correlation_for_gain(layer, libm::pow(f64::from(layer.fan_in), beta))
}

/// Fidelity `gamma_syn = b^beta/(rho + (1-rho) f')` at which `s = beta` (spec 3.6, derived); `None` if no
/// fidelity suffices.
pub fn synergy_fidelity(layer: &Layer, beta: f64) -> Option<f64> {
    fidelity_for_gain(layer, libm::pow(f64::from(layer.fan_in), beta))
}

/// Smallest odd fan-in with gain above 1 for the paper's mixture: the least odd `b` with
/// `f_b'(0) > (1/gamma - rho)/(1-rho)` (spec 3.3, derived). `None` if no fan-in below 2^32 suffices, as at
/// `rho = 1` or `gamma = 0`.
///
/// ```
/// assert_eq!(sim_models::theory::phase::smallest_fan_in(0.1, 0.3), Some(21));
/// ```
pub fn smallest_fan_in(correlation: f64, fidelity: f64) -> Option<u32> {
    if !is_fraction(correlation) || !is_fraction(fidelity) {
        return None;
    }
    let needed = gain_needed(correlation, fidelity);
    // The gain grows with the fan-in, and a fan-in of 1 never suffices.
    let half = smallest(0, u32::MAX / 2, |half| majority_gain(2 * half + 1) > needed)?;
    Some(2 * half + 1)
}

/// Estimate of [`smallest_fan_in`] for a large result: `(pi/2) [(1/gamma - rho)/(1-rho)]^2` (spec 3.3).
pub fn smallest_fan_in_asymptotic(correlation: f64, fidelity: f64) -> f64 {
    let needed = gain_needed(correlation, fidelity);
    std::f64::consts::FRAC_PI_2 * needed * needed
}

fn gain_needed(correlation: f64, fidelity: f64) -> f64 {
    (1.0 / fidelity - correlation) / (1.0 - correlation)
}
