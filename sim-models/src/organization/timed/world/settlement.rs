//! Whether a vote is decided although some inputs are missing.

use std::sync::Arc;

use sim_core::graph::Node;

use crate::organization::graph::{Aggregator, Answer, Decision, Organization, is_ahead, needed_weight};
use crate::organization::timed::Until;

/// When the vote of an agent cannot change any more.
#[derive(Clone, Debug)]
pub(in crate::organization::timed) enum Settlement {
    /// It does not ask, or its rule looks at all inputs.
    Never,
    /// When one answer leads by more than the weight of what is missing.
    Lead {
        /// Weight of each input.
        weights: Vec<u64>,
    },
    /// When one answer has the needed share even if all others that are missing say something else.
    Share {
        /// Weight of each input.
        weights: Vec<u64>,
        /// The share.
        threshold: f64,
    },
    /// When the first channel that can still bring a vote has brought it.
    First,
    /// When an answer is ahead by the margin among the channels that come before any that can still bring a vote.
    Margin {
        /// Answers to the question.
        answers: usize,
        /// The margin.
        margin: u32,
    },
    /// When the rule of the user's own says so.
    Custom(Arc<dyn Aggregator>),
}

impl Settlement {
    pub(in crate::organization::timed) fn new(
        organization: &Organization,
        agent: Node,
        until: Until,
    ) -> Self {
        if until != Until::Decided {
            return Self::Never;
        }
        match organization.decision(agent) {
            Some(Decision::Majority { weights, .. } | Decision::Plurality { weights }) => {
                Self::Lead { weights: weights.of().to_vec() }
            }
            Some(Decision::Supermajority { weights, threshold }) => {
                Self::Share { weights: weights.of().to_vec(), threshold: *threshold }
            }
            Some(Decision::Margin { margin }) => {
                Self::Margin { answers: organization.answers().count(), margin: *margin }
            }
            Some(Decision::First) => Self::First,
            Some(Decision::Custom(rule)) => Self::Custom(Arc::clone(rule)),
            Some(Decision::BestOf { .. }) | None => Self::Never,
        }
    }

    /// Whether it keeps sums of weights.
    pub(super) fn weights(&self) -> Option<&[u64]> {
        match self {
            Self::Lead { weights } | Self::Share { weights, .. } => Some(weights),
            _ => None,
        }
    }

    /// Whether the sums of an agent decide its vote, whatever inputs of this weight say that are still open.
    pub(super) fn is_decided_by(&self, sums: &[u64], open: u64) -> bool {
        match self {
            Self::Lead { .. } => {
                let (mut first, mut second) = (0, 0);
                for &sum in sums {
                    (first, second) = if sum > first { (sum, first) } else { (first, second.max(sum)) };
                }
                first > second + open
            }
            Self::Share { threshold, .. } => {
                let present: u64 = sums.iter().sum();
                let most = sums.iter().copied().max().unwrap_or(0);
                // The more there is, the more is needed; and what is open may be missing in the end.
                most >= needed_weight(*threshold, present + open)
            }
            _ => false,
        }
    }

    /// Whether these inputs decide the vote; `None` is one that may still come, `Some(None)` one that is missing.
    pub(super) fn is_decided_by_inputs(
        &self,
        inputs: impl Iterator<Item = Option<Option<Answer>>> + Clone,
    ) -> bool {
        match self {
            Self::First => {
                let mut inputs = inputs;
                matches!(inputs.find(|input| *input != Some(None)), Some(Some(_)))
            }
            &Self::Margin { answers, margin } => {
                let mut sums = vec![0; answers];
                inputs.map_while(|input| input).flatten().any(|vote| {
                    sums[vote.index()] += 1;
                    is_ahead(&sums, vote.index(), margin)
                })
            }
            Self::Custom(rule) => {
                let inputs: Vec<Option<Option<Answer>>> = inputs.collect();
                rule.is_decided(&inputs)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_decides_that_the_rest_cannot_close() {
        let lead = Settlement::Lead { weights: vec![1; 5] };
        assert!(lead.is_decided_by(&[3, 0], 2));
        assert!(!lead.is_decided_by(&[2, 0], 3));
        assert!(!lead.is_decided_by(&[3, 1], 2), "a tie is not decided");
        assert!(lead.is_decided_by(&[1, 4, 1], 2));
        assert!(!lead.is_decided_by(&[0, 0], 0));
    }

    #[test]
    fn a_share_is_of_all_that_may_come() {
        let share = Settlement::Share { weights: vec![1; 6], threshold: 2.0 / 3.0 };
        assert!(share.is_decided_by(&[4, 0], 2));
        assert!(!share.is_decided_by(&[3, 0], 3));
        assert!(!share.is_decided_by(&[3, 1], 2));
    }

    #[test]
    fn a_margin_is_reached_in_the_order_of_the_channels() {
        let margin = Settlement::Margin { answers: 2, margin: 2 };
        let decided = |inputs: &[Option<Option<Answer>>]| margin.is_decided_by_inputs(inputs.iter().copied());
        let (right, wrong) = (Some(Some(Answer::RIGHT)), Some(Some(Answer::WRONG)));
        assert!(decided(&[right, right, None]));
        assert!(decided(&[right, Some(None), wrong, wrong, wrong]));
        assert!(!decided(&[None, right, right]), "the first might still say something else");
        assert!(!decided(&[right, wrong, right]));
    }

    #[test]
    fn the_first_vote_waits_for_those_before_it() {
        let decided = |inputs: &[Option<Option<Answer>>]| {
            Settlement::First.is_decided_by_inputs(inputs.iter().copied())
        };
        let vote = Some(Some(Answer::RIGHT));
        assert!(decided(&[vote, None]));
        assert!(decided(&[Some(None), vote, None]));
        assert!(!decided(&[None, vote]));
        assert!(!decided(&[Some(None), None]));
    }
}
