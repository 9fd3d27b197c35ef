//! Near the boundary: exponents and scaling (section 3.5).

use super::claim::Claim;
use super::fixed_point::located;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer, tree};
use crate::organization::Layer;
use crate::theory::critical::{amplitude, critical_decay, crossover_bias};
use crate::theory::layer::Layer as Map;
use crate::theory::phase::critical_fidelity;

pub(super) fn claims() -> Vec<Claim> {
    vec![root_law(), slope_at_fixed_point(), relaxation_below(), decay(), crossover(), collapse()]
}

const B: u32 = 5;
const RHO: f64 = 0.1;

fn fidelity_at(excess: f64) -> f64 {
    critical_fidelity(&Map::new(B, RHO, 1.0)).unwrap_or(f64::NAN) * (1.0 + excess)
}

fn near(excess: f64) -> Result<Layer, NotMeasured> {
    layer(B, RHO, fidelity_at(excess))
}

fn root_law() -> Claim {
    Claim::limit(
        "critical-fixed-point",
        "As the gain falls to 1 the fixed point vanishes like C sqrt(alpha - 1).",
        "derived (3.5)",
        0.15,
    )
    .predicting(|| vec![amplitude(&Map::new(B, RHO, fidelity_at(0.0))); 3])
    .measuring(|sampler| {
        let coarser = sampler.coarser();
        let scaled = |excess: f64| {
            let fixed_point = located(sampler, near(excess)?, 0.045 * coarser * excess * excess.sqrt())?;
            Ok(fixed_point.scaled(1.0 / excess.sqrt()))
        };
        [0.4, 0.2, 0.1].into_iter().map(scaled).collect()
    })
}

/// Slope of the sampled map between two biases around the fixed point.
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
        0.5,
    )
    .predicting(|| vec![2.0; 2])
    .measuring(|sampler| {
        let coarser = sampler.coarser();
        let closed = |excess: f64| {
            let layer = near(excess)?;
            let fixed_point = located(sampler, layer, 0.03 * coarser * excess * excess.sqrt())?;
            // A difference quotient around it has an error of the second order.
            let around = (0.7 * fixed_point.value, 1.3 * fixed_point.value);
            let slope = slope(sampler, layer, around, 0.15 * excess * coarser)?;
            Ok(slope.map(|slope| 1.0 - slope).ordered().scaled(1.0 / excess))
        };
        [0.2, 0.1].into_iter().map(closed).collect()
    })
}

fn relaxation_below() -> Claim {
    Claim::equality(
        "critical-slowing-below",
        "Below the boundary a weak signal shrinks by 1 - alpha per layer: relaxation slows down.",
        "derived (3.5)",
        0.02,
    )
    .predicting(|| [-0.3, -0.1].map(|excess| 1.0 + excess).to_vec())
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        let gain = |excess| slope(sampler, near(excess)?, (-0.1, 0.1), error);
        [-0.3, -0.1].into_iter().map(gain).collect()
    })
}

fn decay() -> Claim {
    Claim::limit(
        "critical-decay",
        "At gain 1 the bias falls like 1/sqrt(2 kappa L), whatever the leaves.",
        "derived (3.5)",
        0.15,
    )
    .predicting(|| vec![1.0; 3])
    .measuring(|sampler| {
        let half_width = 0.02 * sampler.margin();
        let levels = sampler.layer_by_layer(near(0.0)?, 1.0, 32, half_width)?;
        let critical = Map::new(B, RHO, fidelity_at(0.0));
        Ok([2, 8, 32]
            .map(|depth| levels[depth as usize].scaled(1.0 / critical_decay(&critical, depth)))
            .to_vec())
    })
}

fn crossover() -> Claim {
    Claim::equality(
        "critical-crossover",
        "Near the boundary growth, decay and saturation of a weak signal are one formula.",
        "derived (3.5)",
        0.02,
    )
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

fn collapse() -> Claim {
    Claim::relative_equality(
        "critical-collapse",
        "Trees with the same (alpha - 1) L have the same sqrt(L) mu_L: curves of all depths collapse onto one.",
        "derived (3.5)",
        0.1,
    )
    .predicting(|| vec![1.0])
    .measuring(|sampler| {
        let half_width = 0.02 * sampler.margin();
        let mut scaled = |depth: u32| {
            let excess = 0.8 / f64::from(depth);
            let leaf = 1.6 / f64::from(depth).sqrt();
            let levels = sampler.layer_by_layer(near(excess)?, leaf, depth, half_width)?;
            Ok::<_, NotMeasured>(levels[depth as usize].scaled(f64::from(depth).sqrt()))
        };
        let (shallow, deep) = (scaled(12)?, scaled(24)?);
        Ok(vec![deep.over(shallow)])
    })
}
