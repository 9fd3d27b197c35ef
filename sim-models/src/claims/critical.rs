//! Near the boundary: exponents and scaling (section 3.5).

use super::claim::Claim;
use super::fixed_point::located;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer, tree};
use crate::organization::Layer;
use crate::theory::critical::{amplitude, critical_decay, crossover_bias};
use crate::theory::fixed_point::fixed_point;
use crate::theory::layer::Layer as Map;
use crate::theory::phase::critical_fidelity;

pub(super) fn claims() -> Vec<Claim> {
    vec![
        root_law(),
        slope_at_fixed_point(),
        relaxation_below(),
        decay(),
        crossover(),
        collapse("critical-collapse-above", 0.8, 0.16),
        collapse("critical-collapse-below", -0.8, 0.02),
    ]
}

const B: u32 = 5;
const RHO: f64 = 0.1;

fn fidelity_at(excess: f64) -> f64 {
    critical_fidelity(&Map::new(B, RHO, 1.0)).unwrap_or(f64::NAN) * (1.0 + excess)
}

fn near(excess: f64) -> Result<Layer, NotMeasured> {
    layer(B, RHO, fidelity_at(excess))
}

const EXCESSES: [f64; 3] = [0.4, 0.2, 0.1];

fn root_law() -> Claim {
    Claim::limit(
        "critical-fixed-point",
        "As the gain falls to 1 the fixed point vanishes like C sqrt(alpha - 1).",
        "derived (3.5)",
        0.35,
    )
    .over("excess", EXCESSES)
    .predicting(|| vec![amplitude(&Map::new(B, RHO, fidelity_at(0.0))); 3])
    .measuring(|sampler| {
        let width = 0.12 * sampler.margin();
        let scaled = |excess: f64| {
            let unit = excess.sqrt();
            Ok(located(sampler, near(excess)?, width * unit)?.scaled(1.0 / unit))
        };
        EXCESSES.into_iter().map(scaled).collect()
    })
}

/// Slope of the sampled map between two biases.
fn slope(
    sampler: &mut Sampler<'_>,
    layer: Layer,
    between: (f64, f64),
    error: f64,
) -> Result<Measured, NotMeasured> {
    let distance = between.1 - between.0;
    let half_width = 0.5 * error * distance;
    let high = sampler.tree(&tree(layer, between.1, 1)?, half_width)?;
    let low = sampler.tree(&tree(layer, between.0, 1)?, half_width)?;
    Ok(high.minus(low).scaled(1.0 / distance))
}

fn slope_at_fixed_point() -> Claim {
    Claim::limit(
        "critical-slowing-above",
        "Above the boundary a layer closes 2 (alpha - 1) of the gap to the fixed point: relaxation slows down.",
        "derived (3.5)",
        0.2,
    )
    .over("excess", EXCESSES)
    .predicting(|| vec![2.0; 3])
    .measuring(|sampler| {
        let error = 0.1 * sampler.margin();
        let mut closed = |excess: f64, share: f64| {
            // Where the fixed point is, other claims test. A difference quotient around it has an error of the second order in its
            // width, which here is less than 0.02.
            let held = fixed_point(&Map::new(B, RHO, fidelity_at(excess))).unwrap_or(f64::NAN);
            let around = ((1.0 - share) * held, (1.0 + share) * held);
            let slope = slope(sampler, near(excess)?, around, error * excess)?;
            Ok(slope.map(|slope| 1.0 - slope).ordered().scaled(1.0 / excess))
        };
        let [far, middle, near] = EXCESSES;
        // At the strongest gain a wider one would leave the range of a bias.
        [(far, 0.06), (middle, 0.12), (near, 0.12)].into_iter().map(|(excess, share)| closed(excess, share)).collect()
    })
}

fn relaxation_below() -> Claim {
    Claim::equality(
        "critical-slowing-below",
        "Below the boundary a weak signal shrinks by 1 - alpha per layer: relaxation slows down.",
        "derived (3.5)",
        0.02,
    )
    .over("excess", [-0.3, -0.1])
    .predicting(|| [-0.3, -0.1].map(|excess| 1.0 + excess).to_vec())
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        let gain = |excess| slope(sampler, near(excess)?, (-0.1, 0.1), error);
        [-0.3, -0.1].into_iter().map(gain).collect()
    })
}

fn decay() -> Claim {
    Claim::relative_limit(
        "critical-decay",
        "At gain 1 the bias falls like 1/sqrt(2 kappa L), whatever the leaves.",
        "derived (3.5)",
        0.1,
    )
    .over("depth", [2, 8, 32])
    .predicting(|| {
        let critical = Map::new(B, RHO, fidelity_at(0.0));
        [2, 8, 32].map(|depth| critical_decay(&critical, depth)).to_vec()
    })
    .measuring(|sampler| {
        let half_width = 0.02 * sampler.margin();
        let levels = sampler.layer_by_layer(near(0.0)?, 1.0, 32, half_width)?;
        Ok([2, 8, 32].map(|depth| levels[depth as usize]).to_vec())
    })
}

fn crossover() -> Claim {
    Claim::equality(
        "critical-crossover",
        "Near the boundary growth, decay and saturation of a weak signal are one formula.",
        "derived (3.5)",
        0.02,
    )
    .over("excess", [-0.05, 0.0, 0.05])
    .predicting(|| {
        [-0.05, 0.0, 0.05]
            .map(|excess| crossover_bias(&Map::new(B, RHO, fidelity_at(excess)), 16, 0.1))
            .to_vec()
    })
    .measuring(|sampler| {
        let half_width = 0.06 * sampler.margin();
        let last = |excess| Ok(sampler.layer_by_layer(near(excess)?, 0.1, 16, half_width)?[16]);
        [-0.05, 0.0, 0.05].into_iter().map(last).collect()
    })
}

/// Depths that are compared at equal scaled variables.
const DEPTHS: [u32; 3] = [3, 6, 12];

/// `sqrt(L) mu_L` of ever deeper trees with the same `(alpha - 1) L` and the same `sqrt(L) mu_0`.
fn collapse(id: &'static str, x: f64, margin: f64) -> Claim {
    const LEAF: f64 = 1.6;
    Claim::limit(
        id,
        "Trees with the same (alpha - 1) L have the same sqrt(L) mu_L: curves of all depths collapse onto one as trees get deeper.",
        "derived (3.5)",
        margin,
    )
    .over("depth", DEPTHS)
    .predicting(move || {
        // The curve is that of the crossover formula in trees of any great depth.
        let depth = 1_000_000_u32;
        let root = f64::from(depth).sqrt();
        let map = Map::new(B, RHO, fidelity_at(x / f64::from(depth)));
        vec![root * crossover_bias(&map, depth, LEAF / root); 3]
    })
    .measuring(move |sampler| {
        let half_width = 0.017 * sampler.margin();
        let scaled = |depth: u32| {
            let (depths, root) = (f64::from(depth), f64::from(depth).sqrt());
            let levels = sampler.layer_by_layer(near(x / depths)?, LEAF / root, depth, half_width)?;
            Ok(levels[depth as usize].scaled(root))
        };
        DEPTHS.into_iter().map(scaled).collect()
    })
}
