//! One agent: what it receives, what it knows by itself, and how it decides.

use sim_core::graph::{Edge, Node};
use sim_core::random::{Coin, Stream};

use super::cause::FreshVote;
use super::coupling::CouplingSampler;
use super::{AnswerSampler, Memory, coin, decision};
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::graph::{Answer, Decision, Organization};

/// Draws the vote of one agent.
#[derive(Clone, Debug)]
pub(super) struct AgentSampler {
    node: Node,
    channels: Vec<ChannelSampler>,
    pub(super) coupling: CouplingSampler,
    pub(super) fresh: Option<FreshVote>,
    /// `None` for a leaf.
    pub(super) decision: Option<Decision>,
}

impl AgentSampler {
    pub(super) fn new(organization: &Organization, node: Node, accuracies: &CoupledAccuracies) -> Self {
        let incoming = organization.graph().incoming(node);
        Self {
            node,
            channels: incoming.iter().map(|&edge| ChannelSampler::new(organization, edge)).collect(),
            coupling: CouplingSampler::new(organization, node, accuracies),
            fresh: FreshVote::new(organization, node),
            decision: organization.decision(node).cloned(),
        }
    }

    pub(super) fn node(&self) -> Node {
        self.node
    }

    /// Number of inputs to its decision.
    pub(super) fn inputs(&self) -> usize {
        self.channels.len() + usize::from(self.fresh.is_some())
    }

    /// Its vote, given those of its senders.
    pub(super) fn vote(
        &self,
        answers: &AnswerSampler,
        memory: &mut Memory,
        stream: &mut Stream,
    ) -> Option<Answer> {
        let Memory { votes, causes, inputs, weights } = memory;
        inputs.clear();
        inputs.extend(self.channels.iter().map(|channel| channel.receive(votes, answers, stream)));
        self.coupling.apply(inputs, answers, stream);
        let own = self.fresh.as_ref().map(|fresh| fresh.draw(answers, causes, stream));
        let Some(decision) = &self.decision else { return own };
        inputs.extend(own.map(Some));
        decision::decide(decision, inputs, weights, answers, stream)
    }
}

/// A channel: what happens to the vote on it.
#[derive(Clone, Debug)]
pub(super) struct ChannelSampler {
    sender: Node,
    lost: Coin,
    detected: bool,
    /// Whether a vote that arrives is replaced by any answer.
    garbled: Coin,
}

impl ChannelSampler {
    pub(super) fn new(organization: &Organization, edge: Edge) -> Self {
        let channel = organization.channel(edge);
        Self {
            sender: organization.graph().sender(edge),
            lost: coin(channel.erasure.get()),
            detected: channel.detected,
            garbled: coin(1.0 - channel.fidelity.get()),
        }
    }

    fn receive(
        &self,
        votes: &[Option<Answer>],
        answers: &AnswerSampler,
        stream: &mut Stream,
    ) -> Option<Answer> {
        self.transmit(votes[self.sender]?, answers, stream)
    }

    pub(super) fn transmit(
        &self,
        sent: Answer,
        answers: &AnswerSampler,
        stream: &mut Stream,
    ) -> Option<Answer> {
        if stream.toss(&self.lost) {
            (!self.detected).then(|| answers.any(stream))
        } else if stream.toss(&self.garbled) {
            Some(answers.any(stream))
        } else {
            Some(sent)
        }
    }
}
