//! Trees of drawn votes against one agent, at the same budget.

use super::super::measured::{Measured, NotMeasured};
use super::super::sampler::{Aim, Sampler};
use super::super::setting::{layer, tree};
use super::{FAN_IN, GAMMA, RHO, family, overhead};
use crate::theory::cost;
use crate::theory::leaf::LeafLaw;

/// What is certain is measured without trials.
pub(super) fn certain(value: f64) -> Measured {
    Measured { value, low: value, high: value, trials: 0, sampled: true }
}

/// Sampled bias of the tree of this depth that the budget pays; that of chance if it pays none.
pub(super) fn sampled(
    sampler: &mut Sampler<'_>,
    (b, leaf): (u32, LeafLaw),
    budget: f64,
    depth: u32,
    aim: impl Into<Aim>,
) -> Result<Measured, NotMeasured> {
    let tokens = cost::leaf_tokens(budget, libm::pow(f64::from(b), f64::from(depth)), overhead(b));
    if tokens.is_nan() || tokens <= 0.0 {
        return Ok(certain(0.0));
    }
    match depth {
        0 => Ok(certain(leaf.bias(tokens))),
        _ => sampler.tree(&tree(layer(b, RHO, GAMMA)?, leaf.bias(tokens), depth)?, aim),
    }
}

/// The best of the trees of depths 1 to 3, minus the single agent.
pub(super) fn advantage(
    sampler: &mut Sampler<'_>,
    leaf: LeafLaw,
    budget: f64,
    aim: impl Into<Aim> + Copy,
) -> Result<Measured, NotMeasured> {
    let mut best = certain(0.0);
    for depth in 1..=3 {
        let tree = sampled(sampler, (FAN_IN, leaf), budget, depth, aim)?;
        best = Measured {
            value: best.value.max(tree.value),
            low: best.low.max(tree.low),
            high: best.high.max(tree.high),
            ..tree
        };
    }
    let single = leaf.bias(budget);
    Ok(best.map(|bias| bias - single))
}

/// What [`advantage`] measures, by the recursion.
pub(super) fn exact_advantage(leaf: LeafLaw, budget: f64) -> f64 {
    let family = family(leaf);
    let trees = (1..=3).filter_map(|depth| family.tree(budget, depth)).map(|tree| tree.bias);
    trees.fold(0.0, f64::max) - family.single_agent_bias(budget)
}
