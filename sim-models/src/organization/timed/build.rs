//! An organization and its timing, checked and prepared for trials.

use sim_core::graph::{Edge, Node};
use sim_core::random::Entity;
use thiserror::Error;

use super::world::Settlement;
use super::{Fault, FaultMode, Service, Timing};
use crate::organization::NotSampled;
use crate::organization::graph::Organization;
use crate::organization::scalar::VotingSteps;

/// An organization and its timing, prepared for trials: a [`Simulation`](sim_core::monte_carlo::Simulation) whose trials are
/// discrete-event runs.
#[derive(Clone, Debug)]
pub struct TimedOrganization {
    pub(super) organization: Organization,
    pub(super) timing: Timing,
    pub(super) steps: VotingSteps,
    pub(super) agents: Vec<AgentPlan>,
    /// The different calls; agents name theirs by its position.
    calls: Vec<Service>,
    pub(super) channels: Vec<ChannelPlan>,
    /// All that go wrong, then, if losses are attributed, all but one, for every one of them.
    pub(super) faults: Vec<Faults>,
    /// Stream of what agents have in common.
    pub(super) common: Entity,
    /// Whether tokens are estimated agent by agent.
    pub(super) by_agent: bool,
}

/// What does not change about an agent.
#[derive(Clone, Debug)]
pub(super) struct AgentPlan {
    pub(super) entity: Entity,
    /// Accuracy of its fresh vote; 1 for one that has none, whose decision is right if its inputs are.
    pub(super) accuracy: f64,
    /// Where its inputs begin among those of all agents; they stand in the order of its channels, its own vote last.
    pub(super) inputs: usize,
    pub(super) senders: u32,
    /// Receivers, and one more for an output.
    pub(super) listeners: u32,
    pub(super) settlement: Settlement,
    /// Position of its call.
    call: Option<u32>,
}

/// What does not change about a channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChannelPlan {
    pub(super) entity: Entity,
    pub(super) sender: u32,
    pub(super) receiver: u32,
    /// Its place among the receiver's inputs.
    pub(super) position: u32,
    pub(super) tokens: u64,
    /// Whether every vote arrives as it was sent.
    pub(super) perfect: bool,
}

/// The faults of a run, at most one of a mode.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    /// The share of limits per minute that is left.
    pub(super) fn rate_share(&self) -> f64 {
        let share = |fault: &Fault| match fault.mode {
            FaultMode::RateLimit { share } => Some(share),
            _ => None,
        };
        self.0.iter().find_map(share).unwrap_or(1.0)
    }
}

/// Why an organization cannot be simulated in time.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidTiming {
    /// The votes cannot be sampled.
    #[error(transparent)]
    NotSampled(#[from] NotSampled),
    /// Services or ways of waiting for another number of agents.
    #[error("the organization has {agents} agents, but its timing is for {found}")]
    Agents {
        /// Agents of the organization.
        agents: usize,
        /// Agents of the timing.
        found: usize,
    },
    /// A number out of its range.
    #[error("{quantity} {allowed}; found {found}")]
    Number {
        /// Which number.
        quantity: &'static str,
        /// Its range, as a predicate.
        allowed: &'static str,
        /// What was found.
        found: f64,
    },
    /// A call to an endpoint that is not there.
    #[error("agent `{agent}` calls endpoint {endpoint}, but there are {endpoints}")]
    NoEndpoint {
        /// The agent.
        agent: String,
        /// Position of the endpoint.
        endpoint: usize,
        /// Number of endpoints.
        endpoints: usize,
    },
    /// An agent that waits for more votes than it has senders.
    #[error("agent `{agent}` waits for the first {wanted} votes, but has {senders} senders")]
    TooFewSenders {
        /// The agent.
        agent: String,
        /// Votes that it waits for.
        wanted: u32,
        /// Its senders.
        senders: u32,
    },
    /// A request that its endpoint can never serve.
    #[error(
        "a request of agent `{agent}` has {tokens} tokens, but endpoint `{endpoint}` serves at most {burst} tokens at once (one minute's worth)"
    )]
    NeverServed {
        /// The agent.
        agent: String,
        /// The endpoint.
        endpoint: String,
        /// Tokens of its smallest request.
        tokens: u64,
        /// Tokens that the endpoint's bucket holds.
        burst: u64,
    },
    /// A prompt that does not fit into the window.
    #[error("the prompt and the output of agent `{agent}` have {tokens} tokens, but the window has {window}")]
    NoRoom {
        /// The agent.
        agent: String,
        /// Tokens of the prompt and of the largest output.
        tokens: u64,
        /// Tokens of the window.
        window: u64,
    },
    /// Work that crashes nearly always before it is done.
    #[error(
        "agent `{agent}` crashes {crashes} times on average before a call is done; more than {most} are not simulated"
    )]
    NeverDone {
        /// The agent.
        agent: String,
        /// Mean number of crashes.
        crashes: f64,
        /// Most that are simulated.
        most: f64,
    },
    /// Two faults of one mode.
    #[error("there are two faults of mode `{0}`; a mode is injected once")]
    TwoFaults(&'static str),
}

