//! The steps of a trial one by one, for an evaluator in which they happen at different times.

use sim_core::graph::{Edge, Node};
use sim_core::random::Stream;

use super::agent::{AgentSampler, ChannelSampler};
use super::cause::{CauseDraw, CauseSampler};
use super::{AnswerSampler, decision};
use crate::organization::NotSampled;
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::graph::{Answer, Organization};

/// What happens to votes in one trial of an organization: the same laws as those of [`ScalarOrganization`](super::ScalarOrganization), step
/// by step.
#[derive(Clone, Debug)]
pub(in crate::organization) struct VotingSteps {
    answers: AnswerSampler,
    causes: Vec<CauseSampler>,
    /// By node.
    agents: Vec<AgentSampler>,
    /// By edge.
    channels: Vec<ChannelSampler>,
}

impl VotingSteps {
    pub(in crate::organization) fn new(organization: &Organization) -> Result<Self, NotSampled> {
        let accuracies = CoupledAccuracies::new(organization)?;
        let graph = organization.graph();
        Ok(Self {
            answers: AnswerSampler::new(organization.answers()),
            causes: CauseSampler::all(organization)?,
            agents: (0..graph.len())
                .map(|agent| AgentSampler::new(organization, agent, &accuracies))
                .collect(),
            channels: (0..graph.edge_count()).map(|edge| ChannelSampler::new(organization, edge)).collect(),
        })
    }

    /// Number of answers to the question.
    pub(in crate::organization) fn answers(&self) -> usize {
        self.answers.count
    }

    /// Whether fresh votes have causes in common.
    pub(in crate::organization) fn has_causes(&self) -> bool {
        !self.causes.is_empty()
    }

    /// Draws what every cause is in a trial.
    pub(in crate::organization) fn draw_causes(&self, stream: &mut Stream, causes: &mut Vec<CauseDraw>) {
        causes.clear();
        causes.extend(self.causes.iter().map(|cause| cause.draw(&self.answers, stream)));
    }

    /// An agent's fresh vote; `None` for one that has none.
    #[inline]
    pub(in crate::organization) fn fresh(
        &self,
        agent: Node,
        causes: &[CauseDraw],
        stream: &mut Stream,
    ) -> Option<Answer> {
        self.agents[agent].fresh.as_ref().map(|fresh| fresh.draw(&self.answers, causes, stream))
    }

    /// What becomes of a vote on a channel; `None` where it is lost and that is noticed.
    #[inline]
    pub(in crate::organization) fn transmit(
        &self,
        edge: Edge,
        sent: Answer,
        stream: &mut Stream,
    ) -> Option<Answer> {
        self.channels[edge].transmit(sent, &self.answers, stream)
    }

    /// Couples the votes that an agent received, in the order of its channels.
    pub(in crate::organization) fn couple(
        &self,
        agent: Node,
        votes: &mut [Option<Answer>],
        stream: &mut Stream,
    ) {
        self.agents[agent].coupling.apply(votes, &self.answers, stream);
    }

    /// An agent's vote on its inputs, which are the votes received and then its own one if it has one. `sums` is memory for one weight
    /// per answer.
    pub(in crate::organization) fn decide(
        &self,
        agent: Node,
        inputs: &[Option<Answer>],
        sums: &mut [u64],
        stream: &mut Stream,
    ) -> Option<Answer> {
        match &self.agents[agent].decision {
            None => inputs.last().copied().flatten(),
            Some(decision) => decision::decide(decision, inputs, sums, &self.answers, stream),
        }
    }

    /// A wrong answer.
    pub(in crate::organization) fn wrong(&self, stream: &mut Stream) -> Answer {
        self.answers.wrong(stream)
    }

    /// Any answer, each as likely.
    pub(in crate::organization) fn any(&self, stream: &mut Stream) -> Answer {
        self.answers.any(stream)
    }
}
