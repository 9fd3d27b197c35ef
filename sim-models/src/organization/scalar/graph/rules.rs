//! The rules of one agent by themselves, for evaluators that have no form of their own for them.

use sim_core::graph::Node;
use sim_core::random::Stream;

use super::coupling::CouplingSampler;
use super::{AnswerSampler, decision};
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::graph::{Answer, Decision, Organization};

/// How one agent couples the votes that it receives and decides on its inputs, in one trial.
#[derive(Clone, Debug)]
pub(in crate::organization) struct OneTrialRules {
    answers: AnswerSampler,
    coupling: CouplingSampler,
    decision: Option<Decision>,
}

impl OneTrialRules {
    pub(in crate::organization) fn new(
        organization: &Organization,
        agent: Node,
        accuracies: &CoupledAccuracies,
    ) -> Self {
        Self {
            answers: AnswerSampler::new(organization.answers()),
            coupling: CouplingSampler::new(organization, agent, accuracies),
            decision: organization.decision(agent).cloned(),
        }
    }

    /// Couples the votes received.
    pub(in crate::organization) fn couple(&self, votes: &mut [Option<Answer>], stream: &mut Stream) {
        self.coupling.apply(votes, &self.answers, stream);
    }

    /// The vote on these inputs; a leaf's is its only input.
    pub(in crate::organization) fn decide(
        &self,
        inputs: &[Option<Answer>],
        stream: &mut Stream,
    ) -> Option<Answer> {
        match &self.decision {
            None => inputs.first().copied().flatten(),
            Some(decision) => {
                // Binary questions, and few others, need no memory that is worth keeping.
                let mut sums = [0; 64];
                decision::decide(decision, inputs, &mut sums[..self.answers.count], &self.answers, stream)
            }
        }
    }
}
