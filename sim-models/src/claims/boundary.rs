//! Where amplification ends: gain 1 (section 3.3).

use super::claim::Claim;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer_with, theory_with, tree};
use crate::organization::{Dependence, Sharing};
use crate::theory::layer::Layer as Map;
use crate::theory::{phase, recursion};

/// Fan-in and fidelity at which the critical correlation is located.
const POINTS: [(u32, f64); 6] = [(3, 0.9), (5, 0.6), (7, 0.6), (9, 0.5), (15, 0.4), (31, 0.3)];

/// Square of the smaller signal as it is received, times (b - 1)/2: so small that there is a root at twice the signal too, and that
/// the extrapolation leaves less than a tenth of the margin.
const SIGNAL: f64 = 0.08;

/// Width of the intervals of both roots, in margins. Extrapolating adds 4/3 of the one and 1/3 of the other, so that an interval that
/// holds the truth reaches over 0.92 of the margin at most.
const WIDTH: f64 = 0.55;

pub(super) fn claims() -> Vec<Claim> {
    let sharing = Sharing::AfterChannel;
    let paper = POINTS.map(|(b, gamma)| {
        correlation(format!("boundary-b{b}"), Setting { model: Dependence::Mixture, b, gamma, sharing })
    });
    let other =
        [("boundary-copying", Dependence::Copying), ("boundary-beta-binomial", Dependence::BetaBinomial)]
            .map(|(id, model)| correlation(id.to_owned(), Setting { model, b: 5, gamma: 0.9, sharing }));
    let mut claims: Vec<Claim> = paper.into_iter().chain(other).collect();
    let gaussian = Setting { model: Dependence::Gaussian, b: 5, gamma: 0.9, sharing };
    let before = Setting { model: Dependence::Mixture, b: 5, gamma: 0.6, sharing: Sharing::BeforeChannel };
    claims.extend([
        at_signal("boundary-gaussian", gaussian),
        at_signal("boundary-shared-before-channel", before),
    ]);
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
        0.025,
    )
    .predicting(move || {
        let map = Map { sharing, ..theory_with(model, b, 0.0, gamma) };
        vec![phase::critical_correlation(&map).unwrap_or(f64::NAN)]
    })
    .measuring(move |sampler| {
        let signal = (SIGNAL / (0.5 * f64::from(b - 1))).sqrt() / gamma;
        let width = WIDTH * sampler.margin();
        extrapolated(signal, |signal| located(sampler, setting, signal, width))
    })
}

/// The root at no signal, from those at this signal and at twice as much.
fn extrapolated(
    signal: f64,
    mut root: impl FnMut(f64) -> Result<Measured, NotMeasured>,
) -> Result<Vec<Measured>, NotMeasured> {
    let (near, far) = (root(signal)?, root(2.0 * signal)?);
    Ok(vec![near.combined(4.0 / 3.0, far, -1.0 / 3.0)])
}

/// The correlation at which the sampled bias above one layer equals the leaves'. The boundary is the same for any number
/// of layers; one is cheapest.
fn located(
    sampler: &mut Sampler<'_>,
    setting: Setting,
    signal: f64,
    width: f64,
) -> Result<Measured, NotMeasured> {
    sampler.root((0.0, 1.0), width, |sampler, correlation, look| {
        let mut layer = layer_with(setting.model, setting.b, correlation, setting.gamma)?;
        layer.node.sharing = setting.sharing;
        let root = sampler.tree(&tree(layer, signal, 1)?, look)?;
        Ok(root.map(|bias| bias - signal))
    })
}

/// A signal that is not weak. Votes with a Gaussian factor cost a hundred times what others do, and the root of votes shared before the
/// channel is no polynomial in the signal; at this one the former need fewer trials, and no extrapolation is needed.
const FINITE: f64 = 0.4;

fn at_signal(id: &'static str, setting: Setting) -> Claim {
    let Setting { model, b, gamma, sharing } = setting;
    Claim::equality(
        id,
        "The correlation at which a layer leaves a bias of 0.4 as it is, is that of the map.",
        "derived (3.2, 3.3 and 5)",
        0.03,
    )
    .predicting(move || {
        let map = |rho: f64| Map { sharing, ..theory_with(model, b, rho, gamma) }.map(FINITE);
        let (mut low, mut high) = (0.0, 1.0);
        while high - low > 1e-9 {
            let middle = 0.5 * (low + high);
            if map(middle) > FINITE { low = middle } else { high = middle }
        }
        vec![0.5 * (low + high)]
    })
    .measuring(move |sampler| {
        let width = 0.9 * sampler.margin();
        Ok(vec![located(sampler, setting, FINITE, width)?])
    })
}

/// The boundary in the other direction, without correlation: noisy majority gates.
fn gate(b: u32) -> Claim {
    Claim::equality(
        format!("boundary-noisy-gate-b{b}"),
        "Majority gates hold a signal against noise above the fidelity 1/f'(0).",
        "von Neumann; Evans and Schulman (3.1); the paper's theorem 4 without correlation",
        0.025,
    )
    .predicting(move || vec![1.0 / crate::theory::majority::majority_gain(b)])
    .measuring(move |sampler| {
        let width = WIDTH * sampler.margin();
        let signal = (2.0 * SIGNAL / f64::from(b - 1)).sqrt();
        extrapolated(signal, |signal| {
            sampler.root((0.0, 1.0), width, |sampler, fidelity, look| {
                let layer = layer_with(Dependence::Mixture, b, 0.0, fidelity)?;
                let root = sampler.tree(&tree(layer, signal, 1)?, look)?;
                Ok(root.map(|bias| bias - signal))
            })
        })
    })
}

const DEPTHS: std::ops::RangeInclusive<u32> = 1..=4;

fn collapse() -> Claim {
    Claim::at_most(
        "collapse-below-boundary",
        "At gain alpha below 1 the bias of any leaves shrinks at least by alpha per layer.",
        "the paper, theorem 4 (3.3)",
        0.01,
    )
    .over("depth", DEPTHS)
    .predicting(|| {
        DEPTHS.map(|depth| 0.2 * libm::pow(Map::new(5, 0.5, 0.6).gain(), f64::from(depth))).collect()
    })
    .measuring(|sampler| {
        let layer = layer_with(Dependence::Mixture, 5, 0.5, 0.6)?;
        DEPTHS.map(|depth| sampler.tree(&tree(layer, 0.2, depth)?, 0.4 * sampler.margin())).collect()
    })
}

fn growth() -> Claim {
    Claim::equality(
        "growth-above-boundary",
        "At gain above 1 a weak signal grows from layer to layer.",
        "the paper, theorem 4 (3.3)",
        0.02,
    )
    .over("depth", DEPTHS)
    .predicting(|| DEPTHS.map(|depth| recursion::uniform_bias(&Map::new(5, 0.1, 0.9), depth, 0.05)).collect())
    .measuring(|sampler| {
        let layer = layer_with(Dependence::Mixture, 5, 0.1, 0.9)?;
        DEPTHS.map(|depth| sampler.tree(&tree(layer, 0.05, depth)?, 0.4 * sampler.margin())).collect()
    })
}
