//! The continuous warm-up: risks of stars, trees and chains (section 2).

use super::claim::Claim;
use super::measured::{Measured, NotMeasured, peak};
use crate::organization::averaging::{AveragingOrganization, Shape};
use crate::theory::averaging::Averaging;

const SETTING: Averaging = Averaging { variance: 1.0, correlation: 0.2, noise: 0.05 };

pub(super) fn claims() -> Vec<Claim> {
    let star = |agents| Shape::Star { agents };
    let tree = |fan_in, depth| Shape::Tree { fan_in, depth };
    let local = |fan_in, depth| Shape::LocalTree { fan_in, depth };
    vec![
        risk(
            "averaging-star",
            "A star of N has the risk s2 [rho + (1 - rho)/N] + c/N.",
            "derived (2.1)",
            // Of the risk of a star of three the channels' noise has a share of 3.4 %: who leaves it out must be noticed.
            0.01,
            move || [(star(3), SETTING.star(3)), (star(27), SETTING.star(27))],
        ),
        risk(
            "averaging-tree-global",
            "A tree over equicorrelated leaves has the floor rho s2 + c/(b - 1).",
            "derived (2.2)",
            0.04,
            move || [(tree(3, 4), SETTING.tree(3, 4)), (tree(5, 3), SETTING.tree(5, 3))],
        ),
        risk(
            "averaging-tree-local",
            "A tree with correlated siblings forgets its leaves' quality by lam per layer.",
            "derived (2.2)",
            0.04,
            move || [(local(3, 1), SETTING.tree_local(3, 1)), (local(5, 3), SETTING.tree_local(5, 3))],
        ),
        risk("averaging-relay", "A relay adds the noise of every hop.", "derived (2.3)", 0.04, || {
            [1, 5].map(|hops| (Shape::Relay { hops }, SETTING.relay(hops)))
        }),
        risk(
            "averaging-running-mean",
            "A chain of running means accumulates noise like c n/3.",
            "derived (2.3)",
            0.04,
            || [5, 20].map(|agents| (Shape::RunningMean { agents }, SETTING.running_mean(agents))),
        ),
        risk(
            "averaging-kalman",
            "Inverse-variance weights hold a chain's risk down.",
            "derived (2.3)",
            0.04,
            || [5, 20].map(|agents| (Shape::Kalman { agents }, SETTING.kalman(agents))),
        ),
        risk(
            "averaging-constant-weight",
            "A chain with a constant own weight has a floor.",
            "derived (2.3)",
            0.04,
            || {
                [5, 20].map(|agents| {
                    (Shape::ConstantWeight { agents, own_weight: 0.5 }, SETTING.constant_weight(agents, 0.5))
                })
            },
        ),
        floor(
            "averaging-star-floor",
            "A large star's risk is that of the errors' common part, rho s2.",
            "derived (2.1)",
            0.03,
            || ([4, 16, 64].map(|agents| Shape::Star { agents }), SETTING.star_floor()),
        ),
        floor(
            "averaging-tree-floor",
            "A deep tree's risk is pure channel noise, v* = c/((b - 1)(1 - rho)).",
            "the paper, equation 13 (2.2)",
            0.04,
            || ([1, 3, 5].map(|depth| Shape::LocalTree { fan_in: 3, depth }), SETTING.tree_local_floor(3)),
        ),
        floor(
            "averaging-kalman-floor",
            "A long chain of inverse-variance weights has a floor.",
            "derived (2.3)",
            0.1,
            || ([1, 2, 4].map(|agents| Shape::Kalman { agents }), SETTING.kalman_floor()),
        ),
        floor(
            "averaging-constant-weight-floor",
            "Half the weight for one's own estimate gives the floor rho s2 + (se + c)/3.",
            "derived (2.3)",
            0.04,
            || {
                let chain = |agents| Shape::ConstantWeight { agents, own_weight: 0.5 };
                ([1, 2, 4].map(chain), SETTING.constant_weight_floor(0.5))
            },
        ),
        best_chain(),
    ]
}

fn organization(shape: Shape) -> AveragingOrganization {
    let Averaging { variance, correlation, noise } = SETTING;
    AveragingOrganization { shape, leaf_variance: variance, channel_variance: noise, correlation }
}

fn risk(
    id: &'static str,
    sentence: &'static str,
    source: &'static str,
    margin: f64,
    cases: impl Fn() -> [(Shape, f64); 2] + Clone + Send + Sync + 'static,
) -> Claim {
    let shapes = cases.clone();
    // Errors of siblings that now and then are one error have a squared mean with more than a Gaussian's deviation.
    let local = cases().iter().any(|(shape, _)| matches!(shape, Shape::LocalTree { .. }));
    let precision = if local { 0.2 } else { 0.35 };
    Claim::relative_equality(id, sentence, source, margin)
        .over("", cases().map(|(shape, _)| size(shape)))
        .predicting(move || cases().map(|(_, risk)| risk).to_vec())
        .measuring(move |sampler| {
            let share = precision * sampler.margin();
            shapes().into_iter().map(|(shape, _)| sampler.risk(&organization(shape), share)).collect()
        })
}

/// Larger and larger organizations tend to the floor.
fn floor(
    id: &'static str,
    sentence: &'static str,
    source: &'static str,
    margin: f64,
    cases: impl Fn() -> ([Shape; 3], f64) + Clone + Send + Sync + 'static,
) -> Claim {
    let shapes = cases.clone();
    Claim::limit(id, sentence, source, margin)
        .approached_from_above()
        .over("", cases().0.map(size))
        .predicting(move || vec![cases().1; 3])
        .measuring(move |sampler| {
            let share = 0.5 * sampler.margin();
            shapes().0.into_iter().map(|shape| sampler.risk(&organization(shape), share)).collect()
        })
}

/// How large an organization is.
fn size(shape: Shape) -> String {
    match shape {
        Shape::Star { agents }
        | Shape::RunningMean { agents }
        | Shape::Kalman { agents }
        | Shape::ConstantWeight { agents, .. } => format!("agents {agents}"),
        Shape::Tree { fan_in, depth } | Shape::LocalTree { fan_in, depth } => {
            format!("fan-in {fan_in}, depth {depth}")
        }
        Shape::Relay { hops } => format!("hops {hops}"),
    }
}

const LENGTHS: [u32; 6] = [3, 5, 7, 9, 11, 13];

fn best_chain() -> Claim {
    Claim::equality(
        "averaging-best-chain",
        "A chain of running means is best at n* = sqrt(3 (1 - rho) s2/c + 1/2) agents.",
        "derived (2.3)",
        4.0,
    )
    .predicting(|| vec![SETTING.best_chain_length()])
    .measuring(|sampler| {
        let gain = |&agents: &u32| {
            // Two agents more or less than the best cost two percent.
            let share = 0.008 * sampler.coarser();
            let risk = sampler.risk(&organization(Shape::RunningMean { agents }), share)?;
            Ok::<_, NotMeasured>(risk.scaled(-1.0))
        };
        let gains = LENGTHS.iter().map(gain).collect::<Result<Vec<Measured>, _>>()?;
        Ok(vec![peak(&LENGTHS.map(f64::from), &gains)])
    })
}
