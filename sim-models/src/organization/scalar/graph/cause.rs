//! Causes that fresh votes share, drawn once per trial.

use sim_core::graph::Node;
use sim_core::random::{Coin, Stream};
use sim_core::special::{beta_quantile, normal_quantile};

use super::{AnswerSampler, coin};
use crate::organization::effective::EffectiveCause;
use crate::organization::graph::{Answer, Organization};
use crate::organization::{Bias, NoLaw};
use crate::theory::dependence::gaussian::Factor;

/// Draws a cause.
#[derive(Clone, Debug)]
pub(super) enum CauseSampler {
    Independent,
    SharedVote {
        shared: Coin,
        right: Coin,
    },
    Copying {
        copies: Coin,
        right: Coin,
    },
    /// Shapes of a Beta law.
    Difficulty {
        a: f64,
        b: f64,
    },
    Factor(Factor),
    /// The accuracies of the members in descending order, each with the probability that the level lies below it given that
    /// it lies below the one before.
    Level(Vec<(f64, Coin)>),
}

/// What a cause is in one trial.
#[derive(Clone, Copy, Debug)]
pub(in crate::organization) enum CauseDraw {
    /// Every vote is drawn by itself.
    Independent,
    /// All votes are this one.
    Common(Answer),
    /// Each vote is this one with the coin.
    Copied { answer: Answer, copies: Coin },
    /// All votes are right with this coin.
    Accuracy(Coin),
    /// Votes are right with the accuracies that a Gaussian factor gives them at this value.
    Factor(Factor, f64),
    /// Votes of at least this accuracy are right.
    Level(f64),
}

impl CauseSampler {
    /// The causes of an organization.
    pub(super) fn all(organization: &Organization) -> Result<Vec<Self>, NoLaw> {
        let causes = EffectiveCause::all(organization)?;
        let sampler = |(position, cause): (usize, EffectiveCause)| match cause {
            EffectiveCause::Independent => Self::Independent,
            EffectiveCause::SharedVote { shared, accuracy } => {
                Self::SharedVote { shared: coin(shared), right: coin(accuracy) }
            }
            EffectiveCause::Copying { copies, accuracy } => {
                Self::Copying { copies: coin(copies), right: coin(accuracy) }
            }
            EffectiveCause::Difficulty(law) => Self::Difficulty { a: law.a, b: law.b },
            EffectiveCause::Factor(factor) => Self::Factor(factor),
            EffectiveCause::Level => Self::Level(levels(organization, position)),
        };
        Ok(causes.into_iter().enumerate().map(sampler).collect())
    }

    pub(super) fn draw(&self, answers: &AnswerSampler, stream: &mut Stream) -> CauseDraw {
        match self {
            Self::Independent => CauseDraw::Independent,
            Self::SharedVote { shared, right } => {
                if stream.toss(shared) {
                    CauseDraw::Common(answers.draw(right, stream))
                } else {
                    CauseDraw::Independent
                }
            }
            Self::Copying { copies, right } => {
                CauseDraw::Copied { answer: answers.draw(right, stream), copies: *copies }
            }
            Self::Difficulty { a, b } => CauseDraw::Accuracy(coin(beta_quantile(*a, *b, stream.uniform()))),
            Self::Factor(factor) => CauseDraw::Factor(*factor, stream.normal()),
            Self::Level(accuracies) => {
                let mut least = f64::INFINITY;
                for (accuracy, below) in accuracies {
                    if !stream.toss(below) {
                        break;
                    }
                    least = *accuracy;
                }
                CauseDraw::Level(least)
            }
        }
    }
}

fn levels(organization: &Organization, cause: usize) -> Vec<(f64, Coin)> {
    let agents = 0..organization.graph().len();
    let members = agents.filter(|&agent| organization.cause_of(agent) == Some(cause));
    let mut accuracies: Vec<f64> =
        members.filter_map(|member| organization.bias(member)).map(Bias::accuracy).collect();
    accuracies.sort_by(|a, b| b.total_cmp(a));
    accuracies.dedup();
    let mut above = 1.0;
    let level = |accuracy: f64| {
        let below = coin(accuracy / above);
        above = accuracy;
        (accuracy, below)
    };
    accuracies.into_iter().map(level).collect()
}

/// Draws an agent's fresh vote.
#[derive(Clone, Debug)]
pub(super) struct FreshVote {
    accuracy: f64,
    right: Coin,
    threshold: f64,
    /// The cause that it shares.
    cause: Option<usize>,
}

impl FreshVote {
    pub(super) fn new(organization: &Organization, agent: Node) -> Option<Self> {
        let accuracy = organization.bias(agent)?.accuracy();
        Some(Self {
            accuracy,
            right: coin(accuracy),
            threshold: normal_quantile(accuracy),
            cause: organization.cause_of(agent),
        })
    }

    #[inline]
    pub(super) fn draw(&self, answers: &AnswerSampler, causes: &[CauseDraw], stream: &mut Stream) -> Answer {
        match self.cause.map_or(CauseDraw::Independent, |cause| causes[cause]) {
            CauseDraw::Independent => answers.draw(&self.right, stream),
            CauseDraw::Common(answer) => answer,
            CauseDraw::Copied { answer, copies } => {
                if stream.toss(&copies) {
                    answer
                } else {
                    answers.draw(&self.right, stream)
                }
            }
            CauseDraw::Accuracy(right) => answers.draw(&right, stream),
            CauseDraw::Factor(factor, value) => {
                answers.draw(&coin(factor.conditional_accuracy(self.threshold, value)), stream)
            }
            CauseDraw::Level(least) => {
                if self.accuracy >= least {
                    Answer::RIGHT
                } else {
                    answers.wrong(stream)
                }
            }
        }
    }
}
