//! Growth with the number of leaves, saturation and the predictors (section 3.6).

use super::claim::Claim;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use super::setting::{layer, tree};
use crate::theory::exponent::{exponent, mixing_depth};
use crate::theory::layer::Layer as Map;
use crate::theory::predictors::{LowerBound, clipped, scaling_function, smooth};
use crate::theory::recursion::uniform_bias;

pub(super) fn claims() -> Vec<Claim> {
    let mut claims =
        vec![small_signal(), regression(), at_most_half(), flatter(), vanishing(), lower_bound()];
    claims.extend([clipped_bounds(), clipped_equals(), clipped_error(), smooth_predictor()]);
    claims.extend([scaling(), mixing(), saturation()]);
    claims
}

/// The spec's worked example: fan-in, correlation, fidelity.
const EXAMPLE: (u32, f64, f64) = (5, 0.1, 0.9);
/// Leaves of the worked example.
const LEAF: f64 = 0.02;
/// The depth at which the clipped predictor is worst there.
const KNEE: u32 = 8;

fn example() -> Map {
    Map::new(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)
}

/// Levels 0 to `depth` of the worked example.
fn levels(sampler: &mut Sampler<'_>, depth: u32, half_width: f64) -> Result<Vec<Measured>, NotMeasured> {
    sampler.layer_by_layer(layer(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)?, LEAF, depth, half_width)
}

/// Depths at which a weak signal still grows by a power, and one at which it no longer does.
const POWER: [u32; 3] = [1, 2, KNEE];

fn small_signal() -> Claim {
    Claim::relative_equality(
        "growth-by-power",
        "A signal grows by alpha per layer: mu_L = mu_0 N^s.",
        "the paper (3.6)",
        0.06,
    )
    .over("depth", POWER)
    .false_where("where the tree saturates; only a weak signal grows by a power", [2], || {
        vec![uniform_bias(&example(), KNEE, LEAF)]
    })
    .predicting(|| POWER.map(|depth| LEAF * libm::pow(example().gain(), f64::from(depth))).to_vec())
    .measuring(|sampler| {
        let layer = layer(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)?;
        let half_width = 0.4 * sampler.margin() * LEAF;
        let (one, two) = (tree(layer, LEAF, 1)?, tree(layer, LEAF, 2)?);
        let (one, two) = (sampler.tree(&one, half_width)?, sampler.tree(&two, 1.5 * half_width)?);
        Ok(vec![one, two, levels(sampler, KNEE, 0.002)?[KNEE as usize]])
    })
}

/// Slope of `ln mu` over `ln N` from one layer to three.
fn slope(
    sampler: &mut Sampler<'_>,
    of: (u32, f64, f64),
    leaf: f64,
    error: f64,
) -> Result<Measured, NotMeasured> {
    let layer = layer(of.0, of.1, of.2)?;
    let distance = 2.0 * f64::from(of.0).ln();
    let half_width = 0.5 * error * distance * leaf;
    let low = sampler.tree(&tree(layer, leaf, 1)?, half_width)?;
    let high = sampler.tree(&tree(layer, leaf, 3)?, half_width * 2.0)?;
    Ok(high.over(low).map(|ratio| libm::log(ratio.max(1e-9)) / distance))
}

fn regression() -> Claim {
    Claim::equality(
        "organization-exponent",
        "The slope of ln mu over ln N is the organization exponent s = ln alpha / ln b.",
        "the paper (3.6)",
        0.03,
    )
    .over("fan-in", [5, 3])
    .predicting(|| vec![exponent(&example()), exponent(&Map::new(3, 0.0, 0.9))])
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        Ok(vec![slope(sampler, EXAMPLE, 0.03, error)?, slope(sampler, (3, 0.0, 0.9), 0.05, error)?])
    })
}

/// Exponent of one layer over leaves of a bias so small that saturation costs less than half a percent of the gain.
fn one_layer(sampler: &mut Sampler<'_>, b: u32, gamma: f64, error: f64) -> Result<Measured, NotMeasured> {
    let leaf = 0.16 / f64::from(b).sqrt();
    let half_width = error * f64::from(b).ln() * leaf;
    let root = sampler.tree(&tree(layer(b, 0.0, gamma)?, leaf, 1)?, half_width)?;
    Ok(root.map(|bias| libm::log(bias.max(1e-9) / leaf) / f64::from(b).ln()))
}