/// Most crashes on average before a call is done.
pub(super) const MOST_CRASHES: f64 = 10_000.0;

impl TimedOrganization {
    /// Checks an organization and its timing, and prepares them.
    ///
    /// # Errors
    /// The votes cannot be sampled, a number of the timing is out of its range, or something could never be done.
    pub fn new(organization: &Organization, timing: &Timing) -> Result<Self, InvalidTiming> {
        let graph = organization.graph();
        for found in [timing.services.len(), timing.waiting.len()] {
            if found != graph.len() {
                return Err(InvalidTiming::Agents { agents: graph.len(), found });
            }
        }
        super::check::numbers(timing)?;
        let mut inputs = 0;
        let mut calls: Vec<Service> = Vec::new();
        let mut agents = Vec::with_capacity(graph.len());
        for agent in 0..graph.len() {
            let call = timing.services[agent].as_ref().map(|service| position_of(service, &mut calls));
            let senders = graph.incoming(agent).len() as u32;
            let is_output = organization.outputs().contains(&agent);
            agents.push(AgentPlan {
                entity: Entity::named(graph.name(agent)),
                accuracy: organization.bias(agent).map_or(1.0, |bias| bias.accuracy()),
                inputs,
                senders,
                listeners: graph.outgoing(agent).len() as u32 + u32::from(is_output),
                settlement: Settlement::new(organization, agent, timing.waiting[agent].until),
                call,
            });
            inputs += organization.inputs(agent);
            super::check::agent(organization, timing, agent, senders)?;
        }
        let channels = (0..graph.edge_count()).map(|edge| channel(organization, edge)).collect();
        let faults = Faults(timing.faults.clone());
        Ok(Self {
            organization: organization.clone(),
            timing: timing.clone(),
            steps: VotingSteps::new(organization)?,
            agents,
            calls,
            channels,
            faults: vec![faults],
            common: Entity::named("organization"),
            by_agent: false,
        })
    }

    /// The call of an agent.
    #[inline]
    pub(super) fn service(&self, agent: Node) -> Option<&Service> {
        self.agents[agent].call.map(|call| &self.calls[call as usize])
    }

    /// The same organization, whose trials are run once more without each of the faults, with the same draws otherwise, so that what
    /// is lost can be attributed to each.
    #[must_use]
    pub fn attributing(mut self) -> Self {
        let all = self.faults[0].clone();
        self.faults.extend((0..all.0.len()).map(|without| {
            let mut rest = all.clone();
            rest.0.remove(without);
            rest
        }));
        self.faults[0] = all;
        self
    }

    /// The same organization, which also estimates the tokens of every agent that makes calls.
    #[must_use]
    pub fn by_agent(self) -> Self {
        Self { by_agent: true, ..self }
    }

    /// The organization.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// What is laid over it.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// The modes of the faults to which losses are attributed, in the order of the timing.
    pub fn attributed(&self) -> impl ExactSizeIterator<Item = &'static str> {
        let modes = if self.faults.len() > 1 { self.faults[0].0.as_slice() } else { &[] };
        modes.iter().map(|fault| fault.mode.name())
    }
}

/// Position of a call among the different ones. Few agents have calls of their own: many share one, which then stays in the cache.
fn position_of(service: &Service, calls: &mut Vec<Service>) -> u32 {
    let position = calls.iter().position(|known| known == service).unwrap_or_else(|| {
        calls.push(service.clone());
        calls.len() - 1
    });
    position as u32
}

fn channel(organization: &Organization, edge: Edge) -> ChannelPlan {
    let graph = organization.graph();
    let (sender, receiver) = (graph.sender(edge), graph.receiver(edge));
    let position = graph.incoming(receiver).iter().position(|&incoming| incoming == edge).unwrap_or_default();
    // Two agents may be joined by several channels: the place among the receiver's tells them apart.
    let name = format!("{} -> {} #{position}", graph.name(sender), graph.name(receiver));
    let law = organization.channel(edge);
    ChannelPlan {
        entity: Entity::named(&name),
        sender: sender as u32,
        receiver: receiver as u32,
        position: position as u32,
        tokens: libm::ceil(law.tokens) as u64,
        perfect: law.fidelity.get() == 1.0 && law.erasure.get() == 0.0,
    }
}
