//! A validated organization, as evaluators read it.

use sim_core::graph::{Edge, Graph, Node};

use super::{Agent, Answers, Cause, Coupling, Decision, OrganizationBuilder};
use crate::organization::{Bias, Channel};

/// A valid organization: an acyclic graph of agents with one or more outputs.
///
/// In a trial every agent casts one vote. A leaf casts its fresh vote. Any other agent receives the votes of its senders, each
/// through its own channel; those received are coupled by the agent's [`Coupling`]; then the agent's [`Decision`] is applied to
/// them and to its own fresh vote, if it has one.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(super) graph: Graph,
    pub(super) agents: Vec<Agent>,
    pub(super) channels: Vec<Channel>,
    pub(super) answers: Answers,
    /// By agent: bias of the fresh vote.
    pub(super) biases: Vec<Option<Bias>>,
    /// By agent: how it decides; leaves have none.
    pub(super) decisions: Vec<Option<Decision>>,
    /// By agent: how the votes that it receives are coupled.
    pub(super) couplings: Vec<Option<Coupling>>,
    pub(super) causes: Vec<Cause>,
    /// By agent: the cause that its fresh vote shares, as a position among the causes.
    pub(super) cause_of: Vec<Option<usize>>,
    pub(super) outputs: Vec<Node>,
    pub(super) window: Option<f64>,
    /// By agent: whether it can abstain.
    pub(super) abstaining: Vec<bool>,
}

impl Organization {
    /// Builds an organization agent by agent.
    pub fn builder() -> OrganizationBuilder {
        OrganizationBuilder::new()
    }

    /// The graph: agents are its nodes and channels its edges.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// An agent.
    pub fn agent(&self, agent: Node) -> &Agent {
        &self.agents[agent]
    }

    /// A channel.
    pub fn channel(&self, edge: Edge) -> &Channel {
        &self.channels[edge]
    }

    /// The same organization, in which messages have this many tokens on channels that state none.
    #[must_use]
    pub fn with_message_tokens(mut self, tokens: f64) -> Self {
        for channel in self.channels.iter_mut().filter(|channel| channel.tokens == 0.0) {
            channel.tokens = tokens;
        }
        self
    }

    /// The answers that the question has.
    pub fn answers(&self) -> Answers {
        self.answers
    }

    /// Bias of an agent's fresh vote; `None` for one that has none. With several wrong answers, as always, the accuracy
    /// is `(1 + bias) / 2`.
    pub fn bias(&self, agent: Node) -> Option<Bias> {
        self.biases[agent]
    }

    /// How an agent decides; `None` for a leaf. Inputs are the votes received, in the order of [`Graph::incoming`], then the
    /// agent's own fresh vote if it has one.
    pub fn decision(&self, agent: Node) -> Option<&Decision> {
        self.decisions[agent].as_ref()
    }

    /// How the votes that an agent receives are coupled; `None` where they are not.
    pub fn coupling(&self, agent: Node) -> Option<&Coupling> {
        self.couplings[agent].as_ref()
    }

    /// The causes that groups share.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The cause that an agent's fresh vote shares, as a position in [`Organization::causes`].
    pub fn cause_of(&self, agent: Node) -> Option<usize> {
        self.cause_of[agent]
    }

    /// The agents whose votes are the organization's answers.
    pub fn outputs(&self) -> &[Node] {
        &self.outputs
    }

    /// The context window of every agent, in tokens; `None` where there is no limit.
    pub fn window(&self) -> Option<f64> {
        self.window
    }

    /// Whether an agent can abstain; a rule of one's own always can. `false` is certain, `true` may be cautious: it looks at
    /// what can be lost and at the rules, not at how votes are dependent.
    pub fn may_abstain(&self, agent: Node) -> bool {
        self.abstaining[agent]
    }

    /// Whether the vote on a channel can be missing where it arrives: noticed losses, and a sender that can abstain.
    pub fn may_miss(&self, edge: Edge) -> bool {
        let channel = self.channel(edge);
        channel.detected && channel.erasure.get() > 0.0 || self.may_abstain(self.graph.sender(edge))
    }

    /// Number of inputs to an agent's decision: votes received, and its own fresh vote.
    pub fn inputs(&self, agent: Node) -> usize {
        self.graph.incoming(agent).len() + usize::from(self.biases[agent].is_some())
    }
}
