//! What a context window allows (sections 1.3, 2.1, 3.7 and 4.5).

use super::claim::Claim;
use super::measured::greatest;
use super::setting::{layer, tree};
use crate::organization::averaging::{AveragingOrganization, Shape};
use crate::theory::averaging::Averaging;
use crate::theory::channel::FidelityCurve;
use crate::theory::layer::Layer as Map;
use crate::theory::recursion::uniform_bias;
use crate::theory::window::odd_fan_in;

pub(super) fn claims() -> Vec<Claim> {
    vec![star(), star_limit(), star_at_window(), hierarchy(), message_length()]
}

fn star() -> Claim {
    Claim::equality("star-bias", "A star of N agents has the bias of one layer.", "derived (3.7)", 0.01)
        .over("agents", [5, 21, 101])
        .predicting(|| [5, 21, 101].map(|agents| uniform_bias(&Map::new(agents, 0.1, 0.9), 1, 0.1)).to_vec())
        .measuring(|sampler| {
            let half_width = 0.4 * sampler.margin();
            let star = |agents| sampler.tree(&tree(layer(agents, 0.1, 0.9)?, 0.1, 1)?, half_width);
            [5, 21, 101].into_iter().map(star).collect()
        })
}

fn star_limit() -> Claim {
    Claim::limit(
        "star-limit",
        "A star without a window tends to rho gamma mu_0 + 1 - rho.",
        "derived (3.7)",
        0.05,
    )
    .over("agents", [5, 15, 61])
    .predicting(|| vec![0.1 * 0.9 * 0.3 + 0.9; 3])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let star = |agents| sampler.tree(&tree(layer(agents, 0.1, 0.9)?, 0.3, 1)?, half_width);
        [5, 15, 61].into_iter().map(star).collect()
    })
}

fn star_at_window() -> Claim {
    Claim::relative_equality(
        "averaging-star-at-window",
        "The largest star that a window holds has the risk s2 [rho + (1 - rho) m/W] + c m/W.",
        "derived (2.1)",
        0.04,
    )
    .predicting(|| {
        let setting = Averaging { variance: 1.0, correlation: 0.1, noise: 0.2 };
        vec![setting.star_at_window(2000.0, 100.0)]
    })
    .measuring(|sampler| {
        let shape = Shape::Star { agents: 20 };
        let star =
            AveragingOrganization { shape, leaf_variance: 1.0, channel_variance: 0.2, correlation: 0.1 };
        Ok(vec![sampler.risk(&star, 0.35 * sampler.margin())?])
    })
}

/// A window of 1000 tokens and messages of 200 hold five children.
fn held() -> u32 {
    odd_fan_in(1000, 0, 200).unwrap_or(1)
}

fn hierarchy() -> Claim {
    Claim::equality(
        "window-needs-hierarchy",
        "Where a window limits a star, a tree of the same fan-in uses more agents and goes beyond it.",
        "the paper (1.3 and 3.7)",
        0.02,
    )
    .over("depth", [2, 4])
    .predicting(|| {
        let bias = |depth| uniform_bias(&Map::new(held(), 0.05, 0.9), depth, 0.1);
        vec![bias(2) - bias(1), bias(4) - bias(1)]
    })
    .measuring(|sampler| {
        let half_width = 0.2 * sampler.margin();
        let layer = layer(held(), 0.05, 0.9)?;
        let star = sampler.tree(&tree(layer, 0.1, 1)?, half_width)?;
        let beyond = |depth| Ok(sampler.tree(&tree(layer, 0.1, depth)?, half_width)?.minus(star));
        [2, 4].into_iter().map(beyond).collect()
    })
}

const LENGTHS: [u32; 3] = [40, 153, 600];
const CURVE: FidelityCurve = FidelityCurve::Exponential { scale: 40.0 };

fn message_length() -> Claim {
    Claim::equality(
        "best-message-length",
        "Between short unfaithful messages and long ones of which few fit, one length has the greatest exponent.",
        "derived (4.5)",
        2.0,
    )
    .predicting(|| {
        let template = Map::new(3, 0.1, 1.0);
        let best = crate::theory::allocation::message::best_message_for_growth(2000, &CURVE, &template);
        vec![best.map_or(f64::NAN, |best| f64::from(best.tokens))]
    })
    .measuring(|sampler| {
        let half_width = 0.0008;
        let mut exponents = Vec::new();
        for tokens in LENGTHS {
            let b = odd_fan_in(2000, 0, u64::from(tokens)).unwrap_or(1);
            let leaf = 0.1 / f64::from(b).sqrt();
            let layer = layer(b, 0.1, CURVE.fidelity(f64::from(tokens)))?;
            let root = sampler.tree(&tree(layer, leaf, 1)?, half_width)?;
            exponents.push(root.map(|bias| libm::log(bias.max(1e-9) / leaf) / f64::from(b).ln()));
        }
        Ok(vec![greatest(&LENGTHS.map(f64::from), &exponents)])
    })
}
