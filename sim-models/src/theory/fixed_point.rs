//! The bias at which an amplifying tree saturates (spec 3.4).

use super::layer::{Layer, LayerMap};
use super::numeric::bisect;

/// The positive fixed point `mu* = T(mu*)` of a layer with gain above 1; `None` if the gain is at most 1
/// (the bias of a deep tree then vanishes) or the layer is invalid.
///
/// For the paper's mixture `T` is strictly concave on [0, 1] for `rho < 1` and `b >= 3`, so the fixed point is unique, attracts
/// every positive bias, and is 1 exactly if the channel is perfect. For the other laws of dependence uniqueness is not
/// proved; the largest fixed point is returned.
///
/// ```
/// use sim_models::theory::{fixed_point::fixed_point, layer::Layer};
/// assert!((fixed_point(&Layer::new(5, 0.1, 0.6)).unwrap() - 5.0 / 9.0).abs() < 1e-13);
/// assert_eq!(fixed_point(&Layer::new(5, 0.1, 1.0)), Some(1.0));
/// assert_eq!(fixed_point(&Layer::new(5, 0.3, 0.6)), None);
/// ```
pub fn fixed_point(layer: &Layer) -> Option<f64> {
    of_map(&layer.prepare())
}

/// [`fixed_point`] of a prepared layer.
pub fn of_map(map: &LayerMap) -> Option<f64> {
    let gain = map.gain();
    if gain.is_nan() || gain <= 1.0 {
        return None;
    }
    if map.map(1.0) >= 1.0 {
        return Some(1.0);
    }
    let grows = |u: f64| map.map(u) > u;
    // mu* is of the order of sqrt(gain - 1): at least 1e-8 in double precision, so 60 halvings reach it.
    let mut low = 0.5;
    for _ in 0..60 {
        if grows(low) {
            return Some(bisect(low, 2.0 * low, grows));
        }
        low *= 0.5;
    }
    Some(low)
}

/// Closed form for fan-in 3 with the paper's mixture: `mu*^2 = 2 (alpha - 1)/((1-rho) gamma^3)` (spec 3.4,
/// derived). `None` if the gain is at most 1.
pub fn three_children(correlation: f64, fidelity: f64) -> Option<f64> {
    let excess = Layer::new(3, correlation, fidelity).gain() - 1.0;
    let square = 2.0 * excess / ((1.0 - correlation) * fidelity * fidelity * fidelity);
    (excess > 0.0).then(|| square.sqrt().min(1.0))
}

/// Closed form for fan-in 5 with the paper's mixture:
/// `mu*^2 = [kappa - sqrt(kappa^2 - 4 lam5 (alpha-1))]/(2 lam5)` with the cubic and quintic coefficients
/// `kappa` and `lam5` of the map (spec 3.4, derived), in the form without cancellation. `None` if the gain
/// is at most 1.
pub fn five_children(correlation: f64, fidelity: f64) -> Option<f64> {
    let layer = Layer::new(5, correlation, fidelity);
    let excess = layer.gain() - 1.0;
    let cubed = fidelity * fidelity * fidelity * (1.0 - correlation) * 1.875;
    let (cubic, quintic) = (cubed * 2.0 / 3.0, cubed * fidelity * fidelity * 0.2);
    let root = (cubic * cubic - 4.0 * quintic * excess).max(0.0).sqrt();
    (excess > 0.0).then(|| (2.0 * excess / (cubic + root)).sqrt().min(1.0))
}

/// Largest bias that any fan-in can hold with the paper's mixture: `(1-rho)/(1-rho gamma)`, approached as
/// the fan-in grows (spec 3.4, derived). The residual error of the root is `rho (1-gamma)/(2 (1-rho gamma))`.
pub fn ceiling(correlation: f64, fidelity: f64) -> f64 {
    (1.0 - correlation) / (1.0 - correlation * fidelity)
}

/// Slope `T'(mu*)`: the factor by which the distance to the fixed point shrinks per layer. `None` as for
/// [`fixed_point`].
pub fn slope_at_fixed_point(layer: &Layer) -> Option<f64> {
    let map = layer.prepare();
    of_map(&map).map(|bias| map.slope(bias))
}
