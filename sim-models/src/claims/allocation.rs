//! Who gets the budget: one agent or many, and how strong they are (section 4).

use super::bracket::bracket;
use super::claim::Claim;
use super::measured::{Measured, NotMeasured, greatest};
use super::sampler::Sampler;
use super::setting::{layer, tree};
use crate::theory::allocation::exact::TreeFamily;
use crate::theory::allocation::relaxed::{Growth, upper_budget};
use crate::theory::exponent::exponent;
use crate::theory::layer::Layer as Map;
use crate::theory::leaf::LeafLaw;
use crate::theory::{cost, fixed_point};

pub(super) fn claims() -> Vec<Claim> {
    let mut claims =
        vec![threshold(), threshold_relaxed_bound(), threshold_relaxed_small(), upper_end(), upper_relaxed()];
    claims.extend([best_depth(), change_of_depth(), overhead_ratio()]);
    claims.extend([synergy(), no_synergy(), strong_leaves(), capped_leaves()]);
    claims
}

/// The spec's example E: fan-in, correlation, fidelity, and messages of 50 tokens.
const EXAMPLE: (u32, f64, f64) = (5, 0.1, 0.9);
const OVERHEAD: f64 = 125.0;
const BETA: f64 = 0.2;

fn map() -> Map {
    Map::new(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)
}

fn family(leaf: LeafLaw) -> TreeFamily {
    TreeFamily::new(&map(), leaf, OVERHEAD)
}

fn growth() -> Growth {
    Growth { exponent: exponent(&map()), leaf_exponent: BETA, overhead: OVERHEAD }
}

/// A strong enough signal to see differences, a weak enough one not to saturate.
const LEAVES: LeafLaw = LeafLaw::new(0.04, BETA);

/// Sampled bias of the tree of this depth that the budget pays; `None` if it pays none.
fn sampled(
    sampler: &mut Sampler<'_>,
    leaf: LeafLaw,
    budget: f64,
    depth: u32,
    half_width: f64,
) -> Result<Option<Measured>, NotMeasured> {
    let tokens = cost::leaf_tokens(budget, libm::pow(f64::from(EXAMPLE.0), f64::from(depth)), OVERHEAD);
    if tokens.is_nan() || tokens <= 0.0 {
        return Ok(None);
    }
    let layer = layer(EXAMPLE.0, EXAMPLE.1, EXAMPLE.2)?;
    sampler.tree(&tree(layer, leaf.bias(tokens), depth)?, half_width).map(Some)
}

/// The best of the trees of depths 1 to 3, minus the single agent.
fn advantage(
    sampler: &mut Sampler<'_>,
    leaf: LeafLaw,
    budget: f64,
    half_width: f64,
) -> Result<Measured, NotMeasured> {
    let mut best: Option<Measured> = None;
    for depth in 1..=3 {
        let Some(tree) = sampled(sampler, leaf, budget, depth, half_width)? else { break };
        best = Some(best.map_or(tree, |best| Measured {
            value: best.value.max(tree.value),
            low: best.low.max(tree.low),
            high: best.high.max(tree.high),
            ..tree
        }));
    }
    let single = leaf.bias(budget);
    // No tree is as good as chance.
    let none = Measured { value: 0.0, low: 0.0, high: 0.0, trials: 0 };
    Ok(best.unwrap_or(none).map(|bias| bias - single))
}

/// The budget at which the best tree overtakes one agent.
fn sampled_threshold(sampler: &mut Sampler<'_>, leaf: LeafLaw, share: f64) -> Result<Measured, NotMeasured> {
    // The tree's bias grows by about a fifth of the budget's relative growth more than the agent's.
    let finest = 0.04 * share * leaf.bias(1000.0);
    let logarithm =
        bracket(sampler, (600_f64.ln(), 3000_f64.ln()), finest, |sampler, logarithm, half_width| {
            // Only one layer pays at these budgets.
            let budget = libm::exp(logarithm);
            let tree = sampled(sampler, leaf, budget, 1, half_width)?;
            let none = Measured { value: 0.0, low: 0.0, high: 0.0, trials: 0 };
            let single = leaf.bias(budget);
            Ok(tree.unwrap_or(none).map(|bias| single - bias).ordered())
        })?;
    Ok(logarithm.map(libm::exp))
}

fn threshold() -> Claim {
    Claim::relative_equality(
        "threshold-budget",
        "A tree overtakes one agent at the budget of the exact optimizer.",
        "derived (4.3 and 4.4)",
        0.1,
    )
    .predicting(|| vec![family(LEAVES).threshold_budget().unwrap_or(f64::NAN)])
    .measuring(|sampler| {
        let share = sampler.margin();
        Ok(vec![sampled_threshold(sampler, LEAVES, share)?])
    })
}

