//! Who gets the budget: one agent or many, and how strong they are (section 4).

mod contest;

use self::contest::{advantage, exact_advantage, sampled};
use super::claim::Claim;
use super::measured::{Measured, NotMeasured, greatest};
use super::sampler::Sampler;
use crate::theory::allocation::exact::TreeFamily;
use crate::theory::allocation::relaxed::{Growth, upper_budget};
use crate::theory::exponent::exponent;
use crate::theory::layer::Layer as Map;
use crate::theory::leaf::LeafLaw;
use crate::theory::{cost, fixed_point};

pub(super) fn claims() -> Vec<Claim> {
    let mut claims =
        vec![threshold(), threshold_relaxed_bound(), threshold_relaxed(), upper_end(), upper_relaxed()];
    claims.extend([best_depth(), change_of_depth(), overhead_ratio(), below_threshold()]);
    claims.extend([synergy(), sufficient(), no_synergy(), capped_leaves()]);
    claims
}

/// The spec's example E: messages of 50 tokens over channels of this fidelity, siblings of this correlation.
const MESSAGE: f64 = 50.0;
const RHO: f64 = 0.1;
const GAMMA: f64 = 0.9;
/// Fan-in of the example; the closed form of the threshold is also tried at others.
const FAN_IN: u32 = 5;
const BETA: f64 = 0.2;

fn map(b: u32) -> Map {
    Map::new(b, RHO, GAMMA)
}

fn overhead(b: u32) -> f64 {
    cost::overhead(b, MESSAGE, 0.0)
}

fn family_of(b: u32, leaf: LeafLaw) -> TreeFamily {
    TreeFamily::new(&map(b), leaf, overhead(b))
}

fn family(leaf: LeafLaw) -> TreeFamily {
    family_of(FAN_IN, leaf)
}

fn growth(b: u32) -> Growth {
    Growth { exponent: exponent(&map(b)), leaf_exponent: BETA, overhead: overhead(b) }
}

/// A strong enough signal to see differences, a weak enough one not to saturate.
const LEAVES: LeafLaw = LeafLaw::new(0.04, BETA);

/// The least that an inequality keeps from its bound.
fn least(distances: impl IntoIterator<Item = f64>) -> f64 {
    distances.into_iter().fold(f64::INFINITY, f64::min)
}

/// The budget at which the best tree overtakes one agent, to a share of itself.
fn sampled_threshold(sampler: &mut Sampler<'_>, b: u32, share: f64) -> Result<Measured, NotMeasured> {
    let between = (600_f64.ln(), 3000_f64.ln());
    let logarithm = sampler.root(between, share, |sampler, logarithm, look| {
        // Only one layer pays at these budgets.
        let budget = libm::exp(logarithm);
        let tree = sampled(sampler, (b, LEAVES), budget, 1, look)?;
        let single = LEAVES.bias(budget);
        Ok(tree.map(|bias| bias - single))
    })?;
    Ok(logarithm.map(libm::exp))
}

fn exact_threshold(b: u32) -> f64 {
    family_of(b, LEAVES).threshold_budget().unwrap_or(f64::NAN)
}

fn relaxed_threshold(b: u32) -> f64 {
    growth(b).threshold_budget().unwrap_or(f64::NAN)
}

fn threshold() -> Claim {
    Claim::relative_equality(
        "threshold-budget",
        "A tree overtakes one agent at the budget of the exact optimizer.",
        "derived (4.3 and 4.4)",
        0.1,
    )
    .predicting(|| vec![exact_threshold(FAN_IN)])
    .measuring(|sampler| {
        let share = 0.8 * sampler.margin();
        Ok(vec![sampled_threshold(sampler, FAN_IN, share)?])
    })
}

/// Fan-ins at which the closed form is taken for a lower estimate.
const FAN_INS: [u32; 3] = [3, 5, 9];

fn threshold_relaxed_bound() -> Claim {
    Claim::at_least(
        "threshold-relaxed-is-lower",
        "The closed form of the threshold is a lower estimate.",
        "derived (4.3)",
        100.0,
    )
    .with_slack(least([5, 9].map(|b| exact_threshold(b) - relaxed_threshold(b))))
    .over("fan-in", FAN_INS)
    .false_where(
        "at a small fan-in: whole numbers of leaves cost nothing there, and the root, unlike the closed form's, sends no message",
        [0],
        || vec![exact_threshold(3)],
    )
    .predicting(|| FAN_INS.map(relaxed_threshold).to_vec())
    .measuring(|sampler| {
        // Differences at the ends need less.
        let shares = [0.3, 0.1, 0.3];
        FAN_INS.into_iter().zip(shares).map(|(b, share)| sampled_threshold(sampler, b, share)).collect()
    })
}

