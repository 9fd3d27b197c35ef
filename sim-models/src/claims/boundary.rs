//! Where amplification ends: gain 1 (section 3.3).

use super::bracket::bracket;
use super::claim::Claim;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer_with, theory_with, tree};
use crate::organization::{Dependence, Sharing};
use crate::theory::layer::Layer as Map;
use crate::theory::{phase, recursion};

/// Fan-in and fidelity at which the critical correlation is located.
const POINTS: [(u32, f64); 6] = [(3, 0.9), (5, 0.6), (7, 0.6), (9, 0.5), (15, 0.4), (31, 0.3)];

/// Square of the smaller signal as it is received, times (b - 1)/2: small enough for the extrapolation to leave less than
/// half a percent of the gain.
const SIGNAL: f64 = 0.1;

pub(super) fn claims() -> Vec<Claim> {
    let sharing = Sharing::AfterChannel;
    let paper = POINTS.map(|(b, gamma)| {
        correlation(format!("boundary-b{b}"), Setting { model: Dependence::Mixture, b, gamma, sharing })
    });
    let other = [
        ("boundary-copying", Dependence::Copying),
        ("boundary-beta-binomial", Dependence::BetaBinomial),
        ("boundary-gaussian", Dependence::Gaussian),
    ]
    .map(|(id, model)| correlation(id.to_owned(), Setting { model, b: 5, gamma: 0.9, sharing }));
    let sharing = Sharing::BeforeChannel;
    let before = Setting { model: Dependence::Mixture, b: 5, gamma: 0.6, sharing };
    let mut claims: Vec<Claim> = paper.into_iter().chain(other).collect();
    claims.push(correlation("boundary-shared-before-channel".to_owned(), before));
    claims.extend([3, 5].map(gate));
    claims.extend([collapse(), growth()]);
    claims
}

#[derive(Clone, Copy)]
struct Setting {
    model: Dependence,
    b: u32,
    gamma: f64,
    sharing: Sharing,
}

/// The correlation at which one layer leaves the bias as it is, extrapolated to no signal: the shift is proportional to
/// the squared signal.
fn correlation(id: String, setting: Setting) -> Claim {
    let Setting { model, b, gamma, sharing } = setting;
    Claim::equality(
        id,
        "The correlation at which a layer neither amplifies nor shrinks, extrapolated to no signal, is that of gain 1.",
        "the paper, theorem 4 (3.3)",
        0.02,
    )
    .predicting(move || {
        let map = Map { sharing, ..theory_with(model, b, 0.0, gamma) };
        vec![phase::critical_correlation(&map).unwrap_or(f64::NAN)]
    })
    .measuring(move |sampler| {
        let signal = (SIGNAL / (0.5 * f64::from(b - 1))).sqrt() / gamma;
        let near = located(sampler, setting, signal)?;
        let far = located(sampler, setting, 2.0 * signal)?;
        Ok(vec![near.combined(4.0 / 3.0, far, -1.0 / 3.0)])
    })
}

/// The correlation at which the sampled bias above one layer equals the leaves'. The boundary is the same for any number
/// of layers; one is cheapest.
fn located(sampler: &mut Sampler<'_>, setting: Setting, signal: f64) -> Result<Measured, NotMeasured> {
    // What a correlation more changes in the bias is of the order of the signal; extrapolating triples errors.
    let finest = 0.08 * sampler.margin() * signal;
    bracket(sampler, (0.0, 1.0), finest, |sampler, correlation, half_width| {
        let mut layer = layer_with(setting.model, setting.b, correlation, setting.gamma)?;
        layer.node.sharing = setting.sharing;
        let root = sampler.tree(&tree(layer, signal, 1)?, half_width)?;
        Ok(root.map(|bias| bias - signal))
    })
}

/// The boundary in the other direction, without correlation: noisy majority gates.
fn gate(b: u32) -> Claim {
    Claim::equality(
        format!("boundary-noisy-gate-b{b}"),
        "Majority gates hold a signal against noise above the fidelity 1/f'(0).",
        "von Neumann; Evans and Schulman (3.1); the paper's theorem 4 without correlation",
        0.02,
    )
    .predicting(move || vec![1.0 / crate::theory::majority::majority_gain(b)])
    .measuring(move |sampler| {
        let at = |sampler: &mut Sampler<'_>, signal: f64| {
            let finest = 0.08 * sampler.margin() * signal;
            let located = bracket(sampler, (0.0, 1.0), finest, |sampler, lost, half_width| {
                let layer = layer_with(Dependence::Mixture, b, 0.0, 1.0 - lost)?;
                let root = sampler.tree(&tree(layer, signal, 1)?, half_width)?;
                Ok(root.map(|bias| bias - signal))
            })?;
            Ok::<_, NotMeasured>(located.map(|lost| 1.0 - lost).ordered())
        };
        let signal = (2.0 * SIGNAL / f64::from(b - 1)).sqrt();
        let (near, far) = (at(sampler, signal)?, at(sampler, 2.0 * signal)?);
        Ok(vec![near.combined(4.0 / 3.0, far, -1.0 / 3.0)])
    })
}

fn collapse() -> Claim {
    Claim::at_most(
        "collapse-below-boundary",
        "At gain alpha below 1 the bias of any leaves shrinks at least by alpha per layer.",
        "the paper, theorem 4 (3.3)",
        0.02,
        0.3,
    )
    .predicting(|| {
        (1..=4).map(|depth| 0.5 * libm::pow(Map::new(5, 0.5, 0.6).gain(), f64::from(depth))).collect()
    })
    .measuring(|sampler| {
        let layer = layer_with(Dependence::Mixture, 5, 0.5, 0.6)?;
        (1..=4).map(|depth| sampler.tree(&tree(layer, 0.5, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn growth() -> Claim {
    Claim::equality(
        "growth-above-boundary",
        "At gain above 1 a weak signal grows from layer to layer.",
        "the paper, theorem 4 (3.3)",
        0.02,
    )
    .predicting(|| {
        (1..=4).map(|depth| recursion::uniform_bias(&Map::new(5, 0.1, 0.9), depth, 0.05)).collect()
    })
    .measuring(|sampler| {
        let layer = layer_with(Dependence::Mixture, 5, 0.1, 0.9)?;
        (1..=4).map(|depth| sampler.tree(&tree(layer, 0.05, depth)?, 0.4 * sampler.margin())).collect()
    })
}
