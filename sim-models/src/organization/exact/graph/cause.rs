//! Causes that fresh votes share, as values that they take with some weight; given the values of all causes, fresh votes are
//! independent.

use sim_core::graph::Node;
use sim_core::special::normal_quantile;

use crate::organization::effective::EffectiveCause;
use crate::organization::graph::{Answers, Organization};
use crate::organization::{Bias, NoLaw};
use crate::theory::dependence::gaussian::Factor;
use crate::theory::quadrature::gauss;

/// Step of the coarsest quadrature over a continuous cause. One of half the step follows, to see how far the result moves.
const FIRST_STEP: f64 = 0.5;

/// Step of the grid from which Gauss's rule is made.
const FINE_STEP: f64 = 1.0 / 16.0;

/// Most points of Gauss's rule; other points do with fewer where there are many votes.
const MOST_GAUSS_POINTS: usize = 40;

/// A cause as the values that it takes.
#[derive(Clone, Debug)]
pub(super) struct CauseValues {
    /// Values and their weights, which sum to 1.
    pub(super) values: Vec<(Given, f64)>,
    /// Whether the values are points of a quadrature that is not exact.
    pub(super) continuous: bool,
}

/// One value of a cause.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    /// Every vote is drawn by itself.
    Independent,
    /// All votes are this answer.
    Common(usize),
    /// Each vote is this answer with this probability.
    Copied { answer: usize, copies: f64 },
    /// All votes are right with this probability.
    Accuracy(f64),
    /// Votes are right with the accuracies that a Gaussian factor gives them at this value.
    Factor(Factor, f64),
    /// Votes of at least this accuracy are right.
    Level(f64),
}

impl CauseValues {
    /// All causes of an organization as the votes of `relevant` agents share them, by quadrature with steps of
    /// `FIRST_STEP / 2^level` where they are continuous.
    pub(super) fn all(
        organization: &Organization,
        relevant: &[bool],
        level: i32,
    ) -> Result<Vec<Self>, NoLaw> {
        let mut members: Vec<Vec<f64>> = vec![Vec::new(); organization.causes().len()];
        for agent in (0..relevant.len()).filter(|&agent| relevant[agent]) {
            if let Some(cause) = organization.cause_of(agent) {
                members[cause].extend(organization.bias(agent).map(Bias::accuracy));
            }
        }
        let step = libm::ldexp(FIRST_STEP, -level);
        let causes = EffectiveCause::all(organization)?.into_iter().zip(members);
        Ok(causes.map(|(cause, members)| Self::new(&cause, &members, organization.answers(), step)).collect())
    }

    fn new(cause: &EffectiveCause, members: &[f64], answers: Answers, step: f64) -> Self {
        let discrete = |values| Self { values, continuous: false };
        let continuous = |values| Self { values, continuous: true };
        let common =
            |accuracy| fresh(accuracy, answers).into_iter().enumerate().filter(|common| common.1 > 0.0);
        match *cause {
            // One vote alone is as accurate as ever.
            _ if members.len() < 2 => discrete(vec![(Given::Independent, 1.0)]),
            EffectiveCause::Independent => discrete(vec![(Given::Independent, 1.0)]),
            EffectiveCause::SharedVote { shared, accuracy } => {
                let together = common(accuracy).map(|(answer, p)| (Given::Common(answer), shared * p));
                discrete([(Given::Independent, 1.0 - shared)].into_iter().chain(together).collect())
            }
            EffectiveCause::Copying { copies, accuracy } => {
                discrete(common(accuracy).map(|(answer, p)| (Given::Copied { answer, copies }, p)).collect())
            }
            EffectiveCause::Level => discrete(levels(members)),
            EffectiveCause::Difficulty(law) => match points_for(members) {
                Some(points) => discrete(accuracies(&gauss(&law.rule(members.len(), FINE_STEP), points))),
                None => continuous(accuracies(&law.rule(members.len(), step))),
            },
            EffectiveCause::Factor(factor) => {
                let thresholds: Vec<f64> = members.iter().map(|&p| normal_quantile(p)).collect();
                let rule = |step| factor.rule(&thresholds, members.len(), step).into_iter();
                match points_for(members) {
                    Some(points) => {
                        let given = |(s, weight)| (factor.conditional_accuracy(thresholds[0], s), weight);
                        let law: Vec<(f64, f64)> = rule(FINE_STEP).map(given).collect();
                        discrete(accuracies(&gauss(&law, points)))
                    }
                    None => continuous(rule(step).map(|(s, w)| (Given::Factor(factor, s), w)).collect()),
                }
            }
        }
    }
}

/// How many points of Gauss's rule give the exact mean over a common accuracy: what happens is a polynomial in it, of a degree that
/// is at most the number of votes. `None` where the votes have no accuracy in common, or too many points would be needed.
fn points_for(members: &[f64]) -> Option<usize> {
    let points = members.len() / 2 + 1;
    let alike = members.iter().all(|accuracy| *accuracy == members[0]);
    (alike && points <= MOST_GAUSS_POINTS).then_some(points)
}

fn accuracies(law: &[(f64, f64)]) -> Vec<(Given, f64)> {
    law.iter().map(|&(accuracy, weight)| (Given::Accuracy(accuracy.clamp(0.0, 1.0)), weight)).collect()
}

/// The level lies below the least accuracy, between two, or above all of them.
fn levels(accuracies: &[f64]) -> Vec<(Given, f64)> {
    let mut accuracies = accuracies.to_vec();
    accuracies.sort_by(f64::total_cmp);
    accuracies.dedup();
    let mut below = 0.0;
    let mut values = Vec::with_capacity(accuracies.len() + 1);
    for accuracy in accuracies {
        values.push((Given::Level(accuracy), accuracy - below));
        below = accuracy;
    }
    values.push((Given::Level(f64::INFINITY), 1.0 - below));
    values
}

/// The law of an agent's fresh vote given the value of the cause that it shares: one probability per answer.
pub(super) fn fresh_vote(organization: &Organization, agent: Node, given: Given) -> Vec<f64> {
    let answers = organization.answers();
    let accuracy = organization.bias(agent).map_or(0.0, Bias::accuracy);
    match given {
        Given::Independent => fresh(accuracy, answers),
        Given::Common(answer) => {
            let mut law = vec![0.0; answers.count()];
            law[answer] = 1.0;
            law
        }
        Given::Copied { answer, copies } => {
            let mut law = fresh(accuracy, answers);
            law.iter_mut().for_each(|p| *p *= 1.0 - copies);
            law[answer] += copies;
            law
        }
        Given::Accuracy(accuracy) => fresh(accuracy, answers),
        Given::Factor(factor, value) => {
            fresh(factor.conditional_accuracy(normal_quantile(accuracy), value), answers)
        }
        Given::Level(least) => fresh(if accuracy >= least { 1.0 } else { 0.0 }, answers),
    }
}

fn fresh(accuracy: f64, answers: Answers) -> Vec<f64> {
    let wrong = answers.wrong_law().into_iter().map(|p| (1.0 - accuracy) * p);
    [accuracy].into_iter().chain(wrong).collect()
}