/// Fan-ins at which the closed form is taken for the threshold itself.
const WIDER: [u32; 3] = [5, 9, 15];

fn threshold_relaxed() -> Claim {
    Claim::relative_equality(
        "threshold-relaxed",
        "A tree overtakes one agent at the closed form of the threshold.",
        "the paper's explicit threshold (4.3)",
        0.18,
    )
    .approached_from_above()
    .over("fan-in", WIDER)
    .false_where(
        "where a tree's first layer has many more than the two or three leaves of the closed form",
        [1, 2],
        || [9, 15].map(exact_threshold).to_vec(),
    )
    .predicting(|| WIDER.map(relaxed_threshold).to_vec())
    .measuring(|sampler| {
        // Where it is false, it is so by far.
        let shares = [0.09, 0.3, 0.3];
        WIDER.into_iter().zip(shares).map(|(b, share)| sampled_threshold(sampler, b, share)).collect()
    })
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
        let between = (3000_f64.ln(), 1e6_f64.ln());
        let logarithm = sampler.root(between, 0.8 * sampler.margin(), |sampler, logarithm, look| {
            advantage(sampler, STRONG, libm::exp(logarithm), look)
        })?;
        Ok(vec![logarithm.map(libm::exp)])
    })
}

/// Budgets above that at which one agent has the bias of the fixed point.
fn above_saturation() -> [f64; 2] {
    let limit = fixed_point::fixed_point(&map(FAN_IN)).unwrap_or(f64::NAN);
    [1.01, 1.05].map(|times| times * upper_budget(&STRONG, limit).unwrap_or(f64::NAN))
}

fn upper_relaxed() -> Claim {
    Claim::at_most(
        "no-synergy-above-saturation",
        "Above the budget at which one agent reaches the fixed point no tree is better.",
        "derived (4.4)",
        0.01,
    )
    .with_slack(least(above_saturation().map(|budget| -exact_advantage(STRONG, budget))))
    .over("budget", above_saturation().map(|budget| format!("{budget:.0}")))
    .predicting(|| vec![0.0; 2])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        above_saturation().into_iter().map(|budget| advantage(sampler, STRONG, budget, half_width)).collect()
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
    .over("budget", BUDGETS)
    .predicting(|| {
        let family = family(LEAVES);
        BUDGETS.map(|budget| family.best_tree(budget).map_or(f64::NAN, |best| f64::from(best.depth))).to_vec()
    })
    .measuring(|sampler| {
        let best = |budget| {
            let at = |depth| sampled(sampler, (FAN_IN, LEAVES), budget, depth, 0.004);
            Ok(greatest(&[1.0, 2.0, 3.0, 4.0], &(1..=4).map(at).collect::<Result<Vec<_>, NotMeasured>>()?))
        };
        BUDGETS.into_iter().map(best).collect()
    })
}

/// Leaf tokens, to a share of themselves, at which a tree of this depth is as good as the next deeper one at the same budget.
fn tokens_at_change(sampler: &mut Sampler<'_>, depth: u32, share: f64) -> Result<Measured, NotMeasured> {
    let weak = (FAN_IN, LeafLaw::new(0.02, BETA));
    let leaves = libm::pow(f64::from(FAN_IN), f64::from(depth));
    let between = (600_f64.ln(), 2000_f64.ln());
    let logarithm = sampler.root(between, share, |sampler, logarithm, look| {
        let budget = cost::tree(leaves, libm::exp(logarithm), overhead(FAN_IN));
        let shallow = sampled(sampler, weak, budget, depth, look)?;
        Ok(sampled(sampler, weak, budget, depth + 1, look)?.minus(shallow))
    })?;
    Ok(logarithm.map(libm::exp))
}

/// Tokens of each of the next deeper tree's leaves at the same budget.
fn tokens_beyond(tokens: f64) -> f64 {
    let b = f64::from(FAN_IN);
    tokens / b - overhead(FAN_IN) * (1.0 - 1.0 / b)
}

fn change_of_depth() -> Claim {
    Claim::relative_equality(
        "leaves-before-strength",
        "Additional budget buys leaves, not stronger ones: at every change of depth leaves are equally strong.",
        "the paper, theorem 9 (4.2)",
        0.15,
    )
    .over("depth", [0, 1])
    .predicting(|| {
        // alpha (x/b - c0 (1 - 1/b))^beta = x^beta.
        let b = f64::from(FAN_IN);
        let ratio = libm::pow(map(FAN_IN).gain(), 1.0 / BETA);
        vec![(b - 1.0) * overhead(FAN_IN) * ratio / (ratio - b); 2]
    })
    .measuring(|sampler| {
        let share = 0.8 * sampler.margin();
        [0, 1].into_iter().map(|depth| tokens_at_change(sampler, depth, share)).collect()
    })
}

