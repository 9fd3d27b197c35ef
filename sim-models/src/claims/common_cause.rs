//! Causes of error common to the whole tree (section 5, models 5 to 7).

use super::claim::Claim;
use super::setting::{layer, tree};
use crate::organization::{AgentTree, CommonCause, Correlation};
use crate::theory::common_cause::{Difficulty, difficulty, gaussian_factor, shared_vote, shared_vote_limit};
use crate::theory::dependence::gaussian::Factor;
use crate::theory::layer::Layer as Map;

use super::measured::NotMeasured;

const MARGIN: f64 = 0.02;

pub(super) fn claims() -> Vec<Claim> {
    vec![
        caused("common-shared-vote", CommonCause::SharedVote, 3, |depth| {
            shared_vote(&Map::new(5, 0.0, 0.9), depth, 0.2, 0.1)
        }),
        caused("common-difficulty", CommonCause::Difficulty, 2, |depth| {
            difficulty(&Map::new(5, 0.0, 0.9), depth, &Difficulty::from_correlation(0.2, 0.1))
        }),
        caused("common-gaussian-factor", CommonCause::GaussianFactor, 2, |depth| {
            gaussian_factor(&Map::new(5, 0.0, 0.9), depth, 0.2, &Factor::from_sign_correlation(0.1))
        }),
        boundary(),
        caps(),
        node_correlation_differs(),
    ]
}

fn with_cause(
    cause: fn(Correlation) -> CommonCause,
    correlation: f64,
    gamma: f64,
    leaf: f64,
    depth: u32,
) -> Result<AgentTree, NotMeasured> {
    let tree = tree(layer(5, 0.0, gamma)?, leaf, depth)?;
    Ok(tree.with_common_cause(cause(Correlation::new(correlation)?))?)
}

fn caused(
    id: &'static str,
    cause: fn(Correlation) -> CommonCause,
    deepest: u32,
    predict: fn(u32) -> f64,
) -> Claim {
    Claim::equality(
        id,
        "A tree whose leaves share this cause of error has the mean of the recursion over the cause.",
        "derived (5, models 5 to 7)",
        MARGIN,
    )
    .over("depth", 1..=deepest)
    .predicting(move || (1..=deepest).map(predict).collect())
    .measuring(move |sampler| {
        let half_width = 0.4 * sampler.margin();
        (1..=deepest)
            .map(|depth| sampler.tree(&with_cause(cause, 0.1, 0.9, 0.2, depth)?, half_width))
            .collect()
    })
}

/// Fidelities below and above that of gain 1, which is 0.533.
const SIDES: [f64; 2] = [0.4, 0.7];

fn boundary() -> Claim {
    Claim::equality(
        "common-cause-keeps-boundary",
        "A common cause does not move the boundary: from layer to layer signals shrink below it and grow above it.",
        "derived (5)",
        0.02,
    )
    .over("fidelity", SIDES)
    .predicting(|| {
        let at = |gamma, depth| shared_vote(&Map::new(5, 0.0, gamma), depth, 0.2, 0.3);
        SIDES.map(|gamma| at(gamma, 4) - at(gamma, 2)).to_vec()
    })
    .measuring(|sampler| {
        let half_width = 0.2 * sampler.margin();
        let change = |gamma| {
            let deep = sampler.tree(&with_cause(CommonCause::SharedVote, 0.3, gamma, 0.2, 4)?, half_width)?;
            let shallow = sampler.tree(&with_cause(CommonCause::SharedVote, 0.3, gamma, 0.2, 2)?, half_width)?;
            Ok(deep.minus(shallow))
        };
        SIDES.into_iter().map(change).collect()
    })
}

fn caps() -> Claim {
    Claim::limit(
        "common-cause-caps",
        "A common vote caps what a deep tree reaches: mu* [rho_g mu_0 + 1 - rho_g].",
        "derived (5, model 5)",
        0.03,
    )
    .over("depth", [1, 3, 5])
    .predicting(|| vec![shared_vote_limit(&Map::new(5, 0.0, 0.9), 0.2, 0.3); 3])
    .measuring(|sampler| {
        let half_width = 0.4 * sampler.margin();
        let at =
            |depth| sampler.tree(&with_cause(CommonCause::SharedVote, 0.3, 0.9, 0.2, depth)?, half_width);
        [1, 3, 5].into_iter().map(at).collect()
    })
}

fn node_correlation_differs() -> Claim {
    Claim::equality(
        "common-cause-is-not-local",
        "A deep tree with correlated siblings beats one whose leaves share a vote as often.",
        "derived (5, model 5)",
        0.02,
    )
    .predicting(|| {
        let local = crate::theory::recursion::uniform_bias(&Map::new(5, 0.1, 0.9), 5, 0.2);
        vec![local - shared_vote(&Map::new(5, 0.0, 0.9), 5, 0.2, 0.1)]
    })
    .measuring(|sampler| {
        let half_width = 0.2 * sampler.margin();
        let local = sampler.tree(&tree(layer(5, 0.1, 0.9)?, 0.2, 5)?, half_width)?;
        let global = sampler.tree(&with_cause(CommonCause::SharedVote, 0.1, 0.9, 0.2, 5)?, half_width)?;
        Ok(vec![local.minus(global)])
    })
}
