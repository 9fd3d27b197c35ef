//! How the votes received by one agent come to share errors. Missing votes take no part.

use std::sync::Arc;

use sim_core::graph::Node;
use sim_core::random::{Coin, Stream};
use sim_core::special::normal_quantile;

use super::{AnswerSampler, coin};
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::effective::{EffectiveCoupling, keeping};
use crate::organization::graph::{Answer, Draws, Organization, VoteCoupling};
use crate::theory::dependence::gaussian::Factor;

/// Couples votes as they are received.
#[derive(Clone, Debug)]
pub(super) enum CouplingSampler {
    None,
    /// With this coin all take the vote of one drawn uniformly.
    Mixture(Coin),
    /// Each copies with this coin; copiers take the own vote of the first of them.
    Copying(Coin),
    /// The `i`-th vote present, from 0, keeps itself with the `i`-th coin, else takes a uniformly drawn earlier one.
    Urn(Vec<Coin>),
    /// Votes become signs of `t_i + sqrt(r) S + sqrt(1 - r) e_i`. The exact accuracy of each vote says where its latent
    /// `e_i` lies, given what it is.
    Gaussian {
        factor: Factor,
        accuracies: Vec<f64>,
    },
    Custom(Arc<dyn VoteCoupling>),
}

impl CouplingSampler {
    pub(super) fn new(organization: &Organization, agent: Node, accuracies: &CoupledAccuracies) -> Self {
        match EffectiveCoupling::new(organization, agent) {
            EffectiveCoupling::None => Self::None,
            EffectiveCoupling::Mixture { shared } => Self::Mixture(coin(shared)),
            EffectiveCoupling::Copying { copies } => Self::Copying(coin(copies)),
            EffectiveCoupling::Urn { correlation } => Self::Urn(
                (0..organization.graph().incoming(agent).len())
                    .map(|earlier| coin(keeping(correlation, earlier)))
                    .collect(),
            ),
            EffectiveCoupling::Gaussian(factor) => {
                Self::Gaussian { factor, accuracies: accuracies.of(agent).to_vec() }
            }
            EffectiveCoupling::Custom(rule) => Self::Custom(rule),
        }
    }

    pub(super) fn apply(&self, votes: &mut [Option<Answer>], answers: &AnswerSampler, stream: &mut Stream) {
        match self {
            Self::None => {}
            Self::Mixture(shared) => {
                if stream.toss(shared)
                    && let Some(common) = drawn(votes, stream)
                {
                    votes.iter_mut().flatten().for_each(|vote| *vote = common);
                }
            }
            Self::Copying(copies) => {
                let mut common = None;
                for vote in votes.iter_mut().flatten() {
                    if stream.toss(copies) {
                        *vote = *common.get_or_insert(*vote);
                    }
                }
            }
            Self::Urn(keep) => {
                let mut earlier = 0;
                for i in 0..votes.len() {
                    if votes[i].is_none() {
                        continue;
                    }
                    if !stream.toss(&keep[earlier]) {
                        votes[i] = drawn(&votes[..i], stream);
                    }
                    earlier += 1;
                }
            }
            Self::Gaussian { factor, accuracies } => {
                let common = stream.normal();
                for (vote, &accuracy) in votes.iter_mut().zip(accuracies) {
                    if let Some(vote) = vote {
                        *vote = Answer::of(stays_right(vote.is_right(), accuracy, factor, common, stream));
                    }
                }
            }
            Self::Custom(rule) => {
                rule.couple(votes, &mut Draws::new(stream));
                votes.iter_mut().for_each(|vote| *vote = answers.known(*vote));
            }
        }
    }
}

/// A uniformly drawn one of the votes that are present.
fn drawn(votes: &[Option<Answer>], stream: &mut Stream) -> Option<Answer> {
    let present = votes.iter().flatten().count();
    let chosen = stream.below(present as u64) as usize;
    votes.iter().flatten().nth(chosen).copied()
}

/// Whether a vote is right after Gaussian coupling. Its latent level is uniform on (0, p) where it was right and on (p, 1)
/// where it was wrong, `p` being its accuracy; it becomes right where the level lies below `P`, its accuracy given the
/// common factor.
fn stays_right(right: bool, accuracy: f64, factor: &Factor, common: f64, stream: &mut Stream) -> bool {
    if accuracy <= 0.0 || accuracy >= 1.0 {
        return right;
    }
    let given = factor.conditional_accuracy(normal_quantile(accuracy), common);
    let chance = if right { given / accuracy } else { (given - accuracy) / (1.0 - accuracy) };
    stream.toss(&coin(chance))
}