fn threshold_relaxed_bound() -> Claim {
    Claim::at_least(
        "threshold-relaxed-is-lower",
        "The closed form of the threshold, which ignores whole numbers of leaves, is a lower estimate.",
        "the paper's explicit threshold; value derived (4.3)",
        50.0,
        600.0,
    )
    .predicting(|| vec![growth().threshold_budget().unwrap_or(f64::NAN)])
    .measuring(|sampler| Ok(vec![sampled_threshold(sampler, LEAVES, 0.05 * sampler.coarser())?]))
}

fn threshold_relaxed_small() -> Claim {
    let planted = family(LEAVES).threshold_budget().unwrap_or(f64::NAN)
        - growth().threshold_budget().unwrap_or(f64::NAN);
    Claim::equality(
        "threshold-relaxed-few-leaves",
        "A tree overtakes one agent at the closed form of the threshold.",
        "the paper's explicit threshold (4.3)",
        15.0,
    )
    .false_where("with few leaves: here the closed form has 2.3 leaves where a tree has at least 5", planted)
    .predicting(|| vec![growth().threshold_budget().unwrap_or(f64::NAN)])
    .measuring(|sampler| Ok(vec![sampled_threshold(sampler, LEAVES, 0.02)?]))
}

/// Leaves so strong that one agent is soon as good as a tree can be.
const STRONG: LeafLaw = LeafLaw::new(0.12, BETA);

fn upper_end() -> Claim {
    Claim::relative_equality(
        "upper-budget",
        "One agent overtakes the best tree again at the upper end of the window, because trees saturate.",
        "derived (4.4)",
        0.1,
    )
    .predicting(|| vec![family(STRONG).upper_budget().unwrap_or(f64::NAN)])
    .measuring(|sampler| {
        let finest = 0.03 * sampler.margin();
        let logarithm =
            bracket(sampler, (3000_f64.ln(), 1e6_f64.ln()), finest, |sampler, logarithm, half_width| {
                let budget = libm::exp(logarithm);
                if STRONG.bias(budget) >= 1.0 {
                    // One agent is certain; no tree over these channels is.
                    return Ok(Measured { value: -1.0, low: -1.0, high: -1.0, trials: 0 });
                }
                advantage(sampler, STRONG, budget, half_width)
            })?;
        Ok(vec![logarithm.map(libm::exp)])
    })
}

fn upper_relaxed() -> Claim {
    Claim::at_most(
        "no-synergy-above-saturation",
        "Above the budget at which one agent reaches the fixed point no tree is better.",
        "derived (4.4)",
        0.02,
        0.4,
    )
    .predicting(|| vec![0.0; 2])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let limit = fixed_point::fixed_point(&map()).unwrap_or(f64::NAN);
        let above = upper_budget(&STRONG, limit).unwrap_or(f64::NAN);
        [1.01, 1.05].into_iter().map(|times| advantage(sampler, STRONG, times * above, half_width)).collect()
    })
}

const BUDGETS: [f64; 3] = [2e3, 1.2e4, 7e4];

fn best_depth() -> Claim {
    Claim::equality(
        "best-depth",
        "The best depth of a tree at a budget is that of the exact optimizer.",
        "derived (4.4)",
        0.2,
    )
    .predicting(|| {
        let family = family(LEAVES);
        BUDGETS.map(|budget| family.best_tree(budget).map_or(f64::NAN, |best| f64::from(best.depth))).to_vec()
    })
    .measuring(|sampler| {
        let best = |budget| {
            let mut values = Vec::new();
            for depth in 1..=4 {
                values.extend(sampled(sampler, LEAVES, budget, depth, 0.004)?);
            }
            Ok(greatest(&[1.0, 2.0, 3.0, 4.0][..values.len()], &values))
        };
        BUDGETS.into_iter().map(best).collect()
    })
}

