//! The bias at which an amplifying tree saturates (spec 3.4).

use super::layer::{Layer, LayerMap};
use super::numeric::bisect;

/// The positive fixed point `mu* = T(mu*)` that trees over weak leaves approach; `None` if the gain is at
/// most 1 (a small bias then vanishes) or the layer is invalid.
///
/// For the paper's mixture `T` is strictly concave on [0, 1] for `rho < 1` and `b >= 3`, so the fixed point
/// is unique, attracts every positive bias, and is 1 exactly if the channel is perfect. Beta-binomial and
/// Gaussian dependence look concave wherever we computed them. Copying with many children is not: it can
/// have several fixed points, of which this is the smallest and [`held_bias`] the largest.
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
    let grows = |u: f64| map.map(u) > u;
    if map.may_bend() {
        let grid = (1..SCANNED).map(|i| f64::from(i) / f64::from(SCANNED));
        if let Some(above) = grid.into_iter().find(|&u| !grows(u)) {
            let below = above - 1.0 / f64::from(SCANNED);
            return if below > 0.0 { Some(bisect(below, above, grows)) } else { near_zero(above, grows) };
        }
    }
    if map.map(1.0) >= 1.0 { Some(1.0) } else { near_zero(1.0, grows) }
}

/// Bias that trees over certain leaves approach, the limit of `T^L(1)`: the largest fixed point, 0 if there
/// is no positive one. NaN for an invalid layer.
///
/// Equal to [`fixed_point`] for a concave map. Many copying children can hold a high bias although their
/// gain is below 1 and a small bias vanishes: such trees are bistable (derived; not in the paper).
///
/// ```
/// use sim_models::theory::{dependence::Dependence, fixed_point, layer::Layer};
/// let copying = Layer { dependence: Dependence::Copying, ..Layer::new(101, 0.29, 0.99) };
/// assert!(copying.gain() < 1.0 && fixed_point::fixed_point(&copying).is_none());
/// assert!(fixed_point::held_bias(&copying) > 0.9);
/// ```
pub fn held_bias(layer: &Layer) -> f64 {
    let map = layer.prepare();
    let top = map.map(1.0);
    if top.is_nan() || top >= 1.0 {
        return top;
    }
    let holds = |u: f64| map.map(u) >= u;
    if map.may_bend() {
        let grid = (1..SCANNED).rev().map(|i| f64::from(i) / f64::from(SCANNED));
        if let Some(below) = grid.into_iter().find(|&u| holds(u)) {
            return bisect(below, below + 1.0 / f64::from(SCANNED), holds);
        }
    }
    of_map(&map).unwrap_or(0.0)
}

/// Points of the scan for fixed points of a map that is not concave.
const SCANNED: u32 = 512;

/// The last point below `outside` where the bias grows. `mu*` is of the order of `sqrt(gain - 1)`, at least
/// 1e-8 in double precision, so 60 halvings reach below it. `None` where nothing
/// grows: then the gain exceeds 1 only by rounding.
fn near_zero(outside: f64, grows: impl Fn(f64) -> bool) -> Option<f64> {
    let mut low = 0.5 * outside;
    for _ in 0..60 {
        if grows(low) {
            return Some(bisect(low, 2.0 * low, grows));
        }
        low *= 0.5;
    }
    None
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
