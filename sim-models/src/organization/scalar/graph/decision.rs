//! How an agent decides on its inputs.

use std::cmp::Ordering;

use sim_core::random::Stream;

use super::{AnswerSampler, coin};
use crate::organization::graph::{Answer, Decision, Draws, IntegerWeights, Tie, is_ahead, needed_weight};

/// The vote of an agent that has these inputs; `None` abstains. `sums` is memory for one weight per answer.
pub(super) fn decide(
    decision: &Decision,
    inputs: &[Option<Answer>],
    sums: &mut [u64],
    answers: &AnswerSampler,
    stream: &mut Stream,
) -> Option<Answer> {
    match decision {
        Decision::Majority { weights, tie } => {
            add_up(weights, inputs, sums);
            match sums[Answer::RIGHT.index()].cmp(&sums[Answer::WRONG.index()]) {
                Ordering::Greater => Some(Answer::RIGHT),
                Ordering::Less => Some(Answer::WRONG),
                Ordering::Equal => match tie {
                    Tie::Fair => Some(Answer::of(stream.fair())),
                    Tie::Abstain => None,
                    Tie::First => Some(first(inputs).unwrap_or_else(|| Answer::of(stream.fair()))),
                    Tie::Wrong => Some(Answer::WRONG),
                },
            }
        }
        Decision::Supermajority { weights, threshold } => {
            add_up(weights, inputs, sums);
            let needed = needed_weight(*threshold, sums.iter().sum());
            let leader = sums.iter().position(|&sum| sum >= needed)?;
            Some(Answer::number(leader as u8))
        }
        Decision::Plurality { weights } => {
            add_up(weights, inputs, sums);
            leading(sums, stream)
        }
        Decision::Margin { margin } => {
            sums.fill(0);
            for vote in inputs.iter().flatten() {
                sums[vote.index()] += 1;
                if is_ahead(sums, vote.index(), *margin) {
                    return Some(*vote);
                }
            }
            leading(sums, stream)
        }
        Decision::First => first(inputs),
        Decision::BestOf { true_positive, false_positive } => {
            let mut present = inputs.iter().flatten();
            let accepted = present.find(|vote| {
                let rate = if vote.is_right() { true_positive } else { false_positive };
                stream.toss(&coin(*rate))
            });
            if accepted.is_some() {
                return accepted.copied();
            }
            let chosen = stream.below(inputs.iter().flatten().count() as u64) as usize;
            inputs.iter().flatten().nth(chosen).copied()
        }
        Decision::Custom(rule) => answers.known(rule.decide(inputs, &mut Draws::new(stream))),
    }
}

/// The answer with the most weight; one of them, each as likely, where several have it.
fn leading(sums: &[u64], stream: &mut Stream) -> Option<Answer> {
    let most = sums.iter().copied().max()?;
    let leading = || (0..sums.len()).filter(|&answer| sums[answer] == most);
    let chosen = stream.below(leading().count() as u64) as usize;
    leading().nth(chosen).map(|leader| Answer::number(leader as u8))
}

fn first(inputs: &[Option<Answer>]) -> Option<Answer> {
    inputs.iter().flatten().next().copied()
}

/// Weight of the inputs by what they say.
fn add_up(weights: &IntegerWeights, inputs: &[Option<Answer>], sums: &mut [u64]) {
    sums.fill(0);
    for (weight, input) in weights.of().iter().zip(inputs) {
        if let Some(answer) = input {
            sums[answer.index()] += weight;
        }
    }
}