fn change_of_depth() -> Claim {
    Claim::relative_equality(
        "leaves-before-strength",
        "Additional budget buys leaves, not stronger ones: at every change of depth leaves are equally strong.",
        "the paper, theorem 9 (4.2)",
        0.15,
    )
    .predicting(|| {
        // alpha (x/b - c0 (1 - 1/b))^beta = x^beta.
        let b = f64::from(EXAMPLE.0);
        let ratio = libm::pow(map().gain(), 1.0 / BETA);
        vec![(b - 1.0) * OVERHEAD * ratio / (ratio - b); 2]
    })
    .measuring(|sampler| {
        let weak = LeafLaw::new(0.015, BETA);
        let error = sampler.margin();
        let tokens = |depth: u32| {
            let leaves = libm::pow(f64::from(EXAMPLE.0), f64::from(depth));
            let budget = |tokens: f64| cost::tree(leaves, tokens, OVERHEAD);
            let finest = 0.02 * error * weak.bias(500.0) * libm::pow(map().gain(), f64::from(depth));
            let logarithm = bracket(sampler, (600_f64.ln(), 3000_f64.ln()), finest, |sampler, logarithm, half_width| {
                let budget = budget(libm::exp(logarithm));
                let none = Measured { value: 0.0, low: 0.0, high: 0.0, trials: 0 };
                let shallow = sampled(sampler, weak, budget, depth, half_width)?.unwrap_or(none);
                let deep = sampled(sampler, weak, budget, depth + 1, half_width)?.unwrap_or(none);
                Ok(shallow.minus(deep))
            })?;
            Ok(logarithm.map(libm::exp))
        };
        [0, 1].into_iter().map(tokens).collect()
    })
}

fn overhead_ratio() -> Claim {
    Claim::equality(
        "overhead-ratio",
        "The best share of overhead, c0/x* = (s - beta)/beta, lies between those of the depths that change places.",
        "the paper, theorem 9 (4.1)",
        1.0,
    )
    .predicting(|| vec![growth().overhead_ratio().unwrap_or(f64::NAN)])
    .measuring(|sampler| {
        let tokens = sampled_threshold(sampler, LEAVES, 0.1 * sampler.coarser())?;
        // One agent with B tokens and five leaves with B/5 - c0 (1 - 1/5) are equally good; the optimum is between them.
        let five = tokens.map(|budget| budget / 5.0 - 0.8 * OVERHEAD);
        Ok(vec![Measured {
            value: OVERHEAD / (tokens.value * five.value).sqrt(),
            low: OVERHEAD / tokens.high,
            high: OVERHEAD / five.low,
            trials: tokens.trials,
        }])
    })
}

fn synergy() -> Claim {
    Claim::equality(
        "synergy-inside-window",
        "If s > beta, the best tree beats one agent inside the window of budgets.",
        "the paper, theorem 5 (4.4)",
        0.02,
    )
    .predicting(|| {
        let family = family(LEAVES);
        let advantage = |budget| {
            let trees = (1..=3).filter_map(|depth| family.tree(budget, depth)).map(|tree| tree.bias);
            trees.fold(0.0, f64::max) - family.single_agent_bias(budget)
        };
        BUDGETS.map(advantage).to_vec()
    })
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        BUDGETS.into_iter().map(|budget| advantage(sampler, LEAVES, budget, half_width)).collect()
    })
}

fn no_synergy() -> Claim {
    Claim::at_most(
        "no-synergy-if-s-below-beta",
        "If s <= beta, no tree beats one agent at any budget.",
        "the paper, theorem 5 (4.4)",
        0.02,
        0.3,
    )
    .predicting(|| vec![0.0; 3])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let leaf = LeafLaw::new(0.003, 0.4);
        BUDGETS.into_iter().map(|budget| advantage(sampler, leaf, budget, half_width)).collect()
    })
}

fn strong_leaves() -> Claim {
    Claim::equality(
        "below-threshold-one-agent",
        "Below the threshold one agent beats every tree, although s > beta.",
        "derived (4.3)",
        0.02,
    )
    .predicting(|| {
        let family = family(LEAVES);
        vec![family.tree(700.0, 1).map_or(f64::NAN, |tree| tree.bias) - family.single_agent_bias(700.0)]
    })
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        Ok(vec![advantage(sampler, LEAVES, 700.0, half_width)?])
    })
}

fn capped_leaves() -> Claim {
    Claim::equality(
        "capped-leaves-give-synergy",
        "If no budget makes one agent better than a cap, a large budget gives synergy whenever alpha > 1, even if s <= beta.",
        "derived (4.4)",
        0.01,
    )
    .predicting(|| {
        let family = family(LeafLaw { cap: 0.6, ..LeafLaw::new(0.001, 0.5) });
        vec![family.tree(1e6, 1).map_or(f64::NAN, |tree| tree.bias) - family.single_agent_bias(1e6)]
    })
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let leaf = LeafLaw { cap: 0.6, ..LeafLaw::new(0.001, 0.5) };
        Ok(vec![advantage(sampler, leaf, 1e6, half_width)?])
    })
}