fn overhead_ratio() -> Claim {
    Claim::relative_equality(
        "overhead-ratio",
        "The best share of overhead, c0/x* = (s - beta)/beta, is the geometric mean of those before and after a change of depth.",
        "the paper, theorem 9 (4.1); the mean is ours",
        0.2,
    )
    .predicting(|| vec![growth(FAN_IN).overhead_ratio().unwrap_or(f64::NAN)])
    .measuring(|sampler| {
        let tokens = tokens_at_change(sampler, 0, 0.3 * sampler.margin())?;
        let ratio = |tokens: f64| overhead(FAN_IN) / (tokens * tokens_beyond(tokens)).sqrt();
        Ok(vec![tokens.map(ratio).ordered()])
    })
}

fn synergy() -> Claim {
    Claim::equality(
        "synergy-inside-window",
        "If s > beta, the best tree beats one agent inside the window of budgets, by what the exact optimizer says.",
        "the paper, theorem 5 (4.4)",
        // The least advantage is 0.017.
        0.006,
    )
    .over("budget", BUDGETS)
    .predicting(|| BUDGETS.map(|budget| exact_advantage(LEAVES, budget)).to_vec())
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        BUDGETS.into_iter().map(|budget| advantage(sampler, LEAVES, budget, half_width)).collect()
    })
}

/// Below, inside, inside and above the window of budgets.
const WINDOW: [f64; 4] = [700.0, 1.2e4, 7e4, 2e7];

fn sufficient() -> Claim {
    Claim::at_least(
        "synergy-if-s-above-beta",
        "If s > beta, the best tree beats one agent.",
        "the paper, theorem 5 (4.4)",
        0.005,
    )
    .with_slack(least([1.2e4, 7e4].map(|budget| exact_advantage(LEAVES, budget))))
    .over("budget", WINDOW)
    .false_where(
        "below the threshold, and above the upper end where trees saturate and one agent does not",
        [0, 3],
        || [700.0, 2e7].map(|budget| exact_advantage(LEAVES, budget)).to_vec(),
    )
    .predicting(|| vec![0.0; WINDOW.len()])
    .measuring(|sampler| {
        let half_width = 0.5 * sampler.margin();
        WINDOW.into_iter().map(|budget| advantage(sampler, LEAVES, budget, half_width)).collect()
    })
}

/// Leaves whose exponent is just above that of the tree.
const SLOW_TREE: LeafLaw = LeafLaw::new(0.01, 0.3);

fn no_synergy() -> Claim {
    Claim::at_most(
        "no-synergy-if-s-below-beta",
        "If s <= beta, no tree beats one agent at any budget.",
        "the paper, theorem 5 (4.4)",
        0.01,
    )
    .with_slack(least(BUDGETS.map(|budget| -exact_advantage(SLOW_TREE, budget))))
    .over("budget", BUDGETS)
    .predicting(|| vec![0.0; 3])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        BUDGETS.into_iter().map(|budget| advantage(sampler, SLOW_TREE, budget, half_width)).collect()
    })
}

fn below_threshold() -> Claim {
    Claim::at_most(
        "below-threshold-one-agent",
        "Below the threshold one agent beats every tree, although s > beta.",
        "derived (4.3)",
        0.004,
    )
    .with_slack(-exact_advantage(LEAVES, 700.0))
    .predicting(|| vec![0.0])
    .measuring(|sampler| {
        let half_width = 0.5 * sampler.margin();
        Ok(vec![advantage(sampler, LEAVES, 700.0, half_width)?])
    })
}

/// Leaves that no budget makes better than a cap, with an exponent above that of the tree.
const CAPPED: LeafLaw = LeafLaw { cap: 0.6, ..LeafLaw::new(0.001, 0.5) };

fn capped_leaves() -> Claim {
    Claim::equality(
        "capped-leaves-give-synergy",
        "If no budget makes one agent better than a cap, a large budget gives synergy whenever alpha > 1, even if s <= beta.",
        "derived (4.4)",
        0.01,
    )
    .predicting(|| vec![exact_advantage(CAPPED, 1e6)])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        Ok(vec![advantage(sampler, CAPPED, 1e6, half_width)?])
    })
}