fn at_most_half() -> Claim {
    Claim::at_most(
        "exponent-at-most-half",
        "No organization grows faster than the square root of its leaves: s <= 1/2.",
        "derived (3.6)",
        0.02,
    )
    .with_slack(0.5 - exponent(&Map::new(101, 0.0, 1.0)))
    .over("fan-in", [3, 15, 101])
    .predicting(|| vec![0.5; 3])
    .measuring(|sampler| {
        let error = 0.5 * sampler.margin();
        [3, 15, 101].into_iter().map(|b| one_layer(sampler, b, 1.0, error)).collect()
    })
}

const FLATTER: [u32; 4] = [3, 9, 31, 101];

fn flatter() -> Claim {
    Claim::equality(
        "flatter-grows-faster",
        "Without correlation the exponent increases with the fan-in: flatter is better if the window allows it.",
        "derived (3.6)",
        0.02,
    )
    .over("fan-in", FLATTER)
    .predicting(|| FLATTER.map(|b| exponent(&Map::new(b, 0.0, 1.0))).to_vec())
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        FLATTER.into_iter().map(|b| one_layer(sampler, b, 1.0, error)).collect()
    })
}

/// Below, at and above the boundary, by so much that twice the margin tells them apart.
const GAINS: [f64; 3] = [0.85, 1.0, 1.15];

fn vanishing() -> Claim {
    Claim::equality(
        "exponent-zero-at-boundary",
        "The exponent is 0 at the phase boundary: negative for a gain below 1, and positive above.",
        "the paper (3.6)",
        0.02,
    )
    .over("gain", GAINS)
    .predicting(|| GAINS.map(|gain| exponent(&Map::new(5, 0.0, gain / 1.875))).to_vec())
    .measuring(|sampler| {
        let error = 0.4 * sampler.margin();
        GAINS.into_iter().map(|gain| one_layer(sampler, 5, gain / 1.875, error)).collect()
    })
}

fn lower_bound() -> Claim {
    Claim::at_least(
        "lower-bound",
        "Growth to half the fixed point and contraction from there bound the bias from below.",
        "derived (3.6)",
        0.02,
    )
    .with_slack(
        uniform_bias(&example(), 1, LEAF)
            - LowerBound::new(&example(), LEAF, 0.5).map_or(0.0, |bound| bound.bias(1)),
    )
    .over("depth", 1..=16)
    .predicting(|| {
        let bound = LowerBound::new(&example(), LEAF, 0.5);
        (1..=16).map(|depth| bound.map_or(f64::NAN, |bound| bound.bias(depth))).collect()
    })
    .measuring(|sampler| {
        let half_width = 0.1 * sampler.margin();
        Ok(levels(sampler, 16, half_width)?[1..].to_vec())
    })
}

fn clipped_bounds() -> Claim {
    Claim::at_most(
        "clipped-predictor-bounds",
        "min(mu_0 N^s, mu*) is an upper bound on the tree's bias at every depth.",
        "the paper's predictor; the bound is derived (3.6)",
        0.02,
    )
    .over("depth", 1..=16)
    .predicting(|| (1..=16).map(|depth| clipped(&example(), depth, LEAF)).collect())
    .measuring(|sampler| {
        let half_width = 0.07 * sampler.margin();
        Ok(levels(sampler, 16, half_width)?[1..].to_vec())
    })
}

/// Depths before, at and beyond the knee.
const AROUND_KNEE: [u32; 5] = [1, 4, KNEE, KNEE + 1, 14];

