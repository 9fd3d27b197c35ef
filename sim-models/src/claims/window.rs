//! What a context window allows (sections 1.3, 2.1, 3.7 and 4.5).

use super::claim::Claim;
use super::measured::NotMeasured;
use super::setting::{layer, tree};
use crate::organization::averaging::{AveragingOrganization, Shape};
use crate::theory::averaging::Averaging;
use crate::theory::channel::FidelityCurve;
use crate::theory::exponent::exponent;
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

/// Shorter and longer than the best length, which is 153 tokens: so much that trials can tell.
const OTHERS: [u32; 2] = [40, 600];
const WINDOW: u32 = 2000;
const CURVE: FidelityCurve = FidelityCurve::Exponential { scale: 40.0 };

fn best_length() -> u32 {
    let template = Map::new(3, 0.1, 1.0);
    let best = crate::theory::allocation::message::best_message_for_growth(WINDOW, &CURVE, &template);
    best.map_or(1, |best| best.tokens)
}

fn fan_in(tokens: u32) -> u32 {
    odd_fan_in(u64::from(WINDOW), 0, u64::from(tokens)).unwrap_or(1)
}

/// By how much the best length's exponent is ahead of this one's.
fn ahead(tokens: u32) -> f64 {
    let of = |tokens| exponent(&Map::new(fan_in(tokens), 0.1, CURVE.fidelity(f64::from(tokens))));
    of(best_length()) - of(tokens)
}

fn message_length() -> Claim {
    Claim::at_least(
        "best-message-length",
        "The best length of messages, 153 tokens here, has a greater exponent than one of a quarter and one of four times as many.",
        "derived (4.5)",
        0.02,
    )
    .with_slack(OTHERS.map(ahead).into_iter().fold(f64::INFINITY, f64::min))
    .over("ahead of tokens", OTHERS)
    .predicting(|| vec![0.0; OTHERS.len()])
    .measuring(|sampler| {
        // The least difference is 0.046; this leaves half of it.
        let half_width = 0.0008 * sampler.coarser();
        let mut exponent = |tokens: u32| {
            let b = fan_in(tokens);
            let leaf = 0.1 / f64::from(b).sqrt();
            let layer = layer(b, 0.1, CURVE.fidelity(f64::from(tokens)))?;
            let root = sampler.tree(&tree(layer, leaf, 1)?, half_width)?;
            Ok::<_, NotMeasured>(root.map(|bias| libm::log(bias.max(1e-9) / leaf) / f64::from(b).ln()))
        };
        let best = exponent(best_length())?;
        OTHERS.into_iter().map(|tokens| Ok(best.minus(exponent(tokens)?))).collect()
    })
}