fn clipped_equals() -> Claim {
    Claim::equality(
        "clipped-predictor",
        "min(mu_0 N^s, mu*) is the tree's bias.",
        "the paper's predictor (3.6)",
        0.02,
    )
    .over("depth", AROUND_KNEE)
    .false_where("at the knee, where growth turns into saturation", [2, 3], || {
        [KNEE, KNEE + 1].map(|depth| uniform_bias(&example(), depth, LEAF)).to_vec()
    })
    .predicting(|| AROUND_KNEE.map(|depth| clipped(&example(), depth, LEAF)).to_vec())
    .measuring(|sampler| {
        let half_width = 0.08 * sampler.margin();
        let levels = levels(sampler, 14, half_width)?;
        Ok(AROUND_KNEE.map(|depth| levels[depth as usize]).to_vec())
    })
}

fn clipped_error() -> Claim {
    Claim::relative_equality(
        "clipped-predictor-error",
        "The clipped predictor is a quarter too high at the knee of the worked example, and right where signals are weak.",
        "derived (3.6)",
        0.04,
    )
    .over("depth", [1, KNEE])
    .predicting(|| vec![clipped(&example(), 1, LEAF), clipped(&example(), KNEE, LEAF) / 1.25])
    .measuring(|sampler| {
        let knee = levels(sampler, KNEE, 0.012 * sampler.margin())?[KNEE as usize];
        let star = tree(layer(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)?, LEAF, 1)?;
        let star = sampler.tree(&star, 0.3 * sampler.margin() * LEAF)?;
        Ok(vec![star, knee])
    })
}

fn smooth_predictor() -> Claim {
    Claim::relative_equality(
        "smooth-predictor",
        "The smooth predictor is right within an eighth at every depth from the knee on.",
        "derived (3.6)",
        0.125,
    )
    .with_own_margin()
    .approached_from_above()
    .over("depth", 6..=14)
    .predicting(|| (6..=14).map(|depth| smooth(&example(), depth, LEAF).unwrap_or(f64::NAN)).collect())
    .measuring(|sampler| {
        let half_width = 0.01 * sampler.margin();
        Ok(levels(sampler, 14, half_width)?[6..].to_vec())
    })
}

fn scaling() -> Claim {
    Claim::equality(
        "scaling-function",
        "The bias is one function of mu_0 N^s, up to errors of the order of mu_0^2.",
        "derived (3.6)",
        0.03,
    )
    .over("depth", 4..=12)
    .predicting(|| {
        let map = example();
        let of = |depth| scaling_function(&map, LEAF * libm::pow(map.gain(), f64::from(depth)));
        (4..=12).map(|depth| of(depth).unwrap_or(f64::NAN)).collect()
    })
    .measuring(|sampler| {
        let half_width = 0.028 * sampler.margin();
        Ok(levels(sampler, 12, half_width)?[4..].to_vec())
    })
}

fn mixing() -> Claim {
    Claim::equality(
        "mixing-depth",
        "Growth takes ln(mu*/mu_0)/ln alpha layers and mixing ln(1/eps)/|ln T'(mu*)| more.",
        "a reading of the paper's mixing depth (3.6)",
        1.0,
    )
    .predicting(|| vec![mixing_depth(&example(), LEAF, 0.01).unwrap_or(f64::NAN)])
    .measuring(|sampler| {
        let levels = levels(sampler, 16, 0.001 * sampler.coarser())?;
        let limit = levels[16];
        // The first level that surely and the first that possibly has 99 % of the limit.
        let first = |reached: &dyn Fn(&Measured) -> bool| {
            levels.iter().position(reached).map_or(f64::NAN, |l| l as f64)
        };
        let value = first(&|level| level.value >= 0.99 * limit.value);
        let low = first(&|level| level.high >= 0.99 * limit.low);
        let high = first(&|level| level.low >= 0.99 * limit.high);
        // Depths are whole numbers, the predicted one is not.
        let half = |depth: f64| depth - 0.5;
        Ok(vec![Measured { value: half(value), low: half(low), high: half(high), sampled: false, ..limit }])
    })
}

fn saturation() -> Claim {
    Claim::equality(
        "growth-saturates",
        "Additional layers add nothing beyond the fixed point.",
        "the paper (3.4 and 3.6)",
        0.02,
    )
    .predicting(|| vec![0.0])
    .measuring(|sampler| {
        let half_width = 0.1 * sampler.margin();
        let levels = levels(sampler, 20, half_width)?;
        Ok(vec![levels[20].minus(levels[16])])
    })
}
